"""The answer that a caller chooses."""

from __future__ import annotations

import pytest
from support.documents import answer, content, single
from support.sandboxes import ask, data, unexplained
from support.shops import NEW_PET, PET, shop

from dynclient import Client, Sandbox
from dynclient.errors import Conflict, NotFound
from dynclient.sandbox.preferences import Preferences
from dynclient.wire.message import Headers

ERROR = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}


def cats():
    responses = {**answer(PET, "201"), **answer(ERROR, "409"), **answer(ERROR, "5XX")}
    responses["201"]["content"]["application/json"]["examples"] = {
        "plain": {"value": {"id": 1, "name": "Rex"}},
        "odd": {"value": {"id": 2, "name": "Tom", "tag": "odd"}},
        "wrong": {"value": {"id": "x"}},
    }
    responses["409"]["content"]["application/json"]["examples"] = {
        "taken": {"value": {"message": "taken"}}
    }
    return Sandbox(single(body=content(NEW_PET), responses=responses), second_opinion=True)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("code=409", Preferences(409)),
        ('CODE = 409 ; example="odd"', Preferences(409, "odd")),
        ("respond-async, dynamic=true", Preferences(is_dynamic=True)),
        ("dynamic", Preferences(is_dynamic=True)),
        ("dynamic=false", None),
        ("code=9000", None),
        ("code=", None),
        ("", None),
    ],
)
def test_preferences_are_read_as_the_standard_writes_them(given, expected):
    assert Preferences.parse(Headers({"Prefer": given})) == expected


def test_a_status_is_chosen_in_its_own_schema():
    sandbox = cats()
    response = ask(sandbox, "POST", "/things", {"name": "a"}, Prefer="code=409")
    assert (response.status, list(data(response))) == (409, ["message"])
    assert ask(sandbox, "POST", "/things", {"name": "a"}, Prefer="code=503").status == 503
    assert unexplained(sandbox) == []


def test_an_example_is_chosen_by_its_name():
    sandbox = cats()
    assert (
        data(ask(sandbox, "POST", "/things", {"name": "a"}, Prefer="example=odd"))["tag"] == "odd"
    )
    taken = ask(sandbox, "POST", "/things", {"name": "a"}, Prefer="code=409, example=taken")
    assert (taken.status, data(taken)) == (409, {"message": "taken"})


def test_dynamic_answers_differ_and_the_seed_repeats_them():
    def bodies():
        sandbox = cats()
        return [
            ask(sandbox, "POST", "/things", {"name": "a"}, Prefer="dynamic=true").body
            for _ in range(5)
        ]

    assert len(set(bodies())) > 1
    assert bodies() == bodies()


@pytest.mark.parametrize("prefer", ["code=418", "example=nowhere", "example=wrong", "wait=5"])
def test_what_the_document_does_not_have_is_ignored(prefer):
    response = ask(cats(), "POST", "/things", {"name": "a"}, Prefer=prefer)
    assert (response.status, data(response)["name"]) == (201, "a")


def test_a_wrong_call_stays_wrong():
    assert ask(cats(), "POST", "/things", {"name": 1}, Prefer="code=201").status == 400


def test_a_chosen_answer_changes_nothing_that_is_remembered():
    sandbox = Sandbox(shop(), second_opinion=True)
    client = Client(sandbox.document, transport=sandbox)
    chooses = client.with_options(headers={"Prefer": "code=404"})
    pet = client.create(name="Rex")
    with pytest.raises(NotFound):
        chooses.delete(pet["id"])
    with pytest.raises(Conflict):
        client.with_options(headers={"Prefer": "code=409"}).make(code="A")
    assert client.read(pet["id"]) == pet
    assert list(sandbox.state["items"]) == ["/pets"]

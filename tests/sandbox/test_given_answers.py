"""A sandbox in the tests of its users: answers that they give, and the calls that came."""

from __future__ import annotations

import asyncio
import datetime

import pytest
from support.documents import answer, content, document, operation, parameter
from support.sandboxes import ask
from support.shops import PET, shop

from dynclient import AsyncClient, Call, Client, Sandbox
from dynclient.errors import (
    InvalidCall,
    NotFound,
    OperationNotFound,
    ServerError,
    UsageError,
)
from dynclient.sandbox import received_calls

ERROR = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}


def pets(**responses):
    """Return a document with one operation, `getPet`, and its responses."""
    get = operation(
        parameter("petId", "path", {"type": "integer"}),
        operationId="getPet",
        responses={**answer(PET), **answer(ERROR, "404"), **responses},
    )
    return document({"/pets/{petId}": {"get": get}})


@pytest.fixture
def sandbox():
    return Sandbox(pets(), second_opinion=True)


@pytest.fixture
def client(sandbox):
    return Client(sandbox.document, transport=sandbox)


def test_a_given_answer_is_sent_as_often_as_wanted(sandbox, client):
    sandbox.answer("getPet", status=404, data={"message": "sold"}, times=1)
    with pytest.raises(NotFound, match="sold") as caught:
        client.get_pet(5)
    assert caught.value.data == {"message": "sold"}
    assert client.get_pet(5)["id"] == 5
    assert sandbox.disagreements == []


def test_answers_are_used_up_in_their_order_and_the_last_for_all_comes_after_them(sandbox, client):
    sandbox.answer("getPet", data={"id": 1, "name": "first"})
    sandbox.answer("getPet", data={"id": 1, "name": "last"})
    sandbox.answer("getPet", data={"id": 1, "name": "a"}, times=2)
    sandbox.answer("getPet", data={"id": 1, "name": "b"}, times=1)
    names = [client.get_pet(1)["name"] for _ in range(5)]
    assert names == ["a", "a", "b", "last", "last"]
    sandbox.reset()
    assert client.get_pet(1)["name"] not in names


@pytest.mark.parametrize("name", ["getPet", "get_pet", "GetPet", "GET /pets/{petId}"])
def test_an_operation_is_found_by_every_name_that_a_client_takes(sandbox, client, name):
    sandbox.answer(name, data={"id": 1, "name": "Rex"})
    assert client.get_pet(1)["name"] == "Rex"


def test_without_data_the_answer_is_sampled(sandbox, client):
    sandbox.answer("getPet", status=404, times=1)
    with pytest.raises(NotFound) as caught:
        client.get_pet(5)
    assert set(caught.value.data) == {"message"}
    sandbox.answer("getPet", status=200, headers={"X-Mark": "1"})
    result = client["getPet"].send(5)
    assert (set(result.data) >= {"id"}, result.headers["x-mark"]) == (True, "1")
    assert result.violations == ()


def test_none_is_null_and_python_values_become_json():
    schema = {"type": ["null", "object"], "properties": {"at": {"format": "date"}}}
    made = document({"/a": {"get": operation(responses=answer(schema))}})
    sandbox = Sandbox(made)
    client = Client(made, transport=sandbox)
    sandbox.answer("run", data=None, times=1)
    sandbox.answer("run", data={"at": datetime.date(2026, 1, 2)}, times=1)
    assert [client.run(), client.run()] == [None, {"at": "2026-01-02"}]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"data": {"id": "x", "name": "Rex"}}, "body.id: got 'x', want integer"),
        ({"data": {"id": 1}}, "body.name: string, required"),
        ({"data": {"id": 1, "name": "a", "tga": "b"}}, "body.tga: did you mean tag?"),
        ({"data": {"id": 1, "name": "a"}, "status": 404}, "body.message"),
        ({"data": {object()}}, ""),
        ({"status": 409}, "the status 409 is not declared, the document knows 200, 404"),
        ({"status": 204, "data": {}}, "204"),
        ({"status": "404"}, "status is '404'"),
        ({"status": 99}, "status is 99"),
        ({"data": {"id": 1, "name": "a"}, "media_type": "text/csv"}, "text/csv is not declared"),
        ({"times": 0}, "times is 0"),
        ({"times": True}, "times is True"),
        ({"headers": {"X": "a\r\nY: b"}}, "a header cannot be sent"),
    ],
)
def test_an_answer_that_does_not_fit_the_document_is_refused_and_not_kept(
    sandbox, client, given, words
):
    with pytest.raises(UsageError) as caught:
        sandbox.answer("getPet", **given)
    violations = [str(violation) for violation in getattr(caught.value, "violations", ())]
    assert words in "\n".join([caught.value.headline, *violations])
    assert client.get_pet(5)["id"] == 5


def test_the_message_of_an_answer_that_does_not_fit(sandbox):
    with pytest.raises(UsageError) as caught:
        sandbox.answer("getPet", data={"id": "x", "nmae": "Rex"})
    assert str(caught.value).splitlines() == [
        "getPet  GET /pets/{petId}: the data do not fit the document",
        "  missing  body.name  string, required",
        "  unknown  body.nmae  did you mean name?",
        "  type     body.id    got 'x', want integer",
        "  hint: validate=False sends the answer all the same",
    ]


def test_headers_that_are_declared_are_checked_and_those_that_are_required_are_added():
    limit = {"required": True, "schema": {"type": "integer"}}
    sandbox = Sandbox(pets(**{"200": {**answer(PET)["200"], "headers": {"X-Limit": limit}}}))
    client = Client(sandbox.document, transport=sandbox)
    data = {"id": 1, "name": "a"}
    with pytest.raises(UsageError, match="headers do not fit"):
        sandbox.answer("getPet", data=data, headers={"X-Limit": "many"})
    sandbox.answer("getPet", data=data, times=1)
    sandbox.answer("getPet", data=data, headers={"x-limit": "7"}, times=1)
    assert client["getPet"].send(1).violations == ()
    assert client["getPet"].send(1).header_data == {"X-Limit": 7}


def test_what_the_document_does_not_know_is_sent_on_demand(sandbox, client):
    sandbox.answer("getPet", status=503, headers={"Retry-After": "1"}, validate=False, times=1)
    with pytest.raises(ServerError) as caught:
        client.get_pet(5)
    assert caught.value.result.headers["retry-after"] == "1"
    sandbox.answer("getPet", data={"id": "x"}, validate=False, times=1)
    result = client.with_options(validate_responses="off").get_pet(5)
    assert result == {"id": "x"}
    sandbox.answer("getPet", status=418, data={"a": 1}, validate=False)
    with pytest.raises(Exception, match="418"):
        client.get_pet(5)


def test_other_media_types_are_sent_as_they_are_given():
    texts = {"text/csv": {"schema": {"type": "string"}}, "image/*": {}}
    sandbox = Sandbox(document({"/a": {"get": operation(responses={"200": {"content": texts}})}}))
    client = Client(sandbox.document, transport=sandbox)
    sandbox.answer("run", data="a,b", times=1)
    sandbox.answer("run", data=b"\x89PNG", media_type="image/png", times=1)
    assert [client.run(), client.run()] == ["a,b", b"\x89PNG"]


def test_a_call_that_is_invalid_or_lacks_credentials_gets_no_given_answer(sandbox):
    sandbox.answer("getPet", data={"id": 1, "name": "a"}, times=1)
    assert ask(sandbox, "GET", "/pets/x").status == 400
    assert ask(sandbox, "GET", "/pets/1").status == 200


def test_an_operation_that_is_not_there_is_told(sandbox):
    with pytest.raises(OperationNotFound) as caught:
        sandbox.answer("getPets")
    assert list(caught.value.suggestions) == ["getPet"]
    with pytest.raises(OperationNotFound):
        sandbox.answer(object())


def test_a_given_answer_changes_no_stored_item():
    sandbox = Sandbox(shop())
    client = Client(sandbox.document, transport=sandbox)
    sandbox.answer("create", data={"id": 1, "name": "Rex"}, times=1)
    client.create(name="Rex")
    assert sandbox.state["items"] == {}


def test_a_head_request_gets_no_body_of_a_given_answer():
    made = document({"/a": {"head": operation(responses=answer(PET))}})
    sandbox = Sandbox(made)
    sandbox.answer("run", data={"id": 1, "name": "a"})
    assert ask(sandbox, "HEAD", "/a").body == b""


# --- the calls that came


def test_the_calls_that_came_are_there_for_asserts():
    sandbox = Sandbox(shop())
    client = Client(sandbox.document, transport=sandbox)
    pet = client.create(dry=False, name="Rex")
    client.read(pet["id"])
    first, second = sandbox.calls
    assert (first.operation, first.status) == ("create", 201)
    assert first.call == Call(query={"dry": False}, body={"name": "Rex"})
    assert (second.operation, second.call) == ("read", {"path": {"petId": pet["id"]}})
    assert client["create"].validate(first.call) == []
    first.call["body"]["name"] = "changed"
    assert sandbox.calls[0].call["body"]["name"] == "Rex"
    assert client.read(pet["id"])["name"] == "Rex"
    sandbox.reset()
    assert sandbox.calls == []


def test_a_call_that_was_refused_is_one_of_them_and_one_that_was_not_sent_is_none(sandbox, client):
    with pytest.raises(InvalidCall):
        client.get_pet("x")
    assert sandbox.calls == []
    ask(sandbox, "GET", "/nowhere")
    ask(sandbox, "GET", "/pets/x")
    assert [(c.operation, c.status) for c in sandbox.calls] == [("getPet", 400)]


def test_a_call_without_credentials_is_one_of_them():
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    made = document(
        {"/a": {"get": operation(parameter("n"))}},
        components={"securitySchemes": scheme},
        security=[{"key": []}],
    )
    sandbox = Sandbox(made)
    ask(sandbox, "GET", "/a?n=1")
    [received] = sandbox.calls
    assert (received.status, set(received.call)) == (401, {"query"})


def test_calls_of_an_async_client_are_the_same():
    sandbox = Sandbox(shop())

    async def main():
        async with AsyncClient(sandbox.document, transport=sandbox) as client:
            await client.create(name="Rex")

    asyncio.run(main())
    assert [(c.operation, c.call) for c in sandbox.calls] == [("create", {"body": {"name": "Rex"}})]


def test_only_the_newest_calls_are_kept(monkeypatch):
    monkeypatch.setattr(received_calls, "MAX_CALLS", 3)
    made = document({"/a": {"post": operation(body=content({"type": "string"}))}})
    sandbox = Sandbox(made)
    client = Client(made, transport=sandbox)
    for name in "abcd":
        client.run(body=name)
    assert [c.call["body"] for c in sandbox.calls] == ["b", "c", "d"]
    monkeypatch.setattr(received_calls, "MAX_BODY_BYTES", 10)
    client.run(body="e" * 5)
    assert [c.call["body"] for c in sandbox.calls] == ["d", "eeeee"]
    client.run(body="f" * 50)
    assert sandbox.calls == []

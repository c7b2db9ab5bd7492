"""What a sandbox remembers: derived from paths, methods and schemas."""

from __future__ import annotations

import json
import threading

import pytest
from support.documents import answer, content, document, operation, parameter
from support.sandboxes import ask, data, unexplained
from support.shops import BARE, CHANGE, MISSING, NEW_PET, PET, shop

from dynclient import Client, Sandbox
from dynclient.errors import Conflict, NotFound, UsageError
from dynclient.sandbox.state import item_store


@pytest.fixture
def sandbox():
    sandbox = Sandbox(shop(), second_opinion=True)
    yield sandbox
    assert unexplained(sandbox) == []


@pytest.fixture
def client(sandbox):
    return Client(sandbox.document, transport=sandbox)


def test_what_was_created_is_read_and_listed(client):
    first, second = client.create(name="Rex", tag="x"), client.create(name="Tom")
    assert (first["name"], first["tag"]) == ("Rex", "x")
    assert "tag" not in second
    assert first["id"] != second["id"]
    assert client.read(first["id"]) == first
    assert client.read(second["id"]) == second
    assert client.list() == {"data": [first, second], "hasMore": False, "totalResultSize": 2}


def test_a_put_replaces_what_a_client_may_say_and_a_patch_merges(client):
    pet = client.create(name="Rex", tag="x")
    assert client.change(pet["id"], name="Max") == {**pet, "name": "Max"}
    replaced = client.replace(pet["id"], name="Tom")
    assert (replaced["name"], replaced["id"], "tag" in replaced) == ("Tom", pet["id"], False)
    assert client.read(pet["id"]) == replaced


def test_what_was_deleted_is_gone_and_stays_gone(client):
    pet = client.create(name="Rex")
    client.delete(pet["id"])
    for call in (client.read, client.delete, client.toys, lambda i: client.replace(i, name="x")):
        with pytest.raises(NotFound):
            call(pet["id"])
    assert client.list()["data"] == []
    assert client.create(name="Tom")["id"] != pet["id"]


def test_an_identity_never_met_is_answered_as_if_it_existed_and_leaves_no_trace(client, sandbox):
    assert client.read(77)["id"] == 77
    client.delete(77)
    assert client.read(77)["id"] == 77
    assert (sandbox.state["items"], sandbox.state["gone"]) == ({}, {})


def test_an_update_of_what_nobody_made_is_read_but_neither_listed_nor_ever_gone(client):
    client.change(77, name="Max")
    assert client.read(77)["name"] == "Max"
    assert client.list()["data"] == []
    client.delete(77)
    assert client.read(77)["name"] != "Max"


def test_strict_knows_only_what_was_made(client, sandbox):
    strict = Sandbox(shop(), strict=True, second_opinion=True)
    stranger = Client(strict.document, transport=strict)
    for call in (
        stranger.read,
        stranger.delete,
        stranger.toys,
        lambda i: stranger.change(i, name="x"),
    ):
        with pytest.raises(NotFound):
            call(77)
    assert stranger.read(stranger.create(name="Rex")["id"])["name"] == "Rex"
    assert stranger.store("A", body={"code": "A"})["code"] == "A"


def test_a_second_create_with_the_same_identity_of_the_client_is_a_conflict(client):
    assert client.make(code="A", percent=5) == {"code": "A", "percent": 5}
    with pytest.raises(Conflict):
        client.make(code="A", percent=6)
    assert client.code("A")["percent"] == 5
    client.withdraw("A")
    assert client.make(code="A", percent=7)["percent"] == 7


def test_where_no_conflict_is_declared_a_second_create_replaces():
    run = operation(operationId="make", body=content(PET), responses=answer(PET, "201"))
    read = operation(
        parameter("id", "path", {"type": "integer"}), operationId="read", responses=answer(PET)
    )
    made = document({"/pets": {"post": run}, "/pets/{id}": {"get": read}})
    client = Client(made, transport=Sandbox(made, second_opinion=True))
    client.make(id=1, name="Rex")
    client.make(id=1, name="Tom")
    assert client.read(1)["name"] == "Tom"


def test_an_upsert_makes_with_201_and_updates_with_200(client):
    assert client["store"].send("A/B", body={"code": "A/B", "percent": 1}).status == 201
    assert client["store"].send("A/B", body={"code": "A/B", "percent": 2}).status == 200
    assert client.code("A/B") == {"code": "A/B", "percent": 2}
    client.withdraw("A/B")
    with pytest.raises(NotFound):
        client.code("A/B")
    assert client["store"].send("A/B", body={"code": "A/B"}).status == 201


def test_what_is_below_an_item_goes_with_it(client, sandbox):
    one, other = client.create(name="Rex"), client.create(name="Tom")
    toy = client.give(one["id"], name="ball")
    assert client.toys(one["id"]) == [toy]
    assert client.toys(other["id"]) == []
    assert client.toy(one["id"], toy["id"]) == toy
    client.delete(one["id"])
    with pytest.raises(NotFound):
        client.toy(one["id"], toy["id"])
    assert list(sandbox.state["items"]) == ["/pets"]


def test_what_there_is_only_one_of_is_remembered_too(client):
    client.set(name="a")
    assert client.settings() == {"name": "a"}


@pytest.mark.parametrize(
    ("skip", "names", "more"), [(0, "ab", True), (2, "cd", True), (4, "e", False), (9, "", False)]
)
def test_pages_are_cut_and_counted_right(client, skip, names, more):
    for name in "abcde":
        client.create(name=name)
    page = client.list(page_size=2, skip=skip)
    assert [pet["name"] for pet in page["data"]] == list(names)
    assert (page["hasMore"], page["totalResultSize"]) == (more, 5)


def test_pages_can_be_numbered():
    number = [
        parameter("per_page", schema={"type": "integer"}),
        parameter("page", schema={"type": "integer"}),
    ]
    lists = operation(
        *number, operationId="list", responses=answer({"type": "array", "items": PET})
    )
    make = operation(operationId="make", body=content(NEW_PET), responses=answer(PET, "201"))
    made = document({"/pets": {"get": lists, "post": make}})
    client = Client(made, transport=Sandbox(made, second_opinion=True))
    for name in "abc":
        client.make(name=name)
    assert [pet["name"] for pet in client.list(per_page=2, page=2)] == ["c"]


def test_a_valid_result_beats_an_echo():
    narrow = {
        **PET,
        "properties": {**PET["properties"], "name": {"type": "string", "maxLength": 3}},
    }
    read = operation(
        parameter("id", "path", {"type": "integer"}), operationId="read", responses=answer(narrow)
    )
    make = operation(operationId="make", body=content(NEW_PET), responses=answer(PET, "201"))
    made = document({"/pets": {"post": make}, "/pets/{id}": {"get": read}})
    client = Client(made, transport=Sandbox(made, second_opinion=True))
    pet = client.make(name="Methuselah", tag="x")
    found = client.read(pet["id"])
    assert len(found["name"]) <= 3
    assert (found["id"], found["tag"]) == (pet["id"], "x")


def test_an_item_in_a_wrapper_is_the_same_item():
    wrapped = {
        "type": "object",
        "required": ["pet"],
        "properties": {"pet": PET, "note": {"type": "string"}},
    }
    put = operation(
        operationId="put", body=content({"properties": {"pet": CHANGE}}), responses=answer(wrapped)
    )
    get = operation(operationId="get", responses={**answer(wrapped), **MISSING})
    made = document(
        {
            "/pets/{id}": {
                "parameters": [parameter("id", "path", {"type": "integer"})],
                "put": put,
                "get": get,
            }
        }
    )
    client = Client(made, transport=Sandbox(made, second_opinion=True))
    client.put(5, pet={"name": "Rex"})
    found = client.get(5)["pet"]
    assert (found["id"], found["name"], "tag" in found) == (5, "Rex", False)
    assert client.get(5)["pet"] == found


def test_the_state_is_json_and_can_be_loaded(client, sandbox):
    pet, gone = client.create(name="Rex"), client.create(name="Tom")
    client.delete(gone["id"])
    other = Sandbox(shop(), strict=True, second_opinion=True)
    other.state = json.loads(json.dumps(sandbox.state))
    assert other.state == sandbox.state
    again = Client(other.document, transport=other)
    assert again.read(pet["id"]) == pet
    assert gone["id"] in [int(identity) for identity in other.state["gone"]["/pets"]]
    with pytest.raises(NotFound):
        again.read(gone["id"])
    sandbox.state["items"].clear()
    assert client.read(pet["id"]) == pet


@pytest.mark.parametrize(
    "state",
    [
        [],
        {"answered": 1},
        {"items": []},
        {"items": {"/a": []}},
        {"items": {"/a": {"1": 2}}},
        {"gone": {"/a": [1]}},
    ],
)
def test_what_is_no_state_changes_nothing(client, sandbox, state):
    client.create(name="Rex")
    before = sandbox.state
    with pytest.raises(UsageError):
        sandbox.state = state
    assert sandbox.state == before


def test_reset_forgets_everything(client, sandbox):
    pet = client.create(name="Rex")
    client.delete(pet["id"])
    sandbox.reset()
    assert client.read(pet["id"])["id"] == pet["id"]
    assert client.create(name="Rex") == pet


def test_the_oldest_item_is_forgotten_for_one_too_many(monkeypatch, client):
    monkeypatch.setattr(item_store, "MAX_ITEMS", 3)
    for name in "abcd":
        client.create(name=name)
    assert [pet["name"] for pet in client.list()["data"]] == list("bcd")


def test_threads_lose_nothing():
    sandbox = Sandbox(shop())
    client = Client(sandbox.document, transport=sandbox)
    found = []

    def work():
        found.extend(client.create(name="Rex")["id"] for _ in range(40))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 240
    assert client.list()["totalResultSize"] == 240


def test_a_create_without_a_body_in_its_answer_is_listed_all_the_same():
    make = operation(operationId="make", body=content(NEW_PET), responses={"204": BARE})
    lists = operation(operationId="list", responses=answer({"type": "array", "items": NEW_PET}))
    made = document({"/pets": {"post": make, "get": lists}})
    sandbox = Sandbox(made, second_opinion=True)
    assert ask(sandbox, "POST", "/pets", {"name": "Rex"}).status == 204
    assert data(ask(sandbox, "GET", "/pets")) == [{"name": "Rex"}]


def test_a_put_on_a_collection_is_about_what_its_body_names():
    both = {"post": operation(operationId="add", body=content(PET), responses=answer(PET))}
    both["put"] = operation(
        operationId="update", body=content(PET), responses={**answer(PET), **MISSING}
    )
    one = {"parameters": [parameter("petId", "path", {"type": "integer"})]}
    one["get"] = operation(operationId="get", responses={**answer(PET), **MISSING})
    one["delete"] = operation(operationId="delete", responses={"204": BARE, **MISSING})
    made = document({"/pet": both, "/pet/{petId}": one})
    client = Client(made, transport=Sandbox(made, second_opinion=True))
    client.add(id=10, name="Rex")
    assert client.update(id=10, name="Tom") == client.get(10)
    assert client.get(10)["name"] == "Tom"
    client.delete(10)
    with pytest.raises(NotFound):
        client.update(id=10, name="Max")


def test_a_put_of_many_makes_each_of_them():
    many = {"type": "object", "properties": {"pets": {"type": "array", "items": PET}}}
    one = {
        "get": operation(
            parameter("petId", "path", {"type": "integer"}),
            operationId="get",
            responses=answer(PET),
        )
    }
    made = document(
        {"/pets": {"put": operation(operationId="put", body=content(many))}, "/pets/{petId}": one}
    )
    client = Client(made, transport=Sandbox(made, second_opinion=True))
    client.put(pets=[{"id": 1, "name": "Rex"}, {"id": 2, "name": "Tom"}])
    assert [client.get(n)["name"] for n in (1, 2)] == ["Rex", "Tom"]


def test_a_post_that_makes_nothing_is_remembered_by_no_list():
    search = operation(
        operationId="search",
        body=content(CHANGE),
        responses=answer({"type": "array", "items": PET}),
    )
    lists = operation(
        operationId="list", responses=answer({"type": "array", "items": PET, "minItems": 1})
    )
    made = document({"/search": {"post": search, "get": lists}})
    sandbox = Sandbox(made, second_opinion=True)
    Client(made, transport=sandbox).search(name="Rex")
    assert sandbox.state["items"] == {}


def test_what_the_fast_engine_cannot_judge_is_remembered_too():
    odd = {
        **PET,
        "properties": {**PET["properties"], "name": {"type": "string", "pattern": "^(?!x)"}},
    }
    make = operation(operationId="make", body=content(NEW_PET), responses=answer(odd, "201"))
    read = operation(
        parameter("petId", "path", {"type": "integer"}), operationId="read", responses=answer(odd)
    )
    made = document({"/pets": {"post": make}, "/pets/{petId}": {"get": read}})
    client = Client(made, transport=Sandbox(made, second_opinion=True))
    pet = client.make(name="Rex")
    assert client.read(pet["id"])["name"] == pet["name"] == "Rex"

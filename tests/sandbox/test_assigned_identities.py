"""The identity that a sandbox gives a new item: the create shows it, and so do lists and reads."""

from __future__ import annotations

import uuid

import pytest
from support.documents import answer, content, document, operation, parameter
from support.sandboxes import ask, data, unexplained
from support.shops import BARE

from dynclient import Client, Sandbox

NAME = {"name": {"type": "string"}}
NEW = {"type": "object", "properties": NAME}
INTEGER = {"type": "integer"}
TEXT = {"type": "string"}
UUID = {"type": "string", "format": "uuid"}


def item(identity=INTEGER, name="id"):
    return {"type": "object", "properties": {name: identity, **NAME}}


def shop(created, listed=None, *, new=NEW, path_schema=INTEGER, version="3.1.0", read=None):
    """Return a document in which no schema requires the identity.

    Args:
        created: the responses of the create, or the schema of its 201.
        listed: the schema of the list; by default an array of what is created.
        new: the schema of the create's body.
        path_schema: of the path parameter that names an item.
        version: of OpenAPI.
        read: the schema of one item; by default what is created.

    """
    responses = created if "201" in created or "204" in created else answer(created, "201")
    many = listed or {"type": "array", "items": created}
    make = operation(operationId="make", body=content(new), responses=responses)
    lists = operation(operationId="list", responses=answer(many))
    one = operation(
        parameter("petId", "path", path_schema),
        operationId="read",
        responses={**answer(read or created), "404": BARE},
    )
    paths = {"/pets": {"post": make, "get": lists}, "/pets/{petId}": {"get": one}}
    return document(paths, version=version)


def make_two(made):
    """Return a client, and what two creates answered."""
    sandbox = Sandbox(made, strict=True, second_opinion=True)
    client = Client(made, transport=sandbox)
    first, second = client.make(body={"name": "Rex"}), client.make(body={"name": "Tom"})
    assert unexplained(sandbox) == []
    return client, first, second


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("identity", [INTEGER, TEXT, UUID, {**INTEGER, "readOnly": True}])
@pytest.mark.parametrize(
    "build",
    [
        item,
        lambda identity: item(identity, "petId"),
        lambda identity: {"allOf": [NEW, {"allOf": [{"properties": {"id": identity}}]}]},
        lambda identity: {**item(identity), "required": ["name"], "additionalProperties": False},
        lambda identity: {**item(identity), "example": {"name": "Max"}},
    ],
)
def test_an_identity_that_no_schema_requires_is_shown(build, identity, version):
    path_schema = {key: value for key, value in identity.items() if key != "readOnly"}
    made = shop(build(identity), path_schema=path_schema, version=version)
    client, first, second = make_two(made)
    [name] = {"id", "petId"} & set(first)
    assert first[name] != second[name]
    assert client.list() == [first, second]
    assert [client.read(pet[name]) for pet in (first, second)] == [first, second]
    assert (first["name"], second["name"]) == ("Rex", "Tom")


def test_a_body_that_could_carry_the_identity_gets_one_where_it_does_not():
    client, first, second = make_two(shop(item(), new=item()))
    assert first["id"] != second["id"]
    assert client.make(body={"id": 123_456, "name": "Max"}) == {"id": 123_456, "name": "Max"}
    assert [pet["name"] for pet in client.list()] == ["Rex", "Tom", "Max"]


@pytest.mark.parametrize("required", [[], ["id", "name"]])
@pytest.mark.parametrize("wrapper", ["pet", "data"])
def test_an_identity_in_a_wrapper_that_no_schema_requires_is_shown(wrapper, required):
    wrapped = {"type": "object", "properties": {wrapper: {**item(), "required": required}}}
    many = {"type": "object", "properties": {"items": {"type": "array", "items": item()}}}
    client, first, second = make_two(shop(wrapped, many))
    assert (first[wrapper]["name"], second[wrapper]["name"]) == ("Rex", "Tom")
    assert first[wrapper]["id"] != second[wrapper]["id"]
    assert client.list() == {"items": [first[wrapper], second[wrapper]]}
    assert client.read(first[wrapper]["id"]) == first


@pytest.mark.parametrize("created", [{"204": BARE}, {"201": BARE}, answer(NEW, "201")])
@pytest.mark.parametrize("identity", [INTEGER, TEXT, UUID])
def test_lists_and_reads_show_an_identity_that_the_create_cannot_show(created, identity):
    made = shop(
        created,
        {"type": "array", "items": item(identity)},
        path_schema=identity,
        read=item(identity),
    )
    client, *_ = make_two(made)
    listed = client.list()
    assert [pet["name"] for pet in listed] == ["Rex", "Tom"]
    assert len({pet["id"] for pet in listed}) == 2
    assert [client.read(pet["id"]) for pet in listed] == listed
    if identity is UUID:
        assert all(uuid.UUID(pet["id"]) for pet in listed)


def test_an_identity_that_is_not_shown_is_never_given_twice():
    made = shop({"204": BARE}, {"type": "array", "items": item()}, read=item())
    one = made["paths"]["/pets/{petId}"]
    pet_id = one["get"]["parameters"]
    one["delete"] = operation(*pet_id, operationId="remove", responses={"204": BARE, "404": BARE})
    client, *_ = make_two(made)
    first, second = client.list()
    client.remove(first["id"])
    client.make(body={"name": "Max"})
    assert [pet["name"] for pet in client.list()] == ["Tom", "Max"]
    assert client.list()[1]["id"] not in (first["id"], second["id"])


def test_a_list_shows_the_identity_of_an_item_that_a_path_names():
    put = operation(
        parameter("petId", "path", INTEGER),
        operationId="put",
        body=content(NEW),
        responses={"204": BARE},
    )
    lists = operation(operationId="list", responses=answer({"type": "array", "items": item()}))
    made = document({"/pets": {"get": lists}, "/pets/{petId}": {"put": put}})
    client = Client(made, transport=Sandbox(made))
    client.put(5, name="Rex")
    assert client.list() == [{"id": 5, "name": "Rex"}]


@pytest.mark.parametrize("responses", [{"404": BARE}, {"4XX": BARE, "500": BARE}, {}])
def test_an_operation_that_declares_only_failures_is_answered_without_a_body(responses):
    made = document({"/pets": {"get": operation(responses=responses)}})
    response = ask(Sandbox(made), "GET", "/pets")
    assert (response.status, response.body) == (200, b"")


def test_an_item_without_an_identity_stays_as_it_is():
    made = shop(NEW, {"type": "array", "items": NEW})
    client, first, second = make_two(made)
    assert [first, second] == client.list() == [{"name": "Rex"}, {"name": "Tom"}]
    assert data(ask(Sandbox(made), "POST", "/pets", {"name": "Rex"})) == {"name": "Rex"}

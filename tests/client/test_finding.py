from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import OK, Server, document

import dynclient
from dynclient.errors import OperationNotFound


def named(*ids, **fields):
    paths = {
        f"/p{i}": {"get": {"responses": OK, **({"operationId": name} if name else {})}}
        for i, name in enumerate(ids)
    }
    return dynclient.Client(document(paths, **fields), transport=Server())


PATHS = {
    "/v2/audiences": {
        "get": {"operationId": "listAudiences", "tags": ["Audiences"], "responses": OK},
        "post": {"operationId": "createAudienceV2", "tags": ["Audiences"], "summary": "Create an audience", "responses": OK},
    },
    "/v1/sessions/{id}": {"put": {"operationId": "updateSession", "tags": ["Sessions", "Old"], "description": "audience effects", "responses": OK}},
    "/plain": {"delete": {"responses": OK}},
}  # fmt: skip
CLIENT = dynclient.Client(
    document(PATHS, tags=[{"name": "Empty"}, {"name": "Audiences"}]), transport=Server()
)


@pytest.mark.parametrize(
    "name",
    [
        "createAudienceV2",
        "CreateAudienceV2",
        "create_audience_v2",
        "POST /v2/audiences",
        "post /v2/audiences",
    ],
)
def test_every_spelling_finds_the_operation(name):
    assert CLIENT[name].id == "createAudienceV2"
    assert name in CLIENT


def test_an_operation_is_an_attribute_and_callable_by_name():
    assert CLIENT.create_audience_v2.id == "createAudienceV2"
    assert CLIENT.create_audience_v2() is None
    assert CLIENT.call("createAudienceV2") is None


def test_operations_are_a_mapping_in_document_order():
    keys = ["listAudiences", "createAudienceV2", "updateSession", "DELETE /plain"]
    assert list(CLIENT.operations) == keys
    assert len(CLIENT.operations) == 4
    assert [op.id for op in CLIENT.operations.values()] == keys
    assert "nope" not in CLIENT.operations
    with pytest.raises(KeyError):
        CLIENT.operations["nope"]
    with pytest.raises(TypeError):
        CLIENT.operations["x"] = 1


def test_an_operation_id_that_stands_twice_gives_way_to_method_and_path():
    client = named("run", "run", "other")
    assert list(client.operations) == ["GET /p0", "GET /p1", "other"]
    assert client["GET /p1"].path == "/p1"
    with pytest.raises(OperationNotFound):
        client["run"]


def test_ids_of_one_python_name_are_found_by_their_own_spelling():
    client = named("getUser", "get_user", "GetUser")
    assert [client[name].id for name in ("getUser", "get_user", "GetUser")] == [
        "getUser",
        "get_user",
        "GetUser",
    ]
    assert client.get_user.id == "get_user"


def test_tags_hold_their_operations():
    assert list(CLIENT.tags["Audiences"]) == ["listAudiences", "createAudienceV2"]
    assert list(CLIENT.tags["Old"]) == ["updateSession"]
    assert list(CLIENT.tags["Empty"]) == []
    assert CLIENT.tags["Audiences"]["listAudiences"].path == "/v2/audiences"


def test_find_brings_the_best_first():
    assert [op.id for op in CLIENT.find("audience")] == [
        "listAudiences",
        "createAudienceV2",
        "updateSession",
    ]
    assert [op.id for op in CLIENT.find("create audience")] == ["createAudienceV2"]
    assert CLIENT.find("zzz") == []


def test_dir_lists_what_getattr_finds():
    names = dir(CLIENT)
    assert {"create_audience_v2", "list_audiences", "call", "find", "with_options"} <= set(names)
    for name in names:
        assert hasattr(CLIENT, name)


@pytest.mark.parametrize("name", ["2fa", "查询", "_private", "from", "GET", "a b", "é"])
def test_every_id_is_an_attribute(name):
    client = named(name, "other")
    (attribute,) = set(dir(client)) - set(dir(named("other")))
    assert getattr(client, attribute).id == name
    assert client[name].id == name


def test_an_id_that_is_a_method_of_the_client_is_found_by_key():
    client = named("close", "find", "operations")
    assert client["close"].id == "close"
    assert callable(client.close)
    assert list(client.operations) == ["close", "find", "operations"]


@pytest.mark.parametrize(
    "name", ["nope", "", " ", "_", "__nope__", "GET /nope", "创建", "create audience v2 x"]
)
def test_an_unknown_name_is_not_found(name):
    client = named("查询", "createAudienceV2")
    assert name not in client
    assert not hasattr(client, name)
    with pytest.raises(OperationNotFound):
        client[name]


@pytest.mark.parametrize("name", [5, None, ("GET", "/x"), b"x"])
def test_what_is_no_name_is_not_found_either(name):
    assert name not in CLIENT
    with pytest.raises(LookupError):
        CLIENT[name]


def test_a_misspelling_is_answered_with_names():
    with pytest.raises(OperationNotFound) as caught:
        CLIENT.create_audience  # noqa: B018 (looking is the point)
    assert "create_audience_v2" in caught.value.suggestions
    assert "create_audience_v2" in str(caught.value)
    assert "nothing was sent" in str(caught.value)
    with pytest.raises(OperationNotFound):
        CLIENT.call("creatAudienceV2")


@pytest.mark.parametrize(
    ("name", "suggestions"),
    [
        ("PATCH /v2/audiences", ("GET /v2/audiences", "POST /v2/audiences")),
        ("GET /plain", ("DELETE /plain",)),
        ("create audience", ("create_audience_v2",)),
        ("POST /v2/audience", ("POST /v2/audiences",)),
    ],
)  # fmt: skip
def test_a_wrong_method_and_a_loose_name_are_answered(name, suggestions):
    with pytest.raises(OperationNotFound) as caught:
        CLIENT[name]
    assert caught.value.suggestions[: len(suggestions)] == suggestions


def test_private_names_are_plain_attribute_errors():
    with pytest.raises(AttributeError):
        CLIENT.__wrapped__  # noqa: B018 (looking is the point)
    assert not hasattr(CLIENT, "_ipython_canary_method_should_not_exist_")


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=6))
def test_any_ids_are_found_by_their_key(ids):
    client = named(*ids)
    for key, op in client.operations.items():
        assert client[key].operation is op.operation
    repr(client), dir(client)


def test_an_operation_tells_what_it_is():
    op = CLIENT.create_audience_v2
    assert (op.id, op.method, op.path, op.tags, op.deprecated) == (
        "createAudienceV2",
        "POST",
        "/v2/audiences",
        ("Audiences",),
        False,
    )
    assert op.__name__ == "create_audience_v2"
    assert op.__doc__.startswith("Create an audience")
    assert repr(op) == "<Operation create_audience_v2  POST /v2/audiences>"
    client = dynclient.AsyncClient(CLIENT.document)
    assert (
        repr(client.create_audience_v2) == "<AsyncOperation create_audience_v2  POST /v2/audiences>"
    )
    assert op.call_schema["type"] == "object"
    assert op.result_schemas == {}

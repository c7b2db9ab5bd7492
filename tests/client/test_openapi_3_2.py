"""OpenAPI 3.2 as a user meets it: its operations are found, called, diffed and answered by the sandbox."""

from __future__ import annotations

import asyncio
import json

import pytest
from support.documents import OK, Server, answer, content, document, operation, parameter

import dynclient
from dynclient.cli.list import select_operations


def build_document(paths, **fields):
    return document(paths, version="3.2.0", **fields)


SEARCH = build_document(
    {
        "/things": {
            "query": operation(
                operationId="searchThings",
                body=content({"type": "object", "required": ["q"], "properties": {"q": {"type": "string"}}}),
                responses=answer({"type": "array", "items": {"type": "string"}}),
            ),
            "additionalOperations": {
                "COPY": operation(parameter("to"), operationId="copyThings"),
                "link": operation(operationId="linkThings"),
                "bad method": operation(operationId="never"),
                "POST": operation(operationId="misplaced"),
            },
        }
    }
)  # fmt: skip


def test_query_and_additional_operations_are_found_by_every_name():
    client = dynclient.Client(SEARCH, transport=Server())
    assert list(client.operations) == ["searchThings", "copyThings", "linkThings"]
    assert client["QUERY /things"].id == "searchThings"
    assert client["query /things"].id == "searchThings"
    assert client.copy_things.method == "COPY"
    for name in ("link /things", "LINK /things", "link_things"):
        assert client[name].id == "linkThings"


def test_a_method_is_sent_as_the_document_writes_it():
    server = Server()
    with dynclient.Client(SEARCH, transport=server, validate_responses="off") as client:
        client.search_things(q="a")
        client.copy_things(to="b")
        client.link_things()
    assert [request.method for request in server.seen] == ["QUERY", "COPY", "link"]
    assert server.seen[0].content == b'{"q":"a"}'
    assert server.seen[1].url.query == b"to=b"
    assert " -X link " in client.link_things.request().curl()


def test_the_async_client_sends_the_same_methods():
    server = Server()

    async def run():
        async with dynclient.AsyncClient(SEARCH, transport=server) as client:
            await client.copy_things(to="b")
            await client.link_things()

    asyncio.run(run())
    assert [request.method for request in server.seen] == ["COPY", "link"]


def test_the_sandbox_answers_every_method():
    sandbox = dynclient.Sandbox(SEARCH)
    with dynclient.Client(SEARCH, transport=sandbox) as client:
        assert isinstance(client.search_things(q="a"), list)
        assert client.copy_things.send(to="b").status == 200
        assert client.link_things.send().status == 200


def test_a_method_that_is_no_operation_is_a_problem():
    problems = {problem.pointer: problem for problem in dynclient.load(SEARCH).problems}
    prefix = "/paths/~1things/additionalOperations/"
    assert "cannot be sent" in problems[prefix + "bad method"].message
    assert "`post`" in problems[prefix + "POST"].hint
    assert {problem.code for problem in problems.values()} == {"bad-method"}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_fields_of_3_2_in_an_older_document_are_read_and_named(version):
    loaded = dynclient.load({**SEARCH, "openapi": version})
    assert "searchThings" in loaded.operations
    found = {problem.message for problem in loaded.problems if problem.code == "foreign-field"}
    family = version[:3]
    assert found == {
        f"`{field}` is a field of OpenAPI 3.2; in {family} a path item does not have it"
        for field in ("query", "additionalOperations")
    }


def test_a_removed_additional_operation_breaks():
    new = build_document({"/things": {"query": SEARCH["paths"]["/things"]["query"]}})
    diff = dynclient.diff(SEARCH, new)
    assert {change.operation for change in diff.changes} == {"copyThings", "linkThings"}
    assert diff.breaking


TWIN = document(
    {
        "/things/{id}": {
            "get": operation(
                parameter("id", "path", {"type": "string"}),
                parameter("c", "cookie", {"type": "string"}),
                responses=answer({"type": ["object", "null"], "properties": {"a": {"const": 1}}}),
            ),
            "put": operation(
                parameter("id", "path", {"type": "string"}),
                operationId="put",
                body=content({"type": "string"}, "text/event-stream"),
                responses=OK,
            ),
        }
    },
    webhooks={"w": {"post": operation(operationId="hook", body=content({"type": "string"}))}},
)


def test_a_document_that_uses_only_what_3_1_has_behaves_as_its_twin():
    newer = {**TWIN, "openapi": "3.2.0"}
    for old, new in ((TWIN, newer), (newer, TWIN)):
        assert not [c for c in dynclient.diff(old, new).changes if c.level != "info"]
    clients = [dynclient.Client(each, transport=Server()) for each in (TWIN, newer)]
    for key in clients[0].operations:
        first, second = (client[key] for client in clients)
        assert first.call_schema == second.call_schema
        assert first.example() == second.example()
        assert first.request(first.example()) == second.request(second.example())
        assert first.result_schemas == second.result_schemas
    assert dynclient.load(newer).problems == ()


# --- $self


def write_yaml(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


@pytest.mark.parametrize(
    "reference",
    [
        "#/components/schemas/A",
        "https://example.org/api/openapi.json#/components/schemas/A",
        "openapi.json#/components/schemas/A",
        "/api/openapi.json#/components/schemas/A",
    ],
)
@pytest.mark.parametrize("kind", ["file", "mapping"])
def test_self_is_the_base_of_references(tmp_path, reference, kind):
    source = build_document(
        {"/x": {"post": operation(body=content({"$ref": reference}))}},
        **{"$self": "https://example.org/api/openapi.json#ignored"},
        components={"schemas": {"A": {"type": "integer"}}},
    )
    path = tmp_path / "other-name.json"
    write_yaml(path, source)
    client = dynclient.Client(path if kind == "file" else source, transport=Server())
    assert [v.path for v in client.run.validate(body="x")] == [("body",)]
    assert client.document.problems == ()


def test_with_self_a_file_beside_the_document_is_still_found(tmp_path):
    source = build_document(
        {"/x": {"post": operation(body=content({"$ref": "parts/a.json#/A"}))}},
        **{"$self": "https://example.org/api/openapi.json"},
    )
    write_yaml(tmp_path / "api.json", source)
    write_yaml(tmp_path / "parts" / "a.json", {"A": {"type": "integer"}})
    client = dynclient.Client(tmp_path / "api.json", transport=Server())
    assert [v.path for v in client.run.validate(body="x")] == [("body",)]


@pytest.mark.parametrize("own", [5, None, "", "::", "https://[", "#x"])
def test_a_self_that_is_no_uri_is_no_base(own):
    source = build_document(
        {"/x": {"post": operation(body=content({"$ref": "#/components/schemas/A"}))}},
        **{"$self": own},
        components={"schemas": {"A": {"type": "integer"}}},
    )
    client = dynclient.Client(source, transport=Server())
    assert client.run.validate(body="x")


# --- smaller objects


def test_examples_may_have_their_data_and_their_text():
    examples = {"one": {"dataValue": {"a": 7}, "serializedValue": '{"a":7}'}}
    text = {"two": {"serializedValue": '{"a": 8}'}}
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    media_type = {"schema": schema, "examples": examples}
    result = {
        "200": {
            "summary": "fine",
            "content": {"application/json": {"schema": schema, "examples": text}},
        }
    }
    body = {"required": True, "content": {"application/json": media_type}}
    number = {"type": "integer"}
    source = build_document(
        {
            "/x": {
                "post": operation(
                    parameter("q", schema=number, required=True, examples={"q": {"dataValue": 41}}),
                    body=body,
                    responses=result,
                )
            }
        }
    )
    client = dynclient.Client(source, transport=dynclient.Sandbox(source))
    assert client.run.example() == {"query": {"q": 41}, "body": {"a": 7}}
    assert client.run(q=1, body={}) == {"a": 8}
    assert client.document.problems == ()
    media_type["examples"] = {"one": {"dataValue": {"a": "x"}}}
    assert [p.code for p in dynclient.load(source).problems] == ["invalid-example"]


def test_tags_have_parents():
    tags = [
        {"name": "a", "summary": "All", "kind": "nav"},
        {"name": "b", "parent": "a", "description": "Some"},
        {"name": "c", "parent": "nobody"},
        {"name": "d", "parent": "e"},
        {"name": "e", "parent": "d"},
    ]
    loaded = dynclient.load(build_document({}, tags=tags))
    assert dict(loaded.tags) == {"a": "All", "b": "Some", "c": "", "d": "", "e": ""}
    assert [(p.code, p.pointer) for p in loaded.problems] == [
        ("bad-parent-tag", f"/tags/{index}/parent") for index in (2, 3, 4)
    ]


def test_servers_have_names_and_schemes_their_flows():
    device = {
        "deviceAuthorizationUrl": "https://a.example/device",
        "tokenUrl": "https://a.example/token",
        "scopes": {"read": ""},
    }
    scheme = {
        "type": "oauth2",
        "oauth2MetadataUrl": "https://a.example/.well-known/oauth",
        "deprecated": True,
        "flows": {"deviceAuthorization": device},
    }
    source = build_document(
        {"/x": {"get": operation(security=[{"o": ["read"]}])}},
        components={"securitySchemes": {"o": scheme}},
    )
    source["servers"][0]["name"] = "production"
    server = Server()
    client = dynclient.Client(source, transport=server, credentials={"o": "t"})
    client.run()
    assert server.last.headers["authorization"] == "Bearer t"
    assert [each.name for each in client.document.servers] == ["production"]
    assert client.document.problems == ()


def test_the_operations_of_a_tag_are_those_of_its_parents_too():
    tags = [{"name": "a"}, {"name": "b", "parent": "a"}, {"name": "c", "parent": "b"}]
    circle = [{"name": "d", "parent": "e"}, {"name": "e", "parent": "d"}]
    paths = {f"/{tag}": {"get": operation(operationId=f"get_{tag}", tags=[tag])} for tag in "abcd"}
    client = dynclient.Client(document(paths, version="3.2.0", tags=[*tags, *circle]))
    assert {tag: [*operations] for tag, operations in client.tags.items()} == {
        "a": ["get_a", "get_b", "get_c"],
        "b": ["get_b", "get_c"],
        "c": ["get_c"],
        "d": ["get_d"],
        "e": ["get_d"],
    }
    found = select_operations(client.document, "b", None)
    assert [each.id for each in found] == ["get_b", "get_c"]

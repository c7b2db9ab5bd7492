from __future__ import annotations

import contextlib
import pickle

import pytest
from support.documents import OK, answer, content, document, operation, parameter, single

import dynclient
from dynclient import errors
from dynclient.model import RequiredScheme, SecurityScheme


def loaded(paths=None, **fields):
    return dynclient.load(document(paths, **fields))


def codes(made):
    return [problem.code for problem in dynclient.load(made).problems]


def test_a_document_has_its_info_version_and_operations():
    found = loaded(
        {"/x": {"get": operation(tags=["b"])}}, tags=[{"name": "a", "description": "first"}]
    )
    assert (found.title, found.version, dict(found.info)) == (
        "Shop",
        "3.1.0",
        {"title": "Shop", "version": "1"},
    )
    assert dict(found.tags) == {"a": "first", "b": ""}
    assert found.servers[0].url == "https://api.example.com/v1"
    assert found.problems == ()
    assert "Shop" in repr(found)


@pytest.mark.parametrize("made", [{"openapi": "3.1.0"}, {"openapi": "3.0.0", "paths": None}, {"openapi": "3.1.0", "info": [], "paths": [1]}, {"openapi": "3.1.0", "paths": {"/x": None, "/y": 5, "/z": {"get": None, "post": []}}}])  # fmt: skip
def test_a_document_without_info_or_paths_is_loaded_all_the_same(made):
    found = dynclient.load(made)
    assert dict(found.operations) == {}
    assert (found.title, dict(found.info)) == ("untitled API", {})
    assert found.problems
    assert dynclient.Client(found).find("x") == []


def test_operations_stand_in_document_order_whatever_their_methods():
    paths = {
        "/b": {"post": operation(operationId="one"), "get": operation(operationId="two")},
        "/a": {"delete": {"responses": OK}},
    }
    assert list(loaded(paths).operations) == ["one", "two", "DELETE /a"]


def test_extensions_are_no_paths_and_no_methods():
    found = loaded(
        {
            "/x": {"get": operation(), "x-get": operation(operationId="no")},
            "x-paths": {"get": operation(operationId="neither")},
        }
    )
    assert list(found.operations) == ["run"]


def test_a_parameter_of_the_operation_overrides_that_of_the_path():
    item = {
        "parameters": [parameter("a", schema={"type": "integer"}), parameter("b")],
        "get": operation(parameter("a", schema={"type": "string"}), parameter("b", "header")),
    }
    found = loaded({"/x": item}).operations["run"].parameters
    assert [(p.location, p.name) for p in found] == [
        ("query", "a"),
        ("query", "b"),
        ("header", "b"),
    ]
    assert found[0].schema.value == {"type": "string"}


@pytest.mark.parametrize(
    ("location", "given", "style", "explode"),
    [("query", {}, "form", True), ("path", {}, "simple", False), ("header", {}, "simple", False), ("cookie", {}, "form", True),
     ("query", {"style": "deepObject"}, "deepObject", False), ("query", {"style": "matrix"}, "form", True), ("query", {"style": 5, "explode": "x"}, "form", True),
     ("path", {"style": "label", "explode": True}, "label", True)],
)  # fmt: skip
def test_the_style_of_a_parameter(location, given, style, explode):
    found = (
        dynclient.load(
            single(parameter("a", location, **given), path="/{a}" if location == "path" else "/x")
        )
        .operations["run"]
        .parameters[0]
    )
    assert (found.style, found.explode) == (style, explode)


def test_security_reads_as_or_of_and():
    schemes = {"a": {"type": "http", "scheme": "BASIC"}, "b": {"type": "oauth2"}}
    found = dynclient.load(
        single(security=[{"a": [], "b": ["read"]}, {}], components={"securitySchemes": schemes})
    )
    basic, oauth = SecurityScheme("a", "http", "basic"), SecurityScheme("b", "oauth2")
    assert found.operations["run"].security == (
        (RequiredScheme(basic), RequiredScheme(oauth, ("read",))),
        (),
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"security": "k"}, None),
        ({"security": ["k"]}, None),
        ({"security": {"k": []}}, None),
        ({"security": [{"nope": []}]}, "unknown-security-scheme"),
        ({"servers": 5}, "wrong-type"),
        ({"servers": [5]}, None),
        (
            {"servers": [{"url": "https://{a}", "variables": {"a": {"default": "b", "enum": 5}}}]},
            None,
        ),
        ({"tags": [5]}, None),
        ({"components": 5}, "wrong-type"),
        ({"components": {"schemas": []}}, None),
        ({"components": {"securitySchemes": {"k": 5}}}, None),
        ({"components": {"securitySchemes": {"k": {"$ref": "#/nope"}}}}, None),
        ({"webhooks": 5}, None),
        ({"info": {"title": {}}}, "missing-field"),
    ],
)
def test_a_wrong_corner_of_the_top_is_a_problem_and_operations_stay(fields, code):
    found = loaded({"/x": {"get": operation(security=[])}}, **fields)
    client = dynclient.Client(found, server="https://a.test")
    assert client.run.request().url == "https://a.test/x"
    told = [p.code for p in found.problems]
    assert told
    assert code is None or code in told
    assert all(isinstance(tag, str) and tag for tag in found.tags)
    repr(found.servers), repr(found.security_schemes)


def test_security_that_cannot_be_read_never_means_that_none_is_needed():
    for security in (["k"], {"k": []}, "k", [5]):
        made = single(
            security=security,
            components={"securitySchemes": {"k": {"type": "apiKey", "in": "header", "name": "K"}}},
        )
        assert () not in dynclient.load(made).operations["run"].security


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (operation(parameters=5), None),
        (operation(parameter("id", "path")), "unused-path-parameter"),
        (operation(parameter("a"), parameter("a")), "duplicate-parameter"),
        (operation({"name": "a", "in": "body"}), "bad-parameter"),
        (operation({"name": "a", "in": "query"}), "missing-field"),
        (operation(body={"content": 5}), None),
        (operation(body=5), "wrong-type"),
        (operation(responses=5), None),
        (operation(responses={"20x": {"description": ""}}), "bad-status"),
        (operation(responses={"200": {"description": "x", "content": {"application/json": 5}}}), None),
        (operation(responses={"200": {"description": "x", "content": {"application/json": {"schema": {"type": "integer"}, "example": "x"}}}}), "invalid-example"),
        ({"responses": OK}, "missing-operation-id"),
        ({"operationId": "run"}, "missing-field"),
    ],
)  # fmt: skip
def test_a_wrong_corner_of_an_operation_is_a_problem(item, code):
    told = codes(document({"/x": {"get": item}}))
    assert told
    assert code is None or code in told


def test_a_variable_that_is_not_declared_is_a_problem():
    assert "undeclared-path-variable" in codes(single(path="/x/{id}"))


def test_two_operations_of_one_id_are_a_problem_and_both_stay():
    made = document({"/x": {"get": operation()}, "/y": {"get": operation()}})
    assert codes(made) == ["duplicate-operation-id"] * 2
    assert list(dynclient.load(made).operations) == ["GET /x", "GET /y"]


def test_a_problem_names_file_and_line(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    get:\n      operationId: run\n      parameters:\n      - {name: q, in: nowhere}\n      responses: {'200': {description: fine}}\n"
    )
    (problem,) = dynclient.load(path).problems
    assert (problem.code, problem.line, problem.file.rsplit("/", 1)[-1]) == (
        "bad-parameter",
        8,
        "api.yaml",
    )
    assert problem.severity == "error"
    assert str(problem).startswith("api.yaml:8:")


def test_a_reference_is_followed_everywhere():
    components = {
        "parameters": {"Q": parameter("q", schema={"$ref": "#/components/schemas/N"})},
        "requestBodies": {"B": content({"$ref": "#/components/schemas/N"})},
        "responses": {"R": answer({"$ref": "#/components/schemas/N"})["200"]},
        "schemas": {"N": {"type": "integer"}},
        "pathItems": {
            "P": {
                "post": operation(
                    {"$ref": "#/components/parameters/Q"},
                    body={"$ref": "#/components/requestBodies/B"},
                    responses={"200": {"$ref": "#/components/responses/R"}},
                )
            }
        },
    }
    client = dynclient.Client(
        document({"/x": {"$ref": "#/components/pathItems/P"}}, components=components)
    )
    assert {v.where for v in client.run.validate(q="x", body="x")} == {"query.q", "body"}
    assert client.run.result_schemas["200", "application/json"]["$defs"]["N"]["type"] == "integer"
    assert client.document.problems == ()


def test_circles_of_references_end_in_a_problem():
    made = document(
        {"/x": {"get": operation({"$ref": "#/components/parameters/A"})}},
        components={
            "parameters": {
                "A": {"$ref": "#/components/parameters/B"},
                "B": {"$ref": "#/components/parameters/A"},
            }
        },
    )
    assert "unresolvable-reference" in codes(made)
    with pytest.raises(errors.UnresolvableReference):
        dynclient.Client(made).run()


def test_a_document_that_cannot_be_pickled_says_so():
    found = loaded({"/x": {"get": operation()}})
    with contextlib.suppress(TypeError):
        assert list(pickle.loads(pickle.dumps(found)).operations) == ["run"]
        return
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(found)


def test_nothing_changes_what_the_document_says():
    body = content({"type": "string"})
    found = loaded({"/x": {"post": operation(parameter("a"), body=body)}}).operations["run"]
    body = found.request_body
    parts = [
        found,
        found.parameters[0],
        body,
        body.content["application/json"],
        found.responses["200"],
    ]
    for part in parts:
        for name in vars(part).copy():
            with pytest.raises(AttributeError, match=name):
                setattr(part, name, None)
            with pytest.raises(AttributeError, match=name):
                delattr(part, name)
    assert [part.name for part in found.parameters] == ["a"]

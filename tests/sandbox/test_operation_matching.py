"""Which operation a path leads to."""

from __future__ import annotations

import pytest
from support.documents import document, operation, parameter
from support.sandboxes import ask, data

from dynclient import Sandbox


def named(name, *parameters, **fields):
    """Return an operation that answers with its own name."""
    schema = {"type": "object", "properties": {"is": {"const": name}}, "required": ["is"]}
    response = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    return operation(*parameters, operationId=name, responses=response, **fields)


def found(sandbox, url, method="GET", **headers):
    """Return the name of the operation that answers, or the status where none does."""
    response = ask(sandbox, method, url, **headers)
    return data(response)["is"] if response.status == 200 else response.status


def sandbox_of(paths, **fields):
    return Sandbox(document({path: {"get": named(path)} for path in paths}, **fields))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/pets/mine", "/pets/mine"),
        ("/pets/m%69ne", "/pets/mine"),
        ("/pets/7", "/pets/{id}"),
        ("/pets/a%2Fb", "/pets/{id}"),
        ("/pets/", 400),
        ("/pets", "/pets"),
        ("/pets/7/photo", "/pets/{id}/photo"),
        ("/pets/mine/photo", "/pets/{id}/photo"),
        ("/report(4)", "/report({n})"),
        ("/files/a.tar", "/files/{name}.{ext}"),
        ("/files/plain", "/files/{whole}"),
        ("/two%20words", "/two words"),
        ("/pets/7/", 404),
        ("/Pets", 404),
        ("/", 404),
        ("/pets/7/photo/x", 404),
    ],
)
def test_literal_segments_win_over_variables_and_nothing_is_decoded_before_the_match(
    path, expected
):
    paths = ["/pets", "/pets/{id}", "/pets/mine", "/pets/{id}/photo", "/report({n})"]
    sandbox = sandbox_of([*paths, "/files/{whole}", "/files/{name}.{ext}", "/two words"])
    assert found(sandbox, f"https://api.example.com/v1{path}") == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/v1/pets",
        "http://localhost:8000/v1/pets",
        "http://sandbox.invalid/pets",
        "/v1/pets",
    ],
)
def test_any_host_and_every_base_path_of_the_servers_will_do(url):
    assert found(sandbox_of(["/pets"]), url) == "/pets"


def test_the_longest_base_path_that_fits_is_stripped():
    servers = [
        {"url": "https://x/api"},
        {"url": "https://x/api/{stage}", "variables": {"stage": {"default": "v1"}}},
    ]
    sandbox = sandbox_of(["/pets", "/v1/pets"], servers=servers)
    assert found(sandbox, "https://x/api/v1/pets") == "/pets"
    assert found(sandbox, "https://x/api/v2/pets") == "/pets"
    assert found(sandbox, "https://x/api/pets") == "/pets"
    assert found(sandbox, "https://x/other/pets") == 404


@pytest.mark.parametrize("url", ["/api", "{base}/api", "{scheme}://{host}/api/", "//cdn/api"])
def test_relative_and_templated_servers_have_a_base_path_too(url):
    variables = {
        name: {"default": default}
        for name, default in (("base", "https://h"), ("scheme", "https"), ("host", "h"))
    }
    sandbox = sandbox_of(["/pets"], servers=[{"url": url, "variables": variables}])
    assert found(sandbox, "http://sandbox.invalid/api/pets") == "/pets"


def test_an_operation_answers_only_at_its_own_servers_or_at_the_root():
    paths = {
        "/a": {"get": named("a"), "servers": [{"url": "https://other/x"}]},
        "/b": {"get": named("b")},
    }
    sandbox = Sandbox(document(paths))
    assert found(sandbox, "https://other/x/a") == "a"
    assert found(sandbox, "https://other/v1/a") == 404
    assert found(sandbox, "https://other/a") == "a"


def test_a_method_that_is_not_declared_gets_405_and_the_ones_that_are():
    sandbox = Sandbox(document({"/a": {"get": named("get"), "put": named("put")}}))
    response = ask(sandbox, "HEAD", "/a")
    assert response.status == 405
    assert response.headers["Allow"] == "GET, PUT"
    assert ask(sandbox, "OPTIONS", "/a").status == 405


def test_a_template_answers_the_method_that_its_literal_neighbour_lacks():
    sandbox = Sandbox(
        document(
            {
                "/a/me": {"get": named("me")},
                "/a/{id}": {"delete": named("gone", parameter("id", "path"))},
            }
        ),
        second_opinion=True,
    )
    assert found(sandbox, "/a/me", "DELETE") == "gone"
    assert ask(sandbox, "PATCH", "/a/me").headers["Allow"] == "DELETE, GET"


def test_path_keys_with_a_query_are_told_apart_by_it():
    sandbox = sandbox_of(["/run?task=a", "/run?task=b&fast={n}", "/run"])
    assert found(sandbox, "/run?task=a") == "/run?task=a"
    assert found(sandbox, "/run?fast=1&task=b") == "/run?task=b&fast={n}"
    assert found(sandbox, "/run?task=c") == "/run"


def test_path_keys_with_a_fragment_are_told_apart_by_what_their_calls_allow():
    target = [parameter("X-Target", "header", {"enum": [name]}, required=True) for name in "ab"]
    paths = {"/#a": {"get": named("a", target[0])}, "/#b": {"get": named("b", target[1])}}
    sandbox = Sandbox(document(paths))
    assert found(sandbox, "/v1/", X_Target="b") == "b"
    assert found(sandbox, "/v1/", X_Target="c") == 400


def test_a_deep_path_and_many_variables_in_one_segment_are_matched_in_bounds():
    deep, wide = "/x" * 5000, "/" + "".join(f"{{v{i}}}-" for i in range(60))
    sandbox = sandbox_of([deep, wide])
    assert found(sandbox, deep) == deep
    assert found(sandbox, "/" + "-" * 3000 + "x") == 404
    assert found(sandbox, "/y" * 20000) == 404


@pytest.mark.parametrize(("style", "raw"), [("label", ".a.b"), ("matrix", ";v=a;v=b")])
def test_label_and_matrix_values_are_read_from_their_segment(style, raw):
    schema = {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2}
    run = operation(parameter("v", "path", schema, style=style, explode=True))
    sandbox = Sandbox(document({"/p/{v}": {"get": run}}), second_opinion=True)
    assert ask(sandbox, "GET", f"/p/{raw}").status == 200
    assert ask(sandbox, "GET", f"/p/{raw}x").status == 400
    assert {d.reason for d in sandbox.disagreements} == {
        "it does not read paths in matrix or label style"
    }


@pytest.mark.parametrize(
    "url",
    [
        "",
        "?",
        "//",
        "http://",
        "http://[::1",
        "::::",
        "/%",
        "/%zz/%2",
        "/a?%=%&&=",
        "/\x00",
        "/ä",
        "http:///a",
    ],
)
def test_no_url_is_too_odd(url):
    assert ask(sandbox_of(["/a"]), "GET", url).status in (200, 404)


# --- variables side by side


INTEGER, TEXT = {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize(
    ("schemas", "text", "values"),
    [
        ([INTEGER, TEXT], "31format-6", {"a": 31, "b": "format-6"}),
        ([TEXT, INTEGER], "format-6", {"a": "format-", "b": 6}),
        ([{"enum": ["ab", "abc"]}, {"enum": ["d", "e"]}], "abcd", {"a": "abc", "b": "d"}),
        ([TEXT, TEXT], "31.json", {"a": "31", "b": ".json"}),
    ],
)
def test_the_values_of_variables_side_by_side_are_those_that_fit(schemas, text, values):
    parameters = [parameter(name, "path", one) for name, one in zip("ab", schemas, strict=True)]
    sandbox = Sandbox(document({"/files/{a}{b}": {"get": operation(*parameters)}}))
    assert ask(sandbox, "GET", f"/files/{text}").status == 200
    assert sandbox.calls[-1].call["path"] == values


def test_values_of_variables_side_by_side_that_never_fit_are_refused():
    parameters = [parameter(name, "path", INTEGER) for name in "ab"]
    sandbox = Sandbox(document({"/files/{a}{b}": {"get": operation(*parameters)}}))
    assert ask(sandbox, "GET", "/files/" + "x" * 5000).status == 400
    assert ask(sandbox, "GET", "/files/12").status == 200


def test_a_member_of_two_exploded_objects_is_of_both():
    schema = {"type": "object", "properties": {"size": INTEGER}, "required": ["size"]}
    parameters = [parameter(name, schema=schema, required=True) for name in ("old", "new")]
    sandbox = Sandbox(document({"/files": {"get": operation(*parameters)}}))
    assert ask(sandbox, "GET", "/files?size=1").status == 200
    assert sandbox.calls[-1].call["query"] == {"old": {"size": 1}, "new": {"size": 1}}


def test_a_parameter_of_its_own_name_wins_over_the_member_of_an_exploded_object():
    schema = {"type": "object", "properties": {"size": INTEGER, "name": TEXT}}
    parameters = [parameter("filter", schema=schema), parameter("size", schema=INTEGER)]
    sandbox = Sandbox(document({"/files": {"get": operation(*parameters)}}))
    assert ask(sandbox, "GET", "/files?size=1&name=a").status == 200
    assert sandbox.calls[-1].call["query"] == {"filter": {"name": "a"}, "size": 1}

"""Traps of real documents, each as a small document of our own: it loads, and its operation is called."""

import pytest
from support.documents import answer, content, document, operation, parameter

import dynclient

HEAD = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://a.example'}]\n"


def call(source, name=None, **arguments):
    """Return the request of a call that the sandbox accepts."""
    client = dynclient.Client(source, transport=dynclient.Sandbox(source))
    name = name or next(iter(client.operations))
    found = client[name]
    given = arguments or found.example()
    request = found.request(**given) if arguments else found.request(given)
    found.send(request)
    return request


def call_text(text, **arguments):
    """The same for a document that is YAML text."""
    client = dynclient.Client(
        (HEAD + text).encode(), transport=dynclient.Sandbox((HEAD + text).encode()),
        server="https://a.example",
    )  # fmt: skip
    found = client[next(iter(client.operations))]
    return found.request(**arguments), found.send(**arguments)


@pytest.mark.parametrize(
    "value", ["=", "2024-01-01", "yes", "on", "1:30", "1_000", "0o17x", "1e3x", "~x"]
)
def test_scalars_of_yaml_1_1_are_text(value):
    text = (
        "paths:\n  /a:\n    get:\n      operationId: a\n      parameters:\n"
        f"        - {{name: q, in: query, schema: {{type: string, enum: [{value}]}}}}\n"
        "      responses: {200: {description: fine}}\n"
    )
    request, result = call_text(text, q=value)
    assert (result.status, request.url.partition("?")[0]) == (200, "https://a.example/a")


def test_a_tab_between_tokens_and_integer_keys_are_read():
    text = "paths:\n  /a:\n    get:\n      operationId:\ta\n      responses:\n        204:\n          description:\tfine\n"
    _, result = call_text(text)
    assert result.status == 204


@pytest.mark.parametrize(
    "source",
    [
        {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": None},
        {"openapi": "3.0.3", "paths": {}},
        {"openapi": "3.0.3", "paths": {"/a": {"get": None}}},
        {"swagger": 2.0, "paths": None},
        {"openapi": "3.1.0", "webhooks": {"w": {"post": {}}}},
    ],
)
def test_documents_without_operations_load(source):
    assert list(dynclient.load(source).operations) == []


def test_an_operation_without_responses_is_called():
    assert (
        call({"openapi": "3.0.3", "paths": {"/a": {"get": {"operationId": "a"}}}}).method == "GET"
    )


def test_references_lead_into_paths_and_are_percent_encoded():
    schema = {"type": "string", "enum": ["x"]}
    source = document(
        {
            "/a/{id}": {"get": operation(parameter("id", "path", schema), operationId="a")},
            "/b/{id}": {
                "get": operation(
                    {"$ref": "#/paths/~1a~1%7Bid%7D/get/parameters/0"}, operationId="b"
                )
            },
        }
    )
    assert call(source, "b").url.endswith("/b/x")


def test_a_reference_that_is_data_is_left_alone():
    schema = {
        "type": "object",
        "properties": {"$ref": {"type": "string"}},
        "required": ["$ref"],
        "example": {"$ref": "#/nowhere"},
        "enum": [{"$ref": "#/nowhere"}],
    }
    source = document({"/a": {"post": operation(body=content(schema))}}, version="3.0.3")
    assert call(source).body == b'{"$ref":"#/nowhere"}'
    codes = {problem.code for problem in dynclient.load(source).problems}
    assert "unresolvable-reference" not in codes


def test_a_missing_target_hurts_only_who_needs_it():
    missing = {"$ref": "#/components/parameters/Missing"}
    source = document(
        {"/a": {"get": operation(missing, operationId="a")}, "/b": {"get": operation(operationId="b")}}
    )  # fmt: skip
    assert call(source, "b").url.endswith("/b")
    with pytest.raises(dynclient.errors.UnresolvableReference):
        call(source, "a")
    assert "unresolvable-reference" in {each.code for each in dynclient.load(source).problems}


def test_a_fragment_keeps_operations_apart_and_is_not_sent():
    paths = {
        f"/#Target={name}": {"post": {"responses": {"200": {"description": "-"}}}} for name in "XY"
    }
    assert call(document(paths), "POST /#Target=Y").url.rstrip("/").endswith("/v1")


def test_the_query_of_a_path_key_is_merged():
    paths = {"/a?beta=true": {"get": operation(parameter("q"))}}
    assert call(document(paths), q="1").url.endswith("/a?beta=true&q=1")


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"$ref": "#/components/schemas/Texts"}]},
        {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Texts"}]},
        {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "string"}}]},
    ],
)
def test_the_style_of_a_combined_schema_is_chosen_by_the_value(schema):
    texts = {"type": "array", "items": {"type": "string"}}
    source = document(
        {"/a": {"get": operation(parameter("q", schema=schema))}},
        components={"schemas": {"Texts": texts}},
    )
    assert call(source, q=["b", "c"]).url.endswith("?q=b&q=c")


def test_a_deep_object_that_is_an_array_has_indices():
    texts = {"type": "array", "items": {"type": "string"}}
    expand = parameter("expand", schema=texts, style="deepObject", explode=True)
    request = call(document({"/a": {"get": operation(expand)}}), expand=["b", "c"])
    assert request.url.endswith("?expand%5B0%5D=b&expand%5B1%5D=c")


@pytest.mark.parametrize(
    "name", ["filter[x]", "$top", "@odata", "before/after", "X-Trace-Id", "class", "self", "body"]
)
def test_names_that_are_no_identifiers_are_given_by_location(name):
    source = document({"/a/{id}": {"get": operation(parameter(name), parameter("id", "path"))}})
    request = call(source, query={name: "v"}, path={"id": "1"})
    assert request.url.endswith("=v")


def test_one_name_in_path_and_query():
    source = document({"/a/{id}": {"get": operation(parameter("id"), parameter("id", "path"))}})
    assert call(source, query={"id": "1"}, path={"id": "2"}).url.endswith("/a/2?id=1")


@pytest.mark.parametrize(
    ("server", "url"),
    [
        ({"url": "https://a.example/v1/"}, "https://a.example/v1/a"),
        ({"url": "{apiRoot}/x", "variables": {"apiRoot": {"default": "https://b.example"}}}, "https://b.example/x/a"),
        ({"url": "https://{host}/", "variables": {"host": {"default": "c.example"}}}, "https://c.example/a"),
    ],
)  # fmt: skip
def test_servers(server, url):
    source = document({"/a": {"get": operation()}}, servers=[server])
    assert call(source).url == url


@pytest.mark.parametrize(
    ("version", "schema"),
    [
        ("3.0.3", {"nullable": True}),
        ("3.0.3", {"nullable": True, "type": "string", "enum": ["a"]}),
        ("3.0.3", {"nullable": True, "allOf": [{"$ref": "#/components/schemas/A"}]}),
        ("3.0.3", {"nullable": True, "oneOf": [{"$ref": "#/components/schemas/A"}]}),
    ],
)
def test_nullable_allows_null_in_every_form(version, schema):
    body = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    components = {"schemas": {"A": {"type": "string"}}}
    source = document({"/a": {"post": operation(body=content(body))}}, version=version, components=components)  # fmt: skip
    assert call(source, body={"a": None}).body == b'{"a":null}'


def test_nullable_in_3_1_is_a_problem_that_says_what_to_write():
    schema = {"type": "string", "nullable": True}
    source = document({"/a": {"get": operation(responses=answer(schema))}})
    texts = [f"{each.message} {each.hint}" for each in dynclient.load(source).problems]
    assert any("nullable" in text and "null" in text for text in texts)


@pytest.mark.parametrize(
    ("pattern", "value"), [(r"^\-\_$", "-_"), (r"^[\w\-\.]+$", "a-b.c"), (r"^\@x$", "@x")]
)
def test_patterns_that_are_legal_without_the_u_flag_are_understood(pattern, value):
    source = document({"/a": {"get": operation(parameter("q", schema={"pattern": pattern}))}})
    client = dynclient.Client(source)
    assert client.run.validate(q=value) == []
    assert client.run.validate(q="!!")


def test_a_broken_pattern_is_a_problem_and_refuses_nothing():
    source = document({"/a": {"get": operation(parameter("q", schema={"pattern": "(["}))}})
    assert call(source, q="anything").url.endswith("?q=anything")
    assert any("pattern" in problem.code for problem in dynclient.load(source).problems)


def test_a_form_of_swagger_without_consumes_is_urlencoded_unless_a_file_is_there():
    def build(kind):
        fields = [{"name": "f", "in": "formData", "type": kind}, {"name": "a", "in": "formData", "type": "string"}]  # fmt: skip
        paths = {"/a": {"post": {"operationId": "a", "parameters": fields, "responses": {"204": {"description": "-"}}}}}  # fmt: skip
        return {"swagger": "2.0", "host": "a.example", "paths": paths}

    form = call(build("string"), f="x y", a="1")
    assert (form.headers["content-type"], form.body) == (
        "application/x-www-form-urlencoded",
        b"f=x+y&a=1",
    )
    parts = call(build("file"), f=b"x", a="1")
    assert parts.headers["content-type"].startswith("multipart/form-data")


@pytest.mark.parametrize(
    ("schema", "fields"),
    [
        ({"enum": [[1, 2], [3]]}, {}),
        ({"const": [True, None]}, {}),
        ({"enum": [{"a": 1, "b": "2"}]}, {"style": "deepObject", "explode": True}),
        ({"type": "array", "enum": [[1.5], ["x"]]}, {"explode": False}),
    ],
)
def test_listed_arrays_and_objects_say_which_types_their_parts_have(schema, fields):
    call(
        document({"/a": {"get": operation(parameter("q", schema=schema, required=True, **fields))}})
    )


@pytest.mark.parametrize("media_type", ["multipart/form-data", "multipart/mixed"])
@pytest.mark.parametrize("schema", [{}, True, {"description": "anything"}])
def test_parts_without_a_type_are_never_text_without_a_boundary(schema, media_type):
    made = document({"/a": {"post": operation(body=content(schema, media_type))}})
    assert "boundary=" in call(made).headers["Content-Type"]
    bound = dynclient.Client(made)["run"]
    assert bound.validate(body="text") != []
    assert bound.validate(body={"note": "a"}) == []


@pytest.mark.parametrize("keyword", [{"enum": ["draft", "final"]}, {"const": "draft"}])
def test_listed_values_of_a_file_refuse_no_file(keyword):
    file = {"type": "string", "format": "binary", **keyword}
    form = {"type": "object", "properties": {"file": file}, "required": ["file"]}
    for body in (content(file, "application/octet-stream"), content(form, "multipart/form-data")):
        call(document({"/a": {"post": operation(body=body)}}))

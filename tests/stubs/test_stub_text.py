"""The text of a stub: names, models, directions, alternatives, hostile text, every version of OpenAPI."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import answer, content, document, operation, parameter
from support.effort import share

import dynclient
from dynclient.stubs import build_stubs
from dynclient.stubs.docstring_text import format_docstring
from dynclient.stubs.model_names import build_class_name


def write(paths, schemas=None, **fields):
    """Return the types of a document, without docstrings; it is Python in any case."""
    if schemas is not None:
        fields["components"] = {"schemas": schemas}
    text = build_stubs(dynclient.load(document(paths, **fields)), "a.yaml").types
    ast.parse(text)
    return re.sub(r'\n *"""(?:[^"\\]|\\.)*"""', "", text)


def write_result(schema, schemas=None, **fields):
    """Return the types of a document with one operation, which returns a schema."""
    return write({"/a": {"get": operation(responses=answer(schema))}}, schemas, **fields)


def find_result(text):
    return re.search(r"\) -> (.*):", text.partition("class _Operations")[2])[1]


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, "Any"),
        ({"type": "string"}, "str"),
        ({"type": ["string", "null"]}, "str | None"),
        ({"type": ["integer", "boolean"]}, "int | bool"),
        ({"type": "number"}, "float"),
        ({"type": ["number", "integer"]}, "float"),
        ({"allOf": [{"type": "number"}, {"type": "integer"}]}, "int"),
        ({"type": "null"}, "None"),
        ({"type": "array"}, "list[Any]"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, "list[list[str]]"),
        ({"items": {"type": "string"}}, "list[str]"),
        ({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"}}, "list[str | int]"),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "list[Any]"),
        ({"type": "object"}, "dict[str, Any]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "dict[str, int]"),
        ({"type": "object", "patternProperties": {"^a": {"type": "integer"}, "^b": {"type": "string"}}}, "dict[str, int | str]"),
        ({"enum": ["a", "b"]}, 'Literal["a", "b"]'),
        ({"type": "string", "enum": ["a", 1, None]}, 'Literal["a"]'),
        ({"enum": ["a", 1, True, None]}, 'Literal["a", 1, True] | None'),
        ({"const": "a"}, 'Literal["a"]'),
        ({"enum": [1.5, "a"]}, "float | str"),
        ({"enum": [{"a": 1}, [1]]}, "dict[str, Any] | list[Any]"),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, 'Literal["b"]'),
        ({"type": "string", "enum": ["a"], "x-extensible-enum": ["b"]}, 'Literal["a", "b"] | str'),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "str | int"),
        ({"anyOf": [{"enum": ["a"]}, {"enum": ["b"]}]}, 'Literal["a", "b"]'),
        ({"anyOf": [{"type": "string"}, {}]}, "str | None"),
        ({"type": "string", "anyOf": [{"minLength": 1}, {"maxLength": 3}]}, "str"),
        ({"type": "string", "oneOf": [{"enum": ["a"]}, {"pattern": "x"}]}, 'Literal["a"] | str'),
        ({"not": {}}, "Any"),
        ({"type": "string", "format": "date-time"}, "str"),
    ],
)  # fmt: skip
def test_a_value_has_its_type(schema, expected):
    assert find_result(write_result(schema)) == expected


def test_each_version_says_the_same():
    members = {"id": {"type": "integer"}, "next": ref("Pet")}
    nullable_30 = {"type": "object", "required": ["id"], "properties": {**members, "name": {"type": "string", "nullable": True}}}  # fmt: skip
    nullable_31 = {"type": "object", "required": ["id"], "properties": {**members, "name": {"type": ["string", "null"]}}}  # fmt: skip
    swagger = {
        "swagger": "2.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/a": {
                "get": {
                    "operationId": "run",
                    "produces": ["application/json"],
                    "responses": {"200": {"description": "an answer", "schema": {"$ref": "#/definitions/Pet"}}},
                }
            }
        },
        "definitions": {
            "Pet": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "integer"},
                    "next": {"$ref": "#/definitions/Pet"},
                    "name": {"type": "string", "x-nullable": True},
                },
            }
        },
    }  # fmt: skip
    texts = [build_stubs(dynclient.load(swagger), "a.yaml").types]
    for version, schema in [("3.0.3", nullable_30), ("3.1.0", nullable_31), ("3.2.0", nullable_31)]:
        paths = {"/a": {"get": {"operationId": "run", "responses": answer(ref("Pet"))}}}
        source = document(paths, version=version, components={"schemas": {"Pet": schema}})
        texts.append(build_stubs(dynclient.load(source), "a.yaml").types)
    assert "name: NotRequired[str | None]" in texts[0]
    assert "next: NotRequired[Pet]" in texts[0]
    assert {text.partition("class Pet")[2] for text in texts} == {
        texts[0].partition("class Pet")[2]
    }


def test_behind_allof_members_come_together():
    base = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "name": {}},
    }
    pet = {
        "allOf": [ref("Base"), {"required": ["name"], "properties": {"name": {"type": "string"}}}]
    }
    text = write_result(ref("Pet"), {"Base": base, "Pet": pet})
    assert "class Pet(TypedDict):\n    id: int\n    name: str\n" in text
    assert "class Base" not in text


def test_a_lone_reference_behind_allof_is_the_component():
    schema = {"allOf": [ref("Base")], "description": "with words"}
    base = {"type": "object", "properties": {"id": {"type": "integer"}}}
    assert find_result(write_result(schema, {"Base": base})) == "Base"


def test_alternatives_beside_members_each_have_them():
    pet = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}},
        "oneOf": [
            {"title": "Cat", "properties": {"lives": {"type": "integer"}}, "required": ["lives"]},
            {"title": "Dog", "properties": {"tricks": {"type": "integer"}}},
        ],
    }
    text = write_result(ref("Pet"), {"Pet": pet})
    assert "Pet: TypeAlias = PetCat | PetDog" in text
    assert "class PetCat(TypedDict):\n    kind: str\n    lives: int\n" in text
    assert "class PetDog(TypedDict):\n    kind: str\n    tricks: NotRequired[int]\n" in text


def test_alternatives_that_only_require_are_no_types():
    pet = {"type": "object", "properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}  # fmt: skip
    assert "class Pet(TypedDict):\n    a: NotRequired[Any]\n" in write_result(
        ref("Pet"), {"Pet": pet}
    )


def test_a_component_that_is_itself_ends():
    schemas = {
        "A": {"anyOf": [ref("A"), {"type": "string"}]},
        "B": {"oneOf": [ref("C"), {"type": "integer"}]},
        "C": {"oneOf": [ref("B"), {"type": "boolean"}]},
        "D": {"allOf": [ref("D")]},
        "E": {"properties": {"e": ref("E")}, "anyOf": [{"$ref": "#/components/schemas/E", "maxProperties": n} for n in range(1, 9)]},
    }  # fmt: skip
    text = write_result(
        {"type": "array", "prefixItems": list(map(ref, schemas)), "items": False}, schemas
    )
    assert "A: TypeAlias = str | None\n" in text
    assert "class E(TypedDict):\n    e: NotRequired[E]\n" in text


def test_a_component_that_both_directions_share_has_one_name():
    pet = {"type": "object", "properties": {"name": {"type": "string"}, "friend": ref("Friend")}}
    friend = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}}}
    plain = {"type": "object", "properties": {"a": {"type": "string"}}}
    body = {"type": "object", "properties": {"pet": ref("Pet"), "plain": ref("Plain")}}
    post = operation(body=content(body), responses=answer(body))
    text = write({"/a": {"post": post}}, {"Pet": pet, "Friend": friend, "Plain": plain})
    assert re.findall(r"^class (\w+)\(TypedDict", text, re.MULTILINE).count("Plain") == 1
    assert (
        "class Pet(TypedDict):\n    name: NotRequired[str]\n    friend: NotRequired[Friend]" in text
    )
    assert "class PetInput(TypedDict):\n    name: NotRequired[str]\n    friend: NotRequired[FriendInput]" in text  # fmt: skip
    assert "FriendInput: TypeAlias = dict[str, Any]" in text


def test_names_that_clash_get_a_number():
    schemas = {
        name: {"type": "object", "properties": {f"p{index}": {"type": "integer"}}}
        for index, name in enumerate(["pet-owner", "PetOwner", "Pet.Owner", "Client", "Literal", "class", "1st", "-"])
    }  # fmt: skip
    text = write_result(
        {"type": "array", "prefixItems": list(map(ref, schemas)), "items": False}, schemas
    )
    names = re.findall(r"^class (\w+)\(TypedDict", text, re.MULTILINE)
    assert names == ["PetOwner", "PetOwner2", "PetOwner3", "Client2", "Literal2", "Class", "Model1st", "Model"]  # fmt: skip


@pytest.mark.parametrize(
    "build",
    [
        lambda objects: {"type": "array", "prefixItems": objects, "items": False},
        lambda objects: {"oneOf": [{"title": "Same", **each} for each in objects]},
    ],
)
def test_objects_at_one_place_each_have_their_type(build):
    objects = [{"type": "object", "properties": {name: {"type": "integer"}}} for name in ("a", "b")]
    text = write_result(build(objects))
    members = re.findall(r"^class \w+\(TypedDict.*\):\n    (\w+):", text, re.MULTILINE)
    assert members == ["a", "b"]
    names = re.findall(r"^class (\w+)\(TypedDict", text, re.MULTILINE)
    assert set(names) <= set(re.findall(r"\w+", find_result(text)))


def test_members_whose_names_are_no_members_of_a_class():
    members = {
        name: {"type": "array", "items": {"type": "string"}} for name in ("a-b", "class", "")
    }
    text = write_result(ref("A"), {"A": {"properties": members}})
    assert 'A = TypedDict("A", {\n    "a-b": NotRequired[list[str]],\n    "class": Not' in text
    shadowed = write_result(ref("A"), {"A": {"properties": {"list": {"type": "array"}}}})
    assert 'TypedDict("A", {\n    "list": NotRequired[list[Any]],' in shadowed


def test_arguments_are_those_of_the_signature():
    body = {"type": "object", "required": ["b"], "properties": {"a": {"type": "integer"}, "b": {"type": "number"}, "camelCase": {"type": "string", "format": "date-time"}}}  # fmt: skip
    given = operation(
        parameter("thing-id", "path", {"type": "integer"}),
        parameter("thing_id", "path", {"type": "string"}),
        parameter("self", "query", {"type": "string", "format": "uuid"}),
        parameter("X-Trace", "header", {"type": "string"}, required=True),
        parameter("twice", "query"),
        parameter("twice", "header"),
        body=content(body),
    )
    text = write({"/a/{thing-id}/{thing_id}": {"post": given}})
    expected = """        _self,
        thing_id: int,
        thing_id_: str,
        /,
        *,
        x_trace: str,
        b: float | Decimal,
        self: str | UUID = ...,
        query: dict[str, Any] = ...,
        header: dict[str, Any] = ...,
        a: int = ...,
        camel_case: str | _datetime.datetime = ...,
"""
    assert expected in text
    assert "body: RunBody,\n" in text


def test_without_a_required_keyword_one_signature_says_all():
    body = {"type": "object", "properties": {"a": {"type": "integer"}}}
    paths = {
        "/a/{id}": {"post": operation(parameter("id", "path", {"type": "integer"}), body=content(body), operationId="one")},
        "/a": {"post": operation(body=content(body), operationId="two")},
    }  # fmt: skip
    text = write(paths)
    assert "        id: int | Call,\n        *,\n        a: int = ...,\n        body: OneBody = ...,\n" in text  # fmt: skip
    assert "        call: Call = ...,\n        /,\n        *,\n        a: int = ...,\n" in text
    assert "overload" not in text


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ({"204": {"description": ""}}, "None"),
        ({"200": {"description": ""}}, "Any"),
        ({"404": {"description": ""}}, "Any"),
        ({**answer({"type": "integer"}), "204": {"description": ""}}, "int | None"),
        ({**answer({"type": "integer"}), "default": answer({"type": "string"})["200"]}, "int"),
        (answer({"type": "integer"}, "default"), "int"),
        (answer({"type": "integer"}, "2XX"), "int"),
        ({**answer({"type": "integer"}), **answer({"type": "string"}, "404")}, "int"),
        (answer({"type": "string"}, media_type="text/csv"), "str"),
        (answer({"type": "string", "format": "binary"}, media_type="application/pdf"), "bytes"),
        (answer({"type": "object"}, media_type="*/*"), "dict[str, Any]"),
        (answer({"type": "string"}, media_type="*/*"), "str | bytes"),
        (answer({"type": "object"}, media_type="application/problem+json"), "dict[str, Any]"),
    ],
)
def test_the_result_is_that_of_the_successes(responses, expected):
    text = write({"/a": {"get": operation(responses=responses)}})
    assert find_result(text) == expected


def test_the_items_of_a_sequence_are_a_list():
    entry = {"itemSchema": {"type": "integer"}}
    responses = {"200": {"description": "", "content": {"application/jsonl": entry}}}
    text = write({"/a": {"get": operation(responses=responses)}}, version="3.2.0")
    assert find_result(text) == "list[int]"


def write_listing(parameters, schema, schemas=None, **fields):
    """Return the types of a document with one list, which pages by some parameters."""
    names = {"integer": ("page", "skip", "limit", "page_size", "max_pages"), "string": ("cursor",)}
    types = {name: kind for kind, members in names.items() for name in members}
    declared = [parameter(name, "query", {"type": types[name]}) for name in parameters]
    return write({"/a": {"get": operation(*declared, responses=answer(schema))}}, schemas, **fields)


def find_pages(text):
    """Return the keywords of `pages` and the type of an item."""
    found = re.search(r"def _run_pages\(\n(.*?)\) -> ([^\n]*): \.\.\.", text, re.DOTALL)
    return re.findall(r"^    (\w+):", found[1], re.MULTILINE), found[2]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "array", "items": ref("Pet")}, "Pet"),
        ({"type": "object", "properties": {"items": {"type": "array", "items": ref("Pet")}, "total": {"type": "integer"}}}, "Pet"),
        ({"type": "object", "properties": {"items": {"type": ["array", "null"], "items": {"type": "string"}}, "total": {"type": "integer"}}}, "str"),
        ({"type": "object", "properties": {"items": {"type": "array"}, "total": {"type": "integer"}}}, "Any"),
        ({"allOf": [ref("Total"), {"properties": {"items": {"type": "array", "items": ref("Pet")}}}]}, "Pet"),
        (ref("Page"), "Pet"),
        (ref("Pets"), "Pet"),
    ],
)  # fmt: skip
def test_the_items_of_pages_have_their_type(schema, expected):
    schemas = {
        "Pet": {"type": "object", "properties": {"name": {"type": "string"}}},
        "Pets": {"type": "array", "items": ref("Pet")},
        "Page": {"type": "object", "properties": {"items": ref("Pets"), "total": {"type": "integer"}}},
        "Total": {"type": "object", "properties": {"total": {"type": "integer"}}},
    }  # fmt: skip
    text = write_listing(["page", "page_size"], schema, schemas)
    assert "@_paged_operation(_run_pages)" in text
    assert find_pages(text)[1] == expected


def test_a_keyword_of_pages_is_left_to_an_argument_of_its_name():
    listing = {"type": "array", "items": {"type": "string"}}
    names, _ = find_pages(write_listing(["page", "limit", "max_pages"], listing))
    assert names == ["call", "page", "limit", "max_pages", "max_items", "resume"]


@pytest.mark.parametrize("version", ["2.0", "3.0.3", "3.1.0", "3.2.0"])
def test_pages_are_typed_in_each_version(version):
    source = {
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/a": {"get": {"operationId": "run", "parameters": [{"name": "page", "in": "query"}]}}},
    }  # fmt: skip
    listing = {"type": "array", "items": {"type": "string"}}
    run = source["paths"]["/a"]["get"]
    if version == "2.0":
        source["swagger"] = version
        run["produces"] = ["application/json"]
        run["parameters"][0]["type"] = "integer"
        run["responses"] = {"200": {"description": "ok", "schema": listing}}
    else:
        source["openapi"] = version
        run["parameters"][0]["schema"] = {"type": "integer"}
        run["responses"] = answer(listing)
    names, item = find_pages(build_stubs(dynclient.load(source), "a.yaml").types)
    assert (names[-4:], item) == (["limit", "max_items", "max_pages", "resume"], "str")


def test_a_list_that_does_not_page_has_no_keywords_of_pages():
    text = write_listing([], {"type": "array", "items": {"type": "string"}})
    assert "@_operation\n" in text
    assert "max_items" not in text


@pytest.mark.parametrize(
    ("content_type", "entry", "expected"),
    [
        ("application/jsonl", {"itemSchema": {"type": "integer"}}, "int"),
        ("application/json-seq", {"itemSchema": ref("Pet")}, "Pet"),
        ("application/x-ndjson", {"schema": {"type": "array", "items": ref("Pet")}}, "Pet"),
        ("application/x-ndjson", {"schema": ref("Pet")}, "Pet"),
        ("application/jsonl", {}, "Any"),
        ("text/event-stream", {"schema": {"type": "string"}}, "Any"),
        ("text/event-stream", {"itemSchema": {"properties": {"data": ref("Pet")}}}, "RunEvent"),
        ("text/event-stream", {"schema": ref("Pet")}, "RunEvent"),
        ("multipart/mixed", {"itemSchema": {"type": "object"}}, "Any"),
    ],
)
def test_the_items_of_a_stream_have_their_type(content_type, entry, expected):
    pet = {"type": "object", "properties": {"name": {"type": "string"}}}
    responses = {"200": {"description": "", "content": {content_type: entry}}}
    paths = {"/a": {"get": operation(responses=responses)}}
    text = write(paths, {"Pet": pet}, version="3.2.0")
    assert f"def _run_item() -> {expected}: ..." in text
    assert "@_streamed_operation(_run_item)" in text
    if expected == "RunEvent":
        assert re.search(
            r"class RunEvent\(.*\):\n    event: .*\n    id: .*\n    retry: .*\n    data: ", text
        )


def test_functions_that_stand_for_forms_have_names_of_their_own():
    body = content({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}})
    pages = answer({"type": "array", "items": {"type": "string"}})
    page = parameter("page", "query", {"type": "integer"})
    paths = {
        f"/{name}": {"post": operation(page, body=body, responses=pages, operationId=name)}
        for name in ("list", "list_pages", "list_pages_with_body")
    }
    text = write(paths)
    names = re.findall(r"^def (\w+)\(", text, re.MULTILINE)
    assert len(names) == len(set(names)) == 9
    assert set(re.findall(r"@_overloaded_paged_operation\((.*)\)", text)) == {
        ", ".join(names[i : i + 3]) for i in (0, 3, 6)
    }


def test_a_free_form_object_may_have_more_members_in_a_call_only():
    pet = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {}}
    post = operation(
        body=content({"properties": {"pet": ref("Pet")}}), responses=answer(ref("Pet"))
    )
    text = write({"/a": {"post": post}}, {"Pet": pet})
    assert "pet: Pet | dict[str, Any] = ..." in text
    assert find_result(text) == "Pet"


def test_a_broken_operation_does_not_hurt_the_others():
    broken = operation(responses=answer({"$ref": "#/nowhere"}), operationId="broken")
    broken["requestBody"] = {"$ref": "#/nowhere"}
    paths = {"/a": {"get": broken}, "/b": {"get": operation(responses=answer({"type": "string"}))}}
    text = write(paths)
    assert "def run(" in text
    assert "broken" in text


def test_without_operations_there_are_two_clients():
    text = write({})
    assert "class Client(_Operations, BoundClient): ..." in text


def test_the_same_document_gives_the_same_text():
    paths = {"/a": {"get": operation(responses=answer(ref("A")))}}
    source = document(paths, components={"schemas": {"A": {"properties": {"b": {"properties": {"c": {}}}}}}})  # fmt: skip
    first, second = (build_stubs(dynclient.load(source), "a.yaml") for _ in range(2))
    assert first == second


HOSTILE = st.text(st.sampled_from(list("\"'\\\n\r\t\x00\x1b\u2028\u202e{}#:ab ")), max_size=30)


@given(HOSTILE)
@share(0.5)
def test_a_docstring_means_its_text(text):
    source = f"def f():\n{format_docstring(text, '    ')}    ...\n"
    function = ast.parse(source).body[0]
    docstring = ast.get_docstring(function, clean=False)
    assert len(function.body) == (1 if docstring is None else 2)
    assert docstring is None or not set(docstring) & set("\x00\x1b\u2028\u202e\r")


@given(HOSTILE, HOSTILE, HOSTILE)
@share(0.2)
def test_hostile_names_and_texts_stay_in_their_place(name, text, value):
    pet = {"title": text, "description": text, "properties": {name: {"description": text, "enum": [value, "a"]}}}  # fmt: skip
    post = operation(parameter(name or "a", description=text), summary=text, description=text, operationId=name or "a", body=content({"properties": {"pet": ref("Pet")}}), responses=answer(ref("Pet")))  # fmt: skip
    source = document({"/a": {"post": post}}, components={"schemas": {"Pet": pet}})
    source["info"] = {"title": text, "version": value}
    module = build_stubs(dynclient.load(source), name, [text])
    for written in (module.source, module.types):
        tree = ast.parse(written)
        kinds = (ast.Expr, ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.Assign, ast.AnnAssign)  # fmt: skip
        assert all(isinstance(node, kinds) for node in tree.body)
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        assert calls <= {"TypedDict", "Path", "super", "super().__init__", "name[:1].isupper", "AttributeError", "_overloaded_operation"}  # fmt: skip


@given(st.lists(st.text(max_size=5), max_size=3))
@share(0.5)
def test_a_class_name_is_an_identifier(path):
    assert build_class_name(path).isidentifier()

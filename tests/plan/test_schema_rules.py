"""The rules of `check` for patterns, `required`, contradictions and unused components."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import OK, answer, content, document, operation, parameter

import dynclient
from dynclient.regex.portability import find_foreign_construct, list_python_differences

VERSIONS = ("3.0.3", "3.1.0")


def find(made, code):
    """Return the problems of a code."""
    return [problem for problem in dynclient.load(made).problems if problem.code == code]


def with_schemas(version="3.1.0", **schemas):
    """Return a document that uses each of its schemas."""
    paths = {
        f"/{name}": {"post": operation(operationId=name, responses=answer({"$ref": f"#/components/schemas/{name}"}))}
        for name in schemas
    }  # fmt: skip
    return document(paths, version=version, components={"schemas": schemas})


def find_in_schema(schema, code, version="3.1.0"):
    return find(with_schemas(version, A=schema), code)


# --- patterns


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (r"\Aabc", "`\\A`"),
        (r"abc\Z", "`\\Z`"),
        (r"abc\z", "`\\z`"),
        (r"(?P<year>\d{4})", "of Python"),
        ("(?i)abc", "flags"),
        ("(?i:abc)", "flags"),
        ("(?#note)a", "comment"),
        ("(?>a)b", "of PCRE"),
        ("a++b", "of PCRE"),
        ("a{2}+", "of PCRE"),
        (r"\h+", "this escape"),
        ("[[:alpha:]]", "single letters"),
        ("[]a]", "`[]`"),
        ("[^]*", "`[]`"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_pattern_of_another_language_is_a_warning(pattern, told, version):
    (problem,) = find_in_schema(
        {"type": "string", "pattern": pattern}, "unportable-pattern", version
    )
    assert told in problem.message
    assert problem.severity == "warning"
    assert problem.pointer.endswith("/pattern")


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"^[a-z]+$", r"\d+", r"[\]\[]", r"(?<name>a)\k<name>", r"(?:a|b)", r"(?=a)(?!b)(?<=c)(?<!d)"),
        *(r"\p{L}", r"a+?", r"[+]+", r"\++", r"\\A", r"[A-Z]", r"[\\A]", r"\[\]", r"(?-u)x"[:0], r"a{2,3}?"),
        *(r"[:alpha:]", r"x\[[:y]"),
    ],
)  # fmt: skip
def test_a_pattern_of_ecma_262_is_none(pattern):
    assert find_foreign_construct(pattern) is None


@given(st.text(alphabet="\\[]()?+*{}^$:<>P=#AZzhi,1a|", max_size=30))
def test_no_pattern_breaks_the_search(pattern):
    find_foreign_construct(pattern)
    list_python_differences(pattern)


def test_the_same_pattern_is_reported_once_with_the_number_of_its_places():
    schema = {"type": "string", "pattern": r"\Aa"}
    (problem,) = find(with_schemas(A=schema, B=schema), "unportable-pattern")
    assert "(2 places)" in problem.message


def test_what_python_reads_differently_is_one_remark():
    made = with_schemas(A={"pattern": r"^\d+$"}, B={"pattern": r"\w\d"}, C={"pattern": r"\\d"})
    (problem,) = find(made, "pattern-differs-in-python")
    assert problem.severity == "info"
    assert "2 patterns have `\\d`, `\\w`" in problem.message


# --- required


OBJECT = {"type": "object", "properties": {"name": {}}}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "schema",
    [
        {**OBJECT, "required": ["nmae"]},
        {**OBJECT, "required": ["name", "nmae"], "additionalProperties": False},
        {"allOf": [OBJECT, {"required": ["nmae"]}]},
        {**OBJECT, "oneOf": [{"required": ["nmae"]}, {"required": ["name"]}]},
        {"type": "array", "items": {**OBJECT, "required": ["nmae"]}},
    ],
)
def test_a_required_property_that_no_schema_declares_is_a_warning(schema, version):
    (problem,) = find_in_schema(schema, "undeclared-required", version)
    assert problem.message == "'nmae' is required, and no schema declares it"
    assert problem.hint == "did you mean 'name'?"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "schema",
    [
        {**OBJECT, "required": ["name"]},
        {"type": "object", "required": ["free"]},
        {**OBJECT, "required": ["free"], "additionalProperties": True},
        {**OBJECT, "required": ["free"], "additionalProperties": {"type": "string"}},
        {"allOf": [OBJECT, {"required": ["name"]}]},
        {**OBJECT, "anyOf": [{"required": ["name"]}]},
        {"allOf": [{"properties": {"a": {}}, "required": ["b"]}, {"properties": {"b": {}}}]},
        {"properties": {"a": {}}, "required": ["b"], "oneOf": [{"properties": {"b": {}}}, {"properties": {"b": {}}}]},
    ],
)  # fmt: skip
def test_a_property_that_some_schema_declares_or_may_hold_is_none(schema, version):
    assert find_in_schema(schema, "undeclared-required", version) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_base_may_require_what_the_schemas_that_extend_it_declare(version):
    base = {"properties": {"kind": {}}, "required": ["name"]}
    child = {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"name": {}}}]}
    assert find(with_schemas(version, Base=base, Child=child), "undeclared-required") == []


def test_a_pattern_property_may_be_the_required_one():
    schema = {"properties": {"a": {}}, "patternProperties": {"^x": {}}, "required": ["x1"]}
    assert find_in_schema(schema, "undeclared-required") == []


# --- contradictions


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"allOf": [{"enum": ["a"]}, {"enum": ["b"]}]},
        {"allOf": [{"type": "string", "maxLength": 2}, {"enum": ["long"]}]},
        {"type": "string", "allOf": [{"type": "object"}]},
        {"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "integer"}}}]},
        {"allOf": [{"type": "object", "required": ["a"]}, {"type": "object", "maxProperties": 0}]},
    ],
)  # fmt: skip
def test_parts_that_contradict_each_other_are_an_error(schema, version):
    (problem,) = find_in_schema(schema, "unsatisfiable-schema", version)
    assert problem.severity == "error"
    assert "contradict each other" in problem.message
    assert problem.pointer == "/components/schemas/A"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"type": "string"}, {"maxLength": 3}]},
        {"allOf": [OBJECT, {"type": "object", "properties": {"name": {"type": "string"}}}]},
        {"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "integer"}}}]},
        {"allOf": [{"type": "number"}, {"type": "integer"}]},
        {"allOf": [{"$ref": "#/components/schemas/A"}]},
    ],
)  # fmt: skip
def test_parts_that_some_value_fits_are_none(schema, version):
    assert find_in_schema(schema, "unsatisfiable-schema", version) == []


def test_the_message_names_the_components_that_contradict_each_other():
    parts = [{"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/Count"}]
    made = with_schemas(Text={"type": "string"}, Count={"type": "integer"}, Both={"allOf": parts})
    (problem,) = find(made, "unsatisfiable-schema")
    assert problem.message == "no value fits this schema: Text and Count contradict each other"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "string", "oneOf": [{"type": "number"}, {"type": "boolean"}]}, "no alternative has its `type`"),
        ({"type": "string", "anyOf": [{"type": "number"}, {"type": "object"}]}, "no alternative has its `type`"),
        ({"oneOf": [{"type": "number"}, {"type": "number"}]}, "`oneOf` lists the same alternative twice"),
        ({"oneOf": [{"$ref": "#/components/schemas/B"}] * 2}, "`oneOf` lists the same alternative twice"),
    ],
)  # fmt: skip
def test_alternatives_that_no_value_fits_are_an_error(schema, message, version):
    made = with_schemas(version, A=schema, B={"type": "object"})
    (problem,) = find(made, "unsatisfiable-schema")
    assert problem.message == f"no value fits this schema: {message}"
    assert problem.pointer == "/components/schemas/A"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "oneOf": [{"type": "string", "maxLength": 2}, {"type": "number"}]},
        {"type": "object", "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "number"}]},
        {"anyOf": [{"type": "number"}, {"type": "number"}]},
    ],
)
def test_alternatives_of_which_one_fits_are_none(schema, version):
    assert find_in_schema(schema, "unsatisfiable-schema", version) == []


def test_only_the_innermost_contradiction_is_reported():
    inner = {"allOf": [{"type": "string"}, {"type": "integer"}]}
    outer = {"allOf": [{"$ref": "#/components/schemas/Inner"}, {"description": "x"}]}
    problems = find(with_schemas(Inner=inner, Outer=outer), "unsatisfiable-schema")
    assert [problem.pointer for problem in problems] == ["/components/schemas/Inner"]


# --- unused components


def test_the_components_of_a_section_that_nothing_uses_are_one_remark():
    components = {
        "schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {}, "C": {"$ref": "#/components/schemas/D"}, "D": {}},
        "parameters": {"P": parameter("p"), "Q": parameter("q")},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "k"}, "old": {"type": "http", "scheme": "basic"}},
    }  # fmt: skip
    paths = {
        "/a": {
            "parameters": [{"$ref": "#/components/parameters/P"}],
            "post": operation(body=content({"$ref": "#/components/schemas/A"})),
        }
    }
    made = document(paths, components=components, security=[{"key": []}])
    problems = find(made, "unused-component")
    assert [(each.severity, each.message) for each in problems] == [
        ("info", "'C', 'D' of `schemas` are used by nothing in the document"),
        ("info", "'Q' of `parameters` is used by nothing in the document"),
        ("info", "'old' of `securitySchemes` is used by nothing in the document"),
    ]


def test_a_discriminator_uses_its_schemas_and_those_that_extend_the_base():
    base = {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}
    extends = {"allOf": [{"$ref": "#/components/schemas/Base"}]}
    base["discriminator"] = {"propertyName": "kind", "mapping": {"m": "Mapped"}}
    paths = {"/a": {"get": operation(responses=answer({"$ref": "#/components/schemas/Base"}))}}
    schemas = {"Base": base, "Mapped": {}, "Child": extends, "Grandchild": {"allOf": [{"$ref": "#/components/schemas/Child"}]}}  # fmt: skip
    (problem,) = find(document(paths, components={"schemas": schemas}), "unused-component")
    assert problem.message == "'Grandchild' of `schemas` is used by nothing in the document"


def test_a_library_of_components_has_none_that_is_unused():
    assert find(document(components={"schemas": {"A": {}}}), "unused-component") == []


# --- paths


@pytest.mark.parametrize(
    ("one", "other", "schema", "code"),
    [
        ("/a/{x}", "/a/{y}", {"type": "string"}, "path-clash"),
        ("/a#one", "/a#two", {}, "path-clash"),
        ("/{x}/b", "/a/{y}", {"type": "string"}, "ambiguous-path"),
        ("/{x}/b", "/a/{y}", {"enum": ["a", "b"]}, "ambiguous-path"),
        ("/{x}/b", "/a/{y}", {"type": "integer"}, None),
        ("/{x}/b", "/a/{y}", {"type": "string", "pattern": "^[0-9]+$"}, None),
        ("/{x}/b", "/a/b", {"type": "string"}, None),
        ("/{x}/b/{y}", "/a/b/{y}", {"type": "string"}, None),
        ("/{x}/b", "/a/{y}/c", {"type": "string"}, None),
        ("/a?b=1", "/a?b=2", {}, None),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_request_that_fits_two_paths_is_a_warning(one, other, schema, code, version):
    items = {
        path: {"get": {"parameters": [parameter(name, "path", schema) for name in "xy" if f"{{{name}}}" in path], "responses": OK}}
        for path in (one, other)
    }  # fmt: skip
    found = dynclient.load(document(items, version=version)).problems
    codes = {each.code for each in found if each.code in ("path-clash", "ambiguous-path")}
    assert codes == ({code} if code else set())
    for each in found:
        if each.code in codes:
            assert one in each.message
            assert other in each.message


def test_paths_on_other_servers_take_no_requests_of_each_other():
    items = {
        f"/a/{{{name}}}": {
            "servers": [{"url": f"https://{name}.test"}],
            "get": {"parameters": [parameter(name, "path", {})], "responses": OK},
        }
        for name in "xy"
    }
    codes = {each.code for each in dynclient.load(document(items)).problems}
    assert not codes & {"path-clash", "ambiguous-path"}

"""openapi-core and openapi-spec-validator hold our translation of 3.0 and 3.1: same verdict, or a reason."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from referencing.exceptions import Unresolvable
from support.documents import answer, content, single

import dynclient
from dynclient.errors import InvalidResponse
from dynclient.plan.operation_matcher import OperationMatch
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.sandbox import openapi_core_adapter
from dynclient.wire.message import Headers, Response

STRING = {"type": "string"}
NUMBER = {"type": "number"}
TAGGED = {"type": "object", "required": ["kind"], "properties": {"kind": STRING}}
COMPONENTS = {
    "Text": STRING,
    "NullText": {"type": "string", "nullable": True},
    "Cat": {**TAGGED, "properties": {"kind": STRING, "lives": {"type": "integer"}}},
    "Dog": {**TAGGED, "properties": {"kind": STRING, "bark": {"type": "string"}}},
    "cat.v1": {**TAGGED, "properties": {"kind": STRING, "lives": {"type": "integer"}}},
}
TEXT = {"$ref": "#/components/schemas/Text"}
PETS = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
TREE = {
    "$id": "https://example.com/tree",
    "$dynamicAnchor": "node",
    "type": "object",
    "properties": {"child": {"$dynamicRef": "#node"}, "name": STRING},
}
STRICT_TREE = {
    "$id": "https://example.com/strict",
    "$dynamicAnchor": "node",
    "$ref": "https://example.com/tree",
    "unevaluatedProperties": False,
    "$defs": {"tree": TREE},
}

#: What means the same in both versions: name -> schema and values.
COMMON: dict[str, tuple[Any, list[Any]]] = {
    "type": (STRING, ["a", "", 1, None, [], {}]),
    "integer": ({"type": "integer"}, [1, 1.0, 1.5, "1", True]),
    "number": (NUMBER, [1, 1.5, "1", True]),
    "boolean": ({"type": "boolean"}, [True, 0, "true"]),
    "bounds": ({"type": "number", "minimum": 1, "maximum": 2}, [0, 1, 1.5, 2, 3]),
    "multiple": ({"type": "number", "multipleOf": 3}, [0, 3, 4, 4.5]),
    "hundredths": ({"type": "number", "multipleOf": 0.01}, [19.99, 19.999]),
    "lengths": ({"type": "string", "minLength": 1, "maxLength": 2}, ["", "a", "ab", "abc", "𝒳𝒳"]),
    "pattern": ({"type": "string", "pattern": "^a+$"}, ["a", "aa", "ab", "a\n"]),
    "digits": ({"type": "string", "pattern": r"^\d$"}, ["1", "٣", "a"]),
    "enum": ({"enum": ["a", 1, True]}, ["a", 1, True, "1", False, 0]),
    "no type": ({"minimum": 1}, [0, 1, "a", [], {}]),
    "array": (
        {"type": "array", "items": STRING, "minItems": 1, "maxItems": 2, "uniqueItems": True},
        [[], ["a"], ["a", "b"], ["a", "a"], ["a", "b", "c"], [1], "a"],
    ),
    "object": (
        {"type": "object", "required": ["a"], "properties": {"a": STRING, "b": NUMBER}},
        [{}, {"a": "x"}, {"a": 1}, {"a": "x", "b": "y"}, {"a": "x", "c": 1}],
    ),
    "sizes": (
        {"type": "object", "minProperties": 1, "maxProperties": 1},
        [{}, {"a": 1}, {"a": 1, "b": 2}],
    ),
    "closed": (
        {"type": "object", "properties": {"a": STRING}, "additionalProperties": False},
        [{}, {"a": "x"}, {"b": 1}],
    ),
    "map": ({"type": "object", "additionalProperties": NUMBER}, [{}, {"a": 1}, {"a": "x"}]),
    "allOf": ({"allOf": [{"minLength": 2}, STRING]}, ["ab", "a", 1]),
    "anyOf": ({"anyOf": [{"type": "string", "maxLength": 1}, NUMBER]}, ["a", "ab", 1, None]),
    "oneOf": ({"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2}]}, [1, 2.5, 3, 1.5]),
    "not": ({"not": STRING}, ["a", 1, None]),
    "reference": (TEXT, ["a", 1, None]),
    "int32": ({"type": "integer", "format": "int32"}, [0, 2**31 - 1, 2**31]),
    "int64": ({"type": "integer", "format": "int64"}, [2**63 - 1, 2**63]),
    "date": ({"type": "string", "format": "date"}, ["2024-02-29", "2023-02-29", "x"]),
    "date-time": (
        {"type": "string", "format": "date-time"},
        ["2024-02-29T00:00:00Z", "2024-02-29"],
    ),
    "uuid": ({"type": "string", "format": "uuid"}, ["12345678-1234-1234-1234-123456789abc", "x"]),
    "unknown format": ({"type": "string", "format": "colour"}, ["red"]),
    "discriminator": (
        {"oneOf": PETS, "discriminator": {"propertyName": "kind"}},
        [
            {"kind": "Cat", "lives": 9},
            {"kind": "Dog", "bark": "x"},
            {"kind": "Cat", "lives": "x"},
            {"kind": "Cow"},
        ],
    ),
    "mapping": (
        {
            "oneOf": PETS,
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"c": "Cat", "d": PETS[1]["$ref"]},
            },
        },
        [
            {"kind": "c", "lives": 9},
            {"kind": "d", "bark": "x"},
            {"kind": "c", "lives": "x"},
            {"kind": "x"},
        ],
    ),
    "mapping to a name with a dot": (
        {
            "oneOf": [{"$ref": "#/components/schemas/cat.v1"}, PETS[1]],
            "discriminator": {"propertyName": "kind", "mapping": {"c": "cat.v1"}},
        },
        [{"kind": "c", "lives": 9}, {"kind": "c", "lives": "x"}],
    ),
    "read only": (
        {"type": "object", "required": ["id"], "properties": {"id": {**STRING, "readOnly": True}}},
        [{}, {"id": "a"}],
    ),
    "write only": (
        {"type": "object", "required": ["id"], "properties": {"id": {**STRING, "writeOnly": True}}},
        [{}, {"id": "a"}],
    ),
}

IN_3_0: dict[str, tuple[Any, list[Any]]] = {
    "nullable": ({"type": "string", "nullable": True}, ["a", None, 1]),
    "nullable false": ({"type": "string", "nullable": False}, ["a", None]),
    "nullable without type": ({"nullable": True}, [None, 1]),
    "nullable beside a reference": ({**TEXT, "nullable": True}, ["a", None, 1]),
    "nullable in the target": ({"$ref": "#/components/schemas/NullText"}, ["a", None, 1]),
    "nullable beside enum": ({"type": "string", "enum": ["a"], "nullable": True}, ["a", None, "b"]),
    "nullable with null in enum": (
        {"type": "string", "enum": ["a", None], "nullable": True},
        ["a", None, "b"],
    ),
    "nullable around allOf": ({"nullable": True, "allOf": [TEXT]}, ["a", None, 1]),
    "nullable around oneOf": ({"nullable": True, "oneOf": [TEXT, NUMBER]}, ["a", None, 1, []]),
    "nullable around anyOf": ({"nullable": True, "anyOf": [TEXT, NUMBER]}, ["a", None, 1, []]),
    "nullable in oneOf": (
        {"oneOf": [{"type": "string", "nullable": True}, NUMBER]},
        ["a", None, 1, []],
    ),
    "nullable array": ({"type": "array", "items": STRING, "nullable": True}, [["a"], None, [1]]),
    "nullable items": (
        {"type": "array", "items": {**STRING, "nullable": True}},
        [["a", None], None],
    ),
    "nullable object": ({"type": "object", "nullable": True, "properties": {}}, [{}, None, 1]),
    "no null": (STRING, [None]),
    "exclusive bounds": (
        {
            "type": "number",
            "minimum": 1,
            "exclusiveMinimum": True,
            "maximum": 3,
            "exclusiveMaximum": True,
        },
        [1, 1.5, 3],
    ),
    "inclusive bounds": ({"type": "number", "minimum": 1, "exclusiveMinimum": False}, [1, 0]),
    "siblings of a reference": ({**TEXT, "maxLength": 1}, ["ab", 1]),
}

IN_3_1: dict[str, tuple[Any, list[Any]]] = {
    "types": ({"type": ["string", "null"]}, ["a", None, 1]),
    "null": ({"type": "null"}, [None, "a", 0]),
    "const": ({"const": 1}, [1, 1.0, True, "1"]),
    "exclusive bounds": ({"exclusiveMinimum": 1, "exclusiveMaximum": 3}, [1, 2, 3]),
    "siblings of a reference": ({**TEXT, "maxLength": 1}, ["a", "ab", 1]),
    "true": (True, [1, None]),
    "false": (False, [1]),
    "if": ({"if": STRING, "then": {"minLength": 2}, "else": NUMBER}, ["a", "ab", 1, None]),
    "prefixItems": (
        {"prefixItems": [STRING, NUMBER], "items": False},
        [[], ["a"], ["a", 1], [1], ["a", 1, 2]],
    ),
    "contains": (
        {"contains": STRING, "minContains": 2, "maxContains": 2},
        [["a"], ["a", "b"], ["a", "b", "c"], []],
    ),
    "contains none": ({"type": "array", "contains": STRING, "minContains": 0}, [[], [1]]),
    "dependentRequired": ({"dependentRequired": {"a": ["b"]}}, [{}, {"a": 1}, {"a": 1, "b": 1}]),
    "dependentSchemas": (
        {"dependentSchemas": {"a": {"required": ["b"]}}},
        [{"b": 1}, {"a": 1}, {"a": 1, "b": 1}],
    ),
    "propertyNames": ({"type": "object", "propertyNames": {"maxLength": 1}}, [{"a": 1}, {"ab": 1}]),
    "patternProperties": (
        {"patternProperties": {"^n": NUMBER}, "additionalProperties": False},
        [{"n": 1}, {"n1": "x"}, {"x": 1}],
    ),
    "unevaluatedProperties": (
        {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False},
        [{"a": 1}, {"b": 1}],
    ),
    "unevaluatedProperties of a branch": (
        {
            "anyOf": [
                {"properties": {"a": STRING}, "required": ["a"]},
                {"properties": {"b": STRING}, "required": ["b"]},
            ],
            "unevaluatedProperties": False,
        },
        [{"a": "x"}, {"b": "x"}, {"a": "x", "b": "x"}, {"a": "x", "b": 1}, {"a": "x", "c": 1}],
    ),
    "unevaluatedItems": (
        {"allOf": [{"prefixItems": [STRING]}], "unevaluatedItems": False},
        [["a"], ["a", 1]],
    ),
    "unevaluatedItems beside contains": (
        {"contains": STRING, "unevaluatedItems": NUMBER},
        [["a", 1], ["a", None]],
    ),
    "$defs": ({"$ref": "#/components/schemas/Holder/$defs/n"}, [1, "a"]),
    "anchor": (
        {"$id": "https://example.com/a", "$ref": "#n", "$defs": {"n": {"$anchor": "n", **NUMBER}}},
        [1, "a"],
    ),
    "id": (
        {"$id": "https://example.com/b/", "$ref": "n", "$defs": {"n": {"$id": "n", **NUMBER}}},
        [1, "a"],
    ),
    "dynamic reference": (
        STRICT_TREE,
        [{"child": {"name": "a"}}, {"child": {"nmae": "a"}}, {"child": {"name": 1}}],
    ),
    "contentEncoding": ({"type": "string", "contentEncoding": "base64"}, ["YQ==", "%", 1]),
    "contentMediaType": (
        {"type": "string", "contentMediaType": "application/json"},
        ["{}", "{", 1],
    ),
    "decimal sizes": ({"type": "string", "minLength": 1.0, "maxLength": 2.0}, ["", "a", "abc"]),
    "empty enum": ({"enum": []}, [1, None, "a"]),
}

MAPPING = "a tag of the mapping decides for us; openapi-core finds two alternatives that fit"
LITERAL_NULL = (
    "we accept null wherever authors write `nullable`; openapi-core as 3.0.3 has it to the letter"
)
NO_BASE = "openapi-core does not take an `$id` for a base, and fails"
EXACT = "19.99 is a multiple of 0.01; openapi-core divides floats"
CLOSED = "we refuse an undeclared property in a call, which a misspelt one is too"
OTHER_WAY = "what travels only the other way: we need it nowhere, send it never and let it come"

#: (version, case) -> why our verdict on some values is another one than openapi-core's, and these.
DIFFERENCES: dict[tuple[str, str], tuple[str, list[Any]]] = {
    ("3.0.3", "integer"): ("1.0 is an integer for us in every version, as JSON has it", [1.0]),
    ("3.0.3", "hundredths"): (EXACT, [19.99]),
    ("3.0.3", "object"): (CLOSED, [{"a": "x", "c": 1}]),
    ("3.0.3", "mapping"): (MAPPING, [{"kind": "c", "lives": 9}]),
    ("3.0.3", "mapping to a name with a dot"): (MAPPING, [{"kind": "c", "lives": 9}]),
    ("3.0.3", "write only"): (OTHER_WAY, [{"id": "a"}]),
    ("3.0.3", "nullable beside a reference"): (LITERAL_NULL, [None]),
    ("3.0.3", "nullable beside enum"): (LITERAL_NULL, [None]),
    ("3.0.3", "nullable around allOf"): (LITERAL_NULL, [None]),
    ("3.0.3", "nullable around oneOf"): (LITERAL_NULL, [None]),
    ("3.0.3", "nullable around anyOf"): (LITERAL_NULL, [None]),
    ("3.1.0", "hundredths"): (EXACT, [19.99]),
    ("3.1.0", "object"): (CLOSED, [{"a": "x", "c": 1}]),
    ("3.1.0", "mapping"): (MAPPING, [{"kind": "c", "lives": 9}]),
    ("3.1.0", "mapping to a name with a dot"): (MAPPING, [{"kind": "c", "lives": 9}]),
    ("3.1.0", "read only"): (OTHER_WAY, [{}, {"id": "a"}]),
    ("3.1.0", "write only"): (OTHER_WAY, [{}]),
    ("3.1.0", "siblings of a reference"): ("openapi-core ignores what is beside a `$ref`", ["ab"]),
    ("3.1.0", "true"): ("openapi-core fails with a schema that is true or false", [1, None]),
    ("3.1.0", "false"): ("openapi-core fails with a schema that is true or false", [1]),
    ("3.1.0", "anchor"): (NO_BASE, [1, "a"]),
    ("3.1.0", "id"): (NO_BASE, [1, "a"]),
    ("3.1.0", "dynamic reference"): (NO_BASE, IN_3_1["dynamic reference"][1]),
}

ALL_CASES = [
    *(("3.0.3", name, *case) for name, case in {**COMMON, **IN_3_0}.items()),
    *(("3.1.0", name, *case) for name, case in {**COMMON, **IN_3_1}.items()),
]


def build_document(version: str, schema: Any) -> dict[str, Any]:
    holder = {} if version < "3.1" else {"Holder": {"$defs": {"n": NUMBER}}}
    return single(
        body=content(schema),
        responses=answer(schema),
        version=version,
        components={"schemas": {**COMPONENTS, **holder}},
    )


def judge_result(client: Any, value: Any) -> bool:
    try:
        client.run(body=value)
    except InvalidResponse:
        return False
    return True


class TheirVerdicts:
    """openapi-core's verdicts on the body of a request and of a response."""

    def __init__(self, document: dynclient.Document) -> None:
        operation = document.operations["run"]
        self._api = openapi_core_adapter.build_openapi(document)
        self._match = OperationMatch(operation, {}, "/v1", operation.path)
        self._headers = Headers([("content-type", "application/json")])

    def accepts_call(self, value: Any) -> bool:
        request = ParsedRequest("POST", "/v1/things", "", self._headers, json.dumps(value).encode())
        return not openapi_core_adapter.find_request_errors(self._api, self._match, request)

    def accepts_result(self, value: Any) -> bool:
        body = json.dumps(value).encode()
        request = ParsedRequest("POST", "/v1/things", "", self._headers, body)
        response = Response(200, self._headers, body)
        errors = openapi_core_adapter.find_response_errors(
            self._api, self._match, request, response
        )
        return not errors


def respond_with(value: Any) -> httpx.MockTransport:
    response = httpx.Response(
        200, content=json.dumps(value).encode(), headers={"content-type": "application/json"}
    )
    return httpx.MockTransport(lambda _: response)


def find_differences(version: str, schema: Any, values: list[Any]) -> list[tuple[Any, ...]]:
    """Return the values with another verdict: direction, value, ours, theirs."""
    document = dynclient.load(build_document(version, schema))
    found: list[tuple[Any, ...]] = []
    with openapi_core_adapter.ask_silently():
        theirs = TheirVerdicts(document)
        for value in values:
            client = dynclient.Client(document, transport=respond_with(value))
            for direction, ours, judge in (
                ("call", client.run.validate(body=value) == [], theirs.accepts_call),
                (
                    "result",
                    judge_result(client.with_options(validate_requests=False), value),
                    theirs.accepts_result,
                ),
            ):
                try:
                    their_verdict: Any = judge(value)
                except Exception as error:  # noqa: BLE001 (whatever breaks in there)
                    their_verdict = type(error).__name__
                if their_verdict is not ours:
                    found.append((direction, value, ours, their_verdict))
    return found


@pytest.mark.parametrize(
    ("version", "name", "schema", "values"), ALL_CASES, ids=[f"{v}-{n}" for v, n, *_ in ALL_CASES]
)
def test_our_verdicts_are_those_of_openapi_core(version, name, schema, values):
    differences = find_differences(version, schema, values)
    _, expected = DIFFERENCES.get((version, name), ("", []))
    differing = [value for value in values if any(value is one[1] for one in differences)]
    assert differing == expected, differences


#: Schemas of which one or both find that they are none.
INVALID_SCHEMAS = [
    {"type": "strin"},
    {"minLength": -1},
    {"minLength": 1.5},
    {"multipleOf": 0},
    {"required": "a"},
    {"enum": "a"},
    {"properties": []},
    {"allOf": {}},
    {"allOf": []},
    {"items": 5},
    {"pattern": 5},
    {"not": []},
    {"const": 1},
    {"$id": 5},
    {"$anchor": 5},
    {"nullable": "yes"},
]

FOREIGN = "a keyword that 3.0 does not have is a warning for us"
SPEC_NO_BASE = "openapi-spec-validator does not take an `$id` for a base"

#: (version, schema) -> why our verdict on the document is another one.
DOCUMENT_DIFFERENCES: list[tuple[str, Any, str]] = [
    ("3.0.3", {"const": 1}, FOREIGN),
    ("3.0.3", {"$id": 5}, FOREIGN),
    ("3.0.3", {"$anchor": 5}, FOREIGN),
    ("3.1.0", IN_3_1["anchor"][0], SPEC_NO_BASE),
    ("3.1.0", IN_3_1["id"][0], SPEC_NO_BASE),
    ("3.1.0", IN_3_1["dynamic reference"][0], SPEC_NO_BASE),
    (
        "3.1.0",
        {"nullable": "yes"},
        "`nullable` is no keyword of 3.1; we read it as authors mean it",
    ),
]


def is_valid_for_us(tree: dict[str, Any]) -> bool:
    return not any(problem.severity == "error" for problem in dynclient.load(tree).problems)


def is_valid_for_them(tree: dict[str, Any]) -> bool:
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    is_old = tree["openapi"].startswith("3.0")
    validator = OpenAPIV30SpecValidator if is_old else OpenAPIV31SpecValidator
    try:
        return bool(validator(tree).is_valid())
    except Unresolvable:
        return False


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_our_verdicts_on_documents_are_those_of_openapi_spec_validator(version):
    schemas = [schema for case_version, _, schema, _ in ALL_CASES if case_version == version]
    differing = []
    for schema in schemas + INVALID_SCHEMAS:
        tree = build_document(version, schema)
        if is_valid_for_us(tree) is not is_valid_for_them(tree):
            differing.append(schema)
    expected = [schema for of, schema, _ in DOCUMENT_DIFFERENCES if of == version]
    assert sorted(map(json.dumps, differing)) == sorted(map(json.dumps, expected))

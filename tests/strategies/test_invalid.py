"""What `invalid_calls` and `invalid_results` draw: one thing wrong, of every kind, and told where it is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from support.documents import Server, answer, content, parameter, single
from support.effort import find_any

import dynclient
from dynclient import strategies
from dynclient.errors import InvalidCall, UsageError

BODY = {
    "type": "object",
    "required": ["name", "items"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 6},
        "code": {"type": "string", "pattern": "^[A-Z]+$"},
        "when": {"type": "string", "format": "date-time"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "only": {"const": "x"},
        "price": {"type": "number", "multipleOf": 0.01, "exclusiveMinimum": 0, "maximum": 99},
        "count": {"type": "integer", "minimum": 1, "exclusiveMaximum": 10},
        "either": {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
        "inner": {"type": "object", "properties": {"deep": {"type": "string"}}},
        "sizes": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "minProperties": 1,
            "maxProperties": 2,
        },
        "items": {
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 1,
            "maxItems": 3,
            "uniqueItems": True,
        },
    },
}
PARAMETERS = (
    parameter("id", "path", {"type": "string", "minLength": 1}),
    parameter("limit", "query", {"type": "integer"}, required=True),
    parameter("X-Trace", "header", {"type": "string"}),
)
RULES = {
    "missing": [("body", "name"), ("query", "limit"), ("path", "id")],
    "unknown": [("body", "undeclared"), ("query", "undeclared"), ("header", "undeclared"), ("body", "inner", "undeclared")],
    "type": [("body", "count"), ("body", "items", 0), ("query", "limit"), ("body",)],
    "minLength": [("body", "name"), ("path", "id")],
    "maxLength": [("body", "name")],
    "pattern": [("body", "code")],
    "format": [("body", "when")],
    "enum": [("body", "kind")],
    "const": [("body", "only")],
    "multipleOf": [("body", "price")],
    "exclusiveMinimum": [("body", "price")],
    "maximum": [("body", "price")],
    "minimum": [("body", "count")],
    "exclusiveMaximum": [("body", "count")],
    "minItems": [("body", "items")],
    "maxItems": [("body", "items")],
    "uniqueItems": [("body", "items")],
    "minProperties": [("body", "sizes")],
    "maxProperties": [("body", "sizes")],
    "unsafe": [("path", "id"), ("header", "X-Trace")],
}  # fmt: skip
CASES = [(kind, path) for kind, paths in RULES.items() for path in paths]
NAMES = [f"{kind} {'.'.join(map(str, path))}" for kind, path in CASES]


def run(*parameters, **fields):
    server = Server()
    op = dynclient.Client(single(*parameters, **fields), transport=server).run
    return op, server


def first(strategy, condition):
    return find_any(strategy, condition)


def body_with(names):
    """Return the body's schema, less the properties that are neither required nor named."""
    kept = {
        name: schema
        for name, schema in BODY["properties"].items()
        if name in (*BODY["required"], *names)
    }
    return {**BODY, "properties": kept}


@pytest.mark.parametrize(("kind", "path"), CASES, ids=NAMES)
def test_each_rule_is_broken_at_each_place(kind, path):
    op, server = run(*PARAMETERS, path="/things/{id}", body=content(body_with(path[1:2])))
    broken = first(
        strategies.invalid_calls(op), lambda found: (found.kind, found.path) == (kind, path)
    )
    with pytest.raises(InvalidCall) as caught:
        op(broken.call)
    assert {v.path for v in caught.value.violations} == {path}
    assert broken.what in [v.message for v in caught.value.violations]
    assert server.seen == []


@pytest.mark.parametrize("kind", [kind for kind in RULES if kind not in ("unknown", "unsafe")])
def test_each_rule_of_a_result_is_broken(kind):
    op, _ = run(responses=answer(BODY))
    broken = first(strategies.invalid_results(op, 200), lambda found: found.kind == kind)
    checker = op._plan.result_table.get_row(200, "application/json").checker
    assert (kind, broken.path) in [
        (v.kind, v.path) for v in checker.find_violations(broken.data, ("body",))
    ]


def test_an_operation_without_arguments_is_given_some():
    op, _ = run()
    broken = first(strategies.invalid_calls(op), lambda _: True)
    assert (broken.kind, broken.path) in [
        ("unknown", (place,)) for place in ("path", "query", "header", "cookie")
    ]


def test_a_broken_call_prints_as_a_line_too():
    op, _ = run(parameter("limit", "query", {"type": "integer"}, required=True), method="get")
    broken = first(
        strategies.invalid_calls(op),
        lambda found: found.kind == "type" and found.call["query"]["limit"] is None,
    )
    assert repr(broken.call) == "client.run(limit=None)"


def test_what_a_client_lets_pass_is_not_called_broken():
    made = single(body=content({"type": "object", "properties": {"a": {"type": "integer"}}}))
    op = dynclient.Client(made).with_options(unknown_properties="allow").run

    @given(strategies.invalid_calls(op))
    @settings(suppress_health_check=list(HealthCheck))
    def check(broken):
        assert op.validate(broken.call) != []

    check()


@pytest.mark.parametrize(
    "responses",
    [answer({}), answer({"type": "string"}, media_type="image/png"), {"200": {"description": ""}}],
)
def test_a_result_that_cannot_be_wrong_is_a_clear_error(responses):
    op, _ = run(responses=responses)
    with pytest.raises(UsageError, match="nothing of this result that could be wrong"):
        strategies.invalid_results(op, 200)

"""Schemas that are small as text and large when they are expanded: the diff stays fast."""

import pytest

import dynclient
from dynclient.containment import ContainmentChecker, SchemaView
from dynclient.containment.witnesses import SignedSchema, validator_cache
from dynclient.containment.witnesses.search_results import UNSATISFIABLE
from dynclient.diffing.compare import limited_comparison, schema_changes
from dynclient.schema.dialect import Schema, remove_repeated_references
from dynclient.schema.engines.step_limit import StepLimitExceeded, limit_steps

LEVELS = 60
INFO = {"title": "t", "version": "1"}


def build_document(schema, components=None):
    content = {"application/json": {"schema": schema}}
    operation = {
        "operationId": "send",
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": ""}},
    }
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "https://api.example"}],
        "paths": {"/x": {"post": operation}},
        "components": {"schemas": components or {}},
    }


def refer(name):
    return {"$ref": f"#/components/schemas/{name}"}


def build_ladder(leaf, keyword="allOf"):
    """Each level names the next one twice."""
    levels = {f"L{n}": {keyword: [refer(f"L{n + 1}")] * 2} for n in range(LEVELS)}
    return build_document(refer("L0"), {**levels, f"L{LEVELS}": leaf})


def build_diamonds(leaf, keyword="allOf"):
    """Each level names two schemas, which both name the next level."""
    schemas = {f"L{LEVELS}": leaf}
    for n in range(LEVELS):
        schemas[f"L{n}"] = {keyword: [refer(f"A{n}"), refer(f"B{n}")]}
        schemas[f"A{n}"] = schemas[f"B{n}"] = {keyword: [refer(f"L{n + 1}")]}
    return build_document(refer("L0"), schemas)


def build_leaf(**keywords):
    return {"type": "object", "properties": {"a": {"type": "string", **keywords}}}


@pytest.mark.parametrize("keyword", ["allOf", "anyOf"])
def test_a_ladder_is_compared_once_a_level(keyword):
    (change,) = dynclient.diff(
        build_ladder(build_leaf(), keyword), build_ladder(build_leaf(maxLength=5), keyword)
    ).changes

    assert (change.level, change.rule, change.where) == ("breaking", "length-changed", "body.a")
    assert change.proof == "witness"


def test_a_ladder_of_extensions_can_be_called():
    document = build_ladder(build_leaf())

    with dynclient.Client(document, transport=dynclient.Sandbox(document)) as client:
        assert client.send.validate(a=1) != []
        assert client.send.validate(**client.send.example()["body"]) == []


def test_diamonds_of_extensions_miss_no_break():
    old, new = build_diamonds(build_leaf()), build_diamonds(build_leaf(maxLength=5))

    (change,) = dynclient.diff(old, new).changes

    assert change.level in ("breaking", "warning")


def build_overlapping(**keywords):
    """100 objects: each has a name, and one property of its own."""
    schemas = {}
    for n in range(100):
        own = {"type": "string", **(keywords if n == 50 else {})}
        properties = {"name": {"type": "string"}, f"p{n}": own}
        required = ["name", f"p{n}"]
        schemas[f"S{n}"] = {"type": "object", "properties": properties, "required": required}
    return build_document({"oneOf": list(map(refer, schemas))}, schemas)


def test_many_alternatives_without_a_tag_are_compared():
    (change,) = dynclient.diff(build_overlapping(), build_overlapping(maxLength=5)).changes

    assert (change.level, change.where, change.proof) == ("breaking", "body.p50", "witness")


def build_overlapping_everywhere(**keywords):
    """20 objects that require nothing, so that a declared value fits all of them, or none."""
    schemas = {}
    for n in range(20):
        own = {"type": "string", **(keywords if n == 10 else {})}
        properties = {"name": {"type": "string"}, f"p{n}": own}
        schemas[f"S{n}"] = {"type": "object", "properties": properties}
    return build_document({"oneOf": list(map(refer, schemas))}, schemas)


def test_what_breaks_nobody_only_because_no_value_fits_is_undecided():
    old, new = build_overlapping_everywhere(), build_overlapping_everywhere(maxLength=5)

    (change,) = dynclient.diff(old, new).changes

    assert (change.level, change.where, change.proof) == ("warning", "body.p10", "unknown")
    assert "no value fits the schema of who sends" in change.because


def build_closed_alternatives(count=30):
    """Closed objects that share an optional name, so that an empty object fits all of them."""
    schemas = {}
    for n in range(count):
        properties = {"name": {"type": "string"}, f"p{n}": {"type": "string"}}
        schemas[f"S{n}"] = {"type": "object", "properties": properties}
        schemas[f"S{n}"]["additionalProperties"] = False
    return schemas


def build_union_document(schemas, side):
    document = build_document({"oneOf": list(map(refer, schemas))}, schemas)
    operation = document["paths"]["/x"]["post"]
    if side == "result":
        content = operation.pop("requestBody")["content"]
        operation["responses"]["200"]["content"] = content
    return document


def shorten(schemas):
    schemas["S7"]["properties"]["p7"]["maxLength"] = 5


def shorten_name(schemas):
    schemas["S7"]["properties"]["name"]["maxLength"] = 5


def shorten_two(schemas):
    shorten(schemas)
    schemas["S8"]["properties"]["p8"]["maxLength"] = 5


def add_property(schemas):
    schemas["S7"]["properties"]["other"] = {"type": "string"}


def add_alternative(schemas):
    schemas["More"] = {**schemas["S7"], "properties": {"more": {"type": "string"}}}


def remove_alternative(schemas):
    del schemas["S7"]


def require_property(schemas):
    schemas["S7"]["required"] = ["p7"]


NO_BREAK, BREAK = {("info", "rule")}, {("breaking", "witness")}

OVERLAPPING_EDITS = [
    (shorten, "call", BREAK),
    (shorten, "result", NO_BREAK),
    (shorten_name, "result", NO_BREAK),
    (shorten_two, "result", NO_BREAK),
    (add_property, "call", NO_BREAK),
    (add_property, "result", BREAK),
    (add_alternative, "call", NO_BREAK),
    (add_alternative, "result", BREAK),
    (remove_alternative, "result", NO_BREAK),
    # An empty object and one with a name fit one alternative less, and still many.
    (require_property, "result", NO_BREAK),
]


@pytest.mark.parametrize(("edit", "side", "verdicts"), OVERLAPPING_EDITS)
def test_an_edit_among_many_alternatives_that_overlap_is_decided(edit, side, verdicts):
    edited = build_closed_alternatives()
    edit(edited)
    old = build_union_document(build_closed_alternatives(), side)

    changes = dynclient.diff(old, build_union_document(edited, side)).changes

    assert {(change.level, change.proof) for change in changes} == verdicts


def test_that_a_schema_has_no_value_is_proved_once():
    view = SchemaView({}, "producer", "request")
    generator = ContainmentChecker(view, view).witness_generator
    empty = SignedSchema(view, Schema({"allOf": [{"type": "string"}, {"type": "integer"}]}))
    other = SignedSchema(view, Schema({"type": "object"}), is_positive=False)

    assert generator.generate((empty, other)) is UNSATISFIABLE
    assert generator.generate((empty,)) is UNSATISFIABLE


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_a_schema_that_is_too_large_when_expanded_is_one_undecided_change(keyword):
    old = build_diamonds(build_leaf(), keyword)

    diff = dynclient.diff(old, build_diamonds(build_leaf(maxLength=5), keyword))

    (change,) = diff.changes
    assert (change.level, change.proof) == ("warning", "unknown")


def add_operation(document, **keywords):
    content = {"application/json": {"schema": build_leaf(**keywords)}}
    responses = {"200": {"description": "", "content": content}}
    document["paths"]["/y"] = {"get": {"operationId": "read", "responses": responses}}
    return document


def test_a_comparison_that_is_too_long_is_reported_and_the_others_go_on(monkeypatch):
    monkeypatch.setattr(schema_changes, "MAX_PART_STEPS", 2_000)
    monkeypatch.setattr(limited_comparison, "MAX_OPERATION_STEPS", 4_000)
    old = add_operation(build_overlapping(), maxLength=5)
    new = add_operation(build_overlapping(maxLength=5))

    diff = dynclient.diff(old, new)

    broken, limited = diff.changes
    assert (broken.level, broken.operation, broken.proof) == ("breaking", "read", "witness")
    assert (limited.rule, limited.level, limited.proof) == (
        "step-limit-reached",
        "warning",
        "unknown",
    )
    assert (limited.operation, limited.where) == ("send", "body")
    assert limited.because == (
        "it could not be decided whether this breaks anybody: "
        "the comparison reached its limit of 4,000 steps for an operation, "
        "or of 40,000,000 for a document"
    )
    assert '"rule": "step-limit-reached"' in diff.to_json()
    assert "  warning   body  undecided: step-limit-reached  [" in diff.to_text()


def test_what_was_only_assumed_when_a_comparison_stopped_is_not_taken_for_proved():
    sender, receiver = SchemaView({}, "producer", "request"), SchemaView({}, "consumer", "request")
    checker = ContainmentChecker(sender, receiver)
    inner = Schema({"type": "string"}), Schema({"type": "string", "maxLength": 5})
    outer = [Schema({"type": "object", "properties": {"a": one}}) for one in inner]

    with pytest.raises(StepLimitExceeded), limit_steps(12):
        checker.find_suspected(*outer)

    assert checker.find_suspected(*inner) != ()
    assert checker.find_suspected(*outer) != ()


@pytest.mark.parametrize("make_value", [str, int, float], ids=["strings", "integers", "numbers"])
def test_a_long_enum_is_compared_as_a_set(make_value):
    values = [make_value(n) for n in range(20_000)]

    removed = dynclient.diff(
        build_document({"enum": values}), build_document({"enum": values[1:]})
    ).changes
    same = dynclient.diff(
        build_document({"enum": values}), build_document({"enum": values[::-1]})
    ).changes

    assert [(change.level, change.rule) for change in removed] == [("breaking", "values-changed")]
    assert list(same) == []


@pytest.mark.parametrize("most_compiled", [validator_cache.MAX_COMPILED_PROPERTIES, 100])
def test_an_object_with_many_properties_is_compared(most_compiled, monkeypatch):
    monkeypatch.setattr(validator_cache, "MAX_COMPILED_PROPERTIES", most_compiled)
    names = [f"p{n}" for n in range(1_000)]
    properties = {name: {"type": "string"} for name in names}
    narrowed = {**properties, "p7": {"type": "integer"}}

    (change,) = dynclient.diff(
        build_document({"type": "object", "properties": properties}),
        build_document({"type": "object", "properties": narrowed}),
    ).changes

    assert (change.level, change.where, change.proof) == ("breaking", "body.p7", "witness")


def test_only_bare_references_are_repetitions():
    schemas = [refer("A"), {"type": "object"}, refer("A"), refer("B"), {"type": "object"}]
    extended = {**refer("A"), "minLength": 1}

    assert remove_repeated_references([*schemas, extended]) == [
        refer("A"),
        {"type": "object"},
        refer("B"),
        {"type": "object"},
        extended,
    ]

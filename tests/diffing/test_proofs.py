"""What a diff proves holds, what it shows is refused, and the two directions of a change mirror each other."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import answer, content, single
from support.schemas import schemas, values

import dynclient
from dynclient.generate import ExampleGenerator, NoExample
from dynclient.plan.schemas import Schemas
from dynclient.schema.engines.engine import Checker

#: How many values of the one side are given to the other.
INSTANCES = 1000 if settings.default.max_examples >= 100 else 40

TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
_plain = st.sampled_from([
    TEXT, INTEGER, {"type": "number", "minimum": 0}, {"type": ["string", "null"]}, {"enum": ["a", "b", 1]}, {"type": "boolean"},
    {"type": "string", "minLength": 1, "maxLength": 5}, {"type": "string", "pattern": "^[ab]+$"}, {"type": "integer", "maximum": 9},
    {"type": "integer", "multipleOf": 3}, {"type": "string", "format": "date"}, {"const": "a"}, {},
])  # fmt: skip


def _grown(inner):
    members = st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3)
    more = st.sampled_from([{}, {}, {"additionalProperties": False}, {"additionalProperties": TEXT}, {"minProperties": 1},
                            {"patternProperties": {"^x-": INTEGER}}, {"required": ["a"]}, {"maxProperties": 2},
                            {"dependentRequired": {"a": ["b"]}}])  # fmt: skip
    counts = st.sampled_from([{}, {"minItems": 1}, {"maxItems": 2}, {"uniqueItems": True}])
    return st.one_of(
        st.builds(lambda p, m: {"type": "object", "properties": p, **m}, members, more),
        st.builds(lambda i, c: {"type": "array", "items": i, **c}, inner, counts),
        st.builds(
            lambda k, s: {k: s},
            st.sampled_from(["oneOf", "anyOf", "allOf"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
    )


usual = st.recursive(_plain, _grown, max_leaves=6)

#: Keywords that may be set anywhere, with values of which each is sometimes stricter than another.
KEYWORDS = {
    "type": ["string", "object", ["string", "integer"], "array"], "minLength": [0, 1, 3], "maxLength": [3, 5, 9],
    "minimum": [0, 1], "maximum": [5, 9], "enum": [["a"], ["a", "b"], ["a", 1]], "required": [["a"], ["a", "b"], []],
    "additionalProperties": [True, False, TEXT], "minItems": [0, 1], "maxItems": [1, 2], "uniqueItems": [True, False],
    "pattern": ["^[ab]*$", "^a"], "readOnly": [True], "writeOnly": [True], "minProperties": [0, 1], "multipleOf": [3, 6],
}  # fmt: skip


def nodes(schema):
    """Return all schemas in a schema, itself first."""
    found = [schema] if isinstance(schema, dict) else []
    for node in found:
        inner = [*node.get("properties", {}).values(), *node.get("patternProperties", {}).values()]
        inner += [
            node[k]
            for k in ("items", "additionalProperties", "not", "if", "then", "else", "contains")
            if k in node
        ]
        inner += [
            part for k in ("allOf", "anyOf", "oneOf", "prefixItems") for part in node.get(k, ())
        ]
        found += [part for part in inner if isinstance(part, dict)]
    return found


@st.composite
def revised(draw, schema):
    """Return a strategy of pairs: a schema, and what some edits made of it."""
    old = draw(schema)
    new = copy.deepcopy(old)
    for _ in range(draw(st.integers(1, 2))):
        node = draw(st.sampled_from(nodes(new))) if nodes(new) else {}
        keyword = draw(st.sampled_from([*sorted(node), *KEYWORDS]))
        if keyword in node and draw(st.booleans()):
            del node[keyword]
        elif keyword in KEYWORDS:
            node[keyword] = copy.deepcopy(draw(st.sampled_from(KEYWORDS[keyword])))
        elif isinstance(node[keyword], list) and len(node[keyword]) > 1:
            node[keyword].pop()
    return (old, new) if draw(st.booleans()) else (new, old)


PAIRS = revised(usual) | revised(schemas(leaves=4)) | st.tuples(usual, usual)


def call(schema):
    return single(body=content(schema))


def result(schema):
    return single(responses=answer(schema))


def readings(schema, direction):
    """Return a schema as it is sent and as it is read."""
    document = dynclient.load(call(schema) if direction == "request" else result(schema))
    operation = document.operations["run"]
    owner = operation.request_body if direction == "request" else operation.responses["200"]
    own = Schemas(document)
    opened = own.translate(owner.content["application/json"].schema, direction)
    return [
        Checker(unformatted(own.bundle(opened, direction, reading)))
        for reading in ("producer", "consumer")
    ]


def unformatted(schema):
    """Return a schema without formats, which are annotations here."""
    if isinstance(schema, dict):
        return {
            k: unformatted(inner)
            for k, inner in schema.items()
            if k != "format" or not isinstance(inner, str)
        }
    return [unformatted(inner) for inner in schema] if isinstance(schema, list) else schema


def instances(checker, count):
    """Yield values that fit a schema, the smallest and larger ones."""
    sampler = ExampleGenerator(checker.schema, compile_schema=lambda part: Checker(part).accepts)
    for seed in range(count):
        try:
            yield sampler.generate(
                seed=seed, optional="none" if seed == 0 else "all" if seed % 3 == 0 else "some"
            )
        except NoExample:
            return


def proves(old, new, sender, reader):
    """Insist on what a diff of a body says: values that are sent are taken, or one that it shows is not."""
    sent, taken = sender[0], reader[1]
    found = dynclient.diff(old, new, view="wire")
    for change in found.changes:
        if change.has_witness and change.views["wire"] == "breaking":
            shown = change.witness["body"] if change.side == "call" else change.witness
            assert sent.accepts_by_reference(shown)
            assert jsonschema_rs_accepts(sent, shown)
            assert not taken.accepts_by_reference(shown)
            assert not taken.accepts_by_fast_engine(shown)
    if all(change.level == "info" or change.proof == "rule" for change in found.changes):
        for value in filter(sender[1].accepts_by_reference, instances(sent, INSTANCES)):
            assert taken.accepts_by_reference(value), value


def jsonschema_rs_accepts(checker, value):
    """Tell whether the fast engine accepts a value; a schema that it cannot compile is the reference's business."""
    return checker.accepts_by_fast_engine(value) or checker._fast_validator is None


@given(PAIRS)
def test_what_a_diff_calls_harmless_accepts_all_that_was_sent_and_what_breaks_is_shown(pair):
    old, new = pair

    proves(call(old), call(new), readings(old, "request"), readings(new, "request"))
    proves(result(old), result(new), readings(new, "response"), readings(old, "response"))


@given(PAIRS, values())
def test_no_value_that_was_sent_is_refused_by_what_a_diff_calls_harmless(pair, value):
    old, new = pair
    sent, taken = readings(old, "request")[0], readings(new, "request")[1]

    if sent.accepts_by_reference(value) and not taken.accepts_by_reference(value):
        found = dynclient.diff(call(old), call(new), view="wire")
        assert found.breaking or found.unknown


# --- the two directions


def verdicts(old, new):
    """Return what a diff says of deployed programs: rule, place and proof of all that is not settled → old and new."""
    found = [change for change in dynclient.diff(old, new, view="wire").changes if undone(change)]
    return {
        (change.rule, inside(change.where), change.proof): (change.old, change.new)
        for change in found
    }


def undone(change):
    """Tell whether a change breaks, or may break."""
    return change.level == "breaking" or (change.level == "warning" and change.is_unknown)


def inside(where):
    """Return a place in a body, without the body's own."""
    return where.removeprefix("body").removeprefix("200 application/json").lstrip(".: ")


def without_directions(pair):
    """Tell whether nothing in two schemas travels in one direction only: that is no mirror."""
    return not any(
        key in node
        for schema in pair
        for node in nodes(schema)
        for key in ("readOnly", "writeOnly")
    )


@given(PAIRS.filter(without_directions))
def test_calls_and_results_mirror_each_other(pair):
    old, new = pair
    there, back = verdicts(call(old), call(new)), verdicts(result(new), result(old))

    assert {opposite(key): said for key, said in there.items()} == {
        key: said[::-1] for key, said in back.items()
    }


OPPOSITES = {"property-added": "property-removed", "property-removed": "property-added"}


def opposite(key):
    """Return what the opposite change is known by."""
    rule, *rest = key
    return (OPPOSITES.get(rule, rule), *rest)


@given(PAIRS)
def test_what_is_added_the_one_way_is_removed_the_other_way(pair):
    there, back = (dynclient.diff(*map(call, each)).changes for each in (pair, pair[::-1]))

    # What breaks and no single edit explains is told only the way that it breaks.
    seen, mirrored = (
        {named(c) for c in found if c.rule != "schema-changed"} for found in (there, back)
    )
    assert {opposite(key) for key in seen} == mirrored


def named(change):
    """Return what a change is known by, whichever of several facts names it."""
    return change.rule if change.rule in OPPOSITES else "", change.where.removesuffix("[]")

"""Witnesses that are too long to be built: the verdict stands on the rule."""

import pytest

import dynclient
from dynclient.diffing.report.messages import format_proof
from dynclient.schema.engines.long_values import MAX_VALUE_SIZE

MOST = 2_147_483_647
MANY = 1_000_000_000


def build_document(schema, side="call", version="3.0.3"):
    content = {"application/json": {"schema": schema}}
    operation = {"operationId": "send", "responses": {"200": {"description": ""}}}
    if side == "call":
        operation["requestBody"] = {"required": True, "content": content}
    else:
        operation["responses"]["200"]["content"] = content
    info = {"title": "t", "version": "1"}
    return {"openapi": version, "info": info, "paths": {"/x": {"post": operation}}}


def compare(old, new, **options):
    changes = dynclient.diff(build_document(old, **options), build_document(new, **options)).changes
    (change,) = changes
    return change


def put_in_object(schema):
    return {"type": "object", "properties": {"a": schema}}


def put_in_required(schema):
    return {"type": "object", "properties": {"a": schema}, "required": ["a"]}


def put_in_array(schema):
    return {"type": "array", "items": schema}


def put_in_all_of(schema):
    return {"allOf": [put_in_object(schema), {"type": "object"}]}


TEXT = {"type": "string"}
LONG = {
    "a text": (TEXT, TEXT | {"maxLength": MOST}, f"{MOST + 1} characters"),
    "two limits": (TEXT | {"maxLength": MOST}, TEXT | {"maxLength": MOST - 1}, f"{MOST} char"),
    "least lengths": (TEXT | {"minLength": MANY}, TEXT | {"minLength": MANY + 1}, f"{MANY} char"),
    "a pattern": (
        TEXT | {"pattern": "^a+$"},
        TEXT | {"pattern": "^a+$", "maxLength": MOST},
        f"{MOST + 1} characters",
    ),
    "an array": (
        {"type": "array", "items": TEXT},
        {"type": "array", "items": TEXT, "maxItems": MANY},
        f"an array of {MANY + 1}",
    ),
    "fewest items": (
        {"type": "array", "items": TEXT, "minItems": MANY},
        {"type": "array", "items": TEXT, "minItems": MANY + 1},
        f"an array of {MANY}",
    ),
    "an object": (
        {"type": "object"},
        {"type": "object", "maxProperties": MANY},
        f"an object of {MANY + 1} properties",
    ),
}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("wrap", [put_in_object, put_in_all_of])
@pytest.mark.parametrize("case", LONG)
def test_a_witness_that_is_too_long_is_described_by_its_length(case, wrap, version):
    old, new, length = LONG[case]

    change = compare(wrap(old), wrap(new), version=version)

    assert (change.level, change.proof, change.witness) == ("breaking", "rule", None)
    assert "the witness is too long to be shown" in change.because
    assert length in change.because


@pytest.mark.parametrize("case", ["a text", "two limits", "least lengths", "a pattern"])
@pytest.mark.parametrize("wrap", [put_in_required, put_in_array])
def test_a_long_text_in_a_required_property_or_an_item_breaks(case, wrap):
    old, new, length = LONG[case]

    change = compare(wrap(old), wrap(new))

    assert (change.level, change.proof) == ("breaking", "rule")
    assert length in change.because


@pytest.mark.parametrize("case", LONG)
def test_a_result_that_may_be_longer_breaks_its_readers(case):
    old, new, length = LONG[case]

    change = compare(put_in_object(new), put_in_object(old), side="result")

    assert change.level == "breaking"
    assert length in change.because


@pytest.mark.parametrize("case", LONG)
def test_the_wider_schema_breaks_nobody(case):
    old, new, _ = LONG[case]

    change = compare(put_in_object(new), put_in_object(old))

    assert change.level == "info"


def test_a_text_within_the_budget_is_shown():
    longest = MAX_VALUE_SIZE - 1

    change = compare(put_in_object(TEXT), put_in_object(TEXT | {"maxLength": longest}))

    assert change.proof == "witness"
    assert len(change.witness["body"]["a"]) == longest + 1


def test_an_array_of_large_items_is_described():
    item = TEXT | {"minLength": 1000}
    array = {"type": "array", "items": item}

    change = compare(put_in_object(array), put_in_object(array | {"maxItems": 100}))

    assert (change.level, change.proof) == ("breaking", "rule")
    assert "an array of 101" in change.because


def test_items_that_must_differ_are_not_claimed():
    old = {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True}

    change = compare(put_in_object(old), put_in_object(old | {"maxItems": MANY}))

    assert change.level != "breaking"


def test_the_report_says_why_no_payload_is_shown():
    change = compare(put_in_object(TEXT), put_in_object(TEXT | {"maxLength": MOST}))

    assert change.because == (
        "what was accepted before is refused now; the witness is too long to be shown: "
        f"a: got {MOST + 1} characters, want string, at most {MOST} characters"
    )
    expected = "a rule proves it; a payload that shows it is too long to be built"
    assert format_proof(change) == expected

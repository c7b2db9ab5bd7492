"""Values without a JSON form: each is reported at its own path, alone, with what to give."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import content, document, operation, parameter

import dynclient
from dynclient.errors import InvalidCall
from dynclient.plan.json_values import JsonConverter

DATE_TIME = {"type": "string", "format": "date-time"}
BODY = {
    "type": "object",
    "required": ["a"],
    "properties": {
        "a": {"type": "object", "properties": {"list": {"type": "array"}, "at": DATE_TIME}},
        "n": {"type": "number"},
        "either": {"oneOf": [{"type": "integer"}, {"type": "array", "maxItems": 1}]},
        "clock": {"type": "string", "format": "time"},
        "day": {"type": "string", "format": "date"},
        "text": {"type": "string"},
        "byte": {"type": "string", "format": "byte"},
    },
}


def build_operation(version="3.1.0", **options):
    post = operation(parameter("at", "query", DATE_TIME), body=content(BODY))
    source = document({"/x": {"post": post}}, version=version)
    return dynclient.Client(source, transport=dynclient.Sandbox(source), **options).run


def generate():
    yield 1


LIST = "give a list of its items"


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        ({"a": {"list": {1}}}, "body.a.list", f"a set has no JSON form: {LIST}"),
        ({"a": {"list": [0, frozenset()]}}, "body.a.list[1]", f"a frozenset has no JSON form: {LIST}"),
        ({"a": {}, "either": {1}}, "body.either", f"a set has no JSON form: {LIST}"),
        ({"a": {"list": range(3)}}, "body.a.list", f"a range has no JSON form: {LIST}"),
        ({"a": {"list": {}.keys()}}, "body.a.list", f"a dict_keys has no JSON form: {LIST}"),
        ({"a": {1: 2}}, "body.a.1", "the key 1 is no text: give '1'"),
        ({"a": {None: 2}}, "body.a.null", "the key null is no text: a JSON object has text keys"),
        (
            {"a": {}, "n": Decimal("0.12345678901234567890")},
            "body.n",
            ("the Decimal 0.12345678901234567890 has more digits than a JSON reader keeps: "
            "round it, or give a text where the document takes one"),
        ),
        (
            {"a": {}, "n": Decimal("1E+999999999")},
            "body.n",
            "the Decimal 1E+999999999 cannot be written out",
        ),
        (
            {"a": {}, "text": object()},
            "body.text",
            "an object has no JSON form: give a dict, list, text, number, boolean or None",
        ),
        (
            {"a": {}, "n": datetime.timedelta(1)},
            "body.n",
            "a timedelta has no JSON form: give a dict, list, text, number, boolean or None",
        ),
    ],
)  # fmt: skip
def test_a_value_without_a_json_form_is_reported_at_its_own_path_and_alone(
    body, where, message, version
):
    op = build_operation(version)

    assert [(v.kind, v.where, v.message) for v in op.validate(body=body)] == [
        ("type", where, message)
    ]
    with pytest.raises(InvalidCall) as caught:
        op(body=body)
    assert [v.where for v in caught.value.violations] == [where]
    with pytest.raises(InvalidCall):
        build_operation(version, validate_requests=False).request(body=body)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (generate, "generator"),
        (lambda: map(str, [1]), "map"),
        (lambda: iter([1]), "list_iterator"),
        (lambda: zip([1], [2], strict=True), "zip"),
    ],
)
def test_a_generator_is_no_binary_data(make, name):
    message = f"a {name} has no JSON form: {LIST}"

    for body, where in (
        ({"a": {"list": make()}}, "body.a.list"),
        ({"a": {}, "byte": make()}, "body.byte"),
        ({"a": {}, "either": make()}, "body.either"),
        (make(), "body"),
    ):
        found = build_operation().validate(body=body)
        assert [(v.where, v.message) for v in found] == [(where, message)]


def test_what_is_wrong_elsewhere_is_told_too():
    found = build_operation().validate(body={"a": {"list": {1}, "at": "x"}, "text": 5})

    assert [v.where for v in found] == ["body.a.list", "body.a.at", "body.text"]


NAIVE = datetime.datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 (what is tested)


def test_a_naive_datetime_is_told_what_it_lacks():
    op = build_operation()
    found = op.validate(at=NAIVE, body={"a": {"at": NAIVE}, "clock": NAIVE.time()})
    text = "which has no time zone; give one with tzinfo"

    assert [(v.kind, v.where, v.message) for v in found] == [
        ("format", "query.at", f"got '2026-01-02T03:04:05', {text}"),
        ("format", "body.a.at", f"got '2026-01-02T03:04:05', {text}"),
        ("format", "body.clock", f"got '03:04:05', {text}"),
    ]
    aware = NAIVE.replace(tzinfo=datetime.UTC)
    assert op.validate(at=aware, body={"a": {"at": aware}, "clock": aware.timetz()}) == []


def test_a_naive_datetime_is_in_order_where_no_time_zone_is_asked_for():
    op = build_operation()

    assert op.validate(body={"a": {}, "text": NAIVE}) == []
    (violation,) = op.validate(body={"a": {}, "day": NAIVE})
    assert "time zone" not in violation.message


def test_a_text_without_a_time_zone_is_told_so():
    (violation,) = build_operation().validate(body={"a": {"at": "2026-01-02T03:04:05"}})

    assert violation.message == (
        "got '2026-01-02T03:04:05', which has no time zone, want string, date-time"
    )


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3) | st.just({1}) | st.just(1j),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=2) | st.integers(), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_whatever_has_no_json_form_is_reported_and_nothing_else(value):
    converter = JsonConverter()
    converted = converter.convert(value, ())
    dynclient.wire.media.encode_json(converted)

    assert (converted is value) <= (not converter.violations)
    assert all(violation.kind == "type" for violation in converter.violations)

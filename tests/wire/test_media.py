from __future__ import annotations

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.schemas import values

from dynclient.wire import media

FORM = "application/x-www-form-urlencoded"
ENGINES = pytest.mark.parametrize("engine", ["with orjson", "without"])


@pytest.fixture(autouse=True)
def engine(request, monkeypatch):
    """Take orjson away where a test is asked to do without."""
    name = request.node.callspec.params.get("engine") if hasattr(request.node, "callspec") else None
    if name == "without":
        monkeypatch.setattr(media, "_import_orjson", lambda: None)
    elif name:
        pytest.importorskip("orjson")
    return name


# --- JSON


@ENGINES
@pytest.mark.parametrize(
    "number",
    [
        0,
        -1,
        2**53 + 1,
        2**63 - 1,
        2**63,
        2**64,
        -(2**63) - 1,
        12345678901234567890,
        10**30 + 7,
        10**400 + 1,
    ],
)
def test_no_digit_of_an_integer_is_lost(engine, number):
    text = media.encode_json({"id": number})
    assert text == b'{"id":%d}' % number
    assert media.decode_json(text) == {"id": number}
    assert isinstance(media.decode_json(text)["id"], int)


@given(runs=st.lists(st.integers(0, 24), max_size=8), separators=st.text('",:-T. a', min_size=8))
@example(runs=[19], separators=" " * 8)
@example(runs=[3, 18, 20], separators="," * 8)
def test_a_run_of_19_digits_is_found_wherever_it_begins(runs, separators):
    pieces = [f"{'9' * run}{separator}" for run, separator in zip(runs, separators, strict=False)]
    assert media.has_long_number("".join(pieces).encode()) == any(run > 18 for run in runs)


@ENGINES
@given(value=values())
@example(value=[1.0, -0.0, 1e22, 5e-324, 0.1])
@example(value={"é": "\u2028\U0001f600\x00"})
def test_what_is_written_reads_back_the_same(engine, value):
    text = media.encode_json(value)
    back = media.decode_json(text)
    assert back == value
    assert repr(back) == repr(value)
    text.decode()


@ENGINES
@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        [None, -math.inf],
        {"a": math.nan},
        ({}, (0, (math.nan,))),
        object(),
        {"a": {1, 2}},
        b"x",
    ],
)
def test_what_is_no_json_is_not_written(engine, value):
    with pytest.raises(ValueError):
        media.encode_json(value)


@ENGINES
@pytest.mark.parametrize(
    "text",
    [
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e400",
        b'{"a":',
        b"",
        b"'a'",
        b"01",
        b"[1,]",
        b"\xff",
        b"nul",
        b"1 2",
    ],
)
def test_what_is_no_json_is_not_read(engine, text):
    with pytest.raises(ValueError):
        media.decode_json(text)


@ENGINES
@pytest.mark.parametrize("depth", [100, 3000, 200_000])
def test_deep_nesting_is_read_or_refused_and_never_crashes(engine, depth):
    text = b"[" * depth + b"]" * depth
    try:
        value = media.decode_json(text)
    except ValueError:
        assert depth > 100
    else:
        assert isinstance(value, list)


@ENGINES
def test_a_byte_order_mark_is_passed_over(engine):
    assert media.decode_json(b"\xef\xbb\xbf[1]") == [1]


@ENGINES
def test_json_is_written_compact_and_as_utf_8(engine):
    assert media.encode_json({"a": ["é", None, True]}) == '{"a":["é",null,true]}'.encode()


# --- names


@pytest.mark.parametrize(
    ("name", "json_", "text"),
    [("application/json", True, False), ("Application/JSON; charset=utf-8", True, False), ("text/json", True, True),
     ("application/problem+json", True, False), ("application/vnd.a.v1+json;x=1", True, False),
     ("text/plain", False, True), ("text/csv; header=present", False, True), ("application/xml", False, True),
     ("image/svg+xml", False, True), ("application/pdf", False, False), ("application/jsonp", False, False)],
)  # fmt: skip
def test_a_media_type_is_known_by_its_essence(name, json_, text):
    assert (media.is_json(name), media.is_text(name)) == (json_, text)


# --- bodies that are no JSON


@pytest.mark.parametrize(
    ("name", "value", "body"),
    [("text/plain", "é", "é".encode()), ("text/plain; charset=latin-1", "é", b"\xe9"), ("application/pdf", b"\xff", b"\xff"),
     ("application/octet-stream", bytearray(b"x"), b"x"), ("application/xml", "<a/>", b"<a/>"),
     (FORM, {"a b": "c&d", "n": [1, True, None]}, b"a+b=c%26d&n=1&n=true&n=null"), (FORM, "a=b", b"a=b")],
)  # fmt: skip
def test_a_body_is_written(name, value, body):
    made = media.write(name, value, {})[1]
    assert (made if isinstance(made, bytes) else b"".join(made)) == body


@pytest.mark.parametrize(
    ("name", "value"),
    [("application/pdf", {"a": "s3cret"}), ("text/plain; charset=ascii", "s3cret é")],
)
def test_a_value_that_a_media_type_cannot_carry_is_refused_without_being_shown(name, value):
    with pytest.raises(ValueError) as caught:
        media.write(name, value, {})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "body", "header", "value"),
    [
        ("text/plain", "é".encode(), "text/plain", "é"),
        ("text/plain", b"\xe9", "text/plain; charset=iso-8859-1", "é"),
        ("text/plain", b"\xe9", 'text/plain; charset="ISO-8859-1"', "é"),
        ("text/plain", "é".encode(), "text/plain; charset=no-such", "é"),
        ("application/json", '"é"'.encode("utf-16"), "application/json; charset=utf-16", "é"),
        ("application/json", b"1", "application/json; charset=hex", 1),
        ("application/pdf", b"\xff", "application/pdf", b"\xff"),
        (FORM, b"a=b+c&a=%26&d=", FORM, {"a": ["b c", "&"], "d": ""}),
    ],
)
def test_a_body_is_read(name, body, header, value):
    assert media.decode(name, body, header) == value


@given(st.binary(max_size=40), st.text(st.characters(codec="latin-1"), max_size=30))
def test_no_body_and_no_header_ends_in_anything_but_a_value_error(body, header):
    for name in ("application/json", "text/plain", FORM):
        try:
            media.decode(name, body, f"{name}; charset={header}")
        except ValueError:
            continue


def test_a_round_trip_of_a_form():
    value = {"a": ["x", "y"], "b": "ü &=+%"}
    assert media.decode(FORM, media.write(FORM, value, {})[1]) == value


def test_json_of_the_standard_library_agrees():
    value = {"a": [1, 2.5, "x", None, False]}
    assert json.loads(media.encode_json(value)) == value

"""Names of media types: ranges, parameters, preferences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.wire import media_types
from dynclient.wire.message import is_valid_header


@pytest.mark.parametrize(
    ("wanted", "entries", "key"),
    [
        ("application/json", ["*/*", "application/json", "application/*"], "application/json"),
        ("application/json", ["*/*", "application/*"], "application/*"),
        ("application/json", ["*/*"], "*/*"),
        ("application/json", ["text/plain"], None),
        ("application/json", ["application/json; charset=utf-8"], "application/json; charset=utf-8"),
        ("APPLICATION/JSON", ["application/json"], "application/json"),
        ('application/json; charset=utf-8; Version="2"', ["application/json", "application/json; version=2"], "application/json; version=2"),
        ("application/json; b=2; a=1", ["application/json;a=1", "application/json; a=1; b=2"], "application/json; a=1; b=2"),
        ("application/json; a=1; c=3", ["application/json", "application/json;a=1"], "application/json;a=1"),
        ("application/json; version=3", ["application/json; version=2"], None),
        ("application/json; version=3", ["application/json; version=2", "*/*"], "*/*"),
        ("application/json; version=3", ["application/json; version=2", "application/json"], "application/json"),
        ("multipart/form-data; boundary=x", ["multipart/form-data; boundary=y"], "multipart/form-data; boundary=y"),
        ("application/x+json", ["application/*", "application/*+json"], "application/*+json"),
        ("application/json", ["application/*+json"], "application/*+json"),
        ("application/xml", ["application/*+json"], None),
        ("image/png", ["*"], "*"),
        ("application/json; version=1", ["application/json; version=1", "application/json; version=2"], "application/json; version=1"),
        ("application/json; version=2", ["application/json; version=1", "application/json; version=2"], "application/json; version=2"),
        ("application/json", ["application/json; version=1", "application/json; version=2"], "application/json; version=1"),
        ("image/png", ["image/*"], "image/*"),
        ("imagery/png", ["image/*"], None),
    ],
)  # fmt: skip
def test_the_most_specific_entry_fits(wanted, entries, key):
    found = media_types.match_media_type(wanted, dict.fromkeys(entries, 1))
    assert (found[0] if found else None) == key


def test_json_is_preferred_for_a_body_and_then_the_first():
    assert (
        media_types.choose_preferred({"text/plain": 1, "application/json": 1}) == "application/json"
    )
    assert media_types.choose_preferred({"text/plain": 1, "image/png": 1}) == "text/plain"
    assert media_types.choose_preferred({}) is None


@pytest.mark.parametrize(
    ("content", "preferred"),
    [
        (["*/*", "application/json"], "application/json"),
        (["text/plain", "*/*"], "*/*"),
        (["text/plain", "image/*"], "text/plain"),
        (["image/*", "text/plain"], "image/*"),
    ],
)
def test_a_range_that_includes_json_is_preferred_after_json(content, preferred):
    assert media_types.choose_preferred(dict.fromkeys(content)) == preferred


PROBLEM = {"application/problem+json": 1}


@pytest.mark.parametrize(
    ("responses", "header"),
    [
        ({}, "application/json, */*;q=0.5"),
        ({"200": {"application/json": 1}}, "application/json"),
        (
            {"200": {"application/pdf": 1, "application/json; charset=utf-8": 1}},
            "application/json, application/pdf;q=0.5",
        ),
        ({"200": {"application/pdf": 1}}, "application/pdf"),
        ({"200": {"application/json": 1}, "404": {"application/json": 1}}, "application/json"),
        ({"200": {"*/*": 1}}, "*/*"),
        ({"200": {"*": 1}}, "*/*"),
        ({"200": {"application/*": 1, "text/csv": 1}}, "text/csv, application/*;q=0.5"),
        (
            {"200": {"application/json; version=2": 1, 'text/csv;header="a b"': 1}},
            'application/json; version=2, text/csv; header="a b"',
        ),
        ({"404": PROBLEM, "200": {"image/png": 1}}, "image/png, application/problem+json"),
        (
            {"4XX": PROBLEM, "default": {"text/html": 1}, "201": {"application/json": 1}},
            "application/json, text/html, application/problem+json",
        ),
        ({"400": PROBLEM, "200": {"application/xml": 1, **PROBLEM}}, "application/xml, application/problem+json"),
        ({"200": {"text/csv;\r\nX: y": 1, "text/c\r\nX: y/z": 1}}, "text/csv"),
    ],
)  # fmt: skip
def test_what_a_success_has_is_asked_for_first_and_with_its_parameters(responses, header):
    assert media_types.build_accept_header(responses.items()) == header


@pytest.mark.parametrize(
    ("name", "value", "concrete"),
    [
        ("*/*", {}, "application/json"),
        ("*/*", "x", "application/json"),
        ("*/*", b"x", "application/octet-stream"),
        ("application/*", [], "application/json"),
        ("application/*", b"x", "application/octet-stream"),
        ("application/*+json", {}, "application/json"),
        ("application/*+json", b"x", None),
        ("text/*", "x", "text/plain"),
        ("text/*", 5, "text/plain"),
        ("text/*", {}, None),
        ("image/*", b"x", None),
        ("image/png", {}, "image/png"),
    ],
)
def test_a_range_becomes_json_or_octets(name, value, concrete):
    assert media_types.resolve_range(name, value) == concrete


@given(
    st.text(max_size=30)
    | st.text(alphabet='ab/;="\\, \r\n*+jsonq', max_size=60)
    | st.just("a/b;" + 'x="' * 5000)
)
def test_no_text_of_a_media_type_ends_in_an_error(text):
    essence, parameters = media_types.parse_media_type(text)

    assert essence == essence.lower()
    assert all(name for name, _ in parameters)
    assert media_types.match_media_type(text, {"*/*": 1}) in (("*/*", 1), None)
    accept = media_types.build_accept_header([("200", {text: 1})])
    assert is_valid_header("Accept", accept)
    kind = media_types.find_kind(text)
    assert media_types.find_kind(media_types.get_representative(text)) == kind

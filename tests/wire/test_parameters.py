from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.documents import parameter, single

import dynclient
from dynclient.wire.parameters import (
    ParameterAbsent,
    build_default_writer,
    build_writer,
    read_parameter,
)
from dynclient.wire.schema_types import SchemaTypes


def declared(location, schema=None, **fields):
    """Return a parameter as the model reads it, in the default style of its location."""
    path = "/x/{color}" if location == "path" else "/x"
    document = dynclient.load(single(parameter("color", location, schema, **fields), path=path))
    return document.operations["run"].parameters[0]


ARRAY, OBJECT = ["blue", "black"], {"R": 100, "G": 200}


@pytest.mark.parametrize(
    ("location", "value", "text"),
    [
        ("path", "blue", "blue"),
        ("path", ARRAY, "blue,black"),
        ("path", OBJECT, "R,100,G,200"),
        ("path", "a b/c?d#e%", "a%20b%2Fc%3Fd%23e%25"),
        ("path", 12345678901234567890, "12345678901234567890"),
        ("path", True, "true"),
        ("path", None, "null"),
        ("query", "blue", "color=blue"),
        ("query", "", "color="),
        ("query", ARRAY, "color=blue&color=black"),
        ("query", OBJECT, "R=100&G=200"),
        ("query", [], ""),
        ("query", {}, ""),
        ("query", "a&b=c+d é", "color=a%26b%3Dc%2Bd%20%C3%A9"),
        ("query", 1.5, "color=1.5"),
        ("query", 1e22, "color=1e%2B22"),
        ("header", "blue", "blue"),
        ("header", ARRAY, "blue,black"),
        ("header", OBJECT, "R,100,G,200"),
        ("cookie", "blue", "color=blue"),
        ("cookie", "a;b", "color=a%3Bb"),
    ],
)
def test_the_default_style_of_each_location(location, value, text):
    assert build_writer(declared(location))(value) == text


@pytest.mark.parametrize("location", ["path", "query", "header", "cookie"])
@pytest.mark.parametrize("value", ["blue", 5, True, "a b", "é"])
def test_an_undeclared_parameter_is_written_in_the_default_style(location, value):
    assert build_default_writer(location, "color")(value) == build_writer(declared(location))(value)


def test_the_name_is_encoded_as_well():
    made = dynclient.load(single(parameter("filter[a b]&", schema={})))
    assert build_writer(made.operations["run"].parameters[0])(1) == "filter%5Ba%20b%5D%26=1"


@pytest.mark.parametrize("location", ["path", "query"])
def test_allow_reserved_keeps_what_its_place_can_hold(location):
    text = build_writer(declared(location, allowReserved=True))("a:@!$'()*,;/?#[]&=+ %")
    held = text.partition("=")[2] if location == "query" else text
    for char in "#[] %" + ("/?" if location == "path" else "&+="):
        assert char not in held.replace("%2", "").replace("%", "") or char == "%"
    assert unquote(held) == "a:@!$'()*,;/?#[]&=+ %"


def read_back(found, value, **shape):
    text = build_writer(found)(value)
    raw = text
    if found.location in ("query", "cookie"):
        raw = [tuple(pair.split("=", 1)) for pair in text.split("&")] if text else []
    return read_parameter(found, SchemaTypes(shape, {}), raw)


_words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)


@given(st.sampled_from(["path", "query", "cookie"]), _words)
def test_text_is_read_as_it_was_written(location, value):
    assert read_back(declared(location), value, type="string") == value


@given(st.sampled_from(["path", "query", "header", "cookie"]), st.integers())
def test_an_integer_of_any_size_is_read_as_it_was_written(location, value):
    assume(abs(value) < 10**4000)
    assert read_back(declared(location), value, type="integer") == value


@given(st.sampled_from(["path", "query"]), st.lists(_words, min_size=1, max_size=4))
def test_an_array_is_read_as_it_was_written(location, value):
    found = declared(location, {"type": "array"})
    assert read_back(found, value, type="array", items={"type": "string"}) == value


@given(st.dictionaries(st.sampled_from(["a", "b b", "ü"]), st.integers() | _words, min_size=1))
def test_an_object_in_a_path_is_read_as_it_was_written(value):
    kinds = {k: {"type": "integer" if isinstance(v, int) else "string"} for k, v in value.items()}
    assert (
        read_back(declared("path", {"type": "object"}), value, type="object", properties=kinds)
        == value
    )


def test_what_is_not_there_is_absent():
    with pytest.raises(ParameterAbsent):
        read_parameter(declared("query"), SchemaTypes({"type": "string"}, {}), [("other", "1")])


@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.a+json"])
def test_a_content_parameter_is_json_text(media_type):
    made = dynclient.load(
        single({"name": "f", "in": "query", "content": {media_type: {"schema": {}}}})
    )
    found = made.operations["run"].parameters[0]
    assert build_writer(found)({"a": [1, "é"]}) == "f=%7B%22a%22%3A%5B1%2C%22%C3%A9%22%5D%7D"
    assert build_writer(found)("a") == "f=%22a%22"

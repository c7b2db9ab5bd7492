"""application/x-www-form-urlencoded: what is written is read back, by the characters of the WHATWG URL standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dynclient
from dynclient.wire import forms
from dynclient.wire.media import FORM_MEDIA_TYPE
from dynclient.wire.schema_types import SchemaTypes

TEXT = {"type": "string"}
SCHEMA = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "count": {"type": "integer"},
        "is": {"type": "boolean"},
        "list": {"type": "array", "items": TEXT},
        "inner": {"type": "object", "properties": {"x": {"type": "integer"}}},
    },
}


def encodings(**given):
    entry = {"schema": SCHEMA, "encoding": given}
    body = {"content": {FORM_MEDIA_TYPE: entry}}
    paths = {
        "/x": {
            "post": {
                "operationId": "x",
                "requestBody": body,
                "responses": {"200": {"description": "-"}},
            }
        }
    }
    document = dynclient.load(
        {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}
    )
    return document.operations["x"].request_body.content[FORM_MEDIA_TYPE].encodings


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            {"name": "a b"},
            b"name=a+b",
        ),  # WHATWG URL, application/x-www-form-urlencoded percent-encode set
        ({"name": "a+b"}, b"name=a%2Bb"),
        ({"name": "*-._"}, b"name=*-._"),
        ({"name": "~"}, b"name=%7E"),
        ({"name": "&=%#"}, b"name=%26%3D%25%23"),
        ({"name": "é"}, b"name=%C3%A9"),
        ({"name": "\r\n"}, b"name=%0D%0A"),
        ({"name": ""}, b"name="),
        ({"list": ["a", "b"]}, b"list=a&list=b"),
        ({"list": []}, b""),
        (
            {"inner": {"x": 1}},
            b"inner=%7B%22x%22%3A1%7D",
        ),  # OAS 3.1.1 Encoding Object: an object is JSON
        ({"count": 12345678901234567890, "is": True}, b"count=12345678901234567890&is=true"),
        ({"a b": "x"}, b"a+b=x"),
    ],
)
def test_a_form_is_written_to_the_byte(value, text):
    assert forms.write_form(value, {}) == text


@pytest.mark.parametrize(
    ("encoding", "value", "text"),
    [
        ({"style": "form", "explode": False}, ["a", "b c"], b"list=a,b+c"),
        ({"style": "form", "explode": True}, ["a", "b"], b"list=a&list=b"),
        ({"style": "pipeDelimited", "explode": False}, ["a", "b"], b"list=a%7Cb"),
        ({"style": "spaceDelimited", "explode": False}, ["a", "b"], b"list=a+b"),
    ],
)
def test_a_styled_property_is_written_as_a_parameter_would_be(encoding, value, text):
    given = encodings(list=encoding)

    assert forms.write_form({"list": value}, given) == text
    assert forms.read_form(text, SchemaTypes(SCHEMA, {}), given) == {"list": value}


def test_a_deep_object_stands_beside_plain_properties():
    given = encodings(inner={"style": "deepObject", "explode": True})
    written = forms.write_form({"inner": {"x": 5}, "name": "n"}, given)

    assert written == b"inner%5Bx%5D=5&name=n"
    assert forms.read_form(written, SchemaTypes(SCHEMA, {}), given) == {
        "inner": {"x": 5},
        "name": "n",
    }


def test_bytes_that_are_no_utf8_are_refused():
    with pytest.raises(ValueError, match="utf-8"):
        forms.read_form(b"name=%FF", SchemaTypes(SCHEMA, {}), {})


any_text = st.text(st.characters(exclude_categories=["Cs"]))
values = st.fixed_dictionaries(
    {},
    optional={
        "name": any_text,
        "count": st.integers(-(10**25), 10**25),
        "is": st.booleans(),
        "list": st.lists(any_text, min_size=1),
        "inner": st.fixed_dictionaries({"x": st.integers()}),
    },
)


@given(values)
def test_a_form_is_read_back_as_it_was_written(value):
    written = forms.write_form(value, {})

    assert forms.read_form(written, SchemaTypes(SCHEMA, {}), {}) == value
    assert set(written) <= set(b"&=+*-._%") | set(
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    )

"""application/x-www-form-urlencoded: an object ↔ pairs; write and read are mirror pairs.

Source: WHATWG URL §5 (the characters), OAS 3.1.1 Encoding Object (what becomes of a property): with `style`, `explode`
or `allowReserved` a property is written as a query parameter would be; without, by its content type, which is text
for scalars and JSON for objects, and each member of an array is a pair of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from dynclient.model import Encoding
from dynclient.wire.parameters import ParameterAbsent, build_writer, read_parameter, to_text
from dynclient.wire.schema_types import SchemaTypes

FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"


def write_form(value: Mapping[str, Any], encodings: Mapping[str, Encoding]) -> bytes:
    """Return the bytes of a form."""
    return "&".join(
        pair
        for name, item in value.items()
        for pair in _write_pairs(name, item, encodings.get(name))
    ).encode()


def _write_pairs(name: str, value: Any, encoding: Encoding | None) -> Iterator[str]:
    if encoding is not None and encoding.as_parameter is not None:
        text = build_writer(encoding.as_parameter)(value)
        # A form has its own way with a space, and none for a tilde.
        yield from (text.replace("%20", "+").replace("~", "%7E"),) if text else ()
    elif isinstance(value, list):
        yield from (
            f"{_quote_form_text(name)}={_quote_form_text(_write_text(item))}" for item in value
        )
    else:
        yield f"{_quote_form_text(name)}={_quote_form_text(_write_text(value))}"


def _write_text(value: Any) -> str:
    return to_text(value)


def _quote_form_text(text: str) -> str:
    return quote_plus(text, safe="*").replace("~", "%7E")


def read_form(body: bytes, shape: SchemaTypes, encodings: Mapping[str, Encoding]) -> dict[str, Any]:
    """Return the object of a form.

    Args:
        body: its bytes.
        shape: which kinds of value its schema allows, to tell a number from text.
        encodings: how its properties were written.

    Raises:
        ValueError: the bytes are no form.

    """
    raw = [
        (name, text)
        for name, _, text in (
            part.partition("=") for part in body.decode("utf-8").split("&") if part
        )
    ]
    found: dict[str, Any] = {}
    for name, encoding in encodings.items():
        if encoding.as_parameter is not None:
            try:
                pairs = [(key.replace("+", "%20"), text.replace("+", "%20")) for key, text in raw]
                found[name] = read_parameter(
                    encoding.as_parameter, shape.find_member_types(name), pairs
                )
            except ParameterAbsent:
                continue
    styled = {name for name, encoding in encodings.items() if encoding.as_parameter is not None}
    rest: dict[str, list[str]] = {}
    for key, text in raw:
        name = unquote_plus(key, errors="strict")
        if name.partition("[")[0] not in styled and name not in found:
            rest.setdefault(name, []).append(unquote_plus(text, errors="strict"))
    return found | {
        name: combine_values(texts, shape.find_member_types(name)) for name, texts in rest.items()
    }


def combine_values(values: list[Any], shape: SchemaTypes) -> Any:
    """Return what the values that came under one name are: an array where one may stand, or where there are several."""
    if shape.is_array or len(values) > 1:
        return [parse_if_text(value, shape.item_types) for value in values]
    return parse_if_text(values[0], shape)


def parse_if_text(value: Any, shape: SchemaTypes) -> Any:
    """Return the value that a text stands for; what is no text is itself."""
    if not isinstance(value, str):
        return value
    if shape.is_object and value.startswith("{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return shape.parse_text(value)

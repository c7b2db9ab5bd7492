"""application/x-www-form-urlencoded: an object ↔ pairs; write and read are mirrors.

Source: WHATWG URL §5 (the characters), OAS 3.1.1 Encoding Object (how a property is written).
A property with `style`, `explode` or `allowReserved` is written as a query parameter. Others are
written by their content type: text for scalars, JSON for objects, a pair for each item of an array.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote

from dynclient.model import Encoding, Parameter
from dynclient.wire.parameters import build_writer, to_text
from dynclient.wire.parameters.text_encoding import is_json, to_json_text
from dynclient.wire.schema_types import SchemaTypes


def write_form(value: Mapping[str, Any], encodings: Mapping[str, Encoding]) -> bytes:
    """Return the bytes of a form."""
    pairs: list[str] = []
    for name, member in value.items():
        pairs += _write_pairs(name, member, encodings.get(name))
    return "&".join(pairs).encode()


def _write_pairs(name: str, value: Any, encoding: Encoding | None) -> Iterator[str]:
    if encoding is not None and encoding.as_parameter is not None:
        text = build_writer(encoding.as_parameter)(value)
        if text:
            # A form writes a space as a plus sign, and escapes a tilde.
            yield text.replace("%20", "+").replace("~", "%7E")
        return
    if encoding is not None and is_json(encoding.content_type):
        yield f"{_quote_form_text(name)}={_quote_form_text(to_json_text(value))}"
        return
    for item in value if isinstance(value, list) else [value]:
        check_label(name, item, encoding)
        yield f"{_quote_form_text(name)}={_quote_form_text(to_text(item))}"


def check_label(name: str | None, value: Any, encoding: Encoding | None) -> None:
    """Refuse an object, which becomes JSON, where an encoding names no content type that is JSON.

    Raises:
        ValueError: the value must be ready text or bytes.

    """
    if isinstance(value, dict | list) and encoding is not None and not encoding.takes_json:
        part = name or "a part"
        raise ValueError(
            f"{part} is sent as {encoding.content_type}, which is written from text or bytes"
        )


def _quote_form_text(text: str) -> str:
    return quote_plus(text, safe="*").replace("~", "%7E")


def read_form(body: bytes, types: SchemaTypes, encodings: Mapping[str, Encoding]) -> dict[str, Any]:
    """Return the object of a form.

    Args:
        body: its bytes.
        types: of its members, to tell a number from text.
        encodings: how its properties were written.

    Raises:
        ValueError: the bytes are no form.

    """
    pairs = _split_pairs(body.decode("utf-8"))
    parameters = {n: e.as_parameter for n, e in encodings.items() if e.as_parameter is not None}
    members, styled_names = read_styled_members(parameters, types, pairs)
    texts_by_name: dict[str, list[str]] = {}
    for raw_name, raw_text in pairs:
        name = _decode(raw_name)
        if name.partition("[")[0] not in styled_names:
            texts_by_name.setdefault(name, []).append(_decode(raw_text))
    for name, texts in texts_by_name.items():
        encoding = encodings.get(name)
        if encoding is not None and is_json(encoding.content_type) and len(texts) == 1:
            members[name] = json.loads(texts[0])
        else:
            members[name] = combine_values(texts, types.find_member_types(name))
    return members


def read_styled_members(
    parameters: Mapping[str, Parameter], types: SchemaTypes, pairs: list[tuple[str, str]]
) -> tuple[dict[str, Any], set[str]]:
    """Return the members that are written as query parameters, and all names that they take.

    Args:
        parameters: by the names of the properties.
        types: of the whole object.
        pairs: names and values, both percent-encoded.

    """
    from dynclient.wire.parameters import ParameterAbsent, read_parameter  # Few forms are read.

    members: dict[str, Any] = {}
    names = set(parameters)
    for name, parameter in parameters.items():
        own = [pair for pair in pairs if _may_belong_to(name, _decode(pair[0]), types)]
        try:
            value = read_parameter(parameter, types.find_member_types(name), own)
        except ParameterAbsent:
            continue
        members[name] = value
        if parameter.style == "form" and parameter.explode and isinstance(value, dict):
            names.update(value)
    return members, names


def _may_belong_to(name: str, pair_name: str, types: SchemaTypes) -> bool:
    """Tell whether a pair may be of a property: by its name, or as no other property has it."""
    return pair_name == name or not types.has_property(pair_name)


def _split_pairs(text: str) -> list[tuple[str, str]]:
    """Return the encoded (name, value) pairs of a form, a space in them as in a query."""
    pairs = []
    for part in text.replace("+", "%20").split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((name, value))
    return pairs


def _decode(text: str) -> str:
    return unquote(text, errors="strict")


def combine_values(values: list[Any], types: SchemaTypes) -> Any:
    """Return the value of a name that came once or several times: an array where one may stand."""
    if types.is_array or len(values) > 1:
        return [parse_if_text(value, types.item_types) for value in values]
    return parse_if_text(values[0], types)


def parse_if_text(value: Any, types: SchemaTypes) -> Any:
    """Return the value that a text stands for; what is no text is itself."""
    if not isinstance(value, str):
        return value
    if types.is_object and value.startswith("{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return types.parse_text(value)

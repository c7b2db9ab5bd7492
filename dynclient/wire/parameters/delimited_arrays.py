"""Arrays whose delimiters are none of a style's, and arrays in them; write and read are mirrors.

Source: Swagger 2.0 Parameter Object and Items Object, collectionFormat.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dynclient.model import Parameter
from dynclient.wire.parameters.text_encoding import (
    TextEncoder,
    leave_unencoded,
    percent_encode,
    to_text,
)
from dynclient.wire.schema_types import SchemaTypes

#: Delimiter -> what it is in a URL. A comma that is data is encoded there, the others always are.
_SPLITTERS = {
    ",": re.compile(","),
    " ": re.compile(r"%20|\+"),
    "\t": re.compile("%09"),
    "|": re.compile(r"%7[Cc]|\|"),
}


def build_array_writer(parameter: Parameter) -> Callable[[Any], str]:
    """Return the writer of an array whose delimiters are none of a style's."""
    delimiters = parameter.delimiters
    encode = leave_unencoded if parameter.location == "header" else percent_encode
    has_pairs = parameter.location in ("query", "cookie")
    prefix = f"{percent_encode(parameter.name)}=" if has_pairs else ""
    empty = prefix if has_pairs and parameter.node.get_flag("allowEmptyValue") else ""

    def write(value: Any) -> str:
        if not isinstance(value, list):
            return prefix + encode(to_text(value))
        if not value:
            return empty
        if parameter.explode:
            texts = [write_delimited_array(item, delimiters[1:], encode) for item in value]
            return "&".join(prefix + text for text in texts)
        return prefix + write_delimited_array(value, delimiters, encode)

    return write


def write_delimited_array(value: Any, delimiters: tuple[str, ...], encode: TextEncoder) -> str:
    """Return the text of an array, of arrays in it, or of an item.

    Args:
        value: the array or item.
        delimiters: those of the array and of the arrays in it, the outermost first.
        encode: what encodes an item.

    """
    if not isinstance(value, list) or not delimiters:
        return encode(to_text(value))
    delimiter = delimiters[0] if delimiters[0] == "," else encode(delimiters[0])
    return delimiter.join(write_delimited_array(item, delimiters[1:], encode) for item in value)


def read_delimited_array(
    text: str, types: SchemaTypes, delimiters: tuple[str, ...], decode: TextEncoder
) -> Any:
    """Return the array, or item, that a text holds.

    Args:
        text: as it came.
        types: those that the schema allows.
        delimiters: those of the array and of the arrays in it, the outermost first.
        decode: what undoes the encoding of an item.

    Raises:
        ValueError: the text is no UTF-8.

    """
    if not delimiters or not types.is_array:
        return types.parse_text(decode(text))
    parts = _split_text(text, delimiters[0], decode) if text else []
    item_types = types.item_types
    return [read_delimited_array(part, item_types, delimiters[1:], decode) for part in parts]


def _split_text(text: str, delimiter: str, decode: TextEncoder) -> list[str]:
    if decode is leave_unencoded:
        return [part.strip(" \t") for part in text.split(delimiter)]
    return _SPLITTERS[delimiter].split(text)

"""Parameters, read: the text of a path, query, header or cookie becomes the value that was written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from dynclient.model import Parameter
from dynclient.wire.parameters.text_encoding import (
    TextEncoder,
    is_json,
    leave_unencoded,
    percent_decode,
)
from dynclient.wire.schema_types import SchemaTypes

NameValuePairs = list[tuple[str, str]]

#: How deep the names of a deepObject may nest; deeper ones are no data of anybody.
MAX_DEEP_OBJECT_DEPTH = 64

_SPACE_DELIMITER = re.compile(r"%20|\+")
_PIPE_DELIMITER = re.compile(r"%7[Cc]|\|")


class ParameterAbsent(Exception):
    """The text holds no value of this parameter."""


def read_parameter(parameter: Parameter, shape: SchemaTypes, raw: str | NameValuePairs) -> Any:
    """Return the value of a parameter from its text: what `writer` wrote, up to what text cannot tell apart.

    Args:
        parameter: the parameter.
        shape: which kinds of value its schema allows, to tell a number from text.
        raw: of a path or header the text; of a query or cookie all (name, value) pairs, names and values still encoded.

    Raises:
        Absent: the text holds no value of it.
        ValueError: the text cannot be split as the style says, or is no UTF-8.

    """
    if isinstance(raw, list):
        return _read_pairs(parameter, shape, raw)
    if parameter.content:
        return _read_content(parameter, shape, raw)
    if parameter.location == "header":
        return _DelimitedReader(shape, _split_header_list, parameter.explode, leave_unencoded).read(
            raw
        )
    if parameter.style == "matrix":
        return _read_matrix(parameter, shape, raw)
    if parameter.style == "label":
        if not raw.startswith("."):
            raise ValueError("a label begins with a dot")
        return _DelimitedReader(
            shape, _build_splitter("." if parameter.explode else ","), parameter.explode
        ).read(raw[1:])
    return _DelimitedReader(shape, _build_splitter(","), parameter.explode).read(raw)


def is_declared_name(parameter: Parameter, shape: SchemaTypes, name: str) -> bool:
    """Tell whether a decoded name in a query or cookie is this parameter's by declaration.

    A free exploded object takes every name that no other parameter claims.
    """
    if name == parameter.name:
        return True
    if parameter.content:
        return False
    if parameter.style == "deepObject":
        return name.startswith(f"{parameter.name}[")
    return parameter.explode and shape.has_property(name)


@dataclass(frozen=True)
class _DelimitedReader:
    """Reads a text whose parts are delimited.

    Attributes:
        shape: which kinds of value the schema allows.
        split: cuts the text at its delimiters.
        explode: whether the members of an object are `name=value`.
        decode: what undoes the encoding of a part.
        is_text_empty: whether an array's empty text is one empty text, not no member at all.

    """

    types: SchemaTypes
    split: Callable[[str], list[str]]
    explode: bool
    decode: TextEncoder = percent_decode
    is_text_empty: bool = False

    def read(self, raw: str) -> Any:
        """Return the value of a text."""
        shape, parts = self.types, self.split(raw) if raw else []
        if not shape.types & {"array", "object"} or (
            len(parts) <= 1 and shape.can_be_scalar and not self._has_named_members(parts)
        ):
            return shape.parse_text(self.decode(raw))
        if shape.is_object or self._has_named_members(parts):
            return self._read_object(parts)
        if not parts and self.is_text_empty and shape.item_types.can_be_any_text:
            return [""]
        return [shape.item_types.parse_text(self.decode(part)) for part in parts]

    def _has_named_members(self, parts: list[str]) -> bool:
        """Tell whether the parts name the members of an object, where it might be another value too."""
        may_be = (
            self.explode and "object" in self.types.types and self.decode is not leave_unencoded
        )
        return may_be and bool(parts) and all("=" in part for part in parts)

    def _read_object(self, parts: list[str]) -> dict[str, Any]:
        if self.explode:
            members = [_split_pair(part) for part in parts]
        elif len(parts) % 2:
            raise ValueError("an object is an even number of names and values")
        else:
            members = list(zip(parts[::2], parts[1::2], strict=True))
        decode = self.decode
        return {
            decode(k): self.types.find_member_types(decode(k)).parse_text(decode(v))
            for k, v in members
        }


def _build_splitter(delimiter: str) -> Callable[[str], list[str]]:
    return lambda text: text.split(delimiter)


def _split_header_list(text: str) -> list[str]:
    """Return the members of a header's list, without the white space around them. Source: RFC 9110 §5.6.1."""
    return [part.strip(" \t") for part in text.split(",")]


def _split_pair(part: str) -> tuple[str, str]:
    name, _, text = part.partition("=")
    return name, text


def _read_content(parameter: Parameter, shape: SchemaTypes, raw: str) -> Any:
    media_type = parameter.content.name if parameter.content else ""
    text = raw if parameter.location == "header" else percent_decode(raw)
    if is_json(media_type):
        return json.loads(text, parse_constant=_refuse_constant)
    return shape.parse_text(raw if parameter.location == "cookie" else text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _read_matrix(parameter: Parameter, shape: SchemaTypes, raw: str) -> Any:
    if not raw.startswith(";"):
        raise ValueError("a matrix begins with a semicolon")
    pairs = [_split_pair(part) for part in raw[1:].split(";")]
    own = [text for name, text in pairs if percent_decode(name) == parameter.name]
    is_empty = pairs == [(pairs[0][0], "")] and bool(own)
    if not parameter.explode or (shape.can_be_scalar and len(own) == 1):
        if not own:
            raise ParameterAbsent
        return _DelimitedReader(shape, _build_splitter(","), False).read(own[0])
    if "array" in shape.types and own:
        return (
            [] if is_empty else [shape.item_types.parse_text(percent_decode(text)) for text in own]
        )
    if "object" in shape.types:
        found = {} if is_empty and not shape.has_property(parameter.name) else dict(pairs)
        return {
            percent_decode(k): shape.find_member_types(percent_decode(k)).parse_text(
                percent_decode(v)
            )
            for k, v in found.items()
        }
    if not own:
        raise ParameterAbsent
    return shape.parse_text(percent_decode(own[0]))


def _read_pairs(parameter: Parameter, shape: SchemaTypes, pairs: NameValuePairs) -> Any:
    own = [text for name, text in pairs if _decode_name(name) == parameter.name]
    if parameter.content:
        if not own:
            raise ParameterAbsent
        return _read_content(parameter, shape, own[0])
    if parameter.location == "cookie":
        own = [_unquote_cookie(text) for text in own]
    if parameter.style == "deepObject":
        return _read_deep_object(parameter, shape, pairs, own)
    if (
        parameter.explode
        and "object" in shape.types
        and not (own and (shape.can_be_scalar or shape.is_array))
    ):
        members = {
            _decode_name(name): text
            for name, text in reversed(pairs)
            if shape.can_have_member(_decode_name(name))
        }
        if members:
            return {
                name: shape.find_member_types(name).parse_text(percent_decode(text))
                for name, text in reversed(members.items())
            }
    if not own:
        raise ParameterAbsent
    return _read_own(parameter, shape, own)


def _read_own(parameter: Parameter, shape: SchemaTypes, own: list[str]) -> Any:
    """Return the value of what came under the parameter's own name."""
    is_empty = own == [""] and parameter.node.get_flag("allowEmptyValue")
    if "array" in shape.types and parameter.explode and (len(own) > 1 or not shape.can_be_scalar):
        is_nothing = own == [""] and (is_empty or not shape.item_types.can_be_any_text)
        return (
            []
            if is_nothing
            else [shape.item_types.parse_text(percent_decode(text)) for text in own]
        )
    split = {"spaceDelimited": _SPACE_DELIMITER.split, "pipeDelimited": _PIPE_DELIMITER.split}.get(
        parameter.style, _build_splitter(",")
    )
    if parameter.explode and "object" not in shape.types:
        return shape.parse_text(percent_decode(own[0]))
    return _DelimitedReader(shape, split, False, is_text_empty=not is_empty).read(own[0])


def _decode_name(raw: str) -> str:
    """Return the name of a pair; one that is no UTF-8 is nobody's."""
    try:
        return percent_decode(raw)
    except ValueError:
        return raw


def _unquote_cookie(text: str) -> str:
    """Return a cookie's value without the quotes that it may stand in. Source: RFC 6265 §4.1.1 cookie-value."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _read_deep_object(
    parameter: Parameter, shape: SchemaTypes, pairs: NameValuePairs, own: list[str]
) -> Any:
    tree: dict[str, Any] = {}
    for raw_name, raw_text in pairs:
        name = _decode_name(raw_name)
        if name.startswith(parameter.name + "["):
            keys = name[len(parameter.name) + 1 :].removesuffix("]").split("][")
            _insert_text(tree, keys, percent_decode(raw_text))
    if tree:
        return shape.parse_tree(tree)
    if not own:
        raise ParameterAbsent
    return shape.parse_tree(percent_decode(own[0]))


def _insert_text(tree: dict[str, Any], keys: list[str], text: str) -> None:
    """Put a text into its place; what is there already is joined by it, as members of an array."""
    if len(keys) > MAX_DEEP_OBJECT_DEPTH:
        raise ValueError("nested too deeply")
    at = tree
    for key in keys[:-1]:
        at = at.setdefault(key, {})
        if not isinstance(at, dict):
            raise ValueError(f"{key} is a member of something that is no object")  # noqa: TRY004 (a text is wrong)
    there = at.get(keys[-1])
    if there is None:
        at[keys[-1]] = text
    elif isinstance(there, dict):
        raise ValueError(f"{keys[-1]} is an object and a text")
    else:
        at[keys[-1]] = [*(there if isinstance(there, list) else [there]), text]

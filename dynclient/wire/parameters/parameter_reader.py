"""Parameters, read: the text of a path, query, header or cookie becomes a value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from dynclient.model import Parameter
from dynclient.wire.parameters.delimited_arrays import read_delimited_array
from dynclient.wire.parameters.text_encoding import (
    TextEncoder,
    is_json,
    leave_unencoded,
    percent_decode,
)
from dynclient.wire.schema_types import SchemaTypes, refuse_constant

NameValuePairs = list[tuple[str, str]]

#: How deep the names of a deepObject may nest; deeper ones are no data of anybody.
MAX_DEEP_OBJECT_DEPTH = 64

_SPACE_DELIMITER = re.compile(r"%20|\+")
_PIPE_DELIMITER = re.compile(r"%7[Cc]|\|")
_SPLITTERS = {"spaceDelimited": _SPACE_DELIMITER.split, "pipeDelimited": _PIPE_DELIMITER.split}


class ParameterAbsent(Exception):
    """The text holds no value of this parameter."""


def read_parameter(parameter: Parameter, schema: SchemaTypes, raw: str | NameValuePairs) -> Any:
    """Return the value of a parameter from its text, as far as text can tell.

    Args:
        parameter: the parameter.
        schema: the types that its schema allows, to tell a number from text.
        raw: of a path or header the text; of a query or cookie all (name, value) pairs, names and
            values still encoded.

    Raises:
        ParameterAbsent: the text holds no value of it.
        ValueError: the text cannot be split as the style says, or is no UTF-8.

    """
    if isinstance(raw, list):
        return _read_pairs(parameter, schema, raw)
    if parameter.content:
        return _read_content(parameter, schema, raw)
    if parameter.delimiters:
        decode = leave_unencoded if parameter.location == "header" else percent_decode
        return read_delimited_array(raw, schema, parameter.delimiters, decode)
    return _read_styled_text(parameter, schema, raw)


def _read_styled_text(parameter: Parameter, schema: SchemaTypes, raw: str) -> Any:
    """Return the value of a path or header parameter."""
    explode = parameter.explode
    if parameter.location == "header":
        reader = _DelimitedReader(schema, _split_header_list, explode, decode=leave_unencoded)
        return reader.read(raw)
    if parameter.style == "matrix":
        return _read_matrix(parameter, schema, raw)
    if parameter.style == "label":
        if not raw.startswith("."):
            raise ValueError("a label begins with a dot")
        split = _build_splitter("." if explode else ",")
        return _DelimitedReader(schema, split, explode).read(raw[1:])
    return _DelimitedReader(schema, _build_splitter(","), explode).read(raw)


def is_declared_name(parameter: Parameter, schema: SchemaTypes, name: str) -> bool:
    """Tell whether a decoded name in a query or cookie is this parameter's by declaration.

    A free exploded object takes every name that no other parameter claims.
    """
    if name == parameter.name:
        return True
    if parameter.content is None and parameter.style == "deepObject":
        return name.startswith(f"{parameter.name}[")
    return is_exploded_member(parameter, schema, name)


def is_exploded_member(parameter: Parameter, schema: SchemaTypes, name: str) -> bool:
    """Tell whether a name that is not the parameter's own is a declared member of its object."""
    is_exploded = parameter.explode and parameter.style != "deepObject"
    is_member = is_exploded and not parameter.content and schema.has_property(name)
    return is_member and name != parameter.name


class _DelimitedReader(NamedTuple):
    """Reads a text whose parts are delimited.

    Attributes:
        types: those that the schema allows.
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
        schema = self.types
        parts = self.split(raw) if raw else []
        has_named_members = self._has_named_members(parts)
        is_single = len(parts) <= 1 and schema.can_be_scalar and not has_named_members
        if is_single or not schema.types & {"array", "object"}:
            return schema.parse_text(self.decode(raw))
        if has_named_members or schema.is_object:
            return self._read_object(parts)
        return self._read_array(parts)

    def _has_named_members(self, parts: list[str]) -> bool:
        """Tell whether the parts name the members of an object, where other types fit too."""
        if not parts or not self.explode or "object" not in self.types.types:
            return False
        # In a header an equals sign may be data.
        return self.decode is not leave_unencoded and all("=" in part for part in parts)

    def _read_array(self, parts: list[str]) -> list[Any]:
        if not parts and self.is_text_empty and self.types.item_types.can_be_any_text:
            return [""]
        return _parse_items(self.types, parts, self.decode)

    def _read_object(self, parts: list[str]) -> dict[str, Any]:
        if self.explode:
            members = [_split_pair(part) for part in parts]
        elif len(parts) % 2:
            raise ValueError("an object is an even number of names and values")
        else:
            members = list(zip(parts[::2], parts[1::2], strict=True))
        return _parse_members(self.types, members, self.decode)


def _parse_items(
    schema: SchemaTypes, texts: list[str], decode: TextEncoder = percent_decode
) -> list[Any]:
    return [schema.item_types.parse_text(decode(text)) for text in texts]


def _parse_members(
    schema: SchemaTypes,
    pairs: Iterable[tuple[str, str]],
    decode: TextEncoder = percent_decode,
) -> dict[str, Any]:
    members = {}
    for raw_name, text in pairs:
        name = decode(raw_name)
        members[name] = schema.find_member_types(name).parse_text(decode(text))
    return members


def _build_splitter(delimiter: str) -> Callable[[str], list[str]]:
    return lambda text: text.split(delimiter)


def _split_header_list(text: str) -> list[str]:
    """Return the trimmed members of a header's list. Source: RFC 9110 §5.6.1."""
    return [part.strip(" \t") for part in text.split(",")]


def _split_pair(part: str) -> tuple[str, str]:
    name, _, text = part.partition("=")
    return name, text


def _read_content(parameter: Parameter, schema: SchemaTypes, raw: str) -> Any:
    media_type = parameter.content.name if parameter.content else ""
    text = raw if parameter.location == "header" else percent_decode(raw)
    if is_json(media_type):
        return json.loads(text, parse_constant=refuse_constant)
    return schema.parse_text(raw if parameter.location == "cookie" else text)


def _read_matrix(parameter: Parameter, schema: SchemaTypes, raw: str) -> Any:
    if not raw.startswith(";"):
        raise ValueError("a matrix begins with a semicolon")
    pairs = [_split_pair(part) for part in raw[1:].split(";")]
    own = [text for name, text in pairs if percent_decode(name) == parameter.name]
    is_one_value = schema.can_be_scalar and len(own) == 1
    if parameter.explode and not is_one_value:
        return _read_exploded_matrix(parameter, schema, pairs, own)
    return _DelimitedReader(schema, _build_splitter(","), False).read(_get_first(own))


def _read_exploded_matrix(
    parameter: Parameter, schema: SchemaTypes, pairs: NameValuePairs, own: list[str]
) -> Any:
    is_empty = pairs == [(pairs[0][0], "")] and bool(own)
    if "array" in schema.types and own:
        return [] if is_empty else _parse_items(schema, own)
    if "object" in schema.types:
        is_empty_object = is_empty and not schema.has_property(parameter.name)
        # Of a name that comes twice, the last value counts.
        return {} if is_empty_object else _parse_members(schema, dict(pairs).items())
    return schema.parse_text(percent_decode(_get_first(own)))


def _get_first(own: list[str]) -> str:
    """Return the first text under a parameter's own name.

    Raises:
        ParameterAbsent: there is none.

    """
    if not own:
        raise ParameterAbsent
    return own[0]


def _read_pairs(parameter: Parameter, schema: SchemaTypes, pairs: NameValuePairs) -> Any:
    if parameter.style == "cookie":
        pairs = [(_keep_percent(name), _keep_percent(text)) for name, text in pairs]
    own = [text for name, text in pairs if _decode_name(name) == parameter.name]
    if parameter.content:
        return _read_content(parameter, schema, _get_first(own))
    if parameter.location == "cookie" and parameter.style != "cookie":
        own = [_unquote_cookie(text) for text in own]
    if parameter.style == "deepObject":
        return _read_deep_object(parameter, schema, pairs, own)
    if _can_be_exploded_object(parameter, schema, own):
        members = _collect_members(schema, pairs)
        if members:
            return members
    if not own:
        raise ParameterAbsent
    return _read_own(parameter, schema, own)


def _can_be_exploded_object(parameter: Parameter, schema: SchemaTypes, own: list[str]) -> bool:
    """Tell whether the members of an object may stand as pairs of their own."""
    if not parameter.explode or "object" not in schema.types:
        return False
    return not own or not (schema.can_be_scalar or schema.is_array)


def _collect_members(schema: SchemaTypes, pairs: NameValuePairs) -> dict[str, Any]:
    """Return the members of an exploded object; the first value of a name counts."""
    texts: dict[str, str] = {}
    for raw_name, text in pairs:
        name = _decode_name(raw_name)
        if schema.can_have_member(name):
            texts.setdefault(name, text)
    return {
        name: schema.find_member_types(name).parse_text(percent_decode(text))
        for name, text in texts.items()
    }


def _read_own(parameter: Parameter, schema: SchemaTypes, own: list[str]) -> Any:
    """Return the value of what came under the parameter's own name."""
    is_empty = own == [""] and parameter.node.get_flag("allowEmptyValue")
    if parameter.delimiters:
        return _read_delimited(parameter, schema, own, is_empty=is_empty)
    is_repeatable = "array" in schema.types and parameter.explode
    if is_repeatable and (len(own) > 1 or not schema.can_be_scalar):
        return _read_repeated(schema, own, is_empty=is_empty)
    split = _SPLITTERS.get(parameter.style, _build_splitter(","))
    if parameter.explode and "object" not in schema.types:
        return schema.parse_text(percent_decode(own[0]))
    return _DelimitedReader(schema, split, False, is_text_empty=not is_empty).read(own[0])


def _read_delimited(
    parameter: Parameter, schema: SchemaTypes, own: list[str], *, is_empty: bool
) -> Any:
    """Return the array whose delimiters are none of a style's."""
    delimiters, items = parameter.delimiters, schema.item_types
    if own == [""] and schema.is_array:
        return [""] if items.can_be_any_text and not is_empty else []
    if not parameter.explode:
        return read_delimited_array(own[0], schema, delimiters, percent_decode)
    return [read_delimited_array(text, items, delimiters[1:], percent_decode) for text in own]


def _read_repeated(schema: SchemaTypes, own: list[str], *, is_empty: bool) -> list[Any]:
    """Return the array whose items came under one name each."""
    can_be_one_text = schema.item_types.can_be_any_text and not is_empty
    if own == [""] and not can_be_one_text:
        return []
    return _parse_items(schema, own)


def _keep_percent(text: str) -> str:
    """Return a text that is not percent-encoded so that decoding gives it back."""
    return text.replace("%", "%25")


def _decode_name(raw: str) -> str:
    """Return the name of a pair; one that is no UTF-8 is nobody's."""
    try:
        return percent_decode(raw)
    except ValueError:
        return raw


def _unquote_cookie(text: str) -> str:
    """Return a cookie's value without quotes. Source: RFC 6265 §4.1.1, cookie-value."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _read_deep_object(
    parameter: Parameter, schema: SchemaTypes, pairs: NameValuePairs, own: list[str]
) -> Any:
    tree: dict[str, Any] = {}
    for raw_name, raw_text in pairs:
        name = _decode_name(raw_name)
        if name.startswith(parameter.name + "["):
            keys = name[len(parameter.name) + 1 :].removesuffix("]").split("][")
            _insert_text(tree, keys, percent_decode(raw_text))
    if tree:
        return schema.parse_tree(tree)
    return schema.parse_tree(percent_decode(_get_first(own)))


def _insert_text(tree: dict[str, Any], keys: list[str], text: str) -> None:
    """Put a text into its place; with the text that is there already it makes an array."""
    if len(keys) > MAX_DEEP_OBJECT_DEPTH:
        raise ValueError("nested too deeply")
    parent = tree
    *outer_keys, last_key = keys
    for key in outer_keys:
        parent = parent.setdefault(key, {})
        if not isinstance(parent, dict):
            raise ValueError(f"{key} is a member of something that is no object")  # noqa: TRY004 (a text is wrong)
    sibling = parent.get(last_key)
    if sibling is None:
        parent[last_key] = text
    elif isinstance(sibling, dict):
        raise ValueError(f"{last_key} is an object and a text")
    elif isinstance(sibling, list):
        parent[last_key] = [*sibling, text]
    else:
        parent[last_key] = [sibling, text]

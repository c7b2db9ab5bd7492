"""Parameters, read: the text of a path, query, header or cookie becomes the value that was written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from dynclient.model import Parameter
from dynclient.wire.parameters.text import Encode, as_it_is, decoded, is_json
from dynclient.wire.shapes import Shape

Pairs = list[tuple[str, str]]

#: How deep the names of a deepObject may nest; deeper ones are no data of anybody.
MAX_DEPTH = 64

_SPACE = re.compile(r"%20|\+")
_PIPE = re.compile(r"%7[Cc]|\|")


class Absent(Exception):
    """The text holds no value of this parameter."""


def read(parameter: Parameter, shape: Shape, raw: str | Pairs) -> Any:
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
        return _Split(shape, _fields, parameter.explode, as_it_is).value(raw)
    if parameter.style == "matrix":
        return _read_matrix(parameter, shape, raw)
    if parameter.style == "label":
        if not raw.startswith("."):
            raise ValueError("a label begins with a dot")
        return _Split(shape, _splitter("." if parameter.explode else ","), parameter.explode).value(
            raw[1:]
        )
    return _Split(shape, _splitter(","), parameter.explode).value(raw)


def claims(parameter: Parameter, shape: Shape, name: str) -> bool:
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
class _Split:
    """Reads a text whose parts are delimited.

    Attributes:
        shape: which kinds of value the schema allows.
        split: cuts the text at its delimiters.
        explode: whether the members of an object are `name=value`.
        decode: what undoes the encoding of a part.
        is_text_empty: whether an array's empty text is one empty text, not no member at all.

    """

    shape: Shape
    split: Callable[[str], list[str]]
    explode: bool
    decode: Encode = decoded
    is_text_empty: bool = False

    def value(self, raw: str) -> Any:
        """Return the value of a text."""
        shape, parts = self.shape, self.split(raw) if raw else []
        if not shape.types & {"array", "object"} or (
            len(parts) <= 1 and shape.is_scalar and not self._named(parts)
        ):
            return shape.value(self.decode(raw))
        if shape.is_object or self._named(parts):
            return self._object(parts)
        if not parts and self.is_text_empty and shape.item.is_text:
            return [""]
        return [shape.item.value(self.decode(part)) for part in parts]

    def _named(self, parts: list[str]) -> bool:
        """Tell whether the parts name the members of an object, where it might be another value too."""
        may_be = self.explode and "object" in self.shape.types and self.decode is not as_it_is
        return may_be and bool(parts) and all("=" in part for part in parts)

    def _object(self, parts: list[str]) -> dict[str, Any]:
        if self.explode:
            members = [_halves(part) for part in parts]
        elif len(parts) % 2:
            raise ValueError("an object is an even number of names and values")
        else:
            members = list(zip(parts[::2], parts[1::2], strict=True))
        decode = self.decode
        return {decode(k): self.shape.member(decode(k)).value(decode(v)) for k, v in members}


def _splitter(delimiter: str) -> Callable[[str], list[str]]:
    return lambda text: text.split(delimiter)


def _fields(text: str) -> list[str]:
    """Return the members of a header's list, without the white space around them. Source: RFC 9110 §5.6.1."""
    return [part.strip(" \t") for part in text.split(",")]


def _halves(part: str) -> tuple[str, str]:
    name, _, text = part.partition("=")
    return name, text


def _read_content(parameter: Parameter, shape: Shape, raw: str) -> Any:
    media_type = parameter.content.name if parameter.content else ""
    text = raw if parameter.location == "header" else decoded(raw)
    if is_json(media_type):
        return json.loads(text, parse_constant=_no_constant)
    return shape.value(raw if parameter.location == "cookie" else text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _read_matrix(parameter: Parameter, shape: Shape, raw: str) -> Any:
    if not raw.startswith(";"):
        raise ValueError("a matrix begins with a semicolon")
    pairs = [_halves(part) for part in raw[1:].split(";")]
    own = [text for name, text in pairs if decoded(name) == parameter.name]
    is_empty = pairs == [(pairs[0][0], "")] and bool(own)
    if not parameter.explode or (shape.is_scalar and len(own) == 1):
        if not own:
            raise Absent
        return _Split(shape, _splitter(","), False).value(own[0])
    if "array" in shape.types and own:
        return [] if is_empty else [shape.item.value(decoded(text)) for text in own]
    if "object" in shape.types:
        found = {} if is_empty and not shape.has_property(parameter.name) else dict(pairs)
        return {decoded(k): shape.member(decoded(k)).value(decoded(v)) for k, v in found.items()}
    if not own:
        raise Absent
    return shape.value(decoded(own[0]))


def _read_pairs(parameter: Parameter, shape: Shape, pairs: Pairs) -> Any:
    own = [text for name, text in pairs if _name(name) == parameter.name]
    if parameter.content:
        if not own:
            raise Absent
        return _read_content(parameter, shape, own[0])
    if parameter.location == "cookie":
        own = [_unquoted(text) for text in own]
    if parameter.style == "deepObject":
        return _read_deep(parameter, shape, pairs, own)
    if (
        parameter.explode
        and "object" in shape.types
        and not (own and (shape.is_scalar or shape.is_array))
    ):
        members = {
            _name(name): text for name, text in reversed(pairs) if shape.declares(_name(name))
        }
        if members:
            return {
                name: shape.member(name).value(decoded(text))
                for name, text in reversed(members.items())
            }
    if not own:
        raise Absent
    return _read_own(parameter, shape, own)


def _read_own(parameter: Parameter, shape: Shape, own: list[str]) -> Any:
    """Return the value of what came under the parameter's own name."""
    is_empty = own == [""] and parameter.node.flag("allowEmptyValue")
    if "array" in shape.types and parameter.explode and (len(own) > 1 or not shape.is_scalar):
        is_nothing = own == [""] and (is_empty or not shape.item.is_text)
        return [] if is_nothing else [shape.item.value(decoded(text)) for text in own]
    split = {"spaceDelimited": _SPACE.split, "pipeDelimited": _PIPE.split}.get(
        parameter.style, _splitter(",")
    )
    if parameter.explode and "object" not in shape.types:
        return shape.value(decoded(own[0]))
    return _Split(shape, split, False, is_text_empty=not is_empty).value(own[0])


def _name(raw: str) -> str:
    """Return the name of a pair; one that is no UTF-8 is nobody's."""
    try:
        return decoded(raw)
    except ValueError:
        return raw


def _unquoted(text: str) -> str:
    """Return a cookie's value without the quotes that it may stand in. Source: RFC 6265 §4.1.1 cookie-value."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _read_deep(parameter: Parameter, shape: Shape, pairs: Pairs, own: list[str]) -> Any:
    tree: dict[str, Any] = {}
    for raw_name, raw_text in pairs:
        name = _name(raw_name)
        if name.startswith(parameter.name + "["):
            keys = name[len(parameter.name) + 1 :].removesuffix("]").split("][")
            _put(tree, keys, decoded(raw_text))
    if tree:
        return shape.tree(tree)
    if not own:
        raise Absent
    return shape.tree(decoded(own[0]))


def _put(tree: dict[str, Any], keys: list[str], text: str) -> None:
    """Put a text into its place; what is there already is joined by it, as members of an array."""
    if len(keys) > MAX_DEPTH:
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

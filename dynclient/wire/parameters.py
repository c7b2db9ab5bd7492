"""Parameter serialization: a value ↔ its text in path, query, header or cookie; write and read are mirror pairs.

Source: OAS 3.1.1 Parameter Object, Style Values and Style Examples; RFC 6570 for what those leave open. Choices where
the standards are silent: null is the text `null`; what is nested deeper than a style reaches is JSON text; in
deepObject an array's members are `name[0]`, `name[1]`; an empty array or object is absent, as RFC 6570 §2.3 says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote

from dynclient.model import Location, Parameter
from dynclient.wire.shapes import Shape

#: RFC 3986 §2.3 unreserved characters besides letters and digits.
UNRESERVED = "-._~"
#: What `allowReserved` leaves as it is; `#`, `[`, `]` and the separators of its place are always escaped.
RESERVED: dict[Location, str] = {"path": ":@!$&'()*+,;=", "query": ":/?@!$'()*,;", "cookie": ":/?@!$'()*", "header": ""}

Writer = Callable[[Any], str]
Encode = Callable[[str], str]


def as_text(value: Any) -> str:
    """Return a JSON value as the text that a style puts into its place."""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def writer(parameter: Parameter) -> Writer:
    """Return the function that writes a parameter's value.

    Returns:
        For a path the text of the variable; for a query the pairs joined by `&` ("" where nothing is sent); for a
        header its value; for a cookie its pairs as in a query. All but headers are percent-encoded.

    """
    encode = _encoder(parameter)
    if parameter.content:
        return _content_writer(parameter, encode)
    styles = {
        "simple": _simple,
        "label": _label,
        "matrix": _matrix,
        "form": _form,
        "spaceDelimited": _delimited("%20"),
        "pipeDelimited": _delimited("%7C"),
        "deepObject": _deep,
    }
    return styles[parameter.style](parameter.name, parameter.explode, encode)


def default_writer(location: Location, name: str) -> Writer:
    """Return the writer of a parameter that the document does not declare: the location's default style."""
    encode = _plain_encoder(location, reserved=False)
    return _simple(name, False, encode) if location in ("path", "header") else _form(name, True, encode)


def _encoder(parameter: Parameter) -> Encode:
    return _plain_encoder(parameter.location, reserved=parameter.allow_reserved)


def _plain_encoder(location: Location, *, reserved: bool) -> Encode:
    if location == "header":
        return lambda text: text
    safe = UNRESERVED + (RESERVED[location] if reserved else "")
    return lambda text: quote(text, safe=safe)


def _content_writer(parameter: Parameter, encode: Encode) -> Writer:
    media_type = parameter.content.name if parameter.content else ""
    is_json = "json" in media_type

    def text(value: Any) -> str:
        if is_json or not isinstance(value, str):
            value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        return encode(value)

    if parameter.location in ("path", "header"):
        return text
    return lambda value: f"{quote(parameter.name, safe=UNRESERVED)}={text(value)}"


def _simple(_name: str, explode: bool, encode: Encode) -> Writer:
    def write(value: Any) -> str:
        if isinstance(value, dict):
            return ",".join(_members(value, encode, "=" if explode else ","))
        if isinstance(value, list):
            return ",".join(_items(value, encode))
        return encode(as_text(value))

    return write


def _label(_name: str, explode: bool, encode: Encode) -> Writer:
    between = "." if explode else ","

    def write(value: Any) -> str:
        if isinstance(value, dict):
            return "." + between.join(_members(value, encode, "=" if explode else ","))
        if isinstance(value, list):
            return "." + between.join(_items(value, encode))
        return "." + encode(as_text(value))

    return write


def _matrix(name: str, explode: bool, encode: Encode) -> Writer:
    key = quote(name, safe=UNRESERVED)

    def pair(key: str, text: str) -> str:
        return f";{key}={text}" if text else f";{key}"

    def write(value: Any) -> str:
        if isinstance(value, dict) and explode:
            return "".join(pair(encode(k), encode(as_text(v))) for k, v in value.items())
        if isinstance(value, dict):
            return pair(key, ",".join(_members(value, encode, ",")))
        if isinstance(value, list) and explode:
            return "".join(pair(key, text) for text in _items(value, encode))
        if isinstance(value, list):
            return pair(key, ",".join(_items(value, encode)))
        return pair(key, encode(as_text(value)))

    return write


def _form(name: str, explode: bool, encode: Encode) -> Writer:
    key = quote(name, safe=UNRESERVED)

    def write(value: Any) -> str:
        if isinstance(value, dict):
            if explode:
                return "&".join(_members(value, encode, "="))
            return f"{key}=" + ",".join(_members(value, encode, ",")) if value else ""
        if isinstance(value, list):
            if explode:
                return "&".join(f"{key}={text}" for text in _items(value, encode))
            return f"{key}=" + ",".join(_items(value, encode)) if value else ""
        return f"{key}={encode(as_text(value))}"

    return write


def _delimited(delimiter: str) -> Callable[[str, bool, Encode], Writer]:
    def make(name: str, explode: bool, encode: Encode) -> Writer:
        form, key = _form(name, explode, encode), quote(name, safe=UNRESERVED)

        def write(value: Any) -> str:
            if explode or not isinstance(value, list | dict):
                return form(value)
            texts = _items(value, encode) if isinstance(value, list) else _members(value, encode, delimiter)
            return f"{key}=" + delimiter.join(texts) if value else ""

        return write

    return make


def _deep(name: str, _explode: bool, encode: Encode) -> Writer:
    key = quote(name, safe=UNRESERVED)

    def pairs(prefix: str, value: Any) -> Iterable[str]:
        if isinstance(value, dict):
            for k, v in value.items():
                yield from pairs(f"{prefix}%5B{quote(k, safe=UNRESERVED)}%5D", v)
        elif isinstance(value, list):
            for i, v in enumerate(value):
                yield from pairs(f"{prefix}%5B{i}%5D", v)
        else:
            yield f"{prefix}={encode(as_text(value))}"

    return lambda value: "&".join(pairs(key, value))


def _items(value: list[Any], encode: Encode) -> list[str]:
    return [encode(as_text(item)) for item in value]


def _members(value: dict[str, Any], encode: Encode, between: str) -> list[str]:
    return [f"{encode(k)}{between}{encode(as_text(v))}" for k, v in value.items()]


class Absent(Exception):
    """The text holds no value of this parameter."""


def read(parameter: Parameter, shape: Shape, raw: str | list[tuple[str, str]]) -> Any:
    """Return the value of a parameter from its text: what `writer` wrote, up to what text cannot tell apart.

    Args:
        parameter: the parameter.
        shape: which kinds of value its schema allows, to tell a number from text.
        raw: of a path or header the text; of a query or cookie all (name, value) pairs, names and values still encoded.

    Raises:
        Absent: the text holds no value of it.
        ValueError: the text cannot be split as the style says.

    """
    if isinstance(raw, list):
        return _read_pairs(parameter, shape, raw)
    decode = (lambda text: text) if parameter.location == "header" else unquote
    if parameter.content:
        return _read_content(parameter, decode(raw))
    if parameter.style == "matrix":
        pairs = [_split(part) for part in raw.split(";")[1:]]
        return _read_form(parameter, shape, pairs, ",", decode)
    if parameter.style == "label":
        if not raw.startswith("."):
            raise ValueError("a label begins with a dot")
        return _delimited_value(shape, raw[1:], "." if parameter.explode else ",", parameter.explode, decode)
    return _delimited_value(shape, raw, ",", parameter.explode, decode)


def _read_content(parameter: Parameter, text: str) -> Any:
    is_json = parameter.content is not None and "json" in parameter.content.name
    return json.loads(text) if is_json else text


def _read_pairs(parameter: Parameter, shape: Shape, pairs: list[tuple[str, str]]) -> Any:
    if parameter.content:
        for name, text in pairs:
            if unquote(name) == parameter.name:
                return _read_content(parameter, unquote(text))
        raise Absent
    if parameter.style == "deepObject":
        return _read_deep(parameter, shape, pairs)
    delimiter = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(parameter.style, ",")
    return _read_form(parameter, shape, pairs, delimiter, unquote)


def _read_form(parameter: Parameter, shape: Shape, pairs: list[tuple[str, str]], delimiter: str, decode: Encode) -> Any:
    own = [text for name, text in pairs if decode(name) == parameter.name]
    if shape.is_object and parameter.explode and not own:
        members = {decode(name): text for name, text in pairs if shape.declares(decode(name))}
        if not members:
            raise Absent
        return {name: shape.member(name).value(decode(text)) for name, text in members.items()}
    if not own:
        raise Absent
    if shape.is_array and parameter.explode:
        return [shape.item.value(decode(text)) for text in own]
    if delimiter == "%7C":
        own[0] = own[0].replace("|", "%7C").replace("%7c", "%7C")
    if delimiter == "%20":
        own[0] = own[0].replace("+", "%20")
    return _delimited_value(shape, own[0], delimiter, False, decode)


def _delimited_value(shape: Shape, raw: str, delimiter: str, explode: bool, decode: Encode) -> Any:
    if shape.is_array:
        return [shape.item.value(decode(text)) for text in raw.split(delimiter)] if raw else []
    if not shape.is_object:
        return shape.value(decode(raw))
    parts = raw.split(delimiter) if raw else []
    if explode:
        members = [_split(part) for part in parts]
    elif len(parts) % 2:
        raise ValueError("an object is an even number of names and values")
    else:
        members = list(zip(parts[::2], parts[1::2], strict=True))
    return {decode(k): shape.member(decode(k)).value(decode(v)) for k, v in members}


def _split(part: str) -> tuple[str, str]:
    name, _, text = part.partition("=")
    return name, text


def _read_deep(parameter: Parameter, shape: Shape, pairs: list[tuple[str, str]]) -> Any:
    tree: dict[str, Any] = {}
    for raw_name, raw_text in pairs:
        name = unquote(raw_name)
        if not name.startswith(parameter.name + "["):
            continue
        keys = name[len(parameter.name) + 1 :].removesuffix("]").split("][")
        at = tree
        for key in keys[:-1]:
            at = at.setdefault(key, {})
            if not isinstance(at, dict):
                raise ValueError(f"{name} names a member of something that is no object")  # noqa: TRY004 (a text is wrong)
        at[keys[-1]] = unquote(raw_text)
    if not tree:
        raise Absent
    return shape.tree(tree)

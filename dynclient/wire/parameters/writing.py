"""Parameters, written: for each the function that turns a value into its text, made once when an operation compiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dynclient.model import Location, Parameter
from dynclient.wire.parameters.text import (
    Encode,
    as_it_is,
    as_json,
    as_text,
    encoded,
    in_cookie,
    is_json,
    reserved,
)

Writer = Callable[[Any], str]

#: What stands between the pairs of one parameter. Source: RFC 6265 §4.2.1; OAS 3.1.1 Appendix D: `&` is never correct.
_BETWEEN_COOKIES = "; "


def writer(parameter: Parameter) -> Writer:
    """Return the function that writes a parameter's value.

    Returns:
        For a path the text of the variable; for a query the pairs joined by `&`, for a cookie by `; ` ("" where nothing
        is sent); for a header its value. All but headers are percent-encoded. It raises ValueError for what has no
        text.

    """
    try:
        return _writer(parameter)
    except UnicodeEncodeError:
        return _unwritable


def _writer(parameter: Parameter) -> Writer:
    if parameter.content:
        return _content(parameter.name, parameter.location, parameter.content.name)
    name, explode = parameter.name, parameter.explode
    if parameter.location == "header":
        return _simple(explode, as_it_is)
    # In 3.0 and 3.1 `allowReserved` is a query's only.
    encode = reserved if parameter.allow_reserved and parameter.location == "query" else encoded
    if parameter.location == "path":
        return (
            _matrix(name, explode)
            if parameter.style == "matrix"
            else _PATH[parameter.style](explode, encode)
        )
    empty = (
        f"{encoded(name)}="
        if parameter.location == "query" and parameter.node.flag("allowEmptyValue")
        else ""
    )
    if parameter.style == "deepObject":
        return _deep(name, encode, empty)
    delimiter = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(parameter.style, ",")
    if explode:
        return _exploded(
            name, encode, empty, _BETWEEN_COOKIES if parameter.location == "cookie" else "&"
        )
    return _delimited(name, encode, empty, delimiter)


def default_writer(location: Location, name: str) -> Writer:
    """Return the writer of a parameter that the document does not declare: the location's default style."""
    if location in ("path", "header"):
        return _simple(False, as_it_is if location == "header" else encoded)
    try:
        return _exploded(name, encoded, "", _BETWEEN_COOKIES if location == "cookie" else "&")
    except UnicodeEncodeError:
        return _unwritable


def _unwritable(_value: Any) -> str:
    raise ValueError("the name holds half a character, which has no bytes")


def _content(name: str, location: Location, media_type: str) -> Writer:
    """Write by media type: JSON as JSON, what else there is as text; `style` and its fellows do not apply."""
    encode = as_it_is if location == "header" else encoded
    if is_json(media_type):
        in_header = location == "header"

        def text(value: Any) -> str:
            return encode(as_json(value, ascii_only=in_header))
    else:
        # The way the standard recommends to send a cookie that is not to be percent-encoded.
        encode = in_cookie if location == "cookie" else encode

        def text(value: Any) -> str:
            return encode(as_text(value))

    if location in ("path", "header"):
        return text
    prefix = f"{encoded(name)}="
    return lambda value: prefix + text(value)


def _simple(explode: bool, encode: Encode) -> Writer:
    between = "=" if explode else ","

    def write(value: Any) -> str:
        if isinstance(value, dict):
            return ",".join(_members(value, encode, between))
        if isinstance(value, list):
            return ",".join(_items(value, encode))
        return encode(as_text(value))

    return write


def _label(explode: bool, encode: Encode) -> Writer:
    delimiter, between = (".", "=") if explode else (",", ",")

    def write(value: Any) -> str:
        if isinstance(value, dict):
            return "." + delimiter.join(_members(value, encode, between))
        if isinstance(value, list):
            return "." + delimiter.join(_items(value, encode))
        return "." + encode(as_text(value))

    return write


_PATH: dict[str, Callable[[bool, Encode], Writer]] = {"simple": _simple, "label": _label}


def _matrix(name: str, explode: bool) -> Writer:
    key = encoded(name)

    def pair(key: str, text: str) -> str:
        return f";{key}={text}" if text else f";{key}"

    def write(value: Any) -> str:
        if not isinstance(value, dict | list):
            return pair(key, encoded(as_text(value)))
        if not value:
            return f";{key}"
        if not explode:
            texts = (
                _members(value, encoded, ",") if isinstance(value, dict) else _items(value, encoded)
            )
            return pair(key, ",".join(texts))
        pairs = value.items() if isinstance(value, dict) else [(name, item) for item in value]
        return "".join(pair(encoded(k), encoded(as_text(v))) for k, v in pairs)

    return write


def _exploded(name: str, encode: Encode, empty: str, between: str) -> Writer:
    prefix = f"{encoded(name)}="

    def write(value: Any) -> str:
        if isinstance(value, dict):
            return (
                between.join([f"{encoded(k)}={encode(as_text(v))}" for k, v in value.items()])
                or empty
            )
        if isinstance(value, list):
            return between.join([prefix + text for text in _items(value, encode)]) or empty
        return prefix + encode(as_text(value))

    return write


def _delimited(name: str, encode: Encode, empty: str, delimiter: str) -> Writer:
    prefix = f"{encoded(name)}="

    def inside(text: str) -> str:
        # A comma that is data must be told from one that delimits, whatever `allowReserved` says.
        return encode(text).replace(",", "%2C")

    def write(value: Any) -> str:
        if not isinstance(value, dict | list):
            return prefix + encode(as_text(value))
        if not value:
            return empty
        texts = (
            _members(value, inside, delimiter) if isinstance(value, dict) else _items(value, inside)
        )
        return prefix + delimiter.join(texts)

    return write


def _deep(name: str, encode: Encode, empty: str) -> Writer:
    key = encoded(name)

    def pairs(prefix: str, value: Any) -> Iterable[str]:
        if value and isinstance(value, dict | list):
            for k, v in value.items() if isinstance(value, dict) else enumerate(value):
                yield from pairs(f"{prefix}%5B{encoded(str(k))}%5D", v)
        else:
            yield (
                f"{prefix}="
                if isinstance(value, dict | list)
                else f"{prefix}={encode(as_text(value))}"
            )

    return lambda value: empty if value in ({}, []) else "&".join(pairs(key, value))


def _items(value: list[Any], encode: Encode) -> list[str]:
    return [encode(as_text(item)) for item in value]


def _members(value: dict[str, Any], encode: Encode, between: str) -> list[str]:
    return [f"{encode(k)}{between}{encode(as_text(v))}" for k, v in value.items()]

"""Parameters, written: for each the function that turns a value into its text, made once when an operation compiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dynclient.model import Location, Parameter
from dynclient.wire.parameters.text_encoding import (
    TextEncoder,
    check_cookie_value,
    is_json,
    leave_unencoded,
    percent_encode,
    percent_encode_keeping_reserved,
    to_json_text,
    to_text,
)

ParameterWriter = Callable[[Any], str]

#: What stands between the pairs of one parameter. Source: RFC 6265 §4.2.1; OAS 3.1.1 Appendix D: `&` is never correct.
_COOKIE_SEPARATOR = "; "


def build_writer(parameter: Parameter) -> ParameterWriter:
    """Return the function that writes a parameter's value.

    Returns:
        For a path the text of the variable; for a query the pairs joined by `&`, for a cookie by `; ` ("" where nothing
        is sent); for a header its value. All but headers are percent-encoded. It raises ValueError for what has no
        text.

    """
    try:
        return _build_writer(parameter)
    except UnicodeEncodeError:
        return _refuse_value


def _build_writer(parameter: Parameter) -> ParameterWriter:
    if parameter.content:
        return _build_content_writer(parameter.name, parameter.location, parameter.content.name)
    name, explode = parameter.name, parameter.explode
    if parameter.location == "header":
        return _build_simple_writer(explode, leave_unencoded)
    # In 3.0 and 3.1 `allowReserved` is a query's only.
    encode = (
        percent_encode_keeping_reserved
        if parameter.allow_reserved and parameter.location == "query"
        else percent_encode
    )
    if parameter.location == "path":
        return (
            _build_matrix_writer(name, explode)
            if parameter.style == "matrix"
            else _PATH_STYLES[parameter.style](explode, encode)
        )
    empty = (
        f"{percent_encode(name)}="
        if parameter.location == "query" and parameter.node.get_flag("allowEmptyValue")
        else ""
    )
    if parameter.style == "deepObject":
        return _build_deep_object_writer(name, encode, empty)
    delimiter = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(parameter.style, ",")
    if explode:
        return _build_exploded_writer(
            name, encode, empty, _COOKIE_SEPARATOR if parameter.location == "cookie" else "&"
        )
    return _build_delimited_writer(name, encode, empty, delimiter)


def build_default_writer(location: Location, name: str) -> ParameterWriter:
    """Return the writer of a parameter that the document does not declare: the location's default style."""
    if location in ("path", "header"):
        return _build_simple_writer(
            False, leave_unencoded if location == "header" else percent_encode
        )
    try:
        return _build_exploded_writer(
            name, percent_encode, "", _COOKIE_SEPARATOR if location == "cookie" else "&"
        )
    except UnicodeEncodeError:
        return _refuse_value


def _refuse_value(_value: Any) -> str:
    raise ValueError("the name holds half a character, which has no bytes")


def _build_content_writer(name: str, location: Location, media_type: str) -> ParameterWriter:
    """Write by media type: JSON as JSON, what else there is as text; `style` and its fellows do not apply."""
    encode = leave_unencoded if location == "header" else percent_encode
    if is_json(media_type):
        in_header = location == "header"

        def text(value: Any) -> str:
            return encode(to_json_text(value, ascii_only=in_header))
    else:
        # The way the standard recommends to send a cookie that is not to be percent-encoded.
        encode = check_cookie_value if location == "cookie" else encode

        def text(value: Any) -> str:
            return encode(to_text(value))

    if location in ("path", "header"):
        return text
    prefix = f"{percent_encode(name)}="
    return lambda value: prefix + text(value)


def _build_simple_writer(explode: bool, encode: TextEncoder) -> ParameterWriter:
    between = "=" if explode else ","

    def write(value: Any) -> str:
        if isinstance(value, dict):
            return ",".join(_encode_members(value, encode, between))
        if isinstance(value, list):
            return ",".join(_encode_items(value, encode))
        return encode(to_text(value))

    return write


def _build_label_writer(explode: bool, encode: TextEncoder) -> ParameterWriter:
    delimiter, between = (".", "=") if explode else (",", ",")

    def write(value: Any) -> str:
        if isinstance(value, dict):
            return "." + delimiter.join(_encode_members(value, encode, between))
        if isinstance(value, list):
            return "." + delimiter.join(_encode_items(value, encode))
        return "." + encode(to_text(value))

    return write


_PATH_STYLES: dict[str, Callable[[bool, TextEncoder], ParameterWriter]] = {
    "simple": _build_simple_writer,
    "label": _build_label_writer,
}


def _build_matrix_writer(name: str, explode: bool) -> ParameterWriter:
    key = percent_encode(name)

    def pair(key: str, text: str) -> str:
        return f";{key}={text}" if text else f";{key}"

    def write(value: Any) -> str:
        if not isinstance(value, dict | list):
            return pair(key, percent_encode(to_text(value)))
        if not value:
            return f";{key}"
        if not explode:
            texts = (
                _encode_members(value, percent_encode, ",")
                if isinstance(value, dict)
                else _encode_items(value, percent_encode)
            )
            return pair(key, ",".join(texts))
        pairs = value.items() if isinstance(value, dict) else [(name, item) for item in value]
        return "".join(pair(percent_encode(k), percent_encode(to_text(v))) for k, v in pairs)

    return write


def _build_exploded_writer(
    name: str, encode: TextEncoder, empty: str, between: str
) -> ParameterWriter:
    prefix = f"{percent_encode(name)}="

    def write(value: Any) -> str:
        if isinstance(value, dict):
            return (
                between.join(
                    [f"{percent_encode(k)}={encode(to_text(v))}" for k, v in value.items()]
                )
                or empty
            )
        if isinstance(value, list):
            return between.join([prefix + text for text in _encode_items(value, encode)]) or empty
        return prefix + encode(to_text(value))

    return write


def _build_delimited_writer(
    name: str, encode: TextEncoder, empty: str, delimiter: str
) -> ParameterWriter:
    prefix = f"{percent_encode(name)}="

    def inside(text: str) -> str:
        # A comma that is data must be told from one that delimits, whatever `allowReserved` says.
        return encode(text).replace(",", "%2C")

    def write(value: Any) -> str:
        if not isinstance(value, dict | list):
            return prefix + encode(to_text(value))
        if not value:
            return empty
        texts = (
            _encode_members(value, inside, delimiter)
            if isinstance(value, dict)
            else _encode_items(value, inside)
        )
        return prefix + delimiter.join(texts)

    return write


def _build_deep_object_writer(name: str, encode: TextEncoder, empty: str) -> ParameterWriter:
    key = percent_encode(name)

    def pairs(prefix: str, value: Any) -> Iterable[str]:
        if value and isinstance(value, dict | list):
            for k, v in value.items() if isinstance(value, dict) else enumerate(value):
                yield from pairs(f"{prefix}%5B{percent_encode(str(k))}%5D", v)
        else:
            yield (
                f"{prefix}="
                if isinstance(value, dict | list)
                else f"{prefix}={encode(to_text(value))}"
            )

    return lambda value: empty if value in ({}, []) else "&".join(pairs(key, value))


def _encode_items(value: list[Any], encode: TextEncoder) -> list[str]:
    return [encode(to_text(item)) for item in value]


def _encode_members(value: dict[str, Any], encode: TextEncoder, between: str) -> list[str]:
    return [f"{encode(k)}{between}{encode(to_text(v))}" for k, v in value.items()]

"""Parameters, written: for each a function that turns a value into its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dynclient.model import Location, Parameter
from dynclient.wire.parameters.text_encoding import (
    TextEncoder,
    check_cookie_name,
    check_cookie_value,
    is_json,
    leave_unencoded,
    percent_encode,
    percent_encode_keeping_reserved,
    to_json_text,
    to_text,
)

ParameterWriter = Callable[[Any], str]

#: What stands between the pairs of one parameter. Source: RFC 6265 §4.2.1; OAS 3.1.1 Appendix D:
#: `&` is never correct.
_COOKIE_SEPARATOR = "; "

_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}


def build_writer(parameter: Parameter) -> ParameterWriter:
    """Return the function that writes a parameter's value.

    Returns:
        For a path the text of the variable; for a query the pairs joined by `&`, for a cookie by `;
        ` ("" where nothing is sent); for a header its value. All but headers are percent-encoded.
        It raises ValueError for what has no text.

    """
    try:
        return _build_writer(parameter)
    except UnicodeEncodeError:
        return _refuse_value


def _build_writer(parameter: Parameter) -> ParameterWriter:
    if parameter.content:
        return _build_content_writer(parameter.name, parameter.location, parameter.content.name)
    if parameter.delimiters:
        from dynclient.wire.parameters.delimited_arrays import build_array_writer  # Swagger's.

        return build_array_writer(parameter)
    if parameter.location == "header":
        return _build_simple_writer(parameter.explode, leave_unencoded)
    if parameter.location == "path":
        return _build_path_writer(parameter)
    return _build_pair_writer(parameter)


def _build_pair_writer(parameter: Parameter) -> ParameterWriter:
    """Return the writer of a parameter of a query or cookie."""
    name = parameter.name
    if parameter.style == "cookie":
        return _build_cookie_writer(name, parameter.explode)
    is_query = parameter.location == "query"
    encode = percent_encode
    # In 3.0 and 3.1 `allowReserved` is a query's only.
    if is_query and parameter.allow_reserved:
        encode = percent_encode_keeping_reserved
    can_be_empty = is_query and parameter.node.get_flag("allowEmptyValue")
    empty = f"{percent_encode(name)}=" if can_be_empty else ""
    if parameter.style == "deepObject":
        return _build_deep_object_writer(name, encode, empty)
    if parameter.explode:
        separator = _COOKIE_SEPARATOR if parameter.location == "cookie" else "&"
        return _build_exploded_writer(name, encode, empty, separator)
    delimiter = _DELIMITERS.get(parameter.style, ",")
    return _build_delimited_writer(name, encode, empty, delimiter)


def _build_cookie_writer(name: str, explode: bool) -> ParameterWriter:
    """Return the writer of `style: cookie`, which escapes nothing.

    Source: OAS 3.2.0 Parameter Object, Style Values.
    """

    def write_pair(name: str, text: str) -> str:
        return f"{check_cookie_name(name)}={text}"

    def write(value: Any) -> str:
        if not isinstance(value, dict | list):
            return write_pair(name, check_cookie_value(to_text(value)))
        if not value:
            return ""
        if not explode:
            return write_pair(name, ",".join(_encode_parts(value, check_cookie_value, ",")))
        pairs = value.items() if isinstance(value, dict) else [(name, item) for item in value]
        return _COOKIE_SEPARATOR.join(
            write_pair(key, check_cookie_value(to_text(item))) for key, item in pairs
        )

    return write


def _build_path_writer(parameter: Parameter) -> ParameterWriter:
    if parameter.style == "matrix":
        return _build_matrix_writer(parameter.name, parameter.explode)
    return _PATH_STYLES[parameter.style](parameter.explode, percent_encode)


def build_default_writer(location: Location, name: str) -> ParameterWriter:
    """Return the writer of an undeclared parameter: in its location's default style."""
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
    """Return the writer of a `content` parameter: JSON as JSON, everything else as text."""
    encode = leave_unencoded if location == "header" else percent_encode
    if is_json(media_type):

        def write(value: Any) -> str:
            return encode(to_json_text(value, ascii_only=location == "header"))
    else:
        if location == "cookie":
            # The way the standard recommends to send a cookie that is not to be percent-encoded.
            encode = check_cookie_value

        def write(value: Any) -> str:
            return encode(to_text(value))

    if location in ("path", "header"):
        return write
    prefix = f"{percent_encode(name)}="
    return lambda value: prefix + write(value)


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

    def write_pair(key: str, text: str) -> str:
        return f";{key}={text}" if text else f";{key}"

    def write(value: Any) -> str:
        if not isinstance(value, dict | list):
            return write_pair(key, percent_encode(to_text(value)))
        if not value:
            return f";{key}"
        if not explode:
            return write_pair(key, ",".join(_encode_parts(value, percent_encode, ",")))
        pairs = value.items() if isinstance(value, dict) else [(name, item) for item in value]
        texts = [write_pair(percent_encode(k), percent_encode(to_text(v))) for k, v in pairs]
        return "".join(texts)

    return write


def _build_exploded_writer(
    name: str, encode: TextEncoder, empty: str, between: str
) -> ParameterWriter:
    prefix = f"{percent_encode(name)}="

    def write(value: Any) -> str:
        if isinstance(value, dict):
            texts = [f"{percent_encode(k)}={encode(to_text(v))}" for k, v in value.items()]
            return between.join(texts) or empty
        if isinstance(value, list):
            return between.join([prefix + text for text in _encode_items(value, encode)]) or empty
        return prefix + encode(to_text(value))

    return write


def _build_delimited_writer(
    name: str, encode: TextEncoder, empty: str, delimiter: str
) -> ParameterWriter:
    prefix = f"{percent_encode(name)}="

    def encode_part(text: str) -> str:
        # A comma that is data must be told from one that delimits, whatever `allowReserved` says.
        return encode(text).replace(",", "%2C")

    def write(value: Any) -> str:
        if not isinstance(value, dict | list):
            return prefix + encode(to_text(value))
        if not value:
            return empty
        return prefix + delimiter.join(_encode_parts(value, encode_part, delimiter))

    return write


def _build_deep_object_writer(name: str, encode: TextEncoder, empty: str) -> ParameterWriter:
    key = percent_encode(name)

    def write_pairs(prefix: str, value: Any) -> Iterator[str]:
        if not isinstance(value, dict | list):
            yield f"{prefix}={encode(to_text(value))}"
        elif not value:
            yield f"{prefix}="
        else:
            members = value.items() if isinstance(value, dict) else enumerate(value)
            for member, member_value in members:
                yield from write_pairs(f"{prefix}%5B{percent_encode(str(member))}%5D", member_value)

    def write(value: Any) -> str:
        return empty if value in ({}, []) else "&".join(write_pairs(key, value))

    return write


def _encode_parts(
    value: dict[str, Any] | list[Any], encode: TextEncoder, between: str
) -> list[str]:
    """Return the texts of an array's items, or of an object's members."""
    if isinstance(value, dict):
        return _encode_members(value, encode, between)
    return _encode_items(value, encode)


def _encode_items(value: list[Any], encode: TextEncoder) -> list[str]:
    return [encode(to_text(item)) for item in value]


def _encode_members(value: dict[str, Any], encode: TextEncoder, between: str) -> list[str]:
    return [f"{encode(k)}{between}{encode(to_text(v))}" for k, v in value.items()]

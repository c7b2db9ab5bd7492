"""What a value cannot be, as its text on the wire could not carry it: schemas that exclude it."""

from __future__ import annotations

from typing import Any

from dynclient.model import Encoding, MediaType, Operation, Parameter
from dynclient.schema.dialect import X_SERIALIZATION
from dynclient.wire import media
from dynclient.wire.media_types import MediaKind
from dynclient.wire.parameters.text_encoding import is_json
from dynclient.wire.schema_types import SchemaTypes

#: A header field's value. Source: RFC 9110 §5.5: no control characters, no white space at either
#: end.
FIELD_VALUE_PATTERN = "^([!-~\\u0080-\\uffff]([\\t -~\\u0080-\\uffff]*[!-~\\u0080-\\uffff])?)?$"

_TEXT_IN_HEADER = {X_SERIALIZATION: True, "pattern": FIELD_VALUE_PATTERN}
_IN_HEADER = {**_TEXT_IN_HEADER, "items": _TEXT_IN_HEADER, "additionalProperties": _TEXT_IN_HEADER}

#: An empty array or object of these styles is absent, so a required one has something in it.
#: Source: RFC 6570 §2.3.
_NOT_EMPTY = {X_SERIALIZATION: True, "minItems": 1, "minProperties": 1}

#: The same for a member of a form or of parts: an array has a pair, or a part, for each item.
_WRITTEN_AS_NOTHING = "an empty value is written as nothing, so it would be missing"
_NOT_EMPTY_ARRAY = {X_SERIALIZATION: _WRITTEN_AS_NOTHING, "minItems": 1}
_NOT_EMPTY_MEMBER = {**_NOT_EMPTY_ARRAY, "minProperties": 1}

#: A cookie that is text as it is. Source: RFC 6265 §4.1.1, cookie-value.
_IN_COOKIE = {
    X_SERIALIZATION: (
        "a cookie carries no semicolon, comma, backslash, white space or control character"
    ),
    "pattern": '^("[!#-+\\--:<-\\[\\]-~]*"|[!#-+\\--:<-\\[\\]-~]*)$',
}

#: `style: cookie` escapes nothing, in no member. Source: OAS 3.2.0 Parameter Object, Style Values.
_COOKIE_STYLE = {
    **_IN_COOKIE,
    "items": _IN_COOKIE,
    "additionalProperties": _IN_COOKIE,
    "propertyNames": {
        X_SERIALIZATION: "the name of a cookie has letters, digits and !#$%&'*+-.^_`|~ only",
        "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
    },
}

#: What text in `content` must be, by location.
_TEXT_LIMITS = {"header": _TEXT_IN_HEADER, "cookie": _IN_COOKIE}

#: What would be a dot segment once written, by style. Source: RFC 3986 §3.3, §5.2.4.
_DOT_SEGMENTS: dict[str, list[Any]] = {
    "simple": [".", "..", ["."], [".."]],
    "label": ["", ".", [], [""], ["."], ["", ""], {}],
}

#: Values that a path style writes as nothing, or as its mark alone.
EMPTY_VALUES: tuple[Any, ...] = ("", [], {}, [""])

#: A path without a value is the path of another resource. Source: RFC 3986 §3.3.
_NOT_EMPTY_IN_PATH = {
    X_SERIALIZATION: "an empty value would make it the path of another resource",
    "minLength": 1,
    "minItems": 1,
    "minProperties": 1,
}


def _forbid_character(character: str, name: str) -> dict[str, Any]:
    """Return a schema that forbids a character in members and names: it would end them."""
    text = {
        X_SERIALIZATION: f"{name} ends a value of this style, and nothing can escape it",
        "pattern": f"^[^{character}]*$",
    }
    return {
        X_SERIALIZATION: True,
        "items": text,
        "additionalProperties": text,
        "propertyNames": text,
    }


def _forbid_brackets(depth: int) -> dict[str, Any]:
    inner = {"additionalProperties": _forbid_brackets(depth - 1)} if depth else {}
    text = "a bracket ends a name of this style, and nothing can escape it"
    return {
        X_SERIALIZATION: True,
        "propertyNames": {X_SERIALIZATION: text, "pattern": "^[^\\[\\]]*$"},
        **inner,
    }


#: An array of one empty text is written as an empty array is, wherever nothing but its members
#: stands.
_NO_SINGLE_EMPTY_TEXT = {
    X_SERIALIZATION: "an array of one empty text cannot be told from an empty one",
    "not": {"enum": [[""]]},
}

#: A header is never escaped, so that a comma in a member would end it. Source: OAS 3.1.1 Parameter
#: Object, schema.
_MEMBERS_IN_HEADER = _forbid_character(",", "a comma")
#: Nothing is escaped in a part either.
_MEMBERS_IN_PART = _forbid_character(",", "a comma")
_NAMES_IN_HEADER = {
    X_SERIALIZATION: True,
    "propertyNames": {
        X_SERIALIZATION: "an equals sign ends a name in a header, and nothing can escape it",
        "pattern": "^[^=]*$",
    },
}

_NO_DOT = {
    X_SERIALIZATION: "a dot ends a value of this style, and nothing can escape it",
    "pattern": "^[^.]*$",
    "multipleOf": 1,
}

#: Delimiters that cannot be told from data: percent-encoding leaves them as they are, or they are
#: encoded themselves. Source: RFC 6570 §3.2.5; OAS 3.2 Appendix E.
_DELIMITERS: dict[tuple[str, bool], dict[str, Any]] = {
    ("label", True): {X_SERIALIZATION: True, "items": _NO_DOT},
    ("spaceDelimited", False): _forbid_character(" ", "a space"),
    ("pipeDelimited", False): _forbid_character("|", "a pipe"),
    ("deepObject", False): _forbid_brackets(4),
    ("deepObject", True): _forbid_brackets(4),
}


def build_parameter_limits(parameter: Parameter) -> list[Any]:
    """Return the schemas that exclude what a parameter cannot carry on the wire."""
    content = parameter.content
    is_text = content is not None and not media.is_json(content.name)
    limits: list[Any] = []
    if is_text and parameter.location in _TEXT_LIMITS:
        limits.append(_TEXT_LIMITS[parameter.location])
    return limits if content else limits + _build_style_limits(parameter)


def build_path_limits(
    operation: Operation, parameter: Parameter, *, can_be_empty: bool
) -> list[Any]:
    """Return the schemas that exclude what would leave its place in the path."""
    is_text = parameter.content is not None and not media.is_json(parameter.content.name)
    is_styled = parameter.content is None
    dots = []
    if f"/{{{parameter.name}}}/" in operation.path + "/":
        dots = _DOT_SEGMENTS.get("simple" if is_text else parameter.style, [])
    limits: list[Any] = []
    if not can_be_empty and (is_text or is_styled):
        limits.append(_NOT_EMPTY_IN_PATH)
        dots = [value for value in dots if value not in EMPTY_VALUES]
    if dots:
        limits.append({X_SERIALIZATION: True, "not": {"enum": dots}})
    return limits


def _build_style_limits(parameter: Parameter) -> list[Any]:
    location = parameter.location
    limits: list[Any] = []
    if location == "header":
        limits += [_IN_HEADER, _MEMBERS_IN_HEADER]
        if parameter.explode:
            limits.append(_NAMES_IN_HEADER)
    if parameter.style == "cookie":
        limits.append(_COOKIE_STYLE)
    if location in ("path", "header"):
        limits.append(_NO_SINGLE_EMPTY_TEXT)
    elif parameter.required and not parameter.node.get_flag("allowEmptyValue"):
        limits.append(_NOT_EMPTY)
    delimiters = _DELIMITERS.get((parameter.style, parameter.explode))
    if parameter.delimiters:
        from dynclient.plan.array_format_limits import build_array_limits  # Swagger's.

        text_limits = _TEXT_IN_HEADER if location == "header" else {}
        limits.append(build_array_limits(parameter, text_limits))
    elif delimiters:
        limits.append(delimiters)
    return limits


def build_member_limits(
    types: SchemaTypes, media_type: MediaType, kind: MediaKind
) -> dict[str, Any] | None:
    """Return the schema that excludes what the members of a form or of parts cannot carry.

    Args:
        types: of the whole body.
        media_type: of the body, with its encodings.
        kind: whether it is a form or parts.

    Returns:
        None where each value can be carried.

    """
    required = _list_required_names(types)
    properties: dict[str, Any] = {}
    for name in dict.fromkeys([*media_type.encodings, *required]):
        encoding = media_type.encodings.get(name)
        limits = _build_encoding_limits(encoding, kind, is_required=name in required)
        if limits and _can_be_composite(types.find_member_types(name)):
            properties[name] = {X_SERIALIZATION: True, "allOf": limits}
    return {X_SERIALIZATION: True, "properties": properties} if properties else None


def _list_required_names(types: SchemaTypes) -> list[str]:
    """Return the names that a schema, or one of its alternatives, requires."""
    names: dict[str, None] = {}
    for part in types.subschemas:
        names.update(dict.fromkeys(part.get("required", ())))
    return list(names)


def _can_be_composite(types: SchemaTypes) -> bool:
    return not types.types or types.is_array or types.is_object


def _build_encoding_limits(
    encoding: Encoding | None, kind: MediaKind, *, is_required: bool
) -> list[Any]:
    """Return the schemas that exclude what one member cannot carry."""
    if encoding is None:
        return [_NOT_EMPTY_ARRAY] if is_required else []
    is_in_parts = kind == "multipart"
    parameter = encoding.as_part_parameter if is_in_parts else encoding.as_parameter
    if parameter is None:
        is_one_text = is_json(encoding.content_type)
        return [_NOT_EMPTY_ARRAY] if is_required and not is_one_text else []
    limits = _build_style_limits(parameter)
    if is_in_parts and (parameter.style, parameter.explode) == ("form", False):
        limits.append(_MEMBERS_IN_PART)
    return [*limits, _NOT_EMPTY_MEMBER] if is_required else limits

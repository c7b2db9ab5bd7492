"""The call schema of an operation and the schemas of its results, in both readings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeGuard

from dynclient.document.references import Node
from dynclient.fork_safety import build_fork_safe_lock
from dynclient.model import QUERYSTRING, Document, MediaType, Operation, Parameter
from dynclient.plan.array_format_limits import build_array_limits
from dynclient.plan.labelled_parts import write_labelled_as_text
from dynclient.schema.dialect import (
    X_SERIALIZATION,
    Direction,
    Schema,
    bundle_schema,
)
from dynclient.schema.readings import SchemaCloser, refuse_other_direction
from dynclient.schema.translation_options import DEFAULT_TRANSLATION, TranslationOptions
from dynclient.schema.translator import SchemaTranslator
from dynclient.violations import Place
from dynclient.wire import media, media_types
from dynclient.wire.schema_types import SCALAR_TYPES, SchemaTypes

Reading = Literal["producer", "consumer"]

#: Schema → schema: what a reading makes of it.
ApplyReading = Callable[[Any], Any]

DIALECT_URI = "https://json-schema.org/draft/2020-12/schema"

#: A header field's value. Source: RFC 9110 §5.5: no control characters, no white space at either
#: end.
FIELD_VALUE_PATTERN = "^([!-~\\u0080-\\uffff]([\\t -~\\u0080-\\uffff]*[!-~\\u0080-\\uffff])?)?$"

_TEXT_IN_HEADER = {X_SERIALIZATION: True, "pattern": FIELD_VALUE_PATTERN}
_IN_HEADER = {**_TEXT_IN_HEADER, "items": _TEXT_IN_HEADER, "additionalProperties": _TEXT_IN_HEADER}

#: An empty array or object of these styles is absent, so a required one has something in it.
#: Source: RFC 6570 §2.3.
_NOT_EMPTY = {X_SERIALIZATION: True, "minItems": 1, "minProperties": 1}

#: A form without members, or a text without characters, makes no query.
_NOT_EMPTY_QUERY = {
    X_SERIALIZATION: "an empty value makes no query",
    "minLength": 1,
    "minProperties": 1,
}

#: The empty text, which `allowEmptyValue` allows whatever the schema says; put so that nobody reads
#: a type from it.
_EMPTY_TEXT = {"maxLength": 0, "not": {"type": ["array", "boolean", "null", "number", "object"]}}

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

#: Kinds of media types whose bodies are made of the members of an object.
_COMPOSED_KINDS = frozenset({"form", "multipart"})

#: Headers that the standard, or for Host the URL, gives a value: they may be given, and are never
#: asked for or made up.
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization", "host"})


#: Translating fills `defs` step by step: only one thread at a time may be in the middle of it.
_TRANSLATION_LOCK = build_fork_safe_lock()


class Schemas:
    """The translated schemas of one document, and the call and result schemas built of them.

    Args:
        document: the document.
        options: what the translation lets pass.

    """

    def __init__(
        self, document: Document, options: TranslationOptions = DEFAULT_TRANSLATION
    ) -> None:
        formats = {**document.formats, **dict(options.formats)}
        options = options._replace(formats=tuple(formats.items()))
        self._dialects: dict[Direction, SchemaTranslator] = {
            "request": SchemaTranslator(document.flavour, "request", options),
            "response": SchemaTranslator(document.flavour, "response", options),
        }
        #: Roots that only refer to a definition, by that reference.
        self._reference_roots: dict[tuple[str, Direction, Reading], Schema] = {}
        self._write_only_roots: dict[str, Schema | None] = {}
        #: What is closed is closed once, whichever operations share it.
        self._closers: dict[Direction, SchemaCloser] = {
            direction: SchemaCloser(dialect.defs, direction)
            for direction, dialect in self._dialects.items()
        }

    def get_dialect(self, direction: Direction) -> SchemaTranslator:
        """Return the translation for a direction."""
        return self._dialects[direction]

    def translate(self, node: Node | None, direction: Direction) -> Schema | bool:
        """Return the schema at a node as it is; `True` where there is none."""
        with _TRANSLATION_LOCK:
            return self._dialects[direction].translate(node) if node is not None else True

    def translate_content(self, media_type: MediaType, direction: Direction) -> Schema | bool:
        """Return the schema of a body as the document describes it: also by what its items are."""
        schema = self.translate(media_type.schema, direction)
        item_schema = media_type.item_schema
        if item_schema is None:
            return schema
        items = Schema(
            {"type": "array", "items": self.translate(item_schema, direction)}, item_schema.place
        )
        if media_type.schema is None:
            return items
        return Schema({"allOf": [schema, items]}, media_type.node.place)

    def translate_body(self, media_type: MediaType, direction: Direction) -> Schema | bool:
        """Return the schema of a body in Python: XML and the like are text, whatever it says.

        Plain text may stand for a number or boolean. A result that came as text or octets under a
        range is held to the schema, since the document means no XML then.
        """
        schema = self.translate_content(media_type, direction)
        kind, node = media_types.find_body_kind(media_type), media_type.schema
        defs = self._dialects[direction].defs
        if kind in _COMPOSED_KINDS and direction == "request":
            return write_labelled_as_text(schema, defs, media_type, kind)
        if node is None or kind in ("json", "items") or kind in _COMPOSED_KINDS:
            return schema
        is_held = media_type.range_name != "" and direction == "response" and kind != "text"
        if is_held or _can_be_text(SchemaTypes(schema, defs), kind):
            return schema
        return Schema({"type": "string"}, node.place)

    def translate_querystring(self, querystring: Parameter) -> Schema | bool:
        """Return the schema of the value that is the whole query.

        One that must be there is not written as nothing.
        """
        content = querystring.content
        if content is None:
            return True
        schema = self.translate_body(content, "request")
        if not querystring.required or media.is_json(content.name):
            return schema
        return Schema({"allOf": [schema, _NOT_EMPTY_QUERY]}, querystring.node.place)

    def bundle(self, schema: Schema | bool, direction: Direction, reading: Reading) -> Schema:
        """Return a schema as a self-contained root in a reading.

        Operations whose schema is the same reference have the same root.
        """
        with _TRANSLATION_LOCK:
            if not _is_reference(schema):
                return self._bundle(schema, direction, reading)
            key = (schema["$ref"], direction, reading)
            if key not in self._reference_roots:
                self._reference_roots[key] = self._bundle(schema, direction, reading)
            return self._reference_roots[key]

    def _bundle(self, schema: Schema | bool, direction: Direction, reading: Reading) -> Schema:
        defs = self._dialects[direction].defs
        if reading == "producer":
            closer = self._closers[direction]
            schema, defs = closer.close_location(schema), closer.closed_defs
        root = bundle_schema(schema, defs)
        return _state_dialect(root, root.place)

    def build_result_schema(self, media_type: MediaType, reading: Reading) -> Schema:
        """Return the schema of a response body."""
        with _TRANSLATION_LOCK:
            return self.bundle(self.translate_body(media_type, "response"), "response", reading)

    def build_write_only_schema(self, media_type: MediaType) -> Schema | None:
        """Return a schema of a response body that refuses write-only values; None without any."""
        with _TRANSLATION_LOCK:
            schema = self.translate_body(media_type, "response")
            if not _is_reference(schema):
                return self._refuse_write_only(schema)
            reference = schema["$ref"]
            if reference not in self._write_only_roots:
                self._write_only_roots[reference] = self._refuse_write_only(schema)
            return self._write_only_roots[reference]

    def _refuse_write_only(self, schema: Schema | bool) -> Schema | None:
        return refuse_other_direction(schema, self._dialects["response"].defs, "response")

    def build_header_schema(self, header: Parameter, reading: Reading) -> Schema:
        """Return the schema of a response header."""
        with _TRANSLATION_LOCK:
            return self.bundle(self.translate(header.schema, "response"), "response", reading)

    def build_call_schema(
        self, operation: Operation, media_type: MediaType | None, reading: Reading
    ) -> Schema:
        """Return the call schema of an operation with a body of a media type; None: no body."""
        with _TRANSLATION_LOCK:
            return self._build_call_schema(operation, media_type, reading)

    def _build_call_schema(
        self, operation: Operation, media_type: MediaType | None, reading: Reading
    ) -> Schema:
        defs = self._dialects["request"].defs
        apply_reading: ApplyReading = _leave_open
        if reading == "producer":
            closer = self._closers["request"]
            apply_reading, defs = closer.close_location, closer.closed_defs
        root = _build_location_schema(operation, reading)
        for parameter in operation.parameters:
            schema = self._build_parameter_schema(operation, parameter, apply_reading)
            self._add_parameter(root, operation, parameter, schema, reading)
        querystring = operation.querystring
        if querystring is not None:
            schema = apply_reading(self.translate_querystring(querystring))
            root["properties"][QUERYSTRING] = _annotate_parameter(querystring, schema, [])
            if querystring.required:
                root["required"].append(QUERYSTRING)
        body = operation.request_body
        if body is not None and media_type is not None:
            root["properties"]["body"] = apply_reading(self.translate_body(media_type, "request"))
            root["properties"]["media_type"] = Schema({"enum": list(body.content)})
            if body.required:
                root["required"].append("body")
        bundle = bundle_schema(root, defs)
        return _state_dialect(bundle, operation.place)

    def _add_parameter(
        self,
        root: Schema,
        operation: Operation,
        parameter: Parameter,
        schema: Schema | bool,
        reading: Reading,
    ) -> None:
        """Add a parameter to the schema of its location, which is added where it is absent."""
        location = parameter.location
        if location not in root["properties"]:
            root["properties"][location] = _build_location_schema(operation, reading)
        location_schema = root["properties"][location]
        location_schema["properties"][parameter.name] = schema
        if parameter.required and not is_ignored_header(parameter):
            location_schema["required"].append(parameter.name)
            if location not in root["required"]:
                root["required"].append(location)

    def allows_empty_text(self, parameter: Parameter) -> bool:
        """Tell whether the schema of a parameter lists the empty text among its values."""
        schema = self.translate(parameter.schema, "request")
        types = SchemaTypes(schema, self._dialects["request"].defs)
        return any("" in part.get("enum", [part.get("const")]) for part in types.subschemas)

    def _build_parameter_schema(
        self, operation: Operation, parameter: Parameter, apply_reading: ApplyReading
    ) -> Schema | bool:
        schema: Schema | bool = apply_reading(self.translate(parameter.schema, "request"))
        if _can_be_empty(parameter):
            schema = Schema({"if": _EMPTY_TEXT, "else": schema}, parameter.node.place)
        limits = _build_limits(parameter)
        if parameter.location == "path":
            can_be_empty = self.allows_empty_text(parameter)
            limits += _build_path_limits(operation, parameter, can_be_empty=can_be_empty)
        return _annotate_parameter(parameter, schema, limits)


def _is_reference(schema: Schema | bool) -> TypeGuard[Schema]:
    """Tell whether a schema is a reference and nothing else."""
    return not isinstance(schema, bool) and schema.keys() == {"$ref"}


def _state_dialect(root: Schema, place: Place | None) -> Schema:
    """Return a root that says first which dialect it is written in."""
    return Schema({"$schema": DIALECT_URI, **root}, place, root.shared_definitions)


def _annotate_parameter(
    parameter: Parameter, schema: Schema | bool, limits: list[Any]
) -> Schema | bool:
    """Return the schema of a parameter with its limits, its description and its examples."""
    annotations: dict[str, Any] = {}
    if parameter.description:
        annotations["description"] = parameter.description
    if parameter.examples:
        annotations["examples"] = parameter.examples
    if not limits and not annotations:
        return schema
    return Schema({**annotations, "allOf": [schema, *limits]}, parameter.node.place)


def _can_be_text(types: SchemaTypes, kind: str) -> bool:
    """Tell whether a schema fits a body that came as text; plain text may be any scalar."""
    return types.can_be_any_text or (kind == "plain text" and types.types <= SCALAR_TYPES)


def _leave_open(schema: Any) -> Any:
    return schema


def _can_be_empty(parameter: Parameter) -> bool:
    """Tell whether `allowEmptyValue` lets a query parameter be the empty text."""
    is_styled_query = parameter.location == "query" and not parameter.content
    return is_styled_query and parameter.node.get_flag("allowEmptyValue")


def _build_limits(parameter: Parameter) -> list[Any]:
    """Return the schemas that exclude what a parameter cannot carry on the wire."""
    content = parameter.content
    is_text = content is not None and not media.is_json(content.name)
    limits: list[Any] = []
    if is_text and parameter.location in _TEXT_LIMITS:
        limits.append(_TEXT_LIMITS[parameter.location])
    return limits if content else limits + _build_style_limits(parameter)


def _build_path_limits(
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
        text_limits = _TEXT_IN_HEADER if location == "header" else {}
        limits.append(build_array_limits(parameter, text_limits))
    elif delimiters:
        limits.append(delimiters)
    return limits


def _build_location_schema(operation: Operation, reading: Reading) -> Schema:
    """Return the schema of the call document, or of one location, without properties."""
    schema: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    if reading == "producer":
        schema["additionalProperties"] = False
    return Schema(schema, operation.place)


def is_ignored_header(parameter: Parameter) -> bool:
    """Tell whether a header parameter is one that the standard takes from elsewhere."""
    return parameter.location == "header" and parameter.name.lower() in IGNORED_HEADERS

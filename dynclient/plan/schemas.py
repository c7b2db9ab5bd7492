"""The call schema of an operation and the schemas of its results, in both readings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeGuard

from dynclient.document.references import Node
from dynclient.fork_safety import build_fork_safe_lock
from dynclient.model import QUERYSTRING, Document, MediaType, Operation, Parameter
from dynclient.plan.serialization_limits import (
    build_member_limits,
    build_parameter_limits,
    build_path_limits,
)
from dynclient.schema.dialect import (
    X_SERIALIZATION,
    Direction,
    Schema,
    bundle_schema,
)
from dynclient.schema.readings import Definitions, SchemaCloser, refuse_other_direction
from dynclient.schema.translation.schema_relations import SchemaRelations
from dynclient.schema.translation.translation_options import DEFAULT_TRANSLATION, TranslationOptions
from dynclient.schema.translation.translator import SchemaTranslator
from dynclient.violations import Place
from dynclient.wire import media, media_types
from dynclient.wire.schema_types import SCALAR_TYPES, SchemaTypes

Reading = Literal["producer", "consumer"]

#: Schema → schema: what a reading makes of it.
ApplyReading = Callable[[Any], Any]

DIALECT_URI = "https://json-schema.org/draft/2020-12/schema"

#: A form without members, or a text without characters, makes no query.
_NOT_EMPTY_QUERY = {
    X_SERIALIZATION: "an empty value makes no query",
    "minLength": 1,
    "minProperties": 1,
}

#: The empty text, which `allowEmptyValue` allows whatever the schema says; put so that nobody reads
#: a type from it.
_EMPTY_TEXT = {"maxLength": 0, "not": {"type": ["array", "boolean", "null", "number", "object"]}}

#: Kinds of media types whose bodies are made of the members of an object.
_COMPOSED_KINDS = frozenset({"form", "multipart"})

#: Kinds of media types whose bodies are in Python what their schema says.
_KINDS_AS_DESCRIBED = _COMPOSED_KINDS | {"json", "items"}

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
        relations = SchemaRelations()
        self._dialects: dict[Direction, SchemaTranslator] = {
            "request": SchemaTranslator(document.flavour, "request", options, relations),
            "response": SchemaTranslator(document.flavour, "response", options, relations),
        }
        #: The value of a Schema Object and its translation, by direction, file and pointer.
        self._translated: dict[tuple[Direction, str, str], tuple[Any, Schema | bool]] = {}
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
        """Return the schema at a node as it is, the same each time; `True` where there is none."""
        if node is None:
            return True
        with _TRANSLATION_LOCK:
            key = (direction, node.uri, node.pointer)
            value, schema = self._translated.get(key, (None, True))
            if value is not node.value:
                schema = self._dialects[direction].translate(node)
                self._translated[key] = node.value, schema
            return schema

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

        So is a form that its schema does not let be an object.

        Plain text may stand for a number or boolean. A result that came as text or octets under a
        range is held to the schema, since the document means no XML then.
        """
        schema = self.translate_content(media_type, direction)
        kind, node = media_types.find_body_kind(media_type), media_type.schema
        defs = self._dialects[direction].defs
        if kind in _COMPOSED_KINDS and direction == "request":
            return _translate_composed_body(schema, defs, media_type, kind)
        if node is None or kind in _KINDS_AS_DESCRIBED:
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
        if not media_type.node.files.may_let_travel_one_way("writeOnly"):
            return None
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
            schema = self._limit_members(
                apply_reading(self.translate_querystring(querystring)), querystring.content
            )
            root["properties"][QUERYSTRING] = _annotate_parameter(querystring, schema, [])
            if querystring.required:
                root["required"].append(QUERYSTRING)
        body = operation.request_body
        if body is not None and media_type is not None:
            schema = apply_reading(self.translate_body(media_type, "request"))
            root["properties"]["body"] = self._limit_members(schema, media_type)
            root["properties"]["media_type"] = Schema({"enum": list(body.content)})
            if body.required:
                root["required"].append("body")
        bundle = bundle_schema(root, defs)
        return _state_dialect(bundle, operation.place)

    def _limit_members(self, schema: Schema | bool, media_type: MediaType | None) -> Schema | bool:
        """Return the schema of a form or of parts without what their members cannot carry."""
        kind = media_types.find_body_kind(media_type) if media_type is not None else "octets"
        if media_type is None or kind not in _COMPOSED_KINDS:
            return schema
        content_schema = self.translate_content(media_type, "request")
        types = SchemaTypes(content_schema, self._dialects["request"].defs)
        limits = build_member_limits(types, media_type, kind)
        if limits is None:
            return schema
        return Schema({"allOf": [schema, limits]}, media_type.node.place)

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
        limits = build_parameter_limits(parameter)
        if parameter.location == "path":
            can_be_empty = self.allows_empty_text(parameter)
            limits += build_path_limits(operation, parameter, can_be_empty=can_be_empty)
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


def _translate_composed_body(
    schema: Schema | bool,
    defs: Definitions,
    media_type: MediaType,
    kind: media_types.MediaKind,
) -> Schema | bool:
    """Return the schema of a form or multipart body that a call sends."""
    from dynclient.plan.labelled_parts import write_labelled_as_text  # Few bodies have parts.

    node = media_type.schema
    if node is not None and kind == "form" and not _can_be_object(SchemaTypes(schema, defs)):
        return Schema({"type": "string"}, node.place)
    if kind == "multipart" and not SchemaTypes(schema, defs).types:
        # Ready text would have no boundary.
        is_form = media.get_essence(media_type.name) == "multipart/form-data"
        parts = Schema(
            {"type": "object" if is_form else ["object", "array"]}, media_type.node.place
        )
        schema = Schema({"allOf": [schema, parts]}, media_type.node.place)
    return write_labelled_as_text(schema, defs, media_type, kind)


def _can_be_object(types: SchemaTypes) -> bool:
    return not types.types or "object" in types.types


def _can_be_text(types: SchemaTypes, kind: str) -> bool:
    """Tell whether a schema fits a body that came as text; plain text may be any scalar."""
    return types.can_be_any_text or (kind == "plain text" and types.types <= SCALAR_TYPES)


def _leave_open(schema: Any) -> Any:
    return schema


def _can_be_empty(parameter: Parameter) -> bool:
    """Tell whether `allowEmptyValue` lets a query parameter be the empty text."""
    is_styled_query = parameter.location == "query" and not parameter.content
    return is_styled_query and parameter.node.get_flag("allowEmptyValue")


def _build_location_schema(operation: Operation, reading: Reading) -> Schema:
    """Return the schema of the call document, or of one location, without properties."""
    schema: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    if reading == "producer":
        schema["additionalProperties"] = False
    return Schema(schema, operation.place)


def is_ignored_header(parameter: Parameter) -> bool:
    """Tell whether a header parameter is one that the standard takes from elsewhere."""
    return parameter.location == "header" and parameter.name.lower() in IGNORED_HEADERS

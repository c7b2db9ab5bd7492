"""The call schema of an operation and media type, and the schemas of its results, in both readings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Literal

from dynclient.document.references import Node
from dynclient.model import Document, MediaType, Operation, Parameter
from dynclient.schema.dialect import WIRE, Dialect, Direction, Schema, bundled
from dynclient.schema.readings import Closing, closed

Reading = Literal["producer", "consumer"]

#: Schema → schema: what a reading makes of it.
Read = Callable[[Any], Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: A header field's value. Source: RFC 9110 §5.5: no control characters, no white space at either end.
FIELD_VALUE = "^([!-~\\u0080-\\uffff]([\\t -~\\u0080-\\uffff]*[!-~\\u0080-\\uffff])?)?$"

_TEXT_IN_HEADER = {WIRE: True, "pattern": FIELD_VALUE}
_IN_HEADER = {**_TEXT_IN_HEADER, "items": _TEXT_IN_HEADER, "additionalProperties": _TEXT_IN_HEADER}

#: An empty array or object of these styles is absent, so a required one has something in it. Source: RFC 6570 §2.3.
_NOT_EMPTY = {WIRE: True, "minItems": 1, "minProperties": 1}

#: What would be a dot segment once written, by style. Source: RFC 3986 §3.3, §5.2.4.
_DOT_SEGMENTS: dict[str, list[Any]] = {
    "simple": [".", "..", ["."], [".."]],
    "label": ["", ".", [], [""], ["."], ["", ""], {}],
}

#: Headers that the standard takes from elsewhere: they may be given, and are never asked for.
ELSEWHERE = frozenset({"accept", "content-type", "authorization"})


class Schemas:
    """The translated schemas of one document, each direction once, and the call and result schemas made of them."""

    def __init__(self, document: Document) -> None:
        self._dialects: dict[Direction, Dialect] = {
            "request": Dialect(document.flavour, "request"),
            "response": Dialect(document.flavour, "response"),
        }
        #: Translating fills `defs` step by step: only one thread at a time may be in the middle of it.
        self._lock = threading.RLock()

    def dialect(self, direction: Direction) -> Dialect:
        """Return the translation for a direction."""
        return self._dialects[direction]

    def open(self, node: Node | None, direction: Direction) -> Schema | bool:
        """Return the schema at a node as it is; `True` where there is none."""
        with self._lock:
            return self._dialects[direction].translate(node) if node is not None else True

    def bundle(self, schema: Schema | bool, direction: Direction, reading: Reading) -> Schema:
        """Return a schema as a self-contained root in a reading."""
        defs = self._dialects[direction].defs
        root = closed(schema, defs, direction) if reading == "producer" else bundled(schema, defs)
        return Schema({"$schema": DIALECT, **root}, root.place)

    def result(self, media_type: MediaType, reading: Reading) -> Schema:
        """Return the schema of a response body."""
        with self._lock:
            return self.bundle(self.open(media_type.schema, "response"), "response", reading)

    def call(self, operation: Operation, media_type: MediaType | None, reading: Reading) -> Schema:
        """Return the call schema of an operation with a body of the given media type (None: no body is declared)."""
        with self._lock:
            return self._call(operation, media_type, reading)

    def _call(self, operation: Operation, media_type: MediaType | None, reading: Reading) -> Schema:
        defs = self._dialects["request"].defs
        closing = Closing(defs, "request")
        read: Read = closing.location if reading == "producer" else lambda schema: schema
        root = _group(operation, reading)
        for parameter in operation.parameters:
            group = root["properties"].setdefault(parameter.location, _group(operation, reading))
            group["properties"][parameter.name] = self._parameter(operation, parameter, read)
            if parameter.required and not is_elsewhere(parameter):
                group["required"].append(parameter.name)
                if parameter.location not in root["required"]:
                    root["required"].append(parameter.location)
        body = operation.request_body
        if body is not None and media_type is not None:
            root["properties"]["body"] = read(self.open(media_type.schema, "request"))
            root["properties"]["media_type"] = Schema({"enum": list(body.content)})
            root["required"] += ["body"] if body.required else []
        made = bundled(root, closing.made if reading == "producer" else defs)
        return Schema({"$schema": DIALECT, **made}, operation.place)

    def _parameter(self, operation: Operation, parameter: Parameter, read: Read) -> Schema | bool:
        schema: Schema | bool = read(self.open(parameter.schema, "request"))
        limits: list[Any] = [_IN_HEADER] if parameter.location == "header" and not parameter.content else []
        if parameter.location == "path" and f"/{{{parameter.name}}}/" in operation.path + "/":
            dots = _DOT_SEGMENTS.get(parameter.style, [])
            limits += [{WIRE: True, "not": {"enum": dots}}] if dots else []
        if parameter.required and parameter.location in ("query", "cookie") and not parameter.content:
            limits.append(_NOT_EMPTY)
        notes = {k: v for k, v in (("description", parameter.description), ("examples", parameter.examples)) if v}
        if not limits and not notes:
            return schema
        return Schema({**notes, "allOf": [schema, *limits]}, parameter.node.place)


def _group(operation: Operation, reading: Reading) -> Schema:
    """Return the schema of the call document, or of one location in it, before anything is declared."""
    closed_to_others = {"additionalProperties": False} if reading == "producer" else {}
    return Schema({"type": "object", "properties": {}, "required": [], **closed_to_others}, operation.place)


def is_elsewhere(parameter: Parameter) -> bool:
    """Tell whether a header parameter is one that the standard takes from elsewhere."""
    return parameter.location == "header" and parameter.name.lower() in ELSEWHERE

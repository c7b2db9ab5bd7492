"""The calls and results of an operation as strategies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hypothesis import event, reject
from hypothesis import strategies as st

from dynclient.client.callable_operations import AsyncOperation, Operation
from dynclient.client.operation import build_example_schema
from dynclient.description.described_operation import get_options, get_plan
from dynclient.errors import UsageError
from dynclient.model import MediaType, Response
from dynclient.plan.binder import LOCATION_GROUPS
from dynclient.plan.call_document import Call
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import Reading
from dynclient.schema.dialect import Schema
from dynclient.schema.readings import walk_in_place
from dynclient.strategies.drawn_call import DrawnCall
from dynclient.strategies.schema_strategies import ValueSource, get_source, values
from dynclient.strategies.value_drawing import ValuePath
from dynclient.wire import media_types

AnyOperation = Operation | AsyncOperation

#: Bytes of a binary value, at most.
MAX_BYTES = 64
OK = 200
MULTIPLE_CHOICES = 300


def calls(operation: AnyOperation) -> st.SearchStrategy[Call]:
    """Return a strategy of the calls that an operation's client accepts.

    Where the document declares several media types of the body, each is drawn; the call names it
    where the value alone would not tell. Binary values are bytes. A call prints as the Python line
    that makes it.

    Args:
        operation: of a `Client` or an `AsyncClient`.

    Raises:
        UsageError: when drawing, that no call was found; perhaps the document allows none.

    """
    return _calls(operation)


@st.composite
def _calls(draw: st.DrawFn, operation: AnyOperation) -> Call:
    way = draw_call_variant(draw, operation)
    call = build_drawn_call(operation, way.draw(draw))
    if operation.validate(call):
        way.source.counts["rejected"] += 1
        event("dynclient: rejected, a call that its client refuses")
        reject()
    return call


def results(
    operation: AnyOperation, status: int | str | None = None, media_type: str | None = None
) -> st.SearchStrategy[Any]:
    """Return a strategy of an operation's results: the data of a body that its server may send.

    Args:
        operation: of a `Client` or an `AsyncClient`.
        status: 200, or a key of the document (`2XX`, `default`); the lowest success where none is
            given.
        media_type: one that the document declares for the status; JSON before others where none is
            given.

    Returns:
        JSON data; text for text types, bytes for the rest, None where the document declares no
        body.

    Raises:
        UsageError: the document declares no such response; when drawing, that no value was found.

    """
    entry = find_declared_media_type(operation, status, media_type)
    if entry is None:
        return st.none()
    if media_types.find_body_kind(entry) == "octets":
        return st.binary(max_size=MAX_BYTES)
    return values(get_result_source(operation, entry))


def find_declared_media_type(
    operation: AnyOperation, status: int | str | None, media_type: str | None
) -> MediaType | None:
    """Return the Media Type Object of a response, None where it has no body.

    Raises:
        UsageError: the document declares no such response or media type.

    """
    response = _find_response(operation, status)
    name = media_type or media_types.choose_preferred(response.content)
    found = media_types.match_media_type(name, response.content) if name else None
    if found is None and media_type is not None:
        known = ", ".join(response.content) or "none"
        raise UsageError(
            f"{operation.id} has no {response.status} result of {media_type}; it declares {known}"
        )
    if found is None:
        return None
    entry = found[1]
    is_narrowed = media_type is not None and media_types.is_range(entry.name)
    return entry.narrow(media_type or "") if is_narrowed else entry


def _find_response(operation: AnyOperation, status: int | str | None) -> Response:
    responses = operation.operation.responses
    key = _find_lowest_success(responses) if status is None else str(status)
    response = responses.get(key)
    if response is None and key.isdecimal():
        response = get_plan(operation).operation.find_response(int(key))
    if response is None:
        known = ", ".join(responses) or "none"
        raise UsageError(f"{operation.id} declares no {key} result; it declares {known}")
    return response


def _find_lowest_success(responses: Mapping[str, Response]) -> str:
    for status in sorted(int(key) for key in responses if key.isdecimal()):
        if OK <= status < MULTIPLE_CHOICES:
            return str(status)
    return "2XX" if "2XX" in responses else "default"


def get_result_source(
    operation: AnyOperation, entry: MediaType, reading: Reading = "producer"
) -> ValueSource:
    """Return the source of the results of one media type, the same each time."""
    schema = _get_result_schema(get_plan(operation), entry, reading)
    return get_source(schema, f"{operation.id}: the result")


@lru_cache(maxsize=1024)
def _get_result_schema(plan: Plan, entry: MediaType, reading: Reading) -> Schema:
    return plan.schemas.build_result_schema(entry, reading)


@dataclass(frozen=True, eq=False)
class CallVariant:
    """One way to call an operation: with a body of this media type, or without any.

    Attributes:
        plan: of the operation.
        media_type: as the document writes it; None where it declares no body.
        source: of call documents, without a binary body.
        binary_properties: of a multipart body.
        is_media_type_fixed: whether the client has this media type as an option; then calls leave
            it out.

    """

    plan: Plan
    media_type: str | None
    source: ValueSource
    binary_properties: frozenset[str]
    is_media_type_fixed: bool

    @property
    def is_binary(self) -> bool:
        """Whether the whole body is bytes."""
        if self.media_type is None:
            return False
        return _find_body_kind(self.plan, self.media_type) == "octets"

    def draw(self, draw: st.DrawFn, wanted: Collection[ValuePath] = ()) -> dict[str, Any]:
        """Draw a call document; no group in it is empty."""
        value = self.source.draw(draw, wanted)
        empty_groups = [key for key in LOCATION_GROUPS if key in value and not value[key]]
        call = {key: member for key, member in value.items() if key not in empty_groups}
        if self.is_binary and self._draw_has_body(draw):
            call["body"] = draw(st.binary(min_size=1, max_size=MAX_BYTES))
        body = call.get("body")
        if self.binary_properties and isinstance(body, dict):
            encoded = {n: _to_bytes(v) for n, v in body.items() if n in self.binary_properties}
            call["body"] = body | encoded
        return self.add_media_type(call)

    def _draw_has_body(self, draw: st.DrawFn) -> bool:
        body = self.plan.operation.request_body
        return body is not None and (body.required or draw(st.booleans()))

    def add_media_type(self, call: dict[str, Any]) -> dict[str, Any]:
        """Return a call with its media type, unless the body's value or an option gives it."""
        request_body = self.plan.operation.request_body
        if "body" not in call or request_body is None or self.media_type is None:
            return call
        concrete = media_types.resolve_range(self.media_type, call["body"])
        if concrete != self.media_type:
            name = concrete or media_types.pick_example_media_type(self.media_type)
            return {**call, "media_type": name}
        if self.is_media_type_fixed:
            return call
        default = media_types.choose_by_value(list(request_body.content), call["body"])
        return call if default == self.media_type else {**call, "media_type": concrete}


def _to_bytes(value: Any) -> Any:
    if isinstance(value, list):
        return [_to_bytes(item) for item in value]
    return value.encode() if isinstance(value, str) else value


def build_drawn_call(operation: AnyOperation, call: dict[str, Any]) -> DrawnCall:
    """Return a call that prints as the line that makes it."""
    has_id = operation.operation.node.get_text("operationId") != ""
    name = operation.operation.python_name if has_id else operation.operation.key
    return DrawnCall(call, name, get_plan(operation).binder)


def draw_call_variant(draw: st.DrawFn, operation: AnyOperation) -> CallVariant:
    """Draw one of the ways to call an operation."""
    media_type = get_options(operation).media_type
    variants = list_call_variants(get_plan(operation), media_type)
    if len(variants) == 1:
        return variants[0]
    return variants[draw(st.integers(0, len(variants) - 1))]


@lru_cache(maxsize=1024)
def list_call_variants(plan: Plan, media_type: str | None) -> tuple[CallVariant, ...]:
    """Return the ways to call an operation, the preferred media type first.

    Args:
        plan: of the operation.
        media_type: that of the client's options; None for any that is declared.

    """
    if media_type:
        return (_build_call_variant(plan, media_type, is_fixed=True),)
    names: list[str | None] = [None]
    if plan.media_types:
        first = plan.preferred_media_type
        names = [*sorted(plan.media_types, key=lambda name: name != first)]
    is_fixed = media_type is not None
    return tuple(_build_call_variant(plan, name, is_fixed=is_fixed) for name in names)


def _build_call_variant(plan: Plan, name: str | None, *, is_fixed: bool) -> CallVariant:
    schema = build_example_schema(plan.get_call_schema(name))
    properties, defs = schema["properties"], schema.get("$defs", {})
    body = properties.get("body")
    binary_properties: frozenset[str] = frozenset()
    kind = _find_body_kind(plan, name) if name is not None else None
    if kind == "octets":
        others = {key: value for key, value in properties.items() if key != "body"}
        required = [key for key in schema["required"] if key != "body"]
        schema = {**schema, "properties": others, "required": required}
    elif kind in ("plain text", "html", "text"):
        # An empty text is no body.
        text = {"allOf": [body, {"minLength": 1}]}
        schema = {**schema, "properties": {**properties, "body": text}}
    if kind == "multipart":
        places = plan.find_file_places(plan.find_media_type(name))
        file_properties = places.property_names if places is not None else ()
        binary_properties = frozenset([*_find_binary_properties(body, defs), *file_properties])
    return CallVariant(
        plan=plan,
        media_type=name,
        source=ValueSource(schema, f"{plan.operation.id}: a call"),
        binary_properties=binary_properties,
        is_media_type_fixed=is_fixed,
    )


def _find_body_kind(plan: Plan, media_type: str) -> media_types.MediaKind:
    entry = plan.find_media_type(media_type)
    return media_types.find_kind(media_type) if entry is None else media_types.find_body_kind(entry)


def _find_binary_properties(body: Any, defs: dict[str, Any]) -> list[str]:
    """Return the properties of a multipart body that are binary, or arrays of binary values."""
    names = []
    for part in walk_in_place(body, defs):
        for name, schema in part.get("properties", {}).items():
            if _is_binary_schema(schema, defs):
                names.append(name)
    return names


def _is_binary_schema(schema: Any, defs: dict[str, Any]) -> bool:
    parts = list(walk_in_place(schema, defs))
    for part in list(parts):
        if "items" in part:
            parts += walk_in_place(part["items"], defs)
    return any(part.get("format") == "binary" for part in parts)

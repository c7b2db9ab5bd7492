"""What a page or a screen tells of an operation, read from its compiled schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from dynclient.client.client import Operation
from dynclient.document.references import Node
from dynclient.model import SecurityFormula, SecurityScheme
from dynclient.names import to_snake_case
from dynclient.schema.dialect import get_definition_name
from dynclient.schema.explain import describe_schema
from dynclient.schema.readings import OPEN_SUFFIX, walk_in_place
from dynclient.wire import media
from dynclient.wire.schema_types import SchemaTypes

_NO_DEFAULT = object()


@dataclass(frozen=True)
class ArgumentDescription:
    """An argument of an operation: a parameter, or a property at the top of its body.

    Attributes:
        name: as Python people write it; the wire's name where that could mean several places.
        wire: its name on the wire.
        location: path, query, header, cookie or body.
        shape: what it may be.
        required: whether a call must give it.

    """

    name: str
    wire_name: str
    location: str
    shape: SchemaTypes
    is_required: bool

    @property
    def default(self) -> Any:
        """What the server takes where none is given; `has_default` says whether the document tells."""
        return _find_default(self.shape)

    @property
    def has_default(self) -> bool:
        """Whether the document tells a default."""
        return _find_default(self.shape) is not _NO_DEFAULT

    @property
    def component_name(self) -> str:
        """The name of the component that it is, or is an array of; "" for neither."""
        return _get_translated_component_name(self.shape.schema)

    @property
    def is_deprecated(self) -> bool:
        """Whether the document advises against it."""
        return any(part.get("deprecated") is True for part in self.shape.subschemas)


def _find_default(shape: SchemaTypes) -> Any:
    return next((part["default"] for part in shape.subschemas if "default" in part), _NO_DEFAULT)


def _get_translated_component_name(schema: Any) -> str:
    if not isinstance(schema, dict):
        return ""
    if "$ref" in schema:
        return get_definition_name(schema["$ref"]).removesuffix(OPEN_SUFFIX)
    inner = _get_translated_component_name(schema.get("items"))
    return f"array of {inner}" if inner else ""


def describe_arguments(operation: Operation) -> list[ArgumentDescription]:
    """Return the arguments of an operation: its parameters, then what its body declares at the top."""
    plan, schema = operation._plan, operation.call_schema  # noqa: SLF001 (the compiled operation knows)
    places = [*plan.parameters, *(("body", name) for name in plan.body_property_names)]
    found = []
    for location, wire in places:
        group = get_location_shape(schema, location)
        shape = group.find_member_types(wire)
        if not is_forbidden(shape):
            spelled = (to_snake_case(wire), wire)
            name = next(
                (n for n in spelled if plan.binder.targets.get(n) == (location, wire)), wire
            )
            found.append(
                ArgumentDescription(name, wire, location, shape, wire in find_required_names(group))
            )
    return found


def get_location_shape(schema: dict[str, Any], location: str) -> SchemaTypes:
    """Return the shape of a location of a call document."""
    return SchemaTypes(schema["properties"].get(location, {}), schema.get("$defs", {}))


def find_required_names(shape: SchemaTypes) -> set[str]:
    """Return the names of the members that an object must have."""
    parts = walk_in_place(shape.schema, shape.defs, alternatives=False)
    return {name for part in parts for name in part.get("required", ())}


def find_description(shape: SchemaTypes) -> str:
    """Return what the document says of a value, "" where it says nothing."""
    return next(
        (str(part["description"]) for part in shape.subschemas if part.get("description")), ""
    )


def list_member_names(shape: SchemaTypes) -> list[str]:
    """Return the names of an object's members, without those that may never be given here (`readOnly` in a call)."""
    found = dict.fromkeys(name for part in shape.subschemas for name in part.get("properties", {}))
    return [name for name in found if not is_forbidden(shape.find_member_types(name))]


def is_forbidden(shape: SchemaTypes) -> bool:
    """Tell whether no value at all may be given."""
    return any(part.get("not") == {} for part in shape.subschemas)


def describe_type(shape: SchemaTypes) -> str:
    """Return what a value has to be, of an array also what its items are."""
    text = describe_schema(shape.schema, shape.defs)
    items = (
        describe_schema(shape.item_types.schema, shape.defs)
        if text.startswith("array")
        else "any value"
    )
    return text if items == "any value" else text.replace("array", f"array of {items}", 1)


def get_component_name(node: Node | None) -> str:
    """Return the name of the component that a schema refers to, `array of NAME` for one of those, "" for neither."""
    value = node.value if node is not None and isinstance(node.value, dict) else {}
    if isinstance(reference := value.get("$ref"), str):
        return unquote(reference.rpartition("/")[2]).replace("~1", "/").replace("~0", "~")
    items = value.get("items")
    if node is not None and isinstance(items, dict):
        inner = get_component_name(node.get_child("items"))
        return f"array of {inner}" if inner else ""
    return ""


@dataclass(frozen=True)
class ResultDescription:
    """What a successful call gives back.

    Attributes:
        status: as the document writes it.
        model: the component's name, "" where it has none.
        text: what the value is, in a few words.
        members: the properties of the object, or of the objects in the array.

    """

    status: str
    component_name: str
    type_text: str
    member_names: tuple[str, ...] = ()


def describe_results(operation: Operation) -> Iterator[ResultDescription]:
    """Yield what each success gives back: JSON as data, other text as str, the rest as bytes."""
    for status, response in operation.operation.responses.items():
        if not status.startswith("2") and not (
            status == "default" and _has_only_default_response(operation)
        ):
            continue
        name = media.choose_preferred(response.content)
        if name is None:
            yield ResultDescription(status, "", "no body: None")
        elif not media.is_json(name):
            yield ResultDescription(
                status, "", ("text: str" if media.is_text(name) else "bytes") + f" ({name})"
            )
        else:
            schema = operation.result_schemas[status, name]
            shape = SchemaTypes(schema, schema.get("$defs", {}))
            inner = shape.item_types if shape.is_array else shape
            yield ResultDescription(
                status,
                get_component_name(response.content[name].schema),
                describe_type(shape),
                tuple(list_member_names(inner)),
            )


def _has_only_default_response(operation: Operation) -> bool:
    return not any(status.startswith("2") for status in operation.operation.responses)


def list_security_schemes(formula: SecurityFormula) -> list[SecurityScheme]:
    """Return the security schemes of a formula, each once."""
    return list({r.scheme.key: r.scheme for requirements in formula for r in requirements}.values())


def describe_credential_place(scheme: SecurityScheme) -> str:
    """Return where a credential goes: `apiKey in header Authorization`, `http bearer`."""
    if scheme.type == "apiKey":
        return f"apiKey in {scheme.location} {scheme.name}"
    return f"{scheme.type} {scheme.scheme}".strip()

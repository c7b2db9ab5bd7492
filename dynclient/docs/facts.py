"""What a page or a screen tells of an operation, read from its compiled schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from dynclient.client.client import Operation
from dynclient.document.references import Node
from dynclient.model import Formula, SecurityScheme
from dynclient.names import snake_case
from dynclient.schema.dialect import name_of
from dynclient.schema.explain import described
from dynclient.schema.readings import OPEN, in_place
from dynclient.wire import media
from dynclient.wire.shapes import Shape

_NO_DEFAULT = object()


@dataclass(frozen=True)
class Argument:
    """An argument of an operation: a parameter, or a property at the top of its body.

    Attributes:
        name: as Python people write it; the wire's name where that could mean several places.
        wire: its name on the wire.
        location: path, query, header, cookie or body.
        shape: what it may be.
        required: whether a call must give it.

    """

    name: str
    wire: str
    location: str
    shape: Shape
    required: bool

    @property
    def default(self) -> Any:
        """What the server takes where none is given; `has_default` says whether the document tells."""
        return _default(self.shape)

    @property
    def has_default(self) -> bool:
        """Whether the document tells a default."""
        return _default(self.shape) is not _NO_DEFAULT

    @property
    def model(self) -> str:
        """The name of the component that it is, or is an array of; "" for neither."""
        return _component(self.shape.schema)

    @property
    def deprecated(self) -> bool:
        """Whether the document advises against it."""
        return any(part.get("deprecated") is True for part in self.shape.parts)


def _default(shape: Shape) -> Any:
    return next((part["default"] for part in shape.parts if "default" in part), _NO_DEFAULT)


def _component(schema: Any) -> str:
    if not isinstance(schema, dict):
        return ""
    if "$ref" in schema:
        return name_of(schema["$ref"]).removesuffix(OPEN)
    inner = _component(schema.get("items"))
    return f"array of {inner}" if inner else ""


def arguments(operation: Operation) -> list[Argument]:
    """Return the arguments of an operation: its parameters, then what its body declares at the top."""
    plan, schema = operation._plan, operation.call_schema  # noqa: SLF001 (the compiled operation knows)
    places = [*plan.parameters, *(("body", name) for name in plan.body_names)]
    found = []
    for location, wire in places:
        group = located(schema, location)
        shape = group.member(wire)
        if not is_refused(shape):
            spelled = (snake_case(wire), wire)
            name = next(
                (n for n in spelled if plan.binder.targets.get(n) == (location, wire)), wire
            )
            found.append(Argument(name, wire, location, shape, wire in required(group)))
    return found


def located(schema: dict[str, Any], location: str) -> Shape:
    """Return the shape of a location of a call document."""
    return Shape(schema["properties"].get(location, {}), schema.get("$defs", {}))


def required(shape: Shape) -> set[str]:
    """Return the names of the members that an object must have."""
    parts = in_place(shape.schema, shape.defs, alternatives=False)
    return {name for part in parts for name in part.get("required", ())}


def about(shape: Shape) -> str:
    """Return what the document says of a value, "" where it says nothing."""
    return next((str(part["description"]) for part in shape.parts if part.get("description")), "")


def names(shape: Shape) -> list[str]:
    """Return the names of an object's members, without those that may never be given here (`readOnly` in a call)."""
    found = dict.fromkeys(name for part in shape.parts for name in part.get("properties", {}))
    return [name for name in found if not is_refused(shape.member(name))]


def is_refused(shape: Shape) -> bool:
    """Tell whether no value at all may be given."""
    return any(part.get("not") == {} for part in shape.parts)


def wanted(shape: Shape) -> str:
    """Return what a value has to be, of an array also what its items are."""
    text = described(shape.schema, shape.defs)
    items = described(shape.item.schema, shape.defs) if text.startswith("array") else "any value"
    return text if items == "any value" else text.replace("array", f"array of {items}", 1)


def model(node: Node | None) -> str:
    """Return the name of the component that a schema refers to, `array of NAME` for one of those, "" for neither."""
    value = node.value if node is not None and isinstance(node.value, dict) else {}
    if isinstance(reference := value.get("$ref"), str):
        return unquote(reference.rpartition("/")[2]).replace("~1", "/").replace("~0", "~")
    items = value.get("items")
    if node is not None and isinstance(items, dict):
        inner = model(node.child("items"))
        return f"array of {inner}" if inner else ""
    return ""


@dataclass(frozen=True)
class Returned:
    """What a successful call gives back.

    Attributes:
        status: as the document writes it.
        model: the component's name, "" where it has none.
        text: what the value is, in a few words.
        members: the properties of the object, or of the objects in the array.

    """

    status: str
    model: str
    text: str
    members: tuple[str, ...] = ()


def returned(operation: Operation) -> Iterator[Returned]:
    """Yield what each success gives back: JSON as data, other text as str, the rest as bytes."""
    for status, response in operation.operation.responses.items():
        if not status.startswith("2") and not (status == "default" and _is_only(operation)):
            continue
        name = media.preferred(response.content)
        if name is None:
            yield Returned(status, "", "no body: None")
        elif not media.is_json(name):
            yield Returned(
                status, "", ("text: str" if media.is_text(name) else "bytes") + f" ({name})"
            )
        else:
            schema = operation.result_schemas[status, name]
            shape = Shape(schema, schema.get("$defs", {}))
            inner = shape.item if shape.is_array else shape
            yield Returned(
                status, model(response.content[name].schema), wanted(shape), tuple(names(inner))
            )


def _is_only(operation: Operation) -> bool:
    return not any(status.startswith("2") for status in operation.operation.responses)


def schemes(formula: Formula) -> list[SecurityScheme]:
    """Return the security schemes of a formula, each once."""
    return list({r.scheme.key: r.scheme for requirements in formula for r in requirements}.values())


def carried(scheme: SecurityScheme) -> str:
    """Return where a credential goes: `apiKey in header Authorization`, `http bearer`."""
    if scheme.type == "apiKey":
        return f"apiKey in {scheme.location} {scheme.name}"
    return f"{scheme.type} {scheme.scheme}".strip()

"""An operation described by its plan: its arguments, its results, its security schemes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from dynclient.description.operation_signature import find_required_places
from dynclient.description.value_outline import (
    CallTypes,
    describe_type,
    is_forbidden,
    list_member_names,
)
from dynclient.description.value_text import mark_required
from dynclient.document.references import Node
from dynclient.model import MediaType, Response, SecurityFormula, SecurityScheme
from dynclient.names import to_snake_case
from dynclient.plan.binder import Binder
from dynclient.plan.plan import Plan
from dynclient.schema.dialect import Schema, get_definition_name
from dynclient.schema.readings import OPEN_SUFFIX
from dynclient.wire import media, media_types
from dynclient.wire.schema_types import SchemaTypes

_NO_DEFAULT = object()


@dataclass(frozen=True)
class ArgumentDescription:
    """An argument of an operation.

    It is a parameter, a property at the top of its body, or a member of a parameter.

    Attributes:
        name: the name in Python; the wire name if the Python name could mean several places.
        wire_name: the name on the wire.
        location: path, query, header, cookie or body; `query, in NAME` for a member of a parameter.
        types: what its value may be.
        is_required: whether a call must give it.
        is_filled: whether the client fills it in where a call does not give it.

    """

    name: str
    wire_name: str
    location: str
    types: SchemaTypes
    is_required: bool
    is_filled: bool = False

    @property
    def default(self) -> Any:
        """The value that the server takes if none is given; see `has_default`."""
        return _find_default(self.types)

    @property
    def has_default(self) -> bool:
        """Whether the document declares a default."""
        return _find_default(self.types) is not _NO_DEFAULT

    @property
    def type_text(self) -> str:
        """The type of its value, and whether a call must give it."""
        text = describe_type(self.types)
        return mark_required(text, is_required=self.is_required, is_filled=self.is_filled)

    @property
    def component_name(self) -> str:
        """The name of its component, `array of NAME` for an array of one, "" for neither."""
        return _get_translated_component_name(self.types.schema)

    @property
    def is_deprecated(self) -> bool:
        """Whether the document advises against it."""
        return any(subschema.get("deprecated") is True for subschema in self.types.subschemas)


def _find_default(value: SchemaTypes) -> Any:
    for subschema in value.subschemas:
        if "default" in subschema:
            return subschema["default"]
    return _NO_DEFAULT


def _get_translated_component_name(schema: Any) -> str:
    """Return the name of the component that a translated schema refers to, "" for none."""
    if not isinstance(schema, dict):
        return ""
    if "$ref" in schema:
        return get_definition_name(schema["$ref"]).removesuffix(OPEN_SUFFIX)
    item_name = _get_translated_component_name(schema.get("items"))
    return f"array of {item_name}" if item_name else ""


def describe_arguments(
    plan: Plan, call_schema: Schema, media_type: str | None = None
) -> list[ArgumentDescription]:
    """Return the arguments of an operation: its parameters, then the properties of its body.

    Args:
        plan: the plan of the operation.
        call_schema: the schema of its calls, for the media type that was chosen.
        media_type: the media type that was chosen for the body; None: the preferred one.

    """
    binder = plan.get_binder(media_type)
    querystring = plan.operation.querystring
    places: list[tuple[str, str]] = [*plan.parameters]
    places += [] if querystring is None else [(querystring.location, querystring.name)]
    places += [("body", name) for name in plan.list_body_properties(media_type)]
    arguments = []
    call_types = CallTypes(call_schema)
    required_places = find_required_places(plan, call_schema)
    for location, wire_name in places:
        types = call_types.get_argument(location, wire_name)
        if not is_forbidden(types):
            argument = ArgumentDescription(
                name=_find_argument_name(binder, location, wire_name),
                wire_name=wire_name,
                location=location,
                types=types,
                is_required=(location, wire_name) in required_places,
                is_filled=(location, wire_name) in plan.filled_places,
            )
            arguments.append(argument)
    return arguments + _describe_members(binder, call_types)


def _describe_members(binder: Binder, call_types: CallTypes) -> list[ArgumentDescription]:
    """Return the members of parameters that may be given as arguments of their own."""
    arguments = []
    for name in binder.names:
        target = binder.get_member(name)
        if target is None:
            continue
        parameter = call_types.get_argument(target.location, target.parameter)
        types = parameter.find_member_types(target.member)
        if is_forbidden(types):
            continue
        python_name = to_snake_case(name)
        is_own = binder.get_member(python_name) == target
        argument = ArgumentDescription(
            name=python_name if is_own else name,
            wire_name=name,
            location=f"{target.location}, in {target.parameter}",
            types=types,
            is_required=False,
        )
        arguments.append(argument)
    return arguments


def _find_argument_name(binder: Binder, location: str, wire_name: str) -> str:
    """Return the name in snake_case if it means this place, else the wire name."""
    python_name = to_snake_case(wire_name)
    is_own = binder.targets.get(python_name) == (location, wire_name)
    return python_name if is_own else wire_name


def get_component_name(node: Node | None) -> str:
    """Return the name of the component that a schema refers to.

    It is `array of NAME` for an array of a component, and "" for neither.
    """
    if node is None or not isinstance(node.value, dict):
        return ""
    reference = node.value.get("$ref")
    if isinstance(reference, str):
        name = unquote(reference.rpartition("/")[2])
        return name.replace("~1", "/").replace("~0", "~")
    if not isinstance(node.value.get("items"), dict):
        return ""
    item_name = get_component_name(node.get_child("items"))
    return f"array of {item_name}" if item_name else ""


@dataclass(frozen=True)
class ResultDescription:
    """What a successful call returns.

    Attributes:
        status: the status, as the document writes it.
        component_name: the name of the component, "" if it has none.
        type_text: what the value is, in a few words.
        member_names: the properties of the object, or of the objects in the array.

    """

    status: str
    component_name: str
    type_text: str
    member_names: tuple[str, ...] = ()


def describe_results(plan: Plan) -> Iterator[ResultDescription]:
    """Yield what each success returns: JSON as data, other text as str, the rest as bytes."""
    responses = plan.operation.responses
    statuses = [status for status in responses if status.startswith("2")]
    if not statuses and "default" in responses:
        statuses = ["default"]
    for status in statuses:
        yield _describe_result(plan, status, responses[status])


def _describe_result(plan: Plan, status: str, response: Response) -> ResultDescription:
    name = media_types.choose_preferred(response.content)
    if name is None:
        return ResultDescription(status, "", "no body: None")
    entry = response.content[name]
    if media_types.takes_json(name) or entry.sequence_format is not None:
        return _describe_json_result(plan, status, entry)
    kind = "text: str" if media.is_text(name) else "bytes"
    return ResultDescription(status, "", f"{kind} ({name})")


def _describe_json_result(plan: Plan, status: str, entry: MediaType) -> ResultDescription:
    types = build_result_types(plan, entry)
    objects = types.item_types if types.is_array else types
    return ResultDescription(
        status=status,
        component_name=_get_result_name(entry),
        type_text=describe_type(types),
        member_names=tuple(list_member_names(objects)),
    )


def _get_result_name(entry: MediaType) -> str:
    if entry.item_schema is None:
        return get_component_name(entry.schema)
    item_name = get_component_name(entry.item_schema)
    return f"array of {item_name}" if item_name else ""


def build_result_types(plan: Plan, entry: MediaType) -> SchemaTypes:
    """Return what the data of a response may be, as its consumer reads them."""
    schema = plan.schemas.build_result_schema(entry, "consumer")
    return SchemaTypes(schema, schema.get("$defs", {}))


def list_security_schemes(formula: SecurityFormula) -> list[SecurityScheme]:
    """Return the security schemes of a formula, each once."""
    schemes: dict[str, SecurityScheme] = {}
    for alternative in formula:
        for requirement in alternative:
            schemes[requirement.scheme.key] = requirement.scheme
    return list(schemes.values())


def describe_credential_place(scheme: SecurityScheme) -> str:
    """Return where a credential goes: `apiKey in header Authorization`, `http bearer`."""
    if scheme.type == "apiKey":
        return f"apiKey in {scheme.location} {scheme.name}"
    return f"{scheme.type} {scheme.scheme}".strip()

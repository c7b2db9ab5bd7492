"""Query parameters that became the members of one object, or the reverse: the same bytes.

Source: OAS 3.1.1 Parameter Object, Style Examples: `form` with explode, and `deepObject`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dynclient.diffing.compare.comparison_context import ComparisonContext
from dynclient.diffing.compare.parameter_pairing import ParameterPair
from dynclient.diffing.compare.schema_changes import ComparedPart, SchemaComparer
from dynclient.diffing.decide.compatibility import WitnessBuilder, to_witness
from dynclient.diffing.decide.serialized_parameters import SerializedParameter
from dynclient.diffing.decide.text_containment import (
    find_text_incompatibilities,
    is_type_preserved,
)
from dynclient.diffing.findings import Finding
from dynclient.model import Parameter
from dynclient.schema.dialect import Schema
from dynclient.wire.schema_types import SchemaTypes


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters of one revision that are the members of an object in the other one.

    Attributes:
        owner: the parameter that is an object.
        members: name of a member → the parameter of the other revision.
        is_owner_old: whether the old revision has the object.

    """

    owner: Parameter
    members: dict[str, Parameter]
    is_owner_old: bool

    @property
    def is_any_member_required(self) -> bool:
        """Whether one of the parameters must be given."""
        return any(parameter.required for parameter in self.members.values())


class RegroupedParameterComparer:
    """Finds and compares the parameters of one operation that were put together or taken apart.

    Args:
        context: the operation, and who sends its parameters.
        schemas: compares schemas.

    """

    def __init__(self, context: ComparisonContext, schemas: SchemaComparer) -> None:
        self._context = context
        self._schemas = schemas

    def find_groups(self, pairs: Sequence[ParameterPair]) -> list[ParameterGroup]:
        """Return the groups among the parameters that one revision alone has."""
        only_old = [pair.old for pair in pairs if pair.old is not None and pair.new is None]
        only_new = [pair.new for pair in pairs if pair.new is not None and pair.old is None]
        return [
            *self._find_groups_of(only_old, only_new, is_owner_old=True),
            *self._find_groups_of(only_new, only_old, is_owner_old=False),
        ]

    def compare(self, group: ParameterGroup) -> Iterator[Finding]:
        """Yield that parameters are given in another way, and what their values are now."""
        yield self._build_regrouped(group)
        old_required, new_required = group.is_any_member_required, group.owner.required
        if group.is_owner_old:
            old_required, new_required = new_required, old_required
        if old_required != new_required:
            yield self._build_required_changed(group, is_required=new_required)
        yield from self._compare_values(group)

    # --- which parameters are members

    def _find_groups_of(
        self, owners: list[Parameter], others: list[Parameter], *, is_owner_old: bool
    ) -> Iterator[ParameterGroup]:
        free = {parameter.name: parameter for parameter in others if parameter.location == "query"}
        for owner in owners:
            if owner.location != "query" or owner.content or owner.name in free:
                continue
            members = self._find_members(owner, free, is_owner_old=is_owner_old)
            if members:
                yield ParameterGroup(owner, members, is_owner_old)
            for parameter in members.values():
                del free[parameter.name]

    def _find_members(
        self, owner: Parameter, others: Mapping[str, Parameter], *, is_owner_old: bool
    ) -> dict[str, Parameter]:
        """Return the parameters that are scalar members of an object, by the members' names."""
        members = {}
        for member, wire_name in self._list_members(owner, is_old=is_owner_old):
            parameter = others.get(wire_name)
            if parameter is not None and self._is_scalar(parameter, is_old=not is_owner_old):
                members[member] = parameter
        return members

    def _list_members(self, owner: Parameter, *, is_old: bool) -> list[tuple[str, str]]:
        """Return the scalar members of an object, each with the name that it has on the wire."""
        is_exploded = owner.style == "form" and owner.explode
        value_types = self._serialize(owner, is_old=is_old).value_types
        if not value_types.is_object or not (is_exploded or owner.style == "deepObject"):
            return []
        names = _list_scalar_members(value_types)
        if is_exploded:
            return [(name, name) for name in names]
        return [(name, f"{owner.name}[{name}]") for name in names]

    def _is_scalar(self, parameter: Parameter, *, is_old: bool) -> bool:
        if parameter.content:
            return False
        return self._serialize(parameter, is_old=is_old).is_scalar

    def _serialize(self, parameter: Parameter, *, is_old: bool) -> SerializedParameter:
        documents, direction = self._context.documents, self._context.exposure.direction
        schema = documents.translate(parameter.schema, direction, old=is_old)
        definitions = documents.get_definitions(direction, old=is_old)
        return SerializedParameter(parameter, schema, definitions)

    # --- findings

    def _build_regrouped(self, group: ParameterGroup) -> Finding:
        situation = "call" if self._context.old_sends else "webhook"
        first = next(iter(group.members.values()))
        member_names = [parameter.name for parameter in group.members.values()]
        nodes = (group.owner, first) if group.is_owner_old else (first, group.owner)
        documented: tuple[Any, Any] = (member_names, group.owner.name)
        if group.is_owner_old:
            documented = documented[::-1]
        return self._context.findings.build_finding(
            "parameters-regrouped", situation, f"query.{group.owner.name}", nodes, documented
        )

    def _build_required_changed(self, group: ParameterGroup, *, is_required: bool) -> Finding:
        situation = "required" if is_required else "optional"
        if not self._context.old_sends:
            situation = f"webhook-{situation}"
        return self._context.findings.build_finding(
            "parameter-required",
            situation,
            f"query.{group.owner.name}",
            documented=({"required": not is_required}, {"required": is_required}),
            places=(self._context.pair.old.place, self._context.pair.new.place),
            key=("regrouped-required", self._context.pair.old.key, group.owner.name),
        )

    def _compare_values(self, group: ParameterGroup) -> Iterator[Finding]:
        context = self._context
        owner_end = self._serialize(group.owner, is_old=group.is_owner_old)
        members_end = self._build_object(group)
        old_end, new_end = members_end, owner_end
        if group.is_owner_old:
            old_end, new_end = owner_end, members_end
        sender, reader = (old_end, new_end) if context.old_sends else (new_end, old_end)
        part = ComparedPart(
            exposure=context.exposure,
            operation_key=context.pair.old.key,
            where=f"query.{group.owner.name}",
            build_witness=self._make_witness_builder(group),
            call_path=("query",) if context.old_sends else (),
        )
        incompatibilities = None
        if not is_type_preserved(sender, reader):
            containment = context.documents.get_containment(context.exposure, "wire")
            incompatibilities = find_text_incompatibilities(sender, reader, containment)
        yield from self._schemas.compare(part, old_end.schema, new_end.schema, incompatibilities)

    def _build_object(self, group: ParameterGroup) -> SerializedParameter:
        """Return the parameters of a group as the one object that has the same bytes."""
        ends = {
            name: self._serialize(parameter, is_old=not group.is_owner_old)
            for name, parameter in group.members.items()
        }
        required = [name for name, parameter in group.members.items() if parameter.required]
        schema = {
            "type": "object",
            "properties": {name: end.schema for name, end in ends.items()},
            "required": required,
        }
        first = next(iter(group.members.values()))
        definitions = next(iter(ends.values())).defs
        return SerializedParameter(group.owner, Schema(schema, first.node.place), definitions)

    def _make_witness_builder(self, group: ParameterGroup) -> WitnessBuilder:
        if not self._context.old_sends:
            return lambda value: value
        call_builder = self._context.call_builder

        def build_witness(value: Any) -> Any:
            if group.is_owner_old:
                values = {group.owner.name: value}
            else:
                values = {
                    parameter.name: value[name]
                    for name, parameter in group.members.items()
                    if name in value
                }
            return to_witness(call_builder.build_with_parameters("query", values))

        return build_witness


def _list_scalar_members(value_types: SchemaTypes) -> list[str]:
    """Return the declared properties of an object whose values are neither arrays nor objects."""
    names: dict[str, None] = {}
    for part in value_types.subschemas:
        names |= dict.fromkeys(part.get("properties", ()))
    scalar_names = []
    for name in names:
        types = value_types.find_member_types(name).types
        if types and not types & {"array", "object"}:
            scalar_names.append(name)
    return scalar_names

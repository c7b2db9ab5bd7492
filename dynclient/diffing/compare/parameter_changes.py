"""Parameters of a call and headers of a result: their presence, serialization and values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dynclient.containment import NO_WITNESS, Incompatibility
from dynclient.diffing.compare.comparison_context import ComparisonContext
from dynclient.diffing.compare.parameter_pairing import (
    ParameterPair,
    find_template_variables,
    pair_parameters,
)
from dynclient.diffing.compare.regrouped_parameters import RegroupedParameterComparer
from dynclient.diffing.compare.schema_changes import ComparedPart, SchemaComparer
from dynclient.diffing.decide.compatibility import WitnessBuilder, to_witness
from dynclient.diffing.decide.serialized_parameters import (
    SerializedParameter,
    find_unreadable_values,
    generate_values,
    is_serialized_alike,
)
from dynclient.diffing.decide.text_containment import (
    find_text_incompatibilities,
    is_type_preserved,
)
from dynclient.diffing.findings import Finding
from dynclient.model import QUERYSTRING, Parameter
from dynclient.names import suggest


class ParameterComparer:
    """Compares the parameters of one operation, or the headers of its results.

    Args:
        context: the operation, and who sends its parameters.
        schemas: compares schemas.

    """

    def __init__(self, context: ComparisonContext, schemas: SchemaComparer) -> None:
        self._context = context
        self._schemas = schemas

    def compare(self) -> Iterator[Finding]:
        """Yield what is different between the parameters of both revisions."""
        pairs = pair_parameters(self._context.pair.old, self._context.pair.new)
        regrouped = RegroupedParameterComparer(self._context, self._schemas)
        for group in regrouped.find_groups(pairs):
            yield from regrouped.compare(group)
            parameters = [group.owner, *group.members.values()]
            pairs = [pair for pair in pairs if (pair.old or pair.new) not in parameters]
        renames = self._find_renames(pairs)
        for pair in pairs:
            yield from self._compare_pair(pair, renames)
        yield from self._find_reordered(pairs)

    def _compare_pair(
        self, pair: ParameterPair, renames: dict[str, Parameter]
    ) -> Iterator[Finding]:
        old, new = pair.old, pair.new
        if old is not None and new is not None:
            yield from self._compare_both(old, new)
        elif old is not None and old.name in renames:
            yield self._build_renamed(old, renames[old.name])
        elif old is not None:
            yield self._build_removed(old)
        elif new is not None and new not in renames.values():
            yield self._build_added(new)

    # --- which parameters there are

    def _find_renames(self, pairs: list[ParameterPair]) -> dict[str, Parameter]:
        """Return old name → new parameter where a similar name stands for the same values."""
        added = [pair.new for pair in pairs if pair.new is not None and pair.old is None]
        renames: dict[str, Parameter] = {}
        for pair in pairs:
            if pair.old is None or pair.new is not None:
                continue
            equivalents = {
                parameter.name: parameter
                for parameter in added
                if parameter not in renames.values() and self._is_equivalent(pair.old, parameter)
            }
            for name in suggest(pair.old.name, equivalents, 1):
                renames[pair.old.name] = equivalents[name]
        return renames

    def _is_equivalent(self, old: Parameter, new: Parameter) -> bool:
        """Tell whether two parameters differ in nothing but their names."""
        if old.location != new.location:
            return False
        old_end, new_end = self._serialize_old(old), self._serialize_new(new)
        finder = self._context.documents.get_edit_finder(self._context.exposure.direction)
        is_same_schema = finder.is_equivalent(old_end.schema, new_end.schema)
        return is_same_schema and is_serialized_alike(old_end, new_end)

    def _build_renamed(self, old: Parameter, new: Parameter) -> Finding:
        if not self._context.old_sends:
            return self._build_finding("parameter-renamed", "webhook", old, new)
        situation = "required" if new.required else "optional"
        finding = self._build_finding("parameter-renamed", situation, old, new)
        return self._add_undeclared_witness(finding, old)

    def _build_removed(self, old: Parameter) -> Finding:
        if not self._context.old_sends:
            return self._build_finding("parameter-removed", "webhook", old, None)
        finding = self._build_finding("parameter-removed", "call", old, None)
        return self._add_undeclared_witness(finding, old)

    def _add_undeclared_witness(self, finding: Finding, old: Parameter) -> Finding:
        """Return a finding with a call that gives a parameter which is no longer declared."""
        value = next(generate_values(self._serialize_old(old)), NO_WITNESS)
        if value is NO_WITNESS:
            return finding
        call = self._context.call_builder.build_with_parameter(old.location, old.name, value)
        return finding.add_witness(call, f"{old.location}.{old.name}: is not declared")

    def _build_added(self, new: Parameter) -> Finding:
        context = self._context
        # A variable of the old template had to be given before, declared or not.
        was_in_path = new.location == "path" and new.name in find_template_variables(
            context.pair.old
        )
        if was_in_path or not new.required or not context.old_sends:
            return self._build_finding("parameter-added", "optional", None, new)
        finding = self._build_finding("parameter-added", "required", None, new)
        return finding.add_witness(
            context.call_builder.build_smallest(), f"missing {new.location}.{new.name}"
        )

    def _find_reordered(self, pairs: list[ParameterPair]) -> Iterator[Finding]:
        """Yield that path arguments, which can be given by position, stand in another order."""
        old, new = self._context.pair.old, self._context.pair.new
        if self._context.pair.matches_wire or not self._context.old_sends:
            return
        old_names, new_names = find_template_variables(old), find_template_variables(new)
        is_reordered = old_names != new_names and sorted(old_names) == sorted(new_names)
        has_removed = any(pair.old is not None and pair.new is None for pair in pairs)
        if is_reordered and not has_removed:
            yield self._context.findings.build_finding(
                "parameter-reordered", "", "path", (old, new), (old_names, new_names)
            )

    # --- one parameter in both revisions

    def _compare_both(self, old: Parameter, new: Parameter) -> Iterator[Finding]:
        is_moved = old.location != new.location
        if is_moved:
            yield self._build_moved(old, new)
        elif old.name != new.name and old.location == "path":
            situation = "path" if self._context.old_sends else "webhook-path"
            yield self._build_finding("parameter-renamed", situation, old, new)
        if old.required != new.required:
            yield self._build_required_changed(old, new)
        if old.deprecated != new.deprecated:
            situation = "deprecated" if new.deprecated else "reinstated"
            yield self._build_finding("parameter-deprecated", situation, old, new)
        if not is_moved:
            yield from self.compare_serialization(old, new)

    def _build_moved(self, old: Parameter, new: Parameter) -> Finding:
        situation = "moved-required" if new.required else "moved-optional"
        if not self._context.old_sends:
            situation = f"webhook-{situation}"
        finding = self._build_finding(
            "parameter-wire",
            situation,
            old,
            new,
            old_location=old.location,
            new_location=new.location,
        )
        return replace(finding, documented=({"in": old.location}, {"in": new.location}))

    def _build_required_changed(self, old: Parameter, new: Parameter) -> Finding:
        situation = "required" if new.required else "optional"
        if not self._context.old_sends:
            situation = f"webhook-{situation}"
        finding = self._build_finding("parameter-required", situation, old, new)
        if situation != "required":
            return finding
        call = self._context.call_builder.build_without_parameter(old.location, old.name)
        return finding.add_witness(call, f"missing {new.location}.{new.name}")

    # --- its serialization, and its values

    def compare_serialization(self, old: Parameter, new: Parameter) -> Iterator[Finding]:
        """Yield what is different in how a parameter is written and in what values it may have."""
        context = self._context
        old_end, new_end = self._serialize_old(old), self._serialize_new(new)
        if old.location == "query" and _allows_empty_value(new):
            # The empty text is accepted whatever the schemas say, so they are compared without it.
            old_end, new_end = old_end.without_empty_value, new_end.without_empty_value
        sender, reader = (old_end, new_end) if context.old_sends else (new_end, old_end)
        part = ComparedPart(
            exposure=context.exposure,
            operation_key=context.pair.old.key,
            where=f"{old.location}.{old.name}",
            build_witness=self._make_witness_builder(old),
            call_path=_get_call_path(old) if context.old_sends else (),
        )
        incompatibilities: tuple[Incompatibility, ...] | None = None
        if not is_serialized_alike(sender, reader):
            yield self._build_serialization_changed(part, old, new, sender, reader)
            incompatibilities = ()  # the texts were compared, so the values need not be
        else:
            yield from self._compare_flags(old, new)
            if not is_type_preserved(sender, reader):
                containment = context.documents.get_containment(context.exposure, "wire")
                incompatibilities = find_text_incompatibilities(sender, reader, containment)
        yield from self._schemas.compare(part, old_end.schema, new_end.schema, incompatibilities)

    def _serialize_old(self, parameter: Parameter) -> SerializedParameter:
        return self._serialize(parameter, old=True)

    def _serialize_new(self, parameter: Parameter) -> SerializedParameter:
        return self._serialize(parameter, old=False)

    def _serialize(self, parameter: Parameter, *, old: bool) -> SerializedParameter:
        documents, direction = self._context.documents, self._context.exposure.direction
        schemas = documents.schemas[old]
        definitions = documents.get_definitions(direction, old=old)
        schema = documents.translate(parameter.schema, direction, old=old)
        if parameter.location == QUERYSTRING:
            schema = schemas.translate_querystring(parameter)
        end = SerializedParameter(parameter, schema, definitions)
        if parameter.location == "path" and not schemas.allows_empty_text(parameter):
            return end.without_empty_value  # an empty path value is no call
        return end

    def _make_witness_builder(self, parameter: Parameter) -> WitnessBuilder:
        name, location = parameter.name, parameter.location
        if not self._context.old_sends:
            return lambda value: {name: value}
        call_builder = self._context.call_builder
        return lambda value: to_witness(call_builder.build_with_parameter(location, name, value))

    def _compare_flags(self, old: Parameter, new: Parameter) -> Iterator[Finding]:
        is_query = old.location == "query"
        if is_query and _allows_empty_value(old) != _allows_empty_value(new):
            yield self._build_empty_value_changed(old, new)
        if old.allow_reserved != new.allow_reserved:
            finding = self._build_finding("parameter-wire", "allow-reserved", old, new)
            old_flag = {"allowReserved": old.allow_reserved}
            yield replace(finding, documented=(old_flag, {"allowReserved": new.allow_reserved}))

    def _build_empty_value_changed(self, old: Parameter, new: Parameter) -> Finding:
        """Return the finding that the empty text is no longer allowed, or is now, by the flag."""
        is_refused = False
        if self._context.old_sends and _allows_empty_value(old):
            reader = self._serialize_new(new)
            is_refused = not reader.build_checker().accepts("")
        situation = "empty-value-refused" if is_refused else "empty-value-accepted"
        finding = replace(
            self._build_finding("parameter-wire", situation, old, new),
            documented=(
                {"allowEmptyValue": _allows_empty_value(old)},
                {"allowEmptyValue": _allows_empty_value(new)},
            ),
        )
        if not is_refused:
            return finding
        call = self._context.call_builder.build_with_parameter(old.location, old.name, "")
        return finding.add_witness(call, f"got '' for {old.name}")

    def _build_serialization_changed(
        self,
        part: ComparedPart,
        old: Parameter,
        new: Parameter,
        sender: SerializedParameter,
        reader: SerializedParameter,
    ) -> Finding:
        documented = (_describe_serialization(old), _describe_serialization(new))
        for value in find_unreadable_values(sender, reader):
            witness = part.build_witness(value)
            if witness is not NO_WITNESS:
                is_new_reader = self._context.old_sends
                situation = "misread-by-new-reader" if is_new_reader else "misread-by-old-reader"
                finding = self._build_finding("parameter-wire", situation, old, new)
                finding = finding.add_witness(witness, "another value, or none, is read")
                return replace(finding, documented=documented)
        finding = self._build_finding("parameter-wire", "undecided", old, new)
        return replace(finding, documented=documented, proof="unknown")

    def _build_finding(
        self,
        rule: str,
        situation: str,
        old: Parameter | None,
        new: Parameter | None,
        **details: Any,
    ) -> Finding:
        parameter = old or new
        assert parameter is not None
        return self._context.findings.build_finding(
            rule,
            situation,
            f"{parameter.location}.{parameter.name}",
            (old, new),
            (_describe_parameter(old), _describe_parameter(new)),
            **details,
        )


def _get_call_path(parameter: Parameter) -> tuple[str, ...]:
    """Return where the value of a parameter is in a call document."""
    is_whole_query = parameter.location == QUERYSTRING
    return (QUERYSTRING,) if is_whole_query else (parameter.location, parameter.name)


def _allows_empty_value(parameter: Parameter) -> bool:
    return parameter.node.get_flag("allowEmptyValue")


def _describe_serialization(parameter: Parameter) -> dict[str, Any]:
    if parameter.content:
        return {"content": parameter.content.name}
    description: dict[str, Any] = {"style": parameter.style, "explode": parameter.explode}
    if parameter.delimiters:
        description["delimiters"] = list(parameter.delimiters)
    return description


def _describe_parameter(parameter: Parameter | None) -> dict[str, Any] | None:
    if parameter is None:
        return None
    description: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.location,
        "required": parameter.required,
    }
    if parameter.deprecated:
        description["deprecated"] = True
    return description

"""Parameters of a call and headers of a result: which there are, how they are written, and what they may hold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dynclient.containment import NO_WITNESS, Incompatibility
from dynclient.diffing.change import Level
from dynclient.diffing.compare.operation_pairing import OperationPair, normalize_template
from dynclient.diffing.compare.schema_changes import ComparedPart, SchemaComparer
from dynclient.diffing.decide import serialized_parameters
from dynclient.diffing.decide.call_builder import CallBuilder
from dynclient.diffing.decide.compatibility import to_witness
from dynclient.diffing.decide.document_pair import DocumentPair, Exposure
from dynclient.diffing.decide.serialized_parameters import SerializedParameter
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.model import Operation, Parameter
from dynclient.names import suggest
from dynclient.plan.schemas import is_ignored_header
from dynclient.schema.dialect import bundle_schema
from dynclient.schema.engine import Checker

#: How many values have to fail before a format is said to take none.
_MAX_TRIED_VALUES = 5

_TEMPLATE_VARIABLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class ParameterPair:
    """A parameter of both revisions, or, with None on one side, of one only."""

    old: Parameter | None
    new: Parameter | None


def pair_parameters(old: Operation, new: Operation) -> list[ParameterPair]:
    """Return which parameter is which: those of the path by position, the others by place and name.

    Headers that the standard takes from elsewhere are left out. A parameter that moved to another place counts as the
    same one, since callers give it by its name.
    """
    mine, theirs = (_list_call_parameters(operation) for operation in (old, new))
    is_elsewhere_now = normalize_template(old.path) != normalize_template(new.path)
    found: list[ParameterPair] = []
    for one in mine:
        other = _find_counterpart(one, old, new, theirs, by_name=is_elsewhere_now)
        found.append(ParameterPair(one, other))
        theirs = [p for p in theirs if p is not other]
    moved = {p.name.lower(): p for p in theirs}
    for i, pair in enumerate(found):
        if pair.old is not None and pair.new is None and pair.old.name.lower() in moved:
            found[i] = ParameterPair(pair.old, moved.pop(pair.old.name.lower()))
    kept = [pair.new for pair in found]
    return found + [ParameterPair(None, p) for p in theirs if p not in kept]


def _list_call_parameters(operation: Operation) -> list[Parameter]:
    """Return the parameters that a call can give; what a template names and nobody declares promises nothing."""
    return [
        p
        for p in operation.parameters
        if not is_ignored_header(p) and p.node.pointer != operation.node.pointer
    ]


def find_template_variables(operation: Operation) -> list[str]:
    """Return the names in a path template, in order."""
    return _TEMPLATE_VARIABLE.findall(operation.path)


def _find_counterpart(
    one: Parameter, old: Operation, new: Operation, theirs: list[Parameter], *, by_name: bool
) -> Parameter | None:
    if one.location == "path" and not (
        by_name and any(p.location == "path" and p.name == one.name for p in theirs)
    ):
        mine, names = find_template_variables(old), find_template_variables(new)
        if len(mine) == len(names) and one.name in mine:
            name = names[mine.index(one.name)]
            return next((p for p in theirs if p.location == "path" and p.name == name), None)
    fold = str.lower if one.location == "header" else str
    return next(
        (p for p in theirs if p.location == one.location and fold(p.name) == fold(one.name)), None
    )


class ParameterComparer:
    """Compares the parameters of operations.

    Args:
        revisions: the documents.
        schemas: compares schemas.

    """

    def __init__(self, revisions: DocumentPair, schemas: SchemaComparer) -> None:
        self._documents = revisions
        self._schemas = schemas

    def compare(
        self, pair: OperationPair, flow: Exposure, caller: CallBuilder
    ) -> Iterator[Finding]:
        """Yield what is different between the parameters of an operation."""
        found = pair_parameters(pair.old, pair.new)
        heirs = self._find_renames(flow, found)
        for m in found:
            if m.old is not None and m.new is not None:
                yield from self._compare_pair(pair, flow, caller, m.old, m.new)
            elif m.old is not None and m.old.name in heirs:
                yield self._build_renamed(pair, flow, caller, m.old, heirs[m.old.name])
            elif m.old is not None:
                yield self._build_removed(pair, flow, caller, m.old)
            elif m.new is not None and m.new not in heirs.values():
                yield self._build_added(pair, flow, caller, m.new)
        yield from _find_reordered(pair, flow, found)

    def _find_renames(self, flow: Exposure, found: list[ParameterPair]) -> dict[str, Parameter]:
        """Return old name → new parameter of those that hold the same in the same place, under a near name."""
        gone = [m.old for m in found if m.old is not None and m.new is None]
        come = [m.new for m in found if m.new is not None and m.old is None]
        heirs: dict[str, Parameter] = {}
        for one in gone:
            alike = {
                p.name: p
                for p in come
                if p not in heirs.values() and self._is_equivalent(flow, one, p)
            }
            for name in suggest(one.name, alike, 1):
                heirs[one.name] = alike[name]
        return heirs

    def _is_equivalent(self, flow: Exposure, one: Parameter, other: Parameter) -> bool:
        mine, theirs = (
            self._get_serialized_parameter(one, old=True, flow=flow),
            self._get_serialized_parameter(other, old=False, flow=flow),
        )
        is_same = self._documents.get_edit_finder(flow.direction).is_equivalent(
            mine.schema, theirs.schema
        )
        return (
            one.location == other.location
            and is_same
            and serialized_parameters.is_serialized_alike(mine, theirs)
        )

    def _build_renamed(
        self,
        pair: OperationPair,
        flow: Exposure,
        caller: CallBuilder,
        old: Parameter,
        new: Parameter,
    ) -> Finding:
        if not flow.old_sends:
            return _build_parameter_finding(
                pair, flow, "parameter-renamed", old, new, "warning", "it comes by another name"
            )
        wire: Level = "breaking" if new.required else "warning"
        because = "programs that send it by the old name are " + (
            "refused, since the new one is asked for"
            if new.required
            else "not refused, and it is ignored; callers by name are refused"
        )
        made = _build_parameter_finding(
            pair, flow, "parameter-renamed", old, new, (wire, "breaking"), because
        )
        return self._add_undeclared_witness(made, caller, old)

    def _build_removed(
        self, pair: OperationPair, flow: Exposure, caller: CallBuilder, one: Parameter
    ) -> Finding:
        if not flow.old_sends:
            return _build_parameter_finding(
                pair, flow, "parameter-removed", one, None, "info", "it no longer comes"
            )
        because = (
            "programs that send it are not refused, and it is ignored; callers by name are refused"
        )
        made = _build_parameter_finding(
            pair, flow, "parameter-removed", one, None, ("warning", "breaking"), because
        )
        return self._add_undeclared_witness(made, caller, one)

    def _add_undeclared_witness(
        self, made: Finding, caller: CallBuilder, one: Parameter
    ) -> Finding:
        """Return a finding with a call that gives a parameter which is declared no more."""
        value = next(
            serialized_parameters.generate_values(self._get_serialized_parameter(one, old=True)),
            NO_WITNESS,
        )
        call = (
            None
            if value is NO_WITNESS
            else caller.build_with_parameter(one.location, one.name, value)
        )
        if call is None:
            return made
        return replace(
            made,
            proof="witness",
            witness=call,
            refusal=f"{one.location}.{one.name}: is not declared",
        )

    def _build_added(
        self, pair: OperationPair, flow: Exposure, caller: CallBuilder, one: Parameter
    ) -> Finding:
        is_named = one.location == "path" and one.name in find_template_variables(pair.old)
        if is_named or not (one.required and flow.old_sends):
            return _build_parameter_finding(
                pair, flow, "parameter-added", None, one, "info", "calls without it are in order"
            )
        return self._build_newly_required(
            pair, flow, "parameter-added", None, one, caller.build_smallest()
        )

    def _build_newly_required(
        self,
        pair: OperationPair,
        flow: Exposure,
        rule: str,
        old: Parameter | None,
        new: Parameter,
        call: Any,
    ) -> Finding:
        because = "a call without it was accepted before and is refused now"
        made = _build_parameter_finding(pair, flow, rule, old, new, "breaking", because)
        if call is None:
            return made
        return replace(
            made, proof="witness", witness=call, refusal=f"missing {new.location}.{new.name}"
        )

    def _compare_pair(
        self,
        pair: OperationPair,
        flow: Exposure,
        caller: CallBuilder,
        old: Parameter,
        new: Parameter,
    ) -> Iterator[Finding]:
        if old.location != new.location:
            yield self._build_moved(pair, flow, old, new)
        elif old.name != new.name and old.location == "path":
            because = "the request is the same; callers give it by another name"
            levels: tuple[Level, Level] = ("info", "breaking" if flow.old_sends else "info")
            yield _build_parameter_finding(
                pair, flow, "parameter-renamed", old, new, levels, because
            )
        if new.required and not old.required and flow.old_sends:
            yield self._build_newly_required(
                pair,
                flow,
                "parameter-required",
                old,
                new,
                caller.build_without_parameter(old.location, old.name),
            )
        elif new.required != old.required:
            level: Level = "info" if flow.old_sends or new.required else "breaking"
            because = "it need not be given any more" if old.required else "it always comes now"
            yield _build_parameter_finding(
                pair, flow, "parameter-required", old, new, level, because
            )
        if new.deprecated != old.deprecated:
            because = (
                "it is advised against" if new.deprecated else "it is no longer advised against"
            )
            yield _build_parameter_finding(
                pair, flow, "parameter-deprecated", old, new, "info", because
            )
        if old.location == new.location:
            yield from self.compare_serialization(pair, flow, caller, old, new)

    def _build_moved(
        self, pair: OperationPair, flow: Exposure, old: Parameter, new: Parameter
    ) -> Finding:
        because = f"it is looked for in the {new.location} and sent in the {old.location}"
        level: Level = "breaking" if new.required else "warning"
        code: Level = "breaking" if flow.old_sends else level
        made = _build_parameter_finding(
            pair, flow, "parameter-wire", old, new, (level, code), because
        )
        return replace(made, documented=({"in": old.location}, {"in": new.location}))

    # --- what it holds, and how it is written

    def compare_serialization(
        self,
        pair: OperationPair,
        flow: Exposure,
        caller: CallBuilder,
        old: Parameter,
        new: Parameter,
    ) -> Iterator[Finding]:
        """Yield what is different in how a parameter is written and in what it may hold."""
        ends = (
            self._get_serialized_parameter(old, old=True, flow=flow),
            self._get_serialized_parameter(new, old=False, flow=flow),
        )
        if old.location == "query" and _allows_empty_value(new):
            ends = ends[0].without_empty_value, ends[1].without_empty_value
        sender, reader = ends if flow.old_sends else ends[::-1]
        root = (str(old.location), old.name) if flow.old_sends else ()
        part = ComparedPart(
            flow,
            pair.old.key,
            f"{old.location}.{old.name}",
            self._make_witness_builder(flow, caller, old),
            call_path=root,
        )
        if serialized_parameters.is_serialized_alike(sender, reader):
            if old.location == "query" and _allows_empty_value(old) != _allows_empty_value(new):
                yield self._build_empty_value_changed(pair, flow, caller, old, new)
            if old.allow_reserved != new.allow_reserved:
                yield self._build_allow_reserved_changed(pair, flow, old, new)
            is_same = serialized_parameters.is_type_preserved(
                sender.schema, reader.schema, sender.defs, reader.defs
            )
            wire = None if is_same else self._find_text_incompatibilities(flow, sender, reader)
        else:
            yield self._build_serialization_changed(pair, flow, part, old, new, (sender, reader))
            wire = ()  # what is written in another way is judged by what is read
        yield from self._schemas.compare(part, ends[0].schema, ends[1].schema, wire)

    def _build_empty_value_changed(
        self,
        pair: OperationPair,
        flow: Exposure,
        caller: CallBuilder,
        old: Parameter,
        new: Parameter,
    ) -> Finding:
        """Tell that the empty text, which was allowed whatever the schema says, is not any more, or is now."""
        end = self._get_serialized_parameter(new, old=False, flow=flow)
        refuses = not Checker(bundle_schema(end.schema, end.defs)).accepts("")
        breaks = flow.old_sends and _allows_empty_value(old) and refuses
        because = (
            "an empty value was accepted before and is refused now"
            if breaks
            else "no value is refused for it"
        )
        level: Level = "breaking" if breaks else "info"
        said = (
            {"allowEmptyValue": _allows_empty_value(old)},
            {"allowEmptyValue": _allows_empty_value(new)},
        )
        made = replace(
            _build_parameter_finding(pair, flow, "parameter-wire", old, new, level, because),
            documented=said,
        )
        call = caller.build_with_parameter(old.location, old.name, "") if breaks else None
        return (
            made
            if call is None
            else replace(made, proof="witness", witness=call, refusal=f"got '' for {old.name}")
        )

    def _build_allow_reserved_changed(
        self, pair: OperationPair, flow: Exposure, old: Parameter, new: Parameter
    ) -> Finding:
        made = _build_parameter_finding(
            pair, flow, "parameter-wire", old, new, "info", "escaped or not, it reads as the same"
        )
        return replace(
            made,
            documented=(
                {"allowReserved": old.allow_reserved},
                {"allowReserved": new.allow_reserved},
            ),
        )

    def _make_witness_builder(self, flow: Exposure, caller: CallBuilder, one: Parameter) -> Any:
        if flow.old_sends:
            return lambda value: to_witness(
                caller.build_with_parameter(one.location, one.name, value)
            )
        return lambda value: {one.name: value}

    def _get_serialized_parameter(
        self, one: Parameter, *, old: bool, flow: Exposure | None = None
    ) -> SerializedParameter:
        direction = flow.direction if flow else "request"
        schema = self._documents.schemas[old].translate(one.schema, direction)
        return SerializedParameter(one, schema, self._documents.get_definitions(direction, old=old))

    def _find_text_incompatibilities(
        self, flow: Exposure, sender: SerializedParameter, reader: SerializedParameter
    ) -> tuple[Incompatibility, ...]:
        """Return the gaps between what is written and what is read, their witnesses as values of whoever writes."""
        single = serialized_parameters.is_scalar_read_as_array(reader.parameter)
        schema = serialized_parameters.translate_for_reader(
            sender.schema, sender.defs, reader.shape, single=single
        )
        judge = Checker(bundle_schema(reader.schema, reader.defs))
        inclusion = self._documents.get_containment(flow, "wire")
        found = tuple(
            _convert_witness_to_sender(gap, sender, reader, judge)
            for gap in inclusion.find_incompatibilities(schema, reader.schema)
        )
        return found or _find_type_incompatibility(sender, reader, judge)

    def _build_serialization_changed(
        self,
        pair: OperationPair,
        flow: Exposure,
        part: ComparedPart,
        old: Parameter,
        new: Parameter,
        ends: tuple[SerializedParameter, SerializedParameter],
    ) -> Finding:
        sender, reader = ends
        made = _build_parameter_finding(
            pair, flow, "parameter-wire", old, new, "info", "every value reads as before"
        )
        made = replace(
            made, documented=(_describe_serialization(old), _describe_serialization(new))
        )
        judge = Checker(bundle_schema(reader.schema, reader.defs))
        for value in serialized_parameters.generate_values(sender):
            if serialized_parameters.is_refused(
                sender, reader, value, judge
            ) or serialized_parameters.is_misread(sender, reader, value):
                witness = part.build_witness(value)
                if witness is not NO_WITNESS:
                    because = "what is written in the one way is not what the other way reads"
                    code: Level = "info" if flow.old_sends else "breaking"
                    return replace(made, wire="breaking", code=code, because=because, proof="witness",
                                   witness=witness, refusal="another value, or none, is read")  # fmt: skip
        because = (
            "it could not be decided whether every value reads as before: all that were tried do"
        )
        return replace(made, wire="warning", proof="unknown", because=because)


def _convert_witness_to_sender(
    gap: Incompatibility, sender: SerializedParameter, reader: SerializedParameter, judge: Checker
) -> Incompatibility:
    """Return a gap whose witness is a value of the sender, unknown where that one is read after all."""
    if gap.verdict != "refuted" or gap.witness is NO_WITNESS:
        return gap
    value = _convert_to_sender_value(gap.witness, sender)
    if serialized_parameters.is_refused(sender, reader, value, judge):
        return replace(gap, witness=value)
    because = "the text that was tried is understood"
    return replace(gap, verdict="unknown", witness=NO_WITNESS, reason=because)


def _find_type_incompatibility(
    sender: SerializedParameter, reader: SerializedParameter, judge: Checker
) -> tuple[Incompatibility, ...]:
    """Return a gap where no value of another type makes a text of the format that the reader looks for.

    A format is an annotation to whoever sends text. A number that is read as text has none.
    """
    if sender.shape.types & reader.shape.types or "string" in sender.shape.types:
        return ()
    tried = list(itertools.islice(serialized_parameters.generate_values(sender), _MAX_TRIED_VALUES))
    if tried and all(
        serialized_parameters.is_refused(sender, reader, value, judge) for value in tried
    ):
        mine, theirs = (getattr(end.schema, "place", None) for end in (sender, reader))
        said = (sorted(sender.shape.types), sorted(reader.shape.types))
        return (
            Incompatibility(
                "refuted",
                "type",
                (),
                *said,
                subschema_place=mine,
                superschema_place=theirs,
                witness=tried[0],
            ),
        )
    return ()


def _convert_to_sender_value(found: Any, sender: SerializedParameter) -> Any:
    """Return the value of a sender that becomes what was found in its text."""
    shape = sender.shape
    if isinstance(found, list) and not shape.is_array and len(found) == 1:
        found = found[0]
    if isinstance(found, list):
        return [shape.item_types.parse_text(v) if isinstance(v, str) else v for v in found]
    if isinstance(found, dict):
        return {
            k: shape.find_member_types(k).parse_text(v) if isinstance(v, str) else v
            for k, v in found.items()
        }
    return shape.parse_text(found) if isinstance(found, str) else found


def _allows_empty_value(one: Parameter) -> bool:
    return one.node.get_flag("allowEmptyValue")


def _describe_serialization(one: Parameter) -> dict[str, Any]:
    if one.content:
        return {"content": one.content.name}
    return {"style": one.style, "explode": one.explode}


def _find_reordered(
    pair: OperationPair, flow: Exposure, found: list[ParameterPair]
) -> Iterator[Finding]:
    """Tell path arguments that may be given by position and stand in another order now."""
    mine, theirs = find_template_variables(pair.old), find_template_variables(pair.new)
    is_whole = all(m.new is not None for m in found if m.old is not None)
    if (
        flow.old_sends
        and not pair.matches_wire
        and is_whole
        and mine != theirs
        and sorted(mine) == sorted(theirs)
    ):
        because = "positional arguments go to other places"
        about = FindingContext(pair.old.key, "call")
        levels: tuple[Level, Level] = ("none", "breaking")
        yield about.build_finding(
            "parameter-reordered", levels, "path", (pair.old, pair.new), (mine, theirs), because
        )


def _build_parameter_finding(
    pair: OperationPair, flow: Exposure, rule: str, old: Parameter | None, new: Parameter | None,
    levels: Level | tuple[Level, Level], because: str,
) -> Finding:  # fmt: skip
    """Return a finding of a parameter."""
    one = old or new
    assert one is not None
    where, said = f"{one.location}.{one.name}", (_describe_parameter(old), _describe_parameter(new))
    return FindingContext(pair.old.key, flow.side).build_finding(
        rule, levels, where, (old, new), said, because
    )


def _describe_parameter(one: Parameter | None) -> Any:
    if one is None:
        return None
    found: dict[str, Any] = {"name": one.name, "in": one.location, "required": one.required}
    return {**found, **({"deprecated": True} if one.deprecated else {})}

"""Parameters of a call and headers of a result: which there are, how they are written, and what they may hold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dynclient.changes import texts
from dynclient.changes.callers import Caller
from dynclient.changes.change import Level
from dynclient.changes.findings import About, Finding
from dynclient.changes.pairing import Pair, template
from dynclient.changes.revisions import Flow, Revisions
from dynclient.changes.schemas import Part, SchemaChanges
from dynclient.changes.texts import End
from dynclient.changes.verdicts import shown
from dynclient.model import Operation, Parameter
from dynclient.names import near
from dynclient.plan.schemas import is_elsewhere
from dynclient.schema.dialect import bundled
from dynclient.schema.engine import Checker
from dynclient.schema.subsumption import ABSENT, Gap

#: How many values have to fail before a format is said to take none.
_TRIED = 5

_VARIABLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Matched:
    """A parameter of both revisions, or, with None on one side, of one only."""

    old: Parameter | None
    new: Parameter | None


def matched(old: Operation, new: Operation) -> list[Matched]:
    """Return which parameter is which: those of the path by position, the others by place and name.

    Headers that the standard takes from elsewhere are left out. A parameter that moved to another place counts as the
    same one, since callers give it by its name.
    """
    mine, theirs = (_known(operation) for operation in (old, new))
    is_elsewhere_now = template(old.path) != template(new.path)
    found: list[Matched] = []
    for one in mine:
        other = _partner(one, old, new, theirs, by_name=is_elsewhere_now)
        found.append(Matched(one, other))
        theirs = [p for p in theirs if p is not other]
    moved = {p.name.lower(): p for p in theirs}
    for i, pair in enumerate(found):
        if pair.old is not None and pair.new is None and pair.old.name.lower() in moved:
            found[i] = Matched(pair.old, moved.pop(pair.old.name.lower()))
    kept = [pair.new for pair in found]
    return found + [Matched(None, p) for p in theirs if p not in kept]


def _known(operation: Operation) -> list[Parameter]:
    """Return the parameters that a call can give; what a template names and nobody declares promises nothing."""
    return [
        p
        for p in operation.parameters
        if not is_elsewhere(p) and p.node.pointer != operation.node.pointer
    ]


def variables(operation: Operation) -> list[str]:
    """Return the names in a path template, in order."""
    return _VARIABLE.findall(operation.path)


def _partner(
    one: Parameter, old: Operation, new: Operation, theirs: list[Parameter], *, by_name: bool
) -> Parameter | None:
    if one.location == "path" and not (
        by_name and any(p.location == "path" and p.name == one.name for p in theirs)
    ):
        mine, names = variables(old), variables(new)
        if len(mine) == len(names) and one.name in mine:
            name = names[mine.index(one.name)]
            return next((p for p in theirs if p.location == "path" and p.name == name), None)
    fold = str.lower if one.location == "header" else str
    return next(
        (p for p in theirs if p.location == one.location and fold(p.name) == fold(one.name)), None
    )


class ParameterChanges:
    """Compares the parameters of operations.

    Args:
        revisions: the documents.
        schemas: compares schemas.

    """

    def __init__(self, revisions: Revisions, schemas: SchemaChanges) -> None:
        self._revisions = revisions
        self._schemas = schemas

    def findings(self, pair: Pair, flow: Flow, caller: Caller) -> Iterator[Finding]:
        """Yield what is different between the parameters of an operation."""
        found = matched(pair.old, pair.new)
        heirs = self._heirs(flow, found)
        for m in found:
            if m.old is not None and m.new is not None:
                yield from self._both(pair, flow, caller, m.old, m.new)
            elif m.old is not None and m.old.name in heirs:
                yield self._renamed(pair, flow, caller, m.old, heirs[m.old.name])
            elif m.old is not None:
                yield self._removed(pair, flow, caller, m.old)
            elif m.new is not None and m.new not in heirs.values():
                yield self._added(pair, flow, caller, m.new)
        yield from _reordered(pair, flow, found)

    def _heirs(self, flow: Flow, found: list[Matched]) -> dict[str, Parameter]:
        """Return old name → new parameter of those that hold the same in the same place, under a near name."""
        gone = [m.old for m in found if m.old is not None and m.new is None]
        come = [m.new for m in found if m.new is not None and m.old is None]
        heirs: dict[str, Parameter] = {}
        for one in gone:
            alike = {
                p.name: p for p in come if p not in heirs.values() and self._is_alike(flow, one, p)
            }
            for name in near(one.name, alike, 1):
                heirs[one.name] = alike[name]
        return heirs

    def _is_alike(self, flow: Flow, one: Parameter, other: Parameter) -> bool:
        mine, theirs = self._end(one, old=True, flow=flow), self._end(other, old=False, flow=flow)
        is_same = self._revisions.edits(flow.direction).equal(mine.schema, theirs.schema)
        return one.location == other.location and is_same and texts.is_written_alike(mine, theirs)

    def _renamed(
        self, pair: Pair, flow: Flow, caller: Caller, old: Parameter, new: Parameter
    ) -> Finding:
        if not flow.forward:
            return _finding(
                pair, flow, "parameter-renamed", old, new, "warning", "it comes by another name"
            )
        wire: Level = "breaking" if new.required else "warning"
        because = "programs that send it by the old name are " + (
            "refused, since the new one is asked for"
            if new.required
            else "not refused, and it is ignored; callers by name are refused"
        )
        made = _finding(pair, flow, "parameter-renamed", old, new, (wire, "breaking"), because)
        return self._undeclared(made, caller, old)

    def _removed(self, pair: Pair, flow: Flow, caller: Caller, one: Parameter) -> Finding:
        if not flow.forward:
            return _finding(
                pair, flow, "parameter-removed", one, None, "info", "it no longer comes"
            )
        because = (
            "programs that send it are not refused, and it is ignored; callers by name are refused"
        )
        made = _finding(
            pair, flow, "parameter-removed", one, None, ("warning", "breaking"), because
        )
        return self._undeclared(made, caller, one)

    def _undeclared(self, made: Finding, caller: Caller, one: Parameter) -> Finding:
        """Return a finding with a call that gives a parameter which is declared no more."""
        value = next(texts.values(self._end(one, old=True)), ABSENT)
        call = None if value is ABSENT else caller.with_parameter(one.location, one.name, value)
        if call is None:
            return made
        return replace(
            made,
            proof="witness",
            witness=call,
            refusal=f"{one.location}.{one.name}: is not declared",
        )

    def _added(self, pair: Pair, flow: Flow, caller: Caller, one: Parameter) -> Finding:
        is_named = one.location == "path" and one.name in variables(pair.old)
        if is_named or not (one.required and flow.forward):
            return _finding(
                pair, flow, "parameter-added", None, one, "info", "calls without it are in order"
            )
        return self._asked(pair, flow, "parameter-added", None, one, caller.base())

    def _asked(
        self, pair: Pair, flow: Flow, rule: str, old: Parameter | None, new: Parameter, call: Any
    ) -> Finding:
        because = "a call without it was accepted before and is refused now"
        made = _finding(pair, flow, rule, old, new, "breaking", because)
        if call is None:
            return made
        return replace(
            made, proof="witness", witness=call, refusal=f"missing {new.location}.{new.name}"
        )

    def _both(
        self, pair: Pair, flow: Flow, caller: Caller, old: Parameter, new: Parameter
    ) -> Iterator[Finding]:
        if old.location != new.location:
            yield self._moved(pair, flow, old, new)
        elif old.name != new.name and old.location == "path":
            because = "the request is the same; callers give it by another name"
            levels: tuple[Level, Level] = ("info", "breaking" if flow.forward else "info")
            yield _finding(pair, flow, "parameter-renamed", old, new, levels, because)
        if new.required and not old.required and flow.forward:
            yield self._asked(
                pair,
                flow,
                "parameter-required",
                old,
                new,
                caller.without_parameter(old.location, old.name),
            )
        elif new.required != old.required:
            level: Level = "info" if flow.forward or new.required else "breaking"
            because = "it need not be given any more" if old.required else "it always comes now"
            yield _finding(pair, flow, "parameter-required", old, new, level, because)
        if new.deprecated != old.deprecated:
            because = (
                "it is advised against" if new.deprecated else "it is no longer advised against"
            )
            yield _finding(pair, flow, "parameter-deprecated", old, new, "info", because)
        if old.location == new.location:
            yield from self.written(pair, flow, caller, old, new)

    def _moved(self, pair: Pair, flow: Flow, old: Parameter, new: Parameter) -> Finding:
        because = f"it is looked for in the {new.location} and sent in the {old.location}"
        level: Level = "breaking" if new.required else "warning"
        code: Level = "breaking" if flow.forward else level
        made = _finding(pair, flow, "parameter-wire", old, new, (level, code), because)
        return replace(made, said=({"in": old.location}, {"in": new.location}))

    # --- what it holds, and how it is written

    def written(
        self, pair: Pair, flow: Flow, caller: Caller, old: Parameter, new: Parameter
    ) -> Iterator[Finding]:
        """Yield what is different in how a parameter is written and in what it may hold."""
        ends = self._end(old, old=True, flow=flow), self._end(new, old=False, flow=flow)
        if old.location == "query" and _takes_nothing(new):
            ends = ends[0].without_nothing, ends[1].without_nothing
        sender, reader = ends if flow.forward else ends[::-1]
        root = (str(old.location), old.name) if flow.forward else ()
        part = Part(
            flow,
            pair.old.key,
            f"{old.location}.{old.name}",
            self._wrap(flow, caller, old),
            root=root,
        )
        if texts.is_written_alike(sender, reader):
            if old.location == "query" and _takes_nothing(old) != _takes_nothing(new):
                yield self._nothing(pair, flow, caller, old, new)
            if old.allow_reserved != new.allow_reserved:
                yield self._reserved(pair, flow, old, new)
            is_same = texts.is_read_as_it_was(
                sender.schema, reader.schema, sender.defs, reader.defs
            )
            wire = None if is_same else self._text_gaps(flow, sender, reader)
        else:
            yield self._rewritten(pair, flow, part, old, new, (sender, reader))
            wire = ()  # what is written in another way is judged by what is read
        yield from self._schemas.findings(part, ends[0].schema, ends[1].schema, wire)

    def _nothing(
        self, pair: Pair, flow: Flow, caller: Caller, old: Parameter, new: Parameter
    ) -> Finding:
        """Tell that the empty text, which was allowed whatever the schema says, is not any more, or is now."""
        end = self._end(new, old=False, flow=flow)
        refuses = not Checker(bundled(end.schema, end.defs)).accepts("")
        breaks = flow.forward and _takes_nothing(old) and refuses
        because = (
            "an empty value was accepted before and is refused now"
            if breaks
            else "no value is refused for it"
        )
        level: Level = "breaking" if breaks else "info"
        said = ({"allowEmptyValue": _takes_nothing(old)}, {"allowEmptyValue": _takes_nothing(new)})
        made = replace(_finding(pair, flow, "parameter-wire", old, new, level, because), said=said)
        call = caller.with_parameter(old.location, old.name, "") if breaks else None
        return (
            made
            if call is None
            else replace(made, proof="witness", witness=call, refusal=f"got '' for {old.name}")
        )

    def _reserved(self, pair: Pair, flow: Flow, old: Parameter, new: Parameter) -> Finding:
        made = _finding(
            pair, flow, "parameter-wire", old, new, "info", "escaped or not, it reads as the same"
        )
        return replace(
            made,
            said=({"allowReserved": old.allow_reserved}, {"allowReserved": new.allow_reserved}),
        )

    def _wrap(self, flow: Flow, caller: Caller, one: Parameter) -> Any:
        if flow.forward:
            return lambda value: shown(caller.with_parameter(one.location, one.name, value))
        return lambda value: {one.name: value}

    def _end(self, one: Parameter, *, old: bool, flow: Flow | None = None) -> End:
        direction = flow.direction if flow else "request"
        schema = self._revisions.schemas[old].open(one.schema, direction)
        return End(one, schema, self._revisions.defs(direction, old=old))

    def _text_gaps(self, flow: Flow, sender: End, reader: End) -> tuple[Gap, ...]:
        """Return the gaps between what is written and what is read, their witnesses as values of whoever writes."""
        single = texts.is_single_whole(reader.parameter)
        schema = texts.as_read(sender.schema, sender.defs, reader.shape, single=single)
        judge = Checker(bundled(reader.schema, reader.defs))
        inclusion = self._revisions.inclusion(flow, "wire")
        found = tuple(
            _as_sent(gap, sender, reader, judge) for gap in inclusion.gaps(schema, reader.schema)
        )
        return found or _foreign(sender, reader, judge)

    def _rewritten(
        self,
        pair: Pair,
        flow: Flow,
        part: Part,
        old: Parameter,
        new: Parameter,
        ends: tuple[End, End],
    ) -> Finding:
        sender, reader = ends
        made = _finding(
            pair, flow, "parameter-wire", old, new, "info", "every value reads as before"
        )
        made = replace(made, said=(_form(old), _form(new)))
        judge = Checker(bundled(reader.schema, reader.defs))
        for value in texts.values(sender):
            if texts.is_unread(sender, reader, value, judge) or texts.is_misread(
                sender, reader, value
            ):
                witness = part.wrap(value)
                if witness is not ABSENT:
                    because = "what is written in the one way is not what the other way reads"
                    code: Level = "info" if flow.forward else "breaking"
                    return replace(made, wire="breaking", code=code, because=because, proof="witness",
                                   witness=witness, refusal="another value, or none, is read")  # fmt: skip
        because = (
            "it could not be decided whether every value reads as before: all that were tried do"
        )
        return replace(made, wire="warning", proof="unknown", because=because)


def _as_sent(gap: Gap, sender: End, reader: End, judge: Checker) -> Gap:
    """Return a gap whose witness is a value of the sender, unknown where that one is read after all."""
    if gap.verdict != "refuted" or gap.witness is ABSENT:
        return gap
    value = _valued(gap.witness, sender)
    if texts.is_unread(sender, reader, value, judge):
        return replace(gap, witness=value)
    because = "the text that was tried is understood"
    return replace(gap, verdict="unknown", witness=ABSENT, because=because)


def _foreign(sender: End, reader: End, judge: Checker) -> tuple[Gap, ...]:
    """Return a gap where no value of another type makes a text of the format that the reader looks for.

    A format is an annotation to whoever sends text. A number that is read as text has none.
    """
    if sender.shape.types & reader.shape.types or "string" in sender.shape.types:
        return ()
    tried = list(itertools.islice(texts.values(sender), _TRIED))
    if tried and all(texts.is_unread(sender, reader, value, judge) for value in tried):
        mine, theirs = (getattr(end.schema, "place", None) for end in (sender, reader))
        said = (sorted(sender.shape.types), sorted(reader.shape.types))
        return (
            Gap(
                "refuted", "type", (), *said, narrow_place=mine, wide_place=theirs, witness=tried[0]
            ),
        )
    return ()


def _valued(found: Any, sender: End) -> Any:
    """Return the value of a sender that becomes what was found in its text."""
    shape = sender.shape
    if isinstance(found, list) and not shape.is_array and len(found) == 1:
        found = found[0]
    if isinstance(found, list):
        return [shape.item.value(v) if isinstance(v, str) else v for v in found]
    if isinstance(found, dict):
        return {k: shape.member(k).value(v) if isinstance(v, str) else v for k, v in found.items()}
    return shape.value(found) if isinstance(found, str) else found


def _takes_nothing(one: Parameter) -> bool:
    return one.node.flag("allowEmptyValue")


def _form(one: Parameter) -> dict[str, Any]:
    if one.content:
        return {"content": one.content.name}
    return {"style": one.style, "explode": one.explode}


def _reordered(pair: Pair, flow: Flow, found: list[Matched]) -> Iterator[Finding]:
    """Tell path arguments that may be given by position and stand in another order now."""
    mine, theirs = variables(pair.old), variables(pair.new)
    is_whole = all(m.new is not None for m in found if m.old is not None)
    if (
        flow.forward
        and not pair.wire
        and is_whole
        and mine != theirs
        and sorted(mine) == sorted(theirs)
    ):
        because = "positional arguments go to other places"
        about = About(pair.old.key, "call")
        levels: tuple[Level, Level] = ("none", "breaking")
        yield about.told(
            "parameter-reordered", levels, "path", (pair.old, pair.new), (mine, theirs), because
        )


def _finding(
    pair: Pair, flow: Flow, rule: str, old: Parameter | None, new: Parameter | None,
    levels: Level | tuple[Level, Level], because: str,
) -> Finding:  # fmt: skip
    """Return a finding of a parameter."""
    one = old or new
    assert one is not None
    where, said = f"{one.location}.{one.name}", (_said(old), _said(new))
    return About(pair.old.key, flow.side).told(rule, levels, where, (old, new), said, because)


def _said(one: Parameter | None) -> Any:
    if one is None:
        return None
    found: dict[str, Any] = {"name": one.name, "in": one.location, "required": one.required}
    return {**found, **({"deprecated": True} if one.deprecated else {})}

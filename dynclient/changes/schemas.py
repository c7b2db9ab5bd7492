"""What changed between two schemas, and whom it breaks: edits say what, the comparison of meanings says whether."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from dynclient.changes import wording
from dynclient.changes.change import Level, Proof
from dynclient.changes.edits import Edit
from dynclient.changes.findings import Finding
from dynclient.changes.keywords import CAUSES, Fact
from dynclient.changes.revisions import Flow, Reader, Revisions
from dynclient.changes.used import Usage
from dynclient.schema.dialect import Schema, bundled
from dynclient.schema.engine import Checker
from dynclient.schema.readings import closed
from dynclient.schema.samples import Sampler, Unsampled
from dynclient.schema.subsumption import ITEMS, KEYS, Gap
from dynclient.violations import Violation

#: Facts that no value is refused for.
_NOTES = ("default-changed", "format-changed", "schema-deprecated", "words-changed", "integer-size")

#: What a payload makes of a value in a part: (value) → witness, or None where there is none to be shown.
Wrap = Callable[[Any], Any]


@dataclass(frozen=True)
class Part:
    """A place of an operation whose schema is compared: its body, a parameter, a result.

    Attributes:
        flow: who sends.
        operation: the key of the operation.
        where: the place, as people read it.
        wrap: makes a whole witness of a value that the part may have.
        root: where in a call document the part is; () in a result.
        separator: what stands between `where` and a path in the value.

    """

    flow: Flow
    operation: str
    where: str
    wrap: Wrap = lambda value: value
    separator: str = "."
    root: tuple[str, ...] = ()

    @property
    def is_seen(self) -> bool:
        """Whether code shows what it does there: what it makes of errors and headers does not show."""
        return bool(self.root) or self.where.startswith("2")

    def at(self, path: tuple[str, ...]) -> str:
        """Return a place inside it."""
        inner = wording.path(path)
        return f"{self.where}{'' if inner.startswith('[') else self.separator}{inner}" if inner else self.where


class SchemaChanges:
    """Compares pairs of schemas of two revisions.

    Args:
        revisions: the documents.
        usage: what code uses of the API; None where that is not asked.

    """

    def __init__(self, revisions: Revisions, usage: Usage | None = None) -> None:
        self._revisions = revisions
        self._usage = usage
        self._checkers: dict[tuple[int, Flow, str], Checker] = {}

    def findings(
        self, part: Part, old: Schema | bool, new: Schema | bool, wire: tuple[Gap, ...] | None = None
    ) -> Iterator[Finding]:
        """Yield what is different between the schemas of a part, each with its verdict.

        Args:
            part: the place.
            old: its schema in the old document.
            new: its schema in the new one.
            wire: the gaps for deployed programs, where they are not those of the values themselves.

        """
        yield from self._told(part, old, new, self._gaps(part.flow, old, new, wire))

    def _gaps(self, flow: Flow, old: Any, new: Any, wire: tuple[Gap, ...] | None) -> dict[Reader, tuple[Gap, ...]]:
        sent, taken = self._ends(flow, old, new)
        if wire is None:
            wire = self._revisions.inclusion(flow, "wire").gaps(sent, taken)
        return {
            "wire": wire,
            "code": self._revisions.inclusion(flow, "code").gaps(sent, taken) if flow.forward else wire,
        }

    def _ends(self, flow: Flow, old: Any, new: Any) -> tuple[Any, Any]:
        """Return the schema of whoever sends and that of whoever reads."""
        sent, taken = (old, new) if flow.forward else (new, old)
        return sent, self._revisions.as_read(flow, taken)

    def _as_written(self, flow: Flow, old: Any, new: Any) -> dict[Reader, tuple[Gap, ...]]:
        """Return the gaps where a schema, closed, lets nothing be sent: then whoever sends must take it as written.

        Alternatives that overlap everywhere are such a case: what is closed fits several of them, or none. What is sent
        then still has only properties that an alternative declares.
        """
        sent, taken = self._ends(flow, old, new)
        if not _is_barren(closed(sent, self._revisions.defs(flow.direction, old=flow.forward), flow.direction)):
            return {}
        inclusion, both = self._revisions.as_written(flow, sent)
        found = tuple(gap for gap in inclusion.gaps(both, taken) if gap.verdict == "refuted")
        return {"wire": found, "code": found}

    def _told(self, part: Part, old: Any, new: Any, gaps: dict[Reader, tuple[Gap, ...]]) -> Iterator[Finding]:
        edits = self._revisions.edits(part.flow.direction).between(old, new)
        if not any(gaps.values()) and any(fact.rule == "alternatives-changed" for edit in edits for fact in edit.facts):
            gaps = self._as_written(part.flow, old, new) or gaps
        caused: dict[Any, dict[Reader, Gap]] = {}
        strays: dict[Any, dict[Reader, Gap]] = {}
        for reader, found in gaps.items():
            for gap in found:
                edit = cause(gap, edits, part.flow)
                group = strays if edit is None else caused
                key = (gap.rule, gap.name, gap.narrow_place, gap.wide_place) if edit is None else edit.key
                kept = group.setdefault(key, {}).get(reader)
                if kept is None or (kept.verdict == "unknown" and gap.verdict == "refuted"):
                    group[key][reader] = gap
        lines = self._lines(part, old, new)
        for edit in edits:
            made = self._edited(part, edit, caused.get(edit.key, {}), (old, new))
            yield made if lines is None else replace(made, used=tuple(lines.get(edit.key, ())))
        for key, by_reader in strays.items():
            yield self._stray(part, key, by_reader, (old, new))

    def _lines(self, part: Part, old: Any, new: Any) -> dict[Any, list[str]] | None:
        """Return the lines of code that meet each edit; None where nobody asks, or code cannot be seen to."""
        if self._usage is None or not part.is_seen:
            return None
        found: dict[Any, list[str]] = {}
        edits = self._revisions.edits(part.flow.direction)
        for line, path in self._usage.paths(part.operation, part.root, is_call=part.flow.forward):
            for key in edits.along(old, new, path):
                found.setdefault(key, []).append(line)
        return found

    def _edited(self, part: Part, edit: Edit, gaps: dict[Reader, Gap], schemas: tuple[Any, Any]) -> Finding:
        gap = _shown(gaps)
        fact = _fact(edit, gap)
        levels = self._levels(part.flow, fact, gaps, edit)
        proof: Proof = "rule" if gap is None else "witness" if gap.verdict == "refuted" else "unknown"
        size = fact.rule == "integer-size"
        # A size that appears in forty places is one remark on the whole document.
        key: Any = ("integer-size", fact.new) if size else ("schema", *edit.key)
        shown = self._witness(part, gap, schemas)
        made = Finding(key, fact.rule, levels["wire"], levels["code"], (part.operation,), part.flow.side)
        return replace(
            made,
            where=part.at(edit.path),
            said=(fact.old, fact.new),
            places=(edit.old_place, edit.new_place),
            because=wording.because(fact, part.flow, gap, _others(edit, fact)),
            **_proved(shown, proof),
        )

    def _stray(self, part: Part, key: Any, gaps: dict[Reader, Gap], schemas: tuple[Any, Any]) -> Finding:
        """Return the finding of a gap that no single edit explains."""
        gap = _shown(gaps)
        assert gap is not None
        said, places = (gap.narrow, gap.wide), (gap.narrow_place, gap.wide_place)
        if not part.flow.forward:
            said, places = said[::-1], places[::-1]
        fact = Fact("schema-changed", *said)
        levels = self._levels(part.flow, fact, gaps, None)
        made = Finding(("stray", *key), fact.rule, levels["wire"], levels["code"], (part.operation,), part.flow.side)
        return replace(
            made,
            where=part.at(gap.path),
            said=said,
            places=places,
            because=wording.because(fact, part.flow, gap, ()),
            **_proved(self._witness(part, gap, schemas), "witness"),
        )

    def _levels(self, flow: Flow, fact: Fact, gaps: dict[Reader, Gap], edit: Edit | None) -> dict[Reader, Level]:
        """Return how much it matters to each reader; where code's own verdict is open, deployed programs' holds for it.

        What the new document refuses as a consumer it refuses as a producer, too.
        """
        wire, code = gaps.get("wire"), gaps.get("code")
        if wire is not None and wire.verdict == "refuted" and code is not None and code.verdict == "unknown":
            code = wire
        return {"wire": self._level(flow, fact, wire, edit), "code": self._level(flow, fact, code, edit)}

    def _level(self, flow: Flow, fact: Fact, gap: Gap | None, edit: Edit | None) -> Level:
        if gap is None:
            return harmless(fact, flow)
        if gap.verdict == "unknown":
            return "warning"
        return (
            "info" if self._revisions.choices.open_enums and edit is not None and _is_open(fact, edit) else "breaking"
        )

    def _witness(self, part: Part, gap: Gap | None, schemas: tuple[Any, Any]) -> tuple[Any, str] | None:
        """Return the whole witness of a gap and what the refusing side says of it; None where there is none."""
        if gap is None or gap.verdict != "refuted":
            return None
        whole = part.wrap(gap.witness)
        if whole is None:
            return None
        return whole, self._refusal(part.flow, gap, schemas)

    def _refusal(self, flow: Flow, gap: Gap, schemas: tuple[Any, Any]) -> str:
        taken = schemas[1] if flow.forward else schemas[0]
        for reader in ("wire", "code"):
            violations = self._taking(taken, flow, reader).violations(gap.witness)
            if violations:
                return str(next((v for v in violations if _is_of(v, gap)), violations[0]))
        return ""

    def _taking(self, schema: Any, flow: Flow, reader: str) -> Checker:
        key = (id(schema), flow, reader)
        if key not in self._checkers:
            defs = self._revisions.reader_defs(flow)
            read = self._revisions.as_read(flow, schema)
            is_closed = reader == "code" and flow.forward
            self._checkers[key] = Checker(closed(read, defs, flow.direction) if is_closed else bundled(read, defs))
        return self._checkers[key]


def _proved(shown: tuple[Any, str] | None, proof: Proof) -> dict[str, Any]:
    """Return what a finding says of its proof; a break of which nothing can be shown is unknown."""
    if shown is None:
        return {"proof": "unknown" if proof == "witness" else proof}
    return {"proof": proof, "witness": shown[0], "refusal": shown[1]}


def _is_barren(root: Schema) -> bool:
    """Tell whether no value of a schema is found."""
    try:
        Sampler(root, compile_schema=lambda part: Checker(part).accepts).sample(optional="none")
    except Unsampled:
        return True
    return False


def _is_of(violation: Violation, gap: Gap) -> bool:
    """Tell whether a violation is of the place that a gap is about."""
    steps = [ITEMS if isinstance(step, int) else step for step in violation.path]
    return len(steps) >= len(gap.path) and all(a in (b, KEYS) for a, b in zip(gap.path, steps, strict=False))


def cause(gap: Gap, edits: Iterable[Edit], flow: Flow) -> Edit | None:
    """Return the edit that a gap comes from: at the same place, of a kind that can refuse so; None where none is."""
    places = (gap.narrow_place, gap.wide_place) if flow.forward else (gap.wide_place, gap.narrow_place)
    likely = [edit for edit in edits if _can_refuse(edit)]
    if gap.name:
        found = [e for e in likely if gap.name in (e.name, e.renamed) and _is_at(e, places)]
        found = found or [e for e in likely if e.path == gap.path]
    else:
        found = [e for e in likely if not e.name and _is_at(e, places, both=True)]
        found = found or [e for e in likely if not e.name and _is_at(e, places)]
        found = _of_kind(found, gap.rule) or found
    exact = [e for e in found if e.path == gap.path]
    return next(iter(exact or found), None) or _around(gap, likely)


def _of_kind(edits: list[Edit], rule: str) -> list[Edit]:
    kinds = CAUSES.get(rule, ())
    return [edit for edit in edits if any(fact.rule in kinds for fact in edit.facts)]


def _is_at(edit: Edit, places: tuple[Any, Any], *, both: bool = False) -> bool:
    at = (places[0] in edit.olds, places[1] in edit.news)
    return all(at) if both else any(at)


def _around(gap: Gap, edits: list[Edit]) -> Edit | None:
    """Return the nearest edit around a gap that may show inside: other alternatives or conditions, another member."""
    wide = ("alternatives-changed", "condition-changed", "additional-changed", "type-changed", "items-changed",
            "property-added", "property-removed", "property-renamed")  # fmt: skip
    found = [
        edit
        for edit in edits
        if gap.path[: len(edit.path)] == edit.path and any(fact.rule in wide for fact in edit.facts)
    ]
    return max(found, key=lambda edit: len(edit.path), default=None)


def _can_refuse(edit: Edit) -> bool:
    return any(fact.rule not in _NOTES for fact in edit.facts)


def _fact(edit: Edit, gap: Gap | None) -> Fact:
    """Return the fact that names an edit: the one that refuses, else the first that is no note, else the first."""
    kinds = CAUSES.get(gap.rule, ()) if gap else ()
    by_kind = (fact for kind in kinds for fact in edit.facts if fact.rule == kind)
    plain = (fact for fact in edit.facts if fact.rule not in _NOTES)
    return next(by_kind, None) or next(plain, None) or edit.facts[0]


def _others(edit: Edit, fact: Fact) -> tuple[Fact, ...]:
    return tuple(other for other in edit.facts if other is not fact)


def _shown(gaps: dict[Reader, Gap]) -> Gap | None:
    """Return the gap that shows most: one with a witness, deployed programs' before callers'."""
    found = [gaps[reader] for reader in ("wire", "code") if reader in gaps]
    return next((gap for gap in found if gap.verdict == "refuted"), next(iter(found), None))


def harmless(fact: Fact, flow: Flow) -> Level:
    """Return how much a change matters that is proved to break nobody."""
    if fact.rule == "integer-size":
        narrows = fact.new == "int64" if flow.forward else fact.old == "int64"
        return "warning" if narrows else "info"
    return "warning" if wording.surprise(fact, flow) else "info"


def _is_open(fact: Fact, edit: Edit) -> bool:
    return fact.rule == "values-changed" and edit.is_open

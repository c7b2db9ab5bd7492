"""How to make a schema refuse, and what a value that was refused teaches about the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from dynclient.schema.samples.known import Known
from dynclient.schema.samples.negations import negations
from dynclient.schema.samples.shapes import NOTES, Extra, Schema, Shape, pick


@dataclass(frozen=True, slots=True)
class Lessons:
    """Teaches one attempt.

    Attributes:
        known: what is known of the schema.
        random: where chance comes from.
        spend: takes steps off the budget.

    """

    known: Known
    random: Random
    spend: Callable[[int], None]

    def of(self, shape: Shape, found: Any) -> tuple[Schema, ...]:
        """Say what a refused value teaches: which conditions hold, and which branches must be made to refuse."""
        lessons: list[Schema] = []
        for leaf in shape.leaves:
            accepting = [b for b in leaf.get("oneOf", ()) if self._holds(b, found)]
            if len(accepting) > 1:
                keep = next(
                    (b for b in accepting if any(b is other for other in shape.leaves)),
                    accepting[0],
                )
                lessons += [keep, *(self._refusing(b, shape) for b in accepting if b is not keep)]
        for leaf in (
            shape.leaves if not lessons else ()
        ):  # once the branch is sure, the conditions are asked again
            turned = "else" in leaf and self.random.random() < 0.5  # noqa: PLR2004 (the other way round may be the only one)
            if "if" in leaf and (turned or self._holds(leaf["if"], found)):
                lessons += [leaf["if"], leaf.get("then", True)]
            elif "else" in leaf:
                lessons += [leaf["else"], Extra({"not": leaf["if"]})]
        return tuple(lessons)

    def _refusing(self, branch: Schema, shape: Shape) -> Schema:
        """Return a schema that makes a branch refuse and goes together with a shape, as far as one can see."""
        ways = negations(branch, self.known.resolve)
        return pick([way for way in ways if self._goes_with(way, shape)] or ways, self.random)  # type: ignore[no-any-return]

    def _goes_with(self, way: Schema, shape: Shape) -> bool:
        if isinstance(way, bool):
            return way
        self.spend(1)
        if "type" in way:
            return not shape.allowed.isdisjoint(way["type"])
        for name, sub in way.get("properties", {}).items():
            if sub is False:
                return name not in shape.required
            parts = shape.parts(name, self.known.matches)
            return False not in parts and self._can_differ(parts, sub["not"])
        return True

    def _can_differ(self, parts: tuple[Schema, ...], other: Schema) -> bool:
        """Return False where every value of some parts is surely a value of the other schema too."""
        mine, theirs = self.known.plain(parts), self.known.plain((other,))
        if mine is None or theirs is None:
            return True
        by_type_only = all(key == "type" or key in NOTES for leaf in theirs.leaves for key in leaf)
        return not by_type_only or not mine.allowed <= theirs.allowed

    def _holds(self, schema: Schema, found: Any) -> bool:
        self.spend(1)
        return self.known.check((schema,))(found)

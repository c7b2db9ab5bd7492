"""How to make a schema refuse, and what a value that was refused teaches about the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from dynclient.generate.merged_schema import (
    NON_ASSERTING_KEYWORDS,
    JsonSchema,
    MergedSchema,
    SyntheticSchema,
    pick,
)
from dynclient.generate.negated_schemas import list_negations
from dynclient.generate.schema_cache import SchemaCache


@dataclass(frozen=True, slots=True)
class ConflictAnalyzer:
    """Teaches one attempt.

    Attributes:
        known: what is known of the schema.
        random: where chance comes from.
        spend: takes steps off the budget.

    """

    cache: SchemaCache
    random: Random
    spend: Callable[[int], None]

    def analyze(self, shape: MergedSchema, found: Any) -> tuple[JsonSchema, ...]:
        """Say what a refused value teaches: which conditions hold, and which branches must be made to refuse."""
        lessons: list[JsonSchema] = []
        for leaf in shape.conjuncts:
            accepting = [b for b in leaf.get("oneOf", ()) if self._is_satisfied(b, found)]
            if len(accepting) > 1:
                keep = next(
                    (b for b in accepting if any(b is other for other in shape.conjuncts)),
                    accepting[0],
                )
                lessons += [
                    keep,
                    *(self._choose_negation(b, shape) for b in accepting if b is not keep),
                ]
        for leaf in (
            shape.conjuncts if not lessons else ()
        ):  # once the branch is sure, the conditions are asked again
            turned = "else" in leaf and self.random.random() < 0.5  # noqa: PLR2004 (the other way round may be the only one)
            if "if" in leaf and (turned or self._is_satisfied(leaf["if"], found)):
                lessons += [leaf["if"], leaf.get("then", True)]
            elif "else" in leaf:
                lessons += [leaf["else"], SyntheticSchema({"not": leaf["if"]})]
        return tuple(lessons)

    def _choose_negation(self, branch: JsonSchema, shape: MergedSchema) -> JsonSchema:
        """Return a schema that makes a branch refuse and goes together with a shape, as far as one can see."""
        ways = list_negations(branch, self.cache.resolve)
        return pick([way for way in ways if self._is_compatible(way, shape)] or ways, self.random)  # type: ignore[no-any-return]

    def _is_compatible(self, way: JsonSchema, shape: MergedSchema) -> bool:
        if isinstance(way, bool):
            return way
        self.spend(1)
        if "type" in way:
            return not shape.allowed_types.isdisjoint(way["type"])
        for name, sub in way.get("properties", {}).items():
            if sub is False:
                return name not in shape.required_names
            parts = shape.get_property_schemas(name, self.cache.matches)
            return False not in parts and self._can_differ(parts, sub["not"])
        return True

    def _can_differ(self, parts: tuple[JsonSchema, ...], other: JsonSchema) -> bool:
        """Return False where every value of some parts is surely a value of the other schema too."""
        mine, theirs = (
            self.cache.merge_without_choice(parts),
            self.cache.merge_without_choice((other,)),
        )
        if mine is None or theirs is None:
            return True
        by_type_only = all(
            key == "type" or key in NON_ASSERTING_KEYWORDS
            for leaf in theirs.conjuncts
            for key in leaf
        )
        return not by_type_only or not mine.allowed_types <= theirs.allowed_types

    def _is_satisfied(self, schema: JsonSchema, found: Any) -> bool:
        self.spend(1)
        return self.cache.get_check((schema,))(found)

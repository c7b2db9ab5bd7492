"""What a refused value teaches about the next one: conflict analysis, as a SAT solver does it."""

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

#: How often `else` is tried although the condition held: it may be the only way.
ELSE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class ConflictAnalyzer:
    """Finds out why a generated value was refused.

    Attributes:
        cache: the caches about the schema.
        random: makes each random choice.
        spend: takes steps off the budget.

    """

    cache: SchemaCache
    random: Random
    spend: Callable[[int], None]

    def analyze(self, merged: MergedSchema, value: Any) -> tuple[JsonSchema, ...]:
        """Return schemas that the next value must satisfy too, so that it is not refused again.

        Args:
            merged: what the value was generated for.
            value: the refused value.

        """
        conflicts = self._analyze_branches(merged, value)
        # The conditions are asked again once the branches are sure.
        return tuple(conflicts or self._analyze_conditions(merged, value))

    def _analyze_branches(self, merged: MergedSchema, value: Any) -> list[JsonSchema]:
        """Return what makes all but one branch refuse, for each `oneOf` of which several accept."""
        conflicts: list[JsonSchema] = []
        for schema in merged.conjuncts:
            branches = schema.get("oneOf", ())
            accepting = [branch for branch in branches if self._is_satisfied(branch, value)]
            if len(accepting) < 2:  # noqa: PLR2004 (one branch is what oneOf asks for)
                continue
            kept = _find_chosen_branch(accepting, merged)
            conflicts.append(kept)
            others = [branch for branch in accepting if branch is not kept]
            conflicts += [self._choose_negation(branch, merged) for branch in others]
        return conflicts

    def _analyze_conditions(self, merged: MergedSchema, value: Any) -> list[JsonSchema]:
        """Return for each `if` what must hold so that the value surely falls under one side."""
        conflicts: list[JsonSchema] = []
        for schema in merged.conjuncts:
            if "if" not in schema:
                continue
            condition = schema["if"]
            is_swapped = "else" in schema and self.random.random() < ELSE_SHARE
            if is_swapped or self._is_satisfied(condition, value):
                conflicts += [condition, schema.get("then", True)]
            elif "else" in schema:
                conflicts += [schema["else"], SyntheticSchema({"not": condition})]
        return conflicts

    def _choose_negation(self, branch: JsonSchema, merged: MergedSchema) -> JsonSchema:
        """Return a schema that makes a branch refuse; prefer one compatible with the others."""
        negations = list_negations(branch, self.cache.resolve)
        compatible = [schema for schema in negations if self._is_compatible(schema, merged)]
        return pick(compatible or negations, self.random)  # type: ignore[no-any-return]

    def _is_compatible(self, negation: JsonSchema, merged: MergedSchema) -> bool:
        """Return False where a negation and the merged schema surely have no common value."""
        if isinstance(negation, bool):
            return negation
        self.spend(1)
        if "type" in negation:
            return not merged.allowed_types.isdisjoint(negation["type"])
        for name, schema in negation.get("properties", {}).items():
            if schema is False:
                return name not in merged.required_names
            declared = merged.get_property_schemas(name, self.cache.matches)
            return False not in declared and self._can_differ(declared, schema["not"])
        return True

    def _can_differ(self, schemas: tuple[JsonSchema, ...], other: JsonSchema) -> bool:
        """Return False where each value of the schemas is surely a value of the other one too."""
        merged = self.cache.merger.merge_without_choice(schemas)
        merged_other = self.cache.merger.merge_without_choice((other,))
        if merged is None or merged_other is None:
            return True
        if not _asserts_only_types(merged_other):
            return True
        return not merged.allowed_types <= merged_other.allowed_types

    def _is_satisfied(self, schema: JsonSchema, value: Any) -> bool:
        self.spend(1)
        return self.cache.get_check((schema,))(value)


def _find_chosen_branch(accepting: list[JsonSchema], merged: MergedSchema) -> JsonSchema:
    """Return the accepting branch that the value was generated for, else the first one."""
    for branch in accepting:
        if any(branch is schema for schema in merged.conjuncts):
            return branch
    return accepting[0]


def _asserts_only_types(merged: MergedSchema) -> bool:
    for schema in merged.conjuncts:
        for keyword in schema:
            if keyword != "type" and keyword not in NON_ASSERTING_KEYWORDS:
                return False
    return True

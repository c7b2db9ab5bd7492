"""Which properties a generated object has: those it needs, and some of the optional ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from dynclient.generate.branch_choice import BranchCounts
from dynclient.generate.merged_schema import GenerationFailed, JsonSchema, MergedSchema
from dynclient.generate.schema_cache import SchemaCache

#: How many of the optional properties and items a value has.
OptionalMembers = Literal["none", "some", "all"]


@dataclass(frozen=True, slots=True)
class PropertyChooser:
    """Chooses the properties of objects.

    Attributes:
        cache: the caches about the schema.
        random: makes each random choice.
        spend: takes steps off the budget.

    """

    cache: SchemaCache
    random: Random
    spend: Callable[[int], None]

    def complete(
        self, merged: MergedSchema, names: dict[str, None], *, is_minimal: bool
    ) -> tuple[MergedSchema, list[str], dict[str, None]]:
        """Complete a choice of properties by what depends on them.

        Args:
            merged: the schema of the object.
            names: the chosen properties.
            is_minimal: choose the smallest branches of what depends on the chosen properties.

        Returns:
            The merged schema, with the schemas that depend on the chosen properties; the names in
            the order of the declaration; those of them that are needed.

        """
        while True:
            needed = self._find_needed_names(merged, names)
            names = names | needed
            extended = self._add_dependent_schemas(merged, names, is_minimal=is_minimal)
            if extended is merged:
                break
            merged = extended

        most = merged.get_upper_limit("maxProperties")
        if most is not None and len(names) > most:
            if len(needed) > most:
                raise GenerationFailed("maxProperties is less than what is required")
            spare = [name for name in names if name not in needed]
            names = needed | dict.fromkeys(spare[: most - len(needed)])

        positions = merged.property_positions
        ordered = sorted(names, key=lambda name: positions.get(name, len(positions)))
        return merged, ordered, needed

    def choose_names(self, merged: MergedSchema, optional: OptionalMembers) -> dict[str, None]:
        """Return the required names and some of the optional ones."""
        required = dict.fromkeys(merged.required_names)
        if optional == "none":
            return required
        share = 1.0 if optional == "all" else 0.5
        chosen = [name for name in merged.property_positions if self.random.random() < share]

        name_schemas = tuple(merged.get_keyword_values("propertyNames"))
        if name_schemas:
            accepts = self.cache.get_check(name_schemas)
            chosen = [name for name in chosen if name in required or accepts(name)]
        return required | dict.fromkeys(chosen)

    def _find_needed_names(self, merged: MergedSchema, names: dict[str, None]) -> dict[str, None]:
        """Return the required names, and those that `dependentRequired` adds."""
        needed = dict.fromkeys(merged.required_names)
        rules = list(merged.get_keyword_values("dependentRequired"))
        pending = [*needed, *names] if any(rules) else []
        while pending:
            trigger = pending.pop()
            added: list[str] = []
            for rule in rules:
                added += [name for name in rule.get(trigger, ()) if name not in needed]
            self.spend(bool(added))
            needed |= dict.fromkeys(added)
            pending += added
        return needed

    def _add_dependent_schemas(
        self, merged: MergedSchema, names: dict[str, None], *, is_minimal: bool
    ) -> MergedSchema:
        """Return the schema with what `dependentSchemas` add for these names.

        Where they add nothing, it is the same object.
        """
        present = set(map(id, merged.conjuncts))
        added: list[JsonSchema] = []
        for schemas in merged.get_keyword_values("dependentSchemas"):
            for name, schema in schemas.items():
                if name in names and schema is not True and id(schema) not in present:
                    added.append(schema)
        if not added:
            return merged

        self.spend(len(added))
        branches = BranchCounts(self.cache, self.random)
        choose = branches.build_chooser(is_minimal=is_minimal)
        dependent = self.cache.merger.merge(tuple(added), choose)
        assert dependent is not None
        conjuncts = [schema for schema in dependent.conjuncts if id(schema) not in present]
        return MergedSchema(
            conjuncts=(*merged.conjuncts, *conjuncts),
            definition_names=merged.definition_names + dependent.definition_names,
            tags=merged.tags | dependent.tags,
        )

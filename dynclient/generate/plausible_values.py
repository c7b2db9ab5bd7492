"""The generator of examples: plausible values, chosen by a seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from dynclient.generate import scalar_values
from dynclient.generate.merged_schema import (
    ExcludedValues,
    GenerationFailed,
    JsonSchema,
    MergedSchema,
    exclude_values,
    pick,
)
from dynclient.generate.property_choice import OptionalMembers
from dynclient.generate.schema_cache import NO_VALUE, SchemaCache
from dynclient.generate.schema_keys import SchemaKey
from dynclient.generate.value_generator import ValueGenerator

#: From this depth or size on, a value has only what it must have.
MINIMAL_FROM_DEPTH = 6
MINIMAL_FROM_SIZE = {"none": 0, "some": 400, "all": 2000}
#: How often a bare map has a second property, and an array a second item.
SECOND_PROPERTY_SHARE = 0.3
SECOND_ITEM_SHARE = 0.4


class PlausibleValueGenerator(ValueGenerator):
    """Generates what a person would write: examples of the schema first, readable texts, few items.

    Args:
        cache: the caches about the schema.
        random: makes each random choice.
        optional: how many of the optional properties and items appear.
        steps: the budget.
        failures: schemas -> how often a search for them failed; shared by the attempts at a value.
        is_first: take the first valid example, not a random one.

    """

    __slots__ = ("_is_first",)

    def __init__(
        self,
        cache: SchemaCache,
        random: Random,
        optional: OptionalMembers,
        steps: int,
        failures: dict[SchemaKey, int],
        *,
        is_first: bool,
    ) -> None:
        super().__init__(cache, random, optional, steps, failures)
        self._is_first = is_first

    def find_offered_value(
        self,
        merged: MergedSchema,
        schemas: tuple[JsonSchema, ...],
        prefer: Any,
        avoid: ExcludedValues,
    ) -> Any:
        """Return the preferred value, an example, the default or a listed value; else NO_VALUE."""
        if prefer is not NO_VALUE and self.is_accepted(prefer, merged, schemas):
            return prefer
        examples = self._list_offers(merged, "examples", schemas, avoid)
        if examples:
            return self._pick_offer(examples)
        defaults = self._list_offers(merged, "default", schemas, avoid)
        if defaults and (defaults != [None] or merged.candidate_types == ("null",)):
            return self._pick_offer(defaults)
        if merged.listed_values is None:
            return NO_VALUE
        return self._pick_listed_value(merged, schemas, avoid)

    def _pick_listed_value(
        self, merged: MergedSchema, schemas: tuple[JsonSchema, ...], avoid: ExcludedValues
    ) -> Any:
        """Return a value of `const` or `enum`, null only where nothing else is left."""
        values = self._list_offers(merged, "values", schemas, avoid)
        if not values:
            is_constant = merged.has_keyword("const")
            raise GenerationFailed("const refuses" if is_constant else "enum leaves no value")
        other_than_null = [value for value in values if value is not None]
        return self.pick_one(other_than_null or values)

    def _list_offers(
        self,
        merged: MergedSchema,
        keyword: str,
        schemas: tuple[JsonSchema, ...],
        avoid: ExcludedValues,
    ) -> list[Any]:
        return exclude_values(self.cache.list_offered_values(merged, keyword, schemas), avoid)

    def _pick_offer(self, values: list[Any]) -> Any:
        return values[0] if self._is_first else self.pick_one(values)

    def must_be_minimal(self, definition_names: tuple[str, ...]) -> bool:
        """Return whether the value enters a definition again, or is deep or large."""
        is_entered_again = any(self.active_definitions.get(name) for name in definition_names)
        is_too_deep = len(self.path) > MINIMAL_FROM_DEPTH
        is_too_large = self.size > MINIMAL_FROM_SIZE[self.optional_members]
        return is_entered_again or is_too_deep or is_too_large

    def choose_type(self, merged: MergedSchema) -> str:
        """Return a type that the keywords are about."""
        if not merged.candidate_types:
            raise GenerationFailed("type leaves nothing")
        json_type: str = pick(merged.candidate_types, self.random)
        return json_type

    def pick_one(self, values: list[Any]) -> Any:
        """Return one of some values."""
        return pick(values, self.random)

    def generate_text(self, merged: MergedSchema, name: str, avoid: ExcludedValues) -> str:
        """Return a readable string."""
        return scalar_values.generate_string(merged, name, self.random, avoid, self.cache.matches)

    def generate_number(
        self, merged: MergedSchema, avoid: ExcludedValues, *, is_integer: bool
    ) -> int | float:
        """Return a number, near the lower bound where there is one."""
        return scalar_values.generate_number(merged, is_integer, self.random, avoid)

    def choose_names(self, merged: MergedSchema) -> dict[str, None]:
        """Return the required properties and some of the optional ones."""
        optional_members = self.optional_members if self.has_optional_members else "none"
        return self.property_chooser.choose_names(merged, optional_members)

    def choose_property_count(self, merged: MergedSchema, count: int) -> int:
        """Return 1 or 2 for a bare map, else as many as there are."""
        if not merged.is_bare_map or not self.has_optional_members:
            return count
        return max(count, 1 + (self.random.random() < SECOND_PROPERTY_SHARE))

    def generate_free_names(self) -> Iterator[str]:
        """Yield nothing: the names that every generator knows do."""
        return iter(())

    def choose_length(self, merged: MergedSchema, least: int, most: int | None) -> int:
        """Return the length of a tuple, else 1 or 2."""
        length = merged.tuple_length
        if not self.has_optional_members:
            length = least
        elif not length:
            length = 1 + (self.random.random() < SECOND_ITEM_SHARE)
        if most is not None:
            length = min(length, most)
        return max(least, length)

"""What a kind of generator decides at each place of a value: one class declares all of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from random import Random
from typing import Any

from dynclient.generate.conflict_analysis import ConflictAnalyzer
from dynclient.generate.merged_schema import ExcludedValues, JsonSchema, MergedSchema
from dynclient.generate.property_choice import OptionalMembers, PropertyChooser
from dynclient.generate.schema_cache import SchemaCache
from dynclient.generate.schema_keys import SchemaKey
from dynclient.schema.engines.step_limit import charge_steps, has_steps_left

MAX_STEPS = 20_000
#: A step of a generator takes about as long as so many of the reference engine.
GENERATION_STEP = 20


class BudgetExceeded(Exception):
    """Say that the budget of steps is used up."""


class ValueChoices(ABC):
    """Where the walk stands, and what a kind of generator decides there: the abstract methods.

    Args:
        cache: the caches about the schema.
        random: makes each random choice.
        optional: how many of the optional properties and items appear.
        steps: the budget.
        failures: schemas -> how often a search for them failed; shared by the attempts at a value.

    Attributes:
        path: of the value that is generated now.
        size: how many values were generated.
        is_minimal: whether the value has only what it must have.
        optional_members: how many of the optional properties and items appear.
        active_definitions: name -> how often the value lies inside of that definition.

    """

    __slots__ = (
        "active_definitions",
        "cache",
        "conflict_analyzer",
        "failure_counts",
        "is_minimal",
        "optional_members",
        "path",
        "property_chooser",
        "random",
        "remaining_steps",
        "size",
    )

    def __init__(
        self,
        cache: SchemaCache,
        random: Random,
        optional: OptionalMembers,
        steps: int,
        failures: dict[SchemaKey, int],
    ) -> None:
        self.cache = cache
        self.failure_counts = failures
        self.remaining_steps = steps
        self.random = random
        self.conflict_analyzer = ConflictAnalyzer(cache, random, self.spend)
        self.property_chooser = PropertyChooser(cache, random, self.spend)
        self.optional_members = optional
        self.is_minimal = False
        self.size = 0
        self.path: list[str | int] = []
        self.active_definitions: dict[str, int] = {}

    def spend(self, steps: int) -> None:
        """Take steps off the budget.

        Raises:
            BudgetExceeded: fewer are left.

        """
        self.remaining_steps -= steps
        charge_steps(steps * GENERATION_STEP)
        if self.remaining_steps < 0 or not has_steps_left():
            raise BudgetExceeded("the search grew too large")

    @property
    def has_optional_members(self) -> bool:
        """Whether optional properties and items appear at this place."""
        return not self.is_minimal and self.optional_members != "none"

    def is_accepted(
        self, value: Any, merged: MergedSchema, schemas: tuple[JsonSchema, ...]
    ) -> bool:
        """Return whether the schemas accept a value."""
        if merged.has_only_scalar_keywords:
            return merged.satisfies_scalar_keywords(value)
        return self.cache.get_check(schemas)(value)

    @abstractmethod
    def find_offered_value(
        self,
        merged: MergedSchema,
        schemas: tuple[JsonSchema, ...],
        prefer: Any,
        avoid: ExcludedValues,
    ) -> Any:
        """Return the preferred value or one that the schemas offer themselves, else NO_VALUE.

        Raises:
            GenerationFailed: the schemas list their values, and none of these is left.

        """

    @abstractmethod
    def must_be_minimal(self, definition_names: tuple[str, ...]) -> bool:
        """Return whether a value has only what it must have, where it enters some definitions."""

    @abstractmethod
    def choose_type(self, merged: MergedSchema) -> str:
        """Return the type of the value.

        Raises:
            GenerationFailed: the schema allows none.

        """

    @abstractmethod
    def pick_one(self, values: list[Any]) -> Any:
        """Return one of some values."""

    @abstractmethod
    def generate_text(self, merged: MergedSchema, name: str, avoid: ExcludedValues) -> str:
        """Return a string for a property of some name."""

    @abstractmethod
    def generate_number(
        self, merged: MergedSchema, avoid: ExcludedValues, *, is_integer: bool
    ) -> int | float:
        """Return a number."""

    @abstractmethod
    def choose_names(self, merged: MergedSchema) -> dict[str, None]:
        """Return the required properties and some of the optional ones."""

    @abstractmethod
    def choose_property_count(self, merged: MergedSchema, count: int) -> int:
        """Return how many properties an object should have that has some of the declared ones."""

    @abstractmethod
    def generate_free_names(self) -> Iterator[str]:
        """Yield names for the properties of a map in which every name is allowed."""

    @abstractmethod
    def choose_length(self, merged: MergedSchema, least: int, most: int | None) -> int:
        """Return how many items an array has, from `least` to `most`."""

"""Which branch of a choice to try next: a branch that was tried seldom, null last."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from dynclient.generate.merged_schema import SyntheticSchema, pick
from dynclient.generate.schema_cache import SchemaCache
from dynclient.generate.schema_keys import Option
from dynclient.generate.schema_merger import BranchChooser, get_schema_name


@dataclass(slots=True)
class BranchCounts:
    """Counts how often each branch was chosen, and chooses by that.

    Attributes:
        cache: the caches about the schema.
        random: chooses among equals.
        counts: (owner's id, keyword) -> how often each of its options was chosen.

    """

    cache: SchemaCache
    random: Random
    counts: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    @property
    def branch_count(self) -> int:
        """How many branches were met so far."""
        return sum(map(len, self.counts.values()))

    def build_chooser(self, *, is_minimal: bool, repeats_twins: bool = False) -> BranchChooser:
        """Return what chooses a branch.

        Args:
            is_minimal: of branches chosen equally often, prefer the one with the lowest instance.
            repeats_twins: choose the same branch where the same alternatives come again, as they
                do in two readings of one schema.

        """
        chosen_by_signature: dict[tuple[Any, ...], int] = {}

        def choose(owner: dict[str, Any], keyword: str, options: list[Option]) -> int:
            counts = self._get_counts(owner, keyword, options)
            index = self._choose_best(counts, options, is_minimal=is_minimal)
            if repeats_twins and keyword != "not":
                signature = tuple(map(_compute_signature, options))
                index = chosen_by_signature.setdefault(signature, index)
            counts[index] += 1
            return index

        return choose

    def _get_counts(self, owner: dict[str, Any], keyword: str, options: list[Option]) -> list[int]:
        counts = [int(_is_null_option(option)) for option in options]
        if isinstance(owner, SyntheticSchema):  # another one may get the same id
            return counts
        return self.counts.setdefault((id(owner), keyword), counts)

    def _choose_best(self, counts: list[int], options: list[Option], *, is_minimal: bool) -> int:
        heights = [0.0] * len(options)
        if is_minimal:
            heights = [max(map(self.cache.compute_height, option), default=0) for option in options]
        ranks = list(zip(counts, heights, strict=True))
        best_rank = min(ranks)
        best = [index for index, rank in enumerate(ranks) if rank == best_rank]
        return pick(best, self.random)  # type: ignore[no-any-return]


def _is_null_option(option: Option) -> bool:
    if len(option) != 1:
        return False
    schema = option[0]
    return isinstance(schema, dict) and schema.get("type") == "null"


def _compute_signature(option: Option) -> tuple[Any, ...]:
    """Return what tells an option from others, the same in the open and in the closed reading."""
    schema = option[0] if option else True
    if isinstance(schema, bool):
        return (schema,)
    name = get_schema_name(schema["$ref"]) if "$ref" in schema else schema.get("title")
    return (
        name,
        str(schema.get("type")),
        *schema.get("properties", ()),
        *schema.get("required", ()),
    )

"""Arrays that fit facts: items by position, how many there are, which of them must be somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.containment.unknown import Unknown
from dynclient.containment.witnesses.constraint_set import AtLeast, AtMost, ConstraintSet
from dynclient.containment.witnesses.distinct_values import generate_distinct_value
from dynclient.containment.witnesses.search_results import (
    UNDETERMINED,
    UNSATISFIABLE,
    SearchResult,
    Witness,
)
from dynclient.containment.witnesses.signed_schemas import SignedSchema
from dynclient.schema.dialect import Schema

if TYPE_CHECKING:
    from dynclient.containment.witnesses.witness_generator import WitnessGenerator

#: A longer array is not made.
MAX_ARRAY_ITEMS = 200


def generate_array(solver: WitnessGenerator, cell: ConstraintSet) -> SearchResult:
    """Return an array that fits the facts of a cell, EMPTY where none can."""
    return generate_distinct_value(
        cell, lambda larger: _ArraySearch(solver, larger).search(), "lengths"
    )


class _ArraySearch:
    def __init__(self, solver: WitnessGenerator, cell: ConstraintSet) -> None:
        self._generator = solver
        self._constraints = cell
        firsts = [len(part.keywords.get("prefixItems", ())) for part in cell.applicators]
        #: From here on all items are treated alike.
        self._prefix_length = max(
            (
                *firsts,
                *(index + 1 for index, _ in cell.items),
                *(s.start for s in cell.contains_at_least),
            ),
            default=0,
        )
        self._placed_schemas: dict[int, tuple[SignedSchema, ...]] = {}
        self._min_items = cell.item_count[0]
        self._max_items = self._compute_max_items()

    def search(self) -> SearchResult:
        """Return an array, EMPTY or Unknown."""
        if self._max_items is not None and self._min_items > self._max_items:
            return UNSATISFIABLE
        if self._min_items > MAX_ARRAY_ITEMS:
            return Unknown("too many items are asked for")
        if any(
            self._is_contradictory(some, few)
            for some in self._constraints.contains_at_least
            for few in self._constraints.contains_at_most
        ):
            return UNSATISFIABLE
        doubts = [self._place_items(some) for some in self._constraints.contains_at_least]
        doubts += [self._place_equal_items()] if self._constraints.has_equal_items else []
        if UNSATISFIABLE in doubts:
            return UNSATISFIABLE
        doubt = next((one for one in doubts if one is not None), None)
        return doubt or self._build_array()

    def _compute_max_items(self) -> int | None:
        """Return how many items there are at most: no more than the first that cannot be."""
        most = self._constraints.item_count[1]
        for index in range(self._prefix_length + 1):
            if most is not None and index >= most:
                break
            if self._generator.search(self._collect_item_schemas(index)) is UNSATISFIABLE:
                return index
        return most

    def _collect_item_schemas(self, index: int) -> tuple[SignedSchema, ...]:
        found = [term for known, term in self._constraints.items if known == index]
        found += [
            self._negate_counted(few)
            for few in self._constraints.contains_at_most
            if few.count == 0
        ]
        for part in self._constraints.applicators:
            first = part.keywords.get("prefixItems", [])
            if index < len(first):
                found.append(
                    SignedSchema(part.signed.view, first[index], closing_mode=part.closing_mode)
                )
            elif "items" in part.keywords:
                found.append(
                    SignedSchema(
                        part.signed.view, part.keywords["items"], closing_mode=part.closing_mode
                    )
                )
        return tuple(found)

    def _is_contradictory(self, some: AtLeast, few: AtMost) -> bool:
        """Tell whether more items are asked for than there may be, as all that fit the one fit the other."""
        if some.count <= few.count:
            return False
        return self._generator.search((some.signed, self._negate_counted(few))) is UNSATISFIABLE

    # --- what must be somewhere

    def _list_positions(self, start: int, count: int) -> range:
        """Return the positions that need be looked at to place so many items."""
        last = max(self._prefix_length, start, self._min_items) + count
        return range(start, last if self._max_items is None else min(last, self._max_items))

    def _place_items(self, some: AtLeast) -> SearchResult | None:
        """Let items be somewhere; return EMPTY where there cannot be so many, None where they are placed."""
        if some.count > MAX_ARRAY_ITEMS:
            return Unknown("too many items are asked for")
        placed, possible, unknown = 0, 0, None
        for index in self._list_positions(some.start, some.count):
            alone = self._generator.search((*self._collect_item_schemas(index), some.signed))
            possible += alone is not UNSATISFIABLE
            if alone is UNSATISFIABLE or placed == some.count:
                continue
            extra = (*self._placed_schemas.get(index, ()), some.signed)
            answer = self._generator.search((*self._collect_item_schemas(index), *extra))
            if isinstance(answer, Witness):
                self._placed_schemas[index] = extra
                placed += 1
            unknown = unknown or answer
        self._min_items = max(self._min_items, *(index + 1 for index in self._placed_schemas), 0)
        if possible < some.count:
            return UNSATISFIABLE
        return (
            None
            if placed == some.count
            else (unknown if isinstance(unknown, Unknown) else UNDETERMINED)
        )

    def _place_equal_items(self) -> SearchResult | None:
        """Let two items be equal; return EMPTY where no two can be."""
        if self._constraints.has_unique_items or (
            self._max_items is not None and self._max_items < 2  # noqa: PLR2004 (two equal items)
        ):
            return UNSATISFIABLE
        last = (
            self._prefix_length + 2
            if self._max_items is None
            else min(self._prefix_length + 2, self._max_items)
        )
        pairs = [(i, j) for j in range(last) for i in range(j)]
        unknown = False
        for one, other in pairs:
            both = (*self._collect_item_schemas(one), *self._collect_item_schemas(other))
            answer = self._generator.search(
                (*both, *self._placed_schemas.get(one, ()), *self._placed_schemas.get(other, ()))
            )
            if isinstance(answer, Witness):
                fixed = SignedSchema(
                    both[0].view if both else self._view,
                    Schema({"const": answer.value}),
                    closing_mode="open",
                )
                self._placed_schemas[one] = (*self._placed_schemas.get(one, ()), fixed)
                self._placed_schemas[other] = (*self._placed_schemas.get(other, ()), fixed)
                self._min_items = max(self._min_items, other + 1)
                return None
            unknown = (
                unknown
                or isinstance(answer, Unknown)
                or self._generator.search(both) is not UNSATISFIABLE
            )
        return UNDETERMINED if unknown else UNSATISFIABLE

    @property
    def _view(self) -> Any:
        return self._constraints.expanded[0].view

    # --- the array

    def _build_array(self) -> SearchResult:
        made: list[Any] = []
        for index in range(self._min_items):
            answer = self._search_item(index, made)
            if not isinstance(answer, Witness):
                # What all items have in common leaves so many different values and no more.
                is_alike = self._prefix_length == 0 and not self._placed_schemas
                return answer if isinstance(answer, Unknown) or is_alike else UNDETERMINED
            made.append(answer.value)
        return Witness(made)

    def _search_item(self, index: int, before: list[Any]) -> SearchResult:
        terms = (*self._collect_item_schemas(index), *self._placed_schemas.get(index, ()))
        if self._constraints.has_unique_items and before:
            taken = Schema({"enum": list(before)})
            terms = (
                *terms,
                SignedSchema(self._view, taken, is_positive=False, closing_mode="open"),
            )
        sparing = [
            self._negate_counted(few) for few in self._constraints.contains_at_most if few.count
        ]
        answer = self._generator.search((*terms, *sparing)) if sparing else UNSATISFIABLE
        if isinstance(answer, Witness):
            return answer
        answer = self._generator.search(terms)
        return (
            UNDETERMINED
            if answer is UNSATISFIABLE and not self._constraints.has_unique_items
            else answer
        )

    def _negate_counted(self, few: AtMost) -> SignedSchema:
        """Return what keeps an item from being one of those of which there are few."""
        return SignedSchema(
            few.signed.view,
            few.signed.schema,
            is_positive=not few.signed.is_positive,
            closing_mode=few.signed.closing_mode,
        )

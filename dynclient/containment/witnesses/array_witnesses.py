"""Arrays that fit a constraint set: items by position, their number, `contains`, repetition."""

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
    from dynclient.containment.schema_view import SchemaView
    from dynclient.containment.witnesses.witness_generator import WitnessGenerator

#: A longer array is not built.
MAX_ARRAY_ITEMS = 200

_TOO_MANY_ITEMS = Unknown("too many items are asked for")


def generate_array(generator: WitnessGenerator, constraints: ConstraintSet) -> SearchResult:
    """Return an array that fits constraints, UNSATISFIABLE by proof, or Unknown."""
    return generate_distinct_value(
        constraints, lambda larger: _ArraySearch(generator, larger).search(), "item_count"
    )


class _ArraySearch:
    """Places what must be somewhere in the array, then fills the other positions."""

    def __init__(self, generator: WitnessGenerator, constraints: ConstraintSet) -> None:
        self._generator = generator
        self._constraints = constraints
        #: From this index on all items have the same schemas.
        self._prefix_length = _compute_prefix_length(constraints)
        self._placed_schemas: dict[int, tuple[SignedSchema, ...]] = {}
        self._min_items = constraints.item_count[0]
        self._max_items = self._compute_max_items()

    def search(self) -> SearchResult:
        """Return an array, UNSATISFIABLE or Unknown."""
        if self._max_items is not None and self._min_items > self._max_items:
            return UNSATISFIABLE
        if self._min_items > MAX_ARRAY_ITEMS:
            return _TOO_MANY_ITEMS
        if self._has_contradictory_counts():
            return UNSATISFIABLE

        failures = [self._place_items(one) for one in self._constraints.contains_at_least]
        if self._constraints.has_equal_items:
            failures.append(self._place_equal_items())
        if UNSATISFIABLE in failures:
            return UNSATISFIABLE
        for failure in failures:
            if failure is not None:
                return failure
        return self._build_array()

    def _compute_max_items(self) -> int | None:
        """Return the greatest number of items, None for no limit: an impossible item ends it."""
        most = self._constraints.item_count[1]
        for index in range(self._prefix_length + 1):
            if most is not None and index >= most:
                break
            if self._generator.search(self._collect_item_schemas(index)) is UNSATISFIABLE:
                return index
        return most

    def _collect_item_schemas(self, index: int) -> tuple[SignedSchema, ...]:
        schemas = [signed for known, signed in self._constraints.items if known == index]
        schemas += [
            _negate_contained(at_most)
            for at_most in self._constraints.contains_at_most
            if at_most.count == 0
        ]
        for part in self._constraints.applicators:
            prefix = part.keywords.get("prefixItems", [])
            if index < len(prefix):
                schemas.append(part.sign_inner(prefix[index]))
            elif "items" in part.keywords:
                schemas.append(part.sign_inner(part.keywords["items"]))
        return tuple(schemas)

    def _has_contradictory_counts(self) -> bool:
        for at_least in self._constraints.contains_at_least:
            for at_most in self._constraints.contains_at_most:
                if self._is_contradictory(at_least, at_most):
                    return True
        return False

    def _is_contradictory(self, at_least: AtLeast, at_most: AtMost) -> bool:
        """Tell whether more items must fit a schema than may fit another that contains it."""
        if at_least.count <= at_most.count:
            return False
        outside = (at_least.signed, _negate_contained(at_most))
        return self._generator.search(outside) is UNSATISFIABLE

    # --- what must be somewhere

    def _list_positions(self, at_least: AtLeast) -> range:
        """Return the indexes that have to be tried to place so many items."""
        end = max(self._prefix_length, at_least.start, self._min_items) + at_least.count
        if self._max_items is not None:
            end = min(end, self._max_items)
        return range(at_least.start, end)

    def _place_items(self, at_least: AtLeast) -> SearchResult | None:
        """Place items that fit a schema; return why not, UNSATISFIABLE for a proof."""
        if at_least.count > MAX_ARRAY_ITEMS:
            return _TOO_MANY_ITEMS
        placed_count = 0
        possible_count = 0
        failure: SearchResult | None = None
        for index in self._list_positions(at_least):
            schemas = self._collect_item_schemas(index)
            alone = self._generator.search((*schemas, at_least.signed))
            if alone is UNSATISFIABLE:
                continue
            possible_count += 1
            if placed_count == at_least.count:
                continue
            result = self._place_item(index, schemas, at_least.signed)
            if isinstance(result, Witness):
                placed_count += 1
            failure = failure or result
        self._min_items = max(self._min_items, *(index + 1 for index in self._placed_schemas), 0)
        if possible_count < at_least.count:
            return UNSATISFIABLE
        if placed_count == at_least.count:
            return None
        return failure if isinstance(failure, Unknown) else UNDETERMINED

    def _place_item(
        self, index: int, schemas: tuple[SignedSchema, ...], signed: SignedSchema
    ) -> SearchResult:
        """Place an item that fits a schema, if it fits beside what is there; return a value."""
        placed = (*self._get_placed(index), signed)
        result = self._generator.search((*schemas, *placed))
        if isinstance(result, Witness):
            self._placed_schemas[index] = placed
        return result

    def _place_equal_items(self) -> SearchResult | None:
        """Place two equal items; return why not, UNSATISFIABLE for a proof."""
        has_no_room = self._max_items is not None and self._max_items < 2  # noqa: PLR2004 (a pair)
        if self._constraints.has_unique_items or has_no_room:
            return UNSATISFIABLE
        end = self._prefix_length + 2
        if self._max_items is not None:
            end = min(end, self._max_items)
        is_undecided = False
        for second in range(end):
            for first in range(second):
                own = (*self._collect_item_schemas(first), *self._collect_item_schemas(second))
                placed = (*self._get_placed(first), *self._get_placed(second))
                result = self._generator.search((*own, *placed))
                if isinstance(result, Witness):
                    self._fix_equal_items(first, second, result.value)
                    return None
                # Where only the items that were placed refuse it, nothing is proved.
                is_undecided = (
                    is_undecided
                    or isinstance(result, Unknown)
                    or self._generator.search(own) is not UNSATISFIABLE
                )
        return UNDETERMINED if is_undecided else UNSATISFIABLE

    def _fix_equal_items(self, first: int, second: int, value: Any) -> None:
        own = (*self._collect_item_schemas(first), *self._collect_item_schemas(second))
        view = own[0].view if own else self._view
        constant = SignedSchema(view, Schema({"const": value}), closing_mode="open")
        for index in (first, second):
            self._placed_schemas[index] = (*self._get_placed(index), constant)
        self._min_items = max(self._min_items, second + 1)

    def _get_placed(self, index: int) -> tuple[SignedSchema, ...]:
        return self._placed_schemas.get(index, ())

    @property
    def _view(self) -> SchemaView:
        return self._constraints.expanded[0].view

    # --- the array

    def _build_array(self) -> SearchResult:
        items: list[Any] = []
        for index in range(self._min_items):
            result = self._search_item(index, items)
            if isinstance(result, Witness):
                items.append(result.value)
                continue
            # Where all items are alike, the failure is a proof: there are no more different values.
            are_items_alike = self._prefix_length == 0 and not self._placed_schemas
            return result if isinstance(result, Unknown) or are_items_alike else UNDETERMINED
        return Witness(items)

    def _search_item(self, index: int, previous: list[Any]) -> SearchResult:
        schemas = (*self._collect_item_schemas(index), *self._get_placed(index))
        if self._constraints.has_unique_items and previous:
            used = Schema({"enum": list(previous)})
            schemas = (*schemas, SignedSchema(self._view, used, False, "open"))
        # First an item that does not count towards a maximum.
        uncounted = [
            _negate_contained(at_most)
            for at_most in self._constraints.contains_at_most
            if at_most.count
        ]
        if uncounted:
            result = self._generator.search((*schemas, *uncounted))
            if isinstance(result, Witness):
                return result
        result = self._generator.search(schemas)
        if result is UNSATISFIABLE and not self._constraints.has_unique_items:
            return UNDETERMINED
        return result


def _compute_prefix_length(constraints: ConstraintSet) -> int:
    lengths = [len(part.keywords.get("prefixItems", ())) for part in constraints.applicators]
    lengths += [index + 1 for index, _ in constraints.items]
    lengths += [at_least.start for at_least in constraints.contains_at_least]
    return max(lengths, default=0)


def _negate_contained(at_most: AtMost) -> SignedSchema:
    """Return what keeps an item from being counted."""
    signed = at_most.signed
    return SignedSchema(signed.view, signed.schema, not signed.is_positive, signed.closing_mode)

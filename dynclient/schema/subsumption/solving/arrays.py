"""Arrays that fit facts: items by position, how many there are, which of them must be somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.schema.dialect import Schema
from dynclient.schema.subsumption.answers import Unknown
from dynclient.schema.subsumption.solving.answers import EMPTY, NOBODY_KNOWS, Answer, Found
from dynclient.schema.subsumption.solving.cells import Cell, Few, Some
from dynclient.schema.subsumption.solving.growing import another
from dynclient.schema.subsumption.solving.terms import Term

if TYPE_CHECKING:
    from dynclient.schema.subsumption.solving.solver import Solver

#: A longer array is not made.
MAX_ITEMS = 200


def value(solver: Solver, cell: Cell) -> Answer:
    """Return an array that fits the facts of a cell, EMPTY where none can."""
    return another(cell, lambda larger: _Search(solver, larger).value(), "lengths")


class _Search:
    def __init__(self, solver: Solver, cell: Cell) -> None:
        self._solver = solver
        self._cell = cell
        firsts = [len(part.said.get("prefixItems", ())) for part in cell.parts]
        #: From here on all items are treated alike.
        self._listed = max(
            (*firsts, *(index + 1 for index, _ in cell.items), *(s.start for s in cell.some)),
            default=0,
        )
        self._extra: dict[int, tuple[Term, ...]] = {}
        self._least = cell.lengths[0]
        self._most = self._longest()

    def value(self) -> Answer:
        """Return an array, EMPTY or Unknown."""
        if self._most is not None and self._least > self._most:
            return EMPTY
        if self._least > MAX_ITEMS:
            return Unknown("too many items are asked for")
        if any(self._is_too_few(some, few) for some in self._cell.some for few in self._cell.few):
            return EMPTY
        doubts = [self._placed(some) for some in self._cell.some]
        doubts += [self._repeated()] if self._cell.repeats else []
        if EMPTY in doubts:
            return EMPTY
        doubt = next((one for one in doubts if one is not None), None)
        return doubt or self._made()

    def _longest(self) -> int | None:
        """Return how many items there are at most: no more than the first that cannot be."""
        most = self._cell.lengths[1]
        for index in range(self._listed + 1):
            if most is not None and index >= most:
                break
            if self._solver.solve(self._terms(index)) is EMPTY:
                return index
        return most

    def _terms(self, index: int) -> tuple[Term, ...]:
        found = [term for known, term in self._cell.items if known == index]
        found += [self._sparing(few) for few in self._cell.few if few.most == 0]
        for part in self._cell.parts:
            first = part.said.get("prefixItems", [])
            if index < len(first):
                found.append(Term(part.term.side, first[index], mode=part.inner))
            elif "items" in part.said:
                found.append(Term(part.term.side, part.said["items"], mode=part.inner))
        return tuple(found)

    def _is_too_few(self, some: Some, few: Few) -> bool:
        """Tell whether more items are asked for than there may be, as all that fit the one fit the other."""
        if some.least <= few.most:
            return False
        return self._solver.solve((some.term, self._sparing(few))) is EMPTY

    # --- what must be somewhere

    def _positions(self, start: int, count: int) -> range:
        """Return the positions that need be looked at to place so many items."""
        last = max(self._listed, start, self._least) + count
        return range(start, last if self._most is None else min(last, self._most))

    def _placed(self, some: Some) -> Answer | None:
        """Let items be somewhere; return EMPTY where there cannot be so many, None where they are placed."""
        if some.least > MAX_ITEMS:
            return Unknown("too many items are asked for")
        placed, possible, unknown = 0, 0, None
        for index in self._positions(some.start, some.least):
            alone = self._solver.solve((*self._terms(index), some.term))
            possible += alone is not EMPTY
            if alone is EMPTY or placed == some.least:
                continue
            extra = (*self._extra.get(index, ()), some.term)
            answer = self._solver.solve((*self._terms(index), *extra))
            if isinstance(answer, Found):
                self._extra[index] = extra
                placed += 1
            unknown = unknown or answer
        self._least = max(self._least, *(index + 1 for index in self._extra), 0)
        if possible < some.least:
            return EMPTY
        return (
            None
            if placed == some.least
            else (unknown if isinstance(unknown, Unknown) else NOBODY_KNOWS)
        )

    def _repeated(self) -> Answer | None:
        """Let two items be equal; return EMPTY where no two can be."""
        if self._cell.unique or (self._most is not None and self._most < 2):  # noqa: PLR2004 (two are equal)
            return EMPTY
        last = self._listed + 2 if self._most is None else min(self._listed + 2, self._most)
        pairs = [(i, j) for j in range(last) for i in range(j)]
        unknown = False
        for one, other in pairs:
            both = (*self._terms(one), *self._terms(other))
            answer = self._solver.solve(
                (*both, *self._extra.get(one, ()), *self._extra.get(other, ()))
            )
            if isinstance(answer, Found):
                fixed = Term(
                    both[0].side if both else self._side,
                    Schema({"const": answer.value}),
                    mode="open",
                )
                self._extra[one] = (*self._extra.get(one, ()), fixed)
                self._extra[other] = (*self._extra.get(other, ()), fixed)
                self._least = max(self._least, other + 1)
                return None
            unknown = (
                unknown or isinstance(answer, Unknown) or self._solver.solve(both) is not EMPTY
            )
        return NOBODY_KNOWS if unknown else EMPTY

    @property
    def _side(self) -> Any:
        return self._cell.asked[0].side

    # --- the array

    def _made(self) -> Answer:
        made: list[Any] = []
        for index in range(self._least):
            answer = self._item(index, made)
            if not isinstance(answer, Found):
                # What all items have in common leaves so many different values and no more.
                is_alike = self._listed == 0 and not self._extra
                return answer if isinstance(answer, Unknown) or is_alike else NOBODY_KNOWS
            made.append(answer.value)
        return Found(made)

    def _item(self, index: int, before: list[Any]) -> Answer:
        terms = (*self._terms(index), *self._extra.get(index, ()))
        if self._cell.unique and before:
            taken = Schema({"enum": list(before)})
            terms = (*terms, Term(self._side, taken, wanted=False, mode="open"))
        sparing = [self._sparing(few) for few in self._cell.few if few.most]
        answer = self._solver.solve((*terms, *sparing)) if sparing else EMPTY
        if isinstance(answer, Found):
            return answer
        answer = self._solver.solve(terms)
        return NOBODY_KNOWS if answer is EMPTY and not self._cell.unique else answer

    def _sparing(self, few: Few) -> Term:
        """Return what keeps an item from being one of those of which there are few."""
        return Term(few.term.side, few.term.schema, wanted=not few.term.wanted, mode=few.term.mode)

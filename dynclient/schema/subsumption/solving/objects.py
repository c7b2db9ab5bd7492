"""Objects that fit facts: what must be there, what is asked of some property, how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product
from typing import TYPE_CHECKING, Any

from dynclient.schema import patterns
from dynclient.schema.dialect import Schema
from dynclient.schema.subsumption.answers import Unknown
from dynclient.schema.subsumption.solving.answers import EMPTY, NOBODY_KNOWS, Answer, Found
from dynclient.schema.subsumption.solving.cells import Cell, Exists, Names, Part
from dynclient.schema.subsumption.solving.growing import another
from dynclient.schema.subsumption.solving.limits import Only
from dynclient.schema.subsumption.solving.terms import Term

if TYPE_CHECKING:
    from dynclient.schema.subsumption.solving.solver import Solver

#: With more patterns of names than this their overlaps are not looked into.
MAX_PATTERNS = 4

#: Names for what nobody declares.
_READABLE = ("other", "x", "a", "b", "additional")

#: An object of more properties is not made.
MAX_PROPERTIES = 200


def value(solver: Solver, cell: Cell) -> Answer:
    """Return an object that fits the facts of a cell, EMPTY where none can."""
    least, most = cell.counts
    if len(cell.required) > (most if most is not None else len(cell.required)) or (
        most is not None and least > most
    ):
        return EMPTY
    return another(cell, lambda larger: _Search(solver, larger).value(), "counts")


class _Search:
    def __init__(self, solver: Solver, cell: Cell) -> None:
        self._solver = solver
        self._cell = cell
        limits = (solver.only(limit, cell.barred) for limit in cell.limits)
        self._only = [only for only in limits if only is not None]
        self._chosen: dict[str, tuple[Term, ...]] = dict.fromkeys(sorted(cell.required), ())
        self._known = self._names()
        self._doubt: Answer | None = None

    def value(self) -> Answer:
        """Return an object, EMPTY or Unknown."""
        for name in self._chosen:
            if self._member(name, ()) is EMPTY:
                return EMPTY
        for exists in sorted(self._cell.exists, key=_freedom):
            found = self._placed(exists)
            if found is EMPTY:
                return EMPTY
        filled = self._filled()
        if filled is EMPTY or self._doubt is not None or filled is not None:
            return filled or self._doubt or NOBODY_KNOWS
        return self._made()

    def _made(self) -> Answer:
        """Return the object of what was chosen."""
        most = self._cell.counts[1]
        if most is not None and len(self._chosen) > most:
            return NOBODY_KNOWS
        made: dict[str, Any] = {}
        for name, extra in self._chosen.items():
            answer = self._member(name, extra)
            if not isinstance(answer, Found):
                return answer if isinstance(answer, Unknown) else NOBODY_KNOWS
            made[name] = answer.value
        return Found(made)

    # --- what is asked of a property

    def _names(self) -> list[str]:
        """Return the names that somebody speaks of, in order."""
        found = dict.fromkeys(self._chosen)
        found |= dict.fromkeys(
            name for part in self._cell.parts for name in part.said.get("properties", ())
        )
        found |= dict.fromkeys(name for name, _ in self._cell.members)
        found |= dict.fromkeys(name for only in self._only for name in only.named)
        found |= dict.fromkeys(
            sorted(name for exists in self._cell.exists for name in exists.names.but)
        )
        return list(found)

    def _member(self, name: str, extra: tuple[Term, ...]) -> Answer:
        """Return a value of a property, EMPTY where it cannot be there."""
        if not all(self._solver.judge.holds(term, name) for term in self._cell.names):
            return EMPTY
        return self._solver.solve((*self._terms(name), *extra))

    def _terms(self, name: str) -> Iterator[Term]:
        spoken: set[int] = set()
        for part in self._cell.parts:
            own = list(_own(part, name))
            if own and not part.term.is_open:
                spoken.add(id(part.term.side))
            if not own and "additionalProperties" in part.said:
                own = [Term(part.term.side, part.said["additionalProperties"], mode=part.inner)]
            yield from own
        yield from (term for known, term in self._cell.members if known == name)
        for only in self._only:
            if id(only.limit.term.side) not in spoken or only.limit.said is not None:
                yield self._let_in(only, name)

    def _let_in(self, only: Only, name: str) -> Term:
        around, schemas = only.limit.term, only.schemas(name)
        marked = any(not around.is_open and around.side.is_marked(schema) for schema in schemas)
        schema = False if marked and len(schemas) == 1 else self._solver.fragment(schemas)
        return Term(around.side, schema, mode="open" if around.is_open else "part")

    # --- what some property is asked for

    def _placed(self, exists: Exists) -> Answer | None:
        """Let a property be there that is as asked; return EMPTY where none can be."""
        unknown: Answer | None = None
        known = [name for name in self._chosen if exists.names.may_hold(name)]
        most = self._cell.counts[1]
        is_full = most is not None and len(self._cell.required) >= most
        more = () if is_full else self._known
        known += [name for name in more if name not in self._chosen and exists.names.may_hold(name)]
        for name in known:
            if all(self._solver.judge.holds(term, name) for term in exists.names.terms):
                answer = self._member(name, (*self._chosen.get(name, ()), *exists.terms))
                if isinstance(answer, Found):
                    self._chosen[name] = (*self._chosen.get(name, ()), *exists.terms)
                    return None
                conflict = (
                    answer is EMPTY
                    and self._chosen.get(name)
                    and self._member(name, exists.terms) is not EMPTY
                )
                unknown = NOBODY_KNOWS if conflict else unknown if answer is EMPTY else answer
        fresh = (
            EMPTY
            if is_full
            else self._fresh(exists.names, exists.terms, {*self._known, *self._chosen})
        )
        if isinstance(fresh, Found):
            self._chosen[fresh.value] = exists.terms
            return None
        self._doubt = self._doubt or (fresh if isinstance(fresh, Unknown) else unknown)
        return EMPTY if fresh is EMPTY and unknown is None else None

    def _fresh(self, names: Names, terms: tuple[Term, ...], but: set[str]) -> Answer:
        """Return a name that nobody speaks of and whose value can be as asked."""
        all_patterns = list(dict.fromkeys(self._patterns()))
        asked = [
            pattern for pattern in all_patterns if pattern in names.like or pattern in names.unlike
        ]
        free = [pattern for pattern in all_patterns if pattern not in asked]
        if len(free) > MAX_PATTERNS:
            return Unknown("there are too many patterns of names")
        unknown: Answer = EMPTY
        for chosen in product((False, True), repeat=len(free)):
            like = [*names.like, *(p for p, is_like in zip(free, chosen, strict=True) if is_like)]
            unlike = [
                *names.unlike,
                *(p for p, is_like in zip(free, chosen, strict=True) if not is_like),
            ]
            name = self._name(like, unlike, but | names.but, names.terms)
            answer = self._member(name.value, terms) if isinstance(name, Found) else name
            if isinstance(answer, Found) and isinstance(name, Found):
                return name
            unknown = unknown if answer is EMPTY else answer
        return unknown

    def _patterns(self) -> Iterator[str]:
        for part in self._cell.parts:
            yield from part.said.get("patternProperties", ())
        yield from (pattern for only in self._only for pattern, _ in only.like)

    def _name(
        self, like: list[str], unlike: list[str], but: set[str], terms: tuple[Term, ...]
    ) -> Answer:
        """Return a name of a group of names that are all treated alike."""
        if not any((like, unlike, terms, self._cell.names)):
            return Found(next(name for name in _fresh_names() if name not in but))
        said = Schema(
            {"type": "string", "allOf": [Schema({"pattern": pattern}) for pattern in like]}
        )
        out = [Schema({"pattern": pattern}) for pattern in unlike] + (
            [Schema({"enum": sorted(but)})] if but else []
        )
        if out:
            said["not"] = Schema({"anyOf": out})
        asked = (*terms, *self._cell.names)
        for name in (name for name in _READABLE if name not in but):
            if _is_like(name, like, unlike) and all(
                self._solver.judge.holds(term, name) for term in asked
            ):
                return Found(name)
        return self._solver.solve((Term(self._cell.asked[0].side, said, mode="open"), *asked))

    # --- how many

    def _filled(self) -> Answer | None:
        """Let as many properties be there as are asked for; return EMPTY where there cannot be so many."""
        least = self._cell.counts[0]
        if least > MAX_PROPERTIES:
            return Unknown("too many properties are asked for")
        unknown: Answer | None = None
        for name in self._known:
            if len(self._chosen) >= least:
                return None
            answer = EMPTY if name in self._chosen else self._member(name, ())
            if isinstance(answer, Found):
                self._chosen[name] = ()
            unknown = unknown or (answer if isinstance(answer, Unknown) else None)
        while len(self._chosen) < least:
            fresh = self._fresh(Names(), (), {*self._known, *self._chosen})
            if not isinstance(fresh, Found):
                return unknown or fresh
            self._chosen[fresh.value] = ()
        return None


def _freedom(exists: Exists) -> int:
    """Order what is asked of some property: what leaves the least choice comes first, and may do for the others."""
    names = exists.names
    return -len(names.like) - len(names.unlike) - len(names.terms) - len(names.but)


def _own(part: Part, name: str) -> Iterator[Term]:
    """Yield what a part says of a property by its name and its patterns."""
    side = part.term.side
    found = [part.said["properties"][name]] if name in part.said.get("properties", ()) else []
    found += [
        s
        for p, s in part.said.get("patternProperties", {}).items()
        if patterns.compile(p).search(name)
    ]
    for schema in found:
        is_marked = not part.term.is_open and side.is_marked(schema)
        yield Term(side, False if is_marked else schema, mode=part.inner)


def _fresh_names() -> Iterator[str]:
    yield from _READABLE
    yield from (f"other{number}" for number in count(1))


def _is_like(name: str, like: list[str], unlike: list[str]) -> bool:
    return all(patterns.compile(p).search(name) for p in like) and not any(
        patterns.compile(p).search(name) for p in unlike
    )

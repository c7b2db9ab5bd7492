"""The search: facts are gathered, a value is made of them, and what it does not fit is looked into."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dynclient.schema.dialect import Schema
from dynclient.schema.readings import closable
from dynclient.schema.subsumption import numbers, strings
from dynclient.schema.subsumption.answers import Undecidable, Unknown
from dynclient.schema.subsumption.equality import Equality
from dynclient.schema.subsumption.solving import arrays, lending, objects
from dynclient.schema.subsumption.solving.answers import EMPTY, NOBODY_KNOWS, Answer, Found, best
from dynclient.schema.subsumption.solving.cells import NOTHING, Cell, Limit, distinct
from dynclient.schema.subsumption.solving.formatted import formatted
from dynclient.schema.subsumption.solving.holding import Fragment, holding
from dynclient.schema.subsumption.solving.judging import Judge
from dynclient.schema.subsumption.solving.limits import Only, only
from dynclient.schema.subsumption.solving.refusing import refusing
from dynclient.schema.subsumption.solving.terms import Derived, Key, Term

#: How deep values may be nested, and how many cells are looked at to find them: first shallow ones are looked for,
#: since in what goes round in circles every step leads to more.
ROUNDS = ((3, 500), (6, 1_000), (12, 1_500), (40, 2_000))

#: So many schemas of one value cost as much as a cell.
_A_STEP = 16

#: An engine costs as much as so many cells.
_AN_ENGINE = 5

#: In the order in which a value is looked for.
KINDS = ("string", "number", "boolean", "array", "object", "null")

#: A text that will do wherever any text does.
_PLAIN = "a"

_TOO_DEEP = Unknown("the schemas are too deep to follow")

_FEW: dict[str, tuple[Any, ...]] = {"boolean": (True, False), "null": (None,)}


class Solver:
    """Finds values that fit some schemas and not others, or proves that there are none; answers are kept.

    Args:
        equality: compares schemas of the narrow side with those of the wide one.
        judge: judges values.

    """

    def __init__(self, equality: Equality, judge: Judge) -> None:
        self._equality = equality
        self.judge = judge
        self._ways: dict[Key, tuple[Any, list[Cell]]] = {}
        self._fragments: dict[int, list[Any]] = {}
        self._single: dict[tuple[int, ...], Fragment] = {}
        self._only: dict[Any, tuple[Any, Only | None]] = {}
        self._answers: dict[frozenset[Key], tuple[Any, Answer]] = {}
        self._open: dict[frozenset[Key], int] = {}
        self._lowest = 0
        self._steps = 0
        self._depth = 0
        #: What all effort was spent on already.
        self._given_up: dict[frozenset[Key], tuple[Any, Answer]] = {}
        #: Whether something lay too deep; and what was not found out within so many levels more.
        self._is_cut = False
        self._doubts: dict[frozenset[Key], tuple[int, Any, Answer]] = {}

    def answer(self, terms: tuple[Term, ...]) -> Answer:
        """Return a value that fits all terms, EMPTY where it is proved that there is none, or Unknown."""
        key = frozenset(term.key for term in terms)
        if key in self._given_up:
            return self._given_up[key][1]
        answer: Answer = NOBODY_KNOWS
        for self._depth, self._steps in ROUNDS:
            self._is_cut = False
            answer = self.solve(terms)
            if not isinstance(answer, Unknown) or not (self._is_cut or self._steps <= 0):
                break
        if isinstance(answer, Unknown):
            self._given_up[key] = terms, answer
        return answer

    def solve(self, terms: tuple[Term, ...]) -> Answer:
        """Return the same, within the effort of a question that is under way.

        A question that comes up again inside itself is about a smaller value: if that answer was EMPTY all along, the
        smallest value there could be would hold a smaller one.
        """
        key = frozenset(term.key for term in terms)
        if key in self._open:
            self._lowest = min(self._lowest, self._open[key])
            return EMPTY
        if key in self._answers:
            return self._answers[key][1]
        depth = len(self._open)
        left, _, doubt = self._doubts.get(key, (0, None, _TOO_DEEP))
        if left >= self._depth - depth:
            self._is_cut = True
            return doubt
        return self._deeper(key, terms, depth)

    def _deeper(self, key: frozenset[Key], terms: tuple[Term, ...], depth: int) -> Answer:
        """Solve a question for the first time, or with more levels than before, and keep what holds everywhere."""
        self._open[key] = depth
        lowest, self._lowest = self._lowest, depth + 1
        is_cut, self._is_cut = self._is_cut, False
        try:
            answer = self._solved(terms)
        finally:
            del self._open[key]
        if self._lowest >= depth and (self._steps > 0 or not isinstance(answer, Unknown)):
            if self._is_cut and isinstance(answer, Unknown):
                self._doubts[key] = self._depth - depth, terms, answer
            else:
                self._answers[key] = terms, answer
        self._lowest = min(lowest, self._lowest) if self._lowest < depth else lowest
        self._is_cut = is_cut or self._is_cut
        return answer

    def _solved(self, terms: tuple[Term, ...]) -> Answer:
        if any(term.schema is (not term.wanted) for term in terms):
            return EMPTY
        cell = self.gathered(Cell(limits=self._closing(terms)), terms)
        if cell.values is not None:
            return self._listed(list(cell.values), terms)
        answers: list[Answer] = []
        for kind in (k for k in KINDS if k in cell.kinds):
            answers.append(self._kind(cell, kind, terms))
            if isinstance(answers[-1], Found):
                break
        return best(answers)

    def _listed(self, values: list[Any], terms: tuple[Term, ...]) -> Answer:
        value = next((v for v in values if all(self._holds(term, v) for term in terms)), EMPTY)
        return EMPTY if value is EMPTY else Found(value)

    def _closing(self, terms: tuple[Term, ...]) -> tuple[Limit, ...]:
        """Return what the reading of a side that closes lets in, all its schemas of the value taken together."""
        sides: dict[int, list[Term]] = {}
        for term in terms:
            closes = term.wanted and term.mode == "location" and not term.is_open
            if closes and isinstance(term.schema, dict) and not isinstance(term.schema, Derived):
                sides.setdefault(id(term.side), []).append(term)
        found = []
        for closing in sides.values():
            schemas, first = tuple(term.schema for term in closing), closing[0]
            if closable(Schema({"allOf": list(schemas)}), first.side.defs):
                found.append(Limit(first, schemas, Term(first.side, False)))
        return tuple(found)

    # --- facts

    def gathered(self, cell: Cell, terms: tuple[Term, ...]) -> Cell:
        """Return the facts of a cell and of terms; what holds in several ways stays pending."""
        todo, pending, known = [*terms], list(cell.pending), list(cell.asked)
        seen = {term.key for term in known}
        while todo:
            term = todo.pop(0)
            if term.key in seen:
                continue
            seen.add(term.key)
            known.append(term)
            ways = self.ways(term)
            if not ways:
                return NOTHING
            if len(ways) > 1:
                pending.append(term)
                continue
            cell &= _settled(ways[0])
            todo += ways[0].pending
        self._steps -= len(known) // _A_STEP
        if cell.is_plainly_empty or self._contradict(known):
            return NOTHING
        return replace(cell, pending=tuple(pending), asked=tuple(known))

    def ways(self, term: Term) -> list[Cell]:
        """Return the ways in which a value can be as a term asks."""
        if term.key not in self._ways:
            found = holding(term, self._fragments) if term.wanted else refusing(term)
            self._ways[term.key] = term, [way for way in found if not way.is_plainly_empty]
        return self._ways[term.key][1]

    def _contradict(self, terms: list[Term]) -> bool:
        """Tell whether a schema is wanted and the same one is refused."""
        wanted = [
            t
            for t in terms
            if t.wanted and isinstance(t.schema, dict) and not _is_made_up(t.schema)
        ]
        refused = [t for t in terms if not t.wanted and isinstance(t.schema, dict)]
        located = [term for term in wanted if term.mode == "location" and not term.is_open]
        return any(self._is_within(one, other, located) for one in wanted for other in refused)

    def _is_within(self, one: Term, other: Term, located: list[Term]) -> bool:
        """Tell whether what fits the one fits the other; where both close, only what closes alone closes the same."""
        if not other.is_open and (other.mode != "location" or located != [one]):
            return False
        if one.side is other.side:
            return one.schema is other.schema
        return self._equality.either(one.side.defs, one.schema, other.schema)

    def fragment(self, schemas: tuple[Any, ...]) -> Any:
        """Return a schema that at least one of several fits, the same each time."""
        if len(schemas) == 1:
            return schemas[0]
        key = tuple(map(id, schemas))
        return self._single.setdefault(key, Fragment({"anyOf": list(schemas)}))

    def only(self, limit: Limit, barred: tuple[Any, ...]) -> Only | None:
        """Return the properties that a limit lets in."""
        key = (
            limit.term.key,
            tuple(map(id, limit.schemas)),
            tuple(sorted(map(id, barred))),
            id(limit.said),
        )
        if key not in self._only:
            self._only[key] = (limit, barred), only(limit, barred)
        return self._only[key][1]

    # --- values

    def _kind(self, cell: Cell, kind: str, terms: tuple[Term, ...]) -> Answer:
        """Return a value of one kind."""
        self._steps -= 1
        if self._steps < 0:
            return NOBODY_KNOWS
        few = _FEW.get(kind, cell.values)
        if few is not None:
            return self._listed(list(few), terms)
        try:
            answer = self._plain(cell, kind)
        except Undecidable as error:
            return Unknown(error.why)
        if answer is EMPTY:
            return EMPTY
        pending = self._next(cell, answer)
        if pending is not None:
            return self._split(cell, kind, terms, pending)
        return self._checked(cell, answer, terms) if kind == "object" else answer

    def _checked(self, cell: Cell, answer: Answer, terms: tuple[Term, ...]) -> Answer:
        """Return an object only if those who close say of it what is made believe here."""
        answer = self._let_in(cell, answer) if cell.limits else answer
        return answer if self._is_refused(terms, answer) else NOBODY_KNOWS

    def _is_refused(self, terms: tuple[Term, ...], answer: Answer) -> bool:
        """Tell whether an object is refused by whoever closes: what is undeclared here may be declared elsewhere."""
        self._steps -= 1
        closing = [
            term
            for term in terms
            if not term.wanted and not term.is_open and term.mode == "location"
        ]
        return not isinstance(answer, Found) or all(
            self._holds(term, answer.value) for term in closing
        )

    def _holds(self, term: Term, value: Any) -> bool:
        """Tell whether a value is as a term asks; to make an engine for that is an effort."""
        known = self.judge.compiled
        holds = self.judge.holds(term, value)
        self._steps -= _AN_ENGINE * (self.judge.compiled - known)
        return holds

    def _let_in(self, cell: Cell, answer: Answer) -> Answer:
        """Return a value that has nothing of alternatives which do not fit it: another one, where it has."""
        out = lending.misfits(self.judge, cell, answer)
        if not out:
            return answer
        again = objects.value(self, replace(cell, barred=(*cell.barred, *out)))
        is_good = isinstance(again, Found) and not lending.misfits(self.judge, cell, again)
        return again if is_good and self._next(cell, again) is None else NOBODY_KNOWS

    def _plain(self, cell: Cell, kind: str) -> Answer:
        """Return a value that fits the facts; what is pending is left aside."""
        if kind == "array":
            return arrays.value(self, cell)
        if kind == "object":
            return objects.value(self, cell)
        if kind == "number":
            given = [
                v for v in cell.without if isinstance(v, int | float) and not isinstance(v, bool)
            ]
            return _answer(numbers.example(cell.numbers.without(given)))
        texts = cell.strings.without(v for v in cell.without if isinstance(v, str))
        found = formatted(texts, cell.formats)
        return found or (Found(_PLAIN) if texts.holds(_PLAIN) else _answer(strings.example(texts)))

    def _next(self, cell: Cell, answer: Answer) -> Term | None:
        """Return what to look into: what the value does not fit; of several what has fewest ways."""
        waiting = list(cell.pending)
        if isinstance(answer, Found):
            self._steps -= len(waiting) // _A_STEP
            waiting = [term for term in waiting if not self._holds(term, answer.value)]
        return min(waiting, key=lambda term: len(self.ways(term)), default=None)

    def _split(self, cell: Cell, kind: str, terms: tuple[Term, ...], pending: Term) -> Answer:
        answers: list[Answer] = []
        rest = distinct((t for t in cell.pending if t is not pending), lambda term: term.key)
        for way in self.ways(pending):
            if kind not in way.kinds:
                continue
            if self._steps < 0:
                answers.append(NOBODY_KNOWS)
                break
            left = _with_pending(cell & _settled(way), rest)
            part = self.gathered(left, way.pending)
            if kind in part.kinds:
                answers.append(self._kind(part, kind, terms))
            if answers and isinstance(answers[-1], Found):
                break
        return best(answers)


def _settled(cell: Cell) -> Cell:
    return _with_pending(cell, ())


def _with_pending(cell: Cell, pending: tuple[Term, ...]) -> Cell:
    return replace(cell, pending=pending)


def _is_made_up(schema: Any) -> bool:
    return isinstance(schema, Derived | Fragment)


def _answer(found: Any) -> Answer:
    """Return the answer of a set of numbers or texts."""
    if found is None:
        return EMPTY
    return found if isinstance(found, Unknown) else Found(found)

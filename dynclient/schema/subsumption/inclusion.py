"""Whether every value of one schema fits another: a proof, or the gaps, each with a payload that shows it.

Rules prove; nothing else does. Where a rule fails, it proposes a value, and the engines decide whether that is a
witness. What is neither proved nor refuted stays `unknown`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from dynclient.schema.dialect import Schema
from dynclient.schema.engine import Checker
from dynclient.schema.samples import Sampler, Unsampled
from dynclient.schema.subsumption import arrays, objects, scalars
from dynclient.schema.subsumption.answers import Unknown
from dynclient.schema.subsumption.branches import Branch, TooWide, place_of
from dynclient.schema.subsumption.conditions import failing
from dynclient.schema.subsumption.equality import Equality, assertions
from dynclient.schema.subsumption.gaps import ABSENT, Gap, Suspicion, suspicion
from dynclient.schema.subsumption.pairs import Pairs
from dynclient.schema.subsumption.sides import Side
from dynclient.schema.subsumption.solving import Solver, Term, unless
from dynclient.schema.subsumption.solving.answers import EMPTY, Answer, Found
from dynclient.schema.subsumption.solving.holding import is_anything
from dynclient.schema.subsumption.solving.judging import Judge, agree
from dynclient.violations import Place


class Inclusion:
    """Compares schemas of two documents in one direction; proofs are kept and shared by everything that asks.

    Args:
        narrow: the side whose values are sent.
        wide: the side that must take them.

    """

    def __init__(self, narrow: Side, wide: Side) -> None:
        self.narrow = narrow
        self.wide = wide
        self.statistics: Counter[str] = Counter()
        self.judge = Judge()
        self.equality = Equality(narrow.defs, wide.defs)
        self.solver = Solver(self.equality, self.judge)
        self._pairs = Pairs(self._against, self._refused_by_all)
        self._joins: dict[Any, tuple[Any, Any]] = {}
        self._suspicions: dict[Any, tuple[Suspicion, ...]] = {}
        self._refusals: dict[int, tuple[Any, Schema]] = {}
        #: Keys are identities: what is compared must not be collected meanwhile.
        self._kept: list[Any] = []
        self._barred: dict[int, tuple[Branch, dict[str, list[Any]]]] = {}
        self._samples: dict[tuple[int, ...], Any] = {}

    def gaps(self, a: Schema | bool, b: Schema | bool) -> tuple[Gap, ...]:
        """Return every cause for which a value of `a` might not fit `b`; () where each is proved to fit."""
        found = self.suspicions(a, b)
        gaps = [gap for one in found if (gap := self.settled(one, a, b)) is not None]
        if found and not gaps:
            gaps = [gap for gap in [self.as_a_whole(found[0], a, b)] if gap is not None]
        return tuple({_identity(gap): gap for gap in gaps}.values())

    def suspicions(self, a: Schema | bool, b: Schema | bool) -> tuple[Suspicion, ...]:
        """Return everything that speaks against all values of `a` fitting `b`; () is a proof that they do."""
        found = self.compare((a,), (b,))
        key = found[0].pair if len(found) == 1 else None
        if key is None:
            return found
        if key not in self._suspicions:
            self._suspicions[key] = tuple(self._pairs.followed(found))
        return self._suspicions[key]

    def as_a_whole(self, first: Suspicion, a: Any, b: Any) -> Gap | None:
        """Return None where all fits after all, else what speaks against it.

        What was found to be no cause may have stood for others, so that the whole has the last word.
        """
        return self.settled(replace(first, make=None, condition=None), a, b)

    @property
    def compared(self) -> int:
        """How many pairs of schemas were compared."""
        return len(self._pairs)

    def settled(self, one: Suspicion, a: Any, b: Any) -> Gap | None:
        """Return the gap of a suspicion, refuted only if both engines agree on its witness; None where it is none."""
        b = self._refusal(b)
        witness = self._witness(one.make() if one.make else ABSENT, a, b)
        if witness is ABSENT or not self.judge.checker(self.narrow, a, formats=True).accepts(
            witness
        ):
            answer = self._solved(one, a, b)
            if answer is EMPTY and witness is ABSENT:
                self.statistics["excluded"] += 1
                return None
            other = self._witness(answer.value, a, b) if isinstance(answer, Found) else ABSENT
            witness = self._better(witness, other, a)
        self.statistics["unknown" if witness is ABSENT else "refuted"] += 1
        return (
            one.gap
            if witness is ABSENT
            else replace(one.gap, verdict="refuted", because="", witness=witness)
        )

    def _refusal(self, b: Any) -> Schema:
        """Return what a value must not fit: the same schema for the same one, since what is known of it is kept."""
        if id(b) not in self._refusals:
            self._refusals[id(b)] = b, Schema({"allOf": [b]})
        return self._refusals[id(b)][1]

    def _witness(self, value: Any, a: Any, b: Schema) -> Any:
        """Return a value if both engines agree that it is sent and not taken, else ABSENT."""
        if value is ABSENT or not agree(self.judge.checker(self.narrow, a), value, wanted=True):
            return ABSENT
        return value if agree(self.judge.checker(self.wide, b), value, wanted=False) else ABSENT

    def _better(self, one: Any, other: Any, a: Any) -> Any:
        """Return the one of two witnesses that also has the formats that are declared."""
        if other is ABSENT or one is ABSENT:
            return one if other is ABSENT else other
        return other if self.judge.checker(self.narrow, a, formats=True).accepts(other) else one

    def _solved(self, one: Suspicion, a: Any, b: Schema) -> Answer:
        """Search for a value that is sent, is not taken, and shows what is suspected."""
        shown = [Term(self.wide, one.condition)] if one.condition is not None else []
        return self.solver.answer((Term(self.narrow, a), Term(self.wide, b, wanted=False), *shown))

    # --- pairs

    def compare(self, a: tuple[Any, ...], b: tuple[Any, ...]) -> tuple[Suspicion, ...]:
        """Return what speaks against the values of `a`, all of them holding, fitting all of `b`."""
        a, b = tuple(map(self.narrow.target, a)), tuple(map(self.wide.target, b))
        return () if not b or self._is_same(a, b) else self._pairs.ask(a, b)

    def _against(self, a: tuple[Any, ...], b: tuple[Any, ...]) -> Iterator[Suspicion]:
        refused = unless(Schema({"allOf": list(b)}))
        return (one.placed(_place(a), _place(b), refused) for one in self._causes(a, b))

    def _refused_by_all(self, a: tuple[Any, ...], b: tuple[Any, ...], value: Any) -> Any:
        """Return a value that no alternative of a pair takes: the one that is given, else one that is searched for."""
        sent, taken = self._joined(a), self._joined(b)
        is_sent = value is not ABSENT and self.judge.checker(self.narrow, sent).accepts(value)
        if is_sent and not self.judge.checker(self.wide, taken).accepts(value):
            return value
        answer = self.solver.answer((Term(self.narrow, sent), Term(self.wide, taken, wanted=False)))
        return answer.value if isinstance(answer, Found) else ABSENT

    def _joined(self, schemas: tuple[Any, ...]) -> Any:
        """Return schemas that hold all at once as one: the same one for the same ones, since what is known is kept."""
        key = tuple(map(id, schemas))
        if key not in self._joins:
            self._joins[key] = (
                schemas,
                schemas[0] if len(schemas) == 1 else Schema({"allOf": list(schemas)}),
            )
        return self._joins[key][1]

    def _is_same(self, a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
        """Tell whether what is asked is among what holds; a side that closes closes all that it asks together."""
        holds = self.equality.holds
        is_within = all(any(holds(one, other) for one in a) for other in b)
        return is_within and (
            self.wide.reading == "consumer"
            or all(any(holds(one, other) for other in b) for one in a)
        )

    def _causes(self, a: tuple[Any, ...], b: tuple[Any, ...]) -> Iterator[Suspicion]:
        try:
            sent, taken = self.narrow.branches(a), self.wide.taken(b)
        except TooWide:
            yield suspicion(
                "anyOf", None, None, because="there are too many alternatives to tell apart"
            )
            return
        if missing := self._missing(a, taken):
            yield missing
            return
        spoken = frozenset[Any]().union(*(branch.spoken for branch in sent))
        for branch in sent:
            if branch.values is not None:
                yield from scalars.listed(self, branch.values, branch, b, taken)
                continue
            few = [
                value for kind, values in _FEW.items() if kind in branch.kinds for value in values
            ]
            yield from scalars.listed(self, few, branch, b, taken)
            for kind in sorted(branch.kinds - _FEW.keys()):
                yield from self._kind(
                    branch, kind, [_beside_others(branch, other, spoken) for other in taken]
                )

    def _missing(self, a: tuple[Any, ...], taken: list[Branch]) -> Suspicion | None:
        """Return that some kind of value is not taken, where anything is sent: all else would be the same cause."""
        if any(
            schema is False or (isinstance(schema, dict) and assertions(schema)) for schema in a
        ):
            return None
        wanted = frozenset[str]().union(*(other.kinds for other in taken))
        kinds = [kind for kind in _ANYTHING if kind not in wanted]
        return (
            suspicion("type", None, sorted(wanted), lambda: _ANYTHING[kinds[0]]) if kinds else None
        )

    def _kind(self, branch: Branch, kind: str, taken: list[Branch]) -> Iterator[Suspicion]:
        """Compare the values of one kind with the alternatives that take that kind."""
        if self._is_empty(branch, kind):
            return
        fitting = [other for other in taken if kind in other.kinds]
        if not fitting:
            said, wanted = (
                sorted(branch.kinds),
                sorted(frozenset().union(*(other.kinds for other in taken))),
            )
            yield suspicion("type", said, wanted, lambda: self.example(branch, kind))
            return
        likeliest = self._likeliest(branch, kind, fitting)
        if len(likeliest) > 1:
            self._pairs.is_joint()
        found = self._least(branch, kind, likeliest)
        if found and not (
            len(fitting) > 1 and kind in _COVERED and scalars.is_covered(branch, kind, fitting)
        ):
            yield from found

    def _least(self, branch: Branch, kind: str, likeliest: list[Branch]) -> tuple[Suspicion, ...]:
        """Return what speaks against the alternative of the same name, else against the one with least against it.

        Of the others no more is asked than whether they are better than that.
        """
        best: tuple[Suspicion, ...] | None = None
        is_known = self._is_namesake(branch, likeliest[:1])
        for other in likeliest:
            facets = self._facets(branch, kind, other)
            enough = None if best is None else 1 if is_known else len(best)
            found = tuple(islice(facets, enough))
            if not found:
                return ()
            if best is None or (not is_known and len(found) < len(best)):
                best = found
        return best or ()

    def _likeliest(self, branch: Branch, kind: str, fitting: list[Branch]) -> list[Branch]:
        """Return the alternatives that may take a value, the one of the same name first; those of other tags cannot."""
        if len(fitting) < 2:  # noqa: PLR2004 (no choice)
            return fitting
        near = [
            other
            for other in fitting
            if kind != "object" or not objects.are_apart(self, branch, kind, other)
        ]
        return sorted(near or fitting, key=lambda other: not self._is_namesake(branch, [other]))

    def _is_namesake(self, branch: Branch, others: list[Branch]) -> bool:
        """Tell whether one of several alternatives stands where an alternative stands in the other document."""
        mine = branch.place("type")
        places = [other.place("type") for other in others]
        return mine is not None and any(
            place is not None and place.pointer == mine.pointer for place in places
        )

    def _is_empty(self, branch: Branch, kind: str) -> bool:
        if kind == "object":
            return any(self.narrow.is_refused(branch, name) for name in branch.required)
        return kind in ("number", "string") and scalars.is_empty(branch, kind)

    def _facets(self, branch: Branch, kind: str, other: Branch) -> Iterator[Suspicion]:
        """Compare one kind of value with one alternative; what is about a keyword is placed where it is said."""
        for one in self._unplaced(branch, kind, other):
            gap = one.gap
            mine, theirs = (
                branch.place(gap.rule, gap.narrow),
                other.place(gap.rule, gap.wide, gap.name),
            )
            yield one if gap.rule == "oneOf" else one.placed(mine, theirs, failing(other, gap))

    def _unplaced(self, branch: Branch, kind: str, other: Branch) -> Iterator[Suspicion]:
        if other.values is not None and kind in ("array", "object"):
            yield suspicion("enum", None, other.values, lambda: self.example(branch, kind))
        if kind in ("number", "string"):
            yield from scalars.facets(branch, kind, other)
        elif kind == "array":
            yield from arrays.facets(self, branch, other)
        elif kind == "object":
            yield from objects.facets(self, branch, other)
        yield from self._opaque(branch, kind, other)

    def _opaque(self, branch: Branch, kind: str, other: Branch) -> Iterator[Suspicion]:
        """Suspect what no rule decides, unless both sides say the same."""
        for barred in other.barred:
            if not self._is_barred(branch, barred) and not objects.is_apart(
                self, branch, kind, barred
            ):
                yield suspicion("oneOf", None, None, lambda: self.example(branch, kind))
        for keyword in ("not", *_OPAQUE.get(kind, ())):
            for wanted in other.said(keyword):
                if not any(
                    self._is_same_keyword(keyword, said, wanted) for said in branch.said(keyword)
                ):
                    yield suspicion(keyword, None, None, lambda: self.example(branch, kind))
        for keyword in _UNEVALUATED.get(kind, ()):
            for wanted in other.said(keyword):
                if not is_anything(wanted):
                    yield suspicion(keyword, None, wanted, lambda: self.example(branch, kind))

    def _is_barred(self, branch: Branch, barred: Any) -> bool:
        """Tell whether what must not fit on the other side is among what must not fit on this one."""
        if id(branch) not in self._barred:
            by_look: dict[str, list[Any]] = {}
            for one in branch.barred:
                by_look.setdefault(self.equality.look(one, mine=True), []).append(one)
            self._barred[id(branch)] = branch, by_look
        alike = (
            self._barred[id(branch)][1].get(self.equality.look(barred, mine=False), ())
            if branch.barred
            else ()
        )
        return any(self.equality.holds(one, barred) for one in alike)

    def _is_same_keyword(self, keyword: str, said: Any, wanted: Any) -> bool:
        return self.equality.holds({keyword: said}, {keyword: wanted})

    # --- examples

    def example(self, branch: Branch, kind: str = "") -> Any:
        """Return a small value of an alternative, ABSENT where none is found."""
        extra = {"type": kind} if kind else {}
        schema = Schema(
            {
                "allOf": [
                    *branch.parts,
                    *([extra] if extra else []),
                    *({"not": s} for s in branch.barred),
                ]
            }
        )
        key = (*map(id, branch.parts), *map(id, branch.barred), KIND_IDS.get(kind, 0))
        if key not in self._samples:
            self._kept.append(branch)
            self._samples[key] = self._sampled(schema)
        return self._samples[key]

    def example_of(self, schemas: tuple[Any, ...]) -> Any:
        """Return a small value that fits several schemas, ABSENT where none is found."""
        return self._sampled(Schema({"allOf": list(schemas)}))

    def _sampled(self, schema: Schema) -> Any:
        answer = self.solver.answer((Term(self.narrow, schema),))
        if not isinstance(answer, Unknown):
            return answer.value if isinstance(answer, Found) else ABSENT
        for judged in (
            self.judge.root(self.narrow, schema, formats=formats) for formats in (True, False)
        ):
            try:
                return Sampler(judged, compile_schema=_compiled).sample(optional="none")
            except Unsampled:
                continue
        return ABSENT


#: What is looked into by no rule, by the kind of value that it speaks of.
_OPAQUE = {
    "object": ("dependentSchemas", "propertyNames"),
}

#: What these say depends on the schemas around them, so that the same words on both sides prove nothing.
_UNEVALUATED = {"array": ("unevaluatedItems",), "object": ("unevaluatedProperties",)}

#: A value of each kind, for whoever may send any.
_ANYTHING: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "number": 0,
    "string": "",
    "array": [],
    "object": {},
}

#: The kinds that have few values.
_FEW: dict[str, tuple[Any, ...]] = {"null": (None,), "boolean": (True, False)}

#: The kinds of which several alternatives together may take all.
_COVERED = ("number", "string")

KIND_IDS = {
    kind: number
    for number, kind in enumerate(("array", "boolean", "null", "number", "object", "string"), 1)
}


def _compiled(schema: dict[str, Any]) -> Any:
    return Checker(schema).accepts


def _identity(gap: Gap) -> tuple[Any, ...]:
    return gap.rule, gap.path, gap.name, gap.narrow_place, gap.wide_place, repr(gap.wide)


def _beside_others(branch: Branch, other: Branch, spoken: frozenset[tuple[str, str]]) -> Branch:
    """Return what takes an alternative, with what is lent to that by others which are sent.

    Whoever sends what another alternative declares fits that one too; and what takes that one declares it, or it is
    suspected there.
    """
    lent = frozenset((k, name) for part in branch.lent for k in part for name in part[k])
    return replace(other, lets=lent & spoken) if other.closed and lent else other


def _place(schemas: tuple[Any, ...]) -> Place | None:
    return next((place for place in map(place_of, schemas) if place is not None), None)

"""Whether every value of one schema fits another: a proof, or the gaps, each with a payload that shows it.

Rules prove; nothing else does. Where a rule fails, it proposes a value, and the engines decide whether that is a
witness. What is neither proved nor refuted stays `unknown`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from dynclient.schema.dialect import Schema, bundled
from dynclient.schema.engine import Checker
from dynclient.schema.readings import closed
from dynclient.schema.samples import Sampler, Unsampled
from dynclient.schema.subsumption import arrays, objects, scalars
from dynclient.schema.subsumption.equality import Equality
from dynclient.schema.subsumption.gaps import ABSENT, Gap, Suspicion, suspicion
from dynclient.schema.subsumption.sides import Branch, Side, TooWide, place_of
from dynclient.violations import Place

Key = tuple[tuple[int, ...], tuple[int, ...]]

#: How deep two schemas are followed before nobody can say.
MAX_DEPTH = 60

#: How many pairs of schemas are compared for two documents.
MAX_PAIRS = 200_000


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
        self._equality = Equality(narrow.defs, wide.defs)
        self._found: dict[Key, tuple[Suspicion, ...]] = {}
        self._open: dict[Key, int] = {}
        self._lowest = 0
        #: Keys are identities: what is compared must not be collected meanwhile.
        self._kept: list[Any] = []
        self._samples: dict[tuple[int, ...], Any] = {}

    def gaps(self, a: Schema | bool, b: Schema | bool) -> tuple[Gap, ...]:
        """Return every cause for which a value of `a` might not fit `b`; () where each is proved to fit."""
        found = self.compare((a,), (b,))
        if not found:
            return ()
        sent = Checker(closed(a, self.narrow.defs, self.narrow.direction)) if self._is_producer else self._checker(a)
        taken = Checker(bundled(b, self.wide.defs))
        gaps = [self._checked(one, sent, taken) for one in found]
        return tuple({_identity(gap): gap for gap in gaps}.values())

    @property
    def _is_producer(self) -> bool:
        return self.narrow.reading == "producer"

    def _checker(self, a: Schema | bool) -> Checker:
        return Checker(bundled(a, self.narrow.defs))

    def _checked(self, one: Suspicion, sent: Checker, taken: Checker) -> Gap:
        """Return the gap of a suspicion, refuted only if both engines agree on its witness."""
        value = one.make() if one.make else ABSENT
        if value is ABSENT or not _both(sent, value, wanted=True) or not _both(taken, value, wanted=False):
            self.statistics["unknown"] += 1
            return one.gap
        self.statistics["refuted"] += 1
        return replace(one.gap, verdict="refuted", because="", witness=value)

    # --- pairs

    def compare(self, a: tuple[Any, ...], b: tuple[Any, ...]) -> tuple[Suspicion, ...]:
        """Return what speaks against the values of `a`, all of them holding, fitting all of `b`."""
        a, b = tuple(map(self.narrow.target, a)), tuple(map(self.wide.target, b))
        if not b or self._is_same(a, b):
            return ()
        key: Key = tuple(map(id, a)), tuple(map(id, b))
        if key in self._open:  # coinduction: the pair is under way, and holds unless something else fails
            self._lowest = min(self._lowest, self._open[key])
            return ()
        if key in self._found:
            return self._found[key]
        if len(self._open) >= MAX_DEPTH or len(self._found) >= MAX_PAIRS:
            found = suspicion("depth", None, None, because="the schemas are too deep or too many to follow")
            return (found.placed(_place(a), _place(b)),)
        return self._entered(key, a, b)

    def _entered(self, key: Key, a: tuple[Any, ...], b: tuple[Any, ...]) -> tuple[Suspicion, ...]:
        """Compare a pair, and keep the answer unless it rests on a pair that is still under way."""
        self.statistics["compared"] += 1
        depth = self._open[key] = len(self._open)
        outer, self._lowest = self._lowest, depth + 1
        try:
            places = _place(a), _place(b)
            found = _distinct(one.placed(*places) for one in self._causes(a, b))
        finally:
            del self._open[key]
        if self._lowest >= depth:
            self._found[key] = found
            self._kept.append((a, b))
        self._lowest = min(outer, self._lowest) if self._lowest < depth else outer
        return found

    def _is_same(self, a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
        return all(any(self._equality.holds(one, other) for one in a) for other in b)

    def _causes(self, a: tuple[Any, ...], b: tuple[Any, ...]) -> Iterator[Suspicion]:
        try:
            sent, taken = self.narrow.branches(a), self.wide.branches(b)
        except TooWide:
            yield suspicion("anyOf", None, None, because="there are too many alternatives to tell apart")
            return
        for branch in sent:
            if branch.values is not None:
                yield from scalars.listed(self, branch.values, branch, b)
                continue
            few = [value for kind, values in _FEW.items() if kind in branch.kinds for value in values]
            yield from scalars.listed(self, few, branch, b)
            for kind in sorted(branch.kinds - _FEW.keys()):
                yield from self._kind(branch, kind, taken)

    def _kind(self, branch: Branch, kind: str, taken: list[Branch]) -> Iterator[Suspicion]:
        """Compare the values of one kind with the alternatives that take that kind."""
        if self._is_empty(branch, kind):
            return
        fitting = [other for other in taken if kind in other.kinds]
        if not fitting:
            said, wanted = sorted(branch.kinds), sorted(frozenset().union(*(other.kinds for other in taken)))
            yield suspicion("type", said, wanted, lambda: self.example(branch, kind))
            return
        answers = []
        for other in fitting:
            answers.append(tuple(self._facets(branch, kind, other)))
            if not answers[-1]:
                return
        if len(fitting) > 1 and kind in ("number", "string") and scalars.is_covered(branch, kind, fitting):
            return
        yield from min(answers, key=len)

    def _is_empty(self, branch: Branch, kind: str) -> bool:
        if kind == "object":
            return any(self.narrow.is_refused(branch, name) for name in branch.required)
        return kind in ("number", "string") and scalars.is_empty(branch, kind)

    def _facets(self, branch: Branch, kind: str, other: Branch) -> Iterator[Suspicion]:
        """Compare one kind of value with one alternative; what is about a keyword is placed where it is said."""
        for one in self._unplaced(branch, kind, other):
            gap = one.gap
            is_whole = gap.rule == "oneOf"
            mine, theirs = branch.place(gap.rule, gap.narrow), other.place(gap.rule, gap.wide, gap.name)
            yield one if is_whole else one.placed(mine, theirs)

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
            held = any(self._equality.holds(one, barred) for one in branch.barred)
            if not held and not objects.is_apart(self, branch, kind, barred):
                yield suspicion("oneOf", None, None, lambda: self.example(branch, kind))
        for keyword in ("not", *_OPAQUE.get(kind, ())):
            for wanted in other.said(keyword):
                if not any(self._is_same_keyword(keyword, said, wanted) for said in branch.said(keyword)):
                    yield suspicion(keyword, None, None, lambda: self.example(branch, kind))

    def _is_same_keyword(self, keyword: str, said: Any, wanted: Any) -> bool:
        return self._equality.holds({keyword: said}, {keyword: wanted})

    # --- examples

    def example(self, branch: Branch, kind: str = "") -> Any:
        """Return a small value of an alternative, ABSENT where none is found."""
        extra = {"type": kind} if kind else {}
        schema = Schema({"allOf": [*branch.parts, *([extra] if extra else []), *({"not": s} for s in branch.barred)]})
        key = (*map(id, branch.parts), *map(id, branch.barred), KIND_IDS.get(kind, 0))
        if key not in self._samples:
            self._kept.append(branch)
            self._samples[key] = self._sampled(schema)
        return self._samples[key]

    def example_of(self, schemas: tuple[Any, ...]) -> Any:
        """Return a small value that fits several schemas, ABSENT where none is found."""
        return self._sampled(Schema({"allOf": list(schemas)}))

    def _sampled(self, schema: Schema) -> Any:
        defs, direction = self.narrow.defs, self.narrow.direction
        root = closed(schema, defs, direction) if self._is_producer else bundled(schema, defs)
        try:
            return Sampler(root).sample(optional="none")
        except Unsampled:
            return ABSENT


#: What is looked into by no rule, by the kind of value that it speaks of.
_OPAQUE = {
    "array": ("contains", "minContains", "maxContains", "unevaluatedItems"),
    "object": ("dependentSchemas", "unevaluatedProperties", "propertyNames"),
}

#: The kinds that have few values.
_FEW: dict[str, tuple[Any, ...]] = {"null": (None,), "boolean": (True, False)}

KIND_IDS = {kind: number for number, kind in enumerate(("array", "boolean", "null", "number", "object", "string"), 1)}


def _distinct(found: Iterable[Suspicion]) -> tuple[Suspicion, ...]:
    """Return each cause once, by its shortest path: in recursive schemas there is no end of paths to one place."""
    kept: dict[tuple[Any, ...], Suspicion] = {}
    for one in found:
        gap = one.gap
        key = (gap.rule, gap.name, gap.narrow_place, gap.wide_place, repr((gap.narrow, gap.wide)))
        if key not in kept or len(gap.path) < len(kept[key].gap.path):
            kept[key] = one
    return tuple(kept.values())


def _identity(gap: Gap) -> tuple[Any, ...]:
    return gap.rule, gap.path, gap.name, gap.narrow_place, gap.wide_place, repr(gap.wide)


def _place(schemas: tuple[Any, ...]) -> Place | None:
    return next((place for place in map(place_of, schemas) if place is not None), None)


def _both(checker: Checker, value: Any, *, wanted: bool) -> bool:
    """Tell whether both engines judge a value as wanted."""
    return checker.accepts(value) is wanted and checker.accepts_by_reference(value) is wanted

"""The pairs of schemas under comparison: each is held to be right until something speaks against it.

Schemas refer to each other in circles. So a pair is compared once, with what is known by then of the pairs inside it;
when one of those turns out wrong, those that asked for it are compared again. What is left at the end holds, since
nothing speaks against it but what was assumed of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from dynclient.schema.subsumption.gaps import Step, Suspicion, link, suspicion

Schemas = tuple[Any, ...]
Key = tuple[tuple[int, ...], tuple[int, ...]]

#: How many pairs of schemas are compared for two documents.
MAX_PAIRS = 200_000


class Pairs:
    """Keeps what speaks against each pair.

    Args:
        causes: yields what speaks against a pair; it asks for the pairs inside by `ask`.
        better: makes of a value that should speak against a pair one that does, where it can.

    """

    def __init__(
        self,
        causes: Callable[[Schemas, Schemas], Iterable[Suspicion]],
        better: Callable[[Schemas, Schemas, Any], Any],
    ) -> None:
        self._causes = causes
        self._better = better
        self._joint = set[Key]()
        self._found: dict[Key, tuple[Suspicion, ...]] = {}
        #: Keys are identities: what is compared must not be collected meanwhile.
        self._schemas: dict[Key, tuple[Schemas, Schemas]] = {}
        self._askers: dict[Key, dict[Key, None]] = {}
        self._todo: dict[Key, None] = {}
        self._asking: Key | None = None

    def __len__(self) -> int:
        return len(self._found)

    def ask(self, a: Schemas, b: Schemas) -> tuple[Suspicion, ...]:
        """Return () where a pair holds as far as is known, else one suspicion for all that speaks against it."""
        key: Key = tuple(map(id, a)), tuple(map(id, b))
        if key not in self._found:
            if len(self._found) >= MAX_PAIRS:
                return (
                    suspicion("depth", None, None, because="there are too many schemas to follow"),
                )
            self._found[key] = ()
            self._schemas[key] = (a, b)
            self._todo[key] = None
        if self._asking is None:
            self._settle()
        else:
            self._askers.setdefault(key, {})[self._asking] = None
        return (link(key),) if self._found[key] else ()

    def is_joint(self) -> None:
        """Note that several alternatives may take the values of the pair under comparison."""
        if self._asking is not None:
            self._joint.add(self._asking)

    def _settle(self) -> None:
        while self._todo:
            key, _ = self._todo.popitem()
            self._asking, before = key, self._found[key]
            try:
                self._found[key] = _distinct(self._causes(*self._schemas[key]))
            finally:
                self._asking = None
            if self._found[key] and not before:
                self._todo.update(self._askers.get(key, {}))

    def followed(self, found: Iterable[Suspicion]) -> Iterator[Suspicion]:
        """Yield suspicions with those that stand for a pair followed into it, each pair once, by its shortest path."""
        todo: list[tuple[Suspicion, tuple[Step, ...]]] = [(one, ()) for one in found]
        seen = set[Any]()
        for one, steps in todo:  # grows meanwhile
            if one.pair is None:
                yield _seen_from_around(one, steps)
            elif one.pair not in seen:
                seen.add(one.pair)
                outward = (*self._bettering(one.pair), *one.steps, *steps)
                todo += [(inner, outward) for inner in self._found[one.pair]]

    def _bettering(self, pair: Key) -> tuple[Step, ...]:
        """Return a step that stays where it is: there another alternative may take what one refuses."""
        return (("", partial(self._better, *self._schemas[pair])),) if pair in self._joint else ()


def _seen_from_around(one: Suspicion, steps: tuple[Step, ...]) -> Suspicion:
    for step, wrap in steps:
        one = one.inside(step, wrap)
    return one


def _distinct(found: Iterable[Suspicion]) -> tuple[Suspicion, ...]:
    """Return each cause once, by its shortest path."""
    kept: dict[tuple[Any, ...], Suspicion] = {}
    for one in found:
        gap = one.gap
        key = (
            one.pair,
            gap.rule,
            gap.name,
            gap.narrow_place,
            gap.wide_place,
            repr((gap.narrow, gap.wide)),
        )
        if key not in kept or len(gap.path) < len(kept[key].gap.path):
            kept[key] = one
    return tuple(kept.values())

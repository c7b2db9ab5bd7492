"""The pairs of schemas under comparison: each is held to be right until something speaks against it.

Schemas refer to each other in circles. So a pair is compared once, with what is known by then of the pairs inside it;
when one of those turns out wrong, those that asked for it are compared again. What is left at the end holds, since
nothing speaks against it but what was assumed of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from dynclient.containment.incompatibilities import (
    PathStep,
    SuspectedIncompatibility,
    build_link,
    suspect,
)

Conjunction = tuple[Any, ...]
PairKey = tuple[tuple[int, ...], tuple[int, ...]]

#: How many pairs of schemas are compared for two documents.
MAX_PAIRS = 200_000


class Worklist:
    """Keeps what speaks against each pair.

    Args:
        causes: yields what speaks against a pair; it asks for the pairs inside by `ask`.
        better: makes of a value that should speak against a pair one that does, where it can.

    """

    def __init__(
        self,
        causes: Callable[[Conjunction, Conjunction], Iterable[SuspectedIncompatibility]],
        better: Callable[[Conjunction, Conjunction, Any], Any],
    ) -> None:
        self._find_causes = causes
        self._improve_witness = better
        self._joint_pairs = set[PairKey]()
        self._suspected: dict[PairKey, tuple[SuspectedIncompatibility, ...]] = {}
        #: Keys are identities: what is compared must not be collected meanwhile.
        self._compared_schemas: dict[PairKey, tuple[Conjunction, Conjunction]] = {}
        self._dependents: dict[PairKey, dict[PairKey, None]] = {}
        self._queue: dict[PairKey, None] = {}
        self._current_pair: PairKey | None = None

    def __len__(self) -> int:
        return len(self._suspected)

    def query_pair(self, a: Conjunction, b: Conjunction) -> tuple[SuspectedIncompatibility, ...]:
        """Return () where a pair holds as far as is known, else one suspicion for all that speaks against it."""
        key: PairKey = tuple(map(id, a)), tuple(map(id, b))
        if key not in self._suspected:
            if len(self._suspected) >= MAX_PAIRS:
                return (
                    suspect("depth", None, None, because="there are too many schemas to follow"),
                )
            self._suspected[key] = ()
            self._compared_schemas[key] = (a, b)
            self._queue[key] = None
        if self._current_pair is None:
            self._process_queue()
        else:
            self._dependents.setdefault(key, {})[self._current_pair] = None
        return (build_link(key),) if self._suspected[key] else ()

    def mark_joint(self) -> None:
        """Note that several alternatives may take the values of the pair under comparison."""
        if self._current_pair is not None:
            self._joint_pairs.add(self._current_pair)

    def _process_queue(self) -> None:
        while self._queue:
            key, _ = self._queue.popitem()
            self._current_pair, before = key, self._suspected[key]
            try:
                self._suspected[key] = _remove_duplicates(
                    self._find_causes(*self._compared_schemas[key])
                )
            finally:
                self._current_pair = None
            if self._suspected[key] and not before:
                self._queue.update(self._dependents.get(key, {}))

    def expand_links(
        self, found: Iterable[SuspectedIncompatibility]
    ) -> Iterator[SuspectedIncompatibility]:
        """Yield suspicions with those that stand for a pair followed into it, each pair once, by its shortest path."""
        todo: list[tuple[SuspectedIncompatibility, tuple[PathStep, ...]]] = [
            (one, ()) for one in found
        ]
        seen = set[Any]()
        for one, steps in todo:  # grows meanwhile
            if one.pair is None:
                yield _lift_through(one, steps)
            elif one.pair not in seen:
                seen.add(one.pair)
                outward = (*self._build_improvement_steps(one.pair), *one.path_steps, *steps)
                todo += [(inner, outward) for inner in self._suspected[one.pair]]

    def _build_improvement_steps(self, pair: PairKey) -> tuple[PathStep, ...]:
        """Return a step that stays where it is: there another alternative may take what one refuses."""
        return (
            (("", partial(self._improve_witness, *self._compared_schemas[pair])),)
            if pair in self._joint_pairs
            else ()
        )


def _lift_through(
    one: SuspectedIncompatibility, steps: tuple[PathStep, ...]
) -> SuspectedIncompatibility:
    for step, wrap in steps:
        one = one.lift(step, wrap)
    return one


def _remove_duplicates(
    found: Iterable[SuspectedIncompatibility],
) -> tuple[SuspectedIncompatibility, ...]:
    """Return each cause once, by its shortest path."""
    kept: dict[tuple[Any, ...], SuspectedIncompatibility] = {}
    for one in found:
        gap = one.incompatibility
        key = (
            one.pair,
            gap.rule,
            gap.property_name,
            gap.subschema_place,
            gap.superschema_place,
            repr((gap.subschema_assertion, gap.superschema_assertion)),
        )
        if key not in kept or len(gap.path) < len(kept[key].incompatibility.path):
            kept[key] = one
    return tuple(kept.values())

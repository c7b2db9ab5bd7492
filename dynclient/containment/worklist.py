"""The worklist of pairs of schemas: a greatest fixed point of containment.

Schemas can be recursive. So each pair is assumed to hold, and is compared once under the
assumptions about the pairs inside it. When one of those turns out wrong, the pairs that depend on
it are compared again. A pair that is left without a cause at the end holds, because nothing speaks
against it but the assumptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from dynclient.containment.disjuncts import Conjuncts
from dynclient.containment.incompatibilities import (
    PathStep,
    SuspectedIncompatibility,
    build_link,
    suspect,
)
from dynclient.schema.engines.step_limit import spend_steps

PairKey = tuple[tuple[int, ...], tuple[int, ...]]

#: To compare a pair takes so many steps, apart from what its schemas take.
_STEPS_PER_PAIR = 10

#: At most so many pairs of schemas are compared for two documents.
MAX_PAIRS = 200_000


class Worklist:
    """Keeps what speaks against each pair of schemas.

    Args:
        find_causes: yields what speaks against a pair. It queries the pairs inside it.
        improve_witness: turns a candidate into a value that no disjunct accepts, where it can.

    """

    def __init__(
        self,
        find_causes: Callable[[Conjuncts, Conjuncts], Iterable[SuspectedIncompatibility]],
        improve_witness: Callable[[Conjuncts, Conjuncts, Any], Any],
    ) -> None:
        self._find_causes = find_causes
        self._improve_witness = improve_witness
        self._joint_pairs = set[PairKey]()
        self._suspected: dict[PairKey, tuple[SuspectedIncompatibility, ...]] = {}
        #: The keys are identities, so that the schemas have to stay alive.
        self._compared_schemas: dict[PairKey, tuple[Conjuncts, Conjuncts]] = {}
        self._dependents: dict[PairKey, dict[PairKey, None]] = {}
        #: The pairs to compare, and those to compare again after all of these.
        self._queue: dict[PairKey, None] = {}
        self._requeued: dict[PairKey, None] = {}
        self._current_pair: PairKey | None = None

    def __len__(self) -> int:
        return len(self._suspected)

    def query_pair(
        self, subschemas: Conjuncts, superschemas: Conjuncts
    ) -> tuple[SuspectedIncompatibility, ...]:
        """Return () where a pair holds as far as is known, else one link to all its causes.

        The first query compares every pair that it reaches. A query from within a comparison only
        adds to the worklist.
        """
        key: PairKey = tuple(map(id, subschemas)), tuple(map(id, superschemas))
        if key not in self._suspected:
            if len(self._suspected) >= MAX_PAIRS:
                reason = "there are too many schemas to follow"
                return (suspect("depth", None, None, reason=reason),)
            self._suspected[key] = ()
            self._compared_schemas[key] = (subschemas, superschemas)
            self._queue[key] = None
        if self._current_pair is None:
            self._process_queue()
        else:
            self._dependents.setdefault(key, {})[self._current_pair] = None
        return (build_link(key),) if self._suspected[key] else ()

    def mark_joint(self) -> None:
        """Note that several disjuncts may accept the values of the pair under comparison."""
        if self._current_pair is not None:
            self._joint_pairs.add(self._current_pair)

    def _process_queue(self) -> None:
        settled_count = len(self._suspected) - len(self._queue)
        try:
            while self._queue or self._requeued:
                self._process_pair(self._pop_pair())
        except BaseException:
            self._forget_pairs(list(self._suspected)[settled_count:])
            raise

    def _pop_pair(self) -> PairKey:
        """Return the next pair: one never compared, else the one that waits longest."""
        if self._queue:
            return self._queue.popitem()[0]
        key = next(iter(self._requeued))
        del self._requeued[key]
        return key

    def _process_pair(self, key: PairKey) -> None:
        spend_steps(_STEPS_PER_PAIR)
        was_refuted = bool(self._suspected[key])
        self._current_pair = key
        try:
            causes = self._find_causes(*self._compared_schemas[key])
            self._suspected[key] = _remove_duplicates(causes)
        finally:
            self._current_pair = None
        if self._suspected[key] and not was_refuted:
            self._requeued.update(self._dependents.get(key, {}))

    def _forget_pairs(self, pairs: list[PairKey]) -> None:
        """Forget pairs of a query that was not finished. They are only assumed to hold."""
        self._queue.clear()
        self._requeued.clear()
        for key in pairs:
            del self._suspected[key]
            del self._compared_schemas[key]
            self._dependents.pop(key, None)
            self._joint_pairs.discard(key)

    def expand_links(
        self, suspected: Iterable[SuspectedIncompatibility]
    ) -> Iterator[SuspectedIncompatibility]:
        """Yield causes, each link replaced by the causes of its pair.

        Each pair is visited once, by its shortest path.
        """
        visited = set[Any]()
        queue: list[tuple[SuspectedIncompatibility, tuple[PathStep, ...]]]
        queue = [(one, ()) for one in suspected]
        for one, outer_steps in queue:  # it grows meanwhile
            if one.pair is None:
                yield _lift_through(one, outer_steps)
            elif one.pair not in visited:
                visited.add(one.pair)
                improvement = self._build_improvement_steps(one.pair)
                steps = (*improvement, *one.path_steps, *outer_steps)
                queue += [(inner, steps) for inner in self._suspected[one.pair]]

    def _build_improvement_steps(self, pair: PairKey) -> tuple[PathStep, ...]:
        """Return a step that improves a witness, where another disjunct may accept the value."""
        if pair not in self._joint_pairs:
            return ()
        return (("", partial(self._improve_witness, *self._compared_schemas[pair])),)


def _lift_through(
    suspected: SuspectedIncompatibility, steps: tuple[PathStep, ...]
) -> SuspectedIncompatibility:
    for step, wrap in steps:
        suspected = suspected.lift(step, wrap)
    return suspected


def _remove_duplicates(
    causes: Iterable[SuspectedIncompatibility],
) -> tuple[SuspectedIncompatibility, ...]:
    """Return each cause once, by its shortest path."""
    distinct: dict[tuple[Any, ...], SuspectedIncompatibility] = {}
    for suspected in causes:
        cause = suspected.incompatibility
        key = (
            suspected.pair,
            cause.rule,
            cause.property_name,
            cause.subschema_place,
            cause.superschema_place,
            repr((cause.subschema_assertion, cause.superschema_assertion)),
        )
        known = distinct.get(key)
        if known is None or len(cause.path) < len(known.incompatibility.path):
            distinct[key] = suspected
    return tuple(distinct.values())

"""What was edited between two schemas.

Both schemas are followed together, and each node that says something else is one edit. Components
that were moved, inlined or renamed, and another order, are no edits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from dynclient.diffing.detect.discriminator_meanings import NO_COMPONENTS, ComponentNames
from dynclient.diffing.detect.edits import Conjuncts, Edit, ValuePath, is_overlapping
from dynclient.diffing.detect.schema_walk import DefinitionPair, PendingNode, SchemaWalk
from dynclient.schema.dialect import Direction
from dynclient.schema.readings import Definitions

#: The identities of the schemas of a node on both sides.
_NodeKey = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class WalkResult:
    """What was found in a node, and the definitions it refers to, which are walked on their own.

    Attributes:
        edits: what was found.
        deferred: the nodes of the definitions, each with its key.

    """

    edits: tuple[Edit, ...]
    deferred: tuple[tuple[_NodeKey, PendingNode], ...]


class EditFinder:
    """Finds the edits between the schemas of two documents in one direction.

    Args:
        old: the definitions of the old document.
        new: the definitions of the new document.
        direction: whether the values are part of a request or of a response.
        include_descriptions: descriptions, titles and examples count too.
        components: the names of the schemas of both documents.

    """

    def __init__(
        self,
        old: Definitions,
        new: Definitions,
        direction: Direction,
        *,
        include_descriptions: bool = False,
        components: ComponentNames = NO_COMPONENTS,
    ) -> None:
        self._definitions = DefinitionPair(old, new, direction, include_descriptions, components)
        self._edits_cache: dict[_NodeKey, list[Edit]] = {}
        self._walks = _WalkCache(self._definitions)

    def find_edits(self, old: Any, new: Any) -> list[Edit]:
        """Return the edits between two schemas.

        Returns:
            Each edit once, where it is met first. Paths count from the two schemas.

        """
        node = self._definitions.resolve_aliases(PendingNode((), (old,), (new,)))
        key = self._walks.build_key(node)
        if key not in self._edits_cache:
            self._edits_cache[key] = self._collect_edits(node)
        return self._edits_cache[key]

    def _collect_edits(self, start: PendingNode) -> list[Edit]:
        edits: dict[tuple[Any, ...], Edit] = {}
        pending = deque([start])
        seen = {self._walks.build_key(start)}
        while pending:
            node = pending.popleft()
            result = self._walks.walk(node)
            for edit in result.edits:
                if edit.key not in edits:
                    edits[edit.key] = edit.move_below(node.path)
            for key, inner in result.deferred:
                if key not in seen:
                    seen.add(key)
                    pending.append(inner._replace(path=(*node.path, *inner.path)))
        return list(edits.values())

    def find_edits_along(self, old: Any, new: Any, path: ValuePath) -> set[tuple[Any, ...]]:
        """Return the keys of the edits along a path in the value, and of all below its end."""
        keys = set[tuple[Any, ...]]()
        # Here the path of a pending node is the rest of the path that leads on from it.
        pending = [self._definitions.resolve_aliases(PendingNode(path, (old,), (new,)))]
        seen = set[tuple[_NodeKey, ValuePath]]()
        while pending:
            node = pending.pop()
            key = (self._walks.build_key(node), node.path)
            if key in seen:
                continue
            seen.add(key)
            result = self._walks.walk(node)
            keys.update(
                edit.key for edit in result.edits if is_overlapping(edit.affected_path, node.path)
            )
            pending += [
                inner._replace(path=node.path[len(inner.path) :])
                for _, inner in result.deferred
                if is_overlapping(inner.path, node.path)
            ]
        return keys

    def is_equivalent(self, old: Any, new: Any) -> bool:
        """Tell whether two schemas are the same but for annotations, wherever they stand."""
        return self._definitions.is_equivalent(old, new)


class _WalkCache:
    """Walks each pair of nodes once, by the identity of their schemas."""

    def __init__(self, definitions: DefinitionPair) -> None:
        self._definitions = definitions
        self._results: dict[_NodeKey, WalkResult] = {}
        # An identity stands for its schema only while the schema lives.
        self._kept_alive: dict[_NodeKey, tuple[Conjuncts, Conjuncts]] = {}

    def build_key(self, node: PendingNode) -> _NodeKey:
        """Return the identities of the schemas of a node."""
        key = (tuple(map(id, node.old)), tuple(map(id, node.new)))
        self._kept_alive.setdefault(key, (node.old, node.new))
        return key

    def walk(self, node: PendingNode) -> WalkResult:
        """Return what is found in a node; paths count from there."""
        key = self.build_key(node)
        if key not in self._results:
            walk = SchemaWalk(self._definitions)
            walk.compare_node((), node.old, node.new)
            deferred = [self._definitions.resolve_aliases(inner) for inner in walk.deferred]
            keyed = tuple((self.build_key(inner), inner) for inner in deferred)
            self._results[key] = WalkResult(tuple(walk.edits), keyed)
        return self._results[key]

"""The dynamic scope of `$dynamicRef`: which schema an anchor means, by the way that leads there.

A definition is made once for each set of schemas that its anchors mean. So every reference is a
plain one after the translation, for both engines and for all that reads schemas.

Source: JSON Schema 2020-12 Core §7.1, §8.2.3.2; 2019-09 Core §8.2.4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from dynclient.document.files.document_files import DocumentFiles
from dynclient.document.files.uris import split_fragment
from dynclient.document.references import Node
from dynclient.errors import UnresolvableReference
from dynclient.schema.translation.conjuncts import SchemaKey


class DynamicScope:
    """The anchors that are bound on a way. There is one object for each set of bindings.

    Args:
        bindings: name of an anchor -> the schema that it means.

    """

    __slots__ = ("bindings",)

    def __init__(self, bindings: Mapping[str, SchemaKey]) -> None:
        self.bindings = bindings

    def __len__(self) -> int:
        return len(self.bindings)


NO_SCOPE = DynamicScope({})

#: How many values of a document are read, and anchors noted, to find out which anchors a schema
#: needs. Beyond them, it keeps all that are bound.
MAX_READ_VALUES = 500_000

#: The keywords with a reference; the last one is of draft 2019-09.
REFERENCE_KEYWORDS = ("$ref", "$dynamicRef", "$recursiveRef")


class DynamicScopeReader:
    """Knows the dynamic anchors of a document, and which schemas need them.

    Args:
        files: the files of the document.
        list_related: returns the schemas that are translated with one although it has no reference
            to them: those that build on it, and those that a mapping names.

    """

    def __init__(
        self, files: DocumentFiles, list_related: Callable[[Node], Iterable[Node]]
    ) -> None:
        self._files = files
        self._list_related = list_related
        self._needs: dict[SchemaKey, frozenset[str]] = {}
        self._remaining_values = MAX_READ_VALUES
        self._scopes: dict[frozenset[tuple[str, SchemaKey]], DynamicScope] = {}
        #: A scope and the schema resource that is entered → the scope in it.
        self._entered: dict[tuple[DynamicScope, str, str], DynamicScope] = {}

    def _get_scope(self, bindings: Mapping[str, SchemaKey]) -> DynamicScope:
        key = frozenset(bindings.items())
        return self._scopes.setdefault(key, DynamicScope(bindings)) if key else NO_SCOPE

    @cached_property
    def _schemas_by_anchor(self) -> dict[str, list[Node]]:
        """Name of a dynamic anchor -> the schemas that have it."""
        schemas: dict[str, list[Node]] = {}
        for resource_file in self._files.read_all().values():
            if not resource_file.features.may_have_resources:
                continue
            for resource in resource_file.resources.by_pointer.values():
                for name, pointer in resource.dynamic_anchors.items():
                    node = self._files.find_node(resource_file.uri, pointer)
                    schemas.setdefault(name, []).append(node)
        return schemas

    def enter(self, node: Node, scope: DynamicScope) -> DynamicScope:
        """Return the scope inside a schema: what is bound already stays, as the outermost counts.

        Args:
            node: the schema.
            scope: the scope where it is referred to.

        """
        resource = self._files.find_resource(node)
        if resource is None or not resource.dynamic_anchors:
            return scope
        key = (scope, node.uri, resource.pointer)
        if key not in self._entered:
            bound = dict(scope.bindings)
            for name, pointer in resource.dynamic_anchors.items():
                bound.setdefault(name, (node.uri, pointer))
            self._entered[key] = self._get_scope(bound)
        return self._entered[key]

    def find_target(self, keyword: str, node: Node, scope: DynamicScope) -> Node:
        """Return the schema that a reference names in a scope.

        Args:
            keyword: `$ref`, `$dynamicRef` or `$recursiveRef`.
            node: the schema with the keyword.
            scope: the scope inside that schema.

        Raises:
            UnresolvableReference: it leads nowhere.

        """
        reference = node.value[keyword]
        target = self._files.find_target(reference, node)
        if keyword == "$ref":
            return target
        name = unquote(split_fragment(reference)[1]) if keyword == "$dynamicRef" else ""
        resource = self._files.find_resource(target)
        anchors = resource.dynamic_anchors if resource else {}
        is_dynamic = anchors.get(name) == target.pointer
        bound = scope.bindings.get(name) if is_dynamic else None
        return target if bound is None else self._files.find_node(*bound)

    def restrict(self, scope: DynamicScope, target: Node) -> DynamicScope:
        """Return what of a scope matters to a schema, so that others share its definition."""
        if scope is NO_SCOPE:
            return scope
        key = (target.uri, target.pointer)
        if key not in self._needs and self._remaining_values > 0:
            self._find_needs(target)
        needs = self._needs.get(key)
        if needs is None or scope.bindings.keys() <= needs:
            return scope
        return self._get_scope(
            {name: scope.bindings[name] for name in needs & scope.bindings.keys()}
        )

    def _find_needs(self, start: Node) -> None:
        """Find the anchors that dynamic references name which a schema reaches."""
        needs, sources = self._read_reachable(start)
        if self._remaining_values <= 0:
            return
        self._add_needs_of_targets(needs, sources)
        if self._remaining_values <= 0:
            return
        self._needs |= {key: frozenset(names) for key, names in needs.items()}

    def _read_reachable(
        self, start: Node
    ) -> tuple[dict[SchemaKey, set[str]], dict[SchemaKey, list[SchemaKey]]]:
        """Return the schemas that one reaches, until too many values are read.

        Returns:
            Schema -> the anchors that it names itself, and target -> the schemas that refer to it.

        """
        needs: dict[SchemaKey, set[str]] = {}
        sources: dict[SchemaKey, list[SchemaKey]] = {}
        pending = [start]
        while pending:
            node = pending.pop()
            key = (node.uri, node.pointer)
            if key in needs or key in self._needs:
                continue
            needs[key], targets = self._read_references(node)
            if self._remaining_values <= 0:
                break
            for target in targets:
                sources.setdefault((target.uri, target.pointer), []).append(key)
                pending.append(target)
        return needs, sources

    def _add_needs_of_targets(
        self, needs: dict[SchemaKey, set[str]], sources: Mapping[SchemaKey, list[SchemaKey]]
    ) -> None:
        """Add to what each schema needs what its targets need, until too many anchors are noted."""
        changed = [*needs, *(key for key in sources if key in self._needs)]
        while changed and self._remaining_values > 0:
            key = changed.pop()
            names = needs[key] if key in needs else self._needs[key]
            for source in sources.get(key, ()):
                if not names <= needs[source]:
                    needs[source] |= names
                    changed.append(source)
                    self._remaining_values -= len(names)

    def _read_references(self, schema: Node) -> tuple[set[str], list[Node]]:
        """Return the dynamic anchors that a schema names, and all schemas that it may refer to."""
        names: set[str] = set()
        targets: list[Node] = []
        pending = [schema]
        while pending and self._remaining_values > 0:
            self._remaining_values -= 1
            node = pending.pop()
            pending += _list_containers(node)
            if not isinstance(node.value, dict):
                continue
            targets += self._list_related(node)
            for keyword in REFERENCE_KEYWORDS:
                reference = node.value.get(keyword)
                if not isinstance(reference, str):
                    continue
                if keyword != "$ref":
                    name = unquote(split_fragment(reference)[1]) if keyword == "$dynamicRef" else ""
                    names.add(name)
                    targets += self._schemas_by_anchor.get(name, ())
                try:
                    targets.append(self._files.find_target(reference, node))
                except UnresolvableReference:
                    continue
        return names, targets


def _list_containers(node: Node) -> list[Node]:
    """Return the members of a node that are objects or arrays."""
    value = node.value
    members: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    return [node.get_child(key) for key, item in members if isinstance(item, dict | list)]

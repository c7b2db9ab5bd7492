"""What the Schema Objects that always apply to one value say together, untranslated."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from dynclient.document.openapi_version import REFERENCE_ONLY_FLAVOURS, SchemaFlavour
from dynclient.document.references import Node
from dynclient.errors import UnresolvableReference
from dynclient.schema.dialect import EXCLUDING_ANNOTATIONS, Direction
from dynclient.schema.translation.keyword_values import is_list_of_names

#: Where a schema is: the URI of its file and its pointer.
SchemaKey = tuple[str, str]

_NamesByKey = dict[SchemaKey, frozenset[str]]


class ConjunctReader:
    """Reads a Schema Object together with its `$ref` and `allOf`.

    Args:
        flavour: the version family of the document. In 2.0 and 3.0 nothing counts beside a `$ref`.
        direction: which way the values travel.

    """

    def __init__(self, flavour: SchemaFlavour, direction: Direction) -> None:
        self.flavour = flavour
        self.annotation = EXCLUDING_ANNOTATIONS[direction]
        self._excluded_properties: _NamesByKey = {}
        self._required_names: _NamesByKey = {}
        self._annotations: _NamesByKey = {}
        #: By the file, the schema resource in it, and the reference.
        self._targets: dict[tuple[str, str, str], Node | None] = {}

    def find_excluded_properties(self, node: Node) -> frozenset[str]:
        """Return the properties that travel only the other way, of a schema and its `allOf`."""
        return self._collect(node, self._excluded_properties, self._read_excluded_properties)

    def find_required_names(self, node: Node) -> frozenset[str]:
        """Return the names that a schema and its `allOf` require."""
        return self._collect(node, self._required_names, _read_required_names)

    def _read_excluded_properties(self, node: Node) -> frozenset[str]:
        properties = node.follow_child("properties")
        names = properties.member_keys()
        return frozenset(name for name in names if self._is_excluded(properties.get_child(name)))

    def _is_excluded(self, node: Node) -> bool:
        value = node.value
        if not isinstance(value, dict):
            return False
        if "$ref" not in value and "allOf" not in value:
            return value.get(self.annotation) is True
        return bool(self._collect(node, self._annotations, self._read_annotation))

    def _read_annotation(self, node: Node) -> frozenset[str]:
        return frozenset((self.annotation,) if node.get_flag(self.annotation) else ())

    def _collect(
        self, node: Node, known: _NamesByKey, read: Callable[[Node], frozenset[str]]
    ) -> frozenset[str]:
        """Return what is read of a schema and of those that always apply to the same value.

        Args:
            node: the Schema Object.
            known: what was collected before; what is collected now is added.
            read: reads one Schema Object alone.

        """
        started: set[SchemaKey] = set()
        pending = [node]
        while pending:
            part = pending[-1]
            key = (part.uri, part.pointer)
            conjuncts = [] if key in known else self._list_conjuncts(part)
            if key not in started and key not in known:
                started.add(key)
                pending += [one for one in conjuncts if (one.uri, one.pointer) not in started]
                continue
            pending.pop()
            if key not in known:
                names = read(part) if self._has_effect(part) else frozenset()
                known[key] = names.union(
                    *(known.get((one.uri, one.pointer), ()) for one in conjuncts)
                )
        return known[node.uri, node.pointer]

    def _has_effect(self, node: Node) -> bool:
        """Return whether the keywords of a schema apply: in 3.0 not beside a `$ref`."""
        if self.flavour in REFERENCE_ONLY_FLAVOURS and node.reference is not None:
            return False
        return isinstance(node.value, dict)

    def _list_conjuncts(self, node: Node) -> list[Node]:
        """Return the schemas that stand in a schema's `$ref` and `allOf`."""
        conjuncts: list[Node] = []
        reference = node.reference
        if reference is not None:
            target = self._find_target(node, reference)
            conjuncts += [target] if target else []
        if self._has_effect(node) and isinstance(node.value.get("allOf"), list):
            conjuncts += node.get_child("allOf").iterate_children()
        return conjuncts

    def _find_target(self, node: Node, reference: str) -> Node | None:
        resource = node.files.find_resource(node)
        key = (node.uri, resource.pointer if resource else "", reference)
        if key not in self._targets:
            self._targets[key] = None
            with contextlib.suppress(UnresolvableReference):
                self._targets[key] = node.files.find_target(reference, node)
        return self._targets[key]


def _read_required_names(node: Node) -> frozenset[str]:
    required = node.get_child("required").value
    return frozenset(required if is_list_of_names(required) else ())

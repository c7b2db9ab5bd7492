"""What the Schema Objects that always apply to one value say together, untranslated."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

from dynclient.document.openapi_version import REFERENCE_ONLY_FLAVOURS, SchemaFlavour
from dynclient.document.references import Node
from dynclient.errors import UnresolvableReference
from dynclient.schema.dialect import EXCLUDING_ANNOTATIONS, Direction
from dynclient.schema.translation.keyword_values import is_list_of_names

#: Where a schema is: the URI of its file and its pointer.
SchemaKey = tuple[str, str]

_NamesByKey = dict[SchemaKey, frozenset[str]]

T = TypeVar("T")

#: How many names a description lists.
MAX_LISTED_NAMES = 5

#: With one of these keywords, a schema may evaluate properties that it does not list.
_EVALUATING_KEYWORDS = frozenset(
    {
        "$dynamicRef",
        "$recursiveRef",
        "additionalProperties",
        "anyOf",
        "dependencies",
        "dependentSchemas",
        "if",
        "oneOf",
        "patternProperties",
    }
)


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
        self._declared_names: _NamesByKey = {}
        self._unclear_parts: _NamesByKey = {}
        self._closed_parts: dict[SchemaKey, frozenset[SchemaKey]] = {}
        #: The names that each closed part allows.
        self._allowed_names: _NamesByKey = {}
        #: By the file, the schema resource in it, and the reference.
        self._targets: dict[tuple[str, str, str], Node | None] = {}

    def find_excluded_properties(self, node: Node) -> frozenset[str]:
        """Return the properties that travel only the other way, of a schema and its `allOf`."""
        if not node.files.may_let_travel_one_way(self.annotation):
            return frozenset()
        return self._collect(node, self._excluded_properties, self._read_excluded_properties)

    def find_required_names(self, node: Node) -> frozenset[str]:
        """Return the names that a schema and its `allOf` require."""
        return self._collect(node, self._required_names, _read_required_names)

    def find_refused_requirements(self, node: Node) -> frozenset[str]:
        """Return the names that a schema requires and a closed part of it refuses.

        No object fits such a schema. A part is closed by `additionalProperties: false`, or by
        `unevaluatedProperties: false`; it refuses what only the other parts declare.
        """
        allowed = self._find_allowed_names(node)
        return frozenset() if allowed is None else self.find_required_names(node) - allowed

    def describe_refusal(self, node: Node) -> str:
        """Return in words which declared names a schema requires and which part refuses them.

        It is "" where no part refuses any, and where the same is true of one part alone.
        """
        names = self.find_refused_requirements(node) & self.find_declared_names(node)
        for part in self._list_conjuncts(node):
            names -= self.find_refused_requirements(part)
        if not names:
            return ""
        keys = self._collect(node, self._closed_parts, self._read_closed_part)
        refusing = sorted(key for key in keys if not names <= self._allowed_names[key])
        listed = ", ".join(f"`{name}`" for name in sorted(names)[:MAX_LISTED_NAMES])
        return f"it requires {listed}, which #{refusing[0][1]} refuses with its other properties"

    def is_closed(self, node: Node) -> bool:
        """Tell whether a schema or a part of it refuses all properties but those that it names."""
        return self._find_allowed_names(node) is not None

    def find_declared_names(self, node: Node) -> frozenset[str]:
        """Return the names of the properties that a schema and its `allOf` declare."""
        return self._collect(node, self._declared_names, _read_declared_names)

    def _find_allowed_names(self, node: Node) -> frozenset[str] | None:
        """Return the names that each closed part declares; None where no part is closed."""
        keys = self._collect(node, self._closed_parts, self._read_closed_part)
        allowed = [self._allowed_names[key] for key in keys]
        return frozenset.intersection(*allowed) if allowed else None

    def _read_closed_part(self, node: Node) -> frozenset[SchemaKey]:
        """Return the key of a schema if it is closed, and note which names it allows."""
        names: frozenset[str] | None = None
        if node.value.get("patternProperties"):
            return frozenset()
        if node.value.get("additionalProperties") is False:
            names = _read_declared_names(node)
        elif node.value.get("unevaluatedProperties") is False:
            names = self._find_evaluated_names(node)
        if names is None:
            return frozenset()
        key = (node.uri, node.pointer)
        self._allowed_names[key] = names
        return frozenset((key,))

    def _find_evaluated_names(self, node: Node) -> frozenset[str] | None:
        """Return the names that `unevaluatedProperties` of a schema passes over; None: unknown."""
        if self._collect(node, self._unclear_parts, _read_unclear_part):
            return None
        return self.find_declared_names(node)

    def _read_excluded_properties(self, node: Node) -> frozenset[str]:
        properties = node.follow_child("properties")
        names = properties.member_keys()
        return frozenset(name for name in names if self._is_excluded(properties, name))

    def _is_excluded(self, properties: Node, name: str) -> bool:
        value = properties.value[name]
        if not isinstance(value, dict):
            return False
        if "$ref" not in value and "allOf" not in value:
            return value.get(self.annotation) is True
        member = properties.get_child(name)
        return bool(self._collect(member, self._annotations, self._read_annotation))

    def _read_annotation(self, node: Node) -> frozenset[str]:
        return frozenset((self.annotation,) if node.get_flag(self.annotation) else ())

    def _collect(
        self, node: Node, known: dict[SchemaKey, frozenset[T]], read: Callable[[Node], frozenset[T]]
    ) -> frozenset[T]:
        """Return what is read of a schema and of those that always apply to the same value.

        Args:
            node: the Schema Object.
            known: what was collected before; what is collected now is added.
            read: reads one Schema Object alone.

        """
        own_key = (node.uri, node.pointer)
        if own_key in known:
            return known[own_key]
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
                names = read(part) if self._has_effect(part) else frozenset[T]()
                for one in conjuncts:
                    names |= known.get((one.uri, one.pointer), frozenset())
                known[key] = names
        return known[own_key]

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


def _read_declared_names(node: Node) -> frozenset[str]:
    return frozenset(node.follow_child("properties").member_keys())


def _read_unclear_part(node: Node) -> frozenset[str]:
    return _EVALUATING_KEYWORDS.intersection(node.value)

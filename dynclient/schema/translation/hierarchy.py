"""Schema hierarchies: which schemas extend a base schema by `allOf`, and the discriminator there.

Where a document asks for the base, any schema that builds on it may stand.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from dynclient.document.files.document_files import DocumentFiles
from dynclient.document.openapi_version import find_named_schemas
from dynclient.document.references import Node, escape_token, unescape_token
from dynclient.errors import UnresolvableReference
from dynclient.schema.translation.conjuncts import SchemaKey
from dynclient.schema.translation.swagger_dialect import read_discriminator

#: Extensions that say by which tag a schema is meant: of AutoRest, and of swagger-codegen.
_TAG_EXTENSIONS = ("x-ms-discriminator-value", "x-discriminator-value")

#: How deep `allOf` is looked into for a reference that extends.
_MAX_DEPTH = 8

#: Keywords beside a `$ref` that make the schema an extension of the target, not another name.
_EXTENDING_KEYWORDS = ("properties", "required", "allOf", "patternProperties")


class SchemaHierarchy:
    """Knows the named schemas of a document that extend other named schemas.

    Args:
        files: the files of the document.

    """

    def __init__(self, files: DocumentFiles) -> None:
        self._files = files
        self._discriminators: dict[SchemaKey, Node | None] = {}

    @cached_property
    def _named_schemas(self) -> dict[SchemaKey, Node]:
        """The schemas that have a name: components, and the schemas of other files."""
        schemas: dict[SchemaKey, Node] = {}
        for uri, file in self._files.read_all().items():
            root = Node(self._files, uri, "", file.tree)
            for node in _iterate_named_schemas(root, is_entry=uri == self._files.root):
                schemas[node.uri, node.pointer] = node
        return schemas

    @cached_property
    def _extensions(self) -> dict[SchemaKey, dict[SchemaKey, Node]]:
        """Schema -> the references by which it extends others, by the place of each `$ref`."""
        if not self._own_discriminators:
            return {}
        mapped = self._mapped_keys
        extensions: dict[SchemaKey, dict[SchemaKey, Node]] = {}
        for key, node in self._named_schemas.items():
            is_wrapper = _is_nullable_wrapper(node.value) and key not in mapped
            if is_wrapper:
                continue
            for reference_node in _find_extending_references(node):
                target = self._find_target(reference_node)
                if target is not None:
                    place = (reference_node.uri, reference_node.pointer)
                    extensions.setdefault(key, {})[place] = target
        return extensions

    @cached_property
    def _own_discriminators(self) -> dict[SchemaKey, Node]:
        """The discriminators of named schemas that have one of their own."""
        found: dict[SchemaKey, Node] = {}
        files = self._files.read_all().values()
        if not any(file.features.may_have_discriminators for file in files):
            return found
        for key, node in self._named_schemas.items():
            discriminator = _find_own_discriminator(node)
            if discriminator is not None:
                found[key] = discriminator
        return found

    @cached_property
    def _mapped_keys(self) -> set[SchemaKey]:
        """The schemas that the mapping of a discriminator names."""
        keys: set[SchemaKey] = set()
        for discriminator in self._own_discriminators.values():
            for entry in discriminator.follow_child("mapping").iterate_children():
                with contextlib.suppress(UnresolvableReference):
                    target = find_mapped_schema(entry)
                    keys |= {(target.uri, target.pointer)} if target else set()
        return keys

    @cached_property
    def _children(self) -> dict[SchemaKey, list[SchemaKey]]:
        children: dict[SchemaKey, list[SchemaKey]] = {}
        for key, targets in self._extensions.items():
            for target in targets.values():
                children.setdefault((target.uri, target.pointer), []).append(key)
        return children

    @cached_property
    def extension_places(self) -> dict[SchemaKey, Node]:
        """The place of each `$ref` that extends a schema of a hierarchy -> that schema."""
        places: dict[SchemaKey, Node] = {}
        for targets in self._extensions.values():
            places |= {place: target for place, target in targets.items() if self.is_base(target)}
        return places

    def is_base(self, node: Node) -> bool:
        """Return whether schemas build on this one, and a discriminator tells them apart."""
        is_extended = (node.uri, node.pointer) in self._children
        return is_extended and self.find_discriminator(node) is not None

    def find_discriminator(self, node: Node) -> Node | None:
        """Return the discriminator of a schema, its own or that of what it extends."""
        key = (node.uri, node.pointer)
        if key not in self._discriminators:
            self._discriminators[key] = self._search_discriminator(node)
        return self._discriminators[key]

    def _search_discriminator(self, node: Node) -> Node | None:
        pending = [(node.uri, node.pointer)]
        visited: set[SchemaKey] = set()
        while pending:
            key = pending.pop(0)
            if key in visited:
                continue
            visited.add(key)
            if key in self._own_discriminators:
                return self._own_discriminators[key]
            targets = self._extensions.get(key, {}).values()
            pending += [(target.uri, target.pointer) for target in targets]
        return None

    def has_tag(self, node: Node, tag: str) -> bool:
        """Return whether the discriminator of a schema, its own or inherited, is this property."""
        return _read_tag_name(self.find_discriminator(node)) == tag

    def list_descendants(self, node: Node) -> list[Node]:
        """Return the schemas that build on one, in document order.

        Those below a schema that has a discriminator with another tag are left out: that schema
        stands for them.
        """
        tag = _read_tag_name(self.find_discriminator(node))
        found: dict[SchemaKey, Node] = {}
        pending = list(self._children.get((node.uri, node.pointer), ()))
        while pending:
            key = pending.pop(0)
            if key in found or key == (node.uri, node.pointer):
                continue
            child = self._named_schemas[key]
            found[key] = child
            if _read_tag_name(self._own_discriminators.get(key)) in ("", tag):
                pending += self._children.get(key, ())
        return [found[key] for key in sorted(found, key=self._positions.__getitem__)]

    @cached_property
    def _positions(self) -> dict[SchemaKey, int]:
        return {key: position for position, key in enumerate(self._named_schemas)}

    def lists_descendants(self, node: Node) -> bool:
        """Return whether a schema itself offers those that build on it as alternatives."""
        descendants = {(child.uri, child.pointer) for child in self.list_descendants(node)}
        for keyword in ("oneOf", "anyOf"):
            for alternative in node.get_child(keyword).iterate_children():
                target = self._find_target(alternative)
                if target is not None and (target.uri, target.pointer) in descendants:
                    return True
        return False

    def list_related_schemas(self, node: Node) -> Iterator[Node]:
        """Yield the schemas that stand for a schema, or that its discriminator names."""
        if self.is_base(node):
            yield from self.list_descendants(node)
        if "discriminator" not in node.value:
            return
        for entry in node.get_child("discriminator").get_child("mapping").iterate_children():
            with contextlib.suppress(UnresolvableReference):
                target = find_mapped_schema(entry)
                if target is not None:
                    yield target

    def _find_target(self, node: Node) -> Node | None:
        """Return the schema that a reference means, references that are only names followed."""
        visited: set[SchemaKey] = set()
        while True:
            reference = node.reference
            is_only_name = reference is not None and _is_bare_reference(node.value)
            if visited and not is_only_name:
                return node
            if reference is None or (node.uri, node.pointer) in visited:
                return None
            visited.add((node.uri, node.pointer))
            try:
                node = node.files.find_target(reference, node)
            except UnresolvableReference:
                return None

    def find_name(self, node: Node) -> str:
        """Return the name by which a tag means a schema: that of the component, or of the file."""
        for keyword in _TAG_EXTENSIONS:
            if node.get_text(keyword):
                return node.get_text(keyword)
        if node.pointer:
            return unescape_token(node.pointer.rsplit("/", 1)[-1])
        return self._names_of_files.get(node.uri, node.place.file.partition(".")[0])

    @cached_property
    def _names_of_files(self) -> dict[str, str]:
        """URI of a file that is one schema -> the component of the document that refers to it."""
        names: dict[str, str] = {}
        schemas = find_named_schemas(self._files.top)
        for name in schemas.member_keys():
            component = schemas.get_child(name)
            target = self._find_target(component) if component.reference else None
            if target is not None and not target.pointer:
                names.setdefault(target.uri, name)
        return names


def find_mapped_schema(node: Node) -> Node | None:
    """Return the schema that an entry of a discriminator's mapping names; None for no text.

    Raises:
        UnresolvableReference: it names nothing.

    """
    reference = node.value
    if not isinstance(reference, str):
        return None
    top = node.files.top
    schemas = find_named_schemas(top)
    is_schema_name = reference in schemas.member_keys()
    if is_schema_name:
        return schemas.get_child(reference)
    if not any(mark in reference for mark in "/#."):
        return node.files.find_target(f"#{schemas.pointer}/{escape_token(reference)}", schemas)
    return node.files.find_target(reference, node)


def _iterate_named_schemas(root: Node, *, is_entry: bool) -> Iterator[Node]:
    yield from find_named_schemas(root).iterate_children()
    if is_entry or not isinstance(root.value, dict):
        return
    yield root
    for name, value in root.value.items():
        if isinstance(value, dict) and name not in (
            "components",
            "definitions",
            "paths",
            "properties",
        ):
            yield root.get_child(name)


def _find_own_discriminator(node: Node, depth: int = _MAX_DEPTH) -> Node | None:
    """Return the discriminator of a schema or of a part of it that stands in its `allOf`."""
    own = read_discriminator(node)
    if own is not None and own.get_text("propertyName"):
        return own
    parts = node.get_child("allOf").iterate_children() if depth else ()
    found = (_find_own_discriminator(part, depth - 1) for part in parts)
    return next((one for one in found if one is not None), None)


def _read_tag_name(discriminator: Node | None) -> str:
    return discriminator.get_text("propertyName") if discriminator else ""


def _find_extending_references(node: Node, depth: int = _MAX_DEPTH) -> Iterator[Node]:
    """Yield the objects with a `$ref` by which a schema extends another."""
    if not isinstance(node.value, dict):
        return
    if node.reference is not None and not _is_bare_reference(node.value):
        yield node
    if not isinstance(node.value.get("allOf"), list) or depth == 0:
        return
    for part in node.get_child("allOf").iterate_children():
        if part.reference is not None:
            yield part
        else:
            yield from _find_extending_references(part, depth - 1)


def _is_bare_reference(value: Any) -> bool:
    """Return whether a reference is only another name for its target."""
    return not any(keyword in value for keyword in _EXTENDING_KEYWORDS)


def _is_nullable_wrapper(value: Any) -> bool:
    """Return whether a schema only adds null to another one, which is no way to extend it."""
    if not isinstance(value, dict) or value.get("nullable") is not True:
        return False
    return len(value.get("allOf") or ()) == 1 and not value.get("properties")

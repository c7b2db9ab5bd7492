"""References: JSON pointers and `$ref`s inside and between the files of one document.

They are resolved when they are used, so cycles do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin

from dynclient.document.problems import Problem
from dynclient.errors import DocumentError, DocumentSyntaxError, UnresolvableReference
from dynclient.violations import Place

if TYPE_CHECKING:
    from dynclient.document.schema_resources import SchemaResource, SchemaResources

MAX_CHAIN = 64


def join_uri(base: str, reference: str) -> str:
    """Return the URI that a reference means. Source: RFC 3986 §5.2."""
    if reference.startswith("#"):
        return base.partition("#")[0] + reference
    try:
        return urljoin(base, reference)
    except ValueError:  # The text in the position of the host is no host.
        return reference


def split_fragment(uri: str) -> tuple[str, str]:
    """Return a URI without its fragment, and the fragment."""
    before, _, fragment = uri.partition("#")
    return before, fragment


def escape_token(key: str) -> str:
    """Return a key as it stands in a JSON pointer. Source: RFC 6901 §3."""
    return key.replace("~", "~0").replace("/", "~1")


def unescape_token(token: str) -> str:
    """Return the key that a token of a JSON pointer names. Source: RFC 6901 §4."""
    return token.replace("~1", "/").replace("~0", "~")


def resolve_pointer(tree: Any, pointer: str) -> Any:
    """Return what a JSON pointer leads to.

    Raises:
        LookupError: nothing is there.

    """
    for token in pointer.split("/")[1:]:
        if isinstance(tree, dict):
            key = unescape_token(token)
            tree = tree[key] if key in tree else tree[unquote(key)]
        elif isinstance(tree, list) and token.isdecimal() and int(token) < len(tree):
            tree = tree[int(token)]
        else:
            raise LookupError(pointer)
    return tree


@dataclass(frozen=True)
class DocumentFile:
    """One file of a document.

    Attributes:
        uri: the URI of the file.
        tree: its content as a plain tree.
        problems: what is wrong with its text.
        locate: JSON pointer -> (line, column), first is 1, or None where that is unknown.
        may_have_resources: whether a schema in it may have an identifier, such as an `$id`.

    """

    uri: str
    tree: Any
    problems: tuple[Problem, ...] = ()
    locate: Callable[[str], tuple[int, int] | None] = field(
        default=lambda _pointer: None, repr=False, compare=False
    )
    may_have_resources: bool = True

    @cached_property
    def resources(self) -> SchemaResources:
        """The schemas in it that have an identifier."""
        # Few documents have any, and none of the others loads this.
        from dynclient.document.schema_resources import SchemaResources

        return SchemaResources(self.uri, self.tree if self.may_have_resources else None)


@dataclass(frozen=True)
class DocumentFiles:
    """All files of one document.

    Attributes:
        root: the URI of the entry document.
        by_uri: the files that were loaded.
        failures: the URI of a file that could not be loaded -> why.

    """

    root: str
    by_uri: Mapping[str, DocumentFile]
    failures: Mapping[str, DocumentError] = field(default_factory=dict)

    @property
    def top(self) -> Node:
        """The root of the entry document."""
        return Node(self, self.root, "", self.by_uri[self.root].tree)

    def resolve_reference(self, reference: str, base: Node) -> Node:
        """Return the node that a reference leads to; a chain of references is followed to its end.

        Args:
            reference: the value of `$ref`.
            base: the node where it stands.

        Raises:
            UnresolvableReference: the file or the place in it does not exist, or the chain is a
                circle.

        """
        node, next_reference = base, reference
        for _ in range(MAX_CHAIN):
            node = self._resolve_one_step(node, next_reference, reference, base)
            if node.reference is None:
                return node
            next_reference = node.reference
        raise self._build_unresolvable_error(reference, base, "it leads in a circle")

    def find_target(self, reference: str, base: Node) -> Node:
        """Return what a reference names, without following a `$ref` that stands there."""
        return self._resolve_one_step(base, reference, reference, base)

    def find_node(self, uri: str, pointer: str) -> Node:
        """Return what is at a place in a file that was loaded, which must be there."""
        return Node(self, uri, pointer, resolve_pointer(self.by_uri[uri].tree, pointer))

    def find_resource(self, node: Node) -> SchemaResource | None:
        """Return the schema resource that a schema belongs to, None where it is none."""
        file = self.by_uri[node.uri]
        return file.resources.find(node.pointer) if file.may_have_resources else None

    @cached_property
    def has_resources(self) -> bool:
        """Whether a schema has an `$id`, an anchor or a `$schema`."""
        files = [file for file in self.by_uri.values() if file.may_have_resources]
        return any(file.resources.by_pointer for file in files)

    @cached_property
    def _resource_places(self) -> dict[str, tuple[str, str]]:
        """The URI of each schema resource -> the file and pointer of its schema."""
        places: dict[str, tuple[str, str]] = {}
        for file in self.by_uri.values():
            resources = file.resources.by_uri if file.may_have_resources else {}
            for uri, resource in resources.items():
                places.setdefault(uri, (file.uri, resource.pointer))
        return places

    def _resolve_one_step(
        self, start: Node, next_reference: str, reference: str, base: Node
    ) -> Node:
        """Return what one reference of a chain names.

        Args:
            start: where the reference stands.
            next_reference: the reference.
            reference: the first one of the chain, for errors.
            base: where that one stands.

        """
        resource = self.find_resource(start)
        is_local = next_reference.startswith("#")
        base_uri = resource.uri if resource else start.uri
        uri, fragment = split_fragment(join_uri(base_uri, next_reference))
        file_uri, root = self._resource_places.get(uri, (uri, ""))
        if file_uri not in self.by_uri and resource is not None:
            # The files of many schemas lie side by side, where no `$id` says that they are.
            file_uri, _ = split_fragment(join_uri(start.uri, next_reference))
        if file_uri not in self.by_uri:
            raise self._build_not_loaded_error(reference, base, uri)
        file = self.by_uri[file_uri]
        pointer = root + unquote(fragment)
        if fragment and not fragment.startswith("/"):
            place = start.pointer if start.uri == file_uri else None
            anchored = file.resources.find_anchor(unquote(fragment), root, place)
            if anchored is None:
                cause = "no schema has that anchor"
                raise self._build_unresolvable_error(reference, base, cause)
            pointer = anchored
        try:
            value = _resolve_fragment(file.tree, pointer, root + fragment)
        except LookupError:
            if root and is_local and start.uri == file_uri:
                # Many authors mean the document by `#/components`, also in a schema with an `$id`.
                return self._resolve_in_file(start, fragment, reference, base)
            raise self._build_unresolvable_error(reference, base, "nothing is there") from None
        return Node(self, file_uri, pointer, value)

    def _resolve_in_file(self, start: Node, fragment: str, reference: str, base: Node) -> Node:
        pointer = unquote(fragment)
        try:
            value = _resolve_fragment(self.by_uri[start.uri].tree, pointer, fragment)
        except LookupError:
            raise self._build_unresolvable_error(reference, base, "nothing is there") from None
        return Node(self, start.uri, pointer, value)

    def _build_not_loaded_error(
        self, reference: str, base: Node, uri: str
    ) -> UnresolvableReference:
        failure = self.failures.get(uri)
        if failure is None:
            return self._build_unresolvable_error(reference, base, "that file was not loaded")
        # Hints about a missing file are for the source of a document, not for a reference.
        hint = failure.hint if isinstance(failure, DocumentSyntaxError) else None
        return self._build_unresolvable_error(reference, base, failure.headline, hint)

    def _build_unresolvable_error(
        self, reference: str, base: Node, cause: str, hint: str | None = None
    ) -> UnresolvableReference:
        reason = f"$ref {reference!r} cannot be resolved: {cause}"
        return UnresolvableReference(
            f"{base.place}: {reason}",
            reason=reason,
            hint=hint or "correct the reference, or add what it names",
            uri=base.uri,
            reference=reference,
            pointer=base.pointer,
        )

    def find_position(self, uri: str, pointer: str) -> tuple[int, int] | None:
        """Return (line, column) of a place, first is 1; None where they are unknown."""
        return self.by_uri[uri].locate(pointer) if uri in self.by_uri else None


def _resolve_fragment(tree: Any, pointer: str, fragment: str) -> Any:
    """Return what a fragment leads to: percent-decoded, or as written, as some tools write it.

    Raises:
        LookupError: nothing is there.

    Source: RFC 6901 §6.

    """
    try:
        return resolve_pointer(tree, pointer)
    except LookupError:
        if not fragment.startswith("/"):
            raise
    return resolve_pointer(tree, fragment)


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a document together with its place.

    What is missing or of the wrong type reads as empty: `node["parameters"].member_keys()` is empty
    where there are none. So a bad corner of a document never stops the rest.
    """

    files: DocumentFiles
    uri: str
    pointer: str
    value: Any

    def __getitem__(self, key: str) -> Node:
        """Return the child under `key`, its `$ref` followed."""
        return self.get_child(key).resolve()

    def get_child(self, key: str | int) -> Node:
        """Return the child under a key or index as it stands; its value is None if it is absent."""
        value = self.value
        item = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, list) and isinstance(key, int):
            item = value[key]
        return Node(self.files, self.uri, f"{self.pointer}/{escape_token(str(key))}", item)

    @property
    def reference(self) -> str | None:
        """The `$ref` that stands here, None where there is none."""
        reference = self.value.get("$ref") if isinstance(self.value, dict) else None
        return reference if isinstance(reference, str) else None

    def resolve(self) -> Node:
        """Return this node, or what its `$ref` leads to.

        Raises:
            UnresolvableReference: the reference leads nowhere.

        """
        reference = self.reference
        return self if reference is None else self.files.resolve_reference(reference, self)

    def __bool__(self) -> bool:
        return self.value is not None

    def member_keys(self) -> list[str]:
        """Return the keys of an object, [] of anything else."""
        return list(self.value) if isinstance(self.value, dict) else []

    def iterate_children(self) -> Iterator[Node]:
        """Yield the members of an object or array as they stand."""
        keys: Iterable[str | int] = self.member_keys()
        if isinstance(self.value, list):
            keys = range(len(self.value))
        for key in keys:
            yield self.get_child(key)

    def iterate_resolved_members(self, *keys: str) -> Iterator[tuple[str, Node]]:
        """Yield the members of the map under some keys, with all references followed.

        A reference that leads nowhere is a problem of the document and left out here.
        """
        members = self
        try:
            for key in keys:
                members = members[key]
        except DocumentError:
            return
        for name in members.member_keys():
            try:
                yield name, members[name]
            except DocumentError:
                continue

    def list_items(self, key: str) -> list[Node]:
        """Return the items of a list, which some documents put behind a reference."""
        try:
            return list(self[key].iterate_children())
        except DocumentError:  # A problem of the document.
            return []

    def get_text(self, key: str, default: str = "") -> str:
        """Return the string under `key`, `default` where there is none."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return value if isinstance(value, str) else default

    def get_flag(self, key: str, *, default: bool = False) -> bool:
        """Return the boolean under `key`, `default` where there is none."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return value if isinstance(value, bool) else default

    @property
    def place(self) -> Place:
        """Where this stands, for messages."""
        return Place(self.uri, self.pointer, self.files.find_position)


_EXTERNAL_REFERENCE = re.compile(
    rb"""\$(?:ref|dynamicRef)["']?\s*:\s*["']?[^#"'\s]|["']?\bmapping\b["']?\s*:"""
)

#: A value of a discriminator's mapping that names a file, and not a component.
_MAPPED_FILE = re.compile(r"[^#]+\.(ya?ml|json)(#.*)?|[^#]*/[^#]*(#.*)?", re.IGNORECASE)

#: The values of these keys are data: a `$ref` in them is no reference.
_DATA_KEYS = frozenset({"example", "examples", "default", "enum", "const", "x-example"})


#: A text without any of these identifies no schema. JSON may write the `$` as an escape.
_IDENTIFIERS = re.compile(
    rb"\$(id|anchor|dynamicAnchor|recursiveAnchor|schema)\b|jsonSchemaDialect|u0024|\0"
)


def may_have_resources(data: bytes) -> bool:
    """Tell whether the text of a file may identify schemas, as an `$id` does."""
    return _IDENTIFIERS.search(data) is not None


def find_external_files(file: DocumentFile, data: bytes | None) -> list[str]:
    """Return the URIs of the other files that a file refers to, in document order, each once.

    Args:
        file: the file.
        data: its text, to find out quickly whether every reference is local; None: always walk.

    """
    if data is not None and not _EXTERNAL_REFERENCE.search(data):
        return []
    uris: dict[str, None] = {}
    pending = [(file.tree, file.uri)]
    while pending:
        value, base = pending.pop()
        if isinstance(value, dict):
            own_id = value.get("$id") if file.may_have_resources else None
            if isinstance(own_id, str):
                base, _ = split_fragment(join_uri(base, own_id))
            for reference in _list_external_references(value):
                uris.update(dict.fromkeys(_list_possible_uris(file, base, reference)))
            items = reversed(value.items())
            pending += [(item, base) for key, item in items if key not in _DATA_KEYS]
        elif isinstance(value, list):
            pending += [(item, base) for item in reversed(value)]
    uris.pop(file.uri, None)
    if uris and file.may_have_resources:
        return [uri for uri in uris if uri not in file.resources.by_uri]
    return list(uris)


def _list_possible_uris(file: DocumentFile, base: str, reference: str) -> list[str]:
    """Return the URI that a reference means, and the neighbour of the file that it may mean.

    Args:
        file: where the reference stands.
        base: what it is relative to: the URI of the file, or an `$id`.
        reference: the reference.

    """
    uri, _ = split_fragment(join_uri(base, reference))
    neighbour, _ = split_fragment(join_uri(file.uri, reference))
    has_own_origin = uri.split("/")[:3] == file.uri.split("/")[:3]
    return [uri] if has_own_origin else [uri, neighbour]


def _list_external_references(value: dict[str, Any]) -> list[str]:
    """Return the references to files that an object holds: its `$ref`, and a mapping's values."""
    texts = [value.get("$ref"), value.get("$dynamicRef")]
    references = [one for one in texts if isinstance(one, str) and not one.startswith("#")]
    discriminator = value.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    if isinstance(mapping, dict):
        names = [text for text in mapping.values() if isinstance(text, str)]
        references += [text for text in names if _MAPPED_FILE.fullmatch(text)]
    return references

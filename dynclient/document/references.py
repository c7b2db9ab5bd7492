"""References: JSON pointers and `$ref`s inside and between the files of one document.

They are resolved when they are used, so cycles do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from dynclient.document.problems import Problem
from dynclient.errors import DocumentError, DocumentSyntaxError, UnresolvableReference
from dynclient.violations import Place

MAX_CHAIN = 64


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

    """

    uri: str
    tree: Any
    problems: tuple[Problem, ...] = ()
    locate: Callable[[str], tuple[int, int] | None] = field(
        default=lambda _pointer: None, repr=False, compare=False
    )


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
        base_uri, next_reference = base.uri, reference
        for _ in range(MAX_CHAIN):
            node = self._resolve_one_step(base_uri, next_reference, reference, base)
            if node.reference is None:
                return node
            base_uri, next_reference = node.uri, node.reference
        raise self._build_unresolvable_error(reference, base, "it leads in a circle")

    def find_target(self, reference: str, base: Node) -> Node:
        """Return what a reference names, without following a `$ref` that stands there."""
        return self._resolve_one_step(base.uri, reference, reference, base)

    def _resolve_one_step(
        self, base_uri: str, next_reference: str, reference: str, base: Node
    ) -> Node:
        is_local = next_reference.startswith("#")
        target = base_uri + next_reference if is_local else urljoin(base_uri, next_reference)
        uri, fragment = urldefrag(target)
        if uri not in self.by_uri:
            raise self._build_not_loaded_error(reference, base, uri)
        tree = self.by_uri[uri].tree
        pointer = unquote(fragment)
        if pointer and not pointer.startswith("/"):
            pointer = _find_anchor(tree, pointer) or pointer
        try:
            value = _resolve_fragment(tree, pointer, fragment)
        except LookupError:
            raise self._build_unresolvable_error(reference, base, "nothing is there") from None
        return Node(self, uri, pointer, value)

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


def _find_anchor(tree: Any, name: str) -> str | None:
    """Return the pointer of the schema that declares an anchor, None where there is none."""
    for pointer, value in _walk_objects(tree):
        if value.get("$anchor") == name or value.get("$dynamicAnchor") == name:
            return pointer
    return None


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


def _walk_objects(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    pending = [("", tree)]
    while pending:
        pointer, value = pending.pop()
        if isinstance(value, dict):
            yield pointer, value
            pending += [(f"{pointer}/{escape_token(key)}", item) for key, item in value.items()]
        elif isinstance(value, list):
            pending += [(f"{pointer}/{index}", item) for index, item in enumerate(value)]


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


_EXTERNAL_REFERENCE = re.compile(rb"""\$ref["']?\s*:\s*["']?[^#"'\s]|["']?\bmapping\b["']?\s*:""")

#: A value of a discriminator's mapping that names a file, and not a component.
_MAPPED_FILE = re.compile(r"[^#]+\.(ya?ml|json)(#.*)?|[^#]*/[^#]*(#.*)?", re.IGNORECASE)

#: The values of these keys are data: a `$ref` in them is no reference.
_DATA_KEYS = frozenset({"example", "examples", "default", "enum", "const", "x-example"})


def find_external_files(file: DocumentFile, data: bytes | None) -> list[str]:
    """Return the URIs of the other files that a file refers to, in document order, each once.

    Args:
        file: the file.
        data: its text, to find out quickly whether every reference is local; None: always walk.

    """
    if data is not None and not _EXTERNAL_REFERENCE.search(data):
        return []
    uris: dict[str, None] = {}
    pending = [file.tree]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            for reference in _list_external_references(value):
                uri, _ = urldefrag(urljoin(file.uri, reference))
                uris.setdefault(uri)
            pending += [item for key, item in reversed(value.items()) if key not in _DATA_KEYS]
        elif isinstance(value, list):
            pending += reversed(value)
    uris.pop(file.uri, None)
    return list(uris)


def _list_external_references(value: dict[str, Any]) -> list[str]:
    """Return the references to files that an object holds: its `$ref`, and a mapping's values."""
    reference = value.get("$ref")
    references = []
    if isinstance(reference, str) and not reference.startswith("#"):
        references.append(reference)
    discriminator = value.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    if isinstance(mapping, dict):
        texts = [text for text in mapping.values() if isinstance(text, str)]
        references += [text for text in texts if _MAPPED_FILE.fullmatch(text)]
    return references

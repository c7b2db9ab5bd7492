"""References: JSON pointers and `$ref`s inside and between the files of one document; lazy and cycle-safe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from dynclient.document.problems import Problem
from dynclient.errors import UnresolvableReference
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
    """One file of a document: its tree, what was wrong with its text, and how to find a line in it."""

    uri: str
    tree: Any
    problems: tuple[Problem, ...] = ()
    locate: Callable[[str], tuple[int, int] | None] = field(
        default=lambda _pointer: None, repr=False, compare=False
    )


@dataclass(frozen=True)
class DocumentFiles:
    """All files of one document by URI; `root` is where it begins."""

    root: str
    by_uri: Mapping[str, DocumentFile]

    @property
    def top(self) -> Node:
        """The root of the root file."""
        return Node(self, self.root, "", self.by_uri[self.root].tree)

    def resolve_reference(self, reference: str, base: Node) -> Node:
        """Return the node that `reference`, standing at `base`, leads to; chains are followed to their end.

        Raises:
            UnresolvableReference: the file or the place in it does not exist, or the chain is a circle.

        """
        uri, text = base.uri, reference
        for _ in range(MAX_CHAIN):
            node = self._resolve_one_step(uri, text, reference, base)
            if not (isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str)):
                return node
            uri, text = node.uri, node.value["$ref"]
        raise self._build_unresolvable_error(reference, base, "it leads in a circle")

    def find_target(self, reference: str, base: Node) -> Node:
        """Return what `reference` names, without following a `$ref` that stands there."""
        return self._resolve_one_step(base.uri, reference, reference, base)

    def _resolve_one_step(self, base_uri: str, text: str, reference: str, base: Node) -> Node:
        uri, fragment = urldefrag(
            urljoin(base_uri, text) if not text.startswith("#") else base_uri + text
        )
        if uri not in self.by_uri:
            raise self._build_unresolvable_error(reference, base, "that file was not loaded")
        pointer = unquote(fragment)
        tree = self.by_uri[uri].tree
        if pointer and not pointer.startswith("/"):
            pointer = self._find_anchor(tree, pointer) or pointer
        try:
            return Node(
                self, uri, pointer, resolve_pointer(tree, _choose_pointer(pointer, fragment, tree))
            )
        except LookupError:
            raise self._build_unresolvable_error(reference, base, "nothing is there") from None

    def _find_anchor(self, tree: Any, name: str) -> str | None:
        for pointer, value in _walk_objects(tree):
            if value.get("$anchor") == name or value.get("$dynamicAnchor") == name:
                return pointer
        return None

    def _build_unresolvable_error(
        self, reference: str, base: Node, why: str
    ) -> UnresolvableReference:
        reason = f"$ref {reference!r} cannot be resolved: {why}"
        return UnresolvableReference(
            f"{base.place}: {reason}",
            reason=reason,
            hint="correct the reference, or add what it names",
            uri=base.uri,
            reference=reference,
            pointer=base.pointer,
        )

    def find_line(self, uri: str, pointer: str) -> int | None:
        """Return the line of a place, first line 1."""
        found = self.by_uri[uri].locate(pointer) if uri in self.by_uri else None
        return found[0] if found else None


def _choose_pointer(pointer: str, fragment: str, tree: Any) -> str:
    """Return the pointer that finds something: percent-decoded (RFC 6901 §6), or as written, as some tools write it."""
    try:
        resolve_pointer(tree, pointer)
    except LookupError:
        return fragment if fragment.startswith("/") else pointer
    return pointer


def _walk_objects(tree: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    todo = [(pointer, tree)]
    while todo:
        at, value = todo.pop()
        if isinstance(value, dict):
            yield at, value
            todo += [(f"{at}/{escape_token(k)}", v) for k, v in value.items()]
        elif isinstance(value, list):
            todo += [(f"{at}/{i}", v) for i, v in enumerate(value)]


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a document together with where it stands.

    Missing and misplaced things read as empty: `node["parameters"].items()` is empty where there are none, so that a
    bad corner never stops the rest.
    """

    files: DocumentFiles
    uri: str
    pointer: str
    value: Any

    def __getitem__(self, key: str) -> Node:
        """Return the child under `key`, its `$ref` followed."""
        return self.get_child(key).resolve()

    def get_child(self, key: str | int) -> Node:
        """Return the child under a key or position as it stands, its value None where nothing is."""
        value = self.value
        found = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, list) and isinstance(key, int):
            found = value[key]
        return Node(self.files, self.uri, f"{self.pointer}/{escape_token(str(key))}", found)

    def resolve(self) -> Node:
        """Return this node, or what its `$ref` leads to.

        Raises:
            UnresolvableReference: the reference leads nowhere.

        """
        if isinstance(self.value, dict) and isinstance(self.value.get("$ref"), str):
            return self.files.resolve_reference(self.value["$ref"], self)
        return self

    def __bool__(self) -> bool:
        return self.value is not None

    def member_keys(self) -> list[str]:
        """Return the keys of an object, [] of anything else."""
        return list(self.value) if isinstance(self.value, dict) else []

    def iterate_children(self) -> Iterator[Node]:
        """Yield the members of an object or array as they stand."""
        if isinstance(self.value, dict):
            yield from (self.get_child(key) for key in self.value)
        elif isinstance(self.value, list):
            yield from (self.get_child(i) for i in range(len(self.value)))

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
        return Place(self.uri, self.pointer, self.files.find_line)


_EXTERNAL_REFERENCE = re.compile(rb"""\$ref["']?\s*:\s*["']?[^#"'\s]""")

#: What stands under these keys is data, not part of the document.
_DATA_KEYS = frozenset({"example", "examples", "default", "enum", "const", "x-example"})


def find_external_files(file: DocumentFile, data: bytes | None) -> list[str]:
    """Return the URIs of the other files that a file refers to, in document order, each once.

    Args:
        file: the file.
        data: its text; a quick look at it spares the walk where every reference is local. None: always walk.

    """
    if data is not None and not _EXTERNAL_REFERENCE.search(data):
        return []
    found: dict[str, None] = {}
    todo = [file.tree]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and not reference.startswith("#"):
                found.setdefault(urldefrag(urljoin(file.uri, reference))[0])
            todo += [v for k, v in reversed(value.items()) if k not in _DATA_KEYS]
        elif isinstance(value, list):
            todo += reversed(value)
    found.pop(file.uri, None)
    return list(found)

"""A value in a document together with its place, and with the references that stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dynclient.errors import DocumentError, UnresolvableReference
from dynclient.masking import mask_url
from dynclient.violations import Place

if TYPE_CHECKING:
    from dynclient.document.files.document_files import DocumentFiles


def escape_token(key: str) -> str:
    """Return a key as it stands in a JSON pointer. Source: RFC 6901 §3."""
    if "~" in key or "/" in key:
        return key.replace("~", "~0").replace("/", "~1")
    return key


def unescape_token(token: str) -> str:
    """Return the key that a token of a JSON pointer names. Source: RFC 6901 §4."""
    return token.replace("~1", "/").replace("~0", "~")


class Node:
    """A value in a document together with its place.

    What is missing or of the wrong type reads as empty: `node["parameters"].member_keys()` is empty
    where there are none. So a bad corner of a document never stops the rest.

    Args:
        files: the files of the document.
        uri: the file that it stands in.
        pointer: its JSON pointer there.
        value: what stands there; None where nothing does.

    """

    # A compile makes thousands: as a frozen dataclass, each would take three times as long.
    __slots__ = ("files", "pointer", "uri", "value")

    def __init__(self, files: DocumentFiles, uri: str, pointer: str, value: Any) -> None:
        self.files = files
        self.uri = uri
        self.pointer = pointer
        self.value = value

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {mask_url(self.uri)}#{self.pointer}>"

    def __getitem__(self, key: str) -> Node:
        """Return the child under `key`, its `$ref` followed."""
        return self.get_child(key).resolve()

    def get_child(self, key: str | int) -> Node:
        """Return the child under a key or index as it stands; its value is None if it is absent."""
        value = self.value
        item = None
        if isinstance(value, dict):
            item = value.get(key)
        elif isinstance(value, list) and isinstance(key, int):
            item = value[key]
        token = escape_token(key) if isinstance(key, str) else key
        return Node(self.files, self.uri, f"{self.pointer}/{token}", item)

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

    def merge_reference(self) -> Node:
        """Return this node, or what its `$ref` leads to together with the fields beside it.

        Where both have a field, the one beside the reference counts.

        Raises:
            UnresolvableReference: the reference leads nowhere.

        """
        reference = self.reference
        if reference is None:
            return self
        end = self.resolve()  # It raises where the chain of references is a circle.
        target = self.files.find_target(reference, self).merge_reference()
        if len(self.value) == 1 or not isinstance(end.value, dict):
            return target
        own = {key: item for key, item in self.value.items() if key != "$ref"}
        value = {**target.value, **own}
        return MergedNode(self, value, frozenset(own), target)

    def follow_child(self, key: str | int) -> Node:
        """Return the child under a key; its `$ref` is followed, with the fields beside it.

        A reference that leads nowhere is a problem of the document and reads as absent.
        """
        child = self.get_child(key)
        try:
            return child.merge_reference()
        except UnresolvableReference:
            return child.without_reference()

    def without_reference(self) -> Node:
        """Return an object without its `$ref`; where it has nothing else, it is absent."""
        own = {name: item for name, item in self.value.items() if name != "$ref"}
        return Node(self.files, self.uri, self.pointer, own or None)

    def __bool__(self) -> bool:
        return self.value is not None

    def member_keys(self) -> list[str]:
        """Return the keys of an object, [] of anything else."""
        return list(self.value) if isinstance(self.value, dict) else []

    def iterate_members(self) -> Iterator[tuple[str, Node]]:
        """Yield the keys and members of an object as they stand; nothing of anything else."""
        for key in self.member_keys():
            yield key, self.get_child(key)

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
        for key in keys:
            members = members.follow_child(key)
        for name in members.member_keys():
            try:
                yield name, members[name]
            except DocumentError:
                continue

    def list_items(self, key: str) -> list[Node]:
        """Return the items of a list, each with its `$ref` followed."""
        items = self.follow_child(key)
        if not isinstance(items.value, list):
            return []
        return [items.follow_child(index) for index in range(len(items.value))]

    def get_text(self, key: str, default: str = "") -> str:
        """Return the string under `key`, `default` where there is none."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        if isinstance(value, dict) and "$ref" in value:
            value = self.follow_child(key).value
        return value if isinstance(value, str) else default

    def get_flag(self, key: str, *, default: bool = False) -> bool:
        """Return the boolean under `key`, `default` where there is none."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return value if isinstance(value, bool) else default

    @property
    def place(self) -> Place:
        """Where this stands, for messages."""
        uri, pointer = self.files.find_origin(self.uri, self.pointer)
        return Place(uri, pointer, self.files.locate)


class MergedNode(Node):
    """An object together with what its `$ref` names.

    Args:
        place: where the reference stands.
        value: the object.
        own_keys: the fields that stand beside the reference.
        target: what the reference names; it has the other fields.

    """

    __slots__ = ("own_keys", "target")

    def __init__(
        self, place: Node, value: dict[str, Any], own_keys: frozenset[str], target: Node
    ) -> None:
        super().__init__(place.files, place.uri, place.pointer, value)
        self.own_keys = own_keys
        self.target = target

    def get_child(self, key: str | int) -> Node:
        """Return the child under a key from the object that has it."""
        if key in self.own_keys or key not in self.target.value:
            return Node(
                self.files,
                self.uri,
                f"{self.pointer}/{escape_token(str(key))}",
                self.value.get(key),
            )
        return self.target.get_child(key)

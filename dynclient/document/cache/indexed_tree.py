"""The tree of a large document as text with an index: a part is parsed when it is looked at.

The index holds the paths, the names of components and the short members of operations. So listing
the operations and calling one of them reads the index and what that call needs, and no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from dynclient.fork_safety import build_fork_safe_lock

#: How many levels of the objects under these fields of the root are indexed; else one.
_LEVELS = {"paths": 3, "webhooks": 3, "components": 2}

#: A member whose text is longer is a part of its own.
MAX_INLINE_CHARS = 160
MAX_INLINE_VALUES = 16


class TreeIndex(NamedTuple):
    """An index, and the text that it leads into.

    Attributes:
        root: the index of the root. That of an object is a pair: its short members, with null in
            the place of the others; and for each of the others the pair (start, length) of its
            text, or an index again.
        text: the JSON texts of all parts, one after the other, in ASCII.

    """

    root: list[Any]
    text: bytes


def build_index(tree: dict[str, Any]) -> TreeIndex:
    """Return the index of the tree of a document.

    Raises:
        ValueError: the tree holds what JSON cannot write, as a value that holds itself.
        RecursionError: it is too deep.

    """
    writer = _IndexWriter()
    index = writer.write_object(tree, None)
    return TreeIndex(index, b"".join(writer.parts))


class _IndexWriter:
    """Writes the parts of a tree one after the other."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._length = 0

    def write_object(self, value: dict[str, Any], levels: int | None) -> list[Any]:
        """Return the index of an object.

        Args:
            value: the object.
            levels: how many levels below it are indexed; None: it is the root.

        """
        short_members: dict[str, Any] = {}
        others: dict[str, Any] = {}
        for key, member in value.items():
            member_levels = _LEVELS.get(key, 1) if levels is None else levels - 1
            is_indexed = isinstance(member, dict) and member_levels > 0
            if is_indexed and not _has_few_values(member):
                short_members[key] = None
                others[key] = self.write_object(member, member_levels)
                continue
            text = _encode(member)
            if len(text) <= MAX_INLINE_CHARS:
                short_members[key] = member
            elif is_indexed:
                short_members[key] = None
                others[key] = self.write_object(member, member_levels)
            else:
                short_members[key] = None
                others[key] = self._write_part(text)
        return [short_members, others]

    def _write_part(self, text: str) -> tuple[int, int]:
        start = self._length
        part = text.encode("ascii")
        self.parts.append(part)
        self._length += len(part)
        return start, len(part)


_encode = json.JSONEncoder(separators=(",", ":")).encode


def _has_few_values(value: Any) -> bool:
    """Tell whether a value is worth writing only to see whether its text is short."""
    pending = [value]
    for visited in pending:
        if len(pending) > MAX_INLINE_VALUES:
            return False
        if isinstance(visited, dict):
            pending += visited.values()
        elif isinstance(visited, list):
            pending += visited
    return len(pending) <= MAX_INLINE_VALUES


def has_shape_of_index(index: Any, size_bytes: int) -> bool:
    """Tell whether a value is an index whose parts lie in a text of some size."""
    if not isinstance(index, list) or not index or not isinstance(index[0], dict):
        return False
    pending = [index]
    while pending:
        part = pending.pop()
        if type(part) is not list or len(part) != 2:  # noqa: PLR2004 (a pair)
            return False
        first, second = part
        if type(first) is int and type(second) is int:
            if not 0 <= first < first + second <= size_bytes:
                return False
        elif type(first) is dict and type(second) is dict and second.keys() <= first.keys():
            pending += second.values()
        else:
            return False
    return True


class _Unread:
    """A member that was not looked at yet: its index, or where its text is.

    It is no tuple, which some library would take for a list of JSON.
    """

    __slots__ = ("first", "second")

    def __init__(self, first: Any, second: Any) -> None:
        self.first = first
        self.second = second


class IndexedObject(dict[str, Any]):
    """An object of a tree whose members are parsed when they are looked at.

    A document only reads it; an overlay changes a copy. As it has an iterator of its own, `dict(x)`
    and `{**x}` read its members too; what goes round its methods, as some libraries in C do, meets
    `_Unread`, which is no JSON.
    """

    __slots__ = ("_text",)

    def __init__(self, index: list[Any], text: bytes) -> None:
        short_members, others = index
        super().__init__(short_members)
        self.update((key, _Unread(*part)) for key, part in others.items())
        self._text = text

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        return self._read_member(key) if type(value) is _Unread else value

    def get(self, key: str, default: Any = None) -> Any:
        """Return a member, or else the default."""
        value = super().get(key, default)
        return self._read_member(key) if type(value) is _Unread else value

    def __iter__(self) -> Iterator[str]:
        return super().__iter__()

    def items(self) -> Any:
        """Return the members with their keys."""
        self._read_all()
        return super().items()

    def values(self) -> Any:
        """Return the members."""
        self._read_all()
        return super().values()

    def copy_unread(self) -> IndexedObject:
        """Return another one with the same members, of which those stay unread that are."""
        copied = IndexedObject([{}, {}], self._text)
        for key in self:
            dict.__setitem__(copied, key, dict.__getitem__(self, key))
        return copied

    def copy(self) -> dict[str, Any]:
        """Return a plain copy."""
        return dict(self.items())

    def __eq__(self, other: object) -> bool:
        return self.copy() == other

    def __ne__(self, other: object) -> bool:
        return self.copy() != other

    __hash__ = None  # as any dict

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (self.copy(),)

    def __repr__(self) -> str:
        return repr(self.copy())

    def _read_all(self) -> None:
        for key in self:
            self[key]

    def _read_member(self, key: str) -> Any:
        """Parse a member; of two threads that do so at once, the second one takes the first's."""
        with _LOCK:
            unread = super().__getitem__(key)
            if type(unread) is not _Unread:
                return unread
            first, second = unread.first, unread.second
            value: Any
            if isinstance(first, dict):
                value = IndexedObject([first, second], self._text)
            else:
                value = json.loads(self._text[first : first + second])
            self[key] = value
            return value


_LOCK = build_fork_safe_lock()

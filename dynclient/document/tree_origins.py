"""Where each part of a tree comes from, after an overlay has changed it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from dynclient.document.references import escape_token, unescape_token

#: The keys and indexes that lead to a value, as texts.
Location = tuple[str, ...]

#: The URI of a file, and a location in it.
Origin = tuple[str, Location]


@dataclass
class _OriginNode:
    """What is known of one value: its origin, unless it is that of its parent, and its members."""

    origin: Origin | None = None
    children: dict[str, _OriginNode] = field(default_factory=dict)


class TreeOrigins:
    """Knows the file and the place from which each value of a changed tree comes.

    Args:
        uri: the file from which all comes at first.

    """

    def __init__(self, uri: str) -> None:
        self._top = _OriginNode((uri, ()))

    def find(self, location: Location) -> Origin:
        """Return the origin of a value."""
        node: _OriginNode | None = self._top
        origin = self._top.origin or ("", ())
        for token in location:
            node = node.children.get(token) if node is not None else None
            origin = (node and node.origin) or (origin[0], (*origin[1], token))
        return origin

    def find_pointer(self, pointer: str) -> tuple[str, str]:
        """Return the file, and the JSON pointer in it, from which the value at a pointer comes."""
        uri, location = self.find(tuple(map(unescape_token, pointer.split("/")[1:])))
        return uri, "".join(f"/{escape_token(token)}" for token in location)

    def replace(self, location: Location, origin: Origin) -> None:
        """Note that a value, with all in it, comes from somewhere else."""
        node = self._top
        for token in location:
            node = node.children.setdefault(token, _OriginNode())
        node.origin = origin
        node.children = {}

    def remove_member(self, location: Location, key: str) -> None:
        """Note that a member of an object is gone."""
        node = self._find_node(location)
        if node is not None:
            node.children.pop(key, None)

    def remove_items(self, location: Location, indexes: Collection[int], length: int) -> None:
        """Note that items of a list are gone, so that those behind them move up.

        Args:
            location: the list.
            indexes: the items that are gone.
            length: how many it had.

        """
        kept = [index for index in range(length) if index not in indexes]
        moved: dict[str, _OriginNode] = {}
        old = self._find_node(location)
        for new_index, index in enumerate(kept):
            child = old.children.get(str(index)) if old is not None else None
            origin = self.find((*location, str(index)))
            moved[str(new_index)] = _OriginNode(origin, child.children if child else {})
        self.replace(location, self.find(location))
        node = self._find_node(location)
        if node is not None:
            node.children = moved

    def _find_node(self, location: Location) -> _OriginNode | None:
        node: _OriginNode | None = self._top
        for token in location:
            node = node.children.get(token) if node is not None else None
        return node

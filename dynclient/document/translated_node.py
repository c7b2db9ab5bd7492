"""Objects translated into the one shape; each part has the place that it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dynclient.document.references import Node


class TranslatedNode(Node):
    """An object or list that does not stand in the document as it is read.

    Its place is that of what it was made from, and so is the place of each member.

    Args:
        source: what it was made from.
        value: the object or list.
        members: key or index -> the member.

    """

    __slots__ = ("members",)

    def __init__(self, source: Node, value: Any, members: Mapping[str | int, Node]) -> None:
        super().__init__(source.files, source.uri, source.pointer, value)
        self.members = members

    def get_child(self, key: str | int) -> Node:
        """Return the member under a key or index; its value is None if it is absent."""
        member = self.members.get(key)
        return member if member is not None else Node.get_child(self, key)


def build_object(source: Node, members: Mapping[str, Node]) -> TranslatedNode:
    """Return an object that is made of other nodes.

    Args:
        source: what it was made from; its place is the object's.
        members: the members by key.

    """
    value = {key: member.value for key, member in members.items()}
    return TranslatedNode(source, value, dict(members.items()))


def build_list(source: Node, items: Sequence[Node]) -> TranslatedNode:
    """Return a list that is made of other nodes, with the place of its source."""
    value = [item.value for item in items]
    return TranslatedNode(source, value, dict(enumerate(items)))


def build_value(source: Node, value: Any) -> Node:
    """Return a value that is made up, with the place of its source."""
    return Node(source.files, source.uri, source.pointer, value)


def keep_members(node: Node, omitted: frozenset[str]) -> dict[str, Node]:
    """Return the members of an object by key, without those of some keys."""
    return {key: node.get_child(key) for key in node.member_keys() if key not in omitted}

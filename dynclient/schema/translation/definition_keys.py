"""What a definition is made of, and its name in `$defs`."""

from __future__ import annotations

import re
from typing import NamedTuple

from dynclient.document.references import Node
from dynclient.schema.translation.dynamic_scopes import NO_SCOPE, DynamicScope

_NO_NAME_CHARACTERS = re.compile(r"[^A-Za-z0-9._-]+")


class DefinitionKey(NamedTuple):
    """What a definition is made of.

    Attributes:
        uri: the file of the schema.
        pointer: its place in that file.
        is_base: it is the base of a hierarchy as others extend it, without those others.
        exclusions: names that it does not require, as a schema beside it lets them travel only the
            other way.
        scope: what the dynamic anchors mean that it needs.
        is_opened: it refuses no properties, as a schema around it does that for all its parts.

    """

    uri: str
    pointer: str
    is_base: bool = False
    exclusions: frozenset[str] = frozenset()
    scope: DynamicScope = NO_SCOPE
    is_opened: bool = False


class DefinitionNames:
    """Chooses the names of definitions: that of the schema, with a number where it is taken."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        #: Name of a schema -> the last number that was added to it.
        self._counts: dict[str, int] = {}

    def choose(self, target: Node, suffix: str) -> str:
        """Return a new name for the definition of a schema.

        Args:
            target: the Schema Object.
            suffix: what the name ends with.

        """
        last_token = target.pointer.rsplit("/", 1)[-1] or target.place.file
        base = _NO_NAME_CHARACTERS.sub("_", last_token)
        count = self._counts.get(base + suffix, 0)
        name = base + suffix if not count else f"{base}_{count + 1}{suffix}"
        while name in self._taken:
            count += 1
            name = f"{base}_{count + 1}{suffix}"
        self._counts[base + suffix] = count
        self._taken.add(name)
        return name

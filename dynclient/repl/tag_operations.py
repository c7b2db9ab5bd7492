"""The operations of one tag as attributes: `audiences.create_audience_v2`."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dynclient.client.client import BaseClient
from dynclient.display_text import format_count
from dynclient.errors import OperationNotFound
from dynclient.names import suggest, to_snake_case


class TagOperations:
    """The operations of one tag.

    Args:
        name: the tag, as the document writes it.
        operations: by their keys.

    """

    def __init__(self, name: str, operations: Mapping[str, Any]) -> None:
        self._name = name
        self._operations = operations
        self._by_python_name = {op.__name__: op for op in operations.values()}

    def find(self, name: str) -> Any:
        """Return the operation of a name, None if this tag has none."""
        return self._by_python_name.get(name) or self._operations.get(name)

    def __getattr__(self, name: str) -> Any:
        operations = self.__dict__.get("_by_python_name", {})
        if name in operations:
            return operations[name]
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Any:
        found = self.find(name)
        if found is not None:
            return found
        suggestions = tuple(suggest(name, self._by_python_name))
        meant = " or ".join(suggestions)
        hint = f"did you mean {meant}?" if meant else "client.find(text) searches"
        text = f"the tag {self._name!r} has no operation {name!r}"
        raise OperationNotFound(text, hint=hint, suggestions=suggestions, name=name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._operations)

    def __len__(self) -> int:
        return len(self._operations)

    def __dir__(self) -> list[str]:
        return sorted(self._by_python_name)

    def __repr__(self) -> str:
        return f"<tag {self._name!r}: {format_count(len(self._operations), 'operation')}>"


def build_tag_names(client: BaseClient[Any], taken: Iterable[str]) -> dict[str, TagOperations]:
    """Return the tags of a client by names of Python; one whose name is taken is left out."""
    named: dict[str, TagOperations] = {}
    for tag, operations in client.tags.items():
        name = to_snake_case(tag)
        is_free = name not in taken and not keyword.iskeyword(name) and not name.startswith("_")
        if is_free and operations:
            named.setdefault(name, TagOperations(tag, operations))
    return named

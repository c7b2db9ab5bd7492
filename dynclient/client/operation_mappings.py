"""The operations of a client, and those of each tag; printed, they are tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from dynclient import model
from dynclient.display_text import format_count
from dynclient.notebook_view import NotebookView
from dynclient.violations import shorten

if TYPE_CHECKING:
    from dynclient.client.client import BaseClient
    from dynclient.client.operation import BoundOperation

OperationT = TypeVar("OperationT", bound="BoundOperation[Any]")

#: How many characters of the names stand in a repr.
MAX_CHARS = 100


class OperationMapping(NotebookView, Mapping[str, OperationT]):
    """Operations by key, each bound when it is looked at."""

    def __init__(self, client: BaseClient[OperationT], keys: Iterable[str]) -> None:
        self._client = client
        self._keys = dict.fromkeys(keys)

    def __getitem__(self, key: str) -> OperationT:
        if key not in self._keys:
            raise KeyError(key)
        return self._client._bind_operation(key)  # noqa: SLF001 (a view of the client)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return _format_names(format_count(len(self), "operation"), self._keys)

    def __str__(self) -> str:
        """Return a table: name, method and path, summary."""
        from dynclient.description.operation_table import format_operation_rows

        return "\n".join(format_operation_rows(self.list_declared()))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        from dynclient.description.operation_panel import build_operations_panel

        return build_operations_panel(self.list_declared())

    def list_declared(self) -> list[model.Operation]:
        """Return the operations as the document declares them."""
        declared = self._client.document.operations
        return [declared[key] for key in self._keys]


class TagMapping(NotebookView, dict[str, OperationMapping[OperationT]]):
    """The operations of each tag."""

    def __repr__(self) -> str:
        return _format_names(format_count(len(self), "tag"), self)

    def __str__(self) -> str:
        """Return a table: tag, number of operations."""
        from dynclient.description.operation_table import format_tag_rows

        return "\n".join(format_tag_rows({tag: len(each) for tag, each in self.items()}))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        from dynclient.description.operation_panel import build_tags_panel

        return build_tags_panel({tag: each.list_declared() for tag, each in self.items()})


def _format_names(count: str, names: Iterable[str]) -> str:
    """Return a repr: how many there are, and some of their names."""
    text = shorten(", ".join(names), MAX_CHARS)
    return f"<{count}: {text}>" if text else f"<{count}>"

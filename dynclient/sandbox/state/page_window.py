"""The page of a list that a query asks for, by the names that APIs commonly use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from dynclient.model import Operation, Parameter
from dynclient.sandbox.sandbox_extension import OFFSET, PAGE_NUMBER, PAGE_SIZE, fold_name

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class PageWindow:
    """What of a list is wanted: `skip` items are left out, `size` at most are taken; None: all."""

    skip: int = 0
    size: int | None = None

    @classmethod
    def from_query(cls, operation: Operation, query: Mapping[str, Any]) -> PageWindow:
        """Return the page that a query asks for; what it leaves out has its parameter's default."""
        declared = {fold_name(p.name): p for p in operation.parameters if p.location == "query"}

        def given(names: Sequence[str]) -> int | None:
            parameter = next((declared[name] for name in names if name in declared), None)
            value = (
                None if parameter is None else query.get(parameter.name, _get_default(parameter))
            )
            return (
                value
                if isinstance(value, int) and not isinstance(value, bool) and value >= 0
                else None
            )

        size, skip, page = given(PAGE_SIZE), given(OFFSET), given(PAGE_NUMBER)
        if skip is None and page is not None and size is not None:
            first = next(
                _find_first_page(declared[name]) for name in PAGE_NUMBER if name in declared
            )
            skip = max(page - first, 0) * size
        return cls(skip or 0, size)

    def select(self, items: Sequence[ItemT]) -> Sequence[ItemT]:
        """Return the items of the page."""
        return items[self.skip :] if self.size is None else items[self.skip : self.skip + self.size]


def _get_default(parameter: Parameter) -> Any:
    return (
        None if parameter.schema is None else parameter.schema.resolve().get_child("default").value
    )


def _find_first_page(parameter: Parameter) -> int:
    """Return the number of the first page: 1, unless the document knows a page 0."""
    schema = parameter.schema.resolve() if parameter.schema is not None else None
    return (
        0
        if schema is not None
        and 0 in (schema.get_child("minimum").value, schema.get_child("default").value)
        else 1
    )

"""The page of a list that a query asks for, by the names that APIs commonly use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from dynclient.model import Operation, Parameter
from dynclient.sandbox.sandbox_extension import (
    OFFSET,
    PAGE_NUMBER,
    PAGE_SIZE,
    fold_name,
    get_default,
)

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class PageWindow:
    """The part of a list that a query asks for.

    Attributes:
        skip: number of items before it.
        size: number of items in it at most; None for all.

    """

    skip: int = 0
    size: int | None = None

    @classmethod
    def from_query(cls, operation: Operation, query: Mapping[str, Any]) -> PageWindow:
        """Return the page that a query asks for; a missing parameter has its default."""
        size = _read_count(_find_parameter(operation, PAGE_SIZE), query)
        offset = _read_count(_find_parameter(operation, OFFSET), query)
        number_parameter = _find_parameter(operation, PAGE_NUMBER)
        number = _read_count(number_parameter, query)
        if offset is not None:
            return cls(offset, size)
        if number_parameter is None or number is None or size is None:
            return cls(0, size)
        pages_before = max(number - find_first_page(number_parameter), 0)
        return cls(pages_before * size, size)

    def select(self, items: Sequence[ItemT]) -> Sequence[ItemT]:
        """Return the items of the page."""
        if self.size is None:
            return items[self.skip :]
        return items[self.skip : self.skip + self.size]


def _find_parameter(operation: Operation, names: Sequence[str]) -> Parameter | None:
    """Return the query parameter of the first of some folded names that is declared."""
    declared = {fold_name(p.name): p for p in operation.parameters if p.location == "query"}
    for name in names:
        if name in declared:
            return declared[name]
    return None


def _read_count(parameter: Parameter | None, query: Mapping[str, Any]) -> int | None:
    """Return the value of a parameter, None unless it is an integer from 0."""
    if parameter is None:
        return None
    return get_count(query.get(parameter.name, get_default(parameter)))


def get_count(value: Any) -> int | None:
    """Return a value that is an integer from 0, else None."""
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return value if is_integer and value >= 0 else None


def find_first_page(parameter: Parameter) -> int:
    """Return the number of the first page: 0 where that is the minimum or the default, else 1."""
    if parameter.schema is None:
        return 1
    schema = parameter.schema.resolve()
    limits = (schema.get_child("minimum").value, schema.get_child("default").value)
    return 0 if 0 in limits else 1

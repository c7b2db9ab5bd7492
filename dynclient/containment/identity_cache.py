"""Results kept for objects that are compared by identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class IdentityCache(Generic[Result]):
    """Keeps one result for each tuple of objects, and keeps the objects alive.

    Schemas are dicts, which have no hash. Their identity is a good key while they live, so that
    the cache holds on to them: a new object can never get the identity of one in the cache.
    """

    def __init__(self) -> None:
        self._entries: dict[tuple[Any, ...], tuple[tuple[Any, ...], Result]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get_or_compute(
        self,
        objects: tuple[Any, ...],
        compute: Callable[[], Result],
        label: tuple[Any, ...] = (),
    ) -> Result:
        """Return the result for some objects; compute it the first time.

        Args:
            objects: what the result depends on, compared by identity and in this order.
            compute: computes the result.
            label: what else it depends on, compared by value.

        """
        key = (label, *map(id, objects))
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = objects, compute()
        return entry[1]

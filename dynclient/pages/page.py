"""A page: the result of one call of a list, its items, and where the next one begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dynclient.plan.results import Result


@dataclass(frozen=True, repr=False)
class Page(Result):
    """A result with the items of one page.

    Attributes:
        items: its items, as they stand in the data.
        number: of this page, from 1 where the iteration began.
        cursor: where the next page begins, as JSON data for `resume=`; None after the last page.

    """

    items: list[Any] = field(default_factory=list)
    number: int = 1
    cursor: dict[str, Any] | None = None

    def __repr__(self) -> str:
        end = "" if self.cursor is not None else ", the last"
        return f"<Page {self.number}: {len(self.items)} items{end}>"

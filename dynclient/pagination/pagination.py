"""How an operation pages, as a value."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

Style = Literal["offset", "page", "cursor", "link", "single"]
Certainty = Literal["certain", "likely", "unsure"]

STYLES: tuple[Style, ...] = get_args(Style)

#: Fields that say where a pagination comes from; the others are what a user writes.
_ORIGIN_FIELDS = ("source", "certainty")


@dataclass(frozen=True)
class Pagination:
    """How an operation pages.

    A place in a call is a JSON pointer into the call document (`/query/skip`), a place in a result
    one into its body (`/data`); "" is the whole body, and `-1` the last item of an array. A place
    that the operation does not have is None.

    Attributes:
        style: what leads to the next page: the `offset` of its first item, the number of the
            `page`, a `cursor` of the result, a `link` of the result; `single`: there is no next.
        items: the array of items in a result.
        parameter: what changes from page to page in a call.
        size: how many items a page may have, in a call.
        next: the next cursor or link in a result.
        next_header: the header field that has it; `Link` is read as RFC 8288 says.
        has_more: whether there is another page, in a result.
        total: how many items there are in all, in a result.
        page_count: how many pages there are, in a result.
        page_number: the number of this page, in a result.
        first: the offset or number of the first page.
        source: what says so.
        certainty: how sure that is; what is `unsure` is not used.

    """

    style: Style
    items: str = ""
    parameter: str | None = None
    size: str | None = None
    next: str | None = None
    next_header: str | None = None
    has_more: str | None = None
    total: str | None = None
    page_count: str | None = None
    page_number: str | None = None
    first: int = 0
    source: str = ""
    certainty: Certainty = "certain"

    @property
    def is_usable(self) -> bool:
        """Whether it is sure enough for following pages."""
        return self.certainty != "unsure"

    def to_table(self) -> dict[str, Any]:
        """Return what a user would write to say the same."""
        table: dict[str, Any] = {"style": self.style, "items": self.items}
        for field in fields(self)[2:]:
            value = getattr(self, field.name)
            if field.name not in _ORIGIN_FIELDS and value != field.default:
                table[field.name] = value
        return table

    def describe(self) -> str:
        """Return one line: the way to the next page, its size, and where the items are."""
        place = self.parameter or self.next
        if place is None and self.next_header is not None:
            place = f"the header {self.next_header}"
        way = f"by {self.style}, {place}" if place else f"{self.style}"
        size = f"; size of a page in {self.size}" if self.size else ""
        items = f"items in {self.items}" if self.items else "the body is the items"
        return f"{way}{size}; {items}; {self.certainty}, {self.source}"

    def __repr__(self) -> str:
        shown = [f"{name}={value!r}" for name, value in self.to_table().items()]
        origin = [f"{name}={getattr(self, name)!r}" for name in _ORIGIN_FIELDS]
        return f"Pagination({', '.join([*shown, *origin])})"


#: The keys of a table that a user writes.
TABLE_KEYS = tuple(field.name for field in fields(Pagination) if field.name not in _ORIGIN_FIELDS)

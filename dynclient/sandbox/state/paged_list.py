"""A list that the sandbox gives in pages, in the way that the operation pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from dynclient.model import Operation, Parameter
from dynclient.pagination import paging_names
from dynclient.pagination.json_pointers import (
    LAST_ITEM,
    find_value,
    join_pointer,
    remove_value,
    replace_value,
    split_pointer,
)
from dynclient.pagination.pagination import Pagination
from dynclient.pagination.paging_names import fold_name
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.sandbox.response_sampler import SampledBody
from dynclient.sandbox.state.page_window import PageWindow, find_first_page, get_count

#: What a link changes in the query where the operation declares nothing that it could change.
LINK_PARAMETER = "$skiptoken"

#: An opaque cursor ends in the number of items before the page.
_LAST_DIGITS = re.compile(r"[0-9]{1,15}$")

_LAST_STEP = f"/{LAST_ITEM}/"


@dataclass(frozen=True)
class PagedList:
    """The part of a list that a call asks for, and how the result leads to the next part.

    Args:
        operation: the operation.
        pagination: how it pages.
        request: the request.
        call: its call document.
        default_size: how many items a page has where the call does not say; None: all.

    """

    operation: Operation
    pagination: Pagination
    request: ParsedRequest
    call: Mapping[str, Any]
    default_size: int | None

    # --- what the call asks for

    def find_window(self, items: Sequence[Any]) -> PageWindow:
        """Return the part that the call asks for of some items."""
        return PageWindow(self._find_start(items), self._size)

    @property
    def _size(self) -> int | None:
        """How many items a page has: as the call says, the sandbox, or the parameter's default."""
        named = PageWindow.from_query(self.operation, self.call.get("query", {})).size
        own = get_count(find_value(self.call, self.pagination.size or "/"))
        sizes = [size for size in (own, self.default_size, named) if size is not None]
        # A page of no items would never end.
        return max(sizes[0], 1) if sizes else None

    def _find_start(self, items: Sequence[Any]) -> int:
        pagination = self.pagination
        if pagination.style == "link":
            return self._read_link_start()
        value = find_value(self.call, pagination.parameter or "/")
        if value is None or pagination.style == "single":
            return 0
        if pagination.style == "cursor" and not self._counts_pages:
            return self._find_cursor_start(value, items)
        number = get_count(value)
        skipped = 0 if number is None else max(number - pagination.first, 0)
        return skipped if pagination.style == "offset" else skipped * self._get_size(items)

    def _get_size(self, items: Sequence[Any]) -> int:
        """Return how many items a page has: all, where the call does not say."""
        return self._size or len(items) or 1

    @property
    def _counts_pages(self) -> bool:
        """Whether the next cursor is the number of a page."""
        keys = split_pointer(self.pagination.parameter or "")
        is_number = bool(keys) and fold_name(keys[-1]) in paging_names.PAGE_NUMBERS
        next_place = self.pagination.next or self.pagination.next_header or ""
        next_name = fold_name(next_place).removeprefix("x")
        return is_number and next_name in paging_names.NEXT_NUMBERS

    def _find_cursor_start(self, value: Any, items: Sequence[Any]) -> int:
        identity = self._identity_pointer
        if identity is None:
            return _read_last_digits(value)
        for index, item in enumerate(items):
            if find_value(item, identity) == value:
                return index + 1
        return len(items)

    @property
    def _identity_pointer(self) -> str | None:
        """The place in an item of what is the next cursor; None where the cursor is opaque."""
        _, step, rest = (self.pagination.next or "").partition(_LAST_STEP)
        return f"/{rest}" if step else None

    # --- what the result says

    def fill_envelope(self, body: SampledBody, value: Any, window: PageWindow, total: int) -> Any:
        """Return a valid body that says where the list goes on.

        Args:
            body: checks whether a value is valid.
            value: a valid body, with the items of the page.
            window: the part that it has.
            total: how many items there are in all.

        """
        if not isinstance(value, dict):
            return value
        pagination, end = self.pagination, _find_end(window, total)
        size = window.size or max(total, 1)
        number = window.skip // size + pagination.first
        counts = {
            pagination.has_more: end < total,
            pagination.total: total,
            pagination.page_count: -(-total // size),
            pagination.page_number: number,
        }
        for pointer, count in counts.items():
            if pointer is not None:
                value = _replace_if_valid(body, value, pointer, [count])
        if pagination.next is None or self._identity_pointer is not None:
            return value
        if end >= total:
            return _remove_next(body, value, pagination.next)
        next_values = self._list_next(window, end)
        replaced = _replace_if_valid(body, value, pagination.next, next_values)
        return replaced if replaced is not value else self._fill_links(body, value, end)

    def _fill_links(self, body: SampledBody, value: Any, end: int) -> Any:
        """Return a valid body whose array of links has one to the next page; else as it was."""
        pointer = self.pagination.next
        assert pointer is not None
        parent = _get_parent(pointer)
        if self.pagination.style != "link" or not parent:
            return value
        return _replace_if_valid(body, value, parent, self._list_link_arrays(end))

    def _list_link_arrays(self, end: int) -> Iterator[Any]:
        """Yield arrays of one link that leads to the page that begins at an item."""
        url = self.request.origin + self._build_link(end)
        yield [{"rel": "next", "href": url}]
        yield [{"relation": "next", "url": url}]

    def _list_next(self, window: PageWindow, end: int) -> Iterator[Any]:
        """Yield what may lead to the page that begins at an item: a link, or cursors."""
        if self.pagination.style == "link":
            link = self._build_link(end)
            yield self.request.origin + link
            yield link
            return
        if self._counts_pages:
            size = window.size or max(end, 1)
            yield end // size + self.pagination.first
        yield f"cursor-{end}"
        yield str(end)
        yield end
        yield f"00000000-0000-4000-8000-{end:012d}"
        yield f"{end:032d}"

    def list_headers(
        self, headers: Sequence[tuple[str, str]], window: PageWindow, total: int
    ) -> list[tuple[str, str]]:
        """Return header fields of which one leads to the next page, where pages need one."""
        name = self.pagination.next_header
        if name is None:
            return list(headers)
        others = [field for field in headers if field[0].lower() != name.lower()]
        end = _find_end(window, total)
        if self.pagination.style != "link":
            cursor = str(next(self._list_next(window, end)))
            return [*others, (name, cursor)] if end < total else others
        own = f'<{self.request.origin}{self._build_link(window.skip)}>; rel="self"'
        following = f'<{self.request.origin}{self._build_link(end)}>; rel="next"'
        return [*others, (name, f"{own}, {following}" if end < total else own)]

    # --- links

    def _find_link_parameter(self) -> Parameter | None:
        """Return the parameter that a link changes: an offset, a page number, or a cursor."""
        query = [each for each in self.operation.parameters if each.location == "query"]
        known = (paging_names.OFFSETS, paging_names.PAGE_NUMBERS, paging_names.CURSORS)
        for names in known:
            for parameter in query:
                if fold_name(parameter.name) in names:
                    return parameter
        return None

    def _build_link(self, start: int) -> str:
        """Return the path and query of the page that begins at an item."""
        parameter = self._find_link_parameter()
        name, value = LINK_PARAMETER, str(start)
        if parameter is not None:
            name = parameter.name
            if fold_name(name) in paging_names.PAGE_NUMBERS:
                value = str(start // (self._size or max(start, 1)) + find_first_page(parameter))
        pairs = [pair for pair in self.request.query_pairs if unquote(pair[0]) != name]
        query = "&".join(f"{key}={text}" for key, text in [*pairs, (quote(name), value)])
        return f"{self.request.path}?{query}"

    def _read_link_start(self) -> int:
        """Return the first item of the page that the query of a link asks for."""
        parameter = self._find_link_parameter()
        name = LINK_PARAMETER if parameter is None else parameter.name
        texts = [text for key, text in self.request.query_pairs if unquote(key) == name]
        if not texts:
            return 0
        number = _read_last_digits(unquote(texts[-1]))
        if parameter is not None and fold_name(name) in paging_names.PAGE_NUMBERS:
            return max(number - find_first_page(parameter), 0) * (self._size or 1)
        return number


def _find_end(window: PageWindow, total: int) -> int:
    """Return the number of items up to the end of a page."""
    return total if window.size is None else min(window.skip + window.size, total)


def _read_last_digits(value: Any) -> int:
    match = _LAST_DIGITS.search(str(value))
    return int(match[0]) if match else 0


def _replace_if_valid(body: SampledBody, value: Any, pointer: str, candidates: Any) -> Any:
    """Return a body with the first value at a pointer that keeps it valid; else as it was."""
    for candidate in candidates:
        replaced = replace_value(value, pointer, candidate)
        if body.is_valid(replaced):
            return replaced
    return value


def _get_parent(pointer: str) -> str:
    """Return the pointer to what holds a place; "" for the whole body."""
    return join_pointer(split_pointer(pointer)[:-1])


def _remove_next(body: SampledBody, value: Any, pointer: str) -> Any:
    """Return a body that leads to no next page, as far as its schema allows that."""
    parent = _get_parent(pointer)
    if isinstance(find_value(value, parent), list):
        return _replace_if_valid(body, value, parent, [[]])
    removed = remove_value(value, pointer)
    if body.is_valid(removed):
        return removed
    removed = remove_value(value, parent) if parent else removed
    if body.is_valid(removed):
        return removed
    return _replace_if_valid(body, value, pointer, [None, ""])

"""The next page, as one pure decision: a pagination, a call and its result → where it begins."""

from __future__ import annotations

from typing import Any, NamedTuple

from dynclient.pages.link_header import find_next_link
from dynclient.pagination.json_pointers import find_value, replace_value
from dynclient.pagination.pagination import Pagination
from dynclient.plan.results import Result

#: Where the next page begins: what changes in the call document, or `{"url": link}`.
Cursor = dict[str, Any]

URL = "url"

_MAX_DIGITS = 18


class ListEnd(NamedTuple):
    """There is no further page."""


class NextPage(NamedTuple):
    """There is another page.

    Attributes:
        cursor: where it begins.

    """

    cursor: Cursor


class BrokenEnd(NamedTuple):
    """The result says that there is another page, and not where.

    Attributes:
        reason: what is wrong.

    """

    reason: str


Decision = ListEnd | NextPage | BrokenEnd


def read_items(pagination: Pagination, data: Any) -> list[Any] | None:
    """Return the items of a page: [] where they are left out or null, None if they are no array."""
    items = find_value(data, pagination.items)
    if items is None and isinstance(data, dict | list | None):
        return []
    return items if isinstance(items, list) else None


def decide_next_page(
    pagination: Pagination, call: dict[str, Any], result: Result, item_count: int, total_count: int
) -> Decision:
    """Return where the next page begins, or that there is none.

    Args:
        pagination: how the operation pages.
        call: the call document of this page.
        result: of this page.
        item_count: how many items this page has.
        total_count: how many items there were up to its end; -1 where that is unknown.

    """
    has_more = _read_flag(pagination.has_more, result.data)
    if pagination.style == "single" or has_more is False:
        return ListEnd()
    if pagination.style in ("cursor", "link"):
        return _decide_by_next(pagination, result, has_more=has_more)
    if item_count == 0:
        is_stuck = has_more and pagination.style == "offset"
        if is_stuck:
            return BrokenEnd("an empty page says that there are more items")
        if not has_more:
            return ListEnd()
    if pagination.style == "offset":
        return _decide_by_offset(pagination, call, result, item_count, has_more=has_more)
    return _decide_by_number(pagination, call, result, total_count, has_more=has_more)


def _decide_by_next(pagination: Pagination, result: Result, *, has_more: bool | None) -> Decision:
    """Return the decision by a cursor or link of the result."""
    value = _read_next(pagination, result)
    if _is_empty_next(value, pagination.style):
        if has_more is not True:
            return ListEnd()
        place = pagination.next or f"the header {pagination.next_header}"
        return BrokenEnd(f"there are more items, but {place} is empty")
    if pagination.style == "link":
        if not isinstance(value, str):
            return BrokenEnd(f"{pagination.next} is no link")
        return NextPage({URL: value})
    return NextPage(replace_value({}, str(pagination.parameter), value))


def _is_empty_next(value: Any, style: str) -> bool:
    """Tell whether a cursor or link leads nowhere."""
    if value is None or value == "" or value is False:
        return True
    # A number 0 is no cursor: it says that the list is over.
    return style == "cursor" and type(value) is int and value == 0


def _read_next(pagination: Pagination, result: Result) -> Any:
    """Return the next cursor or link of a result; None where there is none."""
    name = pagination.next_header
    if name is None and pagination.style == "link":
        return _find_link(result.data, pagination.next or "")
    if name is None:
        return find_value(result.data, pagination.next or "")
    if name.lower() == "link" and pagination.style == "link":
        return find_next_link(result.headers.all(name))
    value = result.header_data.get(name)
    return value if value is not None else result.headers.get(name)


def _find_link(data: Any, pointer: str) -> Any:
    """Return the link at a pointer.

    Links of JSON:API and HAL are texts, or objects with `href`. In an array of links, as OGC and
    FHIR have it, the last key is the relation of one.
    """
    value = find_value(data, pointer)
    parent, _, last = pointer.rpartition("/")
    held = find_value(data, parent)
    if isinstance(held, list):
        value = _find_related(held, last)
    elif value is None and last == "href" and isinstance(held, str):
        value = held
    if isinstance(value, dict):
        return value.get("href", value.get("url"))
    return value


def _find_related(links: list[Any], relation: str) -> Any:
    """Return the first of some links with a relation, in any case; None where there is none."""
    for link in links:
        relations = link.get("rel", link.get("relation")) if isinstance(link, dict) else None
        names = [relations] if isinstance(relations, str) else relations
        if isinstance(names, list) and relation.lower() in [str(name).lower() for name in names]:
            return link
    return None


def _decide_by_offset(
    pagination: Pagination,
    call: dict[str, Any],
    result: Result,
    item_count: int,
    *,
    has_more: bool | None,
) -> Decision:
    parameter = str(pagination.parameter)
    offset = _read_count(find_value(call, parameter))
    end = (pagination.first if offset is None else offset) + item_count
    total = _read_count(_find_optional(pagination.total, result.data))
    if has_more is None and total is not None and end - pagination.first >= total:
        return ListEnd()
    return NextPage(replace_value({}, parameter, end))


def _decide_by_number(
    pagination: Pagination,
    call: dict[str, Any],
    result: Result,
    total_count: int,
    *,
    has_more: bool | None,
) -> Decision:
    parameter = str(pagination.parameter)
    number, first = _read_count(find_value(call, parameter)), pagination.first
    if number is None:
        # The server's own number is surer than a guess which the first one is.
        own_number = _read_count(_find_optional(pagination.page_number, result.data))
        number = first if own_number is None else own_number
        first = number
    page_count = _read_count(_find_optional(pagination.page_count, result.data))
    total = _read_count(_find_optional(pagination.total, result.data))
    is_after_last_page = page_count is not None and number - first + 1 >= page_count
    is_after_last_item = total is not None and 0 <= total <= total_count
    if has_more is None and (is_after_last_page or is_after_last_item):
        return ListEnd()
    return NextPage(replace_value({}, parameter, number + 1))


def _find_optional(pointer: str | None, data: Any) -> Any:
    return None if pointer is None else find_value(data, pointer)


def _read_flag(pointer: str | None, data: Any) -> bool | None:
    """Return whether a result says that there is more; None where it says nothing of it."""
    value = _find_optional(pointer, data)
    return value if isinstance(value, bool) else None


def _read_count(value: Any) -> int | None:
    """Return a whole number from 0, also one that is a text of digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value) if len(value) <= _MAX_DIGITS else None
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return int(value) if is_whole and value >= 0 else None

"""The way from page to page: which request comes next, and whether the server goes in circles."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.description.described_operation import get_options, get_plan
from dynclient.errors import PaginationError
from dynclient.pages.followed_link import LinkReader, LinkRefused
from dynclient.pages.next_page import (
    URL,
    BrokenEnd,
    Cursor,
    Decision,
    ListEnd,
    NextPage,
    decide_next_page,
    read_items,
)
from dynclient.pages.page import Page
from dynclient.pages.page_options import PageOptions, build_resume_error, split_options
from dynclient.pagination.find_pagination import require_pagination
from dynclient.pagination.json_pointers import find_value, replace_value, split_pointer
from dynclient.pagination.pagination import Pagination
from dynclient.plan.call_document import Call
from dynclient.plan.checked_call import CheckedCall
from dynclient.plan.results import Result
from dynclient.violations import shorten_repr
from dynclient.wire.message import Request
from dynclient.wire.schema_types import SchemaTypes

if TYPE_CHECKING:
    from dynclient.client.operation import BoundOperation

#: A server that promises more and gives nothing is asked so often.
MAX_EMPTY_PAGES = 100
#: How many digests of calls and pages are kept; a circle is found within so many pages.
MAX_DIGESTS = 100_000

_UNKNOWN = -1


class PageWalk:
    """The state of one iteration over pages.

    Args:
        operation: the operation.
        pagination: how it pages.
        options: how far pages are followed.
        call: the call document of the first page.
        request: of the first page.

    """

    def __init__(
        self,
        operation: BoundOperation[Any],
        pagination: Pagination,
        options: PageOptions,
        call: Call,
        request: Request,
    ) -> None:
        self._operation = operation
        self._pagination = pagination
        self._options = options
        self._link_reader = LinkReader(operation)
        self._call = call
        #: What is sent for the next page.
        self.request = request
        self._digests = _DigestLog()
        self._number = 1
        self._empty_pages = 0
        self._item_count = 0
        self._has_next = True
        self._is_from_start = self._is_at_first_page()
        if options.resume is not None:
            self._resume(options.resume)
        self._digests.add(self._digest_position())

    def _is_at_first_page(self) -> bool:
        parameter = self._pagination.parameter
        value = find_value(self._call, parameter) if parameter else None
        return self._options.resume is None and value in (None, self._pagination.first)

    def _resume(self, cursor: Mapping[str, Any]) -> None:
        try:
            self._prepare_page(dict(cursor))
        except LinkRefused as error:
            raise build_resume_error(cursor) from error

    @property
    def is_over(self) -> bool:
        """Whether no page is left, or the limits are reached."""
        max_pages, max_items = self._options.max_pages, self._options.max_items
        has_all_pages = max_pages is not None and self._number > max_pages
        has_all_items = max_items is not None and self._item_count >= max_items
        return not self._has_next or has_all_pages or has_all_items

    @property
    def max_items(self) -> int | None:
        """How many items there are at most; None: any number."""
        return self._options.max_items

    def describe_place(self) -> str:
        """Return which page is next, as a note of an error says it."""
        return f"this was page {self._number} of {self._operation.id}"

    # --- from a result to the next request

    def read_page(self, result: Result) -> Page:
        """Return the page of a result.

        Raises:
            PaginationError: the result has no array of items, or its page came before.

        """
        items = read_items(self._pagination, result.data)
        if items is None:
            place = self._pagination.items or "the body"
            raise self._build_error(f"{place} of the result is no array", result)
        if items and self._digest_page(items, result) in self._digests:
            text = "its items came before: the server repeats a page"
            raise self._build_error(text, result)
        decision = self._decide(result, len(items))
        values = {each.name: getattr(result, each.name) for each in dataclasses.fields(Result)}
        cursor = self._clean_cursor(decision) if isinstance(decision, NextPage) else None
        return Page(**values, items=items, number=self._number, cursor=cursor)

    def _clean_cursor(self, decision: NextPage) -> Cursor:
        """Return the cursor of the next page, without an api key in its link."""
        link = decision.cursor.get(URL)
        if not isinstance(link, str):
            return decision.cursor
        return {URL: self._link_reader.remove_credentials(link)}

    def _decide(self, result: Result, item_count: int) -> Decision:
        total_count = self._item_count + item_count if self._is_from_start else _UNKNOWN
        return decide_next_page(self._pagination, self._call, result, item_count, total_count)

    def advance(self, page: Page) -> None:
        """Go to the page after this one.

        Raises:
            PaginationError: the next page is not where the result says.

        """
        decision = self._decide(page, len(page.items))
        if page.items:
            self._digests.add(self._digest_page(page.items, page))
        self._item_count += len(page.items)
        self._empty_pages = 0 if page.items else self._empty_pages + 1
        self._number += 1
        self._has_next = not isinstance(decision, ListEnd)
        if self.is_over:
            return
        if isinstance(decision, NextPage):
            self._continue_at(decision.cursor, page)
        elif isinstance(decision, BrokenEnd):
            raise self._build_error(decision.reason, page)

    def _continue_at(self, cursor: Cursor, page: Page) -> None:
        """Continue at the page of a cursor, unless it came before."""
        if self._empty_pages >= MAX_EMPTY_PAGES:
            raise self._build_error(f"{MAX_EMPTY_PAGES} pages in a row have no items", page)
        try:
            self._prepare_page(cursor)
        except LinkRefused as error:
            raise self._build_error(f"the next link is not followed: {error}", page) from None
        position = self._digest_position()
        is_repeated = position in self._digests
        if is_repeated and not page.items and not self._has_more_after(page):
            # Where a list may grow, its last page names itself as the next one.
            self._has_next = False
            return
        if is_repeated:
            text = f"the next page is one that came before: {self._describe_cursor(cursor)}"
            raise self._build_error(text, page)
        self._digests.add(position)

    def _has_more_after(self, page: Page) -> bool:
        pointer = self._pagination.has_more
        return pointer is not None and find_value(page.data, pointer) is True

    def _prepare_page(self, cursor: Cursor) -> None:
        """Take the request of the page at a cursor as the next one."""
        link = cursor.get(URL)
        if isinstance(link, str) and len(cursor) == 1:
            target = self._link_reader.read(link, self.request, self._call)
            if isinstance(target, Request):
                self.request = target
                return
            self._call = target
        else:
            parameter = self._pagination.parameter
            value = find_value(cursor, parameter) if parameter else None
            if parameter is None or value is None:
                raise build_resume_error(cursor)
            value = self._fit_cursor(parameter, value)
            self._call = Call(replace_value(self._call, parameter, value))
        self.request = self._operation.request(self._call)

    def _fit_cursor(self, parameter: str, value: Any) -> Any:
        """Return a cursor as its parameter takes it: a number as text, or the reverse."""
        location, name, *inner = split_pointer(parameter)
        plan = get_plan(self._operation)
        named = [each for each in plan.parameters.values() if each.name == name]
        declared = next((each for each in named if each.location == location), None)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if declared is None or inner or not (is_number or isinstance(value, str)):
            return value
        schema = plan.schemas.translate(declared.schema, "request")
        types = SchemaTypes(schema, plan.schemas.get_dialect("request").defs)
        return types.parse_text(str(value)) if types.types else value

    # --- what came before

    def _digest_position(self) -> bytes:
        """Return a digest of what is sent for the next page."""
        request = self.request
        parts = [request.method, request.url, request.headers.pairs(), self._call.get("body")]
        return _digest(["position", *parts])

    def _digest_page(self, items: Sequence[Any], result: Result) -> bytes:
        """Return a digest of a page: of its items, or of all data where items are plain values.

        Numbers and texts may repeat in a list; objects have an identity.
        """
        has_objects = any(isinstance(item, dict | list) for item in items)
        return _digest(["page", items if has_objects else [result.data, self.request.url]])

    def _describe_cursor(self, cursor: Cursor) -> str:
        link = cursor.get(URL)
        if isinstance(link, str):
            secrets = get_plan(self._operation).exchange_secrets
            return secrets.find_link_names(self.request.url, link).mask_url(link)
        parameter = self._pagination.parameter or ""
        return f"{parameter} is {shorten_repr(find_value(cursor, parameter))}"

    def _build_error(self, text: str, result: Result) -> PaginationError:
        operation = self._operation.operation
        number = result.number if isinstance(result, Page) else self._number
        return PaginationError(
            f"{operation.heading}: page {number}: {text}",
            hint=f"{self._pagination.source}; pagination={{{operation.id!r}: …}} says otherwise",
            result=result,
            operation_id=operation.id,
            page_number=number,
        )


class _DigestLog:
    """The newest digests of calls and pages."""

    def __init__(self) -> None:
        self._digests: dict[bytes, None] = {}

    def add(self, digest: bytes) -> None:
        self._digests[digest] = None
        if len(self._digests) > MAX_DIGESTS:
            del self._digests[next(iter(self._digests))]

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._digests


def _digest(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, default=repr)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def begin_walk(
    operation: BoundOperation[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> PageWalk:
    """Return the way through the pages of an operation.

    Raises:
        UsageError: it is not known how the operation pages, or an option is wrong.
        InvalidCall: the arguments do not fit the operation.

    """
    media_type = get_options(operation).media_type
    options, arguments = split_options(get_plan(operation), media_type, args, kwargs)
    return build_walk(operation, options, args, arguments)


def build_walk(
    operation: BoundOperation[Any],
    options: PageOptions,
    args: tuple[Any, ...],
    arguments: dict[str, Any],
) -> PageWalk:
    """Return the way through the pages of an operation.

    Args:
        operation: the operation.
        options: how far pages are followed.
        args: positional arguments of the operation.
        arguments: its arguments by name.

    Raises:
        UsageError: it is not known how the operation pages.
        InvalidCall: the arguments do not fit the operation.

    """
    plan, client_options = get_plan(operation), get_options(operation)
    checks, media_type = client_options.checks, client_options.media_type
    bound = plan.bind(args, arguments, checks, media_type)
    pagination = operation.pagination
    start = _find_required_start(pagination, bound)
    if start is not None:
        call = start
        request = operation.request(call)
    else:
        call = bound.document
        request = operation.request(*args, **arguments)
    return PageWalk(operation, require_pagination(pagination, plan), options, call, request)


def _find_required_start(pagination: Pagination | None, bound: CheckedCall) -> Call | None:
    """Return a call with the first offset or page number, where nothing but that is missing.

    A parameter that changes from page to page is not the caller's business, even if it is required.
    """
    if pagination is None or pagination.style not in ("offset", "page"):
        return None
    parameter = str(pagination.parameter)
    path = tuple(split_pointer(parameter))
    missing = [each.path for each in bound.violations if each.kind == "missing"]
    if len(bound.violations) != 1 or missing != [path]:
        return None
    return Call(replace_value(bound.document, parameter, pagination.first))

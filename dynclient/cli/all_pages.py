"""`dynclient call --all`: the items of all pages, each as a line of JSON when its page has come."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

from dynclient.description.described_operation import get_plan
from dynclient.errors import DynclientError, UsageError
from dynclient.pages.iteration import iterate_pages
from dynclient.pages.page_options import PageOptions
from dynclient.pages.page_walk import build_walk
from dynclient.pagination.find_pagination import require_pagination

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynclient.cli.call import ResultView
    from dynclient.cli.call_arguments import CallArguments
    from dynclient.cli.call_options import CallOptions
    from dynclient.client.callable_operations import Operation
    from dynclient.pages.page import Page

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def print_all_items(
    operation: Operation, arguments: CallArguments, options: CallOptions, view: ResultView
) -> None:
    """Print the items of all pages.

    Raises:
        UsageError: it is not known how the operation pages.
        DynclientError: a page failed; the items of those before it are printed.

    """
    _check_pagination(operation)
    args, kwargs = arguments
    page_options = PageOptions(options.limit, options.max_pages, _parse_cursor(options.resume))
    walk = build_walk(operation, page_options, args, kwargs)
    cursor, left = page_options.resume, options.limit
    try:
        for page in iterate_pages(operation, walk):
            _print_page(page, operation, left, options, view)
            cursor = page.cursor
            left = None if left is None else left - len(page.items)
    except DynclientError:
        if cursor is not None:
            _print_resume(cursor)
        raise


def _check_pagination(operation: Operation) -> None:
    try:
        require_pagination(operation.pagination, get_plan(operation))
    except UsageError as error:
        table = getattr(error, "table", None)
        if table is not None:
            line = f"{_write_key(operation.id)} = {_write_inline_table(table)}"
            error.hint = f"say it in pyproject.toml, in [tool.dynclient.pagination]: {line}"
        raise


def _write_key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name)


def _write_inline_table(table: Mapping[str, Any]) -> str:
    pairs = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
    return f"{{ {', '.join(pairs)} }}"


def _parse_cursor(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        cursor = json.loads(text)
    except (ValueError, RecursionError):
        cursor = None
    if not isinstance(cursor, dict):
        raise UsageError("--resume is no cursor", hint="give what the failed command printed")
    return cursor


def _print_page(
    page: Page, operation: Operation, left: int | None, options: CallOptions, view: ResultView
) -> None:
    from dynclient.cli import verbose_output

    if options.verbose:
        verbose_output.print_request(page.request)
        verbose_output.print_response(page, get_plan(operation).exchange_secrets)
    for item in page.items[:left]:
        view.print_line(item)


def _print_resume(cursor: Mapping[str, Any]) -> None:
    from dynclient.cli.terminal_output import print_note
    from dynclient.masking import mask_urls

    text = mask_urls(json.dumps(cursor))
    print_note(f"the items before are printed; --resume {shlex.quote(text)} goes on after them")

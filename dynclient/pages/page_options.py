"""What `pages` and `items` take beside the arguments of the operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dynclient.errors import UsageError
from dynclient.pagination.paging_keywords import PAGING_KEYWORDS, list_paging_keywords
from dynclient.plan.call_document import Call
from dynclient.plan.plan import Plan
from dynclient.violations import shorten_repr

_LIMITS = ("limit", "max_items", "max_pages")
_RESUME = "resume"

_COUNT_HINT = "give a number from 0, or None for no limit"


class PageOptions(NamedTuple):
    """How far pages are followed, and from where.

    Attributes:
        max_items: how many items there are at most; None: any number.
        max_pages: how many pages; None: any number.
        resume: the cursor of a page; None: from the first page.

    """

    max_items: int | None = None
    max_pages: int | None = None
    resume: Mapping[str, Any] | None = None


def split_options(
    plan: Plan, media_type: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[PageOptions, dict[str, Any]]:
    """Return the options among keyword arguments, and the arguments of the operation.

    A name that the operation has itself is its argument. Beside a `Call`, which has all arguments,
    each is an option.

    Args:
        plan: of the operation.
        media_type: of the body, which decides what names there are.
        args: positional arguments.
        kwargs: arguments by name.

    Raises:
        UsageError: an option cannot have that value.

    """
    has_call = bool(args) and isinstance(args[0], Call)
    names = list(PAGING_KEYWORDS) if has_call else list_paging_keywords(plan, media_type)
    options = {name: value for name, value in kwargs.items() if name in names}
    arguments = {name: value for name, value in kwargs.items() if name not in options}
    return _build_options(options), arguments


def _build_options(options: Mapping[str, Any]) -> PageOptions:
    for name in _LIMITS:
        value = options.get(name)
        is_count = type(value) is int and value >= 0
        if value is not None and not is_count:
            raise UsageError(f"{name} cannot be {shorten_repr(value)}", hint=_COUNT_HINT)
    if "limit" in options and "max_items" in options:
        raise UsageError("limit and max_items are the same", hint="give one")
    resume = options.get(_RESUME)
    if resume is not None and not isinstance(resume, Mapping):
        raise build_resume_error(resume)
    max_items = options.get("max_items", options.get("limit"))
    return PageOptions(max_items, options.get("max_pages"), resume)


def build_resume_error(resume: Any) -> UsageError:
    """Return the error for a cursor that is none of the operation's."""
    text = f"resume cannot be {shorten_repr(resume)}"
    return UsageError(text, hint="give the `cursor` of a page of this operation")

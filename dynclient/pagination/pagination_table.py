"""What a user says of how operations page: `pagination=` and `[tool.dynclient.pagination]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dynclient.errors import UsageError
from dynclient.names import suggest
from dynclient.pagination.json_pointers import join_pointer, split_pointer
from dynclient.pagination.pagination import STYLES, TABLE_KEYS, Pagination
from dynclient.plan.plan import Plan
from dynclient.violations import shorten_repr

#: The name that stands for all operations that have none of their own.
ALL_OPERATIONS = "*"

_PLACES_IN_CALLS = ("parameter", "size")
_PLACES_IN_RESULTS = ("items", "next", "has_more", "total", "page_count", "page_number")

#: What a style cannot do without.
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "offset": ("parameter",),
    "page": ("parameter",),
    "cursor": ("parameter",),
    "link": (),
    "single": (),
}

PaginationTables = Mapping[str, Mapping[str, Any]]


def check_tables(tables: PaginationTables) -> None:
    """Check what was said of all operations, as far as no document is needed.

    Raises:
        UsageError: a key is misspelt or a value is wrong.

    """
    for name, table in tables.items():
        for key, value in table.items():
            _check_entry(f"pagination of {name}", key, value)


def _check_entry(where: str, key: str, value: Any) -> None:
    if key not in TABLE_KEYS:
        suggestions = suggest(str(key), TABLE_KEYS, 1)
        hint = f"did you mean {suggestions[0]}?" if suggestions else None
        raise UsageError(
            f"{where}: there is no key {shorten_repr(key)}",
            hint=hint or f"keys are {', '.join(TABLE_KEYS)}",
        )
    if key == "style" and value not in STYLES:
        hint = f"one of {', '.join(STYLES)}"
        raise UsageError(f"{where}: style cannot be {shorten_repr(value)}", hint=hint)
    if key == "first":
        if type(value) is not int:
            hint = "give the offset or number of the first page, such as 0"
            raise UsageError(f"{where}: first cannot be {shorten_repr(value)}", hint=hint)
    elif not isinstance(value, str):
        hint = "give a name, or a JSON pointer such as '/data/items'"
        raise UsageError(f"{where}: {key} cannot be {shorten_repr(value)}", hint=hint)


def apply_table(
    table: Mapping[str, Any], plan: Plan, found: Pagination | None, source: str
) -> Pagination:
    """Return the pagination that a user describes; what the table leaves out is as it was found.

    Args:
        table: what the user says.
        plan: of the operation.
        found: what the document says; it counts where the table names no other style.
        source: how messages name the table.

    Raises:
        UsageError: the table names no style and nothing was found, or names a parameter that the
            operation does not have.

    """
    values = {key: _read_place(key, value, plan, source) for key, value in table.items()}
    style = values.pop("style", None)
    is_same_style = found is not None and style in (None, found.style)
    if found is not None and is_same_style:
        pagination = replace(found, source=source, certainty="certain", **values)
    elif style is None:
        hint = f"add 'style': one of {', '.join(STYLES)}"
        raise UsageError(f"{source}: the style is missing", hint=hint)
    else:
        first = 1 if style == "page" else 0
        pagination = Pagination(**{"style": style, "first": first, "source": source, **values})
    _check_complete(pagination, source)
    return pagination


def _check_complete(pagination: Pagination, source: str) -> None:
    missing = [key for key in _NEEDED[pagination.style] if getattr(pagination, key) is None]
    needs_next = pagination.style in ("cursor", "link")
    if needs_next and pagination.next is None and pagination.next_header is None:
        missing.append("next")
    if missing:
        text = f"{source}: the style {pagination.style!r} needs {' and '.join(missing)}"
        raise UsageError(text, hint=f"add {missing[0]!r}: a name, or a JSON pointer")


def _read_place(key: str, value: Any, plan: Plan, source: str) -> Any:
    """Return a value of a table with names in place of pointers made pointers."""
    if key in _PLACES_IN_CALLS:
        return _find_argument(value, plan, f"{source}: {key}")
    if key in _PLACES_IN_RESULTS and value and not value.startswith("/"):
        return join_pointer([value])
    return value


def _find_argument(text: str, plan: Plan, where: str) -> str:
    """Return the pointer into a call document for an argument's name, or for a pointer itself.

    Raises:
        UsageError: there is no such argument, or there are several.

    """
    if text.startswith("/"):
        if _leads_to_argument(text, plan):
            return text
    else:
        pointer = _find_named_argument(text, plan, where)
        if pointer is not None:
            return pointer
    names = plan.get_binder().names
    suggestions = suggest(text.rpartition("/")[2], names, 1)
    names_text = ", ".join(names) or "none"
    hint = f"did you mean {suggestions[0]}?" if suggestions else f"arguments are {names_text}"
    raise UsageError(f"{where}: {plan.operation.id} has no argument {text!r}", hint=hint)


def _leads_to_argument(pointer: str, plan: Plan) -> bool:
    """Tell whether a pointer leads to a parameter, or into the body."""
    location, *names = split_pointer(pointer)
    if not names:
        return False
    if location == "body" and plan.operation.request_body is not None:
        return True
    declared = [each.name for each in plan.parameters.values() if each.location == location]
    return names[0] in declared


def _find_named_argument(name: str, plan: Plan, where: str) -> str | None:
    """Return the pointer to the argument of a name; None where there is none.

    Raises:
        UsageError: there are several.

    """
    binder = plan.get_binder()
    target = binder.targets.get(name)
    if target is not None:
        return join_pointer(target)
    candidates = binder.ambiguous.get(name, ())
    if not candidates:
        return None
    ways = " or ".join(join_pointer(candidate) for candidate in candidates)
    raise UsageError(f"{where}: {name!r} stands in several places", hint=f"write {ways}")

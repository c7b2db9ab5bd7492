"""How an operation pages, inferred from its parameters and the schema of its result."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from dynclient.names import to_snake_case
from dynclient.pagination import paging_names
from dynclient.pagination.items_array import ItemsArray, find_items_array
from dynclient.pagination.operation_fields import OperationFields, SchemaField
from dynclient.pagination.pagination import Certainty, Pagination
from dynclient.pagination.paging_names import fold_name

#: The less sure of two is that of both.
_CERTAINTIES: tuple[Certainty, ...] = ("unsure", "likely", "certain")

#: An operation with another method changes something.
_READING_METHODS = frozenset({"GET", "POST", "QUERY"})

#: What says that a field is a time: `from`, `start` and `after` may be one.
_TIME_WORDS = frozenset({"date", "dates", "datetime", "timestamp", "timestamps", "unixtime"})
_TIME_FORMATS = frozenset({"date", "date-time", "time", "datetime", "unixtime"})


def infer_pagination(fields: OperationFields) -> Pagination | None:
    """Return how an operation pages, as far as its schemas tell; None where nothing speaks of it.

    What the server says of the next page (a cursor, a link) is preferred to what a client computes.
    """
    if fields.operation.method not in _READING_METHODS:
        return None
    items = find_items_array(fields)
    if items is None:
        return None
    evidence = _find_evidence(fields, items)
    candidates = [
        *_infer_next_numbers(evidence),
        *_infer_cursors(evidence),
        *_infer_links(evidence),
        *_infer_numbers(evidence),
    ]
    if not candidates:
        return None
    # Of those that are equally sure, the first counts.
    best = max(candidates, key=lambda found: _CERTAINTIES.index(found.certainty))
    return replace(best, source="inferred from the schemas")


def find_page_size(fields: OperationFields) -> str | None:
    """Return the pointer to how many items a page may have, in a call; None where nothing is."""
    return _find_pointer(_select_countable(fields.call_fields), paging_names.PAGE_SIZES)


@dataclass(frozen=True)
class _Evidence:
    """What speaks of pages in an operation.

    Attributes:
        items: the array of items.
        call_fields: what a call may have.
        result_fields: what stands beside the items in a result.
        headers: the header fields of a result, by folded name.
        size: the pointer to the size of a page in a call, or None.
        has_more: that to whether there is another page in a result, or None.
        total: that to the number of all items, or None.
        page_count: that to the number of pages, or None.

    """

    items: ItemsArray
    call_fields: list[SchemaField]
    result_fields: list[SchemaField]
    headers: dict[str, str]
    size: str | None
    has_more: str | None
    total: str | None
    page_count: str | None

    @property
    def has_counts(self) -> bool:
        """Whether a result says where the list ends."""
        return any((self.has_more, self.total, self.page_count))

    def build(self, certainty: Certainty, **values: Any) -> Pagination:
        """Return a pagination that is no surer than the array of items is."""
        both = (certainty, self.items.certainty)
        return Pagination(
            items=self.items.pointer,
            size=self.size,
            has_more=self.has_more,
            total=self.total,
            certainty=min(both, key=_CERTAINTIES.index),
            **values,
        )


def _find_evidence(fields: OperationFields, items: ItemsArray) -> _Evidence:
    call_fields = fields.call_fields
    result_fields = [field for field in fields.result_fields if _is_beside_items(field, items.keys)]
    integers = [field for field in result_fields if field.is_number]
    flags = [f for f in result_fields if f.is_only("boolean") or not f.types.types]
    return _Evidence(
        items=items,
        call_fields=call_fields,
        result_fields=result_fields,
        headers=fields.result_headers,
        size=find_page_size(fields),
        has_more=_find_pointer(flags, paging_names.HAS_MORE),
        total=_find_pointer(integers, paging_names.TOTALS),
        page_count=_find_pointer(integers, paging_names.PAGE_COUNTS),
    )


def _is_beside_items(field: SchemaField, items_keys: tuple[str, ...]) -> bool:
    """Tell whether a field may speak of the page: at the top, beside the items, or in an object."""
    known = paging_names.PAGE_OBJECTS
    for depth, parent in enumerate(field.parents):
        is_around_items = items_keys[: depth + 1] == field.keys[: depth + 1]
        if parent not in known and not is_around_items:
            return False
    return True


def _select_countable(fields: list[SchemaField]) -> list[SchemaField]:
    """Return the fields of a call that may be a whole number."""
    return [field for field in fields if field.can_be("integer", "number")]


def _list_names(field: SchemaField) -> list[str]:
    """Return the names of a field of a call: after the object that holds it, and its own.

    `queryOptions.page` is called `page` too.
    """
    holders, own_names = field.parents[1:], [field.name]
    last_part = fold_name(field.keys[-1].rpartition(".")[2])
    if last_part not in ("", field.name):
        own_names.append(last_part)
    return [holders[-1] + field.name, *own_names] if holders else own_names


def _select_named(fields: list[SchemaField], names: Collection[str]) -> list[SchemaField]:
    return [field for field in fields if any(name in names for name in _list_names(field))]


def _find_pointer(fields: list[SchemaField], names: Collection[str]) -> str | None:
    named = _select_named(fields, names)
    return named[0].pointer if named else None


# --- the server says the next offset or number


def _infer_next_numbers(evidence: _Evidence) -> Iterator[Pagination]:
    """Yield paginations by a number of the result: `next_page` for `page`, `next_offset`."""
    known = paging_names.OFFSETS | paging_names.PAGE_NUMBERS
    for parameter in _select_named(_select_countable(evidence.call_fields), known):
        if not parameter.is_number:
            continue
        yield from _infer_next_headers(evidence, parameter)
        for field in evidence.result_fields:
            is_next = field.name in paging_names.NEXT_NUMBERS and field.is_number
            names = {f"next{name}" for name in _list_names(parameter)}
            if is_next and (field.name in names or field.name == "nextpage"):
                yield evidence.build(
                    "certain",
                    style="cursor",
                    parameter=parameter.pointer,
                    next=field.pointer,
                    first=_find_first_number(parameter),
                )


def _find_first_number(parameter: SchemaField) -> int:
    is_page = any(name in paging_names.PAGE_NUMBERS for name in _list_names(parameter))
    return _find_first(parameter, default=1) if is_page else 0


def _infer_next_headers(evidence: _Evidence, parameter: SchemaField) -> Iterator[Pagination]:
    """Yield paginations by a header field such as `X-Next-Page`."""
    for name in _list_names(parameter):
        for header in (f"next{name}", f"xnext{name}"):
            if header in evidence.headers:
                yield evidence.build(
                    "certain",
                    style="cursor",
                    parameter=parameter.pointer,
                    next_header=evidence.headers[header],
                    first=_find_first_number(parameter),
                )


# --- cursors


def _infer_cursors(evidence: _Evidence) -> Iterator[Pagination]:
    """Yield paginations by a cursor of the result, or the identity of its last item."""
    for parameter in evidence.call_fields:
        names = _list_names(parameter)
        is_composite = parameter.types.is_object or parameter.types.is_array
        if is_composite or _is_time(parameter):
            continue
        yield from _infer_equal_cursors(evidence, parameter, names)
        if any(name in paging_names.CURSORS for name in names):
            yield from _infer_next_headers(evidence, parameter)
            yield from _infer_next_cursors(evidence, parameter)
            yield from _infer_last_identity(evidence, parameter, names)


def _infer_equal_cursors(
    evidence: _Evidence, parameter: SchemaField, names: list[str]
) -> Iterator[Pagination]:
    """Yield paginations by a cursor that has the name of the parameter, or `next` before it."""
    if not parameter.can_be("string") or _is_link(parameter):
        return
    for name in names:
        # A text that is called `offset` in both is a cursor.
        is_text_offset = name in paging_names.OFFSETS and parameter.is_only("string")
        is_cursor = name in paging_names.CURSORS or is_text_offset
        wanted = {f"next{name}", f"{name}next"} | ({name} if is_cursor else set())
        for field in evidence.result_fields:
            if _is_text_called(field, wanted):
                yield evidence.build(
                    "certain" if is_cursor else "likely",
                    style="cursor",
                    parameter=parameter.pointer,
                    next=field.pointer,
                )


def _is_text_called(field: SchemaField, names: set[str]) -> bool:
    """Tell whether a field is a text, and no link, that has one of some names."""
    own_names = {field.name, "".join(field.parents[-1:]) + field.name}
    has_name = not own_names.isdisjoint(names)
    return has_name and field.can_be("string") and not _is_link(field)


def _infer_next_cursors(evidence: _Evidence, parameter: SchemaField) -> Iterator[Pagination]:
    """Yield paginations by a cursor of the result that has a name of next cursors."""
    for field in evidence.result_fields:
        is_scalar = field.is_only("string", "integer", "number") or not field.types.types
        certainty = _judge_cursor(field) if is_scalar else None
        if certainty is not None:
            yield evidence.build(
                certainty, style="cursor", parameter=parameter.pointer, next=field.pointer
            )


def _infer_last_identity(
    evidence: _Evidence, parameter: SchemaField, names: list[str]
) -> Iterator[Pagination]:
    """Yield the pagination by the identity of the last item, as `starting_after` takes it."""
    identity = evidence.items.identity
    if identity and evidence.has_more and names[0] in paging_names.LAST_IDENTITIES:
        pointer = f"{evidence.items.pointer}/-1/{identity}"
        yield evidence.build("certain", style="cursor", parameter=parameter.pointer, next=pointer)


def _judge_cursor(field: SchemaField) -> Certainty | None:
    """Return how sure it is that a field of a result is the cursor for a cursor of the call."""
    if _is_link(field):
        return None
    if field.name in paging_names.NEXT_CURSORS:
        return "certain"
    return "likely" if field.name in paging_names.WEAK_NEXT_CURSORS else None


# --- links


def _infer_links(evidence: _Evidence) -> Iterator[Pagination]:
    """Yield paginations by a link of the result: in its body, or in the header `Link`."""
    for field in evidence.result_fields:
        if field.can_be("string") and not field.is_number:
            certainty = _judge_link(field)
            if certainty is not None:
                yield evidence.build(certainty, style="link", next=field.pointer)
        if _is_array_of_links(field):
            yield evidence.build("certain", style="link", next=f"{field.pointer}/next")
    if "link" in evidence.headers:
        yield evidence.build("certain", style="link", next_header=evidence.headers["link"])


def _is_array_of_links(field: SchemaField) -> bool:
    """Tell whether a field holds links with their relations: `[{"rel": "next", "href": …}]`."""
    links = field.types.item_types
    has_relation = links.has_property("rel") or links.has_property("relation")
    return (
        field.name in paging_names.LINK_ARRAYS
        and field.types.is_array
        and has_relation
        and (links.has_property("href") or links.has_property("url"))
    )


def _judge_link(field: SchemaField) -> Certainty | None:
    parents = field.parents
    if field.name in paging_names.NEXT_LINKS:
        return "certain"
    is_next_object = parents[-1:] == ("next",)
    if field.name in paging_names.LINK_MEMBERS and is_next_object:
        return "certain"
    if field.name not in paging_names.WEAK_NEXT_LINKS:
        return None
    if parents[-1:] and parents[-1] in paging_names.LINK_OBJECTS and field.is_only("string"):
        return "certain"
    return "certain" if _is_link(field) else None


def _is_link(field: SchemaField) -> bool:
    """Tell whether a schema says that a text is a URL: by its format, example or description."""
    if field.find_keyword("format") in ("uri", "url", "uri-reference", "iri"):
        return True
    example = field.find_keyword("example") or field.find_keyword("examples")
    text = str(field.find_keyword("description") or "")
    words = set(to_snake_case(text).split("_"))
    has_url_example = str(example or "").lstrip("['\"").startswith(("http://", "https://", "/"))
    return has_url_example or bool(words & {"url", "uri", "href", "hyperlink"})


# --- offsets and page numbers, which a client computes


def _can_hold_number(field: SchemaField, evidence: _Evidence) -> bool:
    """Tell whether a field may say with which number a page begins.

    A number in a body, or a text, may be anything, unless the result says where the list ends.
    """
    if evidence.has_counts:
        return field.can_be("integer", "number", "string")
    return field.keys[0] != "body" and field.can_be("integer", "number")


def _infer_numbers(evidence: _Evidence) -> Iterator[Pagination]:
    fields = [field for field in evidence.call_fields if _can_hold_number(field, evidence)]
    for field in _select_named(fields, paging_names.OFFSETS):
        yield _build_offset(evidence, field, is_weak=not field.is_number)
    for field in _select_named(fields, paging_names.WEAK_OFFSETS):
        if field.is_number and not _is_time(field):
            yield _build_offset(evidence, field, is_weak=True)
    for field in _select_named(fields, paging_names.PAGE_NUMBERS):
        yield _build_page(evidence, field)


def _build_offset(evidence: _Evidence, field: SchemaField, *, is_weak: bool) -> Pagination:
    certainty: Certainty = "unsure"
    if evidence.has_counts:
        certainty = "likely" if is_weak else "certain"
    elif evidence.size:
        certainty = "likely" if not is_weak or field.name == "start" else "unsure"
    first = _find_first(field, default=1 if field.name == "startindex" else 0)
    return evidence.build(certainty, style="offset", parameter=field.pointer, first=first)


def _build_page(evidence: _Evidence, field: SchemaField) -> Pagination:
    certainty: Certainty = "unsure"
    if evidence.has_counts and field.is_number:
        certainty = "certain"
    elif evidence.size or evidence.has_counts or field.is_number:
        certainty = "likely"
    numbers = [each for each in evidence.result_fields if each.is_number]
    echo_names = {*_list_names(field), *paging_names.PAGE_NUMBERS, "number"}
    return evidence.build(
        certainty,
        style="page",
        parameter=field.pointer,
        page_count=evidence.page_count,
        page_number=_find_pointer(numbers, echo_names),
        first=_find_first(field, default=1),
    )


def _find_first(field: SchemaField, default: int) -> int:
    """Return the value of the first page: the default of the schema, or 0 or 1 as its minimum."""
    for keyword in ("default", "minimum"):
        value = field.find_keyword(keyword)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and value in (0, 1):
            return int(value)
    return default


def _is_time(field: SchemaField) -> bool:
    text = str(field.find_keyword("description") or "")
    words = set(to_snake_case(text).split("_"))
    return bool(words & _TIME_WORDS) or field.find_keyword("format") in _TIME_FORMATS

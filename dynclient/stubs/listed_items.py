"""The items of a list that comes in pages, and those of a stream: their types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dynclient.pagination.find_pagination import find_pagination
from dynclient.pagination.json_pointers import split_pointer
from dynclient.pagination.pagination import Pagination
from dynclient.plan.plan import Plan
from dynclient.schema.dialect import Schema
from dynclient.stubs.type_expressions import (
    ANY,
    AliasModel,
    ArrayType,
    MapType,
    ModelKey,
    ModelReference,
    Models,
    ObjectModel,
    TypeExpression,
    UnionType,
    build_union,
)

#: The fields of a server-sent event beside its data, in our dialect.
_EVENT_FIELDS = {
    "event": {"type": "string"},
    "id": {"type": "string"},
    "retry": {"type": "integer"},
}


@dataclass(frozen=True)
class PagedItems:
    """A list that comes in pages, as a type checker sees it.

    Attributes:
        item: one of its items.
        free_places: the places of a call that `pages` fills itself, by location and name.

    """

    item: TypeExpression
    free_places: frozenset[tuple[str, str]]


def read_paged_list(plan: Plan, result: TypeExpression, models: Models) -> PagedItems | None:
    """Return the list that an operation gives in pages; None where nothing says that it does.

    Args:
        plan: of the operation.
        result: its data.
        models: those that results are made of.

    """
    pagination = find_pagination(plan, {})
    if pagination is None or not pagination.is_usable:
        return None
    item = find_item_type(result, pagination.items, models)
    return PagedItems(item, frozenset(_list_free_places(pagination)))


def _list_free_places(pagination: Pagination) -> Iterator[tuple[str, str]]:
    """Yield the place that changes from page to page, if it is an argument of its own."""
    match split_pointer(pagination.parameter or ""):
        case [location, name]:
            yield location, name


def find_item_type(result: TypeExpression, pointer: str, models: Models) -> TypeExpression:
    """Return the type of the items of an array in a result; Any where that is not known.

    Args:
        result: the data.
        pointer: where in them the array is; "" for the data themselves.
        models: those that results are made of.

    """
    types = [result]
    for key in split_pointer(pointer):
        types = [member for each in types for member in _list_members(each, key, models)]
    arrays = [each for owner in types for each in expand_type(owner, models)]
    items = [each.item for each in arrays if isinstance(each, ArrayType)]
    return build_union(items) if items else ANY


def _list_members(owner: TypeExpression, key: str, models: Models) -> Iterator[TypeExpression]:
    """Yield the types of a member."""
    for each in expand_type(owner, models):
        model = models.get(each.key) if isinstance(each, ModelReference) else None
        if isinstance(model, ObjectModel):
            yield from (field.type for field in model.fields if field.name == key)
        elif isinstance(each, MapType):
            yield each.value
        elif isinstance(each, ArrayType):
            yield each.item


def expand_type(expression: TypeExpression, models: Models) -> Iterator[TypeExpression]:
    """Yield the types that a type may be: no unions, and no other names of types."""
    pending, seen = [expression], set[ModelKey]()
    while pending:
        member = pending.pop(0)
        if isinstance(member, UnionType):
            pending = [*member.members, *pending]
            continue
        if isinstance(member, ModelReference):
            if member.key in seen:
                continue
            seen.add(member.key)
            model = models.get(member.key)
            if isinstance(model, AliasModel):
                pending.insert(0, model.type)
                continue
        yield member


def build_event_schema(schema: Schema | bool) -> Mapping[str, Any] | bool:
    """Return the schema of a server-sent event, with the fields that any event may have."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(schema, Mapping) or not isinstance(properties, Mapping):
        return schema
    return {**schema, "properties": {**_EVENT_FIELDS, **properties}}

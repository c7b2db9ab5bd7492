"""The array of items in the result of an operation."""

from __future__ import annotations

from typing import NamedTuple

from dynclient.model import TEMPLATE_VARIABLE
from dynclient.pagination import paging_names
from dynclient.pagination.json_pointers import join_pointer
from dynclient.pagination.operation_fields import OperationFields, SchemaField
from dynclient.pagination.pagination import Certainty
from dynclient.pagination.paging_names import fold_name
from dynclient.wire.schema_types import SchemaTypes

#: How deep the array may lie: `data.items`, `_embedded.things`.
MAX_DEPTH = 2

_IDENTITIES = ("id", "_id", "uuid", "key")


class ItemsArray(NamedTuple):
    """The array of items in a result.

    Attributes:
        keys: the names on the way to it, () for the whole body.
        identity: the property of an item that is its identity; "" where none is.
        certainty: how sure it is that these are the items.

    """

    keys: tuple[str, ...]
    identity: str = ""
    certainty: Certainty = "certain"

    @property
    def pointer(self) -> str:
        """The JSON pointer to it."""
        return join_pointer(self.keys)


def find_items_array(fields: OperationFields) -> ItemsArray | None:
    """Return the array of items in the result of an operation; None where there is no array."""
    types = fields.result_types
    if types.is_array:
        return ItemsArray((), _find_identity(types))
    arrays = [field for field in fields.result_fields if _can_hold_items(field)]
    if not arrays:
        return None
    chosen, certainty = _choose_array(arrays, fields.operation.path)
    return ItemsArray(chosen.keys, _find_identity(chosen.types), certainty)


def _can_hold_items(field: SchemaField) -> bool:
    is_reachable = len(field.keys) <= MAX_DEPTH and field.types.is_array
    holders = paging_names.WRAPPERS | paging_names.PAGE_OBJECTS
    is_held = all(parent in holders for parent in field.parents)
    return is_reachable and is_held and field.name not in paging_names.OTHER_ARRAYS


def _choose_array(arrays: list[SchemaField], path: str) -> tuple[SchemaField, Certainty]:
    """Return the array that holds the items: by its name, by the path, or as the only one."""
    top = [field for field in arrays if len(field.keys) == 1]
    for level in (top, arrays):
        if len(level) == 1:
            return level[0], "certain"
        for name in (*paging_names.ITEMS, _find_last_word(path)):
            named = [field for field in level if field.name == name]
            if len(named) == 1:
                return named[0], "certain"
        of_objects = [field for field in level if field.types.item_types.is_object]
        if len(of_objects) == 1:
            return of_objects[0], "likely"
    return arrays[0], "unsure"


def _find_last_word(path: str) -> str:
    """Return the last literal segment of a path template, folded."""
    literals = [
        segment for segment in path.split("/") if segment and not TEMPLATE_VARIABLE.search(segment)
    ]
    return fold_name(literals[-1]) if literals else ""


def _find_identity(types: SchemaTypes) -> str:
    item_types = types.item_types
    for name in _IDENTITIES:
        if item_types.has_property(name):
            return name
    return ""

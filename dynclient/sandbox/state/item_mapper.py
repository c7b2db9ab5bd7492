"""Items in bodies: where a body holds one, and how a stored one is put there validly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dynclient.pagination.json_pointers import (
    find_value,
    join_pointer,
    replace_value,
    split_pointer,
)
from dynclient.sandbox.response_sampler import SampledBody, sample_value
from dynclient.sandbox.sandbox_extension import (
    HAS_MORE,
    ITEM,
    ITEMS,
    TOTAL_COUNT,
    OperationExtension,
    fold_name,
)
from dynclient.sandbox.state.item_store import Item
from dynclient.sandbox.state.resource_map import (
    ResourceRole,
    find_identity_property,
    format_identity,
)
from dynclient.schema.readings import Definitions
from dynclient.wire.schema_types import SchemaTypes

MAX_IDENTITIES = 1000

#: The JSON text of an integer that JSON libraries agree about.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class TopLevelSchema:
    """The declarations of a schema, without those of its properties.

    Attributes:
        properties: by name; the first declaration of each.
        is_open: whether it takes other properties too.
        types: the types it takes.
        items_schema: the schema of an array's items; true where it says nothing of them.

    """

    properties: Mapping[str, Any]
    is_open: bool
    types: frozenset[str]
    items_schema: Any = True

    @classmethod
    def from_schema(cls, schema: Any, defs: Definitions) -> TopLevelSchema:
        """Return what a schema declares."""
        schema_types = SchemaTypes(schema, defs)
        properties: dict[str, Any] = {}
        items_schemas: list[Any] = []
        allows_others = False
        for subschema in schema_types.subschemas:
            for name, property_schema in subschema.get("properties", {}).items():
                properties.setdefault(name, property_schema)
            if "items" in subschema:
                items_schemas.append(subschema["items"])
            allows_others |= subschema.get("additionalProperties", False) is not False
        return cls(
            properties=properties,
            is_open=allows_others or not properties,
            types=frozenset(schema_types.types),
            items_schema=items_schemas[0] if items_schemas else True,
        )

    def select_declared(self, item: Item) -> Item:
        """Return the properties of an item that the schema takes."""
        if self.is_open:
            return item
        return {name: value for name, value in item.items() if name in self.properties}


class ItemMapper:
    """The place of items in the bodies of one schema.

    Args:
        schema: of a body, self-contained.
        role: of the operation.
        extension: of the operation.
        list_pointer: the place of a list of items; None where it is to be found.

    """

    def __init__(
        self,
        schema: Any,
        role: ResourceRole,
        extension: OperationExtension,
        list_pointer: str | None = None,
    ) -> None:
        defs = schema.get("$defs", {}) if isinstance(schema, dict) else {}
        self._defs = defs
        self._top = TopLevelSchema.from_schema(schema, defs)
        self._names_by_folded = {fold_name(name): name for name in self._top.properties}

        self.wrapper_property = self._find_wrapper_property(role, extension)
        self.item_schema = self._get_property_schema(self.wrapper_property)
        item_names = self.item_schema.properties
        self.identity_property = find_identity_property(item_names, role, extension)

        self.list_pointer = list_pointer
        if list_pointer is None or not self._has_array(list_pointer):
            self.list_pointer = self._find_list_pointer(role)
        array_schema = self._get_schema_at(self.list_pointer or "")
        self._list_item_schema = TopLevelSchema.from_schema(array_schema.items_schema, defs)
        list_item_names = self._list_item_schema.properties
        self.list_identity_property = find_identity_property(list_item_names, role, extension)

    def _get_property_schema(self, name: str) -> TopLevelSchema:
        """Return the declarations of a property; of the whole body for the name ""."""
        if not name:
            return self._top
        return TopLevelSchema.from_schema(self._top.properties[name], self._defs)

    def _find_wrapper_property(self, role: ResourceRole, extension: OperationExtension) -> str:
        """Return the property that holds one item; "" where the body is the item."""
        names = self._top.properties
        if extension.item in names:
            return extension.item
        candidates = [name for name in names if fold_name(name) == role.address.item_name]
        if not find_identity_property(names, role, extension):
            candidates += [name for name in names if fold_name(name) in ITEM]
        for name in candidates:
            if self._has_type(name, "object"):
                return name
        return ""

    def _get_schema_at(self, pointer: str) -> TopLevelSchema:
        """Return the declarations at a pointer; those of the whole body for ""."""
        found = self._top
        for key in split_pointer(pointer):
            found = TopLevelSchema.from_schema(found.properties.get(key, True), self._defs)
        return found

    def _has_array(self, pointer: str) -> bool:
        return "array" in self._get_schema_at(pointer).types

    def _find_list_pointer(self, role: ResourceRole) -> str | None:
        """Return the pointer to a list of items in a property; None where there is none."""
        name = self._find_list_property(role)
        return join_pointer([name]) if name else name

    def _find_list_property(self, role: ResourceRole) -> str | None:
        """Return the property that holds a list of items.

        It is "" where the body is the list, None where there is none.
        """
        if "array" in self._top.types:
            return ""
        arrays = [name for name in self._top.properties if self._has_type(name, "array")]
        segments = role.address.segments
        collection_name = fold_name(segments[-1]) if segments else ""
        for known_names in ((collection_name,), ITEMS):
            for name in arrays:
                if fold_name(name) in known_names:
                    return name
        return arrays[0] if len(arrays) == 1 else None

    def _has_type(self, name: str, type_: str) -> bool:
        return type_ in SchemaTypes(self._top.properties[name], self._defs).types

    def _can_be(self, name: str, *types: str) -> bool:
        """Tell whether a property may have one of some types; any where its schema says none."""
        own = SchemaTypes(self._top.properties[name], self._defs).types
        return not own or bool(own & set(types))

    @cached_property
    def wrapper_sample(self) -> Any:
        """A value of the property that holds one item; None where there is none."""
        return sample_value(self._top.properties.get(self.wrapper_property), self._defs)

    @cached_property
    def identity_sample(self) -> Any:
        """A value of the property that holds the identity; None where there is none."""
        return sample_value(self.item_schema.properties.get(self.identity_property), self._defs)

    def get_item(self, value: Any) -> Item:
        """Return the item in a body, {} where there is none."""
        item = _get_member(value, self.wrapper_property)
        return item if isinstance(item, dict) else {}

    def get_items(self, value: Any) -> list[tuple[str, Item]]:
        """Return the items in a body that have an identity: one, or a list of them.

        Returns:
            A list of (name of the property that holds the identity, item).

        """
        item = self.get_item(value)
        if self.identity_property in item:
            return [(self.identity_property, item)]
        items = find_value(value, self.list_pointer or "")
        if not isinstance(items, list):
            return []
        name = self.list_identity_property
        return [(name, item) for item in items if isinstance(item, dict) and name in item]

    # --- one item

    def apply_item(self, body: SampledBody, value: Any, item: Item, *, omit_others: bool) -> Any:
        """Return a valid body that shows as much of an item as it can.

        Args:
            body: checks whether a value is valid.
            value: a valid body.
            item: the item to show.
            omit_others: whether to leave out properties that the item lacks, where that is valid.

        """
        if not isinstance(value, dict) or not item:
            return value
        declared = self.item_schema.select_declared(item)
        candidates = [declared] if omit_others else []
        candidates.append({**self.get_item(value), **declared})
        for new_item in candidates:
            candidate = self._replace_item(value, new_item)
            if body.is_valid(candidate):
                return candidate

        for name, member in declared.items():
            candidate = self._replace_item(value, {**self.get_item(value), name: member})
            if body.is_valid(candidate):
                value = candidate
        return value

    def omit_properties(self, body: SampledBody, value: Any, names: Iterable[str]) -> Any:
        """Return a valid body without some properties of its item.

        A property that cannot be left out becomes empty, where that is valid.

        Args:
            body: checks whether a value is valid.
            value: a valid body.
            names: of the properties.

        """
        item = self.get_item(value)
        names = [name for name in names if name in item]
        if not names:
            return value
        rest = {name: member for name, member in item.items() if name not in names}
        candidate = self._replace_item(value, rest)
        if body.is_valid(candidate):
            return candidate
        for name in names:
            value = self._omit_property(body, value, name)
        return value

    def _omit_property(self, body: SampledBody, value: Any, name: str) -> Any:
        item = self.get_item(value)
        options = [{key: member for key, member in item.items() if key != name}]
        if isinstance(item[name], list | dict):
            options.append({**item, name: type(item[name])()})
        for option in options:
            candidate = self._replace_item(value, option)
            if body.is_valid(candidate):
                return candidate
        return value

    def _replace_item(self, value: dict[str, Any], item: Item) -> dict[str, Any]:
        return {**value, self.wrapper_property: item} if self.wrapper_property else item

    # --- a list of items

    def apply_page(
        self, body: SampledBody, value: Any, items: Sequence[Any], first: int, total: int
    ) -> Any:
        """Return a valid body that lists items.

        Args:
            body: checks whether a value is valid.
            value: a valid body; it is returned where the items do not fit.
            items: of this page.
            first: number of items before the page.
            total: number of items in all.

        """
        if self.list_pointer is None:
            return value
        has_more = first + len(items) < total
        envelope = self._update_counts(value, has_more=has_more, total=total)
        declared_items = [
            self._list_item_schema.select_declared(item) if isinstance(item, dict) else item
            for item in items
        ]
        candidate = self._replace_list(envelope, declared_items)
        if body.is_valid(candidate):
            return candidate

        sample = self._get_sampled_item(value)
        valid_items = [self._fit_list_item(body, envelope, item, sample) for item in declared_items]
        candidate = self._replace_list(envelope, valid_items)
        return candidate if body.is_valid(candidate) else value

    def _fit_list_item(self, body: SampledBody, envelope: Any, item: Item, sample: Item) -> Item:
        """Return an item of a list that is valid and shows as much of an item as it can."""
        for option in (item, {**sample, **item}):
            if body.is_valid(self._replace_list(envelope, [option])):
                return option
        valid_item = sample
        for name, member in item.items():
            option = {**valid_item, name: member}
            if body.is_valid(self._replace_list(envelope, [option])):
                valid_item = option
        return valid_item

    def _get_sampled_item(self, value: Any) -> Item:
        items = self.get_list(value)
        return items[0] if items and isinstance(items[0], dict) else {}

    def get_list(self, value: Any) -> list[Any]:
        """Return the items that a body lists, [] where it has no list."""
        items = find_value(value, self.list_pointer) if self.list_pointer is not None else None
        return items if isinstance(items, list) else []

    def _replace_list(self, envelope: Any, items: list[Any]) -> Any:
        return replace_value(envelope, self.list_pointer, items) if self.list_pointer else items

    def _update_counts(self, value: Any, *, has_more: bool, total: int) -> Any:
        """Return an envelope whose total count and mark of a next page are right."""
        if not isinstance(value, dict):
            return value
        envelope = dict(value)
        for folded_name, name in self._names_by_folded.items():
            if folded_name in HAS_MORE and self._can_be(name, "boolean"):
                envelope[name] = has_more
            elif folded_name in TOTAL_COUNT and self._can_be(name, "integer", "number"):
                envelope[name] = total
        return envelope

    # --- identities

    def assign_identity(
        self,
        body: SampledBody,
        value: Any,
        first: Any,
        is_taken: Callable[[str], bool],
        count: int,
    ) -> tuple[Any, str]:
        """Return a valid body whose item has an identity that is not taken, and that identity.

        Args:
            body: checks whether a value is valid.
            value: a valid body.
            first: the identity of a sample: the new one is like it.
            is_taken: whether an identity is taken.
            count: number of identities that are taken, roughly.

        Returns:
            The body and the identity; "" where the body can show none.

        """
        name = self.identity_property
        for candidate in generate_identities(first, count):
            if is_taken(format_identity(candidate)):
                continue
            new_value = self.apply_item(body, value, {name: candidate}, omit_others=False)
            if self.get_item(new_value).get(name) == candidate:
                return new_value, format_identity(candidate)
        known = self.get_item(value).get(name)
        return value, "" if known is None else format_identity(known)

    def add_identity(self, item: Item, identity: str) -> Item:
        """Return an item with its identity, where the schema declares a property for it."""
        name = self.identity_property
        return _add_missing(item, name, identity, self.item_schema, self._defs)

    def add_list_identity(self, item: Item, identity: str) -> Item:
        """Return an item of a list with its identity, where the schema declares a property."""
        name = self.list_identity_property
        return _add_missing(item, name, identity, self._list_item_schema, self._defs)


def _add_missing(
    item: Item, name: str, identity: str, item_schema: TopLevelSchema, defs: Definitions
) -> Item:
    """Return an item with an identity in one of its properties, where it has none there yet."""
    if not name or name in item:
        return item
    types = SchemaTypes(item_schema.properties.get(name, True), defs).types
    if "string" in types:
        return {**item, name: identity}
    is_number = _INTEGER.fullmatch(identity) is not None
    return {**item, name: int(identity)} if is_number else item


def _get_member(value: Any, name: str) -> Any:
    """Return a property of an object; anything itself where there is no name or no object."""
    return value.get(name) if name and isinstance(value, dict) else value


def select_parts(
    body: SampledBody, value: dict[str, Any], parts: Sequence[Any], complete: Any
) -> dict[str, Any]:
    """Return a valid body that has the optional properties that a request lists, and no others.

    Args:
        body: checks whether a value is valid.
        value: a valid body.
        parts: names of properties.
        complete: a body with every property, from which a missing one is taken.

    """
    for name in list(value):
        if name not in parts:
            smaller = {key: member for key, member in value.items() if key != name}
            value = smaller if body.is_valid(smaller) else value
    if not isinstance(complete, dict):
        return value
    for name in parts:
        if name in complete and name not in value:
            larger = {**value, name: complete[name]}
            value = larger if body.is_valid(larger) else value
    return value


def generate_identities(first: Any, count: int) -> Iterator[Any]:
    """Yield identities like a first one, counted up; the first one comes last.

    The first one is the document's example, or a sample: it stands for an item that existed before.
    Where there is none, whole numbers are tried as numbers and as texts.
    """
    for n in (*range(count + 1, count + MAX_IDENTITIES), *range(1, MAX_IDENTITIES)):
        if first is None:
            yield n
            yield str(n)
        elif isinstance(first, int) and not isinstance(first, bool):
            yield first + n
        elif isinstance(first, str) and _UUID.fullmatch(first):
            yield f"{first[:-12]}{(int(first[-12:], 16) + n) % 16**12:012x}"
        elif isinstance(first, str):
            yield f"{first}-{n}"
            yield first[: -len(str(n))] + str(n)
    if first is not None:
        yield first

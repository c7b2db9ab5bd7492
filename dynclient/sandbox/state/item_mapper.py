"""Items in bodies: where one stands in a request or an answer, and how a remembered one is put there validly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dynclient.sandbox.response_sampler import SampledBody
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

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class TopLevelSchema:
    """What a schema declares at the top.

    Attributes:
        properties: by name; the first declaration of each.
        is_open: whether it takes other properties too.
        types: the types it takes.
        members: the schema of an array's items, where it says.

    """

    properties: Mapping[str, Any]
    is_open: bool
    types: frozenset[str]
    items_schema: Any = True

    @classmethod
    def from_schema(cls, schema: Any, defs: Definitions) -> TopLevelSchema:
        """Return the outline of a schema."""
        parts = SchemaTypes(schema, defs).subschemas
        properties: dict[str, Any] = {}
        for part in parts:
            for name, sub in part.get("properties", {}).items():
                properties.setdefault(name, sub)
        is_open = any(part.get("additionalProperties", False) is not False for part in parts)
        members = next((part["items"] for part in parts if "items" in part), True)
        return cls(
            properties,
            is_open or not properties,
            frozenset(SchemaTypes(schema, defs).types),
            members,
        )

    def select_declared(self, item: Item) -> Item:
        """Return what of an item it declares."""
        return item if self.is_open else {k: v for k, v in item.items() if k in self.properties}


class ItemMapper:
    """Where an operation has its items in one schema.

    Args:
        schema: of a body, self-contained.
        role: what the operation does.
        extra: what the document's extension adds.

    """

    def __init__(self, schema: Any, role: ResourceRole, extra: OperationExtension) -> None:
        defs = schema.get("$defs", {}) if isinstance(schema, dict) else {}
        self._top = top = TopLevelSchema.from_schema(schema, defs)
        self.wrapper_property = self._find_wrapper_property(role, extra, defs)
        self.item_schema = (
            TopLevelSchema.from_schema(top.properties[self.wrapper_property], defs)
            if self.wrapper_property
            else top
        )
        self.identity_property = find_identity_property(self.item_schema.properties, role, extra)
        self.list_property = self._find_list_property(role, defs)
        in_list = (
            TopLevelSchema.from_schema(top.properties[self.list_property], defs)
            if self.list_property
            else top
        )
        self._list_item_schema = TopLevelSchema.from_schema(in_list.items_schema, defs)
        self.list_identity_property = find_identity_property(
            self._list_item_schema.properties, role, extra
        )
        self._names_by_folded = {fold_name(name): name for name in top.properties}

    def _find_wrapper_property(
        self, role: ResourceRole, extra: OperationExtension, defs: Definitions
    ) -> str:
        names = self._top.properties
        thing = role.address.item_name
        if extra.item in names:
            return extra.item
        own = [n for n in names if fold_name(n) == thing]
        bare = not find_identity_property(names, role, extra)
        loose = [n for n in names if fold_name(n) in ITEM] if bare else []
        return next(
            (name for name in (*own, *loose) if "object" in SchemaTypes(names[name], defs).types),
            "",
        )

    def _find_list_property(self, role: ResourceRole, defs: Definitions) -> str | None:
        """Return the property that holds a list of items, "" where the whole is one, None where there is none."""
        if "array" in self._top.types:
            return ""
        arrays = [
            n for n, sub in self._top.properties.items() if "array" in SchemaTypes(sub, defs).types
        ]
        last = fold_name(role.address.segments[-1]) if role.address.segments else ""
        named = [n for n in arrays if fold_name(n) == last] or [
            n for n in arrays if fold_name(n) in ITEMS
        ]
        return next(iter(named or (arrays if len(arrays) == 1 else [])), None)

    def get_item(self, value: Any) -> Item:
        """Return the item in a body, {} where there is none."""
        found = (
            value.get(self.wrapper_property)
            if self.wrapper_property and isinstance(value, dict)
            else value
        )
        return found if isinstance(found, dict) else {}

    def get_items(self, value: Any) -> list[tuple[str, Item]]:
        """Return the items in a body, one or a list of them, each with the name of its identity where it has one."""
        found = self.get_item(value)
        if self.identity_property in found:
            return [(self.identity_property, found)]
        listed = (
            value.get(self.list_property)
            if self.list_property and isinstance(value, dict)
            else value
        )
        name = self.list_identity_property
        return (
            [(name, i) for i in listed if isinstance(i, dict) and name in i]
            if isinstance(listed, list)
            else []
        )

    def apply_item(self, body: SampledBody, value: Any, item: Item, *, lean: bool) -> Any:
        """Return a valid body that says of an item what it can.

        Args:
            body: judges.
            value: a valid body.
            item: what is to be said.
            lean: say nothing else of it, where that is valid.

        """
        if not isinstance(value, dict) or not item:
            return value
        wanted, found = self.item_schema.select_declared(item), self.get_item(value)
        for whole in ([wanted] if lean else []) + [{**found, **wanted}]:
            candidate = self._replace_item(value, whole)
            if body.is_valid(candidate):
                return candidate
        for name, member in wanted.items():
            candidate = self._replace_item(value, {**self.get_item(value), name: member})
            value = candidate if body.is_valid(candidate) else value
        return value

    def omit_properties(self, body: SampledBody, value: Any, names: Iterable[str]) -> Any:
        """Return a valid body without what a client could have said and did not: left out, or else empty."""
        found = self.get_item(value)
        names = [name for name in names if name in found]
        bare = self._replace_item(value, {k: v for k, v in found.items() if k not in names})
        if not names or body.is_valid(bare):
            return bare if names else value
        for name in names:
            less = {k: v for k, v in self.get_item(value).items() if k != name}
            kind = type(found[name])
            options = (
                [less, {**self.get_item(value), name: kind()}] if kind in (list, dict) else [less]
            )
            candidates = (self._replace_item(value, option) for option in options)
            value = next(filter(body.is_valid, candidates), value)
        return value

    def _replace_item(self, value: dict[str, Any], item: Item) -> dict[str, Any]:
        return {**value, self.wrapper_property: item} if self.wrapper_property else item

    def apply_page(
        self, body: SampledBody, value: Any, items: Sequence[Item], first: int, total: int
    ) -> Any:
        """Return a valid body that lists items.

        Args:
            body: judges.
            value: a valid body; what is answered where the items do not fit.
            items: of this page.
            first: how many come before it.
            total: how many there are in all.

        """
        if self.list_property is None:
            return value
        around = self._update_counts(value, first + len(items) < total, total)
        taken = [self._list_item_schema.select_declared(item) for item in items]
        candidate = self._replace_list(around, taken)
        if body.is_valid(candidate):
            return candidate
        mould = self._get_sampled_item(value)
        fitted = [self._fit_list_item(body, around, item, mould) for item in taken]
        candidate = self._replace_list(around, fitted)
        return candidate if body.is_valid(candidate) else value

    def _fit_list_item(self, body: SampledBody, around: Any, item: Item, mould: Item) -> Item:
        for option in (item, {**mould, **item}):
            if body.is_valid(self._replace_list(around, [option])):
                return option
        found = mould
        for name, member in item.items():
            option = {**found, name: member}
            found = option if body.is_valid(self._replace_list(around, [option])) else found
        return found

    def _get_sampled_item(self, value: Any) -> Item:
        found = (
            value.get(self.list_property)
            if self.list_property and isinstance(value, dict)
            else value
        )
        return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}

    def _replace_list(self, around: Any, items: list[Any]) -> Any:
        return {**around, self.list_property: items} if self.list_property else items

    def _update_counts(self, value: Any, has_more: bool, total: int) -> Any:
        """Return an envelope that counts right."""
        if not isinstance(value, dict):
            return value
        counted = dict(value)
        for plain, name in self._names_by_folded.items():
            kinds = self._top.properties[name]
            if plain in HAS_MORE:
                counted[name] = has_more
            elif plain in TOTAL_COUNT and not (
                isinstance(kinds, dict) and kinds.get("type") == "string"
            ):
                counted[name] = total
        return counted

    def assign_identity(
        self, body: SampledBody, value: Any, is_taken: Callable[[str], bool], count: int
    ) -> tuple[Any, str]:
        """Return a valid body whose item has an identity that is not taken, and that identity.

        Args:
            body: judges.
            value: a valid body; identities are like its own.
            is_taken: tells of an identity.
            count: how many are taken, roughly.

        """
        if not self.identity_property or self.identity_property not in self.get_item(value):
            return value, ""
        first = self.get_item(value)[self.identity_property]
        for candidate in _generate_identities(first, count):
            if not is_taken(format_identity(candidate)):
                whole = self.apply_item(
                    body, value, {self.identity_property: candidate}, lean=False
                )
                if self.get_item(whole).get(self.identity_property) == candidate:
                    return whole, format_identity(candidate)
        return value, format_identity(first)


def select_parts(
    body: SampledBody, value: dict[str, Any], wanted: Sequence[Any], whole: Any
) -> dict[str, Any]:
    """Return a valid body that has those of its optional properties which are wanted, and no others.

    Args:
        body: judges.
        value: a valid body.
        wanted: names of properties.
        whole: a body that has every property, to take from what `value` lacks.

    """
    for name in [name for name in value if name not in wanted]:
        less = {k: v for k, v in value.items() if k != name}
        value = less if body.is_valid(less) else value
    for name in wanted if isinstance(whole, dict) else ():
        more = {**value, name: whole[name]} if name in whole and name not in value else value
        value = more if body.is_valid(more) else value
    return value


def _generate_identities(first: Any, count: int) -> Iterator[Any]:
    """Yield identities like a first one, not in use as long as they are counted up; itself last.

    The first one is the document's example or a sample of it: it stands for what was there before.
    """
    for n in (*range(count + 1, count + MAX_IDENTITIES), *range(1, MAX_IDENTITIES)):
        if isinstance(first, int) and not isinstance(first, bool):
            yield first + n
        elif isinstance(first, str) and _UUID.fullmatch(first):
            yield f"{first[:-12]}{(int(first[-12:], 16) + n) % 16**12:012x}"
        elif isinstance(first, str):
            yield f"{first}-{n}"
            yield first[: -len(str(n))] + str(n)
    yield first

"""Items in bodies: where one stands in a request or an answer, and how a remembered one is put there validly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dynclient.sandbox.bodies import Body
from dynclient.sandbox.conventions import ITEM, ITEMS, MORE, TOTAL, Extra, folded
from dynclient.sandbox.memory import Item
from dynclient.sandbox.resources import Role, as_identity, identity_name
from dynclient.schema.readings import Defs
from dynclient.wire.shapes import Shape

MAX_NEW = 1000

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Outline:
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
    members: Any = True

    @classmethod
    def of(cls, schema: Any, defs: Defs) -> Outline:
        """Return the outline of a schema."""
        parts = Shape(schema, defs).parts
        properties: dict[str, Any] = {}
        for part in parts:
            for name, sub in part.get("properties", {}).items():
                properties.setdefault(name, sub)
        is_open = any(part.get("additionalProperties", False) is not False for part in parts)
        members = next((part["items"] for part in parts if "items" in part), True)
        return cls(
            properties, is_open or not properties, frozenset(Shape(schema, defs).types), members
        )

    def takes(self, item: Item) -> Item:
        """Return what of an item it declares."""
        return item if self.is_open else {k: v for k, v in item.items() if k in self.properties}


class Fitting:
    """Where an operation has its items in one schema.

    Args:
        schema: of a body, self-contained.
        role: what the operation does.
        extra: what the document's extension adds.

    """

    def __init__(self, schema: Any, role: Role, extra: Extra) -> None:
        defs = schema.get("$defs", {}) if isinstance(schema, dict) else {}
        self._top = top = Outline.of(schema, defs)
        self.wrapper = self._wrapper(role, extra, defs)
        self.outline = Outline.of(top.properties[self.wrapper], defs) if self.wrapper else top
        self.identity = identity_name(self.outline.properties, role, extra)
        self.list_in = self._list(role, defs)
        in_list = Outline.of(top.properties[self.list_in], defs) if self.list_in else top
        self._members = Outline.of(in_list.members, defs)
        self.members_identity = identity_name(self._members.properties, role, extra)
        self._names = {folded(name): name for name in top.properties}

    def _wrapper(self, role: Role, extra: Extra, defs: Defs) -> str:
        names = self._top.properties
        thing = role.address.thing
        if extra.item in names:
            return extra.item
        own = [n for n in names if folded(n) == thing]
        bare = not identity_name(names, role, extra)
        loose = [n for n in names if folded(n) in ITEM] if bare else []
        return next(
            (name for name in (*own, *loose) if "object" in Shape(names[name], defs).types), ""
        )

    def _list(self, role: Role, defs: Defs) -> str | None:
        """Return the property that holds a list of items, "" where the whole is one, None where there is none."""
        if "array" in self._top.types:
            return ""
        arrays = [n for n, sub in self._top.properties.items() if "array" in Shape(sub, defs).types]
        last = folded(role.address.segments[-1]) if role.address.segments else ""
        named = [n for n in arrays if folded(n) == last] or [
            n for n in arrays if folded(n) in ITEMS
        ]
        return next(iter(named or (arrays if len(arrays) == 1 else [])), None)

    def item(self, value: Any) -> Item:
        """Return the item in a body, {} where there is none."""
        found = value.get(self.wrapper) if self.wrapper and isinstance(value, dict) else value
        return found if isinstance(found, dict) else {}

    def items(self, value: Any) -> list[tuple[str, Item]]:
        """Return the items in a body, one or a list of them, each with the name of its identity where it has one."""
        found = self.item(value)
        if self.identity in found:
            return [(self.identity, found)]
        listed = value.get(self.list_in) if self.list_in and isinstance(value, dict) else value
        name = self.members_identity
        return (
            [(name, i) for i in listed if isinstance(i, dict) and name in i]
            if isinstance(listed, list)
            else []
        )

    def put(self, body: Body, value: Any, item: Item, *, lean: bool) -> Any:
        """Return a valid body that says of an item what it can.

        Args:
            body: judges.
            value: a valid body.
            item: what is to be said.
            lean: say nothing else of it, where that is valid.

        """
        if not isinstance(value, dict) or not item:
            return value
        wanted, found = self.outline.takes(item), self.item(value)
        for whole in ([wanted] if lean else []) + [{**found, **wanted}]:
            candidate = self._replaced(value, whole)
            if body.valid(candidate):
                return candidate
        for name, member in wanted.items():
            candidate = self._replaced(value, {**self.item(value), name: member})
            value = candidate if body.valid(candidate) else value
        return value

    def unsaid(self, body: Body, value: Any, names: Iterable[str]) -> Any:
        """Return a valid body without what a client could have said and did not: left out, or else empty."""
        found = self.item(value)
        names = [name for name in names if name in found]
        bare = self._replaced(value, {k: v for k, v in found.items() if k not in names})
        if not names or body.valid(bare):
            return bare if names else value
        for name in names:
            less = {k: v for k, v in self.item(value).items() if k != name}
            kind = type(found[name])
            options = [less, {**self.item(value), name: kind()}] if kind in (list, dict) else [less]
            candidates = (self._replaced(value, option) for option in options)
            value = next(filter(body.valid, candidates), value)
        return value

    def _replaced(self, value: dict[str, Any], item: Item) -> dict[str, Any]:
        return {**value, self.wrapper: item} if self.wrapper else item

    def page(self, body: Body, value: Any, items: Sequence[Item], first: int, total: int) -> Any:
        """Return a valid body that lists items.

        Args:
            body: judges.
            value: a valid body; what is answered where the items do not fit.
            items: of this page.
            first: how many come before it.
            total: how many there are in all.

        """
        if self.list_in is None:
            return value
        around = self._around(value, first + len(items) < total, total)
        taken = [self._members.takes(item) for item in items]
        candidate = self._listing(around, taken)
        if body.valid(candidate):
            return candidate
        mould = self._mould(value)
        fitted = [self._one(body, around, item, mould) for item in taken]
        candidate = self._listing(around, fitted)
        return candidate if body.valid(candidate) else value

    def _one(self, body: Body, around: Any, item: Item, mould: Item) -> Item:
        for option in (item, {**mould, **item}):
            if body.valid(self._listing(around, [option])):
                return option
        found = mould
        for name, member in item.items():
            option = {**found, name: member}
            found = option if body.valid(self._listing(around, [option])) else found
        return found

    def _mould(self, value: Any) -> Item:
        found = value.get(self.list_in) if self.list_in and isinstance(value, dict) else value
        return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}

    def _listing(self, around: Any, items: list[Any]) -> Any:
        return {**around, self.list_in: items} if self.list_in else items

    def _around(self, value: Any, has_more: bool, total: int) -> Any:
        """Return an envelope that counts right."""
        if not isinstance(value, dict):
            return value
        counted = dict(value)
        for plain, name in self._names.items():
            kinds = self._top.properties[name]
            if plain in MORE:
                counted[name] = has_more
            elif plain in TOTAL and not (isinstance(kinds, dict) and kinds.get("type") == "string"):
                counted[name] = total
        return counted

    def fresh(
        self, body: Body, value: Any, is_taken: Callable[[str], bool], count: int
    ) -> tuple[Any, str]:
        """Return a valid body whose item has an identity that is not taken, and that identity.

        Args:
            body: judges.
            value: a valid body; identities are like its own.
            is_taken: tells of an identity.
            count: how many are taken, roughly.

        """
        if not self.identity or self.identity not in self.item(value):
            return value, ""
        first = self.item(value)[self.identity]
        for candidate in _identities(first, count):
            if not is_taken(as_identity(candidate)):
                whole = self.put(body, value, {self.identity: candidate}, lean=False)
                if self.item(whole).get(self.identity) == candidate:
                    return whole, as_identity(candidate)
        return value, as_identity(first)


def parted(body: Body, value: dict[str, Any], wanted: Sequence[Any], whole: Any) -> dict[str, Any]:
    """Return a valid body that has those of its optional properties which are wanted, and no others.

    Args:
        body: judges.
        value: a valid body.
        wanted: names of properties.
        whole: a body that has every property, to take from what `value` lacks.

    """
    for name in [name for name in value if name not in wanted]:
        less = {k: v for k, v in value.items() if k != name}
        value = less if body.valid(less) else value
    for name in wanted if isinstance(whole, dict) else ():
        more = {**value, name: whole[name]} if name in whole and name not in value else value
        value = more if body.valid(more) else value
    return value


def _identities(first: Any, count: int) -> Iterator[Any]:
    """Yield identities like a first one, not in use as long as they are counted up; itself last.

    The first one is the document's example or a sample of it: it stands for what was there before.
    """
    for n in (*range(count + 1, count + MAX_NEW), *range(1, MAX_NEW)):
        if isinstance(first, int) and not isinstance(first, bool):
            yield first + n
        elif isinstance(first, str) and _UUID.fullmatch(first):
            yield f"{first[:-12]}{(int(first[-12:], 16) + n) % 16**12:012x}"
        elif isinstance(first, str):
            yield f"{first}-{n}"
            yield first[: -len(str(n))] + str(n)
    yield first

"""The items that a sandbox stores: created and deleted ones, as plain JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import quote

from dynclient.errors import UsageError

#: Beyond this number the oldest item is removed for a new one.
MAX_ITEMS = 100_000

MAX_MERGE_DEPTH = 32

Item = dict[str, Any]


class ItemStore:
    """The items of all collections by identity, oldest first; threads that share it need a lock."""

    def __init__(self) -> None:
        self._items: dict[str, dict[str, Item]] = {}
        self._deleted: dict[str, dict[str, None]] = {}
        #: Items that were updated but never created: they are only assumed to exist.
        self._assumed: dict[tuple[str, str], Item] = {}
        self._size = 0

    def get(self, collection: str, identity: str) -> Item | None:
        """Return an item that was created or updated; None where it is unknown or deleted."""
        item = self._items.get(collection, {}).get(identity)
        return self._assumed.get((collection, identity)) if item is None else item

    def is_created(self, collection: str, identity: str) -> bool:
        """Tell whether an item was created here, and not deleted."""
        return identity in self._items.get(collection, {})

    def count_created(self, collection: str) -> int:
        """Return the number of items that were created in a collection, deleted ones included."""
        return len(self._items.get(collection, ())) + len(self._deleted.get(collection, ()))

    def list_items(self, collection: str) -> dict[str, Item]:
        """Return the items of a collection by identity, oldest first."""
        return dict(self._items.get(collection, {}))

    def is_deleted(self, collection: str, identity: str) -> bool:
        """Tell whether an item was created here and then deleted."""
        return identity in self._deleted.get(collection, {})

    def put(self, collection: str, identity: str, item: Item) -> None:
        """Store a created item, even if one of its identity was deleted before."""
        self._assumed.pop((collection, identity), None)
        self._deleted.get(collection, {}).pop(identity, None)
        items = self._items.setdefault(collection, {})
        self._size += identity not in items
        items[identity] = item
        if self._size > MAX_ITEMS:
            oldest = next(name for name, members in self._items.items() if members)
            self._remove(oldest, next(iter(self._items[oldest])))

    def put_assumed(self, collection: str, identity: str, item: Item) -> None:
        """Store an update of an item that was never created; it is not listed."""
        self._assumed[collection, identity] = item
        if len(self._assumed) > MAX_ITEMS:
            del self._assumed[next(iter(self._assumed))]

    def delete(self, collection: str, identity: str) -> None:
        """Delete an item and the collections below it; only a created one counts as deleted."""
        self._assumed.pop((collection, identity), None)
        if identity not in self._items.get(collection, {}):
            return
        self._remove(collection, identity)
        identities = self._deleted.setdefault(collection, {})
        identities[identity] = None
        if len(identities) > MAX_ITEMS:
            del identities[next(iter(identities))]
        below = f"{collection}/{quote(identity, safe='')}/"
        for name in [name for name in self._items if f"{name}/".startswith(below)]:
            self._size -= len(self._items.pop(name))
        for name in [name for name in self._deleted if f"{name}/".startswith(below)]:
            del self._deleted[name]

    def _remove(self, collection: str, identity: str) -> None:
        del self._items[collection][identity]
        self._size -= 1

    def clear(self) -> None:
        """Remove everything."""
        self._items, self._deleted, self._assumed, self._size = {}, {}, {}, 0

    def dump(self) -> dict[str, Any]:
        """Return the created and deleted items as JSON data.

        `{"items": {collection: {identity: item}}, "gone": {collection: [identity]}}`; updates of
        items that were never created are left out.
        """
        items = {name: members for name, members in self._items.items() if members}
        deleted = {name: list(members) for name, members in self._deleted.items() if members}
        return {
            "items": deepcopy(items),
            "gone": deleted,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Replace everything by the result of an earlier `dump`.

        Raises:
            UsageError: it is no such result; nothing is changed.

        """
        items, deleted = state.get("items", {}), state.get("gone", {})
        if not (_is_map_of(items, dict) and all(_is_map_of(i, dict) for i in items.values())):
            raise UsageError("no state of a sandbox: `items` wants {collection: {identity: item}}")
        if not (_is_map_of(deleted, list) and all(map(_is_list_of_texts, deleted.values()))):
            raise UsageError("no state of a sandbox: `gone` wants {collection: [identity]}")
        self._items, self._assumed = deepcopy(dict(items)), {}
        self._deleted = {name: dict.fromkeys(members) for name, members in deleted.items()}
        self._size = sum(map(len, self._items.values()))


def merge_items(old: Item, new: Item, depth: int = MAX_MERGE_DEPTH) -> Item:
    """Return an item with another merged into it, object by object.

    Source: RFC 7396, except that null is a value here.
    """
    merged = dict(old)
    for name, value in new.items():
        old_value = old.get(name)
        if isinstance(value, dict) and isinstance(old_value, dict) and depth:
            merged[name] = merge_items(old_value, value, depth - 1)
        else:
            merged[name] = value
    return merged


def _is_map_of(value: Any, kind: type) -> bool:
    if not isinstance(value, dict) or not _is_list_of_texts(list(value)):
        return False
    return all(isinstance(member, kind) for member in value.values())


def _is_list_of_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)

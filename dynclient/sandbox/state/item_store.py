"""What a sandbox remembers: the items that were made, and those that were and are gone; plain JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import quote

from dynclient.errors import UsageError

#: The oldest item of all is forgotten for one that is too many.
MAX_ITEMS = 100_000

Item = dict[str, Any]


class ItemStore:
    """The items of every collection by identity, in the order made; whoever shares it between threads locks it."""

    def __init__(self) -> None:
        self._items: dict[str, dict[str, Item]] = {}
        self._deleted: dict[str, dict[str, None]] = {}
        #: Items that nobody made, as they were last updated: they are no more than assumed to exist.
        self._assumed: dict[tuple[str, str], Item] = {}
        self._size = 0

    def get(self, collection: str, identity: str) -> Item | None:
        """Return an item that was made, or at least updated; None where it was never met, or is gone."""
        found = self._items.get(collection, {}).get(identity)
        return self._assumed.get((collection, identity)) if found is None else found

    def is_created(self, collection: str, identity: str) -> bool:
        """Tell whether an item was made here, and still is."""
        return identity in self._items.get(collection, {})

    def count_created(self, collection: str) -> int:
        """Return how many items were ever made in a collection, as far as is known."""
        return len(self._items.get(collection, ())) + len(self._deleted.get(collection, ()))

    def list_items(self, collection: str) -> list[Item]:
        """Return the items of a collection, oldest first."""
        return list(self._items.get(collection, {}).values())

    def is_deleted(self, collection: str, identity: str) -> bool:
        """Tell whether an item was made here and then deleted."""
        return identity in self._deleted.get(collection, {})

    def put(self, collection: str, identity: str, item: Item) -> None:
        """Keep an item that is made; what was gone is there again."""
        self._assumed.pop((collection, identity), None)
        self._deleted.get(collection, {}).pop(identity, None)
        items = self._items.setdefault(collection, {})
        self._size += identity not in items
        items[identity] = item
        if self._size > MAX_ITEMS:
            oldest = next(c for c, found in self._items.items() if found)
            self._remove(oldest, next(iter(self._items[oldest])))

    def put_assumed(self, collection: str, identity: str, item: Item) -> None:
        """Keep an update of an item that nobody made: it is read, but neither listed nor ever gone."""
        self._assumed[collection, identity] = item
        if len(self._assumed) > MAX_ITEMS:
            del self._assumed[next(iter(self._assumed))]

    def delete(self, collection: str, identity: str) -> None:
        """Delete an item and what lies below it; of one that was never made nothing is kept."""
        self._assumed.pop((collection, identity), None)
        if identity not in self._items.get(collection, {}):
            return
        self._remove(collection, identity)
        gone = self._deleted.setdefault(collection, {})
        gone[identity] = None
        if len(gone) > MAX_ITEMS:
            del gone[next(iter(gone))]
        below = f"{collection}/{quote(identity, safe='')}/"
        for name in [name for name in self._items if f"{name}/".startswith(below)]:
            self._size -= len(self._items.pop(name))
        for name in [name for name in self._deleted if f"{name}/".startswith(below)]:
            del self._deleted[name]

    def _remove(self, collection: str, identity: str) -> None:
        del self._items[collection][identity]
        self._size -= 1

    def clear(self) -> None:
        """Forget everything."""
        self._items, self._deleted, self._assumed, self._size = {}, {}, {}, 0

    def dump(self) -> dict[str, Any]:
        """Return all of it as JSON data.

        `{"items": {collection: {identity: item}}, "gone": {collection: [identity]}}`; updates of what nobody made are
        left out.
        """
        items = {name: found for name, found in self._items.items() if found}
        return {
            "items": deepcopy(items),
            "gone": {name: list(found) for name, found in self._deleted.items() if found},
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `dump` returned, in place of what is remembered.

        Raises:
            UsageError: it is something else; then nothing has changed.

        """
        items, gone = state.get("items", {}), state.get("gone", {})
        if not (
            _is_map_of(items, dict) and all(_is_map_of(found, dict) for found in items.values())
        ):
            raise UsageError("no state of a sandbox: `items` wants {collection: {identity: item}}")
        if not (
            _is_map_of(gone, list)
            and all(isinstance(i, str) for found in gone.values() for i in found)
        ):
            raise UsageError("no state of a sandbox: `gone` wants {collection: [identity]}")
        self._items, self._assumed = deepcopy(dict(items)), {}
        self._deleted = {name: dict.fromkeys(found) for name, found in gone.items()}
        self._size = sum(len(found) for found in self._items.values())


def _is_map_of(value: Any, kind: type) -> bool:
    return isinstance(value, dict) and all(
        isinstance(k, str) and isinstance(v, kind) for k, v in value.items()
    )

"""Which items have to exist, and which must not, for an operation on the stored items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from dynclient.model import Operation
from dynclient.sandbox.response_builder import ResponseBuilder
from dynclient.sandbox.state.item_store import Item, ItemStore
from dynclient.sandbox.state.resource_map import ResourceAddress, ResourceRole

CREATED = 201
NOT_FOUND = 404
CONFLICT = 409


class ResourceError(Exception):
    """The stored items do not allow a call: an error status, and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


class ExistenceChecks:
    """Checks which items exist before one operation reads or changes them.

    Args:
        operation: the operation.
        role: what it does to the stored items.
        response_builder: of the operation.
        item_store: of the sandbox; the caller holds its lock.
        unique_properties: those that together are unique in a collection.
        strict: whether an item that was never created here does not exist.

    """

    def __init__(
        self,
        operation: Operation,
        role: ResourceRole,
        response_builder: ResponseBuilder,
        item_store: ItemStore,
        unique_properties: Sequence[str],
        *,
        strict: bool,
    ) -> None:
        self._operation = operation
        self._role = role
        self._response_builder = response_builder
        self._item_store = item_store
        self._unique_properties = unique_properties
        self._is_strict = strict

    def check_existence(self, path_values: Mapping[str, Any]) -> None:
        """Check that the items that a path names exist, where the operation declares a 404.

        Args:
            path_values: of the call, by variable of the path template.

        Raises:
            ResourceError: one was deleted; or, where the sandbox is strict, one was never created.

        """
        if not self.declares_error(NOT_FOUND):
            return
        for address in self._find_required_addresses():
            collection = address.build_collection_key(path_values)
            identity = address.get_identity(path_values)
            name = address.variable or address.item_name or "it"
            self.require_existing(collection, identity, name)

    def _find_required_addresses(self) -> tuple[ResourceAddress, ...]:
        action = self._role.action
        if action not in ("read", "write", "delete", "act"):
            return self._role.ancestors
        if action == "write" and self.can_create:
            return self._role.ancestors
        return (*self._role.ancestors, self._role.address)

    def require_existing(self, collection: str, identity: str, name: str) -> None:
        """Check that an item exists.

        Args:
            collection: the key of its collection.
            identity: its identity.
            name: what a message calls it.

        Raises:
            ResourceError: it was deleted; or, where the sandbox is strict, it was never created.

        """
        if self._item_store.is_deleted(collection, identity):
            raise ResourceError(NOT_FOUND, f"{name} {identity[:60]!r} was deleted")
        if self._is_strict and not self._item_store.is_created(collection, identity):
            raise ResourceError(NOT_FOUND, f"{name} {identity[:60]!r} was never made here")

    def declares_error(self, status: int) -> bool:
        """Tell whether the operation declares an error response of a status."""
        return self._response_builder.has_error_response(status)

    @cached_property
    def can_create(self) -> bool:
        """Whether a write creates a missing item: it declares 201, or is a PUT without a 404."""
        method, responses = self._operation.method, self._operation.responses
        declares_created = str(CREATED) in responses
        if declares_created and method != "POST":
            return True
        if not declares_created and method != "PUT":
            return False
        return not self.declares_error(NOT_FOUND)

    def check_conflict(
        self, collection: str, item: Item, identity_property: str, identity: str | None
    ) -> None:
        """Check that no stored item has the identity, or the unique properties, of a new one.

        Args:
            collection: the key of the collection.
            item: the new item.
            identity_property: the property of the request that gives the identity.
            identity: that of the new item; None where the server assigns one.

        Raises:
            ResourceError: one has.

        """
        if not self.declares_error(CONFLICT):
            return
        if identity is not None and self._item_store.is_created(collection, identity):
            raise ResourceError(CONFLICT, f"{identity_property} {identity!r} is taken")

        unique = self._unique_properties
        if not unique or unique[0] not in item:
            return
        wanted = [item.get(name) for name in unique]
        for stored_item in self._item_store.list_items(collection).values():
            if [stored_item.get(name) for name in unique] == wanted:
                raise ResourceError(CONFLICT, f"{' and '.join(unique)} of another one")

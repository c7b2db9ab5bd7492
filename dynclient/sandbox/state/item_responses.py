"""Items put into the sampled responses of one operation, and read from them."""

from __future__ import annotations

from dataclasses import replace

from dynclient.sandbox.response_builder import UnencodedResponse
from dynclient.sandbox.response_sampler import SampledBody
from dynclient.sandbox.sandbox_extension import OperationExtension
from dynclient.sandbox.state.item_mapper import ItemMapper
from dynclient.sandbox.state.item_store import Item
from dynclient.sandbox.state.resource_map import ResourceRole


class ItemResponses:
    """Shows items in the responses of one operation.

    Args:
        role: of the operation.
        extension: what the document says of the operation for sandboxes.
        list_pointer: the place of a list of items in a body; None where it is to be found.

    """

    def __init__(
        self, role: ResourceRole, extension: OperationExtension, list_pointer: str | None = None
    ) -> None:
        self._role = role
        self._extension = extension
        self._list_pointer = list_pointer
        self._mappers: dict[SampledBody | None, ItemMapper] = {}

    def get_mapper(self, response: UnencodedResponse) -> ItemMapper:
        """Return the mapper between items and the bodies of a response."""
        body = response.body
        mapper = self._mappers.get(body)
        if mapper is None:
            schema = body.checker.schema if body is not None else {}
            mapper = ItemMapper(schema, self._role, self._extension, self._list_pointer)
            self._mappers[body] = mapper
        return mapper

    def get_item(self, response: UnencodedResponse) -> Item:
        """Return the item that a response shows."""
        if not response.is_json:
            return {}
        return self.get_mapper(response).get_item(response.value)

    def apply_item(
        self, response: UnencodedResponse, item: Item, *, omit_others: bool
    ) -> UnencodedResponse:
        """Return a response that shows an item; `omit_others` leaves out what the item lacks."""
        if not response.is_json or response.body is None:
            return response
        mapper = self.get_mapper(response)
        value = mapper.apply_item(response.body, response.value, item, omit_others=omit_others)
        return replace(response, value=value)

    def add_wrapper(self, response: UnencodedResponse) -> UnencodedResponse:
        """Return a response with the property that holds the item, if there is such a property."""
        mapper = self.get_mapper(response)
        name = mapper.wrapper_property
        if response.body is None or not name or not isinstance(response.value, dict):
            return response
        if name in response.value:
            return response
        value = {**response.value, name: mapper.wrapper_sample}
        return replace(response, value=value) if response.body.is_valid(value) else response

    def omit_properties(self, response: UnencodedResponse, names: list[str]) -> UnencodedResponse:
        """Return a response whose item lacks some properties, as far as its schema allows."""
        if not response.is_json or response.body is None:
            return response
        mapper = self.get_mapper(response)
        value = mapper.omit_properties(response.body, response.value, names)
        return replace(response, value=value)

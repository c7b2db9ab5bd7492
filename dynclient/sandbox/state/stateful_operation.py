"""One operation on the stored items: it reads or changes them, and builds the response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dynclient.pagination.pagination import Pagination
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.plan import Plan
from dynclient.sandbox.response_builder import ResponseBuilder, UnencodedResponse
from dynclient.sandbox.sandbox_extension import SandboxExtension
from dynclient.sandbox.state.existence_checks import (
    CREATED,
    NOT_FOUND,
    ExistenceChecks,
    ResourceError,
)
from dynclient.sandbox.state.item_mapper import ItemMapper, generate_identities, select_parts
from dynclient.sandbox.state.item_responses import ItemResponses
from dynclient.sandbox.state.item_store import Item, ItemStore, merge_items
from dynclient.sandbox.state.page_window import PageWindow
from dynclient.sandbox.state.paged_list import PagedList
from dynclient.sandbox.state.resource_map import (
    ResourceAction,
    ResourceMap,
    format_identity,
)
from dynclient.wire.message import Response

OK = 200
NO_CONTENT = 204


@dataclass(frozen=True)
class _ResourceCall:
    """A call, and the item or collection that it is about.

    Attributes:
        request: the request.
        call: the call document.
        collection: the key of the collection.
        identity: the identity of the item; "" where the path names none.
        is_stored: whether the call may change the stored items.
        convention_status: the status that a convention asks for, if any does.

    """

    request: ParsedRequest
    call: Mapping[str, Any]
    collection: str
    identity: str
    is_stored: bool
    convention_status: int | None

    @property
    def path_values(self) -> Mapping[str, Any]:
        values: Mapping[str, Any] = self.call.get("path", {})
        return values

    @property
    def query(self) -> Mapping[str, Any]:
        values: Mapping[str, Any] = self.call.get("query", {})
        return values


class StatefulOperation:
    """Executes the calls of one operation on the stored items.

    Args:
        plan: of the operation.
        response_builder: of the operation.
        item_store: of the sandbox; the caller holds its lock.
        resource_map: of the document.
        sandbox_extension: of the document.
        pagination: how the operation pages; None where it does not.
        page_size: how many items a page has where the call does not say; None: all.
        strict: whether an item that was never created here does not exist.

    """

    def __init__(
        self,
        plan: Plan,
        response_builder: ResponseBuilder,
        item_store: ItemStore,
        resource_map: ResourceMap,
        sandbox_extension: SandboxExtension,
        pagination: Pagination | None,
        page_size: int | None,
        *,
        strict: bool,
    ) -> None:
        self._plan = plan
        self._response_builder = response_builder
        self._item_store = item_store
        self._sandbox_extension = sandbox_extension
        self._is_strict = strict
        self._role = resource_map.find_role(plan.operation)
        self._operation_extension = sandbox_extension.get_operation_extension(plan.operation)
        self._existence = ExistenceChecks(
            plan.operation,
            self._role,
            response_builder,
            item_store,
            self._operation_extension.unique,
            strict=strict,
        )
        self._pagination = pagination
        self._page_size = page_size
        list_pointer = pagination.items if pagination is not None else None
        self._item_responses = ItemResponses(self._role, self._operation_extension, list_pointer)
        self._request_mapper = self._build_request_mapper()
        self._perform = self._find_action(self._choose_action())

    def _choose_action(self) -> ResourceAction:
        """Return what the operation does; what pages and does nothing else is a list."""
        action = self._role.action
        return "list" if action == "none" and self._pagination is not None else action

    def _build_request_mapper(self) -> ItemMapper:
        # The extension names the item's property of a response, not of a request.
        extension = replace(self._operation_extension, item="")
        entry = self._plan.find_media_type(None)
        if entry is None:
            return ItemMapper(False, self._role, extension)
        schemas = self._plan.schemas
        body_schema = schemas.translate_body(entry, "request")
        schema = schemas.bundle(body_schema, "request", "consumer")
        return ItemMapper(schema, self._role, extension)

    def _find_action(self, action: ResourceAction) -> Callable[[_ResourceCall], UnencodedResponse]:
        actions: dict[ResourceAction, Callable[[_ResourceCall], UnencodedResponse]] = {
            "create": self._create,
            "list": self._list,
            "upsert": self._upsert,
            "read": self._read,
            "write": self._write,
            "delete": self._delete,
            "act": self._act,
            "add": self._add,
            "remove": self._remove,
            "none": self._build_success,
        }
        return actions[action]

    def execute(self, request: ParsedRequest, call: Mapping[str, Any]) -> Response:
        """Return the response to a valid call, and store what it changed.

        Args:
            request: the request.
            call: its call document.

        Raises:
            NoExample: no valid body or header was found.

        """
        resource_call = self._locate(request, call)
        try:
            self._existence.check_existence(resource_call.path_values)
            response = self._perform(resource_call)
        except ResourceError as error:
            return self._response_builder.build_refusal(error.status, [error.reason], request)

        status = resource_call.convention_status
        if status is not None and str(status) in self._plan.operation.responses:
            response = self._build_success(resource_call, status)
        response = self._select_parts(response, resource_call)
        return self._response_builder.encode(response, request)

    def _locate(self, request: ParsedRequest, call: Mapping[str, Any]) -> _ResourceCall:
        """Return a call with the item or collection that it is about."""
        operation, address = self._plan.operation, self._role.address
        path_values = call.get("path", {})
        conventions = self._sandbox_extension.find_conventions(operation, call.get("query", {}))
        statuses = [c.answer for c in conventions if c.answer is not None]
        return _ResourceCall(
            request=request,
            call=call,
            collection=address.build_collection_key(path_values),
            identity=address.get_identity(path_values),
            is_stored=all(convention.store for convention in conventions),
            convention_status=statuses[0] if statuses else None,
        )

    def _build_success(self, call: _ResourceCall, *statuses: int) -> UnencodedResponse:
        return self._response_builder.build_success(call.request, call.call, *statuses)

    # --- the actions

    def _create(self, call: _ResourceCall) -> UnencodedResponse:
        response = self._build_success(call, CREATED)
        request_item = self._get_request_item(call)
        identity = self._find_requested_identity(response, request_item)
        name = self._request_mapper.identity_property
        self._existence.check_conflict(call.collection, request_item, name, identity)

        response = self._item_responses.add_wrapper(response)
        sampled_item = self._item_responses.get_item(response)
        response = self._omit_unrequested(response, request_item)
        response = self._item_responses.apply_item(response, request_item, omit_others=False)
        if identity is None:
            response, identity = self._assign_identity(response, call.collection, sampled_item)
        self._store_item(
            call, identity, {**request_item, **self._item_responses.get_item(response)}
        )
        return response

    def _find_requested_identity(self, response: UnencodedResponse, item: Item) -> str | None:
        """Return the identity that a request gives its item; None where the server assigns one."""
        name = self._request_mapper.identity_property
        if name not in item:
            return None
        response_name = self._item_responses.get_mapper(response).identity_property
        if response.is_json and response_name not in (name, ""):
            return None
        return format_identity(item[name])

    def _assign_identity(
        self, response: UnencodedResponse, collection: str, sampled_item: Item
    ) -> tuple[UnencodedResponse, str]:
        """Return a response with an identity that the server assigns, and the identity."""
        store = self._item_store

        def is_taken(identity: str) -> bool:
            return store.is_created(collection, identity) or store.is_deleted(collection, identity)

        count = store.count_created(collection)
        identity = ""
        if response.is_json and response.body is not None:
            mapper = self._item_responses.get_mapper(response)
            if mapper.identity_property:
                first = sampled_item.get(mapper.identity_property, mapper.identity_sample)
                value, identity = mapper.assign_identity(
                    response.body, response.value, first, is_taken, count
                )
                response = replace(response, value=value)
        return response, identity or self._choose_hidden_identity(is_taken, count)

    def _choose_hidden_identity(self, is_taken: Callable[[str], bool], count: int) -> str:
        """Return an identity that the response does not show; a path can name the item by it."""
        sample = None
        if self._role.item_parameter is not None:
            sample = self._response_builder.sample_parameter(self._role.item_parameter)
        first = None if sample is None else sample.value
        for candidate in generate_identities(first, count):
            identity = format_identity(candidate)
            is_valid = sample is None or sample.checker.accepts(candidate)
            if is_valid and not is_taken(identity):
                return identity
        return str(count + 1)

    def _read(self, call: _ResourceCall) -> UnencodedResponse:
        response = self._build_success(call)
        item = self._get_stored_item(response, call)
        if item is None and self._pagination is not None:
            return self._page_sample(response, call)
        if item is None:
            return self._item_responses.apply_item(
                response, self._add_identity(response, call, {}), omit_others=False
            )
        return self._item_responses.apply_item(response, item, omit_others=True)

    def _write(self, call: _ResourceCall) -> UnencodedResponse:
        method = self._plan.operation.method
        old_item = self._item_store.get(call.collection, call.identity)
        is_created = self._item_store.is_created(call.collection, call.identity)
        statuses = (OK, NO_CONTENT) if is_created and method != "POST" else (CREATED,)
        response = self._item_responses.add_wrapper(self._build_success(call, *statuses))

        item = self._merge_update(old_item, self._get_request_item(call))
        item = self._add_identity(response, call, item)
        if method == "PUT":
            response = self._omit_unrequested(response, item)
        response = self._item_responses.apply_item(response, item, omit_others=old_item is not None)

        item = {**item, **self._item_responses.get_item(response)}
        if is_created or self._existence.can_create:
            self._store_item(call, call.identity, item)
        elif call.is_stored:
            self._item_store.put_assumed(call.collection, call.identity, item)
        return response

    def _upsert(self, call: _ResourceCall) -> UnencodedResponse:
        """Create or update what the body names: one item, or each of a list."""
        named_items = self._request_mapper.get_items(call.call.get("body"))
        updates = [(format_identity(item[name]), item) for name, item in named_items]
        is_single = len(updates) == 1
        if is_single and self._existence.declares_error(NOT_FOUND):
            self._existence.require_existing(call.collection, updates[0][0], "it")

        response = self._build_success(call)
        for identity, request_item in updates:
            old_item = self._item_store.get(call.collection, identity)
            item = self._merge_update(old_item, request_item)
            if is_single:
                response = self._item_responses.apply_item(response, item, omit_others=True)
                item = {**item, **self._item_responses.get_item(response)}
            self._store_item(call, identity, item)
        return response

    def _merge_update(self, old_item: Item | None, request_item: Item) -> Item:
        """Return an item after an update.

        A PUT replaces everything that a request can set; any other update is merged.
        """
        if old_item is None:
            return request_item
        if self._plan.operation.method != "PUT" or self._operation_extension.update == "merge":
            return merge_items(old_item, request_item)
        declared = self._request_mapper.item_schema.properties
        kept = {name: value for name, value in old_item.items() if name not in declared}
        return {**kept, **request_item}

    def _delete(self, call: _ResourceCall) -> UnencodedResponse:
        response = self._build_success(call)
        item = self._get_stored_item(response, call)
        if item is not None:
            response = self._item_responses.apply_item(response, item, omit_others=True)
        if call.is_stored:
            self._item_store.delete(call.collection, call.identity)
        return response

    def _act(self, call: _ResourceCall) -> UnencodedResponse:
        response = self._build_success(call)
        item = self._get_stored_item(response, call)
        new_values = self._operation_extension.set
        has_wrapper = self._item_responses.get_mapper(response).wrapper_property != ""
        if item is None or not (has_wrapper or new_values):
            return response

        item = {**item, **new_values}
        if new_values and self._item_store.is_created(call.collection, call.identity):
            self._store_item(call, call.identity, item)
        if not has_wrapper:
            return response
        return self._item_responses.apply_item(response, item, omit_others=True)

    def _list(self, call: _ResourceCall) -> UnencodedResponse:
        response = self._build_success(call)
        stored_items = self._item_store.list_items(call.collection)
        if not response.is_json or response.body is None:
            return response
        mapper = self._item_responses.get_mapper(response)
        items = [mapper.add_list_identity(item, key) for key, item in stored_items.items()]
        if not stored_items and not self._is_list_known(call):
            return self._page_sample(response, call)
        return self._build_page(response, call, items)

    def _page_sample(self, response: UnencodedResponse, call: _ResourceCall) -> UnencodedResponse:
        """Return a page of the sampled list, which stands for all there is."""
        if self._pagination is None or not response.is_json:
            return response
        items = self._item_responses.get_mapper(response).get_list(response.value)
        return self._build_page(response, call, items)

    def _build_page(
        self, response: UnencodedResponse, call: _ResourceCall, items: list[Any]
    ) -> UnencodedResponse:
        """Return the page of a list that a call asks for."""
        body = response.body
        if body is None:
            return response
        window = PageWindow.from_query(self._plan.operation, call.query)
        paged_list = None
        if self._pagination is not None:
            paged_list = PagedList(
                self._plan.operation, self._pagination, call.request, call.call, self._page_size
            )
            window = paged_list.find_window(items)
        value = self._item_responses.get_mapper(response).apply_page(
            body, response.value, items=window.select(items), first=window.skip, total=len(items)
        )
        if paged_list is None:
            return replace(response, value=value)
        value = paged_list.fill_envelope(body, value, window, len(items))
        headers = paged_list.list_headers(response.headers, window, len(items))
        return replace(response, value=value, headers=headers)

    def _is_list_known(self, call: _ResourceCall) -> bool:
        """Tell whether an empty list is known to be empty.

        It is where an item was deleted from it, and where the sandbox saw everything that could add
        one.
        """
        if self._item_store.count_created(call.collection):
            return True
        if not self._role.can_create:
            return False
        has_variables = any("{" in segment for segment in self._role.address.segments)
        if self._is_strict or not has_variables:
            return True
        if not self._role.ancestors:
            return False
        parent = self._role.ancestors[-1]
        collection = parent.build_collection_key(call.path_values)
        return self._item_store.is_created(collection, parent.get_identity(call.path_values))

    def _add(self, call: _ResourceCall) -> UnencodedResponse:
        if call.is_stored:
            for value in self._get_listed_identities(call):
                item = {self._operation_extension.identity: value}
                self._item_store.put(call.collection, format_identity(value), item)
        return self._build_success(call)

    def _remove(self, call: _ResourceCall) -> UnencodedResponse:
        if call.is_stored:
            for value in self._get_listed_identities(call):
                self._item_store.delete(call.collection, format_identity(value))
        return self._build_success(call)

    def _get_listed_identities(self, call: _ResourceCall) -> list[Any]:
        body = call.call.get("body")
        if not isinstance(body, dict):
            return []
        identities = body.get(self._operation_extension.each)
        return identities if isinstance(identities, list) else []

    # --- items of requests and responses

    def _get_request_item(self, call: _ResourceCall) -> Item:
        return self._request_mapper.get_item(call.call.get("body"))

    def _get_stored_item(self, response: UnencodedResponse, call: _ResourceCall) -> Item | None:
        """Return the item that a call names, with its identity; None where it is not stored."""
        item = self._item_store.get(call.collection, call.identity)
        if item is None or not call.identity or not response.is_json:
            return item
        return self._item_responses.get_mapper(response).add_identity(item, call.identity)

    def _add_identity(self, response: UnencodedResponse, call: _ResourceCall, item: Item) -> Item:
        """Return an item with the identity that the path gives it."""
        if response.is_json:
            name = self._item_responses.get_mapper(response).identity_property
        else:
            name = self._request_mapper.identity_property or self._operation_extension.identity
        variable = self._role.address.variable
        if not name or variable not in call.path_values:
            return item
        return {**item, name: call.path_values[variable]}

    def _omit_unrequested(self, response: UnencodedResponse, item: Item) -> UnencodedResponse:
        """Return a response without samples of properties that the client could set and did not."""
        settable = self._request_mapper.item_schema.properties
        names = [name for name in settable if name not in item]
        return self._item_responses.omit_properties(response, names)

    def _select_parts(self, response: UnencodedResponse, call: _ResourceCall) -> UnencodedResponse:
        """Return a response with the optional parts that a request lists, where it lists any."""
        body, name = call.call.get("body"), self._sandbox_extension.parts_property
        parts = body.get(name) if name and isinstance(body, dict) else None
        if not isinstance(parts, list):
            return response
        if response.body is None or not isinstance(response.value, dict):
            return response
        complete = self._response_builder.sample_complete_body(response, call.request)
        return replace(response, value=select_parts(response.body, response.value, parts, complete))

    def _store_item(self, call: _ResourceCall, identity: str, item: Item) -> None:
        if call.is_stored:
            self._item_store.put(call.collection, identity, item)

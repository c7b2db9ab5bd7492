"""One operation on what is remembered: it makes, reads, lists, updates or deletes, and answers what is there then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.plan import Plan
from dynclient.sandbox.response_builder import ResponseBuilder, UnencodedResponse
from dynclient.sandbox.sandbox_extension import SandboxExtension
from dynclient.sandbox.state.item_mapper import ItemMapper, select_parts
from dynclient.sandbox.state.item_store import Item, ItemStore
from dynclient.sandbox.state.page_window import PageWindow
from dynclient.sandbox.state.resource_map import ResourceMap, format_identity
from dynclient.wire.message import Response

CREATED = 201
OK = 200
NO_CONTENT = 204
NOT_FOUND = 404
CONFLICT = 409


class ResourceError(Exception):
    """What is remembered stands against a call: the status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status, why)
        self.status = status
        self.reason = why


@dataclass(frozen=True)
class _ResourceCall:
    """A call on its way through the memory."""

    request: ParsedRequest
    call: Mapping[str, Any]
    collection: str
    identity: str
    is_stored: bool
    convention_status: int | None

    @property
    def path_values(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.call.get("path", {})
        return found

    @property
    def query(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.call.get("query", {})
        return found


class StatefulOperation:
    """What one operation does to the memory, and answers.

    Args:
        plan: of the operation.
        answers: of the operation.
        memory: of the sandbox; whoever calls holds its lock.
        resources: of the document.
        conventions: of the document.
        strict: an item that was never met is not there.

    """

    def __init__(
        self,
        plan: Plan,
        answers: ResponseBuilder,
        memory: ItemStore,
        resources: ResourceMap,
        conventions: SandboxExtension,
        strict: bool,
    ) -> None:
        self._plan = plan
        self._response_builder = answers
        self._item_store = memory
        self._sandbox_extension = conventions
        self._is_strict = strict
        self._role = resources.find_role(plan.operation)
        self._operation_extension = conventions.get_operation_extension(plan.operation)
        self._response_mappers: dict[int, tuple[Any, ItemMapper]] = {}
        self._request_mapper = self._build_request_mapper()

    def _build_request_mapper(self) -> ItemMapper:
        entry = self._plan.find_media_type(None)
        if entry is None:
            return ItemMapper(False, self._role, replace(self._operation_extension, item=""))
        schemas = self._plan.schemas
        schema = schemas.bundle(schemas.translate_body(entry, "request"), "request", "consumer")
        return ItemMapper(schema, self._role, replace(self._operation_extension, item=""))

    def answer(self, incoming: ParsedRequest, call: Mapping[str, Any]) -> Response:
        """Return the response to a call that is in order, and remember what it did.

        Raises:
            Unsampled: no valid body or header was found.

        """
        found = self._sandbox_extension.find_conventions(
            self._plan.operation, call.get("query", {})
        )
        address, values = self._role.address, call.get("path", {})
        keeps = all(convention.store for convention in found)
        status = next((c.answer for c in found if c.answer is not None), None)
        visit = _ResourceCall(
            incoming,
            call,
            address.build_collection_key(values),
            address.get_identity(values),
            keeps,
            status,
        )
        try:
            self._check_existence(visit)
            answer = getattr(self, f"_{self._role.action}")(visit)
        except ResourceError as refused:
            return self._response_builder.build_refusal(refused.status, [refused.reason], incoming)
        if status is not None and str(status) in self._plan.operation.responses:
            answer = self._response_builder.build_success(incoming, call, status)
        return self._response_builder.encode(self._select_parts(answer, visit), incoming)

    # --- who is there

    def _check_existence(self, visit: _ResourceCall) -> None:
        """Refuse a call about what is gone, or was never met where that counts."""
        kind = self._role.action
        makes = kind == "write" and self._can_create
        own = (
            [self._role.address] if kind in ("read", "write", "delete", "act") and not makes else []
        )
        for address in (
            (*self._role.ancestors, *own)
            if self._response_builder.has_error_response(NOT_FOUND)
            else ()
        ):
            identity = address.get_identity(visit.path_values)
            self._require_existing(
                address.build_collection_key(visit.path_values),
                identity,
                address.variable or address.item_name or "it",
            )

    def _require_existing(self, collection: str, identity: str, name: str) -> None:
        if self._item_store.is_deleted(collection, identity):
            raise ResourceError(NOT_FOUND, f"{name} {identity[:60]!r} was deleted")
        if self._is_strict and not self._item_store.is_created(collection, identity):
            raise ResourceError(NOT_FOUND, f"{name} {identity[:60]!r} was never made here")

    @property
    def _can_create(self) -> bool:
        """Whether a write makes what is not there: it declares 201, or is a PUT that knows no 404."""
        operation = self._plan.operation
        if str(CREATED) in operation.responses:
            return operation.method != "POST" or not self._response_builder.has_error_response(
                NOT_FOUND
            )
        return operation.method == "PUT" and not self._response_builder.has_error_response(
            NOT_FOUND
        )

    def _get_response_mapper(self, answer: UnencodedResponse) -> ItemMapper:
        body = answer.body
        found = self._response_mappers.get(id(body))
        if found is None or found[0] is not body:
            schema = body.checker.schema if body is not None else {}
            found = self._response_mappers[id(body)] = (
                body,
                ItemMapper(schema, self._role, self._operation_extension),
            )
        return found[1]

    # --- what is done, by kind

    def _none(self, visit: _ResourceCall) -> UnencodedResponse:
        return self._response_builder.build_success(visit.request, visit.call)

    def _create(self, visit: _ResourceCall) -> UnencodedResponse:
        answer = self._response_builder.build_success(visit.request, visit.call, CREATED)
        fitting, told = self._get_response_mapper(answer), self._get_request_item(visit)
        own = self._request_mapper.identity_property
        given = own in told and (fitting.identity_property in (own, "") or not answer.is_json)
        identity = format_identity(told[own]) if given else ""
        self._check_conflict(visit.collection, identity if given else None, told)
        answer = self._apply_item(self._omit_unrequested(answer, told), told, lean=False)
        if not given:
            answer, identity = self._assign_identity(answer, visit.collection)
        self._store_item(visit, identity, {**told, **self._get_response_item(answer)})
        return answer

    def _check_conflict(self, collection: str, identity: str | None, told: Item) -> None:
        if not self._response_builder.has_error_response(CONFLICT):
            return
        if identity is not None and self._item_store.is_created(collection, identity):
            raise ResourceError(
                CONFLICT, f"{self._request_mapper.identity_property} {identity!r} is taken"
            )
        unique = self._operation_extension.unique
        if unique and unique[0] in told:
            wanted = [told.get(name) for name in unique]
            if any(
                [item.get(name) for name in unique] == wanted
                for item in self._item_store.list_items(collection)
            ):
                raise ResourceError(CONFLICT, f"{' and '.join(unique)} of another one")

    def _assign_identity(
        self, answer: UnencodedResponse, collection: str
    ) -> tuple[UnencodedResponse, str]:
        """Return an answer with an identity that the server gives, and the identity."""

        def is_taken(identity: str) -> bool:
            return self._item_store.is_created(collection, identity) or self._item_store.is_deleted(
                collection, identity
            )

        count, identity = self._item_store.count_created(collection), ""
        if answer.is_json and answer.body is not None:
            value, identity = self._get_response_mapper(answer).assign_identity(
                answer.body, answer.value, is_taken, count
            )
            answer = replace(answer, value=value)
        return answer, identity or str(count + 1)

    def _read(self, visit: _ResourceCall) -> UnencodedResponse:
        answer = self._response_builder.build_success(visit.request, visit.call)
        item = self._item_store.get(visit.collection, visit.identity)
        if item is None:
            return self._apply_item(answer, self._add_identity(answer, visit, {}), lean=False)
        return self._apply_item(answer, item, lean=True)

    def _write(self, visit: _ResourceCall) -> UnencodedResponse:
        old = self._item_store.get(visit.collection, visit.identity)
        is_made, operation = (
            self._item_store.is_created(visit.collection, visit.identity),
            self._plan.operation,
        )
        statuses = (OK, NO_CONTENT) if is_made and operation.method != "POST" else (CREATED,)
        answer = self._response_builder.build_success(visit.request, visit.call, *statuses)
        item = self._add_identity(
            answer, visit, self._merge_update(old, self._get_request_item(visit))
        )
        answer = (
            self._omit_unrequested(answer, item)
            if self._role.action == "write" and operation.method == "PUT"
            else answer
        )
        answer = self._apply_item(answer, item, lean=old is not None)
        item = {**item, **self._get_response_item(answer)}
        if is_made or self._can_create:
            self._store_item(visit, visit.identity, item)
        elif visit.is_stored:
            self._item_store.put_assumed(visit.collection, visit.identity, item)
        return answer

    def _upsert(self, visit: _ResourceCall) -> UnencodedResponse:
        """Make or update what the body names: one item, or each of a list."""
        found = [
            (format_identity(item[name]), item)
            for name, item in self._request_mapper.get_items(visit.call.get("body"))
        ]
        if len(found) == 1 and self._response_builder.has_error_response(NOT_FOUND):
            self._require_existing(visit.collection, found[0][0], "it")
        answer, items = self._response_builder.build_success(visit.request, visit.call), {}
        for identity, item in found:
            items[identity] = self._merge_update(
                self._item_store.get(visit.collection, identity), item
            )
            answer = (
                self._apply_item(answer, items[identity], lean=True) if len(found) == 1 else answer
            )
            self._store_item(
                visit,
                identity,
                {**items[identity], **(self._get_response_item(answer) if len(found) == 1 else {})},
            )
        return answer

    def _merge_update(self, old: Item | None, told: Item) -> Item:
        """Return an item as an update leaves it: a PUT replaces what a client may say, everything else merges."""
        if old is None:
            return told
        if self._plan.operation.method != "PUT" or self._operation_extension.update == "merge":
            return merge_items(old, told)
        declared = self._request_mapper.item_schema.properties
        return {**{name: member for name, member in old.items() if name not in declared}, **told}

    def _delete(self, visit: _ResourceCall) -> UnencodedResponse:
        answer = self._response_builder.build_success(visit.request, visit.call)
        item = self._item_store.get(visit.collection, visit.identity)
        if item is not None:
            answer = self._apply_item(answer, item, lean=True)
        if visit.is_stored:
            self._item_store.delete(visit.collection, visit.identity)
        return answer

    def _act(self, visit: _ResourceCall) -> UnencodedResponse:
        answer = self._response_builder.build_success(visit.request, visit.call)
        item = self._item_store.get(visit.collection, visit.identity)
        fitting = self._get_response_mapper(answer)
        if item is None or not (fitting.wrapper_property or self._operation_extension.set):
            return answer
        item = {**item, **self._operation_extension.set}
        if self._operation_extension.set and self._item_store.is_created(
            visit.collection, visit.identity
        ):
            self._store_item(visit, visit.identity, item)
        return self._apply_item(answer, item, lean=True) if fitting.wrapper_property else answer

    def _list(self, visit: _ResourceCall) -> UnencodedResponse:
        answer = self._response_builder.build_success(visit.request, visit.call)
        items = self._item_store.list_items(visit.collection)
        if not answer.is_json or answer.body is None or not (items or self._is_list_known(visit)):
            return answer
        window = PageWindow.from_query(self._plan.operation, visit.query)
        page = window.select(items)
        fitting = self._get_response_mapper(answer)
        return replace(
            answer,
            value=fitting.apply_page(answer.body, answer.value, page, window.skip, len(items)),
        )

    def _is_list_known(self, visit: _ResourceCall) -> bool:
        """Tell whether what is not in a list is not there: nothing else can be in it, or something was."""
        if self._item_store.count_created(visit.collection) or not self._role.can_create:
            return bool(self._item_store.count_created(visit.collection))
        above = self._role.ancestors[-1:]
        values = visit.path_values
        return (
            self._is_strict
            or not any("{" in segment for segment in self._role.address.segments)
            or any(
                self._item_store.is_created(
                    address.build_collection_key(values), address.get_identity(values)
                )
                for address in above
            )
        )

    def _add(self, visit: _ResourceCall) -> UnencodedResponse:
        for value in self._get_listed_identities(visit) if visit.is_stored else ():
            self._item_store.put(
                visit.collection,
                format_identity(value),
                {self._operation_extension.identity: value},
            )
        return self._response_builder.build_success(visit.request, visit.call)

    def _remove(self, visit: _ResourceCall) -> UnencodedResponse:
        for value in self._get_listed_identities(visit) if visit.is_stored else ():
            self._item_store.delete(visit.collection, format_identity(value))
        return self._response_builder.build_success(visit.request, visit.call)

    def _get_listed_identities(self, visit: _ResourceCall) -> list[Any]:
        body = visit.call.get("body")
        found = body.get(self._operation_extension.each) if isinstance(body, dict) else None
        return found if isinstance(found, list) else []

    # --- small things

    def _select_parts(self, answer: UnencodedResponse, visit: _ResourceCall) -> UnencodedResponse:
        """Return an answer with the optional parts that a request lists, where it lists any."""
        body, name = visit.call.get("body"), self._sandbox_extension.parts_property
        wanted = body.get(name) if name and isinstance(body, dict) else None
        if (
            not isinstance(wanted, list)
            or answer.body is None
            or not isinstance(answer.value, dict)
        ):
            return answer
        whole = self._response_builder.sample_complete_body(answer, visit.request)
        return replace(answer, value=select_parts(answer.body, answer.value, wanted, whole))

    def _get_request_item(self, visit: _ResourceCall) -> Item:
        return self._request_mapper.get_item(visit.call.get("body"))

    def _add_identity(self, answer: UnencodedResponse, visit: _ResourceCall, item: Item) -> Item:
        """Return an item with the identity that the path gave it."""
        name = (
            self._get_response_mapper(answer).identity_property
            if answer.is_json
            else self._request_mapper.identity_property or self._operation_extension.identity
        )
        variable = self._role.address.variable
        return (
            {**item, name: visit.path_values[variable]}
            if name and variable in visit.path_values
            else item
        )

    def _apply_item(
        self, answer: UnencodedResponse, item: Item, *, lean: bool
    ) -> UnencodedResponse:
        if not answer.is_json or answer.body is None:
            return answer
        return replace(
            answer,
            value=self._get_response_mapper(answer).apply_item(
                answer.body, answer.value, item, lean=lean
            ),
        )

    def _omit_unrequested(self, answer: UnencodedResponse, item: Item) -> UnencodedResponse:
        """Return an answer without the samples of what the client could have said, and did not."""
        if not answer.is_json or answer.body is None:
            return answer
        names = [name for name in self._request_mapper.item_schema.properties if name not in item]
        return replace(
            answer,
            value=self._get_response_mapper(answer).omit_properties(
                answer.body, answer.value, names
            ),
        )

    def _get_response_item(self, answer: UnencodedResponse) -> Item:
        return self._get_response_mapper(answer).get_item(answer.value) if answer.is_json else {}

    def _store_item(self, visit: _ResourceCall, identity: str, item: Item) -> None:
        if visit.is_stored:
            self._item_store.put(visit.collection, identity, item)


def merge_items(old: Item, new: Item, depth: int = 32) -> Item:
    """Return an item with another merged into it, objects member by member. Source: RFC 7396, where null is kept."""

    def member(name: str) -> Any:
        inner, outer = new[name], old.get(name)
        if isinstance(inner, dict) and isinstance(outer, dict) and depth:
            return merge_items(outer, inner, depth - 1)
        return inner

    return {**old, **{name: member(name) for name in new}}

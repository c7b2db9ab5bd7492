"""One operation on what is remembered: it makes, reads, lists, updates or deletes, and answers what is there then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dynclient.plan.plan import Plan
from dynclient.sandbox.answers import Answer, Answers
from dynclient.sandbox.conventions import Conventions
from dynclient.sandbox.fitting import Fitting, parted
from dynclient.sandbox.incoming import Incoming
from dynclient.sandbox.memory import Item, Memory
from dynclient.sandbox.paging import Window
from dynclient.sandbox.resources import Resources, as_identity
from dynclient.wire.message import Response

CREATED = 201
OK = 200
NO_CONTENT = 204
NOT_FOUND = 404
CONFLICT = 409


class Refused(Exception):
    """What is remembered stands against a call: the status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status, why)
        self.status = status
        self.why = why


@dataclass(frozen=True)
class _Visit:
    """A call on its way through the memory."""

    incoming: Incoming
    call: Mapping[str, Any]
    collection: str
    identity: str
    keeps: bool
    status: int | None

    @property
    def values(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.call.get("path", {})
        return found

    @property
    def query(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.call.get("query", {})
        return found


class Remembering:
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
        answers: Answers,
        memory: Memory,
        resources: Resources,
        conventions: Conventions,
        strict: bool,
    ) -> None:
        self._plan = plan
        self._answers = answers
        self._memory = memory
        self._conventions = conventions
        self._strict = strict
        self._role = resources.role(plan.operation)
        self._extra = conventions.about(plan.operation)
        self._fittings: dict[int, tuple[Any, Fitting]] = {}
        self._told = self._request_fitting()

    def _request_fitting(self) -> Fitting:
        entry = self._plan.entry(None)
        if entry is None:
            return Fitting(False, self._role, replace(self._extra, item=""))
        schemas = self._plan.schemas
        schema = schemas.bundle(schemas.body(entry, "request"), "request", "consumer")
        return Fitting(schema, self._role, replace(self._extra, item=""))

    def answer(self, incoming: Incoming, call: Mapping[str, Any]) -> Response:
        """Return the response to a call that is in order, and remember what it did.

        Raises:
            Unsampled: no valid body or header was found.

        """
        found = self._conventions.of(self._plan.operation, call.get("query", {}))
        address, values = self._role.address, call.get("path", {})
        keeps = all(convention.store for convention in found)
        status = next((c.answer for c in found if c.answer is not None), None)
        visit = _Visit(
            incoming, call, address.collection(values), address.identity(values), keeps, status
        )
        try:
            self._look(visit)
            answer = getattr(self, f"_{self._role.kind}")(visit)
        except Refused as refused:
            return self._answers.refusal(refused.status, [refused.why], incoming)
        if status is not None and str(status) in self._plan.operation.responses:
            answer = self._answers.success(incoming, call, status)
        return self._answers.encoded(self._parted(answer, visit), incoming)

    # --- who is there

    def _look(self, visit: _Visit) -> None:
        """Refuse a call about what is gone, or was never met where that counts."""
        kind = self._role.kind
        makes = kind == "write" and self._makes
        own = (
            [self._role.address] if kind in ("read", "write", "delete", "act") and not makes else []
        )
        for address in (*self._role.above, *own) if self._answers.declares(NOT_FOUND) else ():
            identity = address.identity(visit.values)
            self._known(
                address.collection(visit.values),
                identity,
                address.variable or address.thing or "it",
            )

    def _known(self, collection: str, identity: str, name: str) -> None:
        if self._memory.is_gone(collection, identity):
            raise Refused(NOT_FOUND, f"{name} {identity[:60]!r} was deleted")
        if self._strict and not self._memory.is_made(collection, identity):
            raise Refused(NOT_FOUND, f"{name} {identity[:60]!r} was never made here")

    @property
    def _makes(self) -> bool:
        """Whether a write makes what is not there: it declares 201, or is a PUT that knows no 404."""
        operation = self._plan.operation
        if str(CREATED) in operation.responses:
            return operation.method != "POST" or not self._answers.declares(NOT_FOUND)
        return operation.method == "PUT" and not self._answers.declares(NOT_FOUND)

    def _fitting(self, answer: Answer) -> Fitting:
        body = answer.body
        found = self._fittings.get(id(body))
        if found is None or found[0] is not body:
            schema = body.checker.schema if body is not None else {}
            found = self._fittings[id(body)] = (body, Fitting(schema, self._role, self._extra))
        return found[1]

    # --- what is done, by kind

    def _none(self, visit: _Visit) -> Answer:
        return self._answers.success(visit.incoming, visit.call)

    def _create(self, visit: _Visit) -> Answer:
        answer = self._answers.success(visit.incoming, visit.call, CREATED)
        fitting, told = self._fitting(answer), self._item(visit)
        own = self._told.identity
        given = own in told and (fitting.identity in (own, "") or not answer.is_json)
        identity = as_identity(told[own]) if given else ""
        self._conflict(visit.collection, identity if given else None, told)
        answer = self._said(self._unsaid(answer, told), told, lean=False)
        if not given:
            answer, identity = self._numbered(answer, visit.collection)
        self._keep(visit, identity, {**told, **self._answered(answer)})
        return answer

    def _conflict(self, collection: str, identity: str | None, told: Item) -> None:
        if not self._answers.declares(CONFLICT):
            return
        if identity is not None and self._memory.is_made(collection, identity):
            raise Refused(CONFLICT, f"{self._told.identity} {identity!r} is taken")
        unique = self._extra.unique
        if unique and unique[0] in told:
            wanted = [told.get(name) for name in unique]
            if any(
                [item.get(name) for name in unique] == wanted
                for item in self._memory.all(collection)
            ):
                raise Refused(CONFLICT, f"{' and '.join(unique)} of another one")

    def _numbered(self, answer: Answer, collection: str) -> tuple[Answer, str]:
        """Return an answer with an identity that the server gives, and the identity."""

        def is_taken(identity: str) -> bool:
            return self._memory.is_made(collection, identity) or self._memory.is_gone(
                collection, identity
            )

        count, identity = self._memory.count(collection), ""
        if answer.is_json and answer.body is not None:
            value, identity = self._fitting(answer).fresh(
                answer.body, answer.value, is_taken, count
            )
            answer = replace(answer, value=value)
        return answer, identity or str(count + 1)

    def _read(self, visit: _Visit) -> Answer:
        answer = self._answers.success(visit.incoming, visit.call)
        item = self._memory.get(visit.collection, visit.identity)
        if item is None:
            return self._said(answer, self._named(answer, visit, {}), lean=False)
        return self._said(answer, item, lean=True)

    def _write(self, visit: _Visit) -> Answer:
        old = self._memory.get(visit.collection, visit.identity)
        is_made, operation = (
            self._memory.is_made(visit.collection, visit.identity),
            self._plan.operation,
        )
        statuses = (OK, NO_CONTENT) if is_made and operation.method != "POST" else (CREATED,)
        answer = self._answers.success(visit.incoming, visit.call, *statuses)
        item = self._named(answer, visit, self._updated(old, self._item(visit)))
        answer = (
            self._unsaid(answer, item)
            if self._role.kind == "write" and operation.method == "PUT"
            else answer
        )
        answer = self._said(answer, item, lean=old is not None)
        item = {**item, **self._answered(answer)}
        if is_made or self._makes:
            self._keep(visit, visit.identity, item)
        elif visit.keeps:
            self._memory.assume(visit.collection, visit.identity, item)
        return answer

    def _upsert(self, visit: _Visit) -> Answer:
        """Make or update what the body names: one item, or each of a list."""
        found = [
            (as_identity(item[name]), item)
            for name, item in self._told.items(visit.call.get("body"))
        ]
        if len(found) == 1 and self._answers.declares(NOT_FOUND):
            self._known(visit.collection, found[0][0], "it")
        answer, items = self._answers.success(visit.incoming, visit.call), {}
        for identity, item in found:
            items[identity] = self._updated(self._memory.get(visit.collection, identity), item)
            answer = self._said(answer, items[identity], lean=True) if len(found) == 1 else answer
            self._keep(
                visit,
                identity,
                {**items[identity], **(self._answered(answer) if len(found) == 1 else {})},
            )
        return answer

    def _updated(self, old: Item | None, told: Item) -> Item:
        """Return an item as an update leaves it: a PUT replaces what a client may say, everything else merges."""
        if old is None:
            return told
        if self._plan.operation.method != "PUT" or self._extra.update == "merge":
            return merged(old, told)
        declared = self._told.outline.properties
        return {**{name: member for name, member in old.items() if name not in declared}, **told}

    def _delete(self, visit: _Visit) -> Answer:
        answer = self._answers.success(visit.incoming, visit.call)
        item = self._memory.get(visit.collection, visit.identity)
        if item is not None:
            answer = self._said(answer, item, lean=True)
        if visit.keeps:
            self._memory.drop(visit.collection, visit.identity)
        return answer

    def _act(self, visit: _Visit) -> Answer:
        answer = self._answers.success(visit.incoming, visit.call)
        item = self._memory.get(visit.collection, visit.identity)
        fitting = self._fitting(answer)
        if item is None or not (fitting.wrapper or self._extra.set):
            return answer
        item = {**item, **self._extra.set}
        if self._extra.set and self._memory.is_made(visit.collection, visit.identity):
            self._keep(visit, visit.identity, item)
        return self._said(answer, item, lean=True) if fitting.wrapper else answer

    def _list(self, visit: _Visit) -> Answer:
        answer = self._answers.success(visit.incoming, visit.call)
        items = self._memory.all(visit.collection)
        if not answer.is_json or answer.body is None or not (items or self._is_known(visit)):
            return answer
        window = Window.of(self._plan.operation, visit.query)
        page = window.cut(items)
        fitting = self._fitting(answer)
        return replace(
            answer, value=fitting.page(answer.body, answer.value, page, window.skip, len(items))
        )

    def _is_known(self, visit: _Visit) -> bool:
        """Tell whether what is not in a list is not there: nothing else can be in it, or something was."""
        if self._memory.count(visit.collection) or not self._role.can_make:
            return bool(self._memory.count(visit.collection))
        above = self._role.above[-1:]
        values = visit.values
        return (
            self._strict
            or not any("{" in segment for segment in self._role.address.segments)
            or any(
                self._memory.is_made(address.collection(values), address.identity(values))
                for address in above
            )
        )

    def _add(self, visit: _Visit) -> Answer:
        for value in self._each(visit) if visit.keeps else ():
            self._memory.put(visit.collection, as_identity(value), {self._extra.identity: value})
        return self._answers.success(visit.incoming, visit.call)

    def _remove(self, visit: _Visit) -> Answer:
        for value in self._each(visit) if visit.keeps else ():
            self._memory.drop(visit.collection, as_identity(value))
        return self._answers.success(visit.incoming, visit.call)

    def _each(self, visit: _Visit) -> list[Any]:
        body = visit.call.get("body")
        found = body.get(self._extra.each) if isinstance(body, dict) else None
        return found if isinstance(found, list) else []

    # --- small things

    def _parted(self, answer: Answer, visit: _Visit) -> Answer:
        """Return an answer with the optional parts that a request lists, where it lists any."""
        body, name = visit.call.get("body"), self._conventions.parts
        wanted = body.get(name) if name and isinstance(body, dict) else None
        if (
            not isinstance(wanted, list)
            or answer.body is None
            or not isinstance(answer.value, dict)
        ):
            return answer
        whole = self._answers.whole(answer, visit.incoming)
        return replace(answer, value=parted(answer.body, answer.value, wanted, whole))

    def _item(self, visit: _Visit) -> Item:
        return self._told.item(visit.call.get("body"))

    def _named(self, answer: Answer, visit: _Visit, item: Item) -> Item:
        """Return an item with the identity that the path gave it."""
        name = (
            self._fitting(answer).identity
            if answer.is_json
            else self._told.identity or self._extra.identity
        )
        variable = self._role.address.variable
        return {**item, name: visit.values[variable]} if name and variable in visit.values else item

    def _said(self, answer: Answer, item: Item, *, lean: bool) -> Answer:
        if not answer.is_json or answer.body is None:
            return answer
        return replace(
            answer, value=self._fitting(answer).put(answer.body, answer.value, item, lean=lean)
        )

    def _unsaid(self, answer: Answer, item: Item) -> Answer:
        """Return an answer without the samples of what the client could have said, and did not."""
        if not answer.is_json or answer.body is None:
            return answer
        names = [name for name in self._told.outline.properties if name not in item]
        return replace(answer, value=self._fitting(answer).unsaid(answer.body, answer.value, names))

    def _answered(self, answer: Answer) -> Item:
        return self._fitting(answer).item(answer.value) if answer.is_json else {}

    def _keep(self, visit: _Visit, identity: str, item: Item) -> None:
        if visit.keeps:
            self._memory.put(visit.collection, identity, item)


def merged(old: Item, new: Item, depth: int = 32) -> Item:
    """Return an item with another merged into it, objects member by member. Source: RFC 7396, where null is kept."""

    def member(name: str) -> Any:
        inner, outer = new[name], old.get(name)
        if isinstance(inner, dict) and isinstance(outer, dict) and depth:
            return merged(outer, inner, depth - 1)
        return inner

    return {**old, **{name: member(name) for name in new}}

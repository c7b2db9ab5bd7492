"""The call side of an operation: its parameters and its request body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dynclient.changes.callers import Caller
from dynclient.changes.change import Level
from dynclient.changes.findings import About, Finding
from dynclient.changes.pairing import Pair
from dynclient.changes.parameters import ParameterChanges
from dynclient.changes.revisions import Flow, Revisions
from dynclient.changes.schemas import Part, SchemaChanges
from dynclient.changes.verdicts import shown
from dynclient.model import MediaType, RequestBody
from dynclient.schema.dialect import Schema
from dynclient.wire import media


class CallChanges:
    """Compares what callers send.

    Args:
        revisions: the documents.
        schemas: compares schemas.

    """

    def __init__(self, revisions: Revisions, schemas: SchemaChanges) -> None:
        self._revisions = revisions
        self._schemas = schemas
        self._parameters = ParameterChanges(revisions, schemas)

    def findings(self, pair: Pair, flow: Flow) -> Iterator[Finding]:
        """Yield what is different between the calls of an operation."""
        caller = self._revisions.caller(pair.old)
        yield from self._parameters.findings(pair, flow, caller)
        old, new = pair.old.request_body, pair.new.request_body
        if old is not None and new is not None:
            yield from self._required(pair, flow, caller, old, new)
            yield from self._contents(pair, flow, caller, old, new)
        elif new is not None:
            yield self._added(pair, flow, caller, new)
        elif old is not None:
            yield self._removed(pair, flow, caller, old)

    def _added(self, pair: Pair, flow: Flow, caller: Caller, body: RequestBody) -> Finding:
        breaks = body.required and flow.forward
        level: Level = "breaking" if breaks else "info"
        because = (
            "a call without a body is refused now"
            if breaks
            else "calls without a body are in order"
        )
        return _asked(_finding(pair, flow, "body-added", None, body, level, because), caller.base())

    def _removed(self, pair: Pair, flow: Flow, caller: Caller, body: RequestBody) -> Finding:
        if not flow.forward:
            return _finding(
                pair, flow, "body-removed", body, None, "warning", "no body comes any more"
            )
        because = (
            "programs that send one are not refused, and it is ignored; callers by name are refused"
        )
        made = _finding(pair, flow, "body-removed", body, None, ("warning", "breaking"), because)
        call = caller.with_any_body(next(iter(body.content), ""))
        return (
            made
            if call is None
            else replace(made, proof="witness", witness=call, refusal="not declared")
        )

    def _required(
        self, pair: Pair, flow: Flow, caller: Caller, old: RequestBody, new: RequestBody
    ) -> Iterator[Finding]:
        if old.required == new.required:
            return
        breaks = new.required if flow.forward else old.required
        level: Level = "breaking" if breaks else "info"
        because = (
            "a call without a body is refused now"
            if breaks
            else "calls without a body are in order"
        )
        made = _finding(pair, flow, "body-required", old, new, level, because)
        yield _asked(made, caller.without_body() if flow.forward else None)

    def _contents(
        self, pair: Pair, flow: Flow, caller: Caller, old: RequestBody, new: RequestBody
    ) -> Iterator[Finding]:
        reached = set[str]()
        for name, entry in old.content.items():
            found = _match(name, new)
            if found is None:
                yield self._gone(pair, flow, caller, entry)
            else:
                reached.add(found.name)
                yield from self._content(pair, flow, caller, entry, found)
        for name, entry in new.content.items():
            if name not in reached and _match(name, old) is None:
                level: Level = "info" if flow.forward else "breaking"
                yield _entry(
                    pair,
                    flow,
                    "media-type-added",
                    None,
                    entry,
                    level,
                    "calls may be written in it, too",
                )

    def _gone(self, pair: Pair, flow: Flow, caller: Caller, entry: MediaType) -> Finding:
        if not flow.forward:
            return _entry(
                pair, flow, "media-type-removed", entry, None, "info", "it no longer comes"
            )
        made = _entry(
            pair,
            flow,
            "media-type-removed",
            entry,
            None,
            "breaking",
            "a body written in it is refused now",
        )
        call = caller.with_any_body(entry.name)
        if call is None:
            return made
        return replace(made, proof="witness", witness=call, refusal="unsupported media type")

    def _content(
        self, pair: Pair, flow: Flow, caller: Caller, old: MediaType, new: MediaType
    ) -> Iterator[Finding]:
        part = Part(flow, pair.old.key, _where(pair, old), _wrap(flow, caller, old), root=("body",))
        yield from self._schemas.findings(
            part, self._open(old, flow, old=True), self._open(new, flow, old=False)
        )
        if media.is_composed(old.name):
            yield from self._encodings(pair, flow, old, new)

    def _open(self, entry: MediaType, flow: Flow, *, old: bool) -> Schema | bool:
        return self._revisions.schemas[old].open(entry.schema, flow.direction)

    def _encodings(
        self, pair: Pair, flow: Flow, old: MediaType, new: MediaType
    ) -> Iterator[Finding]:
        for name in dict.fromkeys([*old.encodings, *new.encodings]):
            said = [_encoding(entry, name) for entry in (old, new)]
            if said[0] != said[1]:
                made = _entry(pair, flow, "body-encoding", old, new, "breaking",
                              "what is written in the one way is not what the other way reads")  # fmt: skip
                where = f"{made.where}.{name}"
                yield replace(
                    made,
                    key=(made.key, name),
                    where=where,
                    code="info",
                    said=(said[0] or None, said[1] or None),
                )


def _match(name: str, body: RequestBody) -> MediaType | None:
    found = media.matched(name, body.content)
    return found[1] if found else None


def _encoding(entry: MediaType, name: str) -> dict[str, Any]:
    found = entry.encodings.get(name)
    value = found.node.value if found else {}
    defaults = {"style": "form", "explode": True, "allowReserved": False}
    return {
        k: v for k, v in value.items() if k in ("contentType", *defaults) and defaults.get(k) != v
    }


def _where(pair: Pair, entry: MediaType) -> str:
    body = pair.old.request_body
    return "body" if body is None or len(body.content) == 1 else f"body ({entry.name})"


def _wrap(flow: Flow, caller: Caller, entry: MediaType) -> Any:
    if flow.forward and (media.is_json(entry.name) or media.is_composed(entry.name)):
        return lambda value: shown(caller.with_body(value, entry.name))
    # What neither JSON nor a form carries is shown as its schema describes it.
    return lambda value: {"body": value} if flow.forward else value


def _asked(made: Finding, call: Any) -> Finding:
    if call is None or made.wire != "breaking":
        return made
    return replace(made, proof="witness", witness=call, refusal="missing body")


def _entry(
    pair: Pair,
    flow: Flow,
    rule: str,
    old: MediaType | None,
    new: MediaType | None,
    level: Level,
    because: str,
) -> Finding:
    one = old or new
    assert one is not None
    said = (old and old.name, new and new.name)
    return About(pair.old.key, flow.side).told(
        rule, level, f"body ({one.name})", (old, new), said, because
    )


def _finding(
    pair: Pair, flow: Flow, rule: str, old: RequestBody | None, new: RequestBody | None,
    levels: Level | tuple[Level, Level], because: str,
) -> Finding:  # fmt: skip
    said = (old and {"required": old.required}, new and {"required": new.required})
    return About(pair.old.key, flow.side).told(rule, levels, "body", (old, new), said, because)

"""The result side of an operation: its statuses, the bodies that come with them, and their headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dynclient.changes.change import Level
from dynclient.changes.findings import About, Finding
from dynclient.changes.pairing import Pair
from dynclient.changes.parameters import ParameterChanges
from dynclient.changes.revisions import Flow, Revisions
from dynclient.changes.schemas import Part, SchemaChanges
from dynclient.model import MediaType, Parameter, Response
from dynclient.wire import media

Responses = Mapping[str, Response]


class ResultChanges:
    """Compares what comes back.

    Args:
        revisions: the documents.
        schemas: compares schemas.

    """

    def __init__(self, revisions: Revisions, schemas: SchemaChanges) -> None:
        self._revisions = revisions
        self._schemas = schemas
        self._parameters = ParameterChanges(revisions, schemas)

    def findings(self, pair: Pair, flow: Flow) -> Iterator[Finding]:
        """Yield what is different between the results of an operation."""
        old, new = pair.old.responses, pair.new.responses
        for status, response in new.items():
            known = covering(status, old)
            if known is None:
                yield _added(pair, flow, response)
            else:
                yield from self._response(pair, flow, known, response)
        for status, response in old.items():
            if status in new:
                continue
            heir = covering(status, new)
            if heir is None:
                yield _removed(pair, flow, response)
            elif covering(heir.status, old) is not response:
                yield from self._response(pair, flow, response, heir)
        if any(map(is_success, old)) and not any(map(is_success, new)):
            yield _none_left(pair, flow, old, new)

    def _response(self, pair: Pair, flow: Flow, old: Response, new: Response) -> Iterator[Finding]:
        if (
            old.node.place == new.node.place
            and old.node.value == new.node.value
            and not old.node.value
        ):
            return
        yield from self._contents(pair, flow, old, new)
        yield from self._headers(pair, flow, old, new)

    # --- bodies

    def _contents(self, pair: Pair, flow: Flow, old: Response, new: Response) -> Iterator[Finding]:
        reached = set[str]()
        for name, entry in new.content.items():
            found = media.matched(name, old.content)
            if found is None:
                yield _come(pair, flow, old, new, entry)
                continue
            reached.add(found[0])
            yield from self._content(pair, flow, new.status, found[1], entry)
        for name, entry in old.content.items():
            if name not in reached:
                yield _gone(pair, flow, old, new, entry)

    def _content(
        self, pair: Pair, flow: Flow, status: str, old: MediaType, new: MediaType
    ) -> Iterator[Finding]:
        mine = self._revisions.schemas[True].open(old.schema, flow.direction)
        theirs = self._revisions.schemas[False].open(new.schema, flow.direction)
        part = Part(flow, pair.old.key, f"{status} {new.name}", separator=": ")
        yield from self._schemas.findings(part, mine, theirs)

    # --- headers

    def _headers(self, pair: Pair, flow: Flow, old: Response, new: Response) -> Iterator[Finding]:
        mine = {name.lower(): header for name, header in old.headers.items()}
        theirs = {name.lower(): header for name, header in new.headers.items()}
        caller = self._revisions.caller(pair.old)
        for name, header in mine.items():
            other = theirs.get(name)
            if other is None:
                yield _header_gone(pair, flow, new, header)
                continue
            if header.required != other.required:
                yield _header_required(pair, flow, new, header, other)
            for one in self._parameters.written(pair, flow, caller, header, other):
                yield replace(one, where=f"{new.status} {one.where}")
        for name, header in theirs.items():
            if name not in mine:
                yield _header(
                    pair, flow, new, "header-added", None, header, "info", "readers pass over it"
                )


def covering(status: str, responses: Responses) -> Response | None:
    """Return the response that is declared for a status, a range, or the rest: the most specific one."""
    for key in (status, f"{status[:1]}XX", "default"):
        if key in responses:
            return responses[key]
    return None


def is_success(status: str) -> bool:
    """Tell whether a status, a range or `default` may be one below 400."""
    return status == "default" or status[:1] in ("1", "2", "3")


def _level(status: str, level: Level) -> Level:
    """Return how much something matters on a status: what fails is an error to every caller, declared or not."""
    return (
        level
        if is_success(status) and status != "default"
        else "warning"
        if level == "breaking"
        else level
    )


def _added(pair: Pair, flow: Flow, response: Response) -> Finding:
    level: Level = "info" if flow.forward else _level(response.status, "breaking")
    because = (
        "callers meet a success that they do not know"
        if level == "breaking"
        else "callers meet an error as before"
    )
    if flow.forward:
        because = "we may answer so, too"
    elif response.status == "default":
        level, because = "warning", "callers may meet statuses that they do not know"
    return _finding(pair, flow, "status-added", None, response, level, because)


def _removed(pair: Pair, flow: Flow, response: Response) -> Finding:
    level: Level = "breaking" if flow.forward and is_success(response.status) else "info"
    because = (
        "an answer of ours that was understood is not any more"
        if level == "breaking"
        else "it no longer comes"
    )
    return _finding(pair, flow, "status-removed", response, None, level, because)


def _none_left(pair: Pair, flow: Flow, old: Responses, new: Responses) -> Finding:
    because = "no call succeeds any more, as far as the document says"
    made = _finding(
        pair, flow, "no-success-left", next(iter(old.values())), None, "breaking", because
    )
    at = (pair.old.node.child("responses").place, pair.new.node.child("responses").place)
    key = ("no-success-left", *at)
    return replace(made, key=key, where="responses", said=(list(old), list(new)), places=at)


def _come(pair: Pair, flow: Flow, old: Response, new: Response, entry: MediaType) -> Finding:
    if flow.forward or not old.content:
        because = (
            "we may answer in it, too" if flow.forward else "a body comes where none was declared"
        )
        return _entry(pair, flow, new, "media-type-added", None, entry, "info", because)
    if any(media.matched(name, new.content) for name in old.content):
        because = "callers ask for those that they know (Accept), which are still there"
        return _entry(pair, flow, new, "media-type-added", None, entry, "info", because)
    because = "callers get a media type that they do not know"
    return _entry(
        pair, flow, new, "media-type-added", None, entry, _level(new.status, "breaking"), because
    )


def _gone(pair: Pair, flow: Flow, old: Response, new: Response, entry: MediaType) -> Finding:
    if flow.forward:
        because = "an answer of ours that was understood is not any more"
        return _entry(pair, flow, new, "media-type-removed", entry, None, "breaking", because)
    because = "callers who ask for it (Accept) get something else, or nothing"
    return _entry(
        pair, flow, old, "media-type-removed", entry, None, _level(old.status, "breaking"), because
    )


def _entry(
    pair: Pair, flow: Flow, response: Response, rule: str, old: MediaType | None, new: MediaType | None,
    level: Level, because: str,
) -> Finding:  # fmt: skip
    one = old or new
    assert one is not None
    where, said = f"{response.status} {one.name}", (old and old.name, new and new.name)
    return About(pair.old.key, flow.side).told(rule, level, where, (old, new), said, because)


def _finding(
    pair: Pair,
    flow: Flow,
    rule: str,
    old: Response | None,
    new: Response | None,
    level: Level,
    because: str,
) -> Finding:
    one = old or new
    assert one is not None
    said = (old and old.status, new and new.status)
    made = About(pair.old.key, flow.side).told(rule, level, one.status, (old, new), said, because)
    # One response may be declared for several statuses.
    return replace(made, key=(made.key, one.status))


def _header_gone(pair: Pair, flow: Flow, response: Response, header: Parameter) -> Finding:
    if header.required and not flow.forward:
        because = "readers could rely on it, and it never comes"
        return _header(pair, flow, response, "header-removed", header, None, "breaking", because)
    return _header(
        pair, flow, response, "header-removed", header, None, "warning", "it could be absent before"
    )


def _header_required(
    pair: Pair, flow: Flow, response: Response, old: Parameter, new: Parameter
) -> Finding:
    breaks = new.required if flow.forward else old.required
    level: Level = "breaking" if breaks else "info"
    because = "readers could rely on it, and it may be absent" if breaks else "it always comes now"
    return _header(pair, flow, response, "header-required", old, new, level, because)


def _header(
    pair: Pair, flow: Flow, response: Response, rule: str, old: Parameter | None, new: Parameter | None,
    level: Level, because: str,
) -> Finding:  # fmt: skip
    one = old or new
    assert one is not None
    where = f"{response.status} header.{one.name}"
    return About(pair.old.key, flow.side).told(
        rule, level, where, (old, new), (_said(old), _said(new)), because
    )


def _said(header: Parameter | None) -> Any:
    return header and {"name": header.name, "required": header.required}

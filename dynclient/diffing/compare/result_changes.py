"""The result side of an operation: its statuses, the bodies that come with them, and their headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dynclient.diffing.change import Level
from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.compare.parameter_changes import ParameterComparer
from dynclient.diffing.compare.schema_changes import ComparedPart, SchemaComparer
from dynclient.diffing.decide.document_pair import DocumentPair, Exposure
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.model import MediaType, Parameter, Response
from dynclient.wire import media

ResponsesByStatus = Mapping[str, Response]


class ResultComparer:
    """Compares what comes back.

    Args:
        revisions: the documents.
        schemas: compares schemas.

    """

    def __init__(self, revisions: DocumentPair, schemas: SchemaComparer) -> None:
        self._documents = revisions
        self._schemas = schemas
        self._parameters = ParameterComparer(revisions, schemas)

    def compare(self, pair: OperationPair, flow: Exposure) -> Iterator[Finding]:
        """Yield what is different between the results of an operation."""
        old, new = pair.old.responses, pair.new.responses
        for status, response in new.items():
            known = find_response(status, old)
            if known is None:
                yield _build_status_added(pair, flow, response)
            else:
                yield from self._compare_responses(pair, flow, known, response)
        for status, response in old.items():
            if status in new:
                continue
            heir = find_response(status, new)
            if heir is None:
                yield _build_status_removed(pair, flow, response)
            elif find_response(heir.status, old) is not response:
                yield from self._compare_responses(pair, flow, response, heir)
        if any(map(is_success_status, old)) and not any(map(is_success_status, new)):
            yield _build_no_success_left(pair, flow, old, new)

    def _compare_responses(
        self, pair: OperationPair, flow: Exposure, old: Response, new: Response
    ) -> Iterator[Finding]:
        if (
            old.node.place == new.node.place
            and old.node.value == new.node.value
            and not old.node.value
        ):
            return
        yield from self._compare_contents(pair, flow, old, new)
        yield from self._compare_headers(pair, flow, old, new)

    # --- bodies

    def _compare_contents(
        self, pair: OperationPair, flow: Exposure, old: Response, new: Response
    ) -> Iterator[Finding]:
        reached = set[str]()
        for name, entry in new.content.items():
            found = media.match_media_type(name, old.content)
            if found is None:
                yield _build_media_type_added(pair, flow, old, new, entry)
                continue
            reached.add(found[0])
            yield from self._compare_media_types(pair, flow, new.status, found[1], entry)
        for name, entry in old.content.items():
            if name not in reached:
                yield _build_media_type_removed(pair, flow, old, new, entry)

    def _compare_media_types(
        self, pair: OperationPair, flow: Exposure, status: str, old: MediaType, new: MediaType
    ) -> Iterator[Finding]:
        mine = self._documents.schemas[True].translate(old.schema, flow.direction)
        theirs = self._documents.schemas[False].translate(new.schema, flow.direction)
        part = ComparedPart(flow, pair.old.key, f"{status} {new.name}", separator=": ")
        yield from self._schemas.compare(part, mine, theirs)

    # --- headers

    def _compare_headers(
        self, pair: OperationPair, flow: Exposure, old: Response, new: Response
    ) -> Iterator[Finding]:
        mine = {name.lower(): header for name, header in old.headers.items()}
        theirs = {name.lower(): header for name, header in new.headers.items()}
        caller = self._documents.get_call_builder(pair.old)
        for name, header in mine.items():
            other = theirs.get(name)
            if other is None:
                yield _build_header_removed(pair, flow, new, header)
                continue
            if header.required != other.required:
                yield _build_header_required(pair, flow, new, header, other)
            for one in self._parameters.compare_serialization(pair, flow, caller, header, other):
                yield replace(one, where=f"{new.status} {one.where}")
        for name, header in theirs.items():
            if name not in mine:
                yield _build_header_finding(
                    pair, flow, new, "header-added", None, header, "info", "readers pass over it"
                )


def find_response(status: str, responses: ResponsesByStatus) -> Response | None:
    """Return the response that is declared for a status, a range, or the rest: the most specific one."""
    for key in (status, f"{status[:1]}XX", "default"):
        if key in responses:
            return responses[key]
    return None


def is_success_status(status: str) -> bool:
    """Tell whether a status, a range or `default` may be one below 400."""
    return status == "default" or status[:1] in ("1", "2", "3")


def _weaken_for_errors(status: str, level: Level) -> Level:
    """Return how much something matters on a status: what fails is an error to every caller, declared or not."""
    return (
        level
        if is_success_status(status) and status != "default"
        else "warning"
        if level == "breaking"
        else level
    )


def _build_status_added(pair: OperationPair, flow: Exposure, response: Response) -> Finding:
    level: Level = "info" if flow.old_sends else _weaken_for_errors(response.status, "breaking")
    because = (
        "callers meet a success that they do not know"
        if level == "breaking"
        else "callers meet an error as before"
    )
    if flow.old_sends:
        because = "we may answer so, too"
    elif response.status == "default":
        level, because = "warning", "callers may meet statuses that they do not know"
    return _build_status_finding(pair, flow, "status-added", None, response, level, because)


def _build_status_removed(pair: OperationPair, flow: Exposure, response: Response) -> Finding:
    level: Level = "breaking" if flow.old_sends and is_success_status(response.status) else "info"
    because = (
        "an answer of ours that was understood is not any more"
        if level == "breaking"
        else "it no longer comes"
    )
    return _build_status_finding(pair, flow, "status-removed", response, None, level, because)


def _build_no_success_left(
    pair: OperationPair, flow: Exposure, old: ResponsesByStatus, new: ResponsesByStatus
) -> Finding:
    because = "no call succeeds any more, as far as the document says"
    made = _build_status_finding(
        pair, flow, "no-success-left", next(iter(old.values())), None, "breaking", because
    )
    at = (pair.old.node.get_child("responses").place, pair.new.node.get_child("responses").place)
    key = ("no-success-left", *at)
    return replace(made, key=key, where="responses", documented=(list(old), list(new)), places=at)


def _build_media_type_added(
    pair: OperationPair, flow: Exposure, old: Response, new: Response, entry: MediaType
) -> Finding:
    if flow.old_sends or not old.content:
        because = (
            "we may answer in it, too" if flow.old_sends else "a body comes where none was declared"
        )
        return _build_media_type_finding(
            pair, flow, new, "media-type-added", None, entry, "info", because
        )
    if any(media.match_media_type(name, new.content) for name in old.content):
        because = "callers ask for those that they know (Accept), which are still there"
        return _build_media_type_finding(
            pair, flow, new, "media-type-added", None, entry, "info", because
        )
    because = "callers get a media type that they do not know"
    return _build_media_type_finding(
        pair,
        flow,
        new,
        "media-type-added",
        None,
        entry,
        _weaken_for_errors(new.status, "breaking"),
        because,
    )


def _build_media_type_removed(
    pair: OperationPair, flow: Exposure, old: Response, new: Response, entry: MediaType
) -> Finding:
    if flow.old_sends:
        because = "an answer of ours that was understood is not any more"
        return _build_media_type_finding(
            pair, flow, new, "media-type-removed", entry, None, "breaking", because
        )
    because = "callers who ask for it (Accept) get something else, or nothing"
    return _build_media_type_finding(
        pair,
        flow,
        old,
        "media-type-removed",
        entry,
        None,
        _weaken_for_errors(old.status, "breaking"),
        because,
    )


def _build_media_type_finding(
    pair: OperationPair, flow: Exposure, response: Response, rule: str, old: MediaType | None, new: MediaType | None,
    level: Level, because: str,
) -> Finding:  # fmt: skip
    one = old or new
    assert one is not None
    where, said = f"{response.status} {one.name}", (old and old.name, new and new.name)
    return FindingContext(pair.old.key, flow.side).build_finding(
        rule, level, where, (old, new), said, because
    )


def _build_status_finding(
    pair: OperationPair,
    flow: Exposure,
    rule: str,
    old: Response | None,
    new: Response | None,
    level: Level,
    because: str,
) -> Finding:
    one = old or new
    assert one is not None
    said = (old and old.status, new and new.status)
    made = FindingContext(pair.old.key, flow.side).build_finding(
        rule, level, one.status, (old, new), said, because
    )
    # One response may be declared for several statuses.
    return replace(made, key=(made.key, one.status))


def _build_header_removed(
    pair: OperationPair, flow: Exposure, response: Response, header: Parameter
) -> Finding:
    if header.required and not flow.old_sends:
        because = "readers could rely on it, and it never comes"
        return _build_header_finding(
            pair, flow, response, "header-removed", header, None, "breaking", because
        )
    return _build_header_finding(
        pair, flow, response, "header-removed", header, None, "warning", "it could be absent before"
    )


def _build_header_required(
    pair: OperationPair, flow: Exposure, response: Response, old: Parameter, new: Parameter
) -> Finding:
    breaks = new.required if flow.old_sends else old.required
    level: Level = "breaking" if breaks else "info"
    because = "readers could rely on it, and it may be absent" if breaks else "it always comes now"
    return _build_header_finding(pair, flow, response, "header-required", old, new, level, because)


def _build_header_finding(
    pair: OperationPair, flow: Exposure, response: Response, rule: str, old: Parameter | None, new: Parameter | None,
    level: Level, because: str,
) -> Finding:  # fmt: skip
    one = old or new
    assert one is not None
    where = f"{response.status} header.{one.name}"
    return FindingContext(pair.old.key, flow.side).build_finding(
        rule, level, where, (old, new), (_describe_header(old), _describe_header(new)), because
    )


def _describe_header(header: Parameter | None) -> Any:
    return header and {"name": header.name, "required": header.required}

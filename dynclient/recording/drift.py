"""A recording held against today's document: which exchanges it no longer describes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dynclient.document.files.uris import is_remote
from dynclient.errors import DecodeError, DynclientError, ResponseError, UsageError
from dynclient.masking import SecretNames, mask_url
from dynclient.model import Document
from dynclient.plan.call_document import Call
from dynclient.plan.checked_call import RequestChecks
from dynclient.plan.plan import Plan
from dynclient.recording.har_entry import HarEntry
from dynclient.recording.har_file import read_har_file
from dynclient.recording.recorded_calls import RecordedCall, RecordedCallReader
from dynclient.violations import Violation, format_path
from dynclient.wire.servers import get_origin, resolve_base_url

#: What drifted: the operation is gone, or the call or the result does not fit it.
DriftSubject = Literal["operation", "call", "result"]

_POSITION = re.compile(r"\[\d+\]")
_STRICT = RequestChecks(is_thorough=True)

#: They say that a whole value is not there, or is not declared: no value of a secret is judged.
_PRESENCE_KINDS = frozenset({"missing", "unknown"})


@dataclass(frozen=True)
class RecordedDrift:
    """A place at which recorded exchanges do not fit the document.

    Attributes:
        subject: what does not fit.
        operation: its id; `METHOD /path` where the document has none.
        status: of the response; 0 for a call.
        where: the place in the call document or result, `[]` for each position of an array.
        kind: the kind of the violation.
        message: what came and what was expected, in the first such exchange.
        first: the number of that exchange in the file.
        count: how many exchanges have it.

    """

    subject: DriftSubject
    operation: str
    status: int
    where: str
    kind: str
    message: str
    first: int
    count: int = 1

    @property
    def line(self) -> str:
        """What names the drift in a baseline: the same in each recording of the same drift."""
        what = f"{self.subject} {self.status}" if self.status else self.subject
        return "  ".join(filter(None, (self.operation, what, self.where, self.kind)))

    def __str__(self) -> str:
        times = "" if self.count == 1 else f" ({self.count} exchanges)"
        return f"{self.line}: {self.message}{times}"


@dataclass(frozen=True)
class DriftReport:
    """What a recording says of a document.

    Attributes:
        path: of the recording.
        drifts: each place once, in the order of the recording.
        exchange_count: how many exchanges were held against the document.
        foreign_count: how many others there are, of other servers.

    """

    path: Path
    drifts: tuple[RecordedDrift, ...]
    exchange_count: int
    foreign_count: int


def find_drifts(path: Path, document: Document) -> DriftReport:
    """Return what a document no longer describes of a recording.

    A call is read in the producer's reading, which is closed; a result in the consumer's.

    Raises:
        UsageError: there is no such file, or it is no HAR file.

    """
    reader = RecordedCallReader(document)
    origins = _find_origins(document)
    drifts: dict[str, RecordedDrift] = {}
    exchange_count = foreign_count = 0
    for number, entry in read_har_file(path):
        is_own = bool(entry.operation) or get_origin(entry.request.url) in origins
        if not is_own and not reader.has_operation(entry.request):
            foreign_count += 1
            continue
        exchange_count += 1
        found: dict[str, RecordedDrift] = {}
        for drift in _judge_entry(reader, number, entry):
            found.setdefault(drift.line, drift)
        for line, drift in found.items():
            known = drifts.get(line)
            drifts[line] = drift if known is None else _count_again(known)
    return DriftReport(path, tuple(drifts.values()), exchange_count, foreign_count)


def _count_again(drift: RecordedDrift) -> RecordedDrift:
    return RecordedDrift(**{**drift.__dict__, "count": drift.count + 1})


def _find_origins(document: Document) -> frozenset[str]:
    """Return the origins of the servers of a document."""
    origins = {get_origin(document.uri)} if is_remote(document.uri) else set()
    for operation in document.operations.values():
        try:
            base_url = resolve_base_url(operation.servers, document.uri, None, {})
        except UsageError:
            continue
        origins.add(get_origin(base_url))
    return frozenset(origins)


def _judge_entry(
    reader: RecordedCallReader, number: int, entry: HarEntry
) -> Iterator[RecordedDrift]:
    request = entry.request
    name = entry.operation or f"{request.method} {mask_url(request.url)}".partition("?")[0]
    try:
        call = reader.read(request)
        if call is None:
            message = "the document has no operation for this method and path"
            yield RecordedDrift("operation", name, 0, "", "gone", message, number)
            return
        plan = reader.get_plan(call.operation)
        call_violations = _check_call(plan, call, entry)
        result_violations = _check_result(plan, entry)
    except DynclientError as error:
        yield RecordedDrift("operation", name, 0, "", error.code, error.headline, number)
        return
    operation = call.operation
    if entry.operation not in ("", operation.key):
        message = f"{entry.operation} is {operation.id} now"
        yield RecordedDrift("operation", entry.operation, 0, "", "renamed", message, number)
    secret_names = reader.get_secrets(operation).names
    for violation in _select_judged(call_violations, secret_names):
        yield _build_drift("call", operation.id, 0, violation, number)
    for violation in _select_judged(result_violations, secret_names):
        yield _build_drift("result", operation.id, entry.response.status, violation, number)


def _check_call(plan: Plan, call: RecordedCall, entry: HarEntry) -> Sequence[Violation]:
    """Return what does not fit of a call: as it was on the wire, and as its sender meant it."""
    unreadable = [each for each in call.violations if each.kind in ("syntax", "media-type")]
    if unreadable:
        return unreadable
    document = _join_parameters(call.call, entry.parameters)
    media_type = call.media_type if plan.accepts_media_type(call.media_type) else None
    found = plan.bind((Call(document),), {}, _STRICT, media_type).violations
    violations = [each for violation in found for each in _split_by_name(violation, document)]
    if entry.has_request_body and not call.raw_body:
        return violations
    return [violation for violation in violations if violation.path[:1] != ("body",)]


def _join_parameters(call: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call that was read, with the parameters of the recording that it lacks."""
    joined = dict(call)
    for location, values in recorded.items():
        read = joined.get(location, {})
        is_object = isinstance(values, dict) and isinstance(read, dict)
        joined[location] = {**values, **read} if is_object else values
    return joined


def _split_by_name(violation: Violation, document: dict[str, Any]) -> Iterator[Violation]:
    """Yield a violation; of a location of which nothing is declared, one for each name in it."""
    names = document.get(str(violation.path[0])) if len(violation.path) == 1 else None
    if violation.kind != "unknown" or not isinstance(names, dict):
        yield violation
        return
    for name in names:
        yield Violation("unknown", (*violation.path, name), "is not declared")


def _check_result(plan: Plan, entry: HarEntry) -> Sequence[Violation]:
    if not entry.has_response_body:
        return ()
    try:
        return plan.result_builder.build(entry.request, entry.response, "warn").violations
    except DecodeError as error:
        return [Violation("syntax", ("body",), error.headline)]
    except ResponseError as error:
        return error.violations


def _select_judged(
    violations: Iterable[Violation], secret_names: SecretNames
) -> Iterator[Violation]:
    """Yield violations, but for those of a value that was replaced because it is a secret."""
    for violation in violations:
        if violation.kind in _PRESENCE_KINDS or not _is_secret(violation, secret_names):
            yield violation


def _is_secret(violation: Violation, secret_names: SecretNames) -> bool:
    """Tell whether a violation is at or in a value that is a secret."""
    names = [part for part in violation.path if isinstance(part, str)]
    if names == ["body"]:
        return secret_names.is_body_secret
    if names[:1] == ["body"] and secret_names.are_members_secret:
        return True
    has_name = secret_names.has_property
    if names[:1] == ["path"]:
        has_name = secret_names.has_path_variable
    return any(map(has_name, names))


def _build_drift(
    subject: DriftSubject, operation: str, status: int, violation: Violation, number: int
) -> RecordedDrift:
    where = _POSITION.sub("[]", format_path(violation.path))
    message = str(violation).removeprefix(f"{violation.where}: ")
    return RecordedDrift(subject, operation, status, where, violation.kind, message, number)

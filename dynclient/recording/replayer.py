"""`dynclient.replay`: the answers of a HAR file, found by operation and call document."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dynclient.display_text import format_count
from dynclient.errors import DynclientError, UsageError
from dynclient.masking import SecretNames, mask_url
from dynclient.model import Document
from dynclient.plan.parsed_request import ParsedRequest, RequestLike
from dynclient.recording.har_entry import HarEntry
from dynclient.recording.har_file import check_path, read_har_file
from dynclient.recording.recorded_calls import (
    RecordedCall,
    RecordedCallReader,
    select_parameters,
)
from dynclient.recording.secret_replacement import SecretReplacer
from dynclient.violations import format_path, shorten_repr
from dynclient.wire.message import Response

#: What identifies a call: its operation, or method and URL; and a digest of the rest.
CallKey = tuple[str, str]

#: How many operations a message lists.
_MAX_LISTED = 5


def replay(path: str | os.PathLike[str], *, repeat: bool = False) -> Replay:
    """Return a `transport=` that answers from a HAR file; nothing is sent, no credential is needed.

    An answer belongs to a call: the operation and the call document decide, not the text of the
    URL. Equal calls get their answers in the order in which they came. Each answer is validated
    against the document of the client.

    Args:
        path: of a file that `dynclient.record`, a browser or an HTTP tool wrote.
        repeat: whether the last answer to a call is given again when all are used.

    Raises:
        UsageError: there is no such file, or it is no HAR file.

    """
    return Replay(check_path(path, "replay"), repeat=repeat)


class Replay:
    """A transport that answers from a recording; clients may share it.

    Args:
        path: of the file.
        repeat: whether the last answer to a call is given again.

    """

    def __init__(self, path: Path, *, repeat: bool) -> None:
        self.path = path
        self.repeat = repeat
        self._entries = [entry for _, entry in read_har_file(path)]
        self._used: set[int] = set()
        self._lock = threading.Lock()

    @property
    def unused(self) -> list[str]:
        """The exchanges that no call has asked for: operation, or method and URL."""
        with self._lock:
            return [
                entry.operation or f"{entry.request.method} {mask_url(entry.request.url)}"
                for number, entry in enumerate(self._entries)
                if number not in self._used
            ]

    def bind_document(self, document: Document) -> DocumentReplay:
        """Return what answers the calls of one document; the client calls it."""
        return DocumentReplay(self, document, self._entries)

    def take(self, numbers: Sequence[int]) -> int | None:
        """Return the next of some exchanges that was not used, None where all were."""
        with self._lock:
            for number in numbers:
                if number not in self._used:
                    self._used.add(number)
                    return number
        return numbers[-1] if self.repeat and numbers else None

    def __repr__(self) -> str:
        return f"<Replay {self.path}: {format_count(len(self._entries), 'exchange')}>"


class DocumentReplay:
    """Answers the calls of one document.

    Args:
        replay: which answers were used.
        document: the document of the client.
        entries: of the recording.

    """

    #: A recording asks for none.
    needs_no_credentials = True

    def __init__(self, replay: Replay, document: Document, entries: Sequence[HarEntry]) -> None:
        self._replay = replay
        self._reader = RecordedCallReader(document)
        self._entries = entries
        self._numbers: defaultdict[CallKey, list[int]] = defaultdict(list)
        self._calls: dict[int, tuple[str, dict[str, Any]]] = {}
        for number, entry in enumerate(entries):
            call = _read_safely(self._reader, entry)
            key, data = self._identify(call, entry.request, has_body=entry.has_request_body)
            self._numbers[key].append(number)
            self._calls[number] = (key[0], data)

    def handle(self, request: RequestLike) -> Response:
        """Return the recorded response to a request.

        Raises:
            UsageError: the recording has none.

        """
        call = self._reader.read(request)
        key, data = self._identify(call, request, has_body=True)
        numbers = self._numbers.get(key, [])
        if not numbers:
            key = self._identify(call, request, has_body=False)[0]
            numbers = self._numbers.get(key, [])
        number = self._replay.take(numbers)
        if number is None:
            raise self._build_error(key[0], data, is_used=bool(numbers))
        entry = self._entries[number]
        if not entry.has_response_body:
            path = self._replay.path
            raise UsageError(
                f"{path} has the exchange of {key[0]} without the body of its response;"
                " nothing was sent",
                hint="a body that is streamed, goes to a file, or has over 16 MiB is not recorded",
            )
        return entry.response

    def _identify(
        self, call: RecordedCall | None, request: RequestLike, *, has_body: bool
    ) -> tuple[CallKey, dict[str, Any]]:
        """Return what identifies a call, and the same as data for messages."""
        if call is None:
            return _identify_request(request, has_body=has_body)
        replacer = SecretReplacer(self._reader.get_secrets(call.operation).names)
        data: dict[str, Any] = replacer.replace_in_parameters(select_parameters(call.call))
        if not has_body:
            data["body"] = "(not recorded)"
        elif "body" in call.call:
            data["body"] = replacer.replace_in_document(call.call["body"])
            data["media_type"] = call.media_type
        elif call.raw_body:
            replaced = replacer.replace_in_body(call.raw_body, call.media_type)
            data["body"] = hashlib.sha256(replaced or b"").hexdigest()
        return (call.operation.key, _digest(data)), data

    def _build_error(self, name: str, data: Mapping[str, Any], *, is_used: bool) -> UsageError:
        path = self._replay.path
        if is_used:
            return UsageError(
                f"{path}: each recorded answer to this call of {name} was given already;"
                " nothing was sent",
                hint="replay(path, repeat=True) gives the last one again; or record anew",
            )
        text = f"{path} has no answer to this call of {name}; nothing was sent"
        others = [other for owner, other in self._calls.values() if owner == name]
        if others:
            differences = min((list(_find_differences(other, data)) for other in others), key=len)
            return UsageError(
                text, hint=f"the nearest one differs: {'; '.join(differences[:3])}; or record anew"
            )
        names = list(dict.fromkeys(owner for owner, _ in self._calls.values()))
        listed = ", ".join(names[:_MAX_LISTED]) or "nothing"
        more = f" and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else ""
        return UsageError(text, hint=f"it has calls of {listed}{more}; or record anew")


def _read_safely(reader: RecordedCallReader, entry: HarEntry) -> RecordedCall | None:
    try:
        return reader.read_entry(entry)
    except DynclientError:  # a broken corner of the document
        return None


def _identify_request(request: RequestLike, *, has_body: bool) -> tuple[CallKey, dict[str, Any]]:
    """Return what identifies a request that belongs to no operation, such as a redirected one."""
    parsed = ParsedRequest.parse(request)
    replacer = SecretReplacer(SecretNames())
    url = replacer.replace_in_url(request.url.partition("#")[0])
    data: dict[str, Any] = {"url": url}
    if parsed.body and has_body:
        body = replacer.replace_in_body(parsed.body, parsed.content_type)
        data["body"] = hashlib.sha256(body or b"").hexdigest()
    return (f"{parsed.method} {url.partition('?')[0]}", _digest(data)), data


def _digest(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


_ABSENT = object()


def _find_differences(recorded: Any, given: Any, path: tuple[str | int, ...] = ()) -> Iterator[str]:
    """Yield where two call documents differ, in words."""
    if isinstance(recorded, dict) and isinstance(given, dict):
        for name in {**recorded, **given}:
            yield from _find_differences(
                recorded.get(name, _ABSENT), given.get(name, _ABSENT), (*path, name)
            )
    elif isinstance(recorded, list) and isinstance(given, list) and len(recorded) == len(given):
        for index, (one, other) in enumerate(zip(recorded, given, strict=True)):
            yield from _find_differences(one, other, (*path, index))
    elif recorded != given:
        yield f"{format_path(path)} was {_describe(recorded)}, and is {_describe(given)}"


def _describe(value: Any) -> str:
    return "absent" if value is _ABSENT else shorten_repr(value)

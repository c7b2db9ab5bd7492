"""`dynclient-accept.toml`: the changes that somebody accepted, why, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dynclient.diffing import toml_files
from dynclient.diffing.change import Change
from dynclient.diffing.rules import RULES
from dynclient.errors import UsageError
from dynclient.violations import shorten_repr

ACCEPT_FILE = "dynclient-accept.toml"

#: Together they name a change where no fingerprint does.
_PLACE_KEYS = ("rule", "operation", "pointer")

_ENTRY_KEYS = ("fingerprint", *_PLACE_KEYS, "document", "reason", "until", "owner")

_ENTRY_HEADER = re.compile(rb"^\s*\[\[\s*[\"']?accept[\"']?\s*\]\]", re.MULTILINE)

_FILE_HEADER = b"""\
# Changes that were accepted: `dynclient diff` does not count them any more. docs/ci.md of dynclient has the keys.
"""


@dataclass(frozen=True)
class AcceptEntry:
    """One `[[accept]]`.

    Attributes:
        reason: why the change is accepted.
        fingerprint: of the change; "" where rule, operation and pointer name it.
        rule: of the change.
        operation: one that it touches, "" for the whole document.
        pointer: its place in the new document, or, of what is gone, in the old one.
        document: the name of the document, where several are compared; "" for any.
        until: the last day on which it counts; None for ever.
        owner: whom to ask.
        line: where it begins in the file; None where nobody knows.

    """

    reason: str
    fingerprint: str = ""
    rule: str = ""
    operation: str = ""
    pointer: str = ""
    document: str = ""
    until: date | None = None
    owner: str = ""
    line: int | None = field(default=None, compare=False)

    def covers(self, change: Change, document: str) -> bool:
        """Tell whether it is about a change of a document, expired or not."""
        if self.document not in ("", document):
            return False
        if self.fingerprint:
            return self.fingerprint == change.fingerprint
        is_there = self.operation in (change.operation, *change.operations)
        return self.rule == change.rule and is_there and self.pointer == change.pointer

    def is_expired(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.until is not None and self.until < today

    def __str__(self) -> str:
        """Return what it accepts, in one line."""
        named = self.fingerprint or " ".join(
            filter(None, (self.rule, self.operation, self.pointer))
        )
        return f"{named} of {self.document}" if self.document else named


def find_accept_file(start: Path) -> Path:
    """Return the file for a folder: there or above it, within its project; one in `start` where there is none."""
    for folder in (start, *start.parents):
        if (folder / ACCEPT_FILE).exists():
            return folder / ACCEPT_FILE
        if (folder / "pyproject.toml").exists() or (folder / ".git").exists():
            return folder / ACCEPT_FILE
    return start / ACCEPT_FILE


def read_accept_file(file: Path) -> bytes:
    """Return the text of a file, b"" where there is none.

    Raises:
        UsageError: it cannot be read.

    """
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None


def parse_entries(data: bytes, file: str) -> list[AcceptEntry]:
    """Return the entries of a text.

    Args:
        data: the text.
        file: what messages call it.

    Raises:
        UsageError: it is no TOML, or an entry is not as it must be; the message begins with file and line.

    """
    table = toml_files.parse_toml(data, file)
    for key in table:
        toml_files.check_known_name(file, key, ("accept",), "table")
    given = table.get("accept", [])
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        raise UsageError(
            f"{file}: `accept` is no list of tables", hint="write [[accept]] above each entry"
        )
    lines = [data.count(b"\n", 0, match.end()) + 1 for match in _ENTRY_HEADER.finditer(data)]
    known = lines if len(lines) == len(given) else [None] * len(given)
    return [
        _parse_entry(entry, file, number, line)
        for number, (entry, line) in enumerate(zip(given, known, strict=True), 1)
    ]


def _parse_entry(table: Mapping[str, Any], file: str, number: int, line: int | None) -> AcceptEntry:
    where = f"{file}:{line}" if line else f"{file}, entry {number}"
    for key in table:
        toml_files.check_known_name(where, key, _ENTRY_KEYS, "key")
    texts = {key: _parse_text(table, key, where) for key in _ENTRY_KEYS if key != "until"}
    if not texts["reason"].strip():
        raise UsageError(
            f"{where}: the entry has no reason", hint='add reason = "…": why nobody is hurt'
        )
    if "fingerprint" in table:
        if any(key in table for key in _PLACE_KEYS):
            raise UsageError(f"{where}: the entry names its change twice", hint=_NAMING_HINT)
        if not texts["fingerprint"]:
            raise UsageError(f"{where}: the fingerprint is empty", hint=_NAMING_HINT)
    elif missing := [key for key in _PLACE_KEYS if key not in table]:
        raise UsageError(
            f"{where}: the entry names no change: {' and '.join(missing)} missing",
            hint=_NAMING_HINT,
        )
    else:
        toml_files.check_known_name(where, texts["rule"], RULES, "rule")
    return AcceptEntry(**texts, until=_parse_date(table.get("until"), where), line=line)


_NAMING_HINT = "give fingerprint, or rule, operation and pointer"


def _parse_text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise UsageError(
            f"{where}: {key} must be a text, not {shorten_repr(value)}", hint=f'write {key} = "…"'
        )
    return value


def _parse_date(value: Any, where: str) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        text = f"{where}: until must be a day, not {shorten_repr(value)}"
        raise UsageError(text, hint="write until = 2026-12-31") from None


def add_entries(data: bytes, entries: Iterable[tuple[AcceptEntry, str]], file: str) -> bytes:
    """Return a text with entries added at its end; what is there stays as it is, comments and all.

    Args:
        data: the text.
        entries: each with what a comment above it says.
        file: what messages call it.

    Raises:
        UsageError: nothing can be added to the text.

    """
    start = data or _FILE_HEADER
    start += b"" if start.endswith(b"\n") else b"\n"
    text = (
        start
        + "".join(
            f"\n{toml_files.write_comment(said)}\n{_format_entry(entry)}" for entry, said in entries
        ).encode()
    )
    try:
        parse_entries(text, file)
    except UsageError:
        parse_entries(data, file)  # its own faults are told as such
        raise UsageError(
            f"{file}: no [[accept]] can be added", hint="write `accept = […]` as [[accept]] tables"
        ) from None
    return text


def _format_entry(entry: AcceptEntry) -> str:
    pairs = [(key, getattr(entry, key)) for key in _ENTRY_KEYS]
    # An operation may be "": the whole document.
    texts = [
        (key, value)
        for key, value in pairs
        if value or (key in _PLACE_KEYS and not entry.fingerprint)
    ]
    lines = (
        f"{key} = {value if isinstance(value, date) else toml_files.write_string(value)}"
        for key, value in texts
    )
    return "\n".join(["[[accept]]", *lines, ""])


def find_unused_entries(
    entries: Iterable[AcceptEntry], changes: Iterable[tuple[str, Change]]
) -> list[AcceptEntry]:
    """Return the entries that match none of the changes, each of which comes with the name of its document."""
    found = list(changes)
    return [
        entry
        for entry in entries
        if not any(entry.covers(change, document) for document, change in found)
    ]

"""`dynclient-accept.toml`: the changes that somebody accepted, why, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dynclient import toml_files
from dynclient.diffing.change import Change
from dynclient.diffing.rules import RULES
from dynclient.errors import UsageError
from dynclient.violations import shorten_repr

ACCEPT_FILE = "dynclient-accept.toml"

#: The keys that together name a change without a fingerprint.
_PLACE_KEYS = ("rule", "operation", "pointer")

_ENTRY_KEYS = ("fingerprint", *_PLACE_KEYS, "document", "reason", "until", "owner")

_ENTRY_HEADER = re.compile(rb"^\s*\[\[\s*[\"']?accept[\"']?\s*\]\]", re.MULTILINE)

_FILE_HEADER = (
    b"# Changes that were accepted: `dynclient diff` does not count them any more. "
    b"docs/ci.md of dynclient has the keys.\n"
)


@dataclass(frozen=True)
class AcceptEntry:
    """One `[[accept]]`.

    Attributes:
        reason: why the change is accepted.
        fingerprint: of the change; "" if rule, operation and pointer name it.
        rule: of the change.
        operation: one that the change touches, "" for the whole document.
        pointer: the place in the new document, or in the old one if the change removed it.
        document: the name of the document if several are compared; "" for any.
        until: the last day on which the entry counts; None for ever.
        owner: whom to ask about it.
        line: the line in the file; None if it is not known.

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
        """Tell whether it names a change of a document, expired or not."""
        if self.document not in ("", document):
            return False
        if self.fingerprint:
            return self.fingerprint == change.fingerprint
        has_place = self.rule == change.rule and self.pointer == change.pointer
        return has_place and self.operation in (change.operation, *change.operations)

    def is_expired(self, today: date) -> bool:
        """Tell whether its last day has passed."""
        return self.until is not None and self.until < today

    def __str__(self) -> str:
        """Return what it accepts, in one line."""
        place = " ".join(filter(None, (self.rule, self.operation, self.pointer)))
        name = self.fingerprint or place
        return f"{name} of {self.document}" if self.document else name


def find_accept_file(start: Path) -> Path:
    """Return the file for a folder: the nearest at or above it, at most at the root of its project.

    A path in `start` is returned if there is neither file nor project.
    """
    for folder in (start, *start.parents):
        for name in (ACCEPT_FILE, "pyproject.toml", ".git"):
            if (folder / name).exists():
                return folder / ACCEPT_FILE
    return start / ACCEPT_FILE


def read_accept_file(file: Path) -> bytes:
    """Return the bytes of a file, b"" if it does not exist.

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
        data: the text, in UTF-8.
        file: what messages call it.

    Raises:
        UsageError: it is no TOML, or an entry is wrong; the message begins with file and line.

    """
    table = toml_files.parse_toml(data, file)
    for key in table:
        toml_files.check_known_name(file, key, ("accept",), "table")
    entries = table.get("accept", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(
            f"{file}: `accept` is no list of tables", hint="write [[accept]] above each entry"
        )
    lines = _find_entry_lines(data)
    if len(lines) != len(entries):  # some entry has no header of its own
        return [
            _parse_entry(entry, f"{file}, entry {number}", None)
            for number, entry in enumerate(entries, 1)
        ]
    return [
        _parse_entry(entry, f"{file}:{line}", line)
        for entry, line in zip(entries, lines, strict=True)
    ]


def _find_entry_lines(data: bytes) -> list[int]:
    """Return the lines of the `[[accept]]` headers."""
    headers = _ENTRY_HEADER.finditer(data)
    return [data.count(b"\n", 0, header.end()) + 1 for header in headers]


def _parse_entry(table: Mapping[str, Any], where: str, line: int | None) -> AcceptEntry:
    for key in table:
        toml_files.check_known_name(where, key, _ENTRY_KEYS, "key")
    texts = {key: _parse_text(table, key, where) for key in _ENTRY_KEYS if key != "until"}
    if not texts["reason"].strip():
        raise UsageError(
            f"{where}: the entry has no reason", hint='add reason = "…": why nobody is hurt'
        )
    if "fingerprint" in table:
        _check_fingerprint(table, texts["fingerprint"], where)
    else:
        _check_place(table, texts["rule"], where)
    return AcceptEntry(**texts, until=_parse_date(table.get("until"), where), line=line)


def _check_fingerprint(table: Mapping[str, Any], fingerprint: str, where: str) -> None:
    if any(key in table for key in _PLACE_KEYS):
        raise UsageError(f"{where}: the entry names its change twice", hint=_NAMING_HINT)
    if not fingerprint:
        raise UsageError(f"{where}: the fingerprint is empty", hint=_NAMING_HINT)


def _check_place(table: Mapping[str, Any], rule: str, where: str) -> None:
    missing = [key for key in _PLACE_KEYS if key not in table]
    if missing:
        raise UsageError(
            f"{where}: the entry names no change: {' and '.join(missing)} missing",
            hint=_NAMING_HINT,
        )
    toml_files.check_known_name(where, rule, RULES, "rule")


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
    """Return a text with entries added at its end; the rest stays as it is, with its comments.

    Args:
        data: the text.
        entries: each with the text of a comment above it.
        file: what messages call it.

    Raises:
        UsageError: nothing can be added to the text.

    """
    blocks = []
    for entry, description in entries:
        comment = toml_files.write_comment(description)
        blocks.append(f"\n{comment}\n{_format_entry(entry)}")
    start = data or _FILE_HEADER
    if not start.endswith(b"\n"):
        start += b"\n"
    text = start + "".join(blocks).encode()
    try:
        parse_entries(text, file)
    except UsageError:
        parse_entries(data, file)  # raises if the text was wrong before
        raise UsageError(
            f"{file}: no [[accept]] can be added", hint="write `accept = […]` as [[accept]] tables"
        ) from None
    return text


def _format_entry(entry: AcceptEntry) -> str:
    values: dict[str, str | date | None] = {
        "fingerprint": entry.fingerprint,
        "rule": entry.rule,
        "operation": entry.operation,
        "pointer": entry.pointer,
        "document": entry.document,
        "reason": entry.reason,
        "until": entry.until,
        "owner": entry.owner,
    }
    lines = ["[[accept]]"]
    for key, value in values.items():
        # An operation may be "": the whole document.
        is_needed = key in _PLACE_KEYS and not entry.fingerprint
        if isinstance(value, date):
            lines.append(f"{key} = {value}")
        elif value or is_needed:
            lines.append(f"{key} = {toml_files.write_string(value or '')}")
    return "\n".join([*lines, ""])


def find_unused_entries(
    entries: Iterable[AcceptEntry], changes: Iterable[tuple[str, Change]]
) -> list[AcceptEntry]:
    """Return the entries that match no change.

    Args:
        entries: the entries.
        changes: (name of the document, change).

    """
    all_changes = list(changes)
    return [entry for entry in entries if not _covers_any(entry, all_changes)]


def _covers_any(entry: AcceptEntry, changes: Iterable[tuple[str, Change]]) -> bool:
    return any(entry.covers(change, document) for document, change in changes)

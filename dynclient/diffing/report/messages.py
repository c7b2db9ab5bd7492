"""What all reports say of a change in the same words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dynclient.diffing import json_text
from dynclient.diffing.change import Change, ChangeLocation, Level
from dynclient.document.file_loader import get_scheme, to_path
from dynclient.violations import escape_unprintable

#: How a level is called where many have it.
LEVEL_TITLES: dict[Level, str] = {"breaking": "Breaking", "warning": "Warnings", "info": "Infos"}

#: Who reads a document, as people call them.
READER_NAMES = {"wire": "deployed programs", "code": "callers by name"}

#: One letter before a colon is a drive.
MIN_SCHEME_LENGTH = 2

PROOF_TEXTS = {
    "witness": "a payload shows it",
    "fact": "a fact of the two documents",
    "rule": "a rule proves that no payload breaks",
    "unknown": "neither proved harmless nor shown to break",
}


def format_count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 info`, `2 infos`, `3 breaking`."""
    return f"{number:,} {noun}" if number == 1 or noun == "breaking" else f"{number:,} {noun}s"


def format_where(change: Change) -> str:
    """Return the place that changed, as people read it."""
    return escape_unprintable(change.where) or "document"


def format_operation(change: Change) -> str:
    """Return the operation with the number of others that it touches too: `createAudienceV2 (+3)`."""
    others = len(list_operations(change)) - 1
    return (escape_unprintable(change.operation) or "whole document") + (
        f" (+{others})" if others > 0 else ""
    )


def format_subject(change: Change) -> str:
    """Return what a change is about in one line: `body.name of createAudienceV2 (+3)`."""
    if change.where == change.operation or not change.where:
        return format_operation(change)
    return (
        f"{format_where(change)} of {format_operation(change)}"
        if change.operation
        else format_where(change)
    )


def list_operations(change: Change) -> list[str]:
    """Return every operation that a change touches, the one it was found on first."""
    return [
        escape_unprintable(each)
        for each in dict.fromkeys((change.operation, *change.operations))
        if each
    ]


def format_some(names: Sequence[str], limit: int) -> str:
    """Return some names, and how many more there are."""
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {rest} more" if rest > 0 else "")


def format_used_by(change: Change, limit: int = 5) -> str:
    """Return how many operations a change touches, and some of them."""
    names = list_operations(change)
    return f"{format_count(len(names), 'operation')}: {format_some(names, limit)}"


def format_because(change: Change) -> str:
    """Return the sentence that says what follows."""
    return to_one_line(change.because)


def to_one_line(text: str) -> str:
    """Return foreign text on one line, made harmless."""
    return escape_unprintable(" ".join(text.split()))


def list_readers(change: Change) -> list[tuple[str, str, Level]]:
    """Return for each reader its key, its name and how much the change matters to it."""
    return [(key, name, change.views.get(key, "none")) for key, name in READER_NAMES.items()]


def format_readers(change: Change) -> str:
    """Return in one line how much a change matters to whom; of each side, where the sides differ."""
    return ", ".join(
        f"{name} {level}{format_sides(change, key)}" for key, name, level in list_readers(change)
    )


def format_sides(change: Change, reader: str) -> str:
    """Return how much a change matters to a reader on each side, in brackets; "" where that is the same on both."""
    levels = {side: by_reader.get(reader, "none") for side, by_reader in change.sides.items()}
    return (
        f" ({', '.join(f'{side} {level}' for side, level in levels.items())})"
        if len(set(levels.values())) > 1
        else ""
    )


def format_proof(change: Change) -> str:
    """Return what the verdict rests on."""
    return PROOF_TEXTS[change.proof]


def format_difference(change: Change) -> str:
    """Return what the documents say otherwise, on one line: `old → new`, `+ new` or `− old`; "" for nothing."""
    return "  ".join(_format_edits(change.old, change.new))


def _format_edits(old: Any, new: Any) -> list[str]:
    """Return the edits between two values; of lists and objects only what differs."""
    if isinstance(old or new, dict) and None in (old, new):
        old, new = old or {}, new or {}
    if isinstance(old, list) and isinstance(new, list):
        before, after = (
            {json_text.format_line(each): None for each in side} for side in (old, new)
        )
        members = [f"− {each}" for each in before if each not in after]
        members += [f"+ {each}" for each in after if each not in before]
        return members or [f"{json_text.format_line(old)} → {json_text.format_line(new)}"]
    if isinstance(old, dict) and isinstance(new, dict):
        names = [
            name
            for name in {**old, **new}
            if json_text.format_line(old.get(name)) != json_text.format_line(new.get(name))
        ]
        return [_format_member_edit(name, old, new) for name in names]
    is_other = json_text.format_line(old) != json_text.format_line(new)
    return (
        [
            _format_edit(
                json_text.format_value(old),
                json_text.format_value(new),
                is_old=old is not None,
                is_new=new is not None,
            )
        ]
        if is_other
        else []
    )


def _format_member_edit(name: Any, old: dict[Any, Any], new: dict[Any, Any]) -> str:
    label = escape_unprintable(str(name))
    before, after = (json_text.format_line(side.get(name)) for side in (old, new))
    if name in old:
        return _format_edit(f"{label}: {before}", after, is_old=True, is_new=name in new)
    return _format_edit("", f"{label}: {after}", is_old=False, is_new=True)


def _format_edit(old: str, new: str, *, is_old: bool, is_new: bool) -> str:
    return f"{old} → {new}" if is_old and is_new else f"− {old}" if is_old else f"+ {new}"


def is_file(uri: str) -> bool:
    """Tell whether a URI or path names a file of this machine."""
    found = get_scheme(uri)
    return found == "file" or len(found) < MIN_SCHEME_LENGTH


def is_absolute(name: str) -> bool:
    """Tell whether a path begins at a root."""
    return Path(name).is_absolute()


def shorten_path(uri: str) -> str:
    """Return a file as one names it from the current directory; a URL as it is."""
    if not is_file(uri):
        return uri
    name = str(to_path(uri)) if uri.lower().startswith("file:") else uri
    if not is_absolute(name):
        return name
    try:
        near = os.path.relpath(name)
    except ValueError:  # another drive
        return name
    return str(Path(name)) if Path(near).parts[:1] == (os.pardir,) else near


def format_location(source: ChangeLocation | None) -> str:
    """Return `file:line`, `file#pointer` where no line is known, "" where there is no place."""
    if source is None:
        return ""
    file = escape_unprintable(shorten_path(source.file))
    return (
        f"{file}:{source.line}" if source.line else f"{file}#{escape_unprintable(source.pointer)}"
    )


def list_locations(change: Change) -> list[tuple[str, str]]:
    """Return the places of a change, each with what it is: `in the new document`, `in the old document`."""
    found = [] if change.is_gone or not change.source else [("new", format_location(change.source))]
    return [*found, *([("old", format_location(change.old_source))] if change.old_source else [])]


def list_used_lines(change: Change) -> list[str]:
    """Return the lines of code that a change touches."""
    return [escape_unprintable(each) for each in change.used]


def join_clauses(parts: Iterable[str]) -> str:
    """Return the parts that say something, parted by semicolons."""
    return "; ".join(part for part in parts if part)

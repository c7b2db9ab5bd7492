"""The phrases of a change that all reports share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dynclient.annotations.file_names import shorten_path
from dynclient.diffing import json_text
from dynclient.diffing.change import Change, ChangeLocation, Level
from dynclient.diffing.changeset import ChangeSet
from dynclient.display_text import escape_unprintable, format_one_line

#: How a level is called where many have it.
LEVEL_TITLES: dict[Level, str] = {"breaking": "Breaking", "warning": "Warnings", "info": "Infos"}

#: Who reads a document, as people call them.
READER_NAMES = {"wire": "deployed programs", "code": "callers by name"}

PROOF_TEXTS = {
    "witness": "a payload shows it",
    "fact": "a fact of the two documents",
    "rule": "a rule proves that no payload breaks",
    "unknown": "neither proved harmless nor shown to break",
}


def format_count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 info`, `2 infos`, `3 breaking`."""
    has_plural = number != 1 and noun != "breaking"
    return f"{number:,} {noun}s" if has_plural else f"{number:,} {noun}"


def format_where(change: Change) -> str:
    """Return the place that changed, as people read it."""
    return escape_unprintable(change.where) or "document"


def format_operation(change: Change) -> str:
    """Return the operation and the number of others that it touches: `createAudienceV2 (+3)`."""
    name = escape_unprintable(change.operation) or "whole document"
    others = len(list_operations(change)) - 1
    return f"{name} (+{others})" if others > 0 else name


def format_heading(diff: ChangeSet, operation: str) -> str:
    """Return the heading of an operation: `PUT /v2/audiences/{audienceId}  updateAudienceV2`."""
    if not operation:
        return "whole document"
    address = format_one_line(diff.addresses.get(operation, ""))
    name = format_one_line(operation)
    if not address or address == name:
        return name
    return f"{address}  {name}"


def format_subject(change: Change) -> str:
    """Return what a change is about in one line: `body.name of createAudienceV2 (+3)`."""
    if change.where == change.operation or not change.where:
        return format_operation(change)
    if not change.operation:
        return format_where(change)
    return f"{format_where(change)} of {format_operation(change)}"


def list_operations(change: Change) -> list[str]:
    """Return every operation that a change touches, the one it was found on first."""
    names = dict.fromkeys((change.operation, *change.operations))
    return [escape_unprintable(name) for name in names if name]


def format_some(names: Sequence[str], limit: int) -> str:
    """Return some names, and how many more there are."""
    text = ", ".join(names[:limit])
    rest = len(names) - limit
    return f"{text} and {rest} more" if rest > 0 else text


def format_used_by(change: Change, limit: int = 5) -> str:
    """Return how many operations a change touches, and some of them."""
    names = list_operations(change)
    return f"{format_count(len(names), 'operation')}: {format_some(names, limit)}"


def format_because(change: Change) -> str:
    """Return the sentence that says what follows."""
    return format_one_line(change.because)


def list_readers(change: Change) -> list[tuple[str, str, Level]]:
    """Return for each reader its key, its name and how much the change matters to it."""
    return [(key, name, change.views.get(key, "none")) for key, name in READER_NAMES.items()]


def format_readers(change: Change) -> str:
    """Return the level for each reader in one line, and for each side if the sides differ."""
    parts = []
    for key, name, level in list_readers(change):
        parts.append(f"{name} {level}{format_sides(change, key)}")
    return ", ".join(parts)


def format_sides(change: Change, reader: str) -> str:
    """Return the level of each side for a reader, in brackets; "" if both have the same."""
    levels = {side: by_reader.get(reader, "none") for side, by_reader in change.sides.items()}
    if len(set(levels.values())) <= 1:
        return ""
    return f" ({', '.join(f'{side} {level}' for side, level in levels.items())})"


def format_proof(change: Change) -> str:
    """Return what the verdict rests on."""
    if change.proof == "rule" and change.level == "breaking":
        return "a rule proves it; a payload that shows it is too long to be built"
    return PROOF_TEXTS[change.proof]


def format_difference(change: Change, max_edits: int | None = None) -> str:
    """Return the difference on one line: `old → new`, `+ new` or `− old`; "" for none.

    Args:
        change: the change.
        max_edits: only so many edits of a list or object, and how many more there are; None for
            all of them.

    """
    if max_edits is None:
        return "  ".join(_format_edits(change.old, change.new))
    if change.old is None or change.new is None:
        old, new = _shorten_list(change.old, max_edits), _shorten_list(change.new, max_edits)
        return "  ".join(_format_edits(old, new))
    edits = _format_edits(change.old, change.new)
    shown = edits[:max_edits]
    if len(edits) > max_edits:
        shown.append(f"and {len(edits) - max_edits:,} more")
    return "  ".join(shown)


def _shorten_list(value: Any, limit: int) -> Any:
    """Return the text of a long list with its first items; any other value as it is."""
    if not isinstance(value, list) or len(value) <= limit:
        return value
    items = ", ".join(map(json_text.format_line, value[:limit]))
    return f"[{items}, and {len(value) - limit:,} more]"


def _format_edits(old: Any, new: Any) -> list[str]:
    """Return the edits between two values; of lists and objects only what differs."""
    if isinstance(old, list) and isinstance(new, list):
        return _format_list_edits(old, new)
    if isinstance(old, dict) and isinstance(new, dict):
        return _format_object_edits(old, new)
    if isinstance(old or new, dict) and None in (old, new):
        return _format_object_edits(old or {}, new or {})
    return _format_value_edit(old, new)


def _format_value_edit(old: Any, new: Any) -> list[str]:
    if json_text.format_line(old) == json_text.format_line(new):
        return []
    if new is None:
        return [f"− {json_text.format_value(old)}"]
    if old is None:
        return [f"+ {json_text.format_value(new)}"]
    return [f"{json_text.format_value(old)} → {json_text.format_value(new)}"]


def _format_list_edits(old: list[Any], new: list[Any]) -> list[str]:
    """Return removed and added items; the whole lists where only their order differs."""
    old_items = dict.fromkeys(map(json_text.format_line, old))
    new_items = dict.fromkeys(map(json_text.format_line, new))
    removed = [f"− {item}" for item in old_items if item not in new_items]
    added = [f"+ {item}" for item in new_items if item not in old_items]
    if removed or added:
        return removed + added
    return [f"{json_text.format_line(old)} → {json_text.format_line(new)}"]


def _format_object_edits(old: dict[Any, Any], new: dict[Any, Any]) -> list[str]:
    edits = []
    for name in {**old, **new}:
        label = escape_unprintable(str(name))
        old_text = json_text.format_line(old.get(name))
        new_text = json_text.format_line(new.get(name))
        if old_text == new_text:
            continue
        if name not in old:
            edits.append(f"+ {label}: {new_text}")
        elif name not in new:
            edits.append(f"− {label}: {old_text}")
        elif isinstance(old[name], list) and isinstance(new[name], list):
            edits += [f"{label}: {edit}" for edit in _format_list_edits(old[name], new[name])]
        else:
            edits.append(f"{label}: {old_text} → {new_text}")
    return edits


def format_location(source: ChangeLocation | None) -> str:
    """Return `file:line`, or `file#pointer` where no line is known; "" for no location."""
    if source is None:
        return ""
    file = escape_unprintable(shorten_path(source.file))
    if source.line:
        return f"{file}:{source.line}"
    return f"{file}#{escape_unprintable(source.pointer)}"


def list_locations(change: Change) -> list[tuple[str, str]]:
    """Return (`new` or `old`, location) for each document that has the place of a change."""
    locations = []
    if change.source and not change.is_gone:
        locations.append(("new", format_location(change.source)))
    if change.old_source:
        locations.append(("old", format_location(change.old_source)))
    return locations


def list_used_lines(change: Change) -> list[str]:
    """Return the lines of code that a change touches."""
    return [escape_unprintable(each) for each in change.used]


def join_clauses(parts: Iterable[str]) -> str:
    """Return the parts that are not empty, with semicolons between them."""
    return "; ".join(part for part in parts if part)

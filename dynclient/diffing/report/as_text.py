"""A diff for a terminal: what breaks with its proof, the rest in a line each, and at the end the verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import Change
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import messages, summary
from dynclient.diffing.report.summary import ReportSection

WIDTH = 100

#: What stands below the line of a change begins here, under its rule.
INDENT = 10

#: A label and what it labels.
LABEL_WIDTH = 10

#: Columns are aligned up to this width; a wider cell pushes only its own line.
MAX_COLUMN = 28

#: No cell is cut shorter.
MIN_CELL = 12

#: A payload is never wrapped, so that it can be copied; one longer than this is in the other reports.
MAX_PAYLOAD = 400

HEADINGS = {
    "policy": "policies: what was asked for beside compatibility; no payload can show it",
    "accepted": "accepted: each with the reason that was given",
}


def render(diff: ChangeSet, width: int = WIDTH) -> str:
    """Return the changes, the worst first; the last line is the verdict.

    Args:
        diff: what to tell.
        width: of the terminal, in columns; only what one wants to copy may be wider: payloads, places, and the verdict.

    """
    lines: list[str] = []
    for section in summary.build_sections(diff):
        lines += [*_render_section(section, width), ""]
    return "\n".join([*lines, summary.format_verdict_line(diff)]) + "\n"


def _render_section(section: ReportSection, width: int) -> Iterator[str]:
    heads = _format_headlines(section.changes, width)
    if section.key in HEADINGS:
        yield from [*_wrap_text(HEADINGS[section.key], width, "", "  "), ""]
    for number, (change, head) in enumerate(zip(section.changes, heads, strict=True)):
        details = list(_render_details(change, width))
        if number and details:
            yield ""
        yield from head
        yield from details


def _format_headlines(changes: Sequence[Change], width: int) -> list[list[str]]:
    """Return the first lines of changes, their columns aligned where all of a line finds room."""
    rules = [messages.to_one_line(change.rule) for change in changes]
    first = min(max(map(len, rules)), MAX_COLUMN)
    rows = [
        _format_cells(change, width - INDENT - max(len(rule), first) - 4)
        for change, rule in zip(changes, rules, strict=True)
    ]
    second = min(max(len(where) for where, _, _ in rows), MAX_COLUMN)
    found = []
    for change, rule, (where, operation, place) in zip(changes, rules, rows, strict=True):
        level = f"{change.level:<{INDENT}}{rule:<{first}}  "
        line = f"{level}{where:<{second}}  {operation}".rstrip()
        fits = len(line) + (len(place) + 2 if change.level == "info" else 0) <= width
        line = line if fits else f"{level}{where}  {operation}".rstrip()
        found.append(
            [f"{line}  {place}"]
            if change.level == "info" and not fits
            else _append_location(line, place, width)
        )
    return found


def _format_cells(change: Change, room: int) -> tuple[str, str, str]:
    """Return place in the operation, operation, and file of a change; all of it fits where it is told in one line."""
    place = messages.format_location(change.source)
    if change.level == "info":
        place = (
            place
            if len(place) <= room // 2
            else _shorten_middle(place.rpartition("/")[2], max(room // 2, MIN_CELL))
        )
        room -= len(place) + 2
    where, operation = (
        messages.format_where(change).replace(" application/json: ", ": "),
        messages.format_operation(change),
    )
    if where == change.operation:  # it is about the operation as such
        return _shorten_middle(operation, max(room, MIN_CELL)), "", place
    operation = _shorten_middle(operation, max(room * 2 // 5, room - len(where), MIN_CELL))
    return _shorten_middle(where, max(room - len(operation), MIN_CELL)), operation, place


def _shorten_middle(text: str, limit: int) -> str:
    """Return a text whose middle gives way: both ends of a place tell more."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def _append_location(line: str, place: str, width: int) -> list[str]:
    room = width - len(line) - 2
    if not place:
        return [line]
    return [f"{line}  {place:>{room}}"] if len(place) <= room else [line, f"{'':{INDENT}}{place}"]


def _render_details(change: Change, width: int) -> Iterator[str]:
    """Yield what stands below the line of a change; what is harmless has its line only."""
    if change.accepted:
        yield from _format_labelled("accepted", messages.to_one_line(change.accepted), width)
    if change.level == "info":
        return
    difference = messages.format_difference(change)
    for sentence in (
        messages.format_because(change),
        "" if difference[2:] == messages.format_where(change) else difference,
    ):
        yield from _wrap_text(json_text.truncate(sentence, MAX_PAYLOAD), width, " " * INDENT)
    yield from _render_proof(change, width)
    yield from _format_labelled("for", messages.format_readers(change), width)
    if len(messages.list_operations(change)) > 1:
        yield from _format_labelled("used by", messages.format_used_by(change), width)
    if messages.list_used_lines(change):
        yield from _format_labelled(
            "code", messages.format_some(messages.list_used_lines(change), 8), width
        )
    if change.old_source and not change.is_gone:
        yield f"{'':{INDENT}}{'was at':<{LABEL_WIDTH}}{messages.format_location(change.old_source)}"


def _render_proof(change: Change, width: int) -> Iterator[str]:
    if not change.has_witness:
        yield from _format_labelled(
            "undecided" if change.is_unknown else "proof", messages.format_proof(change), width
        )
        return
    for label, payload in (
        ("witness", json_text.format_line(change.witness)),
        ("python", witness_code.format_witness(change)),
    ):
        yield f"{'':{INDENT}}{label:<{LABEL_WIDTH}}{json_text.truncate(payload, MAX_PAYLOAD)}"
    if change.refusal:
        yield from _format_labelled(
            "refused", json_text.truncate(messages.to_one_line(change.refusal), MAX_PAYLOAD), width
        )


def _format_labelled(label: str, said: str, width: int) -> list[str]:
    return _wrap_text(
        said, width, f"{'':{INDENT}}{label:<{LABEL_WIDTH}}", " " * (INDENT + LABEL_WIDTH)
    )


def _wrap_text(said: str, width: int, first: str, after: str | None = None) -> list[str]:
    """Return a sentence in lines of a width; nothing where it says nothing."""
    rest = first if after is None else after
    return textwrap.wrap(
        said,
        max(width, len(rest) + 20),
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )

"""A diff for a terminal: what breaks with its proof, the rest in a line each, the verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import Change
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import messages, summary
from dynclient.diffing.report.summary import ReportSection

WIDTH = 100

#: The details of a change begin at this column, under its rule.
INDENT = 10

#: The width of a label.
LABEL_WIDTH = 10

#: Columns are aligned up to this width; a wider cell moves its own line only.
MAX_COLUMN = 28

#: No cell is cut shorter.
MIN_CELL = 12

#: A payload is never wrapped, so that people can copy it. The other reports have longer ones.
MAX_PAYLOAD = 400

HEADINGS = {
    "policy": "policies: what was asked for beside compatibility; no payload can show it",
    "accepted": "accepted: each with the reason that was given",
}


def render(diff: ChangeSet, width: int = WIDTH) -> str:
    """Return the changes, the worst first; the last line is the verdict.

    Args:
        diff: the changes.
        width: of the terminal, in columns; payloads, locations and the verdict may be wider, so
            that people can copy them.

    """
    lines: list[str] = []
    for section in summary.build_sections(diff):
        lines += [*_render_section(section, width), ""]
    return "\n".join([*lines, summary.format_verdict_line(diff)]) + "\n"


def _render_section(section: ReportSection, width: int) -> Iterator[str]:
    headlines = _format_headlines(section.changes, width)
    if section.key in HEADINGS:
        yield from [*_wrap_text(HEADINGS[section.key], width, "", "  "), ""]
    for number, change in enumerate(section.changes):
        details = list(_render_details(change, width))
        if number > 0 and details:
            yield ""
        yield from headlines[number]
        yield from details


@dataclass(frozen=True)
class _Row:
    """The cells of the first line of a change."""

    change: Change
    rule: str
    where: str
    operation: str
    location: str


def _format_headlines(changes: Sequence[Change], width: int) -> list[list[str]]:
    """Return the first lines of changes, with aligned columns where a whole line has room."""
    rules = [messages.to_one_line(change.rule) for change in changes]
    rule_width = min(max(map(len, rules)), MAX_COLUMN)
    rows = []
    for change, rule in zip(changes, rules, strict=True):
        room = width - INDENT - max(len(rule), rule_width) - 4
        rows.append(_build_row(change, rule, room))
    where_width = min(max(len(row.where) for row in rows), MAX_COLUMN)
    return [_format_headline(row, rule_width, where_width, width) for row in rows]


def _format_headline(row: _Row, rule_width: int, where_width: int, width: int) -> list[str]:
    is_info = row.change.level == "info"
    lead = f"{row.change.level:<{INDENT}}{row.rule:<{rule_width}}  "
    line = f"{lead}{row.where:<{where_width}}  {row.operation}".rstrip()
    needed = len(line) + len(row.location) + 2 if is_info else len(line)
    if needed <= width:
        return _append_location(line, row.location, width)

    line = f"{lead}{row.where}  {row.operation}".rstrip()
    if is_info:
        return [f"{line}  {row.location}"]
    return _append_location(line, row.location, width)


def _build_row(change: Change, rule: str, room: int) -> _Row:
    """Return the cells of a change; those of an info fit into one line."""
    location = messages.format_location(change.source)
    if change.level == "info":
        half = room // 2
        if len(location) > half:
            file_name = location.rpartition("/")[2]
            location = _shorten_middle(file_name, max(half, MIN_CELL))
        room -= len(location) + 2

    where = messages.format_where(change).replace(" application/json: ", ": ")
    operation = messages.format_operation(change)
    if where == change.operation:  # the change is about the operation as such
        return _Row(change, rule, _shorten_middle(operation, max(room, MIN_CELL)), "", location)
    operation = _shorten_middle(operation, max(room * 2 // 5, room - len(where), MIN_CELL))
    where = _shorten_middle(where, max(room - len(operation), MIN_CELL))
    return _Row(change, rule, where, operation, location)


def _shorten_middle(text: str, limit: int) -> str:
    """Return a text without its middle if it is too long: both ends of a place say more."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def _append_location(line: str, location: str, width: int) -> list[str]:
    if not location:
        return [line]
    room = width - len(line) - 2
    if len(location) <= room:
        return [f"{line}  {location:>{room}}"]
    return [line, f"{'':{INDENT}}{location}"]


def _render_details(change: Change, width: int) -> Iterator[str]:
    """Yield what stands below the first line of a change; nothing for a harmless one."""
    if change.accepted:
        yield from _format_labelled("accepted", messages.to_one_line(change.accepted), width)
    if change.level == "info":
        return

    yield from _wrap_sentence(messages.format_because(change), width)
    difference = messages.format_difference(change)
    if difference[2:] != messages.format_where(change):
        yield from _wrap_sentence(difference, width)
    yield from _render_proof(change, width)
    yield from _format_labelled("for", messages.format_readers(change), width)
    if len(messages.list_operations(change)) > 1:
        yield from _format_labelled("used by", messages.format_used_by(change), width)
    used_lines = messages.list_used_lines(change)
    if used_lines:
        yield from _format_labelled("code", messages.format_some(used_lines, 8), width)
    if change.old_source and not change.is_gone:
        yield _format_unwrapped("was at", messages.format_location(change.old_source))


def _render_proof(change: Change, width: int) -> Iterator[str]:
    if not change.has_witness:
        label = "undecided" if change.is_unknown else "proof"
        yield from _format_labelled(label, messages.format_proof(change), width)
        return
    witness = json_text.format_line(change.witness)
    yield _format_unwrapped("witness", json_text.truncate(witness, MAX_PAYLOAD))
    code = witness_code.format_witness(change)
    yield _format_unwrapped("python", json_text.truncate(code, MAX_PAYLOAD))
    if change.refusal:
        refusal = json_text.truncate(messages.to_one_line(change.refusal), MAX_PAYLOAD)
        yield from _format_labelled("refused", refusal, width)


def _format_unwrapped(label: str, text: str) -> str:
    return f"{'':{INDENT}}{label:<{LABEL_WIDTH}}{text}"


def _wrap_sentence(sentence: str, width: int) -> list[str]:
    return _wrap_text(json_text.truncate(sentence, MAX_PAYLOAD), width, " " * INDENT)


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

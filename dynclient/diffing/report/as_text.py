"""A diff for a terminal: the verdict, one line a change under its operation, the verdict again."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import LEVELS, Change, Level
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import messages, summary
from dynclient.display_text import format_one_line

WIDTH = 100

#: The level of a change, and its details below it, begin at these columns.
INDENT = 2
DETAIL_INDENT = 12

#: The width of a label.
LABEL_WIDTH = 10

#: Columns are aligned up to this width; a wider cell moves its own line only.
MAX_COLUMN = 40

#: A payload is never wrapped, so that people can copy it. The other reports have longer ones.
MAX_PAYLOAD = 400

#: So many edits of a list are written in the line of a change.
MAX_EDITS = 5

#: So many lines of code that a change touches are written in its line.
MAX_USED_LINES = 3


@dataclass(frozen=True)
class TextOptions:
    """What a text report shows.

    Attributes:
        width: of the terminal, in columns. Names, places and payloads are never shortened.
        level: changes from this level on have a line; the others are a count.
        has_details: whether each change has its proof, witness and readers below its line.
        footer: what the last line says after the verdict.

    """

    width: int = WIDTH
    level: Level = "warning"
    has_details: bool = False
    footer: str = ""


def render(diff: ChangeSet, options: TextOptions | None = None) -> str:
    """Return the report; the first and the last line are the verdict."""
    options = options or TextOptions()
    changes = list_shown(diff, options.level)
    lines = [summary.format_verdict_line(diff)]
    for operation, group in _group_by_operation(changes).items():
        lines += ["", messages.format_heading(diff, operation)]
        lines += _render_group(group, options)
    counts = _format_unshown(diff, changes, options.level)
    if counts:
        lines += ["", counts]
    if len(lines) > 1:
        lines += ["", summary.format_verdict_line(diff)]
    lines[-1] = messages.join_clauses([lines[-1], options.footer])
    return "\n".join(lines) + "\n"


def render_explanation(diff: ChangeSet, change: Change, width: int = WIDTH) -> str:
    """Return one change of a diff with its proof, its places and whom it affects."""
    lines = [messages.format_heading(diff, change.operation)]
    lines += _render_group([change], TextOptions(width=width, has_details=True))
    return "\n".join(lines) + "\n"


def list_shown(diff: ChangeSet, level: Level) -> list[Change]:
    """Return the changes that have a line: those of a level or above that nobody accepted."""
    shown_levels = LEVELS[: LEVELS.index(level) + 1]
    reported = summary.list_reported(diff)
    return [change for change in reported if change.level in shown_levels and not change.accepted]


def _group_by_operation(changes: Sequence[Change]) -> dict[str, list[Change]]:
    """Return the changes of each operation; the operation with the worst change is first."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.operation, []).append(change)
    return groups


def _render_group(changes: Sequence[Change], options: TextOptions) -> Iterator[str]:
    places = [_format_place(change) for change in changes]
    column = min(max(map(len, places)), MAX_COLUMN)
    for change, place in zip(changes, places, strict=True):
        lead = f"{'':{INDENT}}{change.level:<{DETAIL_INDENT - INDENT}}"
        words = _format_words(change)
        yield f"{lead}{place:<{column}}  {words}  [{change.short_fingerprint}]"
        if options.has_details:
            yield from _render_details(change, options.width)


def _format_place(change: Change) -> str:
    """Return the place of a change within its operation."""
    if not change.where or change.where == change.operation:
        return "operation" if change.operation else "document"
    return messages.format_where(change).replace(" application/json: ", ": ")


def _format_words(change: Change) -> str:
    """Return what changed: the rule, and the difference where there is one."""
    parts = [format_one_line(change.rule)]
    difference = messages.format_difference(change, MAX_EDITS)
    if difference and difference[2:] != messages.format_where(change):
        parts.append(json_text.truncate(difference, MAX_PAYLOAD))
    text = ": ".join(parts)
    if change.is_unknown:
        text = f"undecided: {text}"
    if change.policy:
        text = f"policy: {text}"
    others = len(messages.list_operations(change)) - 1
    if others > 0:
        text += f" (and {messages.format_count(others, 'other operation')})"
    used_lines = messages.list_used_lines(change)
    if used_lines:
        text += f" (used at {messages.format_some(used_lines, MAX_USED_LINES)})"
    return text


def _format_unshown(diff: ChangeSet, shown: Sequence[Change], level: Level) -> str:
    """Return how many changes have no line, and how to see them; "" if all have one."""
    accepted = summary.list_accepted(diff)
    rest = len(summary.list_reported(diff)) - len(shown) - len(accepted)
    parts = []
    if rest:
        parts.append(
            f"{messages.format_count(rest, 'more change')} below {level} (--level info lists all)"
        )
    if accepted:
        parts.append(f"{len(accepted):,} accepted")
    return ", ".join(parts)


def _render_details(change: Change, width: int) -> Iterator[str]:
    """Yield what stands below the line of a change."""
    yield from _format_labelled("level", change.level, width)
    yield from _format_labelled("because", messages.format_because(change), width)
    difference = messages.format_difference(change)
    if difference[2:] != messages.format_where(change):
        yield from _format_labelled("change", difference, width)
    yield from _render_proof(change, width)
    yield from _format_labelled("affects", messages.format_readers(change), width)
    if len(messages.list_operations(change)) > 1:
        yield from _format_labelled("used by", messages.format_used_by(change), width)
    used_lines = messages.list_used_lines(change)
    if used_lines:
        yield from _format_labelled("code", messages.format_some(used_lines, 8), width)
    for revision, location in messages.list_locations(change):
        yield _format_unwrapped(revision, location)
    if change.accepted:
        yield from _format_labelled("accepted", format_one_line(change.accepted), width)
    yield _format_unwrapped("fingerprint", f" {change.fingerprint}")


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
        refusal = json_text.truncate(format_one_line(change.refusal), MAX_PAYLOAD)
        yield from _format_labelled("refused", refusal, width)


def _format_unwrapped(label: str, text: str) -> str:
    return f"{'':{DETAIL_INDENT}}{label:<{LABEL_WIDTH}}{text}"


def _format_labelled(label: str, text: str, width: int) -> list[str]:
    """Return a labelled text in lines of a width; nothing where there is no text."""
    indent = " " * (DETAIL_INDENT + LABEL_WIDTH)
    return textwrap.wrap(
        json_text.truncate(text, MAX_PAYLOAD),
        max(width, len(indent) + 20),
        initial_indent=f"{'':{DETAIL_INDENT}}{label:<{LABEL_WIDTH}}",
        subsequent_indent=indent,
        break_on_hyphens=False,
    )

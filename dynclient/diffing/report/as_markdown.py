"""A diff as a comment for a pull request, never longer than GitHub accepts.

What breaks stands first with its proof; the rest is folded. Text of a document stands in code
spans, where GitHub reads neither links nor mentions, or is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import Change
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import messages, summary
from dynclient.diffing.report.summary import ReportSection
from dynclient.display_text import escape_unprintable, format_one_line

#: What GitHub takes as the body of a comment, in characters.
LIMIT = 65_536

#: Room at the end of the comment for the note of what was left out, in characters.
FOOTER = 600

#: One change must not crowd out all others.
MAX_PAYLOAD = 2_000
MAX_LINE = 400

MARKS = {"breaking": "🔴", "undecided": "❔", "compatible": "🟢", "identical": "🟢"}
LEVEL_MARKS = {"breaking": "🔴", "warning": "🟡", "info": "🔵"}

NOTES = {
    "policy": "Asked for beside compatibility; no payload can show it.",
    "accepted": "Each with the reason that was given.",
}

_MARKUP_SIGNS = re.compile(r"[\\`*_\[\]#|~$]|^[-+=](?=[-+= ]|$)|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
_AUTOLINK_SIGNS = re.compile(r"@|(?<=[a-z]):(?=//)|(?<=www)(?=\.)|(?<=GH)(?=-\d)", re.IGNORECASE)

#: An invisible sign between two others: GitHub finds no mention and no address across it.
_WORD_JOINER = "\u2060"


def render(diff: ChangeSet, limit: int = LIMIT) -> str:
    """Return the comment; what does not fit is left out, the least important first, and counted.

    Args:
        diff: the changes.
        limit: the longest comment, in characters.

    """
    mark = MARKS[summary.determine_outcome(diff)]
    lines = [
        f"## {mark} {escape_prose(summary.format_title(diff))}",
        "",
        f"**{escape_prose(summary.format_verdict(diff))}**",
        "",
    ]
    room = limit - _count_characters(lines) - FOOTER
    omissions: dict[str, int] = {}
    for section in summary.build_sections(diff):
        part, rendered = _render_within(section, room)
        room -= _count_characters(part)
        lines += part
        if rendered < len(section.changes):
            omissions[section.title.lower()] = len(section.changes) - rendered
            room = 0  # later sections matter less than what was left out
    return "\n".join([*lines, *_render_omissions(omissions)]).rstrip() + "\n"


def _count_characters(lines: list[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _render_omissions(counts: dict[str, int]) -> list[str]:
    if not counts:
        return []
    total = messages.format_count(sum(counts.values()), "change")
    listed = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    limit = f"a comment holds {LIMIT:,} characters"
    return [f"> **{total} left out** ({listed}): {limit}. The other reports have them all."]


def _render_within(section: ReportSection, room: int) -> tuple[list[str], int]:
    """Return the lines of a section that fit into the room, and how many changes they show."""
    head, foot = _render_frame(section)
    lines: list[str] = []
    size = _count_characters(head) + _count_characters(foot)
    for number, change in enumerate(section.changes):
        block = _render_line(change) if change.level == "info" else list(_render_fold(change))
        size += _count_characters(block)
        if size > room:
            if number == 0:
                return [], 0
            return [*head, *lines, *foot], number
        lines += block
    return [*head, *lines, *foot], len(section.changes)


def _render_frame(section: ReportSection) -> tuple[list[str], list[str]]:
    """Return the first and last lines of a section; all but breaking and warning are folded."""
    title = f"{section.title} ({len(section.changes):,})"
    note = NOTES.get(section.key)
    note_lines = [note, ""] if note else []
    if section.key in ("breaking", "warning"):
        return [f"### {title}", "", *note_lines], [""]
    head = ["<details>", f"<summary><b>{title}</b></summary>", "", *note_lines]
    return head, ["", "</details>", ""]


def _render_line(change: Change) -> list[str]:
    parts = [
        _format_heading(change),
        format_code_span(messages.format_location(change.source)),
        escape_prose(messages.format_because(change)),
        f"accepted: {escape_prose(change.accepted)}" if change.accepted else "",
    ]
    return [f"- {' · '.join(filter(None, parts))}"]


def _format_heading(change: Change) -> str:
    parts = [format_code_span(change.rule)]
    if change.where != change.operation:
        parts.append(format_code_span(messages.format_where(change)))
    parts.append(format_code_span(messages.format_operation(change)))
    return " ".join(filter(None, parts))


def _render_fold(change: Change) -> Iterator[str]:
    """Yield a change as a fold, open if the change breaks somebody."""
    is_open = change.level == "breaking" and not change.accepted
    yield "<details open>" if is_open else "<details>"
    yield f"<summary>{_format_fold_title(change)}</summary>"
    yield ""
    if change.because:
        yield from [escape_prose(messages.format_because(change)), ""]
    yield from _render_facts(change)
    yield ""
    yield from _render_proof(change)
    yield from ["</details>", ""]


def _format_fold_title(change: Change) -> str:
    mark = LEVEL_MARKS[change.level]
    if change.is_unknown:
        mark += " undecided"
    parts = [f"{mark} <b>{_format_html_code(change.rule)}</b>"]
    if change.where != change.operation:
        parts.append(_format_html_code(messages.format_where(change)))
    parts.append(_format_html_code(messages.format_operation(change)))
    return " · ".join(parts)


def _render_facts(change: Change) -> Iterator[str]:
    facts = {
        "accepted": escape_prose(change.accepted),
        "change": format_code_span(messages.format_difference(change)),
        "for": escape_prose(messages.format_readers(change)),
        "used by": _format_used_by(change),
        "code": _format_spans(messages.list_used_lines(change), 10),
        "at": _format_locations(change),
    }
    if not change.has_witness:
        label = "undecided" if change.is_unknown else "proof"
        facts[label] = messages.format_proof(change)
    for label, text in facts.items():
        if text:
            yield f"- {label}: {text}"


def _format_locations(change: Change) -> str:
    locations = messages.list_locations(change)
    return ", ".join(f"{format_code_span(location)} ({which})" for which, location in locations)


def _format_used_by(change: Change) -> str:
    names = messages.list_operations(change)
    if len(names) < 2:  # noqa: PLR2004 (the one in the heading)
        return ""
    return f"{len(names)} operations: {_format_spans(names, 8)}"


def _format_spans(texts: list[str], limit: int) -> str:
    """Return some texts as code spans, and how many more there are."""
    spans = ", ".join(map(format_code_span, texts[:limit]))
    rest = len(texts) - limit
    return f"{spans} and {rest} more" if rest > 0 else spans


def _render_proof(change: Change) -> Iterator[str]:
    if not change.has_witness:
        return
    yield from format_code_block(json_text.format_line(change.witness), "json")
    yield from format_code_block(witness_code.format_witness(change), "python")
    if change.refusal:
        yield from [f"refused: {format_code_span(change.refusal)}", ""]


def escape_prose(text: str) -> str:
    """Return foreign text in which no sign means anything.

    It holds no HTML, no Markdown, no mention and no link.
    """
    line = json_text.truncate(format_one_line(text), MAX_LINE)
    escaped = _MARKUP_SIGNS.sub(r"\\\g<0>", html.escape(line, quote=False))
    escaped = _AUTOLINK_SIGNS.sub(rf"\g<0>{_WORD_JOINER}", escaped)
    return escaped.replace("\\#", f"\\#{_WORD_JOINER}")


def format_code_span(text: str) -> str:
    """Return foreign text as a code span, which no sign in it can end; "" for no text."""
    line = json_text.truncate(format_one_line(text), MAX_LINE)
    if not line:
        return ""
    ticks = "`" * (1 + _count_backticks(line))
    has_outer_tick = line[0] == "`" or line[-1] == "`"
    pad = " " if has_outer_tick else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def _count_backticks(text: str) -> int:
    """Return the length of the longest run of backticks."""
    return max(map(len, re.findall("`+", text)), default=0)


def _format_html_code(text: str) -> str:
    """Return foreign text as code in HTML, in a block that Markdown leaves alone."""
    line = json_text.truncate(format_one_line(text), MAX_LINE)
    return f"<code>{html.escape(line)}</code>"


def format_code_block(text: str, language: str) -> list[str]:
    """Return foreign text as a code block, whose fence is longer than any in it."""
    line = escape_unprintable(json_text.truncate(text, MAX_PAYLOAD))
    fence = "`" * max(3, 1 + _count_backticks(line))
    return [f"{fence}{language}", line, fence, ""]

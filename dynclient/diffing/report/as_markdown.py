"""A diff as a comment for a pull request: what breaks with its proof, the rest folded, and never too long to be posted.

Everything that comes from a document stands in code, where GitHub reads neither links nor mentions, or is escaped.
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
from dynclient.violations import escape_unprintable

#: What GitHub takes as the body of a comment, in characters.
LIMIT = 65_536

#: Room for what closes the comment: what was left out, and how.
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

#: Joins two signs and is not seen: GitHub finds no mention and no address across it.
_WORD_JOINER = "\u2060"


def render(diff: ChangeSet, limit: int = LIMIT) -> str:
    """Return the comment: what does not fit is left out, the least important first, and counted.

    Args:
        diff: what to tell.
        limit: in characters.

    """
    lines = [
        f"## {MARKS[summary.determine_outcome(diff)]} {escape_prose(summary.format_title(diff))}",
        "",
        f"**{escape_prose(summary.format_verdict(diff))}**",
        "",
    ]
    room = limit - sum(len(line) + 1 for line in lines) - FOOTER
    left_out: dict[str, int] = {}
    for section in summary.build_sections(diff):
        part, told = _render_within(section, room)
        room -= sum(len(line) + 1 for line in part)
        lines += part
        if told < len(section.changes):
            left_out[section.title.lower()] = len(section.changes) - told
            room = 0  # what follows matters less
    return "\n".join([*lines, *_render_omissions(left_out)]).rstrip() + "\n"


def _render_omissions(counts: dict[str, int]) -> list[str]:
    if not counts:
        return []
    total = messages.format_count(sum(counts.values()), "change")
    listed = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    return [
        f"> **{total} left out** ({listed}): a comment holds {LIMIT:,} characters. The other reports have them all."
    ]


def _render_within(section: ReportSection, room: int) -> tuple[list[str], int]:
    """Return as many lines of a section as there is room for, and how many changes they tell."""
    head, foot = _render_frame(section)
    used = sum(len(line) + 1 for line in [*head, *foot])
    lines: list[str] = []
    for number, change in enumerate(section.changes):
        block = _render_line(change) if change.level == "info" else list(_render_fold(change))
        used += sum(len(line) + 1 for line in block)
        if used > room:
            return ([*head, *lines, *foot], number) if number else ([], 0)
        lines += block
    return [*head, *lines, *foot], len(section.changes)


def _render_frame(section: ReportSection) -> tuple[list[str], list[str]]:
    """Return what opens and closes a section: what breaks or may surprise is open, the rest is folded."""
    title = f"{section.title} ({len(section.changes):,})"
    note = [NOTES[section.key], ""] if section.key in NOTES else []
    if section.key in ("breaking", "warning"):
        return [f"### {title}", "", *note], [""]
    return ["<details>", f"<summary><b>{title}</b></summary>", "", *note], ["", "</details>", ""]


def _render_line(change: Change) -> list[str]:
    place = messages.format_location(change.source)
    parts = [
        _format_heading(change),
        *([format_code_span(place)] if place else []),
        escape_prose(messages.format_because(change)),
    ]
    reason = f"accepted: {escape_prose(change.accepted)}" if change.accepted else ""
    return [f"- {' · '.join(part for part in [*parts, reason] if part)}"]


def _format_heading(change: Change) -> str:
    about = (
        "" if change.where == change.operation else format_code_span(messages.format_where(change))
    )
    return " ".join(
        part
        for part in (
            format_code_span(change.rule),
            about,
            format_code_span(messages.format_operation(change)),
        )
        if part
    )


def _render_fold(change: Change) -> Iterator[str]:
    """Yield a change as a fold that is open where it breaks somebody."""
    is_open = change.level == "breaking" and not change.accepted
    about = (
        ""
        if change.where == change.operation
        else _format_html_code(messages.format_where(change)) + " · "
    )
    marks = LEVEL_MARKS[change.level] + (" undecided" if change.is_unknown else "")
    summary = f"{marks} <b>{_format_html_code(change.rule)}</b> · {about}{_format_html_code(messages.format_operation(change))}"
    yield from ["<details open>" if is_open else "<details>", f"<summary>{summary}</summary>", ""]
    yield from ([escape_prose(messages.format_because(change)), ""] if change.because else [])
    yield from _render_facts(change)
    yield ""
    yield from _render_proof(change)
    yield from ["</details>", ""]


def _render_facts(change: Change) -> Iterator[str]:
    difference = messages.format_difference(change)
    facts = {
        "accepted": escape_prose(change.accepted),
        "change": format_code_span(difference) if difference else "",
        "for": escape_prose(messages.format_readers(change)),
        "used by": _format_used_by(change),
        "code": ", ".join(map(format_code_span, messages.list_used_lines(change)[:10]))
        + _format_rest(len(change.used) - 10),
        "at": ", ".join(
            f"{format_code_span(place)} ({which})"
            for which, place in messages.list_locations(change)
        ),
        ""
        if change.has_witness
        else "undecided"
        if change.is_unknown
        else "proof": messages.format_proof(change),
    }
    facts.pop("", None)
    yield from (f"- {label}: {said}" for label, said in facts.items() if said)


def _format_used_by(change: Change) -> str:
    names = messages.list_operations(change)
    if len(names) < 2:  # noqa: PLR2004 (the one in the heading)
        return ""
    return f"{len(names)} operations: {', '.join(map(format_code_span, names[:8]))}{_format_rest(len(names) - 8)}"


def _format_rest(number: int) -> str:
    return f" and {number} more" if number > 0 else ""


def _render_proof(change: Change) -> Iterator[str]:
    if change.has_witness:
        yield from format_code_block(json_text.format_line(change.witness), "json")
        yield from format_code_block(witness_code.format_witness(change), "python")
        yield from ([f"refused: {format_code_span(change.refusal)}", ""] if change.refusal else [])


def escape_prose(text: str) -> str:
    """Return foreign text in which no sign means anything: no HTML, no Markdown, no mention, no link."""
    plain = html.escape(json_text.truncate(messages.to_one_line(text), MAX_LINE), quote=False)
    plain = _MARKUP_SIGNS.sub(r"\\\g<0>", plain)
    return _AUTOLINK_SIGNS.sub(lambda found: f"{found[0]}{_WORD_JOINER}", plain).replace(
        "\\#", f"\\#{_WORD_JOINER}"
    )


def format_code_span(text: str) -> str:
    """Return foreign text as a code span, which no sign in it can end."""
    flat = json_text.truncate(messages.to_one_line(text), MAX_LINE)
    if not flat:
        return ""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    pad = " " if flat[0] == "`" or flat[-1] == "`" else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"


def _format_html_code(text: str) -> str:
    """Return foreign text as code in HTML, in a block that Markdown leaves alone."""
    return f"<code>{html.escape(json_text.truncate(messages.to_one_line(text), MAX_LINE))}</code>"


def format_code_block(text: str, language: str) -> list[str]:
    """Return foreign text as a code block, whose fence is longer than any in it."""
    line = escape_unprintable(json_text.truncate(text, MAX_PAYLOAD))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return [f"{fence}{language}", line, fence, ""]

"""Markdown that is ours, with text that is not: what a document says cannot leave its place or bring HTML along.

The text of a document is CommonMark, so emphasis, lists, links, tables and code stay what they are. Everything else is
made harmless: HTML, headings, images, link definitions, links to anything but the web, fences that are never closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: What begins a line before its own text: the marks of quotes and lists, in any nesting.
_LINE_PREFIX = r"((?:[ \t]|>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))*)"

_HEADING = re.compile(_LINE_PREFIX + r"(#{1,6}(?:[ \t]|$))")
_UNDERLINE = re.compile(_LINE_PREFIX + r"([=-]{1,}[ \t]*)$")
_FENCE = re.compile(r" {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$")

#: What must not mean what it means in Markdown, and the backslashes before it: HTML, images, link definitions, and
#: links to anything but the web.
_HARMFUL = re.compile(r"(\\*)(<|!\[|\]:|\]\((?![ \t]*(?:https?://|mailto:|#|/)))", re.IGNORECASE)

#: Signs that may mean something; an underscore within a word does not.
_MARKUP = re.compile(r"[\\`*\[\]|~!#$]|(?<![^\W_])_|_(?![^\W_])")

MAX_CHARS = 20_000


def format_block(text: str) -> str:
    """Return the text of a document as paragraphs of a page."""
    lines: list[str] = []
    fence = ""
    for line in _escape_unprintable(text.strip()[:MAX_CHARS]).split("\n"):
        mark = _FENCE.match(line)
        opens = (mark[1] or mark[3]) if mark else ""
        if fence and mark and opens.startswith(fence) and not (mark[2] or mark[4] or "").strip():
            lines += [fence, ""]
            fence = ""
        elif fence:
            lines.append(line)
        elif opens:
            # At the margin and after an empty line it is a fence for every reader of Markdown.
            fence = opens
            lines += ["", fence]
        else:
            lines.append(_escape_line(line))
    lines += [fence] if fence else []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _escape_line(line: str) -> str:
    line = _HEADING.sub(r"\1\\\2", line, count=1)
    line = _UNDERLINE.sub(r"\1\\\2", line, count=1)
    line = _escape_unsafe(line).rstrip()
    return f"\\{line.lstrip()}" if _FENCE.match(line) else line


def format_inline(text: str) -> str:
    """Return the text of a document for a line, or the cell of a table: its paragraphs are parted by a break."""
    paragraphs = re.split(
        r"\n(?:[ \t]*\n)+|\n(?=[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t])", text.strip()[:MAX_CHARS]
    )
    lines = [
        " ".join(_escape_line(_escape_unprintable(line)) for line in part.split("\n"))
        for part in paragraphs
    ]
    return "<br>".join(" ".join(line.split()).replace("|", "\\|") for line in lines if line.strip())


def _escape_unsafe(text: str) -> str:
    """Return a line without HTML, images, link definitions, or links that lead out of the web."""
    pieces = re.split("(`+)", text)
    safe: list[str] = []
    at = 0
    while at < len(pieces):
        end = next(
            (i for i in range(at + 2, len(pieces), 2) if at % 2 and pieces[i] == pieces[at]), 0
        )
        if end:
            safe.append(_format_code_span("".join(pieces[at + 1 : end]), pieces[at]))
            at = end
        else:
            safe.append(pieces[at] if at % 2 else _escape_harmful(pieces[at]))
        at += 1
    return "".join(safe)


def _escape_harmful(text: str) -> str:
    return _HARMFUL.sub(_escape_match, text)


def _escape_match(found: re.Match[str]) -> str:
    before, sign = found.groups()
    escaped = len(before) % 2 == 1
    if sign == "<":  # an entity, which every reader of Markdown knows
        return (before[:-1] if escaped else before) + "&lt;"
    if escaped:
        return found[0]
    return before + (f"]\\{sign[1]}" if sign[0] == "]" else f"\\{sign}")


def _format_code_span(text: str, ticks: str) -> str:
    """Return a code span as it stands; one that would mean something outside of one is spelled out.

    Where a reader of Markdown finds other spans than we do, nothing in them does harm.
    """
    if re.search(r"[<&]|\]:|!\[|\]\(", text):
        return f"<code>{escape_literal(text.strip())}</code>"
    return f"{ticks}{text}{ticks}"


def escape_literal(text: str) -> str:
    """Return text in which no sign means anything to Markdown or HTML."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\g<0>", _escape_unprintable(text).replace("\n", " "))


def format_code(text: str) -> str:
    """Return text as a code span on one line, also for the cell of a table."""
    flat = " ".join(_escape_unprintable(text).split())
    if not flat:
        return ""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    pad = " " if flat[0] == "`" or flat[-1] == "`" else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}".replace("|", "\\|")


def format_code_block(text: str, language: str) -> list[str]:
    """Return the lines of a code block, whose fence is longer than any in it."""
    text = _escape_unprintable(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return [f"{fence}{language}", *text.split("\n"), fence]


def format_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; an empty cell is a dash."""
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(cell or '-' for cell in line)} |" for line in lines]


def _escape_unprintable(text: str) -> str:
    return "".join(
        c
        if c.isprintable() or c == "\n"
        else " "
        if c == "\t"
        else ""
        if c == "\r"
        else repr(c)[1:-1]
        for c in text
    )

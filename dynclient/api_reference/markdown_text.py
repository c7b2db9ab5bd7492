"""Markdown that holds the text of a document, which cannot leave its place or bring HTML along.

The text of a document is CommonMark, so emphasis, lists, links, tables and code stay what they
are. Everything else is made harmless: HTML, headings, images, link definitions, links to anything
but the web, and fences that are never closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: What may stand before the text of a line: the marks of quotes and lists, in any nesting.
_LINE_PREFIX = r"((?:[ \t]|>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))*)"

_HEADING = re.compile(_LINE_PREFIX + r"(#{1,6}(?:[ \t]|$))")
_UNDERLINE = re.compile(_LINE_PREFIX + r"([=-]{1,}[ \t]*)$")
_FENCE = re.compile(r" {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$")

#: What ends a paragraph: an empty line, or the beginning of a list item.
_PARAGRAPH_END = re.compile(r"\n(?:[ \t]*\n)+|\n(?=[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t])")

#: Markup that must not work, with the backslashes before it: HTML, images, link definitions, and
#: links to anything but the web.
_HARMFUL = re.compile(r"(\\*)(<|!\[|\]:|\]\((?![ \t]*(?:https?://|mailto:|#|/)))", re.IGNORECASE)

#: Characters that may be markup; an underscore within a word is not.
_MARKUP = re.compile(r"[\\`*\[\]|~!#$]|(?<![^\W_])_|_(?![^\W_])")

_SPACES = {"\n": "\n", "\t": " ", "\r": ""}

MAX_CHARS = 20_000


def format_block(text: str) -> str:
    """Return the text of a document as paragraphs of a page."""
    lines: list[str] = []
    open_fence = ""
    for line in _escape_unprintable(text.strip()[:MAX_CHARS]).split("\n"):
        fence, info = _parse_fence(line)
        if open_fence and fence.startswith(open_fence) and not info.strip():
            lines += [open_fence, ""]
            open_fence = ""
        elif open_fence:
            lines.append(line)
        elif fence:
            # At the margin and after an empty line it is a fence for every reader of Markdown.
            open_fence = fence
            lines += ["", fence]
        else:
            lines.append(_escape_line(line))
    if open_fence:
        lines.append(open_fence)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _parse_fence(line: str) -> tuple[str, str]:
    """Return the fence that a line begins with and the text after it, "" for both if none."""
    match = _FENCE.match(line)
    if match is None:
        return "", ""
    return match[1] or match[3], match[2] or match[4] or ""


def _escape_line(line: str) -> str:
    line = _HEADING.sub(r"\1\\\2", line, count=1)
    line = _UNDERLINE.sub(r"\1\\\2", line, count=1)
    line = _escape_unsafe(line).rstrip()
    return f"\\{line.lstrip()}" if _FENCE.match(line) else line


def format_inline(text: str) -> str:
    """Return the text of a document for a line, or for the cell of a table.

    A `<br>` stands between its paragraphs.
    """
    paragraphs = []
    for paragraph in _PARAGRAPH_END.split(text.strip()[:MAX_CHARS]):
        lines = [_escape_line(_escape_unprintable(line)) for line in paragraph.split("\n")]
        words = " ".join(lines).split()
        if words:
            paragraphs.append(" ".join(words).replace("|", "\\|"))
    return "<br>".join(paragraphs)


def _escape_unsafe(text: str) -> str:
    """Return a line without HTML, images, link definitions, and links to anything but the web."""
    # Every second piece is a run of backticks.
    pieces = re.split("(`+)", text)
    safe: list[str] = []
    index = 0
    while index < len(pieces):
        is_run = index % 2 == 1
        end = _find_equal_run(pieces, index) if is_run else 0
        if end:
            safe.append(_format_code_span("".join(pieces[index + 1 : end]), pieces[index]))
            index = end
        else:
            safe.append(pieces[index] if is_run else _escape_harmful(pieces[index]))
        index += 1
    return "".join(safe)


def _find_equal_run(pieces: list[str], start: int) -> int:
    """Return the index of the next run of as many backticks, 0 if there is none."""
    for index in range(start + 2, len(pieces), 2):
        if pieces[index] == pieces[start]:
            return index
    return 0


def _escape_harmful(text: str) -> str:
    return _HARMFUL.sub(_escape_match, text)


def _escape_match(match: re.Match[str]) -> str:
    backslashes, markup = match.groups()
    is_escaped = len(backslashes) % 2 == 1
    if markup == "<":  # an entity, which every reader of Markdown knows
        return (backslashes[:-1] if is_escaped else backslashes) + "&lt;"
    if is_escaped:
        return match[0]
    if markup[0] == "]":
        return f"{backslashes}]\\{markup[1]}"
    return f"{backslashes}\\{markup}"


def _format_code_span(text: str, ticks: str) -> str:
    """Return a code span as it is, or as HTML if its text would be markup outside of a span.

    Readers of Markdown may find other spans than these; so nothing in them does harm.
    """
    if re.search(r"[<&]|\]:|!\[|\]\(", text):
        return f"<code>{escape_literal(text.strip())}</code>"
    return f"{ticks}{text}{ticks}"


def escape_literal(text: str) -> str:
    """Return text in which no character is markup for Markdown or HTML."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\g<0>", _escape_unprintable(text).replace("\n", " "))


def format_code(text: str) -> str:
    """Return text as a code span on one line, also for the cell of a table."""
    flat = " ".join(_escape_unprintable(text).split())
    if not flat:
        return ""
    ticks = "`" * (1 + _measure_longest_run(flat))
    pad = " " if flat[0] == "`" or flat[-1] == "`" else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}".replace("|", "\\|")


def format_code_block(text: str, language: str) -> list[str]:
    """Return the lines of a code block, whose fence is longer than any in it."""
    text = _escape_unprintable(text)
    fence = "`" * max(3, 1 + _measure_longest_run(text))
    return [f"{fence}{language}", *text.split("\n"), fence]


def _measure_longest_run(text: str) -> int:
    """Return the length of the longest run of backticks in a text."""
    return max(map(len, re.findall("`+", text)), default=0)


def format_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; an empty cell is a dash."""
    lines = [headings, ["---"] * len(headings), *rows]
    return [_format_row(cells) for cells in lines]


def _format_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell or '-' for cell in cells)} |"


def _escape_unprintable(text: str) -> str:
    return "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if character.isprintable():
        return character
    return _SPACES.get(character, repr(character)[1:-1])

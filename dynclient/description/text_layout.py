"""Text in lines: aligned columns, wrapped paragraphs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from dynclient.display_text import escape_unprintable

#: A wider column is as wide as nine of ten of its cells need; a wider cell moves its own line only.
MAX_COLUMN_WIDTH = 48


def align_columns(rows: Iterable[Sequence[str]], indent: str = "") -> list[str]:
    """Return rows of cells as lines with aligned columns."""
    cells = [tuple(row) for row in rows]
    columns = zip(*cells, strict=True)
    widths = [_choose_column_width(list(map(len, column))) for column in columns]
    lines = []
    for row in cells:
        padded = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        lines.append(indent + "  ".join(padded).rstrip())
    return lines


def _choose_column_width(lengths: list[int]) -> int:
    widest = max(lengths)
    if widest <= MAX_COLUMN_WIDTH:
        return widest
    ninth_tenth = sorted(lengths)[len(lengths) * 9 // 10]
    return min(ninth_tenth, MAX_COLUMN_WIDTH)


def wrap_paragraphs(text: str, indent: str, width: int) -> list[str]:
    """Return the paragraphs of a text, wrapped to a width; list items keep their lines."""
    inner_width = max(width - len(indent), 20)
    wrapper = textwrap.TextWrapper(inner_width, break_long_words=False, break_on_hyphens=False)
    lines: list[str] = []
    for paragraph in escape_unprintable(text.strip(), keep="\n").split("\n\n"):
        if lines:
            lines.append("")
        for block in _split_list_items(paragraph):
            lines += wrapper.wrap(" ".join(block.split()))
    return [(indent + line).rstrip() for line in lines]


def _split_list_items(paragraph: str) -> list[str]:
    """Return the blocks of a paragraph: its text, and each of its list items."""
    lines = []
    for line in paragraph.split("\n"):
        is_item = line.lstrip()[:2] in ("- ", "* ")
        lines.append(f"\n{line}" if is_item else line)
    return "\n".join(lines).strip().split("\n\n")

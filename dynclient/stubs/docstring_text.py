"""Docstrings of generated modules: text of a document, in which nothing ends the docstring."""

from __future__ import annotations

from dynclient.display_text import escape_unprintable

#: How much of a description a docstring holds.
MAX_CHARS = 4000


def format_docstring(text: str, indent: str) -> str:
    r"""Return a text as a docstring, with its indentation and line break; "" for no text.

    Args:
        text: of a document, so it may hold anything.
        indent: the white space before each line.

    """
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS].rstrip() + " …"
    lines = [_escape_line(line) for line in text.strip().splitlines()]
    if not any(lines):
        return ""
    if len(lines) == 1:
        return f'{indent}"""{lines[0]}"""\n'
    rest = [f"{indent}{line}" if line else "" for line in lines[1:]]
    return "\n".join([f'{indent}"""{lines[0]}', *rest, f'{indent}"""', ""])


def _escape_line(line: str) -> str:
    """Return a line of source that means this line, its control characters written out."""
    visible = escape_unprintable(line.rstrip())
    return visible.replace("\\", "\\\\").replace('"', '\\"')

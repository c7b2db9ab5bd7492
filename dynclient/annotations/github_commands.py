"""Workflow commands, which GitHub Actions shows as annotations of a pull request.

Source: GitHub, "Workflow commands for GitHub Actions"; the runner's toolkit for the escapes.
"""

from __future__ import annotations

from collections.abc import Mapping

from dynclient.annotations.file_names import find_repository_path, is_file
from dynclient.display_text import escape_unprintable

#: GitHub shows so many annotations of each kind for one step.
MAX_ANNOTATIONS = 10


def format_command(name: str, properties: Mapping[str, str], message: str) -> str:
    """Return a workflow command: `::error file=api.yaml,line=7::what is wrong`.

    Args:
        name: `error`, `warning` or `notice`.
        properties: the fields of the annotation; an empty one is left out.
        message: any text, of one or several lines.

    """
    parts = [f"{key}={_escape_property(value)}" for key, value in properties.items() if value]
    clean_message = escape_unprintable(message, keep="\n")
    return f"::{name} {','.join(parts)}::{_escape_data(clean_message)}"


def build_place(file: str, line: int | None, column: int | None = None) -> dict[str, str]:
    """Return the fields of a place; none for a URL, which is no file of the repository."""
    if not file or not is_file(file):
        return {}
    place = {"file": escape_unprintable(find_repository_path(file)), "line": str(line or 1)}
    return place | ({"col": str(column)} if column else {})


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(escape_unprintable(text)).replace(":", "%3A").replace(",", "%2C")

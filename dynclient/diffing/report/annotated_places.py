"""Where a CI system annotates a change: paths as the repository names its files, and lines."""

from __future__ import annotations

import os
from pathlib import Path

from dynclient.diffing.change import Change, ChangeLocation
from dynclient.diffing.report import messages


def find_repository_path(uri: str) -> str:
    """Return a file relative to the root of its repository, with `/`, normalised.

    A file outside of any repository is relative to the current folder, if it lies in it. A URL is
    returned as it is.
    """
    if not messages.is_file(uri):
        return uri
    path = Path(os.path.normpath(Path.cwd() / messages.to_file_name(uri)))
    for folder in path.parents:
        if (folder / ".git").exists():
            return path.relative_to(folder).as_posix()
    return Path(messages.shorten_path(str(path))).as_posix()


def find_annotated_location(change: Change) -> tuple[ChangeLocation | None, str]:
    """Return where a change is annotated, and a note that names the old line if it is elsewhere.

    What was removed has a line in the old document only. Where both are one file of the repository,
    that line is annotated; else the nearest line that the new document still has.
    """
    source, nearest = change.source, change.nearest
    if source is None or nearest is None:
        return source, ""
    if find_repository_path(source.file) == find_repository_path(nearest.file):
        return source, ""
    return nearest, f" (old line {source.line})" if source.line else ""

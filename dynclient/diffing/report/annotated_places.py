"""Where a CI system annotates a change: paths as the repository names its files, and lines."""

from __future__ import annotations

from dynclient.annotations.file_names import find_repository_path
from dynclient.diffing.change import Change, ChangeLocation


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

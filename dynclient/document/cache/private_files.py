"""Files in a folder of the user's own: read without following anything, written whole."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

#: Of a file that is being written. A process that was killed leaves it behind.
TEMPORARY_SUFFIX = ".part"

#: A link is not followed, and a pipe in the place of an entry does not block. Windows lacks both.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def is_private_folder(folder: Path) -> bool:
    """Tell whether a folder is the user's own and nobody else can write it."""
    if os.name == "nt":  # The folder of a user's own data is private there; modes say nothing.
        return True
    try:
        status = folder.stat()
    except OSError:
        return False
    return _belongs_to_user(status)


def _belongs_to_user(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & _WRITABLE_BY_OTHERS


def read_regular_file(path: Path) -> bytes:
    """Return the bytes of an entry.

    Raises:
        OSError: it is a link, a pipe, a device or a folder, or it belongs to somebody else.

    """
    descriptor = os.open(path, _OPEN_FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path} is no regular file")
        if os.name != "nt" and not _belongs_to_user(status):
            raise OSError(f"others can write {path}")
        return file.read()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside its place, then rename it; after a failure nothing is left behind."""
    import tempfile  # most often there is nothing to write

    suffix = TEMPORARY_SUFFIX
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=suffix, delete=False) as file:
        temporary_path = Path(file.name)
        try:
            file.write(data)
            file.close()
            temporary_path.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary_path.unlink()
            raise

"""Files that commands write: whole or not at all."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from dynclient.errors import UsageError

STDOUT = "-"


def writable(file: str) -> None:
    """Make sure that a file can be written, before anything is sent.

    Raises:
        UsageError: it cannot.

    """
    if file == STDOUT:
        return
    path = Path(file)
    folder = path.parent
    if path.is_dir():
        raise UsageError(f"{file} is a folder; nothing was sent", hint="name a file in it")
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}; nothing was sent")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"{file} cannot be written; nothing was sent")


def save(file: str, data: bytes, remark: str = "") -> None:
    """Write data to a file, or to standard output, and tell how much it was.

    Raises:
        UsageError: it cannot be written.

    """
    from dynclient.cli.render import note

    if file == STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    write(Path(file), data)
    note(f"{len(data):,} bytes → {file}" + (f" ({remark})" if remark else ""))


def write(path: Path, data: bytes) -> None:
    """Write a file so that whoever reads it finds all of the old or all of the new; a device or pipe is written to.

    Raises:
        UsageError: it cannot be written.

    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _replace(target, data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def _replace(target: Path, data: bytes) -> None:
    beside = target.with_name(f".{target.name[:100]}.{os.getpid()}")
    try:
        # A file of ours alone: nobody can have put a link in its place.
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as opened:
            opened.write(data)
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o777)
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise

"""Files that commands write: whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from dynclient.client.transfer_progress import build_observer
from dynclient.errors import UsageError

STDOUT = "-"

#: From this status on an answer tells of a failure, which is shown and not saved.
FIRST_FAILURE_STATUS = 400


def check_writable(file: str) -> None:
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


class Download:
    """The binary body of a success, written beside the file until it is complete.

    Args:
        file: the file that it becomes.

    """

    def __init__(self, file: str) -> None:
        self.target = Path(file).resolve()
        self.size_bytes = 0
        self._expected_size = ""
        self._stream: BinaryIO | None = None
        self._progress = build_observer(True, self.target.name)

    def takes(self, status: int, headers: Mapping[str, str]) -> bool:
        """Tell whether this is such an answer, and begin the file."""
        from dynclient.wire.media import get_essence, is_binary

        self.drop()
        content_type = get_essence(headers.get("content-type", ""))
        if status >= FIRST_FAILURE_STATUS or not content_type or not is_binary(content_type):
            return False
        self.size_bytes, self._expected_size = 0, headers.get("content-length", "")
        self._stream = _create_file(_build_temporary_path(self.target))
        return True

    def write(self, piece: bytes) -> None:
        """Add what came, and show on a terminal how much it is by now."""
        if self._stream is not None:
            self._stream.write(piece)
        self.size_bytes += len(piece)
        total_bytes = int(self._expected_size) if self._expected_size.isdecimal() else None
        self._progress.observe(self.size_bytes, total_bytes)

    @property
    def has_begun(self) -> bool:
        """Whether an answer was taken."""
        return self._stream is not None

    def finish(self, remark: str) -> None:
        """Put the file in its place."""
        from dynclient.cli.terminal_output import print_note

        if self._stream is not None:
            self._stream.close()
            _move_into_place(_build_temporary_path(self.target), self.target)
            self._stream = None
            self._progress.finish()
            print_note(f"{self.size_bytes:,} bytes → {self.target.name} ({remark})")

    def drop(self) -> None:
        """Forget what was written so far."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
            self._progress.finish()
            with suppress(OSError):
                _build_temporary_path(self.target).unlink()


def save_data(file: str, data: bytes, remark: str = "") -> None:
    """Write data to a file, or to standard output, and tell how much it was.

    Raises:
        UsageError: it cannot be written.

    """
    from dynclient.cli.terminal_output import print_note

    if file == STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    write_file(Path(file), data)
    print_note(f"{len(data):,} bytes → {file}" + (f" ({remark})" if remark else ""))


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds all of the old or all of the new.

    A device or pipe is written to directly.

    Raises:
        UsageError: it cannot be written.

    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _replace_file(target, data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def _build_temporary_path(target: Path) -> Path:
    return target.with_name(f".{target.name[:100]}.{os.getpid()}")


def _create_file(path: Path) -> BinaryIO:
    """Open a new file, of ours alone: nobody can have put a link in its place."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb")


def _move_into_place(beside: Path, target: Path) -> None:
    """Put a file that is written in the place of another one, which keeps its mode."""
    if target.exists():
        beside.chmod(target.stat().st_mode & 0o777)
    beside.replace(target)


def _replace_file(target: Path, data: bytes) -> None:
    beside = _build_temporary_path(target)
    try:
        with _create_file(beside) as opened:
            opened.write(data)
        _move_into_place(beside, target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise

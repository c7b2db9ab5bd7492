"""A file that is being downloaded: beside its place until it is complete, and kept if it breaks."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

from dynclient.errors import UsageError
from dynclient.wire.message import Request

MAX_NOTE_BYTES = 64 * 1024

#: A link in the place of the file is not followed; Windows lacks the flag.
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)


class PartialFile:
    """What came so far of a file.

    Beside the bytes there is a note: of which request they are, and which state of the file. A
    later download of the same file goes on from there, if its server still has that state.

    Args:
        target: the file that it becomes.
        request: what is downloaded.

    """

    def __init__(self, target: Path, request: Request) -> None:
        self.target = target
        self._path = target.with_name(f".{target.name[:100]}.part")
        self._note_path = target.with_name(f".{target.name[:100]}.part.json")
        #: The URL may hold what is private: the note only recognises it.
        self._digest = hashlib.sha256(f"{request.method} {request.url}".encode()).hexdigest()
        self._file: BinaryIO | None = None
        self.size_bytes = 0
        self.validator = ""

    def open(self) -> None:
        """Take the file for this process; what an earlier download left is kept where it fits.

        Raises:
            UsageError: it cannot be written.

        """
        if self.target.is_dir():
            raise UsageError(
                f"{self.target} is a folder; nothing was sent", hint="name a file in it"
            )
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o666)
        except OSError as error:
            text = f"{self.target} cannot be written: {error.strerror}; nothing was sent"
            raise UsageError(text) from None
        file: BinaryIO = os.fdopen(descriptor, "r+b")
        self._file = file
        self._lock(descriptor)
        self.validator = self._read_validator()
        self.size_bytes = file.seek(0, os.SEEK_END)
        if not self.validator:
            self.restart("")

    def _lock(self, descriptor: int) -> None:
        """Make sure that no other download writes the file.

        Raises:
            UsageError: another one does, or it is no file of this user.

        """
        status = os.fstat(descriptor)
        is_own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
        if not stat.S_ISREG(status.st_mode) or not is_own:
            self.close()
            raise UsageError(f"{self._path} is no file of yours; nothing was sent")
        try:
            import fcntl
        except ImportError:  # Windows
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            text = f"{self.target} is being downloaded by another program; nothing was sent"
            raise UsageError(text, hint="wait for it, or name another file") from None

    def _read_validator(self) -> str:
        """Return the validator that the note has for this request; "" where it has none."""
        try:
            with self._note_path.open("rb") as file:
                note: Any = json.loads(file.read(MAX_NOTE_BYTES))
        except (OSError, ValueError, RecursionError):
            return ""
        if not isinstance(note, dict) or note.get("request") != self._digest:
            return ""
        validator = note.get("validator")
        return validator if isinstance(validator, str) else ""

    def restart(self, validator: str) -> None:
        """Begin anew, with a state of the file that can be continued; "" for none."""
        assert self._file is not None
        self._file.seek(0)
        self._file.truncate()
        self.size_bytes, self.validator = 0, validator
        if validator:
            note = {"request": self._digest, "validator": validator}
            self._note_path.write_text(json.dumps(note), encoding="utf-8")
        else:
            self._note_path.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Add what came."""
        assert self._file is not None
        self._file.write(piece)
        self.size_bytes += len(piece)

    def finish(self) -> None:
        """Put the complete file in its place; a file that was there keeps its mode."""
        assert self._file is not None
        self._file.flush()
        if self.target.exists():
            self._path.chmod(self.target.stat().st_mode & 0o777)
        self._path.replace(self.target)
        self._note_path.unlink(missing_ok=True)
        self.close()

    def abandon(self) -> None:
        """Stop; what came is kept where a later download can go on from it, else removed."""
        if self._file is None:
            return
        if not self.validator or not self.size_bytes:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
                self._note_path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

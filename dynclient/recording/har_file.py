"""A HAR file: entries are appended to it one by one, and it is valid after each."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path
from typing import Any, BinaryIO

from dynclient import __version__
from dynclient.errors import UsageError
from dynclient.recording.har_entry import HarEntry, HarSyntaxError, read_entry
from dynclient.violations import shorten_repr

#: A larger file is refused; it would be held in memory several times over.
MAX_FILE_BYTES = 512 * 1024 * 1024

_TAIL = b"\n    ]\n  }\n}\n"


class HarWriter:
    """Writes a HAR file. It replaces an older one with the first entry, not before.

    Threads may share it. Only the user can read the file.

    Args:
        path: of the file.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._is_begun = False

    def check_writable(self) -> None:
        """Find out whether the file can be written, before anything is sent; an old file stays.

        Raises:
            UsageError: it cannot.

        """
        try:
            if self.path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._build_temporary_path()
            _create_file(temporary).close()
            temporary.unlink()
        except OSError as error:
            raise UsageError(
                f"{self.path} cannot be written: {error.strerror or error}; nothing was sent",
                hint="name a file in a folder that you can write to",
            ) from None

    def _build_temporary_path(self) -> Path:
        """Return the path of a file beside this one; none is there."""
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        return temporary

    def append(self, entry: HarEntry) -> None:
        """Append an entry.

        Raises:
            UsageError: the file cannot be written.

        """
        text = json.dumps(entry.build_json(), indent=2, ensure_ascii=False)
        lines = "\n".join(f"      {line}" for line in text.split("\n"))
        data = lines.encode("utf-8", "surrogatepass")
        with self._lock:
            try:
                self._append(data)
            except OSError as error:
                raise UsageError(
                    f"{self.path} cannot be written: {error.strerror or error};"
                    " the exchange took place, and is not in the recording"
                ) from None

    def _append(self, data: bytes) -> None:
        if not self._is_begun:
            self._begin()
            separator = b"\n"
        else:
            separator = b",\n"
        with self.path.open("r+b") as file:
            file.seek(-len(_TAIL), os.SEEK_END)
            file.write(separator + data + _TAIL)
        self._is_begun = True

    def _begin(self) -> None:
        """Write a file without entries beside the old one, and put it in its place."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._build_temporary_path()
        try:
            with _create_file(temporary) as file:
                file.write(_build_head() + _TAIL)
            temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)


def _create_file(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _build_head() -> bytes:
    creator = json.dumps({"name": "dynclient", "version": __version__})
    return (
        f'{{\n  "log": {{\n    "version": "1.2",\n    "creator": {creator},\n    "entries": ['
    ).encode()


def check_path(path: Any, function: str) -> Path:
    """Return the path of a recording.

    Args:
        path: as it was given.
        function: that it was given to.

    Raises:
        UsageError: it is no path.

    """
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise UsageError(
            f"{function} takes the path of a file, and got {shorten_repr(path)}",
            hint=f'dynclient.{function}("session.har")',
        )
    return Path(path)


def read_har_file(path: Path) -> list[tuple[int, HarEntry]]:
    """Return the entries of a HAR file with a response, each with its number.

    Raises:
        UsageError: there is no such file, or it is no HAR file.

    """
    data = _read_bytes(path)
    try:
        tree: Any = json.loads(data.decode("utf-8-sig", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", None) or "it is nested too deeply or no UTF-8"
        line = getattr(error, "lineno", None)
        place = f"{path}:{line}" if line else str(path)
        raise UsageError(f"{place} is no JSON: {reason}", hint=_HINT) from None
    log = tree.get("log") if isinstance(tree, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise UsageError(f"{path} is no HAR file: /log/entries: want a list", hint=_HINT)
    found = []
    for number, entry in enumerate(entries):
        try:
            known = read_entry(entry, f"/log/entries/{number}")
        except HarSyntaxError as error:
            raise UsageError(f"{path} is no HAR file: {error}", hint=_HINT) from None
        if known is not None:
            found.append((number, known))
    return found


_HINT = "give a HAR 1.2 file, as dynclient.record, browsers and HTTP tools write it"


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UsageError(f"{path} is larger than {MAX_FILE_BYTES:,} bytes")
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            f"there is no recording {path}", hint="dynclient.record(path) writes one"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None

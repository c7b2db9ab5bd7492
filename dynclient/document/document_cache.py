"""Keeps parsed documents on disk, by the digest of their text.

The format is JSON, so reading an entry can execute nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Part of every file name: raise it when the parser reads a text differently than before.
FORMAT_VERSION = "1"

#: Parsing a text smaller than this takes less time than the cache.
MIN_BYTES = 20_000

#: A link is not followed, and a pipe in the place of an entry does not block. Windows lacks both.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class DocumentCache:
    """A folder of parsed documents; None as folder keeps nothing.

    Entries are written whole and then renamed into place, so a reader never sees half of one. An
    entry that is broken, or that is no regular file, counts as absent and is removed. A folder that
    others can write is not used, and one that cannot be written is no error.
    """

    folder: Path | None

    def get(self, data: bytes) -> Any:
        """Return the entry of a text, or None. The caller validates its shape."""
        path = self._get_path(data)
        if path is None or not _is_private(path.parent):
            return None
        try:
            return json.loads(_read_regular_file(path))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            self.remove(data)
            return None

    def put(self, data: bytes, value: Any) -> None:
        """Write the entry of a text."""
        path = self._get_path(data)
        if path is None:
            return
        with suppress(OSError, ValueError, RecursionError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_private(path.parent):
                _write_whole(path, json.dumps(value, separators=(",", ":")))

    def remove(self, data: bytes) -> None:
        """Remove the entry of a text, if there is one that can be removed."""
        path = self._get_path(data)
        if path is not None:
            with suppress(OSError):
                path.unlink()

    def _get_path(self, data: bytes) -> Path | None:
        if self.folder is None or len(data) < MIN_BYTES:
            return None
        return self.folder / f"{hashlib.sha256(data).hexdigest()}.{FORMAT_VERSION}.json"


def _is_private(folder: Path) -> bool:
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


def _read_regular_file(path: Path) -> bytes:
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


def _write_whole(path: Path, text: str) -> None:
    """Write a file beside its place, then rename it; after a failure nothing is left behind."""
    import tempfile

    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        temporary_path = Path(file.name)
        try:
            file.write(text)
            file.close()
            temporary_path.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary_path.unlink()
            raise


def open_default_cache() -> DocumentCache:
    """Return the user's cache.

    Its folder is `DYNCLIENT_CACHE` (empty: no cache), else it is in the platform's cache folder.

    Source: XDG Base Directory Specification 0.8: a relative path is invalid and ignored.
    """
    folder = os.environ.get("DYNCLIENT_CACHE")
    if folder is not None:
        return DocumentCache(Path(folder) if folder else None)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        platform_folder = Path(os.environ.get(name, ""))
        if platform_folder.is_absolute():
            return DocumentCache(platform_folder / "dynclient")
    try:
        return DocumentCache(Path.home() / ".cache" / "dynclient")
    except RuntimeError:  # The user has no home folder.
        return DocumentCache(None)

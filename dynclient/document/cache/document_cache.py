"""Keeps parsed documents on disk, by the digest of their text, and downloads, by that of their URL.

The format is JSON, so reading an entry can execute nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from dynclient import __version__
from dynclient.document.cache.private_files import (
    TEMPORARY_SUFFIX,
    is_private_folder,
    read_regular_file,
    write_whole,
)

#: Parsing JSON smaller than this takes less time than the cache. YAML never does: its parser alone
#: takes 20 ms to import.
MIN_JSON_BYTES = 20_000

#: A smaller entry is written without a look at the size of the folder, but one in sixteen.
_SMALL_ENTRY_BYTES = 16_000

#: How large the folder may become. The entries that were not used for longest go first.
MAX_FOLDER_BYTES = 256 * 1024 * 1024

#: A process that was killed leaves its temporary file; an older one is nobody's any more.
MAX_TEMPORARY_AGE_S = 3600

#: Values of DYNCLIENT_CACHE that mean: keep nothing.
OFF_WORDS = ("", "0", "no", "off", "false", "none")

_TREE_SUFFIX = ".tree"
_DOWNLOAD_SUFFIX = ".download"

#: How long the first line of an entry is.
_CHECKSUM_BYTES = len(b"%08x\n" % 0)

#: Variables with which the folder of Linux is another one than the usual.
_SPECIAL_FOLDERS = frozenset({"XDG_CACHE_HOME", "ANDROID_DATA", "ANDROID_ROOT"})


class CacheEntry(NamedTuple):
    """What is kept of a text, or of a download.

    Attributes:
        facts: an object; what is known about it.
        content: of a text its tree, in a form that the facts name; of a download its bytes.

    """

    facts: dict[str, Any]
    content: bytes


class DocumentCache(NamedTuple):
    """A folder of parsed documents; None as folder keeps nothing.

    Entries are written whole and then renamed into place, so a reader never sees half of one. An
    entry that is broken, or that is no regular file, counts as absent and is removed. A folder that
    others can write is not used, and one that cannot be written is no error.
    """

    folder: Path | None

    def takes(self, data: bytes) -> bool:
        """Tell whether the entry of a text would be kept."""
        return self._get_path(data) is not None

    def get(self, data: bytes) -> CacheEntry | None:
        """Return the entry of a text, or None. The caller validates the shape of its facts."""
        return _read_entry(self._get_path(data))

    def put(self, data: bytes, entry: CacheEntry) -> None:
        """Write the entry of a text, and remove old ones where the folder becomes too large."""
        _write_entry(self._get_path(data), entry)

    def remove(self, data: bytes) -> None:
        """Remove the entry of a text, if there is one that can be removed."""
        _remove_entry(self._get_path(data))

    def get_download(self, url: str) -> CacheEntry | None:
        """Return the entry of a URL, or None. The caller validates the shape of its facts."""
        return _read_entry(self._get_download_path(url))

    def put_download(self, url: str, entry: CacheEntry) -> None:
        """Write the entry of a URL, and remove old ones where the folder becomes too large."""
        _write_entry(self._get_download_path(url), entry)

    def remove_download(self, url: str) -> None:
        """Remove the entry of a URL, if there is one that can be removed."""
        _remove_entry(self._get_download_path(url))

    def _get_path(self, data: bytes) -> Path | None:
        is_short_json = data[:1] in (b"{", b"[") and len(data) < MIN_JSON_BYTES
        if self.folder is None or is_short_json or not data:
            return None
        digest = hashlib.sha256(f"dynclient {__version__}\n".encode())
        digest.update(data)
        return self.folder / f"{digest.hexdigest()}{_TREE_SUFFIX}"

    def _get_download_path(self, url: str) -> Path | None:
        if self.folder is None:
            return None
        return self.folder / f"{digest_url(url)}{_DOWNLOAD_SUFFIX}"


def digest_url(url: str) -> str:
    """Return what stands for a URL on disk: the URL may hold a password."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def _read_entry(path: Path | None) -> CacheEntry | None:
    if path is None or not is_private_folder(path.parent):
        return None
    try:
        entry = _decode_entry(read_regular_file(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        _remove_entry(path)
        return None
    with suppress(OSError):
        os.utime(path)  # It was used: others are removed before it.
    return entry


def _write_entry(path: Path | None, entry: CacheEntry) -> None:
    if path is None:
        return
    with suppress(OSError, ValueError, RecursionError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_private_folder(path.parent):
            data = _encode_entry(entry)
            write_whole(path, data)
            if len(data) >= _SMALL_ENTRY_BYTES or path.name.startswith("0"):
                _remove_oldest(path.parent, MAX_FOLDER_BYTES)


def _remove_entry(path: Path | None) -> None:
    if path is not None:
        with suppress(OSError):
            path.unlink()


def _encode_entry(entry: CacheEntry) -> bytes:
    """Return the bytes of an entry: a checksum, a line with the facts, and the content."""
    facts = json.dumps(entry.facts, separators=(",", ":")).encode("ascii")
    rest = b"\n".join((facts, entry.content))
    return b"%08x\n%b" % (zlib.crc32(rest), rest)


def _decode_entry(data: bytes) -> CacheEntry:
    """Return an entry.

    Raises:
        ValueError: the bytes are none, or are damaged.

    """
    # Copies of so many bytes would take longer than what is done with them.
    checksum = b"%08x\n" % zlib.crc32(memoryview(data)[_CHECKSUM_BYTES:])
    if not data.startswith(checksum):
        raise ValueError("the checksum differs")
    end = data.index(b"\n", _CHECKSUM_BYTES)
    return CacheEntry(json.loads(data[_CHECKSUM_BYTES:end]), data[end + 1 :])


def _remove_oldest(folder: Path, max_bytes: int) -> None:
    """Remove the entries that were not used for longest, until the rest is small enough."""
    entries: list[tuple[float, int, str]] = []
    with os.scandir(folder) as listing:
        for item in listing:
            with suppress(OSError):  # Another process may remove it at the same time.
                status = item.stat(follow_symlinks=False)
                is_temporary = item.name.endswith(TEMPORARY_SUFFIX)
                if is_temporary and status.st_mtime < time.time() - MAX_TEMPORARY_AGE_S:
                    Path(item.path).unlink()
                elif item.name.endswith((_TREE_SUFFIX, _DOWNLOAD_SUFFIX)):
                    entries.append((status.st_mtime, status.st_size, item.path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= max_bytes:
            break
        with suppress(OSError):
            Path(path).unlink()
        total -= size


def open_default_cache() -> DocumentCache:
    """Return the user's cache.

    `DYNCLIENT_CACHE` names its folder; `off`, `0`, `no` or nothing switches it off. Without that
    variable it is in the platform's folder for caches.
    """
    folder = os.environ.get("DYNCLIENT_CACHE")
    if folder is not None:
        is_off = folder.strip().lower() in OFF_WORDS
        return DocumentCache(None if is_off else Path(folder))
    return DocumentCache(_find_platform_folder())


def _find_platform_folder() -> Path | None:
    """Return the folder of the platform for our cache; None for a user without a home."""
    home = Path(os.environ.get("HOME", ""))
    is_usual = sys.platform == "linux" and _SPECIAL_FOLDERS.isdisjoint(os.environ)
    if is_usual and home.is_absolute():
        return home / ".cache" / "dynclient"
    import platformdirs  # It takes a tenth of the time of loading a document.

    folder = Path(platformdirs.user_cache_dir("dynclient", appauthor=False))
    # A user without a home has none either, and nothing is written to the working folder.
    return folder if folder.is_absolute() else None

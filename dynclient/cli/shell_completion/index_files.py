"""Small files in the cache from which completions are answered: lines of fields.

They are read by a process that has to answer at once: this module imports next to nothing.
"""

from __future__ import annotations

import os
import sys
import zlib

from dynclient import __version__

#: Values of DYNCLIENT_CACHE that mean: keep nothing.
_OFF_WORDS = ("", "0", "no", "off", "false", "none")

_FOLDER = "completion"
_WRITABLE_BY_OTHERS = 0o022

#: The indexes of this many documents and operations are kept.
MAX_FILES = 500

#: What separates several values in a field.
VALUE_SEPARATOR = " | "

Rows = list[list[str]]


def find_index_folder() -> str | None:
    """Return the folder of the indexes; None where nothing is kept."""
    folder = os.environ.get("DYNCLIENT_CACHE")
    if folder is not None:
        is_off = folder.strip().lower() in _OFF_WORDS
        return None if is_off else os.path.join(folder, _FOLDER)
    home = os.environ.get("HOME") or os.environ.get("LOCALAPPDATA") or ""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    if not os.path.isabs(base):
        if not os.path.isabs(home):
            return None
        own = "Library/Caches" if sys.platform == "darwin" else ".cache"
        base = os.path.join(home, "" if os.name == "nt" else own)
    return os.path.join(base, "dynclient", _FOLDER)


def describe_files(*paths: str) -> str | None:
    """Return a text that changes when a file changes; None where one is missing."""
    stamps = []
    for path in paths:
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        stamps.append(f"{os.path.abspath(path)}\t{status.st_mtime_ns}\t{status.st_size}")
    return "\t".join(stamps)


def _get_path(folder: str, kind: str, key: str) -> str:
    return os.path.join(folder, f"{kind}-{zlib.crc32(key.encode('utf-8', 'replace')):08x}")


def _write_head(kind: str, key: str) -> str:
    return f"dynclient {__version__}\t{kind}\t{clean_field(key, keep_tabs=True)}"


def clean_field(text: str, *, keep_tabs: bool = False) -> str:
    """Return a text without what would end a field or steer a terminal."""
    if text.isprintable():
        return text
    kept = "\t" if keep_tabs else ""
    return "".join([_clean_char(char, kept) for char in text])


def _clean_char(char: str, kept: str) -> str:
    return char if char.isprintable() or char in kept else " "


def read_index(kind: str, key: str) -> Rows | None:
    """Return the rows of an index; None where there is none, or it is not the user's own.

    Args:
        kind: what it is an index of.
        key: what it was made of; it is a part of the index and has to be equal.

    """
    folder = find_index_folder()
    if folder is None:
        return None
    try:
        with open(_get_path(folder, kind, key), encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            is_own = os.name == "nt" or (
                status.st_uid == os.geteuid() and not status.st_mode & _WRITABLE_BY_OTHERS
            )
            lines = file.read().split("\n") if is_own else []
    except (OSError, ValueError):
        return None
    if len(lines) < 2 or lines[0] != _write_head(kind, key) or lines[-1] != ".":  # noqa: PLR2004
        return None
    return [line.split("\t") for line in lines[1:-1]]


def write_index(kind: str, key: str, rows: Rows) -> None:
    """Write the rows of an index, whole or not at all; that it cannot be written is no error."""
    folder = find_index_folder()
    if folder is None:
        return
    lines = ["\t".join(map(clean_field, row)) for row in rows]
    text = "\n".join([_write_head(kind, key), *lines, "."])
    path = _get_path(folder, kind, key)
    temporary_path = f"{path}.{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor = os.open(temporary_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        os.replace(temporary_path, path)
        _remove_oldest(folder)
    except OSError:
        return


def _remove_oldest(folder: str) -> None:
    with os.scandir(folder) as listing:
        files = [(entry.stat().st_mtime, entry.path) for entry in listing if entry.is_file()]
    for _, path in sorted(files)[:-MAX_FILES]:
        os.unlink(path)

"""Keeps parsed documents on disk, by the digest of their text.

The format is JSON, so reading an entry can execute nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Part of every file name: raise it when the parser reads a text differently than before.
FORMAT_VERSION = "1"

#: Parsing a text smaller than this takes less time than the cache.
MIN_BYTES = 20_000


@dataclass(frozen=True)
class DocumentCache:
    """A folder of parsed documents; None as folder keeps nothing.

    Entries are written whole and then renamed into place, so a reader never sees half of one. A
    broken or unreadable entry counts as absent. A folder that cannot be written is no error.
    """

    folder: Path | None

    def get(self, data: bytes) -> Any:
        """Return the entry of a text, or None."""
        path = self._get_path(data)
        if path is None:
            return None
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, data: bytes, value: Any) -> None:
        """Write the entry of a text."""
        path = self._get_path(data)
        if path is None:
            return
        with contextlib.suppress(OSError, ValueError, RecursionError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            text = json.dumps(value, separators=(",", ":"))
            with tempfile.NamedTemporaryFile(
                "w", dir=path.parent, delete=False, encoding="utf-8"
            ) as file:
                file.write(text)
            Path(file.name).replace(path)

    def _get_path(self, data: bytes) -> Path | None:
        if self.folder is None or len(data) < MIN_BYTES:
            return None
        return self.folder / f"{hashlib.sha256(data).hexdigest()}.{FORMAT_VERSION}.json"


def open_default_cache() -> DocumentCache:
    """Return the user's cache.

    Its folder is `DYNCLIENT_CACHE` (empty: no cache), else it is in the platform's cache folder.
    """
    folder = os.environ.get("DYNCLIENT_CACHE")
    if folder is not None:
        return DocumentCache(Path(folder) if folder else None)
    platform_folder = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    if platform_folder:
        return DocumentCache(Path(platform_folder) / "dynclient")
    try:
        return DocumentCache(Path.home() / ".cache" / "dynclient")
    except RuntimeError:  # The user has no home folder.
        return DocumentCache(None)

"""Parsed documents on disk, by the digest of their text; JSON, so that reading it back can execute nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Part of every key: raised whenever the parser reads a text differently than before.
FORMAT_VERSION = "1"

#: Below this a text is parsed sooner than the cache is asked.
MIN_BYTES = 20_000


@dataclass(frozen=True)
class DocumentCache:
    """A folder of parsed documents; None as folder keeps nothing.

    Entries are written whole and then renamed into place, so that a reader never meets half of one; a broken or
    unreadable entry counts as absent, and a folder that cannot be written is no error.
    """

    folder: Path | None

    def get(self, data: bytes) -> Any:
        """Return what was kept for a text, or None."""
        path = self._get_path(data)
        if path is None:
            return None
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, data: bytes, value: Any) -> None:
        """Keep a value for a text."""
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
    """Return the user's cache: `DYNCLIENT_CACHE` (a folder; empty: none), else the platform's cache folder."""
    chosen = os.environ.get("DYNCLIENT_CACHE")
    if chosen is not None:
        return DocumentCache(Path(chosen) if chosen else None)
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        return DocumentCache((Path(home) if home else Path.home() / ".cache") / "dynclient")
    except RuntimeError:
        return DocumentCache(None)

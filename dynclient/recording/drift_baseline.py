"""A baseline of drift: lines that are known, and may only become fewer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dynclient.errors import UsageError

_HEAD = "# Drift that is known. Remove a line when it is mended; none may be added.\n"


def read_baseline(path: Path) -> list[str]:
    """Return the lines of a baseline.

    Raises:
        UsageError: there is none, or it cannot be read.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(
            f"there is no baseline {path}", hint="--write-baseline writes the first one"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is no baseline: it is no text in UTF-8", hint="--write-baseline writes one"
        ) from None
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def write_baseline(lines: Iterable[str]) -> bytes:
    """Return the text of a baseline."""
    return "".join([_HEAD, *(f"{line}\n" for line in sorted(set(lines)))]).encode()

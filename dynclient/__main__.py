"""`python -m dynclient`: the command line."""

from __future__ import annotations

import io
import sys

from dynclient.cli.main import root


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console that lacks a character shows its number.
            stream.reconfigure(errors="backslashreplace")
    root(prog_name="dynclient")


if __name__ == "__main__":
    main()

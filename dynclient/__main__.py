"""`python -m dynclient`: the command line."""

from __future__ import annotations

import io
import sys

from dynclient.cli.main import root


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a console that lacks a sign shows its number instead
    root(prog_name="dynclient")


if __name__ == "__main__":
    main()

"""`python -m dynclient`: the command line."""

from __future__ import annotations

import io
import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if instruction := os.environ.get("_DYNCLIENT_COMPLETE"):
        # A shell waits for each answer: it is given before anything else is imported.
        from dynclient.cli.shell_completion.shell_protocol import answer_shell

        answer_shell(instruction)
        return
    from dynclient.cli.main import root

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console that lacks a character shows its number.
            stream.reconfigure(errors="backslashreplace")
    root(prog_name="dynclient")


if __name__ == "__main__":
    main()

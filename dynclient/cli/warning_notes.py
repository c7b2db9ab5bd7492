"""Warnings of dynclient as notes of the command line: one line, without a place in our code."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from dynclient.display_text import format_one_line
from dynclient.errors import CallDrift, ResponseDrift, StaleDocument, UnusedExcuse

#: They say what is wrong with an answer, a document or an option, never with a program.
_OWN_WARNINGS = (ResponseDrift, CallDrift, StaleDocument, UnusedExcuse)


@contextmanager
def print_warnings_as_notes() -> Iterator[None]:
    """Print a warning of dynclient as a note while this holds; others are shown as before."""
    with warnings.catch_warnings():
        show_before = warnings.showwarning

        def show_warning(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, _OWN_WARNINGS):
                _print_warning(message, category)
            else:
                show_before(message, category, filename, lineno, file, line)

        warnings.showwarning = show_warning
        yield


def _print_warning(message: Warning | str, category: type[Warning]) -> None:
    from dynclient.cli.terminal_output import print_note

    print_note(f"{category.__name__}: {format_one_line(str(message))}")

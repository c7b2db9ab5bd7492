"""The sign that a call is under way: on a terminal, after half a second, and gone afterwards."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from dynclient.repl import progress_sign
from dynclient.repl.progress_sign import show_progress

#: A kill limit only: the sign is there long before.
MAX_WAIT_S = 20


class Terminal(io.StringIO):
    """Standard error as a terminal; it tells when something was written."""

    def __init__(self):
        super().__init__()
        self.was_written = threading.Event()

    def isatty(self):
        return True

    def write(self, text):
        written = super().write(text)
        self.was_written.set()
        return written


def open_terminal(monkeypatch):
    """Make standard error a terminal, after pytest has taken it for the test."""
    opened = Terminal()
    monkeypatch.setattr(sys, "stderr", opened)
    monkeypatch.setenv("TERM", "xterm")
    return opened


def test_a_long_call_shows_a_sign_that_is_gone_afterwards(monkeypatch):
    terminal = open_terminal(monkeypatch)
    monkeypatch.setattr(progress_sign, "DELAY_S", 0)
    with show_progress("GET /orders\x1b[2J"):
        assert terminal.was_written.wait(MAX_WAIT_S)
    shown = terminal.getvalue()
    assert "GET /orders\\x1b[2J  (Ctrl-C cancels)" in shown
    assert "\x1b[2J" not in shown
    assert shown.endswith("\x1b[2K")  # the line is erased


def test_a_sign_is_gone_after_an_interruption_too(monkeypatch):
    terminal = open_terminal(monkeypatch)
    monkeypatch.setattr(progress_sign, "DELAY_S", 0)

    def interrupt():
        with show_progress("GET /orders"):
            assert terminal.was_written.wait(MAX_WAIT_S)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert terminal.getvalue().endswith("\x1b[2K")


def test_a_short_call_shows_nothing(monkeypatch):
    terminal = open_terminal(monkeypatch)
    before = threading.active_count()
    with show_progress("GET /orders"):
        pass
    assert terminal.getvalue() == ""
    assert threading.active_count() <= before + 1


def test_nothing_is_shown_where_standard_error_is_no_terminal(monkeypatch):
    monkeypatch.setattr(progress_sign, "DELAY_S", 0)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    before = threading.active_count()
    with show_progress("GET /orders"):
        assert threading.active_count() == before
    assert sys.stderr.getvalue() == ""

"""Python's own console with the names, completion and messages of dynclient; scripts of a pipe."""

from __future__ import annotations

import ast
import asyncio
import code
import inspect
import rlcompleter
import sys
from contextlib import suppress
from types import CodeType, FunctionType
from typing import Any

from dynclient.errors import DynclientError
from dynclient.repl.cancellable_run import INTERRUPTIONS, run_cancellable
from dynclient.repl.collection_pauses import shorten_collection_pauses
from dynclient.repl.completion import complete_code
from dynclient.repl.error_printing import print_error
from dynclient.repl.history import History
from dynclient.repl.result_printing import format_data, format_exchange_lines

#: How many lines of exchanges one input shows.
MAX_EXCHANGE_LINES = 5


def run_piped_script(text: str, names: dict[str, Any]) -> int:
    """Run a script; return its exit code: that of an error of dynclient, 1 for any other."""
    try:
        exec(compile(text, "<stdin>", "exec"), {"__name__": "__main__", **names})  # noqa: S102 (a console runs what it is given)
    except DynclientError as error:
        print_error(error)
        return error.exit_code
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (the user's own mistake is shown as Python shows it)
        code.InteractiveInterpreter(names).showtraceback()
        return 1
    return 0


class StandardConsole(code.InteractiveConsole):
    """Python's console: an error of dynclient is its message, `await` works at the top level."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._loop = asyncio.new_event_loop()
        self._printer = ExchangePrinter(names.get("history"))

    def runcode(self, code: CodeType) -> None:
        """Run an input; a coroutine is awaited."""
        try:
            value = FunctionType(code, self.locals)()
            if inspect.iscoroutine(value) and code.co_flags & inspect.CO_COROUTINE:
                run_cancellable(self._loop, value)
        except SystemExit:
            raise
        except BaseException:  # noqa: BLE001 (a console survives every input)
            self.showtraceback()
        self._printer.print_new()

    def showtraceback(self) -> None:
        """Show the error that was just raised."""
        error = sys.exc_info()[1]
        if error is not None and isinstance(error, (DynclientError, *INTERRUPTIONS)):
            print_error(error)
        else:
            super().showtraceback()

    def close(self) -> None:
        """End the event loop of this console."""
        self._loop.close()


class ExchangePrinter:
    """Prints a line for each exchange that is new in a history."""

    def __init__(self, history: History | None) -> None:
        self._history = history
        self._count = 0 if history is None else history.count_all()

    def print_new(self) -> None:
        """Print the exchanges since the last time, on standard error."""
        if self._history is None:
            return
        new_count = self._history.count_all() - self._count
        self._count += new_count
        if not new_count:
            return
        shown = self._history[-min(new_count, len(self._history)) :]
        for line in format_exchange_lines(shown[-MAX_EXCHANGE_LINES:]):
            print(line, file=sys.stderr)  # noqa: T201 (a console prints)


class ConsoleCompleter(rlcompleter.Completer):
    """Completes by the document where it knows the place, else names as Python does it."""

    def __init__(self, names: dict[str, Any], readline: Any) -> None:
        super().__init__(names)
        self._names = names
        self._readline = readline
        self._answers: list[str] = []

    def complete(self, text: str, state: int) -> str | None:
        """Return a candidate for the word at the cursor; None behind the last one."""
        if state == 0:
            line = self._readline.get_line_buffer()[: self._readline.get_endidx()]
            self._answers = self.list_answers(line, text)
        if self._answers:
            return self._answers[state] if state < len(self._answers) else None
        return super().complete(text, state)

    def list_answers(self, line: str, text: str) -> list[str]:
        """Return what the document knows, each in place of the word at the cursor.

        Args:
            line: up to the cursor.
            text: the word, as readline cuts it; it ends the line.

        """
        history = self._names.get("history")
        seen = history.seen if isinstance(history, History) else None
        answer = complete_code(line, self._names, seen)
        if answer is None:
            return []
        extra = len(text) - len(answer.fragment)
        texts = [candidate.text for candidate in answer.candidates]
        if extra >= 0:
            return [text[:extra] + each for each in texts]
        return [each[-extra:] for each in texts]


def run_standard_console(names: dict[str, Any], banner: str) -> int:
    """Run Python's own console until its user leaves; return the exit code."""
    with suppress(ImportError):  # Windows has no readline: there is no completion then
        import readline

        readline.set_completer(ConsoleCompleter(names, readline).complete)
        readline.parse_and_bind("tab: complete")
    console = StandardConsole(names)
    print_before = sys.displayhook
    sys.displayhook = build_display_hook(names)
    shorten_collection_pauses()
    try:
        console.interact(banner=banner, exitmsg="")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    finally:
        sys.displayhook = print_before
        console.close()
    return 0


def build_display_hook(names: dict[str, Any]) -> Any:
    """Return what prints the value of an input, and keeps it as `_`."""

    def display(value: Any) -> None:
        if value is None:
            return
        names["_"] = value
        print(_format_shown_value(value))  # noqa: T201 (a console prints)

    return display


def _format_shown_value(value: Any) -> str:
    if type(value) in (dict, list):
        return format_data(value)
    # What IPython prints in a form of its own has the same form as `str`.
    return str(value) if hasattr(type(value), "_repr_pretty_") else repr(value)

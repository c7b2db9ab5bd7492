"""IPython with the names, completion and messages of dynclient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dynclient.errors import DynclientError
from dynclient.repl.cancellable_run import INTERRUPTIONS, run_cancellable
from dynclient.repl.collection_pauses import shorten_collection_pauses
from dynclient.repl.completion import complete_code
from dynclient.repl.error_printing import print_error
from dynclient.repl.history import History
from dynclient.repl.result_printing import format_data
from dynclient.repl.standard_console import ExchangePrinter


def run_ipython(names: dict[str, Any], banner: str) -> int:
    """Run IPython until its user leaves; return the exit code.

    Raises:
        ImportError: IPython is not installed.

    """
    from IPython.terminal.ipapp import TerminalIPythonApp

    config = build_ipython_config()
    config.TerminalInteractiveShell.banner1 = banner
    app: Any = TerminalIPythonApp.instance(config=config, user_ns=names)
    app.initialize(argv=[])
    configure_shell(app.shell)
    shorten_collection_pauses()
    app.start()
    return 0


def build_ipython_config() -> Any:
    """Return the IPython configuration with which operations and their arguments complete."""
    from traitlets.config import Config

    config = Config()
    # Jedi looks at the class of an operation and finds *args; it takes seconds on large values.
    config.IPCompleter.use_jedi = False
    config.TerminalInteractiveShell.enable_tip = False
    # Our completion knows the client. IPython's own, for everything else, looks at attributes. It
    # must never call anything: that sends a request.
    config.Completer.evaluation = "unsafe"
    config.Completer.policy_overrides = {"allow_any_calls": False, "allow_all_operations": False}
    return config


def configure_shell(shell: Any) -> None:
    """Give an IPython shell our completion, printing of results, and messages of errors."""
    shell.Completer.custom_matchers.append(build_matcher(shell))
    shell.set_custom_exc((DynclientError, *INTERRUPTIONS), _show_error)
    shell.loop_runner = _run_input
    _print_data_folded(shell)
    history = shell.user_ns.get("history")
    if isinstance(history, History):
        printer = ExchangePrinter(history)
        shell.events.register("post_run_cell", lambda *_: printer.print_new())


def _run_input(coroutine: Any) -> Any:
    from IPython.core.async_helpers import get_asyncio_loop

    loop = get_asyncio_loop()  # type: ignore[no-untyped-call] # IPython has no types
    return run_cancellable(loop, coroutine)


def _show_error(_shell: Any, _kind: Any, error: Any, _trace: Any, tb_offset: Any = None) -> None:  # noqa: ARG001 (IPython's name)
    print_error(error)


def build_matcher(shell: Any) -> Callable[[Any], Any]:
    """Return a matcher (version 2) that completes what the document knows, and then nothing else.

    Source: IPython documentation, "Completion", Matchers API version 2.
    """
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher(identifier="dynclient", priority=1_000)  # type: ignore[untyped-decorator] # IPython has no types
    def match_by_document(context: Any) -> Any:
        lines = context.full_text.split("\n")[: context.cursor_line]
        text = "\n".join([*lines, context.text_until_cursor])
        names = shell.user_ns
        history = names.get("history")
        seen = history.seen if isinstance(history, History) else None
        answer = complete_code(text, names, seen)
        if answer is None:
            return {"completions": [], "suppress": False}
        return {
            "completions": [
                SimpleCompletion(candidate.text, type=candidate.meaning)
                for candidate in answer.candidates
            ],
            "matched_fragment": answer.fragment,
            "ordered": True,
            "suppress": True,
        }

    matcher: Callable[[Any], Any] = match_by_document
    return matcher


def _print_data_folded(shell: Any) -> None:
    """Let a dict or list that a call returned print as data with long lists folded."""
    formatter = shell.display_formatter.formatters["text/plain"]
    for kind in (dict, list):
        formatter.for_type(kind, _build_printer(shell, formatter.for_type(kind)))


def _build_printer(shell: Any, print_plainly: Any) -> Callable[[Any, Any, bool], None]:
    def print_data(value: Any, printer: Any, is_cycle: bool) -> None:
        history = shell.user_ns.get("history")
        if isinstance(history, History) and history.is_data_of_result(value):
            printer.text(format_data(value))
        elif print_plainly is not None:
            print_plainly(value, printer, is_cycle)
        else:
            printer.text(repr(value))

    return print_data

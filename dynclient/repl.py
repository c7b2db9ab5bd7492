"""A Python console with a client in it.

It is IPython if that is installed, else Python's own console; a script from a pipe is run.

In each of them an error of dynclient is its message, without a traceback.
"""

from __future__ import annotations

import code
import inspect
import re
import rlcompleter
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import dynclient
from dynclient.errors import DynclientError

if TYPE_CHECKING:
    from dynclient.client.client import Client

#: A half-typed argument: the callable, and what follows the last bracket or comma.
_ARGUMENT = re.compile(r"([\w.]+)\([^()]*$")


def run_console(client: Client, where: str) -> int:
    """Run a console until its user leaves; return the exit code.

    Args:
        client: bound to the name `client`.
        where: what the client calls, for the banner.

    """
    names = {
        "client": client,
        "find": client.find,
        "dynclient": dynclient,
        "Sandbox": dynclient.Sandbox,
    }
    if not sys.stdin.isatty():
        return _run_script(sys.stdin.read(), names)
    text = format_banner(client, where)
    try:
        from IPython.terminal.ipapp import TerminalIPythonApp
    except ImportError:
        return _run_python_console(names, text)
    return _run_ipython(TerminalIPythonApp, names, text)


def format_banner(client: Client, where: str) -> str:
    """Return what a console says first: the API, how many operations, how to find one."""
    document = client.document
    title = " ".join(f"{document.title} {document.info.get('version', '')}".split())
    title = "".join(c if c.isprintable() else "?" for c in title)
    count = len(document.operations)
    return (
        f"{title}: {count} operation{'' if count == 1 else 's'}, on {where}\n"
        'client.<TAB> names them, find("word") searches, help(client.NAME) explains one\n'
    )


def _print_error(error: BaseException) -> None:
    print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 (a console prints)


# --- a script from a pipe


def _run_script(text: str, names: dict[str, Any]) -> int:
    try:
        exec(compile(text, "<stdin>", "exec"), {"__name__": "__main__", **names})  # noqa: S102 (a console runs what it is given)
    except DynclientError as error:
        _print_error(error)
        return error.exit_code
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (the user's own mistake is shown as Python shows it)
        code.InteractiveInterpreter(names).showtraceback()
        return 1
    return 0


# --- Python's own console


class ReplConsole(code.InteractiveConsole):
    """Python's console, in which an error of dynclient is its message."""

    def showtraceback(self) -> None:
        """Show the error that was just raised."""
        error = sys.exc_info()[1]
        if isinstance(error, DynclientError):
            _print_error(error)
        else:
            super().showtraceback()


class ReplCompleter(rlcompleter.Completer):
    """Completes names, and inside the brackets of a call the names of its arguments."""

    def __init__(self, names: dict[str, Any], line: Any) -> None:
        super().__init__(names)
        self._names = names
        self._line = line

    def global_matches(self, text: str) -> list[str]:
        """Return what a word may become; arguments first."""
        return [*self._complete_arguments(text), *super().global_matches(text)]

    def _complete_arguments(self, text: str) -> list[str]:
        match = _ARGUMENT.search(self._line())
        if match is None:
            return []
        try:
            called: Any = self._names[match[1].split(".")[0]]
            for name in match[1].split(".")[1:]:
                called = getattr(called, name)
            parameters = inspect.signature(called).parameters.values()
        except (LookupError, AttributeError, TypeError, ValueError, DynclientError):
            return []
        variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        return [
            f"{p.name}=" for p in parameters if p.kind not in variadic and p.name.startswith(text)
        ]


def _run_python_console(names: dict[str, Any], text: str) -> int:
    with suppress(ImportError):  # Windows has no readline: there is no completion then
        import readline

        readline.set_completer(ReplCompleter(names, readline.get_line_buffer).complete)
        readline.parse_and_bind("tab: complete")
    console = ReplConsole(names)
    try:
        console.interact(banner=text, exitmsg="")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    return 0


# --- IPython


def _run_ipython(kind: Any, names: dict[str, Any], text: str) -> int:
    config = build_ipython_config()
    config.TerminalInteractiveShell.banner1 = text
    app = kind.instance(config=config, user_ns=names)
    app.initialize(argv=[])
    configure_shell(app.shell)
    app.start()
    return 0


def build_ipython_config() -> Any:
    """Return the IPython configuration with which operations and their arguments complete."""
    from traitlets.config import Config

    config = Config()
    # Jedi looks at the class of an operation and finds *args; IPython's own completer asks the
    # signature.
    config.IPCompleter.use_jedi = False
    config.TerminalInteractiveShell.enable_tip = False
    # To find that signature it must look at attributes of the client. It must never call one: that
    # sends a request.
    config.Completer.evaluation = "unsafe"
    config.Completer.policy_overrides = {"allow_any_calls": False, "allow_all_operations": False}
    return config


def configure_shell(shell: Any) -> None:
    """Let an IPython shell show an error of dynclient as its message."""

    def show(_shell: Any, _kind: Any, error: Any, _trace: Any, tb_offset: Any = None) -> None:  # noqa: ARG001 (IPython's name)
        _print_error(error)

    shell.set_custom_exc((DynclientError,), show)

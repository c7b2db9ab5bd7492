"""The console: a client in it, completion by the document, history."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.repl.history import SessionSource


def run_console(
    client: Client,
    where: str,
    *,
    source: SessionSource | None = None,
    sandbox: Any = None,
    startup: str | None = None,
) -> int:
    """Run a console until its user leaves; return the exit code.

    It is IPython if that is installed, else Python's own console; a script from a pipe is run.

    Args:
        client: bound to the name `client`.
        where: what the client calls, for the banner.
        source: how a script gets such a client.
        sandbox: that answers; bound to the name `sandbox`.
        startup: a file of Python that is run first.

    """
    from dynclient.repl.error_printing import show_traceback
    from dynclient.repl.history import SessionSource
    from dynclient.repl.namespace import build_namespace, format_banner, run_startup_file
    from dynclient.repl.standard_console import run_piped_script, run_standard_console

    names = build_namespace(client, source or SessionSource(), sandbox)
    names["show_traceback"] = show_traceback
    if startup is not None:
        run_startup_file(startup, names)
    if not sys.stdin.isatty():
        return run_piped_script(sys.stdin.read(), names)
    banner = format_banner(names, where)
    try:
        from dynclient.repl.ipython_console import run_ipython

        return run_ipython(names, banner)
    except ImportError:
        return run_standard_console(names, banner)

"""The names of the console: `client`, `find`, `show`, `history` and the others."""

from __future__ import annotations

import builtins
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dynclient
from dynclient.client.client import Client
from dynclient.display_text import cut_line, escape_unprintable, format_count
from dynclient.errors import DynclientError
from dynclient.masking import mask_url
from dynclient.repl.finder import OperationFinder
from dynclient.repl.history import History, SessionSource
from dynclient.repl.recording_client import build_async_client_class, record_client
from dynclient.repl.shown_topic import TopicDisplay
from dynclient.repl.tag_operations import build_tag_names
from dynclient.wire.message import build_credential_variable
from dynclient.wire.security import is_user_password_scheme

#: How long the lines of the banner may be, and what is left of a title at least.
MIN_LINE_CHARS = 80
MAX_LINE_CHARS = 120
MIN_TITLE_CHARS = 20

#: How many problems of the document the banner names.
MAX_SHOWN = 3

#: A document with more operations is not checked before the first prompt: that takes seconds.
MAX_CHECKED_OPERATIONS = 300


def build_namespace(client: Client, source: SessionSource, sandbox: Any = None) -> dict[str, Any]:
    """Return the names of a console.

    Args:
        client: calls the operations; the console gets a view on it that keeps a history.
        source: how a script gets such a client.
        sandbox: that answers, None for a server.

    """
    history = History(source)
    recording = record_client(client, history)
    names: dict[str, Any] = {
        "client": recording,
        "find": OperationFinder(recording),
        "show": TopicDisplay(recording),
        "history": history,
        "diff": dynclient.diff,
        "errors": dynclient.errors,
        "Call": dynclient.Call,
        "AsyncClient": build_async_client_class(history),
        "Sandbox": dynclient.Sandbox,
        "dynclient": dynclient,
    }
    if sandbox is not None:
        names["sandbox"] = sandbox
        history.dummy_credentials = _build_dummy_credentials(client)
    taken = {*names, *dir(builtins), "show_traceback", "sandbox"}
    return {**build_tag_names(recording, taken), **names}


def _build_dummy_credentials(client: Client) -> dict[str, Any]:
    """Return the credentials with which a script calls a sandbox: it takes any."""
    schemes = client.document.security_schemes
    return {
        key: ("sandbox", "sandbox") if is_user_password_scheme(scheme) else "sandbox"
        for key, scheme in schemes.items()
        if scheme.type != "mutualTLS"
    }


def run_startup_file(path: str, names: dict[str, Any]) -> None:
    """Run a file of Python in the namespace of a console."""
    code = compile(Path(path).read_bytes(), path, "exec")
    exec(code, names)  # noqa: S102 (the user names the file that is run)


def format_banner(names: Mapping[str, Any], where: str) -> str:
    """Return what a console says first.

    It names the API, the server, which credentials there are and from where, and problems of the
    document; then how to find an operation.

    Args:
        names: the namespace of the console.
        where: what the client calls.

    """
    client: Client = names["client"]
    document = client.document
    width = _choose_width()
    title = " ".join(f"{document.title} {document.info.get('version', '')}".split())
    count = format_count(len(document.operations), "operation")
    facts = f": {count}, on {where}"
    lines = [cut_line(title, max(width - len(facts), MIN_TITLE_CHARS)) + facts]
    tags = [tag for tag, operations in client.tags.items() if operations]
    if tags:
        lines.append(_join_within("Tags: ", tags))
    if document.security_schemes:
        lines.append("Credentials: " + "; ".join(_list_credentials(client, names)))
    lines += _list_problems(client)
    lines.append('client.<TAB> names operations, find("word") searches, show(client.NAME) explains')
    lines.append("history.to_python() is the session as a script; show_traceback() after errors")
    return "".join(f"{cut_line(escape_unprintable(line), width)}\n" for line in lines)


def _choose_width() -> int:
    """Return how many columns the banner takes."""
    columns = shutil.get_terminal_size().columns
    return min(max(columns, MIN_LINE_CHARS), MAX_LINE_CHARS)


def _join_within(start: str, words: list[str], limit: int = 76) -> str:
    """Return words behind a start, as many as fit on a line, and the count of the others."""
    text = start
    for index, word in enumerate(words):
        addition = word if index == 0 else f", {word}"
        if len(text) + len(addition) > limit - len(", … (999)"):
            return f"{text}, … ({len(words)})" if index else f"{start}{len(words)}"
        text += addition
    return text


def _list_credentials(client: Client, names: Mapping[str, Any]) -> list[str]:
    """Return for each security scheme whether there is a credential, and from where."""
    texts = []
    own, all_credentials = client._own_credentials, client._credentials  # noqa: SLF001 (names only)
    for key in client.document.security_schemes:
        variable = build_credential_variable(key)
        if key in own and "sandbox" in names:
            source = "a dummy of the sandbox"
        elif key in own:
            source = "given"
        elif key in all_credentials:
            source = f"from ${variable}"
        elif key in all_credentials.unread:
            source = f"${variable} counts with --server only"
        else:
            source = f"missing, set ${variable}"
        texts.append(f"{key} {source}")
    return texts


def _list_problems(client: Client) -> list[str]:
    if len(client.document.operations) > MAX_CHECKED_OPERATIONS:
        return ["client.document.problems checks the document and lists its problems"]
    try:
        problems = [each for each in client.document.problems if each.severity != "info"]
    except DynclientError:
        return []
    if not problems:
        return []
    count = format_count(len(problems), "problem")
    lines = [f"The document has {count}; client.document.problems lists them"]
    return lines + [f"  {problem}" for problem in problems[:MAX_SHOWN]]


def describe_server(client: Client, server: str | None, *, is_sandbox: bool) -> str:
    """Return what a client calls, in words: the sandbox, or a URL without secrets."""
    if is_sandbox:
        return "the sandbox"
    if server:
        return mask_url(server)
    servers = client.document.servers
    return mask_url(servers[0].url) if servers else "no server"

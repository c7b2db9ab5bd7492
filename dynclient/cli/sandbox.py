"""`dynclient sandbox`: the sandbox of a document over HTTP."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import command_clients, document_option
from dynclient.display_text import format_one_line
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.sandbox import Sandbox

#: What still runs when the server ends is given this long.
GRACE_S = 1

_FAULT_OPTION = re.compile(
    r"(?P<kind>[a-z-]+)(:(?P<operation>[^=@]*))?(@(?P<rate>[0-9.]+))?(=(?P<delay>[0-9.]+))?"
)


@click.command("sandbox")
@document_option.add_spec_argument
@click.option(
    "--host",
    metavar="HOST",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on.",
)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default="8000",
    help="The port to listen on; 0: any that is free.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Answer 404 for what was never made here, where that is declared.",
)
@click.option(
    "--seed",
    metavar="N",
    type=int,
    default=0,
    show_default=True,
    help="Another number, other samples.",
)
@click.option(
    "--page-size",
    metavar="N",
    type=click.IntRange(min=1),
    help="How many items a page of a list has where a call does not say; else all.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Remember what this JSON file holds, if it is there, and write it at the end.",
)
@click.option(
    "--fault",
    "faults",
    metavar="KIND[:OPERATION][@RATE][=SECONDS]",
    multiple=True,
    help="Switch a fault on: latency, drop, stall, truncate, malformed, wrong-schema. "
    "May be given several times.",
)
def command(  # noqa: PLR0913 (an option each)
    *,
    spec: str | None,
    named: str | None,
    host: str,
    port: int,
    strict: bool,
    seed: int,
    page_size: int | None,
    state: Path | None,
    faults: tuple[str, ...],
) -> None:
    """Serve a sandbox over HTTP, until it is interrupted."""
    choice = document_option.choose_document(document_option.choose_spec(spec, named))
    document = document_option.load_choice(choice)
    uvicorn = _import_uvicorn()
    from dynclient.cli import terminal_output
    from dynclient.sandbox.asgi import app, restrict_hosts

    sandbox = command_clients.build_sandbox(
        document, choice, strict=strict, seed=seed, page_size=page_size
    )
    for fault in faults:
        _inject_fault(sandbox, fault)
    if state is not None:
        _load_state(sandbox, state)
    listener = _open_listener(host, port)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listener.getsockname()[1]}"
    terminal_output.print_note(
        f"{format_one_line(document.title)} in a sandbox at {url} (Ctrl-C ends it)"
    )
    config = uvicorn.Config(
        restrict_hosts(app(sandbox), _choose_allowed_hosts(host)),
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        if state is not None:
            _save_state(sandbox, state)


def _choose_allowed_hosts(host: str) -> Callable[[str], bool]:
    """Return which hosts a request may name: this machine's, and that which --host gives.

    A server that listens on every address answers to every name: any may be its own.
    """
    from dynclient.sandbox.asgi import is_loopback_host

    own = host.strip("[]").lower()
    if own in ("", "0.0.0.0", "::"):  # noqa: S104 (compared, not bound)
        return lambda _: True
    return lambda named: is_loopback_host(named) or named.strip("[]") == own


def _inject_fault(sandbox: Sandbox, text: str) -> None:
    """Switch a fault on that is written as `drop:createAudienceV2@0.1` or `latency=0.5`."""
    match = _FAULT_OPTION.fullmatch(text)
    hint = "write KIND, KIND:OPERATION, KIND@RATE, or latency=SECONDS"
    if match is None:
        raise UsageError(f"no fault: {text!r}", hint=hint)
    try:
        rate, delay = float(match["rate"] or 1), float(match["delay"] or 0.1)
    except ValueError:
        raise UsageError(f"no fault: {text!r}", hint=hint) from None
    kind: Any = match["kind"]
    sandbox.inject_fault(kind, match["operation"] or "", rate=rate, delay_s=delay)


def _load_state(sandbox: Sandbox, file: Path) -> None:
    """Have a sandbox remember what a file holds; where there is none, it begins with nothing."""
    if not file.exists():
        return
    try:
        state = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from None
    sandbox.state = state


def _save_state(sandbox: Sandbox, file: Path) -> None:
    """Write what a sandbox remembers; a file that is there stays whole until the new one is."""
    new = file.with_name(f"{file.name}.new")
    try:
        new.write_text(
            json.dumps(sandbox.state, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        new.replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from None


def _import_uvicorn() -> Any:
    try:
        import uvicorn
    except ImportError:
        raise UsageError(
            "serving over HTTP needs uvicorn", hint="pip install 'dynclient[sandbox]'"
        ) from None
    return uvicorn


def _open_listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens; the port is known before the server runs."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        hint = "choose another --port; 0 takes any that is free"
        raise UsageError(
            f"cannot listen on {host}:{port}: {error.strerror or error}", hint=hint
        ) from None
    # Header and body go out as two writes: without this, the second waits 40 ms for the client's
    # acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener

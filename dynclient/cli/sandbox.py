"""`dynclient sandbox`: the sandbox of a document over HTTP."""

from __future__ import annotations

import socket
from typing import Any

import click

from dynclient.cli import choice
from dynclient.errors import UsageError


@click.command("sandbox")
@choice.spec_argument
@click.option("--host", metavar="HOST", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default="8000",
    help="The port to listen on; 0: any that is free.",
)
def command(spec: str | None, named: str | None, host: str, port: int) -> None:
    """Serve a sandbox over HTTP, until it is interrupted."""
    document = choice.document(choice.one_of(spec, named))
    uvicorn = _uvicorn()
    from dynclient.cli import render
    from dynclient.sandbox import Sandbox
    from dynclient.sandbox.asgi import app

    served = app(Sandbox(document, second_opinion=False))
    listener = _listener(host, port)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listener.getsockname()[1]}"
    render.note(f"{render.one_line(document.title)} in a sandbox at {url} (Ctrl-C ends it)")
    config = uvicorn.Config(served, log_level="warning", lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def _uvicorn() -> Any:
    try:
        import uvicorn
    except ImportError:
        raise UsageError("serving over HTTP needs uvicorn", hint="pip install 'dynclient[sandbox]'") from None
    return uvicorn


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens; opened here, so that the port is known before the server runs."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        hint = "choose another --port; 0 takes any that is free"
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror or error}", hint=hint) from None

"""The server on this machine to which a browser comes back after a login.

It listens on 127.0.0.1 and takes one answer: that with the right state. Source: RFC 8252 §7.3.
"""

from __future__ import annotations

import contextlib
import hmac
import html
import http.server
import threading
from concurrent.futures import CancelledError, Future, InvalidStateError
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from dynclient.errors import UsageError

CALLBACK_PATH = "/callback"
_HOST = "127.0.0.1"

#: A browser that has nothing to say is given up after this.
_CONNECTION_TIMEOUT_S = 10

_MAX_TARGET_CHARS = 16_000

_PAGE = "<!DOCTYPE html><meta charset=utf-8><title>{title}</title><p>{title}"

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
}


class LoopbackServer:
    """Waits for the browser that comes back from a login.

    Args:
        state: what its address must hold; whatever else comes is turned away.
        port: where to listen; 0: any port that is free.

    Raises:
        UsageError: the port is taken.

    """

    def __init__(self, state: str, port: int = 0) -> None:
        self._answer: Future[str] = Future()
        answer = self._answer

        class _Handler(_CallbackHandler):
            expected_state = state
            target = answer

        try:
            self._server = http.server.ThreadingHTTPServer((_HOST, port), _Handler)
        except OSError:
            raise UsageError(
                f"port {port} is taken, where the browser is to come back", hint="give another port"
            ) from None
        self._server.daemon_threads = True
        self.redirect_uri = f"http://{_HOST}:{self._server.server_address[1]}{CALLBACK_PATH}"
        serve = {"poll_interval": 0.05}
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs=serve, daemon=True
        )
        self._thread.start()

    def wait(self, timeout_s: float | None) -> str | None:
        """Wait for the browser, and return the URL that it came back to; None: it did not come."""
        try:
            return self._answer.result(timeout_s)
        except (TimeoutError, CancelledError):
            return None

    def close(self) -> None:
        """Stop listening; whoever waits goes on."""
        self._answer.cancel()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _CallbackHandler(http.server.BaseHTTPRequestHandler):
    """Answers a browser; a class of its own for each login has what it is to come back with."""

    expected_state: str
    target: Future[str]
    timeout = _CONNECTION_TIMEOUT_S
    server_version = "dynclient"
    sys_version = ""

    def do_GET(self) -> None:
        """Take the answer of a login."""
        address = urlsplit(self.path[:_MAX_TARGET_CHARS])
        fields = parse_qsl(address.query, keep_blank_values=True)
        states = [value for name, value in fields if name == "state"]
        is_expected = len(states) == 1 and hmac.compare_digest(
            states[0].encode(), self.expected_state.encode()
        )
        if address.path != CALLBACK_PATH or not is_expected or len(self.path) > _MAX_TARGET_CHARS:
            self._reply(404, "This is not the page that a login leads to.")
            return
        is_refusal = any(name == "error" for name, _ in fields)
        title = "The login was refused." if is_refusal else "You are logged in."
        self._reply(200, f"{title} You can close this page.")
        with contextlib.suppress(InvalidStateError):  # a second answer, or a late one
            self.target.set_result(self.path)

    def _reply(self, status: int, title: str) -> None:
        body = _PAGE.format(title=html.escape(title)).encode()
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name in http.server)
        """Write nothing: the address holds the code of the login."""

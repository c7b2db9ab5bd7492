"""A server on a real socket that answers each body with itself, counts what comes, and can hold its answers back."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.processes import MAX_RUN_S


class CountingServer(ThreadingHTTPServer):
    """Counts the requests that came whole.

    Attributes:
        seen: body → how often it came.
        keys: the idempotency key of each request.
        hold_at: from this request on the answers are held back.
        reached: is set once that request came.
        go_on: lets the answers go.
        conflicts: bodies that are answered with 409.

    """

    daemon_threads = True
    request_queue_size = 128  # as many as connect at once

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: Counter[bytes] = Counter()
        self.keys: list[str | None] = []
        self.hold_at = 10**9
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.conflicts: set[bytes] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """Pass over connections of clients that were killed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CountingServer

    def _answer(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # whoever sent it was killed
            return
        server = self.server
        server.seen[body] += 1
        server.keys.append(self.headers["Idempotency-Key"])
        if len(server.keys) >= server.hold_at:
            server.reached.set()
            server.go_on.wait(MAX_RUN_S)
        with contextlib.suppress(OSError):  # whoever sent it may be gone
            self.send_response(409 if body in server.conflicts else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    do_POST = do_PUT = _answer  # noqa: N815 (names of the standard library)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextlib.contextmanager
def open_counting_server() -> Iterator[CountingServer]:
    """Open a server in a thread."""
    with CountingServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.go_on.set()
        server.shutdown()

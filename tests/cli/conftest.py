"""The command line under test, two documents, and a server on the loopback interface."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from dynclient.cli.main import root

HERE = Path(__file__).parent
SHOP = str(HERE / "shop.yaml")


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    """Each test stands in an empty folder, without settings of whoever runs it."""
    for name in os.environ:
        if name.startswith("DYNCLIENT_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DYNCLIENT_CACHE", "")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cli():
    """Run the command line; the result has `.exit_code`, `.stdout`, `.stderr`."""

    def run(*words, stdin=None):
        result = CliRunner().invoke(root, words, input=stdin, prog_name="dynclient")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def shop(monkeypatch):
    """The small document, chosen by the environment."""
    monkeypatch.setenv("DYNCLIENT_SPEC", SHOP)
    return SHOP


@dataclass
class Server:
    """A server that answers what it was told to, and remembers what it was asked."""

    url: str = ""
    status: int = 200
    media_type: str = "application/json"
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def server():
    """A server on the loopback interface."""
    told = Server()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self):
            body = b"".join(self.pieces())
            told.seen.append((self.command, self.path, dict(self.headers), body))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if told.status != 204:
                self.send_header("Content-Type", told.media_type)
                self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body if told.status != 204 else b"")

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 (the names that http.server calls)

        def pieces(self):
            if self.headers.get("Transfer-Encoding") != "chunked":
                yield self.rfile.read(int(self.headers.get("Content-Length", 0)))
                return
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as listening:
        told.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        listening.shutdown()
        thread.join()

"""A server on 127.0.0.1 that answers with exactly the bytes, and the faults, that a test scripts."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self


class Step:
    """Something that a server does instead of sending bytes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


class Drip(Step):
    """Sends bytes one by one, again and again, until the client goes away.

    Args:
        data: what is sent, over and over.
        every_s: seconds between two bytes.

    """

    def __init__(self, data: bytes, every_s: float = 0.01) -> None:
        super().__init__("drip")
        self.data = data
        self.every_s = every_s


CLOSE = Step("close")
RESET = Step("reset")
HANG = Step("hang")


@dataclass(frozen=True)
class Seen:
    """A request that reached the server."""

    method: str
    target: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    connection: int = 0

    def header(self, name: str) -> str | None:
        """Return the value of a header; several joined by a comma; None where there is none."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(found) if found else None


Script = Callable[[Seen], Iterable["bytes | Step"]]


def reply(status: int = 200, body: bytes = b"", length: int | None = -1, **headers: str) -> bytes:
    """Return a response as bytes.

    Args:
        status: the status code.
        body: as it is.
        length: what Content-Length says; -1: the truth; None: nothing.
        headers: `content_type="text/plain"`; JSON where a body has none.

    """
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if body and "content-type" not in fields:
        fields["content-type"] = "application/json"
    if length is not None:
        fields["content-length"] = str(len(body) if length < 0 else length)
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(*chunks: bytes, status: int = 200, **headers: str) -> bytes:
    """Return a chunked response as bytes."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])
    return (
        reply(
            status,
            length=None,
            transfer_encoding="chunked",
            content_type="application/json",
            **headers,
        )
        + body
    )


class FaultyServer:
    """A server that does what a script says, one script run per request; connections are kept alive.

    Args:
        script: the steps of every answer; or a function of the request that returns them.
        reads: whether it reads at all.
        greeting: what it says before anybody asks.

    """

    def __init__(
        self, script: Script | Iterable[bytes | Step], *, reads: bool = True, greeting: bytes = b""
    ) -> None:
        self.script: Script = script if callable(script) else _always(list(script))
        self.reads = reads
        self.greeting = greeting
        self.seen: list[Seen] = []
        self.connections = 0
        self._open: set[Any] = set()
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self), sock=self._socket)
        )
        self._ready.set()
        self._loop.run_forever()
        self._loop.remove_reader(self._socket.fileno())
        self._loop.run_until_complete(self._dropped())
        self._loop.close()

    async def _dropped(self) -> None:
        """Drop every connection, those too that were accepted and are not told of yet: each is a task of the loop."""
        accepting = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*accepting, return_exceptions=True)
        for transport in list(self._open):
            transport.abort()
        self._server.close()  # only now: a closed server lets a socket that was just accepted lie
        await asyncio.sleep(0)

    def close(self) -> None:
        """Stop, and drop every connection; a second time changes nothing."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _always(steps: list[bytes | Step]) -> Script:
    return lambda _: steps


class _Connection(asyncio.Protocol):
    def __init__(self, server: FaultyServer) -> None:
        self.server = server
        self.buffer = b""
        self.is_over = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.server._open.add(transport)
        self.server.connections += 1
        self.number = self.server.connections
        if self.server.greeting:
            transport.write(self.server.greeting)
        if not self.server.reads:
            transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.server._open.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while not self.is_over and (found := _parsed(self.buffer, self.number)) is not None:
            seen, self.buffer = found
            self.server.seen.append(seen)
            self._answer(self.server.script(seen))

    def _answer(self, steps: Iterable[bytes | Step]) -> None:
        for step in steps:
            if isinstance(step, bytes):
                self.transport.write(step)
                continue
            self.is_over = True
            if step is CLOSE:
                self.transport.close()
            elif isinstance(step, Drip):
                self._drip(step, 0)
            elif step is RESET:
                linger = struct.pack("ii", 1, 0)
                with contextlib.suppress(OSError):
                    self.transport.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, linger
                    )
                self.transport.abort()
            return

    def _drip(self, step: Drip, sent: int) -> None:
        if not self.transport.is_closing():
            position = sent % len(step.data)
            self.transport.write(step.data[position : position + 1])
            self.server._loop.call_later(step.every_s, self._drip, step, sent + 1)


def _parsed(data: bytes, connection: int) -> tuple[Seen, bytes] | None:
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    folded = {name.lower(): value for name, value in headers}
    if folded.get("transfer-encoding") == "chunked":
        whole = re.match(rb"((?:[0-9a-fA-F]+\r\n(?s:.)*?\r\n)*?)0\r\n\r\n", rest)
        if not whole:
            return None
        return Seen(method, target, headers, _unchunked(whole[1]), connection), rest[whole.end() :]
    length = int(folded.get("content-length", 0))
    if len(rest) < length:
        return None
    return Seen(method, target, headers, rest[:length], connection), rest[length:]


def _unchunked(data: bytes) -> bytes:
    body = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        count = int(size, 16)
        body, data = body + data[:count], data[count + 2 :]
    return body

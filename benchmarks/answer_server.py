"""A small HTTP/1.1 server that answers the operations of `payloads.py`: `python answer_server.py` prints its URL.

Answers are chosen by method and path; a request is read whole and not looked into.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import payloads

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


def build_answers() -> list[tuple[re.Pattern[bytes], bytes]]:
    """Return the whole answer for each request line."""
    answers = []
    for case in payloads.CASES.values():
        path = re.sub(r"\{\w+\}", "[^/ ?]+", case["path"])
        body = payloads.encode(case["response"])
        head = f"HTTP/1.1 {case['status']} OK\r\ncontent-type: application/json\r\n"
        head += f"content-length: {len(body)}\r\n\r\n"
        line = re.compile(f"{case['method']} {path}[ ?]".encode())
        answers.append((line, head.encode() + body))
    return answers


ANSWERS = build_answers()


class Connection(asyncio.Protocol):
    """Answers one request after another."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.received = bytearray()

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.received[:end])
            length = _LENGTH.search(head)
            size = end + 4 + (int(length[1]) if length else 0)
            if len(self.received) < size:
                return
            del self.received[:size]
            answer = next((body for line, body in ANSWERS if line.match(head)), _NOT_FOUND)
            self.transport.write(answer)  # type: ignore[attr-defined] # it is a WriteTransport


@contextlib.contextmanager
def run_server() -> Iterator[str]:
    """Run the server in a process of its own, and give its URL."""
    command = [sys.executable, str(Path(__file__).resolve())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()  # type: ignore[union-attr] # it is a pipe
    finally:
        process.terminate()
        process.wait()


async def main() -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())

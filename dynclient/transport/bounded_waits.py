"""What the system does without a limit of time, within the deadline of a call.

The standard library looks up a host name for as long as the system likes, tries each address of it
with the whole timeout, and takes each piece of a TLS handshake inside TLS with the whole timeout.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from dynclient.transport.deadline import Deadline, DeadlineReached

_BLOCK_BYTES = 256 * 1024


def resolve_host(host: str, port: int, deadline: Deadline) -> list[str]:
    """Return the addresses of a host, in the order in which they are to be tried.

    Raises:
        DeadlineReached: the system did not answer in time; its answer is then not waited for.
        OSError: the host has no address.

    """
    if ":" in host or host.replace(".", "").isdigit():
        return [host]  # an address already, perhaps with a scope that an answer would not repeat
    answers: list[list[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.append([str(address[0]) for *_, address in found])
        except (OSError, UnicodeError) as error:
            answers.append(error)

    thread = threading.Thread(target=ask, name="dynclient-resolve", daemon=True)
    thread.start()
    thread.join(deadline.limit(None))
    if not answers:
        raise DeadlineReached
    answer = answers[0]
    if isinstance(answer, list):
        return answer
    raise answer


def send_all(connection: Any, data: bytes, deadline: Deadline, timeout_s: float | None) -> None:
    """Send bytes over a socket, each part of them within the deadline.

    Raises:
        DeadlineReached: it is over.
        OSError: the connection broke, or took a part not in time.

    """
    rest = memoryview(data)
    while rest:
        connection.settimeout(deadline.limit(timeout_s))
        rest = rest[connection.send(rest[:_BLOCK_BYTES]) :]


@contextlib.contextmanager
def cut_at(connection: Any, deadline: Deadline) -> Iterator[None]:
    """Cut a connection when the deadline is over, so that nothing waits for it any more."""

    def cut() -> None:
        with contextlib.suppress(OSError):
            # That of an SSLSocket would pull its state away from under who waits.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(deadline.limit(None), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

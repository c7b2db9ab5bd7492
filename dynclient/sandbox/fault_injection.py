"""Injected faults: responses that are late, broken, wrong or missing."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, get_args

from dynclient.errors import BrokenResponse, TimedOut, UsageError
from dynclient.wire import media
from dynclient.wire.message import Response

FaultKind = Literal["latency", "drop", "stall", "truncate", "malformed", "wrong-schema"]


@dataclass(frozen=True)
class Fault:
    """A fault that is switched on.

    Attributes:
        kind: `latency` delays the response. `drop` ends the connection without one. `stall` never
            sends one. `truncate` ends the connection in the middle of the body. `malformed` sends a
            body that cannot be decoded, `wrong-schema` one that does not fit its schema.
        operation: the key of the operation that it is for, "" for all.
        rate: the share of responses in which it happens, 0 to 1.
        delay_s: the delay of `latency`, in seconds.

    """

    kind: FaultKind
    operation: str = ""
    rate: float = 1.0
    delay_s: float = 0.1

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise UsageError(
                f"no such fault: {self.kind!r}", hint=f"there are {', '.join(get_args(FaultKind))}"
            )
        if not 0 <= self.rate <= 1:
            raise UsageError(f"a rate is between 0 and 1, not {self.rate}")
        if not 0 <= self.delay_s < threading.TIMEOUT_MAX:
            raise UsageError(f"a delay is a number of seconds, not {self.delay_s}")


@dataclass(frozen=True)
class FaultEffect:
    """The effect of all faults on one response: a delay, and the kind of a fault if one happens."""

    delay_s: float = 0.0
    kind: FaultKind | None = None


class FaultInjector:
    """Decides in which responses of an operation a fault happens: always the same for one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._random_generators: dict[tuple[str, int], Random] = {}

    def reset(self) -> None:
        """Restart the random numbers."""
        with self._lock:
            self._random_generators.clear()

    def draw_effect(self, faults: list[Fault], operation: str) -> FaultEffect:
        """Return the effect on the next response: all delays, and the first other fault."""
        delay_s, kind = 0.0, None
        with self._lock:
            for position, fault in enumerate(faults):
                if fault.operation not in ("", operation):
                    continue
                if self._draw_fraction(operation, position) >= fault.rate:
                    continue
                if fault.kind == "latency":
                    delay_s += fault.delay_s
                elif kind is None:
                    kind = fault.kind
        return FaultEffect(delay_s, kind)

    def _draw_fraction(self, operation: str, position: int) -> float:
        key = (operation, position)
        if key not in self._random_generators:
            seed = zlib.crc32(f"{self._seed} {position} {operation}".encode())
            self._random_generators[key] = Random(seed)  # noqa: S311 (repeatable, not secret)
        return self._random_generators[key].random()


def raise_fault(kind: FaultKind | None, request: Any) -> None:
    """Raise the error of a fault that leaves no response, as a connection would.

    Raises:
        BrokenResponse: the kind is `drop` or `truncate`.
        TimedOut: the kind is `stall`; it is raised at once.

    """
    if kind in ("drop", "truncate"):
        raise BrokenResponse(
            f"the sandbox broke the connection: the fault {kind!r} is on", request=request
        )
    if kind == "stall":
        raise TimedOut(
            "the sandbox does not answer: the fault 'stall' is on", phase="read", request=request
        )


def make_malformed(response: Response) -> Response:
    """Return a response whose body cannot be decoded by its media type."""
    body = response.body[: len(response.body) // 2] + b"\x00\xff{"
    return Response(response.status, response.headers, body) if response.body else response


def make_wrong_schema(response: Response, accepts: Callable[[Any], bool]) -> Response:
    """Return a response whose body does not fit its schema; the same where none is found.

    Args:
        response: a valid one.
        accepts: whether a client accepts a decoded body.

    """
    media_type = response.headers.get("content-type", "")
    if not response.body or not media.is_json(media_type):
        return response
    value = media.decode(media_type, response.body)
    for candidate in _generate_wrong_values(value):
        if not accepts(candidate):
            return Response(response.status, response.headers, media.encode_json(candidate))
    return response


def _generate_wrong_values(value: Any) -> Iterator[Any]:
    """Yield values like one, each with a change that a schema probably refuses."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield {**value, name: _change_type(member)}
        for name in value:
            yield {key: member for key, member in value.items() if key != name}
    if isinstance(value, list) and value:
        yield [_change_type(value[0]), *value[1:]]
        yield from ([inner, *value[1:]] for inner in _generate_wrong_values(value[0]))
    yield from (_change_type(value), None, 0.5, [], {}, "", [None])


def _change_type(value: Any) -> Any:
    """Return a value of another type."""
    return 17 if isinstance(value, str | dict | list) or value is None else "seventeen"

"""The known faults of openapi-core: what a disagreement is recognised by, and why it is theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from dynclient.sandbox.incoming import Incoming
from dynclient.sandbox.routes import Route
from dynclient.wire.message import Response

Kind = Literal["request", "response"]


@dataclass(frozen=True)
class Case:
    """A request or response about which two opinions differ; `lines` is why the sandbox refuses it."""

    route: Route
    incoming: Incoming
    response: Response
    kind: Kind
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """A known fault: how it is recognised, from a case and openapi-core's errors, and what it is."""

    applies: Callable[[Case, tuple[str, ...]], bool]
    reason: str


def reason(case: Case, errors: tuple[str, ...]) -> str | None:
    """Return why openapi-core is known to be wrong; None where nobody knows."""
    return next((fault.reason for fault in KNOWN if fault.applies(case, errors)), None)


KNOWN: tuple[Fault, ...] = ()

"""The third answer of a decision procedure: neither proved nor refuted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing could be shown.

    Attributes:
        reason: why, in a few words.

    """

    reason: str


class Undecidable(Exception):
    """Raised deep inside a procedure, whose caller answers Unknown with the same reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

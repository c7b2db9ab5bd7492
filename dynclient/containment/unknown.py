"""What a decision procedure says when it can neither prove nor refute."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unknown:
    """It could not be shown either way; `why` says what stood in the way, in a few words."""

    reason: str


class Undecidable(Exception):
    """What a procedure raises deep inside where its caller will answer Unknown; `why` as there."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.reason = why

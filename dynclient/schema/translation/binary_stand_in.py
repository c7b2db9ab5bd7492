"""Binary data where a schema is asked: a text that stands for them, as JSON has none."""

from __future__ import annotations

from typing import Self


class BinaryStandIn(str):
    """A text that stands for binary data while a value is checked.

    Only the reference engine knows it: of a length it counts octets, and it says nothing of a
    pattern or format. Two are equal where the data are the same.

    Args:
        identity: a short text that no other data have.
        size_bytes: the number of octets; None where it is unknown.

    """

    __slots__ = ("size_bytes",)

    size_bytes: int | None

    def __new__(cls, identity: str, size_bytes: int | None = None) -> Self:
        """Return a stand-in; no text of a document is equal to it."""
        stand_in = super().__new__(cls, f"\ufffd{identity}\ufffd")
        stand_in.size_bytes = size_bytes
        return stand_in

    def __repr__(self) -> str:
        return "binary data"

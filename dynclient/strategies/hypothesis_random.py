"""A `Random` from Hypothesis, so that its numbers are drawn, recorded and shrunk."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

_STEPS = 2**20
_FRACTIONS = st.integers(0, _STEPS - 1)


class HypothesisRandom(Random):
    """A `Random` whose numbers Hypothesis draws; they shrink to 0, the first choice.

    Args:
        draw: of the example under way.

    """

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def random(self) -> float:
        """Return a number from 0 to below 1."""
        return self._draw(_FRACTIONS) / _STEPS

    def getrandbits(self, k: int, /) -> int:
        """Return an integer of at most k bits."""
        return self._draw(st.integers(0, (1 << k) - 1))

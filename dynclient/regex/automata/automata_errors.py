"""Why a language cannot be decided: it is none, or it takes too many states."""

from __future__ import annotations

#: Elementary steps (a state's part moved on by one class of characters) that one question may take.
MAX_STEPS = 150_000


class Undecided(Exception):
    """A question about languages that is not answered; `why` says so in a few words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.reason = why


class NotRegular(Undecided):
    """A pattern that describes no regular language, or looks around in a way that is not supported."""


class TooManyStates(Undecided):
    """A question that takes more than MAX_WORK."""


class StepBudget:
    """Counts the work of one question."""

    def __init__(self, left: int = MAX_STEPS) -> None:
        self.remaining = left

    def spend(self, steps: int = 1) -> None:
        """Take steps off what is left.

        Raises:
            TooLarge: nothing is left.

        """
        self.remaining -= steps
        if self.remaining < 0:
            raise TooManyStates("deciding takes too many states")

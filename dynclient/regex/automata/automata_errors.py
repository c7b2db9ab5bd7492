"""Why a question about languages stays undecided, and the budget that limits one question."""

from __future__ import annotations

#: The elementary steps that one question may take; a step moves an atom on by one minterm.
MAX_STEPS = 150_000

#: A longer text is not built.
MAX_TEXT_LENGTH = 65_536


class Undecided(Exception):
    """A question about languages has no answer; `reason` says why in a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotRegular(Undecided):
    """A pattern describes no regular language, or has a lookaround that is not supported."""


class TooManyStates(Undecided):
    """A question takes more than MAX_STEPS."""


class TextTooLong(Undecided):
    """The shortest text of a language is too long to be built; `length` is its length."""

    def __init__(self, length: int) -> None:
        super().__init__(f"the shortest text has {length} characters")
        self.length = length


class StepBudget:
    """Counts down the steps of one question."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.remaining = steps

    def spend(self, steps: int = 1) -> None:
        """Subtract steps from the budget.

        Raises:
            TooManyStates: the budget is used up.

        """
        self.remaining -= steps
        if self.remaining < 0:
            raise TooManyStates("deciding takes too many states")

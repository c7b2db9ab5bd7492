"""A kind of change, a case of it on a document, and what a diff must say of that case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from support.revisions import Steps, Tree, pointer, spread

from dynclient.diffing.change import LEVELS

#: How much a change matters to deployed programs (wire) and to callers by name (code).
Levels = tuple[str, str]

BREAKS: Levels = ("breaking", "breaking")
NOTES: Levels = ("info", "info")
WARNS: Levels = ("warning", "warning")
#: Deployed programs are not refused, what they send is ignored; callers by name are refused.
IGNORED: Levels = ("warning", "breaking")
#: Deployed programs go on as before; callers by name are refused.
CODE_ONLY: Levels = ("info", "breaking")


@dataclass(frozen=True)
class Expected:
    """A change that a diff must tell, once.

    Attributes:
        rule: its kind.
        at: its place: in the new document, or, of what is gone, in the old one.
        sides: side → levels; the side is "" where the change is about neither.
        proof: what the verdict rests on; "" where any will do.

    """

    rule: str
    at: Steps
    sides: Mapping[str, Levels]
    proof: str = ""

    @property
    def views(self) -> Levels:
        """What it comes to for each reader."""
        wire, code = (
            min(levels, key=LEVELS.index) for levels in zip(*self.sides.values(), strict=True)
        )
        return wire, code

    @property
    def told(self) -> tuple[Any, ...]:
        """What of a change is compared."""
        return self.rule, pointer(self.at), " and ".join(sorted(self.sides)), self.views


@dataclass(frozen=True)
class Case:
    """Two revisions and what is different: the change that was made, and what necessarily follows from it.

    Attributes:
        old: the revision that is relied on.
        new: the revision that is to come.
        expected: all that must be told.
        raw: the schemas of both revisions that judge a witness, where no operation of ours has them.

    """

    old: Tree
    new: Tree
    expected: tuple[Expected, ...]
    raw: tuple[Any, ...] = ()


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of change.

    Attributes:
        name: what changes.
        places: where in a document it may be made.
        make: (document, place) → the case; None where it does not apply after all.

    """

    name: str
    places: Callable[[Tree], Sequence[Any]]
    make: Callable[[Tree, Any], Case | None]

    def cases(self, whole: Tree, count: int = 1) -> Iterator[Case]:
        """Yield cases at a few places of a document, always the same ones."""
        made = (self.make(whole, place) for place in spread(self.places(whole), self.name))
        yield from islice((case for case in made if case is not None), count)

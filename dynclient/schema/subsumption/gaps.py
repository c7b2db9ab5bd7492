"""A gap: one place where a value of one schema does not fit the other, or where nobody can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

#: In a path: any item of an array, any property that is not declared by name.
ITEMS = "[]"
KEYS = "{}"


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


#: No witness.
ABSENT: Final = _Absent()

#: What makes a witness, asked for only when somebody wants it.
Make = Callable[[], Any]


@dataclass(frozen=True)
class Gap:
    """One cause for which a schema is not included in another.

    Attributes:
        verdict: `refuted`, with a witness that was checked, or `unknown`.
        rule: the keyword that fails.
        path: where in the value: property names, ITEMS, KEYS.
        narrow: what the one whose values are sent says; None where it says nothing.
        wide: what the one that must take them says.
        because: for `unknown`: why it could not be shown.
        witness: a value that the one accepts and the other refuses; ABSENT where there is none.

    """

    verdict: Literal["refuted", "unknown"]
    rule: str
    path: tuple[str, ...] = ()
    narrow: Any = None
    wide: Any = None
    because: str = ""
    witness: Any = ABSENT


@dataclass(frozen=True)
class Suspicion:
    """A gap before its witness was checked: `make` makes a candidate, where there is an idea of one."""

    gap: Gap
    make: Make | None = None

    def inside(self, step: str, wrap: Callable[[Any], Any]) -> Suspicion:
        """Return it as seen from the value around."""
        inner = self.make
        make = None if inner is None else lambda: wrap(inner())
        return Suspicion(replace(self.gap, path=(step, *self.gap.path)), make)


def suspicion(rule: str, narrow: Any, wide: Any, make: Make | None = None, because: str = "") -> Suspicion:
    """Return a suspicion about the value itself."""
    return Suspicion(
        Gap("unknown", rule, (), narrow, wide, because or "no proof and no counter-example was found"), make
    )

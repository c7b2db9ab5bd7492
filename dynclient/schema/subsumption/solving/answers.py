"""What comes out of a search for a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from dynclient.schema.subsumption.answers import Unknown


class _Empty:
    def __repr__(self) -> str:
        return "EMPTY"


#: It is proved that there is no value.
EMPTY: Final = _Empty()


@dataclass(frozen=True, slots=True)
class Found:
    """A value that should do; the engines have the last word."""

    value: Any


Answer: TypeAlias = _Empty | Found | Unknown

#: Nothing was proved, nothing found.
NOBODY_KNOWS = Unknown("no proof and no counter-example was found")


def best(answers: list[Answer]) -> Answer:
    """Return what several ways come to: a value of one, EMPTY where all are."""
    found = next((one for one in answers if isinstance(one, Found)), None)
    unknown = next((one for one in answers if isinstance(one, Unknown)), None)
    return found or unknown or EMPTY

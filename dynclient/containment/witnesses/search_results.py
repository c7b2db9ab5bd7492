"""What comes out of a search for a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from dynclient.containment.unknown import Unknown


class _Unsatisfiable:
    def __repr__(self) -> str:
        return "EMPTY"


#: It is proved that there is no value.
UNSATISFIABLE: Final = _Unsatisfiable()


@dataclass(frozen=True, slots=True)
class Witness:
    """A value that should do; the engines have the last word."""

    value: Any


SearchResult: TypeAlias = _Unsatisfiable | Witness | Unknown

#: Nothing was proved, nothing found.
UNDETERMINED = Unknown("no proof and no counter-example was found")


def combine_results(answers: list[SearchResult]) -> SearchResult:
    """Return what several ways come to: a value of one, EMPTY where all are."""
    found = next((one for one in answers if isinstance(one, Witness)), None)
    unknown = next((one for one in answers if isinstance(one, Unknown)), None)
    return found or unknown or UNSATISFIABLE

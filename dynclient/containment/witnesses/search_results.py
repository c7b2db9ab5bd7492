"""What a search for a witness returns: a witness, the proof that there is none, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from dynclient.containment.unknown import Unknown


class _Unsatisfiable:
    def __repr__(self) -> str:
        return "UNSATISFIABLE"


#: It is proved that no value fits.
UNSATISFIABLE: Final = _Unsatisfiable()


@dataclass(frozen=True, slots=True)
class Witness:
    """A value that fits as far as the search can tell. The engines have the last word."""

    value: Any


SearchResult: TypeAlias = _Unsatisfiable | Witness | Unknown

#: Nothing was proved, and no witness was found.
UNDETERMINED = Unknown("no proof and no counter-example was found")


def combine_results(results: list[SearchResult]) -> SearchResult:
    """Return the result of a disjunction: a witness of one disjunct, or the proof for all."""
    unknown: Unknown | None = None
    for result in results:
        if isinstance(result, Witness):
            return result
        if isinstance(result, Unknown):
            unknown = unknown or result
    return unknown or UNSATISFIABLE

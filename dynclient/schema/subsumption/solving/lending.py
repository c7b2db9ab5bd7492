"""What an object borrows: properties that only alternatives beside those that were chosen for it declare.

They may be there only where such an alternative fits, too, which is seen when the object is made.
"""

from __future__ import annotations

from typing import Any

from dynclient.schema.readings import in_place
from dynclient.schema.subsumption.solving.answers import Answer, Found
from dynclient.schema.subsumption.solving.cells import Cell, Limit
from dynclient.schema.subsumption.solving.judging import Judge
from dynclient.schema.subsumption.solving.terms import Term


def misfits(judge: Judge, cell: Cell, answer: Answer) -> list[Any]:
    """Return the alternatives that do not fit an object which is refused as it borrows of them; [] where it is not."""
    if not isinstance(answer, Found) or not isinstance(answer.value, dict):
        return []
    found: list[Any] = []
    for limit in cell.limits:
        if _borrows(cell, limit, answer.value) and not _is_taken(judge, limit, answer.value):
            found += _not_fitting(judge, limit, answer.value)
    return found


def _borrows(cell: Cell, limit: Limit, value: dict[str, Any]) -> bool:
    own = {
        name
        for part in cell.parts
        if part.term.side is limit.term.side
        for name in part.said.get("properties", ())
    }
    return not own.issuperset(value)


def _is_taken(judge: Judge, limit: Limit, value: dict[str, Any]) -> bool:
    """Tell whether a limit lets an object in; where several schemas close together nobody looks."""
    return limit.said is not None or len(limit.schemas) != 1 or judge.holds(limit.term, value)


def _not_fitting(judge: Judge, limit: Limit, value: dict[str, Any]) -> list[Any]:
    parts = (part for schema in limit.schemas for part in in_place(schema, limit.term.side.defs))
    members = (
        member for part in parts for member in (*part.get("anyOf", ()), *part.get("oneOf", ()))
    )
    return [
        member
        for member in members
        if not judge.holds(Term(limit.term.side, member, mode="open"), value)
    ]

"""Texts, numbers and listed values: sets that are compared exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

from dynclient.schema.dialect import Schema
from dynclient.schema.subsumption import numbers, strings
from dynclient.schema.subsumption.answers import Undecidable, Unknown
from dynclient.schema.subsumption.branches import Branch
from dynclient.schema.subsumption.equality import typed
from dynclient.schema.subsumption.gaps import ABSENT, Suspicion, suspicion
from dynclient.schema.subsumption.numbers import Numbers
from dynclient.schema.subsumption.sides import is_format_bound
from dynclient.schema.subsumption.strings import Strings

if TYPE_CHECKING:
    from dynclient.schema.subsumption.inclusion import Inclusion

#: What bounds the values of a kind.
KEYWORDS = {
    "number": ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern"),
}


def listed(
    inclusion: Inclusion,
    values: Iterable[Any],
    branch: Branch,
    b: tuple[Any, ...],
    taken: list[Branch],
) -> Iterator[Suspicion]:
    """Suspect each value of a finite alternative that the other side refuses."""
    sendable = [value for value in values if _is_sent(inclusion, branch, value)]
    refused = [value for value in sendable if not _is_taken(inclusion, b, taken, value)]
    if refused:
        yield suspicion("enum", sendable, refused, lambda: refused[0])


def _is_sent(inclusion: Inclusion, branch: Branch, value: Any) -> bool:
    fits = _fits(branch, value)
    if fits is not None:
        return fits
    return inclusion.judge.checker(
        inclusion.narrow, Schema({"allOf": list(branch.parts)}), is_open=True
    ).accepts(value)


def _is_taken(inclusion: Inclusion, b: tuple[Any, ...], taken: list[Branch], value: Any) -> bool:
    found = [_fits(other, value) for other in taken]
    if True in found or None not in found:
        return True in found
    return inclusion.judge.checker(inclusion.wide, Schema({"allOf": list(b)})).accepts(value)


def _fits(branch: Branch, value: Any) -> bool | None:
    """Tell whether a single value fits an alternative; None where that takes an engine, which is slow to make."""
    kind = next((kind for known, kind in _KINDS if isinstance(value, known)), "null")
    if branch.barred or branch.said("not") or kind in ("array", "object"):
        return None
    if kind not in branch.kinds or (kind == "number" and branch.whole and value != int(value)):
        return False
    if branch.values is not None and typed(value) not in map(typed, branch.values):
        return False
    described = _described(branch, kind) if kind in KEYWORDS else None
    return None if isinstance(described, Unknown) else described is None or described.holds(value)


#: The kinds of value by their Python types; a truth value is an integer to Python, so it comes first.
_KINDS = (
    (bool, "boolean"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
    (int | float, "number"),
)


def facets(branch: Branch, kind: str, other: Branch) -> Iterator[Suspicion]:
    """Suspect each keyword of the other side that not all texts or numbers of an alternative fit."""
    mine = _described(branch, kind)
    if kind == "number" and other.whole and not branch.whole:
        answer = _included(mine, Numbers(whole=True))
        if answer is not None:
            yield _suspected("type", "number", "integer", answer)
    if other.values is not None:
        answer = _included(mine, _listed(other.values, kind))
        if answer is not None:
            yield _suspected("enum", None, other.values, answer)
    for part in other.parts:
        for keyword in KEYWORDS[kind]:
            if keyword in part and not is_format_bound(part, keyword):
                answer = _included(mine, _set(kind, {keyword: part[keyword]}))
                if answer is not None:
                    said = branch.said(keyword)
                    yield _suspected(keyword, said[0] if said else None, part[keyword], answer)


def is_covered(branch: Branch, kind: str, union: list[Branch]) -> bool:
    """Tell whether several alternatives together take all texts or numbers of one."""
    plain = [other for other in union if not other.barred and not other.said("not")]
    found = [_described(other, kind) for other in plain]
    mine = _described(branch, kind)
    try:
        if isinstance(mine, Numbers):
            return numbers.covered(mine, [f for f in found if isinstance(f, Numbers)]) is None
        if isinstance(mine, Strings):
            return strings.covered(mine, [f for f in found if isinstance(f, Strings)]) is None
    except Undecidable:
        pass
    return False


def is_empty(branch: Branch, kind: str) -> bool:
    """Tell whether no text or number fits an alternative."""
    mine = _described(branch, kind)
    if isinstance(mine, Numbers):
        return numbers.example(mine) is None
    return isinstance(mine, Strings) and strings.example(mine) is None


def _described(branch: Branch, kind: str) -> Numbers | Strings | Unknown:
    found: list[Any] = [_set(kind, _said(part, kind)) for part in branch.parts]
    if branch.values is not None:
        found.append(_listed(branch.values, kind))
    unknown = next((one for one in found if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    start: Any = Numbers(whole=branch.whole) if kind == "number" else Strings()
    made: Numbers | Strings = reduce(and_, found, start)
    return made


def _said(part: dict[str, Any], kind: str) -> dict[str, Any]:
    return {k: part[k] for k in KEYWORDS[kind] if k in part and not is_format_bound(part, k)}


def _set(kind: str, said: dict[str, Any]) -> Numbers | Strings | Unknown:
    try:
        return Numbers.described(said) if kind == "number" else Strings.described(said)
    except Undecidable as error:
        return Unknown(error.why)


def _listed(values: list[Any], kind: str) -> Numbers | Strings:
    if kind == "string":
        return Strings.of(value for value in values if isinstance(value, str))
    return Numbers.of(
        value for value in values if isinstance(value, int | float) and not isinstance(value, bool)
    )


def _included(narrow: Numbers | Strings | Unknown, wide: Numbers | Strings | Unknown) -> Any:
    """Return None where it is proved, a witness, or Unknown."""
    if isinstance(narrow, Numbers) and isinstance(wide, Numbers):
        return numbers.included(narrow, wide)
    if isinstance(narrow, Strings) and isinstance(wide, Strings):
        return strings.included(narrow, wide)
    return narrow if isinstance(narrow, Unknown) else wide


def _suspected(rule: str, narrow: Any, wide: Any, answer: Any) -> Suspicion:
    if isinstance(answer, Unknown):
        return suspicion(rule, narrow, wide, because=answer.why)
    return suspicion(rule, narrow, wide, lambda: ABSENT if answer is None else answer)

"""Texts, numbers and listed values: sets that are compared exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

from dynclient.schema.dialect import Schema, bundled
from dynclient.schema.engine import Checker
from dynclient.schema.formats import BOUNDS
from dynclient.schema.subsumption import numbers, strings
from dynclient.schema.subsumption.answers import Undecidable, Unknown
from dynclient.schema.subsumption.gaps import ABSENT, Suspicion, suspicion
from dynclient.schema.subsumption.numbers import Numbers
from dynclient.schema.subsumption.sides import Branch
from dynclient.schema.subsumption.strings import Strings

if TYPE_CHECKING:
    from dynclient.schema.subsumption.inclusion import Inclusion

#: What bounds the values of a kind.
KEYWORDS = {
    "number": ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern"),
}


def listed(inclusion: Inclusion, values: Iterable[Any], branch: Branch, b: tuple[Any, ...]) -> Iterator[Suspicion]:
    """Suspect each value of a finite alternative that the other side refuses."""
    defs = inclusion.narrow.defs
    sent = Checker(bundled(Schema({"allOf": list(branch.parts)}), defs))
    taken = Checker(bundled(Schema({"allOf": list(b)}), inclusion.wide.defs))
    sendable = [value for value in values if sent.accepts(value)]
    refused = [value for value in sendable if not taken.accepts(value)]
    if refused:
        yield suspicion("enum", sendable, refused, lambda: refused[0])


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
            if keyword in part and not _is_format_bound(part, keyword):
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
    found: list[Any] = [_set(kind, {k: part[k] for k in KEYWORDS[kind] if k in part}) for part in branch.parts]
    if branch.values is not None:
        found.append(_listed(branch.values, kind))
    unknown = next((one for one in found if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    start: Any = Numbers(whole=branch.whole) if kind == "number" else Strings()
    made: Numbers | Strings = reduce(and_, found, start)
    return made


def _set(kind: str, said: dict[str, Any]) -> Numbers | Strings | Unknown:
    try:
        return Numbers.described(said) if kind == "number" else Strings.described(said)
    except Undecidable as error:
        return Unknown(error.why)


def _listed(values: list[Any], kind: str) -> Numbers | Strings:
    if kind == "string":
        return Strings.of(value for value in values if isinstance(value, str))
    return Numbers.of(value for value in values if isinstance(value, int | float) and not isinstance(value, bool))


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


def _is_format_bound(part: dict[str, Any], keyword: str) -> bool:
    """Tell whether a bound only says that an integer fits 64 bits, which is an annotation to a comparison."""
    bounds = BOUNDS["int64"]
    return part.get("format") == "int64" and part[keyword] in bounds and keyword in ("minimum", "maximum")

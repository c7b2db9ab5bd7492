"""Texts, numbers and listed values: sets that are compared exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

from dynclient.containment import number_sets, string_sets
from dynclient.containment.disjuncts import Disjunct
from dynclient.containment.incompatibilities import NO_WITNESS, SuspectedIncompatibility, suspect
from dynclient.containment.number_sets import NumberSet
from dynclient.containment.schema_equality import build_value_key
from dynclient.containment.schema_view import is_format_bound
from dynclient.containment.string_sets import StringSet
from dynclient.containment.unknown import Undecidable, Unknown
from dynclient.schema.dialect import Schema

if TYPE_CHECKING:
    from dynclient.containment.containment_checker import ContainmentChecker

#: What bounds the values of a kind.
SCALAR_KEYWORDS = {
    "number": ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern"),
}


def compare_enumeration(
    inclusion: ContainmentChecker,
    values: Iterable[Any],
    branch: Disjunct,
    b: tuple[Any, ...],
    taken: list[Disjunct],
) -> Iterator[SuspectedIncompatibility]:
    """Suspect each value of a finite alternative that the other side refuses."""
    sendable = [value for value in values if _is_in_subschema(inclusion, branch, value)]
    refused = [value for value in sendable if not _is_in_superschema(inclusion, b, taken, value)]
    if refused:
        yield suspect("enum", sendable, refused, lambda: refused[0])


def _is_in_subschema(inclusion: ContainmentChecker, branch: Disjunct, value: Any) -> bool:
    fits = _is_allowed_without_engine(branch, value)
    if fits is not None:
        return fits
    return inclusion.validators.get_checker(
        inclusion.subschema_view, Schema({"allOf": list(branch.parts)}), is_open=True
    ).accepts(value)


def _is_in_superschema(
    inclusion: ContainmentChecker, b: tuple[Any, ...], taken: list[Disjunct], value: Any
) -> bool:
    found = [_is_allowed_without_engine(other, value) for other in taken]
    if True in found or None not in found:
        return True in found
    return inclusion.validators.get_checker(
        inclusion.superschema_view, Schema({"allOf": list(b)})
    ).accepts(value)


def _is_allowed_without_engine(branch: Disjunct, value: Any) -> bool | None:
    """Tell whether a single value fits an alternative; None where that takes an engine, which is slow to make."""
    kind = next((kind for known, kind in _TYPE_OF_PYTHON_TYPE if isinstance(value, known)), "null")
    if branch.negated or branch.collect_values("not") or kind in ("array", "object"):
        return None
    if kind not in branch.types or (kind == "number" and branch.is_integer and value != int(value)):
        return False
    if branch.enumeration is not None and build_value_key(value) not in map(
        build_value_key, branch.enumeration
    ):
        return False
    described = _build_set(branch, kind) if kind in SCALAR_KEYWORDS else None
    return (
        None if isinstance(described, Unknown) else described is None or described.contains(value)
    )


#: The kinds of value by their Python types; a truth value is an integer to Python, so it comes first.
_TYPE_OF_PYTHON_TYPE = (
    (bool, "boolean"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
    (int | float, "number"),
)


def compare_scalars(
    branch: Disjunct, kind: str, other: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Suspect each keyword of the other side that not all texts or numbers of an alternative fit."""
    mine = _build_set(branch, kind)
    if kind == "number" and other.is_integer and not branch.is_integer:
        answer = _find_counterexample(mine, NumberSet(is_integer=True))
        if answer is not None:
            yield _suspect_counterexample("type", "number", "integer", answer)
    if other.enumeration is not None:
        answer = _find_counterexample(mine, _build_enumerated_set(other.enumeration, kind))
        if answer is not None:
            yield _suspect_counterexample("enum", None, other.enumeration, answer)
    for part in other.parts:
        for keyword in SCALAR_KEYWORDS[kind]:
            if keyword in part and not is_format_bound(part, keyword):
                answer = _find_counterexample(
                    mine, _build_set_of_keywords(kind, {keyword: part[keyword]})
                )
                if answer is not None:
                    said = branch.collect_values(keyword)
                    yield _suspect_counterexample(
                        keyword, said[0] if said else None, part[keyword], answer
                    )


def is_covered(branch: Disjunct, kind: str, union: list[Disjunct]) -> bool:
    """Tell whether several alternatives together take all texts or numbers of one."""
    plain = [other for other in union if not other.negated and not other.collect_values("not")]
    found = [_build_set(other, kind) for other in plain]
    mine = _build_set(branch, kind)
    try:
        if isinstance(mine, NumberSet):
            return (
                number_sets.find_uncovered(mine, [f for f in found if isinstance(f, NumberSet)])
                is None
            )
        if isinstance(mine, StringSet):
            return (
                string_sets.find_uncovered(mine, [f for f in found if isinstance(f, StringSet)])
                is None
            )
    except Undecidable:
        pass
    return False


def is_empty(branch: Disjunct, kind: str) -> bool:
    """Tell whether no text or number fits an alternative."""
    mine = _build_set(branch, kind)
    if isinstance(mine, NumberSet):
        return number_sets.find_example(mine) is None
    return isinstance(mine, StringSet) and string_sets.find_example(mine) is None


def _build_set(branch: Disjunct, kind: str) -> NumberSet | StringSet | Unknown:
    found: list[Any] = [
        _build_set_of_keywords(kind, _select_keywords(part, kind)) for part in branch.parts
    ]
    if branch.enumeration is not None:
        found.append(_build_enumerated_set(branch.enumeration, kind))
    unknown = next((one for one in found if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    start: Any = NumberSet(is_integer=branch.is_integer) if kind == "number" else StringSet()
    made: NumberSet | StringSet = reduce(and_, found, start)
    return made


def _select_keywords(part: dict[str, Any], kind: str) -> dict[str, Any]:
    return {k: part[k] for k in SCALAR_KEYWORDS[kind] if k in part and not is_format_bound(part, k)}


def _build_set_of_keywords(kind: str, said: dict[str, Any]) -> NumberSet | StringSet | Unknown:
    try:
        return NumberSet.from_schema(said) if kind == "number" else StringSet.from_schema(said)
    except Undecidable as error:
        return Unknown(error.reason)


def _build_enumerated_set(values: list[Any], kind: str) -> NumberSet | StringSet:
    if kind == "string":
        return StringSet.from_values(value for value in values if isinstance(value, str))
    return NumberSet.from_values(
        value for value in values if isinstance(value, int | float) and not isinstance(value, bool)
    )


def _find_counterexample(
    narrow: NumberSet | StringSet | Unknown, wide: NumberSet | StringSet | Unknown
) -> Any:
    """Return None where it is proved, a witness, or Unknown."""
    if isinstance(narrow, NumberSet) and isinstance(wide, NumberSet):
        return number_sets.find_counterexample(narrow, wide)
    if isinstance(narrow, StringSet) and isinstance(wide, StringSet):
        return string_sets.find_counterexample(narrow, wide)
    return narrow if isinstance(narrow, Unknown) else wide


def _suspect_counterexample(
    rule: str, narrow: Any, wide: Any, answer: Any
) -> SuspectedIncompatibility:
    if isinstance(answer, Unknown):
        return suspect(rule, narrow, wide, because=answer.reason)
    return suspect(rule, narrow, wide, lambda: NO_WITNESS if answer is None else answer)

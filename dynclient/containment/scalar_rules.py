"""Rules for strings, numbers and enumerations, as sets that are compared exactly.

`sub` is a disjunct of the subschema, `sup` one of the superschema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from dynclient.containment import number_sets, string_sets
from dynclient.containment.disjuncts import Conjuncts, Disjunct
from dynclient.containment.incompatibilities import (
    NO_WITNESS,
    SuspectedIncompatibility,
    suspect,
)
from dynclient.containment.number_sets import NumberSet
from dynclient.containment.schema_equality import build_value_key
from dynclient.containment.schema_view import is_format_bound
from dynclient.containment.string_sets import StringSet
from dynclient.containment.unknown import Undecidable, Unknown
from dynclient.schema.dialect import Schema

if TYPE_CHECKING:
    from dynclient.containment.containment_checker import ContainmentChecker

#: The keywords that bound the values of a type.
SCALAR_KEYWORDS = {
    "number": ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern"),
}

#: JSON types by Python type. A boolean is an `int` in Python, so that it comes first.
_TYPE_OF_PYTHON_TYPE = (
    (bool, "boolean"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
    (int | float, "number"),
)


def compare_enumeration(
    checker: ContainmentChecker,
    values: Iterable[Any],
    sub: Disjunct,
    superschemas: Conjuncts,
    super_disjuncts: list[Disjunct],
) -> Iterator[SuspectedIncompatibility]:
    """Suspect the values of a finite disjunct that the superschema refuses."""
    sender = _DisjunctValues(sub)
    receivers = list(map(_DisjunctValues, super_disjuncts))
    sent = [value for value in values if _is_in_subschema(checker, sender, value)]
    refused = [
        value for value in sent if not _is_in_superschema(checker, superschemas, receivers, value)
    ]
    if refused:
        yield suspect("enum", sent, refused, partial(_return_first, refused))


def _is_in_subschema(checker: ContainmentChecker, sender: _DisjunctValues, value: Any) -> bool:
    is_allowed = sender.decide(value)
    if is_allowed is not None:
        return is_allowed
    schema = sender.schema
    validator = checker.validators.get_checker(checker.subschema_view, schema, is_open=True)
    return validator.accepts(value)


def _is_in_superschema(
    checker: ContainmentChecker,
    superschemas: Conjuncts,
    receivers: list[_DisjunctValues],
    value: Any,
) -> bool:
    answers = [receiver.decide(value) for receiver in receivers]
    if True in answers:
        return True
    if None not in answers:
        return False
    schema = Schema({"allOf": list(superschemas)})
    return checker.validators.get_checker(checker.superschema_view, schema).accepts(value)


class _DisjunctValues:
    """The values of a disjunct, to be asked about many values.

    Args:
        disjunct: the disjunct.

    """

    def __init__(self, disjunct: Disjunct) -> None:
        self._disjunct = disjunct
        self._is_open = not disjunct.negated and not disjunct.collect_values("not")
        self._sets: dict[str, NumberSet | StringSet | Unknown] = {}

    @cached_property
    def schema(self) -> Schema:
        """The disjunct as one schema; the same object each time, for the caches."""
        return Schema({"allOf": list(self._disjunct.parts)})

    @cached_property
    def _listed_keys(self) -> frozenset[str] | None:
        listed = self._disjunct.enumeration
        return None if listed is None else frozenset(map(build_value_key, listed))

    def decide(self, value: Any) -> bool | None:
        """Tell whether a value fits; None where only an engine can tell, which is slower."""
        json_type = _get_json_type(value)
        if not self._is_open or json_type in ("array", "object"):
            return None
        if json_type not in self._disjunct.types:
            return False
        if json_type == "number" and self._disjunct.is_integer and value != int(value):
            return False
        if self._listed_keys is not None and build_value_key(value) not in self._listed_keys:
            return False
        return True if json_type not in SCALAR_KEYWORDS else self._decide_scalar(json_type, value)

    def _decide_scalar(self, json_type: str, value: Any) -> bool | None:
        if json_type not in self._sets:
            self._sets[json_type] = _build_set(self._disjunct, json_type)
        values = self._sets[json_type]
        return None if isinstance(values, Unknown) else values.contains(value)


def _get_json_type(value: Any) -> str:
    for python_type, json_type in _TYPE_OF_PYTHON_TYPE:
        if isinstance(value, python_type):
            return json_type
    return "null"


def compare_scalars(
    sub: Disjunct, json_type: str, sup: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Suspect each keyword of the superschema that some string or number may not fit."""
    own = _build_set(sub, json_type)
    if json_type == "number" and sup.is_integer and not sub.is_integer:
        yield from _suspect_outside(own, NumberSet(is_integer=True), "type", "number", "integer")
    if sup.enumeration is not None:
        listed = _build_enumerated_set(sup.enumeration, json_type)
        yield from _suspect_outside(own, listed, "enum", None, sup.enumeration)
    for part in sup.parts:
        for keyword, value in _select_keywords(part, json_type).items():
            other = _build_set_of_keywords(json_type, {keyword: value})
            own_values = sub.collect_values(keyword) or [None]
            yield from _suspect_outside(own, other, keyword, own_values[0], value)


def is_covered(sub: Disjunct, json_type: str, super_disjuncts: list[Disjunct]) -> bool:
    """Tell whether several disjuncts together contain all strings or numbers of one."""
    own = _build_set(sub, json_type)
    others = [
        _build_set(sup, json_type)
        for sup in super_disjuncts
        if not sup.negated and not sup.collect_values("not")
    ]
    try:
        if isinstance(own, NumberSet):
            number_union = [other for other in others if isinstance(other, NumberSet)]
            return number_sets.find_uncovered(own, number_union) is None
        if isinstance(own, StringSet):
            string_union = [other for other in others if isinstance(other, StringSet)]
            return string_sets.find_uncovered(own, string_union) is None
    except Undecidable:
        return False
    return False


def is_empty(sub: Disjunct, json_type: str) -> bool:
    """Tell whether a disjunct is proved to have no string or number."""
    own = _build_set(sub, json_type)
    if isinstance(own, NumberSet):
        return number_sets.find_example(own) is None
    return isinstance(own, StringSet) and string_sets.find_example(own) is None


def _build_set(disjunct: Disjunct, json_type: str) -> NumberSet | StringSet | Unknown:
    """Return the set of the strings or numbers of a disjunct."""
    result: Any = StringSet()
    if json_type == "number":
        result = NumberSet(is_integer=disjunct.is_integer)
    for part in disjunct.parts:
        part_set = _build_set_of_keywords(json_type, _select_keywords(part, json_type))
        if isinstance(part_set, Unknown):
            return part_set
        result &= part_set
    if disjunct.enumeration is not None:
        result &= _build_enumerated_set(disjunct.enumeration, json_type)
    value_set: NumberSet | StringSet = result
    return value_set


def _select_keywords(part: dict[str, Any], json_type: str) -> dict[str, Any]:
    return {
        keyword: part[keyword]
        for keyword in SCALAR_KEYWORDS[json_type]
        if keyword in part and not is_format_bound(part, keyword)
    }


def _build_set_of_keywords(
    json_type: str, keywords: dict[str, Any]
) -> NumberSet | StringSet | Unknown:
    try:
        if json_type == "number":
            return NumberSet.from_schema(keywords)
        return StringSet.from_schema(keywords)
    except Undecidable as error:
        return Unknown(error.reason)


def _build_enumerated_set(values: list[Any], json_type: str) -> NumberSet | StringSet:
    if json_type == "string":
        return StringSet.from_values(value for value in values if isinstance(value, str))
    return NumberSet.from_values(
        value for value in values if isinstance(value, int | float) and not isinstance(value, bool)
    )


def _find_counterexample(
    own: NumberSet | StringSet | Unknown, other: NumberSet | StringSet | Unknown
) -> Any:
    """Return a value of the first set alone, None where there is none, or Unknown."""
    if isinstance(own, NumberSet) and isinstance(other, NumberSet):
        return number_sets.find_counterexample(own, other)
    if isinstance(own, StringSet) and isinstance(other, StringSet):
        return string_sets.find_counterexample(own, other)
    return own if isinstance(own, Unknown) else other


def _suspect_outside(
    own: NumberSet | StringSet | Unknown,
    other: NumberSet | StringSet | Unknown,
    rule: str,
    own_value: Any,
    other_value: Any,
) -> Iterator[SuspectedIncompatibility]:
    """Suspect a keyword where the first set is not contained in the second, or may not be."""
    result = _find_counterexample(own, other)
    if isinstance(result, Unknown):
        yield suspect(rule, own_value, other_value, reason=result.reason)
    elif result is not None:
        yield suspect(rule, own_value, other_value, partial(_return_first, [result]))


def _return_first(values: list[Any]) -> Any:
    return values[0] if values else NO_WITNESS

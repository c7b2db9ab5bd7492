"""Rules for objects: properties by name and by pattern, undeclared ones, required ones, counts.

`sub` is a disjunct of the subschema, `sup` one of the superschema.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dynclient import regex
from dynclient.containment import schema_view
from dynclient.containment.disjuncts import Conjuncts, Disjunct, ExpansionFailed
from dynclient.containment.incompatibilities import (
    ANY_PROPERTY,
    NO_WITNESS,
    SuspectedIncompatibility,
    suspect,
)
from dynclient.schema.engines.long_values import LongObject
from dynclient.schema.engines.step_limit import spend_steps

if TYPE_CHECKING:
    from dynclient.containment.containment_checker import ContainmentChecker

#: Names for a property that no schema declares.
_UNDECLARED_NAMES = ("other", "x", "additional")

#: A witness gets at most so many properties with such names.
_MAX_UNDECLARED = 1000


def compare_objects(
    checker: ContainmentChecker, sub: Disjunct, sup: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Suspect each keyword of the superschema that some object of the subschema may not fit."""
    yield from _compare_required(checker, sub, sup)
    for name in dict.fromkeys([*sub.property_names, *sup.property_names, *sorted(sub.required)]):
        spend_steps()
        schemas, other_schemas = sub.find_property_schemas(name), sup.find_property_schemas(name)
        if checker.equality.are_all_plain_and_equal(schemas, other_schemas):
            continue
        if not checker.subschema_view.is_refused(sub, name):
            yield from _compare_property(checker, sub, sup, name)
    yield from _compare_undeclared(checker, sub, sup)
    yield from _compare_property_counts(checker, sub, sup)
    yield from _compare_dependent_required(checker, sub, sup)


def _compare_required(
    checker: ContainmentChecker, sub: Disjunct, sup: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    for name in sorted(sup.required - sub.required):
        make = partial(_build_without_property, checker, sub, name)
        suspected = suspect("required", "optional", "required", make, property_name=name)
        yield suspected.lift(name, lambda whole: whole)


def _compare_property(
    checker: ContainmentChecker, sub: Disjunct, sup: Disjunct, name: str
) -> Iterator[SuspectedIncompatibility]:
    schemas = sub.find_property_schemas(name)
    other_schemas = sup.find_property_schemas(name)
    make = partial(checker.examples.generate_common, schemas)
    suspected: tuple[SuspectedIncompatibility, ...]
    if _is_refused(other_schemas):
        suspected = (suspect("additionalProperties", None, False, make, property_name=name),)
    elif sup.refused_annotation and any(
        map(checker.superschema_view.is_excluded_by_direction, other_schemas)
    ):
        suspected = (suspect(sup.refused_annotation, None, True, make, property_name=name),)
    else:
        suspected = checker.compare(schemas, other_schemas)
    for one in suspected:
        yield one.lift(name, partial(_build_with_property, checker, sub, name))


def _compare_undeclared(
    checker: ContainmentChecker, sub: Disjunct, sup: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Compare each group of undeclared properties with each group that its names may belong to."""
    groups: list[tuple[str, Conjuncts]]
    groups = [(pattern, (schema,)) for pattern, schema in sub.pattern_properties]
    if not _is_refused(sub.additional_schemas):
        groups.append(("", sub.additional_schemas))
    for pattern, schemas in groups:
        name = _choose_undeclared_name(sub, sup, pattern)
        other_groups: list[Conjuncts] = [(schema,) for _, schema in sup.pattern_properties]
        other_groups.append(_find_undeclared_schemas(sup, pattern))
        for other_schemas in other_groups:
            for one in _compare_group(checker, schemas, other_schemas):
                yield one.lift(ANY_PROPERTY, partial(_build_with_property, checker, sub, name))


def _find_undeclared_schemas(sup: Disjunct, pattern: str) -> Conjuncts:
    """Return the schemas for names that fit a pattern, of the parts without this pattern."""
    own_patterns = {own for own, _ in sup.pattern_properties}
    is_evaluated = ("patternProperties", pattern) in sup.evaluated_elsewhere
    if sup.is_closed and not is_evaluated and pattern not in own_patterns:
        return (False,)
    return tuple(
        part["additionalProperties"]
        for part in sup.parts
        if "additionalProperties" in part and pattern not in part.get("patternProperties", {})
    )


def _compare_group(
    checker: ContainmentChecker, schemas: Conjuncts, other_schemas: Conjuncts
) -> tuple[SuspectedIncompatibility, ...]:
    if _is_refused(other_schemas):
        make = partial(checker.examples.generate_common, schemas)
        return (suspect("additionalProperties", True, False, make),)
    return checker.compare(schemas, other_schemas)


def _choose_undeclared_name(sub: Disjunct, sup: Disjunct, pattern: str) -> str:
    """Return a name that fits a pattern, or, without one, a name that no schema declares."""
    if pattern:
        chance = random.Random(0)  # noqa: S311 (an example, the same each time)
        return regex.sample(regex.parse(pattern), chance) or pattern
    declared = {*sub.property_names, *sup.property_names}
    for name in _UNDECLARED_NAMES:
        if name not in declared:
            return name
    return "_".join(declared)


def _compare_property_counts(
    checker: ContainmentChecker, sub: Disjunct, sup: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    least = max(*sub.collect_values("minProperties"), len(sub.required), 0)
    for minimum in sup.collect_values("minProperties"):
        if least < minimum:
            make = partial(checker.examples.generate, sub, "object")
            yield suspect("minProperties", least, minimum, make)
    most = _compute_max_properties(checker, sub)
    for maximum in sup.collect_values("maxProperties"):
        if most is None or most > maximum:
            make = partial(_build_with_property_count, checker, sub, maximum + 1)
            yield suspect("maxProperties", most, maximum, make)


def _compute_max_properties(checker: ContainmentChecker, sub: Disjunct) -> int | None:
    """Return the greatest number of properties, None for no limit."""
    limits = sub.collect_values("maxProperties")
    if _is_refused(sub.additional_schemas) and not sub.pattern_properties:
        names = {*sub.property_names, *sub.required}
        limits.append(sum(not checker.subschema_view.is_refused(sub, name) for name in names))
    return min(limits, default=None)


def _compare_dependent_required(
    checker: ContainmentChecker, sub: Disjunct, sup: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    for dependencies in sup.collect_values("dependentRequired"):
        for name, names in dependencies.items():
            required = set(sub.required)
            for own_dependencies in sub.collect_values("dependentRequired"):
                required.update(own_dependencies.get(name, ()))
            missing = sorted(set(names) - required)
            if missing and not checker.subschema_view.is_refused(sub, name):
                make = partial(_build_with_generated_property, checker, sub, name)
                asserted = {name: missing}
                yield suspect("dependentRequired", None, asserted, make, property_name=name)


def _is_refused(schemas: Conjuncts) -> bool:
    return any(schema is False for schema in schemas)


# --- witnesses


def _generate_base_object(checker: ContainmentChecker, sub: Disjunct) -> dict[str, Any] | None:
    example = checker.examples.generate(sub, "object")
    return dict(example) if isinstance(example, dict) else None


def _build_without_property(checker: ContainmentChecker, sub: Disjunct, name: str) -> Any:
    base = _generate_base_object(checker, sub)
    if base is None:
        return NO_WITNESS
    base.pop(name, None)
    return base


def _build_with_property(checker: ContainmentChecker, sub: Disjunct, name: str, value: Any) -> Any:
    base = _generate_base_object(checker, sub)
    if base is None or value is NO_WITNESS:
        return NO_WITNESS
    return {**base, name: value}


def _build_with_generated_property(checker: ContainmentChecker, sub: Disjunct, name: str) -> Any:
    value = checker.examples.generate_common(sub.find_property_schemas(name))
    return _build_with_property(checker, sub, name, value)


def _build_with_property_count(checker: ContainmentChecker, sub: Disjunct, count: int) -> Any:
    """Return an object with so many properties, fewer where the subschema allows no more.

    Where there are too many to build, it is a stand-in that states their number.
    """
    properties = _generate_base_object(checker, sub)
    if properties is None:
        return NO_WITNESS
    _add_properties(checker, sub, properties, count)
    has_gap = any(value is NO_WITNESS for value in properties.values())
    if has_gap:
        return NO_WITNESS
    is_free = not _is_refused(sub.additional_schemas) and not sub.collect_values("propertyNames")
    if is_free and count > _MAX_UNDECLARED:
        return LongObject(properties, count)
    return properties


def _add_properties(
    checker: ContainmentChecker, sub: Disjunct, properties: dict[str, Any], count: int
) -> None:
    """Add properties to an object until it has so many, or the subschema allows no more."""
    is_refused = partial(checker.subschema_view.is_refused, sub)
    names = [name for name in sub.property_names if not is_refused(name)]
    if not _is_refused(sub.additional_schemas):
        names += [f"{_UNDECLARED_NAMES[0]}{i}" for i in range(min(count, _MAX_UNDECLARED))]
    for name in names:
        if len(properties) < count and name not in properties:
            schemas = sub.find_property_schemas(name) or sub.additional_schemas
            properties[name] = checker.examples.generate_common(schemas)


# --- disjointness


def is_disjoint_from_schema(
    checker: ContainmentChecker, sub: Disjunct, json_type: str, schema: Any
) -> bool:
    """Tell whether no value of a disjunct fits a schema of the other document."""
    try:
        others = checker.superschema_view.open_view.expand_subschema((schema,))
    except ExpansionFailed:
        return False
    return all(are_disjuncts_disjoint(checker, sub, json_type, other) for other in others)


def are_disjuncts_disjoint(
    checker: ContainmentChecker, sub: Disjunct, json_type: str, sup: Disjunct
) -> bool:
    """Tell whether no value of one type fits both disjuncts, as far as cheap rules show."""
    if json_type not in sup.types:
        return True
    if json_type != "object":
        return False
    if schema_view.are_disjoint(checker.subschema_view, sub, checker.superschema_view, sup):
        return True
    return any(checker.subschema_view.is_refused(sub, name) for name in sup.required)

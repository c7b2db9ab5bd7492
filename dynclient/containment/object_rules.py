"""Objects: their properties by name and by pattern, what else they hold, which must be there, and how many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dynclient import regex
from dynclient.containment import schema_view
from dynclient.containment.disjuncts import Disjunct, ExpansionFailed
from dynclient.containment.incompatibilities import (
    ANY_PROPERTY,
    NO_WITNESS,
    SuspectedIncompatibility,
    suspect,
)

if TYPE_CHECKING:
    from dynclient.containment.containment_checker import ContainmentChecker

#: A name that nobody declares.
_UNDECLARED_NAMES = ("other", "x", "additional")


def compare_objects(
    inclusion: ContainmentChecker, branch: Disjunct, other: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Suspect each keyword of the other side that not all objects of an alternative fit."""
    yield from _compare_required(inclusion, branch, other)
    for name in dict.fromkeys(
        [*branch.property_names, *other.property_names, *sorted(branch.required)]
    ):
        if not inclusion.subschema_view.is_refused(branch, name):
            yield from _compare_property(inclusion, branch, other, name)
    yield from _compare_undeclared(inclusion, branch, other)
    yield from _compare_property_counts(inclusion, branch, other)
    yield from _compare_dependent_required(inclusion, branch, other)


def _compare_required(
    inclusion: ContainmentChecker, branch: Disjunct, other: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    for name in sorted(other.required - branch.required):
        make = partial(_build_without_property, inclusion, branch, name)
        found = suspect("required", "optional", "required", make, name=name)
        yield found.lift(name, lambda whole: whole)


def _compare_property(
    inclusion: ContainmentChecker, branch: Disjunct, other: Disjunct, name: str
) -> Iterator[SuspectedIncompatibility]:
    mine, theirs = branch.find_property_schemas(name), other.find_property_schemas(name)
    if any(schema is False for schema in theirs):
        found: tuple[SuspectedIncompatibility, ...] = (
            suspect(
                "additionalProperties",
                None,
                False,
                partial(inclusion.generate_common_example, mine),
                name=name,
            ),
        )
    elif other.refused_annotation and any(
        map(inclusion.superschema_view.is_excluded_by_direction, theirs)
    ):
        found = (
            suspect(
                other.refused_annotation,
                None,
                True,
                partial(inclusion.generate_common_example, mine),
                name=name,
            ),
        )
    else:
        found = inclusion.compare(mine, theirs)
    for one in found:
        yield one.lift(name, partial(_build_with_property, inclusion, branch, name))


def _compare_undeclared(
    inclusion: ContainmentChecker, branch: Disjunct, other: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    """Compare what is not declared by name: each group of the one with each group of the other it may fall into."""
    groups = [(pattern, (schema,)) for pattern, schema in branch.pattern_properties]
    if not any(schema is False for schema in branch.additional_schemas):
        groups.append(("", branch.additional_schemas))
    for pattern, mine in groups:
        name = _choose_undeclared_name(branch, other, pattern)
        for theirs in [
            *((schema,) for _, schema in other.pattern_properties),
            _find_undeclared_schemas(other, pattern),
        ]:
            for one in _compare_group(inclusion, mine, theirs):
                yield one.lift(ANY_PROPERTY, partial(_build_with_property, inclusion, branch, name))


def _find_undeclared_schemas(other: Disjunct, pattern: str) -> tuple[Any, ...]:
    """Return what is said of the names that a pattern fits and no part that has this pattern declares."""
    is_let_in = ("patternProperties", pattern) in other.evaluated_elsewhere
    if (
        other.is_closed
        and not is_let_in
        and not any(pattern == known for known, _ in other.pattern_properties)
    ):
        return (False,)
    rest = [
        p
        for p in other.parts
        if "additionalProperties" in p and pattern not in p.get("patternProperties", {})
    ]
    return tuple(part["additionalProperties"] for part in rest)


def _compare_group(
    inclusion: ContainmentChecker, mine: tuple[Any, ...], theirs: tuple[Any, ...]
) -> tuple[SuspectedIncompatibility, ...]:
    if any(schema is False for schema in theirs):
        return (
            suspect(
                "additionalProperties",
                True,
                False,
                partial(inclusion.generate_common_example, mine),
            ),
        )
    return inclusion.compare(mine, theirs)


def _choose_undeclared_name(branch: Disjunct, other: Disjunct, pattern: str) -> str:
    """Return a name that nobody declares, and that a pattern fits."""
    if pattern:
        import random

        return regex.sample(regex.parse(pattern), random.Random(0)) or pattern  # noqa: S311 (an example)
    known = {*branch.property_names, *other.property_names}
    return next((name for name in _UNDECLARED_NAMES if name not in known), "_".join(known))


def _compare_property_counts(
    inclusion: ContainmentChecker, branch: Disjunct, other: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    least = max(*branch.collect_values("minProperties"), len(branch.required), 0)
    for wanted in other.collect_values("minProperties"):
        if least < wanted:
            yield suspect(
                "minProperties", least, wanted, lambda: inclusion.generate_example(branch, "object")
            )
    most = _compute_max_properties(inclusion, branch)
    for wanted in other.collect_values("maxProperties"):
        if most is None or most > wanted:
            yield suspect(
                "maxProperties",
                most,
                wanted,
                partial(_build_with_property_count, inclusion, branch, wanted + 1),
            )


def _compute_max_properties(inclusion: ContainmentChecker, branch: Disjunct) -> int | None:
    """Return how many properties there are at most, None for no limit."""
    found = list(branch.collect_values("maxProperties"))
    if (
        any(schema is False for schema in branch.additional_schemas)
        and not branch.pattern_properties
    ):
        names = {*branch.property_names, *branch.required}
        found.append(sum(not inclusion.subschema_view.is_refused(branch, name) for name in names))
    return min(found, default=None)


def _compare_dependent_required(
    inclusion: ContainmentChecker, branch: Disjunct, other: Disjunct
) -> Iterator[SuspectedIncompatibility]:
    mine = [pair for found in branch.collect_values("dependentRequired") for pair in found.items()]
    for name, wanted in (
        pair for found in other.collect_values("dependentRequired") for pair in found.items()
    ):
        given = branch.required.union(*(names for key, names in mine if key == name))
        if not set(wanted) <= given and not inclusion.subschema_view.is_refused(branch, name):
            missing = sorted(set(wanted) - given)
            make = partial(_build_with_generated_property, inclusion, branch, name)
            yield suspect("dependentRequired", None, {name: missing}, make, name=name)


# --- witnesses


def _generate_base_object(inclusion: ContainmentChecker, branch: Disjunct) -> dict[str, Any] | None:
    found = inclusion.generate_example(branch, "object")
    return dict(found) if isinstance(found, dict) else None


def _build_without_property(inclusion: ContainmentChecker, branch: Disjunct, name: str) -> Any:
    found = _generate_base_object(inclusion, branch)
    return (
        NO_WITNESS if found is None else {key: value for key, value in found.items() if key != name}
    )


def _build_with_property(
    inclusion: ContainmentChecker, branch: Disjunct, name: str, value: Any
) -> Any:
    found = _generate_base_object(inclusion, branch)
    return NO_WITNESS if found is None or value is NO_WITNESS else {**found, name: value}


def _build_with_generated_property(
    inclusion: ContainmentChecker, branch: Disjunct, name: str
) -> Any:
    return _build_with_property(
        inclusion,
        branch,
        name,
        inclusion.generate_common_example(branch.find_property_schemas(name)),
    )


def _build_with_property_count(inclusion: ContainmentChecker, branch: Disjunct, count: int) -> Any:
    """Return an object with so many properties."""
    found = _generate_base_object(inclusion, branch)
    if found is None:
        return NO_WITNESS
    names = [
        name
        for name in branch.property_names
        if not inclusion.subschema_view.is_refused(branch, name)
    ]
    is_free = not any(schema is False for schema in branch.additional_schemas)
    names += [f"{_UNDECLARED_NAMES[0]}{i}" for i in range(min(count, 1000))] if is_free else []
    for name in names:
        if len(found) < count and name not in found:
            found[name] = inclusion.generate_common_example(
                branch.find_property_schemas(name) or branch.additional_schemas
            )
    return NO_WITNESS if any(value is NO_WITNESS for value in found.values()) else found


# --- exactly one


def is_disjoint_from_schema(
    inclusion: ContainmentChecker, branch: Disjunct, kind: str, barred: Any
) -> bool:
    """Tell whether no value of an alternative fits a schema of the other side."""
    try:
        others = inclusion.superschema_view.open_view.expand_subschema((barred,))
    except ExpansionFailed:
        return False
    return all(are_disjuncts_disjoint(inclusion, branch, kind, other) for other in others)


def are_disjuncts_disjoint(
    inclusion: ContainmentChecker, branch: Disjunct, kind: str, other: Disjunct
) -> bool:
    """Tell whether no value of an alternative fits one of the other side, as far as is quickly seen."""
    if kind not in other.types:
        return True
    if kind != "object":
        return False
    impossible = (
        name for name in other.required if inclusion.subschema_view.is_refused(branch, name)
    )
    return next(impossible, None) is not None or schema_view.are_disjoint(
        inclusion.subschema_view, branch, inclusion.superschema_view, other
    )

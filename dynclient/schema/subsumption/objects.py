"""Objects: their properties by name and by pattern, what else they hold, which must be there, and how many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dynclient.schema import patterns
from dynclient.schema.subsumption import sides
from dynclient.schema.subsumption.branches import Branch, TooWide
from dynclient.schema.subsumption.gaps import ABSENT, KEYS, Suspicion, suspicion

if TYPE_CHECKING:
    from dynclient.schema.subsumption.inclusion import Inclusion

#: A name that nobody declares.
_FREE = ("other", "x", "additional")


def facets(inclusion: Inclusion, branch: Branch, other: Branch) -> Iterator[Suspicion]:
    """Suspect each keyword of the other side that not all objects of an alternative fit."""
    yield from _required(inclusion, branch, other)
    for name in dict.fromkeys([*branch.names, *other.names, *sorted(branch.required)]):
        if not inclusion.narrow.is_refused(branch, name):
            yield from _member(inclusion, branch, other, name)
    yield from _others(inclusion, branch, other)
    yield from _counts(inclusion, branch, other)
    yield from _dependent(inclusion, branch, other)


def _required(inclusion: Inclusion, branch: Branch, other: Branch) -> Iterator[Suspicion]:
    for name in sorted(other.required - branch.required):
        make = partial(_without, inclusion, branch, name)
        found = suspicion("required", "optional", "required", make, name=name)
        yield found.inside(name, lambda whole: whole)


def _member(inclusion: Inclusion, branch: Branch, other: Branch, name: str) -> Iterator[Suspicion]:
    mine, theirs = branch.member(name), other.member(name)
    if any(schema is False for schema in theirs):
        found: tuple[Suspicion, ...] = (
            suspicion(
                "additionalProperties", None, False, partial(inclusion.example_of, mine), name=name
            ),
        )
    elif other.refused and any(map(inclusion.wide.is_marked, theirs)):
        found = (
            suspicion(other.refused, None, True, partial(inclusion.example_of, mine), name=name),
        )
    else:
        found = inclusion.compare(mine, theirs)
    for one in found:
        yield one.inside(name, partial(_with, inclusion, branch, name))


def _others(inclusion: Inclusion, branch: Branch, other: Branch) -> Iterator[Suspicion]:
    """Compare what is not declared by name: each group of the one with each group of the other it may fall into."""
    groups = [(pattern, (schema,)) for pattern, schema in branch.patterns]
    if not any(schema is False for schema in branch.rest):
        groups.append(("", branch.rest))
    for pattern, mine in groups:
        name = _free(branch, other, pattern)
        for theirs in [*((schema,) for _, schema in other.patterns), _rest(other, pattern)]:
            for one in _group(inclusion, mine, theirs):
                yield one.inside(KEYS, partial(_with, inclusion, branch, name))


def _rest(other: Branch, pattern: str) -> tuple[Any, ...]:
    """Return what is said of the names that a pattern fits and no part that has this pattern declares."""
    is_let_in = ("patternProperties", pattern) in other.lets
    if other.closed and not is_let_in and not any(pattern == known for known, _ in other.patterns):
        return (False,)
    rest = [
        p
        for p in other.parts
        if "additionalProperties" in p and pattern not in p.get("patternProperties", {})
    ]
    return tuple(part["additionalProperties"] for part in rest)


def _group(
    inclusion: Inclusion, mine: tuple[Any, ...], theirs: tuple[Any, ...]
) -> tuple[Suspicion, ...]:
    if any(schema is False for schema in theirs):
        return (
            suspicion("additionalProperties", True, False, partial(inclusion.example_of, mine)),
        )
    return inclusion.compare(mine, theirs)


def _free(branch: Branch, other: Branch, pattern: str) -> str:
    """Return a name that nobody declares, and that a pattern fits."""
    if pattern:
        import random

        return patterns.sample(patterns.parse(pattern), random.Random(0)) or pattern  # noqa: S311 (an example)
    known = {*branch.names, *other.names}
    return next((name for name in _FREE if name not in known), "_".join(known))


def _counts(inclusion: Inclusion, branch: Branch, other: Branch) -> Iterator[Suspicion]:
    least = max(*branch.said("minProperties"), len(branch.required), 0)
    for wanted in other.said("minProperties"):
        if least < wanted:
            yield suspicion(
                "minProperties", least, wanted, lambda: inclusion.example(branch, "object")
            )
    most = _most(inclusion, branch)
    for wanted in other.said("maxProperties"):
        if most is None or most > wanted:
            yield suspicion(
                "maxProperties", most, wanted, partial(_crowded, inclusion, branch, wanted + 1)
            )


def _most(inclusion: Inclusion, branch: Branch) -> int | None:
    """Return how many properties there are at most, None for no limit."""
    found = list(branch.said("maxProperties"))
    if any(schema is False for schema in branch.rest) and not branch.patterns:
        names = {*branch.names, *branch.required}
        found.append(sum(not inclusion.narrow.is_refused(branch, name) for name in names))
    return min(found, default=None)


def _dependent(inclusion: Inclusion, branch: Branch, other: Branch) -> Iterator[Suspicion]:
    mine = [pair for found in branch.said("dependentRequired") for pair in found.items()]
    for name, wanted in (
        pair for found in other.said("dependentRequired") for pair in found.items()
    ):
        given = branch.required.union(*(names for key, names in mine if key == name))
        if not set(wanted) <= given and not inclusion.narrow.is_refused(branch, name):
            missing = sorted(set(wanted) - given)
            make = partial(_given, inclusion, branch, name)
            yield suspicion("dependentRequired", None, {name: missing}, make, name=name)


# --- witnesses


def _base(inclusion: Inclusion, branch: Branch) -> dict[str, Any] | None:
    found = inclusion.example(branch, "object")
    return dict(found) if isinstance(found, dict) else None


def _without(inclusion: Inclusion, branch: Branch, name: str) -> Any:
    found = _base(inclusion, branch)
    return ABSENT if found is None else {key: value for key, value in found.items() if key != name}


def _with(inclusion: Inclusion, branch: Branch, name: str, value: Any) -> Any:
    found = _base(inclusion, branch)
    return ABSENT if found is None or value is ABSENT else {**found, name: value}


def _given(inclusion: Inclusion, branch: Branch, name: str) -> Any:
    return _with(inclusion, branch, name, inclusion.example_of(branch.member(name)))


def _crowded(inclusion: Inclusion, branch: Branch, count: int) -> Any:
    """Return an object with so many properties."""
    found = _base(inclusion, branch)
    if found is None:
        return ABSENT
    names = [name for name in branch.names if not inclusion.narrow.is_refused(branch, name)]
    is_free = not any(schema is False for schema in branch.rest)
    names += [f"{_FREE[0]}{i}" for i in range(min(count, 1000))] if is_free else []
    for name in names:
        if len(found) < count and name not in found:
            found[name] = inclusion.example_of(branch.member(name) or branch.rest)
    return ABSENT if any(value is ABSENT for value in found.values()) else found


# --- exactly one


def is_apart(inclusion: Inclusion, branch: Branch, kind: str, barred: Any) -> bool:
    """Tell whether no value of an alternative fits a schema of the other side."""
    try:
        others = inclusion.wide.opened.branches((barred,))
    except TooWide:
        return False
    return all(are_apart(inclusion, branch, kind, other) for other in others)


def are_apart(inclusion: Inclusion, branch: Branch, kind: str, other: Branch) -> bool:
    """Tell whether no value of an alternative fits one of the other side, as far as is quickly seen."""
    if kind not in other.kinds:
        return True
    if kind != "object":
        return False
    impossible = (name for name in other.required if inclusion.narrow.is_refused(branch, name))
    return next(impossible, None) is not None or sides.are_apart(
        inclusion.narrow, branch, inclusion.wide, other
    )

"""Names of nested values on the command line: `a.b[0].c` → the places in a JSON value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.wire.schema_types import SchemaTypes

#: A step into a value: the name of a member, the index of an item, or None for a new item.
Step = str | int | None

#: How deep a name may lead.
MAX_STEPS = 64

_STEP = re.compile(r'\.(?P<name>[^.\[\]"]+)|\[(?P<index>[0-9]{0,6})\]|\[(?P<quoted>"[^\n]*?")\]')

_HINT = 'write a.b[0].c=value; a[]=value adds an item, a["b.c"]=value names a member with a dot'


class NestedName(NamedTuple):
    """A name that leads into the value of an argument.

    Attributes:
        head: the name of the argument.
        steps: the way into its value; () for the value itself.

    """

    head: str
    steps: tuple[Step, ...] = ()


def split_nested_name(name: str, is_known: Callable[[str], bool]) -> NestedName:
    """Return the argument that a name leads into, and the way; the longest known name counts.

    Args:
        name: the name, as typed. Names of a document may have dots and brackets of their own.
        is_known: tells whether a name is that of an argument.

    Returns:
        The parts of the name. A name that leads into no known argument is whole.

    Raises:
        UsageError: it leads into an argument, and the way cannot be read.

    """
    if is_known(name):
        return NestedName(name)
    for position in range(len(name) - 1, 0, -1):
        if name[position] in ".[" and is_known(name[:position]):
            return NestedName(name[:position], parse_steps(name, position))
    return NestedName(name)


def parse_steps(name: str, position: int) -> tuple[Step, ...]:
    """Return the steps that stand in a name from a position on.

    Raises:
        UsageError: they cannot be read, or are too many.

    """
    steps: list[Step] = []
    while position < len(name):
        match = _STEP.match(name, position)
        if match is None:
            raise UsageError(f"{name!r} names no place at {name[position:]!r}", hint=_HINT)
        steps.append(_read_step(match, name))
        position = match.end()
    if len(steps) > MAX_STEPS:
        raise UsageError(f"{name[:40]!r}… leads more than {MAX_STEPS} levels deep", hint=_HINT)
    return tuple(steps)


def _read_step(match: re.Match[str], name: str) -> Step:
    if match["name"] is not None:
        return match["name"]
    if match["quoted"] is None:
        return int(match["index"]) if match["index"] else None
    try:
        return str(json.loads(match["quoted"]))
    except ValueError:
        raise UsageError(f"{name!r} has a text that is no JSON", hint=_HINT) from None


def find_nested_types(types: SchemaTypes, steps: tuple[Step, ...]) -> SchemaTypes:
    """Return the types of a value inside a value."""
    for step in steps:
        types = types.find_member_types(step) if isinstance(step, str) else types.item_types
    return types


class NestedPlace(NamedTuple):
    """A place in a JSON value.

    Attributes:
        owner: the object or array that has the place.
        key: the name of a member, or an index: one behind the last for a new item.

    """

    owner: Any
    key: Any


def open_nested_place(
    values: dict[Any, Any], key: Any, steps: tuple[Step, ...], name: str
) -> NestedPlace:
    """Return the place that steps lead to; make the objects and arrays on the way.

    Args:
        values: the values by key.
        key: where the way begins.
        steps: the way.
        name: the name, as typed.

    Raises:
        UsageError: something else stands on the way, or items before it are missing.

    """
    place = NestedPlace(values, key)
    for step in steps:
        owner = _open_owner(place, is_object=isinstance(step, str), name=name)
        place = NestedPlace(owner, _choose_key(owner, step, name))
    return place


def has_value(place: NestedPlace) -> bool:
    """Tell whether there is a value at a place already."""
    if isinstance(place.owner, list):
        return bool(place.key < len(place.owner))
    return place.key in place.owner


def put_value(place: NestedPlace, value: Any) -> None:
    """Put a value into its place."""
    if isinstance(place.owner, list) and place.key == len(place.owner):
        place.owner.append(value)
    else:
        place.owner[place.key] = value


def _open_owner(place: NestedPlace, *, is_object: bool, name: str) -> Any:
    """Return the object or array at a place; make one where there is none."""
    if not has_value(place):
        owner: Any = {} if is_object else []
        put_value(place, owner)
        return owner
    owner = place.owner[place.key]
    if not isinstance(owner, dict if is_object else list):
        what = "a member" if is_object else "an item"
        raise UsageError(
            f"{name} names {what} of a value that was given otherwise",
            hint="give each value once, or all of it as JSON: name:='{…}'",
        )
    return owner


def _choose_key(owner: Any, step: Step, name: str) -> Any:
    if isinstance(step, str):
        return step
    index = len(owner) if step is None else step
    if index > len(owner):
        raise UsageError(
            f"{name} leaves a gap: the item before has the index {len(owner) - 1}"
            if owner
            else f"{name} leaves a gap: the first item has the index 0",
            hint="number the items from 0 in order, or add each with []",
        )
    return index

"""A generated result takes over values of the request, as a real server's answer would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from dynclient.generate.merged_schema import copy_json

MAX_COPIED_VALUES = 256

#: Where a value is: property names and array indices, outermost first.
ResultPath = tuple[str | int, ...]


def copy_request_values(result: Any, request_body: Any, is_valid: Callable[[Any], bool]) -> Any:
    """Return a result whose properties have the values of the same name in the request.

    Only properties that the result already has are considered: those at the top and those one
    level down, which are the members of a wrapper object or of the first item of an array. A
    property whose value does not fit as a whole is copied member by member.

    Args:
        result: the generated result; it is not changed.
        request_body: the decoded body of the request; anything but an object changes nothing.
        is_valid: whether a whole result is valid; it is asked at most 256 times.

    """
    if not isinstance(request_body, dict):
        return result
    for path, value in islice(_find_copies(result, request_body), MAX_COPIED_VALUES):
        candidate = _replace_at(result, path, copy_json(value))
        if is_valid(candidate):
            result = candidate
    return result


def _find_copies(result: Any, request: dict[str, Any]) -> Iterator[tuple[ResultPath, Any]]:
    """Yield paths in the result, each with the request's value for it."""
    if isinstance(result, list):
        yield from _find_shared_properties((0,), _get_first_item(result), request)
    if not isinstance(result, dict):
        return
    for name, member in result.items():
        if name in request:
            yield (name,), request[name]
            yield from _find_shared_properties((name,), member, request[name])
        elif isinstance(member, list):
            yield from _find_shared_properties((name, 0), _get_first_item(member), request)
        else:
            yield from _find_shared_properties((name,), member, request)


def _get_first_item(items: list[Any]) -> Any:
    return items[0] if items else None


def _find_shared_properties(
    path: ResultPath, result: Any, request: Any
) -> Iterator[tuple[ResultPath, Any]]:
    """Yield the properties that an object of the result, at a path, shares with the request."""
    if not isinstance(result, dict) or not isinstance(request, dict):
        return
    for name in result:
        if name in request:
            yield (*path, name), request[name]


def _replace_at(value: Any, path: ResultPath, replacement: Any) -> Any:
    """Return a value in which one place is replaced. What is beside the path is shared."""
    if not path:
        return replacement
    key = path[0]
    if isinstance(value, dict) and key in value:
        member = _replace_at(value[key], path[1:], replacement)
        return {**value, key: member}
    if isinstance(value, list) and key == 0 and value:
        first = _replace_at(value[0], path[1:], replacement)
        return [first, *value[1:]]
    return value

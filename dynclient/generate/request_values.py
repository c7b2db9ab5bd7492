"""Echoes: a sampled result takes over what the request said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from dynclient.generate.merged_schema import copy_json

MAX_COPIED_VALUES = 256


def copy_request_values(result: Any, request_body: Any, valid: Callable[[Any], bool]) -> Any:
    """Return a result in which same-named properties carry the request's values, where it stays valid.

    Only properties that the result has already are looked at: those at the top, and those one level down (the members
    of a wrapper object, or of the first item of an array). A property of the request that does not fit as a whole is
    taken over member by member.

    Args:
        result: the sampled result; not changed.
        request_body: the decoded body of the request; anything but an object changes nothing.
        valid: whether a whole result is valid; asked at most 256 times.

    """
    if not isinstance(request_body, dict):
        return result
    for path, wanted in islice(_find_copies(result, request_body), MAX_COPIED_VALUES):
        candidate = _replace_at(result, path, copy_json(wanted))
        result = candidate if valid(candidate) else result
    return result


def _find_copies(
    result: Any, request: dict[str, Any]
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield paths in the result and the request's value for each."""
    if isinstance(result, list):
        yield from (
            ((0, *path), wanted)
            for path, wanted in _find_shared_properties(result[0] if result else None, request)
        )
    for name, member in result.items() if isinstance(result, dict) else ():
        if name in request:
            yield (name,), request[name]
            yield from (
                ((name, *path), wanted)
                for path, wanted in _find_shared_properties(member, request[name])
            )
        elif isinstance(member, list):
            yield from (
                ((name, 0, *path), wanted)
                for path, wanted in _find_shared_properties(member[0] if member else None, request)
            )
        else:
            yield from (
                ((name, *path), wanted) for path, wanted in _find_shared_properties(member, request)
            )


def _find_shared_properties(result: Any, request: Any) -> Iterator[tuple[tuple[str], Any]]:
    if isinstance(result, dict) and isinstance(request, dict):
        yield from (((name,), request[name]) for name in result if name in request)


def _replace_at(value: Any, path: tuple[str | int, ...], wanted: Any) -> Any:
    """Return a value with one place changed; what lies beside the path is shared."""
    if not path:
        return wanted
    if isinstance(value, dict) and path[0] in value:
        return {
            name: _replace_at(member, path[1:], wanted) if name == path[0] else member
            for name, member in value.items()
        }
    if isinstance(value, list) and path[0] == 0 and value:
        return [_replace_at(value[0], path[1:], wanted), *value[1:]]
    return value

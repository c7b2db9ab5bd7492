"""Rules for path templates: one request must not fit two operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice
from typing import Any, NamedTuple

from dynclient.errors import DocumentError
from dynclient.model import TEMPLATE_VARIABLE, Operation
from dynclient.plan.document_check.check_context import CheckContext
from dynclient.schema.engines.engine import Checker
from dynclient.violations import shorten

#: How many pairs of paths of one document are looked at.
_MAX_PAIRS = 300_000

#: How many pairs whose segments may fit each other are looked at with their schemas.
_MAX_SCHEMA_PAIRS = 500


class _PathOperation(NamedTuple):
    """An operation with its path.

    Attributes:
        operation: the operation.
        target: the path without its fragment, which is not sent.
        segments: the parts of the path between slashes; "" stands for a variable.

    """

    operation: Operation
    target: str
    segments: tuple[str, ...]


def check_paths_apart(operations: Sequence[Operation], context: CheckContext) -> None:
    """Report operations that take the same requests, and those that take some of them.

    Source: OAS 3.1.1 Paths Object, Path Templating Matching.
    """
    by_request: dict[Any, list[_PathOperation]] = {}
    for operation in operations:
        path = _read_path(operation)
        by_request.setdefault(_build_request_key(path), []).append(path)
    for same in by_request.values():
        if len(same) > 1:
            _report_clash(same, context)
    firsts = [same[0] for same in by_request.values()]
    _check_ambiguous_paths(firsts, context)


def _read_path(operation: Operation) -> _PathOperation:
    target = operation.path.partition("#")[0]
    segments = target.partition("?")[0].split("/")
    shape = tuple("" if TEMPLATE_VARIABLE.fullmatch(each) else each for each in segments[1:])
    return _PathOperation(operation, target, shape)


def _build_request_key(path: _PathOperation) -> tuple[object, ...]:
    """Return what two operations that take the same requests have in common."""
    servers = tuple(server.url for server in path.operation.servers)
    return path.operation.method, TEMPLATE_VARIABLE.sub("{}", path.target), servers


def _report_clash(same: Sequence[_PathOperation], context: CheckContext) -> None:
    first = same[0].operation
    for number, (operation, _, _) in enumerate(same):
        other = first if number else same[1].operation
        text = f"{operation.path} and {other.path} match the same requests"
        hint = "a server cannot tell them apart; make them one operation"
        context.warn(operation.node, "path-clash", text, hint)


def _check_ambiguous_paths(paths: Sequence[_PathOperation], context: CheckContext) -> None:
    pairs = islice(_list_crossing_pairs(paths), _MAX_SCHEMA_PAIRS)
    for one, other in pairs:
        request = _find_common_request(one, other, context)
        if request:
            method = one.operation.method
            text = (
                f"{method} {request} fits both {one.operation.path} and {other.operation.path}, "
                "and neither is more concrete"
            )
            hint = "change one path, or tell its variable apart by a type, `enum` or `pattern`"
            context.warn(other.operation.node, "ambiguous-path", text, hint)


def _list_crossing_pairs(
    paths: Sequence[_PathOperation],
) -> Iterator[tuple[_PathOperation, _PathOperation]]:
    """Yield the pairs of which each has a text where the other one has a variable.

    If only one of them has, that one is more concrete and is tried first.
    """
    groups: dict[tuple[object, ...], list[_PathOperation]] = {}
    for path in paths:
        if "" in path.segments and "?" not in path.target:
            servers = tuple(server.url for server in path.operation.servers)
            key = (path.operation.method, len(path.segments), servers)
            groups.setdefault(key, []).append(path)
    pairs = (pair for group in groups.values() for pair in combinations(group, 2))
    for one, other in islice(pairs, _MAX_PAIRS):
        if _do_cross(one.segments, other.segments):
            yield one, other


def _do_cross(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    has_text_in_one = has_text_in_other = False
    for left, right in zip(one, other, strict=True):
        if left and right and left != right:
            return False
        has_text_in_one = has_text_in_one or bool(left and not right)
        has_text_in_other = has_text_in_other or bool(right and not left)
    return has_text_in_one and has_text_in_other


def _find_common_request(one: _PathOperation, other: _PathOperation, context: CheckContext) -> str:
    """Return a path that fits both templates, "" where a schema of a variable excludes it."""
    names_of_one, names_of_other = _list_names(one), _list_names(other)
    segments = []
    for index, (left, right) in enumerate(zip(one.segments, other.segments, strict=True)):
        if "{" in left + right:  # A part of the segment is a variable.
            return ""
        if left and not right and not _takes(other.operation, names_of_other[index], left, context):
            return ""
        if right and not left and not _takes(one.operation, names_of_one[index], right, context):
            return ""
        segments.append(left or right or f"{{{names_of_one[index]}}}")
    return shorten("/" + "/".join(segments), 120)


def _list_names(path: _PathOperation) -> list[str]:
    """Return the names of the variables that are whole segments, "" for texts."""
    names = []
    for segment in path.target.split("/")[1:]:
        match = TEMPLATE_VARIABLE.fullmatch(segment)
        names.append(match[1] if match else "")
    return names


def _takes(operation: Operation, name: str, text: str, context: CheckContext) -> bool:
    """Tell whether a path parameter may have a text as its value."""
    try:
        for parameter in operation.parameters:
            if (parameter.location, parameter.name) == ("path", name):
                schema = parameter.node.get_child("schema")
                translated = context.schemas.translate(schema, "request")
                bundle = context.schemas.bundle(translated, "request", "consumer")
                checker = Checker(bundle)
                return any(checker.accepts(value) for value in _list_readings(text))
    except DocumentError:  # It is reported where it stands.
        return True
    return True


def _list_readings(text: str) -> list[Any]:
    """Return the values that a text in a path may stand for."""
    readings: list[Any] = [text, [text]]
    if text in ("true", "false"):
        readings.append(text == "true")
    if text.isascii() and text.isdigit():
        readings.append(int(text[:100]))
    return readings

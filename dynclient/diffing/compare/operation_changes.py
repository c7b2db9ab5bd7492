"""The comparison of which operations there are: their identity, deprecation and tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dynclient.diffing.compare.operation_pairing import (
    OperationPair,
    Pairing,
    read_operation_id,
)
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.model import Document, Operation
from dynclient.names import suggest, to_snake_case
from dynclient.violations import Place


def find_added_and_removed(pairing: Pairing) -> Iterator[Finding]:
    """Yield the operations that are in one document only."""
    for operation in pairing.removed:
        yield _build_removed(operation, pairing)
    for operation in pairing.added:
        yield FindingContext(operation.key).build_finding(
            "operation-added",
            "",
            "operation",
            (None, operation),
            (None, _format_operation(operation)),
            key=("added", operation.key),
        )


def _build_removed(operation: Operation, pairing: Pairing) -> Finding:
    suggestions = suggest(operation.id, [added.id for added in pairing.added], 1)
    return FindingContext(operation.key).build_finding(
        "operation-removed",
        "",
        "operation",
        (operation, None),
        (_format_operation(operation), None),
        key=("removed", operation.key),
        deprecation=" (it had been deprecated)" if operation.deprecated else "",
        suggestion=f"; perhaps it is {suggestions[0]} now" if suggestions else "",
    )


def compare_identity(pair: OperationPair, pairing: Pairing) -> Iterator[Finding]:
    """Yield changes of the operationId, of method and path, and of the deprecation."""
    has_other_partner = any(
        other.old.key == pair.old.key and other is not pair for other in pairing.pairs
    )
    yield from _compare_operation_ids(pair, has_other_partner=has_other_partner)

    if pair.matches_code and not pair.matches_wire:
        situation = "to-another-operation" if has_other_partner else "to-nothing"
        documented = _format_operation(pair.old), _format_operation(pair.new)
        yield _build_operation_finding(pair, "operation-moved", situation, documented)

    lifecycles = _read_lifecycle(pair.old), _read_lifecycle(pair.new)
    if lifecycles[0] != lifecycles[1]:
        yield _build_lifecycle_finding(pair, lifecycles)


def _build_lifecycle_finding(pair: OperationPair, lifecycles: tuple[Any, Any]) -> Finding:
    if pair.old.deprecated and not pair.new.deprecated:
        return _build_operation_finding(pair, "operation-undeprecated", "", lifecycles)
    situation = "sunset" if pair.old.deprecated else "deprecated"
    return _build_operation_finding(pair, "operation-deprecated", situation, lifecycles)


def _compare_operation_ids(pair: OperationPair, *, has_other_partner: bool) -> Iterator[Finding]:
    """Yield a changed operationId, or a lost one where the name means another operation now."""
    old_id, new_id = read_operation_id(pair.old), read_operation_id(pair.new)
    is_lost = not pair.matches_code and not has_other_partner
    if not pair.matches_wire or (old_id == new_id and not is_lost):
        return
    documented = old_id or None, new_id or None
    is_found = pair.matches_code and not has_other_partner
    situation = _choose_renamed_situation(pair, is_found=is_found)
    yield _build_operation_finding(pair, "operation-renamed", situation, documented)


def _choose_renamed_situation(pair: OperationPair, *, is_found: bool) -> str:
    if is_found and _has_respelt_id(pair):
        return "respelt"
    return "renamed" if read_operation_id(pair.old) else "first-name"


def _has_respelt_id(pair: OperationPair) -> bool:
    """Tell whether the old spelling of an operationId finds the operation, and no other one."""
    name = to_snake_case(read_operation_id(pair.old))
    if not read_operation_id(pair.old) or name != to_snake_case(read_operation_id(pair.new)):
        return False
    names = [to_snake_case(each.id) for each in pair.new.document.operations.values()]
    return names.count(name) == 1


def _read_lifecycle(operation: Operation) -> dict[str, Any]:
    """Return what a document says of how long an operation will be there."""
    lifecycle: dict[str, Any] = {"deprecated": operation.deprecated}
    sunset = operation.node.value.get("x-sunset")
    if sunset is not None:
        lifecycle["x-sunset"] = str(sunset)
    return lifecycle


def _format_operation(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _build_operation_finding(
    pair: OperationPair, rule: str, situation: str, documented: tuple[Any, Any]
) -> Finding:
    return FindingContext(pair.old.key).build_finding(
        rule,
        situation,
        "operation",
        (pair.old, pair.new),
        documented,
        key=(rule, pair.old.key),
    )


def compare_tags(new: Document, pairing: Pairing) -> Iterator[Finding]:
    """Yield removed tag namespaces, and operations that left a namespace that still exists."""
    remaining = {tag for operation in new.operations.values() for tag in operation.tags}
    for pair in pairing.pairs:
        for tag in pair.old.tags:
            if tag not in pair.new.tags:
                yield _build_tag_removed(pair, tag, is_removed=tag not in remaining)


def _build_tag_removed(pair: OperationPair, tag: str, *, is_removed: bool) -> Finding:
    situation = "namespace" if is_removed else "membership"
    return FindingContext(pair.old.key).build_finding(
        "tag-removed",
        situation,
        "tags",
        documented=(tag, list(pair.new.tags) or None),
        key=("tag", tag) if is_removed else ("tag", tag, pair.new.tags),
        places=(_find_tags_place(pair.old), _find_tags_place(pair.new)),
        tag=tag,
    )


def _find_tags_place(operation: Operation) -> Place:
    return operation.node.get_child("tags").place if operation.tags else operation.place

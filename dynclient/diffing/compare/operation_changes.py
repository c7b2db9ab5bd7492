"""Which operations there are, and what they are called: identity, deprecation, tags and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dynclient.diffing.change import Level
from dynclient.diffing.compare.operation_pairing import OperationPair, Pairing
from dynclient.diffing.findings import Finding
from dynclient.model import Document, Operation
from dynclient.names import suggest


def find_added_and_removed(found: Pairing) -> Iterator[Finding]:
    """Yield the operations that are in one document only."""
    for operation in found.removed:
        alike = suggest(operation.id, [o.id for o in found.added], 1)
        text = f"; perhaps it is {alike[0]} now" if alike else ""
        noted = " (it had been deprecated)" if operation.deprecated else ""
        made = Finding(
            ("removed", operation.key),
            "operation-removed",
            "breaking",
            "breaking",
            (operation.key,),
        )
        because = f"nothing answers it any more{noted}{text}"
        yield replace(made, where="operation", documented=(_format_operation(operation), None), places=(operation.place, None),
                      because=because)  # fmt: skip
    for operation in found.added:
        made = Finding(
            ("added", operation.key), "operation-added", "info", "info", (operation.key,)
        )
        yield replace(made, where="operation", documented=(None, _format_operation(operation)), places=(None, operation.place),
                      because="nobody calls it yet")  # fmt: skip


def compare_identity(pair: OperationPair, found: Pairing) -> Iterator[Finding]:
    """Yield what an operation is called now, where it is, and whether it is advised against."""
    old, new = pair.old, pair.new
    both = {p.old.key for p in found.pairs if p.old.key == old.key and p is not pair}
    if (pair.matches_wire and not pair.matches_code and not both) or (
        pair.matches_wire and _read_operation_id(old) != _read_operation_id(new)
    ):
        yield from _compare_operation_ids(pair)
    if pair.matches_code and not pair.matches_wire:
        level: Level = "info" if both else "breaking"
        because = "programs that call the old place reach " + (
            "another operation" if both else "nothing"
        )
        yield _build_operation_finding(pair, "operation-moved", "breaking" if level == "breaking" else "warning", "none",
                       f"{old.method} {old.path}", f"{new.method} {new.path}", because)  # fmt: skip
    if _read_lifecycle(old) != _read_lifecycle(new):
        because = "it is advised against" if new.deprecated else "it is no longer advised against"
        because = (
            "the day on which it ends is another one"
            if old.deprecated == new.deprecated
            else because
        )
        yield _build_operation_finding(
            pair,
            "operation-deprecated",
            "info",
            "info",
            _read_lifecycle(old),
            _read_lifecycle(new),
            because,
        )


def _read_lifecycle(operation: Operation) -> dict[str, Any]:
    """Return what a document says of how long an operation will be there."""
    sunset = operation.node.value.get("x-sunset")
    return {
        "deprecated": operation.deprecated,
        **({"x-sunset": str(sunset)} if sunset is not None else {}),
    }


def _compare_operation_ids(pair: OperationPair) -> Iterator[Finding]:
    old, new = _read_operation_id(pair.old), _read_operation_id(pair.new)
    if not old:
        yield _build_operation_finding(
            pair,
            "operation-renamed",
            "none",
            "info",
            None,
            new,
            "it has a name now; METHOD /path still works",
        )
        return
    because = "the request is the same; callers by the old name find nothing"
    yield _build_operation_finding(
        pair, "operation-renamed", "info", "breaking", old, new or None, because
    )


def _read_operation_id(operation: Operation) -> str:
    return operation.node.get_text("operationId")


def _format_operation(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _build_operation_finding(
    pair: OperationPair, rule: str, wire: Level, code: Level, old: Any, new: Any, because: str
) -> Finding:
    made = Finding((rule, pair.old.key), rule, wire, code, (pair.old.key,), "", "operation")
    return replace(
        made, documented=(old, new), places=(pair.old.place, pair.new.place), because=because
    )


def compare_tags(new: Document, found: Pairing) -> Iterator[Finding]:
    """Yield tag namespaces that are gone, and operations that left one which is still there."""
    left = {tag for operation in new.operations.values() for tag in operation.tags}
    for pair in found.pairs:
        for tag in pair.old.tags:
            if tag in pair.new.tags:
                continue
            is_gone = tag not in left
            because = f"client.tags[{tag!r}] " + ("is gone" if is_gone else "no longer holds it")
            key = ("tag", tag) if is_gone else ("tag", tag, pair.new.tags)
            level: Level = "breaking" if is_gone else "warning"
            made = Finding(key, "tag-removed", "none", level, (pair.old.key,), "", "tags")
            places = [
                o.node.get_child("tags").place if o.tags else o.place for o in (pair.old, pair.new)
            ]
            yield replace(
                made,
                documented=(tag, list(pair.new.tags) or None),
                places=(places[0], places[1]),
                because=because,
            )

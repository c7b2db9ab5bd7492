"""Which operations there are, and what they are called: identity, deprecation, tags and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dynclient.changes.change import Level
from dynclient.changes.findings import Finding
from dynclient.changes.pairing import Pair, Pairing
from dynclient.model import Document, Operation
from dynclient.names import near


def presence(found: Pairing) -> Iterator[Finding]:
    """Yield the operations that are in one document only."""
    for operation in found.removed:
        alike = near(operation.id, [o.id for o in found.added], 1)
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
        yield replace(made, where="operation", said=(_said(operation), None), places=(operation.place, None),
                      because=because)  # fmt: skip
    for operation in found.added:
        made = Finding(
            ("added", operation.key), "operation-added", "info", "info", (operation.key,)
        )
        yield replace(made, where="operation", said=(None, _said(operation)), places=(None, operation.place),
                      because="nobody calls it yet")  # fmt: skip


def identity(pair: Pair, found: Pairing) -> Iterator[Finding]:
    """Yield what an operation is called now, where it is, and whether it is advised against."""
    old, new = pair.old, pair.new
    both = {p.old.key for p in found.pairs if p.old.key == old.key and p is not pair}
    if (pair.wire and not pair.code and not both) or (pair.wire and _id(old) != _id(new)):
        yield from _renamed(pair)
    if pair.code and not pair.wire:
        level: Level = "info" if both else "breaking"
        because = "programs that call the old place reach " + (
            "another operation" if both else "nothing"
        )
        yield _finding(pair, "operation-moved", "breaking" if level == "breaking" else "warning", "none",
                       f"{old.method} {old.path}", f"{new.method} {new.path}", because)  # fmt: skip
    if _outlook(old) != _outlook(new):
        because = "it is advised against" if new.deprecated else "it is no longer advised against"
        because = (
            "the day on which it ends is another one"
            if old.deprecated == new.deprecated
            else because
        )
        yield _finding(
            pair, "operation-deprecated", "info", "info", _outlook(old), _outlook(new), because
        )


def _outlook(operation: Operation) -> dict[str, Any]:
    """Return what a document says of how long an operation will be there."""
    sunset = operation.node.value.get("x-sunset")
    return {
        "deprecated": operation.deprecated,
        **({"x-sunset": str(sunset)} if sunset is not None else {}),
    }


def _renamed(pair: Pair) -> Iterator[Finding]:
    old, new = _id(pair.old), _id(pair.new)
    if not old:
        yield _finding(
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
    yield _finding(pair, "operation-renamed", "info", "breaking", old, new or None, because)


def _id(operation: Operation) -> str:
    return operation.node.text("operationId")


def _said(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _finding(
    pair: Pair, rule: str, wire: Level, code: Level, old: Any, new: Any, because: str
) -> Finding:
    made = Finding((rule, pair.old.key), rule, wire, code, (pair.old.key,), "", "operation")
    return replace(made, said=(old, new), places=(pair.old.place, pair.new.place), because=because)


def tags(new: Document, found: Pairing) -> Iterator[Finding]:
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
                o.node.child("tags").place if o.tags else o.place for o in (pair.old, pair.new)
            ]
            yield replace(
                made,
                said=(tag, list(pair.new.tags) or None),
                places=(places[0], places[1]),
                because=because,
            )

"""Which operations there are, and what they are called: identity, deprecation, tags and words."""

from __future__ import annotations

from collections.abc import Iterator
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
        yield Finding(("removed", operation.key), "operation-removed", "breaking", "breaking", (operation.key,), "",
                      "operation", _said(operation), None, because=f"nothing answers it any more{noted}{text}",
                      old_place=operation.place)  # fmt: skip
    for operation in found.added:
        yield Finding(("added", operation.key), "operation-added", "info", "info", (operation.key,), "", "operation",
                      None, _said(operation), because="nobody calls it yet", new_place=operation.place)  # fmt: skip


def identity(pair: Pair, found: Pairing) -> Iterator[Finding]:
    """Yield what an operation is called now, where it is, and whether it is advised against."""
    old, new = pair.old, pair.new
    both = {p.old.key for p in found.pairs if p.old.key == old.key and p is not pair}
    if pair.wire and not pair.code and not both or pair.wire and _id(old) != _id(new):
        yield from _renamed(pair)
    if pair.code and not pair.wire:
        level: Level = "info" if both else "breaking"
        because = "programs that call the old place reach " + ("another operation" if both else "nothing")
        yield _finding(pair, "operation-moved", "breaking" if level == "breaking" else "warning", "none",
                       f"{old.method} {old.path}", f"{new.method} {new.path}", because)  # fmt: skip
    if old.deprecated != new.deprecated:
        because = "it is advised against" if new.deprecated else "it is no longer advised against"
        yield _finding(pair, "operation-deprecated", "info", "info", old.deprecated, new.deprecated, because)


def _renamed(pair: Pair) -> Iterator[Finding]:
    old, new = _id(pair.old), _id(pair.new)
    if not old:
        yield _finding(pair, "operation-renamed", "none", "info", None, new, "it has a name now; METHOD /path still works")
        return
    because = "the request is the same; callers by the old name find nothing"
    yield _finding(pair, "operation-renamed", "info", "breaking", old, new or None, because)


def _id(operation: Operation) -> str:
    return operation.node.text("operationId")


def _said(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _finding(pair: Pair, rule: str, wire: Level, code: Level, old: Any, new: Any, because: str) -> Finding:
    return Finding((rule, pair.old.key), rule, wire, code, (pair.old.key,), "", "operation", old, new,
                   because=because, old_place=pair.old.place, new_place=pair.new.place)  # fmt: skip


def tags(old: Document, new: Document, found: Pairing) -> Iterator[Finding]:
    """Yield tag namespaces that are gone, and operations that left one which is still there."""
    left = {tag for operation in new.operations.values() for tag in operation.tags}
    for pair in found.pairs:
        for tag in pair.old.tags:
            if tag in pair.new.tags:
                continue
            is_gone = tag not in left
            because = f"client.tags[{tag!r}] " + ("is gone" if is_gone else "no longer holds it")
            key = ("tag", tag) if is_gone else ("tag", tag, pair.new.tags)
            yield Finding(key, "tag-removed", "none", "breaking" if is_gone else "warning", (pair.old.key,), "",
                          "tags", tag, list(pair.new.tags) or None, because=because,
                          old_place=pair.old.node.child("tags").place,
                          new_place=pair.new.node.child("tags").place if pair.new.tags else pair.new.place)  # fmt: skip
    _ = old


def words(pair: Pair) -> Iterator[Finding]:
    """Yield what is described in other words."""
    for keyword in ("summary", "description"):
        old, new = pair.old.node.text(keyword), pair.new.node.text(keyword)
        if old != new:
            places = [one.node.child(keyword).place for one in (pair.old, pair.new)]
            yield Finding(("words", pair.old.key, keyword), "words-changed", "info", "info", (pair.old.key,), "",
                          keyword, old or None, new or None, because="no call changes",
                          old_place=places[0] if old else None, new_place=places[1] if new else None)  # fmt: skip

"""Operations that need not be looked at: their text is the same, and so is all that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.document.references import Node, unescape
from dynclient.model import Document

if TYPE_CHECKING:
    from dynclient.changes.pairing import Pair

#: What stands under these keys of an operation is looked at elsewhere.
_ELSEWHERE = ("security", "servers", "tags", "summary", "description")


def is_same_text(old: Document, new: Document) -> bool:
    """Tell whether two documents are written alike as a whole, in all their files."""
    mine, theirs = (
        [file.tree for file in document.files.by_uri.values()] for document in (old, new)
    )
    return old.flavour == new.flavour and mine == theirs


class Sameness:
    """Tells operations apart that are written alike, down to the components that they refer to.

    It is a shortcut only: whatever it does not see through is compared by meaning.

    Args:
        old: the one document.
        new: the other.

    """

    def __init__(self, old: Document, new: Document) -> None:
        self._old = old
        self._new = new
        self._is_comparable = (
            old.flavour == new.flavour and len(old.files.by_uri) == len(new.files.by_uri) == 1
        )
        self._same: dict[str, bool] = {}
        self._asked: dict[str, list[str]] = {}

    def holds(self, pair: Pair) -> bool:
        """Tell whether an operation is written alike in both documents, and all that it refers to."""
        if not self._is_comparable or pair.old.path != pair.new.path:
            return False
        old, new = (
            _looked_at(pair.old.node, pair.old.item),
            _looked_at(pair.new.node, pair.new.item),
        )
        return old == new and all(map(self._is_same, _references(old)))

    def _is_same(self, reference: str) -> bool:
        """Tell whether a reference leads to the same thing in both documents, through all that it refers to."""
        todo, seen = [reference], {reference}
        while todo:
            at = todo.pop()
            if at not in self._same:
                self._look(at)
            if not self._same[at]:
                return False
            fresh = [inner for inner in self._asked[at] if inner not in seen]
            seen.update(fresh)
            todo += fresh
        return True

    def _look(self, reference: str) -> None:
        found = [_found(document, reference) for document in (self._old, self._new)]
        self._same[reference] = found[0] is not None and found[0] == found[1]
        self._asked[reference] = _references(found[0]) if self._same[reference] else []


def _looked_at(node: Node, item: Node) -> Any:
    own = {k: v for k, v in node.value.items() if k not in _ELSEWHERE}
    return [own, item.value.get("parameters") if isinstance(item.value, dict) else None]


def _found(document: Document, reference: str) -> Any:
    """Return what a reference inside the document leads to, None where it leads elsewhere or nowhere."""
    at: Any = document.top.value
    if not reference.startswith("#/"):
        return None
    for token in reference[2:].split("/"):
        at = at.get(unescape(token)) if isinstance(at, dict) else None
    return at


def _references(value: Any) -> list[str]:
    found: dict[str, None] = {}
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at, dict):
            named = [at.get("$ref"), at.get("$dynamicRef")]
            mapping = at.get("discriminator", {})
            if isinstance(mapping, dict) and isinstance(mapping.get("mapping"), dict):
                named += mapping["mapping"].values()
            found.update(dict.fromkeys(_local(text) for text in named if isinstance(text, str)))
            todo += at.values()
        elif isinstance(at, list):
            todo += at
    return list(found)


def _local(text: str) -> str:
    return text if "/" in text or "#" in text or "." in text else f"#/components/schemas/{text}"

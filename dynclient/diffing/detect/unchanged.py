"""Operations that need not be looked at: their text is the same, and so is all that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.document.references import Node, unescape_token
from dynclient.model import Document

if TYPE_CHECKING:
    from dynclient.diffing.compare.operation_pairing import OperationPair

#: What stands under these keys of an operation is looked at elsewhere.
_COMPARED_ELSEWHERE = ("security", "servers", "tags", "summary", "description")


def is_identical_document(old: Document, new: Document) -> bool:
    """Tell whether two documents are written alike as a whole, in all their files."""
    mine, theirs = (
        [file.tree for file in document.files.by_uri.values()] for document in (old, new)
    )
    return old.flavour == new.flavour and mine == theirs


class UnchangedDetector:
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
        self._same_targets: dict[str, bool] = {}
        self._nested_references: dict[str, list[str]] = {}

    def is_unchanged(self, pair: OperationPair) -> bool:
        """Tell whether an operation is written alike in both documents, and all that it refers to."""
        if not self._is_comparable or pair.old.path != pair.new.path:
            return False
        old, new = (
            _select_compared_parts(pair.old.node, pair.old.path_item),
            _select_compared_parts(pair.new.node, pair.new.path_item),
        )
        return old == new and all(map(self._is_same_target, _collect_references(old)))

    def _is_same_target(self, reference: str) -> bool:
        """Tell whether a reference leads to the same thing in both documents, through all that it refers to."""
        todo, seen = [reference], {reference}
        while todo:
            at = todo.pop()
            if at not in self._same_targets:
                self._compare_targets(at)
            if not self._same_targets[at]:
                return False
            fresh = [inner for inner in self._nested_references[at] if inner not in seen]
            seen.update(fresh)
            todo += fresh
        return True

    def _compare_targets(self, reference: str) -> None:
        found = [_resolve_pointer(document, reference) for document in (self._old, self._new)]
        self._same_targets[reference] = found[0] is not None and found[0] == found[1]
        self._nested_references[reference] = (
            _collect_references(found[0]) if self._same_targets[reference] else []
        )


def _select_compared_parts(node: Node, item: Node) -> Any:
    own = {k: v for k, v in node.value.items() if k not in _COMPARED_ELSEWHERE}
    return [own, item.value.get("parameters") if isinstance(item.value, dict) else None]


def _resolve_pointer(document: Document, reference: str) -> Any:
    """Return what a reference inside the document leads to, None where it leads elsewhere or nowhere."""
    at: Any = document.top.value
    if not reference.startswith("#/"):
        return None
    for token in reference[2:].split("/"):
        at = at.get(unescape_token(token)) if isinstance(at, dict) else None
    return at


def _collect_references(value: Any) -> list[str]:
    found: dict[str, None] = {}
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at, dict):
            named = [at.get("$ref"), at.get("$dynamicRef")]
            mapping = at.get("discriminator", {})
            if isinstance(mapping, dict) and isinstance(mapping.get("mapping"), dict):
                named += mapping["mapping"].values()
            found.update(
                dict.fromkeys(_to_local_reference(text) for text in named if isinstance(text, str))
            )
            todo += at.values()
        elif isinstance(at, list):
            todo += at
    return list(found)


def _to_local_reference(text: str) -> str:
    return text if "/" in text or "#" in text or "." in text else f"#/components/schemas/{text}"

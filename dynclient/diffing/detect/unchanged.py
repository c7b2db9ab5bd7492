"""Operations that need no comparison: their text is the same, and so is all that it refers to."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from dynclient.document.references import Node, unescape_token
from dynclient.model import Document, Operation

#: What stands under these keys of an operation is compared elsewhere.
_COMPARED_ELSEWHERE = ("security", "servers", "tags", "summary", "description")


def is_identical_document(old: Document, new: Document) -> bool:
    """Tell whether two documents have the same text, in all their files."""
    old_trees = [file.tree for file in old.files.read_all().values()]
    new_trees = [file.tree for file in new.files.read_all().values()]
    return old.flavour == new.flavour and old_trees == new_trees


class UnchangedDetector:
    """Finds operations with the same text in both documents, down to the components they refer to.

    This is a shortcut: an operation that it does not recognize is compared by meaning.

    Args:
        old: the old document.
        new: the new document.

    """

    def __init__(self, old: Document, new: Document) -> None:
        self._old = old
        self._new = new
        has_one_file_each = len(old.files.read_all()) == len(new.files.read_all()) == 1
        has_other_bases = old.files.has_resources or new.files.has_resources
        is_same_dialect = old.flavour == new.flavour
        self._is_comparable = has_one_file_each and is_same_dialect and not has_other_bases
        #: Reference → whether its target is the same, and the references in that target.
        self._same_targets: dict[str, bool] = {}
        self._nested_references: dict[str, list[str]] = {}

    def is_unchanged(self, old: Operation, new: Operation) -> bool:
        """Tell whether an operation has the same text in both documents, and all it refers to."""
        if not self._is_comparable or old.path != new.path:
            return False
        old_parts = _select_compared_parts(old.node, old.path_item)
        if old_parts != _select_compared_parts(new.node, new.path_item):
            return False
        if _has_discriminator(old_parts) and not self._has_same_schemas:
            return False
        return all(map(self._is_same_target, _collect_references(old_parts)))

    def _is_same_target(self, reference: str) -> bool:
        """Tell whether a reference leads to the same text, and so does all it refers to."""
        pending, seen = [reference], {reference}
        while pending:
            current = pending.pop()
            if current not in self._same_targets:
                self._compare_targets(current)
            if not self._same_targets[current]:
                return False
            for nested in self._nested_references[current]:
                if nested not in seen:
                    seen.add(nested)
                    pending.append(nested)
        return True

    @cached_property
    def _has_same_schemas(self) -> bool:
        """Whether both documents have the same schemas.

        Any of them may extend one with a discriminator, which does not refer to it.
        """
        return bool(_get_schemas(self._old) == _get_schemas(self._new))

    def _compare_targets(self, reference: str) -> None:
        old_target = _resolve_local(self._old, reference)
        is_same = old_target is not None and old_target == _resolve_local(self._new, reference)
        if is_same and _has_discriminator(old_target):
            is_same = self._has_same_schemas
        self._same_targets[reference] = is_same
        self._nested_references[reference] = _collect_references(old_target) if is_same else []


def _select_compared_parts(node: Node, path_item: Node) -> list[Any]:
    """Return what of an operation is compared here, with the parameters of its path item."""
    own = {k: v for k, v in node.value.items() if k not in _COMPARED_ELSEWHERE}
    is_object = isinstance(path_item.value, dict)
    return [own, path_item.value.get("parameters") if is_object else None]


def _resolve_local(document: Document, reference: str) -> Any:
    """Return what a reference inside the document leads to, None for any other reference."""
    target: Any = document.files.top.value
    if not reference.startswith("#/"):
        return None
    for token in reference[2:].split("/"):
        target = target.get(unescape_token(token)) if isinstance(target, dict) else None
    return target


def _get_schemas(document: Document) -> Any:
    return document.top.get_child("components").get_child("schemas").value


def _has_discriminator(value: Any) -> bool:
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            if "discriminator" in current:
                return True
            pending += current.values()
        elif isinstance(current, list):
            pending += current
    return False


def _collect_references(value: Any) -> list[str]:
    """Return the references in a value, each once."""
    references: dict[str, None] = {}
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            references.update(dict.fromkeys(_list_own_references(current)))
            pending += current.values()
        elif isinstance(current, list):
            pending += current
    return list(references)


def _list_own_references(schema: dict[str, Any]) -> list[str]:
    """Return the references of one object, those in the mapping of its discriminator included."""
    texts = [schema.get("$ref"), schema.get("$dynamicRef")]
    discriminator = schema.get("discriminator", {})
    if isinstance(discriminator, dict) and isinstance(discriminator.get("mapping"), dict):
        texts += discriminator["mapping"].values()
    return [_to_local_reference(text) for text in texts if isinstance(text, str)]


def _to_local_reference(text: str) -> str:
    """Return a reference; a mapping may give the bare name of a component."""
    is_reference = "/" in text or "#" in text or "." in text
    return text if is_reference else f"#/components/schemas/{text}"

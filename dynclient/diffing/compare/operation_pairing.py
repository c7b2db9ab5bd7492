"""The pairing of operations of two documents: by method and path, and by operationId."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from dynclient.diffing.compare.request_urls import list_request_urls, normalize_template
from dynclient.model import Document, Operation
from dynclient.names import to_snake_case


@dataclass(frozen=True)
class OperationPair:
    """An operation in both revisions.

    Attributes:
        old: the operation in the old document.
        new: the operation in the new one.
        matches_wire: a deployed program that calls the old one reaches the new one, since method
            and path template are the same, or method and URL.
        matches_code: a caller by name who loads the new document calls the new one, since the
            operationId is the same, or was renamed.

    """

    old: Operation
    new: Operation
    matches_wire: bool
    matches_code: bool


@dataclass(frozen=True)
class Pairing:
    """All operations of two revisions: those in both, and those in one only."""

    pairs: tuple[OperationPair, ...]
    removed: tuple[Operation, ...]
    added: tuple[Operation, ...]


def read_operation_id(operation: Operation) -> str:
    """Return the operationId as the document has it; "" where it has none."""
    return operation.node.get_text("operationId")


def pair_operations(old: Document, new: Document) -> Pairing:
    """Return which operations of two documents belong together."""
    old_index, new_index = _OperationIndex(old), _OperationIndex(new)
    pairs: list[OperationPair] = []
    for operation in old.operations.values():
        pairs += _find_partners(operation, old_index, new_index)

    paired_old = {pair.old.key for pair in pairs}
    paired_new = {pair.new.key for pair in pairs}
    removed = [each for key, each in old.operations.items() if key not in paired_old]
    added = [each for key, each in new.operations.items() if key not in paired_new]
    return Pairing(tuple(pairs), tuple(removed), tuple(added))


class _OperationIndex:
    """The operations of a document by URL, by path, by template and by operationId.

    Of two operations with the same template the first counts. An operationId that stands twice
    names none.
    """

    def __init__(self, document: Document) -> None:
        operations = document.operations.values()
        id_counts = Counter(map(read_operation_id, operations))
        name_counts = Counter(map(to_snake_case, filter(None, map(read_operation_id, operations))))
        self.by_url: dict[tuple[str, str], Operation] = {}
        self.by_path: dict[tuple[str, str], Operation] = {}
        self.by_template: dict[tuple[str, str], Operation] = {}
        self.by_id: dict[str, Operation] = {}
        self.by_python_name: dict[str, Operation] = {}
        for operation in operations:
            self.by_path[operation.method, operation.path] = operation
            self.by_template.setdefault(_build_template_key(operation), operation)
            for url in list_request_urls(operation):
                self.by_url.setdefault((operation.method, url), operation)
            operation_id = read_operation_id(operation)
            if operation_id and id_counts[operation_id] == 1:
                self.by_id[operation_id] = operation
            python_name = to_snake_case(operation_id) if operation_id else ""
            if python_name and name_counts[python_name] == 1:
                self.by_python_name[python_name] = operation

    def find_same_name(self, operation: Operation) -> Operation | None:
        """Return the operation that the operationId of another document's operation finds."""
        operation_id = read_operation_id(operation)
        if not operation_id:
            return None
        by_name = self.by_python_name.get(to_snake_case(operation_id))
        return self.by_id.get(operation_id, by_name)

    def find_same_request(self, operation: Operation) -> Operation | None:
        """Return the operation that a request for another document's operation reaches.

        It is the one with the same path, unless another one has the whole URL.
        """
        exact = self.by_path.get((operation.method, operation.path))
        same_path = exact or self.by_template.get(_build_template_key(operation))
        default_url = list_request_urls(operation)[0]
        if same_path is not None and default_url in list_request_urls(same_path):
            return same_path
        return self.by_url.get((operation.method, default_url), same_path)


def _find_partners(
    operation: Operation, old_index: _OperationIndex, new_index: _OperationIndex
) -> list[OperationPair]:
    """Return the one or two operations of the new document that an old one is paired with."""
    same_request = new_index.find_same_request(operation)
    same_id = new_index.find_same_name(operation)
    if same_request is None:
        if same_id is None:
            return []
        return [OperationPair(operation, same_id, matches_wire=False, matches_code=True)]
    if same_id is None:
        is_same = _is_renamed(operation, same_request, old_index)
        return [OperationPair(operation, same_request, matches_wire=True, matches_code=is_same)]
    if same_id is same_request:
        return [OperationPair(operation, same_request, matches_wire=True, matches_code=True)]
    return [
        OperationPair(operation, same_request, matches_wire=True, matches_code=False),
        OperationPair(operation, same_id, matches_wire=False, matches_code=True),
    ]


def _is_renamed(old: Operation, new: Operation, old_index: _OperationIndex) -> bool:
    """Tell whether an operation has a new name.

    It has not if another operation of the old document had that name before.
    """
    old_id, new_id = read_operation_id(old), read_operation_id(new)
    return not old_id or old_id == new_id or new_id not in old_index.by_id


def _build_template_key(operation: Operation) -> tuple[str, str]:
    return operation.method, normalize_template(operation.path)

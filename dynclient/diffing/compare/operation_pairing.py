"""Which operation of the new document is which of the old one: by method and path, and by operationId."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dynclient.model import Document, Operation

_VARIABLE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class OperationPair:
    """An operation in both revisions.

    Attributes:
        old: as it was.
        new: as it is.
        wire: deployed programs that called the one reach the other: same method, same path template.
        code: callers by name who load the new document call the other: same operationId, or the one it was renamed to.

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


def normalize_template(path: str) -> str:
    """Return a path template without the names of its variables, which no request shows."""
    return "/" + _VARIABLE.sub("{}", path.partition("#")[0]).lstrip("/")


def pair_operations(old: Document, new: Document) -> Pairing:
    """Return which operations of two documents belong together."""
    mine, theirs = _OperationIndex(old), _OperationIndex(new)
    found = [
        pair
        for operation in old.operations.values()
        for pair in _find_partners(operation, mine, theirs)
    ]
    kept, reached = {pair.old.key for pair in found}, {pair.new.key for pair in found}
    return Pairing(
        tuple(found),
        tuple(o for key, o in old.operations.items() if key not in kept),
        tuple(o for key, o in new.operations.items() if key not in reached),
    )


class _OperationIndex:
    """The operations of a document by what callers know them by; of two with the same template the first counts."""

    def __init__(self, document: Document) -> None:
        operations = document.operations.values()
        ids = Counter(_read_operation_id(operation) for operation in operations)
        self.by_wire: dict[tuple[str, str], Operation] = {}
        for operation in operations:
            self.by_wire.setdefault(_build_wire_key(operation), operation)
        self.by_path = {(o.method, o.path): o for o in operations}
        self.by_id: Mapping[str, Operation] = {
            _read_operation_id(o): o
            for o in operations
            if _read_operation_id(o) and ids[_read_operation_id(o)] == 1
        }


def _find_partners(
    operation: Operation, mine: _OperationIndex, theirs: _OperationIndex
) -> Iterator[OperationPair]:
    by_wire = theirs.by_path.get((operation.method, operation.path)) or theirs.by_wire.get(
        _build_wire_key(operation)
    )
    by_id = theirs.by_id.get(_read_operation_id(operation))
    if by_wire is not None and (by_id is by_wire or by_id is None):
        # Another operation of the old document may have this one's new name: then it is not the one that was renamed.
        is_free = (
            _read_operation_id(by_wire) not in mine.by_id
            or _read_operation_id(operation) == _read_operation_id(by_wire)
            or not _read_operation_id(operation)
        )
        yield OperationPair(
            operation, by_wire, matches_wire=True, matches_code=by_id is by_wire or is_free
        )
        return
    if by_wire is not None:
        yield OperationPair(operation, by_wire, matches_wire=True, matches_code=False)
    if by_id is not None:
        yield OperationPair(operation, by_id, matches_wire=False, matches_code=True)


def _read_operation_id(operation: Operation) -> str:
    return operation.node.get_text("operationId")


def _build_wire_key(operation: Operation) -> tuple[str, str]:
    return operation.method, normalize_template(operation.path)

"""The names of the operations of a document: which operation a name finds, and which it cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from dynclient.names import NAMELESS, to_operation_name

if TYPE_CHECKING:
    from dynclient.model.openapi_operation import Operation


class LostName:
    """A name that does not find an operation whose name it would be.

    Args:
        name: the name.
        keys: the operations that would have it, by their keys, in document order.
        winner: the key of the operation that has it, "" where none has.

    """

    def __init__(self, name: str, keys: tuple[str, ...], winner: str = "") -> None:
        self.name = name
        self.keys = keys
        self.winner = winner


class OperationNames:
    """The names of the operations of one document.

    A name finds, in this order: the operation with this `METHOD /path`; the only one with this
    operationId; the only one whose operationId is written so in Python; the only one without an
    operationId whose `METHOD /path` is written so in Python.

    Args:
        operations: the operations by their keys: a unique operationId, else `METHOD /path`.

    """

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self._operations = operations

    @cached_property
    def exact(self) -> Mapping[str, str]:
        """Every `METHOD /path` and every key → the key of its operation."""
        exact = {key: key for key in self._operations}
        exact |= {operation.request: key for key, operation in self._operations.items()}
        return exact

    @cached_property
    def _keys_by_upper_request(self) -> Mapping[str, str]:
        """`METHOD /path` with the method in upper case → the first operation of it."""
        keys: dict[str, str] = {}
        for key, operation in self._operations.items():
            keys.setdefault(f"{operation.method.upper()} {operation.path}", key)
        return keys

    @cached_property
    def shared_ids(self) -> Mapping[str, LostName]:
        """Every operationId that finds no operation by itself, as several have it."""
        keys_by_id: dict[str, list[str]] = {}
        for key, operation in self._operations.items():
            if operation.id != key:
                keys_by_id.setdefault(operation.id, []).append(key)
        shared: dict[str, LostName] = {}
        for operation_id, keys in keys_by_id.items():
            winner = self.exact.get(operation_id, "")
            shared[operation_id] = LostName(operation_id, tuple(keys), winner)
        return shared

    @cached_property
    def _keys_by_python_name(self) -> Mapping[str, tuple[list[str], list[str]]]:
        """Python name → the operations with it: by their operationId, by `METHOD /path`."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for key, operation in self._operations.items():
            by_id, by_request = found.setdefault(operation.python_name, ([], []))
            (by_request if operation.id == operation.request else by_id).append(key)
        found.pop(NAMELESS, None)
        return found

    @cached_property
    def python(self) -> Mapping[str, str]:
        """Every Python name that finds an operation → its key."""
        python: dict[str, str] = {}
        for name, (by_id, by_request) in self._keys_by_python_name.items():
            keys = by_id or by_request
            if name in self.exact:
                python[name] = self.exact[name]
            elif len(keys) == 1:
                python[name] = keys[0]
        return python

    @cached_property
    def python_by_key(self) -> Mapping[str, str]:
        """Key of an operation → its Python name; an operation whose name is lost has none."""
        own_names = {key: each.python_name for key, each in self._operations.items()}
        return {key: name for key, name in own_names.items() if self.python.get(name) == key}

    @property
    def lost_python_names(self) -> Iterable[LostName]:
        """The Python names that do not find each operation whose name they would be."""
        for name, (by_id, by_request) in self._keys_by_python_name.items():
            keys = [*by_id, *by_request]
            winner = self.python.get(name, "")
            rivals = Counter([*keys, winner] if winner else keys)
            if len(rivals) > 1:
                yield LostName(name, tuple(rivals), winner)

    def find_key(self, name: str) -> str | None:
        """Return the key of the operation that a name finds, None where it finds none."""
        if name in self.exact:
            return self.exact[name]
        if name in self.shared_ids:
            return None
        method, _, path = name.partition(" ")
        by_request = self._keys_by_upper_request.get(f"{method.upper()} {path.strip()}")
        return by_request or self.python.get(name) or self.python.get(to_operation_name(name))

    def list_rivals(self, name: str) -> tuple[str, ...]:
        """Return the keys of the operations between which a name does not choose, () if none."""
        if name in self.shared_ids:
            return self.shared_ids[name].keys
        by_id, by_request = self._keys_by_python_name.get(to_operation_name(name), ((), ()))
        return tuple(by_id or by_request)

"""The identities that earlier calls and results showed, for completion."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from dynclient.client.operation import BoundOperation
from dynclient.description.described_operation import get_plan
from dynclient.model import TEMPLATE_VARIABLE

#: How many values are kept, and how many parts of one result are looked at.
MAX_VALUES = 5_000
MAX_PARTS = 10_000
MAX_CHARS = 200

#: How many values of one name are offered.
MAX_OFFERED = 30

#: Where a value is in data.
DataPath = tuple[str | int, ...]


class SeenValues:
    """Values by what they identify; the latest are offered first."""

    def __init__(self) -> None:
        #: (what it identifies, value) → where it comes from; the latest comes last.
        self._sources: dict[tuple[str, Any], str] = {}

    def add_result(self, operation: BoundOperation[Any], data: Any) -> None:
        """Remember the identities in the data of a result."""
        source = operation.__name__
        collection = find_collection(operation.path)
        secrets = get_plan(operation).exchange_secrets.names
        for owner, path, value in iterate_scalars(data, collection):
            name = _find_name(path)
            if not secrets.has_property(name):
                self._add(name, owner, value, source)

    def add_path(self, operation: BoundOperation[Any], values: Mapping[str, Any]) -> None:
        """Remember the values that a successful call had in its path."""
        secrets = get_plan(operation).exchange_secrets.names
        for name, value in values.items():
            if not secrets.has_path_variable(name):
                owner = find_collection(operation.path, name)
                self._add(name, owner, value, operation.__name__)

    def _add(self, name: str, owner: str, value: Any, source: str) -> None:
        is_short = not isinstance(value, str) or 0 < len(value) <= MAX_CHARS
        if isinstance(value, bool | float) or not is_short:
            return
        for identity in name_identities(name, owner):
            key = (identity, value)
            self._sources.pop(key, None)
            self._sources[key] = source
        while len(self._sources) > MAX_VALUES:
            self._sources.pop(next(iter(self._sources)))

    def find_values(self, operation: BoundOperation[Any], name: str) -> list[tuple[Any, str]]:
        """Return the values that fit a parameter or property, each with where it comes from."""
        wanted = set(name_identities(name, find_collection(operation.path, name)))
        if not is_identity(name) and f"{{{name}}}" not in operation.path:
            return []
        found: dict[Any, str] = {}
        for (identity, value), source in reversed(self._sources.items()):
            if identity in wanted:
                found.setdefault(value, f"from {source}")
            if len(found) >= MAX_OFFERED:
                break
        return list(found.items())


def iterate_scalars(data: Any, collection: str) -> Iterator[tuple[str, DataPath, str | int]]:
    """Yield the texts and integers in data: what each is part of, where it is, and the value."""
    pending: deque[tuple[str, DataPath, Any]] = deque([(collection, (), data)])
    for _ in range(MAX_PARTS):
        if not pending:
            return
        owner, path, value = pending.popleft()
        name = _find_name(path)
        if isinstance(value, dict):
            inner_owner = name or owner
            pending.extend((inner_owner, (*path, str(key)), value[key]) for key in value)
        elif isinstance(value, list):
            items = enumerate(value[:MAX_PARTS])
            pending.extend((owner, (*path, index), item) for index, item in items)
        elif isinstance(value, str | int) and not isinstance(value, bool) and name:
            yield owner, path, value


def _find_name(path: DataPath) -> str:
    """Return the last key of a path that is a name."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def find_collection(path: str, parameter: str = "") -> str:
    """Return the last fixed segment of a path; the one before a parameter if it names one."""
    last = ""
    for segment in path.split("/"):
        if parameter and f"{{{parameter}}}" in segment:
            return last
        if segment and not TEMPLATE_VARIABLE.search(segment):
            last = segment
    return last


def name_identities(name: str, owner: str) -> list[str]:
    """Return by which words a value is found: `id` of `audiences` is `audienceid`."""
    folded = _fold(name)
    if folded in ("id", "uuid", "key", "code", "number", "name"):
        return [_singularize(_fold(owner)) + folded]
    singular = _singularize(folded)
    return [folded] if singular == folded else [folded, singular]


def is_identity(name: str) -> bool:
    """Tell whether a name is likely to be that of an identity."""
    folded = _fold(name)
    return folded.endswith(("id", "ids", "uuid", "key", "code", "codes", "identifier"))


def _fold(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _singularize(noun: str) -> str:
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun

"""Whether two schemas of different documents are the same but for annotations and the names of definitions."""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import MANY, NAMED, ONE, name_of
from dynclient.schema.readings import Defs

_NOTES = ("contentEncoding", "contentMediaType", "default", "deprecated", "description", "discriminator", "examples",
          "format", "title")  # fmt: skip
_UNORDERED = ("enum", "required", "type")


class Equality:
    """Compares the schemas of two documents; recursion is decided by coinduction, so that circles come to an end."""

    def __init__(self, one: Defs, other: Defs) -> None:
        self._one = one
        self._other = other
        self._same: set[tuple[str, str]] = set()
        self._differ: set[tuple[str, str]] = set()

    def holds(self, one: Any, other: Any) -> bool:
        """Tell whether two schemas are the same."""
        assumed: set[tuple[str, str]] = set()
        same = self._schemas(one, other, assumed)
        if same:
            self._same |= assumed
        return same

    def _schemas(self, one: Any, other: Any, assumed: set[tuple[str, str]]) -> bool:
        if not isinstance(one, dict) or not isinstance(other, dict):
            return _truth(one) is _truth(other) is not None
        mine, others = assertions(one), assertions(other)
        return mine.keys() == others.keys() and all(self._keyword(k, mine[k], others[k], assumed) for k in mine)

    def _keyword(self, keyword: str, one: Any, other: Any, assumed: set[tuple[str, str]]) -> bool:
        if keyword == "$ref":
            return self._names(name_of(one), name_of(other), assumed)
        if keyword in ONE:
            return self._schemas(one, other, assumed)
        if keyword in MANY:
            return len(one) == len(other) and all(self._schemas(a, b, assumed) for a, b in zip(one, other, strict=True))
        if keyword in NAMED:
            return one.keys() == other.keys() and all(self._schemas(one[k], other[k], assumed) for k in one)
        if keyword in _UNORDERED and isinstance(one, list) and isinstance(other, list):
            return sorted(map(_typed, one)) == sorted(map(_typed, other))
        return _typed(one) == _typed(other)

    def _names(self, one: str, other: str, assumed: set[tuple[str, str]]) -> bool:
        pair = (one, other)
        if pair in self._same or pair in assumed:
            return True
        if pair in self._differ:
            return False
        assumed.add(pair)
        if self._schemas(self._one[one], self._other[other], assumed):
            return True
        self._differ.add(pair)
        return False


def assertions(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without its annotations."""
    return {k: v for k, v in schema.items() if k not in _NOTES and not k.startswith("x-")}


def _truth(schema: Any) -> bool | None:
    if isinstance(schema, bool):
        return schema
    return True if isinstance(schema, dict) and not assertions(schema) else None


def _typed(value: Any) -> str:
    """Return a text that is the same for values that JSON Schema holds equal."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return repr(value)
    if isinstance(value, float) and value.is_integer():
        return repr(int(value))
    if isinstance(value, list):
        return "[" + ",".join(map(_typed, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{k!r}:{_typed(value[k])}" for k in sorted(value)) + "}"
    return repr(value)

"""Which kinds of value a schema allows, found through references and branches: what a reader of text must know."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dynclient.schema.readings import Defs, in_place

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_MAX_DIGITS = 4000


@dataclass(frozen=True, eq=False)
class Shape:
    """The kinds of value that a schema allows, and those of its members.

    Args:
        schema: in our dialect.
        defs: the definitions that its references name.

    """

    schema: Any
    defs: Defs

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        """All schemas that speak of the value, alternatives too."""
        return list(in_place(self.schema, self.defs))

    @cached_property
    def types(self) -> frozenset[str]:
        """JSON's type names, guessed from other keywords where no `type` is given; empty: anything."""
        found: set[str] = set()
        for part in self.parts:
            given = part.get("type", ())
            found.update([given] if isinstance(given, str) else given)
            values = [*part.get("enum", ()), *([part["const"]] if "const" in part else [])]
            found.update(_type_of(value) for value in values)
        if not found and any("properties" in part for part in self.parts):
            found.add("object")
        if not found and any("items" in part or "prefixItems" in part for part in self.parts):
            found.add("array")
        return frozenset(found)

    @property
    def is_array(self) -> bool:
        """Whether a text of several values is an array."""
        return "array" in self.types

    @property
    def is_object(self) -> bool:
        """Whether a text of several values is an object."""
        return "object" in self.types and "array" not in self.types

    @cached_property
    def item(self) -> Shape:
        """The shape of an array's members."""
        found = [part["items"] for part in self.parts if isinstance(part.get("items"), dict)]
        found += [s for part in self.parts for s in part.get("prefixItems", ())]
        return Shape(_any_of(found), self.defs)

    def member(self, name: str) -> Shape:
        """Return the shape of an object's member."""
        found = [part["properties"][name] for part in self.parts if name in part.get("properties", {})]
        if not found:
            others = (part.get("additionalProperties") for part in self.parts)
            found = [schema for schema in others if isinstance(schema, dict)]
        return Shape(_any_of(found), self.defs)

    def declares(self, name: str) -> bool:
        """Tell whether an object of this shape may have a member of that name."""
        open_to_all = any(part.get("additionalProperties", False) is not False for part in self.parts)
        return open_to_all or any(name in part.get("properties", {}) for part in self.parts)

    def value(self, text: str) -> Any:
        """Return the JSON value that a text stands for: a number or word where the schema allows one, else the text."""
        types = self.types
        if types & {"integer", "number"} and len(text) <= _MAX_DIGITS:
            if _INTEGER.fullmatch(text):
                return int(text)
            if _NUMBER.fullmatch(text):
                return float(text)
        if "boolean" in types and text in ("true", "false"):
            return text == "true"
        if "null" in types and text == "null":
            return None
        if types & {"array", "object"} and text[:1] in ("[", "{"):
            return _json(text)
        return text

    def tree(self, texts: Any) -> Any:
        """Return the value of a tree of texts; where an array may stand, an object keyed 0, 1, … or "" is one."""
        if not isinstance(texts, dict):
            return self.value(texts)
        if self.is_array and all(key.isdecimal() or key == "" for key in texts):
            return [self.item.tree(value) for value in texts.values()]
        return {key: self.member(key).tree(value) for key, value in texts.items()}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _any_of(schemas: list[Any]) -> Any:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas} if schemas else {}


def _type_of(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")

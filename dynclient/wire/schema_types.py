"""The JSON types that a schema allows: what a reader of text must know."""

from __future__ import annotations

import json
import math
import re
from functools import cached_property
from typing import Any, NoReturn, TypeVar

from dynclient.schema.readings import Definitions, walk_in_place

_INTEGER = r"-?(0|[1-9][0-9]*)"
_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?"
_MAX_DIGITS = 4000

#: Text -> the type of its literal, and the literal.
_LITERALS: dict[str, tuple[str | None, bool | None]] = {
    "true": ("boolean", True),
    "false": ("boolean", False),
    "null": ("null", None),
}
_NO_LITERAL = (None, None)

_JSON_TYPES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
T = TypeVar("T")

SCALAR_TYPES = frozenset({"string", "number", "integer", "boolean", "null"})
_UNDECLARED_KEYWORDS = ("additionalProperties", "unevaluatedProperties")


class SchemaTypes:
    """The kinds of value that a schema allows, and those of its members.

    Args:
        schema: in our dialect.
        defs: the definitions that its references name.

    """

    def __init__(self, schema: Any, defs: Definitions) -> None:
        self.schema = schema
        self.defs = defs

    @cached_property
    def subschemas(self) -> list[dict[str, Any]]:
        """All schemas that speak of the value, alternatives too."""
        return list(walk_in_place(self.schema, self.defs))

    @cached_property
    def types(self) -> frozenset[str]:
        """JSON's type names, by other keywords where `type` is absent; empty: any type."""
        types: set[str] = set()
        for part in self.subschemas:
            declared = part.get("type", ())
            types.update([declared] if isinstance(declared, str) else declared)
            types.update(map(_get_json_type, part.get("enum", ())))
            if "const" in part:
                types.add(_get_json_type(part["const"]))
        return frozenset(types or self._list_implied_types())

    def _list_implied_types(self) -> list[str]:
        """Return the type that keywords of objects or arrays imply where none is declared."""
        if any("properties" in part for part in self.subschemas):
            return ["object"]
        if any("items" in part or "prefixItems" in part for part in self.subschemas):
            return ["array"]
        return []

    @property
    def is_array(self) -> bool:
        """Whether a text of several values is an array."""
        return "array" in self.types

    @property
    def is_object(self) -> bool:
        """Whether a text of several values is an object."""
        return "object" in self.types and "array" not in self.types

    @cached_property
    def can_be_scalar(self) -> bool:
        """Whether a text may be one value that is neither array nor object."""
        return not self.types or bool(self.types & SCALAR_TYPES)

    @cached_property
    def can_be_any_text(self) -> bool:
        """Whether any text may be a value, an empty one too."""
        return not self.types or "string" in self.types

    @cached_property
    def item_types(self) -> SchemaTypes:
        """The types of an array's items."""
        items = [part.get("items") for part in self.subschemas]
        schemas: list[Any] = [schema for schema in items if isinstance(schema, dict)]
        for part in self.subschemas:
            schemas += part.get("prefixItems", ())
        if not schemas:
            items_listed = [item for array in self._list_values(list) for item in array]
            schemas += [{"enum": items_listed}] if items_listed else []
        return SchemaTypes(_build_any_of(schemas), self.defs)

    def find_member_types(self, name: str) -> SchemaTypes:
        """Return the types of an object's member."""
        schemas = self._schemas_by_member.get(name)
        if not schemas:
            listed = [each[name] for each in self._list_values(dict) if name in each]
            schemas = [{"enum": listed}] if listed else None
        if not schemas:
            return self._undeclared_member_types
        if len(schemas) == 1:
            return SchemaTypes(schemas[0], self.defs)
        # Those that hold whichever alternative does hold together: what they require is required.
        certain = [part["properties"][name] for part in self._conjuncts if _declares(part, name)]
        others = [schema for schema in schemas if not _is_among(schema, certain)]
        return SchemaTypes(_build_all_of(certain, others), self.defs)

    def _list_values(self, kind: type[T]) -> list[T]:
        """Return the arrays or the objects that a schema lists as its values."""
        listed: list[T] = []
        for part in self.subschemas:
            values = [*part.get("enum", ()), *([part["const"]] if "const" in part else ())]
            listed += [value for value in values if isinstance(value, kind)]
        return listed

    @cached_property
    def _schemas_by_member(self) -> dict[str, list[Any]]:
        """The schemas of each member that is declared by name."""
        schemas: dict[str, list[Any]] = {}
        for part in self.subschemas:
            for name, schema in part.get("properties", {}).items():
                schemas.setdefault(name, []).append(schema)
        return schemas

    @cached_property
    def _conjuncts(self) -> list[dict[str, Any]]:
        """The schemas that speak of the value whichever alternative holds."""
        return list(walk_in_place(self.schema, self.defs, alternatives=False))

    @cached_property
    def required_names(self) -> frozenset[str]:
        """The names of the members that an object must have, whichever alternative holds."""
        names: set[str] = set()
        for part in self._conjuncts:
            names.update(part.get("required", ()))
        return frozenset(names)

    @cached_property
    def declared_members(self) -> dict[str, Any]:
        """The members that an object declares whichever alternative holds, each with a schema.

        Where several schemas declare a member, the first one counts.
        """
        members: dict[str, Any] = {}
        for part in self._conjuncts:
            for name, schema in part.get("properties", {}).items():
                members.setdefault(name, schema)
        return members

    @cached_property
    def _undeclared_member_types(self) -> SchemaTypes:
        """The types of members that are not declared by name."""
        schemas: list[Any] = []
        for part in self.subschemas:
            schemas += part.get("patternProperties", {}).values()
        for part in self.subschemas:
            schemas += [part[keyword] for keyword in _UNDECLARED_KEYWORDS if keyword in part]
        objects = [schema for schema in schemas if isinstance(schema, dict)]
        return SchemaTypes(_build_any_of(objects), self.defs)

    def has_property(self, name: str) -> bool:
        """Tell whether an object declares a property of that name."""
        return name in self._schemas_by_member

    def can_have_member(self, name: str) -> bool:
        """Tell whether an object may have a member of that name, declared or free-form."""
        return self._is_free_form or self.has_property(name)

    @cached_property
    def _is_free_form(self) -> bool:
        patterns = [
            part["patternProperties"] for part in self.subschemas if "patternProperties" in part
        ]
        values = [
            part[keyword]
            for part in self.subschemas
            for keyword in _UNDECLARED_KEYWORDS
            if keyword in part
        ]
        if patterns or values:
            # An empty schema accepts anything.
            return any(patterns) or any(value is not False for value in values)
        return not any(part.get("properties") for part in self.subschemas)

    def parse_text(self, text: str) -> Any:
        """Return the JSON value of a text: a number or literal where one is allowed, else text."""
        types = self.types
        if types & {"integer", "number"} and len(text) <= _MAX_DIGITS:
            if re.fullmatch(_INTEGER, text):
                return int(text)
            if re.fullmatch(_NUMBER, text) and math.isfinite(number := float(text)):
                return self._choose_number_or_text(number, text)
        literal_type, literal = _LITERALS.get(text, _NO_LITERAL)
        if literal_type in types:
            return literal
        if types & {"array", "object"} and text[:1] in ("[", "{"):
            return _parse_json(text)
        return text

    def _choose_number_or_text(self, number: float, text: str) -> float | str:
        is_allowed = "number" in self.types or number.is_integer()
        # Where a text is allowed too, a fraction is no integer but a text.
        return number if is_allowed or "string" not in self.types else text

    def parse_tree(self, texts: Any) -> Any:
        """Return the value of a tree of texts.

        Where an array is allowed, an object with the keys 0, 1, … or "" is one.
        """
        if isinstance(texts, list):
            return self._parse_repeated(texts)
        if not isinstance(texts, dict):
            return self._parse_leaf(texts)
        is_index = all(key.isdecimal() or key == "" for key in texts)
        if self.is_array and is_index:
            return self._parse_indexed(texts)
        return {key: self.find_member_types(key).parse_tree(texts[key]) for key in texts}

    def _parse_indexed(self, texts: dict[str, Any]) -> list[Any]:
        """Return the array of texts that each stand under an index."""
        items: list[Any] = []
        for value in texts.values():
            items += value if isinstance(value, list) else [value]
        return [self.item_types.parse_tree(item) for item in items]

    def _parse_repeated(self, texts: list[str]) -> Any:
        """Return the array of texts with one name; where no array is allowed, the first counts."""
        if "array" in self.types:
            return [self.item_types.parse_text(text) for text in texts]
        return self.parse_text(texts[0])

    def _parse_leaf(self, text: str) -> Any:
        """Return the value of a text in a tree.

        Where only an array or object is allowed, the empty text is an empty one.

        A single text is an array of one, as it is where the name is repeated.
        """
        value = self.parse_text(text)
        if value is not text or self.can_be_scalar:
            return value
        if "array" in self.types:
            return [self.item_types.parse_text(text)] if text else []
        return value if text else {}


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        return text


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python's JSON reader takes otherwise."""
    raise ValueError(f"{name} is no JSON")


def _declares(part: dict[str, Any], name: str) -> bool:
    return name in part.get("properties", {})


def _is_among(schema: Any, schemas: list[Any]) -> bool:
    return any(schema is each for each in schemas)


def _build_all_of(certain: list[Any], others: list[Any]) -> Any:
    """Return one schema: all of the first ones, and any of the others."""
    parts = [*certain, {"anyOf": others}] if others else certain
    return parts[0] if len(parts) == 1 else {"allOf": parts}


def _build_any_of(schemas: list[Any]) -> Any:
    if len(schemas) == 1:
        return schemas[0]
    return {"anyOf": schemas} if schemas else {}


def _get_json_type(value: Any) -> str:
    return _JSON_TYPES.get(type(value), "null")

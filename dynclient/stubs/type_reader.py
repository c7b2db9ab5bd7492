"""Reads the types of values from their schemas, and collects the models that they are made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from typing import Any

from dynclient.schema.dialect import (
    EXCLUDING_ANNOTATIONS,
    UNION_KEYWORDS,
    X_SERIALIZATION,
    Direction,
    get_definition_name,
)
from dynclient.schema.readings import Definitions, walk_in_place
from dynclient.schema.translation.open_enums import X_EXTENSIBLE_ENUM
from dynclient.stubs.type_expressions import (
    ANY,
    NEVER,
    NONE,
    TEXT,
    AliasModel,
    ArrayType,
    LiteralType,
    MapType,
    ModelField,
    ModelKey,
    ModelReference,
    Models,
    NamedType,
    ObjectModel,
    TypeExpression,
    build_union,
    format_literal,
)

#: How many objects a schema with alternatives is taken apart into; beyond, the alternatives
#: are not told apart.
MAX_COMBINATIONS = 24

#: How deep schemas are read that stand inside one another, without a component between.
MAX_DEPTH = 40

#: How many choices of alternatives are read inside one another.
MAX_NESTED_COMBINATIONS = 2

#: How many schemas are read for one component or place, and for a document. Beyond, what is left is
#: Any.
MAX_STEPS = 20_000
MAX_ALL_STEPS = 500_000

#: JSON's types in the order of a union.
_TYPE_NAMES = {
    "string": TEXT,
    "integer": NamedType("int"),
    "number": NamedType("float"),
    "boolean": NamedType("bool"),
}
_TYPE_ORDER = (*_TYPE_NAMES, "array", "object", "null")

#: Keywords beside a reference that say nothing about the type.
_ANNOTATIONS = frozenset(
    {
        "$comment",
        "$ref",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "readOnly",
        "title",
        "writeOnly",
        "xml",
    }
)

#: Keywords without which a schema says nothing about the type.
_TYPE_KEYWORDS = frozenset(
    {
        "$ref",
        "additionalProperties",
        "allOf",
        "const",
        "enum",
        "items",
        "patternProperties",
        "prefixItems",
        "properties",
        "type",
        *UNION_KEYWORDS,
    }
)
_FREE_KEYWORDS = ("additionalProperties", "unevaluatedProperties")

Path = tuple[str, ...]
Parts = Sequence[dict[str, Any]]


class TypeReader:
    """Reads types in one direction.

    Args:
        defs: the definitions that references name.
        direction: which way the values travel; what travels only the other way is left out.

    Attributes:
        models: every model that was met, in the order of meeting.

    """

    def __init__(self, defs: Definitions, direction: Direction) -> None:
        self.models: Models = {}
        self._defs = defs
        self._direction: Direction = direction
        self._excluded = EXCLUDING_ANNOTATIONS[direction]
        self._known_definitions: set[str] = set()
        self._pending: deque[str] = deque()
        self._depth = 0
        self._combination_depth = 0
        self._steps = 0
        self._all_steps = 0

    def read(self, schema: Any, path: Path) -> TypeExpression:
        """Return the type of a value, and add the models that it needs.

        Args:
            schema: in our dialect.
            path: what an object that has no name of its own is named after.

        """
        self._begin()
        expression = self._read(schema, path)
        while self._pending:
            self._define(self._pending.popleft())
        return expression

    def _begin(self) -> None:
        self._all_steps += self._steps
        self._steps = 0

    def _define(self, name: str) -> None:
        self._begin()
        key = ModelKey(self._direction, (name,), is_definition=True)
        expression: TypeExpression = ANY
        if not self._has_no_steps_left():
            expression = self._read_parts(self._defs.get(name, True), (name,))
        self.models[key] = AliasModel(expression)

    def _read(self, schema: Any, path: Path) -> TypeExpression:
        if not isinstance(schema, dict):
            return NEVER if schema is False else ANY
        if "$ref" in schema and _is_plain(schema):
            return self._refer(get_definition_name(schema["$ref"]))
        if schema.keys() == {"if", "else"}:
            # That is how the translation writes `allowEmptyValue`.
            return build_union([self._read(schema["else"], path), TEXT])
        self._steps += 1
        if self._depth >= MAX_DEPTH or self._has_no_steps_left():
            return ANY
        self._depth += 1
        try:
            return self._read_parts(schema, path)
        finally:
            self._depth -= 1

    def _has_no_steps_left(self) -> bool:
        return self._steps > MAX_STEPS or self._all_steps + self._steps > MAX_ALL_STEPS

    def _refer(self, name: str) -> TypeExpression:
        if name not in self._known_definitions:
            self._known_definitions.add(name)
            self._pending.append(name)
        reference = ModelReference(ModelKey(self._direction, (name,), is_definition=True))
        is_open = self._direction == "request" and self._is_free_form_object(self._defs.get(name))
        return build_union([reference, MapType(ANY)]) if is_open else reference

    def _is_free_form_object(self, schema: Any) -> bool:
        parts = list(walk_in_place(schema, self._defs, alternatives=False))
        has_properties = any(part.get("properties") for part in parts)
        return has_properties and _is_free_form(parts)

    def _read_parts(self, schema: Any, path: Path) -> TypeExpression:
        """Return the type of a value that all parts of a schema describe."""
        parts = [
            part
            for part in walk_in_place(schema, self._defs, alternatives=False)
            if X_SERIALIZATION not in part
        ]
        self._steps += len(parts)
        if len(parts) > 1:
            sole = [part for part in parts if not _TYPE_KEYWORDS.isdisjoint(part)]
            references = [part for part in sole if "$ref" in part]
            if len(references) == 1 and self._adds_nothing(sole, references[0]):
                return self._refer(get_definition_name(references[0]["$ref"]))
            if {"if", "else"} in [part.keys() for part in parts]:
                part = next(part for part in parts if part.keys() == {"if", "else"})
                return self._read(part, path)
        choices = self._list_choices(parts)
        if not choices:
            return self._read_conjunction(parts, path)
        own_parts = [_drop_in_place(part) for part in parts]
        own_parts = [part for part in own_parts if part]
        if len(choices) == 1 and not _describes_members(own_parts):
            return self._read_alternatives(choices[0], own_parts, path)
        return self._read_combinations(choices, own_parts, path)

    def _adds_nothing(self, parts: Parts, reference: dict[str, Any]) -> bool:
        """Tell whether the parts of a schema are those of the one component it refers to."""
        target = walk_in_place({"$ref": reference["$ref"]}, self._defs, alternatives=False)
        known = {id(part) for part in target}
        for part in parts:
            is_wrapper = part is reference or part.keys() <= {*_ANNOTATIONS, "allOf"}
            if not is_wrapper and id(part) not in known:
                return False
        return _is_plain(reference)

    # --- alternatives

    def _list_choices(self, parts: Parts) -> list[list[Any]]:
        """Return the lists of alternatives that tell types apart."""
        choices = []
        for part in parts:
            for keyword in UNION_KEYWORDS:
                branches = [branch for branch in part.get(keyword, ()) if branch is not False]
                if any(map(_says_type, branches)):
                    choices.append(branches)
        return choices

    def _read_alternatives(
        self, branches: list[Any], own_parts: list[dict[str, Any]], path: Path
    ) -> TypeExpression:
        """Return the union of alternatives beside which nothing describes members."""
        narrowing = [part for part in own_parts if not _TYPE_KEYWORDS.isdisjoint(part)]
        types: list[TypeExpression] = []
        for index, branch in enumerate(branches):
            if _is_empty(branch):
                # So some generators write that null is allowed: `anyOf: [X, {nullable: true}]`.
                types.append(NONE)
                continue
            branch_path = (*path, self._name_branch(branch, index))
            is_typed = not narrowing or self._list_types([branch]) is not None
            schema = branch if is_typed else {"allOf": [*narrowing, branch]}
            types.append(self._read(schema, branch_path))
        return build_union(types)

    def _read_combinations(
        self, choices: list[list[Any]], own_parts: list[dict[str, Any]], path: Path
    ) -> TypeExpression:
        """Return the union of what each choice of alternatives makes of the members beside them."""
        is_nested = self._combination_depth >= MAX_NESTED_COMBINATIONS
        if is_nested or prod(map(len, choices)) > MAX_COMBINATIONS:
            return self._read_conjunction(own_parts, path)
        self._combination_depth += 1
        types: list[TypeExpression] = []
        for index, combination in enumerate(product(*choices)):
            names = [self._name_branch(branch, index) for branch in combination]
            schema = {"allOf": [*own_parts, *combination]}
            types.append(self._read(schema, (*path, *dict.fromkeys(names))))
        self._combination_depth -= 1
        union = build_union(types)
        return self._read_conjunction(own_parts, path) if union == NEVER else union

    def _name_branch(self, branch: Any, index: int) -> str:
        if isinstance(branch, dict) and "$ref" in branch:
            return get_definition_name(branch["$ref"])
        title = branch.get("title") if isinstance(branch, dict) else None
        return title if isinstance(title, str) and title else f"Option{index + 1}"

    # --- one value, without alternatives

    def _list_types(self, schemas: Iterable[Any]) -> list[str] | None:
        """Return the JSON types that all schemas allow; None where none of them says."""
        allowed: set[str] | None = None
        for schema in schemas:
            for part in walk_in_place(schema, self._defs, alternatives=False):
                if "type" in part:
                    names = {part["type"]} if isinstance(part["type"], str) else set(part["type"])
                    if "number" in names:
                        names.add("integer")
                    allowed = names if allowed is None else allowed & names
        if allowed is None:
            return None
        if "number" in allowed:
            allowed.discard("integer")
        return [name for name in _TYPE_ORDER if name in allowed]

    def _read_conjunction(self, parts: Parts, path: Path) -> TypeExpression:
        types = self._list_types(map(_drop_references, parts))
        values = _read_enum(parts, types)
        if values is not None:
            return values
        known = _read_known_values(parts)
        if types is None:
            types = _imply_types(parts)
        members: list[TypeExpression] = [] if known is None else [known]
        for name in types:
            if name == "object":
                members.append(self._read_object(parts, path))
            elif name == "array":
                members.append(self._read_array(parts, path))
            else:
                members.append(NONE if name == "null" else _TYPE_NAMES[name])
        if members:
            return build_union(members)
        says_type = any("type" in part for part in parts)
        return NEVER if says_type else ANY

    def _read_array(self, parts: Parts, path: Path) -> TypeExpression:
        item_path = (*path, "Item")
        items = [part["items"] for part in parts if isinstance(part.get("items"), dict)]
        prefixes = [prefix for part in parts for prefix in part.get("prefixItems", ())]
        if not prefixes:
            return ArrayType(self._read(_join(items), item_path) if items else ANY)
        has_rest = not any(part.get("items") is False for part in parts)
        schemas = [*prefixes, *(items or ([True] if has_rest else []))]
        return ArrayType(build_union(self._read(schema, item_path) for schema in schemas))

    def _read_object(self, parts: Parts, path: Path) -> TypeExpression:
        members: dict[str, list[Any]] = {}
        for part in parts:
            for name, schema in part.get("properties", {}).items():
                members.setdefault(name, []).append(schema)
        if not members:
            return self._read_map(parts, path)
        key = self._choose_key(path)
        self.models[key] = ObjectModel(())
        fields = self._read_fields(members, _list_required(parts), path)
        if not fields:
            # A TypedDict without members would stand for every other one of a union.
            del self.models[key]
            return self._read_map(parts, path)
        self.models[key] = ObjectModel(tuple(fields), _find_text(parts, "description"))
        reference = ModelReference(key)
        # A component that is free-form says so where it is referred to.
        is_inline = len(path) > 1
        if is_inline and self._direction == "request" and _is_free_form(parts):
            return build_union([reference, MapType(ANY)])
        return reference

    def _choose_key(self, path: Path) -> ModelKey:
        """Return a key for the object at a path; of several there, each has its own."""
        key, count = ModelKey(self._direction, path), 1
        while key in self.models:
            count += 1
            key = ModelKey(self._direction, (*path, str(count)))
        return key

    def _read_fields(
        self, members: dict[str, list[Any]], required: dict[str, None], path: Path
    ) -> list[ModelField]:
        fields = []
        for name, schemas in members.items():
            schema = _join(schemas)
            parts = list(walk_in_place(schema, self._defs, alternatives=False))
            if schema is False or any(part.get("not") == {} for part in parts):
                continue
            if any(part.get(self._excluded) is True for part in parts):
                continue
            expression = self._read(schema, (*path, name))
            text = _find_text([each for each in schemas if isinstance(each, dict)], "description")
            if any(part.get("deprecated") is True for part in parts):
                text = f"Deprecated. {text}".strip()
            fields.append(ModelField(name, expression, name in required, text))
        undeclared = [name for name in required if name not in members]
        fields += [ModelField(name, ANY, is_required=True) for name in undeclared]
        return fields

    def _read_map(self, parts: Parts, path: Path) -> TypeExpression:
        schemas: list[Any] = []
        for part in parts:
            schemas += part.get("patternProperties", {}).values()
            for keyword in _FREE_KEYWORDS:
                if isinstance(part.get(keyword), dict):
                    schemas.append(part[keyword])
        value_path = (*path, "Value")
        if not schemas:
            return MapType(ANY)
        return MapType(build_union(self._read(schema, value_path) for schema in schemas))


# --- questions about schemas


def _is_plain(schema: dict[str, Any]) -> bool:
    """Tell whether a schema says nothing of a value beside its reference, if it has one."""
    return all(keyword in _ANNOTATIONS or keyword.startswith("x-") for keyword in schema)


def _is_empty(schema: Any) -> bool:
    return schema is True or (
        isinstance(schema, dict) and _is_plain(schema) and "$ref" not in schema
    )


def _says_type(schema: Any) -> bool:
    return isinstance(schema, dict) and not _TYPE_KEYWORDS.isdisjoint(schema)


def _describes_members(parts: Parts) -> bool:
    keywords = ("properties", "patternProperties", "items", "prefixItems", "enum", "const")
    return any(keyword in part for part in parts for keyword in keywords)


def _is_free_form(parts: Parts) -> bool:
    """Tell whether an object may have members that it does not declare."""
    for part in parts:
        if part.get("patternProperties"):
            return True
        if any(part.get(keyword, False) is not False for keyword in _FREE_KEYWORDS):
            return True
    return False


def _drop_in_place(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part without what stands among the other parts, and without alternatives."""
    dropped = ("$ref", "allOf", "discriminator", *UNION_KEYWORDS)
    return {keyword: value for keyword, value in part.items() if keyword not in dropped}


def _drop_references(part: dict[str, Any]) -> dict[str, Any]:
    return {"type": part["type"]} if "type" in part else {}


def _join(schemas: list[Any]) -> Any:
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas}


def _list_required(parts: Parts) -> dict[str, None]:
    return dict.fromkeys(name for part in parts for name in part.get("required", ()))


def _find_text(parts: Parts, keyword: str) -> str:
    for part in parts:
        if isinstance(part.get(keyword), str) and part[keyword]:
            return str(part[keyword])
    return ""


def _imply_types(parts: Parts) -> list[str]:
    """Return the type that keywords of objects or arrays imply where none is declared."""
    if any(part.get("properties") for part in parts):
        return ["object"]
    if any("items" in part or "prefixItems" in part for part in parts):
        return ["array"]
    if any(isinstance(part.get("additionalProperties"), dict) for part in parts):
        return ["object"]
    return []


_PYTHON_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def _has_type(value: Any, types: list[str] | None) -> bool:
    if types is None:
        return True
    if isinstance(value, bool):
        return "boolean" in types
    return any(isinstance(value, _PYTHON_TYPES[name]) for name in types)


def _read_enum(parts: Parts, types: list[str] | None) -> TypeExpression | None:
    """Return the values that every enum of a value lists; None where there is no enum."""
    lists = [part["enum"] for part in parts if isinstance(part.get("enum"), list)]
    lists += [[part["const"]] for part in parts if "const" in part]
    if not lists:
        return None
    values = [value for value in lists[0] if _has_type(value, types)]
    texts = dict.fromkeys(map(format_literal, values))
    for other in lists[1:]:
        kept = set(map(format_literal, other))
        texts = dict.fromkeys(text for text in texts if text in kept)
    if None in texts:
        # A fraction, an array or an object cannot stand in a Literal.
        return None if types is not None else build_union(map(_name_value_type, values))
    known = [text for text in texts if text is not None and text != "None"]
    members: list[TypeExpression] = [LiteralType(tuple(known))] if known else []
    if "None" in texts:
        members.append(NONE)
    return build_union(members)


def _name_value_type(value: Any) -> TypeExpression:
    if value is None:
        return NONE
    if isinstance(value, list):
        return ArrayType(ANY)
    return MapType(ANY) if isinstance(value, dict) else NamedType(type(value).__name__)


def _read_known_values(parts: Parts) -> TypeExpression | None:
    """Return the known values of an enum that is open; None for any other schema."""
    for part in parts:
        values = part.get(X_EXTENSIBLE_ENUM)
        if isinstance(values, list):
            texts = [text for text in map(format_literal, values) if text not in (None, "None")]
            return LiteralType(tuple(dict.fromkeys(map(str, texts)))) if texts else None
    return None

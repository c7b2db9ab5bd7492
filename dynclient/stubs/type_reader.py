"""Reads the types of values from their schemas, and collects the models that they are made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
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
from dynclient.stubs.enum_types import read_enum, read_known_values
from dynclient.stubs.schema_parts import (
    ANNOTATION_KEYWORDS,
    FREE_KEYWORDS,
    TYPE_KEYWORDS,
    Parts,
    describe_field,
    drop_in_place,
    find_text,
    has_member_keywords,
    has_type_keyword,
    imply_types,
    is_empty,
    is_free_form,
    is_plain,
    join_schemas,
    keep_type,
    list_required,
)
from dynclient.stubs.type_expressions import (
    ANY,
    NEVER,
    NONE,
    TEXT,
    AliasModel,
    ArrayType,
    MapType,
    ModelField,
    ModelKey,
    ModelReference,
    Models,
    NamedType,
    ObjectModel,
    TypeExpression,
    build_union,
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

#: The keywords with which the translation writes `allowEmptyValue`.
_EMPTY_VALUE_KEYWORDS = {"if", "else"}

Path = tuple[str, ...]


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
        if "$ref" in schema and is_plain(schema):
            return self._refer(get_definition_name(schema["$ref"]))
        if schema.keys() == _EMPTY_VALUE_KEYWORDS:
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
        return has_properties and is_free_form(parts)

    def _read_parts(self, schema: Any, path: Path) -> TypeExpression:
        """Return the type of a value that all parts of a schema describe."""
        parts = [
            part
            for part in walk_in_place(schema, self._defs, alternatives=False)
            if X_SERIALIZATION not in part
        ]
        self._steps += len(parts)
        expression = self._read_sole_part(parts, path)
        if expression is not None:
            return expression
        choices = self._list_choices(parts)
        if not choices:
            return self._read_conjunction(parts, path)
        own_parts = [drop_in_place(part) for part in parts]
        own_parts = [part for part in own_parts if part]
        if len(choices) == 1 and not has_member_keywords(own_parts):
            return self._read_alternatives(choices[0], own_parts, path)
        return self._read_combinations(choices, own_parts, path)

    def _read_sole_part(self, parts: Parts, path: Path) -> TypeExpression | None:
        """Return the type that one of several parts stands for alone; None where none does."""
        if len(parts) == 1:
            return None
        typed_parts = [part for part in parts if not TYPE_KEYWORDS.isdisjoint(part)]
        references = [part for part in typed_parts if "$ref" in part]
        if len(references) == 1 and self._adds_nothing(typed_parts, references[0]):
            return self._refer(get_definition_name(references[0]["$ref"]))
        for part in parts:
            if part.keys() == _EMPTY_VALUE_KEYWORDS:
                return self._read(part, path)
        return None

    def _adds_nothing(self, parts: Parts, reference: dict[str, Any]) -> bool:
        """Tell whether the parts of a schema are those of the one component it refers to."""
        target = walk_in_place({"$ref": reference["$ref"]}, self._defs, alternatives=False)
        known = {id(part) for part in target}
        for part in parts:
            is_wrapper = part is reference or part.keys() <= {*ANNOTATION_KEYWORDS, "allOf"}
            if not is_wrapper and id(part) not in known:
                return False
        return is_plain(reference)

    # --- alternatives

    def _list_choices(self, parts: Parts) -> list[list[Any]]:
        """Return the lists of alternatives that tell types apart."""
        choices = []
        for part in parts:
            for keyword in UNION_KEYWORDS:
                branches = [branch for branch in part.get(keyword, ()) if branch is not False]
                if any(map(has_type_keyword, branches)):
                    choices.append(branches)
        return choices

    def _read_alternatives(
        self, branches: list[Any], own_parts: list[dict[str, Any]], path: Path
    ) -> TypeExpression:
        """Return the union of alternatives beside which nothing describes members."""
        narrowing = [part for part in own_parts if not TYPE_KEYWORDS.isdisjoint(part)]
        types: list[TypeExpression] = []
        for index, branch in enumerate(branches):
            if is_empty(branch):
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
        types = self._list_types(map(keep_type, parts))
        values = read_enum(parts, types)
        if values is not None:
            return values
        known = read_known_values(parts)
        if types is None:
            types = imply_types(parts)
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
            return ArrayType(self._read(join_schemas(items), item_path) if items else ANY)
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
        fields = self._read_fields(members, list_required(parts), path)
        if not fields:
            # A TypedDict without members would stand for every other one of a union.
            del self.models[key]
            return self._read_map(parts, path)
        self.models[key] = ObjectModel(tuple(fields), find_text(parts, "description"))
        reference = ModelReference(key)
        # A component that is free-form says so where it is referred to.
        is_inline = len(path) > 1
        if is_inline and self._direction == "request" and is_free_form(parts):
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
        fields: list[ModelField] = []
        for name, schemas in members.items():
            schema = join_schemas(schemas)
            parts = list(walk_in_place(schema, self._defs, alternatives=False))
            if schema is False or self._is_left_out(parts):
                continue
            expression = self._read(schema, (*path, name))
            text = describe_field(schemas, parts)
            fields.append(ModelField(name, expression, name in required, text))
        undeclared = [name for name in required if name not in members]
        fields += [ModelField(name, ANY, is_required=True) for name in undeclared]
        return fields

    def _is_left_out(self, parts: Parts) -> bool:
        """Tell whether a member cannot be there, or travels only the other way."""
        return any(part.get("not") == {} or part.get(self._excluded) is True for part in parts)

    def _read_map(self, parts: Parts, path: Path) -> TypeExpression:
        schemas: list[Any] = []
        for part in parts:
            schemas += part.get("patternProperties", {}).values()
            for keyword in FREE_KEYWORDS:
                if isinstance(part.get(keyword), dict):
                    schemas.append(part[keyword])
        value_path = (*path, "Value")
        if not schemas:
            return MapType(ANY)
        return MapType(build_union(self._read(schema, value_path) for schema in schemas))

"""Types as data: what a schema allows, before each model has its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from dynclient.schema.dialect import Direction


@dataclass(frozen=True)
class ModelKey:
    """What identifies a model before it has a name.

    Attributes:
        direction: which way its values travel.
        path: the component, or the operation and place, that it is the schema of.
        is_definition: it stands for a whole component; else for the object there.

    """

    direction: Direction
    path: tuple[str, ...]
    is_definition: bool = False

    def turn(self) -> ModelKey:
        """Return the key of the same schema in the other direction."""
        other: Direction = "response" if self.direction == "request" else "request"
        return ModelKey(other, self.path, self.is_definition)


@dataclass(frozen=True)
class NamedType:
    """A type that Python or dynclient names, such as `str`."""

    name: str


@dataclass(frozen=True)
class LiteralType:
    """The values of an enum, as Python text."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class ArrayType:
    """A list of items."""

    item: TypeExpression


@dataclass(frozen=True)
class MapType:
    """A dict whose keys the document does not name."""

    value: TypeExpression


@dataclass(frozen=True)
class UnionType:
    """One of several types."""

    members: tuple[TypeExpression, ...]


@dataclass(frozen=True)
class ModelReference:
    """A model, by its key."""

    key: ModelKey


TypeExpression: TypeAlias = (
    "NamedType | LiteralType | ArrayType | MapType | UnionType | ModelReference"
)


@dataclass(frozen=True)
class ModelField:
    """A member of an object.

    Attributes:
        name: the key in the data.
        type: of its value.
        is_required: whether an object must have it.
        description: what the document says of it.

    """

    name: str
    type: TypeExpression
    is_required: bool
    description: str = ""


@dataclass(frozen=True)
class ObjectModel:
    """An object that declares members: a TypedDict."""

    fields: tuple[ModelField, ...]
    description: str = ""


@dataclass(frozen=True)
class AliasModel:
    """A component that is no such object: another name of a type."""

    type: TypeExpression


Models: TypeAlias = "dict[ModelKey, ObjectModel | AliasModel]"

ANY = NamedType("Any")
NEVER = NamedType("Never")
NONE = NamedType("None")
TEXT = NamedType("str")
OCTETS = NamedType("bytes")
BINARY = NamedType("Binary")


def build_union(types: Iterable[TypeExpression]) -> TypeExpression:
    """Return the union of types: each once, literals together, None last."""
    members: dict[TypeExpression, None] = {}
    literals: dict[str, None] = {}
    for member in _flatten(types):
        if isinstance(member, LiteralType):
            literals.update(dict.fromkeys(member.texts))
        elif member != NEVER:
            members[member] = None
    if ANY in members:
        return ANY
    ordered: list[TypeExpression] = [LiteralType(tuple(literals))] if literals else []
    ordered += [member for member in members if member != NONE]
    if NONE in members:
        ordered.append(NONE)
    if not ordered:
        return NEVER
    return ordered[0] if len(ordered) == 1 else UnionType(tuple(ordered))


def _flatten(types: Iterable[TypeExpression]) -> Iterator[TypeExpression]:
    for member in types:
        if isinstance(member, UnionType):
            yield from member.members
        else:
            yield member


def list_references(expression: TypeExpression) -> list[ModelKey]:
    """Return the models that a type names, in its order."""
    if isinstance(expression, ModelReference):
        return [expression.key]
    if isinstance(expression, ArrayType):
        return list_references(expression.item)
    if isinstance(expression, MapType):
        return list_references(expression.value)
    keys: list[ModelKey] = []
    if isinstance(expression, UnionType):
        for member in expression.members:
            keys += list_references(member)
    return keys


def replace_references(
    expression: TypeExpression, replacements: Mapping[ModelKey, TypeExpression]
) -> TypeExpression:
    """Return a type in which some models are replaced."""
    if isinstance(expression, ModelReference):
        return replacements.get(expression.key, expression)
    if isinstance(expression, ArrayType):
        return ArrayType(replace_references(expression.item, replacements))
    if isinstance(expression, MapType):
        return MapType(replace_references(expression.value, replacements))
    if isinstance(expression, UnionType):
        return build_union(
            replace_references(member, replacements) for member in expression.members
        )
    return expression


def format_type(expression: TypeExpression, names: Mapping[ModelKey, str]) -> str:
    """Return a type as Python text.

    Args:
        expression: the type.
        names: the name of each model.

    """
    if isinstance(expression, NamedType):
        return expression.name
    if isinstance(expression, LiteralType):
        return f"Literal[{', '.join(expression.texts)}]"
    if isinstance(expression, ArrayType):
        return f"list[{format_type(expression.item, names)}]"
    if isinstance(expression, MapType):
        return f"dict[str, {format_type(expression.value, names)}]"
    if isinstance(expression, UnionType):
        return " | ".join(format_type(member, names) for member in expression.members)
    return names[expression.key]


def format_literal(value: Any) -> str | None:
    """Return a value as it stands in `Literal[…]`; None for what cannot stand there."""
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if not isinstance(value, str):
        return None
    text = repr(value)
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text

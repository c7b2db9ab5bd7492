"""The alternatives of `oneOf` and `anyOf`: which is which in the two documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dynclient.diffing.detect.differences import Difference
from dynclient.diffing.detect.flattening import FlattenedSchema
from dynclient.schema.dialect import get_definition_name

#: Tells whether a schema of the old document and one of the new one are the same in meaning.
EquivalenceTest = Callable[[Any, Any], bool]

#: How many characters of a schema are shown as its name.
_MAX_DESCRIPTION = 60


def compare_alternatives(
    old: FlattenedSchema, new: FlattenedSchema, is_equivalent: EquivalenceTest
) -> Difference | None:
    """Return the difference of the alternatives of two nodes, None where there is none."""
    if not old.unions and not new.unions:
        return None
    is_same_form = _describe_form(old) == _describe_form(new)
    if is_same_form and not _has_unpaired_alternative(old, new, is_equivalent):
        return None
    return Difference(
        "alternatives-changed", _describe_alternatives(old), _describe_alternatives(new)
    )


def _has_unpaired_alternative(
    old: FlattenedSchema, new: FlattenedSchema, is_equivalent: EquivalenceTest
) -> bool:
    for (_, old_union), (_, new_union) in zip(old.unions, new.unions, strict=False):
        for pair in align_alternatives(old_union, new_union, is_equivalent):
            if None in pair:
                return True
    return False


def align_alternatives(
    old: list[Any], new: list[Any], is_equivalent: EquivalenceTest
) -> list[tuple[Any, Any]]:
    """Return the alternatives of two unions in pairs.

    An alternative is paired with one of the same meaning, else with one of the same name. If one is
    left over on each side and both are described alike, they are a pair too. Where one union alone
    has an alternative, the other side of the pair is None.
    """
    pairs: list[tuple[Any, Any]] = []
    old_rest: list[Any] = []
    new_rest = list(new)
    for alternative in old:
        index = _find_index(alternative, new_rest, is_equivalent)
        if index is None:
            index = _find_index(alternative, new_rest, _has_same_name)
        if index is None:
            old_rest.append(alternative)
        else:
            pairs.append((alternative, new_rest.pop(index)))
    is_one_left = len(old_rest) == len(new_rest) == 1
    if is_one_left and describe_schema(old_rest[0]) == describe_schema(new_rest[0]):
        return [*pairs, (old_rest[0], new_rest[0])]
    pairs += [(alternative, None) for alternative in old_rest]
    pairs += [(None, alternative) for alternative in new_rest]
    return pairs


def _find_index(schema: Any, candidates: list[Any], is_match: EquivalenceTest) -> int | None:
    for index, candidate in enumerate(candidates):
        if is_match(schema, candidate):
            return index
    return None


def _has_same_name(one: Any, other: Any) -> bool:
    """Tell whether two schemas have the same component name or title."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return False
    name = one.get("$ref") or one.get("title")
    return name is not None and name == (other.get("$ref") or other.get("title"))


def _describe_form(side: FlattenedSchema) -> tuple[Any, ...]:
    """Return the keywords of the unions of a node, and the property that tells them apart."""
    keywords = [keyword for keyword, _ in side.unions]
    discriminator = side.find_first("discriminator") or {}
    return keywords, discriminator.get("propertyName")


def _describe_alternatives(side: FlattenedSchema) -> dict[str, Any] | None:
    description: dict[str, Any] = {
        keyword: [describe_schema(alternative) for alternative in alternatives]
        for keyword, alternatives in side.unions
    }
    discriminator = side.find_first("discriminator")
    if discriminator:
        description["discriminator"] = discriminator.get("propertyName")
    return description or None


def describe_schema(schema: Any) -> str:
    """Return a short name of a schema: the component's, its title, its values or its type."""
    if not isinstance(schema, dict):
        return "anything" if schema else "nothing"
    if "$ref" in schema:
        return get_definition_name(schema["$ref"])
    for keyword in ("title", "const", "enum"):
        if keyword in schema:
            return str(schema[keyword])[:_MAX_DESCRIPTION]
    if "allOf" in schema:
        return " and ".join(map(describe_schema, schema["allOf"]))[:_MAX_DESCRIPTION]
    type_name = str(schema.get("type", "a schema"))
    for name, subschema in schema.get("properties", {}).items():
        tag = _find_tag_value(subschema)
        if tag:
            return f"{type_name} with {name} {tag}"[:_MAX_DESCRIPTION]
    return type_name


def _find_tag_value(schema: Any) -> str:
    """Return the only text that a schema lists, "" where it lists none or several."""
    if not isinstance(schema, dict):
        return ""
    values = schema.get("enum", [schema.get("const")])
    is_one_text = len(values) == 1 and isinstance(values[0], str)
    return values[0] if is_one_text else ""

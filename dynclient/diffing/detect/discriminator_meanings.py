"""What each value of a discriminator means in the two documents.

Source: OAS 3.1.1 Discriminator Object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from dynclient.diffing.detect.alternatives import EquivalenceTest, describe_schema
from dynclient.diffing.detect.differences import Difference
from dynclient.diffing.detect.flattening import FlattenedSchema, flatten_schemas
from dynclient.schema.dialect import Schema
from dynclient.violations import shorten_repr

#: How many values a sentence names.
_MAX_NAMED_VALUES = 5


class ComponentNames(NamedTuple):
    """The names of the schemas that each document has."""

    old: frozenset[str]
    new: frozenset[str]


NO_COMPONENTS = ComponentNames(frozenset(), frozenset())


@dataclass(frozen=True)
class DiscriminatorTable:
    """The values of a discriminator, each with the alternative that it means.

    Attributes:
        tag: the property that has the value.
        meanings: value → alternative.
        self_describing: the names of the alternatives that list their values themselves.

    """

    tag: str
    meanings: dict[Any, Any]
    self_describing: frozenset[str]


def read_discriminator(side: FlattenedSchema) -> DiscriminatorTable | None:
    """Return the values of the discriminator of a node, None where it has none."""
    rule = side.find_first("discriminator")
    if not isinstance(rule, dict) or not side.unions:
        return None
    tag = rule.get("propertyName", "")
    mapping = rule.get("mapping") or {}
    meanings: dict[Any, Any] = {}
    self_describing = set[str]()
    for restricted, alternative in side.list_restricted_alternatives():
        values = _list_values(restricted, tag, side)
        if values is None:
            values = _list_assigned_values(alternative, mapping)
        if _list_values(alternative, tag, side) is not None:
            self_describing.add(describe_schema(alternative))
        for value in values:
            if isinstance(value, str):
                meanings.setdefault(value, alternative)
    for value, reference in mapping.items():
        meanings[value] = Schema({"$ref": reference})
    return DiscriminatorTable(tag, meanings, frozenset(self_describing))


def _list_values(alternative: Any, tag: str, side: FlattenedSchema) -> list[Any] | None:
    """Return the values of a property that an alternative lists, None where it lists none."""
    inner = flatten_schemas((alternative,), side.defs)
    return flatten_schemas(inner.properties.get(tag, ()), side.defs).values


def _list_assigned_values(alternative: Any, mapping: dict[str, str]) -> list[Any]:
    """Return the values that mean an alternative: those of the mapping, else its name."""
    if not isinstance(alternative, dict) or "$ref" not in alternative:
        return []
    mapped = [value for value, target in mapping.items() if target == alternative["$ref"]]
    return mapped or [describe_schema(alternative)]


def compare_discriminators(
    old: FlattenedSchema,
    new: FlattenedSchema,
    is_equivalent: EquivalenceTest,
    components: ComponentNames,
) -> Difference | None:
    """Return a difference of what the values of a discriminator mean, None where there is none."""
    old_table, new_table = read_discriminator(old), read_discriminator(new)
    if old_table is None or new_table is None or old_table.tag != new_table.tag:
        return None
    comparison = _TableComparison(old_table, new_table, is_equivalent, components)
    moved, lost, gained = comparison.find_moved(), comparison.find_lost(), comparison.find_gained()
    if not moved and not lost and not gained:
        return None
    situation = "value-renamed" if comparison.find_renamed(lost, gained) else ""
    return Difference(
        "discriminator-changed",
        _describe_meanings(old_table, [*moved, *lost]),
        _describe_meanings(new_table, [*moved, *gained]),
        summary=comparison.summarize(moved, lost, gained),
        fact_situation="other-meaning" if moved else situation,
    )


def _describe_meanings(table: DiscriminatorTable, values: list[Any]) -> dict[str, Any] | None:
    if not values:
        return None
    return {table.tag: {value: describe_schema(table.meanings[value]) for value in values}}


@dataclass(frozen=True)
class _TableComparison:
    """The values of one discriminator in both documents."""

    old: DiscriminatorTable
    new: DiscriminatorTable
    is_equivalent: EquivalenceTest
    components: ComponentNames

    def find_moved(self) -> list[Any]:
        """Return the values that mean another alternative, which is not the old one renamed."""
        moved = []
        for value, old_schema in self.old.meanings.items():
            new_schema = self.new.meanings.get(value)
            if new_schema is None or self._is_same(old_schema, new_schema):
                continue
            old_name, new_name = describe_schema(old_schema), describe_schema(new_schema)
            if old_name in self.components.new or new_name in self.components.old:
                moved.append(value)
        return moved

    def find_lost(self) -> list[Any]:
        """Return the values that mean nothing any more, though their alternative is still there."""
        lost = []
        for value, schema in self.old.meanings.items():
            if value in self.new.meanings:
                continue
            if any(self._is_kept(schema, other) for other in self.new.meanings.values()):
                lost.append(value)
        return lost

    def find_gained(self) -> list[Any]:
        """Return the new values of alternatives that were there before."""
        gained = []
        for value, schema in self.new.meanings.items():
            if value in self.old.meanings:
                continue
            if any(self._is_kept(other, schema) for other in self.old.meanings.values()):
                gained.append(value)
        return gained

    def _is_kept(self, old: Any, new: Any) -> bool:
        """Tell whether both are one alternative that leaves its values to the discriminator.

        Where it lists them itself, the edit of that list says what changed.
        """
        is_described = describe_schema(old) in self.old.self_describing
        is_described = is_described and describe_schema(new) in self.new.self_describing
        return not is_described and self._is_same(old, new)

    def _is_same(self, old: Any, new: Any) -> bool:
        return describe_schema(old) == describe_schema(new) or self.is_equivalent(old, new)

    def summarize(self, moved: list[Any], lost: list[Any], gained: list[Any]) -> str:
        """Return what is different, in a few words each."""
        renamed = self.find_renamed(lost, gained)
        parts = [self._describe_moved(value) for value in moved]
        parts += [f"{_quote(old)} is {_quote(new)} now" for old, new in renamed.items()]
        parts += [f"{_quote(value)} means nothing now" for value in lost if value not in renamed]
        parts += [
            f"{_quote(value)} means {describe_schema(self.new.meanings[value])} now"
            for value in gained
            if value not in renamed.values()
        ]
        shown = parts[:_MAX_NAMED_VALUES]
        if len(parts) > len(shown):
            shown.append(f"and {len(parts) - len(shown)} more")
        return f"{self.old.tag}: {', '.join(shown)}"

    def find_renamed(self, lost: list[Any], gained: list[Any]) -> dict[Any, Any]:
        """Return old value → new value of the same alternative."""
        renamed: dict[Any, Any] = {}
        for old in lost:
            for new in gained:
                is_free = old not in renamed and new not in renamed.values()
                if is_free and self._is_same(self.old.meanings[old], self.new.meanings[new]):
                    renamed[old] = new
        return renamed

    def _describe_moved(self, value: Any) -> str:
        old_name = describe_schema(self.old.meanings[value])
        new_name = describe_schema(self.new.meanings[value])
        return f"{_quote(value)} now means {new_name} (was {old_name})"


def _quote(value: Any) -> str:
    return shorten_repr(value)

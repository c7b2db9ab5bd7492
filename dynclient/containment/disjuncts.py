"""A disjunct: one alternative of a schema, as plain schemas that all hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from dynclient import regex
from dynclient.generate.merged_schema import compute_identity
from dynclient.schema.dialect import Schema, get_place
from dynclient.schema.engines.step_limit import spend_steps
from dynclient.violations import Place

JSON_TYPES = ("null", "boolean", "number", "string", "array", "object")

#: A schema is not expanded into more disjuncts than this.
MAX_DISJUNCTS = 256

_DECLARING_KEYWORDS = ("properties", "patternProperties")

#: Schemas that hold all at once.
Conjuncts: TypeAlias = tuple[Any, ...]


class ExpansionFailed(Exception):
    """A schema has more than MAX_DISJUNCTS disjuncts, or closes as no disjunct can express."""


@dataclass(frozen=True)
class Disjunct:
    """One alternative of a schema: all of `parts` hold, none of `negated` does.

    Attributes:
        parts: plain schemas, without references and composition.
        negated: schemas that must not fit, as the other members of a `oneOf`.
        is_closed: a property that no part declares is refused.
        refused_annotation: `readOnly` or `writeOnly`, where properties with this annotation are
            refused; "" where none are.
        unevaluated_part: a part for the properties that only other disjuncts declare; () for none.
        evaluated_elsewhere: declarations of other disjuncts, which are allowed here as well.
        stays_open: it is a free-form object, which closing leaves as it is.
        forbidden: names that are required, and that nothing allows.

    """

    parts: tuple[dict[str, Any], ...] = ()
    negated: tuple[Any, ...] = ()
    is_closed: bool = False
    refused_annotation: str = ""
    unevaluated_part: tuple[dict[str, Any], ...] = ()
    evaluated_elsewhere: frozenset[tuple[str, str]] = frozenset()
    stays_open: bool = False
    forbidden: frozenset[str] = frozenset()

    def __and__(self, other: Disjunct) -> Disjunct:
        return Disjunct(
            _unite_by_identity(self.parts, other.parts),
            _unite_by_identity(self.negated, other.negated),
            stays_open=self.stays_open or other.stays_open,
        )

    # --- keywords

    def collect_values(self, keyword: str) -> list[Any]:
        """Return the values of a keyword, one for each part that has it."""
        return [part[keyword] for part in self.parts if keyword in part]

    def find_place(self, keyword: str, value: Any = None, name: str = "") -> Place | None:
        """Return the place of the part with a keyword, else of one with a type, else of any part.

        Args:
            keyword: the keyword.
            value: its value, where that is known.
            name: a name that its value contains, where that is known.

        """
        typed_parts = [part for part in self.parts if "type" in part]
        for part in (*self.find_parts(keyword, value, name), *typed_parts, *self.parts):
            place = get_place(part)
            if place is not None:
                return place
        return None

    def find_parts(self, keyword: str, value: Any = None, name: str = "") -> list[dict[str, Any]]:
        """Return the parts with a keyword, those with the given value or name first."""
        parts = [part for part in self.parts if keyword in part]
        preferred = []
        for part in parts:
            has_name = name and name in _list_names(part[keyword])
            if part[keyword] == value or has_name:
                preferred.append(part)
        return [*preferred, *parts]

    @cached_property
    def own_parts(self) -> list[dict[str, Any]]:
        """The parts without the one for properties of other disjuncts."""
        borrowed = set(map(id, self.unevaluated_part))
        return [part for part in self.parts if id(part) not in borrowed]

    # --- values

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types of its values; an integer is a number here."""
        allowed = frozenset(JSON_TYPES)
        for types in self._type_lists:
            allowed &= {"number" if name == "integer" else name for name in types}
        return allowed

    @cached_property
    def is_integer(self) -> bool:
        """Whether its numbers are integers."""
        return any("integer" in types and "number" not in types for types in self._type_lists)

    @cached_property
    def _type_lists(self) -> list[list[str]]:
        types = self.collect_values("type")
        return [one if isinstance(one, list) else [one] for one in types]

    @cached_property
    def enumeration(self) -> list[Any] | None:
        """The values that every `enum` and `const` allows; None where there is neither."""
        lists = self.collect_values("enum")
        lists += [[value] for value in self.collect_values("const")]
        if not lists:
            return None
        values, *others = sorted(lists, key=len)
        for other in others:
            allowed = set(map(compute_identity, other))
            values = [value for value in values if compute_identity(value) in allowed]
        return list(values)

    @property
    def is_trivially_empty(self) -> bool:
        """Whether its types and enumerations leave no value."""
        return not self.types or self.enumeration == []

    # --- properties

    @cached_property
    def declarations(self) -> frozenset[tuple[str, str]]:
        """The properties that it declares itself: the keyword, and the name or the pattern."""
        declarations = set[tuple[str, str]]()
        for part in self.own_parts:
            for keyword in _DECLARING_KEYWORDS:
                declarations.update((keyword, name) for name in part.get(keyword, ()))
        return frozenset(declarations)

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of the required properties."""
        return frozenset[str]().union(*self.collect_values("required"))

    @cached_property
    def tag_names(self) -> tuple[str, ...]:
        """The required properties that list their values: they tell alternatives apart soonest."""
        return tuple(
            name
            for name in self.required
            if any(map(_lists_values, self.find_property_schemas(name)))
        )

    @cached_property
    def property_names(self) -> list[str]:
        """The names of `properties`, in the order of the document."""
        names: dict[str, None] = {}
        for properties in self.collect_values("properties"):
            names |= dict.fromkeys(properties)
        return list(names)

    @cached_property
    def pattern_properties(self) -> list[tuple[str, Any]]:
        """The patterns of property names, with their schemas."""
        pairs: list[tuple[str, Any]] = []
        for by_pattern in self.collect_values("patternProperties"):
            pairs += by_pattern.items()
        return pairs

    def find_property_schemas(self, name: str) -> tuple[Any, ...]:
        """Return the schemas of a property, all of which hold; `(False,)` where it is refused."""
        schemas = self._property_schemas.get(name)
        if schemas is None:
            schemas = self._property_schemas[name] = self._collect_property_schemas(name)
        return schemas

    @cached_property
    def _property_schemas(self) -> dict[str, tuple[Any, ...]]:
        return {}

    def _collect_property_schemas(self, name: str) -> tuple[Any, ...]:
        schemas: list[Any] = []
        for part in self.own_parts:
            declared = find_declared_schemas(part, name)
            if not declared and "additionalProperties" in part:
                declared = [part["additionalProperties"]]
            schemas += declared
        if schemas:
            return tuple(schemas)

        # Another disjunct declares it. Nobody knows which one, so that one of its schemas holds.
        alternatives: list[Any] = []
        for part in self.unevaluated_part:
            alternatives += find_declared_schemas(part, name)
        if alternatives:
            return (unite_schemas(alternatives),)

        is_allowed = (
            not self.is_closed
            or name in self.required - self.forbidden
            or ("properties", name) in self.evaluated_elsewhere
        )
        return () if is_allowed else (False,)

    @property
    def additional_schemas(self) -> tuple[Any, ...]:
        """The schemas of a property that is not declared; `(False,)` where it is refused."""
        schemas = tuple(self.collect_values("additionalProperties"))
        if schemas or not self.is_closed:
            return schemas
        return (False,)

    # --- items

    def find_item_schemas(self, index: int) -> tuple[Any, ...]:
        """Return the schemas of the item at an index, all of which hold."""
        schemas: list[Any] = []
        for part in self.parts:
            prefix = part.get("prefixItems", [])
            if index < len(prefix):
                schemas.append(prefix[index])
            elif "items" in part:
                schemas.append(part["items"])
        return tuple(schemas)

    @property
    def prefix_length(self) -> int:
        """How many items have schemas of their own."""
        return max(map(len, self.collect_values("prefixItems")), default=0)


def conjoin(left: list[Disjunct], right: list[Disjunct]) -> list[Disjunct]:
    """Return the conjunction of two disjunctions, without the disjuncts that are trivially empty.

    Raises:
        ExpansionFailed: there are too many.

    """
    if len(left) * len(right) > MAX_DISJUNCTS**2:
        raise ExpansionFailed
    spend_steps(len(left) * len(right))
    disjuncts: list[Disjunct] = []
    for one in left:
        for other in right:
            both = one & other
            # Most combinations of tagged alternatives are empty.
            if not both.is_trivially_empty:
                disjuncts.append(both)
            if len(disjuncts) > MAX_DISJUNCTS:
                raise ExpansionFailed
    return disjuncts


def remove_equal_disjuncts(disjuncts: list[Disjunct]) -> list[Disjunct]:
    """Return disjuncts, each once: two alternatives may refer to the same schema."""
    distinct: dict[Any, Disjunct] = {}
    for one in disjuncts:
        key = (tuple(map(id, one.parts)), tuple(map(id, one.negated)), one.stays_open)
        distinct.setdefault(key, one)
    return list(distinct.values())


def _unite_by_identity(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the schemas of both, each once: two schemas may extend the same third one."""
    if not one or not other:
        return one or other
    return tuple({id(schema): schema for schema in (*one, *other)}.values())


def find_declared_schemas(part: dict[str, Any], name: str) -> list[Any]:
    """Return the schemas of a property in `properties` and `patternProperties`."""
    schemas = []
    properties = part.get("properties", {})
    if name in properties:
        schemas.append(properties[name])
    for pattern, schema in part.get("patternProperties", {}).items():
        if regex.compile(pattern).search(name):
            schemas.append(schema)
    return schemas


def unite_schemas(schemas: list[Any]) -> Any:
    """Return one schema for values that fit at least one of several."""
    return schemas[0] if len(schemas) == 1 else Schema({"anyOf": schemas})


def _list_names(value: Any) -> Any:
    return value if isinstance(value, list | dict) else ()


def _lists_values(schema: Any) -> bool:
    return isinstance(schema, dict) and ("const" in schema or "enum" in schema)

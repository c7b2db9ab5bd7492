"""A shape is what several schemas together ask of one value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any

JsonSchema = dict[str, Any] | bool
#: Identities of values that will not do.
ExcludedValues = AbstractSet[Any]

#: In the order in which an unbounded schema is given a type.
TYPES_BY_PREFERENCE = ("string", "integer", "number", "object", "array", "boolean", "null")

_KEYWORDS_BY_TYPE = {
    "object": (
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "minProperties",
        "propertyNames",
    ),
    "array": ("items", "prefixItems", "minItems", "uniqueItems", "contains"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
#: Keywords that refuse nothing by themselves; what `$ref` and `allOf` lead to is looked at on its own.
NON_ASSERTING_KEYWORDS = frozenset(
    (
        *(
            "$ref",
            "allOf",
            "title",
            "description",
            "examples",
            "example",
            "default",
            "deprecated",
            "readOnly",
        ),
        *("writeOnly", "discriminator", "xml", "externalDocs", "$comment", "$defs"),
    )
)
_SCALAR_KEYWORDS = frozenset(
    (
        *(
            "type",
            "enum",
            "const",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ),
        *("minLength", "maxLength"),
    )
)


class GenerationFailed(Exception):
    """Say that no value was found here; the search goes on elsewhere.

    Attributes:
        pointer: where in the instance, once known.

    """

    pointer: str | None = None


class SyntheticSchema(dict[str, Any]):
    """A schema that the search made up: it lives for one search, so nothing about it is kept."""


def compute_identity(value: Any) -> Any:
    """Return a hashable key, equal for values that JSON Schema calls equal (1 is 1.0, true is not 1)."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, list):
        return ("array", tuple(map(compute_identity, value)))
    if isinstance(value, dict):
        return (
            "object",
            frozenset((name, compute_identity(member)) for name, member in value.items()),
        )
    return value


def copy_json(value: Any) -> Any:
    """Return a JSON value that shares nothing mutable with the schema that it came from."""
    if isinstance(value, dict):
        return {name: copy_json(member) for name, member in value.items()}
    return [copy_json(member) for member in value] if isinstance(value, list) else value


def convert_to_fraction(number: Any) -> Fraction | None:
    """Return a number of a schema as the fraction that its decimal digits say; None if it is no finite number."""
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
        return None
    if isinstance(number, int):
        return Fraction(number)
    if not math.isfinite(number) or abs(Decimal(str(number)).adjusted()) > 400:  # noqa: PLR2004 (beyond every float)
        return None
    return Fraction(str(number))


@dataclass(slots=True)
class NumberRange:
    """Numbers between two bounds on a grid of multiples; an absent bound or grid is None."""

    low: Fraction | None = None
    high: Fraction | None = None
    is_low_exclusive: bool = False
    is_high_exclusive: bool = False
    step: Fraction | None = None

    def narrow(self, leaf: dict[str, Any]) -> None:
        """Add what one schema's keywords ask."""
        for keyword, is_open in (("minimum", False), ("exclusiveMinimum", True)):
            bound = convert_to_fraction(leaf.get(keyword))
            if bound is not None and (
                self.low is None or (bound, is_open) > (self.low, self.is_low_exclusive)
            ):
                self.low, self.is_low_exclusive = bound, is_open
        for keyword, is_open in (("maximum", False), ("exclusiveMaximum", True)):
            bound = convert_to_fraction(leaf.get(keyword))
            if bound is not None and (
                self.high is None or (-bound, is_open) > (-self.high, self.is_high_exclusive)
            ):
                self.high, self.is_high_exclusive = bound, is_open
        step = convert_to_fraction(leaf.get("multipleOf"))
        if step is not None and step > 0:
            self.step = step if self.step is None else _compute_common_multiple(self.step, step)

    def contains(self, number: Fraction) -> bool:
        """Return whether a number lies between the bounds and on the grid."""
        above = (
            self.low is None
            or number > self.low
            or (number == self.low and not self.is_low_exclusive)
        )
        below = (
            self.high is None
            or number < self.high
            or (number == self.high and not self.is_high_exclusive)
        )
        return above and below and (self.step is None or (number / self.step).denominator == 1)

    def propose_steps(self, whole: bool) -> Iterator[Fraction]:
        """Yield steps to try, the most readable first: two decimals, then finer ones for narrow ranges."""
        if whole or self.step is not None:
            yield (
                _compute_common_multiple(self.step or Fraction(1), Fraction(1))
                if whole
                else self.step or Fraction(1)
            )
            return
        if any(bound is not None and abs(bound) > 2**46 for bound in (self.low, self.high)):
            yield Fraction(1)  # so far out two decimals are lost in a float
        yield from (Fraction(1, 100), Fraction(1, 10**6), Fraction(1, 10**12))
        if self.low is not None and self.high is not None:
            yield (self.high - self.low) / 2 or abs(self.low) or Fraction(1)

    def find_end_counts(self, step: Fraction) -> tuple[int | None, int | None]:
        """Return the first and last multiple of a step between the bounds, as counts of steps."""
        first = None if self.low is None else math.ceil(self.low / step)
        last = None if self.high is None else math.floor(self.high / step)
        if first is not None and self.is_low_exclusive and first * step == self.low:
            first += 1
        if last is not None and self.is_high_exclusive and last * step == self.high:
            last -= 1
        return first, last


def _compute_common_multiple(a: Fraction, b: Fraction) -> Fraction:
    return Fraction(
        math.lcm(a.numerator * b.denominator, b.numerator * a.denominator),
        a.denominator * b.denominator,
    )


@dataclass(eq=False)
class MergedSchema:
    """What a value must be for every one of the leaves: schemas with their references and choices followed.

    Attributes:
        leaves: the schemas, outermost first.
        refs: names of the definitions that were passed on the way.
        tags: values that a discriminator wants for its property.
        given: room for the valid examples, filled by the sampler.

    """

    conjuncts: tuple[dict[str, Any], ...]
    definition_names: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    offered_values: dict[str, list[Any]] = field(default_factory=dict)

    def get_keyword_values(self, keyword: str) -> Iterator[Any]:
        """Yield a keyword's value from each schema that has it."""
        return (leaf[keyword] for leaf in self.conjuncts if keyword in leaf)

    def get_lower_limit(self, keyword: str) -> int:
        """Return the largest value of a lower limit, 0 without one."""
        return max(
            (
                math.ceil(v)
                for v in self.get_keyword_values(keyword)
                if convert_to_fraction(v) is not None
            ),
            default=0,
        )

    def get_upper_limit(self, keyword: str) -> int | None:
        """Return the smallest value of an upper limit, None without one."""
        return min(
            (
                math.floor(v)
                for v in self.get_keyword_values(keyword)
                if convert_to_fraction(v) is not None
            ),
            default=None,
        )

    @cached_property
    def has_only_scalar_keywords(self) -> bool:
        """Whether `fits` says all there is to say about a value."""
        return all(
            key in _SCALAR_KEYWORDS or key in NON_ASSERTING_KEYWORDS or key.startswith("x-")
            for leaf in self.conjuncts
            for key in leaf
        )

    @cached_property
    def has_uncertain_keywords(self) -> bool:
        """Whether a grown value may still be refused, so that it is worth checking before going on."""
        keywords = (
            "oneOf",
            "if",
            "contains",
            "propertyNames",
            "patternProperties",
            "dependentSchemas",
        )
        negated = any(get_listed_values(sub) is None for sub in self.get_keyword_values("not"))
        return negated or any(keyword in leaf for leaf in self.conjuncts for keyword in keywords)

    @cached_property
    def allowed_types(self) -> frozenset[str]:
        """The types that every schema allows; `number` stands for those that are no integers."""
        allowed = frozenset(TYPES_BY_PREFERENCE)
        for wanted in self.get_keyword_values("type"):
            names = frozenset([wanted] if isinstance(wanted, str) else wanted)
            allowed &= names | {"integer"} if "number" in names else names
        return allowed

    @cached_property
    def candidate_types(self) -> tuple[str, ...]:
        """The types to choose from: those that the keywords speak of, and null only when there is nothing else."""
        allowed = [kind for kind in TYPES_BY_PREFERENCE if kind in self.allowed_types]
        if not any("type" in leaf for leaf in self.conjuncts):
            spoken = [
                k
                for k in allowed
                if any(
                    word in leaf for leaf in self.conjuncts for word in _KEYWORDS_BY_TYPE.get(k, ())
                )
            ]
            allowed = spoken or allowed[:1]
        return tuple(
            k for k in allowed if k != "null" and (k != "integer" or "number" not in allowed)
        ) or tuple(allowed)

    @cached_property
    def listed_values(self) -> list[Any] | None:
        """The values that `const` and `enum` leave, None when neither is there."""
        lists = [[leaf["const"]] for leaf in self.conjuncts if "const" in leaf] + [
            *self.get_keyword_values("enum")
        ]
        if not lists:
            return None
        others = [{compute_identity(value) for value in values} for values in lists[1:]]
        return [
            value for value in lists[0] if all(compute_identity(value) in other for other in others)
        ]

    @cached_property
    def _listed_identities(self) -> frozenset[Any]:
        return frozenset(map(compute_identity, self.listed_values or ()))

    @cached_property
    def excluded_identities(self) -> frozenset[Any]:
        """Identities of values that are ruled out one by one."""
        lists = [
            leaf["avoid"]
            for leaf in self.conjuncts
            if isinstance(leaf, SyntheticSchema) and "avoid" in leaf
        ]
        lists += [get_listed_values(sub) or [] for sub in self.get_keyword_values("not")]
        return frozenset(compute_identity(value) for values in lists for value in values)

    @cached_property
    def number_range(self) -> NumberRange:
        """What the number keywords ask."""
        found = NumberRange()
        for leaf in self.conjuncts:
            found.narrow(leaf)
        return found

    @cached_property
    def length_bounds(self) -> tuple[int, int | None]:
        """The least and the greatest length of a string."""
        return self.get_lower_limit("minLength"), self.get_upper_limit("maxLength")

    @cached_property
    def property_positions(self) -> dict[str, int]:
        """The names of the declared properties, each with its position."""
        names = dict.fromkeys(
            name for names in self.get_keyword_values("properties") for name in names
        )
        return {name: position for position, name in enumerate(names)}

    @cached_property
    def required_names(self) -> tuple[str, ...]:
        """The names of the required properties, in order."""
        return tuple(
            dict.fromkeys(name for names in self.get_keyword_values("required") for name in names)
        )

    def get_property_schemas(
        self, name: str, matches: Callable[[str, str], bool]
    ) -> tuple[JsonSchema, ...]:
        """Return the schemas that a property of this name must satisfy, () where anything may stand.

        Args:
            name: the property.
            matches: (pattern, text) -> whether it matches.

        """
        found: list[JsonSchema] = []
        for leaf in self.conjuncts:
            own = [leaf["properties"][name]] if name in leaf.get("properties", ()) else []
            own += [
                sub
                for pattern, sub in leaf.get("patternProperties", {}).items()
                if matches(pattern, name)
            ]
            found += own or (
                [leaf["additionalProperties"]] if "additionalProperties" in leaf else []
            )
        return tuple(found or self.get_keyword_values("unevaluatedProperties"))

    def get_item_schemas(self, index: int) -> tuple[JsonSchema, ...]:
        """Return the schemas that an array's item at this index must satisfy."""
        found: list[JsonSchema] = []
        for leaf in self.conjuncts:
            prefix = leaf.get("prefixItems", ())
            if index < len(prefix):
                found.append(prefix[index])
            elif "items" in leaf:
                found.append(leaf["items"])
        return tuple(found or self.get_keyword_values("unevaluatedItems"))

    def satisfies_scalar_keywords(self, value: Any) -> bool:
        """Return whether a value satisfies types, listed values, bounds and lengths."""
        kind = get_json_type(value)
        if kind not in self.allowed_types or (
            self.listed_values is not None
            and compute_identity(value) not in self._listed_identities
        ):
            return False
        if kind == "string":
            low, high = self.length_bounds
            return low <= len(value) and (high is None or len(value) <= high)
        number = convert_to_fraction(value)
        return number is None or self.number_range.contains(number)


def get_json_type(value: Any) -> str:
    """Return the JSON Schema type of a value, `integer` for every whole number."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, str | dict | list):
        return {str: "string", dict: "object"}.get(type(value), "array")
    return "integer" if value == value // 1 else "number"


def get_listed_values(schema: JsonSchema) -> list[Any] | None:
    """Return the values of a schema that only lists values, else None."""
    if not isinstance(schema, dict) or len(schema) != 1:
        return None
    return [schema["const"]] if "const" in schema else schema.get("enum")


def pick(options: Sequence[Any], random: Random) -> Any:
    """Return one of the options; uses only `random()`, whose sequence Python promises to keep."""
    return options[int(random.random() * len(options))]


def exclude_values(values: list[Any], avoid: ExcludedValues) -> list[Any]:
    """Return the values whose identity is not to be avoided."""
    return [value for value in values if compute_identity(value) not in avoid] if avoid else values

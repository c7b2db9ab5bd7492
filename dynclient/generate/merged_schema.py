"""What several schemas together require of one value: their keywords as one conjunction."""

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
#: Identities (see `compute_identity`) of the values that must not be generated.
ExcludedValues = AbstractSet[Any]

#: JSON's types, in the order in which a schema without a type is given one.
TYPES_BY_PREFERENCE = ("string", "integer", "number", "object", "array", "boolean", "null")

#: Keywords that suggest a type where a schema names none.
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

#: Keywords that refuse nothing by themselves. The targets of `$ref` and `allOf` are merged apart.
NON_ASSERTING_KEYWORDS = frozenset(
    (
        "$ref",
        "allOf",
        "title",
        "description",
        "examples",
        "example",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "discriminator",
        "xml",
        "externalDocs",
        "$comment",
        "$defs",
    )
)

#: Keywords that `MergedSchema.satisfies_scalar_keywords` checks.
_SCALAR_KEYWORDS = frozenset(
    (
        "type",
        "enum",
        "const",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
    )
)

#: Keywords whose subschemas may still refuse a value that was generated for them.
_UNCERTAIN_KEYWORDS = (
    "oneOf",
    "if",
    "contains",
    "propertyNames",
    "patternProperties",
    "dependentSchemas",
)

#: Beyond this decimal exponent no float exists.
_MAX_EXPONENT = 400
#: From here on a float has no two decimals.
_MAX_WITH_DECIMALS = 2**46
#: Steps between the numbers to try, the most readable first.
_DECIMAL_STEPS = (Fraction(1, 100), Fraction(1, 10**6), Fraction(1, 10**12))


class GenerationFailed(Exception):
    """Say that no value was found at one place. The search goes on elsewhere.

    Attributes:
        pointer: JSON pointer of the place in the instance; None until it is known.

    """

    pointer: str | None = None


class SyntheticSchema(dict[str, Any]):
    """A schema that the search itself wrote. It lives for one search, so it is never cached."""


def compute_identity(value: Any) -> Any:
    """Return a hashable key of a JSON value, equal for equal values: 1 is 1.0, true is not 1."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, list):
        return ("array", tuple(map(compute_identity, value)))
    if isinstance(value, dict):
        members = ((name, compute_identity(member)) for name, member in value.items())
        return ("object", frozenset(members))
    return value


def copy_json(value: Any) -> Any:
    """Return a copy of a JSON value that shares no list or object with the schema it is from."""
    if isinstance(value, dict):
        return {name: copy_json(member) for name, member in value.items()}
    if isinstance(value, list):
        return [copy_json(member) for member in value]
    return value


def convert_to_fraction(number: Any) -> Fraction | None:
    """Return a number of a schema as the fraction that its decimal digits say.

    Returns:
        The fraction; None for what is no finite number.

    """
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
        return None
    if isinstance(number, int):
        return Fraction(number)
    if not math.isfinite(number) or abs(Decimal(str(number)).adjusted()) > _MAX_EXPONENT:
        return None
    return Fraction(str(number))


@dataclass(slots=True)
class NumberRange:
    """Numbers between two bounds, on a grid of multiples of a step. None means: no such limit."""

    low: Fraction | None = None
    high: Fraction | None = None
    is_low_exclusive: bool = False
    is_high_exclusive: bool = False
    step: Fraction | None = None

    def narrow(self, schema: dict[str, Any]) -> None:
        """Apply the number keywords of one more schema."""
        self._raise_low(schema.get("minimum"), is_exclusive=False)
        self._raise_low(schema.get("exclusiveMinimum"), is_exclusive=True)
        self._reduce_high(schema.get("maximum"), is_exclusive=False)
        self._reduce_high(schema.get("exclusiveMaximum"), is_exclusive=True)

        step = convert_to_fraction(schema.get("multipleOf"))
        if step is None or step <= 0:
            return
        self.step = step if self.step is None else _compute_common_multiple(self.step, step)

    def _raise_low(self, number: Any, *, is_exclusive: bool) -> None:
        bound = convert_to_fraction(number)
        if bound is None:
            return
        if self.low is None or (bound, is_exclusive) > (self.low, self.is_low_exclusive):
            self.low = bound
            self.is_low_exclusive = is_exclusive

    def _reduce_high(self, number: Any, *, is_exclusive: bool) -> None:
        bound = convert_to_fraction(number)
        if bound is None:
            return
        if self.high is None or (-bound, is_exclusive) > (-self.high, self.is_high_exclusive):
            self.high = bound
            self.is_high_exclusive = is_exclusive

    def contains(self, number: Fraction) -> bool:
        """Return whether a number lies between the bounds and on the grid."""
        if not self._is_above_low(number) or not self._is_below_high(number):
            return False
        return self.step is None or (number / self.step).denominator == 1

    def _is_above_low(self, number: Fraction) -> bool:
        if self.low is None or number > self.low:
            return True
        return number == self.low and not self.is_low_exclusive

    def _is_below_high(self, number: Fraction) -> bool:
        if self.high is None or number < self.high:
            return True
        return number == self.high and not self.is_high_exclusive

    def propose_steps(self, whole: bool) -> Iterator[Fraction]:
        """Yield steps of grids to try, the most readable first and finer ones for narrow ranges."""
        if whole:
            yield _compute_common_multiple(self.step or Fraction(1), Fraction(1))
        elif self.step is not None:
            yield self.step
        else:
            yield from self._propose_decimal_steps()

    def _propose_decimal_steps(self) -> Iterator[Fraction]:
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if any(abs(bound) > _MAX_WITH_DECIMALS for bound in bounds):
            yield Fraction(1)
        yield from _DECIMAL_STEPS
        if self.low is not None and self.high is not None:
            yield (self.high - self.low) / 2 or abs(self.low) or Fraction(1)

    def find_end_counts(self, step: Fraction) -> tuple[int | None, int | None]:
        """Return the first and the last multiple of a step within the bounds, in steps."""
        first = last = None
        if self.low is not None:
            first = math.ceil(self.low / step)
            if self.is_low_exclusive and first * step == self.low:
                first += 1
        if self.high is not None:
            last = math.floor(self.high / step)
            if self.is_high_exclusive and last * step == self.high:
                last -= 1
        return first, last


def _compute_common_multiple(a: Fraction, b: Fraction) -> Fraction:
    denominator = a.denominator * b.denominator
    multiple = math.lcm(a.numerator * b.denominator, b.numerator * a.denominator)
    return Fraction(multiple, denominator)


@dataclass(eq=False)
class MergedSchema:
    """What a value must be for each of some schemas, whose references and choices are followed.

    Attributes:
        conjuncts: the schemas that must all accept the value, outermost first.
        definition_names: names of the definitions that references led through.
        tags: property name -> the value that a discriminator wants there.
        offered_values: keyword -> valid values that the schemas offer; the schema cache fills it.

    """

    conjuncts: tuple[dict[str, Any], ...]
    definition_names: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    offered_values: dict[str, list[Any]] = field(default_factory=dict)

    def has_keyword(self, *keywords: str) -> bool:
        """Return whether one of the conjuncts has one of some keywords."""
        return any(keyword in schema for schema in self.conjuncts for keyword in keywords)

    def get_keyword_values(self, keyword: str) -> Iterator[Any]:
        """Yield a keyword's value from each conjunct that has it."""
        return (schema[keyword] for schema in self.conjuncts if keyword in schema)

    def get_lower_limit(self, keyword: str) -> int:
        """Return the largest value of a keyword such as `minLength`; 0 without one."""
        limits = [math.ceil(limit) for limit in self._find_numbers(keyword)]
        return max(limits, default=0)

    def get_upper_limit(self, keyword: str) -> int | None:
        """Return the smallest value of a keyword such as `maxLength`; None without one."""
        limits = [math.floor(limit) for limit in self._find_numbers(keyword)]
        return min(limits, default=None)

    def _find_numbers(self, keyword: str) -> Iterator[Any]:
        for value in self.get_keyword_values(keyword):
            if convert_to_fraction(value) is not None:
                yield value

    @cached_property
    def has_only_scalar_keywords(self) -> bool:
        """Whether `satisfies_scalar_keywords` alone decides if a value is accepted."""
        for schema in self.conjuncts:
            for keyword in schema:
                is_known = keyword in _SCALAR_KEYWORDS or keyword in NON_ASSERTING_KEYWORDS
                if not is_known and not keyword.startswith("x-"):
                    return False
        return True

    @cached_property
    def has_uncertain_keywords(self) -> bool:
        """Whether a generated value may still be refused, so that it is worth a check at once."""
        if any(get_listed_values(schema) is None for schema in self.get_keyword_values("not")):
            return True
        return self.has_keyword(*_UNCERTAIN_KEYWORDS)

    @cached_property
    def allowed_types(self) -> frozenset[str]:
        """The types that every conjunct allows; `number` here means: no integer."""
        allowed = frozenset(TYPES_BY_PREFERENCE)
        for types in self.get_keyword_values("type"):
            names = frozenset([types] if isinstance(types, str) else types)
            if "number" in names:
                names |= {"integer"}
            allowed &= names
        return allowed

    @cached_property
    def candidate_types(self) -> tuple[str, ...]:
        """The types to choose from: those the keywords are about, and null only when alone."""
        candidates = [name for name in TYPES_BY_PREFERENCE if name in self.allowed_types]
        if not self.has_keyword("type"):
            suggested = [
                name for name in candidates if self.has_keyword(*_KEYWORDS_BY_TYPE.get(name, ()))
            ]
            candidates = suggested or candidates[:1]

        # A number may be an integer, so `integer` beside `number` is no choice of its own.
        left_out = {"null", "integer"} if "number" in candidates else {"null"}
        preferred = [name for name in candidates if name not in left_out]
        return tuple(preferred or candidates)

    @cached_property
    def listed_values(self) -> list[Any] | None:
        """The values that `const` and `enum` leave; None when neither is there."""
        constants = [[value] for value in self.get_keyword_values("const")]
        lists = [*constants, *self.get_keyword_values("enum")]
        if not lists:
            return None
        first, *others = lists
        identities = [set(map(compute_identity, values)) for values in others]
        common = []
        for value in first:
            identity = compute_identity(value)
            if all(identity in other for other in identities):
                common.append(value)
        return common

    @cached_property
    def _listed_identities(self) -> frozenset[Any]:
        return frozenset(map(compute_identity, self.listed_values or ()))

    @cached_property
    def excluded_identities(self) -> frozenset[Any]:
        """Identities of the values that a `not` or a synthetic schema excludes one by one."""
        excluded: list[Any] = []
        for schema in self.conjuncts:
            if isinstance(schema, SyntheticSchema):
                excluded += schema.get("avoid", ())
            if "not" in schema:
                excluded += get_listed_values(schema["not"]) or ()
        return frozenset(map(compute_identity, excluded))

    @cached_property
    def number_range(self) -> NumberRange:
        """The numbers that the number keywords leave."""
        number_range = NumberRange()
        for schema in self.conjuncts:
            number_range.narrow(schema)
        return number_range

    @cached_property
    def length_bounds(self) -> tuple[int, int | None]:
        """The least and the greatest length of a string, in characters."""
        return self.get_lower_limit("minLength"), self.get_upper_limit("maxLength")

    @cached_property
    def property_positions(self) -> dict[str, int]:
        """The names of the declared properties, each with its position."""
        positions: dict[str, int] = {}
        for properties in self.get_keyword_values("properties"):
            for name in properties:
                positions.setdefault(name, len(positions))
        return positions

    @cached_property
    def required_names(self) -> tuple[str, ...]:
        """The names of the required properties, in order, each once."""
        names: dict[str, None] = {}
        for required in self.get_keyword_values("required"):
            names |= dict.fromkeys(required)
        return tuple(names)

    @cached_property
    def is_bare_map(self) -> bool:
        """Whether an object declares no properties, but a schema for any others."""
        if self.property_positions:
            return False
        if self.has_keyword("patternProperties"):
            return True
        schemas = self.get_keyword_values("additionalProperties")
        return any(isinstance(schema, dict) and schema for schema in schemas)

    @cached_property
    def tuple_length(self) -> int:
        """How many items have a schema of their own, by `prefixItems`."""
        return max(map(len, self.get_keyword_values("prefixItems")), default=0)

    def get_property_schemas(
        self, name: str, matches: Callable[[str, str], bool]
    ) -> tuple[JsonSchema, ...]:
        """Return the schemas that a property of this name must satisfy; () where any value may be.

        Args:
            name: the property.
            matches: (pattern, text) -> whether the pattern matches.

        """
        schemas: list[JsonSchema] = []
        for schema in self.conjuncts:
            declared: list[JsonSchema] = []
            if name in schema.get("properties", ()):
                declared.append(schema["properties"][name])
            for pattern, subschema in schema.get("patternProperties", {}).items():
                if matches(pattern, name):
                    declared.append(subschema)
            if not declared and "additionalProperties" in schema:
                declared.append(schema["additionalProperties"])
            schemas += declared
        return tuple(schemas or self.get_keyword_values("unevaluatedProperties"))

    def get_item_schemas(self, index: int) -> tuple[JsonSchema, ...]:
        """Return the schemas that an array's item at this index must satisfy."""
        schemas: list[JsonSchema] = []
        for schema in self.conjuncts:
            prefix = schema.get("prefixItems", ())
            if index < len(prefix):
                schemas.append(prefix[index])
            elif "items" in schema:
                schemas.append(schema["items"])
        return tuple(schemas or self.get_keyword_values("unevaluatedItems"))

    def list_contains_schemas(
        self, limit: int
    ) -> tuple[list[JsonSchema], tuple[SyntheticSchema, ...]]:
        """Return a schema for each item that `contains` requires, and those for every other item.

        Args:
            limit: how many items one `contains` can require at most.

        """
        contained: list[JsonSchema] = []
        others: list[SyntheticSchema] = []
        for schema in self.conjuncts:
            if "contains" not in schema:
                continue
            contained += [schema["contains"]] * min(schema.get("minContains", 1), limit)
            if "maxContains" in schema:
                others.append(SyntheticSchema({"not": schema["contains"]}))
        return contained, tuple(others)

    def satisfies_scalar_keywords(self, value: Any) -> bool:
        """Return whether a value satisfies the types, listed values, bounds and lengths."""
        json_type = get_json_type(value)
        if json_type not in self.allowed_types:
            return False
        is_listed = self.listed_values is None or compute_identity(value) in self._listed_identities
        if not is_listed:
            return False
        if json_type == "string":
            low, high = self.length_bounds
            return low <= len(value) and (high is None or len(value) <= high)
        number = convert_to_fraction(value)
        return number is None or self.number_range.contains(number)


def get_json_type(value: Any) -> str:
    """Return the JSON Schema type of a value, `integer` for every whole number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return "array"
    return "integer" if value == value // 1 else "number"


def get_listed_values(schema: JsonSchema) -> list[Any] | None:
    """Return the values of a schema that only lists values; None for any other."""
    if not isinstance(schema, dict) or len(schema) != 1:
        return None
    return [schema["const"]] if "const" in schema else schema.get("enum")


def pick(options: Sequence[Any], random: Random) -> Any:
    """Return one of the options.

    It uses only `random()`: of this method alone Python promises that its sequence stays the same.
    """
    return options[int(random.random() * len(options))]


def exclude_values(values: list[Any], avoid: ExcludedValues) -> list[Any]:
    """Return the values whose identity is not excluded."""
    if not avoid:
        return values
    return [value for value in values if compute_identity(value) not in avoid]

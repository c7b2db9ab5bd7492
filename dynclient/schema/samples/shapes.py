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

Schema = dict[str, Any] | bool
#: Identities of values that will not do.
Avoid = AbstractSet[Any]

#: In the order in which an unbounded schema is given a type.
TYPES = ("string", "integer", "number", "object", "array", "boolean", "null")

_GUESSES = {
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
NOTES = frozenset(
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
_SCALAR = frozenset(
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


class Refusal(Exception):
    """Say that no value was found here; the search goes on elsewhere.

    Attributes:
        pointer: where in the instance, once known.

    """

    pointer: str | None = None


class Extra(dict[str, Any]):
    """A schema that the search made up: it lives for one search, so nothing about it is kept."""


def identity(value: Any) -> Any:
    """Return a hashable key, equal for values that JSON Schema calls equal (1 is 1.0, true is not 1)."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, list):
        return ("array", tuple(map(identity, value)))
    if isinstance(value, dict):
        return ("object", frozenset((name, identity(member)) for name, member in value.items()))
    return value


def copied(value: Any) -> Any:
    """Return a JSON value that shares nothing mutable with the schema that it came from."""
    if isinstance(value, dict):
        return {name: copied(member) for name, member in value.items()}
    return [copied(member) for member in value] if isinstance(value, list) else value


def exact(number: Any) -> Fraction | None:
    """Return a number of a schema as the fraction that its decimal digits say; None if it is no finite number."""
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
        return None
    if isinstance(number, int):
        return Fraction(number)
    if not math.isfinite(number) or abs(Decimal(str(number)).adjusted()) > 400:  # noqa: PLR2004 (beyond every float)
        return None
    return Fraction(str(number))


@dataclass(slots=True)
class Range:
    """Numbers between two bounds on a grid of multiples; an absent bound or grid is None."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False
    step: Fraction | None = None

    def narrow(self, leaf: dict[str, Any]) -> None:
        """Add what one schema's keywords ask."""
        for keyword, is_open in (("minimum", False), ("exclusiveMinimum", True)):
            bound = exact(leaf.get(keyword))
            if bound is not None and (
                self.low is None or (bound, is_open) > (self.low, self.low_open)
            ):
                self.low, self.low_open = bound, is_open
        for keyword, is_open in (("maximum", False), ("exclusiveMaximum", True)):
            bound = exact(leaf.get(keyword))
            if bound is not None and (
                self.high is None or (-bound, is_open) > (-self.high, self.high_open)
            ):
                self.high, self.high_open = bound, is_open
        step = exact(leaf.get("multipleOf"))
        if step is not None and step > 0:
            self.step = step if self.step is None else _common_multiple(self.step, step)

    def holds(self, number: Fraction) -> bool:
        """Return whether a number lies between the bounds and on the grid."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = (
            self.high is None or number < self.high or (number == self.high and not self.high_open)
        )
        return above and below and (self.step is None or (number / self.step).denominator == 1)

    def grids(self, whole: bool) -> Iterator[Fraction]:
        """Yield steps to try, the most readable first: two decimals, then finer ones for narrow ranges."""
        if whole or self.step is not None:
            yield (
                _common_multiple(self.step or Fraction(1), Fraction(1))
                if whole
                else self.step or Fraction(1)
            )
            return
        if any(bound is not None and abs(bound) > 2**46 for bound in (self.low, self.high)):
            yield Fraction(1)  # so far out two decimals are lost in a float
        yield from (Fraction(1, 100), Fraction(1, 10**6), Fraction(1, 10**12))
        if self.low is not None and self.high is not None:
            yield (self.high - self.low) / 2 or abs(self.low) or Fraction(1)

    def ends(self, step: Fraction) -> tuple[int | None, int | None]:
        """Return the first and last multiple of a step between the bounds, as counts of steps."""
        first = None if self.low is None else math.ceil(self.low / step)
        last = None if self.high is None else math.floor(self.high / step)
        if first is not None and self.low_open and first * step == self.low:
            first += 1
        if last is not None and self.high_open and last * step == self.high:
            last -= 1
        return first, last


def _common_multiple(a: Fraction, b: Fraction) -> Fraction:
    return Fraction(
        math.lcm(a.numerator * b.denominator, b.numerator * a.denominator),
        a.denominator * b.denominator,
    )


@dataclass(eq=False)
class Shape:
    """What a value must be for every one of the leaves: schemas with their references and choices followed.

    Attributes:
        leaves: the schemas, outermost first.
        refs: names of the definitions that were passed on the way.
        tags: values that a discriminator wants for its property.
        given: room for the valid examples, filled by the sampler.

    """

    leaves: tuple[dict[str, Any], ...]
    refs: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    given: dict[str, list[Any]] = field(default_factory=dict)

    def every(self, keyword: str) -> Iterator[Any]:
        """Yield a keyword's value from each schema that has it."""
        return (leaf[keyword] for leaf in self.leaves if keyword in leaf)

    def most(self, keyword: str) -> int:
        """Return the largest value of a lower limit, 0 without one."""
        return max((math.ceil(v) for v in self.every(keyword) if exact(v) is not None), default=0)

    def least(self, keyword: str) -> int | None:
        """Return the smallest value of an upper limit, None without one."""
        return min(
            (math.floor(v) for v in self.every(keyword) if exact(v) is not None), default=None
        )

    @cached_property
    def is_plain(self) -> bool:
        """Whether `fits` says all there is to say about a value."""
        return all(
            key in _SCALAR or key in NOTES or key.startswith("x-")
            for leaf in self.leaves
            for key in leaf
        )

    @cached_property
    def is_risky(self) -> bool:
        """Whether a grown value may still be refused, so that it is worth checking before going on."""
        keywords = (
            "oneOf",
            "if",
            "contains",
            "propertyNames",
            "patternProperties",
            "dependentSchemas",
        )
        negated = any(listed(sub) is None for sub in self.every("not"))
        return negated or any(keyword in leaf for leaf in self.leaves for keyword in keywords)

    @cached_property
    def allowed(self) -> frozenset[str]:
        """The types that every schema allows; `number` stands for those that are no integers."""
        allowed = frozenset(TYPES)
        for wanted in self.every("type"):
            names = frozenset([wanted] if isinstance(wanted, str) else wanted)
            allowed &= names | {"integer"} if "number" in names else names
        return allowed

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The types to choose from: those that the keywords speak of, and null only when there is nothing else."""
        allowed = [kind for kind in TYPES if kind in self.allowed]
        if not any("type" in leaf for leaf in self.leaves):
            spoken = [
                k
                for k in allowed
                if any(word in leaf for leaf in self.leaves for word in _GUESSES.get(k, ()))
            ]
            allowed = spoken or allowed[:1]
        return tuple(
            k for k in allowed if k != "null" and (k != "integer" or "number" not in allowed)
        ) or tuple(allowed)

    @cached_property
    def values(self) -> list[Any] | None:
        """The values that `const` and `enum` leave, None when neither is there."""
        lists = [[leaf["const"]] for leaf in self.leaves if "const" in leaf] + [*self.every("enum")]
        if not lists:
            return None
        others = [{identity(value) for value in values} for values in lists[1:]]
        return [value for value in lists[0] if all(identity(value) in other for other in others)]

    @cached_property
    def _listed(self) -> frozenset[Any]:
        return frozenset(map(identity, self.values or ()))

    @cached_property
    def avoided(self) -> frozenset[Any]:
        """Identities of values that are ruled out one by one."""
        lists = [
            leaf["avoid"] for leaf in self.leaves if isinstance(leaf, Extra) and "avoid" in leaf
        ]
        lists += [listed(sub) or [] for sub in self.every("not")]
        return frozenset(identity(value) for values in lists for value in values)

    @cached_property
    def range(self) -> Range:
        """What the number keywords ask."""
        found = Range()
        for leaf in self.leaves:
            found.narrow(leaf)
        return found

    @cached_property
    def lengths(self) -> tuple[int, int | None]:
        """The least and the greatest length of a string."""
        return self.most("minLength"), self.least("maxLength")

    @cached_property
    def declared(self) -> dict[str, int]:
        """The names of the declared properties, each with its position."""
        names = dict.fromkeys(name for names in self.every("properties") for name in names)
        return {name: position for position, name in enumerate(names)}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The names of the required properties, in order."""
        return tuple(dict.fromkeys(name for names in self.every("required") for name in names))

    def parts(self, name: str, matches: Callable[[str, str], bool]) -> tuple[Schema, ...]:
        """Return the schemas that a property of this name must satisfy, () where anything may stand.

        Args:
            name: the property.
            matches: (pattern, text) -> whether it matches.

        """
        found: list[Schema] = []
        for leaf in self.leaves:
            own = [leaf["properties"][name]] if name in leaf.get("properties", ()) else []
            own += [
                sub
                for pattern, sub in leaf.get("patternProperties", {}).items()
                if matches(pattern, name)
            ]
            found += own or (
                [leaf["additionalProperties"]] if "additionalProperties" in leaf else []
            )
        return tuple(found or self.every("unevaluatedProperties"))

    def item_parts(self, index: int) -> tuple[Schema, ...]:
        """Return the schemas that an array's item at this index must satisfy."""
        found: list[Schema] = []
        for leaf in self.leaves:
            prefix = leaf.get("prefixItems", ())
            if index < len(prefix):
                found.append(prefix[index])
            elif "items" in leaf:
                found.append(leaf["items"])
        return tuple(found or self.every("unevaluatedItems"))

    def fits(self, value: Any) -> bool:
        """Return whether a value satisfies types, listed values, bounds and lengths."""
        kind = kind_of(value)
        if kind not in self.allowed or (
            self.values is not None and identity(value) not in self._listed
        ):
            return False
        if kind == "string":
            low, high = self.lengths
            return low <= len(value) and (high is None or len(value) <= high)
        number = exact(value)
        return number is None or self.range.holds(number)


def kind_of(value: Any) -> str:
    """Return the JSON Schema type of a value, `integer` for every whole number."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, str | dict | list):
        return {str: "string", dict: "object"}.get(type(value), "array")
    return "integer" if value == value // 1 else "number"


def listed(schema: Schema) -> list[Any] | None:
    """Return the values of a schema that only lists values, else None."""
    if not isinstance(schema, dict) or len(schema) != 1:
        return None
    return [schema["const"]] if "const" in schema else schema.get("enum")


def pick(options: Sequence[Any], random: Random) -> Any:
    """Return one of the options; uses only `random()`, whose sequence Python promises to keep."""
    return options[int(random.random() * len(options))]


def differing(values: list[Any], avoid: Avoid) -> list[Any]:
    """Return the values whose identity is not to be avoided."""
    return [value for value in values if identity(value) not in avoid] if avoid else values

"""A difference: one thing that a schema node says otherwise, and which keyword can fail by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RANGE_KEYWORDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
LENGTH_KEYWORDS = ("minLength", "maxLength")
ARRAY_KEYWORDS = ("minItems", "maxItems", "uniqueItems")
OBJECT_KEYWORDS = ("minProperties", "maxProperties", "propertyNames")
CONDITION_KEYWORDS = (
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "dependentRequired",
    "contains",
    "minContains",
    "maxContains",
    "unevaluatedItems",
    "unevaluatedProperties",
)

#: Rules of differences that no value is refused for.
ANNOTATION_RULES = (
    "default-changed",
    "format-changed",
    "content-changed",
    "schema-deprecated",
    "words-changed",
    "integer-size",
)

#: The keyword that fails → the rules of the differences that may be the cause, the likeliest first.
RULES_BY_KEYWORD: dict[str, tuple[str, ...]] = {
    "type": ("type-changed", "values-changed", "alternatives-changed"),
    "enum": (
        "values-changed",
        "type-changed",
        "alternatives-changed",
        "discriminator-changed",
    ),
    **dict.fromkeys(RANGE_KEYWORDS, ("range-changed", "type-changed")),
    **dict.fromkeys(LENGTH_KEYWORDS, ("length-changed", "type-changed")),
    "pattern": ("pattern-changed", "type-changed"),
    **dict.fromkeys((*ARRAY_KEYWORDS, "items", "prefixItems"), ("items-changed", "type-changed")),
    **dict.fromkeys(OBJECT_KEYWORDS, ("properties-changed", "type-changed")),
    "additionalProperties": ("additional-changed", "type-changed"),
    "patternProperties": ("additional-changed",),
    **dict.fromkeys(("oneOf", "anyOf"), ("alternatives-changed", "discriminator-changed")),
    **dict.fromkeys(
        CONDITION_KEYWORDS, ("condition-changed", "items-changed", "additional-changed")
    ),
}


@dataclass(frozen=True)
class Difference:
    """One thing that a node says otherwise.

    Attributes:
        rule: the kind of change, from `rules.RULES`.
        old: what the old document says; None where it says nothing.
        new: what the new document says; None where it says nothing.
        summary: what is different, in words, where the two values do not say it.
        fact_situation: the situation of the verdict table that holds whether or not a value is
            refused; "" where that decides.

    """

    rule: str
    old: Any = None
    new: Any = None
    summary: str = ""
    fact_situation: str = ""

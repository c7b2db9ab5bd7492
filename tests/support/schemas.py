"""Hypothesis strategies: schemas of our dialect, JSON values, and Python values that are nearly JSON."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c"])
COUNTS = st.integers(0, 3)
PATTERNS = st.sampled_from(["^a", "a$", ".", "^\\w+$", "é", "^$", "^\\p{L}+$", "[^\\d]"])
DIVISORS = st.sampled_from([1, 2, 3, 0.1, 0.01, 0.5, 1e-7, 1.5, 7, 10**20, 2**53 + 1])

integers = st.one_of(
    st.integers(-3, 5),
    st.integers(),
    st.sampled_from([2**53 + 1, 2**63, 2**64, 10**20, 10**40, -(10**400)]),
)
floats = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 2.0, 0.1, 0.3, 19.99, 1e22, 5e-324]),
    st.floats(-1e15, 1e15, allow_nan=False, allow_infinity=False),
)
texts = st.text(st.characters(codec="utf-8"), max_size=3) | st.sampled_from(
    ["a", "aa", "é", "\U0001f600"]
)
odd_texts = texts | st.sampled_from(["\ud800", "a\udfff"])
_leaves = st.none() | st.booleans() | integers | floats


def values(text: st.SearchStrategy[str] = texts, leaves: int = 6) -> st.SearchStrategy[Any]:
    """Return a strategy of JSON values; the names a, b and c come often."""
    return st.recursive(
        _leaves | text,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(NAMES | text, inner, max_size=3)
        ),
        max_leaves=leaves,
    )


def _assertions(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    small = values(leaves=3)
    types = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
    return {
        "type": types | st.lists(types, min_size=1, max_size=3, unique=True),
        "enum": st.lists(small, min_size=1, max_size=3),
        "const": small,
        **dict.fromkeys(
            ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
            st.integers(-3, 5) | floats,
        ),
        "multipleOf": DIVISORS,
        **dict.fromkeys(
            ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
            COUNTS,
        ),
        "pattern": PATTERNS,
        "uniqueItems": st.booleans(),
        "items": inner,
        "prefixItems": st.lists(inner, min_size=1, max_size=2),
        "contains": inner,
        "minContains": COUNTS,
        "maxContains": COUNTS,
        "propertyNames": inner,
        "required": st.lists(NAMES, max_size=2, unique=True),
        "dependentRequired": st.dictionaries(
            NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=1
        ),
        "unevaluatedItems": inner,
    }


def _applicators(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    several = st.lists(inner, min_size=1, max_size=3)
    return {
        "properties": st.dictionaries(NAMES, inner, max_size=3),
        "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
        "allOf": several,
        "anyOf": several,
        "oneOf": several,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
        "dependentSchemas": st.dictionaries(NAMES, inner, max_size=1),
    }


_extra = {"additionalProperties", "unevaluatedProperties"}


def schemas(*, extras: bool = True, leaves: int = 5) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy of schemas.

    Args:
        extras: also `additionalProperties` and `unevaluatedProperties`.
        leaves: about how many subschemas.

    """

    def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        keywords = {**_assertions(inner), **_applicators(inner)}
        if extras:
            keywords |= dict.fromkeys(_extra, inner)
        few = st.lists(st.sampled_from(sorted(keywords)), max_size=4, unique=True)
        return few.flatmap(
            lambda names: st.fixed_dictionaries({name: keywords[name] for name in names})
        )

    found: st.SearchStrategy[Any] = st.recursive(
        st.booleans() | st.just({}), grown, max_leaves=leaves
    )
    return found.filter(lambda schema: isinstance(schema, dict))


def object_schemas() -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy of schemas that speak of objects and their properties, without `additionalProperties`."""
    plain = st.sampled_from(
        [{}, {"type": "integer"}, {"type": "string"}, {"const": 1}, {"enum": ["x", 1]}]
    )

    def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, min_size=1, max_size=3)
        keywords: dict[str, st.SearchStrategy[Any]] = {
            "properties": st.dictionaries(NAMES, inner | plain, min_size=1, max_size=3),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "type": st.just("object"),
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "dependentSchemas": st.dictionaries(NAMES, inner, max_size=1),
            "patternProperties": st.dictionaries(
                st.sampled_from(["^a$", "^\\p{L}$"]), plain, max_size=1
            ),
        }
        few = st.lists(st.sampled_from(sorted(keywords)), min_size=1, max_size=4, unique=True)
        return few.flatmap(
            lambda names: st.fixed_dictionaries({name: keywords[name] for name in names})
        )

    return st.recursive(plain, grown, max_leaves=6)


def objects() -> st.SearchStrategy[Any]:
    """Return a strategy of objects, with the names that `object_schemas` declare and one that none does."""
    leaves = st.sampled_from([1, "x", None, 2])
    names = NAMES | st.just("z")
    return st.recursive(
        leaves, lambda inner: st.dictionaries(names, inner, max_size=3), max_leaves=5
    )

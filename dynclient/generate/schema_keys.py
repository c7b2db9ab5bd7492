"""Schemas of one root, identified by their places in memory."""

from __future__ import annotations

from typing import Any, TypeVar

from dynclient.generate.merged_schema import JsonSchema, SyntheticSchema

#: Some schemas that must hold together.
Option = tuple[JsonSchema, ...]
#: Identifies some schemas of one root, each by its place in memory.
SchemaKey = tuple[int, ...]

#: How many answers about schemas are kept.
MAX_CACHED = 4096

T = TypeVar("T")


def get_schema_key(schemas: Option) -> SchemaKey:
    """Return a key of some schemas, synthetic ones left out: these live too shortly to be known by.

    Schemas of one root live as long as the root does, so their places in memory identify them.
    """
    return tuple(id(schema) for schema in schemas if not isinstance(schema, SyntheticSchema))


def has_synthetic_schema(schemas: tuple[JsonSchema, ...] | tuple[dict[str, Any], ...]) -> bool:
    """Return whether one of some schemas is synthetic, and so lives too shortly to be known by."""
    return any(isinstance(schema, SyntheticSchema) for schema in schemas)


def store_bounded(cache: dict[SchemaKey, T], key: SchemaKey, value: T) -> T:
    """Store a value in a cache, which is emptied where it is full, and return the value."""
    if len(cache) >= MAX_CACHED:
        cache.clear()
    cache[key] = value
    return value

"""References by which a definition applies itself to its own value: they describe nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dynclient.schema.dialect import UNION_KEYWORDS, Schema, get_definition_name


def remove_reference_cycles(
    defs: dict[str, Schema | bool], names: Iterable[str], acyclic_names: set[str]
) -> list[tuple[Schema, str]]:
    """Remove the references that close a cycle of schemas of the same value.

    Args:
        defs: the definitions.
        names: those to look at; they may lead to others.
        acyclic_names: those that are known to be in no cycle; the others are added.

    Returns:
        The schemas that lost their reference, each with the name of the definition it named.

    """
    removed: list[tuple[Schema, str]] = []
    for name in names:
        if name in acyclic_names:
            continue
        #: The definitions on the way here, each with its references that are not followed yet. It
        #: is no recursion, as a long chain of references is no nesting.
        path = {name: _iterate_references(defs[name])}
        while path:
            current = next(reversed(path))
            schema, target = next(path[current], (None, ""))
            if schema is None:
                del path[current]
                acyclic_names.add(current)
            elif target in path:
                del schema["$ref"]
                removed.append((schema, target))
            elif target not in acyclic_names:
                path[target] = _iterate_references(defs[target])
    return removed


def _iterate_references(schema: Schema | bool) -> Iterator[tuple[Schema, str]]:
    """Return an iterator over the references as they are now: some are removed on the way."""
    return iter(list(_find_in_place_references(schema)))


def _find_in_place_references(schema: Schema | bool) -> Iterator[tuple[Schema, str]]:
    """Yield the schemas with a `$ref` that apply to the same value, each with the name it names."""
    pending: list[Any] = [schema]
    while pending:
        part = pending.pop()
        if not isinstance(part, Schema):
            continue
        if "$ref" in part:
            yield part, get_definition_name(part["$ref"])
        pending += [part[keyword] for keyword in ("not", "if", "then", "else") if keyword in part]
        for keyword in ("allOf", *UNION_KEYWORDS):
            pending += part.get(keyword, ())
        pending += part.get("dependentSchemas", {}).values()

"""Which properties the schemas of one value speak of, where a reading or a keyword refuses all others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dynclient.schema.dialect import get_definition_name
from dynclient.schema.readings import Definitions, has_declared_properties, walk_in_place


def collect_evaluated_properties(
    schemas: Iterable[Any], barred: Iterable[Any], defs: Definitions, said: Any = None
) -> tuple[dict[str, list[Any]], list[tuple[str, Any]]] | None:
    """Return the properties by name and by pattern that schemas which may fit speak of; None where one takes all.

    Args:
        schemas: those of the value.
        barred: schemas that are known not to fit it.
        defs: the definitions that references name.
        said: the schema that says `unevaluatedProperties`, where one does.

    """
    schemas, out = (
        list(schemas),
        {
            id(p)
            for schema in barred
            for p in _iterate_evaluating_schemas(schema, defs, alternatives=True)
        },
    )
    if said is None and any(_has_open_alternative(schema, defs, out) for schema in schemas):
        return None
    sure = [
        part
        for schema in schemas
        for part in _iterate_evaluating_schemas(schema, defs, alternatives=False)
    ]
    maybe = [
        p
        for schema in schemas
        for p in _iterate_evaluating_schemas(schema, defs, alternatives=True)
        if id(p) not in out
    ]
    parts = list({id(part): part for part in (*sure, *maybe)}.values())
    if any(
        "additionalProperties" in p or ("unevaluatedProperties" in p and p is not said)
        for p in parts
    ):
        return None
    named: dict[str, list[Any]] = {}
    for name, inner in (pair for part in parts for pair in part.get("properties", {}).items()):
        named.setdefault(name, []).append(inner)
    return named, [pair for part in parts for pair in part.get("patternProperties", {}).items()]


def _has_open_alternative(schema: Any, defs: Definitions, out: set[int]) -> bool:
    """Tell whether closing leaves an alternative free that declares nothing, beside others that do."""
    todo, seen = (
        [(schema, not has_declared_properties(schema, defs, alternatives=False))],
        set[tuple[int, bool]](),
    )
    while todo:
        at, alone = todo.pop()
        if not isinstance(at, dict) or (id(at), alone) in seen:
            continue
        seen.add((id(at), alone))
        if "$ref" in at:
            target = defs[get_definition_name(at["$ref"])]
            todo.append((target, not has_declared_properties(target, defs, alternatives=False)))
        todo += [(part, alone) for part in at.get("allOf", ())]
        todo += [(at[k], False) for k in ("then", "else") if k in at]
        todo += [(part, False) for part in at.get("dependentSchemas", {}).values()]
        for part in (p for p in (*at.get("anyOf", ()), *at.get("oneOf", ())) if id(p) not in out):
            if alone and not has_declared_properties(part, defs) and _may_be_object(part, defs):
                return True
            todo.append(
                (part, alone and not has_declared_properties(part, defs, alternatives=False))
            )
    return False


def _may_be_object(schema: Any, defs: Definitions) -> bool:
    """Tell whether no type that is named keeps objects out."""
    types = (
        part["type"] for part in walk_in_place(schema, defs, alternatives=False) if "type" in part
    )
    return all("object" in ([given] if isinstance(given, str) else given) for given in types)


def find_undeclared_required(schema: Any, defs: Definitions) -> set[str]:
    """Return the names that a closed schema lets in because it asks for them, though nobody declares them."""
    known = {name for part in walk_in_place(schema, defs) for name in part.get("properties", ())}
    asked = {
        name
        for part in walk_in_place(schema, defs, alternatives=False)
        for name in part.get("required", ())
    }
    return asked - known


def has_shared_subschemas(schema: Any, defs: Definitions) -> bool:
    """Tell whether several schemas of one value speak of the same inner place: what closes is all of them together."""
    parts = list(walk_in_place(schema, defs, alternatives=False))
    names = [name for part in parts for name in part.get("properties", ())]
    return len(names) > len(set(names)) or sum("items" in part for part in parts) > 1


def _iterate_evaluating_schemas(
    schema: Any, defs: Definitions, *, alternatives: bool
) -> Iterator[dict[str, Any]]:
    """Yield the schemas that may evaluate properties of a value."""
    for part in walk_in_place(schema, defs, alternatives=alternatives):
        yield part
        if alternatives and "if" in part:
            yield from walk_in_place(part["if"], defs)

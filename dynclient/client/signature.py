"""The Python signature of an operation."""

from __future__ import annotations

import inspect
from typing import Any

from dynclient.names import to_snake_case
from dynclient.plan.plan import Plan
from dynclient.schema.dialect import Schema
from dynclient.schema.readings import walk_in_place


class _OmittedArgument:
    """The default of an optional argument in a signature: it is not sent."""

    def __repr__(self) -> str:
        return "…"


OMITTED = _OmittedArgument()


def build_signature(plan: Plan) -> inspect.Signature:
    """Return the Python signature of an operation.

    Path parameters may be positional; of the keywords the required ones come first.
    """
    required = find_required(plan.get_call_schema())
    positional = dict.fromkeys(map(to_snake_case, plan.binder.positional))
    parameters = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for name in positional
        if name.isidentifier()
    ]
    seen = set(positional)
    required_keywords, optional_keywords = [], []
    for argument in plan.argument_names:
        name = to_snake_case(argument)
        has_own_properties = argument == "body" and bool(plan.body_property_names)
        if name in seen or not name.isidentifier() or has_own_properties:
            continue
        seen.add(name)
        if argument in required or plan.binder.targets.get(argument) in required:
            required_keywords.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY))
        else:
            optional_keywords.append(
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=OMITTED)
            )
    return inspect.Signature([*parameters, *required_keywords, *optional_keywords])


def find_required(schema: Schema) -> set[Any]:
    """Return the (location, name) pairs that a call schema requires, and "body" for a body."""
    required: set[Any] = set()
    for location, location_schema in schema["properties"].items():
        if location == "body" and "body" in schema["required"]:
            required.add("body")
            parts = list_conjuncts(location_schema, schema)
        else:
            parts = [location_schema] if isinstance(location_schema, dict) else []
        for part in parts:
            required |= {(location, name) for name in part.get("required", ())}
    return required


def list_conjuncts(schema: Any, root: Schema) -> list[dict[str, Any]]:
    """Return the subschemas that a value has to fit: the schema, what it refers to, `allOf`."""
    if not isinstance(schema, dict):
        return []
    return list(walk_in_place(schema, root.get("$defs", {}), alternatives=False))

"""Violations of a call with what to do about them, where the value shows what was meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dynclient.plan.argument_hints import explain_json_text
from dynclient.schema.readings import Definitions, walk_in_place
from dynclient.violations import Violation
from dynclient.wire.schema_types import SchemaTypes


def add_value_hints(
    violations: Sequence[Violation], call: Mapping[str, Any], schema: Mapping[str, Any]
) -> list[Violation]:
    """Return the violations of a call, those that can be explained with a hint in their message.

    Args:
        violations: of the call.
        call: the call document.
        schema: its call schema.

    """
    return [_add_value_hint(violation, call, schema) for violation in violations]


def _add_value_hint(
    violation: Violation, call: Mapping[str, Any], schema: Mapping[str, Any]
) -> Violation:
    if violation.kind in ("missing", "unknown") or not violation.path:
        return violation
    value = _get_value(call, violation.path)
    hint = None
    if violation.path[0] == "path" and isinstance(value, dict) and "body" in schema["properties"]:
        hint = "give the body as body=…"
    elif value is None and _is_optional(schema, violation.path):
        hint = "leave it out where there is none"
    elif violation.kind in ("type", "anyOf", "oneOf"):
        hint = explain_json_text(value)
    return violation if hint is None else replace(violation, message=f"{violation.message}; {hint}")


def _get_value(call: Any, path: Sequence[str | int]) -> Any:
    """Return the value at a path of a call; a text that no hint is for where there is none."""
    for part in path:
        try:
            call = call[part]
        except (KeyError, IndexError, TypeError):
            return ""
    return call


def _is_optional(schema: Mapping[str, Any], path: Sequence[str | int]) -> bool:
    """Tell whether the value at a path may be left out: its object does not require it."""
    if isinstance(path[-1], int):
        return False
    defs: Definitions = schema.get("$defs", {})
    owner = SchemaTypes(schema, defs)
    for part in path[:-1]:
        owner = owner.item_types if isinstance(part, int) else owner.find_member_types(part)
    parts = walk_in_place(owner.schema, defs, alternatives=False)
    return not any(path[-1] in subschema.get("required", ()) for subschema in parts)

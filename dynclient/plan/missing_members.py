"""A location that a call leaves out whole: which of its members are missing."""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import Checker
from dynclient.violations import Violation


def expand_missing_locations(violations: list[Violation], checker: Checker) -> list[Violation]:
    """Return the violations, with a missing location replaced by what is missing in it.

    `missing path` becomes `missing path.customerSessionId`.
    """
    expanded: list[Violation] = []
    for violation in violations:
        members = []
        if violation.kind == "missing" and len(violation.path) == 1:
            members = _find_missing_members(str(violation.path[0]), checker.schema)
        expanded += members or [violation]
    return expanded


def _find_missing_members(location: str, schema: dict[str, Any]) -> list[Violation]:
    """Return the violations of an empty location; [] where not only members are missing."""
    location_schema = schema["properties"].get(location)
    if not isinstance(location_schema, dict):
        return []
    root = {**location_schema, "$defs": schema.get("$defs", {})}
    place = getattr(location_schema, "place", None)
    violations = Checker(Schema(root, place)).find_violations({}, (location,))
    is_only_missing = all(violation.kind == "missing" for violation in violations)
    return violations if is_only_missing else []

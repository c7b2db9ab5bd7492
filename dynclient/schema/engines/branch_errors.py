"""What the errors of `anyOf` and `oneOf` say of each branch, and which branch was intended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Keywords whose own errors say where the value is wrong.
TRANSPARENT_KEYWORDS = frozenset(("allOf", "$ref", "if", "then", "else", "dependentSchemas"))


def group_by_branch(error: Any) -> dict[int, list[Any]]:
    """Return the errors of `anyOf` or `oneOf` by the index of their branch."""
    errors_by_branch: dict[int, list[Any]] = {}
    for inner in error.context:
        # The error of a branch that is `false` has no path, and says nothing.
        if inner.relative_schema_path:
            errors_by_branch.setdefault(inner.relative_schema_path[0], []).append(inner)
    return errors_by_branch


def get_tag_name(error: Any) -> str | None:
    """Return the property of the discriminator beside `oneOf` or `anyOf`, None without one."""
    rule = error.schema.get("discriminator") if isinstance(error.schema, dict) else None
    return rule.get("propertyName") if isinstance(rule, dict) else None


def find_tag_errors(error: Any, errors_by_branch: dict[int, list[Any]]) -> list[Any]:
    """Return for each branch its error about the property that tells the branches apart.

    Branches for values of another kind are left out. [] where no property is wrong for all others.
    """
    is_complete = len(errors_by_branch) == len(error.validator_value)
    if not is_complete or not isinstance(error.instance, dict):
        return []
    candidates = [errors for errors in errors_by_branch.values() if not is_wrong_kind(errors)]
    by_branch = [_find_listing_errors(errors) for errors in candidates]
    if not by_branch:
        return []
    for name in (get_tag_name(error), *by_branch[0]):
        if all(name in errors_by_name for errors_by_name in by_branch):
            return [errors_by_name[name] for errors_by_name in by_branch]
    return []


def is_wrong_kind(errors: Sequence[Any]) -> bool:
    """Return whether a value is of another kind than a branch wants, by the branch's errors."""
    kinds = ("type", "const", "enum", "false")
    return any(not error.relative_path and error.validator in kinds for error in errors)


def _find_listing_errors(errors: Sequence[Any]) -> dict[Any, Any]:
    """Return the errors about a property whose values are listed, by its name."""
    found: dict[Any, Any] = {}
    pending = list(errors)
    while pending:
        error = pending.pop(0)
        if error.context and error.validator in TRANSPARENT_KEYWORDS:
            pending += error.context
        elif len(error.relative_path) == 1 and error.validator in ("const", "enum"):
            found.setdefault(error.relative_path[0], error)
    return found


def collect_listed_values(errors: Sequence[Any]) -> list[Any]:
    """Return the values that the `const` or `enum` of some errors list, each once."""
    values: list[Any] = []
    for error in errors:
        listed = [error.validator_value] if error.validator == "const" else error.validator_value
        values += [value for value in listed if value not in values]
    return values


def find_tagged_branch(error: Any, errors_by_branch: dict[int, list[Any]]) -> int | None:
    """Return the only branch whose tag is not wrong, if a discriminator says which it is."""
    tag = get_tag_name(error)
    if not tag or not isinstance(error.instance, dict) or tag not in error.instance:
        return None
    fitting = [
        index
        for index, errors in errors_by_branch.items()
        if tag not in _find_listing_errors(errors)
    ]
    return fitting[0] if len(fitting) == 1 else None


def measure_distance(errors: Sequence[Any]) -> tuple[int, int]:
    """Return how far a value is from a branch.

    Returns:
        1 if its very kind is wrong, else 0; 1 if a property with listed values is wrong, else 0.

    """
    return int(is_wrong_kind(errors)), int(bool(_find_listing_errors(errors)))

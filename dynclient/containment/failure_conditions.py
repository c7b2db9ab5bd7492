"""Schemas for the values that one keyword of the superschema refuses."""

from __future__ import annotations

from typing import Any

from dynclient.containment.disjuncts import Disjunct
from dynclient.containment.incompatibilities import Incompatibility
from dynclient.containment.witnesses.signed_schemas import (
    DerivedCondition,
    build_negation,
    build_property_condition,
)
from dynclient.schema.dialect import Schema

#: A keyword has its meaning only together with these of the same part.
_DEPENDS_ON = {
    "contains": ("contains", "minContains", "maxContains"),
    "minContains": ("contains", "minContains"),
    "maxContains": ("contains", "maxContains"),
}

#: These depend on schemas that a part of a disjunct no longer has.
_NEEDS_OTHER_SCHEMAS = ("unevaluatedItems", "unevaluatedProperties")


def build_failure_condition(sup: Disjunct, cause: Incompatibility) -> DerivedCondition | None:
    """Return a schema for the values for which the keyword of a cause fails.

    Args:
        sup: the disjunct of the superschema that has the keyword.
        cause: the incompatibility.

    Returns:
        The schema; None where the keyword cannot be expressed alone.

    """
    rule, name = cause.rule, cause.property_name
    if rule in ("additionalProperties", "readOnly", "writeOnly") and name:
        return build_property_condition(name, build_negation(False))
    parts = sup.find_parts(rule, cause.superschema_assertion, name)
    if not parts or rule in _NEEDS_OTHER_SCHEMAS:
        return None
    part = parts[0]
    if rule == "additionalProperties":
        return build_negation(Schema({**_accept_declared_names(part), rule: part[rule]}))
    if rule == "required":
        return build_negation(Schema({rule: [name]}))
    keywords = {k: part[k] for k in _DEPENDS_ON.get(rule, (rule,)) if k in part}
    if rule == "maxContains":
        keywords = {"minContains": 0, **keywords}
    return build_negation(Schema(keywords))


def _accept_declared_names(part: dict[str, Any]) -> dict[str, Any]:
    """Return the declaring keywords of a part, each property with the schema `true`."""
    keywords = ("properties", "patternProperties")
    return {k: dict.fromkeys(part[k], True) for k in keywords if k in part}

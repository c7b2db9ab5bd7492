"""What a value has to be like for one keyword of the other side to refuse it."""

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

#: What a keyword says depends on these beside it.
_DEPENDS_ON = {
    "contains": ("contains", "minContains", "maxContains"),
    "minContains": ("contains", "minContains"),
    "maxContains": ("contains", "maxContains"),
}

#: What these say depends on schemas that a part no longer has.
_NEEDS_OTHER_SCHEMAS = ("unevaluatedItems", "unevaluatedProperties")


def build_failure_condition(other: Disjunct, gap: Incompatibility) -> DerivedCondition | None:
    """Return what holds where the keyword of a gap fails; None where it cannot be said by itself."""
    rule, name = gap.rule, gap.property_name
    if rule in ("additionalProperties", "readOnly", "writeOnly") and name:
        return build_property_condition(name, build_negation(False))
    part = next(iter(other.find_parts(rule, gap.superschema_assertion, name)), None)
    if part is None or rule in _NEEDS_OTHER_SCHEMAS:
        return None
    if rule == "additionalProperties":
        return build_negation(Schema({**_accept_declared_names(part), rule: part[rule]}))
    if rule == "required":
        return build_negation(Schema({rule: [name]}))
    kept = {k: part[k] for k in _DEPENDS_ON.get(rule, (rule,)) if k in part}
    return build_negation(Schema({"minContains": 0, **kept} if rule == "maxContains" else kept))


def _accept_declared_names(part: dict[str, Any]) -> dict[str, Any]:
    return {
        k: dict.fromkeys(part[k], True) for k in ("properties", "patternProperties") if k in part
    }

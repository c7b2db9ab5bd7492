"""What a value has to be like for one keyword of the other side to refuse it."""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import Schema
from dynclient.schema.subsumption.branches import Branch
from dynclient.schema.subsumption.gaps import Gap
from dynclient.schema.subsumption.solving.terms import Derived, member_that, unless

#: What a keyword says depends on these beside it.
_TOGETHER = {
    "contains": ("contains", "minContains", "maxContains"),
    "minContains": ("contains", "minContains"),
    "maxContains": ("contains", "maxContains"),
}

#: What these say depends on schemas that a part no longer has.
_LOST = ("unevaluatedItems", "unevaluatedProperties")


def failing(other: Branch, gap: Gap) -> Derived | None:
    """Return what holds where the keyword of a gap fails; None where it cannot be said by itself."""
    rule, name = gap.rule, gap.name
    if rule in ("additionalProperties", "readOnly", "writeOnly") and name:
        return member_that(name, unless(False))
    part = next(iter(other.saying(rule, gap.wide, name)), None)
    if part is None or rule in _LOST:
        return None
    if rule == "additionalProperties":
        return unless(Schema({**_names_only(part), rule: part[rule]}))
    if rule == "required":
        return unless(Schema({rule: [name]}))
    kept = {k: part[k] for k in _TOGETHER.get(rule, (rule,)) if k in part}
    return unless(Schema({"minContains": 0, **kept} if rule == "maxContains" else kept))


def _names_only(part: dict[str, Any]) -> dict[str, Any]:
    return {
        k: dict.fromkeys(part[k], True) for k in ("properties", "patternProperties") if k in part
    }

"""Schemas that lead to one another in so many ways that checking a value costs too much."""

from __future__ import annotations

from dynclient.document.references import escape_token
from dynclient.plan.document_check.check_context import CheckContext
from dynclient.schema.engines.check_cost import CheckCostEstimator
from dynclient.schema.engines.fast_roots import MAX_CHECK_COST


def check_complexity(context: CheckContext) -> None:
    """Report the first schema that the fast engine cannot check within bounds."""
    defs = context.schemas.get_dialect("response").defs
    estimator = CheckCostEstimator(defs)
    whole = {name: {"$ref": f"#/$defs/{escape_token(name)}"} for name in defs}
    if estimator.estimate({"properties": whole}) <= MAX_CHECK_COST:
        return
    name = next(name for name in whole if estimator.estimate(whole[name]) > MAX_CHECK_COST)
    text = (
        f"the schema {name!r} leads to others in so many ways that a deep value is checked slowly, "
        "and a call or result may be refused as too complex"
    )
    hint = "let alternatives differ in a required property, or use fewer of them"
    context.warn(context.document.top, "complex-schema", text, hint)

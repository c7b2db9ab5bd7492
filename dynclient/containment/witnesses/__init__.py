"""Whether several schemas, of either document, wanted or refused, leave room for a value; and a value where they do.

What is refused is taken apart into what must fail, so that any keyword can be looked into: a proof that nothing is
left is a proof that whatever fits the ones fits the others.
"""

from dynclient.containment.witnesses.signed_schemas import (
    DerivedCondition,
    SignedSchema,
    build_any_property_condition,
    build_item_condition,
    build_negation,
    build_property_condition,
)
from dynclient.containment.witnesses.witness_generator import WitnessGenerator

__all__ = [
    "DerivedCondition",
    "SignedSchema",
    "WitnessGenerator",
    "build_any_property_condition",
    "build_item_condition",
    "build_negation",
    "build_property_condition",
]

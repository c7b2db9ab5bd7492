"""Witness generation: a value that fits some schemas and not others, or the proof of none.

Signed schemas (positive or negated, of either document) are expanded into disjunctive normal form.
Each disjunct is a constraint set, from which a value is built. Where every constraint set is proved
to be unsatisfiable, the positive schemas are contained in the union of the negated ones.

Source: Attouche, Baazizi, Colazzo, Ghelli, Sartiani, Scherzinger, "Witness generation for JSON
Schema", VLDB 2022.
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

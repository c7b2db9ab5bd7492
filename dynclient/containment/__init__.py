"""Containment: whether every value of one schema fits another.

Rules prove it, a confirmed witness refutes it, the rest is unknown.
"""

from dynclient.containment.containment_checker import ContainmentChecker
from dynclient.containment.incompatibilities import (
    ANY_ITEM,
    ANY_PROPERTY,
    NO_WITNESS,
    Incompatibility,
    SuspectedIncompatibility,
)
from dynclient.containment.schema_view import SchemaView

__all__ = [
    "ANY_ITEM",
    "ANY_PROPERTY",
    "NO_WITNESS",
    "ContainmentChecker",
    "Incompatibility",
    "SchemaView",
    "SuspectedIncompatibility",
]

"""Whether all values of one schema fit another: proved by rules, refuted by a checked witness, or unknown."""

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

"""Whether all values of one schema fit another: proved by rules, refuted by a checked witness, or unknown."""

from dynclient.schema.subsumption.gaps import (
    ANY_ITEM,
    ANY_PROPERTY,
    NO_WITNESS,
    Incompatibility,
    SuspectedIncompatibility,
)
from dynclient.schema.subsumption.inclusion import ContainmentChecker
from dynclient.schema.subsumption.sides import SchemaView

__all__ = [
    "ANY_ITEM",
    "ANY_PROPERTY",
    "NO_WITNESS",
    "ContainmentChecker",
    "Incompatibility",
    "SchemaView",
    "SuspectedIncompatibility",
]

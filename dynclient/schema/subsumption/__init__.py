"""Whether all values of one schema fit another: proved by rules, refuted by a checked witness, or unknown."""

from dynclient.schema.subsumption.gaps import ABSENT, ITEMS, KEYS, Gap, Suspicion
from dynclient.schema.subsumption.inclusion import Inclusion
from dynclient.schema.subsumption.sides import Side

__all__ = ["ABSENT", "ITEMS", "KEYS", "Gap", "Inclusion", "Side", "Suspicion"]

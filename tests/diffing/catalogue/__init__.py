"""Kinds of change with known verdicts, each made on real documents.

The verdicts follow from who reads what: the producer sends only what its document declares, the consumer accepts what its
schema accepts. Deployed programs (wire) keep to the old document; callers by name (code) load the new one.
"""

from catalogue import (
    bodies,
    discriminators,
    members,
    operations,
    parameters,
    real,
    rest,
    results,
    values,
)
from catalogue.case import Case, Expected, Kind

KINDS: tuple[Kind, ...] = (
    *values.KINDS,
    *discriminators.KINDS,
    *members.KINDS,
    *real.KINDS,
    *parameters.KINDS,
    *bodies.KINDS,
    *results.KINDS,
    *operations.KINDS,
    *rest.KINDS,
)

__all__ = ["KINDS", "Case", "Expected", "Kind"]

"""Whether several schemas, of either document, wanted or refused, leave room for a value; and a value where they do.

What is refused is taken apart into what must fail, so that any keyword can be looked into: a proof that nothing is
left is a proof that whatever fits the ones fits the others.
"""

from dynclient.schema.subsumption.solving.solver import Solver
from dynclient.schema.subsumption.solving.terms import (
    Derived,
    Term,
    item_that,
    key_that,
    member_that,
    unless,
)

__all__ = ["Derived", "Solver", "Term", "item_that", "key_that", "member_that", "unless"]

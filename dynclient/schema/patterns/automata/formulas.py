"""Boolean formulas over what must still be found: disjunctions of conjunctions of signed atoms.

An atom is a number from 1; the negative number says that it must not hold. TRUE and FALSE have one form each.
"""

from __future__ import annotations

from typing import TypeAlias

from dynclient.schema.patterns.automata.errors import Budget

Term: TypeAlias = frozenset[int]
Formula: TypeAlias = frozenset[Term]

FALSE: Formula = frozenset()
TRUE: Formula = frozenset({frozenset()})
#: The atom that holds at the end of the text only. Every other atom wants a character first.
END = 1


def atom(number: int) -> Formula:
    """Return the formula of one atom."""
    return frozenset({frozenset({number})})


def either(formulas: list[Formula], budget: Budget) -> Formula:
    """Return the disjunction."""
    return tidied(frozenset().union(*formulas), budget)


def both(one: Formula, other: Formula, budget: Budget) -> Formula:
    """Return the conjunction."""
    if one == TRUE or not other:
        return other
    if other == TRUE or not one:
        return one
    budget.spend(len(one) * len(other))
    joined = (_consistent(left | right) for left in one for right in other)
    return tidied(frozenset(term for term in joined if term is not None), budget)


def negated(formula: Formula, budget: Budget) -> Formula:
    """Return the negation."""
    result = TRUE
    for term in formula:
        result = both(result, frozenset(frozenset({-literal}) for literal in term), budget)
    return result


def tidied(formula: Formula, budget: Budget) -> Formula:
    """Return the formula without terms that a weaker one makes superfluous."""
    if frozenset() in formula:
        return TRUE
    if all(len(term) == 1 for term in formula):
        return formula
    budget.spend(len(formula) ** 2 // 8)
    return frozenset(term for term in formula if not any(other < term for other in formula))


def _consistent(term: Term) -> Term | None:
    """Return the term, shortened by what the end of the text decides; None where it contradicts itself."""
    if any(-literal in term for literal in term):
        return None
    if END in term:
        return None if any(literal > END for literal in term) else frozenset({END})
    if -END in term and any(literal > END for literal in term):
        return term - {-END}
    return term


def holds_at_end(formula: Formula) -> bool:
    """Tell whether nothing more is needed when the text ends."""
    return any(all(literal == END or literal < -END for literal in term) for term in formula)

"""Boolean formulas over what must still be found: disjunctions of conjunctions of signed atoms.

An atom is a number from 1; the negative number says that it must not hold. TRUE and FALSE have one form each.
"""

from __future__ import annotations

from typing import TypeAlias

from dynclient.regex.automata.automata_errors import StepBudget

Conjunction: TypeAlias = frozenset[int]
BooleanFormula: TypeAlias = frozenset[Conjunction]

FALSE: BooleanFormula = frozenset()
TRUE: BooleanFormula = frozenset({frozenset()})
#: The atom that holds at the end of the text only. Every other atom wants a character first.
END = 1


def build_atom(number: int) -> BooleanFormula:
    """Return the formula of one atom."""
    return frozenset({frozenset({number})})


def disjoin(formulas: list[BooleanFormula], budget: StepBudget) -> BooleanFormula:
    """Return the disjunction."""
    return remove_absorbed(frozenset().union(*formulas), budget)


def conjoin(one: BooleanFormula, other: BooleanFormula, budget: StepBudget) -> BooleanFormula:
    """Return the conjunction."""
    if one == TRUE or not other:
        return other
    if other == TRUE or not one:
        return one
    budget.spend(len(one) * len(other))
    joined = (_simplify_conjunction(left | right) for left in one for right in other)
    return remove_absorbed(frozenset(term for term in joined if term is not None), budget)


def negate(formula: BooleanFormula, budget: StepBudget) -> BooleanFormula:
    """Return the negation."""
    result = TRUE
    for term in formula:
        result = conjoin(result, frozenset(frozenset({-literal}) for literal in term), budget)
    return result


def remove_absorbed(formula: BooleanFormula, budget: StepBudget) -> BooleanFormula:
    """Return the formula without terms that a weaker one makes superfluous."""
    if frozenset() in formula:
        return TRUE
    if all(len(term) == 1 for term in formula):
        return formula
    budget.spend(len(formula) ** 2 // 8)
    return frozenset(term for term in formula if not any(other < term for other in formula))


def _simplify_conjunction(term: Conjunction) -> Conjunction | None:
    """Return the term, shortened by what the end of the text decides; None where it contradicts itself."""
    if any(-literal in term for literal in term):
        return None
    if END in term:
        return None if any(literal > END for literal in term) else frozenset({END})
    if -END in term and any(literal > END for literal in term):
        return term - {-END}
    return term


def is_true_at_end(formula: BooleanFormula) -> bool:
    """Tell whether nothing more is needed when the text ends."""
    return any(all(literal == END or literal < -END for literal in term) for term in formula)

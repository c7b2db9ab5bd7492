"""Boolean formulas over atoms, in disjunctive normal form: sets of conjunctions of literals.

An atom is a number from 1. A literal is an atom, or its negative: then the atom must not hold. TRUE
and FALSE have one form each.
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
    if one == TRUE or other == FALSE:
        return other
    if other == TRUE or one == FALSE:
        return one
    budget.spend(len(one) * len(other))
    conjunctions: set[Conjunction] = set()
    for left in one:
        for right in other:
            conjunction = _simplify_conjunction(left | right)
            if conjunction is not None:
                conjunctions.add(conjunction)
    return remove_absorbed(frozenset(conjunctions), budget)


def negate(formula: BooleanFormula, budget: StepBudget) -> BooleanFormula:
    """Return the negation, by De Morgan's laws."""
    result = TRUE
    for conjunction in formula:
        negated_literals = frozenset(frozenset({-literal}) for literal in conjunction)
        result = conjoin(result, negated_literals, budget)
    return result


def remove_absorbed(formula: BooleanFormula, budget: StepBudget) -> BooleanFormula:
    """Return the formula without conjunctions that a weaker one absorbs (absorption law)."""
    if frozenset() in formula:
        return TRUE
    if all(len(conjunction) == 1 for conjunction in formula):
        return formula
    budget.spend(len(formula) ** 2 // 8)
    return frozenset(
        conjunction
        for conjunction in formula
        if not any(weaker < conjunction for weaker in formula)
    )


def _simplify_conjunction(conjunction: Conjunction) -> Conjunction | None:
    """Return a conjunction without what the end of the text decides; None: a contradiction."""
    if any(-literal in conjunction for literal in conjunction):
        return None
    wants_character = any(literal > END for literal in conjunction)
    if END in conjunction:
        return None if wants_character else frozenset({END})
    if wants_character:
        return conjunction - {-END}
    return conjunction


def is_true_at_end(formula: BooleanFormula) -> bool:
    """Tell whether nothing more is needed when the text ends."""
    return any(all(map(_is_literal_true_at_end, conjunction)) for conjunction in formula)


def _is_literal_true_at_end(literal: int) -> bool:
    return literal == END or literal < -END

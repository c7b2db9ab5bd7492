r"""One pattern as an automaton that is built while it runs.

A state says what the rest of the text must look like. It is a Boolean formula over atoms; an atom
means "a character of this class, then the rest of the pattern". Lookaheads are conjunctions and
negations in the formula. Lookbehinds are automata of their own that run along. So a repeat is never
written out, and only the states that a text leads to are built.

Source: alternating automata; derivatives of regular expressions (Brzozowski 1964, Antimirov 1996).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dynclient.regex import character_classes
from dynclient.regex.automata import boolean_formulas
from dynclient.regex.automata.alphabet import Alphabet, Mask
from dynclient.regex.automata.automata_errors import NotRegular, StepBudget, TooManyStates
from dynclient.regex.automata.boolean_formulas import FALSE, TRUE, BooleanFormula, Conjunction
from dynclient.regex.automata.continuations import FINISHED, ContinuationTable
from dynclient.regex.syntax_tree import (
    Alternation,
    Assertion,
    Backreference,
    CharacterClass,
    Concatenation,
    Group,
    Literal,
    PatternNode,
    Ranges,
    Repeat,
    build_alternation,
    contains,
    list_alternatives,
    unwrap_groups,
    walk,
)

#: How many lookarounds may stand behind each other without a character in between.
MAX_NESTED_LOOKAROUNDS = 40

#: The numbers of the states from which no text, and from which every text, is accepted.
REJECT_ALL, ACCEPT_ALL = 0, 1

_ANYTHING = Repeat(CharacterClass(character_classes.ANY), 0, None)
_END_ANCHOR = Assertion("end")


class LeftContext(NamedTuple):
    """What the text before a position says about the assertions at that position."""

    is_at_start: bool
    is_after_word_character: bool
    lookbehind_truths: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class AutomatonState:
    """What the rest of the text must be, and the states of the lookbehind automata."""

    formula: BooleanFormula
    lookbehind_states: tuple[int, ...] = ()


def collect_character_classes(node: PatternNode) -> set[Ranges]:
    """Return the classes of characters that the automaton of a tree tells apart."""
    ranges = {part.ranges for part in walk(node) if isinstance(part, Literal | CharacterClass)}
    if _has_word_boundary(node):
        ranges.add(character_classes.WORD)
    return ranges


def _has_word_boundary(node: PatternNode) -> bool:
    return any(
        isinstance(part, Assertion) and part.kind.endswith("boundary") for part in walk(node)
    )


def anchor_search(node: PatternNode) -> PatternNode:
    """Return a tree that matches at the start of each text in which `node` is found anywhere."""
    alternatives = list_alternatives(unwrap_groups(node))
    anchored = [alternative for alternative in alternatives if _is_anchored(alternative)]
    others = [alternative for alternative in alternatives if alternative not in anchored]
    if others:
        anchored.append(Concatenation((_ANYTHING, build_alternation(tuple(others)))))
    return build_alternation(tuple(anchored))


def _is_anchored(node: PatternNode) -> bool:
    match node:
        case Assertion("start"):
            return True
        case Concatenation(parts):
            for part in parts:
                if not _is_skippable_assertion(part):
                    return _is_anchored(part)
            return False
        case Alternation(alternatives):
            return all(_is_anchored(alternative) for alternative in alternatives)
        case Group(inner):
            return _is_anchored(inner)
    return False


def _is_skippable_assertion(node: PatternNode) -> bool:
    return isinstance(node, Assertion) and node.kind != "start"


class Automaton:
    """The deterministic automaton of one tree, matched at the start of a text; states are numbers.

    Args:
        node: the tree, from `anchor_search`.
        alphabet: it must know the tree's `collect_character_classes`.
        budget: what building states takes.

    Raises:
        NotRegular: the tree has backreferences, or lookbehinds with other assertions in them.

    """

    def __init__(self, node: PatternNode, alphabet: Alphabet, budget: StepBudget) -> None:
        if contains(node, Backreference):
            raise NotRegular("a backreference makes it no regular pattern")
        self._alphabet = alphabet
        self._budget = budget
        self._lookbehinds = [
            part for part in walk(node) if isinstance(part, Assertion) and part.is_lookbehind
        ]
        self._lookbehind_automata = [
            _build_lookbehind_automaton(lookbehind, alphabet, budget)
            for lookbehind in self._lookbehinds
        ]
        self._word_characters: Mask = 0
        if _has_word_boundary(node):
            self._word_characters = alphabet.get_mask(character_classes.WORD)

        self._continuations = ContinuationTable(node)
        # Atoms have numbers from 1, and the atom 1 is the end of the text.
        self._atoms: list[tuple[Mask, int]] = [(0, FINISHED), (0, FINISHED)]
        self._atom_numbers: dict[tuple[Mask, int], int] = {}
        self._unfoldings: dict[tuple[int, LeftContext], BooleanFormula] = {}
        self._states = [AutomatonState(FALSE), AutomatonState(TRUE)]
        self._state_numbers = {state: number for number, state in enumerate(self._states)}
        self._transitions: dict[tuple[int, Mask], int] = {}
        self.initial = self._build_initial_state(node)

    def _build_initial_state(self, node: PatternNode) -> int:
        lookbehind_states = tuple(automaton.initial for automaton in self._lookbehind_automata)
        context = LeftContext(
            is_at_start=True,
            is_after_word_character=False,
            lookbehind_truths=self._evaluate_lookbehinds(lookbehind_states),
        )
        formula = self._unfold(self._continuations.start(node, FINISHED), context)
        return self._intern_state(formula, lookbehind_states)

    def _evaluate_lookbehinds(self, states: tuple[int, ...]) -> tuple[bool, ...]:
        pairs = zip(self._lookbehind_automata, states, strict=True)
        return tuple(automaton.accepts(state) for automaton, state in pairs)

    def _intern_state(self, formula: BooleanFormula, lookbehind_states: tuple[int, ...]) -> int:
        if formula == FALSE:
            return REJECT_ALL
        if formula == TRUE:
            return ACCEPT_ALL
        state = AutomatonState(formula, lookbehind_states)
        if state not in self._state_numbers:
            self._state_numbers[state] = len(self._states)
            self._states.append(state)
        return self._state_numbers[state]

    def accepts(self, state: int) -> bool:
        """Tell whether the text may end here."""
        return boolean_formulas.is_true_at_end(self._states[state].formula)

    def decide_acceptance(self, state: int) -> bool | None:
        """Tell whether every (True) or no (False) continuation of the text is accepted.

        Returns:
            None where the state alone does not decide it.

        """
        return None if state > ACCEPT_ALL else state == ACCEPT_ALL

    def collect_masks(self, state: int) -> set[Mask]:
        """Return the classes of characters that a state tells apart."""
        if state <= ACCEPT_ALL:
            return set()
        automaton_state = self._states[state]
        masks = {self._word_characters}
        for conjunction in automaton_state.formula:
            masks.update(self._atoms[abs(literal)][0] for literal in conjunction)
        pairs = zip(self._lookbehind_automata, automaton_state.lookbehind_states, strict=True)
        for automaton, lookbehind_state in pairs:
            masks |= automaton.collect_masks(lookbehind_state)
        return masks

    def move(self, state: int, block: Mask) -> int:
        """Return the state after a character of a block that no mask of the state divides."""
        if state <= ACCEPT_ALL:
            return state
        key = (state, block)
        if key not in self._transitions:
            self._transitions[key] = self._compute_successor(self._states[state], block)
        return self._transitions[key]

    def _compute_successor(self, state: AutomatonState, block: Mask) -> int:
        pairs = zip(self._lookbehind_automata, state.lookbehind_states, strict=True)
        lookbehind_states = tuple(automaton.move(inner, block) for automaton, inner in pairs)
        context = LeftContext(
            is_at_start=False,
            is_after_word_character=bool(block & self._word_characters),
            lookbehind_truths=self._evaluate_lookbehinds(lookbehind_states),
        )
        derivatives = [
            self._derive_conjunction(conjunction, block, context) for conjunction in state.formula
        ]
        formula = boolean_formulas.disjoin(derivatives, self._budget)
        return self._intern_state(formula, lookbehind_states)

    def _derive_conjunction(
        self, conjunction: Conjunction, block: Mask, context: LeftContext
    ) -> BooleanFormula:
        """Return what a conjunction asks of the text after a character of a block."""
        result = TRUE
        for literal in sorted(conjunction):
            mask, rest = self._atoms[abs(literal)]
            self._budget.spend()
            derivative = self._unfold(rest, context) if mask & block else FALSE
            if literal < 0:
                derivative = boolean_formulas.negate(derivative, self._budget)
            result = boolean_formulas.conjoin(result, derivative, self._budget)
            if result == FALSE:
                break
        return result

    def _unfold(self, number: int, context: LeftContext) -> BooleanFormula:
        """Return what a continuation asks of the rest of the text, as a formula over atoms."""
        key = (number, context)
        if key not in self._unfoldings:
            self._unfoldings[key] = self._compute_unfolding(number, context, frozenset())
        return self._unfoldings[key]

    def _compute_unfolding(
        self, start: int, context: LeftContext, assertions: frozenset[int]
    ) -> BooleanFormula:
        """Expand a continuation up to the characters that it may begin with.

        Args:
            start: the number of the continuation.
            context: what the text before says.
            assertions: the continuations of the assertions that led here.

        """
        disjuncts: list[BooleanFormula] = []
        pending = [start]
        visited = set(assertions)
        while pending:
            number = pending.pop()
            if number in visited:
                continue
            visited.add(number)
            self._budget.spend()
            if number == FINISHED:
                return TRUE

            continuation = self._continuations[number]
            node = continuation.node
            if isinstance(node, Literal | CharacterClass):
                disjuncts.append(self._intern_atom(node.ranges, continuation.rest))
            elif isinstance(node, Assertion):
                disjuncts.append(self._unfold_assertion(node, number, context, assertions))
            else:
                pending += self._continuations.expand(number)
        return boolean_formulas.disjoin(disjuncts, self._budget)

    def _intern_atom(self, ranges: Ranges, rest: int) -> BooleanFormula:
        if not ranges:
            return FALSE
        key = (self._alphabet.get_mask(ranges), rest)
        if key not in self._atom_numbers:
            self._atom_numbers[key] = len(self._atoms)
            self._atoms.append(key)
        return boolean_formulas.build_atom(self._atom_numbers[key])

    def _unfold_assertion(
        self, node: Assertion, number: int, context: LeftContext, assertions: frozenset[int]
    ) -> BooleanFormula:
        if len(assertions) >= MAX_NESTED_LOOKAROUNDS:
            raise TooManyStates("looks stand too deep in each other")
        condition = self._evaluate_assertion(node, context)
        if condition == FALSE:
            return FALSE
        rest = self._continuations[number].rest
        after = self._compute_unfolding(rest, context, assertions | {number})
        return boolean_formulas.conjoin(condition, after, self._budget)

    def _evaluate_assertion(self, node: Assertion, context: LeftContext) -> BooleanFormula:
        """Return what an assertion asks of the rest of the text."""
        match node.kind:
            case "start":
                return TRUE if context.is_at_start else FALSE
            case "end":
                return boolean_formulas.build_atom(boolean_formulas.END)
            case "boundary" | "not boundary":
                word = self._intern_atom(character_classes.WORD, FINISHED)
                wants_word = context.is_after_word_character != (node.kind == "boundary")
                return word if wants_word else boolean_formulas.negate(word, self._budget)
            case "behind" | "not behind":
                is_found = context.lookbehind_truths[self._find_lookbehind(node)]
                return TRUE if is_found == (node.kind == "behind") else FALSE
        return self._evaluate_lookahead(node, context)

    def _find_lookbehind(self, node: Assertion) -> int:
        """Return the index of a lookbehind; equal ones at two places have two."""
        for index, lookbehind in enumerate(self._lookbehinds):
            if lookbehind is node:
                return index
        raise AssertionError("a lookbehind that is no part of the tree")

    def _evaluate_lookahead(self, node: Assertion, context: LeftContext) -> BooleanFormula:
        assert node.node is not None
        inside = self._unfold(self._continuations.start(node.node, FINISHED), context)
        return inside if node.kind == "ahead" else boolean_formulas.negate(inside, self._budget)


def _build_lookbehind_automaton(
    lookbehind: Assertion, alphabet: Alphabet, budget: StepBudget
) -> Automaton:
    """Return the automaton that accepts where a lookbehind holds at the end of the text so far."""
    assert lookbehind.node is not None
    if any(_is_skippable_assertion(part) for part in walk(lookbehind.node)):
        raise NotRegular("a look behind looks further around")
    search = anchor_search(Concatenation((lookbehind.node, _END_ANCHOR)))
    return Automaton(search, alphabet, budget)

r"""One pattern as an automaton that is made while it runs.

A state says what the rest of the text must still look like: a formula over atoms "a character of this class, then the
rest of the pattern". Looks ahead are conjunctions and negations in it; looks behind are automata of their own that run
along. So a repeat is never written out, and only the states that a text leads to come to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dynclient.regex import character_classes
from dynclient.regex.automata import boolean_formulas
from dynclient.regex.automata.alphabet import Alphabet, Mask
from dynclient.regex.automata.automata_errors import NotRegular, StepBudget, TooManyStates
from dynclient.regex.automata.boolean_formulas import FALSE, TRUE, BooleanFormula
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
    walk,
)

#: How deep looks may stand behind each other without a character in between.
MAX_NESTED_LOOKAROUNDS = 40

_LOOKBEHIND_KINDS = ("behind", "not behind")
_ANYTHING = Repeat(CharacterClass(character_classes.ANY), 0, None)
_END_ANCHOR = Assertion("end")


class Continuation(NamedTuple):
    """A node still to be matched, and the frame after it.

    `low` and `high` are a repeat's turns left (-1 is no limit), `low` is a sequence's part to go on with.
    """

    node: PatternNode
    low: int
    high: int
    rest: int


class LeftContext(NamedTuple):
    """What is known of a place in the text from what stands before it."""

    is_at_start: bool
    is_after_word_character: bool
    lookbehind_truths: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class AutomatonState:
    """What the rest must be, and where the looks behind stand."""

    formula: BooleanFormula
    lookbehind_states: tuple[int, ...] = ()


def collect_character_classes(node: PatternNode) -> set[Ranges]:
    """Return the classes of characters that the automaton of a tree tells apart."""
    found = {part.ranges for part in walk(node) if isinstance(part, Literal | CharacterClass)}
    if any(isinstance(part, Assertion) and part.kind.endswith("boundary") for part in walk(node)):
        found.add(character_classes.WORD)
    return found


def anchor_search(node: PatternNode) -> PatternNode:
    """Return a tree that matches at the very start of a text where `node` is found anywhere in it."""
    while isinstance(node, Group):
        node = node.node
    options = node.alternatives if isinstance(node, Alternation) else (node,)
    anchored = [option for option in options if _is_anchored(option)]
    others = [option for option in options if option not in anchored]
    if others:
        rest = others[0] if len(others) == 1 else Alternation(tuple(others))
        anchored.append(Concatenation((_ANYTHING, rest)))
    return anchored[0] if len(anchored) == 1 else Alternation(tuple(anchored))


def _is_anchored(node: PatternNode) -> bool:
    match node:
        case Assertion("start"):
            return True
        case Concatenation(parts):
            return next(
                (_is_anchored(part) for part in parts if not _is_skippable_assertion(part)), False
            )
        case Alternation(options):
            return all(_is_anchored(option) for option in options)
        case Group(inner):
            return _is_anchored(inner)
    return False


def _is_skippable_assertion(node: PatternNode) -> bool:
    return isinstance(node, Assertion) and node.kind != "start"


class Automaton:
    """The deterministic automaton of one tree, matched at the start of a text; states are numbers.

    Args:
        node: the tree, of `searched`.
        alphabet: that knows its `classes_of`.
        budget: what making states takes.

    Raises:
        Irregular: it has backreferences, or looks behind that look further around.

    """

    def __init__(self, node: PatternNode, alphabet: Alphabet, budget: StepBudget) -> None:
        if any(isinstance(part, Backreference) for part in walk(node)):
            raise NotRegular("a backreference makes it no regular pattern")
        self._alphabet, self._budget = alphabet, budget
        self._lookbehinds = [
            part
            for part in walk(node)
            if isinstance(part, Assertion) and part.kind in _LOOKBEHIND_KINDS
        ]
        self._lookbehind_automata = [
            _build_lookbehind_automaton(look, alphabet, budget) for look in self._lookbehinds
        ]
        self._word_characters = self._find_word_characters(node)
        self._continuations = [Continuation(Concatenation(()), 0, 0, 0)]
        self._continuation_numbers: dict[tuple[int, int, int, int], int] = {}
        self._atoms: list[tuple[Mask, int]] = [
            (0, 0),
            (0, 0),
        ]  # the first is none, the second the end
        self._atom_numbers: dict[tuple[Mask, int], int] = {}
        self._unfoldings: dict[tuple[int, LeftContext], BooleanFormula] = {}
        self._states = [AutomatonState(FALSE), AutomatonState(TRUE)]
        self._state_numbers = {state: number for number, state in enumerate(self._states)}
        self._transitions: dict[tuple[int, Mask], int] = {}
        self._tree = node  # frames tell nodes apart by identity
        self.initial = self._build_initial_state(node)

    def _find_word_characters(self, node: PatternNode) -> Mask:
        bounded = any(
            isinstance(part, Assertion) and part.kind.endswith("boundary") for part in walk(node)
        )
        return self._alphabet.get_mask(character_classes.WORD) if bounded else 0

    def _build_initial_state(self, node: PatternNode) -> int:
        starts = tuple(monitor.initial for monitor in self._lookbehind_automata)
        place = LeftContext(
            is_at_start=True,
            is_after_word_character=False,
            lookbehind_truths=self._evaluate_lookbehinds(starts),
        )
        return self._intern_state(self._unfold(self._intern_continuation(node, 0), place), starts)

    def _evaluate_lookbehinds(self, monitors: tuple[int, ...]) -> tuple[bool, ...]:
        return tuple(
            m.accepts(state) for m, state in zip(self._lookbehind_automata, monitors, strict=True)
        )

    def _intern_state(self, formula: BooleanFormula, monitors: tuple[int, ...]) -> int:
        state = AutomatonState(formula, monitors if formula not in (TRUE, FALSE) else ())
        if state not in self._state_numbers:
            self._state_numbers[state] = len(self._states)
            self._states.append(state)
        return self._state_numbers[state]

    def accepts(self, state: int) -> bool:
        """Tell whether the text may end here."""
        return boolean_formulas.is_true_at_end(self._states[state].formula)

    def decide_acceptance(self, state: int) -> bool | None:
        """Tell whether every (True) or no (False) text that goes on from here is accepted, as far as is plain."""
        return None if state > 1 else state == 1

    def collect_masks(self, state: int) -> set[Mask]:
        """Return the classes that a state tells apart."""
        known = self._states[state]
        found = {self._atoms[abs(literal)][0] for term in known.formula for literal in term}
        for monitor, inner in zip(self._lookbehind_automata, known.lookbehind_states, strict=False):
            found |= monitor.collect_masks(inner)
        return found | {self._word_characters} if state > 1 else found

    def move(self, state: int, block: Mask) -> int:
        """Return the state after a character of a set that `masks` does not divide."""
        if state <= 1:
            return state
        if (state, block) not in self._transitions:
            self._transitions[state, block] = self._compute_successor(self._states[state], block)
        return self._transitions[state, block]

    def _compute_successor(self, state: AutomatonState, block: Mask) -> int:
        monitors = tuple(
            m.move(inner, block)
            for m, inner in zip(self._lookbehind_automata, state.lookbehind_states, strict=True)
        )
        place = LeftContext(
            is_at_start=False,
            is_after_word_character=bool(block & self._word_characters),
            lookbehind_truths=self._evaluate_lookbehinds(monitors),
        )
        found = [self._derive_conjunction(term, block, place) for term in state.formula]
        return self._intern_state(boolean_formulas.disjoin(found, self._budget), monitors)

    def _derive_conjunction(
        self, term: frozenset[int], block: Mask, place: LeftContext
    ) -> BooleanFormula:
        result = TRUE
        for literal in sorted(term):
            mask, rest = self._atoms[abs(literal)]
            self._budget.spend()
            after = self._unfold(rest, place) if mask & block else FALSE
            result = boolean_formulas.conjoin(
                result,
                after if literal > 0 else boolean_formulas.negate(after, self._budget),
                self._budget,
            )
            if not result:
                break
        return result

    def _intern_continuation(
        self, node: PatternNode, rest: int, low: int = 0, high: int = 0
    ) -> int:
        if isinstance(node, Concatenation) and low == len(node.parts):
            return rest
        key = (id(node), low, high, rest)
        if key not in self._continuation_numbers:
            self._continuation_numbers[key] = len(self._continuations)
            self._continuations.append(Continuation(node, low, high, rest))
        return self._continuation_numbers[key]

    def _continue_with(self, node: PatternNode, rest: int) -> int:
        if isinstance(node, Repeat):
            return self._intern_continuation(
                node, rest, node.min, -1 if node.max is None else node.max
            )
        return self._intern_continuation(node, rest)

    def _unfold(self, frame: int, place: LeftContext) -> BooleanFormula:
        if (frame, place) not in self._unfoldings:
            self._unfoldings[frame, place] = self._compute_unfolding(frame, place, frozenset())
        return self._unfoldings[frame, place]

    def _compute_unfolding(
        self, start: int, place: LeftContext, above: frozenset[int]
    ) -> BooleanFormula:
        """Go on from a frame to the characters it may begin with; `above` are the looks that led here."""
        found: list[BooleanFormula] = []
        waiting, seen = [start], set[int]()
        while waiting:
            frame = waiting.pop()
            if frame in seen or frame in above:
                continue
            seen.add(frame)
            self._budget.spend()
            if frame == 0:
                return TRUE
            node = self._continuations[frame].node
            if isinstance(node, Literal | CharacterClass):
                found.append(self._intern_atom(node.ranges, self._continuations[frame].rest))
            elif isinstance(node, Assertion):
                found.append(self._unfold_assertion(frame, place, above))
            else:
                waiting += self._expand_continuation(self._continuations[frame])
        return boolean_formulas.disjoin(found, self._budget)

    def _intern_atom(self, ranges: Ranges, rest: int) -> BooleanFormula:
        key = (self._alphabet.get_mask(ranges), rest)
        if not ranges:
            return FALSE
        if key not in self._atom_numbers:
            self._atom_numbers[key] = len(self._atoms)
            self._atoms.append(key)
        return boolean_formulas.build_atom(self._atom_numbers[key])

    def _expand_continuation(self, frame: Continuation) -> list[int]:
        """Return the frames that a frame without a character of its own stands for."""
        node, low, high, rest = frame
        match node:
            case Concatenation(parts):
                return [
                    self._continue_with(parts[low], self._intern_continuation(node, rest, low + 1))
                ]
            case Alternation(options):
                return [self._continue_with(option, rest) for option in options]
            case Repeat(inner):
                after = [rest] if low == 0 else []
                if high:
                    turn = self._intern_continuation(node, rest, max(low - 1, 0), max(high - 1, -1))
                    after.append(self._continue_with(inner, turn))
                return after
            case Group(inner):
                return [self._continue_with(inner, rest)]
        raise NotRegular("a backreference makes it no regular pattern")

    def _unfold_assertion(
        self, frame: int, place: LeftContext, above: frozenset[int]
    ) -> BooleanFormula:
        if len(above) >= MAX_NESTED_LOOKAROUNDS:
            raise TooManyStates("looks stand too deep in each other")
        node, _, _, rest = self._continuations[frame]
        assert isinstance(node, Assertion)
        here = self._evaluate_assertion(node, place)
        if not here:
            return FALSE
        return boolean_formulas.conjoin(
            here, self._compute_unfolding(rest, place, above | {frame}), self._budget
        )

    def _evaluate_assertion(self, node: Assertion, place: LeftContext) -> BooleanFormula:
        """Return what an assertion asks of the rest of the text."""
        match node.kind:
            case "start":
                return TRUE if place.is_at_start else FALSE
            case "end":
                return boolean_formulas.build_atom(boolean_formulas.END)
            case "boundary" | "not boundary":
                word = self._intern_atom(character_classes.WORD, 0)
                wants_word = place.is_after_word_character != (node.kind == "boundary")
                return word if wants_word else boolean_formulas.negate(word, self._budget)
            case "behind" | "not behind":
                number = next(i for i, look in enumerate(self._lookbehinds) if look is node)
                return TRUE if place.lookbehind_truths[number] == (node.kind == "behind") else FALSE
        assert node.node is not None
        ahead = self._unfold(self._continue_with(node.node, 0), place)
        return ahead if node.kind == "ahead" else boolean_formulas.negate(ahead, self._budget)


def _build_lookbehind_automaton(
    look: Assertion, alphabet: Alphabet, budget: StepBudget
) -> Automaton:
    """Return the automaton of a look behind: the text read so far must end with it."""
    assert look.node is not None
    if any(isinstance(part, Assertion) and part.kind != "start" for part in walk(look.node)):
        raise NotRegular("a look behind looks further around")
    return Automaton(anchor_search(Concatenation((look.node, _END_ANCHOR))), alphabet, budget)

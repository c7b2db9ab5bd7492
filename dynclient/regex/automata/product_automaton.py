"""Decides whether a language is empty, and finds its shortest text.

It searches the product of the automata of the patterns in an expression. Lengths take no part in
the automata: each state of the product knows the lengths at which a text may end there. Walks of an
exact length are followed only where the shortest way to a state does not decide the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dynclient.regex import character_classes
from dynclient.regex.automata import language_expressions, lengths
from dynclient.regex.automata.alphabet import Alphabet, Mask
from dynclient.regex.automata.alternating_automaton import (
    Automaton,
    anchor_search,
    collect_character_classes,
)
from dynclient.regex.automata.automata_errors import (
    MAX_STEPS,
    MAX_TEXT_LENGTH,
    StepBudget,
    TextTooLong,
)
from dynclient.regex.automata.language_expressions import LanguageExpression
from dynclient.regex.automata.lengths import LengthSet

#: Up to this length a text is the most readable one; a longer one is chosen character by character.
MAX_OPTIMIZED_LENGTH = 400

#: Marks the key of a state from which only the length of the text still counts.
_SETTLED = -1

_StateKey = tuple[int, ...]
_Truths = tuple[bool | None, ...]


def find_shortest_text(expression: LanguageExpression) -> str | None:
    """Return the shortest text of a language, of several the most readable one.

    Returns:
        None where the language is empty.

    Raises:
        TooManyStates: the search takes too many states.
        TextTooLong: the language is not empty, but its shortest text is too long to be built.

    """
    return _ProductAutomaton(expression).find_shortest_text()


def accepts_text(expression: LanguageExpression, text: str) -> bool:
    """Tell whether a text is in a language; one with lone surrogates is in none.

    Raises:
        TooManyStates: the answer takes too many states.

    """
    budget = StepBudget(MAX_STEPS + 10 * len(text))
    return _ProductAutomaton(expression, budget).accepts(text)


@dataclass(slots=True)
class _ProductState:
    """A state of the product.

    Attributes:
        key: the states of the automata.
        accepted_lengths: the lengths at which a text may end here.
        transitions: the target states, and the characters that lead there; None until computed.

    """

    key: _StateKey
    accepted_lengths: LengthSet
    transitions: dict[int, Mask] | None = None


@dataclass(slots=True)
class _WalkLayers:
    """The states in which walks of each length end.

    From `cycle_start` on, the layers repeat every `period` lengths.
    """

    layers: list[list[int]] = field(default_factory=list)
    cycle_start: int = 0
    period: int = 0

    def find_index(self, length: int) -> int:
        """Return the index of the layer for a length."""
        if length < len(self.layers):
            return length
        return self.cycle_start + (length - self.cycle_start) % self.period

    def get_layer(self, length: int) -> list[int]:
        """Return the states in which walks of a length end."""
        return self.layers[self.find_index(length)]


class _ProductAutomaton:
    """The product of the automata of one expression; its states are built when needed."""

    def __init__(self, expression: LanguageExpression, budget: StepBudget | None = None) -> None:
        self.expression = expression
        self.budget = budget or StepBudget()
        self.pattern_numbers = language_expressions.number_patterns(expression)
        trees = [anchor_search(pattern.node) for pattern in self.pattern_numbers]
        known_classes = {character_classes.ANY}
        for tree in trees:
            known_classes |= collect_character_classes(tree)
        self.alphabet = Alphabet(frozenset(known_classes))
        self.automata = [Automaton(tree, self.alphabet, self.budget) for tree in trees]
        self.states: list[_ProductState] = []
        self.state_numbers: dict[_StateKey, int] = {}
        self.evaluated_lengths: dict[_Truths, tuple[LengthSet, LengthSet]] = {}
        self.settled_keys: dict[LengthSet, int] = {}

    def accepts(self, text: str) -> bool:
        """Tell whether a text is in the language."""
        states = [automaton.initial for automaton in self.automata]
        for char in text:
            minterm = self.alphabet.find_minterm(char)
            if not minterm:
                return False
            pairs = zip(self.automata, states, strict=True)
            states = [automaton.move(state, minterm) for automaton, state in pairs]
        certain, _ = self._evaluate_lengths(self._find_accepting(states))
        return lengths.contains(certain, len(text))

    def find_shortest_text(self) -> str | None:
        """Return the shortest text of the language, None where there is none."""
        layers, length, is_pending = self._explore_by_distance()
        walks = _WalkLayers(layers)
        if is_pending:
            walks, length = self._follow_walks(length)
        if length is None:
            return None
        if length > MAX_TEXT_LENGTH:
            raise TextTooLong(length)
        return self._build_text(walks, length)

    def _find_accepting(self, states: Iterable[int]) -> _Truths:
        pairs = zip(self.automata, states, strict=True)
        return tuple(automaton.accepts(state) for automaton, state in pairs)

    def _evaluate_lengths(self, truths: _Truths) -> tuple[LengthSet, LengthSet]:
        if truths not in self.evaluated_lengths:
            self.evaluated_lengths[truths] = language_expressions.evaluate_lengths(
                self.expression, self.pattern_numbers, truths
            )
        return self.evaluated_lengths[truths]

    def _accepts_at(self, state: int, length: int) -> bool:
        return lengths.contains(self.states[state].accepted_lengths, length)

    def _explore_by_distance(self) -> tuple[list[list[int]], int | None, bool]:
        """Visit each state at its least distance from the initial one (breadth first).

        Returns:
            the states by distance, the least distance at which a text may end (None where there is
            none), and whether a longer walk to a state might end where the shortest cannot.

        """
        layers: list[list[int]] = []
        is_pending = False
        initial = self._intern_state(tuple(automaton.initial for automaton in self.automata), 0)
        layer = [] if initial is None else [initial]
        while layer:
            distance = len(layers)
            layers.append(layer)
            if any(self._accepts_at(state, distance) for state in layer):
                return layers, distance, is_pending
            is_pending |= any(self._may_end_later(state, distance) for state in layer)
            state_count = len(self.states)
            for state in layer:
                self._get_transitions(state, distance + 1)
            layer = list(range(state_count, len(self.states)))
        return layers, None, is_pending

    def _may_end_later(self, state: int, length: int) -> bool:
        accepted_lengths = self.states[state].accepted_lengths
        return lengths.find_least_from(accepted_lengths, length) is not None

    def _intern_state(self, key: _StateKey, distance: int) -> int | None:
        """Return the number of a state; None where no text through it can be in the language."""
        pairs = zip(self.automata, key, strict=True)
        decided = tuple(automaton.decide_acceptance(state) for automaton, state in pairs)
        certain, possible = self._evaluate_lengths(decided)
        is_settled = certain == possible
        accepted_lengths = certain
        if is_settled:  # The rest of the text does not matter any more.
            settled_number = self.settled_keys.setdefault(certain, len(self.settled_keys))
            state_key: _StateKey = (_SETTLED, settled_number)
        else:
            state_key = key
        if state_key in self.state_numbers:
            return self.state_numbers[state_key]
        if lengths.find_least_from(possible, distance) is None:
            return None

        if not is_settled:
            accepted_lengths, _ = self._evaluate_lengths(self._find_accepting(key))
        number = self.state_numbers[state_key] = len(self.states)
        self.states.append(_ProductState(state_key, accepted_lengths))
        return number

    def _get_transitions(self, number: int, distance: int = 0) -> dict[int, Mask]:
        """Return the states that follow a state, and the characters that lead to each."""
        state = self.states[number]
        if state.transitions is None:
            transitions: dict[int, Mask] = {}
            for block, target in self._generate_transitions(number, state.key, distance):
                transitions[target] = transitions.get(target, 0) | block
            state.transitions = transitions
        return state.transitions

    def _generate_transitions(
        self, number: int, key: _StateKey, distance: int
    ) -> Iterator[tuple[Mask, int]]:
        if key[:1] == (_SETTLED,):
            yield self.alphabet.all_characters, number
            return

        pairs = list(zip(self.automata, key, strict=True))
        masks: set[Mask] = set()
        for automaton, state in pairs:
            masks |= automaton.collect_masks(state)
        blocks = self.alphabet.partition(masks)
        self.budget.spend(len(blocks) * (len(pairs) + 1))
        for block in blocks:
            target_key = tuple(automaton.move(state, block) for automaton, state in pairs)
            target = self._intern_state(target_key, distance)
            if target is not None:
                yield block, target

    def _follow_walks(self, limit: int | None) -> tuple[_WalkLayers, int | None]:
        """Follow walks of every length until a text may end or the layers repeat.

        Args:
            limit: the greatest length to follow, None for no limit.

        Returns:
            the layers, and the least length at which a text may end (None where there is none).

        """
        walks = _WalkLayers()
        first_lengths: dict[tuple[int, ...], int] = {}
        layer: tuple[int, ...] = (0,)
        while layer and layer not in first_lengths:
            length = len(walks.layers)
            first_lengths[layer] = length
            walks.layers.append(list(layer))
            if any(self._accepts_at(state, length) for state in layer):
                return walks, length
            if length == limit:
                return walks, None
            self.budget.spend(len(layer))
            layer = self._find_next_layer(layer)
        if not layer:
            return walks, None
        walks.cycle_start = first_lengths[layer]
        walks.period = len(walks.layers) - walks.cycle_start
        return walks, self._find_length_in_cycle(walks)

    def _find_next_layer(self, layer: tuple[int, ...]) -> tuple[int, ...]:
        targets: set[int] = set()
        for state in layer:
            targets.update(self._get_transitions(state))
        return tuple(sorted(targets))

    def _find_length_in_cycle(self, walks: _WalkLayers) -> int | None:
        """Return the least length at which a text may end, once the layers repeat."""
        candidates: list[int] = []
        for start in range(walks.cycle_start, walks.cycle_start + walks.period):
            for state in walks.get_layer(start):
                accepted_lengths = self.states[state].accepted_lengths
                length = lengths.find_least_from(accepted_lengths, start, walks.period)
                if length is not None:
                    candidates.append(length)
        return min(candidates, default=None)

    def _build_text(self, walks: _WalkLayers, length: int) -> str:
        last_layer = walks.get_layer(length)
        ends = [state for state in last_layer if self._accepts_at(state, length)]
        if length <= MAX_OPTIMIZED_LENGTH:
            return self._build_most_readable_text(walks, length, ends)
        return self._build_text_from_end(walks, length, ends[0])

    def _build_most_readable_text(self, walks: _WalkLayers, length: int, ends: list[int]) -> str:
        """Return the most readable text of a length that ends in one of some states."""
        best = {0: (0, "")}
        for step in range(1, length + 1):
            best = self._extend_texts(best, set(walks.get_layer(step)))
        return min(best[state] for state in ends)[1]

    def _extend_texts(
        self, best: dict[int, tuple[int, str]], layer: set[int]
    ) -> dict[int, tuple[int, str]]:
        """Return the cheapest text to each state of the next layer, with its cost."""
        extended: dict[int, tuple[int, str]] = {}
        for state, (cost, text) in best.items():
            for target, mask in self._get_transitions(state).items():
                if target not in layer:
                    continue
                char_cost, char = self.alphabet.pick_readable_character(mask)
                candidate = cost + char_cost, text + char
                extended[target] = min(extended.get(target, candidate), candidate)
        return extended

    def _build_text_from_end(self, walks: _WalkLayers, length: int, end: int) -> str:
        """Return a text of a length that ends in a state.

        Each character, from the end on, is as readable as it can be there.
        """
        chars: list[str] = []
        known_steps: dict[tuple[int, int], tuple[str, int]] = {}
        state = end
        for step in range(length - 1, -1, -1):
            key = (walks.find_index(step), state)
            if key not in known_steps:
                known_steps[key] = self._find_last_step(walks.layers[key[0]], state)
            char, state = known_steps[key]
            chars.append(char)
        return "".join(reversed(chars))

    def _find_last_step(self, layer: list[int], target: int) -> tuple[str, int]:
        """Return the most readable character that leads from a layer to a state, and its source."""
        candidates: list[tuple[int, str, int]] = []
        for source in layer:
            mask = self._get_transitions(source).get(target)
            if mask is not None:
                cost, char = self.alphabet.pick_readable_character(mask)
                candidates.append((cost, char, source))
        _, char, source = min(candidates)
        return char, source

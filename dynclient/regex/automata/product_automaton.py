"""Is a language empty, and if not, what is its shortest text: a search over the product of its patterns' automata.

Lengths take no part in the automata: each state of the product knows at which lengths a text may end there, and walks
of exact length are followed only where the shortest way to a state does not settle it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dynclient.regex import character_classes
from dynclient.regex.automata import language_expressions, lengths
from dynclient.regex.automata.alphabet import Alphabet, Mask
from dynclient.regex.automata.alternating_automaton import (
    Automaton,
    anchor_search,
    collect_character_classes,
)
from dynclient.regex.automata.automata_errors import MAX_STEPS, StepBudget
from dynclient.regex.automata.language_expressions import LanguageExpression
from dynclient.regex.automata.lengths import LengthSet

#: Texts up to this long are made as readable as can be, longer ones step by step from their end.
MAX_OPTIMIZED_LENGTH = 400

#: Marks the key of a state from which only the length of the text still counts.
_SETTLED = -1

_StateKey = tuple[int, ...]
_Truths = tuple[bool | None, ...]


def find_shortest_text(expression: LanguageExpression) -> str | None:
    """Return the shortest text of a language, of several the most readable one; None where the language is empty.

    Raises:
        TooLarge: finding out takes too many states.

    """
    return _ProductAutomaton(expression).find_shortest_text()


def accepts_text(expression: LanguageExpression, text: str) -> bool:
    """Tell whether a text is in a language; one with lone surrogates is in none.

    Raises:
        TooLarge: finding out takes too many states.

    """
    search = _ProductAutomaton(expression, StepBudget(MAX_STEPS + 10 * len(text)))
    states = [automaton.initial for automaton in search.automata]
    for char in text:
        part = search.alphabet.find_minterm(char)
        if not part:
            return False
        states = [
            automaton.move(state, part)
            for automaton, state in zip(search.automata, states, strict=True)
        ]
    truths = tuple(
        automaton.accepts(state) for automaton, state in zip(search.automata, states, strict=True)
    )
    sure, _ = language_expressions.evaluate_lengths(expression, search.pattern_numbers, truths)
    return lengths.find_least_from(sure, len(text)) == len(text)


@dataclass(slots=True)
class _ProductState:
    """A state of the product: at which lengths a text may end here, and where each set of characters leads."""

    key: _StateKey
    accepted_lengths: LengthSet
    transitions: dict[int, Mask] | None = None


@dataclass(slots=True)
class _WalkLayers:
    """Which states a walk of each length ends in; from `since` on they come round again every `period` lengths."""

    layers: list[list[int]] = field(default_factory=list)
    cycle_start: int = 0
    period: int = 0

    def get_layer(self, length: int) -> Sequence[int]:
        if length >= len(self.layers):
            length = self.cycle_start + (length - self.cycle_start) % self.period
        return self.layers[length]


class _ProductAutomaton:
    """One question: the product of the automata of an expression, made as far as it is looked at."""

    def __init__(self, expression: LanguageExpression, budget: StepBudget | None = None) -> None:
        self.expression = expression
        self.budget = budget or StepBudget()
        self.pattern_numbers = language_expressions.number_patterns(expression)
        nodes = [anchor_search(found.node) for found in self.pattern_numbers]
        known = frozenset(
            ranges for node in nodes for ranges in collect_character_classes(node)
        ) | {character_classes.ANY}
        self.alphabet = Alphabet(known)
        self.automata = [Automaton(node, self.alphabet, self.budget) for node in nodes]
        self.states: list[_ProductState] = []
        self.state_numbers: dict[_StateKey, int] = {}
        self.evaluated_lengths: dict[_Truths, tuple[LengthSet, LengthSet]] = {}
        self.settled_keys: dict[LengthSet, int] = {}

    def find_shortest_text(self) -> str | None:
        layers, end, pending = self._explore_by_distance()
        if not pending:
            return None if end is None else self._build_text(_WalkLayers(layers), len(layers) - 1)
        walks, length = self._follow_walks(end)
        return None if length is None else self._build_text(walks, length)

    def _evaluate_lengths(self, truths: _Truths) -> tuple[LengthSet, LengthSet]:
        if truths not in self.evaluated_lengths:
            self.evaluated_lengths[truths] = language_expressions.evaluate_lengths(
                self.expression, self.pattern_numbers, truths
            )
        return self.evaluated_lengths[truths]

    def _explore_by_distance(self) -> tuple[list[list[int]], int | None, bool]:
        """Look at each state at its least distance.

        Returns:
            the states by distance, the least distance at which a text may end (None where there is none), and whether
            a longer walk to a state might end where the shortest cannot.

        """
        layer = [
            place
            for place in [self._intern_state(tuple(a.initial for a in self.automata), 0)]
            if place is not None
        ]
        layers: list[list[int]] = []
        pending = False
        while layer:
            layers.append(layer)
            distance = len(layers) - 1
            if any(
                lengths.find_least_from(self.states[place].accepted_lengths, distance) == distance
                for place in layer
            ):
                return layers, distance, pending
            pending = pending or any(
                lengths.find_least_from(self.states[p].accepted_lengths, distance) is not None
                for p in layer
            )
            before = len(self.states)
            for place in layer:
                self._get_transitions(place, distance + 1)
            layer = list(range(before, len(self.states)))
        return layers, None, pending

    def _intern_state(self, key: _StateKey, distance: int) -> int | None:
        """Return the number of a state; None where no text that goes on from it can be in the language."""
        pairs = list(zip(self.automata, key, strict=True))
        sure, possible = self._evaluate_lengths(
            tuple(automaton.decide_acceptance(state) for automaton, state in pairs)
        )
        if sure == possible:  # the rest of the text does not matter any more
            key = (_SETTLED, self.settled_keys.setdefault(sure, len(self.settled_keys)))
        if key in self.state_numbers:
            return self.state_numbers[key]
        if lengths.find_least_from(possible, distance) is None:
            return None
        accepts = sure
        if sure != possible:
            accepts, _ = self._evaluate_lengths(
                tuple(automaton.accepts(state) for automaton, state in pairs)
            )
        self.state_numbers[key] = len(self.states)
        self.states.append(_ProductState(key, accepts))
        return self.state_numbers[key]

    def _get_transitions(self, place: int, distance: int = 0) -> dict[int, Mask]:
        """Return where a state leads: state -> characters."""
        state = self.states[place]
        if state.transitions is None:
            state.transitions = {}
            for block, target in self._generate_transitions(place, state.key, distance):
                state.transitions[target] = state.transitions.get(target, 0) | block
        return state.transitions

    def _generate_transitions(
        self, place: int, key: _StateKey, distance: int
    ) -> Iterator[tuple[Mask, int]]:
        if key[:1] == (_SETTLED,):
            yield self.alphabet.all_characters, place
            return
        pairs = list(zip(self.automata, key, strict=True))
        blocks = self.alphabet.partition(
            {mask for automaton, state in pairs for mask in automaton.collect_masks(state)}
        )
        self.budget.spend(len(blocks) * (len(pairs) + 1))
        for block in blocks:
            target = self._intern_state(
                tuple(automaton.move(state, block) for automaton, state in pairs), distance
            )
            if target is not None:
                yield block, target

    def _follow_walks(self, limit: int | None) -> tuple[_WalkLayers, int | None]:
        """Follow walks of every length, up to `limit`, until a text may end or they come round again."""
        walks, seen = _WalkLayers(), dict[tuple[int, ...], int]()
        layer: tuple[int, ...] = (0,)
        while layer and layer not in seen:
            length = seen[layer] = len(walks.layers)
            walks.layers.append(list(layer))
            if any(
                lengths.find_least_from(self.states[place].accepted_lengths, length) == length
                for place in layer
            ):
                return walks, length
            if length == limit:
                return walks, None
            self.budget.spend(len(layer))
            layer = tuple(
                sorted({target for place in layer for target in self._get_transitions(place)})
            )
        if not layer:
            return walks, None
        walks.cycle_start, walks.period = seen[layer], len(walks.layers) - seen[layer]
        return walks, self._find_length_in_cycle(walks)

    def _find_length_in_cycle(self, walks: _WalkLayers) -> int | None:
        """Return the least length at which a text may end, once the walks have come round."""
        found = [
            lengths.find_least_from(self.states[place].accepted_lengths, start, walks.period)
            for start in range(walks.cycle_start, walks.cycle_start + walks.period)
            for place in walks.get_layer(start)
        ]
        return min((length for length in found if length is not None), default=None)

    def _build_text(self, walks: _WalkLayers, length: int) -> str:
        last = [
            place
            for place in walks.get_layer(length)
            if lengths.find_least_from(self.states[place].accepted_lengths, length) == length
        ]
        return (
            self._build_most_readable_text(walks, length, last)
            if length <= MAX_OPTIMIZED_LENGTH
            else self._build_text_from_end(walks, length, last[0])
        )

    def _build_most_readable_text(self, walks: _WalkLayers, length: int, last: list[int]) -> str:
        """Return the most readable text of a length that ends in one of some states."""
        best = {0: (0, "")}
        for step in range(length):
            onward: dict[int, tuple[int, str]] = {}
            allowed = set(walks.get_layer(step + 1))
            for place, (cost, text) in best.items():
                for target, mask in self._get_transitions(place).items():
                    if target in allowed:
                        more, char = self.alphabet.pick_readable_character(mask)
                        found = cost + more, text + char
                        onward[target] = min(onward.get(target, found), found)
            best = onward
        return min(best[place] for place in last)[1]

    def _build_text_from_end(self, walks: _WalkLayers, length: int, place: int) -> str:
        """Return a text of a length that ends in a state, each character from the end on as readable as can be."""
        chars: list[str] = []
        known: dict[tuple[int, int], tuple[int, str, int]] = {}
        for step in range(length - 1, -1, -1):
            layer = walks.get_layer(step)
            if (id(layer), place) not in known:
                known[id(layer), place] = min(
                    (
                        *self.alphabet.pick_readable_character(
                            self._get_transitions(before)[place]
                        ),
                        before,
                    )
                    for before in layer
                    if place in self._get_transitions(before)
                )
            _, char, place = known[id(layer), place]
            chars.append(char)
        return "".join(reversed(chars))

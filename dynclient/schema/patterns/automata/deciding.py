"""Is a language empty, and if not, what is its shortest text: a search over the product of its patterns' automata.

Lengths take no part in the automata: each state of the product knows at which lengths a text may end there, and walks
of exact length are followed only where the shortest way to a state does not settle it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dynclient.schema.patterns import classes
from dynclient.schema.patterns.automata import expressions, lengths
from dynclient.schema.patterns.automata.alphabet import Alphabet, Mask
from dynclient.schema.patterns.automata.alternating import Automaton, classes_of, searched
from dynclient.schema.patterns.automata.errors import MAX_WORK, Budget
from dynclient.schema.patterns.automata.expressions import Expression
from dynclient.schema.patterns.automata.lengths import Lengths

#: Texts up to this long are made as readable as can be, longer ones step by step from their end.
MAX_POLISHED = 400

#: Marks the key of a state from which only the length of the text still counts.
_SETTLED = -1

_Key = tuple[int, ...]
_Truths = tuple[bool | None, ...]


def shortest(expression: Expression) -> str | None:
    """Return the shortest text of a language, of several the most readable one; None where the language is empty.

    Raises:
        TooLarge: finding out takes too many states.

    """
    return _Search(expression).shortest()


def holds(expression: Expression, text: str) -> bool:
    """Tell whether a text is in a language; one with lone surrogates is in none.

    Raises:
        TooLarge: finding out takes too many states.

    """
    search = _Search(expression, Budget(MAX_WORK + 10 * len(text)))
    states = [automaton.start for automaton in search.automata]
    for char in text:
        part = search.alphabet.part(char)
        if not part:
            return False
        states = [
            automaton.move(state, part)
            for automaton, state in zip(search.automata, states, strict=True)
        ]
    truths = tuple(
        automaton.accepts(state) for automaton, state in zip(search.automata, states, strict=True)
    )
    sure, _ = expressions.allowed(expression, search.numbers, truths)
    return lengths.least_from(sure, len(text)) == len(text)


@dataclass(slots=True)
class _State:
    """A state of the product: at which lengths a text may end here, and where each set of characters leads."""

    key: _Key
    accepts: Lengths
    moves: dict[int, Mask] | None = None


@dataclass(slots=True)
class _Walks:
    """Which states a walk of each length ends in; from `since` on they come round again every `period` lengths."""

    layers: list[list[int]] = field(default_factory=list)
    since: int = 0
    period: int = 0

    def at(self, length: int) -> Sequence[int]:
        if length >= len(self.layers):
            length = self.since + (length - self.since) % self.period
        return self.layers[length]


class _Search:
    """One question: the product of the automata of an expression, made as far as it is looked at."""

    def __init__(self, expression: Expression, budget: Budget | None = None) -> None:
        self.expression = expression
        self.budget = budget or Budget()
        self.numbers = expressions.found_in(expression)
        nodes = [searched(found.node) for found in self.numbers]
        known = frozenset(ranges for node in nodes for ranges in classes_of(node)) | {classes.ANY}
        self.alphabet = Alphabet(known)
        self.automata = [Automaton(node, self.alphabet, self.budget) for node in nodes]
        self.states: list[_State] = []
        self.places: dict[_Key, int] = {}
        self.judged: dict[_Truths, tuple[Lengths, Lengths]] = {}
        self.settled: dict[Lengths, int] = {}

    def shortest(self) -> str | None:
        layers, end, pending = self._nearest()
        if not pending:
            return None if end is None else self._text(_Walks(layers), len(layers) - 1)
        walks, length = self._walks(end)
        return None if length is None else self._text(walks, length)

    def _judge(self, truths: _Truths) -> tuple[Lengths, Lengths]:
        if truths not in self.judged:
            self.judged[truths] = expressions.allowed(self.expression, self.numbers, truths)
        return self.judged[truths]

    def _nearest(self) -> tuple[list[list[int]], int | None, bool]:
        """Look at each state at its least distance.

        Returns:
            the states by distance, the least distance at which a text may end (None where there is none), and whether
            a longer walk to a state might end where the shortest cannot.

        """
        layer = [
            place
            for place in [self._place(tuple(a.start for a in self.automata), 0)]
            if place is not None
        ]
        layers: list[list[int]] = []
        pending = False
        while layer:
            layers.append(layer)
            distance = len(layers) - 1
            if any(
                lengths.least_from(self.states[place].accepts, distance) == distance
                for place in layer
            ):
                return layers, distance, pending
            pending = pending or any(
                lengths.least_from(self.states[p].accepts, distance) is not None for p in layer
            )
            before = len(self.states)
            for place in layer:
                self._moves(place, distance + 1)
            layer = list(range(before, len(self.states)))
        return layers, None, pending

    def _place(self, key: _Key, distance: int) -> int | None:
        """Return the number of a state; None where no text that goes on from it can be in the language."""
        pairs = list(zip(self.automata, key, strict=True))
        sure, possible = self._judge(tuple(automaton.verdict(state) for automaton, state in pairs))
        if sure == possible:  # the rest of the text does not matter any more
            key = (_SETTLED, self.settled.setdefault(sure, len(self.settled)))
        if key in self.places:
            return self.places[key]
        if lengths.least_from(possible, distance) is None:
            return None
        accepts = sure
        if sure != possible:
            accepts, _ = self._judge(tuple(automaton.accepts(state) for automaton, state in pairs))
        self.places[key] = len(self.states)
        self.states.append(_State(key, accepts))
        return self.places[key]

    def _moves(self, place: int, distance: int = 0) -> dict[int, Mask]:
        """Return where a state leads: state -> characters."""
        state = self.states[place]
        if state.moves is None:
            state.moves = {}
            for block, target in self._steps(place, state.key, distance):
                state.moves[target] = state.moves.get(target, 0) | block
        return state.moves

    def _steps(self, place: int, key: _Key, distance: int) -> Iterator[tuple[Mask, int]]:
        if key[:1] == (_SETTLED,):
            yield self.alphabet.everything, place
            return
        pairs = list(zip(self.automata, key, strict=True))
        blocks = self.alphabet.split(
            {mask for automaton, state in pairs for mask in automaton.masks(state)}
        )
        self.budget.spend(len(blocks) * (len(pairs) + 1))
        for block in blocks:
            target = self._place(
                tuple(automaton.move(state, block) for automaton, state in pairs), distance
            )
            if target is not None:
                yield block, target

    def _walks(self, limit: int | None) -> tuple[_Walks, int | None]:
        """Follow walks of every length, up to `limit`, until a text may end or they come round again."""
        walks, seen = _Walks(), dict[tuple[int, ...], int]()
        layer: tuple[int, ...] = (0,)
        while layer and layer not in seen:
            length = seen[layer] = len(walks.layers)
            walks.layers.append(list(layer))
            if any(
                lengths.least_from(self.states[place].accepts, length) == length for place in layer
            ):
                return walks, length
            if length == limit:
                return walks, None
            self.budget.spend(len(layer))
            layer = tuple(sorted({target for place in layer for target in self._moves(place)}))
        if not layer:
            return walks, None
        walks.since, walks.period = seen[layer], len(walks.layers) - seen[layer]
        return walks, self._coming(walks)

    def _coming(self, walks: _Walks) -> int | None:
        """Return the least length at which a text may end, once the walks have come round."""
        found = [
            lengths.least_from(self.states[place].accepts, start, walks.period)
            for start in range(walks.since, walks.since + walks.period)
            for place in walks.at(start)
        ]
        return min((length for length in found if length is not None), default=None)

    def _text(self, walks: _Walks, length: int) -> str:
        last = [
            place
            for place in walks.at(length)
            if lengths.least_from(self.states[place].accepts, length) == length
        ]
        return (
            self._polished(walks, length, last)
            if length <= MAX_POLISHED
            else self._plain(walks, length, last[0])
        )

    def _polished(self, walks: _Walks, length: int, last: list[int]) -> str:
        """Return the most readable text of a length that ends in one of some states."""
        best = {0: (0, "")}
        for step in range(length):
            onward: dict[int, tuple[int, str]] = {}
            allowed = set(walks.at(step + 1))
            for place, (cost, text) in best.items():
                for target, mask in self._moves(place).items():
                    if target in allowed:
                        more, char = self.alphabet.readable(mask)
                        found = cost + more, text + char
                        onward[target] = min(onward.get(target, found), found)
            best = onward
        return min(best[place] for place in last)[1]

    def _plain(self, walks: _Walks, length: int, place: int) -> str:
        """Return a text of a length that ends in a state, each character from the end on as readable as can be."""
        chars: list[str] = []
        known: dict[tuple[int, int], tuple[int, str, int]] = {}
        for step in range(length - 1, -1, -1):
            layer = walks.at(step)
            if (id(layer), place) not in known:
                known[id(layer), place] = min(
                    (*self.alphabet.readable(self._moves(before)[place]), before)
                    for before in layer
                    if place in self._moves(before)
                )
            _, char, place = known[id(layer), place]
            chars.append(char)
        return "".join(reversed(chars))

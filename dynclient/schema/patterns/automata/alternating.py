r"""One pattern as an automaton that is made while it runs.

A state says what the rest of the text must still look like: a formula over atoms "a character of this class, then the
rest of the pattern". Looks ahead are conjunctions and negations in it; looks behind are automata of their own that run
along. So a repeat is never written out, and only the states that a text leads to come to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dynclient.schema.patterns import classes
from dynclient.schema.patterns.automata import formulas
from dynclient.schema.patterns.automata.alphabet import Alphabet, Mask
from dynclient.schema.patterns.automata.errors import Budget, Irregular, TooLarge
from dynclient.schema.patterns.automata.formulas import FALSE, TRUE, Formula
from dynclient.schema.patterns.nodes import (
    Alternation,
    Assertion,
    Backreference,
    CharClass,
    Group,
    Literal,
    Node,
    Ranges,
    Repeat,
    Sequence,
    walk,
)

#: How deep looks may stand behind each other without a character in between.
MAX_LOOKS = 40

_BEHIND = ("behind", "not behind")
_ANYTHING = Repeat(CharClass(classes.ANY), 0, None)
_END = Assertion("end")


class Frame(NamedTuple):
    """A node still to be matched, and the frame after it.

    `low` and `high` are a repeat's turns left (-1 is no limit), `low` is a sequence's part to go on with.
    """

    node: Node
    low: int
    high: int
    rest: int


class Place(NamedTuple):
    """What is known of a place in the text from what stands before it."""

    at_start: bool
    after_word: bool
    behind: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What the rest must be, and where the looks behind stand."""

    formula: Formula
    monitors: tuple[int, ...] = ()


def classes_of(node: Node) -> set[Ranges]:
    """Return the classes of characters that the automaton of a tree tells apart."""
    found = {part.ranges for part in walk(node) if isinstance(part, Literal | CharClass)}
    if any(isinstance(part, Assertion) and part.kind.endswith("boundary") for part in walk(node)):
        found.add(classes.WORD)
    return found


def searched(node: Node) -> Node:
    """Return a tree that matches at the very start of a text where `node` is found anywhere in it."""
    while isinstance(node, Group):
        node = node.node
    options = node.options if isinstance(node, Alternation) else (node,)
    anchored = [option for option in options if _is_anchored(option)]
    others = [option for option in options if option not in anchored]
    if others:
        rest = others[0] if len(others) == 1 else Alternation(tuple(others))
        anchored.append(Sequence((_ANYTHING, rest)))
    return anchored[0] if len(anchored) == 1 else Alternation(tuple(anchored))


def _is_anchored(node: Node) -> bool:
    match node:
        case Assertion("start"):
            return True
        case Sequence(parts):
            return next((_is_anchored(part) for part in parts if not _is_look(part)), False)
        case Alternation(options):
            return all(_is_anchored(option) for option in options)
        case Group(inner):
            return _is_anchored(inner)
    return False


def _is_look(node: Node) -> bool:
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

    def __init__(self, node: Node, alphabet: Alphabet, budget: Budget) -> None:
        if any(isinstance(part, Backreference) for part in walk(node)):
            raise Irregular("a backreference makes it no regular pattern")
        self._alphabet, self._budget = alphabet, budget
        self._looks_behind = [
            part for part in walk(node) if isinstance(part, Assertion) and part.kind in _BEHIND
        ]
        self._monitors = [_monitor(look, alphabet, budget) for look in self._looks_behind]
        self._word = self._word_mask(node)
        self._frames = [Frame(Sequence(()), 0, 0, 0)]
        self._frame_numbers: dict[tuple[int, int, int, int], int] = {}
        self._atoms: list[tuple[Mask, int]] = [
            (0, 0),
            (0, 0),
        ]  # the first is none, the second the end
        self._atom_numbers: dict[tuple[Mask, int], int] = {}
        self._unfolded: dict[tuple[int, Place], Formula] = {}
        self._states = [State(FALSE), State(TRUE)]
        self._numbers = {state: number for number, state in enumerate(self._states)}
        self._moves: dict[tuple[int, Mask], int] = {}
        self._keep = node  # frames tell nodes apart by identity
        self.start = self._started(node)

    def _word_mask(self, node: Node) -> Mask:
        bounded = any(
            isinstance(part, Assertion) and part.kind.endswith("boundary") for part in walk(node)
        )
        return self._alphabet.mask(classes.WORD) if bounded else 0

    def _started(self, node: Node) -> int:
        starts = tuple(monitor.start for monitor in self._monitors)
        place = Place(at_start=True, after_word=False, behind=self._truths(starts))
        return self._number(self._unfold(self._frame(node, 0), place), starts)

    def _truths(self, monitors: tuple[int, ...]) -> tuple[bool, ...]:
        return tuple(m.accepts(state) for m, state in zip(self._monitors, monitors, strict=True))

    def _number(self, formula: Formula, monitors: tuple[int, ...]) -> int:
        state = State(formula, monitors if formula not in (TRUE, FALSE) else ())
        if state not in self._numbers:
            self._numbers[state] = len(self._states)
            self._states.append(state)
        return self._numbers[state]

    def accepts(self, state: int) -> bool:
        """Tell whether the text may end here."""
        return formulas.holds_at_end(self._states[state].formula)

    def verdict(self, state: int) -> bool | None:
        """Tell whether every (True) or no (False) text that goes on from here is accepted, as far as is plain."""
        return None if state > 1 else state == 1

    def masks(self, state: int) -> set[Mask]:
        """Return the classes that a state tells apart."""
        known = self._states[state]
        found = {self._atoms[abs(literal)][0] for term in known.formula for literal in term}
        for monitor, inner in zip(self._monitors, known.monitors, strict=False):
            found |= monitor.masks(inner)
        return found | {self._word} if state > 1 else found

    def move(self, state: int, block: Mask) -> int:
        """Return the state after a character of a set that `masks` does not divide."""
        if state <= 1:
            return state
        if (state, block) not in self._moves:
            self._moves[state, block] = self._moved(self._states[state], block)
        return self._moves[state, block]

    def _moved(self, state: State, block: Mask) -> int:
        monitors = tuple(
            m.move(inner, block) for m, inner in zip(self._monitors, state.monitors, strict=True)
        )
        place = Place(
            at_start=False, after_word=bool(block & self._word), behind=self._truths(monitors)
        )
        found = [self._term_after(term, block, place) for term in state.formula]
        return self._number(formulas.either(found, self._budget), monitors)

    def _term_after(self, term: frozenset[int], block: Mask, place: Place) -> Formula:
        result = TRUE
        for literal in sorted(term):
            mask, rest = self._atoms[abs(literal)]
            self._budget.spend()
            after = self._unfold(rest, place) if mask & block else FALSE
            result = formulas.both(
                result,
                after if literal > 0 else formulas.negated(after, self._budget),
                self._budget,
            )
            if not result:
                break
        return result

    def _frame(self, node: Node, rest: int, low: int = 0, high: int = 0) -> int:
        if isinstance(node, Sequence) and low == len(node.parts):
            return rest
        key = (id(node), low, high, rest)
        if key not in self._frame_numbers:
            self._frame_numbers[key] = len(self._frames)
            self._frames.append(Frame(node, low, high, rest))
        return self._frame_numbers[key]

    def _node(self, node: Node, rest: int) -> int:
        if isinstance(node, Repeat):
            return self._frame(node, rest, node.min, -1 if node.max is None else node.max)
        return self._frame(node, rest)

    def _unfold(self, frame: int, place: Place) -> Formula:
        if (frame, place) not in self._unfolded:
            self._unfolded[frame, place] = self._unfolding(frame, place, frozenset())
        return self._unfolded[frame, place]

    def _unfolding(self, start: int, place: Place, above: frozenset[int]) -> Formula:
        """Go on from a frame to the characters it may begin with; `above` are the looks that led here."""
        found: list[Formula] = []
        waiting, seen = [start], set[int]()
        while waiting:
            frame = waiting.pop()
            if frame in seen or frame in above:
                continue
            seen.add(frame)
            self._budget.spend()
            if frame == 0:
                return TRUE
            node = self._frames[frame].node
            if isinstance(node, Literal | CharClass):
                found.append(self._atom(node.ranges, self._frames[frame].rest))
            elif isinstance(node, Assertion):
                found.append(self._asserted(frame, place, above))
            else:
                waiting += self._onward(self._frames[frame])
        return formulas.either(found, self._budget)

    def _atom(self, ranges: Ranges, rest: int) -> Formula:
        key = (self._alphabet.mask(ranges), rest)
        if not ranges:
            return FALSE
        if key not in self._atom_numbers:
            self._atom_numbers[key] = len(self._atoms)
            self._atoms.append(key)
        return formulas.atom(self._atom_numbers[key])

    def _onward(self, frame: Frame) -> list[int]:
        """Return the frames that a frame without a character of its own stands for."""
        node, low, high, rest = frame
        match node:
            case Sequence(parts):
                return [self._node(parts[low], self._frame(node, rest, low + 1))]
            case Alternation(options):
                return [self._node(option, rest) for option in options]
            case Repeat(inner):
                after = [rest] if low == 0 else []
                if high:
                    turn = self._frame(node, rest, max(low - 1, 0), max(high - 1, -1))
                    after.append(self._node(inner, turn))
                return after
            case Group(inner):
                return [self._node(inner, rest)]
        raise Irregular("a backreference makes it no regular pattern")

    def _asserted(self, frame: int, place: Place, above: frozenset[int]) -> Formula:
        if len(above) >= MAX_LOOKS:
            raise TooLarge("looks stand too deep in each other")
        node, _, _, rest = self._frames[frame]
        assert isinstance(node, Assertion)
        here = self._here(node, place)
        if not here:
            return FALSE
        return formulas.both(here, self._unfolding(rest, place, above | {frame}), self._budget)

    def _here(self, node: Assertion, place: Place) -> Formula:
        """Return what an assertion asks of the rest of the text."""
        match node.kind:
            case "start":
                return TRUE if place.at_start else FALSE
            case "end":
                return formulas.atom(formulas.END)
            case "boundary" | "not boundary":
                word = self._atom(classes.WORD, 0)
                wants_word = place.after_word != (node.kind == "boundary")
                return word if wants_word else formulas.negated(word, self._budget)
            case "behind" | "not behind":
                number = next(i for i, look in enumerate(self._looks_behind) if look is node)
                return TRUE if place.behind[number] == (node.kind == "behind") else FALSE
        assert node.node is not None
        ahead = self._unfold(self._node(node.node, 0), place)
        return ahead if node.kind == "ahead" else formulas.negated(ahead, self._budget)


def _monitor(look: Assertion, alphabet: Alphabet, budget: Budget) -> Automaton:
    """Return the automaton of a look behind: the text read so far must end with it."""
    assert look.node is not None
    if any(isinstance(part, Assertion) and part.kind != "start" for part in walk(look.node)):
        raise Irregular("a look behind looks further around")
    return Automaton(searched(Sequence((look.node, _END))), alphabet, budget)

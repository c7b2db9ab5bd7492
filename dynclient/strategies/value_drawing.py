"""One example of a schema: the generator's walk, with choices made by Hypothesis."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from dynclient.generate import scalar_values
from dynclient.generate.merged_schema import (
    ExcludedValues,
    GenerationFailed,
    JsonSchema,
    MergedSchema,
    compute_identity,
    exclude_values,
)
from dynclient.generate.schema_cache import NO_VALUE, SchemaCache
from dynclient.generate.value_choices import MAX_STEPS
from dynclient.generate.value_generator import ValueGenerator
from dynclient.schema import formats as known_formats
from dynclient.strategies import format_strategies
from dynclient.strategies.hypothesis_random import HypothesisRandom
from dynclient.strategies.number_strategies import build_number_strategy, get_bounds
from dynclient.strategies.pattern_strategies import draw_match

#: Beyond this depth, size or recursion, only what is required is generated.
LEAN_DEPTH = 7
LEAN_SIZE = 120
LEAN_RECURSION = 3
MAX_ATTEMPTS = 3
#: Longer texts are filled up with one character.
MAX_DRAWN_LENGTH = 60
MAX_EXTRA_PROPERTIES = 12
#: Texts that a careless writer or reader of parameters, paths, JSON or numbers gets wrong.
EDGE_CASE_TEXTS = ("%2F", "a%20b", "100%", "a/b", "..", "a,b", "a|b", "a;b", "a=b&c", "+1", "#",
           "?", "{id}", "null", "true", "007", "1e3", " ", "a b", '"', "\\",
           "[0]", "ü", "\U0001f600", "\u2028", "<&>")  # fmt: skip
#: What is longer than this is not drawn just to be as long as it may be.
EDGE_LENGTH = 2000
EDGE_SIZE = 32

ValuePath = tuple[str | int, ...]

_BOOLEANS = st.booleans()
_EIGHT_SIDES = st.integers(0, 7)
_RARE_SIDE = 7  # what a die of eight sides shows seldom, and never once it is shrunk

_NAMES = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["a", "id", "name", "x-y", "ü", "a.b"]
)
_SCALARS = ("null", "boolean", "integer", "number", "string")


class HypothesisValueGenerator(ValueGenerator):
    """Draws one value: any that fits, where the generator itself prefers plausible ones.

    Args:
        known: what is known of the schema.
        draw: of the example under way.
        wanted: paths in the value that must be there, where the schema lets them; 0 stands for an
            array's first item.

    """

    __slots__ = ("_draw", "_wanted")

    def __init__(
        self, known: SchemaCache, draw: st.DrawFn, wanted: Collection[ValuePath] = ()
    ) -> None:
        super().__init__(known, HypothesisRandom(draw), "some", MAX_STEPS, {})
        self._draw = draw
        self._wanted = wanted

    # --- what may stand here

    def find_offered_value(
        self,
        merged: MergedSchema,
        schemas: tuple[JsonSchema, ...],
        prefer: Any,
        avoid: ExcludedValues,
    ) -> Any:
        """Return the preferred value, or draw a listed one, seldom an example."""
        if prefer is not NO_VALUE and self.is_accepted(prefer, merged, schemas):
            return prefer
        if merged.listed_values is not None:
            listed = exclude_values(
                self.cache.list_offered_values(merged, "values", schemas), avoid
            )
            if not listed:
                raise GenerationFailed("enum or const leaves no value")
            return self._draw(st.sampled_from(listed))
        has_examples = any("examples" in conjunct for conjunct in merged.conjuncts)
        if not has_examples or not self._draw_rarely():
            return NO_VALUE
        examples = self.cache.list_offered_values(merged, "examples", schemas)
        offered = exclude_values(examples, avoid)
        return self._draw(st.sampled_from(offered)) if offered else NO_VALUE

    def _draw_rarely(self) -> bool:
        """Draw true seldom, and never in a shrunk example."""
        return bool(self._draw(_EIGHT_SIDES) == _RARE_SIDE)

    def must_be_minimal(self, definition_names: tuple[str, ...]) -> bool:
        """Return whether the value recurs often, or is deep or large."""
        depths = [self.active_definitions.get(name, 0) for name in definition_names]
        is_recursive = max(depths, default=0) >= LEAN_RECURSION
        return is_recursive or len(self.path) > LEAN_DEPTH or self.size > LEAN_SIZE

    def pick_one(self, values: Sequence[Any]) -> Any:
        """Draw one of some values."""
        return values[0] if len(values) == 1 else self._draw(st.sampled_from(values))

    def choose_type(self, merged: MergedSchema) -> str:
        """Draw a type: one that the keywords are about, any where the schema says nothing."""
        has_type = any("type" in conjunct for conjunct in merged.conjuncts)
        types = merged.candidate_types
        if not has_type and not _has_own_keywords(merged):
            types = _SCALARS if self.is_minimal else (*_SCALARS, "array", "object")
        if not types:
            raise GenerationFailed("type leaves nothing")
        is_nullable = has_type and "null" in merged.allowed_types and "null" not in types
        if is_nullable and self._draw(_EIGHT_SIDES) == 0:
            return "null"
        drawn: str = self.pick_one(types)
        return drawn

    # --- text and numbers

    def generate_text(self, merged: MergedSchema, name: str, avoid: ExcludedValues) -> str:
        """Draw a text: a match of the pattern, one of the format, or any."""
        low, high = merged.length_bounds
        if low > scalar_values.MAX_STRING_LENGTH or (high is not None and low > high):
            raise GenerationFailed("minLength cannot be met")
        sources = list(dict.fromkeys(merged.get_keyword_values("pattern")))
        names = dict.fromkeys(merged.get_keyword_values("format"))
        formats = [name for name in names if name in known_formats.FORMAT_CHECKS]
        for _ in range(MAX_ATTEMPTS):
            text = self._draw_candidate_text(sources, formats, low, high)
            if text is None or text in avoid:
                continue
            if self._is_valid_text(text, sources, formats, low, high):
                return text
        return scalar_values.generate_string(merged, name, self.random, avoid, self.cache.matches)

    def _draw_candidate_text(
        self, sources: list[str], formats: list[str], low: int, high: int | None
    ) -> str | None:
        if sources:
            # The longest pattern is usually the narrowest; the text is checked against the others.
            return draw_match(self._draw, max(sources, key=len), low, high)
        if formats:
            strategy = format_strategies.texts_of_format(formats[0])
            return None if strategy is None else self._draw(strategy)
        text = self._draw(plain_texts(min(low, MAX_DRAWN_LENGTH), high))
        length = low
        can_be_longer = high is not None and len(text) < high <= EDGE_LENGTH
        # A text of the greatest length shows an off-by-one.
        if high is not None and can_be_longer and self._draw_rarely():
            length = high
        return text + "a" * (length - len(text))

    def _is_valid_text(
        self, text: str, sources: list[str], formats: list[str], low: int, high: int | None
    ) -> bool:
        if len(text) < low or (high is not None and len(text) > high):
            return False
        matches_patterns = all(self.cache.matches(source, text) for source in sources)
        return matches_patterns and _match_formats(formats, text)

    def generate_number(
        self, merged: MergedSchema, avoid: ExcludedValues, *, is_integer: bool
    ) -> int | float:
        """Draw a number between the bounds."""
        strategy = build_number_strategy(get_bounds(merged.number_range, whole=is_integer))
        if strategy is not None:
            for _ in range(MAX_ATTEMPTS):
                value: int | float = self._draw(strategy)
                if compute_identity(value) not in avoid:
                    return value
        return scalar_values.generate_number(merged, is_integer, self.random, avoid)

    # --- objects

    def choose_names(self, merged: MergedSchema) -> dict[str, None]:
        """Return what is required and wanted, and draw which of the others appear."""
        names = dict.fromkeys(merged.required_names)
        depth = len(self.path)
        for path in self._wanted:
            name = path[depth] if self._leads_to_wanted(path) else None
            if isinstance(name, str):
                names[name] = None
        if not self.has_optional_members:
            return names

        name_schemas = tuple(merged.get_keyword_values("propertyNames"))
        count = len(merged.property_positions)
        coin = _BOOLEANS
        if count >= MAX_EXTRA_PROPERTIES:
            coin = st.integers(0, count // 6).map(lambda number: number == 1)
        chosen = [
            name for name in merged.property_positions if name not in names and self._draw(coin)
        ]
        if name_schemas:
            chosen = list(filter(self.cache.get_check(name_schemas), chosen))
        return names | dict.fromkeys(chosen)

    def _leads_to_wanted(self, path: ValuePath) -> bool:
        return len(path) > len(self.path) and list(path[: len(self.path)]) == self.path

    def choose_property_count(self, merged: MergedSchema, count: int) -> int:
        """Return a few more than there are, for an object that is free."""
        return count + self._draw_extra_count(merged)

    def _draw_extra_count(self, merged: MergedSchema) -> int:
        if not self.has_optional_members:
            return 0
        is_closed = False in merged.get_property_schemas("\0", self.cache.matches)
        if is_closed:
            return 0
        has_patterns = any("patternProperties" in conjunct for conjunct in merged.conjuncts)
        if merged.property_positions and not has_patterns:
            return int(self._draw_rarely())
        return self._draw(st.integers(0, 3))

    def generate_free_names(self) -> Iterator[str]:
        """Draw names."""
        for _ in range(MAX_EXTRA_PROPERTIES):
            yield self._draw(_NAMES)

    # --- arrays

    def choose_length(self, merged: MergedSchema, least: int, most: int | None) -> int:
        """Draw a length, seldom the greatest."""
        depth = len(self.path)
        if any(self._leads_to_wanted(path) and path[depth] == 0 for path in self._wanted):
            least = max(least, 1)
        if not self.has_optional_members:
            return least
        # An array of the greatest length shows an off-by-one.
        if most is not None and least < most <= EDGE_SIZE and self._draw_rarely():
            return most
        prefix_lengths = map(len, merged.get_keyword_values("prefixItems"))
        highest = max(least, max(prefix_lengths, default=0)) + 3
        if most is not None:
            highest = max(least, min(highest, most))
        return self._draw(st.integers(least, highest))


def _has_own_keywords(merged: MergedSchema) -> bool:
    """Tell whether a schema has keywords other than references and conjunctions."""
    return any(set(conjunct) - {"$ref", "allOf"} for conjunct in merged.conjuncts)


def _match_formats(forms: list[str], text: str) -> bool:
    return all(known_formats.FORMAT_CHECKS[form](text) for form in forms)


@lru_cache(maxsize=256)
def plain_texts(low: int, high: int | None) -> st.SearchStrategy[str]:
    """Return a strategy of texts of some length, any characters and some edge cases."""
    most = low + MAX_DRAWN_LENGTH if high is None else max(low, min(high, low + MAX_DRAWN_LENGTH))
    drawn = st.text(st.characters(codec="utf-8"), min_size=low, max_size=most)
    edge_cases = [text for text in EDGE_CASE_TEXTS if low <= len(text) <= most]
    return st.one_of(drawn, drawn, drawn, st.sampled_from(edge_cases)) if edge_cases else drawn

"""One example of a schema, drawn: the sampler's walk down the schema, each of its choices made by Hypothesis."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
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
from dynclient.generate.value_generator import MAX_STEPS, ValueGenerator
from dynclient.schema import formats as known_formats
from dynclient.strategies import format_strategies
from dynclient.strategies.hypothesis_random import HypothesisRandom
from dynclient.strategies.number_strategies import bounded_numbers, get_bounds
from dynclient.strategies.pattern_strategies import draw_match

#: From this depth or size on, or inside a schema that was entered so often, an example grows only what it must.
LEAN_DEPTH = 7
LEAN_SIZE = 120
LEAN_RECURSION = 3
MAX_ATTEMPTS = 3
#: Longer texts are filled up with one character.
MAX_DRAWN_LENGTH = 60
MAX_EXTRA_PROPERTIES = 12
#: Texts that tell something: what a careless writer or reader of parameters, paths, JSON and numbers gets wrong.
EDGE_CASE_TEXTS = ("%2F", "a%20b", "100%", "a/b", "..", "a,b", "a|b", "a;b", "a=b&c", "+1", "#", "?", "{id}", "null", "true",
           "007", "1e3", " ", "a b", '"', "\\", "[0]", "ü", "\U0001f600", "\u2028", "<&>")  # fmt: skip
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
    """Draws one value; where the sampler is content with what is plausible, any value that fits may come.

    Args:
        known: what is known of the schema.
        draw: of the example under way.
        wanted: paths in the value that must be there, where the schema lets them; 0 stands for an array's first item.

    """

    __slots__ = ("_draw", "_wanted")

    def __init__(
        self, known: SchemaCache, draw: st.DrawFn, wanted: Collection[ValuePath] = ()
    ) -> None:
        super().__init__(known, HypothesisRandom(draw), "some", MAX_STEPS, {}, is_first=False)
        self._draw = draw
        self._wanted = wanted

    # --- what may stand here

    def _find_offered_value(
        self,
        shape: MergedSchema,
        schemas: tuple[JsonSchema, ...],
        prefer: Any,
        avoid: ExcludedValues,
    ) -> Any:
        if prefer is not NO_VALUE and (
            shape.satisfies_scalar_keywords(prefer)
            if shape.has_only_scalar_keywords
            else self.cache.get_check(schemas)(prefer)
        ):
            return prefer
        if shape.listed_values is not None:
            listed = exclude_values(self.cache.list_offered_values(shape, "values", schemas), avoid)
            if not listed:
                raise GenerationFailed("enum or const leaves no value")
            return self._draw(st.sampled_from(listed))
        if (
            any("examples" in leaf for leaf in shape.conjuncts)
            and self._draw(_EIGHT_SIDES) == _RARE_SIDE
        ):
            offered = exclude_values(
                self.cache.list_offered_values(shape, "examples", schemas), avoid
            )
            return self._draw(st.sampled_from(offered)) if offered else NO_VALUE
        return NO_VALUE

    @contextmanager
    def _enter_definitions(self, shape: MergedSchema) -> Iterator[None]:
        """Grow lean inside of a schema that is entered again and again, too deep or too large."""
        before = self._is_minimal
        turns = max(
            (self._active_definitions.get(ref, 0) for ref in shape.definition_names), default=0
        )
        self._is_minimal = (
            before
            or turns >= LEAN_RECURSION
            or len(self._path) > LEAN_DEPTH
            or self._size > LEAN_SIZE
        )
        for ref in shape.definition_names:
            self._active_definitions[ref] = self._active_definitions.get(ref, 0) + 1
        try:
            yield
        finally:
            self._is_minimal = before
            for ref in shape.definition_names:
                self._active_definitions[ref] -= 1

    def _generate_by_type(self, shape: MergedSchema, name: str, avoid: ExcludedValues) -> Any:
        kind = self._draw_type(shape)
        if kind == "object":
            return self._generate_object(shape, name)
        if kind == "array":
            return self._generate_array(shape, name)
        if kind == "string":
            return self._draw_text(shape, name, avoid)
        if kind in ("integer", "number"):
            return self._draw_number(shape, whole=kind == "integer", avoid=avoid)
        words = exclude_values([False, True] if kind == "boolean" else [None], avoid)
        if not words:
            raise GenerationFailed("every value is ruled out")
        return words[0] if len(words) == 1 else self._draw(st.sampled_from(words))

    def _draw_type(self, shape: MergedSchema) -> str:
        """Draw a type: of those that are named, or that the keywords speak of; of all where nothing says a word."""
        typed = any("type" in leaf for leaf in shape.conjuncts)
        kinds = shape.candidate_types
        if not typed and not any(
            key not in ("$ref", "allOf") for leaf in shape.conjuncts for key in leaf
        ):
            kinds = _SCALARS if self._is_minimal else (*_SCALARS, "array", "object")
        if not kinds:
            raise GenerationFailed("type leaves nothing")
        if (
            typed
            and "null" in shape.allowed_types
            and "null" not in kinds
            and self._draw(_EIGHT_SIDES) == 0
        ):
            return "null"
        return kinds[0] if len(kinds) == 1 else self._draw(st.sampled_from(kinds))

    # --- text and numbers

    def _draw_text(self, shape: MergedSchema, name: str, avoid: ExcludedValues) -> str:
        low, high = shape.length_bounds
        self.spend(low // 1000)
        if low > scalar_values.MAX_STRING_LENGTH or (high is not None and low > high):
            raise GenerationFailed("minLength cannot be met")
        sources = list(dict.fromkeys(shape.get_keyword_values("pattern")))
        forms = [
            form
            for form in dict.fromkeys(shape.get_keyword_values("format"))
            if form in known_formats.FORMAT_CHECKS
        ]
        for _ in range(MAX_ATTEMPTS):
            text = self._draw_candidate_text(sources, forms, low, high)
            if (
                text is not None
                and text not in avoid
                and self._is_valid_text(text, sources, forms, low, high)
            ):
                return text
        return scalar_values.generate_string(shape, name, self._random, avoid, self.cache.matches)

    def _draw_candidate_text(
        self, sources: list[str], forms: list[str], low: int, high: int | None
    ) -> str | None:
        if sources:
            # The narrowest pattern as a rule is the longest; the others are asked whether they match.
            return draw_match(self._draw, max(sources, key=len), low, high)
        if forms:
            strategy = format_strategies.texts_of_format(forms[0])
            return None if strategy is None else self._draw(strategy)
        drawn = self._draw(plain_texts(min(low, MAX_DRAWN_LENGTH), high))
        filled = (
            high
            if high is not None and len(drawn) < high <= EDGE_LENGTH and self._draw_is_at_edge()
            else low
        )
        return drawn + "a" * (filled - len(drawn))

    def _draw_is_at_edge(self) -> bool:
        """Draw, seldom, that something is as long as it may be: that is where an off-by-one shows."""
        return bool(self._draw(_EIGHT_SIDES) == _RARE_SIDE)

    def _is_valid_text(
        self, text: str, sources: list[str], forms: list[str], low: int, high: int | None
    ) -> bool:
        fits = low <= len(text) and (high is None or len(text) <= high)
        return (
            fits
            and all(self.cache.matches(s, text) for s in sources)
            and _match_formats(forms, text)
        )

    def _draw_number(
        self, shape: MergedSchema, *, whole: bool, avoid: ExcludedValues
    ) -> int | float:
        strategy = bounded_numbers(get_bounds(shape.number_range, whole=whole))
        for _ in range(MAX_ATTEMPTS if strategy is not None else 0):
            value: int | float = self._draw(strategy)  # type: ignore[arg-type] # None draws nothing
            if compute_identity(value) not in avoid:
                return value
        return scalar_values.generate_number(shape, whole, self._random, avoid)

    # --- objects

    def _choose_names(self, shape: MergedSchema) -> dict[str, None]:
        required = dict.fromkeys(shape.required_names)
        wanted = {
            path[len(self._path)]: None for path in self._wanted if self._leads_to_wanted(path)
        }
        forced = required | {name: None for name in wanted if isinstance(name, str)}
        if self._is_minimal or self._optional_members == "none":
            return forced
        named = tuple(shape.get_keyword_values("propertyNames"))
        coin = (
            _BOOLEANS
            if len(shape.property_positions) < MAX_EXTRA_PROPERTIES
            else st.integers(0, len(shape.property_positions) // 6).map(lambda n: n == 1)
        )
        names = [
            name for name in shape.property_positions if name not in forced and self._draw(coin)
        ]
        return forced | dict.fromkeys(
            n for n in names if not named or self.cache.get_check(named)(n)
        )

    def _leads_to_wanted(self, path: ValuePath) -> bool:
        return len(path) > len(self._path) and list(path[: len(self._path)]) == self._path

    def _add_optional_properties(
        self, shape: MergedSchema, found: dict[str, Any], name: str
    ) -> None:
        """Add properties up to minProperties, and to an object that is free a few more."""
        least, most = shape.get_lower_limit("minProperties"), shape.get_upper_limit("maxProperties")
        count = max(least, len(found) + self._draw_extra_count(shape))
        count = count if most is None else min(count, most)
        for member in self._generate_spare_names(shape, name, least):
            if len(found) >= count:
                return
            if member not in found:
                self._add_property(shape, found, member)
        if len(found) < least:
            raise GenerationFailed("minProperties asks for more than was found")

    def _draw_extra_count(self, shape: MergedSchema) -> int:
        if (
            self._is_minimal
            or self._optional_members == "none"
            or False in shape.get_property_schemas("\0", self.cache.matches)
        ):
            return 0
        by_pattern = any("patternProperties" in leaf for leaf in shape.conjuncts)
        if shape.property_positions and not by_pattern:
            return int(self._draw(_EIGHT_SIDES) == _RARE_SIDE)
        return self._draw(st.integers(0, 3))

    def _generate_spare_names(self, shape: MergedSchema, name: str, least: int) -> Iterator[str]:
        if any("propertyNames" in leaf or "patternProperties" in leaf for leaf in shape.conjuncts):
            yield from super()._generate_spare_names(shape, name, least)
            return
        yield from shape.property_positions if least else ()
        for _ in range(MAX_EXTRA_PROPERTIES):
            yield self._draw(_NAMES)
        yield from super()._generate_spare_names(shape, name, least)

    # --- arrays

    def _choose_length(self, shape: MergedSchema, least: int, most: int | None) -> int:
        if any(self._leads_to_wanted(path) and path[len(self._path)] == 0 for path in self._wanted):
            least = max(least, 1)
        if self._is_minimal or self._optional_members == "none":
            return least
        if most is not None and least < most <= EDGE_SIZE and self._draw_is_at_edge():
            return most
        highest = max(least, max(map(len, shape.get_keyword_values("prefixItems")), default=0)) + 3
        return self._draw(
            st.integers(least, highest if most is None else max(least, min(highest, most)))
        )


def _match_formats(forms: list[str], text: str) -> bool:
    return all(known_formats.FORMAT_CHECKS[form](text) for form in forms)


@lru_cache(maxsize=256)
def plain_texts(low: int, high: int | None) -> st.SearchStrategy[str]:
    """Return a strategy of texts that nothing but their length binds."""
    most = low + MAX_DRAWN_LENGTH if high is None else max(low, min(high, low + MAX_DRAWN_LENGTH))
    drawn = st.text(st.characters(codec="utf-8"), min_size=low, max_size=most)
    known = [text for text in EDGE_CASE_TEXTS if low <= len(text) <= most]
    return st.one_of(drawn, drawn, drawn, st.sampled_from(known)) if known else drawn

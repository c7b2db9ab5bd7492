"""One example of a schema, drawn: the sampler's walk down the schema, each of its choices made by Hypothesis."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from dynclient.schema import formats as known_formats
from dynclient.schema.samples import plausible
from dynclient.schema.samples.growth import MAX_STEPS, Growth
from dynclient.schema.samples.known import NOTHING, Known
from dynclient.schema.samples.shapes import Avoid, Refusal, Schema, Shape, differing, identity
from dynclient.strategies import formats
from dynclient.strategies.chance import Chance
from dynclient.strategies.numbers import bounds_of, numbers
from dynclient.strategies.patterns import matching

#: From this depth or size on, or inside a schema that was entered so often, an example grows only what it must.
LEAN_DEPTH = 7
LEAN_SIZE = 120
LEAN_TURNS = 3
TRIES = 3
#: Longer texts are filled up with one character.
MAX_DRAWN = 60
MAX_EXTRA = 12
#: Texts that tell something: what a careless writer or reader of parameters, paths, JSON and numbers gets wrong.
TELLING = ("%2F", "a%20b", "100%", "a/b", "..", "a,b", "a|b", "a;b", "a=b&c", "+1", "#", "?", "{id}", "null", "true",
           "007", "1e3", " ", "a b", '"', "\\", "[0]", "ü", "\U0001f600", "\u2028", "<&>")  # fmt: skip
#: What is longer than this is not drawn just to be as long as it may be.
EDGE_LENGTH = 2000
EDGE_SIZE = 32

Path = tuple[str | int, ...]

_COIN = st.booleans()
_EIGHTH = st.integers(0, 7)
_ONE = 7  # what a die of eight sides shows seldom, and never once it is shrunk

_NAMES = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["a", "id", "name", "x-y", "ü", "a.b"]
)
_SCALARS = ("null", "boolean", "integer", "number", "string")


class Drawing(Growth):
    """Draws one value; where the sampler is content with what is plausible, any value that fits may come.

    Args:
        known: what is known of the schema.
        draw: of the example under way.
        wanted: paths in the value that must be there, where the schema lets them; 0 stands for an array's first item.

    """

    __slots__ = ("_draw", "_wanted")

    def __init__(self, known: Known, draw: st.DrawFn, wanted: Collection[Path] = ()) -> None:
        super().__init__(known, Chance(draw), "some", MAX_STEPS, {}, is_first=False)
        self._draw = draw
        self._wanted = wanted

    # --- what may stand here

    def _given(self, shape: Shape, schemas: tuple[Schema, ...], prefer: Any, avoid: Avoid) -> Any:
        if prefer is not NOTHING and (
            shape.fits(prefer) if shape.is_plain else self.known.check(schemas)(prefer)
        ):
            return prefer
        if shape.values is not None:
            listed = differing(self.known.valid_given(shape, "values", schemas), avoid)
            if not listed:
                raise Refusal("enum or const leaves no value")
            return self._draw(st.sampled_from(listed))
        if any("examples" in leaf for leaf in shape.leaves) and self._draw(_EIGHTH) == _ONE:
            offered = differing(self.known.valid_given(shape, "examples", schemas), avoid)
            return self._draw(st.sampled_from(offered)) if offered else NOTHING
        return NOTHING

    @contextmanager
    def _inside(self, shape: Shape) -> Iterator[None]:
        """Grow lean inside of a schema that is entered again and again, too deep or too large."""
        before = self._lean
        turns = max((self._active.get(ref, 0) for ref in shape.refs), default=0)
        self._lean = (
            before or turns >= LEAN_TURNS or len(self._path) > LEAN_DEPTH or self._size > LEAN_SIZE
        )
        for ref in shape.refs:
            self._active[ref] = self._active.get(ref, 0) + 1
        try:
            yield
        finally:
            self._lean = before
            for ref in shape.refs:
                self._active[ref] -= 1

    def _grown(self, shape: Shape, name: str, avoid: Avoid) -> Any:
        kind = self._kind(shape)
        if kind == "object":
            return self._object(shape, name)
        if kind == "array":
            return self._array(shape, name)
        if kind == "string":
            return self._text(shape, name, avoid)
        if kind in ("integer", "number"):
            return self._number(shape, whole=kind == "integer", avoid=avoid)
        words = differing([False, True] if kind == "boolean" else [None], avoid)
        if not words:
            raise Refusal("every value is ruled out")
        return words[0] if len(words) == 1 else self._draw(st.sampled_from(words))

    def _kind(self, shape: Shape) -> str:
        """Draw a type: of those that are named, or that the keywords speak of; of all where nothing says a word."""
        typed = any("type" in leaf for leaf in shape.leaves)
        kinds = shape.kinds
        if not typed and not any(
            key not in ("$ref", "allOf") for leaf in shape.leaves for key in leaf
        ):
            kinds = _SCALARS if self._lean else (*_SCALARS, "array", "object")
        if not kinds:
            raise Refusal("type leaves nothing")
        if typed and "null" in shape.allowed and "null" not in kinds and self._draw(_EIGHTH) == 0:
            return "null"
        return kinds[0] if len(kinds) == 1 else self._draw(st.sampled_from(kinds))

    # --- text and numbers

    def _text(self, shape: Shape, name: str, avoid: Avoid) -> str:
        low, high = shape.lengths
        self.spend(low // 1000)
        if low > plausible.MAX_LENGTH or (high is not None and low > high):
            raise Refusal("minLength cannot be met")
        sources = list(dict.fromkeys(shape.every("pattern")))
        forms = [
            form for form in dict.fromkeys(shape.every("format")) if form in known_formats.FORMATS
        ]
        for _ in range(TRIES):
            text = self._one_text(sources, forms, low, high)
            if text is not None and text not in avoid and self._is(text, sources, forms, low, high):
                return text
        return plausible.text(shape, name, self._random, avoid, self.known.matches)

    def _one_text(
        self, sources: list[str], forms: list[str], low: int, high: int | None
    ) -> str | None:
        if sources:
            # The narrowest pattern as a rule is the longest; the others are asked whether they match.
            return matching(self._draw, max(sources, key=len), low, high)
        if forms:
            strategy = formats.texts(forms[0])
            return None if strategy is None else self._draw(strategy)
        drawn = self._draw(plain_texts(min(low, MAX_DRAWN), high))
        filled = (
            high
            if high is not None and len(drawn) < high <= EDGE_LENGTH and self._is_at_edge()
            else low
        )
        return drawn + "a" * (filled - len(drawn))

    def _is_at_edge(self) -> bool:
        """Draw, seldom, that something is as long as it may be: that is where an off-by-one shows."""
        return bool(self._draw(_EIGHTH) == _ONE)

    def _is(
        self, text: str, sources: list[str], forms: list[str], low: int, high: int | None
    ) -> bool:
        fits = low <= len(text) and (high is None or len(text) <= high)
        return fits and all(self.known.matches(s, text) for s in sources) and _are(forms, text)

    def _number(self, shape: Shape, *, whole: bool, avoid: Avoid) -> int | float:
        strategy = numbers(bounds_of(shape.range, whole=whole))
        for _ in range(TRIES if strategy is not None else 0):
            value: int | float = self._draw(strategy)  # type: ignore[arg-type] # None draws nothing
            if identity(value) not in avoid:
                return value
        return plausible.number(shape, whole, self._random, avoid)

    # --- objects

    def _chosen(self, shape: Shape) -> dict[str, None]:
        required = dict.fromkeys(shape.required)
        wanted = {path[len(self._path)]: None for path in self._wanted if self._leads(path)}
        forced = required | {name: None for name in wanted if isinstance(name, str)}
        if self._lean or self._optional == "none":
            return forced
        named = tuple(shape.every("propertyNames"))
        coin = (
            _COIN
            if len(shape.declared) < MAX_EXTRA
            else st.integers(0, len(shape.declared) // 6).map(lambda n: n == 1)
        )
        names = [name for name in shape.declared if name not in forced and self._draw(coin)]
        return forced | dict.fromkeys(n for n in names if not named or self.known.check(named)(n))

    def _leads(self, path: Path) -> bool:
        return len(path) > len(self._path) and list(path[: len(self._path)]) == self._path

    def _fill(self, shape: Shape, found: dict[str, Any], name: str) -> None:
        """Add properties up to minProperties, and to an object that is free a few more."""
        least, most = shape.most("minProperties"), shape.least("maxProperties")
        count = max(least, len(found) + self._more(shape))
        count = count if most is None else min(count, most)
        for member in self._spare_names(shape, name, least):
            if len(found) >= count:
                return
            if member not in found:
                self._add(shape, found, member)
        if len(found) < least:
            raise Refusal("minProperties asks for more than was found")

    def _more(self, shape: Shape) -> int:
        if self._lean or self._optional == "none" or False in shape.parts("\0", self.known.matches):
            return 0
        by_pattern = any("patternProperties" in leaf for leaf in shape.leaves)
        if shape.declared and not by_pattern:
            return int(self._draw(_EIGHTH) == _ONE)
        return self._draw(st.integers(0, 3))

    def _spare_names(self, shape: Shape, name: str, least: int) -> Iterator[str]:
        if any("propertyNames" in leaf or "patternProperties" in leaf for leaf in shape.leaves):
            yield from super()._spare_names(shape, name, least)
            return
        yield from shape.declared if least else ()
        for _ in range(MAX_EXTRA):
            yield self._draw(_NAMES)
        yield from super()._spare_names(shape, name, least)

    # --- arrays

    def _length(self, shape: Shape, least: int, most: int | None) -> int:
        if any(self._leads(path) and path[len(self._path)] == 0 for path in self._wanted):
            least = max(least, 1)
        if self._lean or self._optional == "none":
            return least
        if most is not None and least < most <= EDGE_SIZE and self._is_at_edge():
            return most
        highest = max(least, max(map(len, shape.every("prefixItems")), default=0)) + 3
        return self._draw(
            st.integers(least, highest if most is None else max(least, min(highest, most)))
        )


def _are(forms: list[str], text: str) -> bool:
    return all(known_formats.FORMATS[form](text) for form in forms)


@lru_cache(maxsize=256)
def plain_texts(low: int, high: int | None) -> st.SearchStrategy[str]:
    """Return a strategy of texts that nothing but their length binds."""
    most = low + MAX_DRAWN if high is None else max(low, min(high, low + MAX_DRAWN))
    drawn = st.text(st.characters(codec="utf-8"), min_size=low, max_size=most)
    known = [text for text in TELLING if low <= len(text) <= most]
    return st.one_of(drawn, drawn, drawn, st.sampled_from(known)) if known else drawn

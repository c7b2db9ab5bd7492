"""Growth: one attempt at an instance, a walk down the schema that chooses, grows and tries again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Literal

from dynclient.schema.samples.known import MAX_DEPTH, NOTHING, Check, Choose, Known, name_of_schema
from dynclient.schema.samples.lessons import Lessons
from dynclient.schema.samples.plausible import number, text
from dynclient.schema.samples.shapes import (
    Avoid,
    Extra,
    Refusal,
    Schema,
    Shape,
    copied,
    differing,
    identity,
    pick,
)

Optional = Literal["none", "some", "all"]

MAX_STEPS = 20_000
MAX_TRIES = 64
#: What a search among branches may cost (more where one try costs much), and how often it may fail in one sample.
SEARCH_STEPS = 1000
MAX_FAILURES = 2
#: Lessons are forgotten after so many tries: a fresh start may do better.
MAX_ROUNDS = 6
#: From this depth or size on, a sample grows only what it must.
LEAN_DEPTH = 6
LEAN_SIZE = {"none": 0, "some": 400, "all": 2000}
#: How often the items that `contains` asks for stand first although they need not.
AMONG_SHARE = 0.3


class Spent(Exception):
    """Say that the budget of steps is used up."""


class Growth:
    """One attempt: a walk down the schema that grows a value."""

    __slots__ = (
        "_active",
        "_failures",
        "_lean",
        "_lessons",
        "_optional",
        "_path",
        "_random",
        "_size",
        "is_first",
        "known",
        "steps",
    )

    def __init__(
        self,
        known: Known,
        random: Random,
        optional: Optional,
        steps: int,
        failures: dict[tuple[int, ...], int],
        *,
        is_first: bool,
    ) -> None:
        self.known = known
        self._failures = failures
        self.is_first = is_first
        self.steps = steps
        self._random = random
        self._lessons = Lessons(known, random, self.spend)
        self._optional = optional
        self._lean = False
        self._size = 0
        self._path: list[str | int] = []
        self._active: dict[str, int] = {}

    def value(
        self,
        schemas: tuple[Schema, ...],
        name: str,
        prefer: Any = NOTHING,
        avoid: Avoid = frozenset(),
    ) -> Any:
        """Grow a value for all of some schemas.

        Raises:
            Refusal: this attempt found none here.
            Spent: the budget is used up.

        """
        self.spend(1)
        self._size += 1
        if len(self._path) > MAX_DEPTH:
            raise Refusal("it nests too deeply")
        try:
            shape = self.known.plain(schemas)
            if shape is None or shape.is_risky:
                return self._searched(schemas, name, prefer, avoid)
            return self._settled(shape, schemas, name, prefer, avoid)
        except Refusal as refusal:
            refusal.pointer = _pointer(self._path) if refusal.pointer is None else refusal.pointer
            raise

    def spend(self, steps: int) -> None:
        """Take steps off the budget."""
        self.steps -= steps
        if self.steps < 0:
            raise Spent("the search grew too large")

    def _searched(self, schemas: tuple[Schema, ...], name: str, prefer: Any, avoid: Avoid) -> Any:
        """Try one branch after the other until a value is accepted, learning from what was refused."""
        key = tuple(id(schema) for schema in schemas if not isinstance(schema, Extra))
        if self._failures.get(key, 0) >= MAX_FAILURES:
            raise Refusal("every branch was refused before")
        accepts = self.known.check(schemas) if key else None
        try:
            return self._tried(
                schemas, accepts, lambda shape: self._settled(shape, schemas, name, prefer, avoid)
            )
        except Refusal:
            if len(key) == len(schemas):
                self._failures[key] = self._failures.get(key, 0) + 1
            raise

    def _tried(
        self, schemas: tuple[Schema, ...], accepts: Check | None, settle: Callable[[Shape], Any]
    ) -> Any:
        tried: dict[tuple[int, str], list[int]] = {}
        lessons: tuple[Schema, ...] = ()
        refusal = Refusal("every branch was refused")
        tries, before, limit, asked = 0, self.steps, SEARCH_STEPS, self._optional
        while (
            tries < min(16 + 2 * sum(map(len, tried.values())), MAX_TRIES)
            and before - self.steps < limit
        ):
            limit = max(limit, 6 * (before - self.steps)) if tries == 1 else limit
            self._optional = (asked, asked, "some", "none")[
                tries % 4
            ]  # what is there may be what tells branches apart
            tries += 1
            try:
                shape = self.known.shape(
                    lessons + schemas,
                    self._chooser(tried, twins=tries % 3 > 0),
                    {*map(id, lessons)},
                )
                assert shape is not None
                self.spend(len(shape.leaves) // 20)
                found = settle(shape)
                if not shape.is_risky or accepts is None or accepts(found):
                    return found
                self.spend(4)
                lessons = lessons + self._lessons.of(shape, found) if tries % MAX_ROUNDS else ()
            except Refusal as error:
                refusal, lessons = error, ()
                self.spend(1)
            finally:
                self._optional = asked
        raise refusal

    def _chooser(self, tried: dict[tuple[int, str], list[int]], *, twins: bool = False) -> Choose:
        """Return what draws a branch: one tried seldom, null last, the lowest where growth is lean.

        Args:
            tried: how often each branch was drawn, by owner and keyword; kept between tries.
            twins: draw the same branch where the same alternatives come again, as in two readings of one schema.

        """
        drawn: dict[tuple[Any, ...], int] = {}

        def choose(owner: dict[str, Any], keyword: str, options: list[tuple[Schema, ...]]) -> int:
            counts = [int(_is_null(option)) for option in options]
            if not isinstance(owner, Extra):  # a made-up schema's id may come again
                counts = tried.setdefault((id(owner), keyword), counts)
            heights = [
                max(map(self.known.height, option), default=0) if self._lean else 0
                for option in options
            ]
            best = min(zip(counts, heights, strict=True))
            chosen: int = pick(
                [i for i, rank in enumerate(zip(counts, heights, strict=True)) if rank == best],
                self._random,
            )
            if twins and keyword != "not":
                chosen = drawn.setdefault(tuple(map(_look, options)), chosen)
            counts[chosen] += 1
            return chosen

        return choose

    def _settled(
        self, shape: Shape, schemas: tuple[Schema, ...], name: str, prefer: Any, avoid: Avoid
    ) -> Any:
        """Return what the schema itself offers, else grow."""
        if shape.avoided:
            avoid = shape.avoided | avoid
        given = self._given(shape, schemas, prefer, avoid)
        if given is not NOTHING:
            return copied(given)
        with self._inside(shape):
            return self._grown(shape, name, avoid)

    def _given(self, shape: Shape, schemas: tuple[Schema, ...], prefer: Any, avoid: Avoid) -> Any:
        valid = self.known.valid_given
        if prefer is not NOTHING and (
            shape.fits(prefer) if shape.is_plain else self.known.check(schemas)(prefer)
        ):
            return prefer
        fixed, only_null = any("const" in leaf for leaf in shape.leaves), shape.kinds == ("null",)
        for keyword in ("examples", "default"):
            offered = differing(valid(shape, keyword, schemas), avoid)
            if offered and (keyword == "examples" or only_null or offered != [None]):
                return offered[0] if self.is_first else pick(offered, self._random)
        if shape.values is None:
            return NOTHING
        listed = differing(valid(shape, "values", schemas), avoid)
        if not listed:
            raise Refusal("const refuses" if fixed else "enum leaves no value")
        return pick([value for value in listed if value is not None] or listed, self._random)

    @contextmanager
    def _inside(self, shape: Shape) -> Iterator[None]:
        """Grow lean inside of a schema that is entered again, too deep or too large."""
        before = self._lean
        again = any(self._active.get(ref) for ref in shape.refs)
        self._lean = (
            before
            or again
            or len(self._path) > LEAN_DEPTH
            or self._size > LEAN_SIZE[self._optional]
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
        if not shape.kinds:
            raise Refusal("type leaves nothing")
        kind = pick(shape.kinds, self._random)
        if kind == "object":
            return self._object(shape, name)
        if kind == "array":
            return self._array(shape, name)
        if kind == "string":
            self.spend(shape.lengths[0] // 1000)
            return text(shape, name, self._random, avoid, self.known.matches)
        if kind in ("integer", "number"):
            return number(shape, kind == "integer", self._random, avoid)
        words = differing([True, False] if kind == "boolean" else [None], avoid)
        if not words:
            raise Refusal("every value is ruled out")
        return pick(words, self._random)

    def _child(
        self,
        parts: tuple[Schema, ...],
        at: str | int,
        name: str,
        prefer: Any = NOTHING,
        avoid: Avoid = frozenset(),
    ) -> Any:
        self._path.append(at)
        try:
            return self.value(parts, name, prefer, avoid)
        finally:
            self._path.pop()

    # --- objects ---

    def _object(self, shape: Shape, name: str) -> dict[str, Any]:
        shape, names, required = self._names(shape)
        rules = len(shape.leaves) + sum(map(len, shape.every("patternProperties")))
        self.spend(len(names) * rules // 50)
        found: dict[str, Any] = {}
        for member in names:
            parts = shape.parts(member, self.known.matches)
            try:
                found[member] = self._child(parts, member, member, shape.tags.get(member, NOTHING))
            except Refusal:
                if member in required:
                    raise
        self._fill(shape, found, name)
        return found

    def _names(self, shape: Shape) -> tuple[Shape, list[str], dict[str, None]]:
        """Choose the properties; those that depend on one bring their own schemas."""
        names = self._chosen(shape)
        while True:
            needed = self._needed(shape, names)
            names |= needed
            wider = self._widened(shape, names)
            if wider is shape:
                break
            shape = wider
        most = shape.least("maxProperties")
        if most is not None and len(names) > most:
            if len(needed) > most:
                raise Refusal("maxProperties is less than what is required")
            spare = [name for name in names if name not in needed]
            names = needed | dict.fromkeys(spare[: most - len(needed)])
        order = shape.declared
        return shape, sorted(names, key=lambda name: order.get(name, len(order))), needed

    def _chosen(self, shape: Shape) -> dict[str, None]:
        required = dict.fromkeys(shape.required)
        if self._lean or self._optional == "none":
            return required
        keep = 1.0 if self._optional == "all" else 0.5
        named = tuple(shape.every("propertyNames"))
        names = [
            name for name in shape.declared if self._random.random() < keep and name not in required
        ]
        return required | dict.fromkeys(n for n in names if not named or self.known.check(named)(n))

    def _needed(self, shape: Shape, names: dict[str, None]) -> dict[str, None]:
        """Return the required names, and what they and the chosen ones depend on."""
        needed = dict.fromkeys(shape.required)
        rules = [rule for rules in shape.every("dependentRequired") for rule in rules.items()]
        work = [*needed, *names] if rules else []
        while work:
            name = work.pop()
            more = [
                other
                for trigger, others in rules
                if trigger == name
                for other in others
                if other not in needed
            ]
            self.spend(bool(more))
            needed |= dict.fromkeys(more)
            work += more
        return needed

    def _widened(self, shape: Shape, names: dict[str, None]) -> Shape:
        """Return a shape with what dependentSchemas add for these names; the same shape if that is nothing."""
        dependent = [
            sub
            for subs in shape.every("dependentSchemas")
            for name, sub in subs.items()
            if name in names
        ]
        have = {id(leaf) for leaf in shape.leaves}
        news = tuple(sub for sub in dependent if sub is not True and id(sub) not in have)
        if not news:
            return shape
        self.spend(len(news))
        wider = self.known.shape(news, self._chooser({}))
        assert wider is not None
        leaves = shape.leaves + tuple(leaf for leaf in wider.leaves if id(leaf) not in have)
        return Shape(leaves, shape.refs + wider.refs, shape.tags | wider.tags)

    def _fill(self, shape: Shape, found: dict[str, Any], name: str) -> None:
        """Add properties up to minProperties: declared ones, then made-up names; one or two to a bare map."""
        least, most = shape.most("minProperties"), shape.least("maxProperties")
        is_map = not shape.declared and any(
            isinstance(s, dict) and s for s in shape.every("additionalProperties")
        )
        is_map = is_map or (
            not shape.declared and any("patternProperties" in leaf for leaf in shape.leaves)
        )
        wanted = least
        if is_map and not self._lean and self._optional != "none":
            wanted = max(least, 1 + (self._random.random() < 0.3))  # noqa: PLR2004 (seldom two)
        wanted = wanted if most is None else min(wanted, most)
        for member in self._spare_names(shape, name, least):
            if len(found) >= wanted:
                return
            if member not in found:
                self._add(shape, found, member)
        if len(found) < least:
            raise Refusal("minProperties asks for more than was found")

    def _add(self, shape: Shape, found: dict[str, Any], member: str) -> None:
        names, parts = tuple(shape.every("propertyNames")), shape.parts(member, self.known.matches)
        if any(part is False for part in parts) or (names and not self.known.check(names)(member)):
            return
        try:
            found[member] = self._child(parts, member, member)
        except Refusal:
            self.spend(1)

    def _spare_names(self, shape: Shape, name: str, least: int) -> Iterator[str]:
        yield from shape.declared if least else ()
        named = tuple(shape.every("propertyNames"))
        by_pattern = [
            pattern for patterns in shape.every("patternProperties") for pattern in patterns
        ]
        for n in range(least * 2 + 20):
            self.spend(1)
            if named:
                drawn = self._name(named)
            elif by_pattern and n % 2 == 0:
                drawn = self._name(({"type": "string", "pattern": pick(by_pattern, self._random)},))
            else:
                drawn = f"{name or 'property'}-{n + 1}" if by_pattern else f"key-{n + 1}"
            if drawn is not None:
                yield drawn

    def _name(self, schemas: tuple[Schema, ...]) -> str | None:
        try:
            drawn = self._child((Extra(type="string"), *map(_as_extra, schemas)), "(name)", "key")
        except Refusal:
            return None
        return drawn if isinstance(drawn, str) else None

    # --- arrays ---

    def _array(self, shape: Shape, name: str) -> list[Any]:
        least, most = self._size_bounds(shape)
        special = [leaf["contains"] for leaf in shape.leaves for _ in range(_min_contains(leaf))]
        others = tuple(
            Extra({"not": leaf["contains"]})
            for leaf in shape.leaves
            if "maxContains" in leaf and "contains" in leaf
        )
        start = self._special_start(shape, len(special), most)
        least = max(least, start + len(special)) if special else least
        unique = any(shape.every("uniqueItems"))
        found: list[Any] = []
        seen: set[Any] = set()
        for index in range(self._length(shape, least, most)):
            offset = index - start
            extra = (special[offset],) if 0 <= offset < len(special) else others
            try:
                item = self._item(
                    shape.item_parts(index) + extra,
                    index,
                    _singular(name),
                    seen if unique else set(),
                )
            except Refusal:
                if index < least:
                    raise
                break
            found.append(item)
            if unique:
                seen.add(identity(item))
        return found

    def _special_start(self, shape: Shape, count: int, most: int | None) -> int:
        """Say where the items that `contains` asks for begin: behind a tuple's own, or among them."""
        start = max(map(len, shape.every("prefixItems")), default=0)
        among = most is not None and start + count > most
        if among or False in shape.item_parts(start):
            return 0
        is_first = self._random.random() < AMONG_SHARE
        return 0 if is_first else start

    def _size_bounds(self, shape: Shape) -> tuple[int, int | None]:
        least, most = shape.most("minItems"), shape.least("maxItems")
        if most is not None and least > most:
            raise Refusal("minItems is more than maxItems")
        return least, most

    def _length(self, shape: Shape, least: int, most: int | None) -> int:
        tuple_length = max(map(len, shape.every("prefixItems")), default=0)
        if self._lean or self._optional == "none":
            wanted = least
        elif tuple_length:
            wanted = tuple_length
        else:
            wanted = 1 + (self._random.random() < 0.4)  # noqa: PLR2004 (mostly one)
        return max(least, wanted if most is None else min(wanted, most))

    def _item(self, parts: tuple[Schema, ...], index: int, name: str, seen: set[Any]) -> Any:
        for _ in range(12):
            item = self._child(parts, index, name, NOTHING, seen)
            if not seen or identity(item) not in seen:
                return item
        raise Refusal("uniqueItems finds no other item")


def _is_null(option: tuple[Schema, ...]) -> bool:
    return len(option) == 1 and isinstance(option[0], dict) and option[0].get("type") == "null"


def _look(option: tuple[Schema, ...]) -> tuple[Any, ...]:
    """Return what an alternative looks like from outside, the same in the open and in the closed reading."""
    schema = option[0] if option else True
    if isinstance(schema, bool):
        return (schema,)
    name = name_of_schema(schema["$ref"]) if "$ref" in schema else schema.get("title")
    return (
        name,
        str(schema.get("type")),
        *schema.get("properties", ()),
        *schema.get("required", ()),
    )


def _as_extra(schema: Schema) -> Schema:
    return Extra(schema) if isinstance(schema, dict) else schema


def _pointer(path: list[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _min_contains(leaf: dict[str, Any]) -> int:
    return min(leaf.get("minContains", 1), MAX_STEPS) if "contains" in leaf else 0


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name

"""Growth: one attempt at an instance, a walk down the schema that chooses, grows and tries again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Literal

from dynclient.generate.conflict_analysis import ConflictAnalyzer
from dynclient.generate.merged_schema import (
    ExcludedValues,
    GenerationFailed,
    JsonSchema,
    MergedSchema,
    SyntheticSchema,
    compute_identity,
    copy_json,
    exclude_values,
    pick,
)
from dynclient.generate.scalar_values import generate_number, generate_string
from dynclient.generate.schema_cache import (
    MAX_DEPTH,
    NO_VALUE,
    BranchChooser,
    InstanceCheck,
    SchemaCache,
    get_schema_name,
)

OptionalMembers = Literal["none", "some", "all"]

MAX_STEPS = 20_000
MAX_TRIES = 64
#: What a search among branches may cost (more where one try costs much), and how often it may fail in one sample.
MAX_SEARCH_STEPS = 1000
MAX_FAILURES = 2
#: Lessons are forgotten after so many tries: a fresh start may do better.
RESTART_INTERVAL = 6
#: From this depth or size on, a sample grows only what it must.
MINIMAL_FROM_DEPTH = 6
MINIMAL_FROM_SIZE = {"none": 0, "some": 400, "all": 2000}
#: How often the items that `contains` asks for stand first although they need not.
AMONG_SHARE = 0.3


class BudgetExceeded(Exception):
    """Say that the budget of steps is used up."""


class ValueGenerator:
    """One attempt: a walk down the schema that grows a value."""

    __slots__ = (
        "_active_definitions",
        "_conflict_analyzer",
        "_failure_counts",
        "_is_minimal",
        "_optional_members",
        "_path",
        "_random",
        "_size",
        "cache",
        "is_first",
        "remaining_steps",
    )

    def __init__(
        self,
        known: SchemaCache,
        random: Random,
        optional: OptionalMembers,
        steps: int,
        failures: dict[tuple[int, ...], int],
        *,
        is_first: bool,
    ) -> None:
        self.cache = known
        self._failure_counts = failures
        self.is_first = is_first
        self.remaining_steps = steps
        self._random = random
        self._conflict_analyzer = ConflictAnalyzer(known, random, self.spend)
        self._optional_members = optional
        self._is_minimal = False
        self._size = 0
        self._path: list[str | int] = []
        self._active_definitions: dict[str, int] = {}

    def generate(
        self,
        schemas: tuple[JsonSchema, ...],
        name: str,
        prefer: Any = NO_VALUE,
        avoid: ExcludedValues = frozenset(),
    ) -> Any:
        """Grow a value for all of some schemas.

        Raises:
            Refusal: this attempt found none here.
            Spent: the budget is used up.

        """
        self.spend(1)
        self._size += 1
        if len(self._path) > MAX_DEPTH:
            raise GenerationFailed("it nests too deeply")
        try:
            shape = self.cache.merge_without_choice(schemas)
            if shape is None or shape.has_uncertain_keywords:
                return self._search(schemas, name, prefer, avoid)
            return self._offer_or_generate(shape, schemas, name, prefer, avoid)
        except GenerationFailed as refusal:
            refusal.pointer = (
                _format_pointer(self._path) if refusal.pointer is None else refusal.pointer
            )
            raise

    def spend(self, steps: int) -> None:
        """Take steps off the budget."""
        self.remaining_steps -= steps
        if self.remaining_steps < 0:
            raise BudgetExceeded("the search grew too large")

    def _search(
        self, schemas: tuple[JsonSchema, ...], name: str, prefer: Any, avoid: ExcludedValues
    ) -> Any:
        """Try one branch after the other until a value is accepted, learning from what was refused."""
        key = tuple(id(schema) for schema in schemas if not isinstance(schema, SyntheticSchema))
        if self._failure_counts.get(key, 0) >= MAX_FAILURES:
            raise GenerationFailed("every branch was refused before")
        accepts = self.cache.get_check(schemas) if key else None
        try:
            return self._try_branches(
                schemas,
                accepts,
                lambda shape: self._offer_or_generate(shape, schemas, name, prefer, avoid),
            )
        except GenerationFailed:
            if len(key) == len(schemas):
                self._failure_counts[key] = self._failure_counts.get(key, 0) + 1
            raise

    def _try_branches(
        self,
        schemas: tuple[JsonSchema, ...],
        accepts: InstanceCheck | None,
        settle: Callable[[MergedSchema], Any],
    ) -> Any:
        tried: dict[tuple[int, str], list[int]] = {}
        lessons: tuple[JsonSchema, ...] = ()
        refusal = GenerationFailed("every branch was refused")
        tries, before, limit, asked = (
            0,
            self.remaining_steps,
            MAX_SEARCH_STEPS,
            self._optional_members,
        )
        while (
            tries < min(16 + 2 * sum(map(len, tried.values())), MAX_TRIES)
            and before - self.remaining_steps < limit
        ):
            limit = max(limit, 6 * (before - self.remaining_steps)) if tries == 1 else limit
            self._optional_members = (asked, asked, "some", "none")[
                tries % 4
            ]  # what is there may be what tells branches apart
            tries += 1
            try:
                shape = self.cache.merge(
                    lessons + schemas,
                    self._build_branch_chooser(tried, twins=tries % 3 > 0),
                    {*map(id, lessons)},
                )
                assert shape is not None
                self.spend(len(shape.conjuncts) // 20)
                found = settle(shape)
                if not shape.has_uncertain_keywords or accepts is None or accepts(found):
                    return found
                self.spend(4)
                lessons = (
                    lessons + self._conflict_analyzer.analyze(shape, found)
                    if tries % RESTART_INTERVAL
                    else ()
                )
            except GenerationFailed as error:
                refusal, lessons = error, ()
                self.spend(1)
            finally:
                self._optional_members = asked
        raise refusal

    def _build_branch_chooser(
        self, tried: dict[tuple[int, str], list[int]], *, twins: bool = False
    ) -> BranchChooser:
        """Return what draws a branch: one tried seldom, null last, the lowest where growth is lean.

        Args:
            tried: how often each branch was drawn, by owner and keyword; kept between tries.
            twins: draw the same branch where the same alternatives come again, as in two readings of one schema.

        """
        drawn: dict[tuple[Any, ...], int] = {}

        def choose(
            owner: dict[str, Any], keyword: str, options: list[tuple[JsonSchema, ...]]
        ) -> int:
            counts = [int(_is_null_option(option)) for option in options]
            if not isinstance(owner, SyntheticSchema):  # a made-up schema's id may come again
                counts = tried.setdefault((id(owner), keyword), counts)
            heights = [
                max(map(self.cache.compute_height, option), default=0) if self._is_minimal else 0
                for option in options
            ]
            best = min(zip(counts, heights, strict=True))
            chosen: int = pick(
                [i for i, rank in enumerate(zip(counts, heights, strict=True)) if rank == best],
                self._random,
            )
            if twins and keyword != "not":
                chosen = drawn.setdefault(tuple(map(_compute_signature, options)), chosen)
            counts[chosen] += 1
            return chosen

        return choose

    def _offer_or_generate(
        self,
        shape: MergedSchema,
        schemas: tuple[JsonSchema, ...],
        name: str,
        prefer: Any,
        avoid: ExcludedValues,
    ) -> Any:
        """Return what the schema itself offers, else grow."""
        if shape.excluded_identities:
            avoid = shape.excluded_identities | avoid
        given = self._find_offered_value(shape, schemas, prefer, avoid)
        if given is not NO_VALUE:
            return copy_json(given)
        with self._enter_definitions(shape):
            return self._generate_by_type(shape, name, avoid)

    def _find_offered_value(
        self,
        shape: MergedSchema,
        schemas: tuple[JsonSchema, ...],
        prefer: Any,
        avoid: ExcludedValues,
    ) -> Any:
        valid = self.cache.list_offered_values
        if prefer is not NO_VALUE and (
            shape.satisfies_scalar_keywords(prefer)
            if shape.has_only_scalar_keywords
            else self.cache.get_check(schemas)(prefer)
        ):
            return prefer
        fixed, only_null = (
            any("const" in leaf for leaf in shape.conjuncts),
            shape.candidate_types == ("null",),
        )
        for keyword in ("examples", "default"):
            offered = exclude_values(valid(shape, keyword, schemas), avoid)
            if offered and (keyword == "examples" or only_null or offered != [None]):
                return offered[0] if self.is_first else pick(offered, self._random)
        if shape.listed_values is None:
            return NO_VALUE
        listed = exclude_values(valid(shape, "values", schemas), avoid)
        if not listed:
            raise GenerationFailed("const refuses" if fixed else "enum leaves no value")
        return pick([value for value in listed if value is not None] or listed, self._random)

    @contextmanager
    def _enter_definitions(self, shape: MergedSchema) -> Iterator[None]:
        """Grow lean inside of a schema that is entered again, too deep or too large."""
        before = self._is_minimal
        again = any(self._active_definitions.get(ref) for ref in shape.definition_names)
        self._is_minimal = (
            before
            or again
            or len(self._path) > MINIMAL_FROM_DEPTH
            or self._size > MINIMAL_FROM_SIZE[self._optional_members]
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
        if not shape.candidate_types:
            raise GenerationFailed("type leaves nothing")
        kind = pick(shape.candidate_types, self._random)
        if kind == "object":
            return self._generate_object(shape, name)
        if kind == "array":
            return self._generate_array(shape, name)
        if kind == "string":
            self.spend(shape.length_bounds[0] // 1000)
            return generate_string(shape, name, self._random, avoid, self.cache.matches)
        if kind in ("integer", "number"):
            return generate_number(shape, kind == "integer", self._random, avoid)
        words = exclude_values([True, False] if kind == "boolean" else [None], avoid)
        if not words:
            raise GenerationFailed("every value is ruled out")
        return pick(words, self._random)

    def _generate_child(
        self,
        parts: tuple[JsonSchema, ...],
        at: str | int,
        name: str,
        prefer: Any = NO_VALUE,
        avoid: ExcludedValues = frozenset(),
    ) -> Any:
        self._path.append(at)
        try:
            return self.generate(parts, name, prefer, avoid)
        finally:
            self._path.pop()

    # --- objects ---

    def _generate_object(self, shape: MergedSchema, name: str) -> dict[str, Any]:
        shape, names, required = self._choose_properties(shape)
        rules = len(shape.conjuncts) + sum(map(len, shape.get_keyword_values("patternProperties")))
        self.spend(len(names) * rules // 50)
        found: dict[str, Any] = {}
        for member in names:
            parts = shape.get_property_schemas(member, self.cache.matches)
            try:
                found[member] = self._generate_child(
                    parts, member, member, shape.tags.get(member, NO_VALUE)
                )
            except GenerationFailed:
                if member in required:
                    raise
        self._add_optional_properties(shape, found, name)
        return found

    def _choose_properties(
        self, shape: MergedSchema
    ) -> tuple[MergedSchema, list[str], dict[str, None]]:
        """Choose the properties; those that depend on one bring their own schemas."""
        names = self._choose_names(shape)
        while True:
            needed = self._find_needed_names(shape, names)
            names |= needed
            wider = self._add_dependent_schemas(shape, names)
            if wider is shape:
                break
            shape = wider
        most = shape.get_upper_limit("maxProperties")
        if most is not None and len(names) > most:
            if len(needed) > most:
                raise GenerationFailed("maxProperties is less than what is required")
            spare = [name for name in names if name not in needed]
            names = needed | dict.fromkeys(spare[: most - len(needed)])
        order = shape.property_positions
        return shape, sorted(names, key=lambda name: order.get(name, len(order))), needed

    def _choose_names(self, shape: MergedSchema) -> dict[str, None]:
        required = dict.fromkeys(shape.required_names)
        if self._is_minimal or self._optional_members == "none":
            return required
        keep = 1.0 if self._optional_members == "all" else 0.5
        named = tuple(shape.get_keyword_values("propertyNames"))
        names = [
            name
            for name in shape.property_positions
            if self._random.random() < keep and name not in required
        ]
        return required | dict.fromkeys(
            n for n in names if not named or self.cache.get_check(named)(n)
        )

    def _find_needed_names(self, shape: MergedSchema, names: dict[str, None]) -> dict[str, None]:
        """Return the required names, and what they and the chosen ones depend on."""
        needed = dict.fromkeys(shape.required_names)
        rules = [
            rule
            for rules in shape.get_keyword_values("dependentRequired")
            for rule in rules.items()
        ]
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

    def _add_dependent_schemas(self, shape: MergedSchema, names: dict[str, None]) -> MergedSchema:
        """Return a shape with what dependentSchemas add for these names; the same shape if that is nothing."""
        dependent = [
            sub
            for subs in shape.get_keyword_values("dependentSchemas")
            for name, sub in subs.items()
            if name in names
        ]
        have = {id(leaf) for leaf in shape.conjuncts}
        news = tuple(sub for sub in dependent if sub is not True and id(sub) not in have)
        if not news:
            return shape
        self.spend(len(news))
        wider = self.cache.merge(news, self._build_branch_chooser({}))
        assert wider is not None
        leaves = shape.conjuncts + tuple(leaf for leaf in wider.conjuncts if id(leaf) not in have)
        return MergedSchema(
            leaves, shape.definition_names + wider.definition_names, shape.tags | wider.tags
        )

    def _add_optional_properties(
        self, shape: MergedSchema, found: dict[str, Any], name: str
    ) -> None:
        """Add properties up to minProperties: declared ones, then made-up names; one or two to a bare map."""
        least, most = shape.get_lower_limit("minProperties"), shape.get_upper_limit("maxProperties")
        is_map = not shape.property_positions and any(
            isinstance(s, dict) and s for s in shape.get_keyword_values("additionalProperties")
        )
        is_map = is_map or (
            not shape.property_positions
            and any("patternProperties" in leaf for leaf in shape.conjuncts)
        )
        wanted = least
        if is_map and not self._is_minimal and self._optional_members != "none":
            wanted = max(least, 1 + (self._random.random() < 0.3))  # noqa: PLR2004 (seldom two)
        wanted = wanted if most is None else min(wanted, most)
        for member in self._generate_spare_names(shape, name, least):
            if len(found) >= wanted:
                return
            if member not in found:
                self._add_property(shape, found, member)
        if len(found) < least:
            raise GenerationFailed("minProperties asks for more than was found")

    def _add_property(self, shape: MergedSchema, found: dict[str, Any], member: str) -> None:
        names, parts = (
            tuple(shape.get_keyword_values("propertyNames")),
            shape.get_property_schemas(member, self.cache.matches),
        )
        if any(part is False for part in parts) or (
            names and not self.cache.get_check(names)(member)
        ):
            return
        try:
            found[member] = self._generate_child(parts, member, member)
        except GenerationFailed:
            self.spend(1)

    def _generate_spare_names(self, shape: MergedSchema, name: str, least: int) -> Iterator[str]:
        yield from shape.property_positions if least else ()
        named = tuple(shape.get_keyword_values("propertyNames"))
        by_pattern = [
            pattern
            for patterns in shape.get_keyword_values("patternProperties")
            for pattern in patterns
        ]
        for n in range(least * 2 + 20):
            self.spend(1)
            if named:
                drawn = self._generate_name(named)
            elif by_pattern and n % 2 == 0:
                drawn = self._generate_name(
                    ({"type": "string", "pattern": pick(by_pattern, self._random)},)
                )
            else:
                drawn = f"{name or 'property'}-{n + 1}" if by_pattern else f"key-{n + 1}"
            if drawn is not None:
                yield drawn

    def _generate_name(self, schemas: tuple[JsonSchema, ...]) -> str | None:
        try:
            drawn = self._generate_child(
                (SyntheticSchema(type="string"), *map(_make_synthetic, schemas)), "(name)", "key"
            )
        except GenerationFailed:
            return None
        return drawn if isinstance(drawn, str) else None

    # --- arrays ---

    def _generate_array(self, shape: MergedSchema, name: str) -> list[Any]:
        least, most = self._get_size_bounds(shape)
        special = [
            leaf["contains"] for leaf in shape.conjuncts for _ in range(_get_min_contains(leaf))
        ]
        others = tuple(
            SyntheticSchema({"not": leaf["contains"]})
            for leaf in shape.conjuncts
            if "maxContains" in leaf and "contains" in leaf
        )
        start = self._find_contains_start(shape, len(special), most)
        least = max(least, start + len(special)) if special else least
        unique = any(shape.get_keyword_values("uniqueItems"))
        found: list[Any] = []
        seen: set[Any] = set()
        for index in range(self._choose_length(shape, least, most)):
            offset = index - start
            extra = (special[offset],) if 0 <= offset < len(special) else others
            try:
                item = self._generate_item(
                    shape.get_item_schemas(index) + extra,
                    index,
                    _make_singular(name),
                    seen if unique else set(),
                )
            except GenerationFailed:
                if index < least:
                    raise
                break
            found.append(item)
            if unique:
                seen.add(compute_identity(item))
        return found

    def _find_contains_start(self, shape: MergedSchema, count: int, most: int | None) -> int:
        """Say where the items that `contains` asks for begin: behind a tuple's own, or among them."""
        start = max(map(len, shape.get_keyword_values("prefixItems")), default=0)
        among = most is not None and start + count > most
        if among or False in shape.get_item_schemas(start):
            return 0
        is_first = self._random.random() < AMONG_SHARE
        return 0 if is_first else start

    def _get_size_bounds(self, shape: MergedSchema) -> tuple[int, int | None]:
        least, most = shape.get_lower_limit("minItems"), shape.get_upper_limit("maxItems")
        if most is not None and least > most:
            raise GenerationFailed("minItems is more than maxItems")
        return least, most

    def _choose_length(self, shape: MergedSchema, least: int, most: int | None) -> int:
        tuple_length = max(map(len, shape.get_keyword_values("prefixItems")), default=0)
        if self._is_minimal or self._optional_members == "none":
            wanted = least
        elif tuple_length:
            wanted = tuple_length
        else:
            wanted = 1 + (self._random.random() < 0.4)  # noqa: PLR2004 (mostly one)
        return max(least, wanted if most is None else min(wanted, most))

    def _generate_item(
        self, parts: tuple[JsonSchema, ...], index: int, name: str, seen: set[Any]
    ) -> Any:
        for _ in range(12):
            item = self._generate_child(parts, index, name, NO_VALUE, seen)
            if not seen or compute_identity(item) not in seen:
                return item
        raise GenerationFailed("uniqueItems finds no other item")


def _is_null_option(option: tuple[JsonSchema, ...]) -> bool:
    return len(option) == 1 and isinstance(option[0], dict) and option[0].get("type") == "null"


def _compute_signature(option: tuple[JsonSchema, ...]) -> tuple[Any, ...]:
    """Return what an alternative looks like from outside, the same in the open and in the closed reading."""
    schema = option[0] if option else True
    if isinstance(schema, bool):
        return (schema,)
    name = get_schema_name(schema["$ref"]) if "$ref" in schema else schema.get("title")
    return (
        name,
        str(schema.get("type")),
        *schema.get("properties", ()),
        *schema.get("required", ()),
    )


def _make_synthetic(schema: JsonSchema) -> JsonSchema:
    return SyntheticSchema(schema) if isinstance(schema, dict) else schema


def _format_pointer(path: list[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _get_min_contains(leaf: dict[str, Any]) -> int:
    return min(leaf.get("minContains", 1), MAX_STEPS) if "contains" in leaf else 0


def _make_singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name

"""One attempt at an instance: a walk down the schema that chooses branches and tries again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dynclient.document.references import escape_token
from dynclient.generate.branch_choice import BranchCounts
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
from dynclient.generate.schema_cache import NO_VALUE, accept_anything
from dynclient.generate.schema_keys import get_schema_key
from dynclient.generate.value_choices import MAX_STEPS, ValueChoices

#: How deep a value may be nested.
MAX_DEPTH = 60
MAX_TRIES = 64
#: So many tries are made at branches, and two more for each branch of the schema.
MIN_TRIES = 16
#: What a search among branches may cost, and how often it may fail in one value.
MAX_SEARCH_STEPS = 1000
MAX_FAILURES = 2
#: A search may cost so many times its first try, where one try costs much.
SEARCH_STEPS_PER_FIRST_TRY = 6
#: After so many tries the conflicts are forgotten: a restart may do better.
RESTART_INTERVAL = 6
#: How often the items that `contains` requires come first although they need not.
AMONG_SHARE = 0.3
#: How often a unique item is tried.
MAX_ITEM_TRIES = 12


class ValueGenerator(ValueChoices):
    """One attempt: a walk down the schema that generates a value."""

    __slots__ = ()

    def generate(
        self,
        schemas: tuple[JsonSchema, ...],
        name: str,
        prefer: Any = NO_VALUE,
        avoid: ExcludedValues = frozenset(),
    ) -> Any:
        """Return a value that all of some schemas accept, as far as this attempt can see.

        Args:
            schemas: what the value must satisfy.
            name: the property that the value is for; readable strings are made from it.
            prefer: the value to take where the schemas accept it.
            avoid: identities of the values that must not be generated.

        Raises:
            GenerationFailed: this attempt found no value here.
            BudgetExceeded: the budget is used up.

        """
        self.spend(1)
        self.size += 1
        if len(self.path) > MAX_DEPTH:
            raise GenerationFailed("it nests too deeply")
        try:
            merged = self.cache.merger.merge_without_choice(schemas)
            if merged is None or merged.has_uncertain_keywords:
                return self._search(schemas, name, prefer, avoid)
            return self._offer_or_generate(merged, schemas, name, prefer, avoid)
        except GenerationFailed as failure:
            if failure.pointer is None:
                failure.pointer = _format_pointer(self.path)
            raise

    # --- the search among branches

    def _search(
        self, schemas: tuple[JsonSchema, ...], name: str, prefer: Any, avoid: ExcludedValues
    ) -> Any:
        """Return a value that the schemas accept, by a bounded search among their branches."""
        key = get_schema_key(schemas)
        if self.failure_counts.get(key, 0) >= MAX_FAILURES:
            raise GenerationFailed("every branch was refused before")

        def generate(merged: MergedSchema) -> Any:
            return self._offer_or_generate(merged, schemas, name, prefer, avoid)

        try:
            return self._try_branches(schemas, generate)
        except GenerationFailed:
            has_synthetic = len(key) < len(schemas)
            if not has_synthetic:
                self.failure_counts[key] = self.failure_counts.get(key, 0) + 1
            raise

    def _try_branches(
        self, schemas: tuple[JsonSchema, ...], generate: Callable[[MergedSchema], Any]
    ) -> Any:
        """Try one branch after the other; analyze the conflict where a value is refused."""
        accepts = self.cache.get_check(schemas) if get_schema_key(schemas) else accept_anything
        branches = BranchCounts(self.cache, self.random)
        conflicts: tuple[JsonSchema, ...] = ()
        failure = GenerationFailed("every branch was refused")
        first_steps, max_steps = self.remaining_steps, MAX_SEARCH_STEPS
        requested = self.optional_members

        for number in range(MAX_TRIES):
            used_steps = first_steps - self.remaining_steps
            if number >= MIN_TRIES + 2 * branches.branch_count or used_steps >= max_steps:
                break
            if number == 1:
                max_steps = max(max_steps, SEARCH_STEPS_PER_FIRST_TRY * used_steps)
            try:
                # Optional properties may be what tells branches apart, so their number varies.
                self.optional_members = (requested, requested, "some", "none")[number % 4]
                merged = self._merge_branches(branches, conflicts, schemas, number)
                value = generate(merged)
                if not merged.has_uncertain_keywords or accepts(value):
                    return value
                self.spend(4)
                is_restart = (number + 1) % RESTART_INTERVAL == 0
                if is_restart:
                    conflicts = ()
                else:
                    conflicts += self.conflict_analyzer.analyze(merged, value)
            except GenerationFailed as error:
                failure, conflicts = error, ()
                self.spend(1)
            finally:
                self.optional_members = requested
        raise failure

    def _merge_branches(
        self,
        branches: BranchCounts,
        conflicts: tuple[JsonSchema, ...],
        schemas: tuple[JsonSchema, ...],
        number: int,
    ) -> MergedSchema:
        """Choose branches for one try, and merge what must hold then."""
        choose = branches.build_chooser(
            is_minimal=self.is_minimal,
            repeats_twins=(number + 1) % 3 > 0,
        )
        merged = self.cache.merger.merge(conflicts + schemas, choose, set(map(id, conflicts)))
        assert merged is not None
        self.spend(len(merged.conjuncts) // 20)
        return merged

    # --- one value

    def _offer_or_generate(
        self,
        merged: MergedSchema,
        schemas: tuple[JsonSchema, ...],
        name: str,
        prefer: Any,
        avoid: ExcludedValues,
    ) -> Any:
        """Return a value that the schemas offer themselves, else a generated one."""
        if merged.excluded_identities:
            avoid = merged.excluded_identities | avoid
        offered = self.find_offered_value(merged, schemas, prefer, avoid)
        if offered is not NO_VALUE:
            return copy_json(offered)
        with self._enter_definitions(merged):
            return self._generate_by_type(merged, name, avoid)

    @contextmanager
    def _enter_definitions(self, merged: MergedSchema) -> Iterator[None]:
        """Generate only what must be, inside a definition entered again, too deep or too large."""
        names = merged.definition_names
        was_minimal = self.is_minimal
        self.is_minimal = was_minimal or self.must_be_minimal(names)
        for name in names:
            self.active_definitions[name] = self.active_definitions.get(name, 0) + 1
        try:
            yield
        finally:
            self.is_minimal = was_minimal
            for name in names:
                self.active_definitions[name] -= 1

    def _generate_by_type(self, merged: MergedSchema, name: str, avoid: ExcludedValues) -> Any:
        json_type = self.choose_type(merged)
        if json_type == "object":
            return self._generate_object(merged, name)
        if json_type == "array":
            return self._generate_array(merged, name)
        if json_type == "string":
            self.spend(merged.length_bounds[0] // 1000)
            return self.generate_text(merged, name, avoid)
        if json_type in ("integer", "number"):
            return self.generate_number(merged, avoid, is_integer=json_type == "integer")
        constants = exclude_values([True, False] if json_type == "boolean" else [None], avoid)
        if not constants:
            raise GenerationFailed("every value is ruled out")
        return self.pick_one(constants)

    def _generate_child(
        self,
        schemas: tuple[JsonSchema, ...],
        key: str | int,
        name: str,
        prefer: Any = NO_VALUE,
        avoid: ExcludedValues = frozenset(),
    ) -> Any:
        """Return a property's or an item's value; `key` is its place in the object or array."""
        self.path.append(key)
        try:
            return self.generate(schemas, name, prefer, avoid)
        finally:
            self.path.pop()

    # --- objects

    def _generate_object(self, merged: MergedSchema, name: str) -> dict[str, Any]:
        chosen = self.choose_names(merged)
        merged, names, needed = self.property_chooser.complete(
            merged, chosen, is_minimal=self.is_minimal
        )
        pattern_count = sum(map(len, merged.get_keyword_values("patternProperties")))
        self.spend(len(names) * (len(merged.conjuncts) + pattern_count) // 50)

        value: dict[str, Any] = {}
        for member in names:
            schemas = merged.get_property_schemas(member, self.cache.matches)
            tag = merged.tags.get(member, NO_VALUE)
            try:
                value[member] = self._generate_child(schemas, member, member, tag)
            except GenerationFailed:
                if member in needed:
                    raise
        self._add_optional_properties(merged, value, name)
        return value

    def _add_optional_properties(
        self, merged: MergedSchema, value: dict[str, Any], name: str
    ) -> None:
        """Add properties up to `minProperties`, and as many more as are chosen."""
        least = merged.get_lower_limit("minProperties")
        most = merged.get_upper_limit("maxProperties")
        count = max(least, self.choose_property_count(merged, len(value)))
        if most is not None:
            count = min(count, most)

        for member in self._generate_spare_names(merged, name, least):
            if len(value) >= count:
                return
            if member not in value:
                self._add_property(merged, value, member)
        if len(value) < least:
            raise GenerationFailed("minProperties asks for more than was found")

    def _add_property(self, merged: MergedSchema, value: dict[str, Any], member: str) -> None:
        """Add one property where the schema allows its name and a value is found."""
        schemas = merged.get_property_schemas(member, self.cache.matches)
        if any(schema is False for schema in schemas):
            return
        name_schemas = tuple(merged.get_keyword_values("propertyNames"))
        if name_schemas and not self.cache.get_check(name_schemas)(member):
            return
        try:
            value[member] = self._generate_child(schemas, member, member)
        except GenerationFailed:
            self.spend(1)

    def _generate_spare_names(self, merged: MergedSchema, name: str, least: int) -> Iterator[str]:
        """Yield names for more properties: declared ones, then names that the schema allows."""
        if least:
            yield from merged.property_positions
        name_schemas = tuple(merged.get_keyword_values("propertyNames"))
        patterns: list[str] = []
        for schemas in merged.get_keyword_values("patternProperties"):
            patterns += schemas
        if not name_schemas and not patterns:
            yield from self.generate_free_names()

        for n in range(least * 2 + 20):
            self.spend(1)
            spare: str | None = f"key-{n + 1}"
            if name_schemas:
                spare = self._generate_name(name_schemas)
            elif patterns and n % 2 == 0:
                pattern = pick(patterns, self.random)
                spare = self._generate_name(({"type": "string", "pattern": pattern},))
            elif patterns:
                spare = f"{name or 'property'}-{n + 1}"
            if spare is not None:
                yield spare

    def _generate_name(self, schemas: tuple[JsonSchema, ...]) -> str | None:
        """Return a property's name that some schemas accept, None where none is found."""
        name_schemas = (SyntheticSchema(type="string"), *map(_make_synthetic, schemas))
        try:
            name = self._generate_child(name_schemas, "(name)", "key")
        except GenerationFailed:
            return None
        return name if isinstance(name, str) else None

    # --- arrays

    def _generate_array(self, merged: MergedSchema, name: str) -> list[Any]:
        least, most = self._get_size_bounds(merged)
        contained, others = merged.list_contains_schemas(MAX_STEPS)
        start = self._find_contains_start(merged, len(contained), most)
        if contained:
            least = max(least, start + len(contained))
        is_unique = any(merged.get_keyword_values("uniqueItems"))

        items: list[Any] = []
        identities: set[Any] = set()
        for index in range(self.choose_length(merged, least, most)):
            schemas = merged.get_item_schemas(index)
            is_contained = start <= index < start + len(contained)
            schemas += (contained[index - start],) if is_contained else others
            try:
                item = self._generate_item(schemas, index, _make_singular(name), identities)
            except GenerationFailed:
                if index < least:
                    raise
                break
            items.append(item)
            if is_unique:
                identities.add(compute_identity(item))
        return items

    def _find_contains_start(self, merged: MergedSchema, count: int, most: int | None) -> int:
        """Return where the items that `contains` requires begin: behind a tuple's own, or at 0."""
        start = merged.tuple_length
        is_among = most is not None and start + count > most
        if is_among or False in merged.get_item_schemas(start):
            return 0
        is_first = self.random.random() < AMONG_SHARE
        return 0 if is_first else start

    def _get_size_bounds(self, merged: MergedSchema) -> tuple[int, int | None]:
        least, most = merged.get_lower_limit("minItems"), merged.get_upper_limit("maxItems")
        if most is not None and least > most:
            raise GenerationFailed("minItems is more than maxItems")
        return least, most

    def _generate_item(
        self, schemas: tuple[JsonSchema, ...], index: int, name: str, identities: set[Any]
    ) -> Any:
        """Return an item whose identity is not among those of the others."""
        for _ in range(MAX_ITEM_TRIES):
            item = self._generate_child(schemas, index, name, NO_VALUE, identities)
            if not identities or compute_identity(item) not in identities:
                return item
        raise GenerationFailed("uniqueItems finds no other item")


def _make_synthetic(schema: JsonSchema) -> JsonSchema:
    return SyntheticSchema(schema) if isinstance(schema, dict) else schema


def _format_pointer(path: list[str | int]) -> str:
    return "".join("/" + escape_token(str(token)) for token in path)


def _make_singular(name: str) -> str:
    is_plural = name.endswith("s") and not name.endswith("ss")
    return name[:-1] if is_plural else name

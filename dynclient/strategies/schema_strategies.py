"""A schema as a strategy: what it draws, the engine accepts."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cached_property
from typing import Any

from hypothesis import HealthCheck, Phase, event, find, reject, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable

from dynclient.errors import UsageError
from dynclient.generate import ExampleGenerator, NoExample
from dynclient.generate.merged_schema import GenerationFailed, copy_json
from dynclient.generate.property_choice import OptionalMembers
from dynclient.generate.schema_cache import NO_VALUE, SchemaCache
from dynclient.generate.value_choices import BudgetExceeded
from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import Checker, compile_check
from dynclient.schema.engines.step_limit import MAX_STEPS, limit_steps
from dynclient.strategies.value_drawing import HypothesisValueGenerator, ValuePath

#: How often a value is drawn before the sampler is asked.
ATTEMPTS = 3
#: How many steps the attempts at one value may take together.
MAX_DRAW_STEPS = 2 * MAX_STEPS
#: Where the checks of one value take as many steps, values are drawn from a few samples.
COSTLY_STEPS = MAX_STEPS // 20
_OPTIONAL_MEMBERS_OF_SAMPLES: tuple[OptionalMembers, ...] = ("none", "all", "some", "some")
MAX_SEED = 2**16
MAX_CACHED_SOURCES = 512


#: A search of our own, where the sampler finds nothing: some values are found only by chance.
_SEARCH = settings(
    max_examples=30,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def from_schema(schema: Mapping[str, Any] | bool) -> st.SearchStrategy[Any]:
    """Return a strategy of the values that a schema accepts.

    Args:
        schema: JSON Schema 2020-12, self-contained (references to its own `$defs`), as
            `operation.call_schema` and `operation.result_schemas` hold them; patterns are ECMA-262,
            formats those that calls are checked by.

    Raises:
        UsageError: when drawing, that no value was found; perhaps there is none.

    """
    return values(get_source(schema))


class ValueSource:
    """Draws the values of one schema; it caches facts of the schema, none of an example.

    Args:
        schema: self-contained, in our dialect.
        label: the schema's name in an error.

    `counts` has the number of values that were `drawn`, drawn `again`, `sampled` by the generator
    and `rejected`.
    """

    def __init__(self, schema: dict[str, Any], label: str = "the schema") -> None:
        self.schema = schema
        self.label = label
        self.checker = Checker(schema)
        self.schema_cache = SchemaCache(schema, compile_check, self.checker.accepts)
        self._sampler = ExampleGenerator(
            schema, compile_schema=compile_check, accepts=self.checker.accepts
        )
        self.counts: Counter[str] = Counter()

    def draw(self, draw: st.DrawFn, wanted: Collection[ValuePath] = ()) -> Any:
        """Draw a value that the engine accepts.

        Args:
            draw: of the example under way.
            wanted: paths that must be there, where the schema lets them.

        Raises:
            UsageError: no value was ever found.

        """
        if isinstance(self._settled, UsageError):
            raise self._settled
        if self._settled:
            self.counts["sampled"] += 1
            return copy_json(draw(st.sampled_from(self._settled)))
        with limit_steps(MAX_DRAW_STEPS):
            for _ in range(ATTEMPTS):
                value = self.draw_once(draw, wanted)
                if value is not NO_VALUE:
                    self.counts["drawn"] += 1
                    return value
                self.counts["again"] += 1
            return self._draw_seeded_sample(draw)

    def draw_once(self, draw: st.DrawFn, wanted: Collection[ValuePath] = ()) -> Any:
        """Draw a value that the engine accepts, or NO_VALUE where this attempt finds none."""
        generator = HypothesisValueGenerator(self.schema_cache, draw, wanted)
        try:
            value = generator.generate((self.schema,), "")
        except (GenerationFailed, BudgetExceeded):
            return NO_VALUE
        return value if self.checker.accepts(value) else NO_VALUE

    @cached_property
    def _settled(self) -> UsageError | list[Any]:
        """The error where no value is found; else all values that are drawn of a costly schema.

        It is settled before anything is drawn: the same choices have the same end. What a draw
        finds before its steps are used up depends on what is cached, so values whose checks take
        many steps are not drawn anew. The list of another schema is empty.
        """
        samples: list[Any] = []
        failure: NoExample | None = None
        with limit_steps(MAX_DRAW_STEPS) as limit:
            for seed, optional in enumerate(_OPTIONAL_MEMBERS_OF_SAMPLES):
                try:
                    samples.append(self._sampler.generate(seed=seed, optional=optional))
                except NoExample as error:
                    failure = failure or error
                is_costly = limit.check_steps >= COSTLY_STEPS
                if not is_costly and seed > 0:
                    break
            if not is_costly:
                samples = []
            if failure is None or samples or (not is_costly and self._can_find_value):
                return samples
        text = f"{self.label} has no value that could be found: {failure}"
        return UsageError(text, hint="perhaps nothing can satisfy it")

    @property
    def _can_find_value(self) -> bool:
        # It runs in its own thread, as Hypothesis allows no search inside another one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(copy_context().run, self._search).result()

    def _search(self) -> bool:
        try:
            find(_attempts(self), lambda value: value is not NO_VALUE, settings=_SEARCH)
        except (NoSuchExample, Unsatisfiable):
            return False
        return True

    def _draw_seeded_sample(self, draw: st.DrawFn) -> Any:
        """Draw a seed for the generator, which searches longer; this shrinks less well."""
        try:
            value = self._sampler.generate(seed=draw(st.integers(0, MAX_SEED)))
        except NoExample:
            self.counts["rejected"] += 1
            event("dynclient: rejected, no value was found")
            reject()
        self.counts["sampled"] += 1
        return copy_json(value)


@st.composite
def _attempts(draw: st.DrawFn, source: ValueSource) -> Any:
    return source.draw_once(draw)


@st.composite
def values(draw: st.DrawFn, source: ValueSource) -> Any:
    """Draw from a source."""
    return source.draw(draw)


#: Sources of schemas that dynclient translated, by identity: these never change.
_cached_sources: OrderedDict[int, ValueSource] = OrderedDict()


def get_source(schema: Mapping[str, Any] | bool, label: str = "the schema") -> ValueSource:
    """Return the source of a schema; of one that dynclient translated, the same each time."""
    if isinstance(schema, bool):
        return ValueSource({} if schema else {"not": {}}, label)
    if not isinstance(schema, Schema):
        return ValueSource(dict(schema), label)
    source = _cached_sources.get(id(schema))
    if source is None or source.schema is not schema:
        source = ValueSource(schema, label)
        _cached_sources[id(schema)] = source
        if len(_cached_sources) > MAX_CACHED_SOURCES:
            _cached_sources.popitem(last=False)
    return source

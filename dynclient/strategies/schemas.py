"""A schema as a strategy: what it draws, the engine accepts."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from hypothesis import HealthCheck, Phase, event, find, reject, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable

from dynclient.errors import UsageError
from dynclient.schema.dialect import Schema
from dynclient.schema.engine import Checker
from dynclient.schema.samples import Sampler, Unsampled
from dynclient.schema.samples.growth import Spent
from dynclient.schema.samples.known import NOTHING, Known
from dynclient.schema.samples.shapes import Refusal, copied
from dynclient.strategies.drawing import Drawing, Path

#: How often a value is drawn before the sampler is asked.
ATTEMPTS = 3
MAX_SEED = 2**16
MAX_KEPT = 512


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
        schema: JSON Schema 2020-12, self-contained (references to its own `$defs`), as `operation.call_schema` and
            `operation.result_schemas` hold them; patterns are ECMA-262, formats those that calls are checked by.

    Raises:
        UsageError: when drawing, that no value was found; perhaps there is none.

    """
    return values(source_of(schema))


class Source:
    """Where the values of one schema come from; everything that is known of it is kept, nothing of any example.

    Args:
        schema: self-contained, in our dialect.
        what: the schema's name in an error.

    `counts` tells how it went: `drawn`, `again` (drawn anew), `sampled` (the sampler helped out), `rejected`.
    """

    def __init__(self, schema: dict[str, Any], what: str = "the schema") -> None:
        self.schema = schema
        self.what = what
        self.checker = Checker(schema)
        self.known = Known(schema, _check_of, self.checker.accepts)
        self._sampler = Sampler(schema, compile_schema=_check_of, accepts=self.checker.accepts)
        self.counts: Counter[str] = Counter()

    def draw(self, draw: st.DrawFn, wanted: Collection[Path] = ()) -> Any:
        """Draw a value that the engine accepts.

        Args:
            draw: of the example under way.
            wanted: paths that must be there, where the schema lets them.

        Raises:
            UsageError: no value was ever found.

        """
        if self._failure is not None:
            raise self._failure
        for _ in range(ATTEMPTS):
            value = self.drawn(draw, wanted)
            if value is not NOTHING:
                self.counts["drawn"] += 1
                return value
            self.counts["again"] += 1
        return self._sampled(draw)

    def drawn(self, draw: st.DrawFn, wanted: Collection[Path] = ()) -> Any:
        """Draw a value that the engine accepts, or NOTHING where this one attempt has none."""
        try:
            value = Drawing(self.known, draw, wanted).value((self.schema,), "")
        except (Refusal, Spent):
            return NOTHING
        return value if self.checker.accepts(value) else NOTHING

    @cached_property
    def _failure(self) -> UsageError | None:
        """What to raise because there is no value: neither the sampler nor a search of its own finds any.

        It is settled before anything is drawn, so that the same choices of Hypothesis always end the same.
        """
        try:
            self._sampler.sample(seed=1, optional="none")
        except Unsampled as error:
            if not self._is_found:
                hint = "perhaps nothing can satisfy it"
                return UsageError(
                    f"{self.what} has no value that could be found: {error}", hint=hint
                )
        return None

    @property
    def _is_found(self) -> bool:
        # A thread of its own: Hypothesis asks that no search runs inside of another.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(self._search).result()

    def _search(self) -> bool:
        try:
            find(_attempts(self), lambda value: value is not NOTHING, settings=_SEARCH)
        except (NoSuchExample, Unsatisfiable):
            return False
        return True

    def _sampled(self, draw: st.DrawFn) -> Any:
        """Fall back on the sampler, which searches longer; it draws only a seed, so this shrinks less well."""
        try:
            value = self._sampler.sample(seed=draw(st.integers(0, MAX_SEED)))
        except Unsampled:
            self.counts["rejected"] += 1
            event("dynclient: rejected, no value was found")
            reject()
        self.counts["sampled"] += 1
        return copied(value)


def _check_of(schema: dict[str, Any]) -> Callable[[Any], bool]:
    return Checker(schema).accepts


@st.composite
def _attempts(draw: st.DrawFn, source: Source) -> Any:
    return source.drawn(draw)


@st.composite
def values(draw: st.DrawFn, source: Source) -> Any:
    """Draw from a source."""
    return source.draw(draw)


#: Sources of our own schemas, by identity: these are never changed once made.
_kept: OrderedDict[int, Source] = OrderedDict()


def source_of(schema: Mapping[str, Any] | bool, what: str = "the schema") -> Source:
    """Return the source of a schema; of one that dynclient made the same each time."""
    if not isinstance(schema, Schema):
        return Source(
            dict(schema) if not isinstance(schema, bool) else {} if schema else {"not": {}}, what
        )
    found = _kept.get(id(schema))
    if found is None or found.schema is not schema:
        found = _kept[id(schema)] = Source(schema, what)
        if len(_kept) > MAX_KEPT:
            _kept.popitem(last=False)
    return found

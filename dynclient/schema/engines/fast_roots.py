"""A root as the fast engine is given it: the schema with all definitions that it reaches.

Definitions that many roots share are written once, each when a root first reaches it.
"""

from __future__ import annotations

from typing import Any

from dynclient.document.references import escape_token
from dynclient.fork_safety import build_fork_safe_lock
from dynclient.schema.dialect import SharedDefinitions, get_shared_definitions
from dynclient.schema.engines.check_cost import CheckCostEstimator
from dynclient.schema.engines.evaluation_conditions import MAX_EVALUATED_SCHEMAS
from dynclient.schema.engines.fast_schema import (
    MAX_SCHEMAS,
    MAX_UNROLLED_SCHEMAS,
    FastSchemaWriter,
    FormatChecks,
    UnsuitableSchema,
    WritingScope,
    WrittenSchema,
)
from dynclient.schema.engines.separate_members import ARRAY_PREFIX
from dynclient.schema.engines.step_limit import charge_steps

#: How many schemas the engine may check for one path through a value. A million take 20 ms.
MAX_CHECK_COST = 5_000_000

#: Writing a schema, and each round of an estimate, takes as long as so many steps of the reference
#: engine.
STEPS_PER_SCHEMA = 20
STEPS_PER_ROUND = 8

#: Begins the names of definitions that belong to one root.
_ROOT_PREFIX = "root:"


class FastRoot:
    """What the fast engine compiles.

    Args:
        schema: a self-contained root.
        format_checks: the checks of formats that the root names and the engine does not have.
        size: how many schemas the engine is given.
        max_depth: how deep the values may be that the engine checks within bounds; None: any.
        names: the definitions in it.

    """

    def __init__(
        self,
        schema: dict[str, Any],
        format_checks: FormatChecks,
        size: int,
        max_depth: int | None,
        names: frozenset[str],
    ) -> None:
        self.schema = schema
        self.format_checks = format_checks
        self.size = size
        self.max_depth = max_depth
        self.names = names


class FastDefinitions:
    """Definitions as the fast engine is given them. Each is written when it is first needed.

    Args:
        scope: the names that schemas get, and the definitions as they are.

    """

    def __init__(self, scope: WritingScope) -> None:
        self.scope = scope
        self.lock = build_fork_safe_lock()
        self._sources: dict[str, Any] = {}
        self._written: dict[str, WrittenSchema | None] = {}
        #: The written schemas alone, for the estimates.
        self.schemas: dict[str, Any] = {}
        self.estimator = CheckCostEstimator(self.schemas)

    def add(self, name: str, schema: Any) -> None:
        """Add a definition of ours, which is written when it is needed."""
        self._sources.setdefault(name, schema)

    def write(self, name: str) -> WrittenSchema:
        """Return a definition as it is written.

        Raises:
            UnsuitableSchema: the engine would need too much time or memory.

        """
        if name not in self._written:
            self._written[name] = None
            source = self._sources[name] if name in self._sources else self.scope.defs[name]
            written = FastSchemaWriter(self.scope).write(source)
            self._written[name] = written
            self.schemas[name] = written.schema
        found = self._written[name]
        if found is None:
            raise UnsuitableSchema
        return found


def write_fast_root(root: dict[str, Any]) -> FastRoot:
    """Return a root for the fast engine.

    Args:
        root: a self-contained root in our dialect.

    Raises:
        UnsuitableSchema: the engine would need too much time or memory.

    """
    shared = get_shared_definitions(root)
    if shared is None:
        definitions = FastDefinitions(WritingScope(root.get("$defs", {})))
    else:
        definitions = get_fast_definitions(shared)
    with definitions.lock:
        return _RootWriter(definitions).write(root)


def write_definitions_root(shared: SharedDefinitions, names: list[str]) -> FastRoot:
    """Return a root that checks values of definitions.

    It has a property for each of them, by its name, and one for an array of it.

    Args:
        shared: the definitions.
        names: some of them, with all that they reach.

    Raises:
        UnsuitableSchema: the engine would need too much time or memory.

    """
    definitions = get_fast_definitions(shared)
    with definitions.lock:
        return _RootWriter(definitions).write_definitions(names)


def get_fast_definitions(shared: SharedDefinitions) -> FastDefinitions:
    """Return what is written of definitions that many roots share."""
    return shared.derive(_begin_definitions)


def _begin_definitions(shared: SharedDefinitions) -> FastDefinitions:
    return FastDefinitions(WritingScope(shared))


class _Sizes:
    """What the engine has to do for all that is written."""

    def __init__(self) -> None:
        self.size = 0
        self.evaluated_count = 0
        self.unrolled_count = 0

    def add(self, written: WrittenSchema) -> None:
        """Add what one schema causes.

        Raises:
            UnsuitableSchema: it is too much together.

        """
        self.size += written.size
        self.evaluated_count += written.evaluated_count
        self.unrolled_count += written.unrolled_count
        if (
            self.size > MAX_SCHEMAS
            or self.evaluated_count > MAX_EVALUATED_SCHEMAS
            or self.unrolled_count > MAX_UNROLLED_SCHEMAS
        ):
            raise UnsuitableSchema


class _RootWriter:
    """Writes a root: its own schemas, and the definitions that it reaches.

    Args:
        definitions: the definitions, which other roots may share.

    """

    def __init__(self, definitions: FastDefinitions) -> None:
        self._definitions = definitions
        scope = definitions.scope
        own_scope = WritingScope(scope.defs, _ROOT_PREFIX, scope.evaluation_reader)
        #: What other roots do not share: the conditions that stand in this one.
        self._own = FastDefinitions(own_scope)
        self._own.estimator = CheckCostEstimator(self._own.schemas, definitions.estimator)
        self._sizes = _Sizes()
        self._format_checks: FormatChecks = {}

    def write(self, root: dict[str, Any]) -> FastRoot:
        """Return a root for the fast engine."""
        own = {key: value for key, value in root.items() if key != "$defs"}
        written = FastSchemaWriter(self._own.scope).write(own)
        return self._complete(written, written.schema)

    def write_definitions(self, names: list[str]) -> FastRoot:
        """Return a root that checks values of definitions, and arrays of them."""
        properties: dict[str, Any] = {name: build_reference(name) for name in names}
        arrays = {
            ARRAY_PREFIX + name: {"type": "array", "items": reference}
            for name, reference in properties.items()
        }
        written = WrittenSchema()
        written.schema = {"properties": {**properties, **arrays}}
        written.names = dict.fromkeys(names)
        written.size = 1 + len(properties) + 2 * len(arrays)
        # The items of an array are a level deeper than what is checked alone.
        return self._complete(written, {"properties": properties})

    def _complete(self, written: WrittenSchema, estimated: dict[str, Any]) -> FastRoot:
        """Return a root with the definitions that it reaches.

        Args:
            written: the root alone.
            estimated: by which it is estimated what a check costs.

        """
        estimator = self._own.estimator
        try:
            reached = self._write_reached(written)
            max_depth = estimator.find_depth(estimated, MAX_CHECK_COST)
        except RecursionError:
            raise UnsuitableSchema from None
        finally:
            rounds = estimator.rounds
            charge_steps(self._sizes.size * (STEPS_PER_SCHEMA + STEPS_PER_ROUND * rounds))
        if max_depth == 0:
            raise UnsuitableSchema
        schema = {**written.schema, "$defs": reached} if reached else written.schema
        return FastRoot(
            schema, self._format_checks, self._sizes.size, max_depth, frozenset(reached)
        )

    def _write_reached(self, root: WrittenSchema) -> dict[str, Any]:
        """Return the definitions that a root reaches."""
        reached: dict[str, Any] = {}
        pending = [root]
        while pending:
            written = pending.pop()
            self._sizes.add(written)
            self._format_checks.update(written.format_checks)
            for name, definition in written.definitions.items():
                self._find_owner(name).add(name, definition)
            for name in written.names:
                if name not in reached:
                    written_definition = self._find_owner(name).write(name)
                    reached[name] = written_definition.schema
                    pending.append(written_definition)
        return reached

    def _find_owner(self, name: str) -> FastDefinitions:
        return self._own if name.startswith(_ROOT_PREFIX) else self._definitions


def build_reference(name: str) -> dict[str, Any]:
    """Return a reference to a definition."""
    return {"$ref": "#/$defs/" + escape_token(name)}

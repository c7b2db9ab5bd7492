"""Which properties a schema evaluates: always, and under which conditions.

`unevaluatedProperties` asks for them. jsonschema-rs answers by a copy of everything that applies in
place, references included, for each such keyword. A copy holds copies, so that a small document
could take all memory. What is found here is written as names and conditions instead.

Source: JSON Schema 2020-12 Core §11.3.
"""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import get_definition_name
from dynclient.schema.engines.check_cost import InPlaceCounter
from dynclient.schema.readings import Definitions

#: How many schemas may apply in place to one value, counted again on each way to them.
MAX_SCHEMAS_IN_PLACE = 20_000

#: How many schemas may be looked at to find what the schemas of one root evaluate.
MAX_EVALUATED_SCHEMAS = 200_000


class TooManyConditions(Exception):
    """What a schema evaluates hangs on more conditions than can be listed."""


class Condition:
    """When a schema counts: another one holds, or does not hold, or a property is there.

    Args:
        schema: the schema that holds or not; None where a property decides.
        is_negated: the schema does not hold.
        name: the property that is there.

    """

    def __init__(
        self,
        schema: dict[str, Any] | None = None,
        is_negated: bool = False,
        name: str = "",
    ) -> None:
        self.schema = schema
        self.is_negated = is_negated
        self.name = name

    @property
    def key(self) -> tuple[Any, ...]:
        """What equal conditions have in common."""
        if self.schema is None:
            return ("property", self.name)
        is_reference = self.schema.keys() == {"$ref"}
        return (self.is_negated, self.schema["$ref"] if is_reference else id(self.schema))


class EvaluatedNames:
    """The names of the properties that a schema evaluates.

    Attributes:
        names: those that it names.
        patterns: those that match one of these.
        is_everything: all of them.
        conditional: what is evaluated only under a condition, by the condition's key.

    """

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.patterns: dict[str, None] = {}
        self.is_everything = False
        self.conditional: dict[tuple[Any, ...], tuple[Condition, EvaluatedNames]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is evaluated."""
        return not (self.names or self.patterns or self.is_everything or self.conditional)

    def add_condition(self, condition: Condition) -> EvaluatedNames:
        """Return what is evaluated under a condition, so that more can be added to it."""
        return self.conditional.setdefault(condition.key, (condition, EvaluatedNames()))[1]

    def remove_known(self, names: dict[str, None], patterns: dict[str, None]) -> None:
        """Remove what is evaluated anyway, and the conditions on which nothing hangs."""
        self.names = {name: None for name in self.names if name not in names}
        self.patterns = {name: None for name in self.patterns if name not in patterns}
        if self.is_everything:
            self.conditional.clear()
        for key, (_, part) in list(self.conditional.items()):
            part.remove_known(names | self.names, patterns | self.patterns)
            if part.is_empty:
                del self.conditional[key]


class EvaluationReader:
    """Finds what schemas evaluate.

    Args:
        defs: the definitions that references name.

    """

    def __init__(self, defs: Definitions) -> None:
        self.defs = defs
        #: How many schemas may still be looked at.
        self.remaining = MAX_EVALUATED_SCHEMAS
        self._path: list[str] = []
        self._counter = InPlaceCounter(defs)

    def read(self, schema: dict[str, Any]) -> EvaluatedNames:
        """Return what a schema evaluates, its own `unevaluatedProperties` apart.

        Raises:
            TooManyConditions: it cannot be listed within bounds.

        """
        if self._counter.count(schema) > MAX_SCHEMAS_IN_PLACE:
            raise TooManyConditions
        evaluated = EvaluatedNames()
        own = {key: value for key, value in schema.items() if key != "unevaluatedProperties"}
        self._collect(own, evaluated)
        evaluated.remove_known({}, {})
        return evaluated

    def _collect(self, schema: Any, evaluated: EvaluatedNames) -> None:
        """Add what a schema evaluates that applies wherever the others so far apply."""
        if not isinstance(schema, dict):
            return
        self.remaining -= 1
        if self.remaining < 0:
            raise TooManyConditions
        if "additionalProperties" in schema or "unevaluatedProperties" in schema:
            evaluated.is_everything = True
        evaluated.names |= dict.fromkeys(schema.get("properties", ()))
        evaluated.patterns |= dict.fromkeys(schema.get("patternProperties", ()))
        if "$ref" in schema:
            self._collect_definition(get_definition_name(schema["$ref"]), evaluated)
        for part in schema.get("allOf", ()):
            self._collect(part, evaluated)
        for keyword in ("anyOf", "oneOf"):
            self._collect_alternatives(schema.get(keyword, ()), evaluated)
        self._collect_conditional_parts(schema, evaluated)

    def _collect_definition(self, name: str, evaluated: EvaluatedNames) -> None:
        if name in self._path:
            return
        self._path.append(name)
        self._collect(self.defs[name], evaluated)
        self._path.pop()

    def _collect_alternatives(self, branches: Any, evaluated: EvaluatedNames) -> None:
        """Add what each branch evaluates where it holds; one of them always does."""
        parts: list[EvaluatedNames] = []
        for branch in branches:
            part = EvaluatedNames()
            if isinstance(branch, dict):
                part = evaluated.add_condition(Condition(branch))
                self._collect(branch, part)
            parts.append(part)
        if parts:
            for name in parts[0].names:
                if all(name in part.names for part in parts):
                    evaluated.names[name] = None

    def _collect_conditional_parts(self, schema: dict[str, Any], evaluated: EvaluatedNames) -> None:
        condition = schema.get("if")
        if isinstance(condition, dict):
            holds = evaluated.add_condition(Condition(condition))
            self._collect(condition, holds)
            self._collect(schema.get("then"), holds)
            self._collect(schema.get("else"), evaluated.add_condition(Condition(condition, True)))
        elif condition is not None:
            self._collect(schema.get("then" if condition else "else"), evaluated)
        for name, part in schema.get("dependentSchemas", {}).items():
            self._collect(part, evaluated.add_condition(Condition(name=name)))

"""Finds values that fit two alternatives of a `oneOf`."""

from __future__ import annotations

from typing import Any

from dynclient.containment import SchemaView
from dynclient.containment.schema_equality import SchemaEquality
from dynclient.containment.witnesses import SignedSchema, WitnessGenerator
from dynclient.containment.witnesses.search_results import UNSATISFIABLE, Witness
from dynclient.containment.witnesses.validator_cache import ValidatorCache
from dynclient.plan.schemas import Schemas
from dynclient.schema.dialect import UNION_KEYWORDS, Direction, Schema, get_definition_name
from dynclient.schema.engines.engine import Checker

#: The effort for a pair: how deep values may be nested, and how many cells are looked at.
_EFFORT = ((3, 300),)

_CONDITION_KEYWORDS = ("if", "then", "else", "not")

#: How many schemas may apply to one value where a pair is looked at.
_MAX_SIZE = 500


class OverlapFinder:
    """Finds values that fit two alternatives of a `oneOf`, for the schemas of one direction.

    Args:
        schemas: the translated schemas of the document.
        direction: which way the values travel.

    """

    def __init__(self, schemas: Schemas, direction: Direction) -> None:
        self._schemas = schemas
        self._direction = direction
        definitions = schemas.get_dialect(direction).defs
        self._view = SchemaView(definitions, "consumer", direction)
        equality = SchemaEquality(definitions, definitions)
        self._generator = WitnessGenerator(equality, ValidatorCache())

    def find_overlap(self, rest: Schema, one: Any, other: Any) -> Witness | None:
        """Return a value that fits two alternatives and what is around them; None: not found."""
        if sum(map(self.measure, (rest, one, other))) > _MAX_SIZE:
            return None
        terms = tuple(SignedSchema(self._view, part) for part in (rest, one, other))
        found = self._generator.generate(terms, _EFFORT)
        if not isinstance(found, Witness):
            return None
        conjunction = Schema({"allOf": [rest, one, other]})
        checker = Checker(self._schemas.bundle(conjunction, self._direction, "consumer"))
        is_proved = checker.accepts(found.value) and checker.accepts_by_reference(found.value)
        return found if is_proved else None

    def is_unsatisfiable(self, schema: Any) -> bool:
        """Tell whether it is proved that no value fits a schema."""
        if self.measure(schema) > _MAX_SIZE:
            return False
        return (
            self._generator.generate((SignedSchema(self._view, schema),), _EFFORT) is UNSATISFIABLE
        )

    def measure(self, schema: Any) -> int:
        """Return how many schemas apply to the same value, each counted as often as it applies.

        That is what checking one value may cost. It is counted up to the limit, and one more.
        """
        size = 0
        pending = [schema]
        while pending and size <= _MAX_SIZE:
            part = pending.pop()
            size += 1
            if not isinstance(part, dict):
                continue
            if "$ref" in part:
                pending.append(self._view.defs[get_definition_name(part["$ref"])])
            for keyword in ("allOf", *UNION_KEYWORDS):
                pending += part.get(keyword, ())
            pending += [part[keyword] for keyword in _CONDITION_KEYWORDS if keyword in part]
        return size

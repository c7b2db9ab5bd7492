"""A schema as the fast engine is given it: equivalent, and nothing in it makes the engine unroll.

Patterns are in Rust's syntax. `unevaluatedProperties` stands beside names and conditions instead of
the schemas that evaluate properties, and what several places need is a definition.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dynclient import regex
from dynclient.document.references import escape_token
from dynclient.schema.dialect import (
    SUBSCHEMA_KEYWORDS,
    get_definition_name,
    map_subschemas,
)
from dynclient.schema.engines.evaluation_conditions import (
    MAX_EVALUATED_SCHEMAS,
    Condition,
    EvaluatedNames,
    EvaluationReader,
    TooManyConditions,
)
from dynclient.schema.engines.joined_objects import ANNOTATIONS, join_objects
from dynclient.schema.formats import FORMAT_CHECKS, UNCHECKED_FORMATS, CheckedFormat

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"

#: Formats that the engine itself checks as we do -> a pattern that must match too, so that its
#: digits are digits. The other formats are checked by our functions. Each call of these costs as
#: much as twenty strings checked in Rust.
NATIVE_FORMATS = {
    "uuid": None,
    "ipv4": None,
    "ipv6": None,
    "date": f"^({_DATE})$",
    "time": f"^({_TIME})$",
    "date-time": f"^({_DATE}[Tt]{_TIME})$",
}

#: The checks of the others.
_OTHER_CHECKS = {
    name: check
    for name, check in FORMAT_CHECKS.items()
    if name not in NATIVE_FORMATS and name not in UNCHECKED_FORMATS
}

_DAY = "(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31"
_USUAL_DATE = f"[0-9]{{4}}-({_DAY})"
_MINUTE = "([01][0-9]|2[0-3]):[0-5][0-9]"
_USUAL_TIME = f"{_MINUTE}:[0-5][0-9]([.][0-9]+)?([Zz]|[+-]{_MINUTE})"

#: Formats -> a pattern of all their values but 29 February and leap seconds. One search for it
#: takes half the time of the engine's own check and the pattern beside it.
_USUAL_VALUES = {
    "date": f"^({_USUAL_DATE})$",
    "time": f"^({_USUAL_TIME})$",
    "date-time": f"^({_USUAL_DATE}[Tt]{_USUAL_TIME})$",
}

#: Patterns with more states than this are searched by our own bounded search.
MAX_STATES = 5000

#: How many schemas the engine is given at most. It takes about 500 bytes for each.
MAX_SCHEMAS = 200_000

#: How many schemas may apply in place where `unevaluatedItems` is: the engine copies them.
MAX_UNROLLED_SCHEMAS = 20_000

_STRUCTURAL_KEYWORDS = SUBSCHEMA_KEYWORDS | {"$ref"}
_CONDITION_KEYWORDS = ("anyOf", "oneOf", "if")
#: Keywords about strings that are written in another way.
_SCALAR_KEYWORDS = frozenset(("format", "pattern"))
#: Without these beside them, `properties` and `patternProperties` are all that is evaluated.
_EVALUATING_KEYWORDS = frozenset(
    (
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "dependentSchemas",
        "if",
        "oneOf",
        "unevaluatedProperties",
    )
)


#: Name of a format -> its check.
FormatChecks = dict[str, Callable[[str], Any]]


class UnsuitableSchema(Exception):
    """The fast engine cannot check values by this schema within bounds."""


class WrittenSchema:
    """A schema as the fast engine is given it, without the definitions that it refers to.

    Attributes:
        schema: what the engine is given.
        names: the definitions that it refers to.
        definitions: those of them that are written for it: names of ours -> schema to write.
        format_checks: the checks of the formats in it that the engine does not check itself. With
            any of them it is a quarter slower, so it is given no other.
        size: how many schemas the engine is given.
        evaluated_count: how many schemas were looked at to find what is evaluated.
        unrolled_count: how many copies the engine makes for `unevaluatedItems`.

    """

    def __init__(self) -> None:
        self.schema: Any = True
        self.names: dict[str, None] = {}
        self.definitions: dict[str, Any] = {}
        self.format_checks: FormatChecks = {}
        self.size = 0
        self.evaluated_count = 0
        self.unrolled_count = 0


class WritingScope:
    """The names that schemas and checks of formats get while they are written.

    Args:
        defs: the definitions that references name.
        prefix: begins each name, so that two scopes never give the same one.
        evaluation_reader: finds what schemas evaluate; by default one of its own.

    """

    def __init__(
        self,
        defs: dict[str, Any],
        prefix: str = "",
        evaluation_reader: EvaluationReader | None = None,
    ) -> None:
        self.defs = defs
        self.evaluation_reader = evaluation_reader or EvaluationReader(defs)
        self._prefix = prefix
        self._format_count = 0
        #: Identity of a schema that is a condition -> the schema and the name of its definition.
        #: The schema is kept, so that no other one gets its identity.
        self._conditions: dict[int, tuple[Any, str]] = {}

    def name_condition(self, schema: dict[str, Any]) -> str:
        """Return the name of the definition of a condition, the same one each time."""
        name = f"{self._prefix}condition:{len(self._conditions) + 1}"
        return self._conditions.setdefault(id(schema), (schema, name))[1]

    def name_format(self) -> str:
        """Return the name of a new format."""
        self._format_count += 1
        return f"x-{self._prefix}check-{self._format_count}"


class FastSchemaWriter:
    """Writes one schema for the fast engine.

    Args:
        scope: the names that it gets, and the definitions that it may refer to.

    """

    def __init__(self, scope: WritingScope) -> None:
        self._scope = scope
        self._defs = scope.defs
        self._written = WrittenSchema()

    def write(self, schema: Any) -> WrittenSchema:
        """Write a schema; its definitions are written apart.

        Raises:
            UnsuitableSchema: the engine would need too much time or memory.

        """
        reader = self._scope.evaluation_reader
        before = reader.remaining = MAX_EVALUATED_SCHEMAS
        try:
            self._written.schema = self._write_schema(schema, is_definition=True)
        except (TooManyConditions, RecursionError):
            raise UnsuitableSchema from None
        self._written.evaluated_count = before - reader.remaining
        return self._written

    def _write_schema(self, schema: Any, *, is_definition: bool = False) -> Any:
        if not isinstance(schema, dict):
            return schema
        if "unevaluatedItems" in schema and not is_definition:
            return self._write_condition(schema)
        self._written.size += 1
        if self._written.size > MAX_SCHEMAS:
            raise UnsuitableSchema
        own = {key: value for key, value in schema.items() if key not in ANNOTATIONS}
        if own.keys() == {"$ref", "unevaluatedProperties"}:
            return self._refer_to_closed_definition(own)
        return self._write_keywords(join_objects(own, self._defs), schema)

    def _write_keywords(self, own: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
        unevaluated = own.pop("unevaluatedProperties", None)
        written = own
        if not _STRUCTURAL_KEYWORDS.isdisjoint(own):
            written = self._write_subschemas(own)
        conjuncts = []
        if not _SCALAR_KEYWORDS.isdisjoint(written):
            conjuncts = self._write_scalar_conjuncts(written)
        if unevaluated is not None:
            evaluated = self._scope.evaluation_reader.read(schema)
            conjuncts += self._write_unevaluated(written, evaluated, unevaluated)
        if "unevaluatedItems" in written:
            self._count_unrolled(schema)
        if conjuncts:
            written["allOf"] = [*written.get("allOf", ()), *conjuncts]
        return written

    def _write_subschemas(self, own: dict[str, Any]) -> dict[str, Any]:
        """Return a schema in which those are written that stand in it."""
        conditions = {key: own.pop(key) for key in _CONDITION_KEYWORDS if key in own}
        written = map_subschemas(own, self._write_schema)
        for keyword, condition in conditions.items():
            if keyword == "if":
                written[keyword] = self._write_condition(condition)
            else:
                written[keyword] = list(map(self._write_condition, condition))
        if "$ref" in written:
            self._written.names[get_definition_name(written["$ref"])] = None
        if "patternProperties" in written:
            written["patternProperties"] = _write_linear_patterns(written["patternProperties"])
        return written

    # --- definitions

    def _refer_to_definition(self, name: str) -> dict[str, Any]:
        """Return a reference to a definition, which is written apart."""
        self._written.names[name] = None
        return {"$ref": "#/$defs/" + escape_token(name)}

    def _refer_to_own_definition(self, name: str, schema: Any) -> dict[str, Any]:
        """Return a reference to a definition of ours."""
        self._written.definitions[name] = schema
        return self._refer_to_definition(name)

    def _refer_to_closed_definition(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a reference to a definition with `unevaluatedProperties`, for all places."""
        name = get_definition_name(schema["$ref"])
        if schema["unevaluatedProperties"] is not False:
            conjuncts = [{"$ref": schema["$ref"]}]
            return self._write_keywords({**schema, "allOf": conjuncts}, schema)
        closed_name = f"{name}:closed"
        target = self._defs[name]
        is_plain = isinstance(target, dict) and _EVALUATING_KEYWORDS.isdisjoint(target)
        if is_plain:
            closed = {**target, "additionalProperties": False}
        else:
            closed = {"allOf": [{"$ref": schema["$ref"]}], "unevaluatedProperties": False}
        return self._refer_to_own_definition(closed_name, closed)

    def _write_condition(self, schema: Any) -> Any:
        """Return a schema that several places need, as a reference to a definition."""
        is_simple = not isinstance(schema, dict) or _STRUCTURAL_KEYWORDS.isdisjoint(schema)
        if is_simple or schema.keys() == {"$ref"}:
            return self._write_schema(schema)
        return self._refer_to_own_definition(self._scope.name_condition(schema), schema)

    # --- properties

    def _write_unevaluated(
        self, written: dict[str, Any], evaluated: EvaluatedNames, unevaluated: Any
    ) -> list[dict[str, Any]]:
        """Return what checks the properties that a schema does not evaluate.

        Returns:
            Schemas that apply beside what is written; none where it is written into that.

        """
        if evaluated.is_everything:
            return []
        others = self._write_schema(unevaluated)
        if _EVALUATING_KEYWORDS.isdisjoint(written):
            written["additionalProperties"] = others
            return []
        names = self._write_evaluated(evaluated)
        keyword = "unevaluatedProperties" if evaluated.conditional else "additionalProperties"
        return [{**names, keyword: others}]

    def _write_evaluated(self, evaluated: EvaluatedNames) -> dict[str, Any]:
        """Return a schema that accepts everything and evaluates certain properties."""
        self._written.size += len(evaluated.names) + len(evaluated.patterns)
        if evaluated.is_everything:
            return {"additionalProperties": True}
        written: dict[str, Any] = {}
        if evaluated.names:
            written["properties"] = dict.fromkeys(evaluated.names, True)
        if evaluated.patterns:
            members = dict.fromkeys(evaluated.patterns, True)
            written["patternProperties"] = _write_linear_patterns(members)
        alternatives = [
            {**self._write_shielded(condition), **self._write_evaluated(part)}
            for condition, part in evaluated.conditional.values()
        ]
        if alternatives:
            written["anyOf"] = [True, *alternatives]
        return written

    def _write_shielded(self, condition: Condition) -> dict[str, Any]:
        """Return a condition that evaluates nothing itself: what is negated never does."""
        if condition.schema is None:
            return {"required": [condition.name]}
        negated = {"not": self._write_condition(condition.schema)}
        return negated if condition.is_negated else {"not": negated}

    def _count_unrolled(self, schema: dict[str, Any]) -> None:
        """Count what the engine copies for `unevaluatedItems`: all that applies in place."""
        reader = self._scope.evaluation_reader
        before = reader.remaining
        reader.read(schema)
        self._written.unrolled_count += before - reader.remaining
        if self._written.unrolled_count > MAX_UNROLLED_SCHEMAS:
            raise UnsuitableSchema

    # --- strings

    def _write_scalar_conjuncts(self, written: dict[str, Any]) -> list[dict[str, Any]]:
        """Take `pattern` out, and return what together with the rest means the same."""
        conjuncts: list[dict[str, Any]] = []
        if "pattern" in written:
            conjuncts += self._write_pattern(written.pop("pattern"))
        format_name = written.get("format")
        if isinstance(format_name, CheckedFormat):
            written["format"] = self._add_format(format_name.check)
        elif str(format_name) in _USUAL_VALUES:
            del written["format"]
            conjuncts.append(_write_date_or_time(str(format_name)))
        elif str(format_name) in _OTHER_CHECKS:
            name = str(format_name)
            self._written.format_checks[name] = _OTHER_CHECKS[name]
        return conjuncts

    def _add_format(self, check: Callable[[str], Any]) -> str:
        """Return the name of a new format in place of what the engine does not check itself.

        Such are patterns that it cannot search within bounds, and formats of the user.
        """
        name = self._scope.name_format()
        self._written.format_checks[name] = check
        return name

    def _write_pattern(self, source: str) -> list[dict[str, Any]]:
        """Return schemas that together accept what a pattern matches, without backtracking."""
        pattern = regex.compile(source)
        if pattern.size > MAX_STATES or not all(term.is_linear for term in pattern.searches):
            return [{"format": self._add_format(pattern.search)}]
        conjuncts: list[dict[str, Any]] = []
        for term in pattern.searches:
            search = {"pattern": term.rust}
            if term.is_positive:
                conjuncts.append(search)
            else:
                conjuncts.append({"not": {"type": "string", **search}})
        return conjuncts


def _write_date_or_time(format_name: str) -> dict[str, Any]:
    """Return what checks a format of dates and times: the usual values by one search."""
    exact = {"format": format_name, "pattern": NATIVE_FORMATS[format_name]}
    return {"anyOf": [{"pattern": _USUAL_VALUES[format_name]}, exact]}


def _write_linear_patterns(members: dict[str, Any]) -> dict[str, Any]:
    return {_write_linear_pattern(pattern): member for pattern, member in members.items()}


def _write_linear_pattern(source: str) -> str:
    pattern = regex.compile(source)
    if not pattern.is_linear or pattern.size > MAX_STATES:
        raise UnsuitableSchema
    return pattern.rust

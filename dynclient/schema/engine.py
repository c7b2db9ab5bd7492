"""The engine port: compile a schema once, then check values against it.

Two engines, one truth: jsonschema-rs accepts fast; where it refuses, jsonschema, which is the reference, decides and
explains. Both judge formats by our list, patterns by our translation and `multipleOf` exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from dynclient.schema import patterns
from dynclient.schema.dialect import MANY, NAMED, ONE
from dynclient.schema.explain import explain
from dynclient.schema.formats import FORMATS
from dynclient.violations import Violation

#: Steps a backtracking pattern (lookaround, backreference) may take before it counts as not matching.
BACKTRACK_LIMIT = 100_000


class Checker:
    """A schema made ready to check values.

    Args:
        schema: a self-contained root in our dialect (JSON Schema 2020-12, local `$ref`s only).

    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    @cached_property
    def _fast(self) -> Any:
        return _compiled(self.schema)

    @cached_property
    def _reference(self) -> Any:
        return _reference_class()(self.schema, format_checker=_format_checker())

    def fast_accepts(self, value: Any) -> bool:
        """Tell whether the fast engine accepts a value; where it does not, the reference has to be asked.

        Raises:
            ValueError: the value holds something that is no JSON, or text that is no Unicode.

        """
        return bool(self._fast.is_valid(value))

    def accepts(self, value: Any) -> bool:
        """Tell whether a value fits the schema."""
        try:
            if self.fast_accepts(value):
                return True
        except (ValueError, TypeError):  # a Python value that is no JSON, a string that is no Unicode text
            pass
        return self.accepts_by_reference(value)

    def accepts_by_reference(self, value: Any) -> bool:
        """Tell whether a value fits the schema, by the reference engine alone."""
        try:
            return next(iter(self._reference.iter_errors(value)), None) is None
        except RecursionError:
            return bool(self._fast.is_valid(value))

    def violations(self, value: Any, at: tuple[str | int, ...] = ()) -> list[Violation]:
        """Return everything that is wrong with a value; [] where the reference engine finds nothing.

        Args:
            value: plain JSON data.
            at: the path of the value, put before each finding's own.

        """
        try:
            errors = list(self._reference.iter_errors(value))
        except RecursionError:
            if self._fast.is_valid(value):
                return []
            return [Violation("depth", at, "nested too deeply to be explained; it does not fit its schema")]
        return explain(errors, self.schema.get("$defs", {}), at)


def _compiled(schema: dict[str, Any]) -> Any:
    import jsonschema_rs

    found = _Patterns()
    ready = found.translated(schema)
    options = (
        jsonschema_rs.RegexOptions()
        if found.linear
        else jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACK_LIMIT)
    )
    return jsonschema_rs.Draft202012Validator(
        ready,
        formats=dict(FORMATS),
        validate_formats=True,
        ignore_unknown_formats=True,
        pattern_options=options,
        offline=True,
    )


class _Patterns:
    """Writes the patterns of a schema for the fast engine; what holds none is not copied."""

    def __init__(self) -> None:
        self.linear = True

    def translated(self, schema: Any) -> Any:
        if not isinstance(schema, dict):
            return schema
        made = dict(schema)
        if "pattern" in made:
            made["pattern"] = self._rust(made["pattern"])
        for keyword in ONE:
            if keyword in made:
                made[keyword] = self.translated(made[keyword])
        for keyword in MANY:
            if keyword in made:
                made[keyword] = [self.translated(s) for s in made[keyword]]
        for keyword in (*NAMED, "$defs"):
            if keyword in made:
                made[keyword] = {k: self.translated(s) for k, s in made[keyword].items()}
        if "patternProperties" in made:
            made["patternProperties"] = {self._rust(k): v for k, v in made["patternProperties"].items()}
        return made

    def _rust(self, pattern: str) -> str:
        compiled = patterns.compile(pattern)
        self.linear = self.linear and compiled.linear
        return compiled.rust


@lru_cache(maxsize=1)
def _reference_class() -> Any:
    from jsonschema import Draft202012Validator, validators

    own = {"multipleOf": _multiple_of, "pattern": _pattern, "patternProperties": _pattern_properties}
    checks = {**own, "additionalProperties": _additional_properties}
    return validators.extend(Draft202012Validator, checks)


@lru_cache(maxsize=1)
def _format_checker() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    for name, check in FORMATS.items():
        checker.checks(name)(_for_strings(check))
    return checker


def _for_strings(check: Any) -> Any:
    return lambda value: not isinstance(value, str) or check(value)


def _multiple_of(validator: Any, divisor: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    """Judge by the decimal text of both numbers: 19.99 is a multiple of 0.01."""
    from jsonschema import ValidationError

    if validator.is_type(instance, "number") and not is_multiple(instance, divisor):
        yield ValidationError(f"{instance!r} is not a multiple of {divisor!r}")


def is_multiple(value: Any, divisor: Any) -> bool:
    """Tell whether a number is an integral multiple of another, by their decimal texts; infinities are of none."""
    try:
        return (Fraction(str(value)) / Fraction(str(divisor))).denominator == 1
    except (ValueError, OverflowError):
        return False


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(instance, "string") and not patterns.compile(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, by_pattern: dict[str, Any], instance: Any, _schema: Any) -> Iterator[Any]:
    if validator.is_type(instance, "object"):
        for pattern, schema in by_pattern.items():
            for name, value in instance.items():
                if patterns.compile(pattern).search(name):
                    yield from validator.descend(value, schema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, additional: Any, instance: Any, schema: dict[str, Any]) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not validator.is_type(instance, "object"):
        return
    searches = [patterns.compile(p).search for p in schema.get("patternProperties", {})]
    declared = schema.get("properties", {})
    extra = [name for name in instance if name not in declared and not any(search(name) for search in searches)]
    if additional is False and extra:
        yield ValidationError(f"{len(extra)} properties are not declared")
    elif isinstance(additional, dict):
        for name in extra:
            yield from validator.descend(instance[name], additional, path=name)

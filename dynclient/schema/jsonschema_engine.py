"""The reference engine: jsonschema, with the keywords that it judges otherwise than our dialect means them.

`multipleOf` is exact, patterns are ours (jsonschema's are Python's), formats are our list, and `unevaluatedProperties`
names what no alternative that applies declares.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from typing import Any

from dynclient import regex
from dynclient.schema.formats import FORMAT_CHECKS

#: How many keywords that branch or descend may be judged for one value.
MAX_STEPS = 500_000


def compile_reference_validator(schema: dict[str, Any]) -> Any:
    """Return jsonschema's validator of a self-contained root in our dialect."""
    return _build_validator_class()(schema, format_checker=_build_format_checker())


@lru_cache(maxsize=1)
def _build_validator_class() -> Any:
    from jsonschema import Draft202012Validator, validators

    # The keywords that branch or descend count steps: a hostile schema could make them take for ever.
    known = Draft202012Validator.VALIDATORS
    own = {
        name: _count_steps(known[name])
        for name in ("allOf", "anyOf", "oneOf", "properties", "items", "$ref", "if")
    }
    own |= {
        "additionalProperties": _check_additional_properties,
        "multipleOf": _check_multiple_of,
        "pattern": _check_pattern,
        "patternProperties": _check_pattern_properties,
        "unevaluatedProperties": _check_unevaluated_properties,
    }
    types = Draft202012Validator.TYPE_CHECKER.redefine(
        "array", lambda _checker, value: isinstance(value, list | tuple)
    )
    return validators.extend(Draft202012Validator, own, type_checker=types)  # type: ignore[no-untyped-call] # its stub


@lru_cache(maxsize=1)
def _build_format_checker() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    for name, check in FORMAT_CHECKS.items():
        checker.checks(name)(_check_strings_only(check))
    return checker


class ValidationTooComplex(Exception):
    """Judging a value took more than MAX_STEPS."""


_remaining_steps: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar(
    "dynclient_steps", default=None
)


@contextmanager
def limit_steps() -> Iterator[None]:
    """Let the reference engine take no more than MAX_STEPS inside.

    Raises:
        TooComplex: it would.

    """
    token = _remaining_steps.set([MAX_STEPS])
    try:
        yield
    finally:
        _remaining_steps.reset(token)


def _count_steps(keyword: Any) -> Any:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        left = _remaining_steps.get()
        if left is not None:
            left[0] -= 1
            if left[0] < 0:
                raise ValidationTooComplex
        return keyword(validator, value, instance, schema)

    return check


def _check_strings_only(check: Any) -> Any:
    return lambda value: not isinstance(value, str) or check(value)


def _build_error(message: str, extra: tuple[str, ...] = ()) -> Any:
    """Return jsonschema's error; `extra` are the names that an object should not have."""
    from jsonschema import ValidationError

    error: Any = ValidationError(message)
    error.extra = extra
    return error


def _check_multiple_of(validator: Any, divisor: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    """Judge by the decimal text of both numbers: 19.99 is a multiple of 0.01."""
    if validator.is_type(instance, "number") and not is_multiple(instance, divisor):
        yield _build_error("is not a multiple")


def is_multiple(value: Any, divisor: Any) -> bool:
    """Tell whether a number is an integral multiple of another, by their decimal texts; infinities are of none."""
    try:
        return (Fraction(str(value)) / Fraction(str(divisor))).denominator == 1
    except (ValueError, OverflowError):
        return False


def _check_pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    if validator.is_type(instance, "string") and not regex.compile(pattern).search(instance):
        yield _build_error("does not match")


def _check_pattern_properties(
    validator: Any, by_pattern: dict[str, Any], instance: Any, _schema: Any
) -> Iterator[Any]:
    if validator.is_type(instance, "object"):
        for pattern, schema in by_pattern.items():
            for name, value in instance.items():
                if regex.compile(pattern).search(name):
                    yield from validator.descend(value, schema, path=name, schema_path=pattern)


def _check_additional_properties(
    validator: Any, additional: Any, instance: Any, schema: dict[str, Any]
) -> Iterator[Any]:
    if validator.is_type(instance, "object"):
        known = _find_declared_properties(schema, instance)
        yield from _check_undeclared_properties(
            validator, additional, instance, [name for name in instance if name not in known]
        )


def _check_unevaluated_properties(
    validator: Any, others: Any, instance: Any, schema: dict[str, Any]
) -> Iterator[Any]:
    if validator.is_type(instance, "object"):
        known = _find_evaluated_properties(validator, schema, instance)
        yield from _check_undeclared_properties(
            validator, others, instance, [name for name in instance if name not in known]
        )


def _check_undeclared_properties(
    validator: Any, schema: Any, instance: dict[str, Any], names: list[str]
) -> Iterator[Any]:
    if schema is False and names:
        yield _build_error(f"{len(names)} properties are not declared", tuple(names))
    elif isinstance(schema, dict):
        for name in names:
            yield from validator.descend(instance[name], schema, path=name)


def _find_declared_properties(schema: dict[str, Any], instance: dict[str, Any]) -> set[str]:
    """Return the names in an object that `properties` and `patternProperties` of a schema speak of."""
    known = {name for name in schema.get("properties", ()) if name in instance}
    for pattern in schema.get("patternProperties", ()):
        search = regex.compile(pattern).search
        known.update(name for name in instance if search(name))
    return known


def _find_evaluated_properties(
    validator: Any, schema: Any, instance: dict[str, Any], *, inside: bool = False
) -> set[str]:
    """Return the names in an object that a schema evaluates. Source: JSON Schema 2020-12 Core §11.3.

    Where no alternative of several fits, all count: what is wrong is told at the alternatives, not here.
    """
    if not isinstance(schema, dict):
        return set()
    if "additionalProperties" in schema or (inside and "unevaluatedProperties" in schema):
        return set(instance)
    known = _find_declared_properties(schema, instance)
    for part, here in _find_applied_subschemas(validator, schema, instance):
        known |= _find_evaluated_properties(here, part, instance, inside=True)
    return known


def _find_applied_subschemas(
    validator: Any, schema: dict[str, Any], instance: dict[str, Any]
) -> Iterator[tuple[Any, Any]]:
    """Yield the schemas that apply to the same object, each with the validator that resolves its references."""
    if "$ref" in schema:
        resolved = validator._resolver.lookup(schema["$ref"])  # noqa: SLF001 (jsonschema's own keywords do the same)
        yield (
            resolved.contents,
            validator.evolve(schema=resolved.contents, _resolver=resolved.resolver),
        )
    for part in schema.get("allOf", ()):
        yield part, validator
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword, [])
        fitting = [part for part in branches if validator.evolve(schema=part).is_valid(instance)]
        yield from ((part, validator) for part in fitting or branches)
    if "if" in schema:
        holds = validator.evolve(schema=schema["if"]).is_valid(instance)
        yield from (
            (schema[k], validator) for k in (("if", "then") if holds else ("else",)) if k in schema
        )
    for name, part in schema.get("dependentSchemas", {}).items():
        if name in instance:
            yield part, validator

"""The reference engine: jsonschema, with our own keywords where our dialect means another thing.

`multipleOf` is exact, patterns are ECMA-262 (jsonschema's are Python's), formats are our list, and
`unevaluatedProperties` reports the names that no applicable alternative declares.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from typing import Any

from dynclient import regex
from dynclient.schema.binary_stand_in import BinaryStandIn
from dynclient.schema.formats import FORMAT_CHECKS

#: How many keywords that branch or descend may be checked for one value.
MAX_STEPS = 500_000

#: The keywords whose checks are counted: with them a hostile schema could take for ever.
_COUNTED_KEYWORDS = ("allOf", "anyOf", "properties", "items", "$ref", "if")


class ValidationTooComplex(Exception):
    """Checking a value takes more than MAX_STEPS."""


#: How many steps are left, in a list that is changed in place; None where nothing limits them.
_remaining_steps: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar(
    "dynclient_steps", default=None
)


@contextmanager
def limit_steps() -> Iterator[None]:
    """Let the reference engine take no more than MAX_STEPS inside.

    Raises:
        ValidationTooComplex: it would take more.

    """
    token = _remaining_steps.set([MAX_STEPS])
    try:
        yield
    finally:
        _remaining_steps.reset(token)


def compile_reference_validator(schema: dict[str, Any]) -> Any:
    """Return jsonschema's validator of a self-contained root in our dialect."""
    validator_class = _build_validator_class()
    return validator_class(schema, format_checker=_build_format_checker())


@lru_cache(maxsize=1)
def _build_validator_class() -> Any:
    from jsonschema import Draft202012Validator, validators

    keywords = {
        name: _count_steps(Draft202012Validator.VALIDATORS[name]) for name in _COUNTED_KEYWORDS
    }
    keywords |= {
        "additionalProperties": _check_additional_properties,
        "contentEncoding": _check_content_encoding,
        "maxLength": _check_max_length,
        "minLength": _check_min_length,
        "multipleOf": _check_multiple_of,
        "oneOf": _count_steps(_check_one_of),
        "pattern": _check_pattern,
        "patternProperties": _check_pattern_properties,
        "unevaluatedProperties": _check_unevaluated_properties,
    }
    types = Draft202012Validator.TYPE_CHECKER.redefine("array", _is_array)
    return validators.extend(  # type: ignore[no-untyped-call] # its stub
        Draft202012Validator, keywords, type_checker=types
    )


def _is_array(_checker: Any, value: Any) -> bool:
    return isinstance(value, list | tuple)


@lru_cache(maxsize=1)
def _build_format_checker() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    for name, check in FORMAT_CHECKS.items():
        checker.checks(name)(_check_strings_only(check, takes_octets=name not in _BASE64_FORMATS))
    return checker


#: Texts that are made of octets, for which they cannot stand.
_BASE64_FORMATS = frozenset({"byte", "base64url"})


def _check_strings_only(
    check: Callable[[str], bool], *, takes_octets: bool
) -> Callable[[Any], bool]:
    def check_value(value: Any) -> bool:
        if isinstance(value, BinaryStandIn):
            return takes_octets
        return not isinstance(value, str) or check(value)

    return check_value


def _count_steps(check_keyword: Any) -> Any:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        remaining = _remaining_steps.get()
        if remaining is not None:
            remaining[0] -= 1
            if remaining[0] < 0:
                raise ValidationTooComplex
        return check_keyword(validator, value, instance, schema)

    return check


def _build_error(
    message: str,
    undeclared_names: tuple[str, ...] = (),
    fitting_branches: tuple[int, ...] = (),
    context: Sequence[Any] = (),
) -> Any:
    """Return jsonschema's error.

    Args:
        message: what is wrong.
        undeclared_names: the names that an object must not have.
        fitting_branches: the indexes of the branches of `oneOf` that fit, where several do.
        context: the errors of the branches.

    """
    from jsonschema import ValidationError

    error: Any = ValidationError(message, context=context)
    error.undeclared_names = undeclared_names
    error.fitting_branches = fitting_branches
    return error


# --- alternatives


def _check_one_of(
    validator: Any, branches: list[Any], instance: Any, _schema: Any
) -> Iterator[Any]:
    """Check `oneOf`; the error says which branches fit, where several do."""
    fitting: list[int] = []
    branch_errors: list[Any] = []
    for index, branch in enumerate(branches):
        if fitting:
            errors = [] if validator.evolve(schema=branch).is_valid(instance) else [None]
        else:
            errors = list(validator.descend(instance, branch, schema_path=index))
            branch_errors += errors
        if not errors:
            fitting.append(index)
    if not fitting:
        yield _build_error("fits no branch", context=branch_errors)
    elif len(fitting) > 1:
        yield _build_error("fits several branches", fitting_branches=tuple(fitting))


# --- assertions


def _check_multiple_of(validator: Any, divisor: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if not validator.is_type(instance, "number"):
        return
    if not is_multiple(instance, divisor):
        yield _build_error("is not a multiple")


def is_multiple(value: Any, divisor: Any) -> bool:
    """Return whether a number is an integral multiple of another: 19.99 is one of 0.01.

    The decimal text of both numbers counts. Infinities are multiples of nothing.
    """
    try:
        quotient = Fraction(str(value)) / Fraction(str(divisor))
    except (ValueError, OverflowError):
        return False
    return quotient.denominator == 1


def _check_min_length(validator: Any, limit: int, instance: Any, _schema: Any) -> Iterator[Any]:
    if validator.is_type(instance, "string"):
        length = _measure_length(instance)
        if length is not None and length < limit:
            yield _build_error("is too short")


def _check_max_length(validator: Any, limit: int, instance: Any, _schema: Any) -> Iterator[Any]:
    if validator.is_type(instance, "string"):
        length = _measure_length(instance)
        if length is not None and length > limit:
            yield _build_error("is too long")


def _measure_length(text: str) -> int | None:
    """Return the characters of a text, or the octets of binary data; None where unknown."""
    return text.size_bytes if isinstance(text, BinaryStandIn) else len(text)


def _check_content_encoding(
    _validator: Any, encoding: Any, instance: Any, _schema: Any
) -> Iterator[Any]:
    """Check that octets are not taken for the text that encodes them; other texts are not read."""
    is_base64 = isinstance(encoding, str) and encoding.lower().startswith("base64")
    if is_base64 and isinstance(instance, BinaryStandIn):
        yield _build_error("is not encoded")


def _check_pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    if not validator.is_type(instance, "string") or isinstance(instance, BinaryStandIn):
        return
    if not regex.compile(pattern).search(instance):
        yield _build_error("does not match")


# --- properties


def _check_pattern_properties(
    validator: Any, schemas_by_pattern: dict[str, Any], instance: Any, _schema: Any
) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, schema in schemas_by_pattern.items():
        search = regex.compile(pattern).search
        for name, value in instance.items():
            if search(name):
                yield from validator.descend(value, schema, path=name, schema_path=pattern)


def _check_additional_properties(
    validator: Any, additional: Any, instance: Any, schema: dict[str, Any]
) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    declared = _find_declared_properties(schema, instance)
    yield from _check_undeclared_properties(validator, additional, instance, declared)


def _check_unevaluated_properties(
    validator: Any, unevaluated: Any, instance: Any, schema: dict[str, Any]
) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    evaluated = _find_evaluated_properties(validator, schema, instance)
    yield from _check_undeclared_properties(validator, unevaluated, instance, evaluated)


def _check_undeclared_properties(
    validator: Any, schema: Any, instance: dict[str, Any], declared: set[str]
) -> Iterator[Any]:
    """Check the properties that are not among the declared names by a schema of their own."""
    names = [name for name in instance if name not in declared]
    if schema is False and names:
        yield _build_error(f"{len(names)} properties are not declared", tuple(names))
    elif isinstance(schema, dict):
        for name in names:
            yield from validator.descend(instance[name], schema, path=name)


def _find_declared_properties(schema: dict[str, Any], instance: dict[str, Any]) -> set[str]:
    """Return the names in an object that `properties` and `patternProperties` apply to."""
    declared = {name for name in schema.get("properties", ()) if name in instance}
    for pattern in schema.get("patternProperties", ()):
        search = regex.compile(pattern).search
        declared.update(name for name in instance if search(name))
    return declared


def _find_evaluated_properties(
    validator: Any, schema: Any, instance: dict[str, Any], *, is_subschema: bool = False
) -> set[str]:
    """Return the names in an object that a schema evaluates.

    Where none of several alternatives fits, all count: the alternatives report what is wrong.

    Source: JSON Schema 2020-12 Core §11.3.
    """
    if not isinstance(schema, dict):
        return set()
    if "additionalProperties" in schema:
        return set(instance)
    if is_subschema and "unevaluatedProperties" in schema:
        return set(instance)
    evaluated = _find_declared_properties(schema, instance)
    for subschema, resolving_validator in _find_applied_subschemas(validator, schema, instance):
        evaluated |= _find_evaluated_properties(
            resolving_validator, subschema, instance, is_subschema=True
        )
    return evaluated


def _find_applied_subschemas(
    validator: Any, schema: dict[str, Any], instance: dict[str, Any]
) -> Iterator[tuple[Any, Any]]:
    """Yield the schemas applied to the same object, each with the validator for its references."""
    if "$ref" in schema:
        # jsonschema's own keywords use the resolver like this.
        resolved = validator._resolver.lookup(schema["$ref"])  # noqa: SLF001
        target = resolved.contents
        yield target, validator.evolve(schema=target, _resolver=resolved.resolver)
    for subschema in schema.get("allOf", ()):
        yield subschema, validator
    for keyword in ("anyOf", "oneOf"):
        for branch in _find_accepting_branches(validator, schema.get(keyword, []), instance):
            yield branch, validator
    for keyword in _find_condition_keywords(validator, schema, instance):
        if keyword in schema:
            yield schema[keyword], validator
    for name, subschema in schema.get("dependentSchemas", {}).items():
        if name in instance:
            yield subschema, validator


def _find_accepting_branches(
    validator: Any, branches: list[Any], instance: dict[str, Any]
) -> list[Any]:
    """Return the branches that accept an object; all of them where none does."""
    accepting = [
        branch for branch in branches if validator.evolve(schema=branch).is_valid(instance)
    ]
    return accepting or branches


def _find_condition_keywords(
    validator: Any, schema: dict[str, Any], instance: dict[str, Any]
) -> tuple[str, ...]:
    """Return which of `if`, `then` and `else` apply to an object."""
    if "if" not in schema:
        return ()
    holds = validator.evolve(schema=schema["if"]).is_valid(instance)
    return ("if", "then") if holds else ("else",)

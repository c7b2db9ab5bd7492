"""The keywords of the reference engine that are ours.

`multipleOf` is exact, patterns are ECMA-262 (jsonschema's are Python's), equal values are found by
hashing, and `unevaluatedProperties` reports the names that no applicable alternative declares.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

from dynclient import regex
from dynclient.schema.engines.long_values import measure_size
from dynclient.schema.engines.step_limit import spend_steps
from dynclient.schema.formats import find_format_check
from dynclient.schema.translation.binary_stand_in import BinaryStandIn

#: How many errors of each alternative are kept, to explain why none fits.
MAX_BRANCH_ERRORS = 100

#: Texts that are made of octets, for which they cannot stand.
_BASE64_FORMATS = frozenset({"byte", "base64url"})

#: How many steps it takes to find what one schema evaluates.
STEPS_PER_SCHEMA = 20

#: How many members of an `enum` are compared in one step.
MEMBERS_PER_STEP = 50


def _build_error(
    message: str,
    undeclared_names: tuple[str, ...] = (),
    fitting_branches: tuple[int, ...] = (),
    **fields: Any,
) -> Any:
    """Return jsonschema's error.

    Args:
        message: what is wrong.
        undeclared_names: the names that an object must not have.
        fitting_branches: the indexes of the branches of `oneOf` that fit, where several do.
        fields: fields of jsonschema's error.

    """
    from jsonschema import ValidationError

    error: Any = ValidationError(message, **fields)
    error.undeclared_names = undeclared_names
    error.fitting_branches = fitting_branches
    return error


# --- assertions


def _check_type(validator: Any, types: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    names = [types] if isinstance(types, str) else types
    if not any(validator.is_type(instance, name) for name in names):
        yield _build_error("is of another type")


def _check_enum(_validator: Any, members: list[Any], instance: Any, schema: Any) -> Iterator[Any]:
    if _is_opaque_file(instance, schema):
        return
    spend_steps(len(members) // MEMBERS_PER_STEP)
    if isinstance(instance, str):
        is_member = instance in members
    else:
        wanted = to_hashable(instance)
        is_member = any(to_hashable(member) == wanted for member in members)
    if not is_member:
        yield _build_error("is not one of the members")


def _check_const(_validator: Any, constant: Any, instance: Any, schema: Any) -> Iterator[Any]:
    if not _is_opaque_file(instance, schema) and to_hashable(constant) != to_hashable(instance):
        yield _build_error("is another value")


def _is_opaque_file(instance: Any, schema: Any) -> bool:
    """Tell whether a value is a file where one is declared: texts that are listed say nothing."""
    return isinstance(instance, BinaryStandIn) and schema.get("format") == "binary"


def _check_unique_items(
    validator: Any, is_required: Any, instance: Any, _schema: Any
) -> Iterator[Any]:
    if not is_required or not validator.is_type(instance, "array"):
        return
    seen = set()
    for item in instance:
        key = to_hashable(item)
        if key in seen:
            yield _build_error("holds equal items")
            return
        seen.add(key)


def to_hashable(value: Any) -> Any:
    """Return what is equal for values that are equal in JSON: 1 and 1.0 are, 1 and true are not.

    Source: JSON Schema 2020-12 Core §4.2.2.
    """
    spend_steps()
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, dict):
        return frozenset((name, to_hashable(member)) for name, member in value.items())
    if isinstance(value, list | tuple):
        return ("array", *map(to_hashable, value))
    return value


def _build_size_check(
    type_name: str, is_right: Callable[[Any, Any], bool]
) -> Callable[..., Iterator[Any]]:
    def check(validator: Any, limit: int, instance: Any, _schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, type_name) and not is_right(measure_size(instance), limit):
            yield _build_error("has another size")

    return check


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
    return text.size_bytes if isinstance(text, BinaryStandIn) else measure_size(text)


def _check_content_encoding(
    _validator: Any, encoding: Any, instance: Any, _schema: Any
) -> Iterator[Any]:
    """Check that octets are not taken for the text that encodes them; other texts are not read."""
    is_base64 = isinstance(encoding, str) and encoding.lower().startswith("base64")
    if is_base64 and isinstance(instance, BinaryStandIn):
        yield _build_error("is not encoded")


def _check_format(_validator: Any, name: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    check = find_format_check(name)
    if check is None or not isinstance(instance, str):
        return
    is_binary = isinstance(instance, BinaryStandIn)
    fits = name not in _BASE64_FORMATS if is_binary else check(instance)
    if not fits:
        yield _build_error("is not of the format")


def _check_pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    if not validator.is_type(instance, "string") or isinstance(instance, BinaryStandIn):
        return
    if not regex.compile(pattern).search(str(instance)):
        yield _build_error("does not match")


# --- alternatives


def _check_any_of(
    validator: Any, branches: list[Any], instance: Any, _schema: Any
) -> Iterator[Any]:
    errors: list[Any] = []
    for index, branch in enumerate(branches):
        branch_errors = _find_branch_errors(validator, instance, branch, index)
        if not branch_errors:
            return
        errors += branch_errors
    yield _build_error("fits no alternative", context=errors)


def _check_one_of(
    validator: Any, branches: list[Any], instance: Any, _schema: Any
) -> Iterator[Any]:
    """Check `oneOf`; the error says which branches fit, where several do."""
    fitting: list[int] = []
    errors: list[Any] = []
    for index, branch in enumerate(branches):
        if fitting:
            is_fitting = validator.evolve(schema=branch).is_valid(instance)
        else:
            branch_errors = _find_branch_errors(validator, instance, branch, index)
            is_fitting = not branch_errors
            errors += branch_errors
        if is_fitting:
            fitting.append(index)
    if not fitting:
        yield _build_error("fits no branch", context=errors)
    elif len(fitting) > 1:
        yield _build_error("fits several branches", fitting_branches=tuple(fitting))


def _find_branch_errors(validator: Any, instance: Any, branch: Any, index: int) -> list[Any]:
    found = validator.descend(instance, branch, schema_path=index)
    return list(islice(found, MAX_BRANCH_ERRORS))


def _check_not(validator: Any, schema: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if validator.evolve(schema=schema).is_valid(instance):
        yield _build_error("fits what it must not fit")


# --- items


def _check_contains(
    validator: Any, contained: Any, instance: Any, schema: dict[str, Any]
) -> Iterator[Any]:
    if not validator.is_type(instance, "array"):
        return
    low = schema.get("minContains", 1)
    high = schema.get("maxContains", len(instance))
    item_validator = validator.evolve(schema=contained)
    count = 0
    for item in instance:
        spend_steps()
        count += item_validator.is_valid(item)
        if count > high:
            yield _build_error("has too many", validator="maxContains", validator_value=high)
            return
    if count < low:
        keyword = "minContains" if count else "contains"
        value = low if count else contained
        yield _build_error("has too few", validator=keyword, validator_value=value)


def _check_unevaluated_items(
    validator: Any, unevaluated: Any, instance: Any, schema: dict[str, Any]
) -> Iterator[Any]:
    if not validator.is_type(instance, "array"):
        return
    evaluated = _find_evaluated_items(validator, schema, instance)
    item_validator = validator.evolve(schema=unevaluated)
    for index, item in enumerate(instance):
        if index not in evaluated and not item_validator.is_valid(item):
            yield _build_error("has items that are not described")
            return


def _find_evaluated_items(
    validator: Any, schema: Any, instance: Any, *, is_subschema: bool = False
) -> set[int]:
    """Return the positions in an array that a schema evaluates.

    Source: JSON Schema 2020-12 Core §11.2.
    """
    spend_steps(STEPS_PER_SCHEMA)
    if not isinstance(schema, dict):
        return set()
    if "items" in schema or (is_subschema and "unevaluatedItems" in schema):
        return set(range(len(instance)))
    evaluated = set(range(len(schema.get("prefixItems", ()))))
    if "contains" in schema:
        item_validator = validator.evolve(schema=schema["contains"])
        evaluated.update(i for i, item in enumerate(instance) if item_validator.is_valid(item))
    for subschema, resolving_validator in _find_applied_subschemas(validator, schema, instance):
        evaluated |= _find_evaluated_items(
            resolving_validator, subschema, instance, is_subschema=True
        )
    return evaluated


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
    spend_steps(STEPS_PER_SCHEMA)
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


#: Keyword -> its check, where it is ours.
KEYWORD_CHECKS: dict[str, Callable[..., Iterator[Any]]] = {
    "additionalProperties": _check_additional_properties,
    "anyOf": _check_any_of,
    "const": _check_const,
    "contains": _check_contains,
    "contentEncoding": _check_content_encoding,
    "enum": _check_enum,
    "format": _check_format,
    "maxItems": _build_size_check("array", operator.le),
    "maxLength": _check_max_length,
    "maxProperties": _build_size_check("object", operator.le),
    "minItems": _build_size_check("array", operator.ge),
    "minLength": _check_min_length,
    "minProperties": _build_size_check("object", operator.ge),
    "multipleOf": _check_multiple_of,
    "not": _check_not,
    "oneOf": _check_one_of,
    "pattern": _check_pattern,
    "patternProperties": _check_pattern_properties,
    "type": _check_type,
    "unevaluatedItems": _check_unevaluated_items,
    "unevaluatedProperties": _check_unevaluated_properties,
    "uniqueItems": _check_unique_items,
}

"""The engine port: compile a schema once, then check values against it.

Two engines agree on what is valid. jsonschema-rs accepts fast. Where it refuses, jsonschema, the
reference, decides and explains. Both check formats by our list, patterns by our translation, and
`multipleOf` exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import islice
from typing import Any

from dynclient.schema.engines.fast_schema import UnsuitableSchema
from dynclient.schema.engines.jsonschema_rs_engine import FastValidator
from dynclient.schema.engines.step_limit import StepLimitExceeded, limit_steps
from dynclient.violations import Violation

#: The reference engine takes so many steps in about the time in which a schema is compiled, and so
#: many more for each definition that it reaches.
STEPS_BEFORE_COMPILING = 2_000
STEPS_PER_DEFINITION = 50

#: How many errors of the reference engine are looked at.
MAX_ERRORS = 1000


class Checker:
    """A compiled schema that checks values, which are plain JSON data: NaN and infinities are none.

    Args:
        schema: a self-contained root in our dialect (JSON Schema 2020-12, local `$ref`s only).

    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    @cached_property
    def _fast_validator(self) -> FastValidator | None:
        try:
            return FastValidator(self.schema)
        except (UnsuitableSchema, ValueError):  # ValueError: jsonschema-rs refuses the schema
            return None

    @cached_property
    def _reference_validator(self) -> Any:
        from dynclient.schema.engines.jsonschema_engine import compile_reference_validator

        return compile_reference_validator(self.schema)

    def accepts_by_fast_engine(self, value: Any) -> bool:
        """Return whether the fast engine accepts a value. Where not, the reference must be asked.

        Raises:
            ValueError: the value holds something that is no JSON, or text that is no Unicode.

        """
        validator = self._fast_validator
        return validator is not None and validator.is_valid(value)

    def accepts(self, value: Any) -> bool:
        """Return whether a value fits the schema."""
        try:
            if self.accepts_by_fast_engine(value):
                return True
        except (ValueError, TypeError):
            pass  # it is no JSON value, or has text that is no Unicode: the reference decides
        return self.accepts_by_reference(value)

    def accepts_by_reference(self, value: Any) -> bool:
        """Return whether a value fits the schema, by the reference engine alone."""
        try:
            with limit_steps():
                return self.find_first_error(value) is None
        except (RecursionError, StepLimitExceeded):  # deeper than the reference can go
            return self.accepts_by_fast_engine(value)

    def find_first_error(self, value: Any) -> Any:
        """Return an error of the reference engine; None where it accepts a value.

        Raises:
            RecursionError: the value, or what the schema says of it, is nested too deeply.
            StepLimitExceeded: the check takes more steps than are left.

        """
        return next(self._reference_validator.iter_errors(value), None)

    def check(self, value: Any, at: tuple[str | int, ...] = ()) -> list[Violation]:
        """Return everything that is wrong with a value; the fast engine is asked first.

        Args:
            value: plain JSON data.
            at: the path of the value, put before the path of each violation.

        """
        try:
            if self.accepts_by_fast_engine(value):
                return []
        except (ValueError, TypeError):
            pass  # as in `accepts`
        return self.find_violations(value, at)

    def _describe_undecided(self) -> str:
        """Return what is said of a value for which the reference engine finds no error in time."""
        if self._fast_validator is None:
            return "cannot be checked: its schema is too deep or too complex"
        return "does not fit its schema, and is too deep or too complex to say where"

    def find_violations(self, value: Any, at: tuple[str | int, ...] = ()) -> list[Violation]:
        """Return everything that is wrong with a value; [] where the reference finds nothing.

        Args:
            value: plain JSON data.
            at: the path of the value, put before the path of each violation.

        """
        errors: list[Any] = []
        try:
            with limit_steps():
                errors.extend(islice(self._reference_validator.iter_errors(value), MAX_ERRORS))
        except (RecursionError, StepLimitExceeded):
            if not errors and not self.accepts_by_fast_engine(value):
                return [Violation("schema", at, self._describe_undecided())]
        if not errors:
            return []
        from dynclient.schema.engines.explain import explain_errors  # Few values are refused.

        violations = explain_errors(errors, self.schema.get("$defs", {}), at)
        # A refused value always has a violation, even if the explanation overlooks something.
        return violations or [Violation("schema", at, "does not fit its schema")]


class LazyChecker(Checker):
    """A checker by which few values may be checked.

    Compiling a schema for the fast engine takes much longer than one check by the reference. So the
    reference checks first, until that has taken about as long.

    Args:
        schema: a self-contained root in our dialect.

    """

    def __init__(self, schema: dict[str, Any]) -> None:
        super().__init__(schema)
        definition_count = len(schema.get("$defs", ()))
        self._remaining_steps = STEPS_BEFORE_COMPILING + STEPS_PER_DEFINITION * definition_count

    def accepts(self, value: Any) -> bool:
        """Return whether a value fits the schema."""
        verdict = self.ask_reference(value)
        return super().accepts(value) if verdict is None else verdict

    def ask_reference(self, value: Any) -> bool | None:
        """Return the verdict of the reference; None where it took enough steps already."""
        if self._remaining_steps <= 0:
            return None
        with limit_steps(self._remaining_steps) as limit:
            try:
                return self.find_first_error(value) is None
            except (RecursionError, StepLimitExceeded):
                return None
            finally:
                self._remaining_steps -= limit.check_steps + 1


def compile_check(schema: dict[str, Any]) -> Callable[[Any], bool]:
    """Return the check of a schema, which is compiled when it is worth it.

    Args:
        schema: a self-contained root in our dialect.

    """
    return LazyChecker(schema).accepts

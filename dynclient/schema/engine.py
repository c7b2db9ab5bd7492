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

from dynclient.schema.explain import explain_errors
from dynclient.schema.fast_schema import UnsuitableSchema
from dynclient.schema.jsonschema_rs_engine import FastValidator
from dynclient.schema.step_limit import StepLimitExceeded, limit_steps
from dynclient.violations import Violation

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

    def compile(self) -> None:
        """Compile the schema for the fast engine now, not with the first value."""
        _ = self._fast_validator

    @cached_property
    def _reference_validator(self) -> Any:
        from dynclient.schema.jsonschema_engine import compile_reference_validator

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
                return next(self._reference_validator.iter_errors(value), None) is None
        except (RecursionError, StepLimitExceeded):  # deeper than the reference can go
            return self.accepts_by_fast_engine(value)

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
                message = "does not fit its schema, and is too deep or too complex to say where"
                return [Violation("schema", at, message)]
        if not errors:
            return []
        violations = explain_errors(errors, self.schema.get("$defs", {}), at)
        # A refused value always has a violation, even if the explanation overlooks something.
        return violations or [Violation("schema", at, "does not fit its schema")]


def compile_check(schema: dict[str, Any]) -> Callable[[Any], bool]:
    """Return the check of a schema, which is compiled at once.

    Args:
        schema: a self-contained root in our dialect.

    """
    checker = Checker(schema)
    checker.compile()
    return checker.accepts

"""The engine port: compile a schema once, then check values against it.

Two engines agree on what is valid. jsonschema-rs accepts fast. Where it refuses, jsonschema, the
reference, decides and explains. Both check formats by our list, patterns by our translation, and
`multipleOf` exactly.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import Any

from dynclient.fork_safety import build_fork_safe_lock
from dynclient.schema.explain import explain_errors
from dynclient.schema.fast_schema import UnsuitableSchema
from dynclient.schema.jsonschema_rs_engine import FastValidator
from dynclient.schema.step_limit import StepLimitExceeded, limit_steps
from dynclient.violations import Violation

#: A schema that the fast engine was given as more schemas than this takes about a megabyte.
LARGE_SIZE = 1_000

#: How many schemas all large ones together may have: about 80 MB.
MAX_COMPILED_SIZE = 90_000

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
            validator = FastValidator(self.schema)
        except (UnsuitableSchema, ValueError):  # ValueError: jsonschema-rs refuses the schema
            return None
        if validator.size > LARGE_SIZE:
            _large_checkers.add(self, validator.size)
        return validator

    def compile(self) -> None:
        """Compile the schema for the fast engine now, not with the first value."""
        _ = self._fast_validator

    def release_memory(self) -> None:
        """Forget what was compiled. It is compiled again when it is needed."""
        with suppress(AttributeError):
            del self._fast_validator

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


class _LargeCheckers:
    """The checkers whose compiled schemas take much memory. The oldest ones give it back."""

    def __init__(self) -> None:
        self._sizes: weakref.WeakKeyDictionary[Checker, int] = weakref.WeakKeyDictionary()

    def add(self, checker: Checker, size: int) -> None:
        """Add a checker, and let the oldest others release what is too much."""
        with _LARGE_CHECKERS_LOCK:
            self._sizes.pop(checker, None)
            total = size + sum(self._sizes.values())
            for oldest, its_size in list(self._sizes.items()):
                if total <= MAX_COMPILED_SIZE:
                    break
                oldest.release_memory()
                del self._sizes[oldest]
                total -= its_size
            self._sizes[checker] = size


_large_checkers = _LargeCheckers()
_LARGE_CHECKERS_LOCK = build_fork_safe_lock()


def compile_check(schema: dict[str, Any]) -> Callable[[Any], bool]:
    """Return the check of a schema, which is compiled at once.

    Args:
        schema: a self-contained root in our dialect.

    """
    checker = Checker(schema)
    checker.compile()
    return checker.accepts

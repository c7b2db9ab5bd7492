"""The engine port: compile a schema once, then check values against it.

Two engines, one truth: jsonschema-rs accepts fast; where it refuses, jsonschema, which is the reference, decides and
explains. Both judge formats by our list, patterns by our translation and `multipleOf` exactly.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from dynclient.schema.explain import explain
from dynclient.schema.fast import Unsuitable, compiled
from dynclient.schema.reference import reference
from dynclient.violations import Violation


class Checker:
    """A schema made ready to check values.

    Args:
        schema: a self-contained root in our dialect (JSON Schema 2020-12, local `$ref`s only).

    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    @cached_property
    def _fast(self) -> Any:
        try:
            return compiled(self.schema)
        except (Unsuitable, ValueError):  # ValueError: jsonschema-rs refuses the schema itself
            return None

    @cached_property
    def _reference(self) -> Any:
        return reference(self.schema)

    def fast_accepts(self, value: Any) -> bool:
        """Tell whether the fast engine accepts a value; where it does not, the reference has to be asked.

        Raises:
            ValueError: the value holds something that is no JSON, or text that is no Unicode.

        """
        return self._fast is not None and bool(self._fast.is_valid(value))

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
        except RecursionError:  # deeper than the reference can go
            return self.fast_accepts(value)

    def violations(self, value: Any, at: tuple[str | int, ...] = ()) -> list[Violation]:
        """Return everything that is wrong with a value; [] where the reference engine finds nothing.

        Args:
            value: plain JSON data.
            at: the path of the value, put before each finding's own.

        """
        try:
            errors = list(self._reference.iter_errors(value))
        except RecursionError:
            if self.fast_accepts(value):
                return []
            return [Violation("depth", at, "nested too deeply to be explained; it does not fit its schema")]
        found = explain(errors, self.schema.get("$defs", {}), at)
        # Whatever the explanation overlooks: what is refused is never without a violation.
        return found or [Violation("schema", at, "does not fit its schema")] if errors else []

"""One plausible valid instance of a schema, from several attempts of the value generator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Any

from dynclient.generate.merged_schema import (
    GenerationFailed,
    JsonSchema,
    SyntheticSchema,
    copy_json,
)
from dynclient.generate.plausible_values import PlausibleValueGenerator
from dynclient.generate.property_choice import OptionalMembers
from dynclient.generate.schema_cache import InstanceCheck, SchemaCache
from dynclient.generate.schema_keys import SchemaKey
from dynclient.generate.value_choices import MAX_STEPS, BudgetExceeded
from dynclient.schema.engines.step_limit import MAX_STEPS as MAX_STEPS_OF_CHECK
from dynclient.schema.engines.step_limit import has_steps_left, limit_steps

MAX_ATTEMPTS = 50
#: With fewer steps than these left, the last attempt is made, at a value without optional members.
LAST_ATTEMPT_STEPS = MAX_STEPS // 5
#: How many steps all checks of one instance may take, and how many of them are kept for the last
#: attempt.
MAX_CHECK_STEPS = 2 * MAX_STEPS_OF_CHECK
LAST_CHECK_STEPS = MAX_STEPS_OF_CHECK // 2


class NoExample(ValueError):
    """No instance of a schema was found.

    Attributes:
        pointer: JSON pointer of the place in the instance where the last attempt failed.
        reason: what refused the value there.

    """

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(pointer, reason)
        self.pointer = pointer
        self.reason = reason

    def __str__(self) -> str:
        return f"no sample found at {self.pointer or '(whole)'}: {self.reason}"


class ExampleGenerator:
    """Generates instances of one schema. It holds only caches, so threads may share it.

    Args:
        schema: self-contained JSON Schema 2020-12; its references are local (`#/$defs/Name`).
        compile_schema: schema -> check, which is instance -> bool. It is asked for parts of the
            schema too, to check an example or a branch. Without it jsonschema is used, with
            formats as annotations.
        accepts: the check of the whole schema, where the caller has it already.

    """

    def __init__(
        self,
        schema: JsonSchema,
        *,
        compile_schema: Callable[[dict[str, Any]], InstanceCheck] | None = None,
        accepts: InstanceCheck | None = None,
    ) -> None:
        self.schema = schema
        self._cache = SchemaCache(schema, compile_schema, accepts)

    def generate(
        self,
        *,
        seed: int = 0,
        optional: OptionalMembers = "some",
        hints: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return an instance that the schema accepts.

        Args:
            seed: the same seed gives the same instance; seed 0 takes the first valid example.
            optional: how many of the optional properties and items appear.
            hints: property name -> value that should appear in the top-level object, where the
                schema allows it.

        Raises:
            NoExample: none was found within the bounds.

        """
        accepts = self._cache.get_check((self.schema,))
        with limit_steps(MAX_CHECK_STEPS):
            value = self._find_instance(seed, optional, accepts)
            return self._apply_hints(value, hints or {}, accepts)

    def _find_instance(self, seed: int, optional: OptionalMembers, accepts: InstanceCheck) -> Any:
        """Return an instance of several attempts; the last one has steps that are kept for it."""
        failures: dict[SchemaKey, int] = {}
        remaining_steps = MAX_STEPS
        with limit_steps(MAX_CHECK_STEPS - LAST_CHECK_STEPS):
            for attempt in range(MAX_ATTEMPTS):
                generator = PlausibleValueGenerator(
                    self._cache,
                    _build_random(seed, attempt),
                    optional,
                    remaining_steps,
                    failures,
                    is_first=seed == 0 and attempt == 0,
                )
                with suppress(GenerationFailed, BudgetExceeded):
                    value = generator.generate((self.schema,), "")
                    if accepts(value):
                        return value
                remaining_steps = generator.remaining_steps
                if remaining_steps <= LAST_ATTEMPT_STEPS or not has_steps_left():
                    break
        return self._make_last_attempt(
            PlausibleValueGenerator(
                self._cache,
                _build_random(seed, MAX_ATTEMPTS),
                "none",
                remaining_steps,
                failures,
                is_first=False,
            ),
            accepts,
        )

    def _make_last_attempt(self, generator: PlausibleValueGenerator, accepts: InstanceCheck) -> Any:
        """Return an instance without optional members.

        Raises:
            NoExample: this attempt finds none.

        """
        try:
            value = generator.generate((self.schema,), "")
        except GenerationFailed as failure:
            raise NoExample(failure.pointer or "", str(failure)) from None
        except BudgetExceeded as failure:
            raise NoExample("", str(failure)) from None
        if not accepts(value):
            raise NoExample("", self._explain_refusal(value))
        return value

    def _apply_hints(self, value: Any, hints: Mapping[str, Any], accepts: InstanceCheck) -> Any:
        if not isinstance(value, dict):
            return value
        for name, hint in hints.items():
            candidate = {**value, name: copy_json(hint)}
            if accepts(candidate):
                value = candidate
        return value

    def _explain_refusal(self, value: Any) -> str:
        """Return which keyword refuses a value, where one alone does."""
        keywords = self.schema if isinstance(self.schema, dict) else {}
        for keyword, setting in keywords.items():
            if keyword == "$defs":
                continue
            accepts = self._cache.get_check((SyntheticSchema({keyword: setting}),))
            if not accepts(value):
                return f"{keyword} refuses what was found"
        return "the schema refuses what was found"


def _build_random(seed: int, attempt: int) -> Random:
    return Random(seed * (MAX_ATTEMPTS + 1) + attempt)  # noqa: S311 (plausible, not secret)

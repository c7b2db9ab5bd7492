"""One plausible valid instance of a schema, from several attempts of the value generator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from dynclient.generate.merged_schema import (
    GenerationFailed,
    JsonSchema,
    SyntheticSchema,
    copy_json,
)
from dynclient.generate.property_choice import OptionalMembers
from dynclient.generate.schema_cache import InstanceCheck, SchemaCache, SchemaKey
from dynclient.generate.value_generator import (
    MAX_STEPS,
    BudgetExceeded,
    ValueGenerator,
)
from dynclient.schema.step_limit import limit_steps

MAX_ATTEMPTS = 50
#: With fewer steps than these left, the last attempt is made, at a value without optional members.
LAST_ATTEMPT_STEPS = MAX_STEPS // 5


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
        with limit_steps():
            return self._generate(seed, optional, hints or {})

    def _generate(self, seed: int, optional: OptionalMembers, hints: Mapping[str, Any]) -> Any:
        accepts = self._cache.get_check((self.schema,))
        pointer, reason = "", "nothing was tried"
        steps = MAX_STEPS
        failures: dict[SchemaKey, int] = {}
        for attempt in range(MAX_ATTEMPTS + 1):
            is_last = attempt == MAX_ATTEMPTS or steps <= LAST_ATTEMPT_STEPS
            generator = ValueGenerator(
                self._cache,
                Random(seed * (MAX_ATTEMPTS + 1) + attempt),  # noqa: S311 (plausible, not secret)
                "none" if is_last else optional,
                steps,
                failures,
                is_first=seed == 0 and attempt == 0,
            )
            try:
                value = generator.generate((self.schema,), "")
                if accepts(value):
                    return self._apply_hints(value, hints, accepts)
                pointer, reason = "", self._explain_refusal(value)
            except GenerationFailed as failure:
                pointer, reason = failure.pointer or "", str(failure)
            except BudgetExceeded as failure:
                reason = str(failure)
            if is_last:
                break
            steps = generator.remaining_steps
        raise NoExample(pointer, reason)

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

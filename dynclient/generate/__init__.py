"""Samples: one plausible valid instance of a schema, the same for the same seed everywhere."""

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
from dynclient.generate.request_values import copy_request_values
from dynclient.generate.schema_cache import InstanceCheck, SchemaCache
from dynclient.generate.value_generator import (
    MAX_STEPS,
    BudgetExceeded,
    OptionalMembers,
    ValueGenerator,
)

__all__ = ["ExampleGenerator", "NoExample", "copy_request_values"]

MAX_ATTEMPTS = 50


class NoExample(ValueError):
    """No instance of a schema was found.

    Attributes:
        pointer: JSON pointer in the instance, where the last candidate was given up.
        reason: what refused it.

    """

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(pointer, reason)
        self.pointer = pointer
        self.reason = reason

    def __str__(self) -> str:
        return f"no sample found at {self.pointer or '(whole)'}: {self.reason}"


class ExampleGenerator:
    """Draws instances of one schema; holds only caches, so threads may share it.

    Args:
        schema: self-contained JSON Schema 2020-12, references local (`#/$defs/Name`).
        compile_schema: schema -> check, a check being instance -> bool. It is asked for small schemas too, to judge
            an example or a branch. Without it jsonschema is used, with formats as annotations.
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
            hints: property name -> value that should appear in the top-level object where the schema allows it.

        Raises:
            Unsampled: none was found within the bounds.

        """
        accepts = self._cache.get_check((self.schema,))
        refusal = ("", "nothing was tried")
        steps = MAX_STEPS
        failures: dict[tuple[int, ...], int] = {}
        for attempt in range(MAX_ATTEMPTS + 1):
            last = attempt == MAX_ATTEMPTS or steps <= MAX_STEPS // 5
            amount: OptionalMembers = "none" if last else optional
            run = ValueGenerator(
                self._cache,
                Random(seed * (MAX_ATTEMPTS + 1) + attempt),  # noqa: S311 (plausible, not secret)
                amount,
                steps,
                failures,
                is_first=seed == 0 and attempt == 0,
            )
            try:
                found = run.generate((self.schema,), "")
                if accepts(found):
                    return self._apply_hints(found, hints or {}, accepts)
                refusal = ("", self._explain_refusal(found))
            except GenerationFailed as error:
                refusal = (error.pointer or "", str(error))
            except BudgetExceeded as error:
                refusal = (refusal[0], str(error))
            if last:
                break
            steps = run.remaining_steps
        raise NoExample(*refusal)

    def _apply_hints(self, found: Any, hints: Mapping[str, Any], accepts: InstanceCheck) -> Any:
        for name, value in hints.items() if isinstance(found, dict) else ():
            candidate = {**found, name: copy_json(value)}
            found = candidate if accepts(candidate) else found
        return found

    def _explain_refusal(self, found: Any) -> str:
        """Name the keyword that refuses, where one alone does."""
        keywords = self.schema if isinstance(self.schema, dict) else {}
        for keyword, value in keywords.items():
            if keyword != "$defs" and not self._cache.get_check(
                (SyntheticSchema({keyword: value}),)
            )(found):
                return f"{keyword} refuses what was found"
        return "the schema refuses what was found"

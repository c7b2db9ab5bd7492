"""Samples: one plausible valid instance of a schema, the same for the same seed everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from dynclient.schema.samples.echoes import echo
from dynclient.schema.samples.growth import MAX_STEPS, Growth, Optional, Spent
from dynclient.schema.samples.known import Check, Known
from dynclient.schema.samples.shapes import Extra, Refusal, Schema, copied

__all__ = ["Sampler", "Unsampled", "echo"]

MAX_ATTEMPTS = 50


class Unsampled(ValueError):
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


class Sampler:
    """Draws instances of one schema; holds only caches, so threads may share it.

    Args:
        schema: self-contained JSON Schema 2020-12, references local (`#/$defs/Name`).
        compile_schema: schema -> check, a check being instance -> bool. It is asked for small schemas too, to judge
            an example or a branch. Without it jsonschema is used, with formats as annotations.
        accepts: the check of the whole schema, where the caller has it already.

    """

    def __init__(
        self,
        schema: Schema,
        *,
        compile_schema: Callable[[dict[str, Any]], Check] | None = None,
        accepts: Check | None = None,
    ) -> None:
        self.schema = schema
        self._known = Known(schema, compile_schema, accepts)

    def sample(
        self, *, seed: int = 0, optional: Optional = "some", hints: Mapping[str, Any] | None = None
    ) -> Any:
        """Return an instance that the schema accepts.

        Args:
            seed: the same seed gives the same instance; seed 0 takes the first valid example.
            optional: how many of the optional properties and items appear.
            hints: property name -> value that should appear in the top-level object where the schema allows it.

        Raises:
            Unsampled: none was found within the bounds.

        """
        accepts = self._known.check((self.schema,))
        refusal = ("", "nothing was tried")
        steps = MAX_STEPS
        failures: dict[tuple[int, ...], int] = {}
        for attempt in range(MAX_ATTEMPTS + 1):
            last = attempt == MAX_ATTEMPTS or steps <= MAX_STEPS // 5
            amount: Optional = "none" if last else optional
            run = Growth(
                self._known,
                Random(seed * (MAX_ATTEMPTS + 1) + attempt),  # noqa: S311 (plausible, not secret)
                amount,
                steps,
                failures,
                is_first=seed == 0 and attempt == 0,
            )
            try:
                found = run.value((self.schema,), "")
                if accepts(found):
                    return self._hinted(found, hints or {}, accepts)
                refusal = ("", self._blame(found))
            except Refusal as error:
                refusal = (error.pointer or "", str(error))
            except Spent as error:
                refusal = (refusal[0], str(error))
            if last:
                break
            steps = run.steps
        raise Unsampled(*refusal)

    def _hinted(self, found: Any, hints: Mapping[str, Any], accepts: Check) -> Any:
        for name, value in hints.items() if isinstance(found, dict) else ():
            candidate = {**found, name: copied(value)}
            found = candidate if accepts(candidate) else found
        return found

    def _blame(self, found: Any) -> str:
        """Name the keyword that refuses, where one alone does."""
        keywords = self.schema if isinstance(self.schema, dict) else {}
        for keyword, value in keywords.items():
            if keyword != "$defs" and not self._known.check((Extra({keyword: value}),))(found):
                return f"{keyword} refuses what was found"
        return "the schema refuses what was found"

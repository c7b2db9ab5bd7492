"""Makes a witness show one change alone: whatever else a reader refuses in it is repaired."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

from dynclient.generate import ExampleGenerator, NoExample
from dynclient.schema.dialect import bundle_schema
from dynclient.schema.engines.engine import compile_check
from dynclient.schema.readings import Definitions
from dynclient.violations import Violation
from dynclient.wire.schema_types import SchemaTypes

#: How many faults of one witness are repaired.
MAX_REPAIRS = 8

#: How many values are tried in place of a wrong one.
_SEED_COUNT = 3

#: Stands for a member that is taken out.
_ABSENT = object()


class WitnessIsolator:
    """Repairs what a reader refuses in a witness, apart from what the witness is to show.

    Args:
        sender: the schema of those who send the values.
        defs: the definitions that its references name.
        is_sent: tells whether they send a value.
        find_violations: returns what the reader refuses.

    """

    def __init__(
        self,
        sender: Any,
        defs: Definitions,
        is_sent: Callable[[Any], bool],
        find_violations: Callable[[Any], list[Violation]],
    ) -> None:
        self._types = SchemaTypes(sender, defs)
        self._is_sent = is_sent
        self._find_violations = find_violations

    def isolate(self, witness: Any, is_target: Callable[[Violation], bool]) -> Any:
        """Return a witness with as few other faults as can be; itself where it has none.

        Args:
            witness: a value that is sent and refused.
            is_target: tells whether a violation is what the witness is to show.

        """
        for _ in range(MAX_REPAIRS):
            others = self._find_others(witness, is_target)
            if not others:
                return witness
            repaired = self._repair_any(witness, others, is_target)
            if repaired is _ABSENT:
                return witness
            witness = repaired
        return witness

    def _find_others(
        self, value: Any, is_target: Callable[[Violation], bool]
    ) -> list[Violation] | None:
        """Return the other violations; None where the one to show is not among them."""
        violations = self._find_violations(value)
        others = [violation for violation in violations if not is_target(violation)]
        return others if len(others) < len(violations) else None

    def _repair_any(
        self, witness: Any, others: list[Violation], is_target: Callable[[Violation], bool]
    ) -> Any:
        """Return a value with fewer other violations, `_ABSENT` where none is found."""
        for violation in others:
            for candidate in self._generate_repairs(witness, violation):
                if not self._is_sent(candidate):
                    continue
                remaining = self._find_others(candidate, is_target)
                if remaining is not None and len(remaining) < len(others):
                    return candidate
        return _ABSENT

    def _generate_repairs(self, witness: Any, violation: Violation) -> Iterator[Any]:
        if not violation.path:
            return
        if violation.kind != "missing":
            yield from _replace_at(witness, violation.path, _ABSENT)
        for value in self._generate_members(violation.path):
            yield from _replace_at(witness, violation.path, value)

    def _generate_members(self, path: tuple[str | int, ...]) -> Iterator[Any]:
        """Yield values that the sender may have at a path."""
        types = self._types
        for step in path:
            types = types.item_types if isinstance(step, int) else types.find_member_types(step)
        schema = bundle_schema(types.schema, types.defs)
        generator = ExampleGenerator(schema, compile_schema=compile_check)
        for seed in range(_SEED_COUNT):
            with contextlib.suppress(NoExample):
                yield generator.generate(optional="none", seed=seed)


def _replace_at(value: Any, path: tuple[str | int, ...], member: Any) -> Iterator[Any]:
    """Yield a copy of a value with another member at a path; nothing where that is no container."""
    changed = copy.deepcopy(value)
    owner = changed
    for step in path[:-1]:
        try:
            owner = owner[step]
        except (KeyError, IndexError, TypeError):
            return
    last = path[-1]
    if isinstance(owner, dict) and isinstance(last, str):
        if member is _ABSENT:
            owner.pop(last, None)
        else:
            owner[last] = member
        yield changed
    elif isinstance(owner, list) and isinstance(last, int) and last < len(owner):
        if member is _ABSENT:
            del owner[last]
        else:
            owner[last] = member
        yield changed

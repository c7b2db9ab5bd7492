"""A call in JSON form, and what is wrong with values that have none."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import NamedTuple

from dynclient.plan.call_document import Call
from dynclient.plan.json_values import JsonConverter, ValuePath
from dynclient.schema.engines.explain import NO_TIME_ZONE
from dynclient.violations import Violation


class ConvertedCall(NamedTuple):
    """A call document in JSON form, with binary values.

    Attributes:
        document: null stands where a value has no JSON form.
        violations: of the values without a JSON form.
        naive_paths: where a datetime or time without a time zone was.

    """

    document: Call
    violations: list[Violation]
    naive_paths: frozenset[ValuePath]

    def select_violations(self, violations: Iterable[Violation]) -> list[Violation]:
        """Return the violations of a schema that say something of their own.

        What a schema says of a value without a JSON form, or of what is around it, comes from the
        null in its place.
        """
        selected = []
        for violation in violations:
            if any(_is_related(violation.path, other.path) for other in self.violations):
                continue
            if violation.path in self.naive_paths and NO_TIME_ZONE in violation.message:
                start = violation.message.partition(NO_TIME_ZONE)[0]
                message = f"{start}{NO_TIME_ZONE}; give one with tzinfo"
                violation = dataclasses.replace(violation, message=message)  # noqa: PLW2901 (the same, better worded)
            selected.append(violation)
        return selected


def convert_call(call: Call) -> ConvertedCall:
    """Return a call in JSON form."""
    document, converter = Call(), JsonConverter()
    violations: list[Violation] = []
    for key, value in call.items():
        try:
            document[key] = converter.convert(value, (key,))
        except RecursionError:
            violations.append(Violation("depth", (key,), "nested too deeply"))
    violations += converter.violations
    return ConvertedCall(document, violations, frozenset(converter.naive_paths))


def _is_related(path: ValuePath, other: ValuePath) -> bool:
    """Tell whether one path leads to the other."""
    length = min(len(path), len(other))
    return path[:length] == other[:length]

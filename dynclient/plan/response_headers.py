"""Response headers, decoded and judged by what the document declares of them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from dynclient.model import Parameter
from dynclient.model import Response as DeclaredResponse
from dynclient.plan.schemas import Schemas
from dynclient.schema.engines.engine import Checker
from dynclient.violations import Violation
from dynclient.wire.message import Headers
from dynclient.wire.parameters import ParameterAbsent, read_parameter
from dynclient.wire.schema_types import SchemaTypes

#: Fields of this name are never joined to one. Source: RFC 9110 §5.3.
_UNJOINED_HEADER = "set-cookie"


class DeclaredHeader:
    """A header of a response, ready to be read.

    Args:
        parameter: its Header Object.
        checker: of its value.

    """

    def __init__(self, parameter: Parameter, checker: Checker) -> None:
        self.parameter = parameter
        self.checker = checker

    @cached_property
    def types(self) -> SchemaTypes:
        """Which kinds of value its schema allows."""
        return SchemaTypes(self.checker.schema, self.checker.schema.get("$defs", {}))

    def read(self, headers: Headers) -> tuple[Any, list[Violation]]:
        """Return the value of this header, None where it is absent, and its violations."""
        name = self.parameter.name
        if name not in headers:
            return None, [self._build_missing()] if self.parameter.required else []
        if name.lower() != _UNJOINED_HEADER:
            return self._read_text(headers[name])
        if self.types.is_array:
            members = [self.types.item_types.parse_text(text) for text in headers.all(name)]
            return members, self.checker.find_violations(members, ("headers", self.parameter.name))
        values, violations = [], []
        for text in headers.all(name):
            value, value_violations = self._read_text(text)
            values.append(value)
            violations += value_violations
        return values, violations

    def _read_text(self, text: str) -> tuple[Any, list[Violation]]:
        path = ("headers", self.parameter.name)
        try:
            value = read_parameter(self.parameter, self.types, text)
        except (ParameterAbsent, ValueError, RecursionError):
            message = f"cannot be read as {self._describe()}"
            place = self.parameter.node.place
            return text, [Violation("style", path, message, None, place, None, text)]
        return value, self.checker.check(value, path)

    def _build_missing(self) -> Violation:
        path = ("headers", self.parameter.name)
        message = f"{self._describe()}, required"
        return Violation("missing", path, message, None, self.parameter.node.place)

    def _describe(self) -> str:
        from dynclient.schema.schema_text import describe_schema  # Few headers are refused.

        return describe_schema(self.checker.schema, self.types.defs)


def build_declared_headers(
    response: DeclaredResponse, schemas: Schemas
) -> tuple[DeclaredHeader, ...]:
    """Return the headers that a response declares, in document order."""
    return tuple(
        DeclaredHeader(parameter, Checker(schemas.build_header_schema(parameter, "consumer")))
        for parameter in response.headers.values()
    )

"""The fast engine: jsonschema-rs."""

from __future__ import annotations

from typing import Any

from dynclient.schema.fast_schema import NATIVE_FORMATS, FastSchemaWriter
from dynclient.schema.formats import FORMAT_CHECKS


class FastValidator:
    """jsonschema-rs' validator of a schema.

    Args:
        schema: a self-contained root in our dialect.

    Attributes:
        size: how many schemas the engine was given.

    Raises:
        UnsuitableSchema: this engine cannot check values by it within bounds.

    """

    def __init__(self, schema: dict[str, Any]) -> None:
        import jsonschema_rs

        writer = FastSchemaWriter(schema)
        fast_schema = writer.write()
        own_checks = {
            name: check for name, check in FORMAT_CHECKS.items() if name not in NATIVE_FORMATS
        }
        self.size = writer.size
        self._max_depth = writer.max_depth
        self._validator = jsonschema_rs.Draft202012Validator(
            fast_schema,
            formats=own_checks | writer.format_checks,
            validate_formats=True,
            ignore_unknown_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(),
            offline=True,
        )

    def is_valid(self, value: Any) -> bool:
        """Return whether the engine accepts a value; not one that is too deep for it."""
        if self._max_depth is not None and _is_deeper(value, self._max_depth):
            return False
        return self._validator.is_valid(value)


def _is_deeper(value: Any, max_depth: int) -> bool:
    """Return whether objects and arrays are nested deeper than a limit."""
    level = [value]
    for _ in range(max_depth):
        members: list[Any] = []
        for container in level:
            if isinstance(container, dict):
                members += container.values()
            elif isinstance(container, list | tuple):
                members += container
        level = [member for member in members if isinstance(member, dict | list | tuple)]
        if not level:
            return False
    return True

"""The fast engine: jsonschema-rs, with patterns in Rust's syntax and formats from our list."""

from __future__ import annotations

from typing import Any

from dynclient import regex
from dynclient.schema.dialect import map_subschemas
from dynclient.schema.formats import FORMAT_CHECKS

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"

#: Formats that the engine itself checks as we do -> a pattern that must match too, so that its
#: digits are digits. The other formats are checked by our functions. Each call of these costs as
#: much as twenty strings checked in Rust.
_NATIVE_FORMATS = {
    "uuid": None,
    "ipv4": None,
    "ipv6": None,
    "date": f"^({_DATE})$",
    "time": f"^({_TIME})$",
    "date-time": f"^({_DATE}[Tt]{_TIME})$",
}

#: Patterns with more states than this are searched by our own bounded search.
MAX_STATES = 5000


class UnsuitableSchema(Exception):
    """The fast engine cannot check values by this schema within bounds."""


def compile_fast_validator(schema: dict[str, Any]) -> Any:
    """Return jsonschema-rs' validator of a schema.

    Args:
        schema: a self-contained root in our dialect.

    Raises:
        UnsuitableSchema: this engine cannot check values by it within bounds.

    """
    import jsonschema_rs

    writer = _FastSchemaWriter()
    fast_schema = writer.write_schema(schema)
    own_checks = {
        name: check for name, check in FORMAT_CHECKS.items() if name not in _NATIVE_FORMATS
    }
    return jsonschema_rs.Draft202012Validator(
        fast_schema,
        formats=own_checks | writer.pattern_searches,
        validate_formats=True,
        ignore_unknown_formats=True,
        pattern_options=jsonschema_rs.RegexOptions(),
        offline=True,
    )


class _FastSchemaWriter:
    """Writes schemas for the fast engine.

    Patterns that it cannot search within bounds become formats, whose checks are in
    `pattern_searches`.
    """

    def __init__(self) -> None:
        self.pattern_searches: dict[str, Any] = {}

    def write_schema(self, schema: Any) -> Any:
        if not isinstance(schema, dict):
            return schema
        written = map_subschemas(schema, self.write_schema)
        if "patternProperties" in written:
            members = written["patternProperties"].items()
            written["patternProperties"] = {
                _write_linear_pattern(pattern): subschema for pattern, subschema in members
            }

        conjuncts: list[dict[str, Any]] = []
        if "pattern" in written:
            conjuncts += self._write_pattern(written.pop("pattern"))
        format_pattern = _NATIVE_FORMATS.get(str(written.get("format")))
        if format_pattern is not None:
            conjuncts.append({"pattern": format_pattern})
        if conjuncts:
            written["allOf"] = [*written.get("allOf", ()), *conjuncts]
        return written

    def _write_pattern(self, source: str) -> list[dict[str, Any]]:
        """Return schemas that together accept what a pattern matches, without backtracking."""
        pattern = regex.compile(source)
        if pattern.size > MAX_STATES or not all(term.is_linear for term in pattern.searches):
            name = f"x-pattern-{len(self.pattern_searches)}"
            self.pattern_searches[name] = pattern.search
            return [{"format": name}]
        conjuncts: list[dict[str, Any]] = []
        for term in pattern.searches:
            search = {"pattern": term.rust}
            if term.is_positive:
                conjuncts.append(search)
            else:
                conjuncts.append({"not": {"type": "string", **search}})
        return conjuncts


def _write_linear_pattern(source: str) -> str:
    pattern = regex.compile(source)
    if not pattern.is_linear or pattern.size > MAX_STATES:
        raise UnsuitableSchema
    return pattern.rust

"""What the fast engine is given: a schema in our dialect with its patterns in Rust's syntax, judged by our formats."""

from __future__ import annotations

from typing import Any

from dynclient import regex
from dynclient.schema.dialect import map_subschemas
from dynclient.schema.formats import FORMAT_CHECKS

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"

#: Formats that the engine itself judges as we do, once a pattern has made sure that its digits are digits. The rest is
#: judged by our functions, each call of which costs as much as twenty strings judged in Rust.
_NATIVE_FORMATS = {
    "uuid": None,
    "ipv4": None,
    "ipv6": None,
    "date": f"^({_DATE})$",
    "time": f"^({_TIME})$",
    "date-time": f"^({_DATE}[Tt]{_TIME})$",
}


#: Patterns with more states than this are searched by our own bounded search, not by the engine.
MAX_STATES = 5000


class UnsuitableSchema(Exception):
    """The fast engine cannot be given this schema."""


def compile_fast_validator(schema: dict[str, Any]) -> Any:
    """Return jsonschema-rs' validator of a schema.

    Args:
        schema: a self-contained root in our dialect.

    Raises:
        Unsuitable: it holds something that this engine cannot judge within bounds.

    """
    import jsonschema_rs

    writing = _FastSchemaWriter()
    ready = writing.write_schema(schema)
    return jsonschema_rs.Draft202012Validator(
        ready,
        formats={
            name: check for name, check in FORMAT_CHECKS.items() if name not in _NATIVE_FORMATS
        }
        | writing.pattern_searches,
        validate_formats=True,
        ignore_unknown_formats=True,
        pattern_options=jsonschema_rs.RegexOptions(),
        offline=True,
    )


class _FastSchemaWriter:
    """Writes schemas for the fast engine; `searches` holds the patterns that become formats of ours."""

    def __init__(self) -> None:
        self.pattern_searches: dict[str, Any] = {}

    def write_schema(self, schema: Any) -> Any:
        if not isinstance(schema, dict):
            return schema
        made = map_subschemas(schema, self.write_schema)
        if "patternProperties" in made:
            made["patternProperties"] = {
                _write_linear_pattern(k): v for k, v in made["patternProperties"].items()
            }
        extra = self._write_pattern(made.pop("pattern")) if "pattern" in made else []
        if _NATIVE_FORMATS.get(str(made.get("format"))):
            extra.append({"pattern": _NATIVE_FORMATS[made["format"]]})
        if extra:
            made["allOf"] = [*made.get("allOf", ()), *extra]
        return made

    def _write_pattern(self, source: str) -> list[dict[str, Any]]:
        """Return schemas that together say what a pattern says, without backtracking."""
        pattern = regex.compile(source)
        if pattern.size > MAX_STATES or not all(search.is_linear for search in pattern.searches):
            name = f"x-pattern-{len(self.pattern_searches)}"
            self.pattern_searches[name] = pattern.search
            return [{"format": name}]
        found: list[dict[str, Any]] = []
        for term in pattern.searches:
            search = {"pattern": term.rust}
            found.append(search if term.is_positive else {"not": {"type": "string", **search}})
        return found


def _write_linear_pattern(source: str) -> str:
    pattern = regex.compile(source)
    if not pattern.is_linear or pattern.size > MAX_STATES:
        raise UnsuitableSchema
    return pattern.rust

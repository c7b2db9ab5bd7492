"""Whether a value fits a schema as a comparison judges it: formats are annotations, both engines agree."""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import Schema, bundled, mapped
from dynclient.schema.engine import Checker
from dynclient.schema.readings import closed
from dynclient.schema.subsumption.sides import Side, is_format_bound
from dynclient.schema.subsumption.solving.holding import Fragment
from dynclient.schema.subsumption.solving.terms import Derived, Term


def unformatted(schema: Any) -> Any:
    """Return a schema without formats, and without the bounds of 64 bits that one stands for."""
    if not isinstance(schema, dict):
        return schema
    made = mapped(schema, unformatted)
    kept = {k: v for k, v in made.items() if k != "format" and not is_format_bound(schema, k)}
    return Schema(kept, getattr(schema, "place", None))


def root(side: Side, schema: Any, *, is_open: bool = False) -> Schema:
    """Return a schema as its side reads it, self-contained."""
    if is_open or side.reading == "consumer":
        return bundled(schema, side.defs)
    return closed(schema, side.defs, side.direction)


class Judge:
    """Keeps the compiled schemas of a comparison."""

    def __init__(self) -> None:
        self._checkers: dict[Any, tuple[Any, Checker]] = {}

    def checker(self, side: Side, schema: Any, *, is_open: bool = False, formats: bool = False) -> Checker:
        """Return what checks a value against a schema."""
        key = (id(side), id(schema), is_open or side.reading == "consumer", formats)
        if key not in self._checkers:
            made = root(side, schema, is_open=is_open)
            self._checkers[key] = schema, Checker(made if formats else unformatted(made))
        return self._checkers[key][1]

    def holds(self, term: Term, value: Any) -> bool:
        """Tell whether a value is as a term asks."""
        return self._fits(term.side, term.schema, value, term.is_open) is term.wanted

    def _fits(self, side: Side, schema: Any, value: Any, is_open: bool) -> bool:
        if isinstance(schema, bool):
            return schema
        if isinstance(schema, Derived):
            return self._derived(side, schema, value, is_open)
        # A reading closes what stands on its own, not one of several parts.
        return self.checker(side, schema, is_open=is_open or isinstance(schema, Fragment)).accepts(value)

    def _derived(self, side: Side, said: Derived, value: Any, is_open: bool) -> bool:
        if "unless" in said:
            return not self._fits(side, said["unless"], value, is_open)
        if "member" in said:
            name = said["member"]
            return isinstance(value, dict) and name in value and self._fits(side, said["that"], value[name], is_open)
        kind = list if "item" in said else dict
        inside = value.values() if isinstance(value, dict) else value
        return isinstance(value, kind) and any(self._fits(side, said["that"], one, is_open) for one in inside)


def agree(checker: Checker, value: Any, *, wanted: bool) -> bool:
    """Tell whether both engines judge a value as wanted."""
    return checker.accepts(value) is wanted and checker.accepts_by_reference(value) is wanted

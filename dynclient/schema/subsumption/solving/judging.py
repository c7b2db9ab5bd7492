"""Whether a value fits a schema as a comparison judges it: formats are annotations, both engines agree."""

from __future__ import annotations

from typing import Any

from dynclient.schema.dialect import Schema, bundled, mapped, references
from dynclient.schema.engine import Checker
from dynclient.schema.readings import Closing, Defs
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


class Root:
    """Makes schemas of a side self-contained, as the side reads them; the definitions are made once and shared.

    Args:
        side: whose.
        is_open: they are not closed, though the side is a producer's.
        formats: formats, and bounds of 64 bits, refuse.

    """

    def __init__(self, side: Side, *, is_open: bool, formats: bool) -> None:
        self._closing = (
            None if is_open or side.reading == "consumer" else Closing(side.defs, side.direction)
        )
        self._source = side.defs if self._closing is None else self._closing.made
        self._formats = formats
        self._plain: Defs = {}
        self._referred: dict[str, list[str]] = {}

    def of(self, schema: Any) -> Schema:
        """Return a schema as a root with the definitions that it reaches."""
        read = schema if self._closing is None else self._closing.location(schema)
        if self._formats:
            return bundled(read, self._source)
        made = unformatted(read)
        for name in self._reached(made):
            if name not in self._plain:
                self._plain[name] = unformatted(self._source[name])
        return bundled(made, self._plain)

    def _reached(self, schema: Any) -> list[str]:
        """Return the names of the definitions that a schema reaches; what one refers to is looked up once."""
        found: dict[str, None] = {}
        todo = [list(references(schema))]
        while todo:
            fresh = [name for name in todo.pop() if name not in found]
            found.update(dict.fromkeys(fresh))
            todo += [self._references_of(name) for name in fresh]
        return list(found)

    def _references_of(self, name: str) -> list[str]:
        if name not in self._referred:
            self._referred[name] = list(dict.fromkeys(references(self._source[name])))
        return self._referred[name]


class Judge:
    """Keeps the compiled schemas of a comparison."""

    def __init__(self) -> None:
        self._checkers: dict[Any, tuple[Any, Checker]] = {}
        self._roots: dict[Any, tuple[Side, Root]] = {}

    @property
    def compiled(self) -> int:
        """How many schemas were compiled."""
        return len(self._checkers)

    def checker(
        self, side: Side, schema: Any, *, is_open: bool = False, formats: bool = False
    ) -> Checker:
        """Return what checks a value against a schema."""
        key = (id(side), id(schema), is_open or side.reading == "consumer", formats)
        if key not in self._checkers:
            self._checkers[key] = (
                schema,
                Checker(self.root(side, schema, is_open=is_open, formats=formats)),
            )
        return self._checkers[key][1]

    def root(
        self, side: Side, schema: Any, *, is_open: bool = False, formats: bool = False
    ) -> Schema:
        """Return a schema as its side reads it, self-contained."""
        key = (id(side), is_open, formats)
        if key not in self._roots:
            self._roots[key] = side, Root(side, is_open=is_open, formats=formats)
        return self._roots[key][1].of(schema)

    def holds(self, term: Term, value: Any) -> bool:
        """Tell whether a value is as a term asks."""
        return self._fits(term.side, term.schema, value, term.is_open) is term.wanted

    def _fits(self, side: Side, schema: Any, value: Any, is_open: bool) -> bool:
        if isinstance(schema, bool):
            return schema
        if isinstance(schema, Derived):
            return self._derived(side, schema, value, is_open)
        # A reading closes what stands on its own, not one of several parts.
        return self.checker(side, schema, is_open=is_open or isinstance(schema, Fragment)).accepts(
            value
        )

    def _derived(self, side: Side, said: Derived, value: Any, is_open: bool) -> bool:
        if "unless" in said:
            return not self._fits(side, said["unless"], value, is_open)
        if "member" in said:
            name = said["member"]
            return (
                isinstance(value, dict)
                and name in value
                and self._fits(side, said["that"], value[name], is_open)
            )
        kind = list if "item" in said else dict
        inside = value.values() if isinstance(value, dict) else value
        return isinstance(value, kind) and any(
            self._fits(side, said["that"], one, is_open) for one in inside
        )


def agree(checker: Checker, value: Any, *, wanted: bool) -> bool:
    """Tell whether both engines judge a value as wanted."""
    return checker.accepts(value) is wanted and checker.accepts_by_reference(value) is wanted

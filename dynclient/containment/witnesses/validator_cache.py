"""Whether a value fits a schema as a comparison judges it: formats are annotations, both engines agree."""

from __future__ import annotations

from typing import Any

from dynclient.containment.schema_view import SchemaView, is_format_bound
from dynclient.containment.witnesses.positive_expansion import DisjunctiveKeyword
from dynclient.containment.witnesses.signed_schemas import DerivedCondition, SignedSchema
from dynclient.schema.dialect import Schema, bundle_schema, find_referenced_names, map_subschemas
from dynclient.schema.engine import Checker
from dynclient.schema.readings import Definitions, SchemaCloser


def remove_formats(schema: Any) -> Any:
    """Return a schema without formats, and without the bounds of 64 bits that one stands for."""
    if not isinstance(schema, dict):
        return schema
    made = map_subschemas(schema, remove_formats)
    kept = {k: v for k, v in made.items() if k != "format" and not is_format_bound(schema, k)}
    return Schema(kept, getattr(schema, "place", None))


class RootBuilder:
    """Makes schemas of a side self-contained, as the side reads them; the definitions are made once and shared.

    Args:
        side: whose.
        is_open: they are not closed, though the side is a producer's.
        formats: formats, and bounds of 64 bits, refuse.

    """

    def __init__(self, side: SchemaView, *, is_open: bool, formats: bool) -> None:
        self._strictness = (
            None
            if is_open or side.reading == "consumer"
            else SchemaCloser(side.defs, side.direction)
        )
        self._source_defs = side.defs if self._strictness is None else self._strictness.closed_defs
        self._formats = formats
        self._unformatted_defs: Definitions = {}
        self._references: dict[str, list[str]] = {}

    def build(self, schema: Any) -> Schema:
        """Return a schema as a root with the definitions that it reaches."""
        read = schema if self._strictness is None else self._strictness.close_location(schema)
        if self._formats:
            return bundle_schema(read, self._source_defs)
        made = remove_formats(read)
        for name in self._collect_reachable(made):
            if name not in self._unformatted_defs:
                self._unformatted_defs[name] = remove_formats(self._source_defs[name])
        return bundle_schema(made, self._unformatted_defs)

    def _collect_reachable(self, schema: Any) -> list[str]:
        """Return the names of the definitions that a schema reaches; what one refers to is looked up once."""
        found: dict[str, None] = {}
        todo = [list(find_referenced_names(schema))]
        while todo:
            fresh = [name for name in todo.pop() if name not in found]
            found.update(dict.fromkeys(fresh))
            todo += [self._find_references(name) for name in fresh]
        return list(found)

    def _find_references(self, name: str) -> list[str]:
        if name not in self._references:
            self._references[name] = list(
                dict.fromkeys(find_referenced_names(self._source_defs[name]))
            )
        return self._references[name]


class ValidatorCache:
    """Keeps the compiled schemas of a comparison."""

    def __init__(self) -> None:
        self._checkers: dict[Any, tuple[Any, Checker]] = {}
        self._roots: dict[Any, tuple[SchemaView, RootBuilder]] = {}

    @property
    def compiled_count(self) -> int:
        """How many schemas were compiled."""
        return len(self._checkers)

    def get_checker(
        self, side: SchemaView, schema: Any, *, is_open: bool = False, formats: bool = False
    ) -> Checker:
        """Return what checks a value against a schema."""
        key = (id(side), id(schema), is_open or side.reading == "consumer", formats)
        if key not in self._checkers:
            self._checkers[key] = (
                schema,
                Checker(self.build_root(side, schema, is_open=is_open, formats=formats)),
            )
        return self._checkers[key][1]

    def build_root(
        self, side: SchemaView, schema: Any, *, is_open: bool = False, formats: bool = False
    ) -> Schema:
        """Return a schema as its side reads it, self-contained."""
        key = (id(side), is_open, formats)
        if key not in self._roots:
            self._roots[key] = side, RootBuilder(side, is_open=is_open, formats=formats)
        return self._roots[key][1].build(schema)

    def satisfies(self, term: SignedSchema, value: Any) -> bool:
        """Tell whether a value is as a term asks."""
        return self._is_valid(term.view, term.schema, value, term.is_open) is term.is_positive

    def _is_valid(self, side: SchemaView, schema: Any, value: Any, is_open: bool) -> bool:
        if isinstance(schema, bool):
            return schema
        if isinstance(schema, DerivedCondition):
            return self._is_condition_met(side, schema, value, is_open)
        # A reading closes what stands on its own, not one of several parts.
        return self.get_checker(
            side, schema, is_open=is_open or isinstance(schema, DisjunctiveKeyword)
        ).accepts(value)

    def _is_condition_met(
        self, side: SchemaView, said: DerivedCondition, value: Any, is_open: bool
    ) -> bool:
        if "unless" in said:
            return not self._is_valid(side, said["unless"], value, is_open)
        if "member" in said:
            name = said["member"]
            return (
                isinstance(value, dict)
                and name in value
                and self._is_valid(side, said["that"], value[name], is_open)
            )
        kind = list if "item" in said else dict
        inside = value.values() if isinstance(value, dict) else value
        return isinstance(value, kind) and any(
            self._is_valid(side, said["that"], one, is_open) for one in inside
        )


def do_engines_agree(checker: Checker, value: Any, *, wanted: bool) -> bool:
    """Tell whether both engines judge a value as wanted."""
    return checker.accepts(value) is wanted and checker.accepts_by_reference(value) is wanted

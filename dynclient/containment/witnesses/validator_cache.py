"""Validators as a comparison needs them: formats are annotations, and both engines must agree."""

from __future__ import annotations

from typing import Any

from dynclient.containment.identity_cache import IdentityCache
from dynclient.containment.schema_view import SchemaView, is_format_bound
from dynclient.containment.witnesses.positive_expansion import DisjunctiveKeyword
from dynclient.containment.witnesses.signed_schemas import DerivedCondition, SignedSchema
from dynclient.schema.dialect import (
    SCHEMA_LIST_KEYWORDS,
    SCHEMA_MAP_KEYWORDS,
    SINGLE_SCHEMA_KEYWORDS,
    Schema,
    bundle_schema,
    find_referenced_names,
    get_definition_references,
    get_place,
    map_subschemas,
)
from dynclient.schema.engines.engine import Checker, LazyChecker
from dynclient.schema.engines.long_values import is_long_value
from dynclient.schema.engines.step_limit import limit_steps, spend_steps
from dynclient.schema.readings import Definitions, SchemaCloser

#: To collect the definitions of a schema takes so many steps for each.
_STEPS_PER_DEFINITION = 10

#: A root with more properties is not compiled for the fast engine.
MAX_COMPILED_PROPERTIES = 10_000


#: A schema without these has no other one inside.
_INNER_KEYWORDS = frozenset(
    {*SINGLE_SCHEMA_KEYWORDS, *SCHEMA_LIST_KEYWORDS, *SCHEMA_MAP_KEYWORDS, "$defs"}
)


def remove_formats(schema: Any) -> Any:
    """Return a schema without formats, and without the bounds that only express `int64`."""
    if not isinstance(schema, dict):
        return schema
    if "format" not in schema and _INNER_KEYWORDS.isdisjoint(schema):
        return schema
    keywords = {
        keyword: value
        for keyword, value in map_subschemas(schema, remove_formats).items()
        if keyword != "format" and not is_format_bound(schema, keyword)
    }
    return Schema(keywords, get_place(schema))


class RootBuilder:
    """Makes schemas of a view self-contained. The definitions are built once and shared.

    Args:
        view: the schemas.
        is_open: the reading closes nothing, though it is a producer's.
        formats: keep the formats, and the bounds that express `int64`, as assertions.

    """

    def __init__(self, view: SchemaView, *, is_open: bool, formats: bool) -> None:
        self._closer: SchemaCloser | None = None
        self._source_defs = view.defs
        if not is_open and view.reading == "producer":
            self._closer = SchemaCloser(view.defs, view.direction)
            self._source_defs = self._closer.closed_defs
        self._formats = formats
        self._unformatted_defs: Definitions = {}
        self._references = get_definition_references(self._source_defs)

    def build(self, schema: Any) -> Schema:
        """Return a schema in its reading as a root with the definitions that it reaches."""
        if self._closer is not None:
            schema = self._closer.close_location(schema)
        if self._formats:
            return bundle_schema(schema, self._source_defs)
        root = remove_formats(schema)
        for name in self._references.list_reached(find_referenced_names(root)):
            if name not in self._unformatted_defs:
                self._unformatted_defs[name] = remove_formats(self._source_defs[name])
        return bundle_schema(root, self._unformatted_defs)


class ReferenceChecker(Checker):
    """Checks by the reference engine alone, where compiling takes longer than the few checks."""

    def accepts_by_fast_engine(self, value: Any) -> bool:  # noqa: ARG002 (as the engine port has it)
        """Return False: the reference must be asked."""
        return False

    def accepts_by_reference(self, value: Any) -> bool:
        """Return whether a value fits the schema.

        Raises:
            StepLimitExceeded: it takes too many steps to tell.

        """
        with limit_steps():
            return next(self._reference_validator.iter_errors(value), None) is None


def has_many_properties(root: Schema) -> bool:
    """Tell whether a root declares more properties than are worth to be compiled."""
    parts = [root, *root.get("allOf", ()), *root.get("$defs", {}).values()]
    counts = (len(part.get("properties", ())) for part in parts if isinstance(part, dict))
    return sum(counts) > MAX_COMPILED_PROPERTIES


class ValidatorCache:
    """Keeps the validators of a comparison."""

    def __init__(self) -> None:
        self._checkers = IdentityCache[Checker]()
        self._root_builders = IdentityCache[RootBuilder]()

    @property
    def compiled_count(self) -> int:
        """How many schemas were compiled."""
        return len(self._checkers)

    def get_checker(
        self, view: SchemaView, schema: Any, *, is_open: bool = False, formats: bool = False
    ) -> Checker:
        """Return the validator of a schema in the reading of its view.

        Args:
            view: the view.
            schema: the schema.
            is_open: the reading closes nothing, though it is a producer's.
            formats: formats are assertions.

        """

        def build() -> Checker:
            root = self.build_root(view, schema, is_open=is_open, formats=formats)
            return ReferenceChecker(root) if has_many_properties(root) else LazyChecker(root)

        return self._checkers.get_or_compute(
            (view, schema), build, (is_open or view.reading == "consumer", formats)
        )

    def build_root(
        self, view: SchemaView, schema: Any, *, is_open: bool = False, formats: bool = False
    ) -> Schema:
        """Return a schema in the reading of its view, self-contained; arguments as above."""
        builder = self._root_builders.get_or_compute(
            (view,), lambda: RootBuilder(view, is_open=is_open, formats=formats), (is_open, formats)
        )
        root = builder.build(schema)
        spend_steps(_STEPS_PER_DEFINITION * (1 + len(root.get("$defs", ()))))
        return root

    def satisfies(self, signed: SignedSchema, value: Any) -> bool:
        """Tell whether a value satisfies a signed schema."""
        is_valid = self._is_valid(signed.view, signed.schema, value, signed.is_open)
        return is_valid is signed.is_positive

    def _is_valid(self, view: SchemaView, schema: Any, value: Any, is_open: bool) -> bool:
        if isinstance(schema, bool):
            return schema
        if isinstance(schema, DerivedCondition):
            return self._is_condition_met(view, schema, value, is_open)
        # A reading closes a whole location, not a keyword that is only a part of it.
        is_open = is_open or isinstance(schema, DisjunctiveKeyword)
        return self.get_checker(view, schema, is_open=is_open).accepts(value)

    def _is_condition_met(
        self, view: SchemaView, condition: DerivedCondition, value: Any, is_open: bool
    ) -> bool:
        if "unless" in condition:
            return not self._is_valid(view, condition["unless"], value, is_open)
        if "item" in condition:
            candidates = value if isinstance(value, list) else []
        elif not isinstance(value, dict):
            candidates = []
        elif "member" in condition:
            name = condition["member"]
            candidates = [value[name]] if name in value else []
        else:
            candidates = list(value.values())
        inner = condition["that"]
        return any(self._is_valid(view, inner, candidate, is_open) for candidate in candidates)


def do_engines_agree(checker: Checker, value: Any, *, is_valid: bool) -> bool:
    """Tell whether both engines judge a value as expected; the fast one knows no stand-ins.

    What the reference accepts is valid, whatever the fast engine says: some it cannot tell.
    """
    if checker.accepts_by_reference(value) is not is_valid:
        return False
    if is_valid or is_long_value(value):
        return True
    try:
        return not checker.accepts_by_fast_engine(value)
    except (ValueError, TypeError):  # it has text that is no Unicode
        return True

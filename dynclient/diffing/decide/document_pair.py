"""Two revisions side by side: what is built from them once and shared by every comparison."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dynclient.containment import ContainmentChecker, SchemaView
from dynclient.containment.identity_cache import IdentityCache
from dynclient.containment.schema_equality import SchemaEquality
from dynclient.containment.witnesses import WitnessGenerator
from dynclient.containment.witnesses.validator_cache import ValidatorCache
from dynclient.diffing.decide.call_builder import CallBuilder
from dynclient.diffing.detect.discriminator_meanings import ComponentNames
from dynclient.diffing.detect.edit_finder import EditFinder
from dynclient.diffing.exposure import RESULT, ComparisonOptions, Exposure, Reader
from dynclient.document.references import Node
from dynclient.model import Document, MediaType, Operation
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import Reading, Schemas
from dynclient.schema.dialect import Direction, Schema, map_subschemas
from dynclient.schema.readings import Definitions, close_schema
from dynclient.schema.translation.translation_options import TranslationOptions

#: Added to the names of definitions that stand beside those of the same name.
_DECLARED_SUFFIX = ".declared"


class DocumentPair:
    """The old and the new revision, with what is built from each.

    Schemas are translated once, and what was proved of them is shared.

    Args:
        old: the old revision.
        new: the new revision.
        options: how they are compared.

    """

    def __init__(self, old: Document, new: Document, options: ComparisonOptions) -> None:
        self.old = old
        self.new = new
        self.options = options
        # A new value of an open enum is a change all the same; its rule gives it a level.
        # Where an alternative that means null allowed every value, nothing beside it could break.
        translation = TranslationOptions(opens_enums=False, reads_null_alternatives=True)
        self.schemas = {True: Schemas(old, translation), False: Schemas(new, translation)}
        #: What is compared several times is compared by the identity of its schemas.
        self._contents = IdentityCache[Schema | bool]()
        self._containments: dict[tuple[Exposure, Reader], ContainmentChecker] = {}
        self._validators = ValidatorCache()
        self._views = IdentityCache[SchemaView]()
        self._generators = IdentityCache[WitnessGenerator]()
        self._edit_finders: dict[Direction, EditFinder] = {}
        self._plans: dict[tuple[bool, Operation], Plan] = {}
        self._call_builders: dict[Operation, CallBuilder] = {}
        self._relaxed: dict[tuple[Direction, bool], RewrittenSchemas] = {}
        self._opened: dict[tuple[Direction, bool], RewrittenSchemas] = {}

    def get_definitions(self, direction: Direction, *, old: bool) -> Definitions:
        """Return the definitions of one revision."""
        return self.schemas[old].get_dialect(direction).defs

    def translate(self, node: Node | None, direction: Direction, *, old: bool) -> Schema | bool:
        """Return the schema at a node of one revision; the same object each time."""
        return self.schemas[old].translate(node, direction)

    def translate_content(
        self, media_type: MediaType, direction: Direction, *, old: bool
    ) -> Schema | bool:
        """Return the schema of a body of one revision; the same object each time."""
        node = media_type.node
        translate = partial(self.schemas[old].translate_content, media_type, direction)
        return self._contents.get_or_compute(
            (node.value,), translate, (old, direction, node.uri, node.pointer)
        )

    def get_plan(self, operation: Operation, *, old: bool) -> Plan:
        """Return the plan of an operation of one revision."""
        key = (old, operation)
        if key not in self._plans:
            self._plans[key] = Plan(operation, self.schemas[old])
        return self._plans[key]

    def get_call_builder(self, operation: Operation) -> CallBuilder:
        """Return what builds calls of an operation of the old revision."""
        if operation not in self._call_builders:
            self._call_builders[operation] = CallBuilder(self.get_plan(operation, old=True))
        return self._call_builders[operation]

    def get_edit_finder(self, direction: Direction) -> EditFinder:
        """Return what finds the edits between schemas of one direction."""
        if direction not in self._edit_finders:
            self._edit_finders[direction] = EditFinder(
                self.get_definitions(direction, old=True),
                self.get_definitions(direction, old=False),
                direction,
                include_descriptions=self.options.include_descriptions,
                components=ComponentNames(
                    _list_schema_names(self.old), _list_schema_names(self.new)
                ),
            )
        return self._edit_finders[direction]

    # --- containment: whether the reader accepts what is sent

    def get_containment(self, exposure: Exposure, reader: Reader) -> ContainmentChecker:
        """Return what proves that a reader accepts the values that are sent.

        A deployed program reads as a consumer. A caller by name loads the new document, which
        refuses whatever its producer's reading refuses.
        """
        key = (exposure, reader if exposure.old_sends else "wire")
        if key not in self._containments:
            direction = exposure.direction
            reading: Reading = "producer" if key[1] == "code" else "consumer"
            sent_definitions = self.get_definitions(direction, old=exposure.old_sends)
            read_definitions = self.get_reader_definitions(exposure)
            self._containments[key] = ContainmentChecker(
                self._get_view(sent_definitions, "producer", direction),
                self._get_view(read_definitions, reading, direction),
                self._get_generator(sent_definitions, read_definitions),
            )
        return self._containments[key]

    def _get_view(
        self, definitions: Definitions, reading: Reading, direction: Direction
    ) -> SchemaView:
        """Return the schemas in a reading: the same view for both readers, for the caches."""
        return self._views.get_or_compute(
            (definitions,),
            lambda: SchemaView(definitions, reading, direction),
            (reading, direction),
        )

    def _get_generator(self, sent: Definitions, read: Definitions) -> WitnessGenerator:
        """Return what finds witnesses: the same for both readers, who share what it found out."""
        return self._generators.get_or_compute(
            (sent, read), lambda: WitnessGenerator(SchemaEquality(sent, read), self._validators)
        )

    def get_containment_as_written(
        self, exposure: Exposure, sent: Any
    ) -> tuple[ContainmentChecker, Schema]:
        """Return what proves that values are accepted which a schema allows as it is written.

        Returns:
            The checker, and the schema of these values: they have only properties that an
            alternative declares, though several alternatives may fit.

        """
        direction = exposure.direction
        relaxed = self._get_relaxed(direction, old=exposure.old_sends)
        declared = close_schema(relaxed.rewrite(sent), relaxed.defs, direction)
        definitions = dict(self.get_definitions(direction, old=exposure.old_sends))
        for name, schema in declared.pop("$defs", {}).items():
            definitions[name + _DECLARED_SUFFIX] = _rename_references(schema)
        sender = SchemaView(definitions, "consumer", direction)
        reader = SchemaView(self.get_reader_definitions(exposure), "consumer", direction)
        both = {"allOf": [sent, _rename_references(declared)]}
        return ContainmentChecker(sender, reader), Schema(both, getattr(sent, "place", None))

    def get_reader_definitions(self, exposure: Exposure) -> Definitions:
        """Return the reader's definitions; a tolerant one reads closed objects as open ones."""
        if self._is_tolerant(exposure):
            return self._get_opened(exposure.direction, old=not exposure.old_sends).defs
        return self.get_definitions(exposure.direction, old=not exposure.old_sends)

    def get_reader_schema(self, exposure: Exposure, schema: Any) -> Any:
        """Return a schema as the reader takes it."""
        if self._is_tolerant(exposure):
            return self._get_opened(exposure.direction, old=not exposure.old_sends).rewrite(schema)
        return schema

    def _is_tolerant(self, exposure: Exposure) -> bool:
        return self.options.tolerant_results and exposure == RESULT

    def _get_opened(self, direction: Direction, *, old: bool) -> RewrittenSchemas:
        """Return the schemas of one revision with every closed object opened."""
        key = (direction, old)
        if key not in self._opened:
            definitions = self.get_definitions(direction, old=old)
            self._opened[key] = RewrittenSchemas(definitions, _open_closed_object)
        return self._opened[key]

    def _get_relaxed(self, direction: Direction, *, old: bool) -> RewrittenSchemas:
        """Return the schemas of one revision with `anyOf` in place of every `oneOf`."""
        key = (direction, old)
        if key not in self._relaxed:
            definitions = self.get_definitions(direction, old=old)
            self._relaxed[key] = RewrittenSchemas(definitions, _relax_one_of)
        return self._relaxed[key]

    def count_compared(self) -> dict[str, int]:
        """Return how many pairs of schemas were compared, refuted and left unknown."""
        counts = {"compared": 0, "refuted": 0, "unknown": 0}
        for containment in self._containments.values():
            counts["compared"] += containment.compared_count
            counts["refuted"] += containment.statistics["refuted"]
            counts["unknown"] += containment.statistics["unknown"]
        return counts


def _list_schema_names(document: Document) -> frozenset[str]:
    schemas = document.top.follow_child("components").follow_child("schemas")
    return frozenset(schemas.member_keys())


def _rename_references(schema: Any) -> Any:
    """Return a schema whose references name the definitions with the suffix."""
    if not isinstance(schema, dict):
        return schema
    renamed = Schema(map_subschemas(schema, _rename_references), getattr(schema, "place", None))
    if "$ref" in renamed:
        renamed["$ref"] += _DECLARED_SUFFIX
    return renamed


class RewrittenSchemas:
    """The schemas of a document, each rewritten in the same way.

    Args:
        defs: the definitions of the document.
        rewrite_in_place: alters the copy of one schema.

    """

    def __init__(self, defs: Definitions, rewrite_in_place: Callable[[Schema], None]) -> None:
        self.defs: Definitions = _RewrittenDefinitions(self, defs)
        self._rewrite_in_place = rewrite_in_place
        # By identity, with the schema itself, so that it lives as long as its entry.
        self._cache: dict[int, tuple[Any, Any]] = {}

    def rewrite(self, schema: Any) -> Any:
        """Return a schema rewritten; the same one for the same one."""
        if not isinstance(schema, dict):
            return schema
        if id(schema) not in self._cache:
            copy = Schema(map_subschemas(schema, self.rewrite), getattr(schema, "place", None))
            self._rewrite_in_place(copy)
            self._cache[id(schema)] = schema, copy
        return self._cache[id(schema)][1]


class _RewrittenDefinitions(dict[str, Any]):
    """Definitions that are rewritten at first use: those of a document grow while it is read."""

    def __init__(self, owner: RewrittenSchemas, defs: Definitions) -> None:
        super().__init__()
        self._owner = owner
        self._defs = defs

    def __missing__(self, name: str) -> Any:
        self[name] = self._owner.rewrite(self._defs[name])
        return self[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a definition, rewritten."""
        return self[name] if name in self._defs else default


def _open_closed_object(schema: Schema) -> None:
    """Let a closed object have properties that it does not declare."""
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if schema.get(keyword) is False:
            del schema[keyword]


def _relax_one_of(schema: Schema) -> None:
    """Let a value fit several alternatives where it must fit exactly one."""
    if "oneOf" in schema:
        alternatives = Schema({"anyOf": schema.pop("oneOf")}, schema.place)
        schema["allOf"] = [*schema.get("allOf", ()), alternatives]

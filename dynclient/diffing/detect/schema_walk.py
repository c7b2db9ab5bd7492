"""One walk along a schema in both documents, up to the definitions that it refers to."""

from __future__ import annotations

from typing import Any, NamedTuple

from dynclient.containment import ANY_ITEM, ANY_PROPERTY
from dynclient.containment.schema_equality import DOCUMENTATION_KEYWORDS, SchemaEquality
from dynclient.diffing.detect.alternatives import align_alternatives
from dynclient.diffing.detect.differences import Difference
from dynclient.diffing.detect.discriminator_meanings import ComponentNames
from dynclient.diffing.detect.edits import Conjuncts, Edit, ValuePath
from dynclient.diffing.detect.flattening import FlattenedSchema, flatten_schemas, resolve_alias
from dynclient.diffing.detect.keyword_differences import compare_keywords
from dynclient.names import suggest
from dynclient.schema.dialect import EXCLUDING_ANNOTATIONS, Direction, get_definition_name
from dynclient.schema.readings import Definitions
from dynclient.violations import Place


class PendingNode(NamedTuple):
    """A schema node that is still to be compared: where it is, and its schemas on both sides."""

    path: ValuePath
    old: Conjuncts
    new: Conjuncts


class DefinitionPair:
    """The definitions of both documents in one direction, and the questions asked of schemas.

    Args:
        old: the definitions of the old document.
        new: the definitions of the new document.
        direction: whether the values are part of a request or of a response.
        include_descriptions: descriptions, titles and examples count too.
        components: the names of the schemas of both documents.

    """

    def __init__(
        self,
        old: Definitions,
        new: Definitions,
        direction: Direction,
        include_descriptions: bool,
        components: ComponentNames,
    ) -> None:
        self._old = old
        self._new = new
        self._unsent_keyword = EXCLUDING_ANNOTATIONS[direction]
        ignored_keywords = () if include_descriptions else DOCUMENTATION_KEYWORDS
        self._exact_equality = SchemaEquality(old, new, ignored_keywords)
        self._assertion_equality = SchemaEquality(old, new)
        self.include_descriptions = include_descriptions
        self.components = components

    def resolve_aliases(self, node: PendingNode) -> PendingNode:
        """Return a node with definitions in place of schemas that only refer to one."""
        old = tuple(resolve_alias(schema, self._old) for schema in node.old)
        new = tuple(resolve_alias(schema, self._new) for schema in node.new)
        return PendingNode(node.path, old, new)

    def is_same(self, old: Conjuncts, new: Conjuncts) -> bool:
        """Tell whether both sides say the same, annotations included."""
        if len(old) != len(new):
            return False
        return all(map(self._exact_equality.is_equal, old, new))

    def is_equivalent(self, old: Any, new: Any) -> bool:
        """Tell whether two schemas are the same but for annotations, wherever they stand."""
        return self._assertion_equality.is_equal(
            resolve_alias(old, self._old), resolve_alias(new, self._new)
        )

    def flatten_pair(
        self, old: Conjuncts, new: Conjuncts
    ) -> tuple[FlattenedSchema, FlattenedSchema]:
        """Return all that both sides say of a node."""
        return flatten_schemas(old, self._old), flatten_schemas(new, self._new)

    def is_sent(self, old: Conjuncts, new: Conjuncts) -> bool:
        """Tell whether one of the documents at least lets a property be sent in this direction."""
        old_side, new_side = self.flatten_pair(old, new)
        is_unsent = old_side.has_flag(self._unsent_keyword)
        return not (is_unsent and new_side.has_flag(self._unsent_keyword))


class SchemaWalk:
    """Compares a node, and the nodes inside it up to references.

    Args:
        definitions: those of both documents.

    Attributes:
        edits: what was found.
        deferred: inner nodes that are definitions, to be compared on their own.

    """

    def __init__(self, definitions: DefinitionPair) -> None:
        self._definitions = definitions
        self.edits: list[Edit] = []
        self.deferred: list[PendingNode] = []

    def compare_node(self, path: ValuePath, old: Conjuncts, new: Conjuncts) -> None:
        """Compare what both sides say of one value, then what they say of the values in it."""
        if self._definitions.is_same(old, new):
            return
        old_side, new_side = self._definitions.flatten_pair(old, new)
        self._compare_keywords(path, old_side, new_side)
        if "object" in old_side.types and "object" in new_side.types:
            self._compare_properties(path, old_side, new_side)
            self._compare_undeclared_properties(path, old_side, new_side)
        if "array" in old_side.types and "array" in new_side.types:
            self._compare_items(path, old_side, new_side)
        self._compare_alternatives(path, old_side, new_side)

    def _descend(self, path: ValuePath, old: Conjuncts, new: Conjuncts) -> None:
        """Compare an inner node: now, or later where a definition stands there."""
        if not old and not new:
            return
        if _has_reference(old) or _has_reference(new):
            self.deferred.append(PendingNode(path, old, new))
        else:
            self.compare_node(path, old, new)

    def _compare_keywords(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema
    ) -> None:
        differences = tuple(
            compare_keywords(
                old,
                new,
                self._definitions.is_equivalent,
                components=self._definitions.components,
                include_descriptions=self._definitions.include_descriptions,
            )
        )
        if not differences:
            return
        self.edits.append(
            Edit(
                path,
                differences,
                old_part_places=old.places,
                new_part_places=new.places,
                old_place=old.first_place,
                new_place=new.first_place,
                is_open_enum=old.has_open_enum or new.has_open_enum,
            )
        )

    # --- properties

    def _compare_properties(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema
    ) -> None:
        # A property that an alternative declares on the other side is neither gone nor new.
        removed = _list_missing_properties(old, new)
        added = _list_missing_properties(new, old)
        renames = self._find_renames(old, new, removed, added)
        for name in old.properties:
            if name in new.properties:
                self._compare_property(path, old, new, name)
            elif name in renames:
                self._add_property_edit("property-renamed", path, old, new, name, renames[name])
            elif name in removed:
                self._add_property_edit("property-removed", path, old, new, name)
        for name in added:
            if name not in renames.values():
                self._add_property_edit("property-added", path, old, new, name)
        declared = old.properties.keys() | new.properties.keys()
        undeclared = (old.required ^ new.required) - declared
        for name in sorted(undeclared):
            self._compare_required(path, old, new, name)

    def _compare_property(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema, name: str
    ) -> None:
        self._compare_required(path, old, new, name)
        old_schemas, new_schemas = old.properties[name], new.properties[name]
        if self._definitions.is_same(old_schemas, new_schemas):
            return
        if self._definitions.is_sent(old_schemas, new_schemas):
            self._descend((*path, name), old_schemas, new_schemas)

    def _find_renames(
        self, old: FlattenedSchema, new: FlattenedSchema, removed: list[str], added: list[str]
    ) -> dict[str, str]:
        """Return old name → new name where a similar name stands for the same values."""
        renames: dict[str, str] = {}
        for name in removed:
            schemas = old.properties[name]
            equivalents = [
                candidate
                for candidate in added
                if candidate not in renames.values()
                and self._is_equivalent(schemas, new.properties[candidate])
            ]
            for suggestion in suggest(name, equivalents, 1):
                renames[name] = suggestion
        return renames

    def _is_equivalent(self, old: Conjuncts, new: Conjuncts) -> bool:
        return len(old) == len(new) and all(map(self._definitions.is_equivalent, old, new))

    def _add_property_edit(
        self,
        rule: str,
        path: ValuePath,
        old: FlattenedSchema,
        new: FlattenedSchema,
        name: str,
        renamed_to: str = "",
    ) -> None:
        new_name = renamed_to or name
        show_name = bool(renamed_to)
        difference = Difference(
            rule,
            _describe_property(old, name, show_name=show_name),
            _describe_property(new, new_name, show_name=show_name),
        )
        self.edits.append(
            Edit(
                (*path, name),
                (difference,),
                name,
                old_part_places=old.places,
                new_part_places=new.places,
                old_place=_find_place(old.properties.get(name, ())),
                new_place=_find_place(new.properties.get(new_name, ())),
                renamed_to=renamed_to,
            )
        )

    def _compare_required(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema, name: str
    ) -> None:
        was_required, is_required = name in old.required, name in new.required
        if was_required == is_required or _has_changed_direction(old, new, name):
            return
        if name in old.list_required_everywhere() and name in new.list_required_everywhere():
            return
        difference = Difference(
            "property-required",
            "required" if was_required else "optional",
            "required" if is_required else "optional",
        )
        self.edits.append(
            Edit(
                (*path, name),
                (difference,),
                name,
                old_part_places=old.places,
                new_part_places=new.places,
                old_place=_find_place(old.properties.get(name, ())) or old.first_place,
                new_place=_find_place(new.properties.get(name, ())) or new.first_place,
            )
        )

    def _compare_undeclared_properties(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema
    ) -> None:
        inner_path = (*path, ANY_PROPERTY)
        for pattern, schemas in old.pattern_properties.items():
            if pattern in new.pattern_properties:
                self._descend(inner_path, schemas, new.pattern_properties[pattern])
        old_rest = old.collect_subschemas("additionalProperties")
        new_rest = new.collect_subschemas("additionalProperties")
        if old_rest and new_rest:
            self._descend(inner_path, old_rest, new_rest)

    # --- items and alternatives

    def _compare_items(self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema) -> None:
        inner_path = (*path, ANY_ITEM)
        old_items, new_items = old.collect_subschemas("items"), new.collect_subschemas("items")
        if old_items and new_items:
            self._descend(inner_path, old_items, new_items)
        old_prefix, new_prefix = old.find_first("prefixItems"), new.find_first("prefixItems")
        for old_item, new_item in zip(old_prefix or (), new_prefix or (), strict=False):
            self._descend(inner_path, (old_item,), (new_item,))

    def _compare_alternatives(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema
    ) -> None:
        for (_, old_union), (_, new_union) in zip(old.unions, new.unions, strict=False):
            aligned = align_alternatives(old_union, new_union, self._definitions.is_equivalent)
            for old_schema, new_schema in aligned:
                if old_schema is not None and new_schema is not None:
                    self._descend(path, (old_schema,), (new_schema,))


def _list_missing_properties(side: FlattenedSchema, other: FlattenedSchema) -> list[str]:
    """Return the properties of a side that the other one does not declare in any alternative."""
    missing = [name for name in side.properties if name not in other.properties]
    in_alternatives = other.list_alternative_properties() if missing else ()
    return [name for name in missing if name not in in_alternatives]


def _has_reference(schemas: Conjuncts) -> bool:
    return any(isinstance(schema, dict) and "$ref" in schema for schema in schemas)


def _find_place(schemas: Conjuncts) -> Place | None:
    """Return where the first schema stands whose place is known."""
    for schema in schemas:
        place: Place | None = getattr(schema, "place", None)
        if place is not None:
            return place
    return None


def _describe_property(
    side: FlattenedSchema, name: str, *, show_name: bool
) -> dict[str, Any] | None:
    """Return type or component of a property, and whether it is required; None for no property."""
    if name not in side.properties:
        return None
    schemas = [schema for schema in side.properties[name] if isinstance(schema, dict)]
    schema = schemas[0] if schemas else {}
    description: dict[str, Any] = {"name": name} if show_name else {}
    if "type" in schema:
        description["type"] = schema["type"]
    elif "$ref" in schema:
        description["schema"] = get_definition_name(schema["$ref"])
    description["required"] = name in side.required
    return description


def _has_changed_direction(old: FlattenedSchema, new: FlattenedSchema, name: str) -> bool:
    """Tell whether a property is sent in another direction now.

    Whether it is required follows from that, and is no edit of its own.
    """
    return _read_direction(old, name) != _read_direction(new, name)


def _read_direction(side: FlattenedSchema, name: str) -> list[str]:
    """Return which of `readOnly` and `writeOnly` a property has."""
    schemas = [schema for schema in side.properties.get(name, ()) if isinstance(schema, dict)]
    return [
        keyword
        for keyword in ("readOnly", "writeOnly")
        if any(schema.get(keyword) is True for schema in schemas)
    ]

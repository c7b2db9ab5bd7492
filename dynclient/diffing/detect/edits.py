"""What was edited between two schemas, node by node: descriptions of differences, without any verdict.

Two schemas are laid side by side and followed together; each node that says something else is one edit. Moved,
inlined or renamed components, and the order of things, are no edits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dynclient.containment import ANY_ITEM, ANY_PROPERTY
from dynclient.containment.schema_equality import DOCUMENTATION_KEYWORDS, SchemaEquality
from dynclient.diffing.detect import keyword_differences
from dynclient.diffing.detect.flattening import FlattenedSchema, flatten_schemas, resolve_alias
from dynclient.diffing.detect.keyword_differences import Difference
from dynclient.names import suggest
from dynclient.schema.dialect import Direction, get_definition_name
from dynclient.schema.readings import Definitions
from dynclient.violations import Place

ValuePath = tuple[str, ...]

#: Several schemas that hold at once.
Conjuncts = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Edit:
    """A node that says something else in the two documents.

    Attributes:
        path: where in the value, from where the walk began.
        facts: what it says there: the first names the edit.
        name: the property, where the edit is one of its owner's list of properties.
        olds: the places of the old node's parts (of the owner's, where `name` is given).
        news: the places of the new one's.
        old_place: what to show of the old document.
        new_place: what to show of the new one.
        renamed: the new name, where a property was renamed.
        is_open: one of the documents calls the values open (`x-extensible-enum`).

    """

    path: ValuePath
    differences: tuple[Difference, ...]
    property_name: str = ""
    old_part_places: tuple[Place, ...] = ()
    new_part_places: tuple[Place, ...] = ()
    old_place: Place | None = None
    new_place: Place | None = None
    renamed_to: str = ""
    is_open_enum: bool = False

    @property
    def affected_path(self) -> ValuePath:
        """The path of whom it concerns: what is asked for anew concerns everybody who gives its owner."""
        asks = self.property_name and self.differences[0].rule in (
            "property-added",
            "property-required",
        )
        return self.path[:-1] if asks else self.path

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells the edit from others, wherever it was met."""
        return (
            self.old_place,
            self.new_place,
            self.property_name,
            self.differences[0].rule if self.property_name else "",
        )


@dataclass(frozen=True, eq=False)
class WalkResult:
    """What was found in a pair of schemas up to the definitions that it refers to, which are walked on their own."""

    edits: tuple[Edit, ...]
    deferred: tuple[tuple[ValuePath, Conjuncts, Conjuncts], ...]


class EditFinder:
    """Finds the edits between the schemas of two documents in one direction.

    Args:
        old: the definitions of the old document.
        new: the definitions of the new one.
        direction: which way the values travel.
        words: descriptions, titles and examples count too.

    """

    def __init__(
        self, old: Definitions, new: Definitions, direction: Direction, *, words: bool = False
    ) -> None:
        self._direction_keyword = "readOnly" if direction == "request" else "writeOnly"
        self._old = old
        self._new = new
        self._exact_equality = SchemaEquality(old, new, () if words else DOCUMENTATION_KEYWORDS)
        self._assertion_equality = SchemaEquality(old, new)
        self._include_descriptions = words
        self._edits_cache: dict[tuple[int, int], tuple[Any, list[Edit]]] = {}
        self._walk_cache: dict[tuple[tuple[int, ...], tuple[int, ...]], WalkResult] = {}
        #: Keys are identities: what was walked must not be collected meanwhile.
        self._kept_alive: list[Any] = []

    def find_edits(self, old: Any, new: Any) -> list[Edit]:
        """Return the edits between two schemas, their paths from there; each node once, where it is met first."""
        a, b = self._resolve_aliases((old,), (new,))
        key = (id(a[0]), id(b[0]))
        if key not in self._edits_cache:
            self._edits_cache[key] = (a, b), self._collect_edits(a, b)
        return self._edits_cache[key][1]

    def _collect_edits(self, old: Conjuncts, new: Conjuncts) -> list[Edit]:
        found: dict[tuple[Any, ...], Edit] = {}
        todo: list[tuple[ValuePath, Conjuncts, Conjuncts]] = [((), old, new)]
        seen = set[tuple[tuple[int, ...], tuple[int, ...]]]()
        for at, a, b in todo:  # grows meanwhile
            a, b = self._resolve_aliases(a, b)  # noqa: PLW2901 (the same ones, followed)
            key = (tuple(map(id, a)), tuple(map(id, b)))
            if key in seen:
                continue
            seen.add(key)
            walked = self._walk_pair(key, a, b)
            for edit in walked.edits:
                found.setdefault(edit.key, _prefix_path(edit, at))
            todo += [((*at, *path), x, y) for path, x, y in walked.deferred]
        return list(found.values())

    def find_edits_along(self, old: Any, new: Any, path: ValuePath) -> set[tuple[Any, ...]]:
        """Return the keys of the edits that are met along a path in the value, and in all that is below its end."""
        found = set[tuple[Any, ...]]()
        todo: list[tuple[ValuePath, Conjuncts, Conjuncts]] = [(path, (old,), (new,))]
        seen = set[Any]()
        while todo:
            rest, a, b = todo.pop()
            a, b = self._resolve_aliases(a, b)
            key = (tuple(map(id, a)), tuple(map(id, b)))
            if (key, rest) in seen:
                continue
            seen.add((key, rest))
            walked = self._walk_pair(key, a, b)
            found |= {
                edit.key for edit in walked.edits if _is_overlapping(edit.affected_path, rest)
            }
            todo += [
                (rest[len(at) :], x, y) for at, x, y in walked.deferred if _is_overlapping(at, rest)
            ]
        return found

    def _resolve_aliases(self, a: Conjuncts, b: Conjuncts) -> tuple[Conjuncts, Conjuncts]:
        return tuple(resolve_alias(s, self._old) for s in a), tuple(
            resolve_alias(s, self._new) for s in b
        )

    def _walk_pair(self, key: Any, a: Conjuncts, b: Conjuncts) -> WalkResult:
        if key not in self._walk_cache:
            self._kept_alive.append((a, b))
            walk = _SchemaWalk(self)
            walk.compare_nodes((), a, b)
            self._walk_cache[key] = WalkResult(tuple(walk.edits), tuple(walk.deferred))
        return self._walk_cache[key]

    def is_same(self, a: Conjuncts, b: Conjuncts) -> bool:
        """Tell whether two sets of schemas need not be looked at: they are the same, and so is what is told of them."""
        return len(a) == len(b) and all(
            self._exact_equality.is_equal(x, y) for x, y in zip(a, b, strict=True)
        )

    def flatten_pair(self, a: Conjuncts, b: Conjuncts) -> tuple[FlattenedSchema, FlattenedSchema]:
        """Return what both sides say."""
        return flatten_schemas(a, self._old), flatten_schemas(b, self._new)

    def is_equivalent(self, one: Any, other: Any) -> bool:
        """Tell whether two schemas are the same but for annotations, wherever they stand."""
        return self._assertion_equality.is_equal(
            resolve_alias(one, self._old), resolve_alias(other, self._new)
        )

    def is_sent(self, a: Conjuncts, b: Conjuncts) -> bool:
        """Tell whether values of a property are sent this way at all, by one of the documents at least."""
        return not all(side.has_flag(self._direction_keyword) for side in self.flatten_pair(a, b))

    @property
    def include_descriptions(self) -> bool:
        """Whether words count."""
        return self._include_descriptions


def _is_overlapping(one: ValuePath, other: ValuePath) -> bool:
    """Tell whether one of two paths leads on from the other, as far as both go."""
    return all(
        a in (b, ANY_PROPERTY) or b == ANY_PROPERTY for a, b in zip(one, other, strict=False)
    )


def _prefix_path(edit: Edit, path: ValuePath) -> Edit:
    return replace(edit, path=(*path, *edit.path)) if path else edit


class _SchemaWalk:
    """One walk along a pair of schemas, up to their references."""

    def __init__(self, owner: EditFinder) -> None:
        self.finder = owner
        self.edits: list[Edit] = []
        self.deferred: list[tuple[ValuePath, Conjuncts, Conjuncts]] = []

    def descend(self, path: ValuePath, a: Conjuncts, b: Conjuncts) -> None:
        """Follow an inner place: now, or later where it is a definition's."""
        if not a and not b:
            return
        if _has_reference(a) or _has_reference(b):
            self.deferred.append((path, a, b))
        else:
            self.compare_nodes(path, a, b)

    def compare_nodes(self, path: ValuePath, a: Conjuncts, b: Conjuncts) -> None:
        """Compare what both sides say of one value, then what they say of the values in it."""
        if self.finder.is_same(a, b):
            return
        old, new = self.finder.flatten_pair(a, b)
        facts = tuple(
            keyword_differences.compare_keywords(
                old, new, self.finder.is_equivalent, words=self.finder.include_descriptions
            )
        )
        if facts:
            shown = (_get_first_place(old), _get_first_place(new))
            is_open = bool(
                old.collect_values("x-extensible-enum") or new.collect_values("x-extensible-enum")
            )
            self.edits.append(
                Edit(path, facts, "", old.places, new.places, *shown, is_open_enum=is_open)
            )
        if "object" in old.types and "object" in new.types:
            self._compare_properties(path, old, new)
            self._compare_undeclared_properties(path, old, new)
        if "array" in old.types and "array" in new.types:
            self._compare_items(path, old, new)
        self._compare_alternatives(path, old, new)

    def _compare_properties(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema
    ) -> None:
        gone = [name for name in old.properties if name not in new.properties]
        come = [name for name in new.properties if name not in old.properties]
        renamed = self._find_renames(old, new, gone, come)
        for name in old.properties:
            if name in new.properties:
                self._compare_required(path, old, new, name)
                if self.finder.is_sent(old.properties[name], new.properties[name]):
                    self.descend((*path, name), old.properties[name], new.properties[name])
            elif name in renamed:
                self._add_property_edit(path, old, new, name, "property-renamed", renamed[name])
            else:
                self._add_property_edit(path, old, new, name, "property-removed")
        for name in come:
            if name not in renamed.values():
                self._add_property_edit(path, old, new, name, "property-added")
        for name in sorted(
            (old.required ^ new.required) - old.properties.keys() - new.properties.keys()
        ):
            self._compare_required(path, old, new, name)

    def _find_renames(
        self, old: FlattenedSchema, new: FlattenedSchema, gone: list[str], come: list[str]
    ) -> dict[str, str]:
        """Return old name → new name of the properties that have the same shape under a near name."""
        found: dict[str, str] = {}
        for name in gone:
            mine = old.properties[name]
            alike = [
                c
                for c in come
                if c not in found.values() and self._is_equivalent(mine, new.properties[c])
            ]
            found.update(zip([name], suggest(name, alike, 1), strict=False))
        return found

    def _is_equivalent(self, a: Conjuncts, b: Conjuncts) -> bool:
        return len(a) == len(b) and all(
            self.finder.is_equivalent(x, y) for x, y in zip(a, b, strict=True)
        )

    def _add_property_edit(
        self,
        path: ValuePath,
        old: FlattenedSchema,
        new: FlattenedSchema,
        name: str,
        rule: str,
        renamed: str = "",
    ) -> None:
        was, now = old.properties.get(name), new.properties.get(renamed or name)
        said = [
            None if schemas is None else _describe_property(side, named, show_name=bool(renamed))
            for side, named, schemas in ((old, name, was), (new, renamed or name, now))
        ]
        places = (old.places, new.places, _find_place(was), _find_place(now))
        self.edits.append(
            Edit((*path, name), (Difference(rule, *said),), name, *places, renamed_to=renamed)
        )

    def _compare_required(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema, name: str
    ) -> None:
        if (name in old.required) == (name in new.required) or _has_changed_direction(
            old, new, name
        ):
            return
        said = ("required" if name in side.required else "optional" for side in (old, new))
        was, now = (
            _find_place(side.properties.get(name)) or _get_first_place(side) for side in (old, new)
        )
        edit = Edit(
            (*path, name),
            (Difference("property-required", *said),),
            name,
            old.places,
            new.places,
            was,
            now,
        )
        self.edits.append(edit)

    def _compare_undeclared_properties(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema
    ) -> None:
        for pattern, mine in old.pattern_properties.items():
            if pattern in new.pattern_properties:
                self.descend((*path, ANY_PROPERTY), mine, new.pattern_properties[pattern])
        rests = [
            tuple(s for s in side.collect_values("additionalProperties") if isinstance(s, dict))
            for side in (old, new)
        ]
        if all(rests):
            self.descend((*path, ANY_PROPERTY), *rests)

    def _compare_items(self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema) -> None:
        items = [
            tuple(s for s in side.collect_values("items") if isinstance(s, dict))
            for side in (old, new)
        ]
        if all(items):
            self.descend((*path, ANY_ITEM), *items)
        firsts = [side.find_first("prefixItems") or [] for side in (old, new)]
        for mine, theirs in zip(*firsts, strict=False):
            self.descend((*path, ANY_ITEM), (mine,), (theirs,))

    def _compare_alternatives(
        self, path: ValuePath, old: FlattenedSchema, new: FlattenedSchema
    ) -> None:
        for (_, mine), (_, theirs) in zip(old.unions, new.unions, strict=False):
            for a, b in keyword_differences.align_alternatives(
                mine, theirs, self.finder.is_equivalent
            ):
                if a is not None and b is not None:
                    self.descend(path, (a,), (b,))


def _has_reference(schemas: Conjuncts) -> bool:
    return any(isinstance(schema, dict) and "$ref" in schema for schema in schemas)


def _get_first_place(side: FlattenedSchema) -> Place | None:
    return next(iter(side.places), None)


def _find_place(schemas: Conjuncts | None) -> Place | None:
    found: Iterator[Place | None] = (getattr(schema, "place", None) for schema in schemas or ())
    return next((place for place in found if place is not None), None)


def _describe_property(side: FlattenedSchema, name: str, *, show_name: bool) -> dict[str, Any]:
    """Return what is told of a property: its type or component, and whether it must be there."""
    plain = next((schema for schema in side.properties[name] if isinstance(schema, dict)), {})
    named = {"name": name} if show_name else {}
    kind = (
        {"type": plain["type"]}
        if "type" in plain
        else {"schema": get_definition_name(plain["$ref"])}
        if "$ref" in plain
        else {}
    )
    return {**named, **kind, "required": name in side.required}


def _has_changed_direction(old: FlattenedSchema, new: FlattenedSchema, name: str) -> bool:
    """Tell whether a property travels another way now, so that `required` follows from that."""
    notes = ("readOnly", "writeOnly")
    sides = [
        [
            any(isinstance(s, dict) and s.get(note) is True for s in side.properties.get(name, ()))
            for note in notes
        ]
        for side in (old, new)
    ]
    return sides[0] != sides[1]

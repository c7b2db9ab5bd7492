"""What was edited between two schemas, node by node: descriptions of differences, without any verdict.

Two schemas are laid side by side and followed together; each node that says something else is one edit. Moved,
inlined or renamed components, and the order of things, are no edits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dynclient.changes import keywords
from dynclient.changes.keywords import Fact
from dynclient.changes.outline import Outline, outline, target
from dynclient.names import near
from dynclient.schema.dialect import Direction, name_of
from dynclient.schema.readings import Defs
from dynclient.schema.subsumption import ITEMS, KEYS
from dynclient.schema.subsumption.equality import WORDS, Equality
from dynclient.violations import Place

Path = tuple[str, ...]

#: Several schemas that hold at once.
Schemas = tuple[Any, ...]


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

    path: Path
    facts: tuple[Fact, ...]
    name: str = ""
    olds: tuple[Place, ...] = ()
    news: tuple[Place, ...] = ()
    old_place: Place | None = None
    new_place: Place | None = None
    renamed: str = ""
    is_open: bool = False

    @property
    def reach(self) -> Path:
        """The path of whom it concerns: what is asked for anew concerns everybody who gives its owner."""
        asks = self.name and self.facts[0].rule in ("property-added", "property-required")
        return self.path[:-1] if asks else self.path

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells the edit from others, wherever it was met."""
        return self.old_place, self.new_place, self.name, self.facts[0].rule if self.name else ""


@dataclass(frozen=True, eq=False)
class Walked:
    """What was found in a pair of schemas up to the definitions that it refers to, which are walked on their own."""

    edits: tuple[Edit, ...]
    onward: tuple[tuple[Path, Schemas, Schemas], ...]


class Edits:
    """Finds the edits between the schemas of two documents in one direction.

    Args:
        old: the definitions of the old document.
        new: the definitions of the new one.
        direction: which way the values travel.
        words: descriptions, titles and examples count too.

    """

    def __init__(self, old: Defs, new: Defs, direction: Direction, *, words: bool = False) -> None:
        self._mark = "readOnly" if direction == "request" else "writeOnly"
        self._old = old
        self._new = new
        self._exact = Equality(old, new, () if words else WORDS)
        self._equality = Equality(old, new)
        self._words = words
        self._between: dict[tuple[int, int], tuple[Any, list[Edit]]] = {}
        self._walked: dict[tuple[tuple[int, ...], tuple[int, ...]], Walked] = {}
        #: Keys are identities: what was walked must not be collected meanwhile.
        self._kept: list[Any] = []

    def between(self, old: Any, new: Any) -> list[Edit]:
        """Return the edits between two schemas, their paths from there; each node once, where it is met first."""
        a, b = self._targets((old,), (new,))
        key = (id(a[0]), id(b[0]))
        if key not in self._between:
            self._between[key] = (a, b), self._found(a, b)
        return self._between[key][1]

    def _found(self, old: Schemas, new: Schemas) -> list[Edit]:
        found: dict[tuple[Any, ...], Edit] = {}
        todo: list[tuple[Path, Schemas, Schemas]] = [((), old, new)]
        seen = set[tuple[tuple[int, ...], tuple[int, ...]]]()
        for at, a, b in todo:  # grows meanwhile
            a, b = self._targets(a, b)  # noqa: PLW2901 (the same ones, followed)
            key = (tuple(map(id, a)), tuple(map(id, b)))
            if key in seen:
                continue
            seen.add(key)
            walked = self._pair(key, a, b)
            for edit in walked.edits:
                found.setdefault(edit.key, _at(edit, at))
            todo += [((*at, *path), x, y) for path, x, y in walked.onward]
        return list(found.values())

    def along(self, old: Any, new: Any, path: Path) -> set[tuple[Any, ...]]:
        """Return the keys of the edits that are met along a path in the value, and in all that is below its end."""
        found = set[tuple[Any, ...]]()
        todo: list[tuple[Path, Schemas, Schemas]] = [(path, (old,), (new,))]
        seen = set[Any]()
        while todo:
            rest, a, b = todo.pop()
            a, b = self._targets(a, b)
            key = (tuple(map(id, a)), tuple(map(id, b)))
            if (key, rest) in seen:
                continue
            seen.add((key, rest))
            walked = self._pair(key, a, b)
            found |= {edit.key for edit in walked.edits if _meets(edit.reach, rest)}
            todo += [(rest[len(at) :], x, y) for at, x, y in walked.onward if _meets(at, rest)]
        return found

    def _targets(self, a: Schemas, b: Schemas) -> tuple[Schemas, Schemas]:
        return tuple(target(s, self._old) for s in a), tuple(target(s, self._new) for s in b)

    def _pair(self, key: Any, a: Schemas, b: Schemas) -> Walked:
        if key not in self._walked:
            self._kept.append((a, b))
            walk = _Walk(self)
            walk.node((), a, b)
            self._walked[key] = Walked(tuple(walk.edits), tuple(walk.onward))
        return self._walked[key]

    def is_same(self, a: Schemas, b: Schemas) -> bool:
        """Tell whether two sets of schemas need not be looked at: they are the same, and so is what is told of them."""
        return len(a) == len(b) and all(self._exact.holds(x, y) for x, y in zip(a, b, strict=True))

    def outlines(self, a: Schemas, b: Schemas) -> tuple[Outline, Outline]:
        """Return what both sides say."""
        return outline(a, self._old), outline(b, self._new)

    def equal(self, one: Any, other: Any) -> bool:
        """Tell whether two schemas are the same but for annotations, wherever they stand."""
        return self._equality.holds(target(one, self._old), target(other, self._new))

    def travels(self, a: Schemas, b: Schemas) -> bool:
        """Tell whether values of a property are sent this way at all, by one of the documents at least."""
        return not all(side.flag(self._mark) for side in self.outlines(a, b))

    @property
    def words(self) -> bool:
        """Whether words count."""
        return self._words


def _meets(one: Path, other: Path) -> bool:
    """Tell whether one of two paths leads on from the other, as far as both go."""
    return all(a in (b, KEYS) or b == KEYS for a, b in zip(one, other, strict=False))


def _at(edit: Edit, path: Path) -> Edit:
    return replace(edit, path=(*path, *edit.path)) if path else edit


class _Walk:
    """One walk along a pair of schemas, up to their references."""

    def __init__(self, owner: Edits) -> None:
        self.owner = owner
        self.edits: list[Edit] = []
        self.onward: list[tuple[Path, Schemas, Schemas]] = []

    def descend(self, path: Path, a: Schemas, b: Schemas) -> None:
        """Follow an inner place: now, or later where it is a definition's."""
        if not a and not b:
            return
        if _refers(a) or _refers(b):
            self.onward.append((path, a, b))
        else:
            self.node(path, a, b)

    def node(self, path: Path, a: Schemas, b: Schemas) -> None:
        """Compare what both sides say of one value, then what they say of the values in it."""
        if self.owner.is_same(a, b):
            return
        old, new = self.owner.outlines(a, b)
        facts = tuple(keywords.facts(old, new, self.owner.equal, words=self.owner.words))
        if facts:
            shown = (_first(old), _first(new))
            is_open = bool(old.said("x-extensible-enum") or new.said("x-extensible-enum"))
            self.edits.append(
                Edit(path, facts, "", old.places, new.places, *shown, is_open=is_open)
            )
        if "object" in old.types and "object" in new.types:
            self._properties(path, old, new)
            self._others(path, old, new)
        if "array" in old.types and "array" in new.types:
            self._items(path, old, new)
        self._unions(path, old, new)

    def _properties(self, path: Path, old: Outline, new: Outline) -> None:
        gone = [name for name in old.properties if name not in new.properties]
        come = [name for name in new.properties if name not in old.properties]
        renamed = self._renamed(old, new, gone, come)
        for name in old.properties:
            if name in new.properties:
                self._required(path, old, new, name)
                if self.owner.travels(old.properties[name], new.properties[name]):
                    self.descend((*path, name), old.properties[name], new.properties[name])
            elif name in renamed:
                self._member(path, old, new, name, "property-renamed", renamed[name])
            else:
                self._member(path, old, new, name, "property-removed")
        for name in come:
            if name not in renamed.values():
                self._member(path, old, new, name, "property-added")
        for name in sorted(
            (old.required ^ new.required) - old.properties.keys() - new.properties.keys()
        ):
            self._required(path, old, new, name)

    def _renamed(
        self, old: Outline, new: Outline, gone: list[str], come: list[str]
    ) -> dict[str, str]:
        """Return old name → new name of the properties that have the same shape under a near name."""
        found: dict[str, str] = {}
        for name in gone:
            mine = old.properties[name]
            alike = [
                c
                for c in come
                if c not in found.values() and self._is_alike(mine, new.properties[c])
            ]
            found.update(zip([name], near(name, alike, 1), strict=False))
        return found

    def _is_alike(self, a: Schemas, b: Schemas) -> bool:
        return len(a) == len(b) and all(self.owner.equal(x, y) for x, y in zip(a, b, strict=True))

    def _member(
        self, path: Path, old: Outline, new: Outline, name: str, rule: str, renamed: str = ""
    ) -> None:
        was, now = old.properties.get(name), new.properties.get(renamed or name)
        said = [
            None if schemas is None else _member_said(side, named, show_name=bool(renamed))
            for side, named, schemas in ((old, name, was), (new, renamed or name, now))
        ]
        places = (old.places, new.places, _place_of(was), _place_of(now))
        self.edits.append(Edit((*path, name), (Fact(rule, *said),), name, *places, renamed=renamed))

    def _required(self, path: Path, old: Outline, new: Outline, name: str) -> None:
        if (name in old.required) == (name in new.required) or _turned(old, new, name):
            return
        said = ("required" if name in side.required else "optional" for side in (old, new))
        was, now = (_place_of(side.properties.get(name)) or _first(side) for side in (old, new))
        edit = Edit(
            (*path, name),
            (Fact("property-required", *said),),
            name,
            old.places,
            new.places,
            was,
            now,
        )
        self.edits.append(edit)

    def _others(self, path: Path, old: Outline, new: Outline) -> None:
        for pattern, mine in old.pattern_properties.items():
            if pattern in new.pattern_properties:
                self.descend((*path, KEYS), mine, new.pattern_properties[pattern])
        rests = [
            tuple(s for s in side.said("additionalProperties") if isinstance(s, dict))
            for side in (old, new)
        ]
        if all(rests):
            self.descend((*path, KEYS), *rests)

    def _items(self, path: Path, old: Outline, new: Outline) -> None:
        items = [tuple(s for s in side.said("items") if isinstance(s, dict)) for side in (old, new)]
        if all(items):
            self.descend((*path, ITEMS), *items)
        firsts = [side.first("prefixItems") or [] for side in (old, new)]
        for mine, theirs in zip(*firsts, strict=False):
            self.descend((*path, ITEMS), (mine,), (theirs,))

    def _unions(self, path: Path, old: Outline, new: Outline) -> None:
        for (_, mine), (_, theirs) in zip(old.unions, new.unions, strict=False):
            for a, b in keywords.aligned(mine, theirs, self.owner.equal):
                if a is not None and b is not None:
                    self.descend(path, (a,), (b,))


def _refers(schemas: Schemas) -> bool:
    return any(isinstance(schema, dict) and "$ref" in schema for schema in schemas)


def _first(side: Outline) -> Place | None:
    return next(iter(side.places), None)


def _place_of(schemas: Schemas | None) -> Place | None:
    found: Iterator[Place | None] = (getattr(schema, "place", None) for schema in schemas or ())
    return next((place for place in found if place is not None), None)


def _member_said(side: Outline, name: str, *, show_name: bool) -> dict[str, Any]:
    """Return what is told of a property: its type or component, and whether it must be there."""
    plain = next((schema for schema in side.properties[name] if isinstance(schema, dict)), {})
    named = {"name": name} if show_name else {}
    kind = (
        {"type": plain["type"]}
        if "type" in plain
        else {"schema": name_of(plain["$ref"])}
        if "$ref" in plain
        else {}
    )
    return {**named, **kind, "required": name in side.required}


def _turned(old: Outline, new: Outline, name: str) -> bool:
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

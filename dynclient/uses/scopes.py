"""Names and what they stand for: as far as the code has come, and, for whoever looks from elsewhere, at any time."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from dynclient.uses.values import (
    UNKNOWN,
    ALiteral,
    AnOperation,
    Answer,
    AnswerMethod,
    Builtin,
    Class,
    Known,
    Members,
    Other,
    Pair,
    Pairs,
    Sent,
    Value,
    Values,
    merged,
)

KeyT = TypeVar("KeyT")

_BUILTINS = frozenset(dir(builtins))


@dataclass
class Tables:
    """What all sources tell of each other; it grows from pass to pass until nothing is new.

    Attributes:
        names: what a name of a scope stands for at any time.
        attributes: what an attribute of the objects of a class stands for.
        returns: what a function returns or yields.
        bases: the classes of the sources that a class derives from, and Known ones.
        modules: a module's name, in parts with the folders above it → its tree.
        grown: whether anything was new in this pass.

    """

    names: dict[tuple[ast.AST, str], Values] = field(default_factory=dict)
    attributes: dict[tuple[ast.ClassDef, str], Values] = field(default_factory=dict)
    returns: dict[ast.AST, Values] = field(default_factory=dict)
    bases: dict[ast.ClassDef, Values] = field(default_factory=dict)
    modules: dict[tuple[str, ...], ast.Module] = field(default_factory=dict)
    grown: bool = False
    _endings: dict[str, list[ast.Module]] = field(default_factory=dict)

    def name(self, scope: ast.AST, name: str, values: Values) -> None:
        """Note that a name may stand for something."""
        self._note(self.names, (scope, name), values)

    def attribute(self, owner: ast.ClassDef, name: str, values: Values) -> None:
        """Note that an attribute may stand for something."""
        self._note(self.attributes, (owner, name), values)

    def returned(self, function: ast.AST, values: Values) -> None:
        """Note that a function may return something."""
        self._note(self.returns, function, values)

    def _note(self, table: dict[KeyT, Values], key: KeyT, values: Values) -> None:
        known = table.get(key, frozenset())
        found = merged(known, values)
        if found != known:
            table[key] = found
            self.grown |= any(map(_matters, found - known))

    def module(self, dotted: str) -> ast.Module | None:
        """Return the source of a module: the only one whose name, with the folders above it, ends in that name."""
        if not self._endings:
            for name, tree in self.modules.items():
                for n in range(len(name)):
                    self._endings.setdefault(".".join(name[n:]), []).append(tree)
        found = self._endings.get(dotted, [])
        return found[0] if len(found) == 1 else None

    def member(
        self, owner: ast.ClassDef, name: str, seen: frozenset[ast.ClassDef] = frozenset()
    ) -> Values | None:
        """Return what an attribute of an object may stand for, its own or of a class that it derives from."""
        own = [t.get((owner, name)) for t in (self.attributes, self.names)]
        found = merged(*[values for values in own if values])
        if found or owner in seen:
            return found or None
        for base in self.bases.get(owner, ()):
            inherited = (
                self.member(base.node, name, seen | {owner}) if isinstance(base, Class) else None
            )
            if inherited:
                return inherited
        return None

    def ancestors(self, owner: ast.ClassDef) -> Iterator[Values]:
        """Yield what a class derives from, and what that derives from."""
        todo, seen = [owner], set[ast.ClassDef]()
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                found = self.bases.get(at, frozenset())
                yield found
                todo += [base.node for base in found if isinstance(base, Class)]

    def is_client(self, owner: ast.ClassDef) -> bool:
        """Tell whether a class derives from a client class."""
        return any(
            Known(name) in found
            for found in self.ancestors(owner)
            for name in ("Client", "AsyncClient")
        )


def _matters(value: Value) -> bool:
    """Tell whether somebody elsewhere would see more by it."""
    if isinstance(value, AnOperation):
        return value.client.certain
    if isinstance(value, AnswerMethod | Members | Pairs | Pair):
        value = value.answer if isinstance(value, AnswerMethod) else value.member
    return (
        value.site.certain
        if isinstance(value, Answer | Sent)
        else not isinstance(value, Other | Builtin | ALiteral)
    )


@dataclass
class Scope:
    """The names of a module, function or class, as they stand where the code has come to."""

    node: ast.AST
    tables: Tables
    above: Scope | None = None
    now: dict[str, Values] = field(default_factory=dict)
    elsewhere: dict[str, Scope] = field(default_factory=dict)

    @property
    def module(self) -> Scope:
        """The scope of the module."""
        return self.above.module if self.above else self

    def bind(self, name: str, values: Values) -> None:
        """Give a name a value."""
        owner = self.elsewhere.get(name)
        if owner is not None:  # nobody knows when that happens
            values = merged(owner.now.get(name, frozenset()), values)
        owner = owner or self
        owner.now[name] = values
        self.tables.name(owner.node, name, values)

    def look(self, name: str) -> Values:
        """Return what a name may stand for."""
        if name in self.now:
            return self.now[name]
        at: Scope | None = self
        while at is not None:
            found = self.tables.names.get((at.node, name))
            if found and (at is self or not isinstance(at.node, ast.ClassDef)):
                return found
            at = at.above
        return frozenset({Builtin(name)}) if name in _BUILTINS else UNKNOWN

    def kept(self) -> dict[str, Values]:
        """Return the names as they stand, to come back to them."""
        return dict(self.now)

    def join(self, *several: dict[str, Values]) -> None:
        """Let each name stand for whatever it does at the end of one of several ways."""
        names = dict.fromkeys(name for way in several for name in way)
        self.now = {name: merged(*[way[name] for way in several if name in way]) for name in names}

"""Names and what they stand for: as far as the code has come, and, for whoever looks from elsewhere, at any time."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from dynclient.usages.abstract_values import (
    UNKNOWN_VALUES,
    AbstractValue,
    AbstractValues,
    BuiltinValue,
    ClassValue,
    LibraryValue,
    LiteralValue,
    OperationValue,
    ResultMembersValue,
    ResultMethodValue,
    ResultPairsValue,
    ResultPairValue,
    ResultValue,
    SentResultValue,
    UnknownValue,
    join_values,
)

KeyT = TypeVar("KeyT")

_BUILTIN_NAMES = frozenset(dir(builtins))


@dataclass
class SymbolTables:
    """What all sources tell of each other; it grows from pass to pass until nothing is new.

    Attributes:
        names: what a name of a scope stands for at any time.
        attributes: what an attribute of the objects of a class stands for.
        returns: what a function returns or yields.
        bases: the classes of the sources that a class derives from, and Known ones.
        modules: a module's name, in parts with the folders above it → its tree.
        grown: whether anything was new in this pass.

    """

    names: dict[tuple[ast.AST, str], AbstractValues] = field(default_factory=dict)
    attributes: dict[tuple[ast.ClassDef, str], AbstractValues] = field(default_factory=dict)
    returns: dict[ast.AST, AbstractValues] = field(default_factory=dict)
    bases: dict[ast.ClassDef, AbstractValues] = field(default_factory=dict)
    modules: dict[tuple[str, ...], ast.Module] = field(default_factory=dict)
    has_grown: bool = False
    _modules_by_suffix: dict[str, list[ast.Module]] = field(default_factory=dict)

    def add_name(self, scope: ast.AST, name: str, values: AbstractValues) -> None:
        """Note that a name may stand for something."""
        self._add(self.names, (scope, name), values)

    def add_attribute(self, owner: ast.ClassDef, name: str, values: AbstractValues) -> None:
        """Note that an attribute may stand for something."""
        self._add(self.attributes, (owner, name), values)

    def add_return(self, function: ast.AST, values: AbstractValues) -> None:
        """Note that a function may return something."""
        self._add(self.returns, function, values)

    def _add(self, table: dict[KeyT, AbstractValues], key: KeyT, values: AbstractValues) -> None:
        known = table.get(key, frozenset())
        found = join_values(known, values)
        if found != known:
            table[key] = found
            self.has_grown |= any(map(_is_relevant, found - known))

    def find_module(self, dotted: str) -> ast.Module | None:
        """Return the source of a module: the only one whose name, with the folders above it, ends in that name."""
        if not self._modules_by_suffix:
            for name, tree in self.modules.items():
                for n in range(len(name)):
                    self._modules_by_suffix.setdefault(".".join(name[n:]), []).append(tree)
        found = self._modules_by_suffix.get(dotted, [])
        return found[0] if len(found) == 1 else None

    def find_member(
        self, owner: ast.ClassDef, name: str, seen: frozenset[ast.ClassDef] = frozenset()
    ) -> AbstractValues | None:
        """Return what an attribute of an object may stand for, its own or of a class that it derives from."""
        own = [t.get((owner, name)) for t in (self.attributes, self.names)]
        found = join_values(*[values for values in own if values])
        if found or owner in seen:
            return found or None
        for base in self.bases.get(owner, ()):
            inherited = (
                self.find_member(base.node, name, seen | {owner})
                if isinstance(base, ClassValue)
                else None
            )
            if inherited:
                return inherited
        return None

    def iterate_base_values(self, owner: ast.ClassDef) -> Iterator[AbstractValues]:
        """Yield what a class derives from, and what that derives from."""
        todo, seen = [owner], set[ast.ClassDef]()
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                found = self.bases.get(at, frozenset())
                yield found
                todo += [base.node for base in found if isinstance(base, ClassValue)]

    def is_client_class(self, owner: ast.ClassDef) -> bool:
        """Tell whether a class derives from a client class."""
        return any(
            LibraryValue(name) in found
            for found in self.iterate_base_values(owner)
            for name in ("Client", "AsyncClient")
        )


def _is_relevant(value: AbstractValue) -> bool:
    """Tell whether somebody elsewhere would see more by it."""
    if isinstance(value, OperationValue):
        return value.client.is_certain
    if isinstance(
        value, ResultMethodValue | ResultMembersValue | ResultPairsValue | ResultPairValue
    ):
        value = value.result if isinstance(value, ResultMethodValue) else value.member
    return (
        value.site.is_certain
        if isinstance(value, ResultValue | SentResultValue)
        else not isinstance(value, UnknownValue | BuiltinValue | LiteralValue)
    )


@dataclass
class LexicalScope:
    """The names of a module, function or class, as they stand where the code has come to."""

    node: ast.AST
    tables: SymbolTables
    parent: LexicalScope | None = None
    bindings: dict[str, AbstractValues] = field(default_factory=dict)
    declared_scopes: dict[str, LexicalScope] = field(default_factory=dict)

    @property
    def module_scope(self) -> LexicalScope:
        """The scope of the module."""
        return self.parent.module_scope if self.parent else self

    def bind(self, name: str, values: AbstractValues) -> None:
        """Give a name a value."""
        owner = self.declared_scopes.get(name)
        if owner is not None:  # nobody knows when that happens
            values = join_values(owner.bindings.get(name, frozenset()), values)
        owner = owner or self
        owner.bindings[name] = values
        self.tables.add_name(owner.node, name, values)

    def look_up(self, name: str) -> AbstractValues:
        """Return what a name may stand for."""
        if name in self.bindings:
            return self.bindings[name]
        at: LexicalScope | None = self
        while at is not None:
            found = self.tables.names.get((at.node, name))
            if found and (at is self or not isinstance(at.node, ast.ClassDef)):
                return found
            at = at.parent
        return frozenset({BuiltinValue(name)}) if name in _BUILTIN_NAMES else UNKNOWN_VALUES

    def copy_bindings(self) -> dict[str, AbstractValues]:
        """Return the names as they stand, to come back to them."""
        return dict(self.bindings)

    def join(self, *several: dict[str, AbstractValues]) -> None:
        """Let each name stand for whatever it does at the end of one of several ways."""
        names = dict.fromkeys(name for way in several for name in way)
        self.bindings = {
            name: join_values(*[way[name] for way in several if name in way]) for name in names
        }

"""Names and what they stand for: at one point of the code, and anywhere in all sources."""

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
    """What all sources together say about names; it grows from pass to pass until nothing is new.

    Attributes:
        names: what a name of a scope stands for anywhere in the code.
        attributes: what an attribute of the objects of a class stands for.
        returns: what a function returns or yields.
        bases: what a class derives from: classes of the sources and of known libraries.
        modules: the tree of each module by the parts of its name, with the folders above it.
        has_grown: whether this pass has added anything.

    """

    names: dict[tuple[ast.AST, str], AbstractValues] = field(default_factory=dict)
    attributes: dict[tuple[ast.ClassDef, str], AbstractValues] = field(default_factory=dict)
    returns: dict[ast.AST, AbstractValues] = field(default_factory=dict)
    bases: dict[ast.ClassDef, AbstractValues] = field(default_factory=dict)
    modules: dict[tuple[str, ...], ast.Module] = field(default_factory=dict)
    has_grown: bool = False
    _modules_by_suffix: dict[str, list[ast.Module]] = field(default_factory=dict)

    def add_name(self, scope: ast.AST, name: str, values: AbstractValues) -> None:
        """Record that a name may stand for values."""
        self._add(self.names, (scope, name), values)

    def add_attribute(self, owner: ast.ClassDef, name: str, values: AbstractValues) -> None:
        """Record that an attribute may stand for values."""
        self._add(self.attributes, (owner, name), values)

    def add_return(self, function: ast.AST, values: AbstractValues) -> None:
        """Record that a function may return values."""
        self._add(self.returns, function, values)

    def _add(self, table: dict[KeyT, AbstractValues], key: KeyT, values: AbstractValues) -> None:
        known = table.get(key, frozenset())
        union = join_values(known, values)
        if union != known:
            table[key] = union
            self.has_grown |= any(map(_is_relevant, union - known))

    def find_module(self, dotted_name: str) -> ast.Module | None:
        """Return the module of a name: the only one whose path ends in it, else None."""
        if not self._modules_by_suffix:
            self._index_modules()
        modules = self._modules_by_suffix.get(dotted_name, [])
        return modules[0] if len(modules) == 1 else None

    def _index_modules(self) -> None:
        for parts, tree in self.modules.items():
            for start in range(len(parts)):
                suffix = ".".join(parts[start:])
                self._modules_by_suffix.setdefault(suffix, []).append(tree)

    def find_member(
        self, owner: ast.ClassDef, name: str, seen: frozenset[ast.ClassDef] = frozenset()
    ) -> AbstractValues | None:
        """Return what an attribute of an object stands for, its own or an inherited one.

        Args:
            owner: the class of the object.
            name: the attribute.
            seen: the classes that are looked at already.

        """
        key = (owner, name)
        own_values = join_values(
            self.attributes.get(key, frozenset()), self.names.get(key, frozenset())
        )
        if own_values or owner in seen:
            return own_values or None
        for base in self.bases.get(owner, ()):
            if isinstance(base, ClassValue):
                values = self.find_member(base.node, name, seen | {owner})
                if values:
                    return values
        return None

    def iterate_base_values(self, owner: ast.ClassDef) -> Iterator[AbstractValues]:
        """Yield what a class derives from, and what its base classes derive from."""
        todo, seen = [owner], set[ast.ClassDef]()
        while todo:
            current = todo.pop()
            if current not in seen:
                seen.add(current)
                bases = self.bases.get(current, frozenset())
                yield bases
                todo += [base.node for base in bases if isinstance(base, ClassValue)]

    def is_client_class(self, owner: ast.ClassDef) -> bool:
        """Tell whether a class derives from a client class."""
        client_classes = {LibraryValue("Client"), LibraryValue("AsyncClient")}
        return any(client_classes & bases for bases in self.iterate_base_values(owner))


def _is_relevant(value: AbstractValue) -> bool:
    """Tell whether another source can find more usages because of a value."""
    if isinstance(value, OperationValue):
        return value.client.is_certain
    if isinstance(value, ResultMethodValue):
        return value.result.site.is_certain
    if isinstance(value, ResultMembersValue | ResultPairsValue | ResultPairValue):
        return value.member.site.is_certain
    if isinstance(value, ResultValue | SentResultValue):
        return value.site.is_certain
    return not isinstance(value, UnknownValue | BuiltinValue | LiteralValue)


@dataclass
class LexicalScope:
    """The names of a module, function or class, at the point that the visitor has reached.

    Attributes:
        node: the module, function or class.
        tables: what all sources together say about names.
        parent: the scope around it.
        bindings: what each name stands for at this point.
        declared_scopes: the scope of each name that `global` or `nonlocal` declares.

    """

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
        """Let a name stand for values."""
        owner = self.declared_scopes.get(name)
        if owner is None:
            owner = self
        else:
            # When a function runs that writes to a name outside of it is not known.
            values = join_values(owner.bindings.get(name, frozenset()), values)
        owner.bindings[name] = values
        self.tables.add_name(owner.node, name, values)

    def look_up(self, name: str) -> AbstractValues:
        """Return what a name may stand for."""
        if name in self.bindings:
            return self.bindings[name]
        scope: LexicalScope | None = self
        while scope is not None:
            values = self.tables.names.get((scope.node, name))
            # A function does not see the names of the class around it.
            is_visible = scope is self or not isinstance(scope.node, ast.ClassDef)
            if values and is_visible:
                return values
            scope = scope.parent
        return frozenset({BuiltinValue(name)}) if name in _BUILTIN_NAMES else UNKNOWN_VALUES

    def copy_bindings(self) -> dict[str, AbstractValues]:
        """Return a copy of what names stand for at this point."""
        return dict(self.bindings)

    def join(self, *ends: dict[str, AbstractValues]) -> None:
        """Let each name stand for what it may stand for at the end of any of several branches."""
        values_by_name: dict[str, list[AbstractValues]] = {}
        for end in ends:
            for name, values in end.items():
                values_by_name.setdefault(name, []).append(values)
        self.bindings = {name: join_values(*several) for name, several in values_by_name.items()}

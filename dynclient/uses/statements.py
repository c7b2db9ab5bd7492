"""Statements: how names get their values, in the order of the code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from dynclient.uses.calls import Calls
from dynclient.uses.expressions import elements, parameters, unpacked
from dynclient.uses.notes import Notes
from dynclient.uses.scopes import Scope, Tables
from dynclient.uses.sources import Source
from dynclient.uses.values import (
    UNKNOWN,
    AClient,
    Answer,
    Class,
    Function,
    Instance,
    Known,
    Module,
    Pair,
    Values,
    merged,
)


class Statements(Calls):
    """Goes through the statements of a source."""

    def __init__(self, source: Source, scope: Scope, tables: Tables, notes: Notes) -> None:
        super().__init__(source, scope, tables, notes)
        self._statements: dict[type[ast.stmt], Callable[..., None]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Return: lambda node: self._returned(node.value),
            ast.If: self._if,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.ClassDef: self._class_body,
            ast.Global: self._global,
            ast.Nonlocal: self._nonlocal,
            ast.Match: self._match,
            **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), self._function_body),
            **dict.fromkeys((ast.For, ast.AsyncFor, ast.While), self._loop),
            **dict.fromkeys((ast.With, ast.AsyncWith), self._with),
            **dict.fromkeys((ast.Try, ast.TryStar), self._try),
        }

    def run(self, body: Iterable[ast.stmt]) -> None:
        """Go through statements."""
        for statement in body:
            self._statements.get(type(statement), self._parts)(statement)

    # --- values

    def _expression(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Yield):
            self._returned(node.value.value)
        else:
            self.peek(node.value)

    def _returned(self, node: ast.expr | None) -> None:
        found = self.value(node)
        self.tables.returned(self.scope.node, found)

    def _assign(self, node: ast.Assign) -> None:
        found = self.peek(node.value.value if isinstance(node.value, ast.Yield) else node.value)
        for target in node.targets:
            self.bind(target, found, node.value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        found = self.peek(node.value) if node.value else frozenset()
        self.bind(node.target, self.of_annotation(node.annotation) or found or UNKNOWN, node.value)

    def _augmented(self, node: ast.AugAssign) -> None:
        self.value(node.value)
        if isinstance(node.target, ast.Name):
            found = self.scope.look(node.target.id)
            for value in found:
                if isinstance(value, Answer):
                    self.notes.alter(value)
            self.bind(
                node.target, merged(frozenset(v for v in found if isinstance(v, Answer)), UNKNOWN)
            )
        else:
            self.value(node.target)

    def bind(self, target: ast.expr, values: Values, node: ast.expr | None = None) -> None:
        """Give a target a value."""
        if isinstance(target, ast.Name):
            self.scope.bind(target.id, values)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, values, node)
        elif isinstance(target, ast.Attribute):
            self._set(target, values)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, UNKNOWN)
            self.notes.consume(values)
        else:
            self.peek(target)
            self.notes.consume(values)

    def _unpack(self, target: ast.Tuple | ast.List, values: Values, node: ast.expr | None) -> None:
        if isinstance(node, ast.Tuple | ast.List) and len(node.elts) == len(target.elts):
            for inner, part in zip(target.elts, node.elts, strict=True):
                self.bind(inner, self.peek(part), part)
            return
        if any(isinstance(value, Pair) for value in values) or _are_names(target):
            for name, own in unpacked(target, values):
                self.scope.bind(name, own)
            return
        for inner in target.elts:
            self.bind(inner, elements(values))

    def _set(self, target: ast.Attribute, values: Values) -> None:
        for receiver in self.peek(target.value):
            if isinstance(receiver, Instance):
                self.tables.attribute(receiver.node, target.attr, values)
            else:
                self.notes.consume(values)

    # --- ways that part and meet

    def _way(self, body: Iterable[ast.stmt], start: dict[str, Values]) -> dict[str, Values]:
        """Go one of several ways, and return the names as they stand at its end."""
        self.scope.now = dict(start)
        self.run(body)
        return self.scope.kept()

    def _if(self, node: ast.If) -> None:
        self.peek(node.test)
        start = self.scope.kept()
        self.scope.join(self._way(node.body, start), self._way(node.orelse, start))

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        ends = [self.scope.kept()]
        for _ in range(2):  # the second time with what the first has left
            if isinstance(node, ast.While):
                self.peek(node.test)
            else:
                self.bind(node.target, elements(self.peek(node.iter)))
            ends.append(self._way(node.body, self.scope.kept()))
            self.scope.join(*ends)
        self.scope.join(self.scope.kept(), self._way(node.orelse, self.scope.kept()))

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        start = self.scope.kept()
        done = self._way(node.body, start)
        self.scope.join(start, done)  # wherever it broke off
        broken = self.scope.kept()
        ends = [self._way(node.orelse, done)]
        for handler in node.handlers:
            self.value(handler.type)
            ends.append(
                self._way(
                    handler.body, {**broken, **({handler.name: UNKNOWN} if handler.name else {})}
                )
            )
        self.scope.join(*ends)
        self.run(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self.value(node.subject)
        start = self.scope.kept()
        ends = [start]
        for case in node.cases:
            names = {
                n.name
                for n in ast.walk(case.pattern)
                if isinstance(n, ast.MatchAs | ast.MatchStar) and n.name
            }
            self.scope.now = {**start, **dict.fromkeys(names, UNKNOWN)}
            self.peek(case.guard)
            ends.append(self._way(case.body, self.scope.kept()))
        self.scope.join(*ends)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            found = self.peek(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, found)
        self.run(node.body)

    # --- modules, functions, classes

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self.scope.bind(alias.asname or name, frozenset({Module(name)}))

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            is_package = self.source.file.endswith("__init__.py")
            above = self.source.dotted[: len(self.source.dotted) - node.level + is_package]
            module = ".".join([*above, *([module] if module else [])])
        for alias in node.names:
            self.scope.bind(alias.asname or alias.name, self.of_module(module, alias.name))

    def _global(self, node: ast.Global) -> None:
        self.scope.elsewhere.update(dict.fromkeys(node.names, self.scope.module))

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        if self.scope.above is not None:
            self.scope.elsewhere.update(dict.fromkeys(node.names, self.scope.above))

    def _function_body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for expression in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            self.value(expression)
        self.scope.bind(node.name, frozenset({Function(node)}))
        if made := self.of_annotation(node.returns):
            self.tables.returned(node, made)
        inner = Scope(node, self.tables, self.scope)
        for parameter in parameters(node.args):
            told = self.tables.names.get((node, parameter.arg), frozenset())
            inner.now[parameter.arg] = self.of_annotation(parameter.annotation) or merged(
                told, UNKNOWN
            )
        self._first_parameter(node, inner)
        self._inside(inner, node.body)

    def _first_parameter(self, node: ast.FunctionDef | ast.AsyncFunctionDef, inner: Scope) -> None:
        """Let the first parameter of a method be an object of its class."""
        names = [*node.args.posonlyargs, *node.args.args]
        static = any(
            isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list
        )
        if isinstance(self.scope.node, ast.ClassDef) and names and not static:
            inner.now[names[0].arg] = frozenset({Instance(self.scope.node)})

    def _class_body(self, node: ast.ClassDef) -> None:
        for expression in (*node.decorator_list, *(keyword.value for keyword in node.keywords)):
            self.value(expression)
        bases = merged(*[self.peek(base) for base in node.bases])
        if self.tables.bases.get(node) != bases:
            self.tables.bases[node], self.tables.grown = bases, True
        self.scope.bind(node.name, frozenset({Class(node)}))
        self._inside(Scope(node, self.tables, self.scope), node.body)

    def _inside(self, inner: Scope, body: list[ast.stmt]) -> None:
        outer, self.scope = self.scope, inner
        self.run(body)
        self.scope = outer

    def of_annotation(self, node: ast.expr | None) -> Values:
        """Return the client or object that an annotation promises; nothing where it promises another thing."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return frozenset()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.of_annotation(node.left) | self.of_annotation(node.right)
        if isinstance(node, ast.Subscript):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            wraps = {Known("Optional"), Known("Union"), Known("Annotated")} & self._quietly(
                node.value
            )
            return merged(*[self.of_annotation(part) for part in inner]) if wraps else frozenset()
        found = self._quietly(node) if isinstance(node, ast.Name | ast.Attribute) else frozenset()
        clients = {Known("Client"), Known("AsyncClient")} & found
        objects = {Instance(value.node) for value in found if isinstance(value, Class)}
        return frozenset({AClient()} if clients else objects)


def _are_names(target: ast.Tuple | ast.List) -> bool:
    inner = [part.value if isinstance(part, ast.Starred) else part for part in target.elts]
    return all(isinstance(part, ast.Name) for part in inner)

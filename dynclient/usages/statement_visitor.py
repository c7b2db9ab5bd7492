"""Statements: how names get their values, in the order of the code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from dynclient.usages.abstract_values import (
    UNKNOWN_VALUES,
    AbstractValues,
    ClassValue,
    ClientValue,
    FunctionValue,
    InstanceValue,
    LibraryValue,
    ModuleValue,
    ResultPairValue,
    ResultValue,
    join_values,
)
from dynclient.usages.call_binder import CallBinder
from dynclient.usages.expression_evaluator import get_elements, list_parameters, unpack_target
from dynclient.usages.python_sources import PythonSource
from dynclient.usages.symbol_tables import LexicalScope, SymbolTables
from dynclient.usages.usage_collector import UsageCollector


class StatementVisitor(CallBinder):
    """Goes through the statements of a source."""

    def __init__(
        self, source: PythonSource, scope: LexicalScope, tables: SymbolTables, notes: UsageCollector
    ) -> None:
        super().__init__(source, scope, tables, notes)
        self._visitors: dict[type[ast.stmt], Callable[..., None]] = {
            ast.Expr: self._visit_expression,
            ast.Assign: self._visit_assign,
            ast.AnnAssign: self._visit_annotated_assign,
            ast.AugAssign: self._visit_augmented_assign,
            ast.Return: lambda node: self._record_return(node.value),
            ast.If: self._visit_if,
            ast.Import: self._visit_import,
            ast.ImportFrom: self._visit_import_from,
            ast.ClassDef: self._visit_class,
            ast.Global: self._visit_global,
            ast.Nonlocal: self._visit_nonlocal,
            ast.Match: self._visit_match,
            **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), self._visit_function),
            **dict.fromkeys((ast.For, ast.AsyncFor, ast.While), self._visit_loop),
            **dict.fromkeys((ast.With, ast.AsyncWith), self._visit_with),
            **dict.fromkeys((ast.Try, ast.TryStar), self._visit_try),
        }

    def visit_all(self, body: Iterable[ast.stmt]) -> None:
        """Go through statements."""
        for statement in body:
            self._visitors.get(type(statement), self._evaluate_children)(statement)

    # --- values

    def _visit_expression(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Yield):
            self._record_return(node.value.value)
        else:
            self.evaluate(node.value)

    def _record_return(self, node: ast.expr | None) -> None:
        found = self.evaluate_escaping(node)
        self.tables.add_return(self.scope.node, found)

    def _visit_assign(self, node: ast.Assign) -> None:
        found = self.evaluate(node.value.value if isinstance(node.value, ast.Yield) else node.value)
        for target in node.targets:
            self.bind(target, found, node.value)

    def _visit_annotated_assign(self, node: ast.AnnAssign) -> None:
        found = self.evaluate(node.value) if node.value else frozenset()
        self.bind(
            node.target,
            self.evaluate_annotation(node.annotation) or found or UNKNOWN_VALUES,
            node.value,
        )

    def _visit_augmented_assign(self, node: ast.AugAssign) -> None:
        self.evaluate_escaping(node.value)
        if isinstance(node.target, ast.Name):
            found = self.scope.look_up(node.target.id)
            for value in found:
                if isinstance(value, ResultValue):
                    self.collector.record_modification(value)
            self.bind(
                node.target,
                join_values(
                    frozenset(v for v in found if isinstance(v, ResultValue)), UNKNOWN_VALUES
                ),
            )
        else:
            self.evaluate_escaping(node.target)

    def bind(self, target: ast.expr, values: AbstractValues, node: ast.expr | None = None) -> None:
        """Give a target a value."""
        if isinstance(target, ast.Name):
            self.scope.bind(target.id, values)
        elif isinstance(target, ast.Tuple | ast.List):
            self._bind_unpacked(target, values, node)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, values)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, UNKNOWN_VALUES)
            self.collector.record_escape(values)
        else:
            self.evaluate(target)
            self.collector.record_escape(values)

    def _bind_unpacked(
        self, target: ast.Tuple | ast.List, values: AbstractValues, node: ast.expr | None
    ) -> None:
        if isinstance(node, ast.Tuple | ast.List) and len(node.elts) == len(target.elts):
            for inner, part in zip(target.elts, node.elts, strict=True):
                self.bind(inner, self.evaluate(part), part)
            return
        if any(isinstance(value, ResultPairValue) for value in values) or _has_only_names(target):
            for name, own in unpack_target(target, values):
                self.scope.bind(name, own)
            return
        for inner in target.elts:
            self.bind(inner, get_elements(values))

    def _bind_attribute(self, target: ast.Attribute, values: AbstractValues) -> None:
        for receiver in self.evaluate(target.value):
            if isinstance(receiver, InstanceValue):
                self.tables.add_attribute(receiver.node, target.attr, values)
            else:
                self.collector.record_escape(values)

    # --- ways that part and meet

    def _visit_branch(
        self, body: Iterable[ast.stmt], start: dict[str, AbstractValues]
    ) -> dict[str, AbstractValues]:
        """Go one of several ways, and return the names as they stand at its end."""
        self.scope.bindings = dict(start)
        self.visit_all(body)
        return self.scope.copy_bindings()

    def _visit_if(self, node: ast.If) -> None:
        self.evaluate(node.test)
        start = self.scope.copy_bindings()
        self.scope.join(
            self._visit_branch(node.body, start), self._visit_branch(node.orelse, start)
        )

    def _visit_loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        ends = [self.scope.copy_bindings()]
        for _ in range(2):  # the second time with what the first has left
            if isinstance(node, ast.While):
                self.evaluate(node.test)
            else:
                self.bind(node.target, get_elements(self.evaluate(node.iter)))
            ends.append(self._visit_branch(node.body, self.scope.copy_bindings()))
            self.scope.join(*ends)
        self.scope.join(
            self.scope.copy_bindings(), self._visit_branch(node.orelse, self.scope.copy_bindings())
        )

    def _visit_try(self, node: ast.Try | ast.TryStar) -> None:
        start = self.scope.copy_bindings()
        done = self._visit_branch(node.body, start)
        self.scope.join(start, done)  # wherever it broke off
        broken = self.scope.copy_bindings()
        ends = [self._visit_branch(node.orelse, done)]
        for handler in node.handlers:
            self.evaluate_escaping(handler.type)
            ends.append(
                self._visit_branch(
                    handler.body,
                    {**broken, **({handler.name: UNKNOWN_VALUES} if handler.name else {})},
                )
            )
        self.scope.join(*ends)
        self.visit_all(node.finalbody)

    def _visit_match(self, node: ast.Match) -> None:
        self.evaluate_escaping(node.subject)
        start = self.scope.copy_bindings()
        ends = [start]
        for case in node.cases:
            names = {
                n.name
                for n in ast.walk(case.pattern)
                if isinstance(n, ast.MatchAs | ast.MatchStar) and n.name
            }
            self.scope.bindings = {**start, **dict.fromkeys(names, UNKNOWN_VALUES)}
            self.evaluate(case.guard)
            ends.append(self._visit_branch(case.body, self.scope.copy_bindings()))
        self.scope.join(*ends)

    def _visit_with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            found = self.evaluate(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, found)
        self.visit_all(node.body)

    # --- modules, functions, classes

    def _visit_import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self.scope.bind(alias.asname or name, frozenset({ModuleValue(name)}))

    def _visit_import_from(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            is_package = self.source.file.endswith("__init__.py")
            above = self.source.module_parts[
                : len(self.source.module_parts) - node.level + is_package
            ]
            module = ".".join([*above, *([module] if module else [])])
        for alias in node.names:
            self.scope.bind(
                alias.asname or alias.name, self.evaluate_module_attribute(module, alias.name)
            )

    def _visit_global(self, node: ast.Global) -> None:
        self.scope.declared_scopes.update(dict.fromkeys(node.names, self.scope.module_scope))

    def _visit_nonlocal(self, node: ast.Nonlocal) -> None:
        if self.scope.parent is not None:
            self.scope.declared_scopes.update(dict.fromkeys(node.names, self.scope.parent))

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for expression in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            self.evaluate_escaping(expression)
        self.scope.bind(node.name, frozenset({FunctionValue(node)}))
        if made := self.evaluate_annotation(node.returns):
            self.tables.add_return(node, made)
        inner = LexicalScope(node, self.tables, self.scope)
        for parameter in list_parameters(node.args):
            told = self.tables.names.get((node, parameter.arg), frozenset())
            inner.bindings[parameter.arg] = self.evaluate_annotation(
                parameter.annotation
            ) or join_values(told, UNKNOWN_VALUES)
        self._bind_first_parameter(node, inner)
        self._visit_in_scope(inner, node.body)

    def _bind_first_parameter(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, inner: LexicalScope
    ) -> None:
        """Let the first parameter of a method be an object of its class."""
        names = [*node.args.posonlyargs, *node.args.args]
        static = any(
            isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list
        )
        if isinstance(self.scope.node, ast.ClassDef) and names and not static:
            inner.bindings[names[0].arg] = frozenset({InstanceValue(self.scope.node)})

    def _visit_class(self, node: ast.ClassDef) -> None:
        for expression in (*node.decorator_list, *(keyword.value for keyword in node.keywords)):
            self.evaluate_escaping(expression)
        bases = join_values(*[self.evaluate(base) for base in node.bases])
        if self.tables.bases.get(node) != bases:
            self.tables.bases[node], self.tables.has_grown = bases, True
        self.scope.bind(node.name, frozenset({ClassValue(node)}))
        self._visit_in_scope(LexicalScope(node, self.tables, self.scope), node.body)

    def _visit_in_scope(self, inner: LexicalScope, body: list[ast.stmt]) -> None:
        outer, self.scope = self.scope, inner
        self.visit_all(body)
        self.scope = outer

    def evaluate_annotation(self, node: ast.expr | None) -> AbstractValues:
        """Return the client or object that an annotation promises; nothing where it promises another thing."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return frozenset()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.evaluate_annotation(node.left) | self.evaluate_annotation(node.right)
        if isinstance(node, ast.Subscript):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            wraps = {
                LibraryValue("Optional"),
                LibraryValue("Union"),
                LibraryValue("Annotated"),
            } & self._evaluate_reference(node.value)
            return (
                join_values(*[self.evaluate_annotation(part) for part in inner])
                if wraps
                else frozenset()
            )
        found = (
            self._evaluate_reference(node)
            if isinstance(node, ast.Name | ast.Attribute)
            else frozenset()
        )
        clients = {LibraryValue("Client"), LibraryValue("AsyncClient")} & found
        objects = {InstanceValue(value.node) for value in found if isinstance(value, ClassValue)}
        return frozenset({ClientValue()} if clients else objects)


def _has_only_names(target: ast.Tuple | ast.List) -> bool:
    inner = [part.value if isinstance(part, ast.Starred) else part for part in target.elts]
    return all(isinstance(part, ast.Name) for part in inner)

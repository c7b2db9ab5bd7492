"""Statements: the visitor gives names their values, in the order of the code."""

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
    get_elements,
    join_values,
)
from dynclient.usages.call_binder import list_parameters
from dynclient.usages.expression_evaluator import ExpressionEvaluator, unpack_target
from dynclient.usages.source_context import SourceContext
from dynclient.usages.symbol_tables import LexicalScope

#: The names of a scope, with what each stands for at one point of the code.
Bindings = dict[str, AbstractValues]

_Function = ast.FunctionDef | ast.AsyncFunctionDef

_CLIENT_CLASSES = frozenset({LibraryValue("Client"), LibraryValue("AsyncClient")})

#: Annotations whose parameters may be a client's class.
_WRAPPING_ANNOTATIONS = frozenset(
    {LibraryValue("Optional"), LibraryValue("Union"), LibraryValue("Annotated")}
)


class StatementVisitor:
    """Visits the statements of a source; expressions are left to its evaluator."""

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._collector = context.collector
        self._tables = context.tables
        self._expressions = ExpressionEvaluator(context)
        self._visitors: dict[type[ast.stmt], Callable[..., object]] = {
            ast.Expr: self._visit_expression,
            ast.Assign: self._visit_assign,
            ast.AnnAssign: self._visit_annotated_assign,
            ast.AugAssign: self._visit_augmented_assign,
            ast.Return: self._visit_return,
            ast.If: self._visit_if,
            ast.For: self._visit_loop,
            ast.AsyncFor: self._visit_loop,
            ast.While: self._visit_loop,
            ast.Try: self._visit_try,
            ast.TryStar: self._visit_try,
            ast.Match: self._visit_match,
            ast.With: self._visit_with,
            ast.AsyncWith: self._visit_with,
            ast.Import: self._visit_import,
            ast.ImportFrom: self._visit_import_from,
            ast.Global: self._visit_global,
            ast.Nonlocal: self._visit_nonlocal,
            ast.FunctionDef: self._visit_function,
            ast.AsyncFunctionDef: self._visit_function,
            ast.ClassDef: self._visit_class,
        }

    @property
    def _scope(self) -> LexicalScope:
        return self._context.scope

    def visit_all(self, body: Iterable[ast.stmt]) -> None:
        """Visit statements one after the other."""
        for statement in body:
            visit = self._visitors.get(type(statement), self._expressions.evaluate_children)
            visit(statement)

    # --- values

    def _visit_expression(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Yield):
            self._record_return(node.value.value)
        else:
            self._expressions.evaluate(node.value)

    def _visit_return(self, node: ast.Return) -> None:
        self._record_return(node.value)

    def _record_return(self, node: ast.expr | None) -> None:
        values = self._expressions.evaluate_escaping(node)
        self._tables.add_return(self._scope.node, values)

    def _visit_assign(self, node: ast.Assign) -> None:
        value_node = node.value.value if isinstance(node.value, ast.Yield) else node.value
        values = self._expressions.evaluate(value_node)
        for target in node.targets:
            self._bind(target, values, node.value)

    def _visit_annotated_assign(self, node: ast.AnnAssign) -> None:
        values = self._expressions.evaluate(node.value) if node.value else frozenset()
        values = self._evaluate_annotation(node.annotation) or values or UNKNOWN_VALUES
        self._bind(node.target, values, node.value)

    def _visit_augmented_assign(self, node: ast.AugAssign) -> None:
        self._expressions.evaluate_escaping(node.value)
        if not isinstance(node.target, ast.Name):
            self._expressions.evaluate_escaping(node.target)
            return
        values = self._scope.look_up(node.target.id)
        results = [value for value in values if isinstance(value, ResultValue)]
        for result in results:
            self._collector.record_modification(result)
        self._bind(node.target, join_values(frozenset(results), UNKNOWN_VALUES))

    # --- targets

    def _bind(
        self, target: ast.expr, values: AbstractValues, value_node: ast.expr | None = None
    ) -> None:
        """Give a target its values.

        Args:
            target: a name, an attribute, an item, or several of them.
            values: what it is to stand for.
            value_node: the expression of the values, if there is one.

        """
        if isinstance(target, ast.Name):
            self._scope.bind(target.id, values)
        elif isinstance(target, ast.Tuple | ast.List):
            self._bind_unpacked(target, values, value_node)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, values)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, UNKNOWN_VALUES)
            self._collector.record_escape(values)
        else:
            self._expressions.evaluate(target)
            self._collector.record_escape(values)

    def _bind_unpacked(
        self, target: ast.Tuple | ast.List, values: AbstractValues, value_node: ast.expr | None
    ) -> None:
        parts = value_node.elts if isinstance(value_node, ast.Tuple | ast.List) else None
        if parts is not None and len(parts) == len(target.elts):
            for inner, part in zip(target.elts, parts, strict=True):
                self._bind(inner, self._expressions.evaluate(part), part)
            return
        has_pairs = any(isinstance(value, ResultPairValue) for value in values)
        if has_pairs or _has_only_names(target):
            for name, own_values in unpack_target(target, values):
                self._scope.bind(name, own_values)
            return
        for inner in target.elts:
            self._bind(inner, get_elements(values))

    def _bind_attribute(self, target: ast.Attribute, values: AbstractValues) -> None:
        for receiver in self._expressions.evaluate(target.value):
            if isinstance(receiver, InstanceValue):
                self._tables.add_attribute(receiver.node, target.attr, values)
            else:
                self._collector.record_escape(values)

    # --- branches

    def _visit_branch(self, body: Iterable[ast.stmt], start: Bindings) -> Bindings:
        """Visit one branch from a start, and return what names stand for at its end."""
        self._scope.bindings = dict(start)
        self.visit_all(body)
        return self._scope.copy_bindings()

    def _visit_if(self, node: ast.If) -> None:
        self._expressions.evaluate(node.test)
        start = self._scope.copy_bindings()
        body_end = self._visit_branch(node.body, start)
        else_end = self._visit_branch(node.orelse, start)
        self._scope.join(body_end, else_end)

    def _visit_loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        ends = [self._scope.copy_bindings()]
        for _ in range(2):  # the second time with the bindings that the first has left
            if isinstance(node, ast.While):
                self._expressions.evaluate(node.test)
            else:
                self._bind(node.target, get_elements(self._expressions.evaluate(node.iter)))
            ends.append(self._visit_branch(node.body, self._scope.copy_bindings()))
            self._scope.join(*ends)
        loop_end = self._scope.copy_bindings()
        else_end = self._visit_branch(node.orelse, loop_end)
        self._scope.join(loop_end, else_end)

    def _visit_try(self, node: ast.Try | ast.TryStar) -> None:
        start = self._scope.copy_bindings()
        body_end = self._visit_branch(node.body, start)
        # An error may leave the body anywhere.
        self._scope.join(start, body_end)
        at_error = self._scope.copy_bindings()
        ends = [self._visit_branch(node.orelse, body_end)]
        for handler in node.handlers:
            self._expressions.evaluate_escaping(handler.type)
            handler_start = dict(at_error)
            if handler.name:
                handler_start[handler.name] = UNKNOWN_VALUES
            ends.append(self._visit_branch(handler.body, handler_start))
        self._scope.join(*ends)
        self.visit_all(node.finalbody)

    def _visit_match(self, node: ast.Match) -> None:
        self._expressions.evaluate_escaping(node.subject)
        start = self._scope.copy_bindings()
        ends = [start]
        for case in node.cases:
            names = _list_captured_names(case.pattern)
            self._scope.bindings = {**start, **dict.fromkeys(names, UNKNOWN_VALUES)}
            self._expressions.evaluate(case.guard)
            ends.append(self._visit_branch(case.body, self._scope.copy_bindings()))
        self._scope.join(*ends)

    def _visit_with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            values = self._expressions.evaluate(item.context_expr)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, values)
        self.visit_all(node.body)

    # --- modules

    def _visit_import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self._scope.bind(alias.asname or name, frozenset({ModuleValue(name)}))

    def _visit_import_from(self, node: ast.ImportFrom) -> None:
        module = self._resolve_module(node)
        for alias in node.names:
            values = self._expressions.members.evaluate_module_attribute(module, alias.name)
            self._scope.bind(alias.asname or alias.name, values)

    def _resolve_module(self, node: ast.ImportFrom) -> str:
        """Return the absolute name of the module that a statement imports from."""
        module = node.module or ""
        if not node.level:
            return module
        source = self._context.source
        is_package = source.file.endswith("__init__.py")
        depth = len(source.module_parts) - node.level + is_package
        parts = [*source.module_parts[:depth], module]
        return ".".join(part for part in parts if part)

    # --- scopes

    def _visit_global(self, node: ast.Global) -> None:
        module_scope = self._scope.module_scope
        self._scope.declared_scopes.update(dict.fromkeys(node.names, module_scope))

    def _visit_nonlocal(self, node: ast.Nonlocal) -> None:
        parent = self._scope.parent
        if parent is not None:
            self._scope.declared_scopes.update(dict.fromkeys(node.names, parent))

    def _visit_function(self, node: _Function) -> None:
        for expression in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            self._expressions.evaluate_escaping(expression)
        self._scope.bind(node.name, frozenset({FunctionValue(node)}))
        returns = self._evaluate_annotation(node.returns)
        if returns:
            self._tables.add_return(node, returns)
        inner = LexicalScope(node, self._tables, self._scope)
        for parameter in list_parameters(node.args):
            inner.bindings[parameter.arg] = self._evaluate_parameter(node, parameter)
        self._bind_first_parameter(node, inner)
        self._visit_in_scope(inner, node.body)

    def _evaluate_parameter(self, function: _Function, parameter: ast.arg) -> AbstractValues:
        """Return what a parameter may stand for: by its annotation, else by the calls."""
        passed = self._tables.names.get((function, parameter.arg), frozenset())
        annotated = self._evaluate_annotation(parameter.annotation)
        return annotated or join_values(passed, UNKNOWN_VALUES)

    def _bind_first_parameter(self, node: _Function, inner: LexicalScope) -> None:
        """Let the first parameter of a method be an object of its class."""
        parameters = [*node.args.posonlyargs, *node.args.args]
        if not isinstance(self._scope.node, ast.ClassDef) or not parameters:
            return
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Name) and decorator.id == "staticmethod":
                return
        inner.bindings[parameters[0].arg] = frozenset({InstanceValue(self._scope.node)})

    def _visit_class(self, node: ast.ClassDef) -> None:
        keyword_values = [keyword.value for keyword in node.keywords]
        for expression in (*node.decorator_list, *keyword_values):
            self._expressions.evaluate_escaping(expression)
        bases = join_values(*[self._expressions.evaluate(base) for base in node.bases])
        if self._tables.bases.get(node) != bases:
            self._tables.bases[node] = bases
            self._tables.has_grown = True
        self._scope.bind(node.name, frozenset({ClassValue(node)}))
        self._visit_in_scope(LexicalScope(node, self._tables, self._scope), node.body)

    def _visit_in_scope(self, inner: LexicalScope, body: list[ast.stmt]) -> None:
        outer = self._scope
        self._context.scope = inner
        self.visit_all(body)
        self._context.scope = outer

    # --- annotations

    def _evaluate_annotation(self, node: ast.expr | None) -> AbstractValues:
        """Return the client or object that an annotation promises; nothing for any other type."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = _parse_annotation(node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._evaluate_annotation(node.left) | self._evaluate_annotation(node.right)
        if isinstance(node, ast.Subscript):
            return self._evaluate_wrapping_annotation(node)
        if not isinstance(node, ast.Name | ast.Attribute):
            return frozenset()
        values = self._expressions.evaluate_reference(node)
        if values & _CLIENT_CLASSES:
            return frozenset({ClientValue()})
        classes = [value.node for value in values if isinstance(value, ClassValue)]
        return frozenset(map(InstanceValue, classes))

    def _evaluate_wrapping_annotation(self, node: ast.Subscript) -> AbstractValues:
        """Return what the parameters of `Optional[…]`, `Union[…]` or `Annotated[…]` promise."""
        if not self._expressions.evaluate_reference(node.value) & _WRAPPING_ANNOTATIONS:
            return frozenset()
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return join_values(*[self._evaluate_annotation(part) for part in parts])


def _parse_annotation(text: str) -> ast.expr | None:
    """Return the expression of an annotation that is written as a text, else None."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _list_captured_names(pattern: ast.pattern) -> list[str]:
    """Return the names that a pattern of `match` binds."""
    captures = [n for n in ast.walk(pattern) if isinstance(n, ast.MatchAs | ast.MatchStar)]
    return [capture.name for capture in captures if capture.name]


def _has_only_names(target: ast.Tuple | ast.List) -> bool:
    for part in target.elts:
        inner = part.value if isinstance(part, ast.Starred) else part
        if not isinstance(inner, ast.Name):
            return False
    return True

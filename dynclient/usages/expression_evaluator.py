"""Expressions: the evaluator returns what each may stand for, and records what it reads."""

from __future__ import annotations

import ast
from collections.abc import Callable

from dynclient.usages.abstract_values import (
    UNKNOWN_VALUES,
    AbstractValue,
    AbstractValues,
    LiteralValue,
    ResultMembersValue,
    ResultPairValue,
    ResultValue,
    get_elements,
    is_single_result,
    join_values,
)
from dynclient.usages.call_binder import CallBinder, list_parameters
from dynclient.usages.literal_reader import is_literal
from dynclient.usages.member_evaluator import MemberEvaluator
from dynclient.usages.source_context import SourceContext

#: An expression that makes its members one by one.
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


class ExpressionEvaluator:
    """Evaluates the expressions of a source.

    `evaluate` is for a value that the analysis follows further; `evaluate_escaping` for one that
    it does not follow, so that all of it counts as used.
    """

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._collector = context.collector
        self.members = MemberEvaluator(context)
        self._calls = CallBinder(context, self.members, self.evaluate)
        self._evaluators: dict[type[ast.expr], Callable[..., AbstractValues]] = {
            ast.Name: self._evaluate_name,
            ast.Constant: self._evaluate_constant,
            ast.Attribute: self._evaluate_attribute,
            ast.Subscript: self._evaluate_subscript,
            ast.Call: self._calls.evaluate_call,
            ast.Await: self._evaluate_await,
            ast.NamedExpr: self._evaluate_assignment_expression,
            ast.IfExp: self._evaluate_conditional,
            ast.BoolOp: self._evaluate_boolean_operation,
            ast.Compare: self._evaluate_comparison,
            ast.Lambda: self._evaluate_lambda,
            ast.ListComp: self._evaluate_comprehension,
            ast.SetComp: self._evaluate_comprehension,
            ast.GeneratorExp: self._evaluate_comprehension,
            ast.DictComp: self._evaluate_comprehension,
        }

    def evaluate(self, node: ast.expr | None) -> AbstractValues:
        """Return what an expression may stand for."""
        if node is None:
            return UNKNOWN_VALUES
        evaluator = self._evaluators.get(type(node), self.evaluate_children)
        return evaluator(node)

    def evaluate_escaping(self, node: ast.expr | None) -> AbstractValues:
        """Evaluate an expression whose value the analysis does not follow any further."""
        values = self.evaluate(node)
        self._collector.record_escape(values)
        return values

    def evaluate_reference(self, node: ast.expr) -> AbstractValues:
        """Return what a name, or a name of a module, stands for; of other expressions nothing."""
        return self._calls.evaluate_reference(node)

    def evaluate_children(self, node: ast.AST) -> AbstractValues:
        """Evaluate the parts of a node that has no meaning of its own for the analysis."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate_escaping(child)
            else:  # the parts of a slice, or the format of a text
                self.evaluate_children(child)
        if isinstance(node, ast.expr) and is_literal(node):
            return frozenset({LiteralValue(node)})
        return UNKNOWN_VALUES

    # --- names, attributes, items

    def _evaluate_name(self, node: ast.Name) -> AbstractValues:
        return self._context.scope.look_up(node.id)

    def _evaluate_constant(self, node: ast.Constant) -> AbstractValues:
        return frozenset({LiteralValue(node)})

    def _evaluate_attribute(self, node: ast.Attribute) -> AbstractValues:
        receivers = self.evaluate(node.value)
        values = [self.members.evaluate_attribute(receiver, node) for receiver in receivers]
        return join_values(*values) or UNKNOWN_VALUES

    def _evaluate_subscript(self, node: ast.Subscript) -> AbstractValues:
        receivers = self.evaluate(node.value)
        self.evaluate_escaping(node.slice)
        is_certain = is_single_result(receivers)
        values = [
            self.members.evaluate_item(receiver, node, is_certain=is_certain)
            for receiver in receivers
        ]
        return join_values(*values)

    # --- operators

    def _evaluate_await(self, node: ast.Await) -> AbstractValues:
        return self.evaluate(node.value)

    def _evaluate_assignment_expression(self, node: ast.NamedExpr) -> AbstractValues:
        values = self.evaluate(node.value)
        self._context.scope.bind(node.target.id, values)
        return values

    def _evaluate_conditional(self, node: ast.IfExp) -> AbstractValues:
        self.evaluate(node.test)
        return join_values(self.evaluate(node.body), self.evaluate(node.orelse))

    def _evaluate_boolean_operation(self, node: ast.BoolOp) -> AbstractValues:
        return join_values(*[self.evaluate(operand) for operand in node.values])

    def _evaluate_comparison(self, node: ast.Compare) -> AbstractValues:
        is_membership = len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn)
        if not is_membership or not isinstance(node.left, ast.Constant):
            return self.evaluate_children(node)
        for value in self.evaluate(node.comparators[0]):
            if isinstance(value, ResultValue) and isinstance(node.left.value, str):
                # `"key" in result` asks whether a key is there: that cannot be wrong.
                self._collector.record_read(
                    value,
                    node.left.value,
                    self._context.source.file,
                    self._context.locate(node.left),
                    is_certain=False,
                )
        return UNKNOWN_VALUES

    # --- expressions with a scope of their own

    def _evaluate_lambda(self, node: ast.Lambda) -> AbstractValues:
        scope = self._context.scope
        outer_bindings = scope.copy_bindings()
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.evaluate_escaping(default)
        for parameter in list_parameters(node.args):
            scope.bindings[parameter.arg] = UNKNOWN_VALUES
        self.evaluate_escaping(node.body)
        scope.bindings = outer_bindings
        return UNKNOWN_VALUES

    def _evaluate_comprehension(self, node: _Comprehension) -> AbstractValues:
        scope = self._context.scope
        outer_bindings = scope.copy_bindings()
        for generator in node.generators:
            elements = get_elements(self.evaluate(generator.iter))
            scope.bindings.update(unpack_target(generator.target, elements))
            for condition in generator.ifs:
                self.evaluate(condition)
        parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        for part in parts:
            self.evaluate_escaping(part)
        scope.bindings = outer_bindings
        return frozenset({LiteralValue(node)}) if is_literal(node) else UNKNOWN_VALUES


def unpack_target(target: ast.expr, values: AbstractValues) -> list[tuple[str, AbstractValues]]:
    """Return the names in a target of an assignment, each with what it stands for."""
    if isinstance(target, ast.Name):
        return [(target.id, values)]
    if not isinstance(target, ast.Tuple | ast.List):
        return []
    bindings: list[tuple[str, AbstractValues]] = []
    for index, inner in enumerate(target.elts):
        part = _get_part(values, index)
        if isinstance(inner, ast.Starred):
            bindings += unpack_target(inner.value, _collect_members(part))
        else:
            bindings += unpack_target(inner, part)
    return bindings


def _get_part(values: AbstractValues, index: int) -> AbstractValues:
    """Return what one element of a value that is unpacked stands for.

    The second element of a pair is a member of a result; its first is a key or a number.
    """
    members = set[AbstractValue]()
    for value in values:
        if isinstance(value, ResultPairValue):
            members.add(value.member)
    if not members:
        return get_elements(values)
    return frozenset(members) if index == 1 else UNKNOWN_VALUES


def _collect_members(values: AbstractValues) -> AbstractValues:
    """Return what a starred target stands for: the elements that no other target takes."""
    results = [value for value in values if isinstance(value, ResultValue)]
    return frozenset(map(ResultMembersValue, results)) or UNKNOWN_VALUES

"""Expressions: what each may stand for; on the way, what is named, and what is read of results."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from dynclient.usages.abstract_values import (
    MAYBE_CLIENT,
    UNKNOWN_VALUE,
    UNKNOWN_VALUES,
    AbstractValue,
    AbstractValues,
    ClassValue,
    ClientMemberValue,
    ClientValue,
    FunctionValue,
    InstanceValue,
    LibraryValue,
    LiteralValue,
    ModuleValue,
    OperationValue,
    ResultMembersValue,
    ResultMethodValue,
    ResultPairsValue,
    ResultPairValue,
    ResultValue,
    SentResultValue,
    UsageSite,
    join_values,
)
from dynclient.usages.literal_reader import is_literal
from dynclient.usages.operation_usage import ANY_INDEX, NamingForm, SourcePosition
from dynclient.usages.python_sources import PythonSource
from dynclient.usages.symbol_tables import LexicalScope, SymbolTables
from dynclient.usages.usage_collector import UsageCollector, UsageDraft

#: Methods of an operation that take its arguments.
OPERATION_METHODS = frozenset({"send", "request", "validate", "map", "pages", "items", "stream"})

#: What a client has beside operations.
_CLIENT_ATTRIBUTES = frozenset({"aclose", "close", "document", "find"})

#: Of them, those that lead to operations.
_OPERATION_LOOKUPS = frozenset({"call", "operations", "tags", "with_options"})

#: What objects, arrays and texts have, so that it is no name of an operation.
DATA_ATTRIBUTES = frozenset(name for kind in (dict, list, str) for name in dir(kind))

_LIBRARY_NAMES = {
    "dynclient": frozenset({"Client", "AsyncClient", "Call"}),
    "functools": frozenset({"partial"}),
    "typing": frozenset({"Optional", "Union", "Annotated"}),
}


class ExpressionEvaluator:
    """Evaluates the expressions of a source: `peek` follows where a value goes, `value` says that nobody does."""

    def __init__(
        self, source: PythonSource, scope: LexicalScope, tables: SymbolTables, notes: UsageCollector
    ) -> None:
        self.source = source
        self.scope = scope
        self.tables = tables
        self.collector = notes
        self._evaluators: dict[type[ast.expr], Callable[..., AbstractValues]] = {
            ast.Name: lambda node: self.scope.look_up(node.id),
            ast.Constant: lambda node: frozenset({LiteralValue(node)}),
            ast.Attribute: self._evaluate_attribute,
            ast.Subscript: self._evaluate_subscript,
            ast.Call: self.call,
            ast.Await: lambda node: self.evaluate(node.value),
            ast.NamedExpr: self._evaluate_assignment_expression,
            ast.IfExp: self._evaluate_conditional,
            ast.BoolOp: lambda node: join_values(*[self.evaluate(inner) for inner in node.values]),
            ast.Compare: self._evaluate_comparison,
            ast.Lambda: self._evaluate_lambda,
            **dict.fromkeys(
                (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp),
                self._evaluate_comprehension,
            ),
        }

    # --- the two ways to look at an expression

    def evaluate_escaping(self, node: ast.expr | None) -> AbstractValues:
        """Evaluate an expression whose value goes where nobody follows it."""
        found = self.evaluate(node)
        self.collector.record_escape(found)
        return found

    def evaluate(self, node: ast.expr | None) -> AbstractValues:
        """Return what an expression may stand for."""
        if node is None:
            return UNKNOWN_VALUES
        way = self._evaluators.get(type(node))
        return way(node) if way else self._evaluate_children(node)

    def _evaluate_children(self, node: ast.AST) -> AbstractValues:
        """Evaluate the parts of an expression that is itself of no matter."""
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.evaluate_escaping(inner)
            else:  # the slice of a slice, the format of a text
                self._evaluate_children(inner)
        return (
            frozenset({LiteralValue(node)})
            if isinstance(node, ast.expr) and is_literal(node)
            else UNKNOWN_VALUES
        )

    def call(self, node: ast.Call) -> AbstractValues:
        """Evaluate a call."""
        raise NotImplementedError

    def bind(self, target: ast.expr, values: AbstractValues, node: ast.expr | None = None) -> None:
        """Give a target a value."""
        raise NotImplementedError

    def locate(self, node: ast.expr) -> SourcePosition:
        """Return where an expression begins; of an attribute, where its name does."""
        if (
            isinstance(node, ast.Attribute)
            and node.end_lineno is not None
            and node.end_col_offset is not None
        ):
            return self.source.locate_offset(
                node.end_lineno, node.end_col_offset - len(node.attr.encode())
            )
        return self.source.locate(node)

    # --- naming an operation

    def build_operation(
        self,
        node: ast.expr,
        name: str,
        how: NamingForm,
        client: ClientValue,
        at: ast.expr | None = None,
    ) -> AbstractValues:
        """Return an operation of a client, which an expression names.

        Args:
            node: the expression.
            name: the operation, as written.
            how: how it is named.
            client: whose it is.
            at: where the name stands.

        """
        end = (node.end_lineno or 0, node.end_col_offset or 0)
        site = UsageSite(
            self.source.file, (node.lineno, node.col_offset), end, name, client.is_certain
        )
        made = OperationValue(client, name, how, site)
        self.collector.named_operations[site] = UsageDraft(
            made, self.source.file, self.locate(at or node)
        )
        return frozenset({made}) if client.is_certain else frozenset({made, UNKNOWN_VALUE})

    def evaluate_named_operation(
        self, client: ClientValue, node: ast.expr, name: ast.expr | None, how: NamingForm
    ) -> AbstractValues:
        """Return the operation that a client has under a name which is itself an expression."""
        if isinstance(name, ast.Name):
            found = self.scope.look_up(name.id)
            if len(found) == 1 and isinstance(literal := next(iter(found)), LiteralValue):
                name = literal.node
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            return self.build_operation(node, name.value, how, client, name)
        if client.is_certain:
            self.collector.record_dynamic_name(self.source.file, self.locate(node))
        return UNKNOWN_VALUES

    # --- attributes

    def _evaluate_attribute(self, node: ast.Attribute) -> AbstractValues:
        found = [self._evaluate_member(receiver, node) for receiver in self.evaluate(node.value)]
        return join_values(*found) or UNKNOWN_VALUES

    def _evaluate_member(self, receiver: AbstractValue, node: ast.Attribute) -> AbstractValues:
        found = UNKNOWN_VALUES
        if isinstance(receiver, ClientValue):
            found = self._evaluate_client_attribute(receiver, node)
        elif isinstance(receiver, ClientMemberValue):
            found = self._evaluate_client_member_attribute(receiver, node)
        elif isinstance(receiver, OperationValue):
            found = self._evaluate_operation_attribute(receiver, node)
        elif isinstance(receiver, SentResultValue | ResultValue):
            found = self._evaluate_result_attribute(receiver, node)
        elif isinstance(receiver, ModuleValue):
            found = self.evaluate_module_attribute(receiver.name, node.attr)
        elif isinstance(receiver, InstanceValue | ClassValue):
            found = self._evaluate_class_attribute(receiver, node)
        elif receiver == UNKNOWN_VALUE:
            found = self._evaluate_unknown_attribute(node)
        return found

    def _evaluate_unknown_attribute(self, node: ast.Attribute) -> AbstractValues:
        """Return what an attribute is if its receiver should be a client."""
        if node.attr in ("call", "with_options"):
            return self._evaluate_client_attribute(MAYBE_CLIENT, node) | UNKNOWN_VALUES
        return (
            UNKNOWN_VALUES
            if node.attr.startswith("__")
            else self.build_operation(node, node.attr, "attribute", MAYBE_CLIENT)
        )

    def _evaluate_client_attribute(
        self, client: ClientValue, node: ast.Attribute
    ) -> AbstractValues:
        name = node.attr
        if name in _OPERATION_LOOKUPS:
            return frozenset({ClientMemberValue(client, name)})
        if name in _CLIENT_ATTRIBUTES or name.startswith("__"):
            return UNKNOWN_VALUES
        return self.build_operation(node, name, "attribute", client)

    def _evaluate_client_member_attribute(
        self, part: ClientMemberValue, node: ast.Attribute
    ) -> AbstractValues:
        if part.name == "operations" and node.attr == "get":
            return frozenset({ClientMemberValue(part.client, "get")})
        if part.name != "operations" or node.attr in DATA_ATTRIBUTES:
            return UNKNOWN_VALUES
        return self.build_operation(node, node.attr, "attribute", part.client)

    def _evaluate_operation_attribute(
        self, operation: OperationValue, node: ast.Attribute
    ) -> AbstractValues:
        found: AbstractValues = frozenset()
        if node.attr in OPERATION_METHODS:
            found = frozenset({replace(operation, method=node.attr)})
        if operation.client.is_certain:
            return found or UNKNOWN_VALUES
        return found | self._evaluate_unknown_attribute(node)

    def _evaluate_result_attribute(
        self, receiver: SentResultValue | ResultValue, node: ast.Attribute
    ) -> AbstractValues:
        if isinstance(receiver, SentResultValue):
            return (
                frozenset({ResultValue(receiver.site)}) if node.attr == "data" else UNKNOWN_VALUES
            )
        found: AbstractValues = frozenset({ResultMethodValue(receiver, node.attr)})
        is_sure = receiver.site.is_certain or node.attr in DATA_ATTRIBUTES
        return found if is_sure else found | self._evaluate_unknown_attribute(node)

    def _evaluate_class_attribute(
        self, receiver: InstanceValue | ClassValue, node: ast.Attribute
    ) -> AbstractValues:
        """Return an attribute of an object or class of the sources; what it lacks may be a client's."""
        found = self.tables.find_member(receiver.node, node.attr)
        if found is None:
            if isinstance(receiver, InstanceValue) and self.tables.is_client_class(receiver.node):
                return self._evaluate_client_attribute(ClientValue(), node)
            return UNKNOWN_VALUES
        if isinstance(receiver, ClassValue):
            return found
        return join_values(*[self._bind_to_instance(value) for value in found])

    def _bind_to_instance(self, value: AbstractValue) -> AbstractValues:
        """Return what an attribute of a class is when it is looked up in an object."""
        if not isinstance(value, FunctionValue):
            return frozenset({value})
        decorators = {
            ast.unparse(decorator).rpartition(".")[2] for decorator in value.node.decorator_list
        }
        if decorators & {"property", "cached_property"}:
            return self.tables.returns.get(value.node, UNKNOWN_VALUES)
        return frozenset({FunctionValue(value.node, is_bound="staticmethod" not in decorators)})

    def evaluate_module_attribute(self, module: str, name: str) -> AbstractValues:
        """Return what a name of a module stands for."""
        for library, known in _LIBRARY_NAMES.items():
            if module == library or module.startswith(library + "."):
                return frozenset(
                    {LibraryValue(name) if name in known else ModuleValue(f"{module}.{name}")}
                )
        tree = self.tables.find_module(module)
        found = self.tables.names.get((tree, name)) if tree else None
        if found is None and self.tables.find_module(f"{module}.{name}"):
            return frozenset({ModuleValue(f"{module}.{name}")})
        return found or UNKNOWN_VALUES

    # --- items

    def _evaluate_subscript(self, node: ast.Subscript) -> AbstractValues:
        receivers = self.evaluate(node.value)
        self.evaluate_escaping(node.slice)
        return join_values(
            *[
                self._evaluate_item(receiver, node, is_single_result(receivers))
                for receiver in receivers
            ]
        )

    def _evaluate_item(
        self, receiver: AbstractValue, node: ast.Subscript, certain: bool
    ) -> AbstractValues:
        if isinstance(receiver, ClientValue) or (
            isinstance(receiver, ClientMemberValue) and receiver.name == "operations"
        ):
            client = receiver if isinstance(receiver, ClientValue) else receiver.client
            return self.evaluate_named_operation(client, node, node.slice, "item")
        if isinstance(receiver, ClientMemberValue) and receiver.name == "tags":
            return frozenset({ClientMemberValue(receiver.client, "operations")})
        if isinstance(receiver, ResultValue):
            return frozenset({self.read_part(receiver, node.slice, node, certain=certain)})
        self.collector.record_escape(frozenset({receiver}))  # one of a pair, which nobody follows
        return (
            self.evaluate_named_operation(MAYBE_CLIENT, node, node.slice, "item")
            if receiver == UNKNOWN_VALUE
            else UNKNOWN_VALUES
        )

    def read_part(
        self, answer: ResultValue, key: ast.expr, node: ast.expr, *, certain: bool
    ) -> ResultValue:
        """Return the part of an answer that a key leads to, and note that it is read."""
        if isinstance(key, ast.Slice):
            return answer
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
                self.collector.record_modification(answer, key.value)
                return ResultValue(answer.site, (*answer.path, key.value))
            return self.collector.record_read(
                answer, key.value, self.source.file, self.source.locate(key), certain=certain
            )
        return self.collector.record_read(
            answer, ANY_INDEX, self.source.file, self.source.locate(key), certain=False
        )

    # --- the rest

    def _evaluate_assignment_expression(self, node: ast.NamedExpr) -> AbstractValues:
        found = self.evaluate(node.value)
        self.bind(node.target, found)
        return found

    def _evaluate_conditional(self, node: ast.IfExp) -> AbstractValues:
        self.evaluate(node.test)
        return join_values(self.evaluate(node.body), self.evaluate(node.orelse))

    def _evaluate_comparison(self, node: ast.Compare) -> AbstractValues:
        right = node.comparators[0]
        if (
            isinstance(node.ops[0], ast.In | ast.NotIn)
            and len(node.ops) == 1
            and isinstance(node.left, ast.Constant)
        ):
            for value in self.evaluate(right):
                if isinstance(value, ResultValue) and isinstance(
                    node.left.value, str
                ):  # a question, which cannot be wrong
                    self.collector.record_read(
                        value,
                        node.left.value,
                        self.source.file,
                        self.locate(node.left),
                        certain=False,
                    )
            return UNKNOWN_VALUES
        return self._evaluate_children(node)

    def _evaluate_lambda(self, node: ast.Lambda) -> AbstractValues:
        kept = self.scope.copy_bindings()
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            self.evaluate_escaping(default)
        for name in list_parameters(arguments):
            self.scope.bindings[name.arg] = UNKNOWN_VALUES
        self.evaluate_escaping(node.body)
        self.scope.bindings = kept
        return UNKNOWN_VALUES

    def _evaluate_comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> AbstractValues:
        kept = self.scope.copy_bindings()
        for generator in node.generators:
            for name, values in unpack_target(
                generator.target, get_elements(self.evaluate(generator.iter))
            ):
                self.scope.bindings[name] = values
            for condition in generator.ifs:
                self.evaluate(condition)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.evaluate_escaping(part)
        self.scope.bindings = kept
        return frozenset({LiteralValue(node)}) if is_literal(node) else UNKNOWN_VALUES


def list_parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return the parameters of a function, `*args` and `**kwargs` among them."""
    extra = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def is_single_result(values: AbstractValues) -> bool:
    """Tell whether values are one answer, whatever empty thing it may be instead."""
    answers = [value for value in values if isinstance(value, ResultValue)]
    return len(answers) == 1 and all(
        value in answers or _is_empty_literal(value) for value in values
    )


def _is_empty_literal(value: AbstractValue) -> bool:
    node = value.node if isinstance(value, LiteralValue) else None
    if isinstance(node, ast.Constant):
        return node.value is None
    return isinstance(node, ast.Dict | ast.List | ast.Tuple) and not any(ast.iter_child_nodes(node))


def get_elements(values: AbstractValues) -> AbstractValues:
    """Return what the members of something are."""
    return frozenset(_get_element(value) for value in values) or UNKNOWN_VALUES


def _get_element(value: AbstractValue) -> AbstractValue:
    if isinstance(value, ResultValue):
        return ResultValue(value.site, (*value.path, ANY_INDEX))
    if isinstance(value, ResultMembersValue):
        return value.member
    return ResultPairValue(value.member) if isinstance(value, ResultPairsValue) else UNKNOWN_VALUE


def unpack_target(target: ast.expr, values: AbstractValues) -> list[tuple[str, AbstractValues]]:
    """Return the names of a target, each with what it stands for."""
    if isinstance(target, ast.Name):
        return [(target.id, values)]
    if not isinstance(target, ast.Tuple | ast.List):
        return []
    pairs = frozenset[AbstractValue](
        value.member for value in values if isinstance(value, ResultPairValue)
    )
    found: list[tuple[str, AbstractValues]] = []
    for i, inner in enumerate(target.elts):
        own = pairs if pairs and i == 1 else UNKNOWN_VALUES if pairs else get_elements(values)
        if isinstance(inner, ast.Starred):
            own = (
                frozenset(
                    ResultMembersValue(value) for value in own if isinstance(value, ResultValue)
                )
                or UNKNOWN_VALUES
            )
        found += unpack_target(inner.value if isinstance(inner, ast.Starred) else inner, own)
    return found

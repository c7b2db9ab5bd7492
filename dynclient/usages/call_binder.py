"""Calls: of operations, of what leads to one, and of functions and classes of the sources."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from dynclient.usages.abstract_values import (
    UNKNOWN_VALUES,
    AbstractValue,
    AbstractValues,
    BuiltinValue,
    CallValue,
    ClassValue,
    ClientMemberValue,
    ClientValue,
    FunctionValue,
    InstanceValue,
    LibraryValue,
    OperationValue,
    ResultMembersValue,
    ResultMethodValue,
    ResultPairsValue,
    ResultValue,
    SentResultValue,
    get_elements,
    join_values,
)
from dynclient.usages.argument_reader import ArgumentReader
from dynclient.usages.member_evaluator import MemberEvaluator
from dynclient.usages.operation_usage import ANY_INDEX, SourcePosition
from dynclient.usages.python_sources import MUTATING_METHODS
from dynclient.usages.source_context import SourceContext
from dynclient.usages.usage_collector import UsageDraft

#: Builtins that return their argument in another order or form.
_PASS_THROUGH_BUILTINS = frozenset(
    {"list", "tuple", "sorted", "reversed", "iter", "dict", "enumerate"}
)

#: Options after which other rules, or another schema, decide about arguments.
_LENIENT_OPTIONS = frozenset({"media_type", "unknown_properties", "validate_requests"})

#: What the analysis follows into the parameters of a function.
_PASSED_VALUES = (
    ClientValue | ClientMemberValue | OperationValue | ResultValue | SentResultValue | InstanceValue
)

#: Methods of a result that return one of its members by a key.
_KEYED_METHODS = frozenset({"get", "pop", "setdefault"})


@dataclass(frozen=True)
class _EvaluatedCall:
    """A call whose arguments are evaluated.

    Attributes:
        node: the call.
        positional: what each positional argument may stand for.
        keywords: what each keyword argument may stand for; None: that of `**`.
        has_single_callee: whether only one thing can be called here.

    """

    node: ast.Call
    positional: list[AbstractValues]
    keywords: dict[str | None, AbstractValues]
    has_single_callee: bool


class CallBinder:
    """Evaluates calls: it records calls of operations, and binds arguments to parameters.

    Args:
        context: of the source.
        members: evaluates attributes and items.
        evaluate: returns what an expression may stand for.

    """

    def __init__(
        self,
        context: SourceContext,
        members: MemberEvaluator,
        evaluate: Callable[[ast.expr], AbstractValues],
    ) -> None:
        self._context = context
        self._collector = context.collector
        self._members = members
        self._evaluate = evaluate
        self._arguments = ArgumentReader(context, self.evaluate_reference)

    def evaluate_reference(self, node: ast.expr) -> AbstractValues:
        """Return what a name, or a name of a module, stands for; of other expressions nothing."""
        is_reference = isinstance(node, ast.Name | ast.Attribute)
        return self._evaluate(node) if is_reference else UNKNOWN_VALUES

    def evaluate_call(self, node: ast.Call) -> AbstractValues:
        """Return what a call may return."""
        callees = self._evaluate(node.func)
        is_followed = all(_follows_arguments(callee, node) for callee in callees)
        positional = [self._evaluate_argument(arg, is_followed=is_followed) for arg in node.args]
        keywords: dict[str | None, AbstractValues] = {}
        for keyword in node.keywords:
            keywords[keyword.arg] = self._evaluate_argument(
                keyword.value, is_followed=is_followed and bool(keyword.arg)
            )
        call = _EvaluatedCall(node, positional, keywords, has_single_callee=len(callees) == 1)
        values = [self._evaluate_callee(callee, call) for callee in callees]
        return join_values(*values) or UNKNOWN_VALUES

    def _evaluate_argument(self, node: ast.expr, *, is_followed: bool) -> AbstractValues:
        values = self._evaluate(node)
        if not is_followed:
            self._collector.record_escape(values)
        return values

    def _evaluate_callee(self, callee: AbstractValue, call: _EvaluatedCall) -> AbstractValues:
        """Return what a call may return if the callee is this value."""
        values: AbstractValues = frozenset()
        if isinstance(callee, OperationValue):
            values = self._record_usage(callee, call.node)
        elif isinstance(callee, ClientMemberValue):
            values = self._evaluate_client_member_call(callee, call.node)
        elif isinstance(callee, LibraryValue):
            values = self._evaluate_library_call(callee.name, call)
        elif isinstance(callee, ResultMethodValue):
            values = self._evaluate_result_method(callee, call)
        elif isinstance(callee, ClassValue):
            values = self._evaluate_construction(callee, call)
        elif isinstance(callee, FunctionValue):
            values = self._evaluate_function_call(callee, call)
        elif isinstance(callee, BuiltinValue):
            values = self._evaluate_builtin_call(callee, call)
        return values or UNKNOWN_VALUES

    # --- of a client and its operations

    def _evaluate_library_call(self, name: str, call: _EvaluatedCall) -> AbstractValues:
        if name in ("Client", "AsyncClient"):
            return frozenset({ClientValue(is_lenient=_has_lenient_option(call.node))})
        if name == "Call":
            return frozenset({CallValue(call.node)})
        if name == "partial" and call.positional:
            values = [self._evaluate_partial(value, call.node) for value in call.positional[0]]
            return join_values(*values)
        return UNKNOWN_VALUES

    def _evaluate_partial(self, value: AbstractValue, node: ast.Call) -> AbstractValues:
        """Return what `functools.partial(value, …)` may stand for."""
        if isinstance(value, ClientMemberValue) and value.name == "call":
            name_node = node.args[1] if len(node.args) > 1 else None
            named = self._context.name_operation_by(name_node, node, "call", value.client)
            operations = [inner for inner in named if isinstance(inner, OperationValue)]
            partials = [self._evaluate_partial(operation, node) for operation in operations]
            return join_values(*partials) or UNKNOWN_VALUES
        if not isinstance(value, OperationValue):
            return UNKNOWN_VALUES
        self._collector.called_sites.add(value.site)
        # `partial(client.call, "name", …)` gives the operation's name after the callable.
        skip = 2 if value.naming_form == "call" else 1
        partial_calls = (*value.partial_calls, (node, skip))
        return frozenset({replace(value, partial_calls=partial_calls)})

    def _evaluate_client_member_call(
        self, member: ClientMemberValue, node: ast.Call
    ) -> AbstractValues:
        client = member.client
        if member.name == "with_options":
            is_lenient = client.is_lenient or _has_lenient_option(node)
            return frozenset({ClientValue(client.is_certain, is_lenient)})
        name_node = node.args[0] if node.args else None
        if member.name == "get":
            return self._context.name_operation_by(name_node, node, "item", client)
        if member.name != "call":
            return UNKNOWN_VALUES
        named = self._context.name_operation_by(name_node, node, "call", client)
        operations = [value for value in named if isinstance(value, OperationValue)]
        results = [self._record_usage(operation, node) for operation in operations]
        return join_values(*results) or UNKNOWN_VALUES

    def _record_usage(self, operation: OperationValue, node: ast.Call) -> AbstractValues:
        """Record a call of an operation, and return what it may return."""
        context, collector = self._context, self._collector
        is_certain = operation.client.is_certain
        site = context.build_site(node, operation.name, is_certain=is_certain)
        arguments = self._arguments.read_arguments(operation, node)
        collector.calls[site] = UsageDraft(
            operation=operation,
            file=context.source.file,
            position=self._locate_usage(operation, node),
            arguments=tuple(arguments.by_name.values()),
            has_other_arguments=arguments.has_others,
        )
        collector.called_sites.add(operation.site)

        alternatives = frozenset[AbstractValue]() if is_certain else UNKNOWN_VALUES
        if operation.method == "call":
            return alternatives | {ResultValue(site)}
        if operation.method == "send":
            return alternatives | {SentResultValue(site)}
        if operation.method not in ("request", "validate"):
            # Pages and streams are not followed: all of their data counts as used.
            collector.record_use(ResultValue(site))
        return UNKNOWN_VALUES

    def _locate_usage(self, operation: OperationValue, node: ast.Call) -> SourcePosition:
        """Return where the operation's name stands, if it stands in the call itself."""
        context, named_at = self._context, operation.site
        draft = self._collector.named_operations.get(named_at)
        begin = (node.lineno, node.col_offset)
        end = (node.end_lineno or 0, node.end_col_offset or 0)
        is_inside = (
            named_at.file == context.source.file and begin <= named_at.begin and named_at.end <= end
        )
        return draft.position if draft and is_inside else context.locate(node.func)

    # --- of a result

    def _evaluate_result_method(
        self, method: ResultMethodValue, call: _EvaluatedCall
    ) -> AbstractValues:
        result, name = method.result, method.name
        if name in _KEYED_METHODS and call.node.args:
            return self._evaluate_keyed_method(method, call)
        if name in MUTATING_METHODS and name not in _KEYED_METHODS:
            self._collector.record_modification(result)
            return UNKNOWN_VALUES
        member = ResultValue(result.site, (*result.path, ANY_INDEX))
        if name == "items":
            return frozenset({ResultPairsValue(member)})
        if name == "values":
            return frozenset({ResultMembersValue(member)})
        if name == "copy":
            return frozenset({result})
        self._collector.record_use(result)
        return UNKNOWN_VALUES

    def _evaluate_keyed_method(
        self, method: ResultMethodValue, call: _EvaluatedCall
    ) -> AbstractValues:
        """Return what `get`, `pop` or `setdefault` of a result returns."""
        is_certain = call.has_single_callee and method.name == "get"
        key = call.node.args[0]
        part = self._members.read_part(method.result, key, call.node, is_certain=is_certain)
        if method.name == "setdefault":
            self._collector.record_modification(part)
        return frozenset({part})

    def _evaluate_builtin_call(self, builtin: BuiltinValue, call: _EvaluatedCall) -> AbstractValues:
        """Return what a builtin returns that gives its only argument in another form."""
        if not _follows_arguments(builtin, call.node):
            return UNKNOWN_VALUES
        [values] = call.positional
        if builtin.name == "enumerate":
            # Pairs of pairs are not followed.
            pairs = [value for value in values if isinstance(value, ResultPairsValue)]
            self._collector.record_escape(frozenset(pairs))
            elements = get_elements(values)
            members = [value for value in elements if isinstance(value, ResultValue)]
            return frozenset(map(ResultPairsValue, members))
        kinds = ResultValue | ResultMembersValue | ResultPairsValue
        return values if any(isinstance(value, kinds) for value in values) else UNKNOWN_VALUES

    # --- of the sources

    def _evaluate_function_call(
        self, function: FunctionValue, call: _EvaluatedCall
    ) -> AbstractValues:
        self._pass_arguments(function, call)
        return self._context.tables.returns.get(function.node, UNKNOWN_VALUES)

    def _evaluate_construction(self, owner: ClassValue, call: _EvaluatedCall) -> AbstractValues:
        """Return the object that a call of a class makes."""
        tables = self._context.tables
        initializers = tables.find_member(owner.node, "__init__") or UNKNOWN_VALUES
        functions = [value for value in initializers if isinstance(value, FunctionValue)]
        for function in functions:
            self._pass_arguments(FunctionValue(function.node, is_bound=True), call)
        if not functions:
            for name, values in call.keywords.items():
                if name is not None:  # a field of a dataclass
                    tables.add_attribute(owner.node, name, values)
            self._record_escapes(call.positional)
        return frozenset({InstanceValue(owner.node)})

    def _pass_arguments(self, function: FunctionValue, call: _EvaluatedCall) -> None:
        """Record that the parameters of a function may stand for the arguments of a call."""
        parameters = function.node.args
        first = 1 if function.is_bound else 0
        positional = [*parameters.posonlyargs, *parameters.args][first:]
        names = {parameter.arg for parameter in list_parameters(parameters)}

        passed_names = set()
        for parameter, values in zip(positional, call.positional, strict=False):
            self._pass_argument(function, parameter.arg, values)
            passed_names.add(parameter.arg)
        for name, values in call.keywords.items():
            if name in names:
                self._pass_argument(function, name, values)
                passed_names.add(name)

        self._record_escapes(call.positional[len(positional) :])
        others = [v for name, v in call.keywords.items() if name not in passed_names]
        self._record_escapes(others)

    def _pass_argument(
        self, function: FunctionValue, parameter: str, values: AbstractValues
    ) -> None:
        passed = frozenset(value for value in values if isinstance(value, _PASSED_VALUES))
        self._collector.record_escape(values - passed)
        if passed:
            self._context.tables.add_name(function.node, parameter, passed)

    def _record_escapes(self, several: Iterable[AbstractValues]) -> None:
        for values in several:
            self._collector.record_escape(values)


def _follows_arguments(callee: AbstractValue, node: ast.Call) -> bool:
    """Tell whether the analysis follows the arguments of a call of this value."""
    if isinstance(callee, BuiltinValue):
        has_one_argument = len(node.args) == 1 and not node.keywords
        return callee.name in _PASS_THROUGH_BUILTINS and has_one_argument
    if isinstance(callee, FunctionValue | ClassValue):
        return not any(isinstance(arg, ast.Starred) for arg in node.args)
    return callee == LibraryValue("partial")


def _has_lenient_option(node: ast.Call) -> bool:
    return any(keyword.arg is None or keyword.arg in _LENIENT_OPTIONS for keyword in node.keywords)


def list_parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return the parameters of a function, `*args` and `**kwargs` among them."""
    extra = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]

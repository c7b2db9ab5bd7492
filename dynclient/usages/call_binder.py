"""Calls: of operations, and of whatever leads to one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

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
    LiteralValue,
    OperationValue,
    ResultMembersValue,
    ResultMethodValue,
    ResultPairsValue,
    ResultValue,
    SentResultValue,
    UsageSite,
    join_values,
)
from dynclient.usages.expression_evaluator import ExpressionEvaluator, get_elements, list_parameters
from dynclient.usages.literal_reader import is_container, read_call_document, read_partial_value
from dynclient.usages.operation_usage import ANY_INDEX, PartialValue, SourceArgument
from dynclient.usages.python_sources import MUTATING_METHODS
from dynclient.usages.usage_collector import UsageDraft

#: What gives its argument again, in another order or form.
_PASS_THROUGH_BUILTINS = frozenset(
    {"list", "tuple", "sorted", "reversed", "iter", "dict", "enumerate"}
)

#: Options after which arguments are judged by other rules, or by another schema.
_LENIENT_OPTIONS = frozenset({"media_type", "unknown_properties", "validate_requests"})


class CallBinder(ExpressionEvaluator):
    """Evaluates calls too."""

    #: Whether what is called can be one thing only.
    _has_single_callee = True

    def call(self, node: ast.Call) -> AbstractValues:
        """Evaluate a call."""
        callees = self.evaluate(node.func)
        follow = all(self._is_followed(callee, node) for callee in callees)
        given = [self.evaluate(arg) if follow else self.evaluate_escaping(arg) for arg in node.args]
        named = {
            k.arg: self.evaluate(k.value) if follow and k.arg else self.evaluate_escaping(k.value)
            for k in node.keywords
        }
        self._has_single_callee = len(callees) == 1
        return (
            join_values(*[self._evaluate_callee(callee, node, given, named) for callee in callees])
            or UNKNOWN_VALUES
        )

    def _is_followed(self, callee: AbstractValue, node: ast.Call) -> bool:
        """Tell whether what is given to something can be followed further."""
        if isinstance(callee, BuiltinValue):
            return (
                callee.name in _PASS_THROUGH_BUILTINS and len(node.args) == 1 and not node.keywords
            )
        has_star = any(isinstance(arg, ast.Starred) for arg in node.args)
        return (
            isinstance(callee, FunctionValue | ClassValue) and not has_star
        ) or callee == LibraryValue("partial")

    def _evaluate_callee(
        self,
        callee: AbstractValue,
        node: ast.Call,
        given: list[AbstractValues],
        named: dict[str | None, AbstractValues],
    ) -> AbstractValues:
        found: AbstractValues = frozenset()
        if isinstance(callee, OperationValue):
            found = self._record_usage(callee, node)
        elif isinstance(callee, ClientMemberValue):
            found = self._evaluate_client_member_call(callee, node)
        elif isinstance(callee, LibraryValue):
            found = self._evaluate_library_call(callee.name, node, given)
        elif isinstance(callee, ResultMethodValue):
            found = self._evaluate_result_method(callee, node)
        elif isinstance(callee, FunctionValue | ClassValue):
            found = self._evaluate_source_call(callee, given, named)
        elif isinstance(callee, BuiltinValue) and self._is_followed(callee, node):
            found = _pass_through(callee.name, given[0])
            if callee.name == "enumerate":  # pairs of pairs are not followed
                self.collector.record_escape(
                    frozenset(value for value in given[0] if isinstance(value, ResultPairsValue))
                )
        return found or UNKNOWN_VALUES

    # --- of a client

    def _evaluate_library_call(
        self, name: str, node: ast.Call, given: list[AbstractValues]
    ) -> AbstractValues:
        if name in ("Client", "AsyncClient"):
            return frozenset({ClientValue(is_lenient=_has_lenient_option(node))})
        if name == "Call":
            return frozenset({CallValue(node)})
        if name == "partial" and given:
            return join_values(*[self._evaluate_partial(value, node) for value in given[0]])
        return UNKNOWN_VALUES

    def _evaluate_partial(self, value: AbstractValue, node: ast.Call) -> AbstractValues:
        given = (node, 1)
        if isinstance(value, ClientMemberValue) and value.name == "call":
            named = self.evaluate_named_operation(
                value.client, node, node.args[1] if len(node.args) > 1 else None, "call"
            )
            return (
                join_values(
                    *[
                        self._evaluate_partial(inner, node)
                        for inner in named
                        if isinstance(inner, OperationValue)
                    ]
                )
                or UNKNOWN_VALUES
            )
        if not isinstance(value, OperationValue):
            return UNKNOWN_VALUES
        self.collector.called_sites.add(value.site)
        skip = 2 if value.naming_form == "call" else 1
        given = (node, skip)
        made = OperationValue(
            value.client,
            value.name,
            value.naming_form,
            value.site,
            value.method,
            (*value.partial_calls, given),
        )
        return frozenset({made})

    def _evaluate_client_member_call(
        self, part: ClientMemberValue, node: ast.Call
    ) -> AbstractValues:
        if part.name == "with_options":
            return frozenset(
                {
                    ClientValue(
                        part.client.is_certain, part.client.is_lenient or _has_lenient_option(node)
                    )
                }
            )
        if part.name not in ("call", "get"):
            return UNKNOWN_VALUES
        name = node.args[0] if node.args else None
        found = self.evaluate_named_operation(
            part.client, node, name, "call" if part.name == "call" else "item"
        )
        if part.name == "get":
            return found
        return (
            join_values(
                *[self._record_usage(op, node) for op in found if isinstance(op, OperationValue)]
            )
            or UNKNOWN_VALUES
        )

    def _record_usage(self, operation: OperationValue, node: ast.Call) -> AbstractValues:
        """Note a use, and return what comes of it."""
        end = (node.end_lineno or 0, node.end_col_offset or 0)
        certain = operation.client.is_certain
        site = UsageSite(
            self.source.file, (node.lineno, node.col_offset), end, operation.name, certain
        )
        arguments, has_star = self._read_arguments(operation, node)
        named = self.collector.named_operations.get(operation.site)
        inside = (
            operation.site.file == site.file
            and site.begin <= operation.site.begin
            and operation.site.end <= end
        )
        spot = named.position if named and inside else self.locate(node.func)
        self.collector.calls[site] = UsageDraft(
            operation, self.source.file, spot, arguments, has_star
        )
        self.collector.called_sites.add(operation.site)
        if operation.method == "call":
            return frozenset({ResultValue(site)}) | (frozenset() if certain else UNKNOWN_VALUES)
        if operation.method == "send":
            return frozenset({SentResultValue(site)}) | (frozenset() if certain else UNKNOWN_VALUES)
        if operation.method not in ("request", "validate"):
            self.collector.record_use(ResultValue(site))  # nobody follows pages and streams
        return UNKNOWN_VALUES

    # --- arguments

    def _read_arguments(
        self, operation: OperationValue, node: ast.Call
    ) -> tuple[tuple[SourceArgument, ...], bool]:
        """Return the arguments of a use as they are written, and whether there may be others."""
        found: dict[str | int, SourceArgument] = {}
        has_star = operation.method == "map"
        calls = [
            *operation.partial_calls,
            (node, 1 if operation.naming_form == "call" and not operation.partial_calls else 0),
        ]
        for call, skip in calls if not has_star else ():
            position = sum(isinstance(name, int) for name in found)
            for arg in call.args[skip:]:
                if isinstance(arg, ast.Starred):
                    has_star = True
                    break
                found[position] = SourceArgument(
                    position, self._read_partial_value(arg), *self.source.locate(arg)
                )
                position += 1
            for keyword in call.keywords:
                has_star |= self._add_keyword(keyword, found)
        return tuple(found.values()), has_star

    def _add_keyword(self, keyword: ast.keyword, found: dict[str | int, SourceArgument]) -> bool:
        """Add a keyword argument, or those of a `**{…}`; tell whether there may be others."""
        value = self._read_partial_value(keyword.value)
        if keyword.arg is not None:
            spot = self.source.locate_offset(keyword.lineno, keyword.col_offset)
            found[keyword.arg] = SourceArgument(keyword.arg, value, *spot)
            return False
        if value.is_unknown or not isinstance(value.value, dict):
            return True
        for name in value.value:
            found[name] = SourceArgument(
                name, value.get_member(name), *(value.locate((name,)) or (keyword.lineno, 1))
            )
        return () in value.open_paths

    def _read_partial_value(self, node: ast.expr) -> PartialValue:
        call = (
            node
            if isinstance(node, ast.Call)
            and LibraryValue("Call") in self._evaluate_reference(node.func)
            else None
        )
        if isinstance(node, ast.Name):
            found = self.scope.look_up(node.id)
            only = next(iter(found)) if len(found) == 1 else None
            call = (
                only.node
                if isinstance(only, CallValue) and node.id not in self.source.mutated_names
                else None
            )
        if call is None:
            return read_partial_value(node, self.source.locate, self._resolve_literal)
        return read_call_document(call, self.source.locate, self._resolve_literal)

    def _evaluate_reference(self, node: ast.expr) -> AbstractValues:
        """Return what a name or a name of a module stands for."""
        return self.evaluate(node) if isinstance(node, ast.Name | ast.Attribute) else UNKNOWN_VALUES

    def _resolve_literal(self, name: str) -> ast.expr | None:
        found = self.scope.look_up(name)
        only = next(iter(found)) if len(found) == 1 else None
        if not isinstance(only, LiteralValue) or (
            is_container(only.node) and name in self.source.mutated_names
        ):
            return None
        return only.node

    # --- of a result

    def _evaluate_result_method(self, method: ResultMethodValue, node: ast.Call) -> AbstractValues:
        answer, name = method.result, method.name
        if name in MUTATING_METHODS and name not in ("pop", "setdefault"):
            self.collector.record_modification(answer)
            return UNKNOWN_VALUES
        if name in ("get", "pop", "setdefault") and node.args:
            part = self.read_part(
                answer, node.args[0], node, certain=self._has_single_callee and name == "get"
            )
            if name == "setdefault":
                self.collector.record_modification(part)
            return frozenset({part})
        inside = ResultValue(answer.site, (*answer.path, ANY_INDEX))
        if name == "items":
            return frozenset({ResultPairsValue(inside)})
        if name in ("values", "copy"):
            return frozenset({ResultMembersValue(inside) if name == "values" else answer})
        self.collector.record_use(answer)
        return UNKNOWN_VALUES

    # --- of the sources

    def _evaluate_source_call(
        self,
        callee: FunctionValue | ClassValue,
        given: list[AbstractValues],
        named: dict[str | None, AbstractValues],
    ) -> AbstractValues:
        if isinstance(callee, ClassValue):
            self._pass_to_constructor(callee, given, named)
            return frozenset({InstanceValue(callee.node)})
        self._pass_to_function(callee, given, named)
        return self.tables.returns.get(callee.node, UNKNOWN_VALUES)

    def _pass_to_constructor(
        self,
        owner: ClassValue,
        given: list[AbstractValues],
        named: dict[str | None, AbstractValues],
    ) -> None:
        found = self.tables.find_member(owner.node, "__init__") or UNKNOWN_VALUES
        functions = [value for value in found if isinstance(value, FunctionValue)]
        for function in functions:
            self._pass_to_function(FunctionValue(function.node, is_bound=True), given, named)
        if not functions:
            for name, values in named.items():  # the fields of a dataclass
                if name is not None:
                    self.tables.add_attribute(owner.node, name, values)
            for values in given:
                self.collector.record_escape(values)

    def _pass_to_function(
        self,
        function: FunctionValue,
        given: list[AbstractValues],
        named: dict[str | None, AbstractValues],
    ) -> None:
        """Let the parameters of a function stand for what is given to it."""
        arguments = function.node.args
        positional = [*arguments.posonlyargs, *arguments.args][1 if function.is_bound else 0 :]
        known = {parameter.arg for parameter in list_parameters(arguments)}
        pairs = list(_pair_parameters(positional, given)) + [
            (name, values) for name, values in named.items() if name in known
        ]
        for name, values in pairs:
            told = frozenset(value for value in values if isinstance(value, _PASSED_VALUES))
            self.collector.record_escape(values - told)
            if name and told:
                self.tables.add_name(function.node, name, told)
        taken = {name for name, _ in pairs}
        for values in [
            *given[len(positional) :],
            *(v for name, v in named.items() if name not in taken),
        ]:
            self.collector.record_escape(values)


#: What is worth to be told to a function.
_PASSED_VALUES = (
    ClientValue | ClientMemberValue | OperationValue | ResultValue | SentResultValue | InstanceValue
)


def _pass_through(name: str, values: AbstractValues) -> AbstractValues:
    """Return what a builtin gives again of its only argument."""
    if name != "enumerate":
        return (
            values
            if any(
                isinstance(value, ResultValue | ResultMembersValue | ResultPairsValue)
                for value in values
            )
            else UNKNOWN_VALUES
        )
    return frozenset(
        ResultPairsValue(value) for value in get_elements(values) if isinstance(value, ResultValue)
    )


def _pair_parameters(
    positional: list[ast.arg], given: list[AbstractValues]
) -> Iterator[tuple[str, AbstractValues]]:
    for parameter, values in zip(positional, given, strict=False):
        yield parameter.arg, values


def _has_lenient_option(node: ast.Call) -> bool:
    return any(keyword.arg is None or keyword.arg in _LENIENT_OPTIONS for keyword in node.keywords)

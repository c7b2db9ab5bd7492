"""The arguments of a call as they are written, as far as they are literals."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from dynclient.usages.abstract_values import (
    AbstractValues,
    CallValue,
    LibraryValue,
    OperationValue,
)
from dynclient.usages.literal_reader import read_call_document, read_partial_value
from dynclient.usages.operation_usage import PartialValue, SourceArgument
from dynclient.usages.source_context import SourceContext


@dataclass
class WrittenArguments:
    """The arguments of a call.

    Attributes:
        by_name: each argument by its keyword or its position from 0.
        has_others: whether the call may give others: `*args`, `**kwargs`.

    """

    by_name: dict[str | int, SourceArgument] = field(default_factory=dict)
    has_others: bool = False


class ArgumentReader:
    """Reads the arguments of calls in a source.

    Args:
        context: of the source.
        evaluate_reference: returns what a name, or a name of a module, stands for.

    """

    def __init__(
        self, context: SourceContext, evaluate_reference: Callable[[ast.expr], AbstractValues]
    ) -> None:
        self._context = context
        self._evaluate_reference = evaluate_reference

    def read_arguments(self, operation: OperationValue, node: ast.Call) -> WrittenArguments:
        """Return the arguments of a call of an operation, those of `functools.partial` first."""
        if operation.method == "map":
            return WrittenArguments(has_others=True)
        arguments = WrittenArguments()
        for call, skip in operation.partial_calls:
            self._add_arguments(arguments, call, skip)
        # `client.call("name", …)` gives the operation's name as its first argument, and
        # `operation.wait_until(condition, …)` a condition.
        is_named_first = operation.naming_form == "call"
        has_own_first = is_named_first or operation.method == "wait_until"
        skips_first = has_own_first and not operation.partial_calls
        self._add_arguments(arguments, node, skip=1 if skips_first else 0)
        return arguments

    def _add_arguments(self, arguments: WrittenArguments, call: ast.Call, skip: int) -> None:
        """Add the arguments of a call, without as many as are to be skipped."""
        position = sum(isinstance(name, int) for name in arguments.by_name)
        for node in call.args[skip:]:
            if isinstance(node, ast.Starred):
                arguments.has_others = True
                break
            value = self._read_value(node)
            line, column = self._context.source.locate(node)
            arguments.by_name[position] = SourceArgument(position, value, line, column)
            position += 1
        for keyword in call.keywords:
            self._add_keyword(arguments, keyword)

    def _add_keyword(self, arguments: WrittenArguments, keyword: ast.keyword) -> None:
        """Add a keyword argument, or the members of `**{…}`."""
        value = self._read_value(keyword.value)
        if keyword.arg is not None:
            position = self._context.source.locate_offset(keyword.lineno, keyword.col_offset)
            arguments.by_name[keyword.arg] = SourceArgument(keyword.arg, value, *position)
            return
        if value.is_unknown or not isinstance(value.value, dict):
            arguments.has_others = True
            return
        for name in value.value:
            line, column = value.locate((name,)) or (keyword.lineno, 1)
            member = value.get_member(name)
            arguments.by_name[name] = SourceArgument(name, member, line, column)
        if () in value.open_paths:
            arguments.has_others = True

    def _read_value(self, node: ast.expr) -> PartialValue:
        """Return the value of an argument; a `Call` is read as the call document that it makes."""
        locate, resolve = self._context.source.locate, self._context.resolve_literal
        call = self._find_call(node)
        if call is None:
            return read_partial_value(node, locate, resolve)
        return read_call_document(call, locate, resolve)

    def _find_call(self, node: ast.expr) -> ast.Call | None:
        """Return the `dynclient.Call(…)` that an expression is or names, else None."""
        if isinstance(node, ast.Name):
            value = self._context.look_up_single(node.id)
            is_changed = node.id in self._context.source.mutated_names
            return value.node if isinstance(value, CallValue) and not is_changed else None
        if not isinstance(node, ast.Call):
            return None
        is_call_class = LibraryValue("Call") in self._evaluate_reference(node.func)
        return node if is_call_class else None

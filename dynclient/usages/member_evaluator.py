"""The attributes and items of abstract values: clients, operations, results, modules, classes."""

from __future__ import annotations

import ast
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
    ModuleValue,
    OperationValue,
    ResultMethodValue,
    ResultValue,
    SentResultValue,
    join_values,
)
from dynclient.usages.operation_usage import ANY_INDEX
from dynclient.usages.source_context import SourceContext

#: Methods of an operation that take its arguments.
OPERATION_METHODS = frozenset(
    {"send", "request", "validate", "map", "pages", "items", "stream", "wait_until"}
)

#: Attributes of a client that are not operations.
_CLIENT_ATTRIBUTES = frozenset({"aclose", "close", "document", "find"})

#: Attributes of a client that lead to operations.
_OPERATION_LOOKUPS = frozenset({"call", "operations", "tags", "with_options"})

#: Attributes of objects, arrays and texts: none of them is taken for the name of an operation.
DATA_ATTRIBUTES = frozenset(dir(dict)) | frozenset(dir(list)) | frozenset(dir(str))

#: The names that the analysis understands, by their library.
_LIBRARY_NAMES = {
    "dynclient": frozenset({"Client", "AsyncClient", "Call"}),
    "functools": frozenset({"partial"}),
    "typing": frozenset({"Optional", "Union", "Annotated"}),
}

#: Decorators that make a method an attribute.
_PROPERTY_DECORATORS = frozenset({"property", "cached_property"})


class MemberEvaluator:
    """Evaluates the attribute or item of a value that is known already."""

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    # --- attributes

    def evaluate_attribute(self, receiver: AbstractValue, node: ast.Attribute) -> AbstractValues:
        """Return what an attribute of a value may stand for."""
        values = UNKNOWN_VALUES
        if isinstance(receiver, ClientValue):
            values = self._evaluate_client_attribute(receiver, node)
        elif isinstance(receiver, ClientMemberValue):
            values = self._evaluate_client_member_attribute(receiver, node)
        elif isinstance(receiver, OperationValue):
            values = self._evaluate_operation_attribute(receiver, node)
        elif isinstance(receiver, SentResultValue | ResultValue):
            values = self._evaluate_result_attribute(receiver, node)
        elif isinstance(receiver, ModuleValue):
            values = self.evaluate_module_attribute(receiver.name, node.attr)
        elif isinstance(receiver, InstanceValue | ClassValue):
            values = self._evaluate_class_attribute(receiver, node)
        elif receiver == UNKNOWN_VALUE:
            values = self._evaluate_unknown_attribute(node)
        return values

    def _evaluate_unknown_attribute(self, node: ast.Attribute) -> AbstractValues:
        """Return what an attribute is if its unknown receiver is a client."""
        if node.attr in ("call", "with_options"):
            return self._evaluate_client_attribute(MAYBE_CLIENT, node) | UNKNOWN_VALUES
        if node.attr.startswith("__"):
            return UNKNOWN_VALUES
        return self._context.name_operation(node, node.attr, "attribute", MAYBE_CLIENT)

    def _evaluate_client_attribute(
        self, client: ClientValue, node: ast.Attribute
    ) -> AbstractValues:
        name = node.attr
        if name in _OPERATION_LOOKUPS:
            return frozenset({ClientMemberValue(client, name)})
        if name in _CLIENT_ATTRIBUTES or name.startswith("__"):
            return UNKNOWN_VALUES
        return self._context.name_operation(node, name, "attribute", client)

    def _evaluate_client_member_attribute(
        self, member: ClientMemberValue, node: ast.Attribute
    ) -> AbstractValues:
        if member.name != "operations":
            return UNKNOWN_VALUES
        if node.attr == "get":
            return frozenset({ClientMemberValue(member.client, "get")})
        if node.attr in DATA_ATTRIBUTES:
            return UNKNOWN_VALUES
        return self._context.name_operation(node, node.attr, "attribute", member.client)

    def _evaluate_operation_attribute(
        self, operation: OperationValue, node: ast.Attribute
    ) -> AbstractValues:
        values: AbstractValues = frozenset()
        if node.attr in OPERATION_METHODS:
            values = frozenset({replace(operation, method=node.attr)})
        if operation.client.is_certain:
            return values or UNKNOWN_VALUES
        return values | self._evaluate_unknown_attribute(node)

    def _evaluate_result_attribute(
        self, receiver: SentResultValue | ResultValue, node: ast.Attribute
    ) -> AbstractValues:
        if isinstance(receiver, SentResultValue):
            is_data = node.attr == "data"
            return frozenset({ResultValue(receiver.site)}) if is_data else UNKNOWN_VALUES
        values: AbstractValues = frozenset({ResultMethodValue(receiver, node.attr)})
        if receiver.site.is_certain or node.attr in DATA_ATTRIBUTES:
            return values
        return values | self._evaluate_unknown_attribute(node)

    def _evaluate_class_attribute(
        self, receiver: InstanceValue | ClassValue, node: ast.Attribute
    ) -> AbstractValues:
        """Return an attribute of an object or class of the sources.

        An object whose class derives from a client has a client's attributes too.
        """
        tables = self._context.tables
        values = tables.find_member(receiver.node, node.attr)
        if values is None:
            if isinstance(receiver, InstanceValue) and tables.is_client_class(receiver.node):
                return self._evaluate_client_attribute(ClientValue(), node)
            return UNKNOWN_VALUES
        if isinstance(receiver, ClassValue):
            return values
        return join_values(*[self._bind_to_instance(value) for value in values])

    def _bind_to_instance(self, value: AbstractValue) -> AbstractValues:
        """Return what an attribute of a class is when it is looked up in an object."""
        if not isinstance(value, FunctionValue):
            return frozenset({value})
        decorators = {
            ast.unparse(decorator).rpartition(".")[2] for decorator in value.node.decorator_list
        }
        if decorators & _PROPERTY_DECORATORS:
            return self._context.tables.returns.get(value.node, UNKNOWN_VALUES)
        return frozenset({FunctionValue(value.node, is_bound="staticmethod" not in decorators)})

    def evaluate_module_attribute(self, module: str, name: str) -> AbstractValues:
        """Return what a name of a module stands for."""
        submodule = f"{module}.{name}"
        for library, names in _LIBRARY_NAMES.items():
            if module == library or module.startswith(f"{library}."):
                return frozenset({LibraryValue(name) if name in names else ModuleValue(submodule)})
        tables = self._context.tables
        tree = tables.find_module(module)
        values = tables.names.get((tree, name)) if tree else None
        if values is None and tables.find_module(submodule):
            return frozenset({ModuleValue(submodule)})
        return values or UNKNOWN_VALUES

    # --- items

    def evaluate_item(
        self, receiver: AbstractValue, node: ast.Subscript, *, is_certain: bool
    ) -> AbstractValues:
        """Return what an item of a value may stand for.

        Args:
            receiver: the value.
            node: the expression that names the item.
            is_certain: whether the receiver can be no other result.

        """
        context = self._context
        if isinstance(receiver, ClientValue):
            return context.name_operation_by(node.slice, node, "item", receiver)
        if isinstance(receiver, ClientMemberValue) and receiver.name == "operations":
            return context.name_operation_by(node.slice, node, "item", receiver.client)
        if isinstance(receiver, ClientMemberValue) and receiver.name == "tags":
            return frozenset({ClientMemberValue(receiver.client, "operations")})
        if isinstance(receiver, ResultValue):
            return frozenset({self.read_part(receiver, node.slice, node, is_certain=is_certain)})
        # An item of a pair is not followed.
        context.collector.record_escape(frozenset({receiver}))
        if receiver == UNKNOWN_VALUE:
            return context.name_operation_by(node.slice, node, "item", MAYBE_CLIENT)
        return UNKNOWN_VALUES

    def read_part(
        self, result: ResultValue, key: ast.expr, node: ast.expr, *, is_certain: bool
    ) -> ResultValue:
        """Record that the source reads or writes a key of a result, and return that part of it.

        Args:
            result: the result, or a part of one.
            key: the key.
            node: the expression that reads or writes.
            is_certain: whether it can be no other result.

        """
        if isinstance(key, ast.Slice):
            return result
        collector, file = self._context.collector, self._context.source.file
        position = self._context.source.locate(key)
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            return collector.record_read(result, ANY_INDEX, file, position, is_certain=False)
        if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            collector.record_modification(result, key.value)
            return ResultValue(result.site, (*result.path, key.value))
        return collector.record_read(result, key.value, file, position, is_certain=is_certain)

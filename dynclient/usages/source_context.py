"""What the analysis of one source shares: its text, the names in scope, and what is collected."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from dynclient.usages.abstract_values import (
    UNKNOWN_VALUE,
    UNKNOWN_VALUES,
    AbstractValue,
    AbstractValues,
    ClientValue,
    LiteralValue,
    OperationValue,
    UsageSite,
)
from dynclient.usages.literal_reader import is_container
from dynclient.usages.operation_usage import NamingForm, SourcePosition
from dynclient.usages.python_sources import PythonSource
from dynclient.usages.symbol_tables import LexicalScope, SymbolTables
from dynclient.usages.usage_collector import UsageCollector, UsageDraft


@dataclass
class SourceContext:
    """The state that the visitor of a source, the expression evaluator and the call binder share.

    Attributes:
        source: the source that is analysed.
        scope: the scope that the visitor is in; it changes with every function and class.
        tables: what all sources together say about names.
        collector: where usages and reads are recorded.

    """

    source: PythonSource
    scope: LexicalScope
    tables: SymbolTables
    collector: UsageCollector

    # --- places

    def locate(self, node: ast.expr) -> SourcePosition:
        """Return where an expression begins; for an attribute, where its name begins."""
        has_end = node.end_lineno is not None and node.end_col_offset is not None
        if not isinstance(node, ast.Attribute) or not has_end:
            return self.source.locate(node)
        name_offset = (node.end_col_offset or 0) - len(node.attr.encode())
        return self.source.locate_offset(node.end_lineno or 0, name_offset)

    def build_site(self, node: ast.expr, name: str, *, is_certain: bool) -> UsageSite:
        """Return the site of an expression that names or calls an operation."""
        begin = (node.lineno, node.col_offset)
        end = (node.end_lineno or 0, node.end_col_offset or 0)
        return UsageSite(self.source.file, begin, end, name, is_certain)

    # --- names

    def look_up_single(self, name: str) -> AbstractValue | None:
        """Return what a name stands for if that is one value only, else None."""
        values = self.scope.look_up(name)
        return next(iter(values)) if len(values) == 1 else None

    def resolve_literal(self, name: str) -> ast.expr | None:
        """Return the literal that a name certainly stands for, else None."""
        value = self.look_up_single(name)
        if not isinstance(value, LiteralValue):
            return None
        if is_container(value.node) and name in self.source.mutated_names:
            return None
        return value.node

    # --- operations

    def name_operation(
        self,
        node: ast.expr,
        name: str,
        naming_form: NamingForm,
        client: ClientValue,
        name_node: ast.expr | None = None,
    ) -> AbstractValues:
        """Record that an expression names an operation of a client, and return that operation.

        Args:
            node: the expression.
            name: the operation's name, as written.
            naming_form: how the expression names it.
            client: the client that the operation belongs to.
            name_node: the part of the expression that holds the name; None: all of it.

        """
        site = self.build_site(node, name, is_certain=client.is_certain)
        operation = OperationValue(client, name, naming_form, site)
        position = self.locate(name_node or node)
        draft = UsageDraft(operation, self.source.file, position)
        self.collector.named_operations[site] = draft
        if client.is_certain:
            return frozenset({operation})
        return frozenset({operation, UNKNOWN_VALUE})

    def name_operation_by(
        self,
        name_node: ast.expr | None,
        node: ast.expr,
        naming_form: NamingForm,
        client: ClientValue,
    ) -> AbstractValues:
        """Return the operation whose name is itself an expression, as in `client[name]`."""
        if isinstance(name_node, ast.Name):
            value = self.look_up_single(name_node.id)
            if isinstance(value, LiteralValue):
                name_node = value.node
        if isinstance(name_node, ast.Constant) and isinstance(name_node.value, str):
            return self.name_operation(node, name_node.value, naming_form, client, name_node)
        if client.is_certain:
            self.collector.record_dynamic_name(self.source.file, self.locate(node))
        return UNKNOWN_VALUES

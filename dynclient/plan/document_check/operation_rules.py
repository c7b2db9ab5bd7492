"""Rules for operations as the client knows them: their names, paths and parameters."""

from __future__ import annotations

from collections.abc import Sequence

from dynclient.model import QUERYSTRING, TEMPLATE_VARIABLE, Operation
from dynclient.plan.document_check.check_context import CheckContext
from dynclient.plan.document_check.name_rules import check_operation_names
from dynclient.plan.document_check.path_rules import check_paths_apart


def check_operations(context: CheckContext) -> None:
    """Report names that clash, and path templates that disagree with their parameters."""
    operations = [each for each in context.document.operations.values() if not each.is_missing]
    _check_missing_ids(operations, context)
    check_operation_names(context)
    check_paths_apart(operations, context)
    for operation in operations:
        context.guard(operation.node, _check_path_parameters, operation, context)
        context.guard(operation.node, _check_duplicate_parameters, operation, context)
        context.guard(operation.node, _check_querystring, operation, context)
        context.guard(operation.node, _check_success, operation, context)


def _check_missing_ids(operations: Sequence[Operation], context: CheckContext) -> None:
    """Report all operations without operationId in one problem, at the first of them."""
    nameless = [each for each in operations if not each.node.get_text("operationId")]
    if not nameless:
        return
    first, count = nameless[0], len(nameless)
    text = f"{count} of {len(operations)} operations have no operationId"
    if count == 1:
        text = "the operation has no operationId"
    context.warn(first.node, "missing-operation-id", text, f'call it as client["{first.key}"]')


def _check_path_parameters(operation: Operation, context: CheckContext) -> None:
    nodes = list(operation.iterate_parameter_nodes())
    declared = {node.get_text("name") for node in nodes if node.get_text("in") == "path"}
    in_path = dict.fromkeys(TEMPLATE_VARIABLE.findall(operation.path))
    in_query = {node.get_text("name") for node in nodes if node.get_text("in") == "query"}
    query_variables = operation.path_template.query_variables
    for name in in_path:
        if query_variables.get(name) in in_query:
            continue
        if name not in declared:
            text = f"{{{name}}} of {operation.path} is not declared"
            hint = "add a parameter with `in: path`"
            context.report(operation.node, "undeclared-path-variable", text, hint)
    for name in sorted(declared - set(in_path)):
        text = f"the path parameter {name!r} is not in {operation.path}"
        context.report(operation.node, "unused-path-parameter", text)


def _check_duplicate_parameters(operation: Operation, context: CheckContext) -> None:
    seen = set()
    for owner in (operation.path_item, operation.node):
        for child in owner["parameters"].iterate_children():
            node = child.resolve()
            location, name = node.get_text("in"), node.get_text("name")
            key = (owner.pointer, location, name)
            if key in seen:
                text = f"the parameter {name!r} in {location} stands twice"
                context.report(child, "duplicate-parameter", text)
            seen.add(key)


def _check_success(operation: Operation, context: CheckContext) -> None:
    """Report responses that are all failures; an operation without any is reported elsewhere."""
    if operation.responses and not operation.has_success_response:
        statuses = ", ".join(operation.responses)
        text = f"the operation declares no success, only {statuses}; any success is accepted"
        hint = "add the response of a success, such as 200 or `default`"
        context.warn(operation.node.get_child("responses"), "no-success-response", text, hint)


def _check_querystring(operation: Operation, context: CheckContext) -> None:
    """Report a second parameter of the query beside one that is the whole query.

    Source: OAS 3.2.0 Parameter Object, in.
    """
    nodes = list(operation.iterate_parameter_nodes())
    whole = [node for node in nodes if node.get_text("in") == QUERYSTRING]
    if not whole:
        return
    for node in nodes:
        if node.get_text("in") == "query":
            name = node.get_text("name")
            text = f"{name!r} is in the query, all of which is the parameter with `in: querystring`"
            hint = "describe it in the schema of that parameter"
            context.report(node, "conflicting-querystring", text, hint)
    for node in whole[:-1]:
        text = "an operation has one parameter with `in: querystring`; this one is ignored"
        context.report(node, "conflicting-querystring", text)

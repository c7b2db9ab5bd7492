"""Usages × document: the operation that each usage calls, and the arguments that it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dynclient.client.client import Client
from dynclient.client.compiled_document import CompiledDocument
from dynclient.errors import DocumentError, OperationNotFound
from dynclient.model import Document, Operation
from dynclient.plan.plan import Plan
from dynclient.usages.argument_binding import BoundArguments, bind_arguments
from dynclient.usages.operation_usage import KeyPath, OperationUsage, generalize_path


@dataclass(frozen=True)
class ResolvedUsage:
    """A usage whose operation the document has.

    Attributes:
        usage: the usage.
        operation: the operation that it calls.
        argument_paths: the paths of the call document that it gives, each with all below it:
            ("path", "id"), ("body", "cartItems", "[]", "quantity").
        has_other_arguments: whether it may give others.

    """

    usage: OperationUsage
    operation: Operation
    argument_paths: tuple[KeyPath, ...] = ()
    has_other_arguments: bool = False


@dataclass(frozen=True)
class ResolvedUsages:
    """Usages, resolved against a document.

    Attributes:
        usages: those whose operation the document has.
        unresolved: those of a certain client whose operation it lacks, each with the names of
            operations that were probably meant.

    """

    usages: tuple[ResolvedUsage, ...] = ()
    unresolved: tuple[tuple[OperationUsage, tuple[str, ...]], ...] = ()

    @property
    def usages_by_operation(self) -> Mapping[str, tuple[ResolvedUsage, ...]]:
        """The usages by the key that their operation has in `document.operations`."""
        by_operation: dict[str, list[ResolvedUsage]] = {}
        for resolved in self.usages:
            by_operation.setdefault(resolved.operation.key, []).append(resolved)
        return {key: tuple(usages) for key, usages in by_operation.items()}


def resolve_usages(usages: Iterable[OperationUsage], document: Document) -> ResolvedUsages:
    """Return the operations that usages call.

    A usage is left out if the document has no such operation and its client is uncertain.
    """
    client = Client(document)
    resolved: list[ResolvedUsage] = []
    unresolved: list[tuple[OperationUsage, tuple[str, ...]]] = []
    for usage in usages:
        try:
            operation = client[usage.operation].operation
        except OperationNotFound as error:
            if usage.is_certain and not usage.operation.startswith("_"):
                unresolved.append((usage, tuple(error.suggestions)))
        else:
            resolved.append(_resolve_usage(usage, operation, document))
    return ResolvedUsages(tuple(resolved), tuple(unresolved))


def _resolve_usage(
    usage: OperationUsage, operation: Operation, document: Document
) -> ResolvedUsage:
    arguments = bind_usage(get_plan(document, operation), usage)
    argument_paths = dict.fromkeys(map(generalize_path, arguments.given_paths))
    return ResolvedUsage(usage, operation, tuple(argument_paths), arguments.has_other_arguments)


def get_plan(document: Document, operation: Operation) -> Plan:
    """Return the plan of an operation."""
    return CompiledDocument.of(document).plans.get_plan(operation)


def bind_usage(plan: Plan, usage: OperationUsage) -> BoundArguments:
    """Return the arguments of a usage, bound; opaque ones if the operation cannot be read."""
    try:
        return bind_arguments(plan.binder, usage)
    except DocumentError:
        return BoundArguments(is_opaque=True)

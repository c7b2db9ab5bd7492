"""Uses × document: which operation each use is of, as a client finds it, and which of its arguments it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dynclient.client.client import Client, CompiledDocument
from dynclient.errors import DocumentError, OperationNotFound
from dynclient.model import Document, Operation
from dynclient.plan.plan import Plan
from dynclient.usages.argument_binding import BoundArguments, bind_arguments
from dynclient.usages.operation_usage import KeyPath, OperationUsage, generalize_path


@dataclass(frozen=True)
class ResolvedUsage:
    """A use of an operation of a document.

    Attributes:
        use: where and how.
        operation: which.
        arguments: the paths of the call document that are given, each with all below it: ("path", "id"),
            ("body", "cartItems", "[]", "quantity").
        has_star: whether any other may be given too.

    """

    usage: OperationUsage
    operation: Operation
    argument_paths: tuple[KeyPath, ...] = ()
    has_other_arguments: bool = False


@dataclass(frozen=True)
class ResolvedUsages:
    """Uses held against a document.

    Attributes:
        used: those whose operation it has.
        missing: those of a client for sure, whose operation it does not have, each with what was probably meant.

    """

    usages: tuple[ResolvedUsage, ...] = ()
    unresolved: tuple[tuple[OperationUsage, tuple[str, ...]], ...] = ()

    @property
    def usages_by_operation(self) -> Mapping[str, tuple[ResolvedUsage, ...]]:
        """The uses by the key that their operation has in `document.operations`."""
        found: dict[str, list[ResolvedUsage]] = {}
        for used in self.usages:
            found.setdefault(used.operation.key, []).append(used)
        return {key: tuple(several) for key, several in found.items()}


@dataclass
class _ResolutionDraft:
    usages: list[ResolvedUsage] = field(default_factory=list)
    unresolved: list[tuple[OperationUsage, tuple[str, ...]]] = field(default_factory=list)


def resolve_usages(uses: Iterable[OperationUsage], document: Document) -> ResolvedUsages:
    """Return the operations that uses are of; a use that need not be a client's, and is no operation, is left out."""
    client, found = Client(document), _ResolutionDraft()
    for use in uses:
        try:
            operation = client[use.operation].operation
        except OperationNotFound as error:
            if use.is_certain and not use.operation.startswith("_"):
                found.unresolved.append((use, tuple(error.suggestions)))
            continue
        bound = bind_usage(get_plan(document, operation), use)
        found.usages.append(
            ResolvedUsage(
                use,
                operation,
                tuple(dict.fromkeys(map(generalize_path, bound.given_paths))),
                bound.has_other_arguments,
            )
        )
    return ResolvedUsages(tuple(found.usages), tuple(found.unresolved))


def get_plan(document: Document, operation: Operation) -> Plan:
    """Return the plan of an operation."""
    return CompiledDocument.of(document).plans.get_plan(operation)


def bind_usage(plan: Plan, use: OperationUsage) -> BoundArguments:
    """Return the arguments of a use, bound; nothing of an operation that cannot be read."""
    try:
        return bind_arguments(plan.binder, use)
    except DocumentError:
        return BoundArguments(is_opaque=True)

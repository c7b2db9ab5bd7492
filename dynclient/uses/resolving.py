"""Uses × document: which operation each use is of, as a client finds it, and which of its arguments it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dynclient.client.client import Client, Compiled
from dynclient.errors import DocumentError, OperationNotFound
from dynclient.model import Document, Operation
from dynclient.plan.plan import Plan
from dynclient.uses.binding import Binding, bind
from dynclient.uses.found import Keys, Use, keys


@dataclass(frozen=True)
class Used:
    """A use of an operation of a document.

    Attributes:
        use: where and how.
        operation: which.
        arguments: the paths of the call document that are given, each with all below it: ("path", "id"),
            ("body", "cartItems", "[]", "quantity").
        has_star: whether any other may be given too.

    """

    use: Use
    operation: Operation
    arguments: tuple[Keys, ...] = ()
    has_star: bool = False


@dataclass(frozen=True)
class Resolved:
    """Uses held against a document.

    Attributes:
        used: those whose operation it has.
        missing: those of a client for sure, whose operation it does not have, each with what was probably meant.

    """

    used: tuple[Used, ...] = ()
    missing: tuple[tuple[Use, tuple[str, ...]], ...] = ()

    @property
    def operations(self) -> Mapping[str, tuple[Used, ...]]:
        """The uses by the key that their operation has in `document.operations`."""
        found: dict[str, list[Used]] = {}
        for used in self.used:
            found.setdefault(used.operation.key, []).append(used)
        return {key: tuple(several) for key, several in found.items()}


@dataclass
class _Resolving:
    used: list[Used] = field(default_factory=list)
    missing: list[tuple[Use, tuple[str, ...]]] = field(default_factory=list)


def resolve(uses: Iterable[Use], document: Document) -> Resolved:
    """Return the operations that uses are of; a use that need not be a client's, and is no operation, is left out."""
    client, found = Client(document), _Resolving()
    for use in uses:
        try:
            operation = client[use.operation].operation
        except OperationNotFound as error:
            if use.certain and not use.operation.startswith("_"):
                found.missing.append((use, tuple(error.suggestions)))
            continue
        bound = binding(plan_of(document, operation), use)
        found.used.append(
            Used(use, operation, tuple(dict.fromkeys(map(keys, bound.paths))), bound.has_star)
        )
    return Resolved(tuple(found.used), tuple(found.missing))


def plan_of(document: Document, operation: Operation) -> Plan:
    """Return the plan of an operation."""
    return Compiled.of(document).plans.of(operation)


def binding(plan: Plan, use: Use) -> Binding:
    """Return the arguments of a use, bound; nothing of an operation that cannot be read."""
    try:
        return bind(plan.binder, use)
    except DocumentError:
        return Binding(is_opaque=True)

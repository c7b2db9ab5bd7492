"""The lines of code that do not fit a document.

They name an operation that it lacks, give a call that it refuses, or read a key that no result
has. The plan itself validates the call, as far as the source writes it out. A value that is known
only at run time never makes a diagnostic: a violation at it, below it, or of a choice between
alternatives that depends on it, is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dynclient.errors import DocumentError
from dynclient.model import Document, Operation
from dynclient.names import suggest
from dynclient.plan.checked_call import RequestChecks
from dynclient.plan.plan import Plan
from dynclient.usages.argument_binding import BoundArguments
from dynclient.usages.operation_usage import (
    ANY_INDEX,
    KeyPath,
    OperationUsage,
    ResultRead,
    SourcePosition,
    ValuePath,
)
from dynclient.usages.usage_resolution import ResolvedUsage, bind_usage, get_plan, resolve_usages
from dynclient.violations import Violation, format_path, shorten
from dynclient.wire import media_types
from dynclient.wire.schema_types import SchemaTypes

#: Methods whose arguments are those of a call that is sent.
_SENDING_METHODS = frozenset({"call", "send", "request", "pages", "items", "stream", "wait_until"})

#: Violations of a member that do not depend on its value.
_VALUE_INDEPENDENT_KINDS = frozenset({"unknown", "readOnly"})

#: Violations of a value that do not depend on its members.
_MEMBER_INDEPENDENT_KINDS = frozenset({"type", "unknown", "missing", "readOnly"})

#: Keywords by which the members of a value decide what applies to it.
_CONDITIONAL_KEYWORDS = frozenset(
    {"anyOf", "oneOf", "if", "not", "dependentSchemas", "dependentRequired"}
)

_MAX_TEXT_LENGTH = 100


@dataclass(frozen=True)
class UsageDiagnostic:
    """A line that does not fit the document.

    Attributes:
        file: the file of the source.
        line: the line, from 1.
        column: the column in characters, from 1.
        operation: the operation's id; the name as written if the document has no such operation.
        kind: the kind of a violation, or `operation-not-found`.
        where: the place in the call or result, such as `body.cartItems[0].quantity`; "" for the
            operation itself.
        text: what is wrong, or what was probably meant.
        is_certain: whether the line certainly calls a client.

    """

    file: str
    line: int
    column: int
    operation: str
    kind: str
    where: str
    text: str
    is_certain: bool = True

    def __str__(self) -> str:
        severity = "error" if self.is_certain else "warning"
        position = f"{self.file}:{self.line}:{self.column}"
        where = f"{self.where}: " if self.where else ""
        return f"{position}: {severity}: {self.operation}: {where}{self.text} [{self.kind}]"


def diagnose_usages(usages: Iterable[OperationUsage], document: Document) -> list[UsageDiagnostic]:
    """Return the lines that do not fit a document, in the order of files and lines."""
    resolved = resolve_usages(usages, document)
    diagnostics = [
        _diagnose_missing_operation(usage, suggestions, document)
        for usage, suggestions in resolved.unresolved
    ]
    for resolved_usage in resolved.usages:
        plan = get_plan(document, resolved_usage.operation)
        try:
            own_diagnostics = [
                *_diagnose_call(plan, resolved_usage),
                *_diagnose_result_reads(plan, resolved_usage),
            ]
        except DocumentError:  # the command `check` reports the part that cannot be read
            continue
        diagnostics += own_diagnostics
    return sorted(dict.fromkeys(diagnostics), key=lambda d: (d.file, d.line, d.column))


def _diagnose_missing_operation(
    usage: OperationUsage, suggestions: Sequence[str], document: Document
) -> UsageDiagnostic:
    if suggestions:
        text = f"did you mean {' or '.join(suggestions)}?"
    else:
        text = f"{document.title} has no such operation"
    return UsageDiagnostic(
        file=usage.file,
        line=usage.line,
        column=usage.column,
        operation=usage.operation,
        kind="operation-not-found",
        where="",
        text=text,
    )


# --- calls


def _diagnose_call(plan: Plan, resolved: ResolvedUsage) -> Iterator[UsageDiagnostic]:
    usage = resolved.usage
    if usage.is_lenient or usage.method not in _SENDING_METHODS:
        return
    arguments = bind_usage(plan, usage)
    if arguments.is_opaque:
        return
    checks = RequestChecks(is_thorough=True)
    violations = plan.bind(arguments.args, arguments.kwargs, checks).violations
    if plan.idempotency_keys is not None:
        violations = plan.idempotency_keys.select_unfilled(violations)
    call_schema = plan.get_call_schema()
    call_types = SchemaTypes(call_schema, call_schema.get("$defs", {}))
    violation_filter = _ViolationFilter(arguments, call_types)
    for violation in violations:
        if violation_filter.is_certain(violation):
            line, column = _locate_violation(arguments, usage, violation)
            yield UsageDiagnostic(
                file=usage.file,
                line=line,
                column=column,
                operation=resolved.operation.id,
                kind=violation.kind,
                where=violation.where,
                text=str(violation).removeprefix(f"{violation.where}: "),
                is_certain=usage.is_certain,
            )


def _locate_violation(
    arguments: BoundArguments, usage: OperationUsage, violation: Violation
) -> SourcePosition:
    """Return where the source writes what is wrong; of what is missing, where it calls."""
    if violation.path[:1] == ("args",):
        for argument in usage.arguments:
            if argument.name == violation.path[1]:
                return argument.line, argument.column
        return usage.line, usage.column
    path = violation.path[:-1] if violation.kind == "missing" else violation.path
    return arguments.locate(path) or (usage.line, usage.column)


@dataclass(frozen=True)
class _ViolationFilter:
    """Tells which violations of a call do not depend on what is known only at run time.

    Attributes:
        arguments: the arguments of the call.
        call_types: the schema of the call.

    """

    arguments: BoundArguments
    call_types: SchemaTypes

    def is_certain(self, violation: Violation) -> bool:
        """Tell whether a violation holds whatever the unknown values are."""
        path, kind = violation.path, violation.kind
        if path[:1] == ("args",):
            return True
        if self._depends_on_unknown(path[:-1] if kind in _VALUE_INDEPENDENT_KINDS else path):
            return False
        if kind == "unknown":
            return self._is_unknown_member(path)
        if kind == "missing" and path[:-1] in self.arguments.open_paths:
            return False
        if kind not in _MEMBER_INDEPENDENT_KINDS and self._is_uncertain(path):
            return False
        return not self._depends_on_uncertain_condition(path)

    def _depends_on_unknown(self, path: ValuePath) -> bool:
        """Tell whether the value at a path, or one that holds it, is known only at run time."""
        return any(path[: len(unknown)] == unknown for unknown in self.arguments.unknown_paths)

    def _depends_on_uncertain_condition(self, path: ValuePath) -> bool:
        """Tell whether a condition on what is known only at run time applies at a path."""
        ancestors = (path[:length] for length in range(len(path) + 1))
        return any(self._is_conditional(one) and self._is_uncertain(one) for one in ancestors)

    def _is_unknown_member(self, path: ValuePath) -> bool:
        """Tell whether an object has no such member, whatever its other members are."""
        owner, name = path[:-1], str(path[-1])
        return not self._is_uncertain(owner) or not self._find_types(owner).can_have_member(name)

    def _is_uncertain(self, path: ValuePath) -> bool:
        """Tell whether anything at a path, or below it, is known only at run time."""
        uncertain_paths = self.arguments.unknown_paths | self.arguments.open_paths
        return any(uncertain[: len(path)] == path for uncertain in uncertain_paths)

    def _is_conditional(self, path: ValuePath) -> bool:
        """Tell whether the members of the value at a path decide what applies to it."""
        subschemas = self._find_types(path).subschemas
        return any(_CONDITIONAL_KEYWORDS & subschema.keys() for subschema in subschemas)

    def _find_types(self, path: ValuePath) -> SchemaTypes:
        types = self.call_types
        for part in path:
            types = types.item_types if isinstance(part, int) else types.find_member_types(part)
        return types


# --- results


def _diagnose_result_reads(plan: Plan, resolved: ResolvedUsage) -> Iterator[UsageDiagnostic]:
    usage = resolved.usage
    reads = [read for read in usage.reads if read.is_certain]
    if usage.method not in ("call", "send") or not reads:
        return
    result_types = _list_result_types(plan, resolved.operation)
    for read in reads if result_types else ():
        error = _find_read_error(result_types, read)
        if error is not None:
            kind, text = error
            yield UsageDiagnostic(
                file=read.file,
                line=read.line,
                column=read.column,
                operation=resolved.operation.id,
                kind=kind,
                where=_format_key_path(("result", *read.path)),
                text=text,
                is_certain=usage.is_certain,
            )


def _list_result_types(plan: Plan, operation: Operation) -> list[SchemaTypes]:
    """Return the types of the data of each success; [] if the document leaves any of them open."""
    responses = operation.responses
    successes = [r for status, r in responses.items() if status.startswith("2")]
    if not successes and "default" in responses:
        successes = [responses["default"]]
    result_types = []
    for response in successes:
        for entry in response.content.values():
            if entry.schema is None or not media_types.takes_json(entry.name):
                return []
            schema = plan.schemas.build_result_schema(entry, "consumer")
            result_types.append(SchemaTypes(schema, schema.get("$defs", {})))
    return result_types


def _find_read_error(result_types: list[SchemaTypes], read: ResultRead) -> tuple[str, str] | None:
    """Return what is wrong with the last key that a read names.

    Returns:
        The kind and the text of the error; None if there is none.

    """
    *owner_path, key = read.path
    owners = result_types
    for part in owner_path:
        owners = _list_part_types(owners, part)
    if key == ANY_INDEX or not owners or _list_part_types(owners, key):
        return None

    type_names = {name for owner in owners for name in owner.types}
    if type_names and "object" not in type_names:
        return "type", f"got a key, the result has {' or '.join(sorted(type_names))} there"
    return "unknown", _explain_unknown_key(owners, key)


def _explain_unknown_key(owners: list[SchemaTypes], key: str) -> str:
    """Return the declared name that is most like a key, else all of them."""
    known_names: dict[str, None] = {}
    for owner in owners:
        for subschema in owner.subschemas:
            known_names.update(dict.fromkeys(subschema.get("properties", {})))
    suggestions = suggest(key, list(known_names), 1)
    if suggestions:
        return f"did you mean {suggestions[0]}?"
    declared = shorten(", ".join(known_names), _MAX_TEXT_LENGTH)
    return f"is not declared; declared: {declared}"


def _list_part_types(owners: list[SchemaTypes], part: str) -> list[SchemaTypes]:
    """Return the types of the items, or of a member, of values of any of several types."""
    if part == ANY_INDEX:
        return [owner.item_types for owner in owners if owner.is_array]
    objects = [owner for owner in owners if not owner.types or "object" in owner.types]
    return [owner.find_member_types(part) for owner in objects if owner.can_have_member(part)]


def _format_key_path(path: KeyPath) -> str:
    """Return a path as Python writes it, with `[]` for any position."""
    concrete = [0 if part == ANY_INDEX else part for part in path]
    return format_path(concrete).replace("[0]", ANY_INDEX)

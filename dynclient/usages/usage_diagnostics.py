"""Which lines do not fit a document: misspelt operations, calls that it refuses, keys that no result of it has.

A call is judged by the plan itself, with what is written. What only running the program would tell never makes a
misfit: what is found at such a value, below it, or by a choice between alternatives that depends on it, is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dynclient.errors import DocumentError
from dynclient.model import Document, Operation
from dynclient.names import suggest
from dynclient.plan.plan import Plan, RequestChecks
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
from dynclient.wire import media
from dynclient.wire.schema_types import SchemaTypes

#: Methods whose arguments are those of a call that is to be sent.
_SENDING_METHODS = frozenset({"call", "send", "request", "pages", "items", "stream"})

#: What is wrong with a member whatever its value is.
_VALUE_INDEPENDENT_KINDS = frozenset({"unknown", "readOnly"})

#: What is wrong with a value whatever its members are.
_MEMBER_INDEPENDENT_KINDS = frozenset({"type", "unknown", "missing", "readOnly"})

#: What makes a choice that members may decide.
_CONDITIONAL_KEYWORDS = frozenset(
    {"anyOf", "oneOf", "if", "not", "dependentSchemas", "dependentRequired"}
)

_MAX_TEXT_LENGTH = 100


@dataclass(frozen=True)
class UsageDiagnostic:
    """A line that does not fit the document.

    Attributes:
        file: as it was given or found.
        line: from 1.
        column: from 1.
        operation: the operation, as the document calls it; as written, where it has none of that name.
        kind: as of a violation; `operation-not-found` for a name that no operation has.
        where: in the call, or in the result, e.g. `body.cartItems[0].quantity`; "" for the operation itself.
        text: what is wrong, or what was probably meant.
        certain: whether it is certainly a client that is called.

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
        at = f"{self.where}: " if self.where else ""
        return f"{self.file}:{self.line}:{self.column}: {severity}: {self.operation}: {at}{self.text} [{self.kind}]"


def diagnose_usages(uses: Iterable[OperationUsage], document: Document) -> list[UsageDiagnostic]:
    """Return the lines that do not fit a document, in the order of files and lines."""
    resolved = resolve_usages(uses, document)
    found = [
        UsageDiagnostic(
            use.file,
            use.line,
            use.column,
            use.operation,
            "operation-not-found",
            "",
            _describe_missing_operation(document, suggestions),
        )
        for use, suggestions in resolved.unresolved
    ]
    for used in resolved.usages:
        plan = get_plan(document, used.operation)
        try:
            found += [*_diagnose_call(plan, used), *_diagnose_result_reads(plan, used)]
        except DocumentError:  # a corner that cannot be read: `check` tells it
            continue
    return sorted(
        dict.fromkeys(found), key=lambda misfit: (misfit.file, misfit.line, misfit.column)
    )


def _describe_missing_operation(document: Document, suggestions: Sequence[str]) -> str:
    return (
        f"did you mean {' or '.join(suggestions)}?"
        if suggestions
        else f"{document.title} has no such operation"
    )


# --- calls


def _diagnose_call(plan: Plan, used: ResolvedUsage) -> Iterator[UsageDiagnostic]:
    use = used.usage
    if use.is_lenient or use.method not in _SENDING_METHODS:
        return
    bound = bind_usage(plan, use)
    if bound.is_opaque:
        return
    violations = plan.bind(bound.args, bound.kwargs, RequestChecks(is_thorough=True)).violations
    judging = _ViolationFilter(
        bound, SchemaTypes(plan.get_call_schema(), plan.get_call_schema().get("$defs", {}))
    )
    for violation in violations:
        if judging.is_certain(violation):
            line, column = _locate_violation(bound, use, violation)
            text = str(violation).removeprefix(f"{violation.where}: ")
            yield UsageDiagnostic(
                use.file,
                line,
                column,
                used.operation.id,
                violation.kind,
                violation.where,
                text,
                is_certain=use.is_certain,
            )


def _locate_violation(
    bound: BoundArguments, use: OperationUsage, violation: Violation
) -> SourcePosition:
    """Return where the mistake is written: the value, the argument, or, of what is missing, the call."""
    if violation.path[:1] == ("args",):
        named = (a for a in use.arguments if a.name == violation.path[1])
        return next(((a.line, a.column) for a in named), (use.line, use.column))
    found = bound.locate(violation.path[:-1] if violation.kind == "missing" else violation.path)
    return found or (use.line, use.column)


@dataclass(frozen=True)
class _ViolationFilter:
    """Tells which violations hold whatever stands in the holes of a call."""

    arguments: BoundArguments
    shape: SchemaTypes

    def is_certain(self, violation: Violation) -> bool:
        path, kind = violation.path, violation.kind
        if path[:1] == ("args",):
            return True
        owner = path[:-1] if kind in _VALUE_INDEPENDENT_KINDS else path
        if any(owner[: len(hole)] == hole for hole in self.arguments.unknown_paths):
            return False
        if kind == "unknown":
            return not self._is_uncertain(path[:-1]) or not self._find_shape(
                path[:-1]
            ).can_have_member(str(path[-1]))
        if kind == "missing" and path[:-1] in self.arguments.open_paths:
            return False
        if self._is_uncertain(path) and kind not in _MEMBER_INDEPENDENT_KINDS:
            return False
        return not any(
            self._is_conditional(path[:n]) and self._is_uncertain(path[:n])
            for n in range(len(path) + 1)
        )

    def _is_uncertain(self, path: ValuePath) -> bool:
        """Tell whether anything at a path or below it is not known."""
        return any(
            doubt[: len(path)] == path
            for doubt in self.arguments.unknown_paths | self.arguments.open_paths
        )

    def _is_conditional(self, path: ValuePath) -> bool:
        return any(
            _CONDITIONAL_KEYWORDS & part.keys() for part in self._find_shape(path).subschemas
        )

    def _find_shape(self, path: ValuePath) -> SchemaTypes:
        found = self.shape
        for part in path:
            found = found.item_types if isinstance(part, int) else found.find_member_types(part)
        return found


# --- results


def _diagnose_result_reads(plan: Plan, used: ResolvedUsage) -> Iterator[UsageDiagnostic]:
    if used.usage.method not in ("call", "send") or not any(
        read.is_certain for read in used.usage.reads
    ):
        return
    shapes = _list_result_shapes(plan, used.operation)
    for read in used.usage.reads if shapes else ():
        wrong = _find_read_error(shapes, read) if read.is_certain else None
        if wrong is not None:
            kind, text = wrong
            where = _format_key_path(("result", *read.path))
            certain = used.usage.is_certain
            yield UsageDiagnostic(
                read.file,
                read.line,
                read.column,
                used.operation.id,
                kind,
                where,
                text,
                is_certain=certain,
            )


def _list_result_shapes(plan: Plan, operation: Operation) -> list[SchemaTypes]:
    """Return the shapes of the data of success; [] where the document leaves any of them open."""
    responses = operation.responses
    success = [r for status, r in responses.items() if status.startswith("2")]
    success = success or [responses[status] for status in ("default",) if status in responses]
    entries = [entry for response in success for entry in response.content.values()]
    if not all(entry.schema is not None and media.is_json(entry.name) for entry in entries):
        return []
    schemas = [plan.schemas.build_result_schema(entry, "consumer") for entry in entries]
    return [SchemaTypes(schema, schema.get("$defs", {})) for schema in schemas]


def _find_read_error(shapes: list[SchemaTypes], read: ResultRead) -> tuple[str, str] | None:
    """Return what is wrong with the last key of a path that is read, (kind, text); None where nothing is."""
    at = shapes
    for part in read.path[:-1]:
        at = (
            [shape.item_types for shape in at if shape.is_array]
            if part == ANY_INDEX
            else _list_member_shapes(at, part)
        )
    key = read.path[-1]
    if key == ANY_INDEX or not at or _list_member_shapes(at, key):
        return None
    kinds = sorted({kind for shape in at for kind in shape.types})
    if kinds and "object" not in kinds:
        return "type", f"got a key, the result has {' or '.join(kinds)} there"
    known = list(
        dict.fromkeys(
            n for shape in at for part in shape.subschemas for n in part.get("properties", {})
        )
    )
    if meant := suggest(key, known, 1):
        return "unknown", f"did you mean {meant[0]}?"
    return "unknown", f"is not declared; declared: {shorten(', '.join(known), _MAX_TEXT_LENGTH)}"


def _list_member_shapes(shapes: list[SchemaTypes], name: str) -> list[SchemaTypes]:
    found = [shape for shape in shapes if not shape.types or "object" in shape.types]
    return [shape.find_member_types(name) for shape in found if shape.can_have_member(name)]


def _format_key_path(path: KeyPath) -> str:
    """Return a path as Python people read it, `[]` for any position."""
    return format_path([part if part != ANY_INDEX else 0 for part in path]).replace(
        "[0]", ANY_INDEX
    )

"""Which lines do not fit a document: misspelt operations, calls that it refuses, keys that no result of it has.

A call is judged by the plan itself, with what is written. What only running the program would tell never makes a
misfit: what is found at such a value, below it, or by a choice between alternatives that depends on it, is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dynclient.errors import DocumentError
from dynclient.model import Document, Operation
from dynclient.names import near
from dynclient.plan.plan import Checks, Plan
from dynclient.uses.binding import Binding
from dynclient.uses.found import ANY, Keys, Path, Read, Spot, Use
from dynclient.uses.resolving import Used, binding, plan_of, resolve
from dynclient.violations import Violation, dotted, shortened
from dynclient.wire import media
from dynclient.wire.shapes import Shape

#: Methods whose arguments are those of a call that is to be sent.
_SENDING = frozenset({"call", "send", "request", "pages", "items", "stream"})

#: What is wrong with a member whatever its value is.
_WHATEVER_VALUE = frozenset({"unknown", "readOnly"})

#: What is wrong with a value whatever its members are.
_WHATEVER = frozenset({"type", "unknown", "missing", "readOnly"})

#: What makes a choice that members may decide.
_CHOICES = frozenset({"anyOf", "oneOf", "if", "not", "dependentSchemas", "dependentRequired"})

_LONGEST = 100


@dataclass(frozen=True)
class Misfit:
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
    certain: bool = True

    def __str__(self) -> str:
        severity = "error" if self.certain else "warning"
        at = f"{self.where}: " if self.where else ""
        return f"{self.file}:{self.line}:{self.column}: {severity}: {self.operation}: {at}{self.text} [{self.kind}]"


def misfits(uses: Iterable[Use], document: Document) -> list[Misfit]:
    """Return the lines that do not fit a document, in the order of files and lines."""
    resolved = resolve(uses, document)
    found = [
        Misfit(
            use.file,
            use.line,
            use.column,
            use.operation,
            "operation-not-found",
            "",
            _meant(document, suggestions),
        )
        for use, suggestions in resolved.missing
    ]
    for used in resolved.used:
        plan = plan_of(document, used.operation)
        try:
            found += [*_of_call(plan, used), *_of_result(plan, used)]
        except DocumentError:  # a corner that cannot be read: `check` tells it
            continue
    return sorted(
        dict.fromkeys(found), key=lambda misfit: (misfit.file, misfit.line, misfit.column)
    )


def _meant(document: Document, suggestions: Sequence[str]) -> str:
    return (
        f"did you mean {' or '.join(suggestions)}?"
        if suggestions
        else f"{document.title} has no such operation"
    )


# --- calls


def _of_call(plan: Plan, used: Used) -> Iterator[Misfit]:
    use = used.use
    if use.lenient or use.method not in _SENDING:
        return
    bound = binding(plan, use)
    if bound.is_opaque:
        return
    _, violations = plan.bind(bound.args, bound.kwargs, Checks(thorough=True))
    judging = _Judging(bound, Shape(plan.call_schema(), plan.call_schema().get("$defs", {})))
    for violation in violations:
        if judging.holds(violation):
            line, column = _spot(bound, use, violation)
            text = str(violation).removeprefix(f"{violation.where}: ")
            yield Misfit(
                use.file,
                line,
                column,
                used.operation.id,
                violation.kind,
                violation.where,
                text,
                certain=use.certain,
            )


def _spot(bound: Binding, use: Use, violation: Violation) -> Spot:
    """Return where the mistake is written: the value, the argument, or, of what is missing, the call."""
    if violation.path[:1] == ("args",):
        named = (a for a in use.arguments if a.name == violation.path[1])
        return next(((a.line, a.column) for a in named), (use.line, use.column))
    found = bound.spot(violation.path[:-1] if violation.kind == "missing" else violation.path)
    return found or (use.line, use.column)


@dataclass(frozen=True)
class _Judging:
    """Tells which violations hold whatever stands in the holes of a call."""

    bound: Binding
    shape: Shape

    def holds(self, violation: Violation) -> bool:
        path, kind = violation.path, violation.kind
        if path[:1] == ("args",):
            return True
        owner = path[:-1] if kind in _WHATEVER_VALUE else path
        if any(owner[: len(hole)] == hole for hole in self.bound.holes):
            return False
        if kind == "unknown":
            return not self._doubtful(path[:-1]) or not self._at(path[:-1]).declares(str(path[-1]))
        if kind == "missing" and path[:-1] in self.bound.open:
            return False
        if self._doubtful(path) and kind not in _WHATEVER:
            return False
        return not any(
            self._is_choice(path[:n]) and self._doubtful(path[:n]) for n in range(len(path) + 1)
        )

    def _doubtful(self, path: Path) -> bool:
        """Tell whether anything at a path or below it is not known."""
        return any(doubt[: len(path)] == path for doubt in self.bound.holes | self.bound.open)

    def _is_choice(self, path: Path) -> bool:
        return any(_CHOICES & part.keys() for part in self._at(path).parts)

    def _at(self, path: Path) -> Shape:
        found = self.shape
        for part in path:
            found = found.item if isinstance(part, int) else found.member(part)
        return found


# --- results


def _of_result(plan: Plan, used: Used) -> Iterator[Misfit]:
    if used.use.method not in ("call", "send") or not any(read.certain for read in used.use.reads):
        return
    shapes = _results(plan, used.operation)
    for read in used.use.reads if shapes else ():
        wrong = _wrong(shapes, read) if read.certain else None
        if wrong is not None:
            kind, text = wrong
            where = _dotted(("result", *read.path))
            certain = used.use.certain
            yield Misfit(
                read.file,
                read.line,
                read.column,
                used.operation.id,
                kind,
                where,
                text,
                certain=certain,
            )


def _results(plan: Plan, operation: Operation) -> list[Shape]:
    """Return the shapes of the data of success; [] where the document leaves any of them open."""
    responses = operation.responses
    success = [r for status, r in responses.items() if status.startswith("2")]
    success = success or [responses[status] for status in ("default",) if status in responses]
    entries = [entry for response in success for entry in response.content.values()]
    if not all(entry.schema is not None and media.is_json(entry.name) for entry in entries):
        return []
    schemas = [plan.schemas.result(entry, "consumer") for entry in entries]
    return [Shape(schema, schema.get("$defs", {})) for schema in schemas]


def _wrong(shapes: list[Shape], read: Read) -> tuple[str, str] | None:
    """Return what is wrong with the last key of a path that is read, (kind, text); None where nothing is."""
    at = shapes
    for part in read.path[:-1]:
        at = [shape.item for shape in at if shape.is_array] if part == ANY else _members(at, part)
    key = read.path[-1]
    if key == ANY or not at or _members(at, key):
        return None
    kinds = sorted({kind for shape in at for kind in shape.types})
    if kinds and "object" not in kinds:
        return "type", f"got a key, the result has {' or '.join(kinds)} there"
    known = list(
        dict.fromkeys(n for shape in at for part in shape.parts for n in part.get("properties", {}))
    )
    if meant := near(key, known, 1):
        return "unknown", f"did you mean {meant[0]}?"
    return "unknown", f"is not declared; declared: {shortened(', '.join(known), _LONGEST)}"


def _members(shapes: list[Shape], name: str) -> list[Shape]:
    found = [shape for shape in shapes if not shape.types or "object" in shape.types]
    return [shape.member(name) for shape in found if shape.declares(name)]


def _dotted(path: Keys) -> str:
    """Return a path as Python people read it, `[]` for any position."""
    return dotted([part if part != ANY else 0 for part in path]).replace("[0]", ANY)

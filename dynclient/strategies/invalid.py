"""Calls and results with one thing wrong, which say what and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hypothesis import event, reject
from hypothesis import strategies as st

from dynclient.errors import UsageError
from dynclient.model import MediaType
from dynclient.plan.call import Call
from dynclient.schema.samples.shapes import copied
from dynclient.strategies.drawing import Path
from dynclient.strategies.faults import Fault, Unbroken, faults
from dynclient.strategies.operations import (
    AnyOperation,
    Way,
    declared,
    drawn_call,
    drawn_way,
    result_source,
)
from dynclient.violations import Violation
from dynclient.wire import media

#: How many faults are tried on one value before it is given up.
TRIES = 8


@dataclass(frozen=True)
class BrokenCall:
    """A call with one thing wrong.

    Attributes:
        call: what to give to the operation.
        kind: of the violation: `missing`, `unknown`, `type`, `pattern`, `unsafe`, …
        path: where, as in `Violation.path`: ("body", "cartItems", 0, "quantity").
        what: what was got and what was wanted, in words.

    """

    call: Call
    kind: str
    path: Path
    what: str


@dataclass(frozen=True)
class BrokenResult:
    """The data of a result with one thing wrong.

    Attributes:
        data: the body.
        kind: of the violation.
        path: where, as in `Violation.path`, so it begins with "body".
        what: what was got and what was wanted, in words.

    """

    data: Any
    kind: str
    path: Path
    what: str


def invalid_calls(operation: AnyOperation) -> st.SearchStrategy[BrokenCall]:
    """Return a strategy of calls that would be in order but for one thing, which `operation.validate` names.

    Args:
        operation: of a `Client` or an `AsyncClient`.

    Raises:
        UsageError: when drawing, that no call was found that could be broken.

    """
    return _invalid_calls(operation)


@st.composite
def _invalid_calls(draw: st.DrawFn, operation: AnyOperation) -> BrokenCall:
    way = drawn_way(draw, operation)
    by_kind = call_faults(way)
    for _ in range(TRIES):
        fault = _drawn(draw, by_kind)
        call = way.draw(draw, [fault.at])
        try:
            broken = drawn_call(
                operation, _put(call, fault.at, fault.broken(draw, _at(call, fault.at)))
            )
        except (Unbroken, LookupError, TypeError):
            continue
        found = _only(operation.validate(broken), fault)
        if found is not None:
            return BrokenCall(broken, found.kind, found.path, found.message)
    event("dynclient: rejected, no fault was found")
    return reject()


@lru_cache(maxsize=1024)
def call_faults(way: Way) -> dict[str, list[Fault]]:
    """Return what can be wrong with a call, by kind."""
    return _grouped(faults(way.source.known, way.source.schema, is_call=True))


def invalid_results(
    operation: AnyOperation, status: int | str | None = None, media_type: str | None = None
) -> st.SearchStrategy[BrokenResult]:
    """Return a strategy of results that would be in order but for one thing, which the client's check names.

    Args:
        operation: of a `Client` or an `AsyncClient`.
        status: as for `results`.
        media_type: as for `results`.

    Raises:
        UsageError: the document declares no such response, or says nothing of its body that could be wrong.

    """
    entry = declared(operation, status, media_type)
    if entry is None or media.is_binary(entry.name) or not _result_faults(operation, entry):
        raise UsageError(
            f"{operation.id}: the document says nothing of this result that could be wrong"
        )
    return _invalid_results(operation, entry)


@st.composite
def _invalid_results(draw: st.DrawFn, operation: AnyOperation, entry: MediaType) -> BrokenResult:
    by_kind, checker = (
        _result_faults(operation, entry),
        result_source(operation, entry, "consumer").checker,
    )
    for _ in range(TRIES):
        fault = _drawn(draw, by_kind)
        data = result_source(operation, entry).draw(draw, [fault.at])
        try:
            broken = _put(data, fault.at, fault.broken(draw, _at(data, fault.at)))
        except (Unbroken, LookupError, TypeError):
            continue
        found = _only([] if checker.accepts(broken) else checker.violations(broken), fault)
        if found is not None:
            return BrokenResult(broken, found.kind, ("body", *found.path), found.message)
    event("dynclient: rejected, no fault was found")
    return reject()


@lru_cache(maxsize=1024)
def _result_faults(operation: AnyOperation, entry: MediaType) -> dict[str, list[Fault]]:
    source = result_source(operation, entry, "consumer")
    return _grouped(faults(source.known, source.schema, is_call=False))


def _grouped(found: Sequence[Fault]) -> dict[str, list[Fault]]:
    by_kind: dict[str, list[Fault]] = {}
    for fault in found:
        by_kind.setdefault(fault.kind, []).append(fault)
    return by_kind


def _drawn(draw: st.DrawFn, by_kind: dict[str, list[Fault]]) -> Fault:
    if not by_kind:
        raise UsageError("nothing can be wrong with this")
    return draw(st.sampled_from(by_kind[draw(st.sampled_from(list(by_kind)))]))


def _only(violations: Sequence[Violation], fault: Fault) -> Violation | None:
    """Return the violation that a fault makes; None where it makes none, or something else is wrong as well."""
    where = fault.where
    if not violations or any(v.path[: len(where)] != where for v in violations):
        return None
    exact = [v for v in violations if v.path == where or (fault.is_deep and len(violations) == 1)]
    return next((v for v in exact if v.kind == fault.kind), next(iter(exact), None))


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return copied(value)


def _put(value: Any, path: Path, new: Any) -> Any:
    """Return a value with another one at a path; what lies beside it is shared."""
    if not path:
        return new
    made: Any = dict(value) if isinstance(value, dict) else list(value)
    made[path[0]] = _put(value[path[0]], path[1:], new)
    return made

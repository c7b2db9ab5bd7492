"""Calls and results with one thing wrong, which say what and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hypothesis import event, reject
from hypothesis import strategies as st

from dynclient.errors import UsageError
from dynclient.generate.merged_schema import copy_json
from dynclient.model import MediaType
from dynclient.plan.call_document import Call
from dynclient.strategies.mutations import Mutation, NotApplicable, find_mutations
from dynclient.strategies.operation_strategies import (
    AnyOperation,
    CallVariant,
    build_drawn_call,
    draw_call_variant,
    find_declared_media_type,
    get_result_source,
)
from dynclient.strategies.value_drawing import ValuePath
from dynclient.violations import Violation
from dynclient.wire import media_types

#: Mutations that are tried before the example is rejected.
MAX_MUTATION_ATTEMPTS = 8


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
    path: ValuePath
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
    path: ValuePath
    what: str


def invalid_calls(operation: AnyOperation) -> st.SearchStrategy[BrokenCall]:
    """Return a strategy of calls with one violation, which `operation.validate` reports.

    Args:
        operation: of a `Client` or an `AsyncClient`.

    Raises:
        UsageError: when drawing, that no call was found that could be broken.

    """
    return _invalid_calls(operation)


@st.composite
def _invalid_calls(draw: st.DrawFn, operation: AnyOperation) -> BrokenCall:
    variant = draw_call_variant(draw, operation)
    by_kind = find_call_mutations(variant)
    for _ in range(MAX_MUTATION_ATTEMPTS):
        mutation = _draw_mutation(draw, by_kind)
        call = variant.draw(draw, [mutation.target_path])
        try:
            mutated = _mutate_at(draw, call, mutation)
            broken = build_drawn_call(operation, mutated)
        except (NotApplicable, LookupError, TypeError):
            continue
        violation = _find_sole_violation(operation.validate(broken), mutation)
        if violation is not None:
            return BrokenCall(broken, violation.kind, violation.path, violation.message)
    event("dynclient: rejected, no fault was found")
    return reject()


def _mutate_at(draw: st.DrawFn, value: Any, mutation: Mutation) -> Any:
    """Return a value with the part changed that a mutation is about."""
    new_part = mutation.mutate(draw, _get_at(value, mutation.target_path))
    return _replace_at(value, mutation.target_path, new_part)


@lru_cache(maxsize=1024)
def find_call_mutations(variant: CallVariant) -> dict[str, list[Mutation]]:
    """Return what can be wrong with a call, by kind."""
    return _group_by_kind(
        find_mutations(variant.source.schema_cache, variant.source.schema, is_call=True)
    )


def invalid_results(
    operation: AnyOperation, status: int | str | None = None, media_type: str | None = None
) -> st.SearchStrategy[BrokenResult]:
    """Return a strategy of results with one violation, which the client reports.

    Args:
        operation: of a `Client` or an `AsyncClient`.
        status: as for `results`.
        media_type: as for `results`.

    Raises:
        UsageError: the document declares no such response, or no rule for its body.

    """
    entry = find_declared_media_type(operation, status, media_type)
    if (
        entry is None
        or media_types.find_body_kind(entry) == "octets"
        or not _find_result_mutations(operation, entry)
    ):
        raise UsageError(
            f"{operation.id}: the document says nothing of this result that could be wrong"
        )
    return _invalid_results(operation, entry)


@st.composite
def _invalid_results(draw: st.DrawFn, operation: AnyOperation, entry: MediaType) -> BrokenResult:
    by_kind = _find_result_mutations(operation, entry)
    checker = get_result_source(operation, entry, "consumer").checker
    for _ in range(MAX_MUTATION_ATTEMPTS):
        mutation = _draw_mutation(draw, by_kind)
        data = get_result_source(operation, entry).draw(draw, [mutation.target_path])
        try:
            broken = _mutate_at(draw, data, mutation)
        except (NotApplicable, LookupError, TypeError):
            continue
        if checker.accepts(broken):
            continue
        violation = _find_sole_violation(checker.find_violations(broken), mutation)
        if violation is not None:
            path = ("body", *violation.path)
            return BrokenResult(broken, violation.kind, path, violation.message)
    event("dynclient: rejected, no fault was found")
    return reject()


@lru_cache(maxsize=1024)
def _find_result_mutations(operation: AnyOperation, entry: MediaType) -> dict[str, list[Mutation]]:
    source = get_result_source(operation, entry, "consumer")
    return _group_by_kind(find_mutations(source.schema_cache, source.schema, is_call=False))


def _group_by_kind(mutations: Sequence[Mutation]) -> dict[str, list[Mutation]]:
    by_kind: dict[str, list[Mutation]] = {}
    for mutation in mutations:
        by_kind.setdefault(mutation.violation_kind, []).append(mutation)
    return by_kind


def _draw_mutation(draw: st.DrawFn, by_kind: dict[str, list[Mutation]]) -> Mutation:
    if not by_kind:
        raise UsageError("nothing can be wrong with this")
    kind = draw(st.sampled_from(list(by_kind)))
    return draw(st.sampled_from(by_kind[kind]))


def _find_sole_violation(violations: Sequence[Violation], mutation: Mutation) -> Violation | None:
    """Return the violation that a mutation causes, if it causes no other one."""
    expected = mutation.violation_path
    if any(violation.path[: len(expected)] != expected for violation in violations):
        return None
    may_be_deeper = mutation.is_deep and len(violations) == 1
    candidates = [v for v in violations if may_be_deeper or v.path == expected]
    for violation in candidates:
        if violation.kind == mutation.violation_kind:
            return violation
    return candidates[0] if candidates else None


def _get_at(value: Any, path: ValuePath) -> Any:
    for part in path:
        value = value[part]
    return copy_json(value)


def _replace_at(value: Any, path: ValuePath, new: Any) -> Any:
    """Return a value with another one at a path; the other members are shared."""
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replace_at(value[path[0]], path[1:], new)
    return copy

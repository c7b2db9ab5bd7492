"""Idempotency keys: the header by which a server knows a request that is sent again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from dynclient import model
from dynclient.plan.call_document import Call
from dynclient.plan.checked_call import CheckedCall
from dynclient.plan.plan import Plan
from dynclient.schema.engines.engine import compile_check
from dynclient.violations import Violation
from dynclient.wire.message import Headers, Request

#: Source: draft-ietf-httpapi-idempotency-key-header; both spellings are in use.
_HEADER_NAMES = frozenset({"idempotency-key", "x-idempotency-key"})


def find_idempotency_header(operation: model.Operation) -> str:
    """Return the name of the header that an operation declares for idempotency keys, else ""."""
    for parameter in operation.parameters:
        if parameter.location == "header" and parameter.name.lower() in _HEADER_NAMES:
            return parameter.name
    return ""


class IdempotencyKeys:
    """Gives each call of an operation a key of its own, unless the caller gave one.

    Args:
        plan: of the operation.
        name: of its header.

    """

    def __init__(self, plan: Plan, name: str) -> None:
        self._name = name
        self._build_key = _choose_key_builder(plan, name)

    def select_unfilled(self, violations: Sequence[Violation]) -> list[Violation]:
        """Return violations without that of a missing key, which is filled in."""
        if self._build_key is None:
            return list(violations)
        place = ("header", self._name)
        return [each for each in violations if (each.kind, each.path) != ("missing", place)]

    def complete_call(self, call: CheckedCall) -> CheckedCall:
        """Return a call that lacks nothing but its key with one."""
        if self._build_key is None:
            return call
        header = {**call.document.get("header", {}), self._name: self._build_key()}
        return call._replace(document=Call({**call.document, "header": header}), violations=[])

    def complete_request(self, request: Request) -> Request:
        """Return a request with a key; the same where it has one."""
        if self._build_key is None or self._name in request.headers:
            return request
        fields = (*request.headers.pairs(), (self._name, self._build_key()))
        return dataclasses.replace(request, headers=Headers(fields, request.headers.secret_names))


def _choose_key_builder(plan: Plan, name: str) -> Callable[[], str] | None:
    """Return what builds a key that fits the schema of the header; None where none does."""
    call_schema = plan.get_call_schema()
    schema = call_schema["properties"]["header"]["properties"][name]
    definitions = {"$defs": call_schema.get("$defs", {})}
    is_key = compile_check({**definitions, "allOf": [schema]})
    return next((build for build in (_build_uuid, _build_hex) if is_key(build())), None)


def _build_uuid() -> str:
    import uuid  # Few operations declare such a header.

    return str(uuid.uuid4())


def _build_hex() -> str:
    return _build_uuid().replace("-", "")

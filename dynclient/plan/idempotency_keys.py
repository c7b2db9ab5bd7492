"""Idempotency keys: the header by which a server knows a request that is sent again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from dynclient.model import Operation
from dynclient.plan.call_document import Call
from dynclient.plan.checked_call import CheckedCall
from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import compile_check
from dynclient.violations import Violation
from dynclient.wire.message import Headers, Request

#: Source: draft-ietf-httpapi-idempotency-key-header; both spellings are in use.
_HEADER_NAMES = frozenset({"idempotency-key", "x-idempotency-key"})

#: A key as it may be.
_SAMPLE = "0f9e5a3c-7b1d-4c2e-9a68-d3b4f5c60718"


def find_idempotency_header(operation: Operation) -> str:
    """Return the name of the header that an operation declares for idempotency keys, else ""."""
    for parameter in operation.parameters:
        if parameter.location == "header" and parameter.name.lower() in _HEADER_NAMES:
            return parameter.name
    return ""


class IdempotencyKeys:
    """Gives each call of an operation a key of its own, unless the caller gave one.

    Args:
        name: of the header of an operation.
        call_schema: of the operation.

    """

    def __init__(self, name: str, call_schema: Schema) -> None:
        self._name = name
        self._write_key = _choose_key_form(call_schema, name)

    @property
    def filled_place(self) -> tuple[str, str] | None:
        """The place in a call that is filled in; None where no key of ours fits the schema."""
        return None if self._write_key is None else ("header", self._name)

    def select_unfilled(self, violations: Sequence[Violation]) -> list[Violation]:
        """Return violations without that of a missing key, which is filled in."""
        filled = ("missing", self.filled_place)
        return [each for each in violations if (each.kind, each.path) != filled]

    def complete_call(self, call: CheckedCall) -> CheckedCall:
        """Return a call that lacks nothing but its key with one."""
        if self._write_key is None:
            return call
        return call._replace(document=self.add_key(call.document), violations=[])

    def add_key(self, call: Call, seed: str = "") -> Call:
        """Return a call with a key; the same where it has one.

        Args:
            call: the call document.
            seed: gives the same key each time; "" for a key that nobody else has.

        """
        header = call.get("header", {})
        if self._write_key is None or self._name in header:
            return call
        return Call({**call, "header": {**header, self._name: self._build_key(seed)}})

    def has_key(self, call: Call) -> bool:
        """Tell whether a call has a key."""
        return self._name in call.get("header", {})

    def _build_key(self, seed: str = "") -> str:
        import uuid  # Few operations declare such a header.

        key = uuid.uuid5(uuid.NAMESPACE_OID, seed) if seed else uuid.uuid4()
        return str(key) if self._write_key is None else self._write_key(str(key))

    def complete_request(self, request: Request) -> Request:
        """Return a request with a key; the same where it has one."""
        if self._write_key is None or self._name in request.headers:
            return request
        fields = (*request.headers.pairs(), (self._name, self._build_key()))
        return dataclasses.replace(request, headers=Headers(fields, request.headers.secret_names))


def _choose_key_form(call_schema: Schema, name: str) -> Callable[[str], str] | None:
    """Return how a UUID is written so that it fits the header; None where none fits."""
    schema = call_schema["properties"]["header"]["properties"][name]
    definitions = {"$defs": call_schema.get("$defs", {})}
    is_key = compile_check({**definitions, "allOf": [schema]})
    return next((write for write in (str, _drop_hyphens) if is_key(write(_SAMPLE))), None)


def _drop_hyphens(key: str) -> str:
    return key.replace("-", "")

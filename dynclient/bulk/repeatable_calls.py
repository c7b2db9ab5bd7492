"""Which calls may be sent twice: by their method, or by a key by which the server knows them."""

from __future__ import annotations

from dynclient.client.callable_operations import Operation
from dynclient.plan.call_document import Call
from dynclient.transport.policy import IDEMPOTENT_METHODS


def add_idempotency_key(operation: Operation, call: Call, seed: str = "") -> Call:
    """Return a call with an idempotency key, where the operation takes one and the call has none.

    Args:
        operation: whose call it is.
        call: the call.
        seed: gives the same key each time; "" for a new one.

    """
    keys = operation.idempotency_keys
    return call if keys is None else keys.add_key(call, seed)


def can_send_twice(operation: Operation, call: Call) -> bool:
    """Tell whether a call does no harm when it is carried out again."""
    keys = operation.idempotency_keys
    has_key = keys is not None and keys.has_key(call)
    return has_key or operation.method in IDEMPOTENT_METHODS

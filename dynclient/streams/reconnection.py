"""Whether, when and how a broken event stream is opened again: pure decisions.

Source: WHATWG HTML §9.2.3 (Last-Event-ID), §9.2.6 (retry).
"""

from __future__ import annotations

from dataclasses import replace

from dynclient.transport.policy import SAFE_METHODS
from dynclient.wire.message import Headers, Request, is_valid_header

DEFAULT_DELAY_S = 1.0
MAX_DELAY_S = 60.0

_LAST_EVENT_ID = "Last-Event-ID"


def can_reconnect(request: Request, last_event_id: str) -> bool:
    """Tell whether a stream may be opened again: its request is safe, its last id can be sent."""
    return request.method in SAFE_METHODS and is_valid_header(_LAST_EVENT_ID, last_event_id)


def choose_reconnect_delay(attempt: int, retry_ms: int | None) -> float:
    """Return after how many seconds a stream is opened again.

    Args:
        attempt: how many times it was tried without a new event, this one included.
        retry_ms: what the server asks for; None: it did not say.

    """
    first_s = DEFAULT_DELAY_S if retry_ms is None else retry_ms / 1000
    return min(first_s * float(2 ** min(attempt - 1, 10)), MAX_DELAY_S)


def build_reconnect_request(request: Request, last_event_id: str) -> Request:
    """Return the request that goes on after the last event; from the start where it had no id."""
    if not last_event_id:
        return request
    kept = [pair for pair in request.headers.pairs() if pair[0].lower() != _LAST_EVENT_ID.lower()]
    headers = Headers([*kept, (_LAST_EVENT_ID, last_event_id)], request.headers.secret_names)
    return replace(request, headers=headers)

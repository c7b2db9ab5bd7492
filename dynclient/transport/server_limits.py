"""What a response says of when the next request may come: Retry-After."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def read_retry_after(headers: Mapping[str, str], now_s: float) -> float | None:
    """Return how many seconds the server asks to wait; None where it does not say.

    A date is compared with our clock and with the Date of the response; the longer wait counts.

    Args:
        headers: of the response.
        now_s: the date now, in seconds since 1970.

    Source: RFC 9110 §10.2.3.

    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    target_s = _read_date(text)
    if target_s is None:
        return None
    date_s = _read_date(headers.get("date", ""))
    start_s = now_s if date_s is None else min(now_s, date_s)
    return max(0.0, target_s - start_s)


def _read_date(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return None  # no date, or one beyond what the machine can count

"""When a server lets the next request come, as its responses say it.

Source: RFC 9110 §10.2.3 (Retry-After); draft-ietf-httpapi-ratelimit-headers, its early versions
(`RateLimit-Remaining`), version 7 (`RateLimit: remaining=0, reset=9`) and later ones
(`RateLimit: "default";r=0;t=9`); and the fields `X-RateLimit-…` of many APIs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_POLICY_MEMBER = re.compile(r"\b(remaining|r|reset|t)\s*=\s*([0-9]+)", re.ASCII)
_MEMBER_NAMES = {"r": "remaining", "t": "reset"}

#: Pairs of fields; the second one says when the quota is full again.
_FIELD_PAIRS = (
    ("ratelimit-remaining", "ratelimit-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset-after"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
)

#: A number from here on is a date: seconds, or milliseconds, since 1970.
_FIRST_DATE_S = 1e9
_FIRST_DATE_MS = 1e12

_TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503


def read_retry_after(headers: Mapping[str, str], now_s: float) -> float | None:
    """Return how many seconds the server asks to wait; None where it does not say.

    A date is compared with our clock and with the Date of the response; the longer wait counts.

    Args:
        headers: of the response.
        now_s: the date now, in seconds since 1970.

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


def read_retry_wait(status: int, headers: Mapping[str, str], now_s: float) -> float | None:
    """Return how many seconds there must be before a call is tried again; None: no matter.

    Args:
        status: of the response.
        headers: of the response.
        now_s: the date now, in seconds since 1970.

    """
    retry_after_s = read_retry_after(headers, now_s)
    if retry_after_s is None and status == _TOO_MANY_REQUESTS:
        return _read_reset(headers, now_s)
    return retry_after_s


def read_pause(status: int, headers: Mapping[str, str], now_s: float) -> float | None:
    """Return how many seconds the server wants no request at all; None where it takes more.

    Args:
        status: of the response.
        headers: of the response.
        now_s: the date now, in seconds since 1970.

    """
    if status in (_TOO_MANY_REQUESTS, _UNAVAILABLE):
        return read_retry_wait(status, headers, now_s)
    return _read_reset(headers, now_s)


def _read_reset(headers: Mapping[str, str], now_s: float) -> float | None:
    """Return in how many seconds a quota that is used up is full again; None where one is left."""
    text = headers.get("ratelimit", "")
    # Version 7 has one policy, whose members are separated by commas.
    policies = [text] if "remaining" in text else text.split(",")
    waits = [reset_s for policy in policies for reset_s in _read_policy(policy)]
    for remaining_name, reset_name in _FIELD_PAIRS:
        remaining = headers.get(remaining_name, "").strip()
        is_used_up = bool(_SECONDS.fullmatch(remaining)) and float(remaining) <= 0
        reset_s = _parse_reset(headers.get(reset_name, ""), now_s) if is_used_up else None
        if reset_s is not None:
            waits.append(reset_s)
    return max(waits, default=None)


def _read_policy(text: str) -> list[float]:
    """Return the reset of a policy whose quota is used up; [] where it is not."""
    members = {
        _MEMBER_NAMES.get(match[1], match[1]): float(match[2])
        for match in _POLICY_MEMBER.finditer(text)
    }
    is_used_up = members.get("remaining") == 0 and "reset" in members
    return [members["reset"]] if is_used_up else []


def _parse_reset(text: str, now_s: float) -> float | None:
    text = text.strip()
    date_s = _read_date(text)
    if _SECONDS.fullmatch(text):
        number = float(text)
        if number < _FIRST_DATE_S:
            return number
        date_s = number / 1000 if number >= _FIRST_DATE_MS else number
    return None if date_s is None else max(0.0, date_s - now_s)


def _read_date(text: str) -> float | None:
    if not text:
        return None
    import email.utils  # It takes 10 ms, which few calls need.

    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return None  # no date, or one beyond what the machine can count

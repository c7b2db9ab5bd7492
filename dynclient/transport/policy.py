"""Policies as pure decisions: follow this redirect? try again, and when?"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from urllib.parse import quote, urljoin

from dynclient.transport.authorization import AuthorizedRequest
from dynclient.wire.message import Response
from dynclient.wire.servers import get_origin

MAX_REDIRECTS = 5
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})

#: Source: RFC 9110 §9.2.1; OAS 3.2.0 Path Item Object, query.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "QUERY", "TRACE"})

#: Source: RFC 9110 §9.2.2.
IDEMPOTENT_METHODS = SAFE_METHODS | {"PUT", "DELETE"}
TRANSIENT_STATUSES = frozenset({429, 502, 503, 504})
MAX_DELAY_S = 60.0

_CONTENT_HEADERS = ("content-type", "content-length")
_ASCII = "".join(map(chr, range(128)))


def find_redirect_target(
    sent: AuthorizedRequest, response: Response, follow: bool | None
) -> str | None:
    """Return the URL that a redirect leads to, or None where it is not followed.

    Args:
        sent: what was sent.
        response: what came.
        follow: None: GET and HEAD only; True: every method, as browsers do; False: never.

    """
    location = response.headers.get("location", "")
    if response.status not in REDIRECT_STATUSES or not location or follow is False:
        return None
    if follow is None and sent.method not in ("GET", "HEAD"):
        return None
    try:
        return urljoin(sent.url, _escape_location(location)).partition("#")[0]
    except ValueError:  # brackets that are no IPv6 address
        return location


def _escape_location(location: str) -> str:
    """Return a Location with its other bytes escaped: they came as latin-1, whatever they mean."""
    if location.isascii():
        return location
    return quote(location, safe=_ASCII, encoding="latin-1", errors="replace")


def build_redirect(sent: AuthorizedRequest, status: int, url: str) -> AuthorizedRequest:
    """Return the request that a redirect asks for.

    Only harmless headers go along to another origin. Source: RFC 9110 §15.4.
    """
    is_see_other = status == 303  # noqa: PLR2004 (RFC 9110 §15.4)
    is_moved_post = status in (301, 302) and sent.method == "POST"
    method, body = sent.method, sent.body
    if (is_see_other or is_moved_post) and method != "HEAD":
        method, body = "GET", None
    is_cross_origin = sent.is_cross_origin or get_origin(url) != get_origin(sent.url)
    headers = sent.select_public_headers() if is_cross_origin else sent.headers
    if body is None:
        headers = tuple(
            (name, value) for name, value in headers if name.lower() not in _CONTENT_HEADERS
        )
    return AuthorizedRequest(
        method=method,
        url=url,
        headers=headers,
        body=body,
        secret_headers=sent.secret_headers,
        digest=None if is_cross_origin else sent.digest,
        is_cross_origin=is_cross_origin,
    )


def choose_retry_delay(
    attempt: int, retries: int, method: str, status: int | None, headers: Mapping[str, str]
) -> float | None:
    """Return after how many seconds to try again, or None: give up.

    Args:
        attempt: how many tries there were, first is 1.
        retries: how many more than the first are allowed.
        method: of the request.
        status: of the response; None where no connection could be made, so that nothing was sent.
        headers: of the response, for its Retry-After.

    """
    if attempt > retries:
        return None
    if status is not None and status not in TRANSIENT_STATUSES:
        return None
    was_not_processed = status in (None, 429)
    if method not in IDEMPOTENT_METHODS and not was_not_processed:
        return None
    delay_s = _parse_retry_after(headers.get("retry-after", ""))
    if delay_s is None:
        delay_s = 0.5 * 2 ** (attempt - 1)
    return min(delay_s, MAX_DELAY_S)


def _parse_retry_after(text: str) -> float | None:
    if text.isdecimal():
        return float(text)
    try:
        time_s = email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return None  # no date, or one beyond what the machine can count
    return max(0.0, time_s - time.time())

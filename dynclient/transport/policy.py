"""Which requests may be repeated, and which redirects are followed, as pure decisions."""

from __future__ import annotations

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
    if response.status not in REDIRECT_STATUSES or follow is False:
        return None
    location = response.headers.get("location", "")
    if not location or (follow is None and sent.method not in ("GET", "HEAD")):
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

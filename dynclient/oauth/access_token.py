"""An access token, and the answers of a token endpoint."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dynclient.errors import TokenUnavailable
from dynclient.masking import MASK
from dynclient.violations import shorten
from dynclient.wire.message import Response

#: A token is renewed this long before it expires, or a tenth of its lifetime, if that is less.
MAX_LEEWAY_S = 60.0
_LEEWAY_PART = 0.1

#: A longer lifetime says nothing more.
_MAX_LIFETIME_S = 10 * 365 * 86400.0

MAX_DESCRIPTION_CHARS = 200

#: Source: RFC 6749 §A.12, without the space, which would end it.
_SENDABLE_TOKEN = re.compile(r"[!-~]{1,100000}")

_FIRST_FAILURE = 400


@dataclass(frozen=True, repr=False)
class AccessToken:
    """A token as a token endpoint gave it.

    Attributes:
        text: what is sent as `Bearer`.
        renew_at: from when on it is no longer used, in seconds since 1970; None: until it is
            refused.
        refresh_token: gets another token; "" where there is none.

    """

    text: str
    renew_at: float | None = None
    refresh_token: str = ""

    def is_fresh(self, now: float) -> bool:
        """Tell whether it can be sent at a time, in seconds since 1970."""
        return self.renew_at is None or now < self.renew_at

    def __repr__(self) -> str:
        return f"<AccessToken until {self.renew_at or 'it is refused'}>"


class TokenEndpoint:
    """Reads the answers of an endpoint; no error tells a secret of its request.

    Args:
        scheme: the security scheme that a token is for.
        url: of the endpoint.
        secrets: what the request holds: an answer may repeat it.

    """

    def __init__(self, scheme: str, url: str, secrets: Iterable[str] = ()) -> None:
        self._scheme = scheme
        self._url = url
        self._secrets = [secret for secret in secrets if secret]

    def read_token(self, response: Response, now: float, refresh_token: str = "") -> AccessToken:
        """Return the token of an answer.

        Args:
            response: the answer.
            now: seconds since 1970.
            refresh_token: stays where the answer gives no other.

        Raises:
            TokenUnavailable: the answer is a refusal, or holds no bearer token.

        Source: RFC 6749 §5.1.

        """
        data = self.read_object(response)
        text = data.get("access_token")
        if not isinstance(text, str) or not _SENDABLE_TOKEN.fullmatch(text):
            raise self.build_error(response, "holds no access token that can be sent")
        kind = data.get("token_type", "Bearer")
        if not isinstance(kind, str) or kind.lower() != "bearer":
            raise self.build_error(response, f"is a token of type {self._mask(kind)}, not Bearer")
        renewed = data.get("refresh_token")
        return AccessToken(
            text,
            _compute_renewal(data.get("expires_in"), now),
            renewed if isinstance(renewed, str) and renewed else refresh_token,
        )

    def read_object(self, response: Response) -> Mapping[str, Any]:
        """Return the JSON object of an answer.

        Raises:
            TokenUnavailable: it is a refusal, or no JSON object.

        """
        try:
            data = json.loads(response.body)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise self.build_error(response, "is no JSON object")
        reason = data.get("error")
        if response.status >= _FIRST_FAILURE or reason:
            raise self._build_refusal(response, reason, data.get("error_description"))
        return data

    def _build_refusal(
        self, response: Response, reason: object, description: object
    ) -> TokenUnavailable:
        code = self._mask(reason) if isinstance(reason, str) and reason else ""
        text = "is a refusal" + (f": {code}" if code else "")
        if isinstance(description, str) and description:
            text += f": {self._mask(description)}"
        return self.build_error(response, text, code)

    def build_error(self, response: Response, text: str, reason: str = "") -> TokenUnavailable:
        """Return the error for an answer that gives no token."""
        return TokenUnavailable(
            f"no token for {self._scheme!r}: the {response.status} answer of {self._url} {text};"
            " the call was not sent",
            hint=_HINTS.get(reason),
            reason=reason,
            scheme=self._scheme,
        )

    def _mask(self, value: object) -> str:
        text = str(value)
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return shorten(text, MAX_DESCRIPTION_CHARS)


#: What to do about an error code of a token endpoint. Source: RFC 6749 §5.2; RFC 8628 §3.5.
_HINTS = {
    "invalid_client": "are client_id= and client_secret= right? auth_method= says how they go",
    "invalid_grant": "log in again, or give another refresh token",
    "invalid_scope": "give the scopes that the client may ask for: scopes=",
    "unauthorized_client": "the authorization server does not allow this client this grant",
    "unsupported_grant_type": "the authorization server does not know this grant",
    "access_denied": "the login was refused",
    "expired_token": "nobody logged in in time; try again",
}


def _compute_renewal(lifetime: object, now: float) -> float | None:
    """Return from when on a token is renewed; None where its lifetime is unknown."""
    if isinstance(lifetime, str) and lifetime.strip().isdecimal():
        lifetime = float(lifetime[:20])
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float):
        return None
    seconds = min(max(float(min(lifetime, _MAX_LIFETIME_S)), 0.0), _MAX_LIFETIME_S)
    if math.isnan(seconds):
        return None
    return now + seconds - min(MAX_LEEWAY_S, seconds * _LEEWAY_PART)

"""The preferences of a request: `Prefer: code=409`, `example=name`, `dynamic=true`.

Source: RFC 7240, Prefer Header for HTTP.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dynclient.wire.message import Headers

_STATUS = re.compile(r"[1-5][0-9][0-9]")
MAX_PREFERENCES = 32


@dataclass(frozen=True)
class Preferences:
    """The response that a request prefers; a preference that the document lacks is ignored.

    Attributes:
        code: the status to answer.
        example: the name of the example to answer.
        is_dynamic: whether to send a new sample each time.

    """

    code: int | None = None
    example: str = ""
    is_dynamic: bool = False

    @classmethod
    def parse(cls, headers: Headers) -> Preferences | None:
        """Return the preferences of a request; None where a sandbox knows none of them."""
        fields = headers.all("prefer")
        if not fields:
            return None
        values = {}
        for part in re.split("[,;]", ",".join(fields))[:MAX_PREFERENCES]:
            name, _, value = part.partition("=")
            values[name.strip().lower()] = value.strip().strip('"')
        code = values.get("code", "")
        preferences = cls(
            code=int(code) if _STATUS.fullmatch(code) else None,
            example=values.get("example", ""),
            is_dynamic=values.get("dynamic", "false").lower() in ("true", "1", ""),
        )
        return None if preferences == cls() else preferences

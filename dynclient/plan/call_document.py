"""The call document as a value."""

from __future__ import annotations

from typing import Any


class Call(dict[str, Any]):
    """A call as one JSON document.

    Its keys are `path`, `query`, `header`, `cookie`, `body` and `media_type`; each may be absent.
    `querystring` takes the place of `query` where the whole query is one value.

    Wherever an operation takes arguments it takes a single Call instead; no name can clash in it.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Call({', '.join(f'{key}={value!r}' for key, value in self.items())})"


#: The keys that a Call may have.
CALL_KEYS = ("path", "query", "header", "cookie", "body", "media_type", "querystring")

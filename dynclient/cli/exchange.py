"""What went out and what came back, for `--verbose`, on standard error; no secret is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from dynclient.plan.results import Result
    from dynclient.wire.message import Request


def sent(request: Request) -> None:
    """Tell a request that is about to be sent: its line, its headers, its size, and which credentials it asks for."""
    from dynclient.cli.render import clean, note
    from dynclient.wire.message import is_secret
    from dynclient.wire.security import written

    note(clean(f"> {request.method} {_without_secrets(request.url)}"))
    for name, value in request.headers.pairs():
        note(clean(f"> {name}: {'…' if is_secret(name) else value}"))
    if request.security:
        note(clean(f"> (credentials: {written(request.security)})"))
    note(f"> ({_size(request)})")


def _without_secrets(url: str) -> str:
    """Return a URL in which what a query parameter that may be a secret holds is left out."""
    from dynclient.wire.message import is_secret

    path, mark, query = url.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    shown = (
        f"{name}{sign}{'…' if sign and is_secret(unquote(name)) else value}"
        for name, sign, value in pairs
    )
    return path + mark + "&".join(shown)


def _size(request: Request) -> str:
    if request.body is None:
        return "no body"
    length = len(request.body) if isinstance(request.body, bytes) else request.body.length
    return "a body of unknown length" if length is None else f"{length:,} bytes"


def came(result: Result) -> None:
    """Tell what came back: status and headers, the size of the body, and how long it took."""
    from dynclient.cli.render import head, note

    for line in head(result):
        note(f"< {line}")
    note(f"< ({len(body(result)):,} bytes in {result.elapsed * 1000:.0f} ms)")


def body(result: Result) -> bytes:
    """Return the body of a result as it came, its content coding undone; from a sandbox as it would have come."""
    from dynclient.wire import media

    raw = getattr(result.http, "content", None)
    if isinstance(raw, bytes):
        return raw
    data = result.data
    if isinstance(data, bytes):
        return data
    if isinstance(data, str) and not media.is_json(result.media_type):
        return data.encode(
            media.charset(result.headers.get("content-type", "")) or "utf-8", "surrogateescape"
        )
    return b"" if data is None and not result.media_type else media.encode_json(data)

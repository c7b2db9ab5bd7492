"""What went out and what came back, for `--verbose`, on standard error; no secret is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynclient.plan.results import Result
    from dynclient.wire.message import Request


def print_request(request: Request) -> None:
    """Print a request before it is sent: line, headers, size, and the credentials it needs."""
    from dynclient.cli.terminal_output import print_note
    from dynclient.masking import MASK, mask_url
    from dynclient.wire.security import format_formula

    url = mask_url(request.url, request.secret_names.query)
    print_note(f"> {request.method} {url}")
    for name, value in request.headers.pairs():
        shown_value = MASK if request.secret_names.has_header(name) else value
        print_note(f"> {name}: {shown_value}")
    if request.security:
        print_note(f"> (credentials: {format_formula(request.security)})")
    print_note(f"> ({_format_size(request)})")


def _format_size(request: Request) -> str:
    if request.body is None:
        return "no body"
    length = len(request.body) if isinstance(request.body, bytes) else request.body.length
    return "a body of unknown length" if length is None else f"{length:,} bytes"


def print_response(result: Result) -> None:
    """Print a response: its status and headers, the size of its body, the time that it took."""
    from dynclient.cli.terminal_output import format_head, print_note

    for line in format_head(result):
        print_note(f"< {line}")
    print_note(f"< ({len(get_body_bytes(result)):,} bytes in {result.elapsed * 1000:.0f} ms)")


def get_body_bytes(result: Result) -> bytes:
    """Return the body of a result as it came, without its content coding."""
    from dynclient.wire import media

    raw = getattr(result.http, "content", None)
    if isinstance(raw, bytes):
        return raw
    data = result.data
    if isinstance(data, bytes):
        return data
    if isinstance(data, str) and not media.is_json(result.media_type):
        content_type = result.headers.get("content-type", "")
        return data.encode(media.find_charset(content_type) or "utf-8", "surrogateescape")
    if data is None and not result.media_type:
        return b""
    return media.encode_json(data)

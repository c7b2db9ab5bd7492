"""What went out and what came back, for `--verbose`, on standard error; no secret is in it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynclient.masking import SecretNames
    from dynclient.plan.exchange_secrets import ExchangeSecrets
    from dynclient.plan.results import Result
    from dynclient.wire.message import Request

#: Of a longer body the beginning is shown.
MAX_BODY_CHARS = 20_000


def print_request(request: Request) -> None:
    """Print a request before it is sent: line, headers, the credentials it needs, and its body."""
    from dynclient.cli.terminal_output import print_note
    from dynclient.masking import MASK
    from dynclient.wire.security import format_formula

    url = request.secret_names.mask_url(request.url)
    print_note(f"> {request.method} {url}")
    for name, value in request.headers.pairs():
        shown_value = MASK if request.secret_names.has_header(name) else value
        print_note(f"> {name}: {shown_value}")
    if request.security:
        print_note(f"> (credentials: {format_formula(request.security)})")
    if isinstance(request.body, bytes):
        content_type = request.headers.get("content-type", "")
        _print_body("> ", request.body, content_type, request.secret_names)
    print_note(f"> ({_format_size(request)})")


def _format_size(request: Request) -> str:
    if request.body is None:
        return "no body"
    length = len(request.body) if isinstance(request.body, bytes) else request.body.length
    return "a body of unknown length" if length is None else f"{length:,} bytes"


def print_response(result: Result, secrets: ExchangeSecrets) -> None:
    """Print a response: its status and headers, its body, its size, and the time that it took.

    The body is left out where it follows on the same terminal, as the output.

    Args:
        result: of the response.
        secrets: what is a secret in it.

    """
    from dynclient.cli.terminal_output import format_head, is_terminal, print_note

    for line in format_head(result, secrets):
        print_note(f"< {line}")
    body = get_body_bytes(result)
    is_repeated = is_terminal() and sys.stderr.isatty()
    if not is_repeated:
        content_type = result.headers.get("content-type", result.media_type)
        _print_body("< ", body, content_type, secrets.names)
    print_note(f"< ({len(body):,} bytes in {result.elapsed * 1000:.0f} ms)")


def _print_body(mark: str, body: bytes, content_type: str, secret_names: SecretNames) -> None:
    """Print a body that is text behind an empty line, its secrets masked."""
    from dynclient.cli.terminal_output import print_note
    from dynclient.wire.curl_command import mask_body

    try:
        text = body.decode()
    except UnicodeDecodeError:
        return
    if not text or "\0" in text:
        return
    shown = mask_body(text, content_type, secret_names)
    print_note(mark.rstrip())
    for line in shown[:MAX_BODY_CHARS].splitlines():
        print_note(mark + line)
    if len(shown) > MAX_BODY_CHARS:
        print_note(f"{mark}… and {len(shown) - MAX_BODY_CHARS:,} more characters")


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

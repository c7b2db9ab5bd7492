"""Talking to a sandbox without a client: what a stranger would send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dynclient import Sandbox
from dynclient.wire.message import Headers, Request, Response

TALON_ONE = Path(__file__).parents[2] / "spec" / "talon-one" / "integration.yaml"


def ask(
    sandbox: Sandbox,
    method: str,
    url: str,
    json_body: Any = None,
    body: bytes | None = None,
    **headers: str,
) -> Response:
    """Return a sandbox' response; `json_body` is sent as JSON, header names have `_` for `-`."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if json_body is not None:
        body = json.dumps(json_body).encode()
        fields.setdefault("Content-Type", "application/json")
    return sandbox.handle(Request(method, url, Headers(fields), body))


def data(response: Response) -> Any:
    """Return the JSON of a response."""
    return json.loads(response.body)


def unexplained(sandbox: Sandbox) -> list[Any]:
    """Return the disagreements with openapi-core that no known fault explains."""
    return [d for d in sandbox.disagreements if d.reason is None]

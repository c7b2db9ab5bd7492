"""What to do instead: for arguments that other clients have, and for values of the wrong kind."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from dynclient.names import to_snake_case
from dynclient.violations import shorten

_BODY_HINT = "give the body as body=…, or its properties by keyword"
_CREDENTIALS_HINT = 'credentials are given to the client: Client(…, credentials={"…": "…"})'
_SERVER_HINT = "the server is an option: client.with_options(server=…)"
_CONNECTION_HINT = "connections are set up by an HTTP client of yours: Client(…, transport=…)"

#: An argument of requests, httpx or a generated SDK → what dynclient has for it.
_FOREIGN_ARGUMENTS: dict[str, str] = {
    "accept": "it is an option: client.with_options(accept=…)",
    "allow_redirects": "it is an option: client.with_options(follow_redirects=…)",
    "api_key": _CREDENTIALS_HINT,
    "auth": _CREDENTIALS_HINT,
    "base_url": _SERVER_HINT,
    "bearer_token": _CREDENTIALS_HINT,
    "cert": _CONNECTION_HINT,
    "content_type": "it is an option: client.with_options(media_type=…)",
    "cookies": "give each cookie by its name, or cookie={…}",
    "credentials": _CREDENTIALS_HINT,
    "data": _BODY_HINT,
    "files": _BODY_HINT,
    "follow_redirects": "it is an option: client.with_options(follow_redirects=…)",
    "headers": "header parameters have their names; others: client.with_options(headers=…)",
    "host": _SERVER_HINT,
    "json": _BODY_HINT,
    "max_retries": "it is an option: client.with_options(retries=…)",
    "media_type": "it is an option: client.with_options(media_type=…)",
    "params": "give each query parameter by its name, or query={…}",
    "payload": _BODY_HINT,
    "proxies": _CONNECTION_HINT,
    "proxy": _CONNECTION_HINT,
    "request_timeout": "it is an option: client.with_options(timeout=…)",
    "retries": "it is an option: client.with_options(retries=…)",
    "server": _SERVER_HINT,
    "server_variables": "it is an option: client.with_options(server_variables=…)",
    "timeout": "it is an option: client.with_options(timeout=…)",
    "token": _CREDENTIALS_HINT,
    "validate_requests": "it is an option: client.with_options(validate_requests=…)",
    "validate_responses": "it is an option: client.with_options(validate_responses=…)",
    "verify": _CONNECTION_HINT,
}


def explain_foreign_argument(name: str) -> str | None:
    """Return what dynclient has in place of an argument that other clients take, None for others.

    Args:
        name: as the caller wrote it; generated SDKs put an underscore before it.

    """
    return _FOREIGN_ARGUMENTS.get(name.lstrip("_"))


def explain_nested_argument(name: str, arguments: Container[str]) -> str | None:
    """Return how to give a member of an argument that was written as one name with a dot.

    Args:
        name: as the caller wrote it, such as `customerSession.profileId`.
        arguments: the names of the operation's arguments.

    """
    parts = name.split(".")
    first = next((n for n in (parts[0], to_snake_case(parts[0])) if n in arguments), None)
    if len(parts) == 1 or first is None:
        return None
    start = "".join(f'{{"{shorten(part)}": ' for part in parts[1:])
    return f"give {to_snake_case(first)}={start}…{'}' * (len(parts) - 1)}"


def explain_json_text(value: Any) -> str | None:
    """Return what to give in place of a text that is JSON, where an object or array is wanted."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    is_object = text.startswith("{") and text.endswith("}")
    is_array = text.startswith("[") and text.endswith("]")
    if not is_object and not is_array:
        return None
    kind = "dict" if is_object else "list"
    return f"give a {kind}; json.loads(…) makes one of JSON text"

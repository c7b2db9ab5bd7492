"""`schemes`, `host` and `basePath` of Swagger 2.0 become servers.

Source: Swagger 2.0 Swagger Object, host, basePath, schemes.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from dynclient.document.references import Node
from dynclient.document.translated_node import build_list, build_object, build_value

#: The schemes of 2.0; a client calls by the first two.
SCHEMES = ("http", "https", "ws", "wss")
_CALLABLE_SCHEMES = ("http", "https")

#: What no host has: another part of a URL, or what ends it.
_NO_HOST = re.compile(r"[/\\?#@\s\x00-\x1f\x7f]")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)


def translate_servers(root: Node, schemes: Node) -> Node | None:
    """Return the list of Server Objects of a document or operation, None where nothing names one.

    What is absent is that of the URL from which the document came.

    Args:
        root: the root of the document.
        schemes: the list of schemes, of the document or of an operation.

    """
    urls = _list_urls(root, schemes)
    servers = [build_object(root, {"url": build_value(source, url)}) for source, url in urls]
    return build_list(root, servers) if servers else None


def _list_urls(root: Node, schemes: Node) -> list[tuple[Node, str]]:
    """Return the URLs of the servers, each with the field that it is written in."""
    written_scheme, host = split_host(root.get_child("host").value)
    path = _read_base_path(root)
    names = list_schemes(schemes)
    if not any((host, path, names)):
        return []
    source = root.get_child("host" if host else "basePath")
    own_scheme, own_authority = _read_origin(root)
    authority = host or own_authority
    if not authority:  # Relative to the document, wherever it is.
        return [(source, path or "/")]
    default_scheme = written_scheme or own_scheme or "https"
    return [(source, f"{scheme}://{authority}{path}") for scheme in names or [default_scheme]]


def list_schemes(schemes: Node) -> list[str]:
    """Return the schemes of a list; those that no client calls by only where there is no other."""
    value = schemes.value if isinstance(schemes.value, list) else [schemes.value]
    names = [text.lower() for text in value if isinstance(text, str)]
    known = [name for name in dict.fromkeys(names) if name in SCHEMES]
    return [name for name in known if name in _CALLABLE_SCHEMES] or known


def split_host(host: object) -> tuple[str, str]:
    """Return the scheme that some documents write before the host, and the host; "" for neither."""
    if not isinstance(host, str):
        return "", ""
    url = _URL.fullmatch(host.strip())
    scheme, name = (url[1].lower(), url[2]) if url else ("", host.strip())
    return scheme if scheme in SCHEMES else "", name.rstrip("/")


def is_host(name: str) -> bool:
    """Tell whether a text is a host and possibly a port, and no other part of a URL."""
    return bool(name) and _NO_HOST.search(name) is None


def _read_base_path(root: Node) -> str:
    """Return the base path with a slash before it and none behind it, "" for the root."""
    path = root.get_text("basePath").strip().strip("/")
    return f"/{path}" if path else ""


def _read_origin(root: Node) -> tuple[str, str]:
    """Return scheme and host of the URL that the document came from; "" for other sources."""
    try:
        parts = urlsplit(root.files.root)
    except ValueError:
        return "", ""
    if parts.scheme not in _CALLABLE_SCHEMES:
        return "", ""
    return parts.scheme, parts.netloc.rpartition("@")[2]

"""URIs of documents: their schemes, and the paths that `file:` URIs name."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit


def get_scheme(uri: str) -> str:
    """Return the scheme of a URI in lower case, "" where it has none or is no URI at all."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", uri)
    return match[1].lower() if match else ""


def is_remote(uri: str) -> bool:
    """Tell whether a URI is read over the net."""
    return get_scheme(uri) in ("http", "https")


def is_on_other_machine(uri: str) -> bool:
    """Tell whether a `file:` URI names a host other than this machine. Source: RFC 8089 §2."""
    try:
        return urlsplit(uri).netloc.lower() not in ("", "localhost")
    except ValueError:  # The text in the position of the host is no host.
        return True


def to_uri(source: str | Path) -> str:
    """Return the URI of a path or URL."""
    if isinstance(source, str) and get_scheme(source) in ("http", "https", "file", "memory"):
        return source
    return Path(source).absolute().as_uri()


def to_path(uri: str) -> Path:
    """Return the path of a file: URI."""
    return Path(_to_native_path(unquote(_get_path(uri))))


def _get_path(uri: str) -> str:
    try:
        return urlsplit(uri).path
    except ValueError:  # The text in the position of the host is no host.
        return uri[len("file://") :]


def _to_native_path(path: str) -> str:
    if os.name == "nt":
        from urllib.request import url2pathname  # The import takes 14 ms.

        return url2pathname(path)
    return path


def join_uri(base: str, reference: str) -> str:
    """Return the URI that a reference means. Source: RFC 3986 §5.2."""
    if reference.startswith("#"):
        return base.partition("#")[0] + reference
    try:
        return urljoin(base, reference)
    except ValueError:  # The text in the position of the host is no host.
        return reference


def split_fragment(uri: str) -> tuple[str, str]:
    """Return a URI without its fragment, and the fragment."""
    before, _, fragment = uri.partition("#")
    return before, fragment


def normalize_uri(uri: str) -> str:
    """Return the one URI of a file, however it is spelt: `{id}.yaml` is `%7Bid%7D.yaml`.

    A URI of another scheme stays as it is, and so does that of a file on another machine.

    Source: RFC 3986 §6.2.2.2.
    """
    if get_scheme(uri) != "file" or is_on_other_machine(uri):
        return uri
    path = to_path(uri)
    if "%" in uri and not os.path.lexists(path):
        # Some tools write the percent signs of a file's own name as they are.
        literal_path = Path(_to_native_path(_get_path(uri)))
        path = literal_path if os.path.lexists(literal_path) else path
    return path.as_uri() if path.is_absolute() else uri

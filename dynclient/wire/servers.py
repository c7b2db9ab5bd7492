"""The server that a call goes to: the user's, else the document's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from dynclient.errors import UsageError
from dynclient.masking import mask_url
from dynclient.model import TEMPLATE_VARIABLE, Scalar, Server, ServerVariable, write_scalar
from dynclient.names import suggest
from dynclient.violations import shorten_repr

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SERVER_HINT = 'give one: server="https://…"'


def resolve_base_url(
    servers: Sequence[Server], document_uri: str, given: str | None, variables: Mapping[str, Scalar]
) -> str:
    """Return the URL that path templates are appended to, without a slash at its end.

    Args:
        servers: of the operation, path or document; the first counts.
        document_uri: what relative server URLs are relative to.
        given: the caller's own server, which wins; its template variables are filled too.
        variables: values of template variables; the document's defaults fill the rest.

    Raises:
        UsageError: there is no server, it is relative to nothing, or a variable has no value or not
            one of its enum.

    """
    declared = servers[0] if servers else Server("/")
    server = Server(given) if given else declared
    if variables:
        _check_variable_names(server.url, variables)
    url = _fill_template(server.url, dict(declared.variables), variables)
    is_absolute = _SCHEME.match(url) is not None
    if not given and not is_absolute and is_sendable_url(document_uri):
        url = urljoin(_drop_user(document_uri), url)
    if not is_sendable_url(url):
        reason = _explain_missing_server(servers, given)
        raise UsageError(f"no server to call: {reason}", hint=_SERVER_HINT)
    if "@" in urlsplit(url).netloc:
        text = "a server URL must not hold a user or password"
        raise UsageError(text, hint="give them as credentials=")
    return url.partition("#")[0].partition("?")[0].rstrip("/")


def _check_variable_names(template: str, variables: Mapping[str, Scalar]) -> None:
    """Raise where a variable was misspelt; any other unknown one may be of another server."""
    known = TEMPLATE_VARIABLE.findall(template)
    unfilled = [name for name in known if name not in variables]
    for name in variables:
        meant = suggest(name, unfilled, 1) if unfilled and name not in known else []
        if meant:
            text = f"the server {template} has no variable {shorten_repr(name)}"
            raise UsageError(text, hint=f"did you mean {meant[0]}?")


def _drop_user(url: str) -> str:
    """Return a URL without user information: that of the document is not for its server."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _explain_missing_server(servers: Sequence[Server], given: str | None) -> str:
    if given:
        return f"{mask_url(given)!r} is no http(s) URL"
    if not servers:
        return "the document names no server"
    url = mask_url(servers[0].url)
    if _SCHEME.match(servers[0].url):
        return f"the document's server {url!r} is no http(s) URL"
    return f"the document's server {url!r} is relative, and the document came from no URL"


def is_sendable_url(url: str) -> bool:
    """Tell whether a request can be sent to a URL: http or https, a host, no control character."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return usable and not re.search(r"[\s\x00-\x1f\x7f\\]", url)


def _fill_template(
    template: str, declared: Mapping[str, ServerVariable], variables: Mapping[str, Scalar]
) -> str:
    def get_value(match: re.Match[str]) -> str:
        name = match[1]
        default, allowed = declared.get(name, (None, ()))
        value = write_scalar(variables[name]) if name in variables else default
        if value is None:
            hint = f'give server_variables={{"{name}": "…"}}'
            raise UsageError(f"the server {template} has no value for {{{name}}}", hint=hint)
        if allowed and value not in allowed:
            hint = f"one of {', '.join(text or repr(text) for text in allowed)}"
            raise UsageError(f"the server variable {name!r} cannot be {value!r}", hint=hint)
        return value

    return TEMPLATE_VARIABLE.sub(get_value, template)


def get_origin(url: str) -> str:
    """Return scheme, host and port of a URL, the default port spelled out. Source: RFC 6454 §4."""
    end = url.find("/", url.find("//") + 2)
    return _parse_origin(url if end < 0 else url[:end])


@lru_cache(maxsize=256)
def _parse_origin(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"

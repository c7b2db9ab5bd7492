"""What travels: headers, a request as a pure value without secrets, a response as it came."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from dynclient.model import Formula, Requirement


class Headers(Mapping[str, str]):
    """Header fields in their order; names without regard to case, repeated ones kept.

    Args:
        items: (name, value) pairs, or a mapping.

    """

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[tuple[str, str]] | Mapping[str, str] = ()) -> None:
        pairs = items.items() if isinstance(items, Mapping) else items
        self._items = tuple((str(name), str(value)) for name, value in pairs)

    def __getitem__(self, name: str) -> str:
        """Return the value; several of one name joined by a comma. Source: RFC 9110 §5.3."""
        found = self.all(name)
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def all(self, name: str) -> list[str]:
        """Return each value of a name, [] where there is none."""
        wanted = name.lower()
        return [value for key, value in self._items if key.lower() == wanted]

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return all fields as they stand."""
        return self._items

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._items))

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self._items})

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Headers):
            return _folded(self._items) == _folded(other._items)
        if isinstance(other, Mapping):
            return _folded(self._items) == _folded(other.items())
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(_folded(self._items)))

    def __repr__(self) -> str:
        return f"Headers({[(n, '…' if is_secret(n) else v) for n, v in self._items]!r})"


def _folded(items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in items)


_SECRET = re.compile(r"(?i)authorization|cookie|api[-_]?key|token|secret|password|signature|session")


def is_secret(name: str) -> bool:
    """Tell whether a header of this name is likely to carry a secret; its value is never printed."""
    return bool(_SECRET.search(name))


@dataclass(frozen=True)
class Request:
    """A request as a pure value: it can be looked at, compared, pickled, kept, printed as curl, and then sent.

    It never holds a credential of the client: `security` names what it needs, and the transport puts it on.

    Attributes:
        method: upper case.
        url: absolute, fully encoded.
        headers: as they are sent, without credentials and without what the transport adds (Host, Content-Length).
        body: the bytes, or None where there is no body.
        security: OR of AND of what the operation asks for.
        operation_id: whose request it is.

    """

    method: str
    url: str
    headers: Headers
    body: bytes | None = None
    security: Formula = ()
    operation_id: str = field(default="", compare=False)

    def curl(self) -> str:
        """Return the request as a curl command for a POSIX shell.

        A credential appears as `$DYNCLIENT_CREDENTIAL_<SCHEME>`, to be set in the environment.
        """
        url, lines = self.url, []
        for requirement in next(iter(self.security), ()):
            line, parameter = _placeholder(requirement)
            lines += [line] if line else []
            if parameter:
                url += ("&" if "?" in url else "?") + parameter
        lines += [f"-H {shlex.quote(f'{name}: {_masked(name, value)}')}" for name, value in self.headers.pairs()]
        if self.body is not None:
            lines.append(_data(self.body))
        target = shlex.quote(url) if "$" not in url else f'"{url}"'
        method = "--head" if self.method == "HEAD" else f"-X {self.method}"
        return " \\\n  ".join([f"curl --globoff --path-as-is {method} {target}", *lines])

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.url}>"


def environment_name(scheme: str) -> str:
    """Return the environment variable that holds the credential of a security scheme."""
    return "DYNCLIENT_CREDENTIAL_" + re.sub(r"[^A-Za-z0-9]+", "_", scheme).upper()


def _placeholder(requirement: Requirement) -> tuple[str, str]:
    """Return (curl option, query parameter) that stand for a credential."""
    scheme = requirement.scheme
    variable = f"${environment_name(scheme.key)}"
    if scheme.type == "apiKey" and scheme.location == "query":
        return "", f"{quote(scheme.name, safe='')}={variable}"
    if scheme.type == "apiKey" and scheme.location == "cookie":
        return f'-b "{scheme.name}={variable}"', ""
    if scheme.type == "apiKey":
        return f'-H "{scheme.name}: {variable}"', ""
    if scheme.type == "http" and scheme.scheme in ("basic", "digest"):
        return ("--digest " if scheme.scheme == "digest" else "") + f'-u "{variable}"', ""
    if scheme.type in ("http", "oauth2", "openIdConnect"):
        return f'-H "Authorization: Bearer {variable}"', ""
    return "", ""


def _masked(name: str, value: str) -> str:
    return "…" if is_secret(name) else value


def _data(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"--data-binary @FILE  # {len(body):,} bytes"
    return f"--data-raw {shlex.quote(text)}" if text.isprintable() else f"--data-binary $'{_escaped(text)}'"


def _escaped(text: str) -> str:
    return "".join(
        c if c.isprintable() and c not in "'\\" else "".join(f"\\x{b:02x}" for b in c.encode()) for c in text
    )


@dataclass(frozen=True)
class Response:
    """A response as it came.

    Attributes:
        status: the status code.
        headers: as they came.
        body: the bytes, content coding undone.
        elapsed: seconds from sending to the end of the body.
        http: the HTTP library's own response; None from a sandbox.

    """

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    elapsed: float = field(default=0.0, compare=False)
    http: Any = field(default=None, compare=False, repr=False)

    @property
    def media_type(self) -> str:
        """The media type without parameters, lower case; "" where the response names none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

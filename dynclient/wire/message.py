"""What travels: headers, a request as a pure value without secrets, a response as it came."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from dynclient.masking import MASK, SecretNames, is_secret_header_name, mask_url
from dynclient.model import RequiredScheme, SecurityFormula
from dynclient.wire.binary_values import StreamedBody


class Headers(Mapping[str, str]):
    """Header fields in their order; names without regard to case, repeated ones kept.

    Args:
        items: (name, value) pairs, or a mapping.
        secret_names: lower-case names whose values are not printed, whatever they look like.

    """

    __slots__ = ("_folded", "_items", "secret_names")

    def __init__(
        self,
        items: Iterable[tuple[str, str]] | Mapping[str, str] = (),
        secret_names: frozenset[str] = frozenset(),
    ) -> None:
        self.secret_names = secret_names
        pairs = items.items() if isinstance(items, Mapping) else items
        self._items = tuple(pairs)
        self._folded: dict[str, list[str]] = {}
        for name, value in self._items:
            self._folded.setdefault(name.lower(), []).append(value)

    def __getitem__(self, name: str) -> str:
        """Return the value; several of one name joined by a comma. Source: RFC 9110 §5.3."""
        return ", ".join(self._folded[name.lower()])

    def all(self, name: str) -> list[str]:
        """Return each value of a name, [] where there is none."""
        return list(self._folded.get(name.lower(), ()))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._folded

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return all fields as they stand."""
        return self._items

    def __iter__(self) -> Iterator[str]:
        first = {name.lower(): name for name, _ in reversed(self._items)}
        return iter([first[folded] for folded in self._folded])

    def __len__(self) -> int:
        return len(self._folded)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mapping):
            theirs = other if isinstance(other, Headers) else Headers(other)
            return self._folded == theirs._folded
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(sorted((name, *values) for name, values in self._folded.items())))

    def __reduce__(self) -> tuple[Any, ...]:
        return Headers, (self._items, self.secret_names)

    def __repr__(self) -> str:
        shown = [(name, MASK if self.has_secret(name) else value) for name, value in self._items]
        return f"Headers({shown!r})"

    def has_secret(self, name: str) -> bool:
        """Tell whether the field of this name carries a secret."""
        return name.lower() in self.secret_names or is_secret_header_name(name)


_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def is_valid_header(name: str, value: str) -> bool:
    """Tell whether a header of this name and value can be sent. Source: RFC 9110 §5.1, §5.5."""
    return bool(_TOKEN.fullmatch(name)) and not _CONTROL.search(value)


#: Stands for a body that no command line can hold.
_UNSHOWN_BODY = "--data-binary @BODY"


@dataclass(frozen=True)
class Request:
    """A request as a pure value.

    It can be inspected, compared, pickled, kept, printed as curl, and then sent.

    It never holds a credential of the client: `security` names what it needs, and the transport
    puts it on.

    Attributes:
        method: upper case.
        url: absolute, fully encoded.
        headers: as they are sent, without credentials and without what the transport adds (Host,
            Content-Length).
        body: the bytes, or a Body that is read while it is sent; None where there is none.
        security: OR of AND of what the operation asks for.
        operation_id: whose request it is: the operationId, or `METHOD /path` where that is not
            unique.
        secret_names: what the document marks as secret among its fields.

    """

    method: str
    url: str
    headers: Headers
    body: bytes | StreamedBody | None = None
    security: SecurityFormula = ()
    operation_id: str = field(default="", compare=False)
    secret_names: SecretNames = field(default=SecretNames(), compare=False)

    def curl(self) -> str:
        """Return the request as a curl command for a POSIX shell.

        A credential appears as `$DYNCLIENT_CREDENTIAL_<SCHEME>`, to be set in the environment.
        """
        target = shlex.quote(self.url)
        options = []
        requirements = self.security[0] if self.security else ()
        for requirement in requirements:
            option, parameter = _write_credential_placeholder(requirement)
            if option:
                options.append(option)
            if parameter:
                target += shlex.quote("&" if "?" in self.url else "?") + parameter
        for name, value in self.headers.pairs():
            options.append(f"-H {shlex.quote(_write_curl_header(name, value))}")
        if self.body is not None:
            options.append(_write_curl_body(self.body))
        method = "--head" if self.method == "HEAD" else f"-X {shlex.quote(self.method)}"
        command = f"curl --globoff --path-as-is {method} {target}"
        return " \\\n  ".join([command, *options])

    def __repr__(self) -> str:
        return f"<Request {self.method} {mask_url(self.url, self.secret_names.query)}>"


def build_credential_variable(scheme: str) -> str:
    """Return the environment variable that holds the credential of a security scheme."""
    return "DYNCLIENT_CREDENTIAL_" + re.sub(r"[^A-Za-z0-9]+", "_", scheme).upper()


def _write_credential_placeholder(requirement: RequiredScheme) -> tuple[str, str]:
    """Return (curl option, query parameter) that stand for a credential, quoted for a shell."""
    scheme = requirement.scheme
    variable = f'"${build_credential_variable(scheme.key)}"'
    if scheme.type == "apiKey":
        if scheme.location == "query":
            return "", shlex.quote(quote(scheme.name, safe="") + "=") + variable
        if scheme.location == "cookie":
            return f"-b {shlex.quote(scheme.name + '=')}{variable}", ""
        return f"-H {shlex.quote(scheme.name + ': ')}{variable}", ""
    if scheme.type == "http" and scheme.scheme in ("basic", "digest"):
        option = "-u" if scheme.scheme == "basic" else "--digest -u"
        return f"{option} {variable}", ""
    if scheme.type in ("http", "oauth2", "openIdConnect"):
        return f"-H 'Authorization: Bearer '{variable}", ""
    return "", ""


def _write_curl_header(name: str, value: str) -> str:
    """Return a header as curl takes it; one that ends in a semicolon is sent empty."""
    shown = MASK if is_secret_header_name(name) else value
    return f"{name}: {shown}" if shown else f"{name};"


def _write_curl_body(body: bytes | StreamedBody) -> str:
    """Return the body as a curl option; `--data-raw` never reads a file."""
    if isinstance(body, StreamedBody):
        is_one_file = len(body.pieces) == 1 and isinstance(body.pieces[0], os.PathLike)
        return (
            f"--data-binary {shlex.quote(f'@{body.pieces[0]}')}" if is_one_file else _UNSHOWN_BODY
        )
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _UNSHOWN_BODY
    return _UNSHOWN_BODY if "\0" in text else f"--data-raw {shlex.quote(text)}"


@dataclass(frozen=True)
class Response:
    """A response as it came.

    Attributes:
        status: the status code.
        headers: as they came.
        body: the bytes, content coding undone.
        elapsed: seconds from sending to the end of the body.
        http: the HTTP library's own response; None from a sandbox.
        is_elsewhere: the body went to where the caller wanted it, and `body` is empty.

    """

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    elapsed: float = field(default=0.0, compare=False)
    http: Any = field(default=None, compare=False, repr=False)
    is_in_sink: bool = False

    @property
    def media_type(self) -> str:
        """The media type without parameters, lower case; "" where the response names none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

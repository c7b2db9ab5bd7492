"""What travels: headers, a request as a pure value without secrets, a response as it came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload
from urllib.parse import unquote_plus

from dynclient.display_text import SourceText
from dynclient.errors import Attempt
from dynclient.masking import MASK, SecretNames, is_secret_header_name
from dynclient.model import SecurityFormula
from dynclient.wire.binary_values import StreamedBody

DefaultT = TypeVar("DefaultT")

#: (name, value) pairs in their order.
HeaderFields = tuple[tuple[str, str], ...]


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
        is_mapping = type(items) is not list and isinstance(items, Mapping)
        self._items = tuple(items.items() if is_mapping else items)  # type: ignore[union-attr] # as it is one
        self._folded: dict[str, list[str]] = {}
        for name, value in self._items:
            self._folded.setdefault(name.lower(), []).append(value)

    def __getitem__(self, name: str) -> str:
        """Return the value; several of one name joined by a comma. Source: RFC 9110 §5.3."""
        return ", ".join(self._folded[name.lower()])

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, /, default: str | DefaultT) -> str | DefaultT: ...

    def get(self, name: str, /, default: Any = None) -> Any:
        """Return the value, or a default where there is none."""
        values = self._folded.get(name.lower())
        return default if values is None else ", ".join(values)

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

    def mask(self) -> Headers:
        """Return the same with a mark in place of each value that is a secret."""
        shown = [(name, MASK if self.has_secret(name) else value) for name, value in self._items]
        return Headers(shown, self.secret_names)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a pickle holds: a mark in place of each value that is a secret."""
        return Headers, (self.mask().pairs(), self.secret_names)

    def __copy__(self) -> Headers:
        return self  # it never changes

    def __deepcopy__(self, _memo: object) -> Headers:
        return self

    def find_masked_names(self) -> list[str]:
        """Return the names of the fields whose values a pickle left out."""
        return [name for name, value in self._items if value == MASK]

    def __repr__(self) -> str:
        return f"Headers({list(self.__reduce__()[1][0])!r})"

    def has_secret(self, name: str) -> bool:
        """Tell whether the field of this name carries a secret."""
        return name.lower() in self.secret_names or is_secret_header_name(name)


_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def is_valid_header(name: str, value: str) -> bool:
    """Tell whether a header of this name and value can be sent. Source: RFC 9110 §5.1, §5.5."""
    has_token = _TOKEN.fullmatch(name) is not None
    return has_token and not _CONTROL.search(value) and not has_surrogate(value)


def has_surrogate(text: str) -> bool:
    """Tell whether a text holds half of a surrogate pair, which no encoding can write."""
    return not text.isascii() and re.search("[\ud800-\udfff]", text) is not None


@dataclass(frozen=True, repr=False)
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

        A credential appears as `$DYNCLIENT_CREDENTIAL_<SCHEME>`, another secret as a variable of
        its own name, such as `$X_AUTH_TOKEN`: both are to be set in the environment.
        """
        from dynclient.wire.curl_command import write_curl_command

        return SourceText(write_curl_command(self))

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle holds: no value that the document marks as secret in the URL.

        `Headers` does the same with its own. Such a request cannot be sent any more.
        """
        return {**self.__dict__, "url": _mask_declared(self.url, self.secret_names)}

    def __copy__(self) -> Request:
        return self  # it never changes

    def __deepcopy__(self, _memo: object) -> Request:
        return self

    def find_masked_fields(self) -> list[str]:
        """Return what holds a mark in place of a secret, [] where the request can be sent."""
        masked = [f"the header {name}" for name in self.headers.find_masked_names()]
        path, _, query = self.url.partition("?")
        if MASK in path:  # which is plain ASCII otherwise
            masked.append("the path")
        if MASK in query:
            masked.append("the query")
        return masked

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.secret_names.mask_url(self.url)}>"


def _mask_declared(url: str, secret_names: SecretNames) -> str:
    """Return a URL without values of its path and query that the document marks as secret."""
    path, mark, query = url.partition("?")
    pieces = secret_names.split_path(path)
    declared = {segment.name for segment in secret_names.segments if segment.is_declared}
    path = "".join(MASK if name in declared and text else text for name, text in pieces)
    pairs = []
    for pair in query.split("&"):
        name, sign, _ = pair.partition("=")
        pairs.append(f"{name}{sign}{MASK}" if unquote_plus(name) in secret_names.query else pair)
    return path + mark + "&".join(pairs)


def build_credential_variable(scheme: str) -> str:
    """Return the environment variable that holds the credential of a security scheme."""
    return "DYNCLIENT_CREDENTIAL_" + re.sub(r"[^A-Za-z0-9]+", "_", scheme).upper()


@dataclass(frozen=True)
class Response:
    """A response as it came.

    Attributes:
        status: the status code.
        headers: as they came.
        body: the bytes, content coding undone.
        elapsed: seconds from sending to the end of the body.
        http: the HTTP library's own response; None from a sandbox.
        is_in_sink: the body went to where the caller wanted it, and `body` is empty.
        was_redirected: redirects led to it.
        open_body: the body that is read while it comes; None where it was read. It is a
            `transport.OpenBody`, or the pieces of a sandbox.
        earlier_attempts: the tries at the call before this one, () of most calls.

    """

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    elapsed: float = field(default=0.0, compare=False)
    http: Any = field(default=None, compare=False, repr=False)
    is_in_sink: bool = False
    was_redirected: bool = False
    open_body: Any = field(default=None, compare=False, repr=False)
    earlier_attempts: tuple[Attempt, ...] = field(default=(), compare=False)

    @property
    def media_type(self) -> str:
        """The media type without parameters, lower case; "" where the response names none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

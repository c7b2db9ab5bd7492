"""What counts as a secret by its name, and URLs without their secrets.

Errors, problems, reports, logs, curl lines and reprs all ask here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from types import TracebackType
from typing import NamedTuple
from urllib.parse import unquote_plus

#: Stands in the place of a secret.
MASK = "…"

# The patterns are text: `re` compiles each where it is first needed, and keeps it.

_WORD = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+"

#: A name that holds one of these, its separators left out, names a secret …
_SENSITIVE_TERMS = (
    "password|passwd|passphrase|pwd|secret|token|authorization|credential|signature|jwt|bearer"
    "|(api|access|private|auth|subscription|application|app|functions?|account|client|admin"
    "|master|license|licence|signing|encryption|shared|service|storage|deploy|host)key"
)

#: … unless it tells something about the secret, counts tokens of text, or names a page.
_METADATA_WORDS = (
    "type|ur[il]|endpoint|name|ids?|policy|expir(y|es|ation)|in|at|length|count|hint|required"
    "|enabled|changed|updated|reset|version|status|algorithm|method|scopes?|limit|usage|details"
)
_HARMLESS_COMPANIONS = (
    "page|next|prev(ious)?|continuation|cursor|sync|start|max|min|total|prompt|completion|input"
    "|output|cached|reasoning"
)

_SESSION_TERMS = "session|sess|sid$|csrf|xsrf|cookie|auth|remember"
_HARMLESS_KEYS = "(idempotency|partition|routing|cache|sort|row|public|websocket)key$"
_HEADER_TERMS = "authorization|cookie|auth$|apikey|secret|password|session|key$"

_SECRET_QUERY_NAMES = frozenset({"auth", "key", "pass", "session", "sessionid", "sid", "sig"})

#: Text that is a token by its looks: that of a well-known service, a JSON Web Token, or long and
#: mixed.
_OPAQUE_TEXT = (
    r"(gh[pousr]_|glpat-|xox[a-z]-|sk[-_](live|test|proj)?|eyJ[\w-]{10})[\w.-]{10,}"
    r"|(?=[^\s]*[a-z])(?=[^\s]*[A-Z])(?=[^\s]*[0-9])[\w+/=~-]{24,}"
)

#: Free text is searched for URLs with an authority; punctuation after one is not part of it.
_URL_IN_TEXT = r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>`]*[^\s'\"<>`.,:;!?)]"
_AUTHORITY_START = r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//"
_BEFORE_PATH = rf"{_AUTHORITY_START}[^/]*"


def _remove_separators(name: str) -> str:
    """Return the letters and digits of a name, lower case."""
    return "".join(char for char in name.lower() if char.isalnum())


def is_secret_name(name: str) -> bool:
    """Tell whether a name is that of a secret, as a property, parameter or variable may have it."""
    compact = _remove_separators(name)
    if not re.search(_SENSITIVE_TERMS, compact):
        return False
    words = [word.lower() for word in re.findall(_WORD, name)]
    if words and re.fullmatch(_METADATA_WORDS, words[-1]):
        return False
    is_harmless = any(re.fullmatch(_HARMLESS_COMPANIONS, word) for word in words)
    return "token" not in compact or not is_harmless


def is_secret_header_name(name: str) -> bool:
    """Tell whether a header field of this name is likely to carry a secret."""
    compact = _remove_separators(name)
    if re.search(_HARMLESS_KEYS, compact):
        return False
    return bool(re.search(_HEADER_TERMS, compact)) or is_secret_name(name)


def is_secret_cookie_name(name: str) -> bool:
    """Tell whether a cookie of this name is likely to carry a secret, as one of a session does."""
    compact = _remove_separators(name)
    return bool(re.search(_SESSION_TERMS, compact)) or is_secret_name(name)


def is_secret_query_name(name: str) -> bool:
    """Tell whether a query parameter of this name is likely to carry a secret."""
    return name.lower() in _SECRET_QUERY_NAMES or is_secret_name(name)


def _build_mask(_secret: str) -> str:
    return MASK


class SecretSegment:
    """A segment of a path that holds a secret.

    Args:
        name: of the path variable.
        position: of the segment, 1 for the last one of the path.
        prefix: what stands before the secret in it.
        suffix: what stands behind the secret in it.
        is_declared: whether the document marks it; else it looks like a secret by its name.

    """

    def __init__(
        self, name: str, position: int, prefix: str, suffix: str, *, is_declared: bool
    ) -> None:
        self.name = name
        self.is_declared = is_declared
        self.position = position
        self.prefix = prefix
        self.suffix = suffix

    def split(self, text: str) -> tuple[str, str, str]:
        """Return what stands before the secret in a segment, the secret, and what is behind it."""
        end = len(text)
        begin = len(self.prefix) if text.startswith(self.prefix) else 0
        if self.suffix and text.endswith(self.suffix, begin):
            end -= len(self.suffix)
        return text[:begin], text[begin:end], text[end:]


#: Among the names of properties: any member of a body that is an object.
ANY_MEMBER = "*"

#: A piece of a path: the variable whose secret it is, "" for none, and its text.
PathPiece = tuple[str, str]


class SecretNames(NamedTuple):
    """The names that a document itself marks as secret: credentials, and `format: password`.

    Its methods count what looks like a secret by its name too.

    Attributes:
        headers: lower-case names of header fields.
        query: names of query parameters.
        cookies: names of cookies.
        properties: names of properties, at any depth of a body; "" where a body is a secret itself,
            `ANY_MEMBER` where members of a body are, whatever their names.
        segments: those of the path of an operation that hold a secret.

    """

    headers: frozenset[str] = frozenset()
    query: frozenset[str] = frozenset()
    cookies: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()
    segments: tuple[SecretSegment, ...] = ()

    def join(self, other: SecretNames) -> SecretNames:
        """Return these names and others; a path is one of the others' operation."""
        return SecretNames(
            headers=self.headers | other.headers,
            query=self.query | other.query,
            cookies=self.cookies | other.cookies,
            properties=self.properties | other.properties,
            segments=other.segments,
        )

    def has_header(self, name: str) -> bool:
        """Tell whether a header field of this name carries a secret."""
        return name.lower() in self.headers or is_secret_header_name(name)

    def has_query(self, name: str) -> bool:
        """Tell whether a query parameter of this name carries a secret."""
        return name in self.query or is_secret_query_name(name)

    def has_cookie(self, name: str) -> bool:
        """Tell whether a cookie of this name carries a secret."""
        return name in self.cookies or is_secret_cookie_name(name)

    def has_property(self, name: str) -> bool:
        """Tell whether a property of a body carries a secret."""
        return name in self.properties or is_secret_name(name)

    def has_path_variable(self, name: str) -> bool:
        """Tell whether a variable of the path carries a secret."""
        return any(segment.name == name for segment in self.segments) or is_secret_name(name)

    @property
    def is_body_secret(self) -> bool:
        """Whether a body, or each item of one, is a secret itself."""
        return "" in self.properties

    @property
    def are_members_secret(self) -> bool:
        """Whether the members of a body that is an object are secrets, whatever their names."""
        return ANY_MEMBER in self.properties

    def split_path(self, url: str) -> list[PathPiece]:
        """Return the pieces of a URL's path, and of what stands before it, apart from secrets."""
        if not self.segments:
            return [("", url)]
        if url.endswith("/"):  # Servers add one, and templates are read without.
            return [*self.split_path(url[:-1]), ("", "/")]
        start = re.match(_BEFORE_PATH, url)
        texts = url[start.end() if start else 0 :].split("/")
        pieces: list[PathPiece] = [("", start[0] if start else "")]
        by_position = {segment.position: segment for segment in self.segments}
        for index, text in enumerate(texts):
            segment = by_position.get(len(texts) - index)
            slash = "/" if index else ""
            if segment is None:
                pieces.append(("", slash + text))
            else:
                before, secret, after = segment.split(text)
                pieces += [("", slash + before), (segment.name, secret), ("", after)]
        return pieces

    def mask_url(self, url: str, replace: Callable[[str], str] = _build_mask) -> str:
        """Return a URL of the operation without secrets.

        Args:
            url: the whole URL, or a reference to it.
            replace: encoded secret → what stands in its place.

        """
        if self.segments:
            path = re.split(r"[?#]", url, maxsplit=1)[0]
            pieces = self.split_path(path)
            shown = [replace(text) if name and text else text for name, text in pieces]
            url = "".join(shown) + url[len(path) :]
        return mask_url(url, self.query, replace)


def mask_url(
    url: str,
    secret_names: Collection[str] = (),
    replace: Callable[[str], str] = _build_mask,
) -> str:
    """Return a URL without its user information, and without secrets in its query and fragment.

    Args:
        url: the whole URL, however broken.
        secret_names: query parameters that are secret, whatever their names look like.
        replace: encoded secret → what stands in its place.

    """
    if "@" not in url and "?" not in url and "#" not in url:
        return url
    return _mask_fields(_mask_user(url, replace), secret_names, replace)


def mask_urls(text: str) -> str:
    """Return a text in which each URL is masked as `mask_url` does it."""
    if "://" not in text:
        return text
    return re.sub(_URL_IN_TEXT, lambda match: mask_url(match[0]), text)


def _mask_user(url: str, replace: Callable[[str], str]) -> str:
    start = re.match(_AUTHORITY_START, url)
    begin = start.end() if start else 0
    authority = re.split(r"[/?#\\]", url[begin:], maxsplit=1)[0]
    end = begin + authority.rfind("@")
    if "@" not in authority:
        # A password may hold a slash that nobody escaped: then what should be a port is none.
        _, colon, port = authority.partition(":")
        is_broken = bool(colon) and not port.isdecimal() and authority[:1] not in "[{"
        end = url.rfind("@") if is_broken else -1
    has_password = ":" in url[begin : max(end, begin)]
    if end <= begin or not (start or has_password):
        return url
    return f"{url[:begin]}{replace(url[begin:end])}{url[end:]}"


def _mask_fields(url: str, secret_names: Collection[str], replace: Callable[[str], str]) -> str:
    """Return a URL without secret values among the fields of its query and its fragment."""
    pieces = re.split(r"([?#&;])", url)
    for index in range(2, len(pieces), 2):
        name, sign, value = pieces[index].partition("=")
        plain_name = unquote_plus(name)
        if value and (plain_name in secret_names or _is_secret_field(plain_name, value)):
            pieces[index] = name + sign + replace(value)
    return "".join(pieces)


def _is_secret_field(name: str, value: str) -> bool:
    return is_secret_query_name(name) or bool(re.fullmatch(_OPAQUE_TEXT, unquote_plus(value)))


#: Their frames hold what is sent: credentials in headers, URLs and buffers.
_PRIVATE_PACKAGES = frozenset(
    {"anyio", "asyncio", "contextlib", "dataclasses", "dynclient", "h11", "h2", "hpack", "httpcore"}
    | {"httpcore2", "httpx", "httpx2", "selectors", "socket", "socksio", "ssl", "urllib"}
)
_MAX_CAUSES = 16


def drop_private_frames(error: BaseException) -> None:
    """Take the frames out of an error and its causes whose variables may hold a secret.

    The frames of the caller's own code stay, such as that of a stream that fails while it is sent.
    An interruption or a cancellation may stand anywhere: none of its frames stays.
    """
    is_interruption = not isinstance(error, Exception)
    cause: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if cause is None:
            return
        frames = None if is_interruption else _select_frames(cause.__traceback__)
        cause.__traceback__ = frames
        cause = cause.__cause__ or cause.__context__


def _select_frames(traceback: TracebackType | None) -> TracebackType | None:
    selected = []
    while traceback is not None:
        package = str(traceback.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in _PRIVATE_PACKAGES:
            selected.append(traceback)
        traceback = traceback.tb_next
    rest: TracebackType | None = None
    for kept in reversed(selected):
        rest = TracebackType(rest, kept.tb_frame, kept.tb_lasti, kept.tb_lineno)
    return rest

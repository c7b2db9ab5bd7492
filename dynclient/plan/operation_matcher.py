"""The operation of a request: one tree of all path templates, concrete segments before variables.

Source: OAS 3.1.1 Paths Object, Path Templating Matching.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urljoin, urlsplit

from dynclient.model import TEMPLATE_VARIABLE, Operation, Server
from dynclient.plan.parsed_request import NameValuePairs

#: How many ways to tell variables side by side apart are tried.
MAX_SPLITS = 64

#: What a client leaves as it is in the literal parts of a template.
_SAFE_IN_LITERALS = "/:@!$&'()*+,;=-._~%"


@dataclass(frozen=True)
class OperationMatch:
    """An operation whose path template matches a request.

    Attributes:
        operation: the operation.
        path_values: the values of its path variables, still percent-encoded.
        base_path: the server's path, before the operation's own path.
        path: the operation's own path.

    """

    operation: Operation
    path_values: Mapping[str, str]
    base_path: str
    path: str


@dataclass(frozen=True)
class MatchResult:
    """The operations that a request matches.

    Attributes:
        matches: the best first.
        allowed_methods: where there is none, the methods that the path has operations for.

    """

    matches: tuple[OperationMatch, ...] = ()
    allowed_methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class SegmentTemplate:
    """A path segment as its literals, with a variable between any two: `{a}.{b}`."""

    literals: tuple[str, ...]

    @property
    def literal_length(self) -> int:
        """The number of literal characters: the more, the more specific."""
        return sum(map(len, self.literals))

    def list_matches(self, text: str) -> list[tuple[str, ...]]:
        """Return the values of the variables, as `match` does, and all others that are possible.

        Only variables side by side leave a choice: `{a}{b}`.
        """
        values = self.match(text)
        if values is None or "" not in self.literals[1:-1]:
            return [] if values is None else [values]
        matches = {values: None}
        for number, literal in enumerate(self.literals[1:-1]):
            if literal == "":
                matches |= dict.fromkeys(_list_splits(values, number))
        return list(matches)[:MAX_SPLITS]

    def match(self, text: str) -> tuple[str, ...] | None:
        """Return the values of the variables, each as short as it can be; None without a match."""
        if not text.startswith(self.literals[0]):
            return None
        at, values = len(self.literals[0]), []
        for literal in self.literals[1:-1]:
            end = _find_value_end(text, literal, at)
            if end < 0:
                return None
            values.append(text[at:end])
            at = end + len(literal)
        end = len(text) - len(self.literals[-1])
        if end < at or not text.endswith(self.literals[-1]):
            return None
        return (*values, text[at:end])


def _list_splits(values: tuple[str, ...], number: int) -> Iterator[tuple[str, ...]]:
    """Yield values of which one and the next, which stand side by side, are split otherwise.

    The first one is as long as it can be.
    """
    joined = values[number] + values[number + 1]
    for end in range(min(len(joined), MAX_SPLITS) - 1, 0, -1):
        yield (*values[:number], joined[:end], joined[end:], *values[number + 2 :])


def _find_value_end(text: str, literal: str, at: int) -> int:
    """Return the end of a value that begins at `at`: the next literal.

    The value has one character at least, where that is possible.
    """
    if literal:
        end = text.find(literal, at + 1)
        return end if end >= 0 else text.find(literal, at)
    # Of two variables side by side, the second has label or matrix style and begins with its mark.
    marks = [text.find(mark, at + 1) for mark in ";."]
    return min((mark for mark in marks if mark >= 0), default=len(text))


@dataclass(frozen=True)
class CandidateOperation:
    """An operation at a leaf of the tree, and the query that its path key asks for."""

    operation: Operation
    variable_names: tuple[str, ...]
    query_pairs: tuple[tuple[str, str | None], ...]
    base_paths: frozenset[tuple[str, ...]]

    def matches_query(self, query: NameValuePairs) -> bool:
        """Tell whether the query has the pairs that the path key names (`/items?type=a`)."""
        if not self.query_pairs:
            return True
        decoded = {(unquote(name), unquote(value)) for name, value in query}
        names = {name for name, _ in decoded}
        for name, value in self.query_pairs:
            if name not in names:
                return False
            if value is not None and (name, value) not in decoded:
                return False
        return True


@dataclass
class _TemplateNode:
    literals: dict[str, _TemplateNode] = field(default_factory=dict)
    mixed: dict[SegmentTemplate, _TemplateNode] = field(default_factory=dict)
    variable: _TemplateNode | None = None
    candidates: dict[str, list[CandidateOperation]] = field(default_factory=dict)


class OperationMatcher:
    """Finds the operations of a document by method and path; it keeps nothing of a request.

    Args:
        operations: in document order.
        document_uri: base of relative server URLs, where it is an http(s) URL.

    """

    def __init__(self, operations: Iterable[Operation], document_uri: str) -> None:
        self._root = _TemplateNode()
        #: A sandbox may be mounted at the root: () is a base path of every operation.
        all_bases: set[tuple[str, ...]] = {()}
        bases_by_urls: dict[tuple[str, ...], frozenset[tuple[str, ...]]] = {}
        for operation in operations:
            urls = tuple(get_base_path(server, document_uri) for server in operation.servers)
            if urls not in bases_by_urls:
                bases = frozenset(tuple(path.split("/")[1:]) for path in urls)
                bases_by_urls[urls] = bases
                all_bases |= bases
            self._add(operation, bases_by_urls[urls])
        self._base_paths = sorted(all_bases, key=len, reverse=True)

    def _add(self, operation: Operation, bases: frozenset[tuple[str, ...]]) -> None:
        path, _, query = operation.path.partition("#")[0].partition("?")
        node, names = self._root, []
        for text in path.removeprefix("/").split("/"):
            pieces = TEMPLATE_VARIABLE.split(text)
            names += pieces[1::2]
            node = _get_or_add_child(node, pieces)
        candidate = CandidateOperation(operation, tuple(names), _parse_query_key(query), bases)
        candidates = node.candidates.setdefault(operation.method.upper(), [])
        candidates.append(candidate)
        candidates.sort(key=lambda other: -len(other.query_pairs))

    def find(self, method: str, path: str, query: NameValuePairs) -> MatchResult:
        """Return the operations that a request may be for, and how.

        They are several only where path keys differ in a part that no path has (`/#a` and `/#b`),
        and where variables side by side leave open which has which text.

        Args:
            method: of the request, upper case.
            path: of the request, still percent-encoded.
            query: of the request, still percent-encoded.

        """
        segments = path.split("/")[1:]
        allowed_methods: dict[str, None] = {}
        for base in self._base_paths:
            if not _starts_with(segments, base):
                continue
            for candidates_by_method, all_values in _find_leaves(self._root, segments[len(base) :]):
                available = _select_available(candidates_by_method, base, query)
                if method in available:
                    matches = [
                        _build_match(candidate, values, segments, len(base))
                        for values in all_values
                        for candidate in available[method]
                    ]
                    return MatchResult(tuple(matches))
                allowed_methods |= dict.fromkeys(available)
        return MatchResult((), tuple(allowed_methods))


CandidatesByMethod = dict[str, list[CandidateOperation]]

#: The values of path variables, still percent-encoded.
Values = tuple[str, ...]


def _select_available(
    candidates_by_method: CandidatesByMethod, base: tuple[str, ...], query: NameValuePairs
) -> CandidatesByMethod:
    """Return the operations with a base path that match a query; no method without any."""
    available: CandidatesByMethod = {}
    for method, candidates in candidates_by_method.items():
        selected = [c for c in candidates if _is_available_at(c, base) and c.matches_query(query)]
        if selected:
            available[method] = selected
    return available


def get_base_path(server: Server, document_uri: str) -> str:
    """Return the path of a server's URL, without a slash at its end.

    A variable that is a part of one segment stays. One whose default is empty or has a slash, or
    that begins the URL, is replaced by its default.
    """
    url = _replace_variables(server)
    if url.startswith("//"):
        url = f"http:{url}"
    # `urlsplit` would refuse a variable in the host.
    _, mark, rest = url.partition("://")
    if mark:
        _, slash, after_slash = rest.partition("/")
        path = slash + after_slash
    elif urlsplit(document_uri).scheme in ("http", "https"):
        path = urlsplit(urljoin(document_uri, url)).path
    else:
        path = url
    path = path.partition("?")[0].partition("#")[0].strip("/")
    return f"/{path}" if path else ""


def _replace_variables(server: Server) -> str:
    url = server.url
    for name, (default, _) in server.variables.items():
        is_replaced = default == "" or "/" in (default or "") or url.startswith(f"{{{name}}}")
        if is_replaced:
            url = url.replace(f"{{{name}}}", default or "")
    return url


def _get_or_add_child(node: _TemplateNode, pieces: Sequence[str]) -> _TemplateNode:
    if len(pieces) == 1:
        return node.literals.setdefault(unquote(pieces[0]), _TemplateNode())
    literals = tuple(quote(piece, safe=_SAFE_IN_LITERALS) for piece in pieces[::2])
    if literals == ("", ""):
        node.variable = node.variable or _TemplateNode()
        return node.variable
    child = node.mixed.setdefault(SegmentTemplate(literals), _TemplateNode())
    node.mixed = dict(sorted(node.mixed.items(), key=lambda item: -item[0].literal_length))
    return child


def _parse_query_key(query: str) -> tuple[tuple[str, str | None], ...]:
    pairs: list[tuple[str, str | None]] = []
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        is_variable = "{" in value
        pairs.append((unquote(name), None if is_variable else unquote(value)))
    return tuple(pairs)


def _find_leaves(
    root: _TemplateNode, segments: Sequence[str]
) -> Iterator[tuple[CandidatesByMethod, list[Values]]]:
    """Yield the leaves of a path, literal segments first, and what its variables may have."""
    todo: list[tuple[_TemplateNode, int, list[Values]]] = [(root, 0, [()])]
    while todo:
        node, at, values = todo.pop()
        if at == len(segments):
            if node.candidates:
                yield node.candidates, values
            continue
        text = segments[at]
        if node.variable is not None:
            todo.append((node.variable, at + 1, _add_values(values, [(text,)])))
        for segment, child in reversed(node.mixed.items()):
            own = segment.list_matches(text)
            if own:
                todo.append((child, at + 1, _add_values(values, own)))
        literal = node.literals.get(unquote(text) if "%" in text else text)
        if literal is not None:
            todo.append((literal, at + 1, values))


def _add_values(values: list[Values], own: list[Values]) -> list[Values]:
    """Return what the variables so far may have, with those of one more segment."""
    return [before + after for before in values for after in own][:MAX_SPLITS]


def _starts_with(segments: Sequence[str], base: tuple[str, ...]) -> bool:
    if len(segments) < len(base):
        return False
    return all(map(_matches_segment, base, segments))


def matches_template(template: str, path: str) -> bool:
    """Tell whether a path matches a template; `OperationMatcher` is faster for many templates."""
    wanted, segments = template.partition("?")[0].split("/"), path.split("/")
    return len(wanted) == len(segments) and _starts_with(segments, tuple(wanted))


def _matches_segment(template: str, text: str) -> bool:
    if "{" not in template:
        return template == text
    return SegmentTemplate(tuple(TEMPLATE_VARIABLE.split(template)[::2])).match(text) is not None


def _is_available_at(candidate: CandidateOperation, base: tuple[str, ...]) -> bool:
    return not base or base in candidate.base_paths


def _build_match(
    candidate: CandidateOperation, values: tuple[str, ...], segments: Sequence[str], cut: int
) -> OperationMatch:
    return OperationMatch(
        operation=candidate.operation,
        path_values=dict(zip(candidate.variable_names, values, strict=True)),
        base_path="/".join(["", *segments[:cut]]),
        path="/".join(["", *segments[cut:]]),
    )

"""Which operation a request is for: one tree of all path templates, built once, concrete before templated.

Source: OAS 3.1.1 Paths Object, Path Templating Matching.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urljoin, urlsplit

from dynclient.model import Operation, Server
from dynclient.plan.parsed_request import NameValuePairs

_VARIABLE = re.compile(r"\{([^{}]*)\}")
#: What a client leaves as it is in the literal parts of a template.
_SAFE_IN_LITERALS = "/:@!$&'()*+,;=-._~%"


@dataclass(frozen=True)
class OperationMatch:
    """An operation that a request may be for.

    Attributes:
        operation: the operation.
        values: its path variables, still percent-encoded.
        base: the base path before the operation's own path.
        path: the operation's own path.

    """

    operation: Operation
    path_values: Mapping[str, str]
    base_path: str
    path: str


@dataclass(frozen=True)
class MatchResult:
    """What a path leads to: the operations, best first; where there is none, the methods that would have one."""

    matches: tuple[OperationMatch, ...] = ()
    allowed_methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class SegmentTemplate:
    """A path segment in which literals and variables take turns: `{a}.{b}`, `report({id})`."""

    literals: tuple[str, ...]

    def match(self, text: str) -> tuple[str, ...] | None:
        """Return the values of the variables, None where the text does not fit; each takes as little as it can."""
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


def _find_value_end(text: str, literal: str, at: int) -> int:
    """Return where a value ends that begins at `at`: before the next literal, one character at least if it can be."""
    if literal:
        end = text.find(literal, at + 1)
        return end if end >= 0 else text.find(literal, at)
    # Two variables side by side: the second is in label or matrix style and begins with its own mark.
    marks = [i for i in (text.find(";", at + 1), text.find(".", at + 1)) if i >= 0]
    return min(marks, default=len(text))


@dataclass(frozen=True)
class CandidateOperation:
    """An operation at a leaf of the tree, with what its path key asks of the query."""

    operation: Operation
    variable_names: tuple[str, ...]
    query_pairs: tuple[tuple[str, str | None], ...]
    base_paths: frozenset[tuple[str, ...]]

    def matches_query(self, query: NameValuePairs) -> bool:
        """Tell whether the query has the pairs that the path key names (`/items?type=a`)."""
        if not self.query_pairs:
            return True
        known = {(unquote(name), unquote(value)) for name, value in query}
        names = {name for name, _ in known}
        return all(
            name in names if value is None else (name, value) in known
            for name, value in self.query_pairs
        )


@dataclass
class _TemplateNode:
    literals: dict[str, _TemplateNode] = field(default_factory=dict)
    mixed: dict[SegmentTemplate, _TemplateNode] = field(default_factory=dict)
    variable: _TemplateNode | None = None
    candidates: dict[str, list[CandidateOperation]] = field(default_factory=dict)


class OperationMatcher:
    """The operations of a document by path; it holds no state of any request.

    Args:
        operations: in document order.
        document_uri: what relative server URLs are relative to, where it is an http(s) URL.

    """

    def __init__(self, operations: Iterable[Operation], document_uri: str) -> None:
        self._root = _TemplateNode()
        found: set[tuple[str, ...]] = {()}
        bases_of: dict[tuple[str, ...], frozenset[tuple[str, ...]]] = {}
        for operation in operations:
            urls = tuple(get_base_path(server, document_uri) for server in operation.servers)
            if urls not in bases_of:
                bases_of[urls] = frozenset(tuple(path.split("/")[1:]) for path in urls)
                found |= bases_of[urls]
            self._add(operation, bases_of[urls])
        #: A sandbox may be mounted at the root of its host, whatever the document's servers say: () comes last.
        self._base_paths = sorted(found, key=len, reverse=True)

    def _add(self, operation: Operation, bases: frozenset[tuple[str, ...]]) -> None:
        path, _, query = operation.path.partition("#")[0].partition("?")
        node, names = self._root, []
        for text in path.removeprefix("/").split("/"):
            pieces = _VARIABLE.split(text)
            names += pieces[1::2]
            node = _get_or_add_child(node, pieces)
        candidates = node.candidates.setdefault(operation.method, [])
        candidates.append(
            CandidateOperation(operation, tuple(names), _parse_query_key(query), bases)
        )
        candidates.sort(key=lambda candidate: -len(candidate.query_pairs))

    def find(self, method: str, path: str, query: NameValuePairs) -> MatchResult:
        """Return the operations that a request may be for.

        Several only where path keys differ in what a path cannot tell (`/#a` and `/#b`); best first.
        """
        segments = path.split("/")[1:]
        allow: dict[str, None] = {}
        for base in self._base_paths:
            if not _starts_with(segments, base):
                continue
            for leaf, values in _find_leaves(self._root, segments[len(base) :]):
                fitting = {
                    m: [c for c in found if _is_available_at(c, base) and c.matches_query(query)]
                    for m, found in leaf.items()
                }
                routes = [
                    _build_match(candidate, values, segments, len(base))
                    for candidate in fitting.get(method, ())
                ]
                if routes:
                    return MatchResult(tuple(routes))
                allow.update(dict.fromkeys(m for m, found in fitting.items() if found))
        return MatchResult((), tuple(allow))


def get_base_path(server: Server, document_uri: str) -> str:
    """Return the path of a server's URL, without a slash at its end; a variable stays where it fills a segment's part.

    A variable whose default reaches beyond one segment, and one that begins the URL, is filled with its default.
    """
    url = server.url
    for name, (default, _) in server.variables.items():
        if "/" in default or url.startswith(f"{{{name}}}"):
            url = url.replace(f"{{{name}}}", default)
    # A variable in the host would not be understood as one.
    scheme, mark, rest = url.partition("://") if not url.startswith("//") else ("", "//", url[2:])
    if mark:
        slash = rest.find("/")
        path = rest[slash:] if slash >= 0 else ""
    elif urlsplit(document_uri).scheme in ("http", "https"):
        path = urlsplit(urljoin(document_uri, scheme)).path
    else:
        path = scheme
    path = path.partition("?")[0].partition("#")[0].strip("/")
    return f"/{path}" if path else ""


def _get_or_add_child(node: _TemplateNode, pieces: Sequence[str]) -> _TemplateNode:
    if len(pieces) == 1:
        return node.literals.setdefault(unquote(pieces[0]), _TemplateNode())
    literals = tuple(quote(piece, safe=_SAFE_IN_LITERALS) for piece in pieces[::2])
    if literals == ("", ""):
        node.variable = node.variable or _TemplateNode()
        return node.variable
    child = node.mixed.setdefault(SegmentTemplate(literals), _TemplateNode())
    node.mixed = dict(sorted(node.mixed.items(), key=lambda item: -sum(map(len, item[0].literals))))
    return child


def _parse_query_key(query: str) -> tuple[tuple[str, str | None], ...]:
    parts = (part.partition("=") for part in query.split("&") if part)
    return tuple(
        (unquote(name), None if "{" in value else unquote(value)) for name, _, value in parts
    )


CandidatesByMethod = dict[str, list[CandidateOperation]]


def _find_leaves(
    root: _TemplateNode, segments: Sequence[str]
) -> Iterator[tuple[CandidatesByMethod, tuple[str, ...]]]:
    """Yield the leaves that a path leads to with the values of its variables, literal segments before variables."""
    todo: list[tuple[_TemplateNode, int, tuple[str, ...]]] = [(root, 0, ())]
    while todo:
        node, at, values = todo.pop()
        if at == len(segments):
            if node.candidates:
                yield node.candidates, values
            continue
        text = segments[at]
        if node.variable is not None:
            todo.append((node.variable, at + 1, (*values, text)))
        for segment, child in reversed(node.mixed.items()):
            own = segment.match(text)
            if own is not None:
                todo.append((child, at + 1, values + own))
        literal = node.literals.get(unquote(text) if "%" in text else text)
        if literal is not None:
            todo.append((literal, at + 1, values))


def _starts_with(segments: Sequence[str], base: tuple[str, ...]) -> bool:
    return len(segments) >= len(base) and all(
        _matches_segment(wanted, text) for wanted, text in zip(base, segments, strict=False)
    )


def matches_template(template: str, path: str) -> bool:
    """Tell whether a path could be of a template; for one question only: `Routes` answers many."""
    wanted, segments = template.partition("?")[0].split("/"), path.split("/")
    return len(wanted) == len(segments) and _starts_with(segments, tuple(wanted))


def _matches_segment(template: str, text: str) -> bool:
    if "{" not in template:
        return template == text
    return SegmentTemplate(tuple(_VARIABLE.split(template)[::2])).match(text) is not None


def _is_available_at(candidate: CandidateOperation, base: tuple[str, ...]) -> bool:
    return not base or base in candidate.base_paths


def _build_match(
    candidate: CandidateOperation, values: tuple[str, ...], segments: Sequence[str], cut: int
) -> OperationMatch:
    base, path = (["", *segments[:cut]], ["", *segments[cut:]])
    named = dict(zip(candidate.variable_names, values, strict=True))
    return OperationMatch(candidate.operation, named, "/".join(base), "/".join(path))

"""openapi-core behind three functions: a document, a request and a response, as it wants to see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from dynclient import regex
from dynclient.model import Document, Operation, Server
from dynclient.plan.operation_matcher import OperationMatch, get_base_path
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.violations import shorten
from dynclient.wire import media
from dynclient.wire.message import Response

HOST = "http://sandbox.invalid"

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_UNBOUNDED_QUANTIFIER = re.compile(r"[*+]|\{[0-9]+,\}")
MAX_UNBOUNDED_QUANTIFIERS = 2
#: What stands under these keys is data.
_DATA_KEYWORDS = frozenset({"enum", "const", "default", "example", "examples"})
#: What stands under these keys has names as keys, which may be any.
_MAP_KEYWORDS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas"}) | {
    "responses", "headers", "content", "paths", "callbacks", "encoding", "links"
}  # fmt: skip
MAX_CAUSES = 5
#: In one segment of a path: openapi-core makes each `[^/]*`, and as many of them are tried in turn.
MAX_VARIABLES_PER_SEGMENT = 3


class NotComparable(Exception):
    """openapi-core is not asked about this."""


def build_openapi(document: Document) -> Any:
    """Return a document as openapi-core reads it, unchecked, with the other files of the document.

    A pattern that Python's `re` reads differently, or that could take it too long, is checked by our engine.

    Raises:
        NotComparable: openapi-core cannot be asked about this document.

    """
    from jsonschema_path import SchemaPath
    from openapi_core import Config, OpenAPI

    if any(map(_has_too_many_variables, _find_templates(document))):
        raise NotComparable(
            f"more than {MAX_VARIABLES_PER_SEGMENT} variables in a path segment:"
            " its expression for that may never end"
        )
    files, rewriter = document.files, _PatternRewriter()
    trees = {uri: rewriter.rewrite(file.tree) for uri, file in files.by_uri.items()}
    config = Config(
        spec_validator_cls=cast("Any", None),
        extra_media_type_deserializers=_MediaTypeDecoders(),
        extra_format_validators=rewriter.formats,
    )
    handlers = _FetchHandlers(trees)
    top = SchemaPath.from_dict(trees[files.root], base_uri=files.root, handlers=handlers)
    return OpenAPI(top, config)


def _find_templates(document: Document) -> Iterator[str]:
    for operation in document.operations.values():
        yield operation.path
        for server in operation.servers:
            yield server.url


def _has_too_many_variables(template: str) -> bool:
    segments = template.split("/")
    return any(segment.count("{") > MAX_VARIABLES_PER_SEGMENT for segment in segments)


class _PatternRewriter:
    """Copies a document's tree; a pattern that is not safe becomes a format that our engine checks."""

    def __init__(self) -> None:
        self.formats: dict[str, Callable[[Any], bool]] = {}

    def rewrite(self, value: Any, *, is_map: bool = False) -> Any:
        """Return a copy of a value; the keys of a map are names, not keywords."""
        if isinstance(value, list):
            return [self.rewrite(item) for item in value]
        if not isinstance(value, dict):
            return value
        if is_map:
            return {name: self.rewrite(member) for name, member in value.items()}
        copy = {}
        for key, member in value.items():
            if key in _DATA_KEYWORDS:
                copy[key] = member
            else:
                copy[key] = self.rewrite(member, is_map=key in _MAP_KEYWORDS)
        self._replace_patterns(copy)
        return copy

    def _replace_patterns(self, schema: dict[str, Any]) -> None:
        by_pattern = schema.get("patternProperties")
        if isinstance(by_pattern, dict):
            schema["patternProperties"] = {
                pattern: member
                for pattern, member in by_pattern.items()
                if is_safe_pattern(str(pattern))
            }
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and not is_safe_pattern(pattern):
            del schema["pattern"]
            others = schema.get("allOf")
            format_schema = {"format": self._register_format(pattern)}
            schema["allOf"] = [*(others if isinstance(others, list) else ()), format_schema]

    def _register_format(self, pattern: str) -> str:
        name = f"pattern {pattern}"
        if name not in self.formats:
            self.formats[name] = _compile_pattern_check(pattern)
        return name


def _compile_pattern_check(pattern: str) -> Callable[[Any], bool]:
    try:
        search = regex.compile(pattern).search
    except ValueError:  # no pattern at all: it says nothing
        return lambda _value: True
    return lambda value: not isinstance(value, str) or search(value)


def is_safe_pattern(pattern: str) -> bool:
    """Tell whether Python's `re` reads a pattern as ECMA-262 does, and in time: no groups, few repetitions."""
    few = len(_UNBOUNDED_QUANTIFIER.findall(pattern)) <= MAX_UNBOUNDED_QUANTIFIERS
    return few and not re.search(r"^/|[()|$]|\\[a-zA-Z]|\[\[|\[\^?\]", pattern)


class _FetchHandlers(dict[str, Any]):
    """For every URI scheme the way to fetch a file: it is one of those that are loaded, or refused."""

    def __init__(self, trees: Mapping[str, Any]) -> None:
        super().__init__()
        self._trees = trees

    def __contains__(self, scheme: object) -> bool:
        return True

    def __missing__(self, scheme: str) -> Any:
        return self._get_tree

    def _get_tree(self, uri: str) -> Any:
        if uri not in self._trees:
            raise NotComparable("openapi-core wanted to fetch a file that was not loaded")
        return self._trees[uri]


class _MediaTypeDecoders(dict[str, Any]):
    """For every media type that is JSON or text the way to decode it; openapi-core knows only a few by name."""

    def __contains__(self, media_type: object) -> bool:
        if not isinstance(media_type, str) or media_type.endswith("xml"):
            return False
        return media.is_json(media_type) or media.is_text(media_type)

    def __missing__(self, media_type: str) -> Any:
        return lambda body, **_parameters: media.decode(media_type, body)


@dataclass
class _OpenapiCoreRequest:
    host_url: str
    path: str
    method: str
    parameters: Any
    content_type: str
    body: bytes | None


@dataclass(frozen=True)
class _OpenapiCoreResponse:
    status_code: int
    content_type: str
    headers: Any
    data: bytes | None


def find_request_errors(api: Any, route: OperationMatch, incoming: ParsedRequest) -> list[str]:
    """Return what openapi-core finds wrong with a request, each as `Kind: what: why`."""
    return [
        _describe_error(error) for error in api.iter_request_errors(_build_request(route, incoming))
    ]


def find_response_errors(
    api: Any, route: OperationMatch, incoming: ParsedRequest, response: Response
) -> list[str]:
    """Return what openapi-core finds wrong with a response."""
    from werkzeug.datastructures import Headers

    content_type = response.headers.get("content-type", "")
    seen = _OpenapiCoreResponse(
        response.status, content_type, Headers(response.headers.pairs()), response.body or None
    )
    return [
        _describe_error(error)
        for error in api.iter_response_errors(_build_request(route, incoming), seen)
    ]


def is_status_declared(operation: Operation, status: int) -> bool:
    """Tell whether a document knows a status, so that openapi-core can judge its response."""
    return not {str(status), f"{status // 100}XX", "default"}.isdisjoint(operation.responses)


def _build_request(route: OperationMatch, incoming: ParsedRequest) -> _OpenapiCoreRequest:
    from openapi_core.datatypes import RequestParameters
    from werkzeug.datastructures import Headers, ImmutableMultiDict

    query = ((unquote(name), unquote(value)) for name, value in incoming.query_pairs)
    parameters = RequestParameters(
        ImmutableMultiDict(list(query)),
        Headers(incoming.headers.pairs()),
        ImmutableMultiDict([(name, unquote(value)) for name, value in incoming.cookie_pairs]),
        {name: unquote(value) for name, value in route.path_values.items()},
    )
    host, path = _build_address(route)
    method = incoming.method.lower()
    return _OpenapiCoreRequest(
        host, path, method, parameters, _choose_content_type(route, incoming), incoming.body
    )


def _build_address(route: OperationMatch) -> tuple[str, str]:
    """Return host and path under the document's own first server: any other would be none to openapi-core."""
    path = _VARIABLE.sub(lambda match: route.path_values.get(match[1], ""), route.operation.path)
    server = next(iter(route.operation.servers), Server("/"))
    url = _VARIABLE.sub(
        lambda match: _make_segment_text(server.variables.get(match[1], ("", ()))[0]), server.url
    )
    scheme, mark, rest = url.partition("://")
    if not mark:
        return HOST, get_base_path(server, route.operation.document.uri) + path
    host, slash, base = rest.partition("/")
    return f"{scheme}://{host}", (slash + base).rstrip("/") + path


def _make_segment_text(default: str) -> str:
    """Return a value that openapi-core finds in a server's URL: no slash, and not nothing."""
    return "x" if not default or "/" in default else default


def _choose_content_type(route: OperationMatch, incoming: ParsedRequest) -> str:
    body = route.operation.request_body
    if incoming.content_type or body is None or len(body.content) != 1:
        return incoming.content_type
    return next(iter(body.content))


def _describe_error(error: BaseException) -> str:
    """Return an error in one line: its kind (of security errors their common base), what, and the last cause of it."""
    names = [kind.__name__ for kind in type(error).__mro__]
    kind = "SecurityValidationError" if "SecurityValidationError" in names else names[0]
    causes = list(_walk_causes(error))
    inner = next(
        (found for cause in causes if (found := list(getattr(cause, "schema_errors", None) or ()))),
        None,
    )
    why = (
        "; ".join(map(_describe_keyword, inner))
        if inner
        else f"{type(causes[-1]).__name__}: {causes[-1]}"
    )
    where = (
        f"{error.location} {error.name}"
        if hasattr(error, "location") and hasattr(error, "name")
        else "body"
    )
    return f"{kind}: {where}: {why}"


def _walk_causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    for _ in range(MAX_CAUSES):
        if at is not None:
            yield at
            at = at.__cause__


def _describe_keyword(error: Any) -> str:
    """Return the keyword that refused, where, and what; of alternatives each one's first words too."""
    where = "/".join(map(str, error.absolute_path))
    inner = ", ".join(
        f"{e.validator} at {'/'.join(map(str, e.absolute_path))}" for e in (error.context or ())[:5]
    )
    text = f"{error.validator} at /{where} got {shorten(repr(error.instance), 40)}: {shorten(error.message[-100:])}"
    return f"{text} ({inner})" if inner else text

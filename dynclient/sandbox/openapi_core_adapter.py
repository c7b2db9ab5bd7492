"""openapi-core behind three functions, for a document, a request and a response."""

from __future__ import annotations

import contextlib
import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from dynclient import regex
from dynclient.model import TEMPLATE_VARIABLE, Document, Operation, Server
from dynclient.plan.operation_matcher import OperationMatch, get_base_path
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.violations import shorten
from dynclient.wire import media
from dynclient.wire.message import Response

HOST = "http://sandbox.invalid"

_UNBOUNDED_QUANTIFIER = re.compile(r"[*+]|\{[0-9]+,\}")
MAX_UNBOUNDED_QUANTIFIERS = 2
#: The values of these keys are data, not schemas.
_DATA_KEYWORDS = frozenset({"enum", "const", "default", "example", "examples"})
#: The values of these keys are maps: their keys are names, not keywords.
_MAP_KEYWORDS = frozenset({
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas",
    "responses", "headers", "content", "paths", "callbacks", "encoding", "links",
})  # fmt: skip
MAX_CAUSES = 5
_CHOICES = frozenset({"oneOf", "anyOf", "allOf"})
#: openapi-core writes each variable as `[^/]*`: many of them in a segment take too long.
MAX_VARIABLES_PER_SEGMENT = 3


class NotComparable(Exception):
    """openapi-core cannot be asked about a document."""


#: Whether this thread or task asks openapi-core at the moment.
_is_asking: ContextVar[bool] = ContextVar("is_asking", default=False)


@contextlib.contextmanager
def ask_silently() -> Iterator[None]:
    """Ask openapi-core in this context: its log lines and warnings reach nobody."""
    token = _is_asking.set(True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _is_asking.reset(token)


def _filter_log_lines() -> None:
    """Have the loggers of openapi-core say nothing while we ask it; other users hear it."""
    for name, logger in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] == "openapi_core" and isinstance(logger, logging.Logger):
            logger.addFilter(_is_logged)


def _is_logged(_record: logging.LogRecord) -> bool:
    return not _is_asking.get()


def build_openapi(document: Document) -> Any:
    """Return a document as openapi-core reads it, unchecked, with the other files of the document.

    A pattern that Python's `re` reads differently, or that could take it too long, is checked by
    our engine.

    Raises:
        NotComparable: openapi-core cannot be asked about this document.

    """
    from jsonschema_path import SchemaPath
    from openapi_core import Config, OpenAPI

    if document.version_family == "2.0":
        raise NotComparable("openapi-core reads no requests and responses of Swagger 2.0")
    if any(map(_has_too_many_variables, _find_templates(document))):
        raise NotComparable(
            f"more than {MAX_VARIABLES_PER_SEGMENT} variables in a path segment:"
            " its expression for that may never end"
        )
    files, rewriter = document.files, _PatternRewriter()
    trees = {uri: rewriter.rewrite(file.tree) for uri, file in files.read_all().items()}
    _filter_log_lines()
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
    """Copies a document's tree; an unsafe pattern becomes a format that our engine checks."""

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
    """Tell whether Python's `re` reads a pattern as ECMA-262 does, and quickly.

    Such a pattern has no groups and few repetitions.
    """
    few = len(_UNBOUNDED_QUANTIFIER.findall(pattern)) <= MAX_UNBOUNDED_QUANTIFIERS
    return few and not re.search(r"^/|[()|$]|\\[a-zA-Z]|\[\[|\[\^?\]", pattern)


class _FetchHandlers(dict[str, Any]):
    """For every URI scheme, a function that returns a loaded file and refuses any other."""

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
    """For every media type that is JSON or text, a decoder; openapi-core knows only a few."""

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


def find_request_errors(api: Any, match: OperationMatch, request: ParsedRequest) -> list[str]:
    """Return the errors that openapi-core finds in a request, each as `Kind: place: reason`."""
    errors = api.iter_request_errors(_build_request(match, request))
    return [_describe_error(error) for error in errors]


def find_response_errors(
    api: Any, match: OperationMatch, request: ParsedRequest, response: Response
) -> list[str]:
    """Return the errors that openapi-core finds in a response."""
    from werkzeug.datastructures import Headers

    content_type = response.headers.get("content-type", "")
    openapi_core_response = _OpenapiCoreResponse(
        response.status, content_type, Headers(response.headers.pairs()), response.body or None
    )
    errors = api.iter_response_errors(_build_request(match, request), openapi_core_response)
    return [_describe_error(error) for error in errors]


def is_status_declared(operation: Operation, status: int) -> bool:
    """Tell whether a document declares a status, so that openapi-core can check its response."""
    return operation.find_response(status) is not None


def _build_request(match: OperationMatch, request: ParsedRequest) -> _OpenapiCoreRequest:
    from openapi_core.datatypes import RequestParameters
    from werkzeug.datastructures import Headers, ImmutableMultiDict

    query = [(unquote(name), unquote(value)) for name, value in request.query_pairs]
    cookies = [(name, unquote(value)) for name, value in request.cookie_pairs]
    parameters = RequestParameters(
        query=ImmutableMultiDict(query),
        header=Headers(request.headers.pairs()),
        cookie=ImmutableMultiDict(cookies),
        path={name: unquote(value) for name, value in match.path_values.items()},
    )
    host, path = _build_address(match)
    return _OpenapiCoreRequest(
        host_url=host,
        path=path,
        method=request.method.lower(),
        parameters=parameters,
        content_type=_choose_content_type(match, request),
        body=request.body,
    )


def _build_address(match: OperationMatch) -> tuple[str, str]:
    """Return host and path under the first server, as openapi-core knows no other host."""
    path = TEMPLATE_VARIABLE.sub(
        lambda variable: match.path_values.get(variable[1], ""), match.operation.path
    )
    server = next(iter(match.operation.servers), Server("/"))
    defaults = {name: default or "" for name, (default, _) in server.variables.items()}
    url = TEMPLATE_VARIABLE.sub(
        lambda variable: _make_segment_text(defaults.get(variable[1], "")), server.url
    )
    scheme, mark, rest = url.partition("://")
    if not mark:
        return HOST, get_base_path(server, match.operation.document.uri) + path
    host, slash, base = rest.partition("/")
    return f"{scheme}://{host}", (slash + base).rstrip("/") + path


def _make_segment_text(default: str) -> str:
    """Return a value that openapi-core finds in a server's URL: not empty, and without a slash."""
    return "x" if not default or "/" in default else default


def _choose_content_type(match: OperationMatch, request: ParsedRequest) -> str:
    body = match.operation.request_body
    if request.content_type or body is None or len(body.content) != 1:
        return request.content_type
    return next(iter(body.content))


def _describe_error(error: BaseException) -> str:
    """Return an error in one line: its kind, its place and its last cause.

    Security errors have the name of their common base.
    """
    names = [kind.__name__ for kind in type(error).__mro__]
    kind = "SecurityValidationError" if "SecurityValidationError" in names else names[0]
    place = "body"
    if hasattr(error, "location") and hasattr(error, "name"):
        place = f"{error.location} {error.name}"
    return f"{kind}: {place}: {_describe_cause(error)}"


def _describe_cause(error: BaseException) -> str:
    causes = list(_walk_causes(error))
    for cause in causes:
        schema_errors = list(getattr(cause, "schema_errors", None) or ())
        if schema_errors:
            return "; ".join(map(_describe_keyword, schema_errors))
    return f"{type(causes[-1]).__name__}: {causes[-1]}"


def _walk_causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    for _ in range(MAX_CAUSES):
        if at is not None:
            yield at
            at = at.__cause__


def _describe_keyword(error: Any) -> str:
    """Return the keyword that refuses a value, with place and reason, and those of alternatives."""
    value, reason = shorten(repr(error.instance), 40), shorten(error.message[-100:], 100)
    text = f"{error.validator} at /{_format_path(error)} got {value}: {reason}"
    alternatives = [_describe_alternative(cause) for cause in (error.context or ())[:5]]
    return f"{text} ({', '.join(alternatives)})" if alternatives else text


def _describe_alternative(error: Any, depth: int = MAX_CAUSES) -> str:
    """Return the keyword that refuses an alternative, and those of its own alternatives."""
    text = f"{error.validator} at {_format_path(error)}"
    if error.validator in _CHOICES and not error.context:
        text += f": {shorten(error.message[-100:])}"
    inner = (error.context or ())[:5] if depth else ()
    alternatives = [_describe_alternative(cause, depth - 1) for cause in inner]
    return f"{text} ({', '.join(alternatives)})" if alternatives else text


def _format_path(error: Any) -> str:
    return "/".join(map(str, error.absolute_path))

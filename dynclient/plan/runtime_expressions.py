"""Runtime expressions: values that are taken from a request or its result.

Source: OAS 3.2.0, Runtime Expressions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from dynclient.document.references import unescape_token
from dynclient.errors import UsageError
from dynclient.plan.operation_matcher import OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.plan import Plan
from dynclient.plan.request_reader import RequestReader
from dynclient.plan.results import Result
from dynclient.violations import shorten
from dynclient.wire.parameters import to_text

_EXPRESSION = re.compile(
    r"\$(?:(?P<whole>url|method|statusCode)"
    r"|(?P<message>request|response)\."
    r"(?:(?P<place>header|query|path)\.(?P<name>[^{}]+)|body(?:#(?P<pointer>[^{}]*))?))"
)
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")


class MissingExpressionValue(Exception):
    """A runtime expression names something that the request and its result do not have."""


@dataclass(frozen=True)
class ExpressionSource:
    """What runtime expressions are evaluated on.

    Attributes:
        plan: of the operation.
        result: a result of it.
        base_url: where its request went, without the operation's own path.

    """

    plan: Plan
    result: Result
    base_url: str

    def evaluate(self, value: Any) -> Any:
        """Return what a value of a document stands for: an expression, a text with some, or itself.

        Raises:
            MissingExpressionValue: an expression has no value; the message is the expression.

        """
        if not isinstance(value, str):
            return value
        whole = _EXPRESSION.fullmatch(value)
        if whole is not None:
            return self._evaluate(whole)
        return _EMBEDDED.sub(self._evaluate_embedded, value)

    def _evaluate_embedded(self, embedded: re.Match[str]) -> str:
        expression = _EXPRESSION.fullmatch(embedded[1])
        return embedded[0] if expression is None else to_text(self._evaluate(expression))

    def _evaluate(self, expression: re.Match[str]) -> Any:
        try:
            return self._find_value(expression)
        except (KeyError, IndexError, ValueError, TypeError):
            raise MissingExpressionValue(shorten(expression[0])) from None

    def _find_value(self, expression: re.Match[str]) -> Any:
        request = self.result.request
        if expression["whole"]:
            values = {"url": request.url, "method": request.method}
            return values.get(expression["whole"], self.result.status)
        is_request = expression["message"] == "request"
        place, name = expression["place"], expression["name"]
        if place is None:
            body = self._request_body if is_request else self.result.data
            return _resolve_pointer(body, expression["pointer"] or "")
        if place == "header":
            if is_request:
                return _find_header(name, request.headers, {})
            return _find_header(name, self.result.headers, self.result.header_data)
        if not is_request:
            raise KeyError(name)  # a response has neither query nor path
        return self._call[place][name]

    @cached_property
    def _call(self) -> Mapping[str, Any]:
        """The call document of the request, without its body."""
        return self._read_call(None)

    @cached_property
    def _request_body(self) -> Any:
        body = self.result.request.body
        if not isinstance(body, bytes):
            raise KeyError("body")  # there is none, or it was read from a stream
        return self._read_call(body)["body"]

    def _read_call(self, body: bytes | None) -> Mapping[str, Any]:
        request = self.result.request
        parsed = ParsedRequest.parse(_BodyOf(request.method, request.url, request.headers, body))
        operation = self.plan.operation
        own_path = parsed.path.removeprefix(urlsplit(self.base_url).path.rstrip("/"))
        matcher = OperationMatcher([operation], operation.document.uri)
        matches = matcher.find(operation.method, own_path, parsed.query_pairs).matches
        return RequestReader(self.plan).read(parsed, matches[0].path_values).call


@dataclass(frozen=True)
class _BodyOf:
    """A request with another body."""

    method: str
    url: str
    headers: Any
    body: bytes | None


def _find_header(name: str, fields: Mapping[str, str], data: Mapping[str, Any]) -> Any:
    """Return a header: as the document describes it, where it does, else its text."""
    for own_name, value in data.items():
        if own_name.lower() == name.lower():
            return value
    return fields[name]


def _resolve_pointer(value: Any, pointer: str) -> Any:
    """Return what a JSON Pointer leads to. Source: RFC 6901."""
    if not pointer:
        return value
    if not pointer.startswith("/"):
        raise KeyError(pointer)
    for token in pointer[1:].split("/"):
        key = unescape_token(token)
        if isinstance(value, list):
            if not _INDEX.fullmatch(key):
                raise KeyError(key)
            value = value[int(key)]
        elif isinstance(value, dict):
            value = value[key]
        else:
            raise KeyError(key)
    return value


def read_operation_reference(reference: str) -> str:
    """Return the name of the operation that an `operationRef` into its own document names.

    Raises:
        UsageError: it leads to no operation of the document.

    """
    tokens = reference.removeprefix("#/").split("/")
    is_path = reference.startswith("#/paths/") and len(tokens) == 3  # noqa: PLR2004 (paths, path, method)
    if not is_path:
        text = f"the operationRef {shorten(reference)} leads to no operation of this document"
        raise UsageError(text, hint="only `#/paths/~1path/method` is followed")
    return f"{tokens[2].upper()} {unescape_token(tokens[1])}"

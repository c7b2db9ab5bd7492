"""The call document of a request that was built before, or of a further page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from dynclient.client.operation import BoundOperation
from dynclient.description.described_operation import get_base_url, get_plan
from dynclient.errors import DynclientError
from dynclient.plan.call_document import Call
from dynclient.plan.operation_matcher import OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.request_reader import RequestReader
from dynclient.wire.message import Request


def read_request_call(operation: BoundOperation[Any], request: Request) -> Call | None:
    """Return the call that makes the same request; None where no call does.

    Args:
        operation: of the request.
        request: as it was sent, without credentials.

    """
    if not isinstance(request.body, bytes | None):
        return None  # It can be read once, and that is while it is sent.
    try:
        call = _read_call(operation, request)
        is_same = call is not None and _is_same(operation.request(call), request)
    except DynclientError:
        return None
    return call if is_same else None


def _is_same(request: Request, other: Request) -> bool:
    """Tell whether two requests say the same; in the query, the order of names says nothing."""
    return replace(request, url="") == replace(other, url="") and (
        _sort_query(request.url) == _sort_query(other.url)
    )


def _sort_query(url: str) -> tuple[str, list[str]]:
    target, _, query = url.partition("?")
    return target, sorted(query.split("&"), key=lambda pair: pair.partition("=")[0])


def _read_call(operation: BoundOperation[Any], request: Request) -> Call | None:
    parsed = ParsedRequest.parse(request)
    base_path = urlsplit(get_base_url(operation)).path.rstrip("/")
    if not parsed.path.startswith(f"{base_path}/"):
        return None
    own_path = parsed.path[len(base_path) :]
    declared = operation.operation
    matcher = OperationMatcher([declared], declared.document.uri)
    matches = matcher.find(parsed.method, own_path, parsed.query_pairs).matches
    if not matches:
        return None
    read = RequestReader(get_plan(operation)).read(parsed, matches[0].path_values)
    return Call({name: part for name, part in read.call.items() if part not in (None, {})})

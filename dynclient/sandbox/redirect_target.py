"""Where redirects of a sandbox lead: to an operation of the document, or to a target of ours."""

from __future__ import annotations

from urllib.parse import urljoin

from dynclient.model import Operation
from dynclient.plan.operation_matcher import OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.result_table import ResultTable
from dynclient.wire.message import Headers, Response

#: Source: RFC 9110 §15.4.
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})

#: What a redirect leads to where the document has no operation there.
TARGET_PATH = "/.sandbox/redirect-target"


def is_redirect_target(request: ParsedRequest) -> bool:
    """Tell whether a request follows a redirect to the target of ours."""
    return request.path == TARGET_PATH


def build_target_response(request: ParsedRequest) -> Response:
    """Return the answer of the target: a text."""
    body = b"" if request.method == "HEAD" else b"a redirect of the sandbox led here\n"
    return Response(200, Headers([("Content-Type", "text/plain; charset=utf-8")]), body)


def direct_redirect(
    response: Response,
    request: ParsedRequest,
    operation: Operation,
    result_table: ResultTable,
    matcher: OperationMatcher,
) -> Response:
    """Return a response whose Location, where it is a redirect, leads to what the sandbox answers.

    A Location is kept where another operation is, or where the target does not fit the document.

    Args:
        response: the response.
        request: that it answers.
        operation: of the request.
        result_table: of the operation.
        matcher: of the document.

    """
    location = response.headers.get("location", "")
    if response.status not in REDIRECT_STATUSES or not location:
        return response
    if _leads_to_another_operation(location, request, operation, matcher):
        return response
    declared = result_table.get_row(response.status, "").headers
    for target in (TARGET_PATH, request.origin + TARGET_PATH):
        headers = _replace_location(response.headers, target)
        if not any(header.read(headers)[1] for header in declared):
            return Response(response.status, headers, response.body)
    return response


def _leads_to_another_operation(
    location: str, request: ParsedRequest, operation: Operation, matcher: OperationMatcher
) -> bool:
    try:
        url = urljoin(request.origin + request.path, location)
    except ValueError:  # brackets that are no IPv6 address
        return False
    target = ParsedRequest.split_url("GET", url)
    matches = matcher.find("GET", target.path, target.query_pairs).matches
    return bool(matches) and all(match.operation.key != operation.key for match in matches)


def _replace_location(headers: Headers, location: str) -> Headers:
    pairs = [(name, value) for name, value in headers.pairs() if name.lower() != "location"]
    return Headers([*pairs, ("Location", location)])

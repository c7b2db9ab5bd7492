"""A link to the next page: a call of the same operation, or a URL of the same origin."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from dynclient.description.described_operation import get_base_url, get_plan
from dynclient.errors import UsageError
from dynclient.masking import mask_url
from dynclient.plan.call_document import Call
from dynclient.plan.operation_matcher import OperationMatch, OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.request_reader import RequestReader
from dynclient.wire.message import Request
from dynclient.wire.servers import get_origin, is_sendable_url

if TYPE_CHECKING:
    from dynclient.client.operation import BoundOperation

#: The parts of a call that a link says anew.
_LINKED = ("path", "query", "querystring")


class LinkRefused(Exception):
    """A link is not followed; the message says why."""


class LinkReader:
    """Reads the links of one operation's results.

    Args:
        operation: the operation.

    """

    def __init__(self, operation: BoundOperation[Any]) -> None:
        self._operation = operation
        self._plan = get_plan(operation)

    def read(self, link: str, request: Request, call: Call) -> Call | Request:
        """Return what a link leads to.

        Where it is a call of the operation, that call is checked and sent as any other. Otherwise
        its URL is followed, but only at the origin of the page before.

        Args:
            link: an absolute or relative URL.
            request: of the page that has the link.
            call: that it was made of.

        Raises:
            LinkRefused: it leads to another origin, or is no URL.

        """
        try:
            url = urljoin(request.url, link).partition("#")[0]
        except ValueError:
            url = ""
        if not is_sendable_url(url) or "@" in urlsplit(url).netloc:
            raise LinkRefused(f"{mask_url(link)!r} is no URL that can be followed")
        url = self.remove_credentials(url)
        if urlsplit(url).hostname == urlsplit(request.url).hostname:
            linked_call = self._find_call(url, request, call)
            if linked_call is not None:
                return linked_call
        if get_origin(url) == get_origin(request.url):
            return dataclasses.replace(request, url=url)
        own, other = get_origin(request.url), get_origin(url)
        raise LinkRefused(f"it leads to {other}, and not to {own}: nothing is sent there")

    def remove_credentials(self, url: str) -> str:
        """Return a URL without api keys in its query: the transport puts them on."""
        schemes = self._plan.operation.document.security_schemes.values()
        names = {scheme.name for scheme in schemes if scheme.location == "query"}
        start, mark, query = url.partition("?")
        pairs = [pair for pair in query.split("&") if unquote(pair.partition("=")[0]) not in names]
        return start + mark + "&".join(pairs) if pairs != [""] and pairs else start

    @cached_property
    def _matcher(self) -> OperationMatcher:
        operation = self._plan.operation
        return OperationMatcher([operation], operation.document.uri)

    @cached_property
    def _request_reader(self) -> RequestReader:
        return RequestReader(self._plan)

    def _find_call(self, url: str, request: Request, call: Call) -> Call | None:
        """Return the call of the operation that has a URL; None where no call has just that one."""
        parsed = ParsedRequest.split_url(request.method, url)
        base_path = urlsplit(get_base_url(self._operation)).path
        if not parsed.path.startswith(f"{base_path}/"):
            return None
        own_path = parsed.path[len(base_path) :]
        result = self._matcher.find(request.method.upper(), own_path, parsed.query_pairs)
        for match in result.matches:
            linked_call = self._read_call(parsed, match, call)
            if self._has_url(linked_call, parsed):
                return linked_call
        return None

    def _read_call(self, parsed: ParsedRequest, match: OperationMatch, call: Call) -> Call:
        read = self._request_reader.read(parsed, match.path_values).call
        kept = {name: part for name, part in call.items() if name not in _LINKED}
        linked = {name: read[name] for name in _LINKED if read.get(name)}
        return Call({**linked, **kept})

    def _has_url(self, call: Call, wanted: ParsedRequest) -> bool:
        """Tell whether the request of a call has a path and a query, however they are escaped."""
        try:
            request = self._operation.request(call)
        except UsageError:
            return False
        own = ParsedRequest.split_url(request.method, request.url)
        return _decode_target(own) == _decode_target(wanted)


def _decode_target(parsed: ParsedRequest) -> tuple[str, list[tuple[str, str]]]:
    pairs = [(unquote(name), unquote(value)) for name, value in parsed.query_pairs]
    return unquote(parsed.path), sorted(pairs)

"""What is a secret in an exchange that somebody shows: in its request, its response, its links."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urljoin

from dynclient.masking import MASK, SecretNames
from dynclient.model import Document, Operation
from dynclient.plan.operation_matcher import OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.secret_names import collect_exchange_secret_names, collect_secret_names
from dynclient.wire.message import Headers

#: Response headers that lead to another resource, and the methods by which its operation is found.
LINK_FIELDS = frozenset({"content-location", "location"})
_LINK_METHODS = ("GET", "PUT", "PATCH", "DELETE", "POST")


class ExchangeSecrets:
    """What counts as a secret in the exchanges of an operation.

    Args:
        operation: whose exchanges they are.

    """

    def __init__(self, operation: Operation) -> None:
        self._operation = operation

    @cached_property
    def names(self) -> SecretNames:
        """What counts as a secret in a request, and in its response."""
        return collect_exchange_secret_names(self._operation)

    def find_link_names(self, request_url: str, link: str) -> SecretNames:
        """Return what counts as a secret in a link that a response has.

        Args:
            request_url: of the request of the call.
            link: it may lead to any operation of the document, or elsewhere.

        """
        own = SecretNames(query=self.names.query)
        base_path = self._find_base_path(request_url)
        url = urljoin(request_url, link)
        return own.join(find_link_names(self._operation.document, url, base_path))

    def _find_base_path(self, request_url: str) -> str:
        """Return the path of the server: what stands before that of the operation."""
        path = ParsedRequest.split_url("GET", request_url).path
        own_segments = self._operation.path.partition("?")[0].count("/")
        return "/".join(path.split("/")[:-own_segments]) if own_segments else ""

    def mask_response_headers(self, request_url: str, headers: Headers) -> Headers:
        """Return the headers of a response without secrets.

        Args:
            request_url: of the request of the call, before any redirect.
            headers: as they came.

        """
        fields = []
        for name, value in headers.pairs():
            shown = value
            if self.names.has_header(name):
                shown = MASK
            elif name.lower() in LINK_FIELDS:
                shown = self.find_link_names(request_url, value).mask_url(value)
            fields.append((name, shown))
        return Headers(fields)


def find_link_names(document: Document, url: str, base_path: str = "") -> SecretNames:
    """Return what counts as a secret in a URL that may lead to an operation of a document.

    Args:
        document: whose operations are known.
        url: absolute.
        base_path: the path of the server, where it is not one of the document.

    """
    operation = _find_operation(document, url, base_path)
    return SecretNames() if operation is None else collect_secret_names(operation)


def _find_operation(document: Document, url: str, base_path: str) -> Operation | None:
    matcher = document.derive(_build_matcher)
    parsed = ParsedRequest.split_url("GET", url)
    own_path = parsed.path.removeprefix(base_path)
    paths = [parsed.path, own_path if own_path.startswith("/") else parsed.path]
    # Servers add a slash at the end, or leave it out.
    paths += [path.rstrip("/") or "/" for path in paths]
    for path in dict.fromkeys(paths):
        for method in _LINK_METHODS:
            matches = matcher.find(method, path, parsed.query_pairs).matches
            if matches:
                return matches[0].operation
    return None


def _build_matcher(document: Document) -> OperationMatcher:
    return OperationMatcher(document.operations.values(), document.uri)

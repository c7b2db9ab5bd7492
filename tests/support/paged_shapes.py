"""Lists of every shape that pages: the document of each, and a server that pages in that way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from support.documents import SERVER, Server, answer, content, document, operation, parameter

DEFAULT_SIZE = 3
ITEM = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
ITEMS = {"type": "array", "items": ITEM}
INTEGER = {"type": "integer"}
STRING = {"type": "string"}
FLAG = {"type": "boolean"}


class Asked(NamedTuple):
    """What a request asks for: its query, its JSON body and its URL."""

    query: dict[str, str]
    body: Any
    url: str

    def count(self, name: str, default: int) -> int:
        """Return a number of the query."""
        return int(self.query.get(name, default))

    def link(self, **changes: Any) -> str:
        """Return the URL with other values in its query."""
        start = self.url.partition("?")[0]
        return f"{start}?{urlencode({**self.query, **changes})}"


Answer = tuple[Any, dict[str, str]]


class Shape(NamedTuple):
    """A way to page: the operation `list`, and how a server answers it."""

    name: str
    operation: dict[str, Any]
    reply: Callable[[list[Any], Asked], Answer]
    size: str = "limit"
    method: str = "get"
    components: dict[str, Any] | None = None

    def document(self) -> dict[str, Any]:
        """Return a document with the operation."""
        return document({"/things": {self.method: self.operation}}, **(self.components or {}))

    def server(self, items: list[Any]) -> Server:
        """Return a server that has some items."""

        def reply(request: httpx.Request) -> httpx.Response:
            url = str(request.url)
            query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
            body = json.loads(request.content) if request.content else None
            data, headers = self.reply(items, Asked(query, body, url))
            return httpx.Response(200, json=data, headers=headers)

        return Server(reply)


def envelope(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object."""
    return {"type": "object", "properties": properties}


def integers(*names: str, **schema: Any) -> list[Any]:
    """Return query parameters that are whole numbers."""
    return [parameter(name, schema={**INTEGER, **schema}) for name in names]


def listing(*parameters: Any, result: Any, **fields: Any) -> dict[str, Any]:
    """Return the operation `list` with a JSON result."""
    return operation(*parameters, operationId="list", responses=answer(result), **fields)


def cut(items: list[Any], start: int, size: int) -> tuple[list[Any], bool]:
    """Return a part of the items, and whether there are more."""
    return items[start : start + size], start + size < len(items)


def by_offset(
    offset: str, size: str, more: str = "", total: str = "", wrap: str = "data", first: int = 0
) -> Callable[[list[Any], Asked], Answer]:
    """Return how a server answers by offset."""

    def reply(items: list[Any], asked: Asked) -> Answer:
        start = asked.count(offset, first) - first
        page, has_more = cut(items, start, asked.count(size, DEFAULT_SIZE))
        body: dict[str, Any] = {wrap: page}
        body |= {more: has_more} if more else {}
        body |= {total: len(items)} if total else {}
        return (body if wrap else page), {}

    return reply


def by_number(
    number: str, size: str, wrap: str = "data", first: int = 1, extra: str = ""
) -> Callable[[list[Any], Asked], Answer]:
    """Return how a server answers by page number."""

    def reply(items: list[Any], asked: Asked) -> Answer:
        own_size = asked.count(size, DEFAULT_SIZE)
        current = asked.count(number, first)
        page, has_more = cut(items, (current - first) * own_size, own_size)
        extras = {
            "": {},
            "total": {"total": len(items)},
            "totalPages": {"totalPages": -(-len(items) // own_size), "number": current},
            "next_page": {"next_page": current + 1 if has_more else None},
        }
        return ({wrap: page, **extras[extra]} if wrap else page), {}

    return reply


def by_cursor(
    parameter_name: str, place: tuple[str, ...], size: str = "limit", end: str = "absent"
) -> Callable[[list[Any], Asked], Answer]:
    """Return how a server answers by an opaque cursor."""

    def reply(items: list[Any], asked: Asked) -> Answer:
        source = asked.body if asked.body is not None else asked.query
        start = int(source.get(parameter_name, "c-0").removeprefix("c-"))
        page, has_more = cut(items, start, int(source.get(size, DEFAULT_SIZE)))
        ends = {"absent": {}, "null": {place[-1]: None}, "empty": {place[-1]: ""}}
        inner = {place[-1]: f"c-{start + len(page)}"} if has_more else ends[end]
        for key in reversed(place[:-1]):
            inner = {key: inner}
        return {"data": page, **inner}, {}

    return reply


def by_header(number: str, header: str) -> Callable[[list[Any], Asked], Answer]:
    """Return how a server answers that gives the number of the next page in a header."""

    def reply(items: list[Any], asked: Asked) -> Answer:
        size, current = asked.count("per_page", DEFAULT_SIZE), asked.count(number, 1)
        page, has_more = cut(items, (current - 1) * size, size)
        return page, {header: str(current + 1) if has_more else ""}

    return reply


def by_last_identity(items: list[Any], asked: Asked) -> Answer:
    """Answer by the identity of the last item, as Stripe does."""
    identities = [item["id"] for item in items]
    after = asked.query.get("starting_after")
    start = identities.index(after) + 1 if after else 0
    page, has_more = cut(items, start, asked.count("limit", DEFAULT_SIZE))
    return {"object": "list", "data": page, "has_more": has_more}, {}


def by_link(
    place: tuple[str, ...], moving: str = "offset", kind: str = "absolute"
) -> Callable[[list[Any], Asked], Answer]:
    """Return how a server answers by a link in its body or, for the place `Link`, its header."""

    def reply(items: list[Any], asked: Asked) -> Answer:
        start = asked.count(moving, 0)
        page, has_more = cut(items, start, asked.count("limit", DEFAULT_SIZE))
        url = asked.link(**{moving: start + len(page)})
        if kind == "relative":
            url = url.removeprefix("https://api.example.com")
        if place[0] == "links[]":
            links = [{"rel": "self", "href": asked.url}]
            links += [{"rel": "next", "href": url}] if has_more else []
            return {"data": page, "links": links}, {}
        if place == ("Link",):
            link = f'<{url}>; title="a, b"; rel="next last", <{asked.url}>; rel=self'
            return page, {"Link": link} if has_more else {"Link": f'<{asked.url}>; rel="prev"'}
        inner: Any = {place[-1]: url if has_more else None}
        for key in reversed(place[:-1]):
            inner = {key: inner}
        return {"data": page, **inner}, {}

    return reply


def nullable(**schema: Any) -> dict[str, Any]:
    """Return the schema of a text that may be null."""
    return {"type": ["string", "null"], **schema}


PAGEABLE = {"nextLinkName": "more", "itemName": "data"}
SPEAKEASY = {
    "type": "cursor",
    "inputs": [{"name": "von", "in": "parameters", "type": "cursor"}],
    "outputs": {"results": "$.data", "nextCursor": "$.weiter.ab"},
}
SPEAKEASY_PAGE = {
    "type": "offsetLimit",
    "inputs": [
        {"name": "seite", "in": "parameters", "type": "page"},
        {"name": "limit", "in": "parameters", "type": "limit"},
    ],
    "outputs": {"results": "$.data"},
}
SPEAKEASY_BODY = {
    "type": "cursor",
    "inputs": [{"name": "von", "in": "requestBody", "type": "cursor"}],
    "outputs": {"results": "$.data", "nextCursor": "$.ab"},
}
FERN = {"cursor": "$request.von", "next_cursor": "$response.ab", "results": "$response.data"}
FERN_OFFSET = {"offset": "$request.von", "step": "$request.limit", "results": "$response.data"}
FERN_PAGE = {"offset": "$request.seite", "results": "$response.data"}
ANY_TEXTS = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}


def _with_link(**link: Any) -> dict[str, Any]:
    made = listing(parameter("von"), *integers("limit"), result=envelope(data=ITEMS, ab=STRING))
    made["responses"]["200"]["links"] = {"weiter": link}
    return made


def _with_header(operation_object: dict[str, Any], name: str = "Link") -> dict[str, Any]:
    operation_object["responses"]["200"]["headers"] = {name: {"schema": STRING}}
    return operation_object


SEARCH = envelope(after=STRING, limit=INTEGER)

SHAPES = [
    # offsets: Talon.One's three, and others
    Shape("hasMore", listing(*integers("pageSize", "skip"), result=envelope(data=ITEMS, hasMore=FLAG)), by_offset("skip", "pageSize", "hasMore"), "pageSize"),
    Shape("totalResultSize", listing(*integers("pageSize", "skip"), result=envelope(data=ITEMS, totalResultSize=INTEGER)), by_offset("skip", "pageSize", total="totalResultSize"), "pageSize"),
    Shape("both", listing(*integers("pageSize", "skip"), result=envelope(data=ITEMS, hasMore=FLAG, totalResultSize=INTEGER)), by_offset("skip", "pageSize", "hasMore", "totalResultSize"), "pageSize"),
    Shape("offset", listing(*integers("limit", "offset"), result=envelope(data=ITEMS)), by_offset("offset", "limit")),
    Shape("bare offset", listing(*integers("limit", "offset"), result=ITEMS), by_offset("offset", "limit", wrap="")),
    Shape("$skip", listing(*integers("$top", "$skip"), result=envelope(value=ITEMS)), by_offset("$skip", "$top", wrap="value"), "$top"),
    Shape("startIndex", listing(*integers("startIndex", "count"), result=envelope(Resources=ITEMS, totalResults=INTEGER)), by_offset("startIndex", "count", total="totalResults", wrap="Resources", first=1), "count"),
    # page numbers
    Shape("page", listing(*integers("page", "per_page"), result=ITEMS), by_number("page", "per_page", wrap=""), "per_page"),
    Shape("page total", listing(*integers("page", "per_page"), result=envelope(data=ITEMS, total=INTEGER)), by_number("page", "per_page", extra="total"), "per_page"),
    Shape("page from 0", listing(parameter("page", schema={**INTEGER, "default": 0}), *integers("size"), result=envelope(content=ITEMS, totalPages=INTEGER, number=INTEGER)), by_number("page", "size", "content", 0, "totalPages"), "size"),
    Shape("page from 0, said by the result only", listing(*integers("page", "size"), result=envelope(content=ITEMS, totalPages=INTEGER, number=INTEGER)), by_number("page", "size", "content", 0, "totalPages"), "size"),
    Shape("next_page", listing(*integers("page", "per_page"), result=envelope(data=ITEMS, next_page={"type": ["integer", "null"]})), by_number("page", "per_page", extra="next_page"), "per_page"),
    Shape("page[number]", listing(*integers("page[number]", "page[size]"), result=envelope(data=ITEMS, total=INTEGER)), by_number("page[number]", "page[size]", extra="total"), "page[size]"),
    # cursors
    Shape("starting_after", listing(parameter("starting_after"), *integers("limit"), result=envelope(object=STRING, data=ITEMS, has_more=FLAG)), by_last_identity),
    Shape("next_cursor", listing(parameter("cursor", schema=STRING), *integers("limit"), result=envelope(data=ITEMS, next_cursor=STRING)), by_cursor("cursor", ("next_cursor",), end="empty")),
    Shape("response_metadata", listing(parameter("cursor", schema=STRING), *integers("limit"), result=envelope(data=ITEMS, response_metadata=envelope(next_cursor=nullable()))), by_cursor("cursor", ("response_metadata", "next_cursor"), end="null")),
    Shape("nextPageToken", listing(parameter("pageToken", schema=STRING), *integers("pageSize"), result=envelope(data=ITEMS, nextPageToken=STRING)), by_cursor("pageToken", ("nextPageToken",), "pageSize"), "pageSize"),
    Shape("NextToken", listing(parameter("NextToken", schema=STRING), *integers("MaxResults"), result=envelope(data=ITEMS, NextToken=nullable())), by_cursor("NextToken", ("NextToken",), "MaxResults", "null"), "MaxResults"),
    Shape("continue", listing(parameter("continue", schema=STRING), *integers("limit"), result=envelope(data=ITEMS, metadata=envelope(**{"continue": STRING}))), by_cursor("continue", ("metadata", "continue"))),
    Shape("paging.next.after", listing(body=content(SEARCH), result=envelope(data=ITEMS, paging=envelope(next=envelope(after=STRING)))), by_cursor("after", ("paging", "next", "after")), method="post"),
    # links
    Shape("next", listing(*integers("limit", "offset"), result=envelope(data=ITEMS, next=nullable(format="uri"))), by_link(("next",))),
    Shape("nextLink to an undeclared query", listing(*integers("limit"), result=envelope(data=ITEMS, nextLink=nullable())), by_link(("nextLink",), "$skiptoken")),
    Shape("@odata.nextLink", listing(*integers("limit"), result={"type": "object", "properties": {"data": ITEMS, "@odata.nextLink": nullable()}}), by_link(("@odata.nextLink",), "$skip", "relative")),
    Shape("HAL", listing(*integers("limit", "offset"), result=envelope(data=ITEMS, _links=envelope(next=envelope(href=nullable())))), by_link(("_links", "next", "href"), kind="relative")),
    Shape("links.next", listing(*integers("limit", "offset"), result=envelope(data=ITEMS, links=envelope(next=nullable()))), by_link(("links", "next"))),
    Shape("Link", _with_header(listing(*integers("limit", "offset"), result=ITEMS)), by_link(("Link",))),
    Shape("an array of links", listing(*integers("limit", "offset"), result=envelope(data=ITEMS, links={"type": "array", "items": envelope(rel=STRING, href=STRING)})), by_link(("links[]",))),
    Shape("X-Next-Page", _with_header(listing(*integers("page", "per_page"), result=ITEMS), "X-Next-Page"), by_header("page", "X-Next-Page"), "per_page"),
    # extensions
    Shape("x-ms-pageable", listing(*integers("limit"), result=envelope(data=ITEMS, more=nullable()), **{"x-ms-pageable": PAGEABLE}), by_link(("more",), "token")),
    Shape("x-speakeasy cursor", listing(parameter("von"), *integers("limit"), result=envelope(data=ITEMS, weiter=ANY_TEXTS), **{"x-speakeasy-pagination": SPEAKEASY}), by_cursor("von", ("weiter", "ab"))),
    Shape("x-speakeasy page", listing(*integers("seite", "limit"), result=envelope(data=ITEMS), **{"x-speakeasy-pagination": SPEAKEASY_PAGE}), by_number("seite", "limit")),
    Shape("x-speakeasy body", listing(body=content(envelope(von=STRING, limit=INTEGER)), result=envelope(data=ITEMS, ab=STRING), **{"x-speakeasy-pagination": SPEAKEASY_BODY}), by_cursor("von", ("ab",)), method="post"),
    Shape("x-fern cursor", listing(parameter("von"), *integers("limit"), result=envelope(data=ITEMS, ab=STRING), **{"x-fern-pagination": FERN}), by_cursor("von", ("ab",))),
    Shape("x-fern offset", listing(*integers("von", "limit"), result=envelope(data=ITEMS), **{"x-fern-pagination": FERN_OFFSET}), by_offset("von", "limit")),
    Shape("x-fern of the document", listing(*integers("seite", "limit"), result=envelope(data=ITEMS), **{"x-fern-pagination": True}), by_number("seite", "limit"), components={"x-fern-pagination": FERN_PAGE}),
    # links of OpenAPI
    Shape("link", _with_link(operationId="list", parameters={"von": "$response.body#/ab"}), by_cursor("von", ("ab",))),
    Shape("link by reference", _with_link(operationRef="#/paths/~1things/get", parameters={"query.von": "$response.body#/ab", "limit": "$request.query.limit"}), by_cursor("von", ("ab",))),
]  # fmt: skip

SHAPE_NAMES = [shape.name for shape in SHAPES]

assert len(set(SHAPE_NAMES)) == len(SHAPES)
assert SERVER.startswith("https://api.example.com")

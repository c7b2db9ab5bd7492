"""What schemas say of pages, and what they do not say."""

from __future__ import annotations

import pytest
from support.documents import answer, content, document, operation, parameter
from support.paged_shapes import FLAG, INTEGER, ITEM, ITEMS, STRING, envelope, integers, listing

import dynclient
from dynclient.errors import UsageError

LINK = {"type": "string", "format": "uri"}


def infer(*parameters, result, path="/things", method="get", **fields):
    made = listing(*parameters, result=result, **fields)
    client = dynclient.Client(document({path: {method: made}}))
    return client.list.pagination


def summarize(pagination):
    if pagination is None:
        return None
    return pagination.style, pagination.parameter or pagination.next, pagination.certainty


@pytest.mark.parametrize(
    ("parameters", "result", "expected"),
    [
        # counts of the result make it certain, a size likely, neither unsure
        (integers("skip"), envelope(data=ITEMS, hasMore=FLAG), ("offset", "/query/skip", "certain")),
        (integers("skip", "top"), envelope(data=ITEMS), ("offset", "/query/skip", "likely")),
        (integers("skip"), envelope(data=ITEMS), ("offset", "/query/skip", "unsure")),
        (integers("page"), ITEMS, ("page", "/query/page", "likely")),
        ([parameter("page")], ITEMS, ("page", "/query/page", "unsure")),
        (integers("from", "size"), envelope(hits=ITEMS, total=INTEGER), ("offset", "/query/from", "likely")),
        # what the server says comes before what a client computes
        ([*integers("page", "limit"), parameter("cursor")], envelope(data=ITEMS, next_cursor=STRING, total=INTEGER), ("cursor", "/query/cursor", "certain")),
        (integers("page", "limit"), envelope(data=ITEMS, next=LINK, total=INTEGER), ("link", "/next", "certain")),
        # `next` is a cursor where the call has one, and a link where it says so
        ([parameter("after")], envelope(data=ITEMS, next=STRING), ("cursor", "/query/after", "likely")),
        ([parameter("after")], envelope(data=ITEMS, next=LINK), ("link", "/next", "certain")),
        ([], envelope(data=ITEMS, next={"type": "string", "description": "URL of the next page"}), ("link", "/next", "certain")),
        ([], envelope(data=ITEMS, next={"type": "string", "example": "https://a.test/x?page=2"}), ("link", "/next", "certain")),
        ([], envelope(data=ITEMS, next=STRING), None),
        # the offset of Airtable is a cursor
        ([parameter("offset", schema=STRING)], envelope(records=ITEMS, offset=STRING), ("cursor", "/query/offset", "certain")),
        # numbers may be declared as texts, and names may have parts
        ([parameter("page", schema=STRING)], envelope(data=ITEMS, total=INTEGER), ("page", "/query/page", "likely")),
        ([parameter("offset", schema=STRING)], envelope(data=ITEMS, total=INTEGER), ("offset", "/query/offset", "likely")),
        (integers("options.page", "options.pageSize"), ITEMS, ("page", "/query/options.page", "likely")),
        (integers("SkipCount", "MaxResultCount"), envelope(items=ITEMS, totalCount=INTEGER), ("offset", "/query/SkipCount", "certain")),
        (integers("start", "limit"), ITEMS, ("offset", "/query/start", "likely")),
        (integers("from", "limit"), ITEMS, ("offset", "/query/from", "unsure")),
        (integers("offset", "n"), ITEMS, ("offset", "/query/offset", "likely")),
        # times are no cursors and no offsets
        ([parameter("startAfter", schema={"type": "string", "format": "date-time"})], envelope(data=ITEMS, hasMore=FLAG), None),
        ([parameter("after", schema={"type": "string", "description": "The earliest timestamp."})], envelope(data=ITEMS, next=STRING), None),
        (integers("from", "limit", description="A date as YYYYMMDD"), envelope(data=ITEMS, total=INTEGER), None),
        # no list, no pages
        (integers("page", "limit"), envelope(a=STRING, total=INTEGER), None),
        (integers("page", "limit"), STRING, None),
        ([], ITEMS, None),
        (integers("limit"), ITEMS, None),
        # a count of this page is no total
        (integers("skip"), envelope(data=ITEMS, count=INTEGER), ("offset", "/query/skip", "unsure")),
        # a sum is no count
        (integers("skip"), envelope(data=ITEMS, total=STRING), ("offset", "/query/skip", "unsure")),
    ],
)  # fmt: skip
def test_how_an_operation_pages_is_inferred(parameters, result, expected):
    assert summarize(infer(*parameters, result=result)) == expected


@pytest.mark.parametrize(
    ("result", "path", "items", "certainty"),
    [
        (ITEMS, "/things", "", "certain"),
        (envelope(data=ITEMS), "/things", "/data", "certain"),
        (envelope(things=ITEMS, others=ITEMS), "/things", "/things", "certain"),
        (envelope(things=ITEMS, others=ITEMS), "/things/{x}", "/things", "certain"),
        (envelope(rows=ITEMS, errors=ITEMS), "/things", "/rows", "certain"),
        (envelope(rows=ITEMS, names={"type": "array", "items": STRING}), "/x", "/rows", "likely"),
        (envelope(reds=ITEMS, blues=ITEMS), "/x", "/reds", "unsure"),
        (envelope(data=envelope(items=ITEMS)), "/x", "/data/items", "certain"),
        (envelope(_embedded=envelope(things=ITEMS)), "/x", "/_embedded/things", "certain"),
        (envelope(data={"allOf": [ITEMS]}), "/x", "/data", "certain"),
        (envelope(data={"type": ["array", "null"], "items": ITEM}), "/x", "/data", "certain"),
        ({"allOf": [envelope(data=ITEMS), envelope(a=STRING)]}, "/x", "/data", "certain"),
        (envelope(**{"a/b": ITEMS}), "/x", "/a~1b", "certain"),
    ],
)  # fmt: skip
def test_the_array_of_items_is_found(result, path, items, certainty):
    result = {"allOf": [result, envelope(hasMore=FLAG)]} if result is not ITEMS else result
    variables = [parameter("x", "path", STRING)] if "{x}" in path else []
    found = infer(*integers("skip", "limit"), *variables, result=result, path=path)
    assert found.items == items
    if result is not ITEMS:
        assert found.certainty == certainty


@pytest.mark.parametrize(
    ("schema", "first"),
    [
        ({}, 1),
        ({"default": 0}, 0),
        ({"default": 1}, 1),
        ({"minimum": 0}, 0),
        ({"minimum": 1}, 1),
        ({"minimum": 0, "default": 1}, 1),
        ({"default": True}, 1),
        ({"default": 7}, 1),
    ],
)
def test_the_first_page_is_read_from_the_schema(schema, first):
    found = infer(*integers("page", **schema), *integers("size"), result=ITEMS)
    assert found.first == first


def test_counts_may_stand_in_an_object_of_the_page():
    meta = envelope(pagination=envelope(total=INTEGER, hasMore=FLAG, user=envelope(total=INTEGER)))
    found = infer(*integers("skip", "limit"), result=envelope(data=ITEMS, meta=meta))
    assert (found.total, found.has_more) == ("/meta/pagination/total", "/meta/pagination/hasMore")


def test_counts_of_something_else_do_not_count():
    other = envelope(total=INTEGER, hasMore=FLAG, next=LINK)
    found = infer(*integers("skip", "limit"), result=envelope(data=ITEMS, invoice=other))
    assert (found.total, found.has_more, found.next) == (None, None, None)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_an_operation_that_changes_something_does_not_page(method):
    assert (
        infer(*integers("skip"), result=envelope(data=ITEMS, hasMore=FLAG), method=method) is None
    )


def test_a_search_may_page_by_its_body():
    body = content(envelope(page=envelope(offset=INTEGER, limit=INTEGER), text=STRING))
    found = infer(result=envelope(data=ITEMS, total=INTEGER), body=body, method="post")
    assert (found.style, found.parameter, found.size) == (
        "offset",
        "/body/page/offset",
        "/body/page/limit",
    )
    assert infer(result=envelope(data=ITEMS), body=body, method="post") is None


def test_members_of_a_parameter_count_too():
    page = parameter(
        "page", schema=envelope(number=INTEGER, size=INTEGER), style="deepObject", explode=True
    )
    found = infer(page, result=envelope(data=ITEMS, total=INTEGER))
    assert (found.style, found.parameter, found.size) == (
        "page",
        "/query/page/number",
        "/query/page/size",
    )


def test_a_recursive_schema_ends():
    node = {
        "type": "object",
        "properties": {"next": {"$ref": "#/components/schemas/N"}, "data": ITEMS},
    }
    made = listing(*integers("skip", "limit"), result={"$ref": "#/components/schemas/N"})
    source = document({"/things": {"get": made}}, components={"schemas": {"N": node}})
    assert dynclient.Client(source).list.pagination.items == "/data"


def test_a_broken_operation_has_no_pagination():
    made = operation({"$ref": "#/nowhere"}, operationId="list", responses=answer(ITEMS))
    assert dynclient.Client(document({"/things": {"get": made}})).list.pagination is None


def test_swagger_documents_page_too():
    source = {
        "swagger": "2.0",
        "info": {"title": "a", "version": "1"},
        "host": "a.test",
        "paths": {
            "/things": {
                "get": {
                    "operationId": "list",
                    "produces": ["application/json"],
                    "parameters": [{"name": "skip", "in": "query", "type": "integer"}],
                    "responses": {
                        "200": {"description": "", "schema": envelope(data=ITEMS, hasMore=FLAG)}
                    },
                    "x-ms-pageable": {"nextLinkName": "nextLink"},
                },
                "post": {
                    "operationId": "search",
                    "produces": ["application/json"],
                    "parameters": [{"name": "skip", "in": "query", "type": "integer"}],
                    "responses": {
                        "200": {"description": "", "schema": envelope(data=ITEMS, hasMore=FLAG)}
                    },
                },
            }
        },
    }
    client = dynclient.Client(source)
    assert client.list.pagination.source == "x-ms-pageable"
    assert (client.list.pagination.items, client.list.pagination.next) == ("/value", "/nextLink")
    assert client.search.pagination.style == "offset"


@pytest.mark.parametrize("name", ["x-ms-pageable", "x-speakeasy-pagination", "x-fern-pagination"])
@pytest.mark.parametrize("value", [None, False, True, 5, "x", [], {}, {"type": "cursor"}, {"inputs": 5, "outputs": []}, {"type": "offsetLimit", "inputs": [5, {"name": 7}, {"name": "x"}]}])  # fmt: skip
def test_an_extension_that_says_nothing_is_ignored(name, value):
    found = infer(*integers("skip"), result=envelope(data=ITEMS, hasMore=FLAG), **{name: value})
    assert found.source in ("inferred from the schemas", name)
    if name != "x-ms-pageable" or not isinstance(value, dict):
        assert found.style == "offset"


def test_an_extension_comes_before_a_link_and_the_schemas():
    made = listing(*integers("skip", "von"), result=envelope(data=ITEMS, hasMore=FLAG, ab=INTEGER))
    made["responses"]["200"]["links"] = {
        "weiter": {"operationId": "list", "parameters": {"von": "$response.body#/ab"}}
    }
    linked = dynclient.Client(document({"/things": {"get": made}})).list.pagination
    assert (linked.source, linked.parameter, linked.next) == (
        "the link weiter",
        "/query/von",
        "/ab",
    )
    made["x-fern-pagination"] = {"offset": "$request.skip", "results": "$response.data"}
    extended = dynclient.Client(document({"/things": {"get": made}})).list.pagination
    assert extended.source == "x-fern-pagination"


def test_a_link_may_take_its_parameter_from_a_header():
    made = listing(*integers("von", "anzahl", "limit"), result=envelope(data=ITEMS, l=INTEGER))
    parameters = {"query.von": "$response.header.X-Ab", "limit": "$response.body#/l"}
    made["responses"]["200"]["links"] = {
        "weiter": {"operationId": "list", "parameters": parameters}
    }
    found = dynclient.Client(document({"/things": {"get": made}})).list.pagination
    assert (found.style, found.parameter, found.next_header) == ("cursor", "/query/von", "X-Ab")


def test_an_argument_of_several_places_is_named_by_its_pointer():
    made = listing(
        parameter("skip", "header", INTEGER), *integers("skip"), result=envelope(data=ITEMS)
    )
    source = document({"/things": {"get": made}})
    table = {"style": "offset", "parameter": "skip", "items": "data"}
    with pytest.raises(UsageError) as caught:
        _ = dynclient.Client(source, pagination={"list": table}).list.pagination
    assert str(caught.value) == (
        "pagination of list: parameter: 'skip' stands in several places\n"
        "  hint: write /header/skip or /query/skip"
    )
    table["parameter"] = "/query/skip"
    assert dynclient.Client(source, pagination={"list": table}).list.pagination.is_usable


@pytest.mark.parametrize(
    "link",
    [
        {"operationId": "other", "parameters": {"von": "$response.body#/ab"}},
        {"operationId": "list", "parameters": {"von": "$request.query.von"}},
        {"operationId": "list", "parameters": {"nope": "$response.body#/ab"}},
        {"operationId": "list", "parameters": {"von": "$response.body#/ab", "skip": "$response.body#/x"}},
        {"operationId": "list", "parameters": 5},
        {"operationRef": "#/paths/~1other/get", "parameters": {"von": "$response.body#/ab"}},
        {"operationRef": 5},
        5,
    ],
)  # fmt: skip
def test_a_link_that_leads_elsewhere_says_nothing_of_pages(link):
    made = listing(*integers("skip", "von"), result=envelope(data=ITEMS, hasMore=FLAG, ab=INTEGER))
    made["responses"]["200"]["links"] = {"weiter": link}
    found = dynclient.Client(document({"/things": {"get": made}})).list.pagination
    assert found.source == "inferred from the schemas"

"""What `pages` and `items` promise beside the shapes: limits, cursors, validation, safety."""

from __future__ import annotations

import asyncio
import itertools
import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import Server, answer, document, operation, parameter, single
from support.paged_shapes import INTEGER, ITEMS, SHAPES, STRING, envelope, integers, listing

import dynclient
from dynclient.errors import InvalidCall, InvalidResponse, PaginationError, UsageError
from dynclient.pages.iteration import iterate_pages
from dynclient.pages.page_walk import _DigestLog, begin_walk

BY_NAME = {shape.name: shape for shape in SHAPES}
OFFSET = BY_NAME["hasMore"]
CURSOR = BY_NAME["next_cursor"]
LINK = BY_NAME["next"]


def name_things(count):
    return [{"id": f"t{n}"} for n in range(count)]


def open_shape(shape, count=7, **options):
    server = shape.server(name_things(count))
    return server, dynclient.Client(shape.document(), transport=server, **options)


def reply_with(*bodies, **headers):
    """Return a server that gives some bodies in their order, the last one again and again."""
    left = list(bodies)

    def reply(_):
        body = left.pop(0) if len(left) > 1 else left[0]
        return httpx.Response(200, json=body, headers=headers)

    return Server(reply)


def open_server(shape, *bodies, **options):
    server = reply_with(*bodies)
    return server, dynclient.Client(shape.document(), transport=server, **options)


# --- limits


def test_pages_are_asked_for_one_by_one():
    server, client = open_shape(OFFSET)
    pages = client.list.pages()
    assert server.seen == []
    first = next(pages)
    assert len(server.seen) == 1
    assert (first.items, first.number, first.cursor) == (name_things(3), 1, {"query": {"skip": 3}})
    assert first.data == {"data": name_things(3), "hasMore": True}
    assert isinstance(first, dynclient.Result)
    assert first.status == 200
    assert repr(first) == "<Page 1: 3 items>"
    assert repr(list(pages)[-1]) == "<Page 3: 1 items, the last>"


@pytest.mark.parametrize(
    ("limit", "requests"), [(0, 0), (1, 1), (3, 1), (4, 2), (7, 3), (99, 3), (None, 3)]
)
@pytest.mark.parametrize("name", ["limit", "max_items"])
def test_a_limit_ends_the_items_without_another_request(name, limit, requests):
    server, client = open_shape(OFFSET)
    assert list(client.list.items(**{name: limit})) == name_things(7)[:limit]
    assert len(server.seen) == requests


@pytest.mark.parametrize(("max_pages", "count"), [(0, 0), (1, 3), (2, 6), (9, 7), (None, 7)])
def test_max_pages_ends_both(max_pages, count):
    _, client = open_shape(OFFSET)
    assert list(client.list.items(max_pages=max_pages)) == name_things(count)
    pages = list(client.list.pages(max_pages=max_pages))
    assert [item for page in pages for item in page.items] == name_things(count)


def test_pages_end_after_the_page_that_reaches_the_limit():
    _, client = open_shape(OFFSET)
    assert [len(page.items) for page in client.list.pages(limit=3)] == [3]
    assert [len(page.items) for page in client.list.pages(limit=4)] == [3, 3]


def test_limits_hold_for_an_asynchronous_client():
    async def collect():
        async with dynclient.AsyncClient(OFFSET.document(), transport=server) as client:
            return [item async for item in client.list.items(limit=4)]

    server = OFFSET.server(name_things(7))
    assert asyncio.run(collect()) == name_things(4)
    assert len(server.seen) == 2


def test_the_first_limit_that_is_reached_counts():
    _, client = open_shape(OFFSET)
    assert len(list(client.list.items(limit=5, max_pages=1))) == 3
    assert len(list(client.list.items(limit=2, max_pages=2))) == 2


def test_limit_is_the_argument_of_an_operation_that_has_one():
    shape = BY_NAME["offset"]
    server, client = open_shape(shape)
    assert list(client.list.items(limit=2, max_items=3)) == name_things(3)
    assert [request.url.params["limit"] for request in server.seen] == ["2", "2"]
    assert list(client.list.items(limit=2)) == name_things(7)


def test_beside_a_call_each_of_these_names_is_an_option():
    names = ["limit", "max_items", "max_pages", "resume"]
    made = listing(*integers("offset", *names), result=envelope(data=ITEMS))
    server = BY_NAME["offset"].server(name_things(7))
    client = dynclient.Client(document({"/things": {"get": made}}), transport=server)
    list(client.list.items(limit=5, max_items=1, max_pages=2, resume=3))
    assert server.seen[0].url.query == b"limit=5&max_items=1&max_pages=2&resume=3"
    call = dynclient.Call(query={"limit": 5})
    assert list(client.list.items(call, max_items=1)) == name_things(1)
    assert list(client.list.items(call, limit=1)) == name_things(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": -1}, "limit cannot be -1\n  hint: give a number from 0, or None for no limit"),
        ({"limit": True}, "limit cannot be true"),
        ({"max_items": "5"}, "max_items cannot be '5'"),
        ({"max_pages": 1.5}, "max_pages cannot be 1.5"),
        ({"limit": 1, "max_items": 1}, "limit and max_items are the same\n  hint: give one"),
        ({"resume": "x"}, "resume cannot be 'x'\n  hint: give the `cursor` of a page of this operation"),
        ({"resume": {}}, "resume cannot be an object of 0 properties"),
        ({"resume": {"query": {"page": 3}}}, "resume cannot be an object of 1 property"),
        ({"resume": {"url": "https://evil.test/things"}}, "resume cannot be"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_is_refused_before_anything_is_sent(options, message):
    server, client = open_shape(OFFSET)
    with pytest.raises(UsageError) as caught:
        client.list.pages(**options)
    assert str(caught.value).startswith(message)
    assert server.seen == []


def test_a_mistake_in_the_arguments_is_told_at_once():
    server, client = open_shape(OFFSET)
    with pytest.raises(InvalidCall, match="skip"):
        client.list.items(skp=1)
    assert server.seen == []


def test_a_client_finds_the_operation_by_its_name():
    _, client = open_shape(OFFSET)
    assert list(client.items("list", skip=5)) == name_things(7)[5:]
    assert [page.number for page in client.pages("GET /things", pageSize=4)] == [1, 2]


@pytest.mark.parametrize(("name", "first"), [("page", 1), ("offset", 0)])
def test_a_required_number_of_the_page_need_not_be_given(name, first):
    made = listing(
        parameter(name, schema=INTEGER, required=True),
        *integers("limit"),
        result=envelope(data=ITEMS, total=INTEGER),
    )
    server, client = open_server_of(made, {"data": name_things(2), "total": 2})
    assert list(client.list.items()) == name_things(2)
    assert server.last.url.params[name] == str(first)
    with pytest.raises(InvalidCall, match="2 problems"):
        client.list.items(limit="x")
    with pytest.raises(InvalidCall):
        client.list()


# --- cursors


def test_a_cursor_is_json_and_needs_no_other_argument_again():
    _, client = open_shape(CURSOR)
    first = next(client.list.pages(limit=2))
    cursor = json.loads(json.dumps(first.cursor))
    assert list(client.list.items(limit=2, resume=cursor)) == name_things(7)[2:]


def test_a_cursor_takes_the_type_of_its_parameter():
    made = listing(parameter("after", schema=STRING), result=envelope(data=ITEMS, next=INTEGER))
    server, client = open_server_of(made, {"data": name_things(1), "next": 17}, {"data": []})
    assert list(client.list.items()) == name_things(1)
    assert server.last.url.query == b"after=17"


def open_server_of(operation_object, *bodies, **options):
    server = reply_with(*bodies)
    made = document({"/things": {"get": operation_object}})
    return server, dynclient.Client(made, transport=server, **options)


# --- validation


def broken_pages():
    good = {"data": name_things(2), "hasMore": True}
    return good, {"data": [{"id": 5}], "hasMore": True}


def test_an_invalid_page_ends_the_list_and_what_came_before_is_kept():
    _, client = open_server(OFFSET, *broken_pages())
    kept = []
    with pytest.raises(InvalidResponse) as caught:
        kept.extend(client.list.items())
    assert kept == name_things(2)
    assert caught.value.__notes__ == ["this was page 2 of list"]


def test_an_asynchronous_client_keeps_and_names_the_same():
    kept = []

    async def collect():
        server = reply_with(*broken_pages())
        async with dynclient.AsyncClient(OFFSET.document(), transport=server) as client:
            async for item in client.list.items():
                kept.append(item)  # noqa: PERF401 (what came before the failure counts)

    with pytest.raises(InvalidResponse) as caught:
        asyncio.run(collect())
    assert (kept, caught.value.__notes__) == (name_things(2), ["this was page 2 of list"])


def test_an_invalid_page_is_kept_under_warn():
    good, bad = broken_pages()
    _, client = open_server(OFFSET, good, {**bad, "hasMore": False}, validate_responses="warn")
    with pytest.warns(dynclient.errors.ResponseDrift):
        assert list(client.list.items()) == [*name_things(2), {"id": 5}]


@pytest.mark.parametrize("status", [404, 429, 500])
def test_a_failure_names_its_page(status):
    replies = iter([httpx.Response(200, json=broken_pages()[0]), httpx.Response(status)])
    client = dynclient.Client(OFFSET.document(), transport=Server(lambda _: next(replies)))
    with pytest.raises(dynclient.errors.StatusError) as caught:
        list(client.list.items())
    assert caught.value.__notes__ == ["this was page 2 of list"]


@pytest.mark.parametrize("body", [{"data": None, "hasMore": False}, {"hasMore": False}])
def test_a_list_that_is_left_out_or_null_is_empty(body):
    _, client = open_server(OFFSET, body, validate_responses="off")
    assert list(client.list.items()) == []


def test_a_page_that_is_no_json_is_an_error():
    server = Server(httpx.Response(200, html="<p>maintenance</p>"))
    client = dynclient.Client(OFFSET.document(), transport=server, validate_responses="off")
    with pytest.raises(PaginationError, match="page 1: /data of the result is no array"):
        list(client.list.items())


def test_no_body_is_an_empty_list():
    server = Server(httpx.Response(204))
    client = dynclient.Client(OFFSET.document(), transport=server, validate_responses="off")
    assert list(client.list.items()) == []


def test_a_result_without_an_array_is_an_error():
    _, client = open_server(OFFSET, {"data": {"a": 1}, "hasMore": False}, validate_responses="off")
    with pytest.raises(PaginationError, match="page 1: /data of the result is no array"):
        list(client.list.items())


# --- a server that goes in circles


def test_a_page_that_repeats_is_an_error():
    server, client = open_server(OFFSET, {"data": name_things(2), "hasMore": True})
    items = client.list.items()
    assert [next(items), next(items)] == name_things(2)
    with pytest.raises(PaginationError) as caught:
        next(items)
    assert str(caught.value) == (
        "list  GET /things: page 2: its items came before: the server repeats a page\n"
        "  hint: inferred from the schemas; pagination={'list': …} says otherwise"
    )
    assert (caught.value.page_number, caught.value.operation_id) == (2, "list")
    assert len(server.seen) == 2


@pytest.mark.parametrize("size", [1, 3])
def test_pages_in_a_circle_are_an_error(size):
    bodies = [
        {"data": [thing], "next_cursor": f"c{n}"} for n, thing in enumerate(name_things(size))
    ]
    replies = (httpx.Response(200, json=body) for body in itertools.cycle(bodies))
    client = dynclient.Client(CURSOR.document(), transport=Server(lambda _: next(replies)))
    got = []
    with pytest.raises(PaginationError, match="came before"):
        got.extend(client.list.items())
    items = client.list.items()
    assert list(itertools.islice(items, 1)) != []


def test_empty_pages_between_others_do_not_add_up(monkeypatch):
    monkeypatch.setattr("dynclient.pages.page_walk.MAX_EMPTY_PAGES", 2)
    things = name_things(3)
    pages = [[], [things[0]], [], [things[1]], [], [things[2]]]
    bodies = [{"data": page, "next_cursor": f"c{number}"} for number, page in enumerate(pages)]
    del bodies[-1]["next_cursor"]
    _, client = open_server(CURSOR, *bodies)
    assert list(client.list.items()) == things


def test_a_cursor_that_does_not_move_is_an_error():
    _, client = open_server(
        CURSOR,
        {"data": name_things(1), "next_cursor": "c1"},
        {"data": [{"id": "x"}], "next_cursor": "c1"},
        {"data": [{"id": "y"}], "next_cursor": "c1"},
    )
    got = []
    with pytest.raises(PaginationError) as caught:
        got.extend(client.list.items())
    assert got == [{"id": "t0"}, {"id": "x"}]
    assert caught.value.headline == (
        "list  GET /things: page 2: the next page is one that came before: /query/cursor is 'c1'"
    )


def test_an_empty_page_that_names_itself_is_the_last():
    _, client = open_server(
        CURSOR, {"data": name_things(1), "next_cursor": "c1"}, {"data": [], "next_cursor": "c1"}
    )
    assert list(client.list.items()) == name_things(1)


@pytest.mark.parametrize("more", [True, False, None, "true", 1])
def test_an_empty_page_that_names_itself_ends_the_list_unless_it_promises_more(more):
    last = {"data": [], "next_cursor": "c1", "more": more}
    first = {"data": name_things(1), "next_cursor": "c1", "more": True}
    _, client = open_server(CURSOR, first, last, pagination={"list": {"has_more": "more"}})
    got = []
    if more is True:
        with pytest.raises(PaginationError, match="the next page is one that came before"):
            got.extend(client.list.items())
    else:
        got.extend(client.list.items())
    assert got == name_things(1)


@pytest.mark.parametrize("start", ["https://api.example.com/v1/things", "/v1/things", "things", ""])
def test_a_link_that_repeats_is_shown_without_its_secrets(start):
    link = f"{start}?page=2&access_token=t0p-s3cret"
    bodies = [{"data": [thing], "next": link} for thing in name_things(3)]
    _, client = open_server(
        LINK, *bodies, server="https://api.example.com/v1", validate_responses="off"
    )
    with pytest.raises(PaginationError) as caught:
        list(client.list.items())
    assert f"one that came before: {start}?page=2&access_token=…" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(caught.value)


@given(st.lists(st.integers(0, 9).map(lambda number: bytes([number])), max_size=40))
def test_the_newest_digests_are_kept_and_no_more(digests):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("dynclient.pages.page_walk.MAX_DIGESTS", 3)
        log, newest = _DigestLog(), []
        for digest in digests:
            assert (digest in log) == (digest in newest)
            if digest not in log:
                log.add(digest)
                newest = [*newest, digest][-3:]


def test_a_walk_over_many_pages_keeps_a_bounded_number_of_digests(monkeypatch):
    monkeypatch.setattr("dynclient.pages.page_walk.MAX_DIGESTS", 6)
    numbers = itertools.count()

    def reply(_):
        number = next(numbers)
        return httpx.Response(
            200, json={"data": [{"id": f"t{number}"}], "next_cursor": f"c{number}"}
        )

    client = dynclient.Client(CURSOR.document(), transport=Server(reply))
    walk = begin_walk(client.list, (), {"max_pages": 50})
    assert len(list(iterate_pages(client.list, walk))) == 50
    assert len(walk._digests._digests) == 6


def test_plain_values_may_repeat_in_a_list():
    made = listing(*integers("limit", "offset"), result={"type": "array", "items": INTEGER})
    server = BY_NAME["bare offset"].server([7, 7, 7, 7, 7])
    client = dynclient.Client(document({"/things": {"get": made}}), transport=server)
    assert list(client.list.items(limit=2)) == [7, 7, 7, 7, 7]


def test_empty_pages_without_an_end_are_an_error():
    numbers = itertools.count()
    server = Server(
        lambda _: httpx.Response(200, json={"data": [], "next_cursor": f"c{next(numbers)}"})
    )
    client = dynclient.Client(CURSOR.document(), transport=server)
    with pytest.raises(PaginationError, match="100 pages in a row have no items"):
        list(client.list.items())
    assert len(server.seen) == 100


def test_a_few_empty_pages_do_not_end_a_list():
    _, client = open_server(
        CURSOR,
        {"data": [], "next_cursor": "a"},
        {"data": name_things(1), "next_cursor": "b"},
        {"data": [], "next_cursor": "c"},
        {"data": [{"id": "z"}]},
    )
    assert list(client.list.items()) == [{"id": "t0"}, {"id": "z"}]


@pytest.mark.parametrize(
    ("shape", "body", "reason"),
    [
        ("starting_after", {"data": [], "has_more": True}, "there are more items, but /data/-1/id is empty"),
        ("hasMore", {"data": [], "hasMore": True}, "an empty page says that there are more items"),
    ],
)  # fmt: skip
def test_a_promise_without_a_place_is_an_error(shape, body, reason):
    _, client = open_server(BY_NAME[shape], body)
    with pytest.raises(PaginationError, match=reason):
        list(client.list.items())


def test_the_page_of_an_error_is_yielded_before_it():
    _, client = open_server(BY_NAME["starting_after"], {"data": [], "has_more": True})
    pages = client.list.pages()
    assert next(pages).items == []
    with pytest.raises(PaginationError):
        next(pages)


# --- links


KEY = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
QUERY_KEY = {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}}


def open_linked(link, components=KEY):
    """Return a server whose first page leads to a link, and a client with a credential."""
    replies = iter([{"data": name_things(1), "next": link}, {"data": [], "next": None}])
    server = Server(lambda _: httpx.Response(200, json=next(replies)))
    made = LINK.document() | {"components": components, "security": [{"key": []}]}
    client = dynclient.Client(made, transport=server, credentials={"key": "secret"}, server="https://api.example.com/v1", validate_responses="off")  # fmt: skip
    return server, client


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.test/v1/things?offset=1",
        "https://evil.test/v1/other",
        "//evil.test/v1/things?offset=1",
        "http://api.example.com/v1/other",
        "https://api.example.com:444/v1/other",
        "https://user:pw@api.example.com/v1/things?offset=1",
        "ftp://api.example.com/x",
        "javascript:alert(1)",
        "https://[",
        "http://api.example.com.evil.test/v1/things?offset=1",
    ],
)
def test_a_link_to_another_origin_is_never_followed(link):
    server, client = open_linked(link)
    got = []
    with pytest.raises(PaginationError, match="the next link is not followed"):
        got.extend(client.list.items())
    assert got == name_things(1)
    assert len(server.seen) == 1


def test_the_message_of_such_a_link_names_both_origins():
    _, client = open_linked("https://evil.test/x?token=secret")
    with pytest.raises(PaginationError) as caught:
        list(client.list.items())
    assert caught.value.headline == (
        "list  GET /things: page 1: the next link is not followed: it leads to"
        " https://evil.test:443, and not to https://api.example.com:443: nothing is sent there"
    )


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("?offset=1", "https://api.example.com/v1/things?offset=1"),
        ("/v1/things?offset=1&limit=2", "https://api.example.com/v1/things?limit=2&offset=1"),
        ("https://api.example.com/v1/things?offset=1#x", "https://api.example.com/v1/things?offset=1"),
        # Behind a proxy, a server may not know how it is called.
        ("http://api.example.com/v1/things?offset=1", "https://api.example.com/v1/things?offset=1"),
        ("https://api.example.com/v1/things?offset=1&unknown=x", "https://api.example.com/v1/things?offset=1&unknown=x"),
        ("https://api.example.com/v1/things/more?page=b", "https://api.example.com/v1/things/more?page=b"),
        ("https://api.example.com/v1/things?offset=-x", "https://api.example.com/v1/things?offset=-x"),
    ],
)  # fmt: skip
def test_a_link_of_the_same_origin_is_followed_with_the_credential(link, url):
    server, client = open_linked(link)
    assert list(client.list.items()) == name_things(1)
    assert str(server.last.url) == url
    assert server.last.headers["x-key"] == "secret"


def test_an_api_key_in_a_link_is_not_sent_twice():
    server, client = open_linked("?offset=1&key=other", QUERY_KEY)
    assert list(client.list.items()) == name_things(1)
    assert server.last.url.query == b"offset=1&key=secret"
    _, client = open_linked("https://api.example.com/v1/more?key=other&page=b", QUERY_KEY)
    assert next(client.list.pages()).cursor == {"url": "https://api.example.com/v1/more?page=b"}


@pytest.mark.parametrize("schema", [{"type": "object", "properties": {"href": STRING}}, STRING])
@pytest.mark.parametrize("link", ["?offset=1", {"href": "?offset=1", "meta": {}}])
def test_a_link_is_a_text_or_an_object_with_one(schema, link):
    made = listing(*integers("offset"), result=envelope(data=ITEMS, links=envelope(next=schema)))
    first = {"data": name_things(1), "links": {"next": link}}
    server, client = open_server_of(made, first, {"data": []}, validate_responses="off")
    assert list(client.list.items()) == name_things(1)
    assert server.last.url.query == b"offset=1"


def test_a_number_that_is_declared_as_text_is_sent_as_text():
    made = listing(parameter("page", schema=STRING), result=envelope(data=ITEMS, total=INTEGER))
    server, client = open_server_of(
        made, {"data": name_things(1), "total": 2}, {"data": [{"id": "x"}], "total": 2}
    )
    assert list(client.list.items()) == [*name_things(1), {"id": "x"}]
    assert server.last.url.query == b"page=2"


def test_headers_of_the_call_go_along_with_a_link():
    made = listing(
        parameter("X-Tenant", "header", STRING),
        *integers("limit"),
        result=envelope(data=ITEMS, next={"type": ["string", "null"], "format": "uri-reference"}),
    )
    first = {"data": name_things(1), "next": "?token=b"}
    server, client = open_server_of(made, first, {"data": [], "next": None})
    assert list(client.list.items(x_tenant="acme")) == name_things(1)
    assert server.last.headers["x-tenant"] == "acme"
    assert server.last.url.query == b"token=b"


def test_path_values_go_along_with_a_link_that_is_a_call():
    made = document(
        {
            "/shops/{shopId}/things": {
                "get": listing(
                    parameter("shopId", "path", STRING),
                    *integers("offset"),
                    result=envelope(
                        data=ITEMS, next={"type": ["string", "null"], "format": "uri-reference"}
                    ),
                )
            }
        }
    )
    server = reply_with(
        {"data": name_things(1), "next": "/v1/shops/a%2Fb/things?offset=1"},
        {"data": [], "next": None},
    )
    client = dynclient.Client(made, transport=server)
    assert list(client.list.items("a/b")) == name_things(1)
    assert str(server.last.url) == "https://api.example.com/v1/shops/a%2Fb/things?offset=1"


# --- what says how it pages


def test_nothing_known_is_a_usage_error_that_shows_what_to_write():
    client = dynclient.Client(single(method="get", responses=answer(envelope(a=STRING))))
    assert client.run.pagination is None
    with pytest.raises(UsageError) as caught:
        client.run.pages()
    assert str(caught.value) == (
        "run  GET /things: nothing says how it pages; nothing was sent\n"
        "  hint: say it: Client(…, pagination={'run': {'style': 'offset', 'parameter': '…', 'items': '…'}})"
    )


def test_a_guess_is_shown_and_not_used():
    made = listing(*integers("offset"), result=envelope(reds=ITEMS, blues=ITEMS))
    server, client = open_server_of(made, {})
    assert client.list.pagination.certainty == "unsure"
    with pytest.raises(UsageError) as caught:
        client.list.items()
    assert str(caught.value) == (
        "list  GET /things: how it pages is not sure enough (inferred from the schemas); nothing was sent\n"
        "  hint: say it: Client(…, pagination={'list': {'style': 'offset', 'items': '/reds', 'parameter': '/query/offset'}})"
    )
    assert server.seen == []
    sure = client.with_options(pagination={"list": {"items": "blues"}})
    assert sure.list.pagination.items == "/blues"
    assert sure.list.pagination.certainty == "certain"


def test_a_pagination_of_all_operations_is_for_those_that_have_its_parameter():
    table = {"*": {"style": "offset", "parameter": "von", "items": "data"}}
    made = document(
        {
            "/things": {"get": listing(*integers("von"), result=envelope(data=ITEMS))},
            "/others": {"get": operation(operationId="others", responses=answer(ITEMS))},
        }
    )
    client = dynclient.Client(made, pagination=table)
    assert client.list.pagination.parameter == "/query/von"
    assert client.others.pagination is None


def test_paginations_of_a_view_are_added():
    shape = BY_NAME["offset"]
    client = dynclient.Client(shape.document(), pagination={"list": {"style": "single"}})
    view = client.with_options(pagination={"*": {"style": "single"}})
    assert view.list.pagination.style == "single"
    assert set(view._options.pagination) == {"list", "*"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"list": {"style": "offest"}}, "pagination of list: style cannot be 'offest'"),
        ({"list": {"parametr": "x"}}, "pagination of list: there is no key 'parametr'\n  hint: did you mean parameter?"),
        ({"list": {"items": 5}}, "pagination of list: items cannot be 5"),
        ({"list": {"first": "1"}}, "pagination of list: first cannot be '1'"),
        ({"list": 5}, "pagination cannot be an object of 1 property"),
        (5, "pagination cannot be 5"),
    ],
)  # fmt: skip
def test_a_wrong_pagination_is_refused_by_the_client(table, message):
    with pytest.raises(UsageError) as caught:
        dynclient.Client(OFFSET.document(), pagination=table)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"parameter": "skp"}, "pagination of list: parameter: list has no argument 'skp'\n  hint: did you mean skip?"),
        ({"parameter": "/query/skp"}, "pagination of list: parameter: list has no argument '/query/skp'"),
        ({"style": "cursor", "parameter": "skip"}, "pagination of list: the style 'cursor' needs next"),
        ({"style": "link"}, "pagination of list: the style 'link' needs next"),
        ({"style": "page"}, "pagination of list: the style 'page' needs parameter"),
    ],
)  # fmt: skip
def test_a_pagination_that_does_not_fit_its_operation_is_refused(table, message):
    client = dynclient.Client(OFFSET.document(), pagination={"list": table})
    with pytest.raises(UsageError) as caught:
        client.list.pages()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("kind", [dynclient.Client, dynclient.AsyncClient])
def test_a_pagination_of_no_operation_is_refused_before_the_first_call(kind):
    tables = {"*": {"style": "single"}, "GET /things": {}, "lst": {"style": "single"}}
    message = "pagination: .* has no operation 'lst' .*did you mean list"
    with pytest.raises(dynclient.errors.OperationNotFound, match="(?s)" + message) as caught:
        kind(OFFSET.document(), pagination=tables)
    assert isinstance(caught.value, UsageError)
    assert caught.value.suggestions == ("list",)
    client = kind(OFFSET.document(), pagination={"*": {}, "GET /things": {}, "list": {}})
    with pytest.raises(dynclient.errors.OperationNotFound, match="did you mean GET /things"):
        client.with_options(pagination={"POST /things": {"style": "single"}})


def test_a_single_page_is_all_there_is():
    server, client = open_shape(OFFSET, pagination={"list": {"style": "single", "items": "data"}})
    assert list(client.list.items()) == name_things(3)
    assert len(server.seen) == 1


@pytest.mark.parametrize("value", [0, "", None, False])
def test_a_cursor_that_is_nothing_ends_a_list(value):
    made = listing(parameter("cursor"), result=envelope(data=ITEMS, next_cursor={}))
    server, client = open_server_of(made, {"data": name_things(1), "next_cursor": value})
    assert list(client.list.items()) == name_things(1)
    assert len(server.seen) == 1


def test_a_link_that_came_before_is_shown_without_what_the_document_calls_a_password():
    source = LINK.document()
    secret = {"name": "pin", "in": "query", "schema": {"type": "string", "format": "password"}}
    source["paths"]["/things"]["get"].setdefault("parameters", []).append(secret)
    link = "/things?pin=HUSH1&api_key=HUSH2&n=2"
    bodies = [{"data": [thing], "next": link} for thing in name_things(3)]
    client = dynclient.Client(source, transport=reply_with(*bodies), validate_responses="off")
    with pytest.raises(PaginationError) as caught:
        list(client.list.items())
    assert "came before: /things?pin=…&api_key=…&n=2" in str(caught.value)
    assert "HUSH" not in str(caught.value)

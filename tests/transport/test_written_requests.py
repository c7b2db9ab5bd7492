"""The HTTP library's request is what the library itself would make of the same parts, at less cost."""

from __future__ import annotations

import asyncio
import gc
import weakref

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.both import document
from support.documents import parameter

import dynclient
from dynclient.transport.authorization import AuthorizedRequest
from dynclient.transport.http_adapter import HttpAdapter

LIBRARIES = ["httpx", "httpx2"]
TOKEN = st.text("abcXYZ-0", min_size=1, max_size=8).map("X-".__add__)
VALUE = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=12)
FIELDS = st.lists(st.tuples(TOKEN | st.just("user-agent") | st.just("Host"), VALUE), max_size=4)


@pytest.mark.parametrize("name", LIBRARIES)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "post", "Copy"]),
    url=st.sampled_from(["https://a.test", "http://a.test:8080/b?c=%20", "https://[::1]:9/x"]),
    fields=FIELDS,
    body=st.none() | st.binary(max_size=20),
)
def test_a_request_is_the_one_that_the_library_would_build(name, method, url, fields, body):
    library = pytest.importorskip(name)
    target = library.MockTransport(lambda _request: library.Response(200))
    adapter = HttpAdapter(target, "agent/1", is_async=False)
    assert adapter.client is not None
    built, _ = adapter.begin(AuthorizedRequest(method, url, tuple(fields), body), None)

    names = {field.lower() for field, _ in fields}
    defaults = [("User-Agent", "agent/1"), ("Accept-Encoding", "gzip, deflate")]
    complete = fields + [field for field in defaults if field[0].lower() not in names]
    encoded = [(field.encode(), value.encode()) for field, value in complete]
    expected = library.Request(method, url, headers=encoded, content=body)
    own = [field for field in built.headers.raw if field[0] != b"Accept-Encoding"]
    theirs = [field for field in expected.headers.raw if field[0] != b"Accept-Encoding"]
    assert sorted(own) == sorted(theirs)
    assert own[0] == theirs[0] or b"Content-Length" in theirs[0]
    assert (built.url, built.content, built.method) == (expected.url, expected.content, method)


def test_no_request_stays_in_memory_after_its_call():
    """A request holds the credentials and the whole body."""
    seen = []

    def answer(request):
        seen.append(weakref.ref(request))
        return httpx.Response(200, json="a")

    client = dynclient.Client(
        document(parameter("q", schema={"type": "string"})),
        server="https://a.test",
        transport=httpx.MockTransport(answer),
    )
    for _ in range(3):
        client.run(q="x")
    gc.collect()
    assert [reference() for reference in seen] == [None] * 3


def test_a_cookie_of_the_server_is_never_sent_back_nor_kept():
    seen = []

    async def answer(request):
        seen.append(request.headers.get("cookie"))
        return httpx.Response(200, json="a", headers={"Set-Cookie": "a=b; Path=/"})

    async def run():
        client = dynclient.AsyncClient(
            document(parameter("q", schema={"type": "string"})),
            server="https://a.test",
            transport=httpx.MockTransport(answer),
        )
        async with client:
            await client.run(q="x")
            await client.run(q="x")

    asyncio.run(run())
    assert seen == [None, None]

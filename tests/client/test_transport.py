from __future__ import annotations

import asyncio
import contextlib
import time

import httpx
import pytest
from support.documents import SERVER, Server, content, parameter, single

import dynclient
from dynclient import errors


@pytest.fixture
def slept(monkeypatch):
    """Let no test wait; return how long each wait would have been."""
    waits: list[float] = []

    async def pause(delay, *_):
        waits.append(delay)

    monkeypatch.setattr(time, "sleep", waits.append)
    monkeypatch.setattr(asyncio, "sleep", pause)
    return waits


def run(client):
    """Call `run` of either kind of client."""
    result = client.run()
    return asyncio.run(_awaited(result)) if asyncio.iscoroutine(result) else result


async def _awaited(result):
    return await result


@pytest.fixture(params=[dynclient.Client, dynclient.AsyncClient], ids=["sync", "async"])
def kind(request):
    return request.param


# --- errors


@pytest.mark.parametrize(
    ("cause", "expected", "phase"),
    [
        (httpx.ConnectTimeout, errors.TimedOut, "connect"),
        (httpx.ReadTimeout, errors.TimedOut, "read"),
        (httpx.WriteTimeout, errors.TimedOut, "write"),
        (httpx.PoolTimeout, errors.TimedOut, "pool"),
        (httpx.ConnectError, errors.ConnectFailed, None),
        (httpx.ProxyError, errors.ConnectFailed, None),
        (httpx.ReadError, errors.BrokenResponse, None),
        (httpx.RemoteProtocolError, errors.BrokenResponse, None),
        (httpx.DecodingError, errors.BrokenResponse, None),
    ],
)
def test_every_fault_of_the_http_library_is_ours_with_its_cause(kind, cause, expected, phase):
    def answer(request):
        raise cause("why", request=request)

    with pytest.raises(errors.TransportError) as caught:
        run(kind(single(method="get"), transport=Server(answer)))
    error = caught.value
    assert type(error) is expected
    assert isinstance(error.__cause__, cause)
    assert (error.request.url, len(error.attempts)) == (f"{SERVER}/things", 1)
    assert "run" in str(error)
    if phase:
        assert error.phase == phase


# --- redirects


def chain(count, status=302, to=None):
    def answer(request):
        if len(server.seen) <= count:
            return httpx.Response(status, headers={"location": to or f"/hop{len(server.seen)}"})
        return httpx.Response(200)

    server = Server(answer)
    return server


@pytest.mark.parametrize("method", ["get", "head"])
def test_get_and_head_follow_up_to_five_redirects(kind, method):
    server = chain(5)
    run(kind(single(method=method), transport=server))
    assert [r.method for r in server.seen] == [method.upper()] * 6
    server = chain(6)
    with pytest.raises(errors.TooManyRedirects) as caught:
        run(kind(single(method=method), transport=server))
    assert len(server.seen) == 6
    assert caught.value.limit == 5


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_other_method_follows_unless_it_is_asked_to(kind, method):
    server = chain(1)
    with pytest.raises(errors.UndocumentedResponse):
        run(kind(single(method=method), transport=server))
    assert len(server.seen) == 1
    server = chain(1)
    run(kind(single(method=method), transport=server, follow_redirects=True))
    assert len(server.seen) == 2


def test_redirects_can_be_turned_off(kind):
    server = chain(1)
    with pytest.raises(errors.UndocumentedResponse):
        run(kind(single(method="get"), transport=server, follow_redirects=False))
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(302, "GET", b""), (303, "GET", b""), (307, "POST", b'{"a":1}'), (308, "POST", b'{"a":1}')],
)
def test_a_redirect_changes_the_method_as_http_says(status, method, body):
    server = chain(1, status)
    dynclient.Client(single(body=content({})), transport=server, follow_redirects=True).run(
        body={"a": 1}
    )
    assert (server.last.method, server.last.content) == (method, body)
    assert ("content-type" in server.last.headers) is bool(body)


@pytest.mark.parametrize(
    "to",
    ["http://x:99999/", "http://[::1", "http://[", "//evil.test:abc/", "http://", "http:///x", "javascript:alert(1)", "file:///etc/passwd", "http://a b/", "ftp://x/", "\x00", "é", "http://é.test/", "http://\u2028/"],
)  # fmt: skip
def test_a_location_of_a_hostile_server_ends_in_our_error_or_an_answer(kind, to):
    server = Server(
        lambda _: (
            httpx.Response(302, headers=[(b"location", to.encode())])
            if len(server.seen) == 1
            else httpx.Response(200)
        )
    )
    with contextlib.suppress(errors.DynclientError):
        run(kind(single(method="get"), transport=server))
    assert all(r.url.scheme in ("http", "https") and r.url.host for r in server.seen)


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    "responses",
    [
        {"200": {"description": "fine"}},
        {"default": {"description": "what went wrong"}},
        {"4XX": {"description": "what went wrong"}},
    ],
)
def test_a_redirect_that_is_not_followed_says_where_it_leads(kind, status, responses):
    location = f"/elsewhere?token={'s3cret' * 9}"
    server = Server(lambda _: httpx.Response(status, headers={"location": location}))
    made = single(method="post", responses=responses)
    with pytest.raises(errors.UndocumentedResponse) as caught:
        run(kind(made, transport=server))
    text = f"the {status} response redirects to /elsewhere?token=…, which was not followed"
    assert text in caught.value.headline
    assert caught.value.hint == "follow_redirects=True follows it"
    assert len(server.seen) == 1


def test_a_redirect_that_is_not_followed_is_drift_that_says_so(kind):
    server = Server(lambda _: httpx.Response(308, headers={"location": "/x"}))
    made = single(method="post", responses={"200": {"description": "fine"}})
    text = (
        "got 308, the document knows 200; the redirect was not followed, follow_redirects=True does"
    )
    with pytest.warns(errors.ResponseDrift, match=text):
        assert run(kind(made, transport=server, validate_responses="warn")) is None


def test_a_redirect_that_the_document_declares_is_a_result(kind):
    server = Server(lambda _: httpx.Response(307, headers={"location": "/x"}))
    for declared in ("307", "3XX"):
        made = single(method="post", responses={declared: {"description": "elsewhere"}})
        assert run(kind(made, transport=server)) is None


# --- retries


def failing(status, times, **headers):
    server = Server(
        lambda _: (
            httpx.Response(status, headers=headers)
            if len(server.seen) <= times
            else httpx.Response(200)
        )
    )
    return server


def test_nothing_is_tried_again_by_default(kind, slept):
    server = failing(503, 9)
    with pytest.raises(errors.ServerError):
        run(kind(single(method="get"), transport=server))
    assert (len(server.seen), slept) == (1, [])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_transient_failure_is_tried_again_with_growing_waits(kind, slept, status):
    server = failing(status, 2)
    run(kind(single(method="get"), transport=server, retries=2))
    assert len(server.seen) == 3
    assert 0 < slept[0] <= 0.5
    assert 0 < slept[1] <= 1.0


@pytest.mark.parametrize("status", [400, 404, 409, 501])
def test_a_lasting_failure_is_not_tried_again(kind, slept, status):
    server = failing(status, 9)
    with pytest.raises(errors.StatusError):
        run(kind(single(method="get"), transport=server, retries=3))
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
@pytest.mark.parametrize("method", ["post", "patch"])
def test_no_status_lets_a_post_be_sent_twice(kind, slept, status, method):
    server = failing(status, 9)
    with pytest.raises(errors.StatusError):
        run(kind(single(method=method), transport=server, retries=1))
    assert len(server.seen) == 1


def test_attempts_are_counted(kind, slept):
    def answer(request):
        raise httpx.ConnectError("no", request=request)

    server = Server(answer)
    with pytest.raises(errors.ConnectFailed) as caught:
        run(kind(single(method="post"), transport=server, retries=2))
    assert (len(caught.value.attempts), len(server.seen)) == (3, 3)


@pytest.mark.parametrize(
    ("header", "waits"),
    [
        ("7", [7.0]),
        ("1.5", [1.5]),
        ("0", []),
        ("Mon, 01 Jan 0001 00:00:00 GMT", []),
    ],
)
def test_retry_after_is_followed(slept, header, waits):
    server = failing(503, 1, **{"retry-after": header})
    dynclient.Client(single(method="get"), transport=server, retries=1).run()
    assert slept == waits


@pytest.mark.parametrize("header", ["61", "9" * 400, "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_a_retry_after_beyond_the_longest_wait_ends_the_call(kind, slept, header):
    server = failing(503, 1, **{"retry-after": header})
    with pytest.raises(errors.ServerError) as caught:
        run(kind(single(method="get"), transport=server, retries=1))
    assert (slept, len(server.seen), len(caught.value.attempts)) == ([], 1, 1)


@pytest.mark.parametrize("header", ["-5", "x", "nan", "", "1e9"])
def test_a_retry_after_without_meaning_is_as_none(slept, header):
    server = failing(503, 1, **{"retry-after": header})
    dynclient.Client(single(method="get"), transport=server, retries=1).run()
    assert 0 <= slept[0] <= 0.5


# --- whose client it is


def test_a_ready_client_stays_the_users():
    server = Server()
    with httpx.Client(transport=server, headers={"X-Mine": "1"}, timeout=3) as http:
        with dynclient.Client(single(), transport=http) as client:
            client.run()
        assert not http.is_closed
    assert server.last.headers["x-mine"] == "1"
    assert server.last.headers["user-agent"].startswith("python-httpx")
    assert server.last.extensions["timeout"]["read"] == 3


def test_a_ready_async_client_stays_the_users():
    async def main():
        server = Server()
        async with httpx.AsyncClient(transport=server, headers={"X-Mine": "1"}) as http:
            async with dynclient.AsyncClient(single(), transport=http) as client:
                await client.run()
            assert not http.is_closed
        assert server.last.headers["x-mine"] == "1"

    asyncio.run(main())


def test_an_explicit_timeout_wins_over_the_users_own():
    server = Server()
    with httpx.Client(transport=server, timeout=3) as http:
        dynclient.Client(single(), transport=http, timeout=9).run()
    assert server.last.extensions["timeout"]["read"] == 9


def test_a_wsgi_application_answers():
    def app(environ, start):
        start("200 OK", [("Content-Type", "text/plain")])
        return [environ["QUERY_STRING"].encode()]

    made = single(
        parameter("q"),
        method="get",
        responses={"200": {"description": "x", "content": {"text/plain": {}}}},
    )
    assert dynclient.Client(made, transport=httpx.WSGITransport(app=app)).run(q="a b") == "q=a%20b"


def test_an_asgi_application_answers():
    async def app(scope, receive, send):
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": b"[1]"})

    made = single(
        method="get", responses={"200": {"description": "x", "content": {"application/json": {}}}}
    )
    assert run(dynclient.AsyncClient(made, transport=httpx.ASGITransport(app=app))) == [1]


@pytest.mark.parametrize(
    ("maker", "made"),
    [
        (dynclient.Client, lambda: 5),
        (dynclient.Client, lambda: "x"),
        (dynclient.Client, lambda: httpx.Client),
        (dynclient.AsyncClient, lambda: httpx.AsyncClient),
        (dynclient.Client, httpx.AsyncHTTPTransport),
        (dynclient.AsyncClient, httpx.HTTPTransport),
        (dynclient.Client, httpx.AsyncClient),
        (dynclient.AsyncClient, httpx.Client),
    ],
)
def test_what_is_no_transport_is_refused_when_the_client_is_made(maker, made):
    with pytest.raises(errors.UsageError):
        maker(single(), transport=made())


def test_no_cookie_is_kept():
    server = Server(httpx.Response(200, headers={"set-cookie": "a=b"}))
    client = dynclient.Client(single(), transport=server)
    client.run()
    client.run()
    assert "cookie" not in server.last.headers


def test_the_bytes_of_the_url_reach_the_wire_unchanged(kind):
    server = Server()
    found = [parameter(name, "query", {}, explode=False) for name in ("a[b]", "c|d", "é", "f'g")]
    client = kind(single(*found, path="/x y/{'|}"), transport=server, validate_requests=False)
    request = client.run.request(
        path={"'|": "a|b'c\"d"},
        query={"a[b]": ["1|2", "%7C"], "c|d": "[]{}^`\\", "é": "ü", "f'g": "~-._!*()"},
    )
    result = client.run.send(request)
    if asyncio.iscoroutine(result):
        asyncio.run(_awaited(result))
    assert server.last.url.raw_path.decode() == request.url.removeprefix("https://api.example.com")


# --- AsyncClient is the same


def test_both_clients_share_what_is_compiled_of_a_document():
    made = dynclient.load(single(parameter("q")))
    one, two = dynclient.Client(made), dynclient.AsyncClient(made)
    assert one.run._plan is two.run._plan
    assert one.run.request(q=1) == two.run.request(q=1)
    assert one.run.validate(p=1) == two.run.validate(p=1)
    assert str(one.run.__signature__) == str(two.run.__signature__)


def test_an_async_call_and_send_are_awaited():
    async def main():
        made = single(
            parameter("self"),
            method="get",
            responses={"200": {"description": "x", "content": {"application/json": {}}}},
        )
        async with dynclient.AsyncClient(
            made, transport=Server(httpx.Response(200, json=[1]))
        ) as client:
            assert await client.run() == [1]
            assert await client.call("run", self=1) == [1]
            assert (await client.run.send(client.run.request())).data == [1]
            with pytest.raises(errors.InvalidCall):
                await client.run(nope=1)

    asyncio.run(main())


def test_many_async_calls_run_at_once():
    async def main():
        client = dynclient.AsyncClient(
            single(parameter("q"), method="get"), transport=(server := Server())
        )
        await asyncio.gather(*(client.run(q=i) for i in range(50)))
        assert sorted(int(r.url.params["q"]) for r in server.seen) == list(range(50))

    asyncio.run(main())

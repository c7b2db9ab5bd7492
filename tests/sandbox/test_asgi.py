"""The sandbox over HTTP."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import answer, content, document, operation, parameter, single

from dynclient import AsyncClient, Sandbox
from dynclient.sandbox import asgi

ECHO = {"type": "object", "required": ["t"], "properties": {"t": {"type": "string"}}}


def talk(sandbox, *calls):
    """Return the responses to some (method, url, options) over ASGI."""

    async def run():
        transport = httpx.ASGITransport(asgi.app(sandbox))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost:8000"
        ) as client:
            return [await client.request(method, url, **options) for method, url, options in calls]

    return asyncio.run(run())


def test_a_request_over_http_is_answered_as_in_process():
    sandbox = Sandbox(single(body=content(ECHO), responses=answer(ECHO)), second_opinion=True)
    right, wrong, lost = talk(
        sandbox,
        ("POST", "/things", {"json": {"t": "ä"}}),
        ("POST", "/things", {"json": {}}),
        ("GET", "/x?", {}),
    )
    assert (right.status_code, right.json(), right.headers["content-type"]) == (
        200,
        {"t": "ä"},
        "application/json",
    )
    assert int(right.headers["content-length"]) == len(right.content)
    assert (wrong.status_code, lost.status_code) == (400, 404)
    assert sandbox.disagreements == []


def test_the_path_arrives_still_encoded_and_the_query_too():
    given = [
        parameter("v", "path", {"const": "a/b"}),
        parameter("q", schema={"const": "x&y"}, required=True),
    ]
    [response] = talk(
        Sandbox(document({"/p/{v}": {"get": operation(*given)}}), second_opinion=True),
        ("GET", "/p/a%2Fb?q=x%26y", {}),
    )
    assert response.status_code == 200


def test_a_client_of_the_served_sandbox_needs_nothing_special():
    made = single(body=content(ECHO), responses=answer(ECHO))

    async def run():
        transport = httpx.ASGITransport(asgi.app(Sandbox(made, second_opinion=True)))
        async with AsyncClient(made, transport=transport, server="http://localhost:8000") as client:
            return await client.run(t="hello")

    assert asyncio.run(run()) == {"t": "hello"}


def test_head_has_the_headers_and_no_body():
    made = document({"/a": {"head": operation(responses=answer(ECHO))}})
    [response] = talk(Sandbox(made), ("HEAD", "/a", {}))
    assert (response.status_code, response.content) == (200, b"")


def messages(app, scope, *events):
    """Return what an application sends for a scope and what it receives."""
    incoming, sent = list(events), []

    async def receive():
        return incoming.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


def scope_of(**fields):
    headers = [(b"content-type", b"text/plain"), (b"x-odd", b"\xff\xc3")]
    return {
        "type": "http",
        "method": "POST",
        "path": "/things",
        "query_string": b"",
        "headers": headers,
        **fields,
    }


def test_a_body_in_pieces_is_put_together_and_too_large_a_one_refused(monkeypatch):
    app = asgi.app(
        Sandbox(single(body=content({"const": "abcd"}, "text/plain")), second_opinion=True)
    )
    pieces = [
        {"type": "http.request", "body": piece, "more_body": more}
        for piece, more in ((b"ab", True), (b"cd", False))
    ]
    assert messages(app, scope_of(), *pieces)[0]["status"] == 200
    monkeypatch.setattr(asgi, "MAX_BODY_BYTES", 3)
    assert messages(app, scope_of(), *pieces)[0]["status"] == 413


def test_a_server_that_sends_no_raw_path_is_understood():
    app = asgi.app(Sandbox(document({"/ä": {"post": operation()}}), second_opinion=True))
    assert messages(app, scope_of(path="/ä"), {"type": "http.request"})[0]["status"] == 200


def test_the_lifespan_is_acknowledged_and_other_scopes_are_left_alone():
    app = asgi.app(Sandbox(single(), second_opinion=True))
    events = ({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    sent = messages(app, {"type": "lifespan"}, *events)
    assert [m["type"] for m in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert messages(app, {"type": "websocket"}) == []


def test_threads_share_a_sandbox():
    made = document(
        {
            f"/p{i}": {"get": operation(operationId=f"p{i}", responses=answer(ECHO))}
            for i in range(20)
        }
    )
    sandbox = Sandbox(made, second_opinion=True)
    errors = []

    def work():
        try:
            for i in range(20):
                response = sandbox.handle(asgi._AsgiRequest("GET", f"/p{i}", asgi.Headers(), None))
                assert response.status == 200
        except Exception as error:  # noqa: BLE001 (told by the main thread)
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sandbox.state["answered"] == {f"p{i}": 8 for i in range(20)}
    assert sandbox.disagreements == []


# --- hosts


def post_to(host, sandbox):
    application = asgi.restrict_hosts(asgi.app(sandbox), asgi.is_loopback_host)

    async def run():
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://a.test") as client:
            return await client.post("/things", headers={"Host": host})

    return asyncio.run(run())


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "localhost.",
        "a.localhost:1",
        "127.0.0.1",
        "127.1.2.3:80",
        "[::1]:8000",
        "[::1]",
    ],
)
def test_a_loopback_name_is_answered(host):
    assert post_to(host, Sandbox(single())).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "evillocalhost", "127.0.0.1.evil.example"),
        *("192.168.0.1", "0.0.0.0", "[::]", "[::2", "", "127.0.0.1, evil", "2130706433"),
        *("evil:127", "localhost:1@evil", "localhost/", "[::1]evil"),
    ],
)
def test_another_name_is_misdirected(host):
    sandbox = Sandbox(single())
    response = post_to(host, sandbox)
    assert response.status_code == 421
    assert response.json()["detail"] == (
        "the sandbox answers requests to localhost only; start it with --host to allow others"
    )
    assert sandbox.state["answered"] == {}


@given(st.text(), st.sampled_from(["", "localhost", "127.0.0.1", "[::1]"]), st.text())
def test_any_host_is_read_without_an_error(before, name, after):
    host = f"{before}{name}{after}"
    found = asgi._get_host({"headers": [(b"host", host.encode(errors="replace"))]})
    assert not any(character in found for character in "@/\\ ")
    assert isinstance(asgi.is_loopback_host(found), bool)

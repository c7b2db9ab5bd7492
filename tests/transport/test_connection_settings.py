"""Which HTTP library a client uses, HTTP/2, and how many connections one of its pools has."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import threading

import httpx
import pytest
from support.both import ANYTHING, document
from support.documents import parameter
from support.faulty_server import reply
from support.http2_server import CERTIFICATE, Http2Server

import dynclient
from dynclient import errors
from dynclient.transport.http_library import get_tls_context, read_certificate_paths

ECHO = document(parameter("q", schema={"type": "string"}))


def answer_value(seen):
    return [reply(200, json.dumps(seen.target.partition("q=")[2]).encode())]


def get_library(result):
    return type(result.http).__module__.partition(".")[0]


def test_httpx_is_the_default(serve, kind, monkeypatch):
    monkeypatch.delenv("DYNCLIENT_HTTP", raising=False)
    result = kind.send(ECHO, 2, {"q": "x"}, server=serve(answer_value).url)
    assert (result.data, get_library(result)) == ("x", "httpx")


def test_http_chooses_the_library(serve, kind):
    pytest.importorskip("httpx2")
    result = kind.send(ECHO, 2, {"q": "x"}, server=serve(answer_value).url, http="httpx2")
    assert (result.data, get_library(result)) == ("x", "httpx2")


def test_the_environment_chooses_the_library_unless_the_program_does(serve, kind, monkeypatch):
    pytest.importorskip("httpx2")
    monkeypatch.setenv("DYNCLIENT_HTTP", "httpx2")
    server = serve(answer_value)
    assert get_library(kind.send(ECHO, args={"q": "x"}, server=server.url)) == "httpx2"
    chosen = kind.send(ECHO, args={"q": "x"}, server=server.url, http="httpx")
    assert get_library(chosen) == "httpx"


def test_a_transport_of_the_program_needs_no_library_of_the_environment(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_HTTP", "httpx2")
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json="x"))
    client = dynclient.Client(ECHO, server="https://a.test", transport=transport)
    assert client.run(q="x") == "x"


def test_failures_of_httpx2_are_the_same_errors(serve, kind):
    pytest.importorskip("httpx2")
    server = serve(answer_value)
    server.close()
    with pytest.raises(errors.ConnectFailed):
        kind.send(ECHO, args={"q": "x"}, server=server.url, http="httpx2")


TOGETHER = (
    "is given together with transport=, which has connections of its own\n"
    "  hint: set it up in the transport, or leave out transport="
)

WRONG = {
    "name": ({"http": "requests"}, "http cannot be 'requests'\n  hint: one of httpx, httpx2"),
    "type": ({"http": 2}, "http cannot be 2\n  hint: one of httpx, httpx2"),
    "http2": ({"http2": "yes"}, "http2 cannot be 'yes'\n  hint: give True or False"),
    "both": (
        {"http": "httpx", "transport": httpx.MockTransport(lambda _request: None)},
        "http= " + TOGETHER,
    ),
    "http2 of a transport": (
        {"http2": True, "transport": httpx.MockTransport(lambda _request: None)},
        "http2= " + TOGETHER,
    ),
}


@pytest.mark.parametrize(("options", "text"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_choice_is_a_usage_error(options, text):
    with pytest.raises(errors.UsageError) as caught:
        dynclient.Client(ECHO, **options)
    assert str(caught.value) == text


def test_a_wrong_choice_of_the_environment_names_the_variable(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_HTTP", "aiohttp")
    with pytest.raises(errors.UsageError, match="DYNCLIENT_HTTP cannot be 'aiohttp'"):
        dynclient.AsyncClient(ECHO)


@pytest.mark.parametrize(
    ("options", "package", "extra"),
    [({"http": "httpx2"}, "httpx2", "httpx2"), ({"http2": True}, "h2", "http2")],
)
def test_a_missing_package_says_how_to_get_it(options, package, extra, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(errors.UsageError) as caught:
        dynclient.Client(ECHO, **{"http": "httpx2", **options})
    assert f"the package {package} is not installed" in str(caught.value)
    assert f"pip install 'dynclient[{extra}]'" in str(caught.value)


@pytest.mark.parametrize("name", ["http", "http2"])
def test_a_view_cannot_choose(name):
    with pytest.raises(errors.UsageError, match=f"{name} is of the whole client"):
        dynclient.Client(ECHO).with_options(**{name: "httpx2"})


# --- pools


def count_connections(client):
    clients = client._runner.adapter.get_slot().clients
    return [len(each._transport._pool.connections) for each in clients]


def test_many_tasks_share_pools_of_few_connections(serve):
    """A pool of httpx looks through all of its connections for each request."""
    server = serve(answer_value)

    async def run():
        async with dynclient.AsyncClient(ECHO, server=server.url) as client:
            values = await asyncio.gather(*(client.run(q=f"{i}") for i in range(30)))
            counts = count_connections(client)
            await client.run(q="x")
            assert count_connections(client) == counts  # a call alone takes none of its own
        return values, counts

    values, counts = asyncio.run(run())
    assert values == [f"{i}" for i in range(30)]
    assert len(counts) > 1
    assert max(counts) <= 4


def test_many_threads_get_their_own_answers_from_several_pools(serve):
    server = serve(answer_value)
    answers = {}
    with dynclient.Client(ECHO, server=server.url) as client:
        start = threading.Barrier(12)

        def call(name):
            start.wait(30)
            answers[name] = [client.run(q=f"{name}-{i}") for i in range(5)]

        threads = [threading.Thread(target=call, args=(name,)) for name in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(count_connections(client)) <= 4
    assert answers == {name: [f"{name}-{i}" for i in range(5)] for name in range(12)}


def test_all_pools_are_closed_with_the_client(serve):
    server = serve(answer_value)

    async def run():
        async with dynclient.AsyncClient(ECHO, server=server.url) as client:
            await asyncio.gather(*(client.run(q="x") for _ in range(9)))
            clients = client._runner.adapter.get_slot().clients
        return [each.is_closed for each in clients]

    closed = asyncio.run(run())
    assert len(closed) > 1
    assert all(closed)


# --- TLS and HTTP/2


def test_clients_share_one_tls_context_for_each_configuration(monkeypatch, tmp_path):
    def get_context(*, http2=False):
        return get_tls_context("httpx", read_certificate_paths(), http2=http2)

    usual = get_context()
    assert get_context() is usual
    assert get_context(http2=True) is not usual
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert get_context() is not usual


def test_a_client_with_http2_has_a_tls_context_of_its_own():
    """The context holds which protocols are offered, and threads connect at once."""
    pytest.importorskip("h2")
    contexts = []
    for http2 in (False, True, True):
        with dynclient.Client(ECHO, server="https://a.test", http="httpx", http2=http2) as client:
            [first, *_] = client._runner.adapter.get_slot().clients
            contexts.append(first._transport._pool._ssl_context)
    assert contexts[0] is not contexts[1]
    assert contexts[1] is contexts[2]


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_http2_carries_all_calls_over_one_connection(library, monkeypatch):
    pytest.importorskip("h2")
    pytest.importorskip(library)
    server = Http2Server()
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    async def run():
        source = document(parameter("q", schema={"type": "string"}), responses=ANYTHING)
        options = {"server": server.url, "http": library, "http2": True}
        async with dynclient.AsyncClient(source, **options) as client:
            first = await client.run.send(q="0")
            others = await asyncio.gather(*(client.run(q=f"{i}") for i in range(1, 9)))
        return first, others

    try:
        first, others = asyncio.run(run())
        with dynclient.Client(ECHO, server=server.url, http=library, http2=True) as client:
            assert client.run(q="sync").endswith("q=sync")
    finally:
        server.close()
    assert first.http.http_version == "HTTP/2"
    assert [value.partition("q=")[2] for value in others] == [f"{i}" for i in range(1, 9)]
    assert server.connections == 2

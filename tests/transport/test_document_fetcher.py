"""Documents from the net: bounded, quiet, and never from a host that the first look did not see."""

from __future__ import annotations

import gzip
import json
import socket

import httpx
import pytest
from support.faulty_server import CLOSE, reply

import dynclient
from dynclient import errors
from dynclient.document.files.reference_boundary import build_boundary
from dynclient.transport import document_download
from dynclient.transport.document_fetcher import build_fetcher

DOCUMENT = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
TEXT = json.dumps(DOCUMENT).encode()


@pytest.mark.parametrize("coding", [None, "gzip"])
def test_a_document_is_read_whatever_its_coding(serve, coding):
    body = gzip.compress(TEXT) if coding else TEXT
    server = serve([reply(200, body, **({"content_encoding": coding} if coding else {}))])
    assert dynclient.load(f"{server.url}/openapi.json").title == "t"


def test_a_redirect_is_followed(serve):
    server = serve(lambda seen: [reply(302, b"", location="/b.json")] if seen.target == "/a.json" else [reply(200, TEXT)])  # fmt: skip
    assert dynclient.load(f"{server.url}/a.json").title == "t"


@pytest.mark.parametrize(
    "steps",
    [[CLOSE], [reply(404, b"")], [reply(302, b"", location="/a")], [reply(200, b"x", content_encoding="gzip")], [reply(200, b"1", 99), CLOSE], [reply(302, b"", location="http://[::1")]],
)  # fmt: skip
def test_what_is_no_document_is_a_typed_error(serve, steps):
    with pytest.raises(errors.DocumentNotFound):
        dynclient.load(f"{serve(steps).url}/a")


def test_a_document_that_unfolds_too_far_is_too_large(serve):
    server = serve([reply(200, gzip.compress(b" " * 50_000_000), content_encoding="gzip")])
    with pytest.raises(errors.DocumentTooLarge) as caught:
        dynclient.load(f"{server.url}/a", limits={"download_bytes": 10_000})
    assert (caught.value.limit, caught.value.allowed) == ("download_bytes", 10_000)


def resolving(monkeypatch, *answers):
    """Let every name lead to each of some addresses in turn."""
    turns = list(answers)

    def answer(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (turns.pop(0), port))]

    monkeypatch.setattr(document_download.socket, "getaddrinfo", answer)


def test_a_name_is_looked_up_once_and_read_from_there(monkeypatch):
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, content=iter([TEXT]))

    resolving(monkeypatch, "93.184.215.14", "127.0.0.1")
    monkeypatch.setattr(httpx.Client, "_transport_for_url", lambda *_: httpx.MockTransport(answer))
    fetch = build_fetcher(build_boundary("https://a.example/root.yaml", allow_references=True))
    assert fetch("https://b.example:8443/c?d#e") == TEXT
    assert str(seen[0].url).startswith("https://93.184.215.14:8443/c?d")
    assert seen[0].headers["host"] == "b.example:8443"
    assert seen[0].extensions["sni_hostname"] == "b.example"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.0.1", "0.0.0.0"]
)
def test_a_document_from_the_net_reaches_no_private_host(monkeypatch, address):
    resolving(monkeypatch, address)
    with pytest.raises(errors.DocumentNotFound, match="private"):
        build_fetcher(build_boundary("https://a.example/root.yaml", allow_references=True))(
            "https://b.example/c"
        )


def test_a_redirect_of_a_document_from_the_net_reaches_no_private_host(serve):
    inner = serve([reply(200, TEXT)])
    server = serve([reply(302, b"", location=f"{inner.url}/secret")])
    with pytest.raises(errors.DocumentNotFound, match="private"):
        dynclient.load(f"{server.url}/a")
    assert inner.seen == []


def refer_to(reference):
    """Return a document whose one path item is what a reference names."""
    return json.dumps({**DOCUMENT, "paths": {"/a": {"$ref": reference}}}).encode()


ITEM = json.dumps({"get": {"operationId": "run", "responses": {}}}).encode()


def test_references_are_relative_to_where_a_redirect_led(serve):
    """Source: RFC 3986 §5.1.3."""
    files = {"/v2/spec/api.json": refer_to("paths/a.json"), "/v2/spec/paths/a.json": ITEM}
    moved = reply(302, b"", location="/v2/spec/api.json")
    server = serve(
        lambda seen: [moved if seen.target == "/latest" else reply(200, files[seen.target])]
    )
    assert list(dynclient.load(f"{server.url}/latest").operations) == ["run"]
    assert [seen.target for seen in server.seen][-1] == "/v2/spec/paths/a.json"


@pytest.mark.parametrize(
    ("reference", "address", "cause"),
    [
        ("a.json", "93.184.215.14", None),
        ("https://moved.example/other/a.json", "93.184.215.14", None),
        ("https://third.example/a.json", "93.184.215.14", "of another origin than the document"),
        ("a.json", "127.0.0.1", "private"),
    ],
)
def test_references_may_name_the_public_origin_that_a_redirect_led_to(
    monkeypatch, reference, address, cause
):
    def answer(request):
        host, path = request.headers["host"], request.url.path
        if host == "first.example":
            return httpx.Response(302, headers={"location": "https://moved.example/v2/api.json"})
        assert host == "moved.example"
        return httpx.Response(200, content=iter([refer_to(reference) if "api" in path else ITEM]))

    resolving(monkeypatch, "93.184.215.14", *[address] * 3)
    monkeypatch.setattr(httpx.Client, "_transport_for_url", lambda *_: httpx.MockTransport(answer))
    loaded = dynclient.load("https://first.example/api.json")
    if cause is None:
        assert list(loaded.operations) == ["run"]
    else:
        (problem,) = [each for each in loaded.problems if each.severity == "error"]
        assert cause in problem.message

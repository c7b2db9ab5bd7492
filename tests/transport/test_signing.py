"""The option `sign`: a function of the ready request that returns more headers."""

from __future__ import annotations

import hashlib
import hmac

import httpx
import pytest
from support.both import document
from support.faulty_server import reply

import dynclient
from dynclient import errors

SECRET = b"s1gning-key"
BODY = {"requestBody": {"content": {"application/json": {"schema": {}}}}}


def sign(request):
    text = b"\n".join([request.method.encode(), request.url.encode(), request.body])
    return {"X-Signature": hmac.new(SECRET, text, hashlib.sha256).hexdigest()}


def test_a_signature_is_of_what_is_sent(serve, kind):
    server = serve([reply(200, b"1")])
    source = document(method="post", **BODY)
    kind.send(source, args={"body": {"a": [1]}}, server=server.url, sign=sign)
    seen = server.seen[0]
    text = b"\n".join([b"POST", (server.url + seen.target).encode(), seen.body])
    assert seen.header("x-signature") == hmac.new(SECRET, text, hashlib.sha256).hexdigest()


def test_a_signature_sees_the_credentials(serve, kind):
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    server, headers = serve([reply(200, b"1")]), []

    def keep(request):
        headers.append(request.headers["X-Key"])
        return {}

    kind.send(document(security=[{"key": []}], components={"securitySchemes": schemes}), server=server.url, credentials={"key": "k3y"}, sign=keep)  # fmt: skip
    assert headers == ["k3y"]


def test_each_attempt_is_signed_anew(serve, kind):
    numbers = iter("123")

    def count(_request):
        return {"x-number": next(numbers)}

    answers = iter([reply(503, b"1", retry_after="0"), reply(200, b"1")])
    server = serve(lambda _seen: [next(answers)])
    kind.send(document(), server=server.url, sign=count, retries=1)
    assert [seen.header("x-number") for seen in server.seen] == ["1", "2"]


def test_a_signature_takes_the_place_of_a_header(serve, kind):
    server = serve([reply(200, b"1")])
    kind.send(document(), server=server.url, headers={"X-Date": "old"}, sign=lambda _r: {"x-date": "new"})  # fmt: skip
    assert server.seen[0].header("x-date") == "new"


def test_a_redirect_to_the_same_origin_is_signed_anew_and_to_another_not_at_all(serve, kind):
    other = serve([reply(200, b"1")])

    def script(seen):
        if seen.target == "/things":
            return [reply(302, b"", location="/next")]
        if seen.target == "/next":
            return [reply(302, b"", location=other.url)]
        return [reply(200, b"1")]

    server = serve(script)
    kind.send(document(), server=server.url, sign=sign)
    signatures = [seen.header("x-signature") for seen in server.seen]
    assert len(set(signatures)) == 2
    assert None not in signatures
    assert other.seen[0].header("x-signature") is None


@pytest.mark.parametrize(
    ("returned", "kind_of_error", "message"),
    [
        (None, errors.UsageError, "sign= returned 'NoneType'"),
        ({"a": 1}, errors.UsageError, "a header that is no text"),
        ({"a b": "1"}, errors.UnsafeValue, "'a b', which cannot be sent"),
        ({"a": "1\r\nb: 2"}, errors.UnsafeValue, "'a', which cannot be sent"),
        ({"Content-Length": "7"}, errors.UnsafeValue, "'Content-Length', which cannot be sent"),
    ],
)
def test_what_is_no_header_is_refused_and_nothing_is_sent(
    serve, kind, returned, kind_of_error, message
):
    server = serve([reply(200, b"1")])
    with pytest.raises(kind_of_error, match=message):
        kind.send(document(), server=server.url, sign=lambda _request: returned)
    assert server.seen == []


def test_an_error_of_the_function_reaches_the_caller(serve, kind):
    server = serve([reply(200, b"1")])

    def fail(_request):
        raise LookupError("no key")

    with pytest.raises(LookupError, match="no key"):
        kind.send(document(), server=server.url, sign=fail)
    assert server.seen == []


def test_a_body_that_is_streamed_is_not_in_the_request(kind, serve, tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(b"12345")
    binary = {"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}  # fmt: skip
    bodies = []

    def keep(request):
        bodies.append(request.body)
        return {}

    server = serve([reply(200, b"1")])
    kind.send(document(method="post", **binary), args={"body": file}, server=server.url, sign=keep)
    assert bodies == [None]
    assert server.seen[0].body == b"12345"


def test_no_repr_shows_a_signed_request():
    shown = []
    client = dynclient.Client(
        document(),
        server="https://a.test",
        headers={"X-Token": "s3cret"},
        transport=httpx.MockTransport(lambda _request: httpx.Response(200, json=1)),
        sign=lambda request: shown.append(repr(request)) or {},
    )
    client.run()
    assert shown == ["<ReadyRequest GET>"]

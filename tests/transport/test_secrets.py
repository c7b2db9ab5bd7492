"""Credentials on a real socket: where they go, and that no text of ours tells them."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import io
import logging
import pickle
import re
import traceback

import httpx
import pytest
from support.both import BOTH, document
from support.faulty_server import CLOSE, HANG, reply

import dynclient
from dynclient import errors
from dynclient.client.options import Options

SECRET = "pl4nted-s3cret"
SCHEMES = {
    "header": {"type": "apiKey", "in": "header", "name": "X-Thing"},
    "query": {"type": "apiKey", "in": "query", "name": "thing key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "thing"},
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "digest": {"type": "http", "scheme": "digest"},
    "oauth": {"type": "oauth2", "flows": {}},
    "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://a.test"},
}
VALUES = {name: ("user", SECRET) if name in ("basic", "digest") else SECRET for name in SCHEMES}

VALUES_OF_DIGEST = {"digest": VALUES["digest"]}


def secured(name, **fields):
    return document(security=[{name: []}], components={"securitySchemes": SCHEMES}, **fields)


def send(kind, name, server, value=None, **options):
    credentials = {name: VALUES[name] if value is None else value}
    return kind.send(secured(name), server=server.url, credentials=credentials, **options)


@pytest.mark.parametrize(
    ("name", "header", "value", "target"),
    [
        ("header", "x-thing", SECRET, "/things"),
        ("query", "x", None, f"/things?thing%20key={SECRET}"),
        ("cookie", "cookie", f"thing={SECRET}", "/things"),
        ("basic", "authorization", httpx.BasicAuth("user", SECRET)._auth_header, "/things"),
        ("bearer", "authorization", f"Bearer {SECRET}", "/things"),
        ("oauth", "authorization", f"Bearer {SECRET}", "/things"),
        ("openid", "authorization", f"Bearer {SECRET}", "/things"),
    ],
)
def test_each_scheme_goes_where_it_belongs(serve, kind, name, header, value, target):
    server = serve([reply(200, b"1")])
    send(kind, name, server)
    seen = server.seen[0]
    assert (seen.header(header), seen.target) == (value, target)


# --- digest


def challenge(**fields):
    text = ", ".join(
        f'{name}="{value}"' for name, value in {"realm": "r", "nonce": "n0nce", **fields}.items()
    )
    return reply(401, b"", www_authenticate=f"Digest {text}")


def digest_script(**fields):
    def script(seen):
        given = seen.header("authorization")
        return [challenge(**fields)] if given is None else [reply(200, b"1")]

    return script


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def test_digest_answers_a_challenge_and_the_password_never_goes_out(serve, kind):
    server = serve(digest_script(qop="auth", opaque="o"))
    assert send(kind, "digest", server).data == 1
    first, second = server.seen
    assert first.header("authorization") is None
    answer = dict(
        re.findall(r'(\w+)="?([^",]+)"?', second.header("authorization").removeprefix("Digest "))
    )
    parts = [
        md5(f"user:r:{SECRET}"),
        "n0nce",
        answer["nc"],
        answer["cnonce"],
        "auth",
        md5("GET:/things"),
    ]
    assert answer["response"] == md5(":".join(parts))
    assert (answer["username"], answer["uri"], answer["opaque"]) == ("user", "/things", "o")
    assert SECRET not in str(server.seen)
    assert first.connection == second.connection


def test_digest_sends_the_body_again(serve, kind, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    server = serve(digest_script(qop="auth"))
    body = {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
    made = secured("digest", method="put", body=body)
    kind.send(
        made, server=server.url, credentials={"digest": VALUES["digest"]}, args={"body": path}
    )
    assert [seen.body for seen in server.seen] == [b"abc", b"abc"]


@pytest.mark.parametrize(
    "www",
    ["Digest nonsense", "Digest realm=r", 'Digest realm="r", nonce="n", algorithm="ROT13"', 'Digest realm="r", nonce="n", qop="auth-int"', "Basic realm=r", "Digest", 'Digest realm="é"'],
)  # fmt: skip
def test_a_challenge_that_nobody_can_answer_is_unauthorized(serve, kind, www):
    server = serve([reply(401, b'{"message": "who?"}', www_authenticate=www)])
    with pytest.raises(errors.Unauthorized) as caught:
        send(kind, "digest", server)
    assert caught.value.data == {"message": "who?"}


def test_a_challenge_is_bounded_like_every_answer(serve, kind):
    server = serve([challenge().replace(b"Content-Length: 0", b"") + b"x", HANG])
    server.script = lambda _: [
        reply(401, b"x" * 100, www_authenticate='Digest realm="r", nonce="n"')
    ]
    with pytest.raises(errors.BrokenResponse, match="larger than"):
        send(kind, "digest", server, max_response_bytes=50)


def test_a_wrong_password_is_unauthorized_after_one_answer(serve, kind):
    server = serve([challenge(qop="auth")])
    with pytest.raises(errors.Unauthorized):
        send(kind, "digest", server)
    assert len(server.seen) == 2


def test_a_stream_is_not_sent_again_for_a_challenge(serve, kind):
    server = serve(digest_script(qop="auth"))
    body = {"required": True, "content": {"application/octet-stream": {}}}
    made = secured("digest", method="put", body=body)
    with pytest.raises(errors.Unauthorized):
        kind.send(
            made,
            server=server.url,
            credentials={"digest": VALUES["digest"]},
            args={"body": iter([b"abc"])},
        )
    assert len(server.seen) == 1


def test_digest_wins_over_the_authentication_of_the_users_own_client(serve):
    server = serve(digest_script(qop="auth"))
    with httpx.Client(auth=("mine", "own")) as http:
        client = dynclient.Client(
            secured("digest"), server=server.url, credentials=VALUES_OF_DIGEST, transport=http
        )
        assert client.run() == 1
    assert server.seen[0].header("authorization") is None


# --- callables, scope


@pytest.mark.parametrize("name", SCHEMES)
def test_a_callable_is_asked_for_each_call(serve, kind, name):
    server = serve(digest_script() if name == "digest" else [reply(200, b"1")])
    asked = []

    def token():
        asked.append(1)
        return VALUES[name]

    send(kind, name, server, token, times=3)
    assert len(asked) == 3


@pytest.mark.parametrize("name", SCHEMES)
def test_no_redirect_carries_a_credential_to_another_origin(serve, kind, name):
    other = serve([challenge(qop="auth")])
    server = serve([reply(302, b"", location=f"{other.url}/b")])
    with pytest.raises(errors.Unauthorized):
        send(kind, name, server)
    assert [seen.header("authorization") for seen in other.seen] == [None]
    assert SECRET not in str(other.seen)


@pytest.mark.parametrize("name", SCHEMES)
def test_a_redirect_to_the_same_origin_keeps_what_stands_in_headers(serve, kind, name):
    def script(seen):
        if seen.target.startswith("/things"):
            return [reply(302, b"", location="/b")]
        return (
            [challenge()]
            if name == "digest" and not seen.header("authorization")
            else [reply(200, b"1")]
        )

    server = serve(script)
    send(kind, name, server)
    carried = str(server.seen[-1].headers)
    assert (
        ("Digest" in carried)
        if name == "digest"
        else (name == "query") is (SECRET not in carried + "dXNlcjpw") or name == "basic"
    )


def test_a_request_that_leads_elsewhere_gets_no_credential(serve):
    server, other = serve([reply(200, b"1")]), serve([reply(200, b"1")])
    with dynclient.Client(
        secured("header"), server=server.url, credentials={"header": SECRET}
    ) as client:
        request = client.run.request()
        stray = type(request)(
            request.method, f"{other.url}/things", request.headers, None, request.security, "run"
        )
        with pytest.raises(errors.CredentialsMissing, match="nobody vouched"):
            client.run.send(stray)
    assert other.seen == []


# --- nothing tells it


FAULTS = {
    "an error status": [reply(403, b'{"message": "no"}')],
    "no JSON": [reply(200, b"{")],
    "a wrong status": [reply(299, b"1")],
    "a wrong type": [reply(200, b"1", content_type="text/x")],
    "broken": [reply(200, b"1", 9), CLOSE],
    "nonsense": [b"nonsense\r\n\r\n", CLOSE],
    "late": [HANG],
    "too large": [reply(200, b"1" * 99)],
    "round and round": [reply(307, b"", location="/things")],
    "to a bad port": [reply(307, b"", location="http://x:99999/")],
    "broken gzip": [reply(200, b"1", content_encoding="gzip")],
    "a redirect abroad": [reply(302, b"", location="http://127.0.0.1:1/")],
}


def tells(text):
    """Tell whether a text holds the secret, in plain or as basic."""
    return (
        SECRET in text
        or httpx.BasicAuth("user", SECRET)._auth_header.removeprefix("Basic ") in text
    )


def tellings(error, told):
    """Yield every text that an error may end up in, variables of its frames among them."""
    yield from (str(error), repr(error), repr(vars(error)), told)
    yield "".join(traceback.format_exception(error))
    yield "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    yield str(pickle.dumps(error))
    yield repr(vars(copy.deepcopy(error)))
    yield repr(vars(error.__cause__)) if error.__cause__ else ""


@pytest.fixture
def told():
    """Write everything that is logged, however deep, into a text."""
    stream, root = io.StringIO(), logging.getLogger()
    writes, before = logging.StreamHandler(stream), root.level
    root.addHandler(writes)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(before)
    root.removeHandler(writes)


def hidden(kind, name, server):
    """Send with a credential that stands in no variable of the test's own frames."""
    credentials = {name: lambda: VALUES[name]}
    return kind.send(
        secured(name),
        server=server.url,
        credentials=credentials,
        timeout=(5, 0.1),
        max_response_bytes=50,
    )


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("fault", FAULTS)
def test_no_text_of_an_error_tells_a_credential(serve, told, fault, name):
    for kind in BOTH:
        server = serve(FAULTS[fault])
        with pytest.raises(errors.DynclientError) as caught:
            hidden(kind, name, server)
        for text in tellings(caught.value, told.getvalue()):
            assert not tells(text)


# --- logs


def test_the_log_of_the_http_library_is_quiet_while_it_works_for_us_and_only_then(
    serve, kind, told
):
    server = serve([reply(200, b"1", set_cookie="sid=ours")])
    send(kind, "query", server)
    assert "127.0.0.1" not in told.getvalue()
    assert "sid=ours" not in told.getvalue()
    httpx.get(f"{server.url}/mine")
    assert "/mine" in told.getvalue()
    assert "receive_response_headers" in told.getvalue()


def test_the_log_line_of_a_url_without_secrets_is_not_held_back(serve, kind, told):
    server = serve([reply(200, b"1")])
    made = secured("bearer")
    made["paths"]["/things"]["get"]["parameters"] = [{"name": "page", "in": "query", "schema": {}}]
    kind.send(made, server=server.url, credentials={"bearer": SECRET}, args={"page": 2})
    [line] = [each for each in told.getvalue().splitlines() if "127.0.0.1" in each]
    assert line == f'HTTP Request: GET {server.url}/things?page=2 "HTTP/1.1 200 Whatever"'
    assert SECRET not in told.getvalue()


def test_the_log_line_of_a_path_with_a_secret_is_held_back(serve, kind, told):
    server = serve([reply(200, b"1")])
    pin = {"type": "string", "format": "password"}
    made = document(
        {"name": "pin", "in": "path", "required": True, "schema": pin},
        path="/things/{pin}",
    )
    kind.send(made, server=server.url, args={"pin": SECRET})
    assert SECRET not in told.getvalue()
    assert SECRET in server.seen[0].target


@pytest.mark.parametrize("name", ["pin", "access_token", "thing key"])
def test_the_log_line_of_a_url_with_a_secret_is_held_back(serve, kind, told, name):
    server = serve([reply(200, b"1")])
    made = secured("bearer")
    schema = {"type": "string", **({"format": "password"} if name == "pin" else {})}
    made["paths"]["/things"]["get"]["parameters"] = [
        {"name": name, "in": "query", "schema": schema}
    ]
    call = dynclient.Call(query={name: SECRET})
    if kind.name == "sync":
        with dynclient.Client(made, server=server.url, credentials={"bearer": "t"}) as client:
            client.run(call)
    else:

        async def main():
            options = {"server": server.url, "credentials": {"bearer": "t"}}
            async with dynclient.AsyncClient(made, **options) as client:
                await client.run(call)

        asyncio.run(main())
    assert SECRET not in told.getvalue()
    assert SECRET in server.seen[0].target


def test_the_log_speaks_again_after_a_fault(serve, kind, told):
    server = serve([CLOSE])
    with pytest.raises(errors.BrokenResponse):
        send(kind, "query", server)
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{server.url}/mine")
    assert "connect_tcp.started" in told.getvalue()


def test_a_document_from_the_net_is_fetched_quietly(serve, told):
    server = serve(
        [reply(200, b'{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}')]
    )
    dynclient.load(f"{server.url}/openapi.json?token={SECRET}")
    assert SECRET not in told.getvalue()


# --- frames of what is no Exception, and of what was refused


class Interruption(BaseException):
    """Stands for a Ctrl-C in the middle of a call."""


def describe_frames(error):
    """Return all that a tool records which keeps the variables of frames."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(told.format())


@pytest.mark.parametrize("name", SCHEMES)
def test_a_timeout_of_asyncio_leaves_no_credential_in_frames(serve, name):
    server = serve(digest_script() if name == "digest" else [HANG])
    if name == "digest":
        server.script = lambda seen: (
            [challenge()] if seen.header("authorization") is None else [HANG]
        )

    async def main():
        credentials = {name: lambda: VALUES[name]}
        async with dynclient.AsyncClient(
            secured(name), server=server.url, credentials=credentials
        ) as client:
            async with asyncio.timeout(0.2):
                await client.run()

    with pytest.raises(TimeoutError) as caught:
        asyncio.run(main())
    assert not tells(describe_frames(caught.value))
    assert not tells(describe_frames(caught.value.__cause__))


@pytest.mark.parametrize("name", SCHEMES)
def test_an_interruption_leaves_no_credential_in_frames(monkeypatch, name):
    def interrupt(self, request, **_):
        secret_of_the_library = request.url, request.headers.raw  # noqa: F841 (a frame that tells)
        raise Interruption

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", interrupt)
    credentials = {name: lambda: VALUES[name]}
    client = dynclient.Client(secured(name), server="http://a.test", credentials=credentials)
    with pytest.raises(Interruption) as caught:
        client.run()
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "send" in names  # it is still told where it came from
    library_frames = [each for each in names if each == "handle_request"]
    assert library_frames == []
    assert not tells(describe_frames(caught.value))


def test_an_error_of_a_users_stream_keeps_the_users_frames_only(serve):
    server = serve([reply(200, b"1")])

    def broken_stream():
        yield b"abc"
        raise LookupError("mine")

    body = {"content": {"application/octet-stream": {"schema": {"format": "binary"}}}}
    made = secured("query", method="put", body=body)
    credentials = {"query": lambda: SECRET}
    client = dynclient.Client(made, server=server.url, credentials=credentials)
    with pytest.raises(LookupError, match="mine") as caught:
        client.run(body=broken_stream())
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-1] == "broken_stream"
    assert not tells(describe_frames(caught.value))
    client.close()


def get_bad_value(name):
    return ("user", 7, SECRET) if name in ("basic", "digest") else [SECRET]


@pytest.mark.parametrize("name", SCHEMES)
def test_a_refused_credential_stands_in_no_frame_of_ours(name):
    values = iter([{name: get_bad_value(name)}])
    with pytest.raises(errors.UsageError) as caught:
        dynclient.Client(secured(name), credentials=next(values))
    assert not tells(describe_frames(caught.value))


@pytest.mark.parametrize("name", ["header", "cookie", "bearer"])
def test_a_credential_that_cannot_be_sent_stands_in_no_frame_of_ours(kind, name):
    with pytest.raises(errors.UnsafeValue) as caught:
        kind.send(
            secured(name), server="http://a.test", credentials={name: lambda: VALUES[name] + "\n"}
        )
    assert not tells(describe_frames(caught.value))


def test_a_refused_header_stands_in_no_frame_of_ours():
    def get_headers():
        return {"Authorization": VALUES["bearer"] + "\n"}

    with pytest.raises(errors.UsageError) as caught:
        dynclient.Client(secured("header"), headers=get_headers())
    assert not tells(describe_frames(caught.value))
    client = dynclient.Client(secured("header"))
    with pytest.raises(errors.UsageError) as caught:
        client.with_options(headers=get_headers())
    assert not tells(describe_frames(caught.value))


# --- reprs, logs of HTTP/2, pickles


def test_options_are_printed_without_values_of_headers_and_user_information():
    options = Options(
        headers={"X-Thing": SECRET}, server=f"https://user:{SECRET}@a.test", retries=2
    )
    text = repr(options)
    assert text == "Options(headers=an object of 1 property, server=https://…@a.test, retries=2)"


def test_the_header_codec_of_http2_is_quiet_while_it_works_for_us(told):
    class Logging(httpx.BaseTransport):
        def handle_request(self, request):
            for name in ("hpack", "hpack.hpack", "hpack.table"):
                logging.getLogger(name).debug("Adding %r", request.headers.raw)
            return httpx.Response(200, json=1)

    client = dynclient.Client(
        secured("header"), credentials={"header": SECRET}, transport=Logging()
    )
    assert client.run() == 1
    assert SECRET not in told.getvalue()
    logging.getLogger("hpack.hpack").debug("of others")
    assert "of others" in told.getvalue()


def build_secret_request(**headers):
    password = {"type": "string", "format": "password"}
    made = secured("query")
    made["paths"]["/things"]["get"]["parameters"] = [
        {"name": "pin", "in": "query", "schema": password},
        {"name": "page_token", "in": "query", "schema": {"type": "string"}},
        {"name": "X-Pin", "in": "header", "schema": password},
    ]
    client = dynclient.Client(
        made, server="http://a.test", credentials={"query": "k"}, headers=headers
    )
    return client, client.run


def test_a_pickled_request_holds_a_mark_in_place_of_each_secret():
    client, run = build_secret_request(**{"X-Thing": SECRET, "Authorization": SECRET, "X-A": "b"})
    request = run.request(x_pin=SECRET, pin=SECRET, page_token="p")
    data = pickle.dumps(request)
    assert SECRET.encode() not in data
    again = pickle.loads(data)
    assert again.headers["X-A"] == "b"
    assert again.headers["Authorization"] == again.headers["X-Thing"] == "…"
    assert again.url == "http://a.test/things?pin=…&page_token=p"
    with pytest.raises(errors.UsageError) as caught:
        client.run.send(again)
    assert str(caught.value) == (
        "run: this request was pickled, and the header X-Pin and the header X-Thing and the header"
        " Authorization and the query lost the secret; nothing was sent\n"
        "  hint: pickle the Call, and build the request where it is sent"
    )


def test_a_pickled_request_holds_a_mark_in_place_of_a_declared_secret_of_its_path():
    pin = {"type": "string", "format": "password"}
    names = {"pin": pin, "token": {"type": "string"}}
    path = [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in names.items()
    ]
    client = dynclient.Client(document(*path, path="/things/{pin}/{token}"))
    request = client.run.request(SECRET, "looks-secret")
    again = pickle.loads(pickle.dumps(request))
    assert SECRET not in repr(request) + again.url
    assert again.url.endswith("/things/…/looks-secret")
    with pytest.raises(errors.UsageError, match="and the path lost the secret"):
        client.run.send(again)


def test_a_request_without_secrets_is_sent_after_pickling(serve):
    server = serve([reply(200, b"1")])
    client = dynclient.Client(document(), server=server.url, headers={"X-A": "b"})
    request = client.run.request()
    again = pickle.loads(pickle.dumps(request))
    assert again == request
    assert client.run.send(again).data == 1
    client.close()


def test_a_copied_request_keeps_its_secrets_and_can_be_sent():
    _, run = build_secret_request(Authorization=SECRET)
    request = run.request(pin=SECRET)
    for again in (copy.copy(request), copy.deepcopy(request)):
        assert again.headers["Authorization"] == SECRET
        assert again.url.endswith(SECRET)


def test_a_pickled_error_holds_a_mark_in_place_of_each_secret(serve, kind):
    server = serve([reply(403, b"{}", set_cookie=f"sid={SECRET}")])
    with pytest.raises(errors.Forbidden) as caught:
        kind.send(document(), server=server.url, headers={"Authorization": SECRET})
    error = caught.value
    assert error.result.headers["set-cookie"] == f"sid={SECRET}"
    data = pickle.dumps(error)
    assert SECRET.encode() not in data
    again = pickle.loads(data)
    assert again.result.request.headers["Authorization"] == "…"
    assert again.result.headers["set-cookie"] == "…"


def test_the_repr_of_a_request_shows_nothing_that_the_document_marks_as_secret():
    _, run = build_secret_request(**{"X-Thing": SECRET})
    request = run.request(x_pin=SECRET, pin=SECRET)
    assert repr(request) == "<Request GET http://a.test/things?pin=…>"
    assert SECRET not in repr(request.headers)

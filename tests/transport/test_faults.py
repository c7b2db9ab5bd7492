"""Every fault of a server or its connection, on a real socket: the right typed error, the same in sync and async."""

from __future__ import annotations

import contextlib
import copy
import gzip
import json
import os
import pickle
import socket

import httpx
import pytest
from support.both import ANYTHING, BOTH, document
from support.documents import content, parameter
from support.faulty_server import CLOSE, HANG, RESET, chunked, reply

import dynclient
from dynclient import errors

GZIP = gzip.compress(b'{"a": 1}')
SHORT = 0.15


def catch_error(kind, server, made, **options):
    """Return what one client raises."""
    url = server if isinstance(server, str) else server.url
    with pytest.raises(errors.DynclientError) as caught:
        kind.send(made, server=url, **options)
    return caught.value


def outcomes(server, made, *, same_words=True, **options):
    """Return what both clients raise; it has to be the same."""
    one, two = [catch_error(kind, server, made, **options) for kind in BOTH]
    assert type(one) is type(two)
    assert str(one) == str(two) or not same_words
    assert (vars(one).get("attempts"), vars(one).get("status")) == (
        vars(two).get("attempts"),
        vars(two).get("status"),
    )
    return one


#: What the server does → (error, words in its message, the status that had come, the class of its cause).
BROKEN = {
    "closed at once": ([CLOSE], "disconnected", None, httpx.RemoteProtocolError),
    "reset before an answer": ([RESET], "ReadError", None, httpx.ReadError),
    "reset in the head": ([b"HTTP/1.1 200 OK\r\nContent-", RESET], "ReadError", None, httpx.ReadError),
    "closed in the head": ([b"HTTP/1.1 200 OK\r\nContent-", CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "reset in the body": ([reply(201, b"12", 99), RESET], "after the status 201 came", 201, (httpx.ReadError, httpx.RemoteProtocolError)),
    "truncated body": ([reply(200, b"12", 99), CLOSE], "after the status 200 came", 200, httpx.RemoteProtocolError),
    "truncated chunks": ([chunked(b"[1]")[:-5], CLOSE], "after the status 200 came", 200, httpx.RemoteProtocolError),
    "broken chunk size": ([chunked(b"[1]").replace(b"3\r\n", b"zz\r\n"), CLOSE], "after the status 200 came", 200, httpx.RemoteProtocolError),
    "endless chunk size": ([chunked() .replace(b"0\r\n", b"1" * 200_000), CLOSE], "after the status 200 came", 200, httpx.RemoteProtocolError),
    "not HTTP at all": ([b"SSH-2.0-OpenSSH_9.6\r\n" * 20, CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "noise": ([bytes(range(256)) * 10 + b"\r\n\r\n", CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "a bare line feed": ([b"\n\n", CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "TLS alert": ([b"\x15\x03\x01\x00\x02\x02\x46" + b"\0" * 100 + b"\r\n\r\n", CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "huge head": ([b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 300_000, CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "very many headers": ([b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 50_000, CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "control character in a header": ([b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n"], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "space in a header name": ([b"HTTP/1.1 200 OK\r\nX A: b\r\nContent-Length: 0\r\n\r\n"], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "two lengths": ([b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n[1]"], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "no length": ([b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n[1]"], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "status 99": ([b"HTTP/1.1 99 No\r\n\r\n", CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "1xx and nothing": ([b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "an upgrade that nobody asked for": ([b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", CLOSE], "RemoteProtocolError", None, httpx.RemoteProtocolError),
    "broken gzip": ([reply(200, b"this is no gzip", content_encoding="gzip")], "cannot be decompressed", 200, ValueError),
    "gzip with a wrong sum": ([reply(500, GZIP[:-8] + b"12345678", content_encoding="gzip")], "cannot be decompressed", 500, ValueError),
    "truncated gzip": ([reply(200, GZIP[:-9], content_encoding="gzip")], "ends too early", 200, ValueError),
    "broken deflate": ([reply(200, b"\xff" * 9, content_encoding="deflate")], "cannot be decompressed", 200, ValueError),
    "gzip on gzip on gzip …": ([reply(200, GZIP, content_encoding="gzip, " * 9 + "gzip")], "10 content codings", 200, ValueError),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_a_broken_response(serve, name):
    steps, words, status, cause = BROKEN[name]
    error = outcomes(serve(steps), document())
    assert type(error) is errors.BrokenResponse
    assert words in str(error)
    assert (error.status, len(error.attempts), error.request.operation_id) == (status, 1, "run")
    assert isinstance(error.__cause__, cause)
    check_portable(error)


def check_portable(error):
    assert len(str(error)) <= 4000
    for made in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error), copy.copy(error)):
        assert type(made) is type(error)
        assert str(made) == str(error)
        assert str(error.__cause__) in str(made.__cause__)


# --- connecting


def test_a_refused_connection_is_connect_failed():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = outcomes(f"http://127.0.0.1:{port}", document())
    assert type(error) is errors.ConnectFailed
    assert isinstance(error.__cause__, httpx.ConnectError)
    assert error.status is None
    check_portable(error)


@pytest.mark.parametrize("host", ["a" * 64 + ".invalid", "a..b.invalid"])
def test_a_host_that_no_resolver_takes_is_connect_failed(host):
    error = outcomes(f"http://{host}", document(), same_words=False)
    assert type(error) is errors.ConnectFailed


def test_plain_http_where_tls_is_wanted_is_connect_failed(serve):
    server = serve([], greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n")
    error = outcomes(server.url.replace("http:", "https:"), document())
    assert type(error) is errors.ConnectFailed


# --- each phase of a timeout


@contextlib.contextmanager
def backlogged():
    """Give the URL of a socket whose queue is full, so that no connection to it is ever made."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_connection_that_is_never_made_times_out_in_connect():
    with backlogged() as url:
        error = outcomes(url, document(), timeout=(SHORT, 9))
    assert (type(error), error.phase, error.status) == (errors.TimedOut, "connect", None)
    assert isinstance(error.__cause__, httpx.ConnectTimeout)
    check_portable(error)


def find_timeout(server, status):
    """Return what both clients raise; on a slow machine the head of a response takes longer."""
    for read_s in (SHORT, 10 * SHORT, 200 * SHORT):
        found = [catch_error(kind, server, document(), timeout=(60, read_s)) for kind in BOTH]
        if all(error.status == status for error in found):
            break
    assert str(found[0]) == str(found[1])
    return found[0]


@pytest.mark.parametrize(
    ("steps", "status"),
    [([HANG], None), ([b"HTTP/1.1 200", HANG], None), ([reply(202, b"12", 99), HANG], 202), ([b"HTTP/1.1 100 Continue\r\n\r\n", HANG], None)],
)  # fmt: skip
def test_an_answer_that_never_ends_times_out_in_read(serve, steps, status):
    error = find_timeout(serve(steps), status)
    assert (type(error), error.phase, error.status) == (errors.TimedOut, "read", status)
    assert isinstance(error.__cause__, httpx.ReadTimeout)
    check_portable(error)


def test_a_server_that_reads_nothing_times_out_in_write(serve):
    server = serve([], reads=False)
    made = document(method="post", body=content({"type": "string"}, "text/plain"))
    error = outcomes(server, made, timeout=(60, SHORT), args={"body": "x" * 30_000_000})
    assert (type(error), error.phase) == (errors.TimedOut, "write")
    assert isinstance(error.__cause__, httpx.WriteTimeout)


def test_a_full_pool_of_the_users_own_times_out_in_pool(serve):
    server = serve(
        lambda seen: [reply(200, b"[", 99), HANG] if seen.target == "/held" else [reply(200, b"1")]
    )
    limits = httpx.Limits(max_connections=1)
    with httpx.Client(limits=limits, timeout=60) as http, http.stream("GET", f"{server.url}/held"):
        client = dynclient.Client(document(), server=server.url, transport=http, timeout=SHORT)
        with pytest.raises(errors.TimedOut) as caught:
            client.run()
    assert caught.value.phase == "pool"


# --- redirects


def location(to, status=302, **fields):
    return [reply(status, b"", location=to, **fields)]


#: Where a redirect leads → what both clients end in.
REDIRECTS = {
    "in a circle": ("/things", errors.TooManyRedirects, "more than 5 redirects"),
    "to itself, in other words": ("http://", errors.TooManyRedirects, "more than 5 redirects"),
    "to another scheme": ("ftp://files.example.com/a", errors.BrokenResponse, "cannot be followed"),
    "to a script": ("javascript:alert(1)", errors.BrokenResponse, "cannot be followed"),
    "to a bad port": ("http://127.0.0.1:99999/", errors.BrokenResponse, "cannot be followed"),
    "to half an address": ("http://[::1/", errors.BrokenResponse, "cannot be followed"),
    "to a refused connection": ("http://127.0.0.1:1/", errors.ConnectFailed, "Connection refused"),
    "to a very long URL": ("/" + "a" * 70_000, errors.BrokenResponse, "cannot be followed"),
}


@pytest.mark.parametrize("name", REDIRECTS)
def test_a_redirect_that_leads_nowhere_is_a_typed_error(serve, name):
    to, kind, words = REDIRECTS[name]
    error = outcomes(serve(location(to)), document())
    assert type(error) is kind
    assert words in str(error)
    check_portable(error)


@pytest.mark.parametrize(
    ("to", "target"),
    [("/b?q=1#x", "/b?q=1"), ("b", "/b"), ("?q", "/things?q"), ("../../b", "/b"), ("/caf\xc3\xa9", "/caf%C3%A9"), ("//HOST/b", "/b"), ("/b;c=%2F|", "/b;c=%2F|")],
)  # fmt: skip
def test_a_location_is_resolved_to_the_byte(serve, kind, to, target):
    server = serve(lambda seen: location(to.replace("HOST", f"127.0.0.1:{server.port}")) if seen.target == "/things" else [reply(200, b"1")])  # fmt: skip
    assert kind.send(document(), server=server.url).data == 1
    assert server.seen[1].target == target


@pytest.mark.parametrize(("status", "method", "body"), [(301, "GET", b""), (302, "GET", b""), (303, "GET", b""), (307, "POST", b'{"a":1}'), (308, "POST", b'{"a":1}')])  # fmt: skip
def test_a_redirect_of_a_post_keeps_or_drops_its_body_as_http_says(
    serve, kind, status, method, body
):
    server = serve(
        lambda seen: location("/b", status) if seen.target == "/things" else [reply(200, b"1")]
    )
    made = document(method="post", body=content({}))
    assert (
        kind.send(made, server=server.url, follow_redirects=True, args={"body": {"a": 1}}).data == 1
    )
    last = server.seen[-1]
    assert (last.method, last.body, last.header("content-type")) == (
        method,
        body,
        "application/json" if body else None,
    )


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_redirect_of_a_post_is_not_followed_unless_it_is_asked_for(serve, status):
    error = outcomes(serve(location("/b", status)), document(method="post"))
    assert type(error) is errors.UndocumentedResponse
    assert error.result.headers["location"] == "/b"


def test_only_harmless_headers_go_to_another_origin(serve, kind):
    other = serve([reply(200, b"1")])
    server = serve(location(f"{other.url}/b"))
    headers = {
        "X-Session-Token": "s3cret",
        "Authorization": "s3cret",
        "Cookie": "s3cret",
        "X-Plain": "s3cret",
        "Ocp-Apim-Subscription-Key": "s3cret",
        "DD-APPLICATION-KEY": "s3cret",
        "Accept-Language": "de",
        "User-Agent": "mine",
        "Content-Language": "de",
        "Host": "mine.test",
    }
    kind.send(document(), server=server.url, headers=headers)
    assert {name.lower() for name, _ in other.seen[0].headers} == {
        "accept",
        "accept-encoding",
        "accept-language",
        "content-language",
        "host",
        "user-agent",
    }
    assert other.seen[0].header("user-agent") == "mine"
    assert other.seen[0].header("host") == f"127.0.0.1:{other.port}"
    assert str(server.seen[0].headers).count("s3cret") == 6
    assert server.seen[0].header("host") == "mine.test"


def test_a_header_that_the_document_marks_as_secret_stays_with_its_origin(serve, kind):
    other = serve([reply(200, b"1")])
    server = serve(location(f"{other.url}/b"))
    password = {"type": "string", "format": "password"}
    made = document(
        parameter("X-Pin", "header", password),
        components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-T"}}},
    )
    kind.send(made, server=server.url, headers={"X-T": "s3cret"}, args={"x_pin": "s3cret"})
    assert str(server.seen[0].headers).count("s3cret") == 2
    assert "s3cret" not in str(other.seen[0].headers)


def test_a_redirect_that_comes_back_does_not_bring_the_headers_back(serve, kind):
    other = serve(lambda _: location(f"{server.url}/back"))
    server = serve(
        lambda seen: [reply(200, b"1")] if seen.target == "/back" else location(f"{other.url}/b")
    )
    kind.send(document(), server=server.url, headers={"X-Plain": "s3cret"})
    assert [seen.header("x-plain") for seen in server.seen] == ["s3cret", None]


# --- bodies that are no data: the answer came, and is kept


#: What comes with a 200 → what stands in the message; the data that are kept.
UNDECODABLE = {
    "malformed JSON": (b'{"a": ', "Expecting value", '{"a": '),
    "two values": (b"1 2", "Extra data", "1 2"),
    "NaN": (b'{"a": NaN}', "NaN is no JSON", '{"a": NaN}'),
    "infinity": (b"[-Infinity]", "-Infinity is no JSON", "[-Infinity]"),
    "beyond a float": (b"[1e999]", "beyond what a float can hold", "[1e999]"),
    "invalid UTF-8": (b'"\xff\xfe\xfd"', "not UTF-8", b'"\xff\xfe\xfd"'),
    "10,000 levels": (
        b"[" * 10_000 + b"]" * 10_000,
        "nested too deeply",
        "[" * 10_000 + "]" * 10_000,
    ),
    "a page": (b"<html>", "Expecting value", "<html>"),
    "a very long integer": (b"1" * 5000, "application/json", "1" * 5000),
    "white space": (b"  ", "Expecting value", "  "),
}


@pytest.mark.parametrize("name", UNDECODABLE)
def test_a_body_that_cannot_be_decoded_is_kept(serve, name):
    body, words, data = UNDECODABLE[name]
    error = outcomes(serve([reply(200, body)]), document())
    assert type(error) is errors.DecodeError
    assert words in str(error)
    assert error.body == body
    assert error.data == data
    assert error.result.http.content == body
    assert str(data)[:300] not in str(error) or len(body) < 300
    check_portable(error)


@pytest.mark.parametrize("name", UNDECODABLE)
def test_an_error_status_keeps_its_class_whatever_its_body_is(serve, name):
    body, _, data = UNDECODABLE[name]
    error = outcomes(serve([reply(503, body)]), document())
    assert type(error) is errors.ServerError
    assert error.data == data


KEPT = {
    "20 digits": (b'{"id": 12345678901234567890}', {"id": 12345678901234567890}),
    "2,000 digits": (b"[" + b"7" * 2000 + b"]", [int("7" * 2000)]),
    "the last of a duplicate key": (b'{"a": 1, "a": 2}', {"a": 2}),
    "a byte order mark": (b"\xef\xbb\xbf[1]", [1]),
    "500 levels": (b"[" * 500 + b"]" * 500, None),
    "a lone surrogate": (b'"\\ud800"', "\ud800"),
    "null": (b"null", None),
}


@pytest.mark.parametrize("name", KEPT)
def test_odd_json_is_data(serve, kind, name):
    body, data = KEPT[name]
    result = kind.send(document(), server=serve([reply(200, body)]).url)
    assert result.data == (data if name != "500 levels" else json.loads(body))
    assert result.http.content == body


@pytest.mark.parametrize(
    ("content_type", "body", "data"),
    [
        ("application/json; charset=latin-1", '"é"'.encode("latin-1"), "é"),
        ("application/json; charset=utf-16", '"é"'.encode("utf-16"), "é"),
        ("application/json;charset=nonsense", '"é"'.encode(), "é"),
        ('APPLICATION/JSON; CHARSET="UTF-8"', '"é"'.encode(), "é"),
        ("application/json;;;", b"1", 1),
        (" application/json ", b"1", 1),
        ("application/json; charset=base64", b"1", 1),
    ],
)
def test_a_charset_is_heard_where_it_is_one(serve, kind, content_type, body, data):
    head = f"HTTP/1.1 200 OK\r\nContent-Type:{content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    assert kind.send(document(), server=serve([head.encode() + body]).url).data == data


def test_a_body_without_a_content_type_is_what_the_document_declares(serve, kind):
    server = serve([b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]"])
    assert kind.send(document(), server=server.url).data == [1]


@pytest.mark.parametrize(
    ("content_type", "data"),
    [("text/html", "[1]"), ("garbage", b"[1]"), ("", [1]), ("\xff\xfe/\xfd", b"[1]"), ("a" * 60_000, b"[1]"), ("application/json, text/html", b"[1]")],
)  # fmt: skip
def test_a_content_type_that_nobody_declared_is_told_and_the_body_kept(
    serve, kind, content_type, data
):
    server = serve([reply(200, b"[1]", content_type=content_type)])
    result = kind.send(document(), server=server.url, validate_responses="off")
    assert result.data == data
    if content_type:
        error = outcomes(server, document())
        assert type(error) is errors.UndocumentedResponse
        assert error.data == data
        check_portable(error)


# --- no body


@pytest.mark.parametrize("steps", [[b"HTTP/1.1 204 No Content\r\n\r\n"], [b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n"]])  # fmt: skip
def test_no_content_is_none(serve, kind, steps):
    made = document(responses={"204": {"description": "gone"}})
    assert kind.send(made, server=serve(steps).url, times=2).data is None


def test_a_204_with_a_body_is_none(serve, kind):
    made = document(responses={"204": {"description": "gone"}, **ANYTHING})
    server = serve([reply(204, b"[1, 2]"), CLOSE])
    assert kind.send(made, server=server.url).data is None


def test_a_head_has_no_body_however_long_it_would_be(serve, kind):
    server = serve(
        [reply(200, b"", 10**15, content_encoding="gzip", content_type="application/json")]
    )
    result = kind.send(document(method="head"), server=server.url, times=2)
    assert result.data is None
    assert result.headers["content-length"] == str(10**15)


def test_an_empty_body_where_one_is_declared_is_an_invalid_response(serve):
    error = outcomes(serve([reply(200, b"")]), document())
    assert type(error) is errors.InvalidResponse
    assert [v.kind for v in error.violations] == ["missing"]


@pytest.mark.parametrize("early", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20, b"HTTP/1.1 102 Processing\r\n\r\n"])  # fmt: skip
def test_informational_answers_are_passed_over(serve, kind, early):
    assert kind.send(document(), server=serve([early + reply(200, b"[1]")]).url).data == [1]


def test_an_answer_that_ends_with_its_connection_is_whole(serve, kind):
    head = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
    assert kind.send(document(), server=serve([head + b"[1", b", 2]", CLOSE]).url).data == [1, 2]


# --- headers


def test_header_bytes_are_kept_whatever_they_are(serve, kind):
    raw = b"HTTP/1.1 200 OK\r\nX-A: caf\xc3\xa9\r\nX-B: \xff\xfe\r\nx-c: 1\r\nX-C: 2\r\nX-Empty:\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n[1]"
    result = kind.send(document(), server=serve([raw]).url)
    assert result.headers["x-a"].encode("latin-1") == b"caf\xc3\xa9"
    assert result.headers["x-b"].encode("latin-1") == b"\xff\xfe"
    assert result.headers["x-c"] == "1, 2"
    assert result.headers["x-empty"] == ""
    assert pickle.loads(pickle.dumps(result)).headers == result.headers


def test_a_cookie_that_is_set_is_not_sent_again_and_not_kept(serve, kind):
    server = serve([reply(200, b"1", set_cookie="sid=1; Path=/; Max-Age=999")])
    result = kind.send(document(), server=server.url, times=3)
    assert [seen.header("cookie") for seen in server.seen] == [None] * 3
    assert result.headers["set-cookie"].startswith("sid=1")


def test_no_cookie_piles_up_in_the_http_client(serve):
    server = serve([reply(200, b"1", set_cookie="sid=1")])
    with dynclient.Client(document(), server=server.url) as client:
        client.run()
        assert len(client._runner.adapter.client.cookies.jar) == 0


def test_a_connection_is_used_again(serve, kind):
    server = serve([reply(200, b"1")])
    kind.send(document(), server=server.url, times=5)
    assert server.connections == 1


# --- proxies of the environment


@pytest.fixture
def proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return lambda url: monkeypatch.setenv("HTTP_PROXY" if os.name == "nt" else "http_proxy", url)


def test_a_proxy_of_the_environment_is_used(serve, kind, proxy):
    server = serve([reply(200, b"1")])
    proxy(server.url)
    assert kind.send(document(), server="http://api.example.com").data == 1
    assert server.seen[0].target == "http://api.example.com/things"


PROXY_HINT = "it is set by HTTP_PROXY, HTTPS_PROXY or ALL_PROXY; NO_PROXY leaves a host out"


def test_a_proxy_that_is_down_is_named(proxy):
    proxy("http://me:s3cret@127.0.0.1:1")
    error = outcomes("http://api.example.com", document())
    assert type(error) is errors.ConnectFailed
    assert "cannot connect to the proxy http://" in error.headline
    assert "127.0.0.1:1: Connection refused" in error.headline
    assert error.hint == PROXY_HINT
    assert "s3cret" not in str(error)


def test_a_proxy_that_refuses_a_tunnel_is_named(serve, proxy, monkeypatch):
    server = serve([reply(403, b"")])
    monkeypatch.setenv("HTTPS_PROXY" if os.name == "nt" else "https_proxy", server.url)
    error = outcomes("https://api.example.com", document())
    assert type(error) is errors.ConnectFailed
    assert f"the proxy {server.url} refuses: 403 " in error.headline
    assert error.hint == PROXY_HINT


def test_a_host_that_the_proxy_leaves_out_is_not_said_to_be_a_proxy(proxy, monkeypatch):
    proxy("http://proxy.test:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    error = outcomes("http://127.0.0.1:1", document())
    assert "proxy" not in str(error)
    assert error.hint == "is the server= right, and up?"


def test_a_document_behind_a_proxy_that_is_down_names_the_proxy(proxy):
    proxy("http://me:s3cret@127.0.0.1:1")
    with pytest.raises(errors.DocumentNotFound) as caught:
        dynclient.load("http://api.example.com/api.yaml")
    assert "the proxy http://" in caught.value.headline
    assert caught.value.hint == PROXY_HINT
    assert "s3cret" not in str(caught.value)


# --- the client is closed


def test_a_closed_client_says_so(serve):
    server = serve([reply(200, b"1")])
    http = httpx.Client()
    client = dynclient.Client(document(), server=server.url, transport=http)
    client.run()
    http.close()
    with pytest.raises(errors.UsageError, match="closed"):
        client.run()


# --- bodies that are read while they are sent


def uploading(**fields):
    body = {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
    return document(method=fields.pop("method", "post"), body=body, **fields)


def test_a_file_is_sent_with_its_length_and_a_stream_in_chunks(serve, kind, tmp_path):
    server = serve([reply(200, b"1")])
    path = tmp_path / "a.bin"
    path.write_bytes(b"\0\xff" * 70_000)
    kind.send(uploading(), server=server.url, args={"body": path})
    kind.send(uploading(), server=server.url, args={"body": iter([b"a", b"", b"bc"])})
    assert [seen.body for seen in server.seen] == [b"\0\xff" * 70_000, b"abc"]
    assert [seen.header("content-length") for seen in server.seen] == ["140000", None]


def test_what_the_users_own_stream_raises_comes_through(serve, kind):
    def stream():
        yield b"a"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kind.send(uploading(), server=serve([reply(200, b"1")]).url, args={"body": stream()})


def test_a_stream_is_never_sent_twice(serve, tmp_path):
    server = serve(location("/b", 307))
    for kind in BOTH:
        with pytest.raises(errors.BrokenResponse, match="body again"):
            kind.send(
                uploading(), server=server.url, follow_redirects=True, args={"body": iter([b"a"])}
            )
    path = tmp_path / "a"
    path.write_bytes(b"a")
    with pytest.raises(errors.TooManyRedirects):
        kind.send(uploading(), server=server.url, follow_redirects=True, args={"body": path})
    assert len(server.seen) == 2 + 6


def test_an_asynchronous_stream_is_for_the_async_client(serve):
    async def stream():
        yield b"ab"

    server = serve([reply(200, b"1")])
    sync, awaited = BOTH
    with pytest.raises(errors.UsageError, match="AsyncClient"):
        sync.send(uploading(), server=server.url, args={"body": stream()})
    awaited.send(uploading(), server=server.url, args={"body": stream()})
    assert [seen.body for seen in server.seen] == [b"ab"]

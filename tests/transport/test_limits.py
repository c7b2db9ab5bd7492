"""How large a response may be: more is refused as soon as it can be told, and never held."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import json
import tracemalloc
import zlib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.both import document
from support.faulty_server import CLOSE, HANG, chunked, reply

import dynclient
from dynclient import errors
from dynclient.transport.content_coding import (
    MAX_CODINGS,
    PIECE_BYTES,
    UndecodableContent,
    ZlibDecoder,
    build_accept_encoding,
    build_decoders,
)
from dynclient.transport.response_body import (
    MAX_RESPONSE_BYTES,
    BodyTooLarge,
    ResponseBody,
    TooManyValues,
    check_value_count,
    count_values,
)

TEXT = {"200": {"description": "", "content": {"text/plain": {}}}}


def send(kind, server, limit, **options):
    return kind.send(
        document(responses=TEXT), server=server.url, max_response_bytes=limit, **options
    )


def pieces(body):
    """Return the ways in which a body of some size may come."""
    packed = gzip.compress(body)
    return {
        "with its length": [reply(200, body, content_type="text/plain")],
        "in chunks": [chunked(body[:5], body[5:]).replace(b"application/json", b"text/plain")],
        "till the end": [reply(200, body, None, content_type="text/plain"), CLOSE],
        "gzip": [reply(200, packed, content_encoding="gzip", content_type="text/plain")],
        "deflate": [
            reply(200, zlib.compress(body), content_encoding="deflate", content_type="text/plain")
        ],
        "raw deflate": [
            reply(
                200,
                zlib.compress(body)[2:-4],
                content_encoding="deflate",
                content_type="text/plain",
            )
        ],
        "twice": [
            reply(
                200,
                gzip.compress(packed),
                content_encoding="gzip, x-gzip",
                content_type="text/plain",
            )
        ],
        "an unknown coding": [
            reply(200, body, content_encoding="utf-8", content_type="text/plain")
        ],
    }


@pytest.mark.parametrize("way", pieces(b"0123456789"))
def test_a_body_may_have_as_many_bytes_as_the_limit_and_not_one_more(serve, kind, way):
    server = serve(pieces(b"0123456789")[way])
    result = send(kind, server, 10)
    assert result.data == "0123456789"
    assert result.http.content == b"0123456789"
    assert result.http.text == "0123456789"
    assert send(kind, server, None).data == "0123456789"
    with pytest.raises(errors.BrokenResponse) as caught:
        send(kind, server, 9)
    error = caught.value
    assert (error.status, error.limit, len(error.attempts)) == (200, 9, 1)
    assert "larger than 9 bytes" in str(error)
    assert "max_response_bytes" in error.hint
    assert isinstance(error.__cause__, BodyTooLarge)


def test_what_says_that_it_is_too_large_is_not_waited_for(serve, kind):
    server = serve([reply(200, b"", 10**12, content_type="text/plain"), HANG])
    with pytest.raises(errors.BrokenResponse, match="larger than"):
        send(kind, server, 100)


def test_a_bomb_ends_before_it_unfolds(serve, kind):
    layer = gzip.compress(b"\0" * 200_000_000, 9)
    for bomb, coding in ((layer, "gzip"), (gzip.compress(layer, 9), "gzip, gzip")):
        server = serve([reply(200, bomb, content_encoding=coding, content_type="text/plain")])
        tracemalloc.start()
        with pytest.raises(errors.BrokenResponse, match="larger than 1,000,000 bytes"):
            send(kind, server, 1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8_000_000


def test_a_stream_of_nothing_ends(serve, kind):
    nothing = zlib.compressobj(wbits=31)
    data = nothing.compress(b"") + nothing.flush(zlib.Z_SYNC_FLUSH) * 60_000
    server = serve(
        [reply(200, data, None, content_encoding="gzip", content_type="text/plain"), HANG]
    )
    with pytest.raises(errors.BrokenResponse, match="larger than"):
        send(kind, server, 10)


def test_too_large_is_not_tried_again_and_the_client_goes_on(serve, monkeypatch):
    server = serve(
        lambda seen: [
            reply(200, b"1" * (100 if len(server.seen) == 1 else 1), content_type="text/plain")
        ]
    )
    with dynclient.Client(
        document(responses=TEXT), server=server.url, retries=3, max_response_bytes=9
    ) as client:
        with pytest.raises(errors.BrokenResponse):
            client.run()
        assert client._runner.adapter.client._transport._pool.connections == []
        assert client.run() == "1"
    assert len(server.seen) == 2


def test_a_body_that_is_refused_lets_its_connection_go_when_awaited(serve):
    server = serve([reply(200, b"1" * 100, content_type="text/plain")])

    async def main():
        async with dynclient.AsyncClient(
            document(responses=TEXT), server=server.url, max_response_bytes=9
        ) as client:
            with pytest.raises(errors.BrokenResponse):
                await client.run()
            assert client._runner.adapter.client._transport._pool.connections == []

    asyncio.run(main())


def test_an_error_that_is_too_large_tells_its_status(serve, kind):
    server = serve([reply(500, b"x" * 100)])
    with pytest.raises(errors.BrokenResponse, match="after the status 500 came") as caught:
        send(kind, server, 10)
    assert caught.value.status == 500


def test_what_a_transport_in_memory_answers_is_bounded_too():
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text="x" * 100))
    with pytest.raises(errors.BrokenResponse, match="larger than 99 bytes"):
        dynclient.Client(document(responses=TEXT), transport=transport, max_response_bytes=99).run()


def test_the_limit_is_an_option():
    assert (
        dynclient.Client(document())._options.max_response_bytes
        == MAX_RESPONSE_BYTES
        == 256 * 2**20
    )
    for wrong in (-1, 1.5, "1", True):
        with pytest.raises(errors.UsageError, match="max_response_bytes"):
            dynclient.Client(document(), max_response_bytes=wrong)


def test_what_can_be_undone_is_what_is_asked_for(serve, kind):
    server = serve([reply(200, b"x", content_type="text/plain")])
    send(kind, server, None)
    assert server.seen[0].header("accept-encoding") == build_accept_encoding()
    send(kind, server, None, headers={"Accept-Encoding": "identity"})
    assert server.seen[1].header("accept-encoding") == "identity"
    assert build_accept_encoding().startswith("gzip, deflate")


# --- codings


def undone(coding, data, cuts=()):
    """Return what a coded body stands for, given in pieces."""
    body = ResponseBody("GET", 200, {"content-encoding": coding}, None)
    at = [0, *sorted(cuts), len(data)]
    for start, end in itertools.pairwise(at):
        body.feed(data[start:end])
    return body.end()


def packed(coding, data):
    if coding in ("gzip", "x-gzip"):
        return gzip.compress(data)
    if coding == "deflate":
        return zlib.compress(data)
    if coding == "br":
        return pytest.importorskip("brotli").compress(data)
    return pytest.importorskip("zstandard").ZstdCompressor().compress(data)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd"])
@given(data=st.binary(max_size=3000), cuts=st.lists(st.integers(0, 200), max_size=5))
def test_a_coding_is_undone_however_it_is_cut(coding, data, cuts):
    made = packed(coding, data)
    assert undone(coding, made, [cut for cut in cuts if cut < len(made)]) == data
    assert undone(coding.upper(), made) == data


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
@given(data=st.binary(min_size=1, max_size=300), share=st.floats(0.01, 0.99))
def test_a_truncated_body_is_told(coding, data, share):
    made = packed(coding, data)
    with pytest.raises(UndecodableContent):
        undone(coding, made[: max(1, int(len(made) * share))])


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
@given(data=st.binary(min_size=1, max_size=300))
def test_noise_is_told_or_read_and_never_a_raw_error(coding, data):
    packed(coding, b"")
    with contextlib.suppress(UndecodableContent):
        undone(coding, data)


@given(
    st.lists(st.binary(max_size=40), min_size=2, max_size=4),
    st.lists(st.integers(0, 120), max_size=5),
)
def test_gzip_of_several_members_is_whole(parts, cuts):
    made = b"".join(map(gzip.compress, parts))
    assert undone("gzip", made, [cut for cut in cuts if cut < len(made)]) == b"".join(parts)
    assert undone("gzip", made + b"\0" * 9, cuts and [len(made)]) == b"".join(parts)
    assert undone("gzip", gzip.compress(parts[0]) + b"rest") == parts[0]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_comes_in_pieces(coding):
    made = packed(coding, b"\0" * 64_000_000)
    body = ResponseBody("GET", 200, {"content-encoding": coding}, 1_000_000)
    tracemalloc.start()
    with pytest.raises(BodyTooLarge):
        body.feed(made)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000
    assert body._parts == []


def test_an_empty_body_has_no_coding():
    for coding in ("gzip", "deflate", "gzip, gzip"):
        assert undone(coding, b"") == b""
    assert (
        ResponseBody("HEAD", 200, {"content-encoding": "gzip", "content-length": "99"}, 9).end()
        == b""
    )


def test_codings_are_bounded_and_unknown_ones_mean_nothing():
    assert build_decoders("identity, utf-8, , x") == []
    assert len(build_decoders(", ".join(["gzip"] * MAX_CODINGS))) == MAX_CODINGS
    with pytest.raises(UndecodableContent):
        build_decoders(", ".join(["gzip"] * (MAX_CODINGS + 1)))


def test_a_coding_whose_library_is_missing_says_which(monkeypatch):
    monkeypatch.setattr("dynclient.transport.content_coding._import_module", lambda _: None)
    with pytest.raises(UndecodableContent, match="needs the package brotli"):
        build_decoders("br")


def test_a_length_that_no_machine_holds_is_too_large():
    for length in ("9" * 30, str(10**17)):
        with pytest.raises(BodyTooLarge):
            ResponseBody("GET", 200, {"content-length": length}, 10**9)


def test_an_inflater_gives_pieces_of_bounded_size():
    found = list(ZlibDecoder(is_gzip=True).decode(gzip.compress(b"\0" * 10_000_000)))
    assert max(map(len, found)) <= 256 * 1024
    assert sum(map(len, found)) == 10_000_000


@pytest.mark.parametrize("size", range(PIECE_BYTES - 2, PIECE_BYTES + 530, 19))
def test_nothing_stays_behind_in_an_inflater(size):
    assert len(undone("deflate", zlib.compress(b"\0" * size)[2:-4])) == size
    assert (
        len(
            undone("gzip", gzip.compress(b"\0" * size), [gzip.compress(b"\0" * size).__len__() - 8])
        )
        == size
    )


# --- how many values

#: Bodies of a few bytes a value, and how many values they have.
MANY_VALUES = {
    "objects": (b"[" + b",".join([b"{}"] * 999) + b"]", 1000),
    "arrays": (b"[" + b",".join([b"[]"] * 999) + b"]", 1000),
    "numbers": (b"[" + b",".join([b"1"] * 999) + b"]", 1000),
    "nested": (b"[" * 400 + b"1" + b"]" * 400, 401),
    "members": (b"{" + b",".join(b'"%d":1' % i for i in range(999)) + b"}", 1000),
}


def send_values(kind, server, limit, **options):
    return kind.send(document(), server=server.url, max_response_values=limit, **options)


@pytest.mark.parametrize(("body", "count"), MANY_VALUES.values(), ids=MANY_VALUES.keys())
def test_a_body_may_have_as_many_values_as_the_limit(serve, kind, body, count):
    server = serve([reply(200, body)])
    assert send_values(kind, server, 2 * count).status == 200
    assert send_values(kind, server, None).status == 200
    limit = count // 3
    with pytest.raises(errors.BrokenResponse) as caught:
        send_values(kind, server, limit)
    assert str(caught.value) == (
        f"run  GET {server.url}/things: after the status 200 came, the body has more than"
        f" {limit:,} values\n  hint: allow more: max_response_values="
    )
    assert (caught.value.limit, caught.value.status) == (limit, 200)


def test_commas_and_brackets_inside_strings_are_no_values(serve, kind):
    value = [',[{"\\' * 500, {"a,b": "\\\\"}]
    server = serve([reply(200, json.dumps(value).encode())])
    assert send_values(kind, server, 6).data == value


_JSON_VALUES = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def count_exactly(value):
    if not isinstance(value, dict | list):
        return 1
    members = value.values() if isinstance(value, dict) else value
    return 1 + sum(map(count_exactly, members))


@given(_JSON_VALUES)
def test_values_are_never_counted_too_low(value):
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        body = text.encode()
        assert count_values(body, "application/json") >= count_exactly(value)
        check_value_count(body, "application/json", 2 * count_exactly(value))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a&" * 1000, "application/x-www-form-urlencoded"),
        (b"\r\n--b" * 1000, 'multipart/mixed; boundary="b"'),
        (b"[" * 1000, ""),
        (b"[" * 1000, "Application/Problem+JSON; charset=utf-8"),
        (("[" * 1000).encode("utf-16"), "application/json"),
    ],
)
def test_the_values_of_every_composed_body_are_counted(body, content_type):
    with pytest.raises(TooManyValues, match="more than 999 values"):
        check_value_count(body, content_type, 999)


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "image/png", "text/csv"])
def test_a_body_that_stays_one_value_is_not_counted(content_type):
    check_value_count(b"[,&--" * 1000, content_type, 10)


def test_a_small_body_that_becomes_millions_of_values_is_refused(serve, kind):
    body = gzip.compress(b"[" + b"{}," * 20_000_000 + b"1]")
    assert len(body) < 70_000
    server = serve([reply(200, body, content_encoding="gzip")])
    tracemalloc.start()
    with pytest.raises(errors.BrokenResponse, match="more than 3,000,000 values"):
        kind.send(document(), server=server.url)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000


def test_a_bomb_in_an_error_response_is_refused_too_and_not_asked_for_again(serve, kind):
    server = serve([reply(503, b"[" + b"1," * 999 + b"1]")])
    with pytest.raises(errors.BrokenResponse) as caught:
        send_values(kind, server, 100)
    assert (caught.value.status, len(server.seen)) == (503, 1)
    server = serve([reply(500, b"[" + b"1," * 999 + b"1]")])
    with pytest.raises(errors.BrokenResponse):
        send_values(kind, server, 100, retries=3)
    assert len(server.seen) == 1

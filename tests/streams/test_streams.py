"""A streamed result yields its items while they come, each checked by the document."""

from __future__ import annotations

import asyncio
import json
import warnings

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.both import document
from support.documents import Server
from support.effort import share
from support.faulty_server import CLOSE, HANG, RESET, reply

import dynclient
from dynclient import errors
from dynclient.streams.reconnection import choose_reconnect_delay

COUNT = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
EVENT = {"type": "object", "required": ["data"], "properties": {"data": COUNT}}
EVENTS = "text/event-stream"
LINES = "application/x-ndjson"
RECORDS = "application/json-seq"
MIXED = "multipart/mixed"


def describe(media_type, *, version="3.2.0", method="get", **entry):
    return document(
        version=version,
        method=method,
        responses={"200": {"description": "", "content": {media_type: entry}}},
    )


def answer(media_type, body, **headers):
    """Return a transport whose answers come a byte at a time."""
    pieces = [body[i : i + 1] for i in range(len(body))]
    headers = {"content-type": media_type, **headers}
    return Server(lambda _: httpx.Response(200, headers=headers, stream=Pieces(pieces)))


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, pieces):
        self.pieces = pieces

    def __iter__(self):
        yield from self.pieces

    async def __aiter__(self):
        for piece in self.pieces:
            yield piece


BODIES = [
    (EVENTS, {"itemSchema": EVENT}, b'data: {"n": 1}\n\n: c\ndata: {"n":\ndata: 2}\nid: 7\n\n', [{"data": {"n": 1}}, {"id": "7", "data": {"n": 2}}]),
    (EVENTS, {"schema": COUNT}, b'data: {"n": 1}\n\ndata: {"n": 2}\n\n', [{"data": {"n": 1}}, {"data": {"n": 2}}]),
    (EVENTS, {"schema": EVENT}, b'data: {"n": 1}\n\n', [{"data": {"n": 1}}]),
    (EVENTS, {"schema": {"type": "string"}}, b'data: {"n": 1}\n\n', [{"data": '{"n": 1}'}]),
    (EVENTS, {"schema": {"type": "array", "items": EVENT}}, b'data: {"n": 1}\n\n', [{"data": {"n": 1}}]),
    (EVENTS, {}, b"data: [DONE]\n\n", [{"data": "[DONE]"}]),
    (EVENTS, {"schema": COUNT}, b'data: {"n": 1}\n\ndata: [DONE]\n\n', [{"data": {"n": 1}}]),
    (LINES, {"itemSchema": COUNT}, b'{"n": 1}\n\n{"n": 2}', [{"n": 1}, {"n": 2}]),
    (LINES, {"schema": COUNT}, b'{"n": 1}\n{"n": 2}\n', [{"n": 1}, {"n": 2}]),
    (LINES, {"schema": {"type": "array", "items": COUNT}}, b'{"n": 1}\n', [{"n": 1}]),
    (LINES, {}, b'{"n": 123456789012345678901}\n', [{"n": 123456789012345678901}]),
    (RECORDS, {"itemSchema": COUNT}, b'\x1e{"n": 1}\n\x1e{\n"n": 2\n}\n', [{"n": 1}, {"n": 2}]),
    (f"{MIXED}; boundary=b", {"itemSchema": {"type": "integer"}}, b"--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--", [1, 2]),
    (f"{MIXED}; boundary=b", {}, b"--b\r\nContent-Type: image/png\r\n\r\n\xff\r\n--b--", [b"\xff"]),
    ("multipart/form-data; boundary=b", {"schema": {**COUNT, "required": ["n", "m"]}}, b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n--b--', [{"n": 1}]),
    ("text/csv; charset=utf-16", {}, "a,ä\r\n\r\nb".encode("utf-16"), ["a,ä", "", "b"]),
    ("text/plain", {}, "a\nä\n".encode(), ["a", "ä"]),
    ("application/json", {"schema": COUNT}, b'{"n": 1}', [{"n": 1}]),
    ("application/octet-stream", {}, b"ab", [b"a", b"b"]),
]  # fmt: skip


@pytest.mark.parametrize(("media_type", "entry", "body", "items"), BODIES)
def test_the_items_of_a_body_come_one_by_one(streams, media_type, entry, body, items):
    source = describe(media_type.partition(";")[0], **entry)
    assert streams.read(source, transport=answer(media_type, body)) == items


@pytest.mark.parametrize(("media_type", "entry", "body", "items"), BODIES)
def test_no_bytes_are_no_items(streams, media_type, entry, body, items):
    source = describe(media_type.partition(";")[0], **entry)
    assert streams.read(source, transport=answer(media_type, b"")) == []


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_every_version_has_streams(streams, version):
    source = describe(EVENTS, version=version, schema=COUNT)
    assert streams.read(source, transport=answer(EVENTS, b'data: {"n": 1}\n\n')) == [
        {"data": {"n": 1}}
    ]


WRONG = [
    (EVENTS, {"itemSchema": EVENT}, b'data: {"n": "x"}\n\n', "body[1].data.n"),
    (EVENTS, {"schema": COUNT}, b'data: {"n": "x"}\n\n', "body[1].data.n"),
    (LINES, {"itemSchema": COUNT}, b'{"n": "x"}\n', "body[1].n"),
    (LINES, {"schema": COUNT}, b'{"n": "x"}\n', "body[1].n"),
    (RECORDS, {"itemSchema": COUNT}, b'\x1e{"n": "x"}\n', "body[1].n"),
]


def surround(wrong, media_type):
    """Return a body with a good item, a wrong one, and a good one."""
    good = {EVENTS: b'data: {"n": 1}\n\n', LINES: b'{"n": 1}\n', RECORDS: b'\x1e{"n": 1}\n'}[
        media_type
    ]
    return good + wrong + good


@pytest.mark.parametrize(("media_type", "entry", "wrong", "place"), WRONG)
def test_an_item_that_does_not_fit_raises_and_the_next_one_is_read(
    streams, media_type, entry, wrong, place
):
    server = answer(media_type, surround(wrong, media_type))
    first, error, last = streams.read_each(describe(media_type, **entry), transport=server)
    assert first == last
    assert isinstance(error, errors.InvalidResponse)
    assert f"type  {place}  got 'x', want integer" in str(error)
    assert error.result.status == 200
    assert error.data in ({"n": "x"}, {"data": {"n": "x"}})


@pytest.mark.parametrize(("media_type", "entry", "wrong", "place"), WRONG)
def test_under_warn_an_item_that_does_not_fit_is_there_with_a_warning(
    streams, media_type, entry, wrong, place
):
    server = answer(media_type, surround(wrong, media_type))
    with pytest.warns(errors.ResponseDrift, match="want integer"):
        items = streams.read_each(
            describe(media_type, **entry), transport=server, validate_responses="warn"
        )
    assert [item.get("data", item) for item in items] == [{"n": 1}, {"n": "x"}, {"n": 1}]


def test_under_off_no_item_is_checked(streams):
    server = answer(LINES, b'{"n": "x"}\n')
    items = streams.read(
        describe(LINES, itemSchema=COUNT), transport=server, validate_responses="off"
    )
    assert items == [{"n": "x"}]


def test_an_excused_place_only_warns(streams):
    server = answer(LINES, b'{"n": "x"}\n')
    with pytest.warns(errors.ResponseDrift):
        items = streams.read(
            describe(LINES, itemSchema=COUNT), transport=server, excuse=["run: body[].n"]
        )
    assert items == [{"n": "x"}]


@pytest.mark.parametrize("validation", ["raise", "warn", "off"])
def test_an_item_that_cannot_be_decoded_raises_and_the_next_one_is_read(streams, validation):
    server = answer(LINES, b'{"n": 1}\n{"n": \n{"n": 3}\n')
    first, error, last = streams.read_each(
        describe(LINES, itemSchema=COUNT), transport=server, validate_responses=validation
    )
    assert (first, last) == ({"n": 1}, {"n": 3})
    assert isinstance(error, errors.DecodeError)
    assert "item 1 cannot be decoded: " in str(error)
    assert error.body == b'{"n": '


def test_a_stream_asks_for_the_media_types_with_items_first(streams):
    source = describe(LINES, itemSchema=COUNT)
    content = source["paths"]["/things"]["get"]["responses"]["200"]["content"]
    content["application/json"] = {"schema": COUNT}
    server = answer(LINES, b"")
    streams.read(source, transport=server)
    streams.read(source, transport=server, accept="application/json")
    assert [request.headers["accept"] for request in server.seen] == [
        "application/x-ndjson, application/json;q=0.5",
        "application/json",
    ]


@pytest.mark.parametrize(
    ("form", "items"),
    [("lines", ['{"n": 1}']), ("chunks", None), ("json lines", [{"n": 1}]), ("value", [{"n": 1}])],
)
def test_a_body_may_be_read_in_another_way_than_its_media_type_says(streams, form, items):
    source = describe("application/json", schema=COUNT)
    found = streams.read(source, transport=answer("application/json", b'{"n": 1}'), form=form)
    assert found == items or b"".join(found) == b'{"n": 1}'


def test_a_format_is_chosen_before_the_first_item():
    client = dynclient.Client(describe(LINES, itemSchema=COUNT), transport=answer(LINES, b"1\n2\n"))
    with client.run.stream() as stream:
        lines = stream.lines()
        assert next(lines) == "1"
        with pytest.raises(errors.UsageError, match="read in another way already"):
            stream.chunks()


def test_a_stream_that_was_not_opened_says_so():
    stream = dynclient.Client(describe(LINES), transport=answer(LINES, b"")).run.stream()
    assert repr(stream) == "<Stream run: not open>"
    for look in (lambda: next(stream), lambda: stream.status):
        with pytest.raises(errors.UsageError, match="the stream is not open; nothing was sent"):
            look()


def test_a_stream_that_was_closed_has_no_further_items():
    client = dynclient.Client(describe(LINES), transport=answer(LINES, b"1\n2\n"))
    with client.run.stream() as stream:
        assert next(stream) == 1
    assert list(stream) == []


def test_a_stream_has_the_status_and_headers_of_its_response():
    source = describe(LINES, itemSchema=COUNT)
    response = source["paths"]["/things"]["get"]["responses"]["200"]
    response["headers"] = {"X-Total": {"schema": {"type": "integer"}}}
    server = answer(LINES, b"", **{"x-total": "7"})
    with dynclient.Client(source, transport=server).run.stream() as stream:
        assert (stream.status, stream.media_type) == (200, LINES)
        assert (stream.headers["x-total"], stream.header_data) == ("7", {"X-Total": 7})
        assert stream.request.method == "GET"


def test_parts_without_an_end_are_a_broken_stream(streams):
    server = answer(f"{MIXED}; boundary=b", b"--b\r\n\r\n1\r\n--b\r\n\r\n2")
    with pytest.raises(errors.BrokenStream, match="the parts have no end; 1 item came before"):
        streams.read(describe(MIXED), transport=server)


def test_a_stream_that_broke_has_no_further_items(streams, serve):
    server = serve([reply(200, b'{"n": 1}\n{"n": 2}', 99, content_type=LINES), HANG])
    first, error = streams.read_each(describe(LINES), server=server.url, timeout=(30, 0.2))
    assert (first, type(error)) == ({"n": 1}, errors.TimedOut)
    [error] = streams.read_each(describe(MIXED), transport=answer(MIXED, b"ab"))
    assert isinstance(error, errors.DecodeError)


def test_a_deadline_bounds_the_whole_stream(streams, serve):
    server = serve([reply(200, events(1), 999, content_type=EVENTS), HANG])
    with pytest.raises(errors.TimedOut) as caught:
        streams.read(describe(EVENTS, itemSchema=EVENT), server=server.url, deadline=0.3)
    assert (caught.value.item_count, caught.value.deadline_s) == (1, 0.3)
    assert "timeout=" not in (caught.value.hint or "")


PIECES = st.sampled_from(
    [
        *(b"\n", b"\r\n", b"\x1e", b'{"n": 1}', b'{"n": ', b"[" * 2000, b"1" * 5000, b"\xff\xfe"),
        *(b"data: ", b"id: \x00", b"retry: 99", b"\n\n", b"--b\r\n", b"\r\n--b", b"--", b"\r\n\r\n"),
        b"Content-Type: application/json; charset=utf-16\r\n",
        b'Content-Disposition: form-data; name="n"; filename="x"\r\n',
    ]
)  # fmt: skip


def test_text_that_is_of_no_such_charset_is_a_broken_stream(streams):
    server = answer("text/csv; charset=utf-16", b"\r\n")
    with pytest.raises(errors.BrokenStream, match=r"(?i)its body is broken: .*utf-16"):
        streams.read(describe("text/csv"), transport=server)


@share(2)
@given(
    st.sampled_from(
        [*(media_type for media_type, *_ in BODIES), "application/json; charset=utf-16"]
    ),
    st.lists(PIECES, max_size=10),
    st.sampled_from(["raise", "off"]),
)
def test_hostile_bytes_end_in_items_and_typed_errors(media_type, pieces, validation):
    source = describe(media_type.partition(";")[0], schema=COUNT)
    headers = {"content-type": media_type}
    server = Server(lambda _: httpx.Response(200, headers=headers, stream=Pieces(pieces)))
    client = dynclient.Client(source, transport=server, validate_responses=validation)
    tries = 0
    with client.run.stream() as stream:
        while tries < 100:
            tries += 1
            try:
                next(stream)
            except StopIteration:
                break
            except errors.DynclientError:
                pass
    assert tries < 100


def test_parts_without_a_boundary_cannot_be_told_apart_but_their_bytes_can_be_read(streams):
    server = answer(MIXED, b"ab")
    with pytest.raises(errors.DecodeError, match="names no boundary"):
        streams.read(describe(MIXED), transport=server)
    assert streams.read(describe(MIXED), transport=server, form="chunks") == [b"a", b"b"]


def test_an_invalid_call_is_refused_before_anything_is_sent(streams):
    server = answer(LINES, b"")
    client = dynclient.Client(describe(LINES), transport=server)
    with pytest.raises(errors.InvalidCall):
        client.run.stream(nothing=1)
    assert server.seen == []


# --- real connections


def test_a_status_error_has_its_body(streams, serve):
    server = serve([reply(404, b'{"message": "no such thing"}')])
    with pytest.raises(errors.NotFound, match="404 no such thing") as caught:
        streams.read(describe(LINES), server=server.url)
    assert caught.value.data == {"message": "no such thing"}


def test_an_undeclared_media_type_is_refused(streams, serve):
    server = serve([reply(200, b"1\n", content_type="text/plain")])
    with pytest.raises(errors.UndocumentedResponse) as caught:
        streams.read(describe(LINES), server=server.url, times=1, max_connections=1)
    assert caught.value.hint.startswith('its body was not read; validate_responses="warn"')
    with pytest.warns(errors.ResponseDrift):
        assert streams.read(describe(LINES), server=server.url, validate_responses="warn") == ["1"]


def test_a_redirect_is_followed(streams, serve):
    def script(seen):
        if seen.target == "/things":
            return [reply(302, location="/elsewhere")]
        return [reply(200, b"1\n2\n", content_type=LINES)]

    assert streams.read(describe(LINES), server=serve(script).url) == [1, 2]


def events(*numbers, ends=True):
    return b"".join(b'id: %d\ndata: {"n": %d}\n\n' % (n, n) for n in numbers)


@pytest.mark.parametrize("fault", [CLOSE, RESET])
def test_a_stream_that_breaks_says_how_many_items_came(streams, serve, fault):
    server = serve([reply(200, events(1, 2) + b"data: ", 999, content_type=EVENTS), fault])
    with pytest.raises(errors.BrokenStream) as caught:
        streams.read(describe(EVENTS, itemSchema=EVENT), server=server.url)
    error = caught.value
    if fault is CLOSE:  # a reset may throw away what came
        assert (error.item_count, error.last_event_id, error.status) == (2, "2", 200)
        assert "; 2 items came before" in str(error)


def test_a_stream_that_stands_still_times_out_and_says_how_many_items_came(streams, serve):
    server = serve([reply(200, events(1), 999, content_type=EVENTS), HANG])
    with pytest.raises(errors.TimedOut) as caught:
        streams.read(describe(EVENTS, itemSchema=EVENT), server=server.url, timeout=(30, 0.2))
    assert (caught.value.item_count, caught.value.phase) == (1, "read")
    assert str(caught.value).endswith("hint: give more time between the items: timeout=(5, None)")


def test_an_item_without_an_end_is_refused_and_the_connection_is_free(streams, serve):
    body = b'{"n": 1}\n"' + b"x" * 100_000
    server = serve([reply(200, body, 10_000_000, content_type=LINES), HANG])
    for _ in range(2):
        with pytest.raises(errors.BrokenStream) as caught:
            streams.read(
                describe(LINES),
                server=server.url,
                max_response_bytes=1000,
                max_connections=1,
                timeout=(30, 20),  # a connection that is never free fails the test
            )
    assert caught.value.item_count == caught.value.limit / 1000 == 1
    assert "an item is larger than 1,000 bytes; 1 item came before" in str(caught.value)
    assert caught.value.hint == "allow more: max_response_bytes="


@pytest.mark.parametrize(
    ("media_type", "before", "told"), [(LINES, b"[1]\n", "1 item"), ("application/json", b"", "no item")]
)  # fmt: skip
def test_an_item_of_too_many_values_is_refused(streams, media_type, before, told):
    server = answer(media_type, before + json.dumps([[]] * 100).encode())
    with pytest.raises(errors.BrokenStream, match=f"more than 50 values; {told} came before"):
        streams.read(describe(media_type), transport=server, max_response_values=50)


@pytest.mark.parametrize(
    ("attempt", "retry_ms", "delay_s"), [(1, None, 1), (3, None, 4), (9, None, 60), (1, 10**9, 60), (2, 0, 0)]
)  # fmt: skip
def test_a_stream_is_opened_again_after_a_bounded_wait(attempt, retry_ms, delay_s):
    assert choose_reconnect_delay(attempt, retry_ms) == delay_s


def test_streams_that_are_left_in_the_middle_take_no_connection(streams, serve):
    server = serve([reply(200, events(1, 2), 999, content_type=EVENTS), HANG])
    source = describe(EVENTS, itemSchema=EVENT)
    found = streams.read(
        source, server=server.url, count=1, times=5, max_connections=1, timeout=(30, 20)
    )
    assert found == [{"id": "1", "data": {"n": 1}}]


def test_an_error_in_the_body_of_the_with_takes_no_connection(serve):
    server = serve([reply(200, events(1, 2), 999, content_type=EVENTS), HANG])
    source = describe(EVENTS, itemSchema=EVENT)
    with dynclient.Client(source, server=server.url, max_connections=1) as client:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), client.run.stream():
                raise ZeroDivisionError


def test_a_cancelled_stream_takes_no_connection(serve):
    server = serve([reply(200, events(1), 999, content_type=EVENTS), HANG])
    source = describe(EVENTS, itemSchema=EVENT)

    async def read(client, came):
        async with client.run.stream() as stream:
            async for _ in stream:
                came.set()

    async def main():
        async with dynclient.AsyncClient(source, server=server.url, max_connections=1) as client:
            for _ in range(3):
                came = asyncio.Event()
                task = asyncio.create_task(read(client, came))
                await came.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

    asyncio.run(main())


def test_an_item_is_there_before_the_next_one_is_sent(streams, serve):
    head = reply(200, length=None, content_type=EVENTS, transfer_encoding="chunked")
    server = serve([head + b"%x\r\n%s\r\n" % (len(events(1)), events(1)), HANG])
    source = describe(EVENTS, itemSchema=EVENT)
    assert streams.read(source, server=server.url, count=1) == [{"id": "1", "data": {"n": 1}}]


# --- opening an event stream again


def script_of_breaks(*bodies, delay=b"retry: 0\n"):
    """Return a script that sends one body after another, each of which breaks off but the last."""
    pending = list(bodies)

    def script(seen):
        body = delay + pending.pop(0)
        if pending:
            return [reply(200, body, 9999, content_type=EVENTS), CLOSE]
        return [reply(200, body, content_type=EVENTS)]

    return script


def test_a_broken_event_stream_goes_on_after_its_last_event(streams, serve):
    server = serve(script_of_breaks(events(1, 2), events(3) + b"data: lost", events(4)))
    source = describe(EVENTS, itemSchema=EVENT)
    found = streams.read(source, server=server.url, reconnect=1)
    assert [event["data"]["n"] for event in found] == [1, 2, 3, 4]
    assert [seen.header("last-event-id") for seen in server.seen] == [None, "2", "3"]


def test_an_event_stream_is_opened_again_only_as_often_as_is_allowed(streams, serve):
    server = serve(script_of_breaks(events(1), b"", b"", b"", b""))
    source = describe(EVENTS, itemSchema=EVENT)
    with pytest.raises(errors.BrokenStream) as caught:
        streams.read(source, server=server.url, reconnect=2)
    assert (caught.value.item_count, caught.value.last_event_id) == (1, "1")
    assert len(server.seen) == 3


def test_a_server_that_wants_nobody_to_come_back_ends_the_stream(streams, serve):
    def script(seen):
        if seen.header("last-event-id"):
            return [reply(204)]
        return [reply(200, b"retry: 0\n" + events(1), 999, content_type=EVENTS), CLOSE]

    source = describe(EVENTS, itemSchema=EVENT)
    assert len(streams.read(source, server=serve(script).url, reconnect=3)) == 1


@pytest.mark.parametrize(
    ("media_type", "method"), [(EVENTS, "post"), (LINES, "get"), ("text/plain", "get")]
)
def test_only_an_event_stream_of_a_safe_request_is_opened_again(streams, serve, media_type, method):
    server = serve([reply(200, b"1\n", 999, content_type=media_type), CLOSE])
    with pytest.raises(errors.BrokenStream):
        streams.read(describe(media_type, method=method), server=server.url, reconnect=3)
    assert len(server.seen) == 1


def test_reconnect_is_a_number():
    with pytest.raises(errors.UsageError, match="reconnect cannot be -1"):
        dynclient.Client(describe(EVENTS), reconnect=-1)


def test_no_warning_comes_from_a_good_stream(streams):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        streams.read(describe(LINES, itemSchema=COUNT), transport=answer(LINES, b'{"n": 1}\n'))

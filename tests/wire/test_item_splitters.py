"""Items are told apart while their bytes come in: where the pieces end changes nothing, and one item is held at most."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.effort import share

from dynclient.wire import multipart
from dynclient.wire.item_reader import ItemReader, build_item_reader
from dynclient.wire.item_splitters import EventSplitter, ItemTooLarge, LineSplitter, RecordSplitter
from dynclient.wire.media import decode_json, encode_json
from dynclient.wire.part_splitter import PartSplitter
from dynclient.wire.schema_types import SchemaTypes
from dynclient.wire.sequences import write_items

ANYTHING = SchemaTypes({}, {})
FORMATS = ("json lines", "json sequence", "event stream")
MIXED = "multipart/mixed; boundary=b"


def build(name, limit=None):
    if name == "multipart":
        return ItemReader(PartSplitter(MIXED, limit), multipart.read_part)
    if name == "lines":
        return ItemReader(LineSplitter(limit, keeps_blank=True), bytes)
    return build_item_reader(name, ANYTHING, decode_json, limit)


def read(name, pieces, limit=None):
    """Return the items of a body, each with its value or why it has none; the last may be an error of the whole."""
    reader = build(name, limit)
    found = []
    try:
        for piece in [*pieces, None]:
            items = reader.splitter.end() if piece is None else reader.splitter.feed(piece)
            for item in items:
                try:
                    found.append(("value", reader.decode(item)))
                except ValueError as error:
                    found.append(("bad", type(error).__name__))
    except ItemTooLarge:
        found.append(("too large", limit))
    except ValueError as error:
        found.append(("broken", str(error)))
    return found


#: Bytes that are nearly a body of one of the formats.
TOKENS = st.sampled_from(
    [
        *(b"\n", b"\r", b"\r\n", b"\x1e", b" ", b"1", b"12", b"[", b"]", b'{"n": 1}', b'"a\\nb"', b"null"),
        *(b"data:", b"data: ", b"id: 7", b"retry: 10", b"event: x", b":", b"\xef\xbb\xbf", b"\xc3", b"\xa4"),
        *(b"\r\n--b", b"--b", b"--b\r\n", b"--", b"\r\n\r\n", b"Content-Type: text/plain", b"x" * 40),
    ]
)  # fmt: skip
BODIES = st.lists(TOKENS, max_size=24).map(b"".join) | st.binary(max_size=40)


def cut(body, places):
    """Return a body in pieces, cut at some places."""
    ends = sorted({place % (len(body) + 1) for place in places})
    return [body[a:b] for a, b in zip([0, *ends], [*ends, len(body)], strict=True)]


@pytest.mark.parametrize("name", [*FORMATS, "multipart", "lines"])
def test_any_split_of_the_bytes_gives_the_same_items(name):
    @share(4)
    @example(b'\x1e{"n": 1}\n\xc3', [], None)
    @example(b'\x1e"\xc3"\n\xa4', [], None)
    @given(BODIES, st.lists(st.integers(0, 400), max_size=12), st.none() | st.integers(1, 60))
    def check(body, places, limit):
        whole = read(name, [body], limit)
        assert read(name, cut(body, places), limit) == whole
        assert read(name, [body[i : i + 1] for i in range(len(body))], limit) == whole

    check()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("name", FORMATS[:2])
def test_what_was_written_is_read_piece_by_piece(name):
    @share()
    @given(st.lists(JSON, max_size=6), st.lists(st.integers(0, 400), max_size=12))
    def check(items, places):
        body = write_items(name, items, encode_json)
        assert read(name, cut(body, places)) == [("value", item) for item in items]

    check()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("json lines", b"12\n"),
        ("json sequence", b"\x1e12\n"),
        ("json sequence", b'\x1e{"a":\n 1}\n'),
        ("event stream", b"data: 12\n\n"),
        ("event stream", b"data: 12\r\r"),
        ("event stream", b"data: 12\r\n\r\n"),
        ("multipart", b"--b\r\n\r\n12\r\n--b\r\n"),
        ("lines", b"12\n"),
    ],
)
def test_an_item_is_there_with_its_last_byte(name, body):
    reader = build(name)
    before = [item for byte in body[:-1] for item in reader.splitter.feed(bytes([byte]))]
    last = list(reader.splitter.feed(body[-1:]))
    is_early = name == "event stream" and body.endswith(b"\r\n")
    assert (len(before), len(last)) == ((1, 0) if is_early else (0, 1))


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("json lines", b""),
        ("json sequence", b"\x1e"),
        ("event stream", b""),
        ("event stream", b"data: "),
        ("multipart", b"--b\r\n"),
        ("lines", b""),
    ],
)
def test_an_item_without_an_end_is_refused_at_its_limit(name, start):
    reader = build(name, limit=1000)
    list(reader.splitter.feed(start))
    for _ in range(9):
        list(reader.splitter.feed(b"x" * 100))
    with pytest.raises(ItemTooLarge) as caught:
        list(reader.splitter.feed(b"x" * 120))
    assert caught.value.limit == 1000


def test_an_event_of_many_lines_is_refused_at_its_limit():
    splitter = EventSplitter(1000)
    with pytest.raises(ItemTooLarge):
        list(splitter.feed(b"data: x\n" * 1000))


def test_what_comes_before_the_first_part_is_not_held():
    splitter = PartSplitter(MIXED, 1000)
    for _ in range(100):
        assert list(splitter.feed(b"x" * 1000)) == []
    assert list(splitter.feed(b"\r\n--b\r\n\r\n1\r\n--b--")) == [b"\r\n\r\n1"]
    assert list(splitter.feed(b"x" * 10_000)) == list(splitter.end()) == []


def test_a_long_text_of_many_lines_is_not_read_over_and_over():
    tried = []

    def is_json(text):
        tried.append(len(text))
        return False

    splitter = RecordSplitter(is_json)
    list(splitter.feed(b"\x1e"))
    for _ in range(10_000):
        list(splitter.feed(b"[\n"))
    assert sum(tried) <= 3 * 20_000 + 16_384


def test_a_record_on_one_line_is_read_once():
    tried = []
    splitter = RecordSplitter(lambda text: tried.append(text) or True)
    body = b"\x1e1\n\x1e[\n2]\n\x1e3\x1e4"
    assert list(splitter.feed(body)) == [b"1\n", b"[\n2]\n", b"3"]
    assert list(splitter.end()) == [b"4"]
    # Only of several lines it has to be known where the text ends.
    assert tried == [b"[\n2]\n"]


def test_an_event_stream_knows_where_it_goes_on():
    splitter = EventSplitter()
    events = list(splitter.feed(b"id: 1\nretry: 20\ndata: a\n\ndata: b\n\nid: 3\n\nid: 4\ndata: c"))
    assert [event.data for event in events] == ["a", "b"]
    assert (splitter.last_event_id, splitter.retry_ms) == ("3", 20)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_line_end_that_comes_in_two_pieces_is_one(end):
    body = end.join([b"data: 1", b"data: 2", b"", b"data: 3", b"", b""])
    expected = [("value", {"data": "1\n2"}), ("value", {"data": "3"})]
    assert read("event stream", [body]) == expected
    assert read("event stream", [body[i : i + 1] for i in range(len(body))]) == expected


def test_what_follows_a_text_without_a_separator_is_malformed_and_the_next_one_is_read():
    found = read("json sequence", [b"1\x1e2\n3\x1e4\n"])
    assert found == [("bad", "ValueError"), ("value", 2), ("bad", "ValueError"), ("value", 4)]


def test_a_malformed_line_does_not_hide_the_next_one():
    assert read("json lines", [b'{"a"\n\n7\n']) == [("bad", "JSONDecodeError"), ("value", 7)]


def test_whole_bodies_are_read_by_the_same_reader():
    body = b"".join(b"\x1e" + json.dumps({"n": n}).encode() + b"\n" for n in range(3))
    assert read("json sequence", [body]) == [("value", {"n": n}) for n in range(3)]

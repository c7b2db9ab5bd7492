"""HAR files: what is written is HAR 1.2 and reads back as it was; what is none is refused with its place."""

import base64
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dynclient
from dynclient.errors import UsageError
from dynclient.recording.har_entry import HarEntry, read_entry
from dynclient.recording.har_file import HarWriter, read_har_file
from dynclient.wire.message import Headers, Request, Response

#: What HAR 1.2 requires of each object.
REQUIRED = {
    "request": {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"},
    "response": {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"},
}  # fmt: skip

FIELDS = st.lists(
    st.tuples(
        st.from_regex(r"[A-Za-z][A-Za-z-]{0,8}", fullmatch=True).filter(
            lambda name: name.lower() not in ("content-encoding", "content-length", "transfer-encoding", "content-type")
        ),
        st.text(st.characters(codec="latin-1", categories=["L", "N", "P"]), max_size=8),
    ),
    max_size=3,
)  # fmt: skip
TYPES = st.sampled_from(
    [
        "",
        "application/json",
        "text/plain; charset=latin-1",
        "text/plain; charset=utf-16",
        "image/png",
    ]
)


def build_entry(body=b"", answer=b"", media_type="application/json", **fields):
    headers = Headers([("Content-Type", media_type)] if media_type else [])
    request = Request("POST", "https://a.test/x?a=b%20c", headers, body or None)
    return HarEntry(
        request, Response(200, headers, answer, 0.25), "2026-01-01T00:00:00.000+00:00", **fields
    )


@given(FIELDS, st.binary(max_size=20), st.binary(max_size=20), TYPES, st.integers(100, 999))
def test_an_entry_is_read_back_as_it_was_written(fields, body, answer, media_type, status):
    headers = Headers([*fields, ("Content-Type", media_type)])
    entry = HarEntry(
        Request("GET", "https://a.test/", headers, body or None),
        Response(status, headers, answer, 0.125),
        "2026-01-01T00:00:00.000+00:00",
        "op",
        {"query": {"a": 1}},
    )
    assert read_entry(json.loads(json.dumps(entry.build_json())), "") == entry


def test_a_file_is_har_1_2_after_each_entry_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "new" / "a.har"
    writer = HarWriter(path)
    assert not path.exists()
    for count in (1, 2, 3):
        writer.append(build_entry(b"{}", "é".encode()))
        log = json.loads(path.read_text(encoding="utf-8"))["log"]
        assert (log["version"], log["creator"]["name"], len(log["entries"])) == (
            "1.2",
            "dynclient",
            count,
        )
    (entry, *_) = log["entries"]
    assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
    assert entry["timings"] == {"send": 0, "wait": 250.0, "receive": 0}
    for part, names in REQUIRED.items():
        assert names <= set(entry[part])
    assert entry["request"]["queryString"] == [{"name": "a", "value": "b c"}]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_new_recording_replaces_an_old_file_with_its_first_exchange(tmp_path):
    path = tmp_path / "a.har"
    path.write_text("old")
    writer = HarWriter(path)
    assert path.read_text() == "old"
    writer.append(build_entry())
    assert len(read_har_file(path)) == 1


def test_threads_share_a_file(tmp_path):
    writer = HarWriter(tmp_path / "a.har")
    threads = [
        threading.Thread(target=lambda: [writer.append(build_entry()) for _ in range(20)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_har_file(writer.path)) == 80


def test_a_file_that_cannot_be_written_is_an_error_that_says_what_happened(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(UsageError, match=r"cannot be written: .*the exchange took place"):
        HarWriter(tmp_path / "a" / "b.har").append(build_entry())


def test_what_browsers_write_is_read(tmp_path):
    headers = [
        {"name": ":authority", "value": "a.test"},
        {"name": "content-encoding", "value": "br"},
    ]
    request = {"method": "post", "url": "https://a.test/x", "headers": headers}
    form = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "a", "value": "b c"}],
    }
    content = {"size": 2, "mimeType": "text/plain", "text": base64.b64encode(b"\xff!").decode(), "encoding": "base64"}  # fmt: skip
    answered = {
        "request": {**request, "postData": form},
        "response": {"status": 200, "headers": headers, "content": content},
    }
    blocked = {"request": request, "response": {"status": 0, "headers": [], "content": {}}}
    without_body = {
        "request": request,
        "response": {"status": 200, "headers": [], "content": {"size": 9, "mimeType": ""}},
    }
    path = tmp_path / "a.har"
    path.write_text(
        "\ufeff" + json.dumps({"log": {"entries": [blocked, answered, without_body]}}),
        encoding="utf-8",
    )
    (number, entry), (_, other) = read_har_file(path)
    assert number == 1
    assert (entry.request.method, entry.request.body, entry.response.body) == (
        "POST",
        b"a=b+c",
        b"\xff!",
    )
    assert [name for name, _ in entry.request.headers.pairs()] == ["content-encoding"]
    assert entry.response.headers.pairs() == ()
    assert not other.has_response_body


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.har:1 is no JSON: Expecting value"),
        ("[" * 100_000, "is no JSON: it is nested too deeply"),
        ("[]", "is no HAR file: /log/entries: want a list"),
        ('{"log": {"entries": [1]}}', "is no HAR file: /log/entries/0: want an object"),
        ('{"log": {"entries": [{"request": {}, "response": {"status": "200"}}]}}',
         "/log/entries/0/response/status: want a number"),
        ('{"log": {"entries": [{"request": {"method": "GET"}, "response": {"status": 200}}]}}',
         "/log/entries/0/request/url: want a text"),
        ('{"log": {"entries": [{"request": {"method": "GET", "url": "", "headers": [{}]}, "response": {"status": 200}}]}}',
         "/log/entries/0/request/headers/0/name: want a text"),
        ('{"log": {"entries": [{"request": {"method": "GET", "url": "", "headers": 1}, "response": {"status": 200}}]}}',
         "/log/entries/0/request/headers: want a list"),
        ('{"log": {"entries": [{"request": {"method": "GET", "url": ""}, "response": {"status": 200, "content": {"text": "a", "encoding": "base64"}}}]}}',
         "/log/entries/0/response/content/text: is no base64"),
    ],
)  # fmt: skip
def test_what_is_no_har_file_is_refused_with_its_place(tmp_path, text, message):
    path = tmp_path / "a.har"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_har_file(path)
    assert message in str(caught.value)
    assert "give a HAR 1.2 file" in caught.value.hint


def test_a_file_that_is_not_there_says_how_one_is_made(tmp_path):
    with pytest.raises(UsageError) as caught:
        read_har_file(tmp_path / "a.har")
    assert caught.value.hint == "dynclient.record(path) writes one"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (None, "record takes the path of a file, and got null"),
        (5, "record takes the path of a file, and got 5"),
        ("", "record takes the path of a file, and got ''"),
    ],
)
def test_what_is_no_path_is_refused(path, message):
    with pytest.raises(UsageError) as caught:
        dynclient.record(path)
    assert caught.value.headline == message
    assert caught.value.hint == 'dynclient.record("session.har")'
    with pytest.raises(UsageError, match="replay takes the path of a file"):
        dynclient.replay(path)


def test_a_recording_that_cannot_be_written_is_refused_before_anything_is_sent(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "a.har"):
        with pytest.raises(UsageError, match=r"cannot be written: .*; nothing was sent"):
            dynclient.record(path)
    dynclient.record(tmp_path / "a.har")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]

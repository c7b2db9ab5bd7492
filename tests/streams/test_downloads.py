"""A result is saved in a file; a download that breaks goes on where the server offers ranges."""

from __future__ import annotations

import asyncio
import os
from email.utils import formatdate

import pytest
from support.both import document
from support.faulty_server import CLOSE, HANG, reply

import dynclient
from dynclient import errors
from dynclient.streams.byte_ranges import find_validator, read_range

BINARY = document(
    responses={
        "200": {
            "description": "",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
)
CONTENT = bytes(range(256)) * 40


class SyncSaver:
    name = "sync"

    def save(self, file, **options):
        """Save the result of a call, without waits between tries; return the waits."""
        waits = []
        with dynclient.Client(BINARY, **options) as client:
            client._runner.state.clock.sleep = waits.append
            assert client.run.stream().save(file) == file.resolve()
        return waits


class AsyncSaver:
    name = "async"

    def save(self, file, **options):
        """Save the result of a call, without waits between tries; return the waits."""
        waits = []

        async def sleep(seconds):
            waits.append(seconds)

        async def main():
            async with dynclient.AsyncClient(BINARY, **options) as client:
                client._runner.state.clock.sleep_async = sleep
                assert await client.run.stream().save(file) == file.resolve()

        asyncio.run(main())
        return waits


@pytest.fixture(params=[SyncSaver(), AsyncSaver()], ids=lambda kind: kind.name)
def saver(request):
    """Give either kind of client."""
    return request.param


class FileScript:
    """Answers as a server of one file, which breaks off after some bytes of each answer but the last.

    Args:
        breaks: after how many bytes each answer breaks off; None: not.
        headers: of each answer.
        content: the file; another one from the second answer on where two are given.

    """

    def __init__(self, *breaks, content=(CONTENT,), **headers):
        self.breaks = list(breaks)
        self.contents = list(content)
        self.headers = {"content_type": "application/zip", **headers}

    def __call__(self, seen):
        content = self.contents.pop(0) if len(self.contents) > 1 else self.contents[0]
        cut = self.breaks.pop(0) if self.breaks else None
        wanted, status, start = seen.header("range"), 200, 0
        headers = dict(self.headers)
        if wanted and seen.header("if-range") == self.headers.get("etag"):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                return [reply(416, content_range=f"bytes */{len(content)}")]
            status = 206
            headers["content_range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        rest = content[start:]
        if cut is None:
            return [reply(status, rest, **headers)]
        return [reply(status, rest[:cut], len(rest), **headers), CLOSE]


RANGES = {"accept_ranges": "bytes", "etag": '"v1"'}


def list_files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_result_is_saved(saver, serve, tmp_path):
    server = serve(FileScript())
    saver.save(tmp_path / "a.zip", server=server.url)
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert list_files(tmp_path) == ["a.zip"]
    assert server.seen[0].header("accept-encoding") == "identity"
    assert server.seen[0].header("range") is None


def test_an_open_stream_is_saved(serve, tmp_path):
    server = serve(FileScript(**RANGES))
    with dynclient.Client(BINARY, server=server.url) as client, client.run.stream() as stream:
        assert stream.headers["content-length"] == str(len(CONTENT))
        stream.save(tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_broken_download_goes_on_at_once(saver, serve, tmp_path):
    server = serve(FileScript(5000, 0, 100, **RANGES))
    waits = saver.save(tmp_path / "a.zip", server=server.url, reconnect=2)
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert [seen.header("range") for seen in server.seen] == [
        *(None, "bytes=5000-", "bytes=5000-", "bytes=5100-"),
    ]
    assert {seen.header("if-range") for seen in server.seen[1:]} == {'"v1"'}
    assert waits == [1.0, 2.0, 1.0]
    assert list_files(tmp_path) == ["a.zip"]


def test_a_later_download_goes_on_where_an_earlier_one_broke(saver, serve, tmp_path):
    file = tmp_path / "a.zip"
    file.write_bytes(b"old")
    server = serve(FileScript(5000, **RANGES))
    with pytest.raises(errors.BrokenStream) as caught:
        saver.save(file, server=server.url)
    assert caught.value.byte_count == 5000
    assert "; 5,000 bytes came before" in str(caught.value)
    assert caught.value.hint == "save to the same file again: it goes on from there"
    assert file.read_bytes() == b"old"
    saver.save(file, server=server.url)
    assert server.seen[-1].header("range") == "bytes=5000-"
    assert file.read_bytes() == CONTENT
    assert list_files(tmp_path) == ["a.zip"]


def test_a_file_that_changed_is_downloaded_anew(saver, serve, tmp_path):
    file = tmp_path / "a.zip"
    script = FileScript(5000, **RANGES)
    server = serve(script)
    with pytest.raises(errors.BrokenStream):
        saver.save(file, server=server.url)
    script.headers["etag"], script.contents = '"v2"', [b"new"]
    saver.save(file, server=server.url)
    assert file.read_bytes() == b"new"


def test_a_part_that_is_complete_already_is_the_file(saver, serve, tmp_path):
    file = tmp_path / "a.zip"
    server = serve(FileScript(5000, **RANGES))
    with pytest.raises(errors.BrokenStream):
        saver.save(file, server=server.url)
    (tmp_path / ".a.zip.part").write_bytes(CONTENT)
    saver.save(file, server=server.url)
    assert file.read_bytes() == CONTENT


def test_a_part_that_is_longer_than_the_file_is_thrown_away(saver, serve, tmp_path):
    file = tmp_path / "a.zip"
    server = serve(FileScript(5000, **RANGES))
    with pytest.raises(errors.BrokenStream):
        saver.save(file, server=server.url)
    (tmp_path / ".a.zip.part").write_bytes(CONTENT + b"more")
    saver.save(file, server=server.url)
    assert file.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"etag": '"v1"'},
        {"accept_ranges": "bytes"},
        {"accept_ranges": "bytes", "etag": 'W/"v1"'},
        {"accept_ranges": "none", "etag": '"v1"'},
    ],
)
def test_nothing_is_kept_where_the_server_does_not_offer_it(saver, serve, tmp_path, headers):
    server = serve(FileScript(5000, **headers))
    with pytest.raises(errors.BrokenStream) as caught:
        saver.save(tmp_path / "a.zip", server=server.url, reconnect=3)
    assert len(server.seen) == 1
    assert caught.value.byte_count == 5000
    assert list_files(tmp_path) == []


def test_a_part_of_another_place_is_never_joined(saver, serve, tmp_path):
    def script(seen):
        if seen.header("range"):
            return [
                reply(206, b"xyz", content_type="application/zip", content_range="bytes 7-9/10")
            ]
        return [reply(200, b"ab", 10, content_type="application/zip", **RANGES), CLOSE]

    server = serve(script)
    with pytest.raises(errors.BrokenStream, match="another part came than was asked for"):
        saver.save(tmp_path / "a.zip", server=server.url, reconnect=3)
    assert list_files(tmp_path) == []


def test_a_part_that_ends_early_is_continued(saver, serve, tmp_path):
    def script(seen):
        start = int((seen.header("range") or "bytes=0-")[6:-1])
        if not start:
            return [
                reply(200, CONTENT[:10], len(CONTENT), content_type="application/zip", **RANGES),
                CLOSE,
            ]
        part = CONTENT[start : start + 4000]
        place = f"bytes {start}-{start + len(part) - 1}/{len(CONTENT)}"
        return [reply(206, part, content_type="application/zip", content_range=place, etag='"v1"')]

    saver.save(tmp_path / "a.zip", server=serve(script).url, reconnect=1)
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_download_that_stands_still_times_out(saver, serve, tmp_path):
    server = serve([reply(200, b"ab", 9, content_type="application/zip"), HANG])
    with pytest.raises(errors.TimedOut, match="; 2 bytes came before"):
        saver.save(tmp_path / "a.zip", server=server.url, timeout=(30, 0.2))


def test_a_refusal_leaves_the_file_as_it_was(saver, serve, tmp_path):
    file = tmp_path / "a.zip"
    file.write_bytes(b"old")
    with pytest.raises(errors.NotFound):
        saver.save(file, server=serve([reply(404, b"{}")]).url)
    assert (file.read_bytes(), list_files(tmp_path)) == (b"old", ["a.zip"])


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_sent(saver, serve, tmp_path):
    server = serve(FileScript())
    for file in (tmp_path, tmp_path / "none" / "a.zip"):
        with pytest.raises(errors.UsageError, match="nothing was sent"):
            saver.save(file, server=server.url)
    assert server.seen == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such links")
def test_a_link_in_the_place_of_the_part_is_not_followed(saver, serve, tmp_path):
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / ".a.zip.part").symlink_to(tmp_path / "victim")
    with pytest.raises(errors.UsageError, match="cannot be written"):
        saver.save(tmp_path / "a.zip", server=serve(FileScript()).url)
    assert (tmp_path / "victim").read_bytes() == b"mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_two_downloads_of_one_file_do_not_mix(saver, serve, tmp_path):
    import fcntl

    with (tmp_path / ".a.zip.part").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(errors.UsageError, match="being downloaded by another program"):
            saver.save(tmp_path / "a.zip", server=serve(FileScript()).url)


def test_the_note_beside_a_part_holds_no_url(saver, serve, tmp_path):
    server = serve(FileScript(5000, **RANGES))
    with pytest.raises(errors.BrokenStream):
        saver.save(tmp_path / "a.zip", server=server.url)
    assert "127.0.0.1" not in (tmp_path / ".a.zip.part.json").read_text()


def test_a_sandbox_is_saved_too(tmp_path):
    sandbox = dynclient.Sandbox(BINARY)
    sandbox.answer("run", data=CONTENT)
    dynclient.Client(BINARY, transport=sandbox).run.stream().save(tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_progress_is_told_of_a_download(saver, serve, tmp_path):
    told = []
    server = serve(FileScript(5000, **RANGES))
    saver.save(
        tmp_path / "a.zip",
        server=server.url,
        reconnect=1,
        progress=lambda done, total: told.append((done, total)),
    )
    size = len(CONTENT)
    assert (told[0], told[-1]) == ((0, size), (size, size))
    assert (5000, size) in told
    assert [done for done, _ in told] == sorted(done for done, _ in told)


DATE = formatdate(1_700_000_000, usegmt=True)
LATER = formatdate(1_700_000_009, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"accept-ranges": "bytes", "etag": '"a"'}, '"a"'),
        ({"accept-ranges": "bytes", "last-modified": DATE, "date": LATER}, DATE),
        ({"accept-ranges": "bytes", "last-modified": DATE, "date": DATE}, ""),
        ({"accept-ranges": "bytes", "last-modified": "once", "date": LATER}, ""),
        ({"accept-ranges": "bytes", "etag": '"a"', "content-encoding": "gzip"}, ""),
    ],
)
def test_only_a_strong_validator_names_a_state_of_the_file(headers, validator):
    assert find_validator(200, headers) == validator


@pytest.mark.parametrize("text", ["", "bytes", "bytes */9", "bytes a-b/c", "bytes 1-2", "1-2/3"])
def test_a_part_that_is_not_described_is_none(text):
    assert read_range(206, {"content-range": text}) is None

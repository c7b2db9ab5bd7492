"""The option `progress` tells how far an upload is; True shows a bar, on terminals only."""

from __future__ import annotations

import asyncio
import io
import pickle

import pytest
from support.both import BOTH, document
from support.documents import Server

import dynclient
from dynclient import errors
from dynclient.client import transfer_progress
from dynclient.wire.observed_body import ObservedBody

UPLOAD = document(
    method="post",
    body={
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
)
CONTENT = b"x" * 200_000


@pytest.fixture(params=BOTH, ids=lambda kind: kind.name)
def kind(request):
    """Give either kind of client."""
    return request.param


def upload(kind, body, server=None, **options):
    told = []
    options.setdefault("progress", lambda done, total: told.append((done, total)))
    transport = server or dynclient.Sandbox(UPLOAD)
    kind.send(UPLOAD, transport=transport, args={"body": body}, **options)
    return told


def test_progress_is_told_of_a_file(kind, tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(CONTENT)
    for body in (file, io.BytesIO(CONTENT), file.open("rb")):
        told = upload(kind, body)
        assert [done for done, _ in told] == [65536, 131072, 196608, 200_000]
        total = None if isinstance(body, io.BytesIO) else 200_000
        assert {total_bytes for _, total_bytes in told} == {total}
        if hasattr(body, "close"):
            body.close()


def test_progress_is_told_of_an_iterator(kind):
    told = upload(kind, iter([b"ab", b"", b"c"]))
    assert [done for done, _ in told][-1] == 3
    assert {total for _, total in told} == {None}


def test_the_server_gets_the_same_bytes(kind, tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(CONTENT)
    server = Server()
    with pytest.raises(errors.DynclientError):
        upload(kind, file, server=server)
    with pytest.raises(errors.DynclientError):
        upload(kind, file, server=server, progress=False)
    observed, plain = server.seen
    assert observed.headers == plain.headers
    assert observed.headers["content-length"] == "200000"


def test_an_asynchronous_stream_is_observed():
    told = []

    async def chunks():
        yield b"ab"
        yield b"c"

    async def main():
        async with dynclient.AsyncClient(
            UPLOAD, transport=Server(), progress=lambda done, total: told.append(done)
        ) as client:
            with pytest.raises(errors.DynclientError):
                await client.run(body=chunks())

    asyncio.run(main())
    assert told == [2, 3]


def test_bytes_in_memory_are_not_observed(kind):
    assert upload(kind, CONTENT) == []


def test_a_bar_is_shown_on_terminals_only(kind, tmp_path, monkeypatch, capsys):
    file = tmp_path / "a.bin"
    file.write_bytes(CONTENT)
    upload(kind, file, progress=True)
    assert capsys.readouterr() == ("", "")
    shown = []

    class Bar(transfer_progress.ProgressBar):
        def observe(self, done_bytes, total_bytes):
            super().observe(done_bytes, total_bytes)
            shown.append((self._title, done_bytes))

        def finish(self):
            super().finish()
            shown.append("finished")

    monkeypatch.setattr(transfer_progress, "ProgressBar", Bar)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    upload(kind, file, progress=True)
    assert ("run", 200_000) in shown
    assert shown[-1] == "finished"


def test_a_request_with_an_observed_body_is_pickled_as_another(tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(CONTENT)
    body = ObservedBody((file,), transfer_progress.SilentProgress)
    assert not isinstance(pickle.loads(pickle.dumps(body)), ObservedBody)


@pytest.mark.parametrize("value", ["yes", 1, None])
def test_progress_is_a_function_or_a_truth_value(value):
    with pytest.raises(errors.UsageError, match="progress cannot be"):
        dynclient.Client(UPLOAD, progress=value)

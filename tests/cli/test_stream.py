"""`dynclient call --stream`: each item of a result as a line."""

from __future__ import annotations

import json

import pytest
from support.both import document

COUNT = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}


@pytest.fixture
def write(tmp_path):
    """Write a document whose operation answers in some media type."""

    def write(media_type, schema):
        made = document(
            responses={"200": {"description": "", "content": {media_type: {"schema": schema}}}}
        )
        file = tmp_path / "api.json"
        file.write_text(json.dumps(made))
        return str(file)

    return write


def test_each_item_is_a_line_of_json(cli, write, server):
    spec = write("application/x-ndjson", COUNT)
    server.media_type, server.body = (
        "application/x-ndjson",
        b'{"n": 1}\n{"n": 2, "t": "\x1b\xc3\xa9"}\n'.replace(b"\x1b", b"\\u001b"),
    )
    result = cli("call", spec, "run", "--stream", "--server", server.url)
    assert result.stdout == '{"n": 1}\n{"n": 2, "t": "\\u001bé"}\n'
    query = cli("call", spec, "run", "--stream", "--server", server.url, "--query", "n")
    assert query.stdout == "1\n2\n"


def test_events_and_lines_of_text(cli, write, server):
    server.media_type, server.body = "text/event-stream", b'id: 1\ndata: {"n": 1}\n\n'
    events = cli(
        "call", write("text/event-stream", COUNT), "run", "--stream", "--server", server.url
    )
    assert events.stdout == '{"id": "1", "data": {"n": 1}}\n'
    server.media_type, server.body = "text/plain", b"a \x1b[2J\nb\n"
    lines = cli(
        "call", write("text/plain", {"type": "string"}), "run", "--stream", "--server", server.url
    )
    assert lines.stdout == "a \\x1b[2J\nb\n"


def test_binary_chunks_go_out_as_they_are(cli, write, server):
    spec = write("application/zip", {"type": "string", "format": "binary"})
    server.media_type, server.body = "application/zip", b"\xff\x00"
    result = cli("call", spec, "run", "--stream", "--server", server.url)
    assert result.stdout_bytes == b"\xff\x00"


def test_an_item_that_does_not_fit_ends_the_lines(cli, write, server):
    spec = write("application/x-ndjson", COUNT)
    server.media_type, server.body = "application/x-ndjson", b'{"n": 1}\n{"n": "x"}\n'
    result = cli("call", spec, "run", "--stream", "--server", server.url)
    assert (result.exit_code, result.stdout) == (6, '{"n": 1}\n{"n": "x"}\n')
    assert "body[1].n" in result.stderr


def test_verbose_shows_the_head(cli, write, server):
    spec = write("application/x-ndjson", COUNT)
    server.media_type, server.body = "application/x-ndjson", b'{"n": 1}\n'
    result = cli("call", spec, "run", "--stream", "--server", server.url, "--verbose")
    assert "> GET " in result.stderr
    assert "< HTTP 200" in result.stderr or "< 200" in result.stderr
    assert result.stdout == '{"n": 1}\n'


def test_a_failure_is_printed_as_ever(cli, write, server):
    server.status, server.body = 404, b'{"message": "no"}'
    result = cli(
        "call", write("application/x-ndjson", COUNT), "run", "--stream", "--server", server.url
    )
    assert result.exit_code == 4
    assert json.loads(result.stdout) == {"message": "no"}


@pytest.mark.parametrize("other", [["--all"], ["--output", "x"], ["--table"], ["--curl"]])
def test_options_that_do_not_go_together_are_refused(cli, write, other):
    result = cli("call", write("application/x-ndjson", COUNT), "run", "--stream", *other)
    assert result.exit_code == 2
    assert "exclude each other" in result.stderr


def test_a_stream_of_an_undeclared_media_type_says_how_its_body_is_seen(cli, write, server):
    spec = write("application/x-ndjson", COUNT)
    server.media_type, server.body = "application/x-other", b"12"
    result = cli("call", spec, "run", "--stream", "--server", server.url)
    assert (result.exit_code, result.stdout) == (6, "")
    assert result.stderr.endswith(
        "  hint: its body was not read; a call without --stream and --output prints it\n"
    )
    whole = cli("call", spec, "run", "--server", server.url)
    assert (whole.exit_code, whole.stdout) == (6, "12")
    assert whole.stderr.endswith("  hint: what came is on standard output\n")

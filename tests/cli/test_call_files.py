"""Files and standard input as bodies and parts, and answers that go into files."""

from __future__ import annotations

import email
import email.policy
import gzip
import json
import os
import stat
import threading
from pathlib import Path

import pytest

FILES = str(Path(__file__).parent / "files.yaml")
BYTES = bytes(range(256))


@pytest.fixture(autouse=True)
def files(monkeypatch, tmp_path):
    monkeypatch.setenv("DYNCLIENT_SPEC", FILES)
    (tmp_path / "a.png").write_bytes(BYTES)
    (tmp_path / "b.png").write_bytes(b"bbb")
    (tmp_path / "about.json").write_text('{"lang": "de"}')
    (tmp_path / "about.yaml").write_text("lang: de\n")


@pytest.fixture
def sent(cli, server):
    """Return (headers, body) of what a call sends."""
    server.status = 204

    def send(*words, **kwargs):
        result = cli("call", *words, "--server", server.url, **kwargs)
        assert result.exit_code == 0, result.stderr
        _, _, headers, body = server.seen[-1]
        return headers, body

    return send


@pytest.fixture
def parts(sent):
    """Return the parts of what a call sends: name → (file name, content type, bytes), or a list of them."""

    def send(*words, **kwargs):
        headers, body = sent(*words, **kwargs)
        head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
        found = {}
        for part in email.message_from_bytes(head + body, policy=email.policy.HTTP).iter_parts():
            name = part.get_param("name", header="content-disposition")
            one = part.get_filename(), part.get("Content-Type"), part.get_payload(decode=True)
            found.setdefault(name, []).append(one)
        return {name: items[0] if len(items) == 1 else items for name, items in found.items()}

    return send


# --- bodies


@pytest.mark.parametrize(
    "words",
    [
        ["--body", "@a.png"],
        ["body:=@a.png"],
        ['body:={"$file": "a.png"}'],
        ["--body", '{"$file": "a.png"}'],
    ],
)
def test_a_binary_body_is_the_bytes_of_a_file(sent, words):
    headers, body = sent("putBlob", "--param", "path.id=1", *words)
    assert (headers["Content-Type"], body) == ("application/octet-stream", BYTES)
    assert headers["Content-Length"] == "256"


@pytest.mark.parametrize("words", [["--body", "-"], ["--body", "@-"], ["-"], ["body:=@-"]])
def test_a_binary_body_is_read_from_standard_input(sent, words):
    assert sent("putBlob", "--param", "path.id=1", *words, stdin=BYTES)[1] == BYTES


def test_a_binary_body_may_be_typed_as_it_is_or_as_base64(sent):
    assert sent("putBlob", "--param", "path.id=1", "--body", "abc")[1] == b"abc"
    assert (
        sent("putBlob", "--param", "path.id=1", "--body", '{"$base64": "AAH/"}')[1] == b"\0\1\xff"
    )
    assert sent("putBlob", "--param", "path.id=1", "--body", '{"a": 1}')[1] == b'{"a": 1}'


def test_a_pipe_is_a_body_too(sent, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(BYTES,))
    writer.start()
    assert sent("putBlob", "--param", "path.id=1", "--body", "@pipe")[1] == BYTES
    writer.join()


def test_json_stays_json_where_no_schema_is_binary(cli):
    result = cli("call", "either", 'photo:={"$file": "a.png"}', "--curl")
    assert "got an object of 1 property, want string" in result.stderr
    result = cli("call", "either", 'photo={"$file": "a.png"}', "--curl")
    assert json.loads(result.stdout.partition("--data-raw ")[2].strip().strip("'")) == {
        "photo": '{"$file": "a.png"}'
    }


# --- which media type


def test_the_name_of_a_file_chooses_among_the_media_types_of_a_body(sent, tmp_path):
    (tmp_path / "rows.csv").write_text("a;b\n")
    assert sent("either", "--body", "@rows.csv")[0]["Content-Type"] == "text/csv"
    headers, body = sent("either", "--body", "@a.png")
    assert (headers["Content-Type"], body) == ("image/png", BYTES)
    (tmp_path / "name.json").write_text('{"name": "x"}')
    assert sent("either", "--body", "@name.json")[0]["Content-Type"] == "application/json"


def test_a_media_type_that_is_given_wins(sent, parts):
    headers, body = sent("either", "--media-type", "image/png", "--body", "@about.json")
    assert (headers["Content-Type"], body) == ("image/png", b'{"lang": "de"}')
    found = parts("either", "--media-type", "multipart/form-data", "name=x", "scan:=@a.png")
    assert found == {"name": (None, None, b"x"), "scan": ("a.png", "image/png", BYTES)}


def test_a_media_type_that_the_operation_does_not_take_is_refused(cli):
    result = cli("call", "either", "--media-type", "text/html", "name=x", "--curl")
    assert result.exit_code == 2
    assert "text/html" in result.stderr


def test_a_text_file_that_is_no_utf8_is_sent_as_it_is(sent, tmp_path):
    (tmp_path / "rows.csv").write_bytes(b"K\xe4se\n")
    assert sent("either", "--body", "@rows.csv")[1] == b"K\xe4se\n"


# --- parts


def test_a_part_may_be_a_file(parts):
    found = parts("upload", "title=T", "photo:=@a.png", "any:=@b.png")
    assert found == {
        "title": (None, None, b"T"),
        "photo": ("a.png", "image/png", BYTES),
        "any": ("b.png", "image/png", b"bbb"),
    }


def test_any_text_part_may_be_sent_as_a_file(parts):
    assert parts("upload", "title=T", "note:=@about.json")["note"] == (
        "about.json",
        "application/json",
        b'{"lang": "de"}',
    )


def test_a_part_that_is_an_object_takes_the_json_or_yaml_in_a_file(parts):
    for file in ("about.json", "about.yaml"):
        assert parts("upload", "title=T", f"about:=@{file}")["about"] == (
            None,
            "application/json",
            b'{"lang":"de"}',
        )


def test_an_array_of_parts_takes_a_file_several_times(parts):
    assert [
        p[2] for p in parts("upload", "title=T", "pages:=@a.png", "pages:=@b.png")["pages"]
    ] == [BYTES, b"bbb"]
    words = 'pages:=[{"$file": "a.png"}, {"$base64": "YmJi"}]'
    assert [p[2] for p in parts("upload", "title=T", words)["pages"]] == [BYTES, b"bbb"]


def test_binary_values_within_json_are_resolved_only_where_a_part_is_binary(parts):
    body = {"title": "T", "photo": {"$file": "a.png"}, "any": {"$base64": "YmJi"}}
    found = parts("upload", "--body", json.dumps(body))
    assert (found["photo"][2], found["any"][2]) == (BYTES, b"bbb")


def test_a_part_that_is_no_file_reads_none(cli, server):
    result = cli("call", "upload", "title=T", 'note:={"$file": "a.png"}', "--server", server.url)
    assert (result.exit_code, server.seen) == (2, [])
    assert "body.note  got an object" in result.stderr


def test_a_text_part_keeps_its_text_whatever_it_looks_like(parts):
    assert parts("upload", "title=@a.png", 'note={"$file": "a.png"}') == {
        "title": (None, None, b"@a.png"),
        "note": (None, None, b'{"$file": "a.png"}'),
    }


def test_a_part_may_come_from_standard_input(parts):
    assert parts("upload", "title=T", "photo:=@-", stdin=BYTES)["photo"][2] == BYTES


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["upload", "title=T", "photo:=@nowhere.png"], "nowhere.png cannot be read: No such file"),
        (["upload", "title=T", "photo:=@."], "cannot be read"),
        (["upload", "title=T", 'photo:={"$file": "nowhere.png"}'], "nowhere.png cannot be read"),
        (["upload", "title=T", 'photo:={"$base64": "?"}'], "no base64"),
        (["upload", "title=T", 'photo:={"$file": 1}'], "$file takes a text"),
        (["upload", "title=T", "about:=@a.png"], "a.png is no JSON"),
        (["upload", "title:=@-", "photo:=@-"], "standard input is read twice"),
        (["either", "photo:=@a.png"], "needs a multipart body; see --media-type"),
        (["upload", "photo:=@a.png"], "missing"),
    ],
)
def test_what_cannot_be_sent_is_told_and_nothing_is_sent(cli, server, words, told):
    result = cli("call", *words, "--server", server.url, stdin=b"x")
    assert (result.exit_code, server.seen) == (2, [])
    assert told in result.stderr


# --- answers


@pytest.fixture
def blob(cli, server, monkeypatch):
    """Call for a blob; the server has one."""
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "k3y")
    server.media_type, server.body = "application/octet-stream", BYTES
    return lambda *words: cli(
        "call", "getBlob", "--param", "path.id=1", "--server", server.url, *words
    )


def test_an_answer_goes_into_a_file_byte_by_byte(blob, server, tmp_path):
    server.media_type, server.body = "application/json", b'{ "a":1.0 }\n'
    result = blob("--output", "answer.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("12 bytes → answer.json (")
    assert (tmp_path / "answer.json").read_bytes() == b'{ "a":1.0 }\n'


def test_a_file_keeps_its_mode_and_is_replaced_whole(blob, tmp_path):
    file = tmp_path / "answer.bin"
    file.write_text("old")
    file.chmod(0o640)
    (tmp_path / "link.bin").symlink_to(file)
    assert blob("--output", "link.bin").exit_code == 0
    assert file.read_bytes() == BYTES
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert (tmp_path / "link.bin").is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir() if "answer" in p.name) == ["answer.bin"]


def test_output_to_standard_output_and_into_a_pipe(blob, tmp_path):
    assert blob("--output", "-").stdout_bytes == BYTES
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(
        target=lambda: read.append((tmp_path / "pipe").read_bytes()), daemon=True
    )
    reader.start()
    assert blob("--output", "pipe").exit_code == 0
    assert (tmp_path / "pipe").is_fifo()
    reader.join()
    assert read == [BYTES]


def test_a_failure_of_the_server_is_printed_and_the_file_stays(blob, server, tmp_path):
    (tmp_path / "answer.bin").write_text("old")
    server.status, server.media_type, server.body = 404, "application/json", b'{"message":"none"}'
    result = blob("--output", "answer.bin")
    assert (result.exit_code, json.loads(result.stdout)) == (4, {"message": "none"})
    assert (tmp_path / "answer.bin").read_text() == "old"


@pytest.mark.parametrize("output", [".", "nowhere/answer.bin"])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_sent(blob, server, output):
    result = blob("--output", output)
    assert (result.exit_code, server.seen) == (2, [])
    assert "nothing was sent" in result.stderr


def test_an_answer_of_the_sandbox_goes_into_a_file(cli, tmp_path):
    assert (
        cli("call", "getBlob", "--param", "path.id=1", "--sandbox", "--output", "a.bin").exit_code
        == 0
    )
    assert (tmp_path / "a.bin").exists()


def test_what_goes_into_a_file_is_the_body_without_its_content_coding(blob, server, tmp_path):
    server.headers, server.body = {"Content-Encoding": "gzip"}, gzip.compress(BYTES)
    assert blob("--output", "answer.bin").exit_code == 0
    assert (tmp_path / "answer.bin").read_bytes() == BYTES


def test_a_body_under_a_range_is_json(cli, tmp_path, monkeypatch):
    body = {"required": True, "content": {"*/*": {"schema": {"type": "object"}}}}
    post = {"operationId": "post", "requestBody": body, "responses": {}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://a.example"}],
        "paths": {"/x": {"post": post}},
    }
    (tmp_path / "range.json").write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setenv("DYNCLIENT_SPEC", str(tmp_path / "range.json"))
    result = cli("call", "post", "--curl", "--body", '{"a": 1}')

    assert result.exit_code == 0, result.stderr
    assert "Content-Type: application/json" in result.output
    assert """--data-raw '{"a":1}'""" in result.output

"""`call --output`: what is no text goes to its file as it comes in, whatever its size; a failure leaves the file alone."""

import http.server
import json
import threading

import pytest
from click.testing import CliRunner

from dynclient.cli.main import root

MEGABYTE = b"\x00\xff" * 500_000


class Files(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/missing":
            return self.answer(404, b"\x00no", "application/octet-stream")
        if self.path == "/text":
            return self.answer(200, b"plain", "text/plain")
        return self.answer(200, MEGABYTE, "application/octet-stream", cut=self.path == "/cut")

    def answer(self, status, body, content_type, *, cut=False):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut

    def log_message(self, *_):
        pass


@pytest.fixture
def spec(tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    binary = {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "text/plain": {},
    }
    fine = {
        "200": {"description": "-", "content": binary},
        "404": {"description": "-", "content": binary},
    }
    path = tmp_path / "files.json"
    document = {
        "openapi": "3.0.3",
        "info": {"title": "files", "version": "1"},
        "servers": [{"url": f"http://127.0.0.1:{server.server_port}"}],
        "paths": {
            f"/{name}": {"get": {"operationId": name, "responses": fine}}
            for name in ("big", "cut", "missing", "text")
        },
    }
    path.write_text(json.dumps(document))
    yield path
    server.shutdown()
    server.server_close()
    thread.join()


def call(spec, operation, file):
    server = json.loads(spec.read_text())["servers"][0]["url"]
    arguments = ["call", operation, "--spec", str(spec), "--server", server, "--output", str(file)]
    return CliRunner().invoke(root, arguments)


@pytest.mark.parametrize("operation", ["big", "text"])
def test_a_body_is_written_to_its_file(spec, tmp_path, operation):
    file = tmp_path / "out"
    done = call(spec, operation, file)

    assert done.exit_code == 0, done.output
    assert file.read_bytes() == (MEGABYTE if operation == "big" else b"plain")
    assert f"{file.stat().st_size:,} bytes → " in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files.json", "out"]


@pytest.mark.parametrize(("operation", "code"), [("cut", 3), ("missing", 4)])
def test_a_failure_leaves_the_file_as_it_was(spec, tmp_path, operation, code):
    file = tmp_path / "out"
    file.write_bytes(b"old")
    done = call(spec, operation, file)

    assert done.exit_code == code
    assert file.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files.json", "out"]


def test_a_download_is_not_held_in_memory(spec, tmp_path, monkeypatch):
    from dynclient.transport import response_body

    monkeypatch.setattr(
        response_body.ResponseBody,
        "end",
        lambda body: b"" if not body._parts else pytest.fail("held"),
    )

    assert call(spec, "big", tmp_path / "out").exit_code == 0


RANGES = []


class Ranges(http.server.BaseHTTPRequestHandler):
    """Answers with the file, the first time with half of it, and with the rest where that is asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = self.headers.get("Range")
        RANGES.append(wanted)
        start = int(wanted[6:-1]) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Type", "application/zip")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", '"v1"')
        self.send_header("Content-Length", str(len(MEGABYTE) - start))
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(MEGABYTE) - 1}/{len(MEGABYTE)}")
        self.end_headers()
        self.wfile.write(MEGABYTE[start:] if wanted else MEGABYTE[:400_000])
        self.close_connection = True

    def log_message(self, *_):
        pass


def test_a_download_that_broke_goes_on_with_the_next_command(tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ranges)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    content = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
    get = {"operationId": "get", "responses": {"200": {"description": "", "content": content}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "files", "version": "1"},
        "servers": [{"url": url}],
        "paths": {"/a": {"get": get}},
    }
    spec, file = tmp_path / "files.json", tmp_path / "a.zip"
    spec.write_text(json.dumps(document))
    first = call(spec, "get", file)
    assert first.exit_code == 3
    assert "400,000 bytes came before" in first.stderr
    assert "save to the same file again" in first.stderr
    second = call(spec, "get", file)
    server.shutdown()
    server.server_close()
    thread.join()
    assert second.exit_code == 0, second.stderr
    assert "1,000,000 bytes → a.zip (" in second.stderr
    assert file.read_bytes() == MEGABYTE
    assert RANGES == [None, "bytes=400000-"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "files.json"]

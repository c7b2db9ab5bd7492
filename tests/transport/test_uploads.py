"""Bodies that are read while they are sent: files with their length, streams in chunks, the same in sync and async."""

import asyncio
import http.server
import threading

import pytest

import dynclient
from dynclient.errors import UsageError

BINARY = {"type": "string", "format": "binary"}


class Counting(http.server.BaseHTTPRequestHandler):
    """Answers how a body came: Transfer-Encoding, Content-Length, and how many bytes there were."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        coding, length = self.headers.get("transfer-encoding"), self.headers.get("content-length")
        count = len(self.rfile.read(int(length))) if length else self.chunks()
        out = f"{coding} {length} {count}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def chunks(self):
        count = 0
        while size := int(self.rfile.readline(), 16):
            count += len(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return count

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def document():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    post = {
        "operationId": "post",
        "requestBody": {
            "content": {
                "application/octet-stream": {"schema": BINARY},
                "multipart/form-data": {
                    "schema": {"type": "object", "properties": {"file": BINARY}}
                },
            }
        },
        "responses": {"200": {"description": "-", "content": {"text/plain": {}}}},
    }
    yield {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": f"http://127.0.0.1:{server.server_port}"}],
        "paths": {"/x": {"post": post}},
    }
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["sync", "async"])
def post(request, document):
    """Send a body with one of the clients and return what the server saw."""

    def sync(body):
        with dynclient.Client(document) as client:
            return client.post(body=body)

    def awaited(body):
        async def main():
            async with dynclient.AsyncClient(document) as client:
                return await client.post(body=body)

        return asyncio.run(main())

    return sync if request.param == "sync" else awaited


def test_a_file_is_sent_with_its_length(post, tmp_path):
    path = tmp_path / "big.bin"
    path.write_bytes(b"x" * 1_000_000)

    assert post(path) == "None 1000000 1000000"
    with path.open("rb") as file:
        file.seek(10)
        assert post(file) == "None 999990 999990"


def test_a_stream_of_unknown_length_is_sent_in_chunks(post):
    assert post(b"ab" for _ in range(1000)) == "chunked None 2000"


def test_parts_with_a_file_are_sent_with_their_length(post, tmp_path):
    path = tmp_path / "part.bin"
    path.write_bytes(b"x" * 100_000)
    coding, length, count = post({"file": path}).split()

    assert coding == "None"
    assert int(length) == int(count) > 100_000


def test_an_asynchronous_stream_needs_the_asynchronous_client(document):
    async def stream():
        yield b"ab"
        yield b"c"

    async def main():
        async with dynclient.AsyncClient(document) as client:
            return await client.post(body=stream())

    assert asyncio.run(main()) == "chunked None 3"
    with dynclient.Client(document) as client, pytest.raises(UsageError, match="AsyncClient"):
        client.post(body=stream())

"""The certificates of authorities are loaded for https alone, and then as the HTTP library does."""

from __future__ import annotations

import http.server
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from support.both import document
from support.faulty_server import reply

import dynclient
from dynclient import errors
from dynclient.transport.http_library import get_tls_context, import_library
from dynclient.transport.tls_context import LazyTlsContext

CERTIFICATE = Path(__file__).parents[1] / "support" / "localhost.pem"

EMPTY = b'{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}'


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(EMPTY)))
        self.end_headers()
        self.wfile.write(EMPTY)

    def log_message(self, *_):
        pass


@pytest.fixture
def encrypted_url():
    """Start a server that speaks TLS, and return its URL."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _fresh_context(monkeypatch):
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(variable, raising=False)
    get_tls_context.cache_clear()
    yield
    get_tls_context.cache_clear()


@pytest.fixture
def builds(monkeypatch):
    """Note each time the HTTP library builds a context; it trusts the test's certificate."""
    noted = []

    def build():
        noted.append(1)
        return ssl.create_default_context(cafile=CERTIFICATE)

    monkeypatch.setattr(import_library("httpx"), "create_ssl_context", build)
    return noted


def test_a_call_by_plain_http_loads_no_certificates(kind, serve, builds):
    server = serve([reply(200, b"{}")])
    kind.send(document(), server=server.url)
    dynclient.load(serve([reply(200, EMPTY)]).url)
    assert builds == []


def test_a_call_by_https_verifies_the_server(kind, encrypted_url, builds):
    assert kind.send(document(), server=encrypted_url).status == 200
    assert dynclient.load(f"{encrypted_url}/a.json").title == "t"
    assert builds == [1]


def test_a_server_that_no_authority_vouches_for_is_refused(kind, encrypted_url):
    with pytest.raises(errors.ConnectFailed, match="CERTIFICATE_VERIFY_FAILED"):
        kind.send(document(), server=encrypted_url)
    with pytest.raises(errors.DocumentNotFound, match="CERTIFICATE_VERIFY_FAILED"):
        dynclient.load(f"{encrypted_url}/a.json")


def test_what_was_kept_takes_no_place_of_a_server_that_is_refused(
    encrypted_url, monkeypatch, tmp_path
):
    """Who answers with a false certificate is no server that is away: it may be an attack."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    url = f"{encrypted_url}/a.json"
    assert dynclient.load(url).title == "t"
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(errors.DocumentNotFound, match="CERTIFICATE_VERIFY_FAILED"):
        dynclient.load(url)


def test_the_certificates_that_the_environment_names_are_used(kind, encrypted_url, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    assert kind.send(document(), server=encrypted_url).status == 200


def test_certificates_that_cannot_be_read_are_a_typed_error(
    kind, encrypted_url, monkeypatch, tmp_path
):
    path = tmp_path / "certificates.pem"
    path.write_text("none")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(errors.UsageError, match="no connection can be set up"):
        kind.send(document(), server=encrypted_url)
    with pytest.raises(errors.UsageError, match="no connection can be set up"):
        dynclient.load(f"{encrypted_url}/a.json")


def test_threads_that_connect_at_once_load_the_certificates_once(encrypted_url, builds):
    with (
        dynclient.Client(document(), server=encrypted_url) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        results = list(pool.map(lambda _: client.run.send().status, range(16)))
    assert results == [200] * 16
    assert builds == [1]


def test_a_host_name_that_the_certificate_does_not_have_is_refused(encrypted_url, builds):
    context = LazyTlsContext(import_library("httpx").create_ssl_context)
    with httpx.Client(verify=context) as client, pytest.raises(httpx.ConnectError, match="match"):
        client.get(encrypted_url, extensions={"sni_hostname": "other.test"})

"""Host, base path and schemes of Swagger 2.0: what is absent is that of the document's URL."""

from __future__ import annotations

import pytest

from dynclient import errors
from dynclient.document.files.document_files import DocumentFile, DocumentFiles
from dynclient.model import Document
from dynclient.wire.servers import resolve_base_url

URL = "https://user:pw@docs.example:8443/apis/swagger.json"
FILE = "file:///home/me/swagger.json"


def resolve(uri, **fields):
    tree = {"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}, **fields}
    document = Document(DocumentFiles(uri, {uri: DocumentFile(uri, tree)}))
    return resolve_base_url(document.servers, uri, None, {})


@pytest.mark.parametrize(
    ("uri", "fields", "url"),
    [
        (URL, {}, "https://docs.example:8443"),
        (URL, {"basePath": "/v1"}, "https://docs.example:8443/v1"),
        (URL, {"basePath": "//evil.example/v1"}, "https://docs.example:8443/evil.example/v1"),
        (URL, {"schemes": ["http"]}, "http://docs.example:8443"),
        (URL, {"host": "api.example", "basePath": "/v1"}, "https://api.example/v1"),
        (URL.replace("https", "http"), {"host": "api.example"}, "http://api.example"),
        (FILE, {"host": "api.example"}, "https://api.example"),
        (FILE, {"host": "api.example", "schemes": ["ws", "http"]}, "http://api.example"),
        (FILE, {"host": "api.example", "schemes": ["gopher"]}, "https://api.example"),
        (FILE, {"host": "api.example", "schemes": "http"}, "http://api.example"),
        (FILE, {"host": "[::1]:8080", "schemes": ["http"]}, "http://[::1]:8080"),
    ],
)
def test_what_is_absent_is_that_of_the_url_of_the_document(uri, fields, url):
    assert resolve(uri, **fields) == url


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "names no server"),
        ({"basePath": "/v1"}, "is relative"),
        ({"host": "user:pw@api.example"}, "must not hold a user"),
        ({"host": "api.example", "schemes": ["wss"]}, "is no http"),
        ({"host": "api example"}, "no http"),
        ({"host": "good.example\\@evil.example"}, "no http"),
        ({"host": 5}, "names no server"),
    ],
)
def test_an_unusable_server_is_refused_with_its_reason(fields, text):
    with pytest.raises(errors.UsageError, match=text):
        resolve(FILE, **fields)

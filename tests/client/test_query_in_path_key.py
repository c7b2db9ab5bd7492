"""A path key with a query: its variables are parameters of the query, whatever the document says."""

from __future__ import annotations

import pytest
from support.documents import document, operation, parameter
from support.swagger import swagger

import dynclient


def build_swagger(path, *parameters):
    moved = [{**one, **one["schema"]} for one in parameters]
    for one in moved:
        del one["schema"]
    return swagger({path: {"post": operation(*moved)}})


def build_openapi_3(path, *parameters):
    return document({path: {"post": operation(*parameters)}})


@pytest.mark.parametrize("build", [build_swagger, build_openapi_3])
@pytest.mark.parametrize(
    ("path", "declared", "call", "url"),
    [
        ("/a/{id}?page={page}", [parameter("id", "path", {"type": "integer"}), parameter("page", "path", {"type": "integer"})], {"id": 1, "page": 2}, "/a/1?page=2"),
        ("/a?page={p}&kind=b", [parameter("p", "path", {"type": "integer"})], {"page": 2}, "/a?kind=b&page=2"),
        ("/a?page={page}", [], {"page": "x y"}, "/a?page=x%20y"),
        ("/a?page={page}", [parameter("page", "query", {"type": "integer"})], {"page": 3}, "/a?page=3"),
        ("/a?page={page}", [parameter("page", "query", {"type": "integer"})], {}, "/a"),
        ("/a?%24top={top}", [], {"query": {"$top": "1"}}, "/a?%24top=1"),
        ("/a#Action=b?page={page}", [], {}, "/a"),
    ],
)  # fmt: skip
def test_a_variable_in_the_query_of_a_path_key_is_written_there(build, path, declared, call, url):
    loaded = build(path, *declared)
    sandbox = dynclient.Sandbox(loaded)
    client = dynclient.Client(loaded, transport=sandbox)
    request = client.run.request(**call)
    assert request.url == f"https://api.example.com/v1{url}"
    if "?" not in path or "=" in url:
        client.run(**call)
        assert len(sandbox.calls) == 1

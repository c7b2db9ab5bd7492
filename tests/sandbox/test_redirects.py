"""Where the redirects of a sandbox lead, and what a client makes of their end."""

import asyncio

import httpx
import pytest
from support.documents import document, operation, parameter

import dynclient
from dynclient.errors import UndocumentedResponse
from dynclient.sandbox import asgi

URI = {"type": "string", "format": "uri"}


def build_source(schema=URI, status="302", **responses):
    """Return a document whose operation `download` answers with a redirect alone."""
    header = {"required": True, "schema": schema}
    redirect = {"description": "elsewhere", "headers": {"Location": header}}
    file = {"description": "", "content": {"text/plain": {"schema": {"type": "string"}}}}
    return document(
        {
            "/download/{id}": {
                "get": operation(
                    parameter("id", "path", {"type": "integer"}),
                    operationId="download",
                    responses={status: redirect, **responses},
                )
            },
            "/files/{name}": {
                "get": operation(
                    parameter("name", "path"), operationId="read_file", responses={"200": file}
                )
            },
        }
    )


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
@pytest.mark.parametrize("schema", [URI, {"type": "string"}, {"type": "string", "maxLength": 40}])
def test_a_redirect_of_the_sandbox_leads_where_it_answers(status, schema):
    source = build_source(schema, status)
    client = dynclient.Client(source, transport=dynclient.Sandbox(source))
    result = client.download.send(7)
    assert (result.status, result.violations) == (200, ())
    assert "led here" in result.data
    unfollowed = client.with_options(follow_redirects=False).download.send(7)
    assert unfollowed.status == int(status)


def test_a_redirect_of_the_sandbox_leads_there_over_http_too():
    source = build_source()
    transport = httpx.ASGITransport(asgi.app(dynclient.Sandbox(source)))
    server = "http://localhost:8000/v1"

    async def download():
        async with dynclient.AsyncClient(source, transport=transport, server=server) as client:
            redirect = await client.with_options(follow_redirects=False).download.send(7)
            return redirect.headers["location"], await client.download.send(7)

    location, result = asyncio.run(download())
    assert location.startswith("http://localhost:8000/")
    assert result.status == 200


def test_a_location_in_the_document_is_kept():
    source = build_source({"type": "string", "examples": ["/v1/files/a.txt"]})
    client = dynclient.Client(source, transport=dynclient.Sandbox(source))
    assert client.download.send(7).data == client.read_file("a.txt")
    unfollowed = client.with_options(follow_redirects=False).download.send(7)
    assert unfollowed.headers["location"] == "/v1/files/a.txt"


def test_a_location_that_a_test_gives_is_kept():
    source = build_source()
    sandbox = dynclient.Sandbox(source)
    sandbox.answer("download", headers={"Location": "https://files.example/a"})
    client = dynclient.Client(source, transport=sandbox, follow_redirects=False)
    assert client.download.send(7).headers["location"] == "https://files.example/a"


def answer_with_redirect(request):
    if request.url.path.endswith("/elsewhere"):
        return httpx.Response(200, json={"any": 1})
    return httpx.Response(302, headers={"Location": "https://api.example/elsewhere"})


def test_the_end_of_a_redirect_is_accepted_where_no_other_success_is_declared():
    source = build_source()
    transport = httpx.MockTransport(answer_with_redirect)
    with dynclient.Client(source, transport=transport) as client:
        result = client.download.send(7)
        assert (result.status, result.data, result.violations) == (200, {"any": 1}, ())


def test_the_end_of_a_redirect_is_judged_where_a_success_is_declared():
    source = build_source(**{"204": {"description": "nothing"}})
    transport = httpx.MockTransport(answer_with_redirect)
    client = dynclient.Client(source, transport=transport)
    with client, pytest.raises(UndocumentedResponse, match="200"):
        client.download(7)


def test_an_undeclared_success_without_a_redirect_is_undocumented():
    source = build_source()
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=1))
    client = dynclient.Client(source, transport=transport)
    with client, pytest.raises(UndocumentedResponse, match="200"):
        client.download(7)

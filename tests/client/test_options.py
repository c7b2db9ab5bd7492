from __future__ import annotations

import httpx
import pytest
from support.documents import SERVER, Server, content, document, operation, parameter, single

import dynclient
from dynclient.client.client_options import ClientOptions
from dynclient.client.options import OPTION_NAMES, Options
from dynclient.errors import UsageError


def made(*parameters, server=None, **options):
    return dynclient.Client(single(*parameters, servers=[{"url": "https://{env}.test", "variables": {"env": {"default": "prod", "enum": ["prod", "dev"]}}}]), transport=server or Server(), **options)  # fmt: skip


def test_a_view_shares_connections_and_leaves_its_origin_as_it_was():
    server = Server()
    client = made(server=server)
    view = client.with_options(server="https://other.test", headers={"X-A": "1"})
    view.run()
    assert (server.last.url.host, server.last.headers["x-a"]) == ("other.test", "1")
    client.run()
    assert server.last.url.host == "prod.test"
    assert "x-a" not in server.last.headers
    assert view.document is client.document
    assert view._runner is client._runner


def test_headers_and_server_variables_add_up():
    client = made(headers={"X-A": "1"}).with_options(
        headers={"X-B": "2"}, server_variables={"env": "dev"}
    )
    request = client.run.request()
    assert (request.headers["X-A"], request.headers["X-B"], request.url) == (
        "1",
        "2",
        "https://dev.test/things",
    )


def test_an_operation_may_have_parameters_of_any_options_name():
    names = ["timeout", "headers", "server", "retries", "accept", "media_type", "validate_requests"]
    op = dynclient.Client(single(*(parameter(name) for name in names))).run
    assert op.request(**dict.fromkeys(names, 1)).url.count("=1") == len(names)


@pytest.mark.parametrize(
    "option",
    [{"timeuot": 5}, {"timeout": "abc"}, {"timeout": [1, 2]}, {"timeout": -1}, {"timeout": True}, {"timeout": (1, 2, 3)},
     {"timeout": (1, "x")}, {"timeout": float("nan")}, {"server": 5}, {"server": "ftp://x"}, {"server": "http://x:abc"}, {"server": "http://[::1"},
     {"headers": None}, {"headers": "x"}, {"headers": {"X": 5}}, {"headers": {"X": "a\r\nb"}}, {"headers": {"a b": "c"}},
     {"headers": {5: "x"}}, {"server_variables": None}, {"media_type": 5}, {"media_type": "text/nope"}, {"accept": 5},
     {"accept": "a\r\nb"}, {"validate_requests": "no"}, {"unknown_properties": "maybe"}, {"validate_responses": "maybe"},
     {"validate_responses": True}, {"retries": -1}, {"retries": 1.5}, {"retries": "3"}, {"follow_redirects": "no"}],
)  # fmt: skip
@pytest.mark.parametrize("late", [True, False])
def test_an_option_that_cannot_be_is_a_usage_error_before_anything_is_sent(option, late):
    server = Server()

    def call():
        first = {} if late else option
        client = dynclient.Client(single(body=content({})), transport=server, **first)
        (client.with_options(**option) if late else client).run(body=1)

    with pytest.raises(UsageError):
        call()
    assert server.seen == []


def test_a_misspelt_option_comes_with_the_one_that_was_meant():
    with pytest.raises(UsageError, match="did you mean timeout"):
        made().with_options(timeuot=5)


@pytest.mark.parametrize(
    ("option", "limits"),
    [
        ({}, {"connect": 5, "read": 30, "write": 30, "pool": 5}),
        ({"timeout": 2}, {"connect": 2, "read": 2, "write": 2, "pool": 2}),
        ({"timeout": (1, 9.5)}, {"connect": 1, "read": 9.5, "write": 9.5, "pool": 1}),
        ({"timeout": None}, {"connect": None, "read": None, "write": None, "pool": None}),
    ],
)
def test_the_timeouts_of_a_request(option, limits):
    server = Server()
    made(server=server, **option).run()
    assert server.last.extensions["timeout"] == limits


def test_the_server_of_the_operation_wins_over_the_documents_and_ours_over_both():
    paths = {
        "/a": {"get": operation(servers=[{"url": "https://own.test"}])},
        "/b": {"servers": [{"url": "https://item.test"}], "get": operation(operationId="b")},
    }
    client = dynclient.Client(document(paths))
    assert client.run.request().url == "https://own.test/a"
    assert client.b.request().url == "https://item.test/b"
    assert client.with_options(server=SERVER).run.request().url == f"{SERVER}/a"


def test_without_a_server_nothing_is_sent_and_the_hint_says_what_to_do():
    client = dynclient.Client(single(servers=[{"url": "/v1"}]), transport=(server := Server()))
    with pytest.raises(UsageError) as caught:
        client.run()
    assert "server=" in caught.value.hint
    assert server.seen == []


def test_after_closing_a_call_is_a_usage_error():
    client = dynclient.Client(
        single(), transport=httpx.MockTransport(lambda _: httpx.Response(200))
    )
    client.run()
    client.close()
    client.close()
    with pytest.raises(UsageError):
        client.run()


def test_a_client_closes_at_the_end_of_its_block():
    closed = []

    class Transport(httpx.MockTransport):
        def close(self):
            closed.append(True)

    with dynclient.Client(single(), transport=Transport(lambda _: httpx.Response(200))) as client:
        client.run()
        assert closed == []
    assert closed == [True]


def test_a_server_variable_is_one_of_its_enum():
    with pytest.raises(UsageError, match="mars"):
        made(server_variables={"env": "mars"}).run()


def test_the_typed_options_are_the_options_of_the_client():
    assert tuple(ClientOptions.__annotations__) == OPTION_NAMES
    assert "max_response_bytes" in (ClientOptions.__doc__ or "")
    assert all(f"{name}:" in (ClientOptions.__doc__ or "") for name in OPTION_NAMES)
    assert all(hasattr(Options, name) for name in OPTION_NAMES)


@pytest.mark.parametrize("name", ["limits", "overlay", "base", "allow_references", "http"])
def test_what_is_of_the_whole_client_cannot_differ_in_a_view(name):
    with pytest.raises(UsageError) as caught:
        dynclient.Client(single()).with_options(**{name: None})
    assert caught.value.headline == f"{name} is of the whole client, and cannot differ in a view"
    assert caught.value.hint == "give it to Client(…) or AsyncClient(…)"

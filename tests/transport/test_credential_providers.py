"""Providers of credentials: what they are asked, what they may give, and once more after a 401."""

from __future__ import annotations

import asyncio

import pytest
from support.both import document
from support.faulty_server import reply

import dynclient
from dynclient import errors

OAUTH = {
    "type": "oauth2",
    "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {"read": "", "write": ""}}},
}
SCHEMES = {
    "oauth": OAUTH,
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "basic": {"type": "http", "scheme": "basic"},
}


class Numbered:
    """Gives `token-1`, `token-2`, …: a new one each time the last one was refused."""

    def __init__(self, last="token-9"):
        self.demands = []
        self.number = 1
        self.last = last

    def get_credential(self, demand):
        self.demands.append(demand)
        if demand.refused is not None and demand.refused != self.last:
            self.number += 1
        return f"token-{self.number}"


class Awaited(Numbered):
    """The same, for clients that await it too."""

    async def get_credential_async(self, demand):
        await asyncio.sleep(0)
        return self.get_credential(demand)


def secured(*security, **fields):
    return document(security=list(security), components={"securitySchemes": SCHEMES}, **fields)


def accept(*tokens):
    """Return a script that accepts some bearer tokens and refuses the others."""

    def script(seen):
        is_accepted = seen.header("authorization") in [f"Bearer {token}" for token in tokens]
        return [reply(200, b"1") if is_accepted else reply(401, b"{}")]

    return script


@pytest.mark.parametrize("provider_class", [Numbered, Awaited])
def test_a_provider_is_asked_with_scheme_and_scopes(serve, kind, provider_class):
    server, provider = serve(accept("token-1")), provider_class()
    kind.send(secured({"oauth": ["read"]}), server=server.url, credentials={"oauth": provider})
    (demand,) = provider.demands
    assert (demand.scheme.key, demand.scopes, demand.refused) == ("oauth", ("read",), None)
    assert demand.scheme.flows[0].token_url == "/token"
    assert demand.base_url == server.url


@pytest.mark.parametrize("provider_class", [Numbered, Awaited])
def test_a_refused_token_is_renewed_once_and_sent_again(serve, kind, provider_class):
    server, provider = serve(accept("token-2")), provider_class()
    result = kind.send(secured({"oauth": []}), server=server.url, credentials={"oauth": provider})
    assert result.data == 1
    assert [demand.refused for demand in provider.demands] == [None, "token-1"]
    assert [seen.header("authorization") for seen in server.seen] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_a_second_refusal_stands(serve, kind):
    server, provider = serve(accept()), Numbered()
    with pytest.raises(errors.Unauthorized):
        kind.send(secured({"oauth": []}), server=server.url, credentials={"oauth": provider})
    assert len(server.seen) == 2


def test_the_same_token_is_not_sent_twice(serve, kind):
    server, provider = serve(accept()), Numbered(last="token-1")
    with pytest.raises(errors.Unauthorized):
        kind.send(secured({"oauth": []}), server=server.url, credentials={"oauth": provider})
    assert len(server.seen) == 1


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_every_method_is_sent_again_after_401_with_its_body(serve, kind, method):
    body = {"content": {"application/json": {"schema": {}}}}
    fields = {"requestBody": body} if method == "post" else {}
    args = {"body": {"a": 1}} if method == "post" else None
    server = serve(accept("token-2"))
    source = secured({"oauth": []}, method=method, **fields)
    kind.send(source, args=args, server=server.url, credentials={"oauth": Numbered()})
    first, second = server.seen
    assert first.body == second.body
    assert first.method == second.method == method.upper()


def test_an_operation_without_security_asks_no_provider(serve, kind):
    server, provider = serve([reply(200, b"1")]), Numbered()
    kind.send(document(components={"securitySchemes": SCHEMES}), server=server.url, credentials={"oauth": provider})  # fmt: skip
    assert provider.demands == []


def test_a_header_of_the_callers_own_wins_over_a_provider(serve, kind):
    server, provider = serve(accept()), Numbered()
    with pytest.raises(errors.Unauthorized):
        kind.send(secured({"oauth": []}), server=server.url, credentials={"oauth": provider}, headers={"Authorization": "Bearer own"})  # fmt: skip
    assert provider.demands == []
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("name", "secret", "header"),
    [("key", "k3y", ("x-key", "k3y")), ("basic", ("a", "b"), ("authorization", "Basic YTpi"))],
)
def test_a_provider_serves_every_kind_of_scheme(serve, kind, name, secret, header):
    class Fixed:
        def get_credential(self, demand):
            return secret

    server = serve([reply(200, b"1")])
    kind.send(secured({name: []}), server=server.url, credentials={name: Fixed()})
    assert server.seen[0].header(header[0]) == header[1]


@pytest.mark.parametrize("given", [None, 5, ("a", "b"), b"x"])
def test_what_no_scheme_can_carry_is_refused_and_nothing_is_sent(serve, kind, given):
    class Wrong:
        def get_credential(self, demand):
            return given

    server = serve([reply(200, b"1")])
    with pytest.raises(errors.UsageError, match="the credential 'oauth' is a"):
        kind.send(secured({"oauth": []}), server=server.url, credentials={"oauth": Wrong()})
    assert server.seen == []


def test_a_class_in_place_of_a_provider_is_refused():
    with pytest.raises(errors.UsageError, match="is the class Numbered") as caught:
        dynclient.Client(secured({"oauth": []}), credentials={"oauth": Numbered})
    assert caught.value.hint == "make one: Numbered(…)"


def test_no_provider_is_asked_for_a_server_that_nobody_vouched_for(serve, kind):
    server, provider = serve([reply(200, b"1")]), Numbered()
    source = secured({"oauth": []}, servers=[{"url": "https://else.test"}])
    with dynclient.Client(source, server=server.url, credentials={"oauth": provider}) as client:
        request = dynclient.Client(source).run.request()
        with pytest.raises(errors.CredentialsMissing):
            client.run.send(request)
    assert provider.demands == []


def test_a_provider_sends_on_the_connections_of_the_client_and_errors_hold_nothing(serve, kind):
    from dynclient.wire.credential_provider import ProviderRequest

    request = ProviderRequest("POST", "", (("Content-Type", "text/plain"), ("Authorization", "Basic s3cret")), b"s3cret")  # fmt: skip

    class Fetching:
        def get_credential(self, demand):
            return demand.send(request._replace(url=f"{demand.base_url}/token")).body.decode()

        async def get_credential_async(self, demand):
            response = await demand.send(request._replace(url=f"{demand.base_url}/token"))
            return response.body.decode()

    def script(seen):
        return [reply(200, b"fetched" if seen.target == "/token" else b"1")]

    server = serve(script)
    kind.send(secured({"oauth": []}), server=server.url, credentials={"oauth": Fetching()})
    token_request, call = server.seen
    assert (token_request.body, token_request.header("authorization")) == (b"s3cret", "Basic s3cret")  # fmt: skip
    assert call.header("authorization") == "Bearer fetched"

    broken = serve([b"no http\r\n\r\n"])
    with pytest.raises(errors.BrokenResponse) as caught:
        kind.send(secured({"oauth": []}), server=broken.url, credentials={"oauth": Fetching()})
    assert "/token" in str(caught.value)
    assert "s3cret" not in f"{caught.value!r} {vars(caught.value)!r}"
    assert caught.value.request.body is None

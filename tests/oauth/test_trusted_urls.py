"""Which URLs a secret may go to: those that the user vouched for, over https or on this machine."""

from __future__ import annotations

import json

import httpx
import pytest
from support.oauth_documents import Browser, build_document

import dynclient
from dynclient import errors, oauth

SECRET = "cl1ent-s3cret"


def build_provider(**options):
    return oauth.ClientCredentials(client_id="tool", client_secret=SECRET, **options)


class Net:
    """A net in memory: every API takes every token, each /token gives one; `sent` has the hosts."""

    def __init__(self, **metadata):
        self.sent, self.metadata = [], metadata
        self.transport = httpx.MockTransport(self.answer)

    def answer(self, request):
        self.sent.append(f"{request.url.scheme}://{request.url.netloc.decode()}{request.url.path}")
        if request.url.path.startswith("/.well-known/"):
            return httpx.Response(200, json=self.metadata) if self.metadata else httpx.Response(404)
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t0ken", "expires_in": 60})
        return httpx.Response(200, json=1)


def flows(url):
    return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": url, "scopes": {}}}}


def as_bytes(source):
    return json.dumps(source).encode()


@pytest.mark.parametrize("from_elsewhere", [False, True])
@pytest.mark.parametrize(
    ("token_url", "is_own_origin"),
    [
        ("https://api.test/token", True),
        ("/token", True),
        ("https://api.test:443/oauth/token", True),
        ("https://auth.test/token", False),
        ("https://api.test:8443/token", False),
        ("https://api.test.evil.test/token", False),
    ],
)
def test_a_document_from_elsewhere_names_only_the_origin_of_the_server(
    from_elsewhere, token_url, is_own_origin
):
    net = Net()
    source = build_document("https://api.test", flows(token_url))
    if from_elsewhere:
        source = as_bytes(source)
    with dynclient.Client(source, server="https://api.test", transport=net.transport, credentials={"oauth": build_provider()}) as client:  # fmt: skip
        if from_elsewhere and not is_own_origin:
            with pytest.raises(errors.CredentialsMissing, match="nobody vouched for it") as caught:
                client.run()
            assert f'token_url="{token_url}"' in caught.value.hint
            assert net.sent == []
        else:
            client.run()
            assert len(net.sent) == 2


def test_a_document_from_the_net_names_only_its_own_origin(serve_document):
    net = Net()
    url = serve_document(lambda own: build_document(own, flows("https://auth.test/token")))
    with dynclient.Client(url, transport=net.transport, credentials={"oauth": build_provider()}) as client, pytest.raises(errors.CredentialsMissing):  # fmt: skip
        client.run()
    assert net.sent == []


def test_what_the_program_names_itself_is_trusted():
    net = Net()
    source = as_bytes(build_document("https://api.test", flows("https://evil.test/token")))
    provider = build_provider(token_url="https://auth.test/token")
    with dynclient.Client(source, server="https://api.test", transport=net.transport, credentials={"oauth": provider}) as client:  # fmt: skip
        client.run()
    assert net.sent == ["https://auth.test/token", "https://api.test/run"]


def test_no_browser_is_opened_where_a_document_from_elsewhere_leads():
    scheme = {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://evil.test/login", "tokenUrl": "/token", "scopes": {}}}}  # fmt: skip
    browser = Browser()
    provider = oauth.AuthorizationCode(client_id="tool", open_browser=browser)
    with dynclient.Client(as_bytes(build_document("https://api.test", scheme)), server="https://api.test", transport=Net().transport, credentials={"oauth": provider}) as client, pytest.raises(errors.CredentialsMissing, match=r"evil\.test"):  # fmt: skip
        client.run()
    assert browser.urls == []


def test_no_refresh_token_goes_where_a_document_from_elsewhere_leads():
    net = Net()
    flow = {"authorizationUrl": "/login", "tokenUrl": "/token", "refreshUrl": "https://evil.test/token", "scopes": {}}  # fmt: skip
    source = build_document("https://api.test", {"type": "oauth2", "flows": {"authorizationCode": flow}})  # fmt: skip
    provider = oauth.RefreshToken(client_id="tool", refresh_token=SECRET)
    with dynclient.Client(as_bytes(source), server="https://api.test", transport=net.transport, credentials={"oauth": provider}) as client, pytest.raises(errors.CredentialsMissing, match="as refresh URL"):  # fmt: skip
        client.run()
    assert net.sent == []


def test_metadata_that_a_document_from_elsewhere_names_are_not_read():
    net = Net()
    scheme = {"type": "openIdConnect", "openIdConnectUrl": "https://evil.test/.well-known/openid-configuration"}  # fmt: skip
    with dynclient.Client(as_bytes(build_document("https://api.test", scheme)), server="https://api.test", transport=net.transport, credentials={"oauth": build_provider()}) as client, pytest.raises(errors.CredentialsMissing) as caught:  # fmt: skip
        client.run()
    assert 'issuer="https://evil.test:443"' in caught.value.hint
    assert net.sent == []


INSECURE = [
    "http://auth.test/token",
    "http://127.0.0.1.evil.test/token",
    "http://10.0.0.1/token",
    "ftp://127.0.0.1/token",
    "file:///etc/passwd",
    "https://user:pw@auth.test/token",
    "https://auth.test/token#x",
    "https://auth.test/to ken",
    "https:///token",
    "javascript:alert(1)",
    "https://auth.test\\@evil.test/token",
    "--help",
]


#: Relative URLs, which the server of the document completes.
RELATIVE = {"https:///token", "--help"}


@pytest.mark.parametrize(
    ("url", "is_own"),
    [(url, own) for url in INSECURE for own in (True, False) if own or url not in RELATIVE],
)
def test_no_secret_goes_over_http_or_to_what_is_no_url(url, is_own):
    net = Net()
    provider = build_provider(token_url=url) if is_own else build_provider()
    source = build_document("https://api.test", flows("" if is_own else url))
    with dynclient.Client(source, transport=net.transport, credentials={"oauth": provider}) as client, pytest.raises(errors.UsageError, match="neither https nor on this machine") as caught:  # fmt: skip
        client.run()
    assert ":pw@" not in str(caught.value)
    assert net.sent == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:8/token", "http://localhost:8/token", "http://[::1]:8/token", "http://127.9.9.9/token"])  # fmt: skip
def test_this_machine_is_reached_over_http(url):
    net = Net()
    with dynclient.Client(build_document("https://api.test", flows(url)), transport=net.transport, credentials={"oauth": build_provider()}) as client:  # fmt: skip
        client.run()
    assert len(net.sent) == 2


METADATA = {"issuer": "https://auth.test", "token_endpoint": "https://tokens.test/token"}


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({**METADATA, "issuer": "https://other.test"}, "names another issuer than https://auth.test"),
        ({**METADATA, "issuer": 5}, "names another issuer"),
        ({"token_endpoint": "https://tokens.test/token"}, "names another issuer"),
        ({**METADATA, "token_endpoint": "http://tokens.test/token"}, "names a token URL that is not https"),
        ({**METADATA, "token_endpoint": "http://127.0.0.1/token"}, "names a token URL that is not https"),
        ({**METADATA, "token_endpoint": ["https://tokens.test"]}, "names a token URL that is not https"),
        ({**METADATA, "authorization_endpoint": "file:///x"}, "names a authorization URL that is not https"),
        ({"issuer": "https://auth.test"}, "the token URL of the security scheme 'oauth' is unknown"),
        ({}, "the 404 answer of https://auth.test/.well-known/oauth-authorization-server is no description"),
    ],
)  # fmt: skip
def test_metadata_that_make_no_sense_end_in_a_typed_error(metadata, message):
    net = Net(**metadata)
    provider = build_provider(issuer="https://auth.test")
    with dynclient.Client(build_document("https://api.test"), transport=net.transport, credentials={"oauth": provider}) as client, pytest.raises(errors.UsageError) as caught:  # fmt: skip
        client.run()
    assert message in str(caught.value)
    assert not [url for url in net.sent if "token" in url]


def test_metadata_of_a_trusted_issuer_may_name_another_host():
    net = Net(**METADATA)
    provider = build_provider(issuer="https://auth.test/")
    with dynclient.Client(build_document("https://api.test"), transport=net.transport, credentials={"oauth": provider}) as client:  # fmt: skip
        client.run()
    assert net.sent == [
        "https://auth.test/.well-known/openid-configuration",
        "https://tokens.test/token",
        "https://api.test/run",
    ]


def test_a_redirect_of_a_token_url_is_not_followed():
    def answer(request):
        return httpx.Response(307, headers={"location": "https://evil.test/token"})

    with dynclient.Client(build_document("https://api.test", flows("https://auth.test/token")), transport=httpx.MockTransport(answer), credentials={"oauth": build_provider()}) as client, pytest.raises(errors.TokenUnavailable, match="the 307 answer"):  # fmt: skip
        client.run()


def test_the_users_own_client_adds_nothing_to_a_token_request():
    seen = {}

    def answer(request):
        seen[request.url.host] = request.headers
        return httpx.Response(200, json={"access_token": "t0ken"})

    own = httpx.Client(transport=httpx.MockTransport(answer), headers={"X-Internal": "s3cret"}, auth=("a", "b"))  # fmt: skip
    provider = build_provider(token_url="https://auth.test/token", auth_method="client_secret_post")
    with dynclient.Client(build_document("https://api.test"), transport=own, credentials={"oauth": provider}) as client:  # fmt: skip
        client.run()
    assert "x-internal" not in seen["auth.test"]
    assert "authorization" not in seen["auth.test"]
    assert "x-internal" in seen["api.test"]

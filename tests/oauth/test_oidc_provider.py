"""Each flow against a second authorization server: the npm package oidc-provider.

`DYNCLIENT_OIDC_PROVIDER` names the node_modules folder that has it; `.ci/run` installs it there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from support.both import ANYTHING
from support.oauth_documents import build_document

from dynclient import errors, oauth

MODULES = os.environ.get("DYNCLIENT_OIDC_PROVIDER", "")
SERVER = Path(__file__).parents[1] / "support" / "oidc_provider" / "server.mjs"
SECRET = "cl1ent:s3cret/+%&= x"

pytestmark = pytest.mark.skipif(
    not MODULES or shutil.which("node") is None,
    reason="DYNCLIENT_OIDC_PROVIDER names no folder with the npm package oidc-provider, or node is missing",
)


@pytest.fixture(scope="module")
def issuer():
    """Start the server, and stop it at the end."""
    command = ["node", str(SERVER), MODULES]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # fmt: skip
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait(20)


def build_source(issuer, *scopes):
    """Return a document whose one operation tells who the token speaks for."""
    scheme = {"type": "openIdConnect", "openIdConnectUrl": "/.well-known/openid-configuration"}
    source = build_document(issuer, scheme)
    source["paths"] = {"/me": {"get": {"operationId": "run", "security": [{"oauth": list(scopes)}], "responses": ANYTHING}}}  # fmt: skip
    return source


def browse(url):
    """Log in as a person does: follow each redirect, with the cookies of the server."""
    with httpx.Client(follow_redirects=True) as browser:
        assert "You are logged in" in browser.get(url).text


def introspect(issuer, token):
    auth = httpx.BasicAuth("robot", quote(SECRET, safe=""))
    return httpx.post(f"{issuer}/token/introspection", data={"token": token}, auth=auth).json()


def test_client_credentials(issuer, kind):
    sent = []

    def answer(request):
        if request.url.path == "/me":
            sent.append(request.headers["authorization"].removeprefix("Bearer "))
            return httpx.Response(200, json=1)
        return forward(request)

    def forward(request):
        with httpx.Client() as client:
            response = client.send(client.build_request(request.method, request.url, headers=request.headers, content=request.content))  # fmt: skip
        return httpx.Response(response.status_code, content=response.content)

    provider = oauth.ClientCredentials(client_id="robot", client_secret=SECRET, issuer=issuer)
    kind.send(build_source(issuer, "read", "write"), transport=httpx.MockTransport(answer), credentials={"oauth": provider})  # fmt: skip
    known = introspect(issuer, sent[0])
    assert known["active"]
    assert set(known["scope"].split()) == {"read", "write"}


def test_a_wrong_secret(issuer, kind):
    provider = oauth.ClientCredentials(client_id="robot", client_secret="wr0ng", issuer=issuer)
    with pytest.raises(errors.TokenUnavailable) as caught:
        kind.send(build_source(issuer, "read"), credentials={"oauth": provider})
    assert caught.value.reason == "invalid_client"


def test_authorization_code_with_pkce_and_discovery(issuer, kind):
    provider = oauth.AuthorizationCode(client_id="tool", open_browser=browse)
    result = kind.send(build_source(issuer, "openid"), credentials={"oauth": provider})
    assert result.data == {"sub": "anna"}


def test_refresh_after_the_token_is_revoked(issuer, kind):
    pages = []

    def open_browser(url):
        pages.append(url)
        browse(url)

    provider = oauth.AuthorizationCode(client_id="tool", open_browser=open_browser)
    source = build_source(issuer, "openid", "offline_access")
    kind.send(source, credentials={"oauth": provider})
    (token,) = provider._tokens.values()
    httpx.post(f"{issuer}/token/revocation", data={"token": token.text, "client_id": "tool"})
    assert kind.send(source, credentials={"oauth": provider}).data == {"sub": "anna"}
    assert len(pages) == 1
    (renewed,) = provider._tokens.values()
    assert renewed.text != token.text


def test_device_code(issuer, kind):
    prompts, naps = [], []

    def sleep(seconds):
        naps.append(seconds)
        if len(naps) == 2:  # the first question comes too early
            type_code(prompts[0])

    provider = oauth.DeviceCode(client_id="tool", show=prompts.append, sleep=sleep)
    result = kind.send(build_source(issuer, "openid"), credentials={"oauth": provider})
    assert result.data == {"sub": "anna"}
    assert naps == [5, 5]


def type_code(prompt):
    """Do what a person does on another device."""
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.get(prompt.verification_uri).text
        xsrf = re.search(r'name="xsrf" value="([^"]+)"', page)[1]
        page = browser.post(prompt.verification_uri, data={"xsrf": xsrf, "user_code": prompt.user_code}).text  # fmt: skip
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        page = browser.post(prompt.verification_uri, data={**fields, "confirm": "yes"})
        assert page.status_code == 200, page.text

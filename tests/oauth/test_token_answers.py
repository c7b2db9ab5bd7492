"""Answers of a token endpoint, right and hostile: a token, or a typed error without a secret."""

from __future__ import annotations

import json
import math
import pickle
import traceback

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.effort import share
from support.oauth_documents import build_document

import dynclient
from dynclient import errors, oauth
from dynclient.oauth.access_token import AccessToken, TokenEndpoint
from dynclient.wire.message import Response

SECRET = "cl1ent-s3cret"
URL = "https://auth.test/token"


def read(answer, status=200, now=1000.0, secrets=(SECRET,)):
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return TokenEndpoint("oauth", URL, secrets).read_token(Response(status, body=body), now)


@pytest.mark.parametrize(
    ("lifetime", "renew_at"),
    [
        (3600, 1000 + 3600 - 60),
        ("3600", 1000 + 3600 - 60),
        (3600.5, 1000 + 3600.5 - 60),
        (10, 1009),
        (0, 1000),
        (-5, 1000),
        (None, None),
        (True, None),
        ("soon", None),
        ([], None),
        (1e400, 1000 + 315_360_000 - 60),
        (10**400, 1000 + 315_360_000 - 60),
        ("9" * 5000, 1000 + 315_360_000 - 60),
    ],
    ids=repr,
)
def test_a_lifetime_says_when_a_token_is_renewed(lifetime, renew_at):
    body = json.dumps({"access_token": "t", "expires_in": lifetime}).encode()
    assert read(body).renew_at == renew_at


def test_a_lifetime_that_is_no_number_is_unknown():
    assert read(b'{"access_token": "t", "expires_in": NaN}').renew_at is None


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_a_bearer_token_is_taken(kind):
    assert read({"access_token": "t", "token_type": kind}).text == "t"


@pytest.mark.parametrize(
    ("answer", "status", "message", "reason"),
    [
        ({"error": "invalid_client"}, 401, "is a refusal: invalid_client", "invalid_client"),
        ({"error": "invalid_scope", "error_description": "no admin"}, 400, "is a refusal: invalid_scope: no admin", "invalid_scope"),
        ({"error": "bad_verification_code"}, 200, "the 200 answer of https://auth.test/token is a refusal: bad_verification_code", "bad_verification_code"),
        ({"error": {"code": 5}}, 400, "is a refusal", ""),
        ({"message": "no"}, 403, "the 403 answer of https://auth.test/token is a refusal", ""),
        ({"access_token": "t"}, 500, "is a refusal", ""),
        ({"access_token": "t", "token_type": "mac"}, 200, "is a token of type mac, not Bearer", ""),
        ({"access_token": "t", "token_type": 5}, 200, "is a token of type 5, not Bearer", ""),
        ({"token": "t"}, 200, "holds no access token", ""),
        ({"access_token": ""}, 200, "holds no access token", ""),
        ({"access_token": ["t"]}, 200, "holds no access token", ""),
        ({"access_token": "t" * 100_001}, 200, "holds no access token", ""),
        ([], 200, "is no JSON object", ""),
        (b"", 200, "is no JSON object", ""),
        (b"<html>", 502, "the 502 answer of https://auth.test/token is no JSON object", ""),
        (b"\xff\xfe", 200, "is no JSON object", ""),
        (b"[" * 100_000, 200, "is no JSON object", ""),
        (b'{"a":' * 100_000, 200, "is no JSON object", ""),
    ],
)  # fmt: skip
def test_what_is_no_token_is_a_typed_error(answer, status, message, reason):
    with pytest.raises(errors.TokenUnavailable) as caught:
        read(answer, status)
    assert message in caught.value.headline
    assert caught.value.reason == reason


@pytest.mark.parametrize("field", ["error", "error_description", "token_type"])
def test_an_answer_that_repeats_the_secret_tells_it_to_nobody(field):
    answer = {"access_token": "t", "error": "x", field: f"bad {SECRET} or {SECRET}"}
    if field == "token_type":
        del answer["error"]
    with pytest.raises(errors.TokenUnavailable) as caught:
        read(answer, 200)
    told = f"{caught.value} {caught.value!r} {vars(caught.value)} {pickle.dumps(caught.value)}"
    assert SECRET not in told
    assert "bad … or …" in told


def test_an_answer_cannot_steer_a_terminal_or_fill_it():
    with pytest.raises(errors.TokenUnavailable) as caught:
        read({"error": "\x1b[2Jx\n::error::", "error_description": "y" * 10_000}, 400)
    assert "\x1b" not in str(caught.value)
    assert "\n::" not in str(caught.value)
    assert len(caught.value.headline) < 600


ANSWERS = st.dictionaries(
    st.sampled_from(["access_token", "token_type", "expires_in", "refresh_token", "error", "error_description", "scope"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(f"x{SECRET}x") | st.lists(st.integers()),
)  # fmt: skip


@share(1)
@given(ANSWERS | st.binary(), st.sampled_from([200, 201, 302, 400, 401, 429, 503]))
def test_any_answer_is_a_token_or_a_typed_error(answer, status):
    try:
        token = read(answer, status)
    except errors.TokenUnavailable as error:
        token = AccessToken(str(error).replace(SECRET, ""))
        assert token.text == str(error)  # noqa: PT017 (it is the one or the other)
    assert token.text
    assert token.renew_at is None or math.isfinite(token.renew_at)


class Broken:
    """A token endpoint that gives what no header can carry."""

    def __init__(self, token):
        self.token = token

    def __call__(self, request):
        if request.url.path == "/token":
            return httpx.Response(200, content=json.dumps({"access_token": self.token}))
        return httpx.Response(200, json=1)


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "a b\x00", "é", "\ud800", " a"])
def test_a_token_that_no_header_can_carry_is_refused(token, kind):
    provider = oauth.ClientCredentials(client_id="tool", client_secret=SECRET)
    transport = Broken(token)
    sent = []

    def answer(request):
        sent.append(request.url.path)
        return transport(request)

    with pytest.raises(errors.TokenUnavailable, match="holds no access token that can be sent"):
        kind.send(build_document("https://api.test"), transport=httpx.MockTransport(answer), credentials={"oauth": provider})  # fmt: skip
    assert sent == ["/token"]


# --- nothing tells a secret

STORIES = {
    "refused": lambda _request: httpx.Response(400, json={"error": "invalid_grant", "error_description": SECRET}),
    "broken": lambda request: (_ for _ in ()).throw(httpx.ReadError("gone", request=request)),
    "late": lambda request: (_ for _ in ()).throw(httpx.ReadTimeout("late", request=request)),
    "nonsense": lambda _request: httpx.Response(200, content=b"<html>"),
    "unreachable": lambda request: (_ for _ in ()).throw(httpx.ConnectError("no", request=request)),
}  # fmt: skip
PROVIDERS = {
    "basic": lambda: oauth.ClientCredentials(client_id="tool", client_secret=SECRET),
    "post": lambda: oauth.ClientCredentials(client_id="tool", client_secret=SECRET, auth_method="client_secret_post"),
    "refresh": lambda: oauth.RefreshToken(client_id="tool", refresh_token=SECRET),
}  # fmt: skip


def list_frame_variables(error):
    """Return what a tool that records variables would write down of an error and its causes."""
    written, cause = [], error
    while cause is not None:
        for frame, _ in traceback.walk_tb(cause.__traceback__):
            if str(frame.f_globals.get("__name__", "")).partition(".")[0] in ("dynclient", "httpx", "httpcore", "authlib"):  # fmt: skip
                written.append(repr(frame.f_locals))
                written += [
                    repr(vars(v)) for v in frame.f_locals.values() if hasattr(v, "__dict__")
                ]
        cause = cause.__cause__ or cause.__context__
    return written


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("name", PROVIDERS)
def test_no_error_of_a_token_request_tells_a_secret(kind, story, name, caplog):
    caplog.set_level("DEBUG")
    with pytest.raises(errors.DynclientError) as caught:
        kind.send(build_document("https://api.test"), transport=httpx.MockTransport(STORIES[story]), credentials={"oauth": PROVIDERS[name]()})  # fmt: skip
    error = caught.value
    told = [
        *(str(error), repr(error), repr(vars(error)), str(pickle.dumps(error))),
        "".join(traceback.format_exception(error)),
        *list_frame_variables(error),
        caplog.text,
    ]
    assert not [text for text in told if SECRET in text]


def test_no_repr_of_a_provider_or_client_tells_a_secret():
    for build in PROVIDERS.values():
        provider = build()
        client = dynclient.Client(build_document("https://api.test"), credentials={"oauth": provider})  # fmt: skip
        shown = [provider, client, client.run._credential_store, client._credentials, provider._settings]  # fmt: skip
        assert not [thing for thing in shown if SECRET in repr(thing)]
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(provider)


def test_no_token_stands_in_a_log_an_error_or_a_variable_of_a_call(kind, caplog):
    caplog.set_level("DEBUG")

    def answer(request):
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "t0k3n-s3cret"})
        return httpx.Response(403, json={})

    provider = oauth.ClientCredentials(client_id="tool", client_secret=SECRET)
    with pytest.raises(errors.Forbidden) as caught:
        kind.send(build_document("https://api.test"), transport=httpx.MockTransport(answer), credentials={"oauth": provider})  # fmt: skip
    error = caught.value
    told = [str(error), repr(vars(error)), str(pickle.dumps(error)), caplog.text, error.result.request.curl()]  # fmt: skip
    assert not [text for text in told if "t0k3n" in text]
    assert "token for oauth: requested (first)" in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"client_id": ""}, "client_id must be a text"),
        ({"client_id": 5}, "client_id must be a text"),
        ({"client_secret": None}, "client_secret must be a text"),
        ({"client_secret": ""}, "need a client_secret"),
        ({"scopes": 5}, "scopes cannot be 5"),
        ({"scopes": [5]}, "scopes cannot be"),
        ({"auth_method": "magic"}, "auth_method cannot be 'magic'"),
        ({"token_url": None}, "token_url must be a text"),
        ({"tokenurl": "x"}, "there is no option 'tokenurl'"),
        ({"parameters": {"a": 5}}, "parameters must be"),
        ({"parameters": "a=5"}, "parameters must be"),
        ({"clock": 5}, "clock must be a function"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_option_of_the_wrong_kind_is_refused_when_the_provider_is_made(options, message):
    with pytest.raises(errors.UsageError, match=message) as caught:
        oauth.ClientCredentials(**{"client_id": "tool", "client_secret": SECRET, **options})
    assert SECRET not in str(caught.value)


def test_a_cassette_holds_no_token_and_is_replayed_without_an_authorization_server(kind, tmp_path):
    file = tmp_path / "calls.har"

    def answer(request):
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "t0k3n-s3cret", "refresh_token": SECRET})  # fmt: skip
        return httpx.Response(200, json={"fine": True})

    source = build_document("https://api.test")
    credentials = {"oauth": oauth.ClientCredentials(client_id="tool", client_secret=SECRET, cache=False)}  # fmt: skip
    recorder = dynclient.record(file, transport=httpx.MockTransport(answer))
    kind.send(source, transport=recorder, credentials=credentials)
    text = file.read_text()
    assert "fine" in text
    assert "t0k3n" not in text
    assert SECRET not in text
    result = kind.send(source, transport=dynclient.replay(file), credentials=credentials)
    assert result.data == {"fine": True}

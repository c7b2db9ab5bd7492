"""Each flow against an authorization server of Authlib, sync and async."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from support.authlib_server import CLIENT_ID, CLIENT_SECRET
from support.oauth_documents import Browser, build_document

import dynclient
from dynclient import errors, oauth


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


def client_credentials(**options):
    return oauth.ClientCredentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, **options)


# --- client credentials


def test_a_token_is_requested_once_with_the_scopes_of_the_operation(server, kind):
    result = kind.send(build_document(server.url), times=3, credentials={"oauth": client_credentials()})  # fmt: skip
    assert result.data == {"scope": "read"}
    assert server.bodies == [{"grant_type": "client_credentials", "scope": "read"}]
    assert server.requests["/run"] == 3


@pytest.mark.parametrize("scopes", ["read write", ["read", "write"], ("read", "write")])
def test_scopes_of_the_programs_own_take_the_place_of_the_operations(server, kind, scopes):
    kind.send(build_document(server.url), credentials={"oauth": client_credentials(scopes=scopes)})
    assert server.bodies[0]["scope"] == "read write"


def test_operations_with_other_scopes_have_other_tokens_and_a_wider_one_serves(server):
    source = build_document(server.url, first=["read", "write"], second=["read"], third=["admin"])
    with dynclient.Client(source, credentials={"oauth": client_credentials()}) as client:
        client.first(), client.second(), client.third(), client.first()
    assert [body["scope"] for body in server.bodies] == ["read write", "admin"]


def test_a_token_is_renewed_before_it_expires(server, kind):
    clock = Clock()
    provider = client_credentials(clock=clock)
    source = build_document(server.url)
    kind.send(source, credentials={"oauth": provider})
    clock.now += 3600 - 61
    kind.send(source, credentials={"oauth": provider})
    assert server.requests["/token"] == 1
    clock.now += 2
    kind.send(source, credentials={"oauth": provider})
    assert server.requests["/token"] == 2


def test_a_short_lived_token_is_used_for_most_of_its_life(server, kind):
    server.lifetime_s = 10
    clock = Clock()
    provider = client_credentials(clock=clock)
    for passed, requests in ((0, 1), (8.9, 1), (0.2, 2)):
        clock.now += passed
        kind.send(build_document(server.url), credentials={"oauth": provider})
        assert server.requests["/token"] == requests


def test_a_refused_token_is_renewed_once_and_the_call_goes_out_again(server, kind):
    provider, source = client_credentials(), build_document(server.url)
    kind.send(source, credentials={"oauth": provider})
    server.refused.update(server.tokens)
    assert kind.send(source, credentials={"oauth": provider}).status == 200
    assert (server.requests["/token"], server.requests["/run"]) == (2, 3)


def test_an_api_that_refuses_every_token_is_asked_twice(server, kind):
    server.answer_call = lambda path, headers: (401, {}, ())
    with pytest.raises(errors.Unauthorized):
        kind.send(build_document(server.url), credentials={"oauth": client_credentials()})
    assert (server.requests["/token"], server.requests["/run"]) == (2, 2)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_client_authenticates_as_it_is_told(server, kind, method):
    kind.send(build_document(server.url), credentials={"oauth": client_credentials(auth_method=method)})  # fmt: skip
    is_post = method == "client_secret_post"
    assert server.bodies[0].get("client_secret") == (CLIENT_SECRET if is_post else None)


def test_more_parameters_go_along(server, kind):
    provider = client_credentials(parameters={"audience": "https://api.test/?a=b&c"})
    kind.send(build_document(server.url), credentials={"oauth": provider})
    assert server.bodies[0]["audience"] == "https://api.test/?a=b&c"


def test_a_wrong_secret_is_a_typed_error_that_says_what_to_do(server, kind):
    provider = oauth.ClientCredentials(client_id=CLIENT_ID, client_secret="wr0ng")
    with pytest.raises(errors.TokenUnavailable) as caught:
        kind.send(build_document(server.url), credentials={"oauth": provider})
    assert caught.value.reason == "invalid_client"
    assert str(caught.value).startswith(f"no token for 'oauth': the 401 answer of {server.url}/token is a refusal: invalid_client")  # fmt: skip
    assert "client_secret= right" in caught.value.hint
    assert server.requests["/run"] == 0


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "http", "scheme": "bearer"},
        {"type": "oauth2", "flows": {}},
        {"type": "openIdConnect", "openIdConnectUrl": "https://else.test"},
    ],
    ids=lambda scheme: scheme["type"],
)
def test_a_token_url_of_the_programs_own_needs_no_flow(server, kind, scheme):
    provider = client_credentials(token_url=f"{server.url}/token", scopes=["read"])
    source = build_document(server.url, scheme)
    assert kind.send(source, credentials={"oauth": provider}).status == 200


def test_the_token_url_of_another_flow_serves_too(server, kind):
    scheme = {"type": "oauth2", "flows": {"password": {"tokenUrl": "token", "scopes": {}}}}
    source = build_document(server.url, scheme)
    assert kind.send(source, credentials={"oauth": client_credentials()}).status == 200


def test_two_schemes_with_one_token_url_each_keep_their_other_urls(server):
    source = build_document(server.url, first=["read"], second=["write"])
    flow = {"tokenUrl": "/token", "scopes": {}}
    source["components"]["securitySchemes"]["bare"] = {"type": "oauth2", "flows": {"clientCredentials": flow}}  # fmt: skip
    source["paths"]["/first"]["get"]["security"] = [{"bare": []}]
    provider = oauth.AuthorizationCode(client_id="public", open_browser=Browser())
    with dynclient.Client(source, credentials={"oauth": provider, "bare": provider}) as client:
        with pytest.raises(errors.UsageError, match="the authorization URL of the security scheme 'bare' is unknown"):  # fmt: skip
            client.first()
        assert client.second() == {"scope": "write"}


def test_the_flows_of_swagger_serve(server, kind):
    swagger = {
        "swagger": "2.0",
        "info": {"title": "things", "version": "1"},
        "host": server.url.removeprefix("http://"),
        "schemes": ["http"],
        "paths": {"/run": {"get": {"operationId": "run", "security": [{"oauth": ["read"]}], "responses": {"200": {"description": "fine"}}}}},
        "securityDefinitions": {"oauth": {"type": "oauth2", "flow": "application", "tokenUrl": f"{server.url}/token", "scopes": {"read": ""}}},
    }  # fmt: skip
    assert kind.send(swagger, credentials={"oauth": client_credentials()}).status == 200


# --- discovery


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "openIdConnect", "openIdConnectUrl": "/.well-known/openid-configuration"},
        {"type": "oauth2", "flows": {}, "oauth2MetadataUrl": "/.well-known/openid-configuration"},
    ],
    ids=lambda scheme: scheme["type"],
)
def test_the_metadata_that_a_document_names_are_read_once(server, kind, scheme):
    source = build_document(server.url, scheme)
    provider = client_credentials()
    for _ in range(2):
        kind.send(source, credentials={"oauth": provider})
        server.refused.update(server.tokens)
    assert server.requests["/.well-known/openid-configuration"] == 1
    assert server.requests["/token"] == 2


def test_an_issuer_of_the_programs_own_is_discovered(server, kind):
    source = build_document(server.url, {"type": "http", "scheme": "bearer"})
    kind.send(source, credentials={"oauth": client_credentials(issuer=server.url, scopes="read")})
    assert server.requests["/.well-known/openid-configuration"] == 1


def test_a_server_that_takes_the_secret_in_the_form_only_gets_it_there(server, kind):
    described = server.describe()
    server.describe = lambda: {**described, "token_endpoint_auth_methods_supported": ["client_secret_post"]}  # fmt: skip
    kind.send(build_document(server.url), credentials={"oauth": client_credentials(issuer=server.url)})  # fmt: skip
    assert server.bodies[0]["client_secret"] == CLIENT_SECRET


# --- refresh


def log_in(server):
    """Return a refresh token of a person."""
    with dynclient.Client(build_document(server.url), credentials={"oauth": oauth.AuthorizationCode(client_id="public", open_browser=Browser(), cache=False)}) as client:  # fmt: skip
        client.run()
    return next(iter(server.refresh_tokens))


def test_a_refresh_token_gets_tokens_and_is_replaced_by_the_next_one(server, kind):
    refresh_token = log_in(server)
    provider = oauth.RefreshToken(client_id="public", refresh_token=refresh_token)
    source = build_document(server.url)
    for _ in range(3):
        kind.send(source, credentials={"oauth": provider})
        server.refused.update(server.tokens)
    sent = [body["refresh_token"] for body in server.bodies if "refresh_token" in body]
    assert (len(sent), len(set(sent)), sent[0]) == (3, 3, refresh_token)


@pytest.mark.parametrize(
    ("name", "more"), [("authorizationCode", {"tokenUrl": "/else"}), ("implicit", {})]
)
def test_a_refresh_url_of_the_document_is_where_tokens_are_renewed(server, kind, name, more):
    refresh_token = log_in(server)
    answer = server.handle
    server.handle = lambda method, target, *rest: answer(method, target.replace("/renew", "/token"), *rest)  # fmt: skip
    flow = {"authorizationUrl": "/authorize", "refreshUrl": "/renew", **more}
    source = build_document(server.url, {"type": "oauth2", "flows": {name: flow}})
    provider = oauth.RefreshToken(client_id="public", refresh_token=refresh_token)
    assert kind.send(source, credentials={"oauth": provider}).status == 200
    assert server.requests["/else"] == 0


def test_no_refresh_token_goes_to_a_document_where_the_program_names_the_server(server, kind):
    flow = {"authorizationUrl": "/authorize", "tokenUrl": "/else", "refreshUrl": "/renew"}
    scheme = {"type": "oauth2", "flows": {"authorizationCode": flow}}
    options = {"refresh_token": log_in(server), "token_url": f"{server.url}/token"}
    provider = oauth.RefreshToken(client_id="public", **options)
    source = build_document(server.url, scheme)
    assert kind.send(source, credentials={"oauth": provider}).status == 200
    assert (server.requests["/renew"], server.requests["/else"]) == (0, 0)


def test_the_next_process_takes_the_refresh_token_that_came_last(server, kind):
    refresh_token = log_in(server)
    source = build_document(server.url)
    for _ in range(2):
        provider = oauth.RefreshToken(client_id="public", refresh_token=refresh_token)
        kind.send(source, credentials={"oauth": provider})
        server.refused.update(server.tokens)
    assert server.requests["/run"] == 4


def test_a_refresh_token_that_is_no_longer_good_is_a_typed_error(server, kind):
    provider = oauth.RefreshToken(client_id="public", refresh_token="st4le")
    with pytest.raises(errors.TokenUnavailable) as caught:
        kind.send(build_document(server.url), credentials={"oauth": provider})
    assert caught.value.reason == "invalid_grant"
    assert "st4le" not in f"{caught.value}{vars(caught.value)}"


# --- authorization code


def test_a_person_logs_in_with_pkce_and_state(server, kind):
    browser = Browser()
    provider = oauth.AuthorizationCode(client_id="public", open_browser=browser)
    result = kind.send(build_document(server.url), times=2, credentials={"oauth": provider})
    assert result.data == {"scope": "read"}
    (url,) = browser.urls
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"][0].startswith("http://127.0.0.1:")
    assert len(asked["state"][0]) >= 32
    assert "code_verifier" in server.bodies[0]
    assert "You are logged in" in browser.page.text


def test_no_login_has_the_state_or_the_secret_of_another_one(server, kind):
    browser, source = Browser(), build_document(server.url)
    for _ in range(2):
        provider = oauth.AuthorizationCode(client_id="public", open_browser=browser, cache=False)
        kind.send(source, credentials={"oauth": provider})
    asked = [parse_qs(urlsplit(url).query) for url in browser.urls]
    assert len({each["state"][0] for each in asked}) == 2
    assert len({each["code_challenge"][0] for each in asked}) == 2


def test_a_confidential_client_logs_a_person_in(server, kind):
    provider = oauth.AuthorizationCode(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, open_browser=Browser())  # fmt: skip
    assert kind.send(build_document(server.url), credentials={"oauth": provider}).status == 200


def test_a_login_is_renewed_without_the_person(server, kind):
    browser = Browser()
    provider, source = oauth.AuthorizationCode(client_id="public", open_browser=browser), build_document(server.url)  # fmt: skip
    for _ in range(2):
        kind.send(source, credentials={"oauth": provider})
        server.refused.update(server.tokens)
    assert len(browser.urls) == 1
    assert server.bodies[-1]["grant_type"] == "refresh_token"


def test_a_person_logs_in_again_where_the_refresh_token_is_refused(server, kind):
    browser = Browser()
    provider, source = oauth.AuthorizationCode(client_id="public", open_browser=browser), build_document(server.url)  # fmt: skip
    kind.send(source, credentials={"oauth": provider})
    server.refused.update(server.tokens)
    server.refresh_tokens.clear()
    kind.send(source, credentials={"oauth": provider})
    assert len(browser.urls) == 2


def test_a_server_that_is_in_trouble_sends_nobody_to_the_browser(server, kind):
    browser = Browser()
    provider, source = oauth.AuthorizationCode(client_id="public", open_browser=browser), build_document(server.url)  # fmt: skip
    kind.send(source, credentials={"oauth": provider})
    server.refused.update(server.tokens)
    fail_first(server, 503)
    with pytest.raises(errors.TokenUnavailable, match="the 503 answer"):
        kind.send(source, credentials={"oauth": provider})
    assert kind.send(source, credentials={"oauth": provider}).status == 200
    assert len(browser.urls) == 1


def test_the_second_login_asks_for_the_scopes_of_both(server):
    browser = Browser()
    source = build_document(server.url, first=["read"], second=["write"])
    provider = oauth.AuthorizationCode(client_id="public", open_browser=browser)
    with dynclient.Client(source, credentials={"oauth": provider}) as client:
        client.first(), client.second(), client.first(), client.second()
    scopes = [set(parse_qs(urlsplit(url).query)["scope"][0].split()) for url in browser.urls]
    assert scopes == [{"read"}, {"read", "write"}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda url: url.replace("code=", "kode="), "has no code"),
        (lambda url: url.replace("iss=", "iss=x"), "is not from"),
        (lambda url: url.partition("&iss=")[0], "is not from"),
        (lambda url: f"{url}&code=2", "has a field twice"),
        (lambda url: f"{url}&error=access_denied", "the login was refused: access_denied"),
    ],
)
def test_a_wrong_answer_of_a_login_is_a_typed_error(server, kind, change, message):
    provider = oauth.AuthorizationCode(client_id="public", open_browser=Browser(change), issuer=server.url)  # fmt: skip
    with pytest.raises(errors.TokenUnavailable, match=message):
        kind.send(build_document(server.url), credentials={"oauth": provider})
    assert server.requests["/token"] == 0


def test_nobody_logs_in(server, kind):
    provider = oauth.AuthorizationCode(client_id="public", open_browser=lambda _url: None, timeout_s=0.01)  # fmt: skip
    with pytest.raises(errors.TokenUnavailable, match=r"nobody logged in within 0\.01 s"):
        kind.send(build_document(server.url), credentials={"oauth": provider})


def test_a_port_that_is_taken_is_a_usage_error(server, kind):
    port = server.http.server_address[1]
    provider = oauth.AuthorizationCode(client_id="public", open_browser=Browser(), port=port)
    with pytest.raises(errors.UsageError, match=f"port {port} is taken"):
        kind.send(build_document(server.url), credentials={"oauth": provider})


def test_only_implicit_flows_are_no_way_to_log_in(server, kind):
    scheme = {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "/authorize", "scopes": {}}}}  # fmt: skip
    provider = oauth.AuthorizationCode(client_id="public", open_browser=Browser())
    with pytest.raises(errors.UsageError, match="the token URL of the security scheme 'oauth' is unknown"):  # fmt: skip
        kind.send(build_document(server.url, scheme), credentials={"oauth": provider})


# --- device code


def device(**options):
    naps, prompts = [], []
    return oauth.DeviceCode(client_id="public", show=prompts.append, sleep=naps.append, **options), naps, prompts  # fmt: skip


def test_a_person_logs_in_on_another_device(server, kind):
    server.consent = 3
    provider, naps, prompts = device()
    assert kind.send(build_document(server.url), credentials={"oauth": provider}).data == {"scope": "read"}  # fmt: skip
    assert naps == [7, 7, 7, 7]
    assert prompts[0].verification_uri == "https://login.test/device"
    assert prompts[0].user_code in prompts[0].verification_uri_complete


def test_a_server_that_is_asked_too_often_is_asked_more_slowly(server, kind):
    server.consent, server.slow_downs = 3, 2
    provider, naps, _ = device()
    kind.send(build_document(server.url), credentials={"oauth": provider})
    assert naps == [7, 12, 17, 17]


def test_a_person_who_refuses_ends_the_login(server, kind):
    server.consent = None
    provider, _, _ = device()
    with pytest.raises(errors.TokenUnavailable) as caught:
        kind.send(build_document(server.url), credentials={"oauth": provider})
    assert caught.value.reason == "access_denied"


def test_nobody_logs_in_on_another_device(server, kind):
    server.consent = 10_000
    provider, naps, _ = device()
    with pytest.raises(errors.TokenUnavailable, match="nobody logged in within 1800 s") as caught:
        kind.send(build_document(server.url), credentials={"oauth": provider})
    assert caught.value.reason == "expired_token"
    assert 1800 <= sum(naps) < 1810


def test_a_server_that_is_away_for_a_while_does_not_end_the_login(server, kind):
    server.consent = 2
    provider, naps, _ = device()
    answer, calls = server.handle, []

    def fail_once(method, target, body, headers):
        calls.append(target)
        if calls.count("/token") == 1 and target == "/token":
            raise ConnectionResetError  # the connection breaks
        return answer(method, target, body, headers)

    server.handle = fail_once
    server.http.handle_error = lambda *_args: None
    kind.send(build_document(server.url), credentials={"oauth": provider})
    assert naps == [7, 14, 14, 14]


# --- a sandbox


@pytest.mark.parametrize(
    "provider",
    [
        client_credentials(),
        oauth.RefreshToken(client_id="a", refresh_token="b"),
        oauth.AuthorizationCode(client_id="a"),
        oauth.DeviceCode(client_id="a"),
    ],
    ids=lambda provider: type(provider).__name__,
)
def test_a_sandbox_asks_no_authorization_server(kind, provider):
    source = build_document("https://api.test")
    result = kind.send(source, transport=dynclient.Sandbox(source), credentials={"oauth": provider})
    assert result.status == 200


def test_a_scheme_that_takes_no_token_is_refused(kind):
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key"}
    source = build_document("https://api.test", scheme)
    with pytest.raises(errors.UsageError, match="takes no token of ClientCredentials"):
        kind.send(source, credentials={"oauth": client_credentials()})


# --- retries


def fail_first(server, status, path="/token"):
    """Let the first request to a path fail."""
    answer, seen = server.handle, []

    def handle(method, target, body, headers):
        if target == path:
            seen.append(target)
            if len(seen) == 1:
                return status, {}, {"Retry-After": "0"}
        return answer(method, target, body, headers)

    server.handle = handle
    return seen


@pytest.mark.parametrize("status", [429, 500, 503])
def test_the_retries_of_the_call_hold_for_its_token(server, kind, status):
    seen = fail_first(server, status)
    source = build_document(server.url)
    assert kind.send(source, credentials={"oauth": client_credentials()}, retries=1).status == 200
    assert len(seen) == 2


def test_without_retries_a_token_is_requested_once(server, kind):
    seen = fail_first(server, 503)
    with pytest.raises(errors.TokenUnavailable, match="the 503 answer"):
        kind.send(build_document(server.url), credentials={"oauth": client_credentials()})
    assert len(seen) == 1


def test_a_code_is_shown_once_whatever_the_retries(server, kind):
    seen = fail_first(server, 503)
    provider = oauth.AuthorizationCode(client_id="public", open_browser=Browser())
    with pytest.raises(errors.TokenUnavailable, match="the 503 answer"):
        kind.send(build_document(server.url), credentials={"oauth": provider}, retries=2)
    assert len(seen) == 1


def test_metadata_are_asked_for_again(server, kind):
    seen = fail_first(server, 503, "/.well-known/openid-configuration")
    kind.send(build_document(server.url), credentials={"oauth": client_credentials(issuer=server.url)}, retries=1)  # fmt: skip
    assert len(seen) == 2

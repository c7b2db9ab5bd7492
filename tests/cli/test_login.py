"""`dynclient login`: the token of a person is found by later commands, and goes nowhere else."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from support.authlib_server import CLIENT_ID, CLIENT_SECRET, AuthlibServer
from support.oauth_documents import FLOWS, Browser, build_document


@pytest.fixture
def auth(monkeypatch, tmp_path):
    """An authorization server and API; openapi.json is its document, with all flows."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    server = AuthlibServer()
    write(server, server.url)
    yield server
    server.close()


@pytest.fixture
def browser(monkeypatch):
    """A person who logs in with the browser of this machine."""
    person = Browser()
    monkeypatch.setattr("webbrowser.open", person)
    return person


def write(server, url, name="openapi.json", **fields):
    Path(name).write_text(json.dumps({**build_document(url), **fields}))


def write_flows(server, *names):
    flows = {name: FLOWS[name] for name in names}
    Path("openapi.json").write_text(
        json.dumps(build_document(server.url, {"type": "oauth2", "flows": flows}))
    )


LOGIN = ("login", "openapi.json", "--client-id", "public")
CALL = ("call", "openapi.json", "run")


def test_a_person_logs_in_once_and_later_commands_send_and_renew_the_token(cli, auth, browser):
    result = cli(*LOGIN)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1] == f"oauth: logged in, for {auth.url}"
    assert len(browser.urls) == 1
    for _ in range(2):
        result = cli(*CALL)
        assert json.loads(result.stdout) == {"scope": "read"}
        auth.refused.update(auth.tokens)
    assert len(browser.urls) == 1
    assert [body["grant_type"] for body in auth.bodies] == ["authorization_code", "refresh_token"]


def test_no_output_and_no_file_of_the_login_holds_a_secret(cli, auth, browser, tmp_path):
    results = [cli(*LOGIN), cli(*CALL, "--verbose")]
    secrets = [*auth.tokens, *auth.refresh_tokens]
    assert secrets
    for result in results:
        assert not [secret for secret in secrets if secret in result.stdout + result.stderr]
    (login,) = (tmp_path / "cache" / "tokens").glob("*.login")
    assert not [secret for secret in secrets if secret in login.read_text()]
    assert stat.S_IMODE(login.stat().st_mode) == 0o600


def test_the_token_of_a_login_goes_to_its_origin_only(cli, auth, browser):
    cli(*LOGIN)
    other = AuthlibServer()
    result = cli(*CALL, "--server", other.url)
    assert result.exit_code == 2
    assert "CredentialsMissing" in result.stderr
    write(auth, other.url)  # the document has changed meanwhile
    result = cli(*CALL)
    assert result.exit_code == 2
    assert other.requests == {}
    other.close()


def test_a_server_of_its_own_has_a_login_of_its_own(cli, auth, browser):
    write(auth, "https://elsewhere.test")
    result = cli(*LOGIN, "--server", auth.url)
    assert result.exit_code == 0, result.stderr
    assert cli(*CALL, "--server", auth.url).exit_code == 0
    assert cli(*CALL).exit_code == 2


def test_another_document_has_no_login_and_its_error_names_the_command(cli, auth, browser):
    cli(*LOGIN)
    write(auth, auth.url, "other.json")
    result = cli("call", "other.json", "run")
    assert result.exit_code == 2
    assert "hint: dynclient login logs in for oauth; or set DYNCLIENT_CREDENTIAL_OAUTH and give --server URL" in result.stderr  # fmt: skip


def test_a_credential_of_the_environment_counts_before_a_login(cli, auth, browser, monkeypatch):
    cli(*LOGIN)
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_OAUTH", "0wn")
    result = cli(*CALL, "--server", auth.url)
    assert result.exit_code == 4


def test_a_login_that_is_over_says_what_to_do(cli, auth, browser):
    cli(*LOGIN)
    auth.refused.update(auth.tokens)
    auth.refresh_tokens.clear()
    result = cli(*CALL)
    assert result.exit_code == 2
    assert "TokenUnavailable: the login for 'oauth' is over" in result.stderr
    assert "hint: log in again: dynclient login" in result.stderr
    assert len(browser.urls) == 1


def test_a_login_on_another_device(cli, auth, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    auth.consent = 1
    result = cli(*LOGIN, "--device")
    assert result.exit_code == 0, result.stderr
    assert "To log in, open https://login.test/device on any device and type " in result.stderr
    assert cli(*CALL).exit_code == 0


@pytest.mark.parametrize("flow", ["authorizationCode", "deviceAuthorization", "clientCredentials"])
def test_the_flow_is_that_of_the_document(cli, auth, browser, monkeypatch, flow):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setenv("DYNCLIENT_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("DYNCLIENT_CLIENT_ID", CLIENT_ID)
    write_flows(auth, flow)
    result = cli("login", "openapi.json")
    assert result.exit_code == 0, result.stderr
    grants = {"authorizationCode": "authorization_code", "clientCredentials": "client_credentials"}
    assert auth.bodies[-1]["grant_type"].endswith(grants.get(flow, "device_code"))
    assert cli(*CALL).exit_code == 0
    monkeypatch.delenv("DYNCLIENT_CLIENT_SECRET")
    assert cli(*CALL).exit_code == 2


@pytest.mark.parametrize("own", ["", CLIENT_SECRET])
def test_the_secret_of_another_client_is_not_sent(cli, auth, browser, monkeypatch, own):
    monkeypatch.setenv("DYNCLIENT_CLIENT_SECRET", own)
    client_id = CLIENT_ID if own else "public"
    assert cli("login", "openapi.json", "--client-id", client_id).exit_code == 0
    monkeypatch.setenv("DYNCLIENT_CLIENT_SECRET", "0ther-s3cret")
    auth.refused.update(auth.tokens)
    seen, answer = [], auth.handle

    def handle(method, target, body, headers):
        seen.append(f"{body} {headers}")
        return answer(method, target, body, headers)

    auth.handle = handle
    assert cli(*CALL).exit_code == (2 if own else 0)
    encoded = base64.b64encode(f"{client_id}:0ther-s3cret".encode()).decode()
    assert not [text for text in seen if "0ther-s3cret" in text or encoded in text]


def test_scopes_are_those_of_the_operations_or_those_given(cli, auth, browser):
    Path("openapi.json").write_text(
        json.dumps(build_document(auth.url, first=["read"], second=["write", "read"]))
    )
    cli(*LOGIN)
    cli(*LOGIN, "--scope", "a", "--scope", "b")
    assert "scope=read+write" in browser.urls[0].replace("%20", "+")
    assert "scope=a+b" in browser.urls[1].replace("%20", "+")


def test_the_authorization_server_can_be_named(cli, auth, browser):
    Path("openapi.json").write_text(
        json.dumps(build_document(auth.url, {"type": "oauth2", "flows": {}}))
    )
    result = cli(*LOGIN, "--issuer", auth.url)
    assert result.exit_code == 0, result.stderr
    assert auth.requests["/.well-known/openid-configuration"] == 1
    assert cli(*CALL).exit_code == 0


def test_without_browser_the_url_is_printed(cli, auth, monkeypatch):
    printed = []

    def follow(url):
        printed.append(url)
        Browser()(url)

    monkeypatch.setattr("dynclient.cli.login._print_url", follow)
    assert cli(*LOGIN, "--no-browser").exit_code == 0
    assert printed[0].startswith(f"{auth.url}/authorize?")


def test_a_login_is_forgotten_with_its_token(cli, auth, browser, tmp_path):
    cli(*LOGIN)
    assert len(list((tmp_path / "cache" / "tokens").iterdir())) == 2
    assert cli("login", "openapi.json", "--forget").stderr == "oauth: the login is forgotten\n"
    assert list((tmp_path / "cache" / "tokens").iterdir()) == []
    assert cli(*CALL).exit_code == 2
    assert cli("login", "openapi.json", "--forget").stderr == "oauth: the login was not there\n"


def test_without_cache_the_login_is_not_kept_and_it_says_so(cli, auth, browser, monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CACHE", "off")
    assert "so the login was not kept" in cli(*LOGIN).stderr
    assert cli(*CALL).exit_code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("login", "openapi.json"), "the client that is to log in is not named"),
        ((*LOGIN, "oauht"), "'oauht' is no security scheme to log in for\n  hint: did you mean oauth?"),
        (("login", "a.json", "oauth", "more"), "too many arguments"),
        (("login", "--spec", "openapi.json", "oauth", "more"), "too many arguments"),
        (("login", "keys.json", "--client-id", "public"), "the document has no security scheme of OAuth2 or OpenID Connect"),
        (("login", "two.json", "--client-id", "public"), "the document has several security schemes to log in for\n  hint: name one: a, b"),
        ((*LOGIN, "--token-url", "http://auth.test/token"), "neither https nor on this machine"),
        ((*LOGIN, "--port", "70000"), "70000 is not in the range"),
    ],
)  # fmt: skip
def test_what_cannot_be_logged_in_to_is_wrong_usage(cli, auth, words, message):
    oauth = {"type": "oauth2", "flows": FLOWS}
    write(auth, auth.url, "two.json", components={"securitySchemes": {"a": oauth, "b": oauth}})
    write(auth, auth.url, "keys.json", components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X"}}})  # fmt: skip
    result = cli(*words)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_wrong_client_is_told_in_the_words_of_the_command_line(cli, auth, monkeypatch):
    write_flows(auth, "clientCredentials")
    assert "hint: set DYNCLIENT_CLIENT_SECRET" in cli(*LOGIN).stderr
    monkeypatch.setenv("DYNCLIENT_CLIENT_SECRET", "wr0ng")
    result = cli(*LOGIN)
    assert "invalid_client" in result.stderr
    assert "hint: are --client-id and DYNCLIENT_CLIENT_SECRET right?" in result.stderr
    assert "wr0ng" not in result.stderr


def test_a_url_that_nobody_vouched_for_is_named_in_the_words_of_the_command_line(cli, auth):
    flows = {"clientCredentials": {"tokenUrl": "https://auth.test/token", "scopes": {}}}
    source = json.dumps(build_document(auth.url, {"type": "oauth2", "flows": flows}))
    result = cli("login", "-", "--client-id", "a", "--server", auth.url, stdin=source)
    assert result.exit_code == 2


def test_a_refused_login_ends_with_the_reason(cli, auth, browser):
    browser.change = lambda url: f"{url}&error=access_denied"
    result = cli(*LOGIN)
    assert result.exit_code == 2
    assert "the login was refused: access_denied" in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"flow": 5}', '{"flow": "authorizationCode", "client_id": "a", "scopes": [5], "urls": {}}', '{"flow": "authorizationCode", "client_id": "a", "scopes": [], "urls": {"clock": "x"}}'])  # fmt: skip
def test_a_damaged_file_of_a_login_counts_as_absent(cli, auth, browser, tmp_path, text):
    cli(*LOGIN)
    (login,) = (tmp_path / "cache" / "tokens").glob("*.login")
    login.write_text(text)
    assert cli(*CALL).exit_code == 2

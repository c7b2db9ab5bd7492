from __future__ import annotations

import copy
import dataclasses
import pickle
import traceback

import httpx
import pytest
from support.documents import OK, SERVER, Server, document, single

import dynclient
from dynclient import errors
from dynclient.client.compiled_document import CompiledDocument
from dynclient.document.files.document_files import DocumentFile, DocumentFiles
from dynclient.model import Document

SECRET = "s3cret-9f1c"
SCHEMES = {
    "api_key_v1": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "sid": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "basic": {"type": "http", "scheme": "Basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
}
KINDS = {
    "api_key_v1": SECRET,
    "key": SECRET,
    "query": SECRET,
    "sid": SECRET,
    "basic": ("user", SECRET),
    "bearer": SECRET,
}


def secured(security, server=None, credentials=None, **fields):
    options = {name: fields.pop(name) for name in ("follow_redirects", "headers") if name in fields}
    base = {"server": fields.pop("base")} if "base" in fields else {}
    made = single(
        security=security, method="get", components={"securitySchemes": SCHEMES}, **fields
    )
    return dynclient.Client(
        made, transport=server or Server(), credentials=credentials, **base, **options
    )


def carries(request: httpx.Request, secret: str = SECRET) -> bool:
    """Tell whether a request that reached a server carries the secret, in plain text or as basic."""
    basic = httpx.BasicAuth("user", secret)._auth_header
    text = f"{request.url} {request.headers.raw!r} {request.content!r}"
    return secret in text or basic in text


@pytest.mark.parametrize("name", KINDS)
def test_a_credential_goes_along_and_a_request_never_holds_it(name):
    server = Server()
    client = secured([{name: []}], server, {name: KINDS[name]})
    request = client.run.request()
    client.run.send(request)
    assert carries(server.last)
    for text in (repr(request), request.curl(), str(pickle.dumps(request)), repr(client), repr(client.run), repr(client.run._credential_store), str(dataclasses.asdict(request.headers) if dataclasses.is_dataclass(request.headers) else request.headers.pairs())):  # fmt: skip
        assert SECRET not in text


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(500, json={"message": "no"}),
        httpx.Response(200, content=b"{", headers={"content-type": "application/json"}),
        "timeout",
        "broken",
    ],
)
def test_no_error_tells_a_credential(name, reply):
    def answer(request):
        if reply == "timeout":
            raise httpx.ReadTimeout("late", request=request)
        if reply == "broken":
            raise httpx.ReadError("gone", request=request)
        return reply

    client = secured([{name: []}], Server(answer), {name: KINDS[name]})
    with pytest.raises(errors.DynclientError) as caught:
        client.run()
    error = caught.value
    told = [
        str(error),
        repr(error),
        repr(vars(error)),
        "".join(traceback.format_exception(error)),
        str(pickle.dumps(error)),
        repr(vars(copy.deepcopy(error))),
    ]
    assert not [text for text in told if SECRET in text]


def test_the_first_alternative_that_is_known_is_sent_and_only_that():
    server = Server()
    secured(
        [{"basic": [], "key": []}, {"bearer": []}, {"key": []}],
        server,
        {"bearer": "t0ken", "key": "k3y"},
    ).run()
    assert server.last.headers["authorization"] == "Bearer t0ken"
    assert "x-key" not in server.last.headers


def test_every_scheme_of_an_alternative_is_sent():
    server = Server()
    secured(
        [{"sid": [], "query": [], "key": []}],
        server,
        {"sid": "a", "query": "b", "key": "c"},
        path="/x?y=1",
    ).run()
    assert str(server.last.url) == f"{SERVER}/x?y=1&key=b"
    assert (server.last.headers["cookie"], server.last.headers["x-key"]) == ("sid=a", "c")


@pytest.mark.parametrize("security", [[], [{}], [{"key": []}, {}]])
def test_where_nothing_is_asked_nothing_is_sent(security):
    server = Server()
    secured(security, server, {"bearer": SECRET}).run()
    assert not carries(server.last)


def test_the_documents_security_holds_unless_the_operation_has_its_own():
    paths = {
        "/a": {"get": {"operationId": "a", "responses": OK}},
        "/b": {"get": {"operationId": "b", "security": [], "responses": OK}},
    }
    server = Server()
    client = dynclient.Client(
        document(paths, security=[{"key": []}], components={"securitySchemes": SCHEMES}),
        transport=server,
        credentials={"key": SECRET},
    )
    client.a()
    assert carries(server.last)
    client.b()
    assert not carries(server.last)


def test_missing_credentials_name_the_formula_and_nothing_is_sent():
    server = Server()
    with pytest.raises(errors.CredentialsMissing) as caught:
        secured([{"basic": [], "key": []}, {"bearer": []}], server, {"key": SECRET}).run()
    assert caught.value.formula == "(basic and key), or bearer"
    assert SECRET not in str(caught.value)
    assert server.seen == []


def test_a_requirement_that_names_no_scheme_is_ignored():
    server = Server()
    client = secured([{"nope": []}, {"key": [], "gone": []}], server, {"key": SECRET})
    client.run()
    assert carries(server.last)
    assert "unknown-security-scheme" in [p.code for p in client.document.problems]


@pytest.mark.parametrize(
    "credentials",
    [
        {"kye": "x"},
        {"key": 5},
        {"key": ("u", "p")},
        {"key": None},
        {"basic": "u:p"},
        {"basic": ("u", 5)},
        {"bearer": b"x"},
        "x",
        ["key"],
        {5: "x"},
    ],
)
def test_credentials_are_checked_when_the_client_is_made(credentials):
    with pytest.raises(errors.UsageError):
        secured([{"key": []}], credentials=credentials)


def test_a_misspelt_scheme_comes_with_the_one_that_was_meant():
    with pytest.raises(errors.UsageError, match="did you mean bearer"):
        secured([], credentials={"baerer": "x"})


def test_a_callable_is_asked_for_each_call():
    tokens = iter(["one", "two"])
    server = Server()
    client = secured([{"bearer": []}], server, {"bearer": lambda: next(tokens)})
    client.run()
    client.run()
    assert [r.headers["authorization"] for r in server.seen] == ["Bearer one", "Bearer two"]


# --- the environment


def test_the_environment_is_read_only_together_with_a_server(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", SECRET)
    server = Server()
    with pytest.raises(errors.CredentialsMissing):
        secured([{"key": []}], server).run()
    secured([{"key": []}], server, base="https://mine.test").run()
    assert carries(server.last)


def test_the_environment_may_hold_user_and_password(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_BASIC", f"user:{SECRET}")
    server = Server()
    secured([{"basic": []}], server, base="https://mine.test").run()
    assert carries(server.last)


def test_what_is_given_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", SECRET)
    server = Server()
    secured([{"key": []}], server, {"key": "mine"}, base="https://mine.test").run()
    assert server.last.headers["x-key"] == "mine"


def test_a_server_given_later_reads_the_environment_too(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", SECRET)
    server = Server()
    secured([{"key": []}], server).with_options(server="https://mine.test").run()
    assert carries(server.last)


# --- origins


def remote(url, **fields):
    """Return a document that came from the net."""
    made = single(
        security=[{"key": []}], method="get", components={"securitySchemes": SCHEMES}, **fields
    )
    return Document(DocumentFiles(url, {url: DocumentFile(url, made)}))


def test_a_document_of_the_users_own_machine_names_its_servers():
    server = Server()
    secured([{"key": []}], server, {"key": SECRET}).run()
    assert carries(server.last)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.test/x",
        "https://api.example.com.evil.test/",
        "http://api.example.com/v1/things",
        "https://api.example.com:444/",
    ],
)
@pytest.mark.parametrize("base", [{}, {"base": SERVER}])
def test_a_request_that_points_elsewhere_takes_no_credential_along(elsewhere, base):
    server = Server()
    client = secured([{"key": []}], server, {"key": SECRET}, **base)
    request = dataclasses.replace(client.run.request(), url=elsewhere)
    with pytest.raises(errors.CredentialsMissing):
        client.run.send(request)
    assert server.seen == []


def test_a_document_from_the_net_names_only_its_own_origin():
    server = Server()
    own = remote("https://docs.test/api.yaml", servers=[{"url": "/v1"}])
    dynclient.Client(own, transport=server, credentials={"key": SECRET}).run()
    assert carries(server.last)
    other = remote("https://docs.test/api.yaml", servers=[{"url": "https://evil.test"}])
    with pytest.raises(errors.CredentialsMissing) as caught:
        dynclient.Client(other, transport=server, credentials={"key": SECRET}).run()
    assert len(server.seen) == 1
    assert 'server="https://evil.test' in caught.value.hint


def test_a_server_that_the_user_gives_is_vouched_for():
    server = Server()
    other = remote("https://docs.test/api.yaml", servers=[{"url": "https://evil.test"}])
    dynclient.Client(
        other, transport=server, credentials={"key": SECRET}, server="https://mine.test"
    ).run()
    assert (server.last.url.host, carries(server.last)) == ("mine.test", True)


def redirecting(to, status=302):
    def answer(request):
        hops = len(server.seen)
        return (
            httpx.Response(status, headers={"location": to}) if hops == 1 else httpx.Response(200)
        )

    server = Server(answer)
    return server


ELSEWHERE = [
    "https://evil.test/x",
    "//evil.test/x",
    "http://api.example.com/v1/things",
    "https://api.example.com:8443/",
    "https://api.example.com.evil.test/",
]


@pytest.mark.parametrize("to", ELSEWHERE)
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("status", [302, 307])
def test_no_redirect_carries_a_credential_to_another_origin(to, name, status):
    server = redirecting(to, status)
    secured([{name: []}], server, {name: KINDS[name]}).run()
    assert len(server.seen) == 2
    assert carries(server.seen[0])
    assert not carries(server.seen[1])


@pytest.mark.parametrize(
    "header", ["Authorization", "Cookie", "X-Api-Key", "X-Auth-Token", "Proxy-Authorization"]
)
def test_no_redirect_carries_a_secret_header_of_the_user_to_another_origin(header):
    server = redirecting("https://evil.test/x")
    secured([], server, headers={header: SECRET}).run()
    assert carries(server.seen[0])
    assert not carries(server.seen[1])


@pytest.mark.parametrize(
    "own",
    [
        {"auth": ("user", SECRET)},
        {"headers": {"Authorization": SECRET}},
        {"headers": {"X-Key": SECRET}},
        {"cookies": {"sid": SECRET}},
        {"params": {"key": SECRET}},
    ],
)
def test_no_redirect_carries_a_secret_of_the_users_own_client_to_another_origin(own):
    server = redirecting("https://evil.test/x")
    with httpx.Client(transport=server, **own) as http:
        secured([], http).run()
    assert carries(server.seen[0])
    assert not carries(server.seen[1])


@pytest.mark.parametrize("to", ["https://user:pw@evil.test/x", "https://user:pw@api.example.com/x"])
def test_the_user_in_the_url_of_a_redirect_is_no_credential(to):
    server = redirecting(to)
    secured([], server).run()
    assert [request.headers.get("authorization") for request in server.seen] == [None, None]


def test_a_redirect_inside_the_origin_keeps_the_credential():
    server = redirecting("/v1/other")
    secured([{"key": []}], server, {"key": SECRET}).run()
    assert carries(server.seen[1])


def test_a_redirect_that_comes_back_does_not_get_the_credential_again():
    answers = iter(["https://evil.test/a", f"{SERVER}/b", None])
    server = Server(
        lambda _: (
            httpx.Response(302, headers={"location": to})
            if (to := next(answers))
            else httpx.Response(200)
        )
    )
    secured([{"key": []}], server, {"key": SECRET}).run()
    assert [carries(r) for r in server.seen] == [True, False, False]


# --- the user's own client


def test_the_users_own_authentication_is_left_alone():
    server = Server()
    with httpx.Client(transport=server, auth=("user", SECRET)) as http:
        secured([{"key": []}], http).run()
    assert server.last.headers["authorization"].startswith("Basic ")
    assert "x-key" not in server.last.headers


def test_a_header_that_the_caller_gives_wins_over_the_credential():
    server = Server()
    secured([{"key": []}], server, {"key": SECRET}, headers={"X-Key": "mine"}).run()
    assert server.last.headers.get_list("x-key") == ["mine"]


def test_one_document_serves_two_clients_with_credentials_of_their_own():
    made = dynclient.load(single(security=[{"key": []}], components={"securitySchemes": SCHEMES}))
    one, two = Server(), Server()
    first = dynclient.Client(made, transport=one, credentials={"key": "a"})
    second = dynclient.Client(made, transport=two, credentials={"key": "b"})
    first.run(), second.run()
    assert (one.last.headers["x-key"], two.last.headers["x-key"]) == ("a", "b")
    assert CompiledDocument.of(made) is CompiledDocument.of(made)


# --- alternatives, places, and what a hint asks for


def test_optional_security_sends_a_credential_that_is_known():
    server = Server()
    secured([{}, {"key": []}], server, {"key": SECRET}).run()
    secured([{}, {"key": []}], server).run()
    assert [request.headers.get("X-Key") for request in server.seen] == [SECRET, None]


def test_two_schemes_in_one_header_are_refused_and_reported():
    server = Server()
    client = secured([{"basic": [], "bearer": []}], server, KINDS)
    with pytest.raises(errors.UsageError, match="'basic' and 'bearer' both go into the header"):
        client.run()
    assert server.seen == []
    (problem,) = [each for each in client.document.problems if each.code != "unused-component"]
    assert (problem.code, problem.severity) == ("clashing-security-schemes", "warning")
    assert "'basic' and 'bearer'" in problem.message


def test_a_header_of_the_callers_own_stands_for_a_scheme_that_cannot_be_put_on_a_request():
    schemes = {"hawk": {"type": "http", "scheme": "Hawk"}}
    made = single(security=[{"hawk": []}], components={"securitySchemes": schemes})
    server = Server()
    client = dynclient.Client(made, transport=server)
    hint = 'with_options(headers={"Authorization": "Hawk …"})'
    with pytest.raises(errors.CredentialsMissing) as caught:
        client.run()
    assert hint in caught.value.hint
    with pytest.raises(errors.UsageError) as refused:
        dynclient.Client(made, transport=server, credentials={"hawk": "x"}).run()
    assert hint in refused.value.hint
    client.with_options(headers={"Authorization": 'Hawk id="1"'}).run()
    assert [r.headers["authorization"] for r in server.seen] == ['Hawk id="1"']
    (problem,) = client.document.problems
    assert problem.code == "unregistered-http-scheme"
    assert hint in problem.hint


def test_a_credential_in_the_environment_without_a_server_is_told(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", SECRET)
    server = Server()
    client = secured([{"key": []}], server)
    with pytest.raises(errors.CredentialsMissing) as caught:
        client.run()
    text = str(caught.value)
    assert "DYNCLIENT_CREDENTIAL_KEY is set" in text
    assert "give server=" in text
    assert SECRET not in text
    client.with_options(server=SERVER).run()
    assert server.last.headers["X-Key"] == SECRET

"""What a command line says beside the arguments: places, headers, media types, servers, time, and what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

FILES = str(Path(__file__).parent / "files.yaml")


@pytest.fixture(autouse=True)
def files(monkeypatch):
    monkeypatch.setenv("DYNCLIENT_SPEC", FILES)


@pytest.fixture
def curl(cli):
    def show(*words):
        result = cli("call", *words, "--curl")
        assert result.exit_code == 0, result.stderr
        return result.stdout

    return show


@pytest.fixture
def get(cli, server, monkeypatch):
    """Call for a blob with a credential; return the result of the command."""
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "k3y-s3cret")
    server.body = b'{"name": "x"}'
    return lambda *words: cli(
        "call", "getBlob", "--param", "path.id=1", "--server", server.url, *words
    )


# --- places


def test_a_name_that_stands_in_two_places_is_given_by_its_place(curl):
    assert "/blob/1?id=2'" in curl("getBlob", "--param", "path.id=1", "--param", "query.id=2")


def test_a_place_takes_text_json_and_arrays_as_a_name_does(curl):
    shown = curl(
        "getBlob", "--param", "path.id:=1", "--param", "query.sizes=1", "--param", "query.sizes=2"
    )
    assert "/blob/1?sizes=1&sizes=2'" in shown
    assert "?sizes=3" in curl("getBlob", "--param", "path.id=1", "--param", "query.sizes:=[3]")


def test_a_place_takes_the_name_of_the_wire_or_of_python(curl):
    shown = [
        curl("getBlob", "--param", "path.id=1", "--param", f"query.{name}=5")
        for name in ("pageSize", "page_size")
    ]
    assert "?pageSize=5'" in shown[0]
    assert shown[0] == shown[1]


def test_places_and_names_go_together(curl):
    shown = curl("getBlob", "pageSize=5", "X-Trace=t", "--param", "path.id=1")
    assert "?pageSize=5'" in shown
    assert "X-Trace: t" in shown


def test_a_property_of_the_body_has_a_place_too(curl):
    assert '{"name":"x","photo":"y"}' in curl("either", "name=x", "--param", "body.photo=y")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--param", "id=1"], "names no place"),
        (["--param", "form.id=1"], "names no place"),
        (["--param", "path."], "is no argument"),
        (["--param", "path.id=1", "--param", "path.id=2"], "given twice"),
        (["pageSize=1", "--param", "path.id=1", "--param", "query.pageSize=2"], "is given twice"),
        (["--param", "path.id=1", "--param", "query.pageSise=2"], "did you mean pageSize"),
        (["id=1"], "stands in path and query"),
        (["--param", "path.id=x"], "want integer"),
    ],
)
def test_a_wrong_place_is_told(cli, words, told):
    result = cli("call", "getBlob", *words, "--curl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_all_problems_are_told_at_once_where_places_are_given(cli):
    result = cli(
        "call",
        "getBlob",
        "nonsense=1",
        "--param",
        "path.id=x",
        "--param",
        "query.pageSize=y",
        "--curl",
    )
    assert "3 problems, nothing was sent" in result.stderr


# --- options


def test_headers_are_sent_and_win(get, server):
    get("--param", "header.X-Trace=a", "--header", "X-Trace: b", "--header", "Accept-Language: de")
    headers = server.seen[-1][2]
    assert (headers["X-Trace"], headers["Accept-Language"]) == ("b", "de")


def test_a_header_that_is_given_twice_is_a_list(get, server):
    get("--header", "X-List: a", "--header", "x-list:b")
    assert server.seen[-1][2]["X-List"] == "a, b"


def test_what_to_accept_is_sent(get, server):
    get("--accept", "application/json")
    assert server.seen[-1][2]["Accept"] == "application/json"


def test_server_variables_fill_the_template(curl, cli):
    assert "https://us.files.example/blob/1" in curl(
        "getBlob", "--param", "path.id=1", "--server-var", "region=us"
    )
    template = ["--server", "http://{host}.example", "--server-var", "host=a"]
    assert "http://a.example/blob/1" in curl("getBlob", "--param", "path.id=1", *template)
    result = cli("call", "getBlob", "--param", "path.id=1", "--server-var", "region=mars", "--curl")
    assert "one of eu, us" in result.stderr


def test_a_server_that_takes_too_long_is_told(get, monkeypatch):
    from dynclient.transport import runners

    seen = []
    monkeypatch.setattr(
        runners.SyncRunner, "send", lambda self, exchange, limits: seen.append(limits) or 1 / 0
    )
    for words in (["2.5"], ["2,30"]):
        with pytest.raises(AssertionError):
            assert get("--timeout", *words).exit_code == 0
    assert [(limits["connect"], limits["read"]) for limits in seen] == [(2.5, 2.5), (2.0, 30.0)]


def test_deadline_and_retries_are_options_of_the_client(get, monkeypatch):
    from dynclient.transport import runners

    seen = []
    monkeypatch.setattr(
        runners.SyncRunner, "send", lambda self, exchange, _: seen.append(exchange) or 1 / 0
    )
    with pytest.raises(AssertionError):
        assert get("--deadline", "2.5", "--retries", "3").exit_code == 0
    assert (seen[0].deadline.seconds, seen[0].policy.retry.attempts) == (2.5, 4)


@pytest.mark.parametrize(
    "words",
    [
        ["--header", "no colon"],
        ["--header", ": x"],
        ["--header", "X-A: a\nX-B: b"],
        ["--server-var", "region"],
        ["--timeout", "soon"],
        ["--timeout", "1,2,3"],
        ["--timeout", "0"],
        ["--timeout", "nan"],
        ["--deadline", "0"],
        ["--deadline", "nan"],
        ["--accept", "a\nb"],
        ["--media-type", "a\nb"],
    ],
)
def test_an_option_that_cannot_be_is_a_usage_error_and_nothing_is_sent(get, server, words):
    result = get(*words)
    assert (result.exit_code, server.seen) == (2, [])
    assert result.stderr.startswith("UsageError: ")


# --- what is told


def test_verbose_tells_the_exchange_on_standard_error_and_no_secret(get, server):
    server.headers = {"Set-Cookie": "id=c00kie", "X-Request": "7"}
    words = [
        "--param",
        "query.api_key=q-s3cret",
        "--header",
        "X-Api-Key: h-s3cret",
        "pageSize=5",
        "--verbose",
    ]
    result = get(*words)
    assert result.stdout == '{\n  "name": "x"\n}\n'
    lines = result.stderr.splitlines()
    assert lines[0] == f"> GET {server.url}/blob/1?pageSize=5&api_key=…"
    assert {
        "> X-Api-Key: …",
        "> (credentials: key)",
        "> (no body)",
        "< 200 OK",
        "< Set-Cookie: …",
        "< X-Request: 7",
    } <= set(lines)
    assert lines[-1].startswith("< (13 bytes in ")
    for secret in ("k3y-s3cret", "q-s3cret", "h-s3cret", "c00kie"):
        assert secret not in result.stderr + result.stdout


def test_verbose_tells_the_size_of_what_is_sent(cli, server, tmp_path):
    server.status = 204
    (tmp_path / "a.bin").write_bytes(b"abc")
    words = ["call", "putBlob", "--param", "path.id=1", "--server", server.url, "-v"]
    assert "> (3 bytes)" in cli(*words, "--body", "@a.bin").stderr
    assert "> (a body of unknown length)" in cli(*words, "--body", "-", stdin=b"abc").stderr


def test_verbose_tells_what_was_sent_where_nothing_came_back(cli, monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "k3y")
    result = cli("call", "getBlob", "--param", "path.id=1", "--server", "http://127.0.0.1:1", "-v")
    assert result.exit_code == 3
    assert result.stderr.startswith("> GET http://127.0.0.1:1/blob/1\n")


def test_verbose_escapes_control_characters_of_a_response(get, server):
    server.headers = {"X-Evil": "a\x9b2Jb"}
    assert "\x9b" not in get("--verbose").stderr


def test_verbose_works_on_the_sandbox(cli):
    result = cli("call", "getBlob", "--param", "path.id=1", "--sandbox", "--verbose")
    assert result.exit_code == 0
    assert "< 200 OK" in result.stderr

from __future__ import annotations

import copy
import dataclasses
import os
import pickle
import subprocess
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import document, operation, parameter
from support.processes import MAX_RUN_S

import dynclient
from dynclient.model import RequiredScheme, SecurityScheme
from dynclient.wire.message import Headers, Request, Response, build_credential_variable

# --- headers


def test_header_names_know_no_case_and_keep_their_order():
    headers = Headers([("X-A", "1"), ("x-a", "2"), ("B", "3")])
    assert headers["x-A"] == "1, 2"
    assert headers.all("X-a") == ["1", "2"]
    assert headers.pairs() == (("X-A", "1"), ("x-a", "2"), ("B", "3"))
    assert "b" in headers
    assert "c" not in headers


def test_headers_are_a_sound_mapping():
    headers = Headers([("X-A", "1"), ("x-a", "2"), ("B", "3")])
    assert len(list(headers)) == len(headers) == 2
    assert set(dict(headers).values()) == {"1, 2", "3"}


def test_equal_headers_hash_alike():
    assert (
        Headers({"A": "1", "b": "2"}) == Headers([("B", "2"), ("a", "1")]) == {"a": "1", "B": "2"}
    )
    assert hash(Headers({"A": "1"})) == hash(Headers({"a": "1"}))


@pytest.mark.parametrize(
    "name", ["Authorization", "Cookie", "Set-Cookie", "X-API-Key", "X-Auth-Token", "X-Session"]
)
def test_the_repr_of_headers_shows_no_secret(name):
    assert "s3cret" not in repr(Headers({name: "s3cret"}))
    assert "s3cret" not in repr(Response(200, Headers({name: "s3cret"})))


def test_the_media_type_of_a_response_is_lower_case_without_parameters():
    assert (
        Response(200, Headers({"content-type": "Application/JSON; charset=utf-8"})).media_type
        == "application/json"
    )
    assert Response(200).media_type == ""


# --- a request is a value

KEY = SecurityScheme("api_key_v1", "apiKey", "", "header", "X-Key")
REQUEST = Request(
    "POST",
    "https://a.test/x?q=1",
    Headers({"Accept": "*/*"}),
    b"{}",
    ((RequiredScheme(KEY),),),
    "run",
)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))]
)
def test_a_request_survives_copying(copied):
    assert copied(REQUEST) == REQUEST
    assert copied(REQUEST).operation_id == "run"
    assert hash(copied(REQUEST)) == hash(REQUEST)


def test_a_request_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        REQUEST.url = "https://evil.test"


# --- curl, run for real by a shell whose `curl` writes down its arguments


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bin")
    fake = folder / "curl"
    fake.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\n')
    fake.chmod(0o755)

    def run(line: str, program: str = "sh", **environment: str) -> list[str]:
        found = subprocess.run(
            [program, "-u", "-c", line], capture_output=True, check=False, timeout=MAX_RUN_S, cwd=folder,
            env={"PATH": f"{folder}:{os.environ['PATH']}", **environment},
        )  # fmt: skip
        assert found.stderr == b""
        assert found.returncode == 0
        return [word.decode() for word in found.stdout.split(b"\0")[:-1]]

    return run


SECRET = {"DYNCLIENT_CREDENTIAL_API_KEY_V1": "s3 \"cret'"}


def test_curl_sends_what_the_request_says(shell):
    words = shell(REQUEST.curl(), **SECRET)
    assert "https://a.test/x?q=1" in words
    assert words[words.index("-X") + 1] == "POST"
    assert "Accept: */*" in words
    assert "X-Key: s3 \"cret'" in words
    assert any(option.startswith("--data") and body == "{}" for option, body in pairwise(words))


def test_curl_names_the_credential_and_never_holds_it():
    text = REQUEST.curl()
    assert "$DYNCLIENT_CREDENTIAL_API_KEY_V1" in text
    masked = Request(
        "GET", "https://a.test", Headers({"Authorization": "Bearer s3cret", "Cookie": "s3cret"})
    ).curl()
    assert "s3cret" not in masked


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        (
            SecurityScheme("k", "apiKey", "", "query", "api key"),
            ["https://a.test/x?api%20key=VALUE"],
        ),
        (SecurityScheme("k", "apiKey", "", "cookie", "sid"), ["-b", "sid=VALUE"]),
        (SecurityScheme("k", "http", "basic"), ["-u", "VALUE"]),
        (SecurityScheme("k", "http", "bearer"), ["-H", "Authorization: Bearer VALUE"]),
        (SecurityScheme("k", "oauth2"), ["-H", "Authorization: Bearer VALUE"]),
    ],
)
def test_curl_puts_a_credential_where_its_scheme_says(shell, scheme, words):
    request = Request(
        "GET", "https://a.test/x", security=((RequiredScheme(scheme),),), headers=Headers()
    )
    found = shell(request.curl(), DYNCLIENT_CREDENTIAL_K="VALUE")
    assert set(words) <= set(found)


HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    '"; touch pwned; "',
    "'; touch pwned; '",
    "$HOME",
    "a\\",
    "!!",
    "a\nb",
    "~",
    "*",
]


@pytest.mark.parametrize("program", ["sh", "bash"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_document_or_value_is_run_by_the_shell(shell, text, program):
    scheme = SecurityScheme(text, "apiKey", "", "header", text)
    url = f"https://a.test/x?q={text}"
    request = Request(
        "POST", url, Headers({"X-A": text}), text.encode(), ((RequiredScheme(scheme),),)
    )
    words = shell(request.curl(), program, **{build_credential_variable(text): "VALUE"})
    assert f"X-A: {text}" in words
    assert text in words
    assert any(word.startswith("https://a.test/x?q=") and text in word for word in words)
    assert f"{text}: VALUE" in words


@pytest.mark.parametrize(
    "body", [b"@/etc/passwd", b"@/etc/passwd\n", b"a\tb\n", "é\u2028".encode(), b"-x", b""]
)
def test_the_body_goes_as_it_is_and_no_file_is_read(shell, body):
    words = shell(Request("POST", "https://a.test", Headers(), body).curl())
    at = words.index(body.decode())
    assert words[at - 1] == "--data-raw"


@settings(max_examples=15)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
)
def test_any_text_passes_the_shell_unchanged(shell, value, body):
    request = Request("POST", "https://a.test/", Headers({"X-A": value}), body.encode())
    words = shell(request.curl())
    assert f"X-A: {value}" in words
    assert body in words


def test_a_header_without_a_value_is_sent_too(shell):
    """Curl leaves a header out that ends in a colon; the semicolon sends it empty."""
    assert "X-A;" in shell(Request("GET", "https://a.test", Headers({"X-A": ""})).curl())


def test_a_body_that_is_no_text_is_left_to_a_file():
    assert "--data-binary @" in Request("POST", "https://a.test", Headers(), b"\xff\x00").curl()


def test_an_operation_gives_a_curl_line(shell):
    path = {
        "get": operation(
            parameter("q", schema={"type": "string"}, allowReserved=True), security=[{"k": []}]
        )
    }
    schemes = {"k": {"type": "apiKey", "in": "query", "name": "key"}}
    client = dynclient.Client(document({"/x": path}, components={"securitySchemes": schemes}))
    words = shell(client.run.request(q="$(id)&'").curl(), DYNCLIENT_CREDENTIAL_K="VALUE")
    (url,) = [word for word in words if word.startswith("https://")]
    assert url.endswith("&key=VALUE")
    assert "$(id)" in url

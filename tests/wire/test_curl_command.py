"""A request as a curl command, run for real by a shell whose `curl` writes down its arguments."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import content, document, operation, parameter, single

import dynclient
from dynclient import Request
from dynclient.masking import SecretNames
from dynclient.model import RequiredScheme, SecurityScheme
from dynclient.wire.message import Headers

PASSWORD = {"type": "string", "format": "password"}
TEXT = {"type": "string"}


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bin")
    fake = folder / "curl"
    fake.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\n')
    fake.chmod(0o755)

    def run(line: str, **environment: str) -> list[str]:
        found = subprocess.run(
            ["sh", "-u", "-c", line], capture_output=True, check=False, timeout=20, cwd=folder,
            env={"PATH": f"{folder}:{os.environ['PATH']}", **environment},
        )  # fmt: skip
        assert found.stderr == b""
        return [word.decode() for word in found.stdout.split(b"\0")[:-1]]

    return run


def send(*parameters, version="3.0.3", call=(), **fields):
    """Return the request of a call of an operation with these parameters."""
    client = dynclient.Client(single(*parameters, version=version, **fields))
    return client.run.request(dynclient.Call(call))


def build_body(schema, media_type="application/json"):
    return {"requestBody": content(schema, media_type)}


LOGIN = {"type": "object", "properties": {"user": TEXT, "pin": PASSWORD, "more": {}}}
HIDDEN_LOGIN = {"allOf": [{"type": "object", "properties": {"more": {}}}, LOGIN]}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(
    ("found", "fields", "call", "variable"),
    [
        (parameter("X-Pin", "header", PASSWORD), {}, {"header": {"X-Pin": "s3cret"}}, "X_PIN"),
        (parameter("X-Auth-Token", "header", TEXT), {}, {"header": {"X-Auth-Token": "s3cret"}}, "X_AUTH_TOKEN"),
        (parameter("pin", "query", PASSWORD), {}, {"query": {"pin": "s3cret"}}, "PIN"),
        (parameter("accessToken", "query", TEXT), {}, {"query": {"accessToken": "s3cret"}}, "ACCESS_TOKEN"),
        (parameter("login", "query", LOGIN), {}, {"query": {"login": {"pin": "s3cret"}}}, "PIN"),
        (parameter("login", "query", LOGIN, style="deepObject"), {}, {"query": {"login": {"pin": "s3cret"}}}, "LOGIN_PIN"),
        (parameter("pin", "cookie", PASSWORD), {}, {"cookie": {"pin": "s3cret"}}, "PIN"),
        (parameter("session_id", "cookie", TEXT), {}, {"cookie": {"session_id": "s3cret"}}, "SESSION_ID"),
        (None, build_body(LOGIN), {"body": {"pin": "s3cret"}}, "PIN"),
        (None, build_body(HIDDEN_LOGIN), {"body": {"user": "a", "pin": "s3cret"}}, "PIN"),
        (None, build_body({"type": "array", "items": LOGIN}), {"body": [{"pin": "s3cret"}, {"pin": "s3cret"}]}, "PIN"),
        (None, build_body({"type": "object"}), {"body": {"clientSecret": "s3cret"}}, "CLIENT_SECRET"),
        (None, build_body({"type": "object"}), {"body": {"passwords": ["s3cret"]}}, "PASSWORDS"),
        (None, build_body({"type": "object"}), {"body": {"pwd": "s3cret"}}, "PWD_SECRET"),
        (None, build_body(LOGIN, "application/x-www-form-urlencoded"), {"body": {"user": "a", "pin": "s3cret"}}, "PIN"),
        (None, build_body(LOGIN, "multipart/form-data"), {"body": {"user": "a", "pin": "s3cret"}}, "PIN"),
    ],
)  # fmt: skip
def test_a_secret_is_a_variable_of_its_name(shell, version, found, fields, call, variable):
    request = send(*[found] if found else [], version=version, call=call, **fields)
    line = request.curl()
    assert "s3cret" not in line
    assert f'"${variable}"' in line
    words = shell(line, **{variable: "s3cret"})
    assert request.url in words
    for name, value in request.headers.pairs():
        assert f"{name}: {value}" in words
    if request.body is not None:
        assert request.body.decode() in words


@pytest.mark.parametrize(
    ("location", "name"),
    [("cookie", "theme"), ("query", "page_token"), ("header", "Idempotency-Key"), ("query", "q")],
)
def test_a_value_that_is_no_secret_is_printed(location, name):
    line = send(parameter(name, location, TEXT), call={location: {name: "dark"}}).curl()
    assert "dark" in line
    assert "$" not in line


def test_each_cookie_is_judged_by_its_own_name(shell):
    found = [parameter(name, "cookie", TEXT) for name in ("theme", "sid", "lang")]
    schemes = {"k": {"type": "apiKey", "in": "cookie", "name": "auth"}}
    cookies = {"theme": "dark", "sid": "s3cret", "lang": "de"}
    request = send(
        *found, call={"cookie": cookies}, security=[{"k": []}],
        components={"securitySchemes": schemes},
    )  # fmt: skip
    line = request.curl()
    assert "s3cret" not in line
    words = shell(line, SID="s3cret", DYNCLIENT_CREDENTIAL_K="VALUE")
    assert "Cookie: theme=dark; sid=s3cret; lang=de; auth=VALUE" in words
    assert "-b" not in words


def test_a_credential_header_of_the_callers_own_is_printed_once(shell):
    schemes = {"bearer": {"type": "http", "scheme": "bearer"}}
    made = single(
        parameter("Authorization", "header", TEXT), security=[{"bearer": []}],
        components={"securitySchemes": schemes},
    )  # fmt: skip
    client = dynclient.Client(made)
    own = client.run.request(authorization="Bearer s3cret")
    by_option = client.with_options(headers={"Authorization": "Bearer s3cret"}).run.request()
    for request in (own, by_option):
        words = shell(request.curl(), AUTHORIZATION="Bearer s3cret")
        assert [w for w in words if w.startswith("Authorization")] == [
            "Authorization: Bearer s3cret"
        ]


@pytest.mark.parametrize(
    ("alternatives", "expected"),
    [
        ([{}, {"key": []}], "X-Key: VALUE"),
        ([{"hawk": []}, {"key": []}], "X-Key: VALUE"),
        ([{"hawk": []}], "Authorization: VALUE"),
    ],
)
def test_the_credential_is_that_of_the_alternative_that_can_be_sent(shell, alternatives, expected):
    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "hawk": {"type": "http", "scheme": "hawk"},
    }
    request = send(security=alternatives, components={"securitySchemes": schemes})
    words = shell(
        request.curl(), DYNCLIENT_CREDENTIAL_KEY="VALUE", DYNCLIENT_CREDENTIAL_HAWK="VALUE"
    )
    assert expected in words


def test_two_secrets_of_one_name_are_two_variables(shell):
    request = send(**build_body({"type": "array"}), call={"body": [{"pwd": "a"}, {"pwd": "b"}]})
    line = request.curl()
    assert shell(line, PWD_SECRET="a", PWD_SECRET_2="b")[-1] == '[{"pwd":"a"},{"pwd":"b"}]'


def test_a_file_is_named_where_it_has_a_path(tmp_path):
    path = tmp_path / "my photo.png"
    path.write_bytes(b"png")
    body = content({"type": "string", "format": "binary"}, "image/png")
    client = dynclient.Client(document({"/x": {"post": operation(body=body)}}))
    with path.open("rb") as file:
        assert client.run.request(body=file).curl().endswith(f"--data-binary '@{path}'")
    assert client.run.request(body=path).curl().endswith(f"--data-binary '@{path}'")
    assert client.run.request(body=iter([b"a"])).curl().endswith("--data-binary @FILE")


def test_files_of_a_form_are_named_part_by_part(shell, tmp_path):
    path = tmp_path / 'my "photo".png'
    path.write_bytes(b"png")
    properties = {name: {"type": "string", "format": "binary"} for name in ("photo", "scan", "raw")}
    schema = {"type": "object", "properties": {**properties, "note": TEXT, "pin": PASSWORD}}
    body = content(schema, "multipart/form-data")
    client = dynclient.Client(document({"/x": {"post": operation(body=body)}}))
    with path.open("rb") as scan:
        request = client.run.request(
            photo=path, scan=("scan.png", scan), raw=iter([b"a"]), note='a; "b"', pin="s3cret"
        )
        line = request.curl()
    assert "s3cret" not in line
    words = shell(line, PIN="s3cret")
    quoted = str(path).replace('"', '\\"')
    assert f'scan=@"{quoted}";filename="scan.png";type=image/png' in words
    assert any(word.startswith('raw=@"FILE"') for word in words)
    assert any(word.startswith('note="a; \\"b\\""') for word in words)
    assert any(word.startswith('pin="s3cret"') for word in words)
    assert not any(word.lower().startswith("content-type") for word in words)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(st.sampled_from(["password", "a", "x:y", '"', "{"]), values, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(JSON_VALUES)
def test_a_json_body_keeps_everything_but_its_secrets(value):
    from dynclient.wire import media

    body = media.encode_json({"password": "s3cret", "value": value})
    headers = Headers({"Content-Type": "application/json"})
    line = Request("POST", "https://a.test", headers, body).curl()
    assert "s3cret" not in line
    text = body.decode()
    # Other characters are written by `printf`.
    is_plain = text.isprintable() and not {"'", "#"} & {*text}
    if is_plain and not _holds_secret(value):
        expected = text.replace("s3cret", "'\"$PASSWORD\"'")
        assert line.endswith(f"--data-raw '{expected}'")


def _holds_secret(value):
    if isinstance(value, dict):
        return "password" in value or any(map(_holds_secret, value.values()))
    return isinstance(value, list) and any(map(_holds_secret, value))


@given(st.text(max_size=30))
def test_text_that_is_no_json_is_printed_all_the_same(text):
    headers = Headers({"Content-Type": "application/json"})
    line = Request("POST", "https://a.test", headers, text.encode()).curl()
    assert "--data" in line


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12))
def test_a_variable_has_a_name_that_a_shell_knows(name):
    secrets = SecretNames(properties=frozenset({name}))
    headers = Headers({"Content-Type": "application/json"})
    body = json.dumps({name: "s3cret"}).encode()
    line = Request("POST", "https://a.test", headers, body, secret_names=secrets).curl()
    (variable,) = re.findall(r"""'"\$([^"]*)"'""", line)
    assert re.fullmatch("[A-Z_][A-Z0-9_]*", variable)
    assert "s3cret" not in line


def test_a_scheme_with_any_name_has_a_variable(shell):
    scheme = SecurityScheme("my key!", "apiKey", "", "header", "X-K")
    request = Request("GET", "https://a.test", Headers(), security=((RequiredScheme(scheme),),))
    assert "X-K: V" in shell(request.curl(), DYNCLIENT_CREDENTIAL_MY_KEY_="V")


PARTS = st.lists(
    st.text(max_size=20).map(str.encode) | st.binary(max_size=9) | st.just(io.BytesIO())
)


@given(PARTS, st.text(max_size=8))
def test_any_body_has_form_fields_or_none(pieces, boundary):
    from dynclient.wire.binary_values import StreamedBody
    from dynclient.wire.form_fields import parse_form_fields

    framed = [f"--{boundary}\r\nContent-Disposition: form-data; name=".encode(), *pieces]
    for parts in (pieces, framed):
        body = StreamedBody(tuple(parts))
        parse_form_fields(body, f"multipart/form-data; boundary={boundary}")
        headers = Headers({"Content-Type": "multipart/form-data; boundary=" + boundary})
        assert "curl" in Request("POST", "https://a.test", headers, body).curl()

"""The secrets of a URL, its user information and its tokens, are in nothing that a command prints."""

from __future__ import annotations

import copy
import json

import pytest
from support.faulty_server import FaultyServer, reply

FIELDS = "token=s3cret"
SERVER = f"https://usr:pl4nted@api.test/v1?{FIELDS}"
OLD = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": SERVER}],
    "paths": {
        "/a": {
            "get": {
                "operationId": "a",
                "parameters": [
                    {
                        "name": "q",
                        "in": "query",
                        "schema": {"$ref": f"https://usr:pl4nted@127.0.0.1:1/x.json?{FIELDS}"},
                    }
                ],
                "responses": {"200": {"description": "fine"}},
            }
        }
    },
}


def build_new():
    new = copy.deepcopy(OLD)
    new["servers"][0]["url"] = SERVER.replace("api.test", "api2.test")
    required = {"name": "r", "in": "query", "required": True, "schema": {"type": "string"}}
    new["paths"]["/a"]["get"]["parameters"].append(required)
    return new


FILES = {
    "old": json.dumps(OLD).encode(),
    "new": json.dumps(build_new()).encode(),
    "broken": b"openapi: [\n",
    "kaput": b'{"openapi": "9"}',
}


@pytest.fixture(scope="module")
def url():
    """Return the URL of a document by its name, with two secrets in it."""

    def answer(seen):
        name = seen.target[1:].partition(".")[0]
        return [reply(200, FILES[name]) if name in FILES else reply(404)]

    with FaultyServer(answer) as server:
        host = server.url.removeprefix("http://")
        yield lambda name: f"http://usr:pl4nted@{host}/{name}.json?{FIELDS}"


def has_secret(result):
    text = result.stdout + result.stderr
    return "4nted" in text or "s3cret" in text


@pytest.mark.parametrize("name", ["old", "broken", "kaput", "missing"])
def test_check_prints_no_secret_of_a_url(cli, url, name):
    result = cli("check", url(name))
    assert result.exit_code == 7
    assert not has_secret(result)


@pytest.mark.parametrize("report", ["text", "json", "markdown", "html", "sarif", "github"])
def test_no_diff_report_holds_a_secret_of_a_url(cli, url, report):
    result = cli("diff", url("old"), url("new"), "--format", report)
    assert result.exit_code == 1
    assert not has_secret(result)


@pytest.mark.parametrize(
    "words",
    [
        ["diff", "missing", "new"],
        ["list", "--spec", "old"],
        ["list", "old"],
        ["show", "--spec", "old", "a"],
        ["docs", "old", "--out", "reference"],
        ["call", "--spec", "old", "a"],
        ["call", "--spec", "old", "a", "--server", "old"],
    ],
)
def test_no_command_prints_a_secret_of_a_url(cli, url, tmp_path, words):
    names = {*FILES, "missing"}
    result = cli(*(url(word) if word in names else word for word in words))
    assert not has_secret(result)
    for page in tmp_path.rglob("*.md"):
        assert "pl4nted" not in page.read_text()


@pytest.mark.parametrize(
    ("server", "shown"),
    [
        ("usr:pl4nted@x.test", "'…@x.test' is no http(s) URL"),
        ("https://usr:pl/4nted@x.test", "'https://…@x.test' is no http(s) URL"),
        ("https://x.test:99999/?token=s3cret", "'https://x.test:99999/?token=…' is no http(s) URL"),
    ],
)
def test_a_server_that_is_no_url_is_named_without_its_secrets(cli, url, server, shown):
    result = cli("call", "--spec", url("old"), "a", "--server", server)
    assert f"UsageError: no server to call: {shown}" in result.stderr
    assert not has_secret(result)


def test_a_document_url_whose_password_is_not_escaped_is_named_without_it(cli):
    result = cli("check", "http://usr:pl/4nted@127.0.0.1/?token=s3cret")
    assert result.stderr.startswith(
        "DocumentNotFound: no document at http://…@127.0.0.1/?token=…: it is no valid URL\n"
    )

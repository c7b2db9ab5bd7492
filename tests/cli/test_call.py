"""One call from the command line: how words become arguments, and what is printed."""

from __future__ import annotations

import json

import pytest

from dynclient.cli import terminal_output


@pytest.fixture
def sent(cli, shop):
    """Return the URL, or the body, of a call that is printed as curl."""

    def url(*words, **kwargs):
        result = cli("call", *words, "--curl", **kwargs)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    return url


def test_a_text_becomes_the_type_that_the_schema_wants(sent):
    assert "/items?maxPrice=9.5'" in sent("listItems", "maxPrice=9.5")
    assert "?sold=true'" in sent("listItems", "sold=true")
    assert "/items/7 " in sent("getItem", "itemId=7")
    assert '{"name":"7","size":7}' in sent("createItem", "name=7", "size=7")


def test_a_text_stays_a_text_where_the_schema_allows_one(sent):
    assert '"code":"7"' in sent("createItem", "name=x", "code=7")
    assert '"code":7' in sent("createItem", "name=x", "code:=7")
    assert '"name":"true"' in sent("createItem", "name=true")
    assert '"name":"[1]"' in sent("createItem", "name=[1]")


def test_raw_json_is_taken_as_it_is_and_no_digit_is_lost(cli, shop):
    result = cli("call", "createItem", 'name="x"', "size:=123456789012345678901234567890", "--curl")
    assert '"size":123456789012345678901234567890' in result.stdout


def test_an_array_takes_its_name_several_times(sent):
    assert '"tags":["a","b"]' in sent("createItem", "name=x", "tags=a", "tags=b")
    assert '"tags":["a"]' in sent("createItem", "name=x", 'tags:=["a"]')
    assert '"tags":["a"]' in sent("createItem", "name=x", 'tags=["a"]')
    assert "sizes=1&sizes=2" in sent("listItems", "sizes=1", "sizes=2")


def test_names_may_be_spelled_as_in_the_document_or_in_python(sent):
    assert (
        sent("getItem", "item_id=7")
        == sent("get_item", "itemId=7")
        == sent("GET /items/{itemId}", "itemId=7")
    )
    assert "X-Trace: abc" in sent("listItems", "X-Trace=abc")


def test_a_value_may_hold_any_sign(sent):
    assert '"name":"a=b:=c\\nd"' in sent("createItem", "name=a=b:=c\nd")


def test_the_body_comes_from_a_file_from_standard_input_or_inline(sent, tmp_path):
    (tmp_path / "item.json").write_text('{"name": "x", "size": 1}')
    (tmp_path / "item.yaml").write_text("name: x\nsize: 1\n")
    body = '{"name":"x","size":1}'
    for words in (["@item.json"], ["@item.yaml"], ['{"name": "x", "size": 1}']):
        assert body in sent("createItem", "--body", *words)
    text = (tmp_path / "item.json").read_text()
    for words in (["--body", "-"], ["--body", "@-"], ["-"]):
        assert body in sent("createItem", *words, stdin=text)


def test_a_text_body_is_sent_as_it_is(sent, tmp_path):
    (tmp_path / "note.txt").write_text("{no json\n")
    assert "{no json\n" in sent("putNote", "--body", "@note.txt")


@pytest.mark.parametrize(
    "words",
    [
        ["createItem", "name"],
        ["createItem", "=x"],
        ["createItem", "name=a", "name=b"],
        ["createItem", "name:={"],
        ["createItem", "--body", "{"],
        ["createItem", "--body", "@nowhere.json"],
        ["createItem", "body:={}", "--body", "{}"],
        ["createItem", "--server", "http://x", "--sandbox", "--curl"],
        ["createItem", "--server", "http://x", "--sandbox"],
        ["creatItem", "name=x"],
        ["createItem", "nam=x", "size=two", "--curl"],
        ["getItem", "itemId=..", "--curl"],
        ["createItem", "name=x"],
    ],
)
def test_a_wrong_command_line_is_told_and_nothing_is_sent(cli, shop, snapshot, words):
    result = cli("call", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == snapshot


def test_broken_yaml_is_a_usage_error(cli, shop, tmp_path):
    (tmp_path / "item.yaml").write_text("a: [")
    result = cli("call", "createItem", "--body", "@item.yaml")
    assert result.exit_code == 2
    assert result.stderr.startswith("UsageError: item.yaml is no YAML: ")


def test_a_call_on_the_sandbox_needs_no_credentials(cli, shop):
    result = cli("call", "createItem", "name=Vase", "--sandbox")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["name"] == "Vase"


def test_the_shipped_document_is_called_on_the_sandbox_and_says_so(cli):
    result = cli("call", "createAudienceV2", "name=Gold")
    assert result.exit_code == 0
    assert (
        result.stderr
        == "Talon.One Integration API on the sandbox; --server URL calls the real one\n"
    )
    assert json.loads(result.stdout)["name"] == "Gold"


def test_json_is_printed_indented_and_as_it_came(cli, shop, server):
    server.body = '{"name": "Käse \U0001f9c0", "size": 12345678901234567890123}'.encode()
    result = cli("call", "getItem", "itemId=1", "--server", server.url)
    assert (
        result.stdout == '{\n  "name": "Käse \U0001f9c0",\n  "size": 12345678901234567890123\n}\n'
    )
    assert server.seen[0][:2] == ("GET", "/items/1")


def test_control_characters_of_a_response_are_escaped_in_json(cli, shop, server):
    server.body = b'{"name": "a\\u001b[2Jb\\u009bc\\ud800"}'
    result = cli("call", "getItem", "itemId=1", "--server", server.url)
    assert "\\u001b[2Jb\\u009bc\\ud800" in result.stdout


def test_text_is_printed_as_it_is(cli, shop, server):
    server.media_type, server.body = "text/plain", b"one\r\ntwo"
    assert cli("call", "getNote", "--server", server.url).stdout_bytes == b"one\r\ntwo"


def test_bytes_are_printed_as_they_are(cli, shop, server):
    server.media_type, server.body = "image/png", bytes(range(256))
    result = cli("call", "getPicture", "itemId=1", "--server", server.url)
    assert result.stdout_bytes == bytes(range(256))


def test_bytes_are_not_printed_on_a_terminal(cli, shop, server, monkeypatch):
    monkeypatch.setattr(terminal_output, "is_terminal", lambda: True)
    server.media_type, server.body = "image/png", bytes(1234)
    result = cli("call", "getPicture", "itemId=1", "--server", server.url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "1,234 bytes of image/png" in result.stderr
    assert "hint: send it to a file: > FILE" in result.stderr


def test_an_answer_without_a_body_is_told_beside_the_output(cli, shop, server):
    server.status = 204
    result = cli("call", "deleteItem", "itemId=1", "--server", server.url)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "204, no body\n")


def test_include_prints_status_and_headers_and_masks_secrets(cli, shop, server):
    server.body, server.headers = b'{"name": "x"}', {"Set-Cookie": "id=s3cret", "X-Request": "7"}
    lines = cli(
        "call", "getItem", "itemId=1", "--server", server.url, "--include"
    ).stdout.splitlines()
    assert lines[0] == "200 OK"
    assert {"Set-Cookie: …", "X-Request: 7", "Content-Type: application/json"} <= set(lines)
    assert lines[lines.index("") + 1 :] == ["{", '  "name": "x"', "}"]


@pytest.mark.parametrize(
    ("variable", "value", "header"),
    [("KEY", "k3y", ("X-Key", "k3y")), ("USER", "ann:pw", ("Authorization", "Basic YW5uOnB3"))],
)
def test_credentials_of_a_server_come_from_the_environment(
    cli, shop, server, monkeypatch, variable, value, header
):
    monkeypatch.setenv(f"DYNCLIENT_CREDENTIAL_{variable}", value)
    server.status, server.body = 201, b'{"name": "x"}'
    result = cli("call", "createItem", "name=x", "--server", server.url)
    assert result.exit_code == 0
    assert header in server.seen[0][2].items()


def test_curl_never_shows_a_credential(cli, shop, monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "s3cret")
    result = cli("call", "createItem", "name=x", "--server", "http://127.0.0.1", "--curl")
    assert "s3cret" not in result.stdout
    assert '"$DYNCLIENT_CREDENTIAL_KEY"' in result.stdout


def test_the_body_of_an_error_is_printed_and_the_judgement_stands_beside_it(cli, shop, server):
    server.status, server.body = 404, b'{"message": "no such item"}'
    result = cli("call", "getItem", "itemId=1", "--server", server.url)
    assert (result.exit_code, json.loads(result.stdout)) == (4, {"message": "no such item"})
    assert result.stderr == "NotFound: getItem  GET /items/{itemId}: 404 no such item\n"


@pytest.mark.parametrize("status", [200, 400])
def test_a_body_that_cannot_be_decoded_is_printed_as_it_came(cli, shop, server, status):
    server.status, server.body = status, b'{"name'
    assert cli("call", "getItem", "itemId=1", "--server", server.url).stdout == '{"name'


def test_an_invalid_response_is_printed_and_the_judgement_stands_beside_it(
    cli, shop, server, snapshot
):
    server.body = b'{"name": "", "size": "big"}'
    result = cli("call", "getItem", "itemId=1", "--server", server.url)
    assert (result.exit_code, json.loads(result.stdout)) == (6, {"name": "", "size": "big"})
    assert result.stderr == snapshot


ITEMS = """\
openapi: 3.2.0
info: {title: items, version: "1"}
servers: [{url: "https://api.example.com"}]
paths:
  /items:
    post:
      operationId: put
      requestBody:
        content: {application/jsonl: {itemSchema: {type: integer}}}
      responses: {200: {description: fine}}
"""


def test_a_body_of_items_is_read_from_a_file_or_from_json(cli, tmp_path):
    spec, lines = tmp_path / "items.yaml", tmp_path / "lines.jsonl"
    spec.write_text(ITEMS)
    lines.write_text("1\n\n2\n")
    for body in (f"@{lines}", "[1, 2]", "1\n2"):
        result = cli("call", "put", "--spec", str(spec), "--curl", "--body", body)
        assert "--data-raw '1\n2\n'" in result.stdout, result.stderr
    wrong = cli("call", "put", "--spec", str(spec), "--curl", "--body", "1\n'x'")
    assert "the body is no application/jsonl: item 1: Expecting value" in wrong.stderr
    wrong = cli("call", "put", "--spec", str(spec), "--curl", "--body", '1\n"x"')
    assert "body[1]" in wrong.stderr

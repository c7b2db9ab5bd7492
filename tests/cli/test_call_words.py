"""The words of `call`: SPEC, METHOD and path, path values by position, names of nested values."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.effort import share

from dynclient.cli import input_values
from dynclient.cli.command_words import is_document_word
from dynclient.cli.nested_names import NestedName, split_nested_name
from dynclient.errors import UsageError

SHOP = str(Path(__file__).with_name("shop.yaml"))


@pytest.fixture
def curl(cli, shop):
    """Return the curl command of a call."""

    def run(*words, **kwargs):
        result = cli("call", *words, "--curl", **kwargs)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    return run


@pytest.fixture
def body(curl):
    """Return the body of a call."""

    def run(*words, **kwargs):
        [text] = re.findall(r"--data-raw '(.*)'", curl(*words, **kwargs))
        return json.loads(text)

    return run


@pytest.mark.parametrize(
    ("word", "is_document"),
    [
        ("https://api.example.com/openapi", True),
        ("http://localhost:8000/x?a=b", True),
        ("-", True),
        ("git:main:api.yaml", True),
        ("api.yaml", True),
        ("dir/API.YML", True),
        ("/abs/openapi.json", True),
        ("createItem", False),
        ("name=a.yaml", False),
        ("body:=@a.json", False),
        ("@a.json", False),
        ("GET /report.json", False),
        ("api", False),
        ("yaml", False),
        ("--", False),
        ("", False),
    ],
)
def test_a_word_is_a_document_by_how_it_looks(word, is_document):
    assert is_document_word(word) is is_document


@pytest.mark.parametrize(
    "words",
    [
        [SHOP, "getItem", "7"],
        ["getItem", SHOP, "7"],
        ["getItem", "7", "--spec", SHOP],
        [SHOP, "GET", "/items/7"],
        ["GET", "/items/7", SHOP],
        [SHOP, "getItem", "7", "--spec", SHOP],
    ],
)
def test_the_document_is_an_argument_or_an_option(cli, words):
    result = cli("call", *words, "--curl")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "/items/7 " in result.stdout


def test_the_document_is_read_from_standard_input(cli):
    text = Path(SHOP).read_bytes()
    assert "/items/7 " in cli("call", "-", "getItem", "7", "--curl", stdin=text).stdout
    assert "Vase" in cli("call", "-", "createItem", "name=Vase", "--curl", stdin=text).stdout
    assert "listItems" in cli("list", "-", stdin=text).stdout


@pytest.mark.parametrize("command", ["list", "show", "call", "check", "docs", "uses"])
def test_every_command_takes_the_document_both_ways(cli, command, tmp_path):
    (tmp_path / "code.py").write_text("")
    others = {
        "show": ["getItem"],
        "call": ["getItem", "7", "--curl"],
        "docs": ["--out", "out"],
        "uses": ["code.py"],
    }.get(command, [])
    by_argument = cli(command, SHOP, *others)
    by_option = cli(command, *others, "--spec", SHOP)
    assert by_argument.exit_code == by_option.exit_code == 0
    assert by_argument.stdout == by_option.stdout
    differing = cli(command, SHOP, *others, "--spec", "other.yaml")
    assert differing.exit_code == (7 if command == "check" else 2)


def test_a_value_that_looks_like_a_document_is_one_where_a_document_is_named(cli, tmp_path):
    spec = tmp_path / "files.yaml"
    spec.write_text(
        "openapi: 3.1.0\ninfo: {title: F, version: '1'}\nservers: [{url: 'https://f.test'}]\n"
        "paths:\n  /files/{name}:\n    get:\n      operationId: getFile\n      parameters:\n"
        "      - {name: name, in: path, required: true, schema: {type: string}}\n"
        "      responses: {'200': {description: d}}\n"
    )
    for words in (
        ["getFile", "report.json", "--spec", str(spec)],
        [str(spec), "getFile", "report.json"],
        ["getFile", str(spec), "name=report.json"],
    ):
        assert "https://f.test/files/report.json" in cli("call", *words, "--curl").stdout


# --- a method and a path


@pytest.mark.parametrize(
    "words",
    [
        ["GET", "/items/7"],
        ["get", "/items/7"],
        ["GET /items/7"],
        ["GET", "/items/{itemId}", "7"],
        ["GET", "/items/{itemId}", "itemId=7"],
        ["GET", "/items/{item}", "7"],
    ],
)
def test_a_method_and_a_path_find_their_operation(curl, words):
    assert curl(*words).startswith(
        "curl --globoff --path-as-is -X GET https://shop.example/items/7 "
    )


def test_the_query_of_a_path_counts(curl):
    assert "/items?tag=a&tag=b&sold=true'" in curl("GET", "/items?sold=true&tag=a&tag=b")
    assert "/items?sold=true&maxPrice=2" in curl("GET", "/items?sold=true", "maxPrice=2").replace(
        "maxPrice=2&sold=true", "sold=true&maxPrice=2"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["PATCH", "/items/7"], "hint: that path has GET, DELETE"),
        (["GET", "/itms"], "hint: did you mean GET /items"),
        (["GET", "/items?sald=true"], "unknown  query.sald  did you mean sold?"),
        (["GET", "/items/7", "8"], "itemId is given twice"),
        (["GET", "/items/7", "itemId=8"], "is given twice"),
        (["GET", "/items/x"], "got 'x', want integer ≥ 1"),
        (["getItem", "7", "8"], "'8' is no argument"),
        (["getItem", "7", "itemId=8"], "is given twice"),
        (["getItem", ".."], "got '..', want integer"),
        (["getItm"], "did you mean getItem"),
    ],
)
def test_a_wrong_path_or_position_is_reported(cli, shop, told, words):
    result = cli("call", *words, "--curl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_a_value_that_begins_with_a_dash_stands_behind_two(cli, shop, curl):
    result = cli("call", "getItem", "-5")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "A value that begins with - stands behind --." in result.stderr
    assert "got -5, want integer ≥ 1" in cli("call", "--curl", "getItem", "--", "-5").stderr


def test_show_and_help_find_an_operation_by_a_real_path(cli, shop):
    for words in (["show", "DELETE", "/items/7"], ["call", "DELETE", "/items/7", "--help"]):
        assert cli(*words).stdout.startswith("deleteItem  DELETE /items/{itemId}\n")


# --- names of nested values


def test_a_name_leads_into_a_value(body):
    words = ["name=Lamp", "maker.name=Ann", "maker.since=2001-01-01"]
    assert body("createItem", *words) == {
        "name": "Lamp",
        "maker": {"name": "Ann", "since": "2001-01-01"},
    }
    assert body("createItem", "name=x", "tags[0]=a", "tags[1]=b")["tags"] == ["a", "b"]
    assert body("createItem", "name=x", "tags[]=a", "tags[]=b")["tags"] == ["a", "b"]
    assert body("createItem", "name=x", 'maker:={"name": "a"}', "maker.since:=null")["maker"] == {
        "name": "a",
        "since": None,
    }
    assert body("createItem", "body.name=x", "body.maker.name=a") == {
        "name": "x",
        "maker": {"name": "a"},
    }
    assert body("createItem", "--param", "body.name=x", "--param", "body.maker.name=a") == {
        "name": "x",
        "maker": {"name": "a"},
    }


def test_a_location_before_a_name_says_the_place(curl):
    assert "?sold=true'" in curl("listItems", "query.sold=true")
    assert "/items/7 " in curl("getItem", "path.itemId=7")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["tags[1]=a"], "tags[1] leaves a gap: the first item has the index 0"),
        (["tags[0]=a", "tags[2]=a"], "the item before has the index 0"),
        (["tags[x]=a"], "'tags[x]' names no place at '[x]'"),
        (["maker.=a"], "names no place at '.'"),
        (["maker=a", "maker.name=a"], "a value that was given otherwise"),
        (["maker.name=a", "maker.name=b"], "maker.name is given twice"),
        (["maker.name=a", "maker[0]=b"], "a value that was given otherwise"),
        (["maker.nam=a"], "unknown  body.maker.nam   did you mean name?"),
        (["makr.name=a"], "did you mean maker?"),
        (["maker" + ".a" * 65 + "=1"], "more than 64 levels deep"),
    ],
)
def test_a_wrong_nested_name_is_reported(cli, shop, words, told):
    result = cli("call", "createItem", "name=x", *words, "--curl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_a_name_with_a_dot_or_brackets_of_its_own_is_whole():
    known = {"a.b", "a", "filter[name]"}.__contains__
    assert split_nested_name("a.b", known) == NestedName("a.b")
    assert split_nested_name("a.b.c", known) == NestedName("a.b", ("c",))
    assert split_nested_name("a.c[0][]", known) == NestedName("a", ("c", 0, None))
    assert split_nested_name('a["b.c"]', known) == NestedName("a", ("b.c",))
    assert split_nested_name("filter[name]", known) == NestedName("filter[name]")
    assert split_nested_name("other.b", known) == NestedName("other.b")


@given(st.text(st.sampled_from('ab.[]"0\\\n é'), max_size=30) | st.text(max_size=30))
@share(0.3)
def test_any_name_is_split_or_refused(name):
    try:
        found = split_nested_name(name, {"a", "b.", "é"}.__contains__)
    except UsageError:
        return
    assert name.startswith(found.head)


# --- the body


def test_what_comes_from_a_pipe_is_the_body(body, cli, shop):
    assert body("createItem", stdin='{"name": "x"}') == {"name": "x"}
    assert cli("call", "putNote", "--curl", stdin="{no json").stdout.endswith("'{no json'\n")


def test_an_empty_pipe_gives_no_body(cli, shop):
    assert "missing  body" in cli("call", "createItem", "--curl", stdin="").stderr
    assert cli("call", "putNote", "--curl", stdin="").exit_code == 0


def test_a_pipe_that_is_not_read_is_reported(cli, shop):
    result = cli("call", "createItem", "name=x", "--curl", stdin='{"name": "y"}')
    assert '{"name":"x"}' in result.stdout
    assert result.stderr == "standard input is not read: the body is given by arguments\n"


def test_input_that_is_not_the_body_stays_for_whoever_reads_it(monkeypatch, tmp_path):
    reading, writing = os.pipe()
    os.write(writing, b"next")
    os.close(writing)
    file = tmp_path / "lines"
    file.write_bytes(b"next")
    for descriptor in (reading, os.open(file, os.O_RDONLY)):
        with os.fdopen(descriptor) as stream, click.Context(click.Command("call")):
            monkeypatch.setattr("sys.stdin", stream)
            assert input_values.has_unread_input()
            assert os.read(descriptor, 10) == b"next"
            assert not input_values.has_unread_input()
            assert not input_values.has_piped_input()


def test_a_device_gives_no_body(monkeypatch):
    with Path(os.devnull).open() as stream, click.Context(click.Command("call")):
        monkeypatch.setattr("sys.stdin", stream)
        assert not input_values.has_piped_input()
        assert not input_values.has_unread_input()


def test_a_file_is_the_body(body, tmp_path):
    (tmp_path / "item.json").write_text('{"name": "x"}')
    (tmp_path / "item.yaml").write_text("name: x\n")
    assert body("createItem", "@item.json") == body("createItem", "@item.yaml") == {"name": "x"}


def test_a_text_that_names_a_file_stays_a_text_and_a_remark_says_how_it_is_given(
    cli, shop, tmp_path
):
    (tmp_path / "ann").write_text("")
    result = cli("call", "createItem", "name=@ann", "--curl")
    assert '{"name":"@ann"}' in result.stdout
    assert result.stderr == "name is the text '@ann'; name:=@ann gives the file\n"


def test_an_example_is_a_body_that_can_be_sent_back(cli, shop, body):
    result = cli("call", "createItem", "--example")
    assert result.exit_code == 0
    assert result.stderr == "send it: dynclient call createItem --body @FILE\n"
    assert body("createItem", stdin=result.stdout) == json.loads(result.stdout)
    none = cli("call", "getItem", "--example")
    assert (none.exit_code, none.stdout) == (2, "")
    assert "getItem takes no body" in none.stderr
    assert "hint: its call: dynclient call getItem " in none.stderr


def test_the_body_is_written_in_the_editor(cli, shop, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("EDITOR", "sed -i s/Lamp/Vase/")
    result = cli("call", "createItem", "--edit", "--sandbox", "--query", "name")
    assert (result.exit_code, result.stdout) == (0, '"Vase"\n')
    assert list(tmp_path.iterdir()) == []

    monkeypatch.setenv("VISUAL", "sed -i s/name/nam/")
    result = cli("call", "createItem", "--edit", "--sandbox")
    [kept] = tmp_path.iterdir()
    assert result.exit_code == 2
    assert f"the body is kept in {kept}; --body @{kept} sends it\n" in result.stderr
    assert '"nam": "Lamp"' in kept.read_text()


@pytest.mark.parametrize(
    ("editor", "told"),
    [
        ("no-such-editor", "the editor 'no-such-editor' cannot be started"),
        ("'", "cannot be started"),
        ("false", "the editor 'false' failed (1); nothing was sent"),
        ("truncate -s 0", "the body was left empty; nothing was sent"),
    ],
)
def test_an_editor_that_fails_sends_nothing(cli, shop, monkeypatch, editor, told):
    monkeypatch.setenv("EDITOR", editor)
    result = cli("call", "createItem", "--edit", "--sandbox")
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


# --- what is printed


def test_a_query_selects_a_part_of_the_result(cli, shop, server):
    server.body = b'[{"name": "a", "size": 1}, {"name": "b", "size": 12345678901234567890}]'
    call = ["call", "listItems", "--server", server.url, "--query"]
    assert json.loads(cli(*call, "[].name").stdout) == ["a", "b"]
    assert cli(*call, "[1].size").stdout == "12345678901234567890\n"
    assert cli(*call, "[0].name").stdout == '"a"\n'
    assert cli(*call, "[0].name", "--raw").stdout == "a\n"
    assert cli(*call, "[9].name").stdout == "null\n"


def test_a_query_that_is_none_sends_nothing(cli, shop, server):
    result = cli("call", "listItems", "--server", server.url, "--query", "a[")
    assert (result.exit_code, result.stdout, server.seen) == (2, "", [])
    assert result.stderr.startswith("UsageError: --query is no JMESPath: ")


def test_a_query_that_does_not_fit_leaves_the_result_whole(cli, shop, server):
    server.body = b'[{"name": "a"}]'
    result = cli("call", "listItems", "--server", server.url, "--query", "abs(@)")
    assert (result.exit_code, json.loads(result.stdout)) == (6, [{"name": "a"}])
    assert "the result is printed whole" in result.stderr


def test_a_query_leaves_a_failure_as_it_came(cli, shop, server):
    server.status, server.body = 404, b'{"message": "gone"}'
    result = cli("call", "getItem", "1", "--server", server.url, "--query", "name", "--table")
    assert (result.exit_code, json.loads(result.stdout)) == (4, {"message": "gone"})


def test_a_table_has_a_row_for_each_item(cli, shop, server):
    server.body = b'[{"name": "a", "tags": ["x"]}, {"name": "b\\u001b[2J", "size": 3}]'
    lines = cli("call", "listItems", "--server", server.url, "--table").stdout.splitlines()
    assert lines == [
        "name      tags   size",
        'a         ["x"]',
        "b\\x1b[2J         3",
    ]
    server.body = b'{"name": "a", "size": 3}'
    lines = cli("call", "getItem", "1", "--server", server.url, "--table").stdout.splitlines()
    assert lines == ["name  value", "name  a", "size  3"]


@pytest.mark.parametrize(
    "words",
    [
        ["--raw"],
        ["--query", "a", "--raw", "--table"],
        ["--query", "a", "--output", "x"],
        ["--table", "--output", "x"],
        ["--edit", "--body", "{}"],
    ],
)
def test_options_that_do_not_go_together_are_refused(cli, shop, server, words):
    result = cli("call", "createItem", "name=x", "--server", server.url, *words)
    assert (result.exit_code, result.stdout, server.seen) == (2, "", [])
    assert result.stderr.startswith("UsageError: ")


def test_list_prints_json(cli, shop):
    listed = json.loads(cli("list", "--json", "--tag", "Items").stdout)
    assert [operation["name"] for operation in listed] == [
        "listItems",
        "createItem",
        "getItem",
        "deleteItem",
    ]
    assert listed[3] == {
        "name": "deleteItem",
        "python_name": "delete_item",
        "method": "DELETE",
        "path": "/items/{itemId}",
        "summary": "Delete an item",
        "tags": ["Items"],
        "deprecated": True,
    }
    assert cli("list", "--json", "--search", "zeppelin").stdout == "[]\n"


def test_a_word_that_is_no_document_is_refused(cli):
    result = cli("list", "audience")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "UsageError: 'audience' is no document" in result.stderr


# --- the exchange


def test_verbose_prints_bodies_without_secrets(cli, tmp_path, server):
    spec = tmp_path / "login.yaml"
    spec.write_text(
        "openapi: 3.1.0\ninfo: {title: L, version: '1'}\npaths:\n  /login:\n    post:\n"
        "      operationId: login\n      requestBody: {content: {application/json: {schema: "
        "{type: object, properties: {user: {}, password: {}, pin: {format: password}}}}}}\n"
        "      responses: {'200': {description: d, content: {application/json: {}}}}\n"
    )
    server.body = b'{"token": "t0ken-s3cret", "user": "ann"}'
    words = ["login", "user=ann", "password=p-s3cret", "pin=n-s3cret", "--server", server.url]
    result = cli("call", str(spec), *words, "--verbose", "--output", "out.json")
    assert '> {"user":"ann","password":"…","pin":"…"}' in result.stderr
    assert '< {"token": "…", "user": "ann"}' in result.stderr
    assert "s3cret" not in result.stderr
    assert (tmp_path / "out.json").read_bytes() == server.body


def test_verbose_shows_the_beginning_of_a_long_body(cli, shop, server):
    server.media_type, server.body = "text/plain", b"x" * 30_000
    result = cli("call", "getNote", "--server", server.url, "--verbose")
    assert "< … and 10,000 more characters\n" in result.stderr
    assert len(result.stdout) == 30_000


PASSWORDS = """
openapi: 3.1.0
info: {title: L, version: '1'}
paths:
  /seats/{seat}:
    post:
      operationId: open
      parameters: [{in: path, name: seat, required: true, schema: {$ref: '#/components/schemas/Pin'}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pin'}}}}
      responses:
        '200':
          description: d
          headers: {X-Row: {schema: {$ref: '#/components/schemas/Pin'}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Pin'}}}
        '201':
          description: d
          content: {application/json: {schema: {properties: {row: {$ref: '#/components/schemas/Pin'}, a: {}}}}}
components: {schemas: {Pin: {type: string, format: password}}}
"""


@pytest.mark.parametrize(
    ("status", "body", "shown"),
    [(200, b'"HUSH"', '< "…"\n'), (201, b'{"row": "HUSH", "a": 1}', '< {"row": "…", "a": 1}\n')],
)
def test_verbose_masks_passwords_of_paths_and_responses(cli, tmp_path, server, status, body, shown):
    (tmp_path / "s.yaml").write_text(PASSWORDS)
    spec = str(tmp_path / "s.yaml")
    server.status, server.body = status, body
    server.headers = {"X-Row": "HUSH", "Location": "/seats/HUSH"}
    words = ["open", "HUSH", "--body", '"HUSH"', "--server", server.url, "--verbose"]
    result = cli("call", spec, *words, "--output", "out.json")
    assert f"> POST {server.url}/seats/…\n" in result.stderr
    assert '> "…"\n' in result.stderr
    assert shown in result.stderr
    assert "< Location: /seats/…\n" in result.stderr
    assert "HUSH" not in result.stderr


def test_curl_names_the_secret_of_a_path_and_of_a_body(cli, tmp_path):
    (tmp_path / "s.yaml").write_text(PASSWORDS)
    words = ["open", "HUSH", "--body", '"HUSH"', "--server", "https://a.test"]
    result = cli("call", str(tmp_path / "s.yaml"), *words, "--curl")
    assert 'https://a.test/seats/"$SEAT"' in result.stdout
    assert """--data-raw '"'"$BODY"'"'""" in result.stdout
    assert "HUSH" not in result.stdout


@pytest.mark.parametrize(
    ("schema", "body", "shown"),
    [
        ("{additionalProperties: {format: password}}", '{"a":"HUSH","b":["HUSH"]}', '> {"a":"…","b":["…"]}\n'),
        ("{properties: {body: {additionalProperties: {format: password}}}}", '{"body":{"a":"HUSH"}}', '> {"body":{"a":"…"}}\n'),
        ("{format: password, properties: {a: {}}}", '{"a":"seen"}', '> {"a":"seen"}\n'),
    ],
)  # fmt: skip
def test_verbose_masks_members_of_any_name(cli, tmp_path, server, schema, body, shown):
    text = PASSWORDS.replace(
        "{schema: {$ref: '#/components/schemas/Pin'}}}}\n      responses",
        f"{{schema: {schema}}}}}}}\n      responses",
    )
    (tmp_path / "s.yaml").write_text(text)
    server.status = 204
    words = ["open", "x", "--body", body, "--server", server.url, "--verbose"]
    result = cli("call", str(tmp_path / "s.yaml"), *words)
    assert shown in result.stderr
    assert "HUSH" not in result.stderr

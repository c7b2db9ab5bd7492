"""Which operations code calls, and which of its lines do not fit, as the command line tells it."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from dynclient.cli.check import INVALID_DOCUMENT, USAGE_MISMATCH

HERE = Path(__file__).parent
CODE = """\
import dynclient

client = dynclient.Client("shop.yaml")
made = client.create_item(name="Lamp", maker={"name": "Ada"})
print(made["id"], made["maker"]["name"])


def names(api, kind):
    for name in kind:
        client[name]()
    return [item["name"] for item in api.list_items(tag=[kind])]


client["DELETE /items/{itemId}"](*sys.argv)
client.creat_item()
"""


@pytest.fixture
def code(tmp_path):
    """Write a file into the folder that the command line stands in."""

    def write(text=CODE, name="code.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
        return name

    return write


def test_uses_prints_one_line_per_use_then_the_count(cli, shop, code, snapshot):
    result = cli("uses", code())
    assert result.exit_code == 0
    assert result.stdout == snapshot
    assert result.stderr == (
        "code.py:10:9: which operation it is, only running it would tell\n"
        "code.py:15:8: no operation creat_item: did you mean create_item or get_item or delete_item?\n"
    )


def test_the_document_can_be_given(cli, code, shop):
    result = cli(
        "uses",
        code("import dynclient\ndynclient.Client('a').create_audience_v2(name='a')\n"),
        "--spec",
        shop,
    )
    assert "0 of 7 operations used" in result.stdout
    result = cli("uses", "code.py")
    assert result.stdout.startswith("0 of 7 operations")


def test_without_a_document_uses_are_held_against_the_one_that_comes_with_dynclient(cli, code):
    result = cli(
        "uses", code("import dynclient\ndynclient.Client('a').create_audience_v2(name='a')\n")
    )
    assert result.stdout.splitlines() == [
        "createAudienceV2  code.py:2  (body.name)",
        "1 of 39 operations used, 1 use in 1 file",
    ]


def test_a_recorded_list_is_told_too(cli, shop, tmp_path):
    (tmp_path / "access.log").write_text(
        '"GET /items/3 HTTP/1.1"\n"GET /items/4 HTTP/1.1"\nGET /nothing\n'
    )
    result = cli("uses", "--used-by", "access.log")
    assert result.stdout.splitlines() == [
        "getItem  access.log:1  recorded × 2",
        "1 of 7 operations used, 0 uses in 0 files, 1 recorded line of no operation",
    ]
    assert (result.exit_code, result.stderr) == (0, "access.log:3: no operation: GET /nothing\n")


def test_uses_as_json(cli, shop, code, tmp_path):
    (tmp_path / "list").write_text("getItem\nnothing\n")
    told = json.loads(cli("uses", code(), "--used-by", "list", "--format", "json").stdout)
    assert [operation["operation"] for operation in told["operations"]] == [
        "listItems",
        "createItem",
        "getItem",
        "deleteItem",
    ]
    created = told["operations"][1]
    assert (created["method"], created["path"], created["recorded"]) == ("POST", "/items", [])
    assert created["uses"] == [
        {
            "file": "code.py",
            "line": 4,
            "column": 15,
            "how": "attribute",
            "method": "call",
            "certain": True,
            "arguments": [["body", "name"], ["body", "maker", "name"]],
            "others": False,
            "results": [["id"], ["maker", "name"]],
        }
    ]
    assert told["operations"][0]["uses"][0]["certain"] is False
    assert told["operations"][3]["uses"][0]["others"] is True
    assert told["operations"][2]["recorded"] == [
        {"text": "getItem", "file": "list", "line": 1, "times": 1}
    ]
    assert [(use["name"], use["meant"][0]) for use in told["missing"]] == [
        ("creat_item", "create_item")
    ]
    assert [place["line"] for place in told["nameless"]] == [10]
    assert [line["text"] for line in told["unmatched"]] == ["nothing"]
    assert (told["unread"], told["files"]) == ([], 1)


@pytest.mark.parametrize(
    "words",
    [
        ("uses",),
        ("uses", "nowhere"),
        ("uses", "--used-by", "nowhere"),
        ("check", "--used", "nowhere"),
    ],
)
def test_what_is_not_there_is_a_usage_error(cli, shop, words):
    result = cli(*words)
    assert (result.exit_code, result.stdout.count("not fit")) == (2, 0)
    assert result.stderr.startswith("UsageError: ")


def test_a_file_that_is_no_python_is_told(cli, shop, code):
    code("def f(:\n", "src/bad.py")
    result = cli("uses", "src")
    assert (result.exit_code, result.stdout) == (
        0,
        "0 of 7 operations used, 0 uses in 0 files, 1 file not read\n",
    )
    assert result.stderr.startswith("src/bad.py:1:7: no Python: ")
    result = cli("check", "--used", "src")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].startswith("src/bad.py:1:7: warning: no Python: ")


def test_check_says_which_lines_do_not_fit(cli, shop, code, snapshot):
    code()
    code("def go(api):\n    return api.get_item('one')\n", "src/other.py")
    result = cli("check", "--used", "code.py", "--used", "src")
    assert (result.exit_code, result.stderr) == (USAGE_MISMATCH, "")
    assert USAGE_MISMATCH == 1
    assert "\n".join(result.stdout.splitlines()[1:]) == snapshot


def test_code_that_fits_leaves_with_0(cli, shop, code):
    code("import dynclient\ndynclient.Client('a').get_item(5)\n")
    result = cli("check", "--used", "code.py")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == ["code.py: 1 file, 0 errors, 0 warnings"]


def test_a_warning_alone_is_no_reason_to_fail(cli, shop, code):
    code("def go(api):\n    return api.get_item('one')\n")
    result = cli("check", "--used", "code.py")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "code.py: 1 file, 0 errors, 1 warning"


def test_a_document_with_errors_goes_before_code_that_does_not_fit(cli, code):
    code("import dynclient\ndynclient.Client('a').zeppelin()\n")
    result = cli("check", str(HERE / "broken.yaml"), "--used", "code.py")
    assert result.exit_code == INVALID_DOCUMENT
    assert "code.py:2:23: error: zeppelin: " in result.stdout


def test_text_of_a_source_does_not_steer_the_terminal(cli, shop, code):
    code("import dynclient\ndynclient.Client('a')['\\x1b[2J']()\n")
    for words in (("uses", "code.py"), ("check", "--used", "code.py")):
        result = cli(*words)
        assert "\x1b" not in result.stdout + result.stderr
        assert "x1b[2J" in result.stdout + result.stderr

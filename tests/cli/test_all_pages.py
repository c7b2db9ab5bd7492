"""`dynclient call --all`: the items of all pages as JSON Lines."""

from __future__ import annotations

import json

import pytest
from support.paged_shapes import INTEGER, ITEMS, SHAPES, envelope, integers, listing

SHAPE = next(shape for shape in SHAPES if shape.name == "hasMore")
UNKNOWN = listing(*integers("von"), result=envelope(rows=ITEMS, total=INTEGER))


def page(*names, more=False):
    return json.dumps({"data": [{"id": name} for name in names], "hasMore": more}).encode()


@pytest.fixture
def spec(tmp_path):
    """A document whose lists page."""
    made = SHAPE.document()
    made["paths"]["/rows"] = {"get": {**UNKNOWN, "operationId": "rows"}}
    file = tmp_path / "api.json"
    file.write_text(json.dumps(made))
    return str(file)


def test_each_item_is_a_line(cli, spec, server):
    server.body = page("a", "é\x1b\n")
    result = cli("call", spec, "list", "--all", "--server", server.url)
    assert result.exit_code == 0
    assert result.stdout == '{"id": "a"}\n{"id": "é\\u001b\\n"}\n'
    assert cli("call", spec, "list", "--all", "--sandbox").exit_code == 0


def test_a_limit_ends_the_lines(cli, spec, server):
    server.body = page("a", "é", "c", more=True)
    result = cli("call", spec, "list", "--all", "--limit", "2", "--server", server.url)
    assert (result.exit_code, result.stdout) == (0, '{"id": "a"}\n{"id": "é"}\n')
    assert len(server.seen) == 1
    none = cli("call", spec, "list", "--all", "--max-pages", "0", "--server", server.url)
    assert (none.exit_code, none.stdout) == (0, "")


def test_a_query_selects_of_each_item(cli, spec, server):
    server.body = page("a", "b")
    words = ("call", spec, "list", "--all", "--server", server.url, "--query", "id")
    assert cli(*words).stdout == '"a"\n"b"\n'
    assert cli(*words, "--raw").stdout == "a\nb\n"


def test_a_failure_says_where_to_go_on(cli, spec, server):
    server.body = page("a", "b", more=True)
    result = cli("call", spec, "list", "--all", "--server", server.url)
    assert result.exit_code == 6
    assert result.stdout == '{"id": "a"}\n{"id": "b"}\n'
    assert result.stderr == (
        'the items before are printed; --resume \'{"query": {"skip": 2}}\' goes on after them\n'
        "PaginationError: list  GET /things: page 2: its items came before: the server repeats a page\n"
        "  hint: inferred from the schemas; pagination={'list': …} says otherwise\n"
    )
    server.body = page("c")
    rest = cli("call", spec, "list", "--all", "--server", server.url, "--resume", '{"query": {"skip": 2}}')  # fmt: skip
    assert (rest.exit_code, rest.stdout) == (0, '{"id": "c"}\n')
    assert server.seen[-1][1] == "/things?skip=2"


def test_verbose_shows_each_exchange(cli, spec, server):
    server.body = page("a")
    result = cli("call", spec, "list", "--all", "--verbose", "--server", server.url)
    assert result.stdout == '{"id": "a"}\n'
    assert "GET " in result.stderr
    assert "200 OK" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--limit", "5"], "UsageError: --limit goes with --all\n  hint: add --all\n"),
        (["--max-pages", "5"], "UsageError: --max-pages goes with --all\n"),
        (["--resume", "{}"], "UsageError: --resume goes with --all\n"),
        (["--all", "--output", "x"], "UsageError: --all and --output exclude each other\n  hint: send the lines to a file: > FILE\n"),
        (["--all", "--table"], "UsageError: --all and --table exclude each other\n"),
        (["--all", "--curl"], "UsageError: --all and --curl exclude each other\n"),
        (["--all", "--resume", "x"], "UsageError: --resume is no cursor\n  hint: give what the failed command printed\n"),
        (["--all", "--resume", "[1]"], "UsageError: --resume is no cursor\n"),
        (["--all", "--resume", "{}"], "UsageError: resume cannot be an object of 0 properties\n"),
        (["--all", "limit=5"], "InvalidCall: list"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_sends_nothing(cli, spec, server, words, message):
    result = cli("call", spec, "list", "--server", server.url, *words)
    assert result.exit_code == 2
    assert result.stderr.startswith(message)
    assert server.seen == []


def test_nothing_known_shows_what_to_write_in_pyproject(cli, spec, server, tmp_path):
    result = cli("call", spec, "rows", "--all", "--server", server.url)
    assert result.exit_code == 2
    assert result.stderr == (
        "UsageError: rows  GET /rows: nothing says how it pages; nothing was sent\n"
        "  hint: say it in pyproject.toml, in [tool.dynclient.pagination]:"
        ' rows = { style = "offset", parameter = "…", items = "…" }\n'
    )


def write_project(tmp_path, table, *specs):
    listed = json.dumps(list(specs))
    text = f"[tool.dynclient]\nspecs = {listed}\n[tool.dynclient.pagination]\n{table}\n"
    (tmp_path / "pyproject.toml").write_text(text)


def test_pyproject_says_how_a_list_pages(cli, spec, server, tmp_path):
    table = 'rows = { style = "offset", parameter = "von", items = "rows", total = "total" }'
    write_project(tmp_path, table, "api.json")
    server.body = b'{"rows": [{"id": "a"}], "total": 1}'
    result = cli("call", "rows", "--all", "--server", server.url)
    assert (result.exit_code, result.stdout) == (0, '{"id": "a"}\n')
    assert cli("call", "rows", "--all", "--sandbox").exit_code == 0


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("rows = 5", '[tool.dynclient.pagination]: rows cannot be 5\n  hint: write rows = { style = "offset"'),
        ('rows = { style = "x" }', "pagination of rows: style cannot be 'x'"),
        ('rovs = { style = "single" }', "has no operation 'rovs' among its 2"),
    ],
)  # fmt: skip
def test_a_mistake_in_pyproject_is_told(cli, spec, tmp_path, table, message):
    write_project(tmp_path, table, "api.json")
    result = cli("call", "rows", "--all", "--sandbox")
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_project_of_several_documents_speaks_of_all_of_them(cli, spec, server, tmp_path):
    (tmp_path / "other.json").write_text(json.dumps(SHAPE.document()))
    write_project(tmp_path, 'rows = { style = "single", items = "rows" }', "api.json", "other.json")
    server.body = page("a")
    result = cli("call", "other.json", "list", "--all", "--server", server.url)
    assert (result.exit_code, result.stdout) == (0, '{"id": "a"}\n')

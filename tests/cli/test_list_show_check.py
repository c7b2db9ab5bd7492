"""What a document holds, and what is wrong with it, as the command line tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def test_list_prints_one_line_per_operation(cli, shop, snapshot):
    result = cli("list")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 7
    assert result.stdout == snapshot


def test_the_last_cell_of_a_line_is_a_name_of_the_operation(cli, shop):
    for line in cli("list").stdout.splitlines():
        name = line[line.rindex("  ") :].strip()
        assert cli("show", name).exit_code == 0


def test_list_without_a_document_shows_the_one_that_comes_with_dynclient(cli, snapshot):
    result = cli("list")
    assert len(result.stdout.splitlines()) == 39
    assert result.stdout == snapshot


def test_a_tag_and_a_search_narrow_the_list(cli, shop):
    by_tag = cli("list", "--tag", "Files").stdout
    assert [line.split()[0] for line in by_tag.splitlines()] == ["getPicture", "getNote", "putNote"]
    found = cli("list", "--search", "picture").stdout
    assert found.startswith("getPicture ")
    both = cli("list", "--search", "read", "--tag", "Items").stdout
    assert [line.split()[0] for line in both.splitlines()] == ["getItem"]


def test_a_search_that_finds_nothing_prints_nothing_on_standard_output(cli, shop):
    result = cli("list", "--search", "zeppelin")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no operation fits\n")


@pytest.mark.parametrize("tag", ["items", "Item", "zeppelin"])
def test_an_unknown_tag_is_a_usage_error_with_a_suggestion(cli, shop, snapshot, tag):
    result = cli("list", "--tag", tag)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == snapshot


@pytest.mark.parametrize(
    "operation", ["createItem", "list_items", "GET /items/{itemId}", "getPicture", "deleteItem"]
)
def test_show_tells_everything_of_an_operation(cli, shop, snapshot, operation):
    result = cli("show", operation)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot


def test_show_leaves_out_of_the_body_what_only_the_server_gives(cli, shop):
    body = cli("show", "createItem").stdout.partition("Body ")[2].partition("Results")[0]
    assert "maker.since" in body
    assert "id " not in body


def test_prose_keeps_to_eighty_columns(cli):
    shown = cli("show", "updateCustomerSessionV2").stdout
    description = shown.partition("  )\n")[2].partition("\nArguments")[0]
    assert description.count("\n") > 10
    assert max(map(len, description.splitlines())) <= 80


def test_the_python_example_is_a_call_that_the_document_accepts(cli, shop):
    import dynclient

    client = dynclient.Client(shop)
    made = []

    class Recording:
        def __getattr__(self, name):
            return lambda *args, **kwargs: made.append(client[name].validate(*args, **kwargs))

    for operation in client.operations:
        example = cli("show", operation).stdout.partition("\nExample\n")[2].partition("\n\n")[0]
        lines = "\n".join(line[2:] for line in example.splitlines())
        exec(lines, {"client": Recording()})
    assert made == [[]] * 7


def test_a_misspelt_operation_is_a_usage_error_with_a_suggestion(cli, shop, snapshot):
    result = cli("show", "creatItem")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == snapshot


def test_a_name_near_to_nothing_gets_the_way_to_search(cli, shop):
    assert "hint: dynclient list --search TEXT searches" in cli("show", "zeppelin").stderr


def test_check_prints_each_problem_with_its_place_then_the_count(cli, monkeypatch, snapshot):
    monkeypatch.chdir(HERE)
    result = cli("check", "broken.yaml")
    assert (result.exit_code, result.stderr) == (7, "")
    assert result.stdout == snapshot


def test_warnings_alone_are_no_reason_to_fail(cli, monkeypatch, snapshot):
    monkeypatch.chdir(HERE)
    result = cli("check", "--spec", "warned.yaml")
    assert result.exit_code == 0
    assert result.stdout == snapshot


def test_a_file_elsewhere_is_named_by_its_whole_path(cli):
    assert cli("check", str(HERE / "warned.yaml")).stdout.startswith(f"{HERE / 'warned.yaml'}:")

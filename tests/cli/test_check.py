"""`dynclient check`: several documents, the formats, the exit codes and the second opinion."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.sarif import read_run

from dynclient.cli import check_second_opinion, spec_validator_process

HERE = Path(__file__).parent
FINE = "openapi: 3.1.0\ninfo: {title: Fine, version: '1'}\npaths: {}\n"
WARNED = (HERE / "warned.yaml").read_text()
BROKEN = (HERE / "broken.yaml").read_text()

#: `file:line:column  severity  code  operation  message`.
ROW = re.compile(r"(\S+):(\d+):(\d+) +(error|warning|info) +([a-z0-9-]+) +(.+?)  +(.+)")


@pytest.fixture
def documents(tmp_path):
    """Three documents in a folder, and a file that is none."""
    folder = tmp_path / "specs"
    folder.mkdir()
    for name, text in (("fine", FINE), ("warned", WARNED), ("broken", BROKEN)):
        (folder / f"{name}.yaml").write_text(text)
    (folder / "other.yaml").write_text("a: 1\n")
    return folder


def set_project(folder, text):
    (folder / "pyproject.toml").write_text(text)


def test_each_problem_is_a_line_with_place_severity_code_operation_message_and_hint(cli, documents):
    lines = cli("check", "specs/broken.yaml").stdout.splitlines()
    rows = [ROW.fullmatch(line) for line in lines if line.startswith("specs/broken.yaml:")][:-1]
    assert all(rows)
    assert len(rows) == 6
    assert {row[6] for row in rows} == {"GET /a/{id}", "GET /b"}
    assert lines[-1] == "specs/broken.yaml: 2 operations, 6 errors, 0 warnings"
    assert "  2  error  duplicate-operation-id" in lines


def test_problems_stand_in_groups_the_worst_first(cli, documents):
    (documents / "both.yaml").write_text(BROKEN.replace("paths:", "x-a: 1\nbogus: 1\npaths:"))
    rows = [ROW.fullmatch(line) for line in cli("check", "specs/both.yaml").stdout.splitlines()]
    groups = [(row[4], row[5]) for row in rows if row]
    assert groups == sorted(groups)
    assert ("warning", "unknown-field") in groups


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["specs/fine.yaml"], 0),
        (["specs/warned.yaml"], 0),
        (["specs/warned.yaml", "--fail-on", "error"], 0),
        (["specs/warned.yaml", "--fail-on", "warning"], 7),
        (["specs/broken.yaml"], 7),
        (["specs/fine.yaml", "specs/broken.yaml"], 7),
        (["--spec", "specs/fine.yaml", "--spec", "specs/warned.yaml"], 0),
        (["specs"], 7),
        (["specs/nowhere.yaml"], 7),
        (["specs/fine.yaml", "specs/nowhere.yaml"], 7),
        (["empty"], 7),
        ([], 2),
        (["specs/fine.yaml", "--fail-on", "info"], 2),
        (["specs/fine.yaml", "--format", "xml"], 2),
        (["-", "-"], 0),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_the_exit_code_is_that_of_the_worst_document(cli, documents, tmp_path, words, code, form):
    (tmp_path / "empty").mkdir()
    words = words if "--format" in words else [*words, "--format", form]
    assert cli("check", *words, stdin=FINE).exit_code == code


def test_a_folder_is_checked_document_by_document(cli, documents):
    text = cli("check", "specs").stdout
    assert "specs/fine.yaml: 0 operations, 0 errors, 0 warnings\n" in text
    assert "other.yaml" not in text
    assert text.endswith("\n3 documents: 6 errors, 2 warnings\n")


def test_standard_input_is_a_document(cli):
    assert cli("check", "-", stdin=FINE).stdout == "stdin: 0 operations, 0 errors, 0 warnings\n"
    broken = FINE.replace("openapi:", "openapii: 1\nopenapi:")
    assert cli("check", "-", stdin=broken).stdout.startswith("stdin:")


def test_a_document_that_cannot_be_loaded_is_a_problem_beside_the_others(cli, documents):
    (documents / "torn.yaml").write_text("openapi: 3.0.0\na: [\n")
    result = cli("check", "specs/torn.yaml", "specs/fine.yaml")
    first, *_ = result.stdout.splitlines()
    assert ROW.fullmatch(first)[5] == "document-syntax"
    assert "torn.yaml: not loaded, 1 error" in result.stdout
    assert "fine.yaml: 0 operations, 0 errors" in result.stdout


def test_json_has_every_field_of_a_problem(cli, documents):
    report = json.loads(cli("check", "specs/warned.yaml", "--format", "json").stdout)
    assert report["counts"] == {"error": 0, "warning": 2, "info": 0}
    (document,) = report["documents"]
    assert (report["failing"], document["loaded"], document["operations"]) == (False, True, 1)
    assert document["problems"][0] == {
        "severity": "warning",
        "code": "invalid-example",
        "operation": "GET /a",
        "message": "an example does not fit its schema: got 'one', want integer",
        "hint": None,
        "file": "specs/warned.yaml",
        "line": 12,
        "column": 15,
        "pointer": "/paths/~1a/get/responses/200/content/application~1json/example",
    }


def test_github_gets_the_verdict_and_an_annotation_for_each_problem(cli, documents):
    lines = cli("check", "specs/broken.yaml", "--format", "github").stdout.splitlines()
    assert lines[0] == "::error title=dynclient check::specs/broken.yaml: 6 errors, 0 warnings"
    assert len(lines) == 7
    assert lines[1].startswith("::error file=specs/broken.yaml,line=17,col=9,title=duplicate-key")


def test_github_gets_ten_annotations_of_a_kind_and_the_number_of_the_rest(cli, tmp_path):
    items = "".join(f"  /p{n}: {{get: {{operationId: a{n}}}}}\n" for n in range(30))
    (tmp_path / "api.yaml").write_text(FINE.replace("paths: {}\n", f"paths:\n{items}"))
    lines = cli("check", "api.yaml", "--format", "github", "--fail-on", "warning").stdout
    assert lines.count("::warning ") == 10
    assert "::notice title=dynclient check::and 20 more problems" in lines


def test_sarif_has_a_result_with_place_and_rule_for_each_problem(cli, documents):
    run = read_run(cli("check", "specs", "--format", "sarif").stdout)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(run["results"]) == 8
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"].startswith("specs/")
        assert place["region"]["startLine"] > 0
    prints = [result["partialFingerprints"]["dynclient/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)


# --- the documents of a project


def test_each_document_of_the_project_is_checked(cli, documents, tmp_path):
    set_project(tmp_path, '[tool.dynclient]\nspecs = ["specs/fine.yaml", "specs/warned.yaml"]\n')
    assert cli("check").stdout.endswith("2 documents: 0 errors, 2 warnings\n")
    assert cli("check", "--fail-on", "warning").exit_code == 7
    set_project(tmp_path, '[tool.dynclient]\nspec = "specs/fine.yaml"\nspecs = ["specs"]\n')
    assert cli("check").stdout.endswith("4 documents: 6 errors, 2 warnings\n")


COMMANDS = [["list"], ["show", "x"], ["call", "x"], ["check"], ["uses", "."], ["docs", "--out", "x"], ["stubs", "--out", "x"], ["sandbox"], ["repl"]]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", "names no document"),
        ("spec = ''", "names no document"),
        ("specs = []", "names no document"),
        ("excuse = ['a']", "names no document"),
        ("spce = 'api.yaml'", "there is no key 'spce'"),
        ("spec = 'api.yaml'\nexcuses = []", "there is no key 'excuses'"),
        ("specs = 'api.yaml'", "specs must be a list of texts"),
        ("spec = ['api.yaml']", "spec must be a text"),
    ],
)
def test_a_project_without_a_usable_document_is_a_usage_error(cli, tmp_path, words, table, told):
    (tmp_path / "api.yaml").write_text(FINE)
    set_project(tmp_path, f"[tool.dynclient]\n{table}\n")
    result = cli(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert "pyproject.toml" in result.stderr


def test_a_command_for_one_document_asks_which_of_several(cli, documents, tmp_path):
    set_project(tmp_path, '[tool.dynclient]\nspecs = ["specs/fine.yaml", "specs/warned.yaml"]\n')
    result = cli("list")
    assert result.exit_code == 2
    assert "choose one with --spec" in result.stderr
    assert cli("list", "--spec", "specs/fine.yaml").exit_code == 0


def test_a_misspelt_key_is_refused_though_a_document_is_given(cli, documents, tmp_path):
    set_project(tmp_path, '[tool.dynclient]\nspce = "api.yaml"\n')
    for words in (["check", "specs/fine.yaml"], ["list", "--spec", "specs/fine.yaml"]):
        assert cli(*words).exit_code == 2


# --- the second opinion


def test_strict_names_what_openapi_spec_validator_says(cli, documents):
    assert "openapi-spec-validator" not in cli("check", "specs/warned.yaml").stdout
    (documents / "lone.yaml").write_text(FINE.replace("title: Fine, ", ""))
    result = cli("check", "specs/lone.yaml", "--strict")
    assert re.search("openapi-spec-validator says: .title. is a required property", result.stdout)


def test_a_second_opinion_that_takes_too_long_is_ended_and_told(cli, documents, monkeypatch):
    monkeypatch.setattr(check_second_opinion, "MAX_SECONDS", 0.01)
    result = cli("check", "specs/fine.yaml", "--strict")
    assert result.exit_code == 0
    assert "no-second-opinion" in result.stdout
    assert "it took longer than 0.01 s" in result.stdout


def test_the_second_opinion_reads_no_file_that_was_not_loaded(tmp_path):
    (tmp_path / "secret.yaml").write_text("type: string")
    uri = (tmp_path / "secret.yaml").as_uri()
    response = {"description": "", "content": {"application/json": {"schema": {"$ref": uri}}}}
    tree = {
        "openapi": "3.0.3",
        "info": {"title": "x", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": response}}}},
    }
    with pytest.raises(Exception, match="secret"):
        list(spec_validator_process.find_errors("memory:document", {"memory:document": tree}))

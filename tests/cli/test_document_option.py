"""Which document is meant: --spec, the environment, pyproject.toml, the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynclient.cli import command_clients, document_option

HERE = Path(__file__).parent


def project(folder, text):
    (folder / "pyproject.toml").write_text(text)


def document(folder, title, name="api.yaml"):
    text = f"openapi: 3.0.3\ninfo: {{title: {title}, version: '1'}}\npaths: {{}}\n"
    (folder / name).write_text(text)
    return str(folder / name)


def test_the_option_wins_over_the_environment_over_the_project_over_the_shipped_one(
    tmp_path, monkeypatch
):
    assert document_option.choose_document(None).is_shipped
    project(tmp_path, '[tool.dynclient]\nspec = "api.yaml"')
    assert document_option.choose_document(None).source == str(tmp_path / "api.yaml")
    monkeypatch.setenv("DYNCLIENT_SPEC", "environment.yaml")
    assert document_option.choose_document(None).source == "environment.yaml"
    assert document_option.choose_document("option.yaml").source == "option.yaml"


def test_the_project_is_searched_upward_and_its_path_is_its_own(tmp_path, monkeypatch):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    project(tmp_path, '[tool.dynclient]\nspec = "docs/api.yaml"')
    project(tmp_path / "a", "[tool.other]\nspec = 1")
    monkeypatch.chdir(inner)
    assert document_option.choose_document(None).source == str(tmp_path / "docs" / "api.yaml")


def test_a_url_in_the_project_stays_a_url(tmp_path):
    project(tmp_path, '[tool.dynclient]\nspec = "https://example.com/api.yaml"')
    assert document_option.choose_document(None).source == "https://example.com/api.yaml"


@pytest.mark.parametrize(
    "text", ["[tool.dynclient]\nspec = 5", "[tool.dynclient", "[tool]\ndynclient = 1\nspec"]
)
def test_a_broken_project_is_a_usage_error(cli, tmp_path, text):
    project(tmp_path, text)
    result = cli("list")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"UsageError: {tmp_path / 'pyproject.toml'}")


def test_a_misspelt_path_is_told_with_the_file_beside_it(cli, tmp_path):
    document(tmp_path, "Here", "billing.yaml")
    result = cli("list", "--spec", "biling.yml")
    assert result.exit_code == 7
    assert result.stderr.startswith("DocumentNotFound: no document at ")
    assert "hint: did you mean billing.yaml?" in result.stderr


def test_a_missing_document_tells_who_named_it(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("DYNCLIENT_SPEC", "nowhere.yaml")
    assert "(named by DYNCLIENT_SPEC)" in cli("list").stderr


def test_every_command_takes_the_document_it_is_given(cli, tmp_path):
    given = document(tmp_path, "Given")
    assert "0 operations" in cli("check", given).stdout
    assert "0 operations" in cli("check", "--spec", given).stdout
    assert cli("list", "--spec", given).stdout == ""
    assert "Given has no operation" in cli("show", "x", "--spec", given).stderr
    assert "Given has no operation" in cli("call", "x", "--spec", given).stderr
    assert cli("repl", given, stdin="print(client.document.title)").stdout == "Given\n"


def test_the_shipped_document_is_found_in_a_checkout_and_in_an_installation(tmp_path, monkeypatch):
    assert document_option.find_shipped_document().parts[-2:] == ("talon-one", "integration.yaml")
    inside = tmp_path / "dynclient" / "spec" / "talon-one"
    inside.mkdir(parents=True)
    (inside / "integration.yaml").write_text("")
    monkeypatch.setattr(
        document_option, "__file__", str(tmp_path / "dynclient" / "cli" / "choice.py")
    )
    assert document_option.find_shipped_document() == inside / "integration.yaml"


def test_dummies_are_of_the_kind_that_each_scheme_takes():
    import dynclient

    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "user": {"type": "http", "scheme": "Basic"},
        "token": {"type": "http", "scheme": "bearer"},
        "flow": {"type": "oauth2", "flows": {}},
        "tls": {"type": "mutualTLS"},
    }
    found = dynclient.load(
        {"openapi": "3.1.0", "info": {}, "components": {"securitySchemes": schemes}}
    )
    assert command_clients.build_dummy_credentials(found) == {
        "key": "sandbox",
        "user": ("sandbox", "sandbox"),
        "token": "sandbox",
        "flow": "sandbox",
    }


def test_excuses_of_the_project_hold_for_its_document_only(tmp_path, monkeypatch):
    project(tmp_path, '[tool.dynclient]\nspec = "api.yaml"\nexcuse = ["getOrder: body.a"]')
    excuse = ("getOrder: body.a",)
    assert document_option.choose_document(None).excuse == excuse
    assert document_option.choose_document("api.yaml").excuse == excuse
    assert document_option.choose_document("other.yaml").excuse == ()
    monkeypatch.setenv("DYNCLIENT_SPEC", str(tmp_path / "api.yaml"))
    assert document_option.choose_document(None).excuse == excuse


def test_the_http_library_of_the_project_holds_unless_the_environment_names_one(
    tmp_path, monkeypatch
):
    project(tmp_path, '[tool.dynclient]\nspec = "api.yaml"\nhttp = "httpx2"')
    monkeypatch.delenv("DYNCLIENT_HTTP", raising=False)
    assert document_option.choose_document(None).http == "httpx2"
    assert document_option.choose_document("other.yaml").http == "httpx2"
    monkeypatch.setenv("DYNCLIENT_HTTP", "httpx")
    assert document_option.choose_document(None).http is None


def test_a_wrong_http_library_of_the_project_is_named(tmp_path, cli):
    project(tmp_path, '[tool.dynclient]\nspec = "api.yaml"\nhttp = "urllib3"')
    result = cli("list")
    assert "[tool.dynclient]: http cannot be 'urllib3'" in result.output
    assert "one of httpx, httpx2" in result.output


@pytest.mark.parametrize("excuse", ['"getOrder"', "[1]", "{}"])
def test_excuses_of_the_project_are_a_list_of_strings(tmp_path, cli, excuse):
    project(tmp_path, f'[tool.dynclient]\nspec = "api.yaml"\nexcuse = {excuse}')
    result = cli("list")
    assert result.exit_code == 2
    assert "[tool.dynclient]: excuse must be a list of texts" in result.stderr

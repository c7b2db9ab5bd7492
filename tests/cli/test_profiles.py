"""Profiles: which document, server and credentials they name, and what a project file may not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.repos import Repo

SHOP = str(Path(__file__).with_name("shop.yaml"))
CALL = ("call", "createItem", "name=x")


@pytest.fixture
def project(tmp_path):
    """Write the profile `dev` of the project."""

    def write(*lines, head=""):
        text = "\n".join(["[tool.dynclient]", head, "[tool.dynclient.profiles.dev]", *lines])
        (tmp_path / "pyproject.toml").write_text(text)

    return write


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Write the user's own config.toml, and return its path."""
    folder = tmp_path / "config"
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(folder))

    def write(*lines, name="dev"):
        folder.mkdir(exist_ok=True)
        file = folder / "config.toml"
        file.write_text("\n".join([f"[profiles.{name}]", *lines]))
        file.chmod(0o600)
        return file

    return write


@pytest.fixture
def answering(server, own):
    server.status, server.body = 201, b'{"name": "x"}'
    return server


def sent_key(server):
    [(_, _, headers, _)] = server.seen
    return headers.get("X-Key")


def test_a_profile_names_document_server_and_variables(cli, project, answering, monkeypatch):
    project(
        f"spec = {SHOP!r}",
        f"server = '{answering.url}'",
        "credentials = { key = 'DYNCLIENT_CREDENTIAL_SHOP_DEV' }",
    )
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_SHOP_DEV", "dev-s3cret")
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "other")
    result = cli(*CALL, "--profile", "dev", "--verbose")
    assert (result.exit_code, sent_key(answering)) == (0, "dev-s3cret")
    assert "s3cret" not in result.stdout + result.stderr


def test_a_scheme_that_a_profile_does_not_name_has_its_usual_variable(
    cli, project, answering, monkeypatch
):
    project(f"spec = {SHOP!r}", f"server = '{answering.url}'")
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "usual")
    assert cli(*CALL, "--profile", "dev").exit_code == 0
    assert sent_key(answering) == "usual"


def test_a_pair_is_split_at_its_colon(cli, project, answering, monkeypatch):
    variable = "DYNCLIENT_CREDENTIAL_ANN"
    project(f"spec = {SHOP!r}", f"server = '{answering.url}'", f"credentials.user = '{variable}'")
    monkeypatch.setenv(variable, "ann:pw")
    assert cli(*CALL, "--profile", "dev").exit_code == 0
    assert answering.seen[0][2]["Authorization"] == "Basic YW5uOnB3"


def test_the_document_of_a_profile_lies_beside_its_file(cli, project, tmp_path, monkeypatch):
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "shop.yaml").write_bytes(Path(SHOP).read_bytes())
    project("spec = 'api/shop.yaml'")
    monkeypatch.chdir(tmp_path / "api")
    assert "listItems" in cli("list", "--profile", "dev").stdout
    assert "getItem" in cli("show", "getItem", "--profile", "dev").stdout


def test_without_profile_its_server_is_unknown(cli, project, answering, monkeypatch):
    project(f"server = '{answering.url}'", head=f"spec = {SHOP!r}")
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "s3cret")
    result = cli(*CALL)
    assert (result.exit_code, answering.seen) == (2, [])
    assert result.stderr.startswith("CredentialsMissing: ")


def test_an_option_wins_over_the_profile(cli, project, answering, monkeypatch):
    project("spec = 'nowhere.yaml'", "server = 'http://127.0.0.1:1'")
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "k")
    monkeypatch.setenv("DYNCLIENT_SERVER", "http://127.0.0.1:2")
    assert cli(*CALL, "--profile", "dev").exit_code == 7
    words = ["--profile", "dev", "--spec", SHOP]
    assert "http://127.0.0.1:1/" in cli(*CALL, *words).stderr
    assert cli(*CALL, *words, "--server", answering.url).exit_code == 0
    assert cli(*CALL, *words, "--sandbox").exit_code == 0
    assert len(answering.seen) == 1


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("'HOME'", "must be the name of a variable that begins with DYNCLIENT_CREDENTIAL_"),
        ("'AWS_SECRET_ACCESS_KEY'", "never the secret itself"),
        ("'s3cret-Value'", "never the secret itself"),
        ("{ command = 'touch pwned' }", "a project file runs no command"),
        ("['touch', 'pwned']", "a project file runs no command"),
        ("314159265", "a project file runs no command"),
    ],
)
def test_a_project_file_names_its_own_variables_only(
    cli, project, answering, tmp_path, monkeypatch, value, told
):
    project(f"spec = {SHOP!r}", f"server = '{answering.url}'", f"credentials.key = {value}")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws")
    result = cli(*CALL, "--profile", "dev")
    assert (result.exit_code, answering.seen) == (2, [])
    assert told in result.stderr
    assert "pyproject.toml: [tool.dynclient.profiles.dev]: credentials.key" in result.stderr
    assert value.strip("'") not in result.stderr
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "source",
    [
        "'SHOP_KEY'",
        "{ command = 'printf own-s3cret' }",
        "{ command = ['printf', 'own-s3cret\\nmore'] }",
    ],
)
def test_the_users_own_file_names_any_variable_and_commands(
    cli, own, answering, monkeypatch, source
):
    monkeypatch.setenv("SHOP_KEY", "own-s3cret")
    own(f"spec = {SHOP!r}", f"server = '{answering.url}'", f"credentials.key = {source}")
    result = cli(*CALL, "--profile", "dev")
    assert (result.exit_code, sent_key(answering)) == (0, "own-s3cret")
    assert "s3cret" not in result.stdout + result.stderr


def test_a_command_runs_only_where_its_credential_is_sent(cli, own, server, tmp_path):
    server.body = b"[]"
    own(
        f"spec = {SHOP!r}",
        f"server = '{server.url}'",
        f"credentials.key = {{ command = 'touch {tmp_path}/ran' }}",
    )
    assert cli("call", "listItems", "--profile", "dev").exit_code == 0
    assert not (tmp_path / "ran").exists()


def test_a_project_never_mixes_into_a_profile_of_the_user(
    cli, own, project, answering, monkeypatch
):
    project(f"spec = {SHOP!r}", "server = 'http://127.0.0.1:1'")
    own(f"spec = {SHOP!r}", "credentials.key = 'SHOP_KEY'", f"server = '{answering.url}'")
    monkeypatch.setenv("SHOP_KEY", "own")
    assert cli(*CALL, "--profile", "dev").exit_code == 0
    assert sent_key(answering) == "own"


def test_a_project_adds_no_server_to_a_profile_of_the_user(cli, own, project, server, monkeypatch):
    """Else a cloned repository would say where the user's credentials go."""
    project(f"spec = {SHOP!r}", f"server = '{server.url}'")
    own(f"spec = {SHOP!r}", "credentials.key = 'SHOP_KEY'")
    monkeypatch.setenv("SHOP_KEY", "own")
    assert cli(*CALL, "--profile", "dev").exit_code != 0
    assert server.seen == []


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("'false'", "the command of the credential key failed: exit code 1"),
        ("'no-such-command-at-all'", "cannot be started: No such file or directory"),
        ("'true'", "the command of the credential key prints nothing"),
        ("'a \"'", "is neither a variable nor a command"),
        ("[]", "is neither a variable nor a command"),
    ],
)
def test_a_command_that_fails_is_reported_and_nothing_is_sent(cli, own, answering, command, told):
    own(
        f"spec = {SHOP!r}",
        f"server = '{answering.url}'",
        f"credentials.key = {{ command = {command} }}",
    )
    result = cli(*CALL, "--profile", "dev")
    assert (result.exit_code, answering.seen) == (2, [])
    assert told in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="modes say nothing on Windows")
def test_a_file_that_others_can_write_is_not_read(cli, own):
    file = own(f"spec = {SHOP!r}")
    file.chmod(0o666)
    result = cli("list", "--profile", "dev")
    assert result.exit_code == 2
    assert f"hint: chmod 600 {file}" in result.stderr


@pytest.mark.parametrize(
    ("lines", "name", "told"),
    [
        (["sever = 'x'"], "dev", "there is no key 'sever'"),
        (["server = 3"], "dev", "server must be a text"),
        (["spec = ''"], "dev", "spec must be a text"),
        (["credentials = 'x'"], "dev", "credentials must be a table"),
        (["credentials.kee = 'DYNCLIENT_CREDENTIAL_X'"], "dev", "did you mean key?"),
        ([], "prod", "there is no profile 'prod'"),
        ([], "dex", "did you mean dev?"),
    ],
)
def test_a_mistake_in_a_profile_is_reported(cli, own, project, lines, name, told):
    project(*lines)
    result = cli(*CALL, "--spec", SHOP, "--profile", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_without_any_profile_the_message_says_where_one_is_written(cli, own):
    result = cli(*CALL, "--spec", SHOP, "--profile", "dev")
    assert result.exit_code == 2
    assert "write [tool.dynclient.profiles.dev] in pyproject.toml" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["list", SHOP],
        ["show", SHOP, "createItem"],
        ["call", SHOP, "createItem", "name=x", "--sandbox"],
        ["check", SHOP],
        ["diff", "main"],
        ["repl", SHOP],
    ],
)
def test_a_misspelt_profile_is_refused_wherever_one_is_named(cli, own, project, words):
    project(f"spec = {SHOP!r}")
    result = cli(*words, "--profile", "dex")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "UsageError: --profile: there is no profile 'dex'\n  hint: did you mean dev?\n"
    )


def test_the_document_of_a_profile_is_checked(cli, own, monkeypatch):
    own(f"spec = {SHOP!r}")
    monkeypatch.setenv("DYNCLIENT_SPEC", "other.yaml")
    result = cli("check", "--profile", "dev")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == cli("check", SHOP).stdout


def test_a_revision_of_the_document_of_a_profile_is_compared(cli, own, tmp_path):
    repo = Repo(tmp_path)
    repo.put("shop.yaml", Path(SHOP).read_text())
    repo.commit()
    own(f"spec = {str(tmp_path / 'shop.yaml')!r}")
    assert "no difference" in cli("diff", "main", "--profile", "dev").stdout
    result = cli("diff", SHOP, SHOP, "--profile", "dev")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "UsageError: OLD and NEW name the documents, and --profile names another one\n"
        "  hint: with --profile, give one git revision, such as main\n"
    )


def test_a_missing_credential_names_the_variable_of_the_profile(cli, project, own):
    project(f"spec = {SHOP!r}", "credentials.key = 'DYNCLIENT_CREDENTIAL_SHOP_DEV'")
    result = cli(*CALL, "--profile", "dev")
    assert result.exit_code == 2
    assert "hint: set DYNCLIENT_CREDENTIAL_SHOP_DEV, which profile dev names" in result.stderr


def test_the_server_comes_from_the_environment(cli, shop, answering, monkeypatch):
    monkeypatch.setenv("DYNCLIENT_SERVER", answering.url)
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_KEY", "k")
    assert cli(*CALL).exit_code == 0
    assert sent_key(answering) == "k"
    assert cli(*CALL, "--sandbox").exit_code == 0
    assert len(answering.seen) == 1
    assert answering.url in cli(*CALL, "--curl").stdout

"""A warning of dynclient is a note of one line on standard error; others look as in Python."""

import json
import warnings
from pathlib import Path

import pytest

from dynclient.cli.warning_notes import print_warnings_as_notes
from dynclient.errors import CallDrift, ResponseDrift, StaleDocument, UnusedExcuse

SHOP = Path(__file__).with_name("shop.yaml")

pytestmark = pytest.mark.filterwarnings("default")


def test_a_document_whose_server_is_away_is_noted_on_one_line(cli, server, monkeypatch, tmp_path):
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    server.body = SHOP.read_bytes()
    url = f"{server.url}/shop.yaml"
    assert cli("list", url).stderr == ""
    server.status, server.body = 503, b""
    result = cli("list", url)
    assert (result.exit_code, "listItems" in result.stdout) == (0, True)
    assert result.stderr == (
        f"StaleDocument: no document at {url}: the server answered 503; "
        "what came from there last time is used\n"
    )


def test_an_excuse_that_excuses_nothing_is_noted_on_one_line(cli, tmp_path):
    project = tmp_path / "pyproject.toml"
    project.write_text(f"[tool.dynclient]\nspec = {str(SHOP)!r}\nexcuse = ['nope: body.a']\n")
    result = cli("call", "createItem", "name=x", "--curl")
    assert result.exit_code == 0
    assert (
        result.stderr == "UnusedExcuse: excuse 'nope: body.a': the document has no such operation\n"
    )


@pytest.mark.parametrize("category", [ResponseDrift, CallDrift, StaleDocument, UnusedExcuse])
def test_the_text_of_a_warning_is_one_harmless_line(category, capsys):
    with print_warnings_as_notes():
        warnings.warn(category("a\nb \x1b[2J"), stacklevel=1)
    assert capsys.readouterr() == ("", f"{category.__name__}: a b \\x1b[2J\n")


def test_a_warning_of_others_is_shown_as_before(capsys):
    with pytest.warns(DeprecationWarning, match="old"), print_warnings_as_notes():
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert capsys.readouterr() == ("", "")


def test_a_program_that_runs_the_command_line_keeps_its_own_way_of_showing_warnings(cli):
    before = warnings.showwarning
    assert json.loads(cli("list", str(SHOP), "--json").stdout)
    assert warnings.showwarning is before

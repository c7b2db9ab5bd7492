"""`[tool.dynclient.diff]` of pyproject.toml: what may be said there, and how mistakes are told."""

from __future__ import annotations

import pytest

from dynclient.diffing import settings
from dynclient.diffing.gate import LevelSetting
from dynclient.errors import UsageError


@pytest.fixture
def project(tmp_path):
    """Write a pyproject.toml, and return what it sets."""

    def write(text):
        (tmp_path / "pyproject.toml").write_text(text)
        return settings.find_settings(tmp_path)

    return write


def test_without_a_project_nothing_is_set(tmp_path):
    assert settings.find_settings(tmp_path) == settings.DiffSettings()


def test_documents_are_those_of_spec_and_specs_as_paths_of_the_project(project, tmp_path):
    found = project(
        '[tool.dynclient]\nspec = "a.yaml"\nspecs = ["b/c.yaml", "a.yaml", "https://example.com/d.yaml"]\n'
    )
    assert found.specs == (
        str(tmp_path / "a.yaml"),
        str(tmp_path / "b" / "c.yaml"),
        "https://example.com/d.yaml",
    )


def test_every_option_may_be_set(project, tmp_path):
    found = project("""
[tool.dynclient.diff]
view = "wire"
fail-on = "warning"
unknown = "error"
format = "github"
open_enums = true
tolerant_results = false
docs = true
strict-accept = true
policy = ["sunset", "version"]
used = ["src", "lib"]
used_by = "uses.json"
[tool.dynclient.diff.levels]
"parameter-removed" = { level = "breaking", reason = "our gateway is strict" }
""")
    assert found.options == {
        "view": "wire",
        "fail_on": "warning",
        "unknown": "error",
        "format": "github",
        "open_enums": True,
        "tolerant_results": False,
        "docs": True,
        "strict_accept": True,
        "policy": ("sunset", "version"),
        "used": (str(tmp_path / "src"), str(tmp_path / "lib")),
        "used_by": str(tmp_path / "uses.json"),
    }
    assert found.levels == {"parameter-removed": LevelSetting("breaking", "our gateway is strict")}


def test_one_policy_and_one_path_need_no_list(project, tmp_path):
    found = project('[tool.dynclient.diff]\npolicy = "all"\nused = "src"\n')
    assert found.options == {"policy": ("all",), "used": (str(tmp_path / "src"),)}


def test_the_nearest_project_with_a_table_counts(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.dynclient.diff]\nview = "code"\n')
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert settings.find_settings(inner).options == {"view": "code"}
    (inner / "pyproject.toml").write_text("[tool.dynclient]\n")
    assert settings.find_settings(inner).options == {}


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("veiw = 'wire'", "there is no option 'veiw'", "did you mean view?"),
        ("zeppelin = 1", "there is no option 'zeppelin'", "there are view, fail_on"),
        ("view = 'all'", "view must be one of wire, code, both, not 'all'", ""),
        ("fail_on = 3", "fail_on must be one of breaking, warning, info, none, not 3", ""),
        ("unknown = ['error']", "unknown must be one of error, warning, ignore, not an array of 1", ""),
        ("docs = 'yes'", "docs must be true or false, not 'yes'", ""),
        ("policy = ['sunset', 'moon']", "policy must be one of deprecation, sunset, stability, version, all, not 'moon'", ""),
        ("policy = 1", "policy must be a list of texts, not 1", 'write policy = ["…"]'),
        ("used = ['']", "used must be a list of texts, not an array of 1", 'write used = ["…"]'),
        ("levels = 1", "levels is no table", "levels = {"),
        ("levels = {parameter-removd = {level = 'info', reason = 'r'}}", "levels: there is no rule 'parameter-removd'", "did you mean parameter-removed?"),
        ("levels = {parameter-removed = 'info'}", "levels.parameter-removed must be a table with level and reason, not 'info'", "levels = {"),
        ("levels = {parameter-removed = {level = 'info'}}", "levels.parameter-removed has no reason", "add reason ="),
        ("levels = {parameter-removed = {level = 'info', reason = ' '}}", "levels.parameter-removed has no reason", "add reason ="),
        ("levels = {parameter-removed = {level = 'bad', reason = 'r'}}", "level must be one of breaking, warning, info, none, not 'bad'", ""),
        ("levels = {parameter-removed = {reason = 'r'}}", "level must be one of breaking, warning, info, none, not null", ""),
        ("levels = {parameter-removed = {level = 'info', reson = 'r'}}", "there is no key 'reson'", "did you mean reason?"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_file_and_key(project, tmp_path, text, told, hint):
    with pytest.raises(UsageError) as raised:
        project(f"[tool.dynclient.diff]\n{text}\n")
    assert raised.value.headline.startswith(f"{tmp_path / 'pyproject.toml'}: [tool.dynclient.diff]")
    assert told in raised.value.headline
    assert hint in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tool.dynclient]\ndiff = 1", "is no table"),
        ("[tool.dynclient]\nspecs = 'a.yaml'", "specs must be a list of texts, not 'a.yaml'"),
        ("[tool.dynclient]\nspec = ['a.yaml']", "spec must be a text, not an array of 1"),
        ("[tool.dynclient]\nview = ", "pyproject.toml:2: it is no TOML"),
    ],
)
def test_a_broken_project_is_told(project, text, told):
    with pytest.raises(UsageError, match=told):
        project(text)


def test_a_project_of_other_tools_sets_nothing(project):
    for text in ("", "tool = 1\n", "[tool.other]\n", "[tool]\ndynclient = 1\n"):
        assert project(text) == settings.DiffSettings()

"""`dynclient diff`: what is compared, with which options, what is printed, and how it leaves."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support import repos
from support.repos import api

from dynclient.diffing.change import Change, ChangeLocation
from dynclient.diffing.changeset import Revision
from dynclient.diffing.diff import Diff

ROOT = Path(__file__).resolve().parents[2]
REVISIONS = ROOT / "spec" / "talon-one" / "revisions"


@pytest.fixture(autouse=True)
def _apart(monkeypatch, tmp_path):
    repos.apart(monkeypatch, tmp_path)


def level(old, new, name):
    if name in old.operations and name in new.operations:
        return None
    return (
        "breaking"
        if name in old.operations
        else "warning"
        if name.startswith(("odd", "warn"))
        else "info"
    )


def changes(old, new):
    for name in sorted({*old.operations, *new.operations}):
        if found := level(old, new, name):
            document = old if found == "breaking" else new
            source = ChangeLocation.from_place(document.operations[name].place)
            yield Change(
                "operation-removed" if found == "breaking" else "operation-added",
                found,
                {"wire": found, "code": found},
                operation=name,
                operations=(name,),
                where="operation",
                proof="unknown" if name.startswith("odd") else "fact",
                because="It is gone." if found == "breaking" else "It is new.",
                source=source,
                old_source=source if found == "breaking" else None,
            )


@pytest.fixture
def engine(monkeypatch):
    """An engine that knows operations only; those that begin with `odd` it cannot decide. It keeps what it was asked."""
    asked = []

    def diff(old, new, **options):
        asked.append(options)
        revisions = [
            Revision(d.title, d.info["version"], d.uri, len(d.operations)) for d in (old, new)
        ]
        found = sorted(
            changes(old, new),
            key=lambda change: ("breaking", "warning", "info").index(change.level),
        )
        return Diff(*revisions, options["view"], tuple(found))

    monkeypatch.setattr("dynclient.diffing.diff.diff", diff)
    return asked


@pytest.fixture
def put(tmp_path):
    """Write a document of operations into the current folder."""

    def put(name, *operations, **info):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(api(*operations, **info))
        return name

    return put


@pytest.fixture
def pair(put):
    """`old.yaml` has a; of `new.yaml` the test says what it has."""
    put("old.yaml", "a")
    return lambda *operations: put("new.yaml", *operations)


# --- exit codes


@pytest.mark.parametrize(
    ("operations", "options", "code"),
    [
        (["a"], [], 0),
        (["a"], ["--fail-on", "info"], 0),
        (["b"], [], 1),
        (["b"], ["--fail-on", "none"], 0),
        (["a", "b"], [], 0),
        (["a", "b"], ["--fail-on", "warning"], 0),
        (["a", "b"], ["--fail-on", "info"], 1),
        (["a", "warn"], [], 0),
        (["a", "warn"], ["--fail-on", "warning"], 1),
        (["a", "odd"], [], 0),
        (["a", "odd"], ["--fail-on", "warning"], 1),
        (["a", "odd"], ["--unknown", "error"], 1),
        (["a", "odd"], ["--unknown", "warning"], 0),
        (["a", "odd"], ["--unknown", "ignore", "--fail-on", "info"], 0),
        (["odd"], ["--unknown", "ignore"], 1),
    ],
)
def test_what_was_found_and_what_fails_decide_the_exit_code(
    cli, engine, pair, operations, options, code
):
    pair(*operations)
    result = cli("diff", "old.yaml", "new.yaml", *options)
    assert (result.exit_code, result.stderr) == (code, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Missing argument 'OLD'"),
        (["old.yaml", "new.yaml", "--fail-on", "never"], "'--fail-on'"),
        (["old.yaml", "new.yaml", "--view", "all"], "'--view'"),
        (["old.yaml", "new.yaml", "--unknown", "x"], "'--unknown'"),
        (["old.yaml", "new.yaml", "--policy", "moon"], "'--policy'"),
        (["old.yaml", "new.yaml", "--format", "xml"], "'--format'"),
        (["old.yaml", "new.yaml", "--output", "json"], "'json' is not FORMAT=FILE"),
        (["old.yaml", "new.yaml", "--output", "xml=x"], "'xml=x' is not FORMAT=FILE"),
        (["old.yaml", "new.yaml", "--output", "json="], "'json=' is not FORMAT=FILE"),
        (["old.yaml", "new.yaml", "--output", "json=nowhere/x"], "cannot be written"),
        (["old.yaml", "new.yaml", "--accept"], "--accept needs a reason"),
        (["old.yaml", "new.yaml", "--accept", "--reason", " "], "--accept needs a reason"),
        (["old.yaml", "new.yaml", "--reason", "x"], "go with --accept"),
        (
            ["old.yaml", "new.yaml", "--accept", "--reason", "x", "--until", "soon"],
            "'soon' is no day",
        ),
        (
            ["old.yaml", "new.yaml", "--accept", "--reason", "x", "--until", "2020-01-01"],
            "--until 2020-01-01 is over",
        ),
        (["-", "-"], "standard input is read twice"),
        (["git:main", "new.yaml"], "names no file at a revision"),
        ([".", "new.yaml"], "is a folder"),
        (["old.yaml"], "old.yaml alone is compared with nothing"),
        (["main"], "none is named"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(cli, engine, pair, words, told):
    pair("a")
    result = cli("diff", *words)
    assert (result.exit_code, result.stdout if "--output" not in words else "") == (2, "")
    assert told in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["old.yaml", "nwe.yaml"], "hint: did you mean new.yaml?"),
        (["old.yaml", "broken.yaml"], "DocumentSyntaxError"),
        (["swagger.yaml", "new.yaml"], "UnsupportedVersion"),
        (["git:main:old.yaml", "new.yaml"], "is in no git repository"),
        (["empty", "empty"], "no OpenAPI document is in empty"),
        (["old.yaml", "http://127.0.0.1:9/x.yaml"], "DocumentNotFound"),
    ],
)
def test_a_document_that_cannot_be_read_has_a_code_of_its_own(
    cli, engine, pair, tmp_path, words, told
):
    pair("a")
    (tmp_path / "broken.yaml").write_text("a: [\n")
    (tmp_path / "swagger.yaml").write_text("swagger: '1.2'\n")
    (tmp_path / "empty").mkdir()
    result = cli("diff", *words)
    assert (result.exit_code, result.stdout) == (7, "")
    assert told in result.stderr


# --- what is printed


def test_the_last_line_is_the_verdict(cli, engine, pair, snapshot):
    pair("b", "odd", "warn")
    result = cli("diff", "old.yaml", "new.yaml")
    assert result.stdout == snapshot
    assert result.stdout.splitlines()[-1].startswith("Shop 1 → 1: 1 breaking")


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "sarif", "github"])
def test_each_format_is_printed_and_written(cli, engine, pair, tmp_path, form):
    pair("b")
    printed = cli("diff", "old.yaml", "new.yaml", "--format", form)
    written = cli("diff", "old.yaml", "new.yaml", "--output", f"{form}={tmp_path / 'report'}")
    assert (printed.exit_code, written.exit_code) == (1, 1)
    assert (tmp_path / "report").read_text() == printed.stdout
    assert "operation-removed" in printed.stdout


def test_several_reports_are_made_at_once(cli, engine, pair, tmp_path):
    pair("b")
    result = cli(
        "diff",
        "old.yaml",
        "new.yaml",
        "--output",
        "json=d.json",
        "--output",
        "sarif=d.sarif",
        "--format",
        "github",
    )
    assert result.stdout.startswith("::error ")
    assert json.loads((tmp_path / "d.json").read_text())["outcome"] == "breaking"
    assert json.loads((tmp_path / "d.sarif").read_text())["version"] == "2.1.0"
    assert [line.split(" → ")[1] for line in result.stderr.splitlines()] == [
        "d.json (json)",
        "d.sarif (sarif)",
    ]


def test_options_reach_the_engine(cli, engine, pair):
    pair("a")
    cli("diff", "old.yaml", "new.yaml", "--view", "wire", "--open-enums", "--tolerant-results", "--docs", "--policy", "sunset", "--policy", "version", "--policy", "sunset")  # fmt: skip
    cli("diff", "old.yaml", "new.yaml", "--policy", "sunset", "--policy", "all")
    usual = {
        "view": "both",
        "open_enums": False,
        "tolerant_results": False,
        "docs": False,
        "policies": (),
        "used": None,
    }
    chosen = {"view": "wire", "open_enums": True, "tolerant_results": True, "docs": True}
    assert engine == [
        {**usual, **chosen, "policies": ("sunset", "version")},
        {**usual, "policies": ("deprecation", "sunset", "stability", "version")},
    ]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["--used", "app.py"], ["app.py:3"]),
        (["--used-by", "access.log"], ["access.log:1"]),
        (["--used", "app.py", "--used-by", "access.log"], ["app.py:3", "access.log:1"]),
    ],
)
def test_code_and_a_recorded_list_say_what_is_used(cli, engine, pair, tmp_path, words, lines):
    pair("a")
    (tmp_path / "app.py").write_text(
        "import dynclient\nclient = dynclient.Client('old.yaml')\nclient.a()\n"
    )
    (tmp_path / "access.log").write_text("GET /a\n")
    assert cli("diff", "old.yaml", "new.yaml", *words).exit_code == 0
    assert list(engine[-1]["used"].find_lines("a")) == lines


@pytest.mark.parametrize("option", ["--used", "--used-by"])
def test_code_that_is_not_there_is_a_usage_error(cli, engine, pair, option):
    pair("a")
    result = cli("diff", "old.yaml", "new.yaml", option, "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere" in result.stderr


def test_what_no_code_calls_is_not_told(cli, pair, tmp_path):
    pair("b")
    (tmp_path / "app.py").write_text(
        "import dynclient\nclient = dynclient.Client('old.yaml')\nclient.a()\n"
    )
    (tmp_path / "none.py").write_text("")
    told = cli("diff", "old.yaml", "new.yaml", "--used", "app.py")
    assert (told.exit_code, "app.py:3" in told.stdout) == (1, True)
    assert cli("diff", "old.yaml", "new.yaml", "--used", "none.py").exit_code == 0


def test_a_document_that_is_gone_breaks_whose_code_calls_it(cli, engine, put, tmp_path):
    put("v1/x.yaml", "x")
    put("v1/y.yaml", "y")
    put("v2/y.yaml", "y")
    for name in "xz":
        (tmp_path / f"{name}.py").write_text(
            f"import dynclient\ndynclient.Client('{name}.yaml').{name}()\n"
        )
    told = cli("diff", "v1", "v2", "--used", "x.py", "--format", "json")
    assert (told.exit_code, json.loads(told.stdout)["diffs"][0]["changes"][0]["used"]) == (
        1,
        ["x.py:2"],
    )
    assert cli("diff", "v1", "v2", "--used", "z.py").exit_code == 0


def test_standard_input_is_one_of_the_two(cli, engine, pair):
    assert "1 breaking" in cli("diff", "old.yaml", "-", stdin=api("b")).stdout
    assert "compatible, 1 info" in cli("diff", "-", "old.yaml", stdin=api()).stdout


# --- several documents


@pytest.fixture
def folders(put):
    """Two folders: one document breaks, one is the same, one is gone, one is new."""
    for name, operations in {"bad": "a", "same": "a", "deep/gone": "ab"}.items():
        put(f"v1/{name}.yaml", *operations)
    for name, operations in {"bad": "b", "same": "a", "new": "a"}.items():
        put(f"v2/{name}.yaml", *operations)


def test_folders_are_told_document_by_document_with_one_verdict(cli, engine, folders, snapshot):
    result = cli("diff", "v1", "v2")
    assert result.exit_code == 1
    assert result.stdout == snapshot


def test_a_document_that_is_gone_breaks_and_a_new_one_does_not(cli, engine, folders, put):
    put("v2/bad.yaml", "a")
    assert cli("diff", "v1", "v2").exit_code == 1
    put("v2/deep/gone.yaml", "a", "b")
    assert cli("diff", "v1", "v2").exit_code == 0
    assert cli("diff", "v1", "v2", "--fail-on", "info").exit_code == 1


def test_reports_of_several_documents_are_one(cli, engine, folders):
    found = json.loads(cli("diff", "v1", "v2", "--format", "json").stdout)
    assert [(one["document"], one["outcome"]) for one in found["diffs"]] == [
        ("bad.yaml", "breaking"),
        ("deep/gone.yaml", "breaking"),
        ("new.yaml", "compatible"),
        ("same.yaml", "identical"),
    ]
    assert found["verdict"] == "4 documents: 2 breaking, 1 compatible, 1 identical"

    [run] = json.loads(cli("diff", "v1", "v2", "--format", "sarif").stdout)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    told = [
        (result["ruleId"], result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for result in run["results"]
    ]
    assert told == [
        ("operation-removed", "v1/bad.yaml"),
        ("document-removed", "v1/deep/gone.yaml"),
    ]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [rule for rule, _ in told]

    annotated = cli("diff", "v1", "v2", "--format", "github").stdout
    assert annotated.splitlines()[0].startswith("::error title=dynclient diff::4 documents: ")
    assert [line.split()[0] for line in annotated.splitlines()].count("::error") == 3

    page = cli("diff", "v1", "v2", "--format", "html").stdout
    assert page.count("<iframe srcdoc=") == 3
    assert page.count("<html") == 1
    comment = cli("diff", "v1", "v2", "--format", "markdown").stdout
    assert comment.startswith(
        "# 4 documents: 2 breaking, 1 compatible, 1 identical\n\n# `bad.yaml`\n"
    )


def test_a_comment_on_several_documents_is_no_longer_than_one_may_be(cli, engine, put):
    for number in range(3):
        put(f"v1/{number}.yaml", *(f"operation{n}" for n in range(300)))
        put(f"v2/{number}.yaml", "a")
    comment = cli("diff", "v1", "v2", "--format", "markdown").stdout
    assert 50_000 < len(comment) <= 65_536


def test_a_hostile_name_of_a_document_steers_nothing(cli, engine, put):
    name = "`<b>x\x1b[2J.yaml"
    put(f"v1/{name}", "a")
    put(f"v2/{name}", "b")
    put("v1/other.yaml", "a")
    put("v2/other.yaml", "a")
    for form in ("text", "markdown", "html", "json", "github", "sarif"):
        printed = cli("diff", "v1", "v2", "--format", form).stdout
        assert "\x1b" not in printed
        assert form != "html" or "<b>x" not in printed


# --- git and the project


@pytest.fixture
def repo(tmp_path):
    """A repository in the current folder whose `api.yaml` has a; on disk it has b."""
    made = repos.Repo(tmp_path)
    made.put("api.yaml", api("a"))
    made.put("pyproject.toml", '[tool.dynclient]\nspec = "api.yaml"\n')
    made.commit()
    made.put("api.yaml", api("b"))
    return made


@pytest.mark.parametrize(
    "words",
    [
        ["git:main:api.yaml", "api.yaml"],
        ["git main:api.yaml", "api.yaml"],
        ["main:api.yaml", "api.yaml"],
        ["main"],
        ["HEAD"],
    ],
)
def test_a_revision_is_compared_with_what_is_there_now(cli, engine, repo, words):
    result = cli("diff", *words)
    assert (result.exit_code, result.stderr) == (1, "")
    assert "breaking  operation  operation-removed" in result.stdout
    found = json.loads(cli("diff", *words, "--format", "json").stdout)
    revision = "HEAD" if words == ["HEAD"] else "main"
    assert (found["old"]["file"], found["new"]["file"]) == (f"git:{revision}:api.yaml", "api.yaml")
    assert found["changes"][0]["source"] == {
        "file": "api.yaml",
        "pointer": "/paths/~1a/get",
        "line": 4,
    }


def test_a_revision_alone_stands_for_all_documents_of_the_project(cli, engine, repo):
    repo.put("v2/more.yaml", api("x"))
    repo.put("pyproject.toml", '[tool.dynclient]\nspecs = ["api.yaml", "v2"]\n')
    repo.commit()
    repo.put("v2/more.yaml", api("x", "y"))
    result = cli("diff", "main")
    assert result.exit_code == 0
    assert result.stdout.startswith("v2/more.yaml\n")
    last = result.stdout.splitlines()[-1]
    assert last.startswith("2 documents: 1 compatible, 1 identical; exit code 0")


def test_the_environment_names_the_document_before_the_project(cli, engine, repo, monkeypatch):
    repo.put("other.yaml", api("x"))
    repo.commit()
    monkeypatch.setenv("DYNCLIENT_SPEC", "other.yaml")
    assert "no difference" in cli("diff", "main").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mian"], "hint: did you mean main?"),
        (["api.yaml"], "hint: dynclient diff OLD NEW"),
        (["main:api.yaml"], "hint: dynclient diff OLD NEW"),
        (["git:main:apy.yaml", "api.yaml"], "hint: did you mean main:api.yaml?"),
        (["--", "--output=x"], "git knows no revision '--output=x'"),
        (["$(touch x)"], "git knows no revision '$(touch x)'"),
        (["git:--output=x:api.yaml", "api.yaml"], "git knows no revision '--output=x'"),
        (["git:$(touch x):api.yaml", "api.yaml"], "git knows no revision '$(touch x)'"),
    ],
)
def test_a_revision_that_is_not_there_is_a_document_that_cannot_be_read(
    cli, engine, repo, words, told
):
    before = sorted(repo.root.iterdir())
    result = cli("diff", *words)
    assert (result.exit_code, result.stdout) == (7, "")
    assert told in result.stderr
    assert sorted(repo.root.iterdir()) == before


def test_the_project_sets_defaults_and_the_command_line_wins(cli, engine, repo):
    repo.put(
        "pyproject.toml",
        '[tool.dynclient]\nspec = "api.yaml"\n[tool.dynclient.diff]\nview = "wire"\nfail_on = "none"\nformat = "json"\ndocs = true\npolicy = "sunset"\n',
    )
    result = cli("diff", "main")
    assert (result.exit_code, json.loads(result.stdout)["view"]) == (0, "wire")
    assert (engine[-1]["docs"], engine[-1]["policies"]) == (True, ("sunset",))
    result = cli(
        "diff",
        "main",
        "--fail-on",
        "breaking",
        "--view",
        "code",
        "--format",
        "text",
        "--no-docs",
        "--policy",
        "version",
    )
    assert result.exit_code == 1
    assert (engine[-1]["view"], engine[-1]["docs"], engine[-1]["policies"]) == (
        "code",
        False,
        ("version",),
    )


def test_levels_of_the_project_decide(cli, engine, repo):
    levels = 'levels = { "operation-removed" = { level = "info", reason = "all is internal" } }'
    repo.put(
        "pyproject.toml", f'[tool.dynclient]\nspec = "api.yaml"\n[tool.dynclient.diff]\n{levels}\n'
    )
    result = cli("diff", "main", "--format", "json")
    assert result.exit_code == 0
    assert (
        json.loads(result.stdout)["changes"][0]["because"]
        == "It is gone. The project says info: all is internal"
    )


def test_a_mistake_in_the_project_is_a_usage_error(cli, engine, repo):
    levels = 'levels = { "operation-removd" = { level = "info", reason = "r" } }'
    repo.put(
        "pyproject.toml", f'[tool.dynclient]\nspec = "api.yaml"\n[tool.dynclient.diff]\n{levels}\n'
    )
    result = cli("diff", "main")
    assert result.exit_code == 2
    assert "hint: did you mean operation-removed?" in result.stderr


# --- the real engine


ALL = [*sorted(REVISIONS.glob("*.yaml")), REVISIONS.parent / "integration.yaml"]


@pytest.mark.parametrize(("old", "new"), list(itertools.pairwise(ALL)), ids=lambda file: file.stem)
def test_each_revision_of_talon_one_is_compared_with_the_next(cli, old, new):
    result = cli("diff", str(old), str(new))
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.splitlines()[-1].startswith(f"Talon.One Integration API {old.stem} → ")
    lenient = cli("diff", str(old), str(new), "--fail-on", "none").stdout.splitlines()
    assert lenient[:-1] == result.stdout.splitlines()[:-1]
    assert lenient[-1].endswith("exit code 0: --fail-on none never fails")


def test_a_revision_of_talon_one_does_not_differ_from_itself(cli, tmp_path):
    repo = repos.Repo(tmp_path)
    for file in REVISIONS.glob("*.yaml"):
        repo.put(f"spec/{file.name}", file.read_text(encoding="utf-8"))
    repo.commit()
    result = cli("diff", "main:spec", "spec", "--fail-on", "info")
    assert (result.exit_code, result.stdout) == (0, "5 documents: 5 identical\n")


# --- one change at a time


def find_fingerprints(cli, *words):
    report = json.loads(cli("diff", *words, "--format", "json", "--fail-on", "none").stdout)
    breaking = [change for change in report["changes"] if change["level"] == "breaking"]
    return {change["rule"]: change["fingerprint"] for change in breaking}


def test_one_change_is_explained_by_the_first_digits_of_its_fingerprint(cli):
    words = [str(ALL[-3]), str(ALL[-2])]
    fingerprint = find_fingerprints(cli, *words)["values-changed"]
    result = cli("diff", *words, "--explain", fingerprint[:8])
    assert result.exit_code == 1
    assert f"fingerprint {fingerprint}" in result.stdout
    for label in ("because", "witness", "python", "refused", "affects", "new", "old"):
        assert re.search(rf"^ +{label} +\S", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("fingerprint", ["", "nothing", "zz"])
def test_a_fingerprint_that_no_change_has_is_refused(cli, pair, fingerprint):
    pair("b")
    result = cli("diff", "old.yaml", "new.yaml", "--explain", fingerprint)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"no change has the fingerprint {fingerprint!r}" in result.stderr


def test_an_explanation_is_text(cli, pair):
    pair("b")
    result = cli("diff", "old.yaml", "new.yaml", "--explain", "0", "--format", "json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--explain prints text" in result.stderr


def test_a_single_change_is_accepted_by_its_fingerprint(cli, tmp_path):
    words = [str(ALL[-3]), str(ALL[-2])]
    fingerprint = find_fingerprints(cli, *words)["values-changed"]
    before = cli("diff", *words).stdout.splitlines()[0]
    result = cli("diff", *words, "--accept-change", fingerprint[:8], "--reason", "nobody reads it")
    assert result.exit_code == 1
    assert (tmp_path / "dynclient-accept.toml").read_text().count("[[accept]]") == 1
    assert "1 accepted" in result.stdout
    assert result.stdout.splitlines()[0] != before


def test_a_single_change_needs_a_reason(cli, pair):
    pair("b")
    result = cli("diff", "old.yaml", "new.yaml", "--accept-change", "0")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--accept-change needs a reason" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_never_taken_for_a_result():
    command = [sys.executable, "-m", "dynclient", "diff", str(ALL[0]), str(ALL[1])]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120, check=False
        )
    assert ran.returncode == 70
    assert "No space left" in ran.stderr


# --- overlays

OVERLAY = """overlay: 1.0.0
info: {title: o, version: '1'}
actions: [{target: "$.paths['/b']", remove: true}]
"""


@pytest.fixture
def overlaid(tmp_path):
    """A repository whose `api.yaml` lost `b` since the last commit, and an overlay that removes `b`."""
    repo = repos.Repo(tmp_path / "repo")
    repo.put("api.yaml", api("a", "b"))
    repo.put("spec/api.yaml", api("a", "b"))
    repo.commit()
    repo.put("api.yaml", api("a"))
    repo.put("old/api.yaml", api("a", "b"))
    repo.put("spec/api.yaml", api("a"))
    repo.put("fixes.yaml", OVERLAY)
    return repo


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("old/api.yaml", "api.yaml"),
        ("git:HEAD:api.yaml", "api.yaml"),
        ("HEAD:api.yaml", "api.yaml"),
        ("old", "spec"),
        ("git:HEAD:spec", "spec"),
        ("-", "api.yaml"),
    ],
)
def test_an_overlay_changes_both_revisions_wherever_they_come_from(
    cli, overlaid, monkeypatch, old, new
):
    monkeypatch.chdir(overlaid.root)
    old_text = api("a", "b")

    assert cli("diff", old, new, stdin=old_text).exit_code == 1
    result = cli("diff", old, new, "--overlay", "fixes.yaml", "--fail-on", "info", stdin=old_text)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("words", [["HEAD"], ["git:HEAD:api.yaml", "api.yaml"]])
def test_the_overlays_of_a_project_change_both_revisions_of_its_documents(
    cli, overlaid, monkeypatch, words
):
    monkeypatch.chdir(overlaid.root)
    overlaid.put(
        "pyproject.toml", '[tool.dynclient]\nspec = "api.yaml"\noverlays = ["fixes.yaml"]\n'
    )

    assert cli("diff", *words, "--fail-on", "info").exit_code == 0
    assert cli("diff", "old/api.yaml", "spec/api.yaml").exit_code == 1


def test_an_overlay_that_is_not_there_is_an_error_of_its_own(cli, pair):
    pair("a")
    result = cli("diff", "old.yaml", "new.yaml", "--overlay", "none.yaml")
    assert result.exit_code == 7
    assert "none.yaml" in result.stderr

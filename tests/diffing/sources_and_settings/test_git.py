"""Documents at a git revision: found, with all that they refer to, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.repos import api

from dynclient.diffing.sources.document_sources import resolve_source
from dynclient.diffing.sources.source_pairs import load_pairs, load_project_pairs
from dynclient.document.files import git
from dynclient.document.files.git import Repository
from dynclient.errors import DocumentError, DocumentNotFound, DocumentSyntaxError, UsageError

SPLIT = """\
openapi: 3.0.3
info: {title: Split, version: '1'}
paths:
  /a:
    get:
      operationId: a
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {$ref: '%s#/Thing'}}}
"""


def old(word, load):
    return resolve_source(word, load).load()


def thing(document):
    content = document.operations["a"].responses["200"].content["application/json"]
    return content.schema.resolve()


@pytest.fixture
def history(repo):
    """Two commits: `first` has one operation, main two; the work tree has three."""
    repo.put("spec/shop.yaml", api("a"))
    repo.commit()
    repo.git("tag", "first")
    repo.put("spec/shop.yaml", api("a", "b"))
    repo.commit()
    repo.put("spec/shop.yaml", api("a", "b", "c"))
    return repo


@pytest.mark.parametrize(
    ("word", "operations"),
    [
        ("git:main:spec/shop.yaml", ["a", "b"]),
        ("git main:spec/shop.yaml", ["a", "b"]),
        ("main:spec/shop.yaml", ["a", "b"]),
        ("git:first:spec/shop.yaml", ["a"]),
        ("HEAD~1:spec/shop.yaml", ["a"]),
        ("main^:spec/shop.yaml", ["a"]),
        ("@:./spec/../spec/shop.yaml", ["a", "b"]),
        ("git:main^{tree}:spec/shop.yaml", ["a", "b"]),
        ("spec/shop.yaml", ["a", "b", "c"]),
    ],
)
def test_each_way_to_write_a_revision_gives_its_document(history, load, word, operations):
    assert list(old(word, load).operations) == operations


def test_an_abbreviated_commit_is_a_revision(history, load):
    commit = history.git("rev-parse", "--short", "first").strip()
    assert list(old(f"{commit}:spec/shop.yaml", load).operations) == ["a"]


def test_in_a_folder_below_paths_begin_at_the_root_and_with_a_dot_there(history, load, monkeypatch):
    monkeypatch.chdir(history.root / "spec")
    for word in ("main:spec/shop.yaml", "main:./shop.yaml", "main:../spec/shop.yaml"):
        assert list(old(word, load).operations) == ["a", "b"]


def test_a_file_of_that_name_is_meant_before_a_revision(history, load):
    history.put("main:spec/shop.yaml", api("x"))
    assert list(old("main:spec/shop.yaml", load).operations) == ["x"]
    assert list(old("git:main:spec/shop.yaml", load).operations) == ["a", "b"]


def test_references_lead_to_files_of_the_same_revision(repo, load):
    repo.put("spec/api.yaml", SPLIT % "parts/thing.yaml")
    repo.put("spec/parts/thing.yaml", "Thing: {$ref: '%2e%2e/more.yaml#/Deep'}\n")
    repo.put("spec/more.yaml", "Deep: {type: integer}\n")
    repo.commit()
    repo.put("spec/more.yaml", "Deep: {type: string}\n")
    (repo.root / "spec" / "parts" / "thing.yaml").unlink()
    assert thing(old("main:spec/api.yaml", load)).value == {"type": "integer"}


def test_a_line_is_that_of_the_revision(repo, load):
    repo.put("api.yaml", api("a", "b"))
    repo.commit()
    repo.put("api.yaml", "\n\n\n" + api("a", "b"))
    document = old("main:api.yaml", load)
    assert document.uri == (repo.root / "api.yaml").as_uri()
    assert document.operations["b"].node.place.line == 5


@pytest.mark.parametrize(
    "reference",
    ["../outside.yaml", "%2e%2e/outside.yaml", "{root}/outside.yaml", "file://{root}/outside.yaml"],
)
def test_a_file_outside_the_repository_is_never_read(repo, load, reference, monkeypatch):
    outside = repo.root.parent / "outside.yaml"
    outside.write_text("Thing: {type: integer}\n")
    repo.put("api.yaml", SPLIT % reference.format(root=repo.root.parent))
    repo.commit()
    monkeypatch.setattr(
        "dynclient.transport.document_fetcher.read_file", lambda uri: pytest.fail(f"read {uri}")
    )
    document = old("main:api.yaml", load)
    with pytest.raises(DocumentError, match="is outside the repository"):
        thing(document)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("a.yaml", "a.yaml"),
        ("a/%2e%2e/b%20c.yaml", "b c.yaml"),
        ("a/../../x", None),
        ("a/%2e%2e/%2e%2e/x", None),
        ("../repo2/x", None),
    ],
)
def test_what_a_uri_names_is_inside_the_repository_or_refused(history, uri, path):
    repository = Repository.discover(history.root)
    if path is not None:
        assert repository.make_relative(f"{history.root.as_uri()}/{uri}") == path
        return
    with pytest.raises(DocumentNotFound, match="is outside the repository"):
        repository.make_relative(f"{history.root.as_uri()}/{uri}")


def test_a_file_that_is_not_committed_is_not_there(repo, load):
    repo.put("api.yaml", SPLIT % "thing.yaml")
    repo.commit()
    repo.put("thing.yaml", "Thing: {type: integer}\n")
    with pytest.raises(DocumentError, match=r"no document at thing\.yaml in the revision main"):
        thing(old("main:api.yaml", load))


def test_a_link_within_the_revision_is_followed_and_one_that_leaves_it_is_not(repo, load):
    repo.put("real.yaml", api("a"))
    (repo.root / "good.yaml").symlink_to("real.yaml")
    (repo.root.parent / "outside.yaml").write_text(api("x"))
    (repo.root / "bad.yaml").symlink_to("../outside.yaml")
    repo.commit()
    assert list(old("main:good.yaml", load).operations) == ["a"]
    with pytest.raises(DocumentNotFound, match=r"no document at bad\.yaml in the revision main"):
        old("git:main:bad.yaml", load)


def test_a_bare_repository_has_revisions_too(history, load, monkeypatch, tmp_path):
    history.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    monkeypatch.chdir(tmp_path / "bare.git")
    assert list(old("main:spec/shop.yaml", load).operations) == ["a", "b"]


def test_odd_names_are_names(repo, load):
    name = "spé c/'$(touch x)' --x;.yaml"
    repo.put(name, api("a"))
    repo.commit()
    repo.git("branch", "feature/über-neu")
    assert list(old(f"git:feature/über-neu:{name}", load).operations) == ["a"]


@pytest.mark.parametrize(
    "revision",
    [
        "--output=x",
        "-x",
        "--upload-pack=touch x",
        "$(touch x)",
        "`touch x`",
        "; touch x",
        "main --output=x",
        "main\n--output=x",
        "\x00",
        "main..x",
        "../../x",
        "|touch x",
        "",
    ],
)
def test_a_hostile_revision_is_only_an_unknown_one(history, load, revision):
    before = sorted(path.name for path in history.root.rglob("*") if ".git" not in path.parts)
    with pytest.raises((DocumentNotFound, UsageError)):
        old(f"git:{revision}:spec/shop.yaml", load)
    with pytest.raises(DocumentNotFound):
        list(load_project_pairs(revision or "nope", ["spec/shop.yaml"], load))
    assert (
        sorted(path.name for path in history.root.rglob("*") if ".git" not in path.parts) == before
    )


@pytest.mark.parametrize(
    ("word", "told", "hint"),
    [
        ("git:mian:spec/shop.yaml", "git knows no revision 'mian'", "did you mean main?"),
        ("git:frist:spec/shop.yaml", "git knows no revision 'frist'", "did you mean first?"),
        ("git:zeppelin:spec/shop.yaml", "git knows no revision 'zeppelin'", "git branch --all"),
        (
            "git:main:spec/shp.yaml",
            "no document at spec/shp.yaml in the revision main",
            "did you mean main:spec/shop.yaml?",
        ),
        (
            "git:main:shop.yaml",
            "no document at shop.yaml in the revision main",
            "did you mean main:spec/shop.yaml?",
        ),
        (
            "git:main:spec/shop.yaml\nspec/shop.yaml",
            r"no document at spec/shop.yaml\nspec/shop.yaml in",
            "",
        ),
        (
            "git:main:zeppelin",
            "no document at zeppelin in the revision main",
            "as seen from the root",
        ),
        ("git:main:../x.yaml", "no document at ../x.yaml in the revision main", ""),
        ("git:main:spec/shop.yaml/x", "no document at spec/shop.yaml/x in the revision main", ""),
    ],
)
def test_what_is_not_there_is_told_with_what_was_probably_meant(history, load, word, told, hint):
    with pytest.raises(DocumentNotFound) as raised:
        old(word, load)
    assert told in raised.value.headline
    assert hint in raised.value.hint
    assert raised.value.exit_code == 7


def test_a_branch_of_the_remote_alone_is_suggested(history, load, monkeypatch, tmp_path):
    history.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    history.git("checkout", "--quiet", "-b", "mine", cwd=tmp_path / "clone")
    history.git("branch", "--quiet", "-D", "main", cwd=tmp_path / "clone")
    with pytest.raises(DocumentNotFound) as raised:
        old("git:main:spec/shop.yaml", load)
    assert raised.value.hint == "did you mean origin/main?"


def test_a_shallow_clone_is_told_as_the_reason(history, load, monkeypatch, tmp_path):
    history.git("clone", "--quiet", "--depth=1", history.root.as_uri(), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    with pytest.raises(DocumentNotFound) as raised:
        old("git:v7.3:spec/shop.yaml", load)
    assert "fetch-depth: 0" in raised.value.hint


def test_where_no_repository_is_that_is_told(tmp_path, monkeypatch, load):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DocumentNotFound, match="is in no git repository"):
        old("git:main:x.yaml", load)


def test_a_repository_without_commits_has_no_revision(repo, load):
    with pytest.raises(DocumentNotFound, match="git knows no revision 'HEAD'"):
        old("git:HEAD:x.yaml", load)


@pytest.mark.parametrize("word", ["git:main", "git:", "git::api.yaml", "git "])
def test_a_word_that_lacks_revision_or_path_is_a_usage_error(repo, load, word):
    with pytest.raises(UsageError, match="names no file at a revision"):
        old(word, load)


def test_a_word_with_a_colon_that_git_does_not_know_is_a_missing_file(history, load):
    with pytest.raises(DocumentNotFound, match=r"nope:x\.yaml"):
        old("nope:x.yaml", load)


def test_a_broken_document_is_told_with_its_revision(repo, load):
    repo.put("api.yaml", "openapi: 3.0.3\ninfo: [\n")
    repo.commit()
    repo.put("api.yaml", api("a"))
    with pytest.raises(DocumentSyntaxError, match=r"\(at the revision main\)"):
        old("main:api.yaml", load)


def test_git_that_is_not_installed_is_told(history, load, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DocumentNotFound, match="needs git, which is not installed"):
        old("git:main:spec/shop.yaml", load)


def test_git_that_hangs_is_given_up(history, load, monkeypatch, tmp_path):
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent))
    monkeypatch.setattr(git, "TIMEOUT_S", 0.2)
    with pytest.raises(DocumentNotFound, match=r"git rev-parse took more than 0.2 s"):
        old("git:main:spec/shop.yaml", load)


def test_a_repository_that_git_distrusts_is_told_with_the_way_out(history, load, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(DocumentNotFound) as raised:
        old("git:main:spec/shop.yaml", load)
    assert "dubious ownership" in raised.value.headline
    assert "safe.directory" in raised.value.hint


def test_no_shell_is_asked(history, load, monkeypatch):
    asked = []
    real = subprocess.run

    def recording(command, **options):
        asked.append((command, options))
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", recording)
    old("git:main:spec/shop.yaml", load)
    assert asked
    for command, options in asked:
        assert command[0] == "git"
        assert not options.get("shell")
        assert not {"main", "spec/shop.yaml"} & set(command)


def test_a_branch_that_moves_meanwhile_changes_nothing(history):
    tree = Repository.discover(history.root).open_revision("main")
    history.commit("more")
    assert tree.read("spec/shop.yaml").count(b"operationId") == 2


def test_the_documents_of_a_project_are_compared_with_a_revision(history, load):
    [pair] = load_project_pairs("first", ["spec/shop.yaml"], load)
    assert pair.name == "spec/shop.yaml"
    assert [list(document.operations) for document in (pair.old, pair.new)] == [
        ["a"],
        ["a", "b", "c"],
    ]
    assert pair.labels == ("git:first:spec/shop.yaml", "spec/shop.yaml")


def test_a_project_may_be_a_folder_and_stand_elsewhere(history, load, monkeypatch, tmp_path):
    history.put("spec/other.yaml", api("x"))
    monkeypatch.chdir(tmp_path)
    found = {
        pair.name: pair for pair in load_project_pairs("main", [str(history.root / "spec")], load)
    }
    assert list(found) == ["repo/spec/other.yaml", "repo/spec/shop.yaml"]
    assert found["repo/spec/other.yaml"].old is None


def test_a_project_reached_by_a_link_is_found_in_its_repository(
    history, load, monkeypatch, tmp_path
):
    (tmp_path / "link").symlink_to(history.root)
    monkeypatch.chdir(tmp_path / "link")
    [pair] = load_project_pairs("first", [str(tmp_path / "link" / "spec" / "shop.yaml")], load)
    assert list(pair.old.operations) == ["a"]


@pytest.mark.parametrize("folder", [".git", "absolute"])
def test_within_a_hook_the_project_is_found_as_ever(history, load, monkeypatch, folder):
    monkeypatch.setenv("GIT_DIR", folder if folder == ".git" else str(history.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.setenv("GIT_PREFIX", "")
    [pair] = load_project_pairs("first", [str(history.root / "spec" / "shop.yaml")], load)
    assert list(pair.old.operations) == ["a"]


def test_a_document_that_a_revision_lacks_cannot_be_compared(history, load):
    history.put("new.yaml", api("a"))
    with pytest.raises(DocumentNotFound, match=r"no document at new\.yaml in the revision main"):
        list(load_project_pairs("main", ["new.yaml"], load))


def test_a_url_has_no_revision(history, load):
    with pytest.raises(UsageError, match="is on the net"):
        list(load_project_pairs("main", ["https://example.com/api.yaml"], load))


def test_folders_of_revisions_are_paired(history, load):
    history.put("spec/gone.yaml", api("x"))
    history.commit()
    found = {p.name: p for p in load_pairs("first:spec", "git:main:spec/", load)}
    assert {name: (p.old is None, p.new is None) for name, p in found.items()} == {
        "gone.yaml": (True, False),
        "shop.yaml": (False, False),
    }
    assert found["shop.yaml"].labels == ("git:first:spec/shop.yaml", "git:main:spec/shop.yaml")

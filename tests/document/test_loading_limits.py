"""Each limit of loading has a name, an option and an error that names it."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import pytest
from support.documents import answer, document, operation
from support.repos import Repo, apart

import dynclient
from dynclient import errors
from dynclient.cli.document_option import choose_document, load_choice

SCHEMAS = {f"S{i}": {"$ref": f"#/components/schemas/S{i + 1}"} for i in range(5)}
MADE = document(
    {"/a": {"get": operation(responses=answer({"$ref": "#/components/schemas/S0"}))}},
    components={"schemas": {**SCHEMAS, "S5": {"type": "string"}}},
)
TEXT = json.dumps(MADE).encode()
YAML = b"openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\nx-a: &a [1, 2]\nx-b: *a\n"


def find_limit(source, **limits):
    with pytest.raises(errors.DocumentTooLarge) as caught:
        dynclient.load(source, limits=limits)
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.allowed == next(iter(limits.values()))
    return error.limit


@pytest.mark.parametrize(
    "source", [TEXT, YAML, b"# yaml\n" + TEXT, MADE], ids=["json", "aliases", "yaml", "mapping"]
)
@pytest.mark.parametrize("limits", [{"nodes": 8}, {"depth": 1}])
def test_what_a_tree_holds_is_limited(source, limits):
    assert find_limit(source, **limits) == next(iter(limits))


def test_the_size_of_a_file_is_limited_wherever_it_comes_from(tmp_path):
    path = tmp_path / "api.json"
    path.write_bytes(TEXT)
    for source in (path, TEXT, io.BytesIO(TEXT)):
        assert find_limit(source, file_bytes=100) == "file_bytes"
    assert len(dynclient.load(path, limits={"file_bytes": len(TEXT)}).operations) == 1


class Endless:
    """A file that never ends; whoever asks for all of it fails."""

    def read(self, size=-1):
        assert size > 0
        return b" " * size

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def test_of_a_file_that_never_ends_no_more_is_read_than_is_allowed(tmp_path, monkeypatch):
    path = tmp_path / "api.json"
    path.write_bytes(TEXT)
    monkeypatch.setattr(Path, "open", lambda *_: Endless())
    for source in (path, Endless()):
        with pytest.raises(errors.DocumentTooLarge, match="is larger than 100 bytes"):
            dynclient.load(source, limits={"file_bytes": 100})


def test_a_document_of_git_keeps_to_the_limits(tmp_path, monkeypatch):
    apart(monkeypatch, tmp_path)
    repo = Repo(tmp_path / "repo")
    repo.put("api.json", TEXT.decode())
    repo.commit()
    monkeypatch.chdir(repo.root)
    for limits in ({"file_bytes": 100}, {"nodes": 8}):
        assert find_limit("git:HEAD:api.json", **limits) in limits


def test_a_document_that_is_in_the_cache_keeps_to_the_limits(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_bytes(YAML)
    for _ in range(2):
        assert len(dynclient.load(path).operations) == 0
    assert find_limit(path, nodes=10) == "nodes"
    assert dynclient.load(path, limits={"nodes": 20}).problems == ()


def test_the_number_of_files_is_limited_where_one_more_is_referred_to(tmp_path):
    made = document({"/a": {"$ref": "a.json"}, "/b": {"get": operation(operationId="b")}})
    (tmp_path / "a.json").write_text(json.dumps({"get": operation(operationId="a")}))
    (tmp_path / "api.json").write_text(json.dumps(made))
    assert {*dynclient.load(tmp_path / "api.json").operations} == {"a", "b"}
    loaded = dynclient.load(tmp_path / "api.json", limits={"files": 1})
    assert {*loaded.operations} == {"b"}
    (problem,) = [each for each in loaded.problems if each.severity == "error"]
    assert "refers to more than 1 files" in problem.message


def test_a_chain_of_references_that_is_too_long_names_its_limit():
    assert dynclient.load(MADE).problems == ()
    loaded = dynclient.load(MADE, limits={"reference_chain": 3})
    assert "unresolvable-reference" in {problem.code for problem in loaded.problems}
    with pytest.raises(errors.UnresolvableReference) as caught:
        loaded.top["components"]["schemas"]["S0"].resolve()
    assert (caught.value.limit, caught.value.allowed) == ("reference_chain", 3)


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ({"node": 5}, "did you mean nodes?"),
        ({"size": 5}, "the limits are file_bytes, download_bytes, files"),
        ({"nodes": 0}, "the limit nodes cannot be 0"),
        ({"nodes": True}, "the limit nodes cannot be true"),
        ({"nodes": "5"}, "give a whole number, 1 or more"),
        ({"depth": 501}, "give at most 500"),
        ([1], "limits cannot be an array"),
    ],
)
def test_a_wrong_limit_is_a_usage_error(limits, text):
    with pytest.raises(errors.UsageError, match=text):
        dynclient.load(MADE, limits=limits)


def test_the_error_says_what_to_do_and_the_client_takes_limits_too():
    with pytest.raises(errors.DocumentTooLarge) as caught:
        dynclient.Client(TEXT, limits={"nodes": 8})
    assert str(caught.value) == (
        "document has more than 8 nodes once its aliases are expanded; an alias that names aliases "
        'multiplies\n  hint: where you trust the document, load it with limits={"nodes": …}'
    )


def test_the_command_line_reads_the_limits_of_the_project(tmp_path, monkeypatch):
    (tmp_path / "api.json").write_bytes(TEXT)
    monkeypatch.chdir(tmp_path)
    for limits, error in (("{nodes = 8}", errors.DocumentTooLarge), ("3", errors.UsageError)):
        table = f'[tool.dynclient]\nspec = "api.json"\nlimits = {limits}\n'
        (tmp_path / "pyproject.toml").write_text(table)
        with pytest.raises(error):
            load_choice(choose_document(None))

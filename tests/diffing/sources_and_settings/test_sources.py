"""What a word names, and which documents of two folders are compared."""

from __future__ import annotations

import io
import sys

import pytest
from support.repos import api

from dynclient.diffing.sources.source_pairs import load_pairs
from dynclient.errors import DocumentNotFound, DocumentSyntaxError, UnsupportedVersion, UsageError


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Write a file below the current folder."""
    monkeypatch.chdir(tmp_path)

    def put(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    return put


@pytest.fixture
def stdin(monkeypatch):
    """Give a text on standard input."""

    def give(text):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    return give


def told(found):
    return {pair.name: ("old" if pair.old else "") + ("new" if pair.new else "") for pair in found}


def test_two_paths_are_one_pair_named_by_the_new_one(put, load):
    put("a.yaml", api("a"))
    put("b.json", '{"openapi": "3.1.0", "info": {}, "paths": {}}')
    [pair] = load_pairs("a.yaml", "b.json", load)
    assert (pair.name, list(pair.old.operations), list(pair.new.operations)) == (
        "b.json",
        ["a"],
        [],
    )


def test_standard_input_has_no_base_so_its_references_read_no_file(put, load, stdin):
    put("a.yaml", api("a"))
    put("parts.yaml", "item:\n  get: {operationId: x, responses: {}}\n")
    stdin("openapi: 3.0.3\ninfo: {}\npaths: {/x: {$ref: 'parts.yaml#/item'}}\n")
    [pair] = load_pairs("a.yaml", "-", load)
    assert list(pair.new.operations) == []
    assert "standard input has no base and reads no other file; give a path" in str(
        [problem.message for problem in pair.new.problems]
    )


def test_standard_input_is_read_once(load):
    with pytest.raises(UsageError, match="standard input is read twice"):
        load_pairs("-", "-", load)


def test_standard_input_that_is_no_document_is_told_with_its_line(put, load, stdin):
    put("a.yaml", api("a"))
    stdin("a: 1\nb: [\n")
    with pytest.raises(DocumentSyntaxError, match="stdin is not valid YAML") as raised:
        list(load_pairs("a.yaml", "-", load))
    assert raised.value.line == 3


@pytest.mark.parametrize(
    ("old", "new"), [("folder", "a.yaml"), ("a.yaml", "folder"), ("folder", "-")]
)
def test_a_folder_and_a_document_do_not_go_together(put, load, stdin, old, new):
    put("a.yaml", api("a"))
    put("folder/a.yaml", api("a"))
    stdin(api("a"))
    with pytest.raises(UsageError, match=r"folder is a folder and .* a document"):
        load_pairs(old, new, load)


def test_folders_are_paired_by_path(put, load):
    for name in ("v1/same.yaml", "v2/same.yaml", "v1/deep/er/gone.yml", "v2/new.json"):
        put(
            name,
            api("a")
            if not name.endswith("json")
            else '{"info": {}, "openapi": "3.0.3", "paths": {}}',
        )
    assert told(load_pairs("v1", "v2/", load)) == {
        "deep/er/gone.yml": "old",
        "new.json": "new",
        "same.yaml": "oldnew",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("values.yaml", "replicas: 3\n"),
        ("chart.yaml", "{{- if .Values.openapi }}\na: [\n"),
        ("broken.yaml", "a: [\n"),
        ("list.json", "[1, 2]"),
        ("empty.yaml", ""),
        ("package.json", '{"dependencies": {"openapi": "^1.0", "swagger": "2"}}'),
        ("nested.yaml", "tools:\n  openapi: 3.0.3\n"),
        ("notes.md", "openapi: 3.0.3\n"),
        ("binary.json", b"\xff\xfe\x00"),
        (".hidden/api.yaml", "openapi: 3.0.3\n"),
        ("node_modules/x/api.yaml", "openapi: 3.0.3\n"),
        (".api.yaml/api.yaml", "openapi: 3.0.3\n"),
    ],
)
def test_what_is_no_document_of_ours_is_passed_over(put, load, name, text):
    for folder in ("v1", "v2"):
        put(f"{folder}/api.yaml", api("a"))
    put(f"v2/{name}", text)
    assert told(load_pairs("v1", "v2", load)) == {"api.yaml": "oldnew"}


@pytest.mark.parametrize(
    "text",
    [
        "\n\n  openapi: 3.0.3\n  info: {}\n",
        "{openapi: 3.0.3, info: {}}",
        "'openapi' : 3.0.3",
        "\ufeffopenapi: 3.0.3\n",
    ],
)
def test_a_document_is_known_however_it_is_laid_out(put, load, text):
    put("v1/api.yaml", text)
    put("v2/api.yaml", text)
    assert told(load_pairs("v1", "v2", load)) == {"api.yaml": "oldnew"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("openapi: 3.0.3\npaths: [\n", DocumentSyntaxError),
        ("openapi: 9.9\n", UnsupportedVersion),
        ("swagger: '1.2'\n", UnsupportedVersion),
    ],
)
def test_a_document_that_cannot_be_read_is_not_taken_for_one_that_is_gone(put, load, text, error):
    put("v1/api.yaml", api("a"))
    put("v1/b.yaml", api("b"))
    put("v2/b.yaml", api("b"))
    put("v2/api.yaml", text)
    with pytest.raises(error):
        list(load_pairs("v1", "v2", load))


@pytest.mark.parametrize("empty", ["v1", "v2"])
def test_a_folder_without_documents_is_an_error_and_no_pass(put, load, empty):
    full = "v2" if empty == "v1" else "v1"
    put(f"{full}/api.yaml", api("a"))
    put(f"{empty}/values.yaml", "a: 1\n")
    with pytest.raises(DocumentNotFound, match=f"no OpenAPI document is in {empty}"):
        list(load_pairs("v1", "v2", load))


def test_a_url_is_loaded_as_one(put):
    put("a.yaml", api("a"))
    asked = []
    assert list(load_pairs("https://example.com/api.yaml", "a.yaml", asked.append))
    assert asked == ["https://example.com/api.yaml", "a.yaml"]


def test_a_word_with_a_colon_outside_git_is_a_path(put, load):
    put("v1:api.yaml", api("a"))
    [pair] = load_pairs("v1:api.yaml", "v1:api.yaml", load)
    assert list(pair.old.operations) == ["a"]
    with pytest.raises(DocumentNotFound, match=r"v2:api\.yaml"):
        list(load_pairs("v2:api.yaml", "v1:api.yaml", load))

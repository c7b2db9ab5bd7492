"""The verdicts of the JSON-Schema-Test-Suite (draft 2020-12), where DYNCLIENT_SUITE names its folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.documents import answer, single

from dynclient.client.compiled_document import CompiledDocument
from dynclient.document.cache.document_cache import DocumentCache
from dynclient.document.files.file_loader import load_files
from dynclient.errors import DocumentNotFound
from dynclient.model import Document
from dynclient.schema.engines.engine import Checker

FOLDER = os.environ.get("DYNCLIENT_SUITE")
pytestmark = pytest.mark.skipif(not FOLDER, reason="DYNCLIENT_SUITE names no folder of the suite")

REMOTE = "http://localhost:1234/"

#: File -> why its tests are left out.
LEFT_OUT = {
    "format.json": "the suite takes formats for annotations; that we check them is our choice",
}

#: (File, description of the group, description of the test) -> why our verdict is another one.
DIFFERENCES = {
    (
        "vocabulary.json",
        "schema that uses custom metaschema with with no validation vocabulary",
        "no validation: invalid number, but it still validates",
    ): "a dialect that dynclient does not know is read as 2020-12, and is a problem of the document"
}


def read_groups() -> list[Any]:
    """Return the file and content of each group of tests."""
    if not FOLDER:
        return []
    groups = []
    for path in sorted(Path(FOLDER, "tests").glob("*.json")):
        if path.name not in LEFT_OUT:
            texts = json.loads(path.read_text(encoding="utf-8"))
            groups += [pytest.param(path.name, group, id=path.stem) for group in texts]
    return groups


def fetch(uri: str) -> bytes:
    """Return a file that the suite refers to."""
    if not uri.startswith(REMOTE):
        raise DocumentNotFound(f"{uri} is not of the suite", uri=uri)
    return Path(str(FOLDER), "remotes", uri.removeprefix(REMOTE)).read_bytes()


def move_references(part: Any, *, is_root: bool = True) -> Any:
    """Return a schema whose local references lead to where it stands in the document.

    A schema with an `$id` is its own root, wherever it stands.
    """
    if isinstance(part, list):
        return [move_references(item, is_root=False) for item in part]
    if not isinstance(part, dict) or ("$id" in part and not is_root):
        return part
    moved = {}
    for key, value in part.items():
        is_reference = key in ("$ref", "$dynamicRef") and isinstance(value, str)
        if is_reference and (value == "#" or value.startswith("#/")):
            moved[key] = "#/components/schemas/S" + value[1:]
        elif key in ("const", "enum"):
            moved[key] = value
        else:
            moved[key] = move_references(value, is_root=False)
    return moved


def compile_checker(schema: Any) -> Checker:
    """Return the checker of a response with a schema of the suite."""
    is_own_root = isinstance(schema, dict) and "$id" in schema
    component = schema if is_own_root else move_references(schema)
    tree = single(
        responses=answer({"$ref": "#/components/schemas/S"}),
        components={"schemas": {"S": component}},
    )
    files = load_files(tree, fetch, DocumentCache(None))
    compiled = CompiledDocument.of(Document(files, lambda _: []))
    entry = compiled.document.operations["run"].responses["200"].content["application/json"]
    return Checker(compiled.schemas.build_result_schema(entry, "consumer"))


@pytest.mark.parametrize(("file", "group"), read_groups())
def test_both_engines_give_the_verdicts_of_the_suite(file, group):
    checker = compile_checker(group["schema"])
    for test in group["tests"]:
        place = (file, group["description"], test["description"])
        if place in DIFFERENCES:
            continue
        data, is_valid = test["data"], test["valid"]
        assert checker.accepts(data) is is_valid, place
        assert checker.accepts_by_reference(data) is is_valid, place
        assert bool(checker.find_violations(data)) is not is_valid, place
        if not is_valid:
            assert not checker.accepts_by_fast_engine(data), place


def test_each_difference_is_one():
    """A difference that is gone must leave the list."""
    groups = [parameters.values for parameters in read_groups()]
    for file, description, name in DIFFERENCES:
        group = next(
            one for path, one in groups if (path, one["description"]) == (file, description)
        )
        test = next(one for one in group["tests"] if one["description"] == name)
        assert compile_checker(group["schema"]).accepts(test["data"]) is not test["valid"]

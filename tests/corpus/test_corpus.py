"""Real documents: each loads or ends in one clear error, and each operation builds the request of its own example."""

import json
import os
from pathlib import Path

import pytest

import dynclient
from dynclient.errors import DocumentError, DynclientError

FOLDER = os.environ.get("DYNCLIENT_CORPUS")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="DYNCLIENT_CORPUS names no folder of real documents"
)

READABLE = ("2.0", "3.0", "3.1")

#: How many operations of a document are called: the giants would take the suite's time.
MOST = 40


def entries():
    if not FOLDER:
        return []
    manifest = json.loads((Path(FOLDER) / "manifest.json").read_text(encoding="utf-8"))
    return [entry for entry in manifest if str(entry["version"]).startswith(READABLE)]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: str(entry["root"])[-60:])
def test_a_real_document_loads_and_its_operations_build_their_examples(entry, real_documents):
    path = real_documents / entry["root"]
    if not path.exists():
        path = real_documents / Path(entry["root"]).name
    try:
        document = dynclient.load(path)
    except DocumentError as error:
        if not (error.hint or getattr(error, "line", 0)):
            pytest.fail(f"an error that does not say what to do: {error}")
        return
    client = dynclient.Client(document, server="https://api.example.com")
    failed = {}
    for key in list(client.operations)[:MOST]:
        operation = client.operations[key]
        try:
            assert operation.__doc__
            assert operation.__signature__
            operation.request(operation.example()).curl()
        except DynclientError as error:
            failed[key] = str(error)
    # What cannot be called is told by the document's problems, or waits for media types that are not written yet.
    unexplained = {
        k: v
        for k, v in failed.items()
        if "media type" not in v and "body cannot be written" not in v
    }
    assert not unexplained or document.problems

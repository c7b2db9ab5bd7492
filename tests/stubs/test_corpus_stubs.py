"""Stubs of real documents: each is Python, the same each time, and one passes mypy in its strict mode."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import MAX_RUN_S

import dynclient
from dynclient.stubs import build_stubs

ROOT = Path(dynclient.__file__).parents[1]

#: Swagger 2.0, OpenAPI 3.0 and 3.1; forms, files, unions, recursion, names that are no identifiers.
DOCUMENTS = (
    "talon-one-full.yaml",
    "vendor/qdrant+qdrant/docs/redoc/master/openapi.json",
    "vendor/goharbor+harbor/api/v2.0/swagger.yaml",
    "vendor/weather-gov+api/assets/openapi.yaml",
    "vendor/swagger-api+swagger-petstore/src/main/resources/openapi.yaml",
)

CHECKED = "vendor/weather-gov+api/assets/openapi.yaml"

SHORT_USE = """
from real_api import AsyncClient, Client

client = Client(server="https://api.example.com", timeout=3)
client.no_such_operation_at_all()
"""


def find_document(folder, name):
    path = folder / name
    if not path.is_file():
        pytest.skip(f"the corpus has no {name}")
    return path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_stubs_of_a_real_document_are_python_with_every_operation(real_documents, name):
    path = find_document(real_documents, name)
    document = dynclient.load(path)
    module = build_stubs(document, str(path))
    compile(module.source, "real_api.py", "exec")
    tree = ast.parse(module.types)
    clients = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    assert {"Client", "AsyncClient"} <= set(clients)
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    members = [member for each in classes for member in each.body]
    typed = {each.name for each in members if isinstance(each, ast.FunctionDef | ast.ClassDef)}
    assert len(typed & set(document.operation_names.python)) > 0.9 * len(document.operations)
    again = build_stubs(dynclient.load(path), str(path))
    assert (again.source, again.types) == (module.source, module.types)


def test_mypy_accepts_the_stub_of_a_real_document_and_finds_a_wrong_name(real_documents, tmp_path):
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    path = find_document(real_documents, CHECKED)
    module = build_stubs(dynclient.load(path), str(path))
    (tmp_path / "real_api.py").write_text(module.source, encoding="utf-8")
    (tmp_path / "real_api.pyi").write_text(module.types, encoding="utf-8")
    (tmp_path / "use.py").write_text(SHORT_USE, encoding="utf-8")
    cache = os.environ.get("MYPY_CACHE_DIR") or str(ROOT / ".mypy_cache")
    options = ("--strict", "--cache-dir", cache, "--python-version", "3.11")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "real_api.pyi", "use.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=MAX_RUN_S,
        check=False,
    )
    found = [line for line in done.stdout.splitlines() if ": error:" in line]
    errors = [line for line in found if line.startswith(("real_api", "use"))]
    assert len(errors) == 1, done.stdout
    assert 'use.py:5: error: "Client" has no attribute "no_such_operation_at_all"' in errors[0]

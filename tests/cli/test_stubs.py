"""`dynclient stubs`: the module is written, used, checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import MAX_RUN_S

import dynclient

ROOT = Path(dynclient.__file__).parents[1]


def test_the_module_is_written_and_named(cli, shop, tmp_path):
    result = cli("stubs", shop, "--out", "build/stubs")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "build/stubs/shop.py\nbuild/stubs/shop.pyi\n"
    text = (tmp_path / "build" / "stubs" / "shop.pyi").read_text(encoding="utf-8")
    assert "def create_item(" in text


def test_check_tells_stale_and_missing_files(cli, shop, tmp_path):
    command = ("stubs", shop, "--out", "out", "--name", "store")
    missing = cli(*command, "--check")
    assert missing.exit_code == 1
    assert missing.stderr.startswith("out/store.py is missing: it does not fit ")
    assert not (tmp_path / "out").exists()
    cli(*command)
    fresh = cli(*command, "--check")
    assert (fresh.exit_code, fresh.stdout) == (0, "out/store.py is up to date\nout/store.pyi is up to date\n")  # fmt: skip
    types = tmp_path / "out" / "store.pyi"
    types.write_text(types.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    stale = cli(*command, "--check")
    assert stale.exit_code == 1
    assert stale.stderr.startswith("out/store.pyi is stale: it does not fit ")
    assert stale.stderr.endswith("run dynclient stubs again, without --check\n")


@pytest.mark.parametrize("name", ["dynclient", "a-b", "class", "", "1st"])
def test_a_name_that_is_no_module_is_refused(cli, shop, name):
    result = cli("stubs", shop, "--out", "out", "--name", name)
    assert result.exit_code == 2
    assert result.stderr.startswith("UsageError: ")


@pytest.mark.parametrize(
    ("file", "module"),
    [("talon-one.v2.yaml", "talon_one"), ("PetStore.json", "PetStore"), ("3scale.yml", "_3scale"), ("class.yaml", "_class")],
)  # fmt: skip
def test_the_name_is_that_of_the_file(cli, tmp_path, file, module):
    (tmp_path / file).write_text('{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}}')
    assert cli("stubs", file, "--out", "out").stdout.split()[0] == f"out/{module}.py"


def test_standard_input_has_no_place_to_be_bound_to(cli):
    result = cli("stubs", "-", "--out", "out", stdin="{}")
    assert result.exit_code == 2
    assert "standard input" in result.stderr


def test_the_module_finds_its_document_from_anywhere(cli, tmp_path):
    (tmp_path / "spec").mkdir()
    document = '{"openapi": "3.1.0", "info": {"title": "Shelf", "version": "1"}, "paths": {"/a": {"get": {"operationId": "getA", "responses": {"204": {"description": "ok"}}}}}}'
    (tmp_path / "spec" / "shelf.json").write_text(document)
    overlay = '{"overlay": "1.0.0", "info": {"title": "o", "version": "1"}, "actions": [{"target": "$.info", "update": {"title": "Overlaid"}}]}'
    (tmp_path / "spec" / "overlay.json").write_text(overlay)
    result = cli("stubs", "spec/shelf.json", "--overlay", "spec/overlay.json", "--out", "gen")
    assert result.exit_code == 0, result.stderr
    code = (
        "import shelf, typing\n"
        "client = shelf.Client(server='https://example.com', timeout=3)\n"
        "print(client, client.with_options(timeout=1).get_a.request().url, type(client).__name__)\n"
        "print(shelf.AsyncClient(), shelf.SomeModel(a=1), hasattr(shelf, 'nothing'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd="/",
        env={"PYTHONPATH": f"{tmp_path / 'gen'}:{ROOT}", "DYNCLIENT_CACHE": ""},
        capture_output=True,
        text=True,
        timeout=MAX_RUN_S,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == (
        "<Client Overlaid: 1 operation> https://example.com/a Client\n"
        "<AsyncClient Overlaid: 1 operation> {'a': 1} False\n"
    )

"""httpx is imported without its command line; nothing but `httpx.main` notices."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from support.processes import MAX_RUN_S

IMPORT = "from dynclient.transport.http_library import import_library; "
COMMAND_LINE = {"httpx._main", "click", "rich", "pygments"}


def run(code: str) -> dict[str, object]:
    """Return what a fresh interpreter knows after some code, which fills `found`."""
    text = f"import json, sys\nfound = {{}}\n{code}\nfound['modules'] = sorted(sys.modules)\nprint(json.dumps(found))"
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, check=True, text=True, timeout=MAX_RUN_S
    )
    return json.loads(done.stdout)


def test_the_command_line_of_httpx_is_not_imported():
    found = run(IMPORT + "import_library('httpx').Client().close()")
    assert not COMMAND_LINE & set(found["modules"])


@pytest.mark.parametrize(
    "how",
    ["httpx.main", "__import__('httpx', fromlist=['main']).main", "getattr(httpx, 'main')"],
)
def test_its_main_is_loaded_when_it_is_asked_for(how):
    found = run(
        f"{IMPORT}import_library('httpx')\nimport httpx\n"
        f"main = {how}\nimport click, httpx._main\n"
        "found['is_command'] = isinstance(main, click.Command) and main is httpx._main.main\n"
        "found['module'] = main.__module__\nfound['kept'] = vars(httpx)['main'] is main"
    )
    assert found["is_command"]
    assert found["module"] == "httpx"
    assert found["kept"]


def test_all_names_of_httpx_are_there_as_ever():
    code = "import httpx\nfound['names'] = [n for n in httpx.__all__ if not hasattr(httpx, n)]\nfrom httpx import *\nfound['has_star'] = 'main' in globals()"
    found = run(f"{IMPORT}import_library('httpx')\n{code}")
    assert found["names"] == []
    assert found["has_star"]


def test_another_missing_name_is_the_usual_error():
    found = run(
        f"{IMPORT}import_library('httpx')\nimport httpx\n"
        "try:\n    httpx.mian\nexcept AttributeError as error:\n    found['text'] = str(error)"
    )
    assert found["text"] == "module 'httpx' has no attribute 'mian'"


def test_a_program_that_imported_httpx_before_keeps_it_as_it_is():
    found = run(
        f"import httpx\nmain = httpx.main\n{IMPORT}import_library('httpx')\n"
        "found['same'] = vars(httpx)['main'] is main and '__getattr__' not in vars(httpx)"
    )
    assert found["same"]


def test_threads_that_import_httpx_at_once_all_get_the_whole_of_it():
    found = run(
        "import importlib, threading\nsys.setswitchinterval(1e-6)\n"
        f"{IMPORT}\n"
        "start, results = threading.Barrier(4), []\n"
        "def load(ours):\n"
        "    start.wait()\n"
        "    module = import_library('httpx') if ours else importlib.import_module('httpx')\n"
        "    results.append(module.Client is not None and callable(module.main))\n"
        "threads = [threading.Thread(target=load, args=(i % 2,)) for i in range(4)]\n"
        "[t.start() for t in threads]\n[t.join() for t in threads]\n"
        "import click, httpx\nfound['results'] = results\n"
        "found['is_command'] = isinstance(httpx.main, click.Command)"
    )
    assert found["results"] == [True] * 4
    assert found["is_command"]


def test_a_failed_import_leaves_no_stand_in():
    found = run(
        f"{IMPORT}\nsys.modules['httpx._api'] = None\n"
        "try:\n    import_library('httpx')\nexcept ImportError:\n    found['failed'] = True"
    )
    assert found["failed"]
    assert "httpx._main" not in found["modules"]


def test_a_client_that_waits_imports_no_asyncio():
    found = run(IMPORT + "import dynclient.client.client\nimport_library('httpx').Client()")
    assert not {"asyncio", "jsonschema", "referencing", "yaml"} & set(found["modules"])

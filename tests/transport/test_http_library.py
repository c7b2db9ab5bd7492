"""httpx is imported without its command line, httpcore without HTTP/2; only their names notice."""

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


CLIENT = "import dynclient\nclient = dynclient.Client({'openapi': '3.1.0', 'info': {}, 'paths': {'/': {'get': {'operationId': 'run', 'responses': {}}}}}, server='http://127.0.0.1:9', http=%r, http2=%r)\ntry:\n    client.run()\nexcept dynclient.errors.ConnectFailed:\n    found['sent'] = True\n"  # fmt: skip


@pytest.mark.parametrize(("library", "core"), [("httpx", "httpcore"), ("httpx2", "httpcore2")])
def test_a_client_without_http2_does_not_import_it(library, core):
    found = run(CLIENT % (library, False))
    assert found["sent"]
    assert core in found["modules"]
    assert not {"h2", f"{core}._sync.http2", f"{core}._async.http2"} & set(found["modules"])


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_client_with_http2_imports_it_before_it_connects(library):
    assert "h2" in run(CLIENT % (library, True))["modules"]


@pytest.mark.parametrize("how", ["httpcore.HTTP2Connection", "httpcore._sync.HTTP2Connection"])
def test_the_http2_of_httpcore_is_loaded_when_it_is_asked_for(how):
    found = run(
        f"{CLIENT % ('httpx', False)}\nimport httpcore\n"
        f"connection = {how}\nimport httpcore._sync.http2 as http2\n"
        "found['is_class'] = connection is http2.HTTP2Connection\n"
        "found['module'] = connection.__module__\n"
        "found['names'] = [n for n in httpcore.__all__ if not hasattr(httpcore, n)]\n"
        "found['async'] = httpcore.AsyncHTTP2Connection.__name__"
    )
    assert found["is_class"]
    assert (found["module"], found["async"]) == ("httpcore", "AsyncHTTP2Connection")
    assert found["names"] == []


def test_a_program_that_imported_httpcore_before_keeps_it_as_it_is():
    found = run(
        f"import httpcore\nconnection = httpcore.HTTP2Connection\n{CLIENT % ('httpx', False)}\n"
        "found['same'] = vars(httpcore)['HTTP2Connection'] is connection"
        " and '__getattr__' not in vars(httpcore)"
    )
    assert found["same"]


def test_without_h2_httpcore_says_that_it_is_missing():
    found = run(
        f"sys.modules['h2'] = None\n{CLIENT % ('httpx', False)}\nimport httpcore\n"
        "try:\n    httpcore.HTTP2Connection()\nexcept RuntimeError as error:\n"
        "    found['text'] = str(error)"
    )
    assert "h2" in found["text"]

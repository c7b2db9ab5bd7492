from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import MAX_RUN_S

HEAVY = {"httpx", "jsonschema", "jsonschema_rs", "openapi_core", "yaml", "click", "rich", "referencing", "asyncio", "orjson", "hypothesis", "uvicorn", "IPython", "opentelemetry"}  # fmt: skip

DOCUMENT = Path(__file__).parents[1] / "spec" / "talon-one" / "integration.yaml"


def modules_after(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded by a statement."""
    code = f"import json, sys; before = set(sys.modules); {statement}; print(json.dumps(sorted(set(sys.modules) - before)))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=MAX_RUN_S
    )
    return set(json.loads(found.stdout))


def test_importing_loads_nothing_heavy_and_next_to_nothing_else():
    loaded = modules_after("import dynclient")
    assert not {name.partition(".")[0] for name in loaded} & HEAVY
    assert len(loaded) <= 20
    assert {name for name in loaded if name.startswith("dynclient")} == {"dynclient"}


@pytest.mark.parametrize("name", ["__version__", "errors", "Call"])
def test_a_light_name_loads_nothing_heavy(name):
    loaded = modules_after(f"import dynclient; dynclient.{name}")
    assert not {found.partition(".")[0] for found in loaded} & HEAVY


def test_a_client_that_sends_nothing_loads_no_http_library():
    made = {
        "openapi": "3.1.0",
        "info": {},
        "paths": {"/x": {"get": {"operationId": "run", "responses": {}}}},
    }
    loaded = modules_after(f"import dynclient; list(dynclient.Client({made!r}).operations)")
    assert not {"httpx", "jsonschema", "opentelemetry"} & loaded


def test_a_local_document_loads_nothing_of_the_net():
    loaded = modules_after(f"import dynclient; dynclient.load({str(DOCUMENT)!r})")
    assert "asyncio" not in loaded
    assert "dynclient.transport.http_adapter" not in loaded


#: What a call with a JSON body and a JSON result does not need.
_UNNEEDED = {
    *("jsonschema", "referencing", "yaml", "asyncio", "multiprocessing"),
    *("dynclient.wire.multipart", "dynclient.client.excuses", "dynclient.document.overlay"),
    "dynclient.transport.document_download",
    *(
        "dynclient.client.client_options",
        "dynclient.client.client_recipe",
        "dynclient.client.polling",
    ),
    *("dynclient.transport.retry_policy", "dynclient.transport.rate_limit"),
    *("dynclient.transport.server_limits", "dynclient.transport.signing"),
    *("dynclient.transport.observing.call_events", "dynclient.transport.error_wrapping"),
    *("dynclient.transport.bounded_waits", "dynclient.wire.credential_provider"),
    *("dynclient.client.conditional_requests", "dynclient.client.transfer_progress"),
    *("dynclient.transport.observing.telemetry_setting", "dynclient.wire.forms"),
    *("dynclient.plan.array_format_limits", "dynclient.plan.labelled_parts"),
    "dynclient.document.reference_scan",
    *("dynclient.wire.observed_body", "dynclient.wire.querystring"),
    *("dynclient.wire.parameters.parameter_reader", "dynclient.wire.parameters.delimited_arrays"),
    *("dynclient.plan.response_headers", "dynclient.plan.value_hints"),
    *("dynclient.plan.argument_hints", "dynclient.plan.missing_members"),
    *("dynclient.plan.converted_call", "dynclient.schema.engines.explain"),
    *("dynclient.client.operation_mappings", "dynclient.client.operation_lookup"),
}


def test_a_call_loads_only_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    body = '{"id": 1, "accountId": 1, "created": "2026-01-01T00:00:00Z", "name": "Gold"}'
    call = (
        "import dynclient, httpx; "
        f"t = httpx.MockTransport(lambda _: httpx.Response(201, json={body})); "
        f"c = dynclient.Client({str(DOCUMENT)!r}, server='http://a.test', transport=t, "
        "credentials={'api_key_v1': 'k'}); c.create_audience_v2(name='Gold')"
    )
    modules_after(call)  # The second time the document is in the cache.
    loaded = modules_after(call)
    assert not loaded & _UNNEEDED

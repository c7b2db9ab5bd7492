"""What `documents` draws: valid documents of every version, which go the whole way."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.effort import find_missed, share
from support.processes import MAX_RUN_S

import dynclient
from dynclient import strategies
from dynclient.errors import ClientError, UnsafeValue
from dynclient.plan.binder import LOCATION_GROUPS
from dynclient.plan.operation_matcher import OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.request_reader import RequestReader
from dynclient.wire import media

FEW = share(1)


@pytest.fixture(autouse=True, scope="module")
def _plain_validator():
    """Have the validator judge by jsonschema: with jsonschema-rs at hand its verdicts are others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAPI_SPEC_VALIDATOR_SCHEMA_VALIDATOR_BACKEND", "jsonschema")
        yield


@FEW
@given(strategies.documents())
def test_a_drawn_document_is_valid(document):
    from openapi_spec_validator import validate

    validate(document)
    problems = dynclient.load(document).problems
    assert [problem for problem in problems if problem.severity != "info"] == []


FEATURES = {
    "version 3.0": lambda d: d["openapi"].startswith("3.0"),
    "version 3.1": lambda d: d["openapi"].startswith("3.1"),
    "a path variable": lambda d: any("{" in path for path in d["paths"]),
    "a style": lambda d: any(p.get("style") == "deepObject" for p in parameters(d)),
    "a content parameter": lambda d: any("content" in p for p in parameters(d)),
    "a cookie": lambda d: any(p["in"] == "cookie" for p in parameters(d)),
    "parts": lambda d: any("multipart/form-data" in o["requestBody"]["content"] for o in operations(d) if "requestBody" in o),
    "a form": lambda d: "application/x-www-form-urlencoded" in str(d["paths"]),
    "a reference": lambda d: "$ref" in str(d["paths"]),
    "a discriminator": lambda d: "discriminator" in str(d["paths"]),
    "schemas joined": lambda d: "allOf" in str(d["paths"]),
    "what is only read": lambda d: "readOnly" in str(d),
    "several versions' ways to null": lambda d: "nullable" in str(d) or "'null'" in str(d),
}  # fmt: skip


def operations(document):
    return [operation for item in document["paths"].values() for operation in item.values()]


def parameters(document):
    return [
        parameter
        for operation in operations(document)
        for parameter in operation.get("parameters", [])
    ]


def test_a_document_may_have_each_version_and_feature():
    assert find_missed(strategies.documents(), FEATURES) == []


def read_back(document, operation, incoming):
    """Return the call that the sandbox reads out of a request of an operation."""
    routes = OperationMatcher(document.operations.values(), document.uri)
    route, *_ = routes.find(incoming.method, incoming.path, incoming.query_pairs).matches
    reading = RequestReader(operation._plan).read(incoming, route.path_values)
    assert route.operation.key == operation.operation.key
    assert reading.violations == []
    return reading.call


def carried(call, media_type):
    """Return what of a call the wire carries: no empty array or object in a query, cookie, form or among parts."""
    groups = {key: filled(call.get(key, {})) for key in LOCATION_GROUPS}
    body = call.get("body")
    body = filled(body) if isinstance(body, dict) and not media.is_json(media_type) else body
    return json.dumps(
        {**groups, "body": body}, sort_keys=True, default=lambda content: content.decode("latin-1")
    )


def filled(members):
    return {name: value for name, value in members.items() if value not in ([], {})}


@FEW
@given(strategies.documents(), st.data())
def test_a_valid_call_of_any_document_is_answered_by_its_sandbox(document, data):
    document = dynclient.load(document)
    sandbox = dynclient.Sandbox(document, second_opinion=True)
    operation = data.draw(
        st.sampled_from(list(dynclient.Client(document, transport=sandbox).operations.values()))
    )
    call = data.draw(strategies.calls(operation))
    assert operation.validate(call) == []
    incoming = ParsedRequest.parse(operation.request(call))
    read = read_back(document, operation, incoming)
    assert carried(read, incoming.content_type) == carried(call, incoming.content_type)
    assert operation.send(call).violations == ()
    assert [d for d in sandbox.disagreements if d.reason is None] == []


@FEW
@given(strategies.documents(), st.data())
def test_a_broken_call_of_any_document_is_refused_where_it_is_broken(document, data):
    document = dynclient.load(document)
    sandbox = dynclient.Sandbox(document, second_opinion=True)
    client = dynclient.Client(document, transport=sandbox)
    operation = data.draw(st.sampled_from(list(client.operations.values())))
    broken = data.draw(strategies.invalid_calls(operation))
    assert broken.path in [v.path for v in operation.validate(broken.call)]
    if broken.path[0] != "body":
        return  # of broken parameters openapi-core passes some that it reads otherwise
    # Sent all the same, it is refused by openapi-core wherever the sandbox refuses it.
    with contextlib.suppress(UnsafeValue, ClientError):
        client.with_options(validate_requests=False).operations[operation.operation.key](
            broken.call
        )
    assert [d for d in sandbox.disagreements if d.reason is None] == []


WITHOUT = """
import sys
sys.modules["hypothesis"] = None
from dynclient import *
import dynclient.strategies
try:
    dynclient.strategies.calls
except dynclient.errors.UsageError as error:
    print(error)
"""


def test_without_hypothesis_the_error_says_what_to_install():
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        capture_output=True,
        text=True,
        check=True,
        timeout=MAX_RUN_S,
        env={**os.environ},
    )
    assert "needs hypothesis" in found.stdout
    assert "pip install 'dynclient[fuzz]'" in found.stdout

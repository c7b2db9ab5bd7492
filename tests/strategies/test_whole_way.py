"""Talon.One, every operation of every revision: what is valid goes the whole way, what is not stops where it should."""

from __future__ import annotations

import contextlib
import functools
import json
import warnings

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.effort import share_each
from support.talon_one import OPERATIONS, load

import dynclient
from dynclient import strategies
from dynclient.errors import ClientError, InvalidCall, InvalidResponse, ResponseDrift, UnsafeValue
from dynclient.plan.operation_matcher import OperationMatcher
from dynclient.plan.parsed_request import ParsedRequest
from dynclient.plan.request_reader import RequestReader
from dynclient.wire import media

CREDENTIALS = {"api_key_v1": "ApiKey-v1 test", "integration_auth": "ApiKey-v1 test"}

each_operation = pytest.mark.parametrize(
    ("path", "key"), [pytest.param(*rest, id=name) for name, *rest in OPERATIONS]
)


@functools.cache
def sandbox_of(path):
    return dynclient.Sandbox(load(path), second_opinion=True)


@functools.cache
def routes_of(path):
    return OperationMatcher(load(path).operations.values(), load(path).uri)


def client_of(path, **options):
    document = load(path)
    credentials = {name: CREDENTIALS.get(name, "test") for name in document.security_schemes}
    return dynclient.Client(document, credentials=credentials, **options)


def carried(call):
    """Return what of a call the wire carries: an empty array or object in a query is not there (RFC 6570 §2.3)."""
    found = {key: value for key, value in call.items() if key != "media_type"}
    for group in ("query", "cookie"):
        members = {
            name: value for name, value in found.pop(group, {}).items() if value not in ([], {})
        }
        found |= {group: members} if members else {}
    return json.dumps(found, sort_keys=True)


@each_operation
def test_a_valid_call_is_accepted_built_read_back_and_answered(path, key):
    sandbox = sandbox_of(path)
    operation = client_of(path, transport=sandbox).operations[key]
    reader = RequestReader(operation._plan)

    @share_each(0.5)
    @given(strategies.calls(operation))
    def check(call):
        sandbox.reset()
        assert operation.validate(call) == []
        incoming = ParsedRequest.parse(operation.request(call))
        route, *_ = (
            routes_of(path).find(incoming.method, incoming.path, incoming.query_pairs).matches
        )
        reading = reader.read(incoming, route.path_values)
        assert route.operation.key == key
        assert reading.violations == []
        assert carried(reading.call) == carried(call)
        assert operation.send(call).violations == ()
        assert [d for d in sandbox.disagreements if d.reason is None] == []

    check()


@each_operation
def test_a_broken_call_is_refused_at_the_right_place_and_nothing_is_sent(path, key):
    sent, sandbox = [], sandbox_of(path)
    transport = httpx.MockTransport(sent.append)
    operation = client_of(path, transport=transport, server="https://api.example.com").operations[
        key
    ]
    unchecked = client_of(path, transport=sandbox, validate_requests=False).operations[key]

    @share_each(0.5)
    @given(strategies.invalid_calls(operation))
    def check(broken):
        with pytest.raises(InvalidCall) as caught:
            operation(broken.call)
        assert (broken.kind, broken.path) in [(v.kind, v.path) for v in caught.value.violations]
        assert all(v.path[: len(broken.path)] == broken.path for v in caught.value.violations)
        assert sent == []
        # Sent all the same, it is refused by openapi-core wherever the sandbox refuses it.
        sandbox.reset()
        with contextlib.suppress(UnsafeValue, ClientError):
            unchecked.send(broken.call)
        assert [d for d in sandbox.disagreements if d.reason is None] == []

    check()


@each_operation
def test_the_line_that_a_call_prints_as_makes_that_call(path, key):
    client = client_of(path, server="https://api.example.com")
    operation = client.operations[key]

    @share_each(0.5)
    @given(strategies.calls(operation))
    def check(call):
        arguments = repr(call).partition("(")[2].removesuffix(")")
        bound = eval(
            f"bind({arguments})",
            {"bind": lambda *args, **kwargs: operation._plan.binder.bind(args, kwargs)},
        )
        assert bound.violations == []
        assert bound.call == call

    check()


def closed_bodies():
    """Yield the operations whose body, by the document as it is written, declares properties and nothing of others."""
    for name, path, key in OPERATIONS:
        body = load(path).operations[key].request_body
        node = body.content["application/json"].schema.resolve() if body else None
        if (
            node is not None
            and "properties" in node.value
            and not {"additionalProperties", "allOf"} & set(node.value)
        ):
            yield pytest.param(path, key, id=name)


@pytest.mark.parametrize(("path", "key"), list(closed_bodies()))
def test_a_body_with_a_name_that_is_not_declared_is_refused(path, key):
    operation = client_of(path, server="https://api.example.com").operations[key]

    @share_each(0.5)
    @given(strategies.calls(operation))
    def check(call):
        found = operation.validate(
            dynclient.Call(call, body={**call.get("body", {}), "undeclared": 1})
        )
        assert ("unknown", ("body", "undeclared")) in [(v.kind, v.path) for v in found]

    check()


def results_of(operation):
    """Return (status, media type) of each JSON result below 400."""
    declared = operation.operation.responses.items()
    found = [(status, name) for status, response in declared for name in response.content]
    return [
        (s, name) for s, name in found if s.isdecimal() and int(s) < 400 and media.is_json(name)
    ]


def is_open(entry):
    """Tell whether a body, by the document as it is written, declares properties and nothing of others."""
    return (
        "properties" in entry.schema.resolve().value
        and "additionalProperties" not in entry.schema.resolve().value
    )


RESULTS = [
    pytest.param(path, key, id=name)
    for name, path, key in OPERATIONS
    if results_of(client_of(path, server="http://x").operations[key])
]


def answering(path, key, status, media_type, data, **options):
    response = httpx.Response(
        int(status), content=json.dumps(data), headers={"Content-Type": media_type}
    )
    transport = httpx.MockTransport(lambda _request: response)
    return client_of(
        path, transport=transport, server="https://api.example.com", **options
    ).operations[key]


@pytest.mark.parametrize(("path", "key"), RESULTS)
def test_a_valid_result_is_accepted_and_a_broken_one_refused_or_reported(path, key):
    operation = client_of(path, server="https://api.example.com").operations[key]
    call = operation.example()
    kinds = results_of(operation)

    @share_each(0.5)
    @given(st.data())
    def check(data):
        status, name = data.draw(st.sampled_from(kinds))
        valid = data.draw(strategies.results(operation, status, name))
        assert answering(path, key, status, name, valid)(call) == valid
        if isinstance(valid, dict) and is_open(operation.operation.responses[status].content[name]):
            newer = {**valid, "addedLater": 1}
            assert answering(path, key, status, name, newer)(call) == newer
        broken = data.draw(strategies.invalid_results(operation, status, name))
        with pytest.raises(InvalidResponse) as caught:
            answering(path, key, status, name, broken.data)(call)
        assert (broken.kind, broken.path) in [(v.kind, v.path) for v in caught.value.violations]
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            result = answering(
                path, key, status, name, broken.data, validate_responses="warn"
            ).send(call)
        assert result.data == broken.data
        assert broken.path in [v.path for v in result.violations]
        assert any(issubclass(warning.category, ResponseDrift) for warning in told)

    check()


@pytest.mark.parametrize(
    "path", sorted({path for _, path, _ in OPERATIONS}), ids=lambda path: path.stem
)
def test_hardly_a_drawn_call_is_rejected(path):
    from dynclient.strategies.operation_strategies import list_call_variants

    client = client_of(path, server="https://api.example.com")

    @share_each(0.5)
    @given(st.data())
    def check(data):
        for operation in client.operations.values():
            data.draw(strategies.calls(operation))

    before = counted(client, list_call_variants)
    check()
    drawn, rejected = (
        now - then for now, then in zip(counted(client, list_call_variants), before, strict=True)
    )
    assert drawn > 0
    assert rejected <= 0.05 * drawn


def counted(client, ways):
    """Return how many calls were drawn at once, and how many were not: drawn anew, sampled or rejected."""
    counts = [
        way.source.counts
        for operation in client.operations.values()
        for way in ways(operation._plan, None)
    ]
    return sum(c["drawn"] for c in counts), sum(
        c["again"] + c["sampled"] + c["rejected"] for c in counts
    )

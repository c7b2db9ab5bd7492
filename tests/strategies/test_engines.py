"""jsonschema and jsonschema-rs, asked one by one, say the same of everything that is drawn and of everything broken."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.effort import share_each
from support.schemas import schemas
from support.talon_one import OPERATIONS, load

import dynclient
from dynclient import strategies
from dynclient.errors import UsageError
from dynclient.schema.engines.engine import Checker
from dynclient.schema.engines.fast_schema import UnsuitableSchema
from dynclient.schema.engines.jsonschema_rs_engine import FastValidator
from dynclient.strategies.operation_strategies import find_declared_media_type, get_result_source
from dynclient.wire import media


def agreed(checker, value):
    """Return what both engines say of a value.

    The one thing that the fast engine is not asked about: names by a pattern that it could not search within bounds.
    """
    if checker._fast_validator is None:
        with pytest.raises(UnsuitableSchema):
            FastValidator(checker.schema)
        return checker.accepts_by_reference(value)
    fast = checker.accepts_by_fast_engine(value)
    assert checker.accepts_by_reference(value) is fast
    return fast


def json_results(operation):
    """Return (status, media type) of every JSON result, errors too."""
    found = operation.operation.responses.items()
    return [
        (status, name)
        for status, response in found
        for name in response.content
        if media.is_json(name)
    ]


@pytest.mark.parametrize(
    ("path", "key"), [pytest.param(*rest, id=name) for name, *rest in OPERATIONS]
)
def test_of_calls_and_results(path, key):
    operation = dynclient.Client(load(path), server="http://x").operations[key]
    plan, kinds = operation._plan, json_results(operation)

    @share_each(0.5)
    @given(st.data())
    def check(data):
        call, broken = (
            data.draw(strategies.calls(operation)),
            data.draw(strategies.invalid_calls(operation)),
        )
        for reading in ("producer", "consumer"):
            assert agreed(plan.get_checker(None, reading), dict(call))
            agreed(plan.get_checker(None, reading), dict(broken.call))
        assert not agreed(plan.get_checker(None, "producer"), dict(broken.call))
        if not kinds:
            return
        status, name = data.draw(st.sampled_from(kinds))
        entry = find_declared_media_type(operation, status, name)
        for reading in ("producer", "consumer"):
            assert agreed(
                get_result_source(operation, entry, reading).checker,
                data.draw(strategies.results(operation, status, name)),
            )
        try:
            wrong = data.draw(strategies.invalid_results(operation, status, name))
        except UsageError:
            return  # it takes anything
        assert not agreed(get_result_source(operation, entry, "consumer").checker, wrong.data)

    check()


@settings(suppress_health_check=list(HealthCheck))
@given(st.data())
def test_of_any_schema(data):
    schema, other = data.draw(schemas()), data.draw(schemas())
    wholes = [schema, other, {"not": other}, {"allOf": [schema, other]}, {"oneOf": [schema, other]}]
    for whole in (schema, other):
        try:
            value = data.draw(strategies.from_schema(whole))
        except UsageError:
            continue  # perhaps nothing fits it
        assert agreed(Checker(whole), value)
        for judge in wholes:
            agreed(Checker(judge), value)


@settings(suppress_health_check=list(HealthCheck))
@given(strategies.documents(), st.data())
def test_of_the_calls_of_any_document(document, data):
    client = dynclient.Client(document)
    operation = data.draw(st.sampled_from(list(client.operations.values())))
    checker = operation._plan.get_checker(None, "producer")
    call, broken = (
        data.draw(strategies.calls(operation)),
        data.draw(strategies.invalid_calls(operation)),
    )
    for one in (call, broken.call):
        agreed(
            checker, json.loads(json.dumps(one, default=lambda content: content.decode("latin-1")))
        )

"""The whole way on a real document: a call that fits is built, read by the sandbox, and answered with what fits."""

import hypothesis.strategies as st
import pytest
from hypothesis import given
from support.effort import share

import dynclient

SPEC = "spec/talon-one/integration.yaml"


@pytest.fixture(scope="module")
def talon_one(request):
    document = dynclient.load(request.config.rootpath / SPEC)
    sandbox = dynclient.Sandbox(document, second_opinion=True)
    return dynclient.Client(
        document, transport=sandbox, credentials={"api_key_v1": "ApiKey-v1 test"}
    ), sandbox


def operation_ids():
    from pathlib import Path

    return list(dynclient.load(Path(__file__).resolve().parents[2] / SPEC).operations)


@pytest.mark.parametrize("operation_id", operation_ids())
@share(0.25)
@given(data=st.data())
def test_a_call_that_fits_is_sent_read_and_answered(talon_one, operation_id, data):
    client, sandbox = talon_one
    operation = client[operation_id]
    call = operation.example(seed=data.draw(st.integers(0, 2**32 - 1), label="seed"))

    sandbox.reset()  # what was made before would be met again
    assert operation.validate(call) == []
    result = operation.send(call)

    assert 200 <= result.status < 300
    assert result.violations == ()
    assert [d for d in sandbox.disagreements if d.reason is None] == []


@pytest.mark.parametrize("operation_id", operation_ids())
@share(0.25)
@given(data=st.data())
def test_a_call_with_an_undeclared_argument_is_refused_and_nothing_is_sent(
    talon_one, operation_id, data
):
    client, sandbox = talon_one
    operation = client[operation_id]
    call = operation.example(seed=data.draw(st.integers(0, 2**32 - 1), label="seed"))
    location = data.draw(
        st.sampled_from([key for key in ("path", "query", "header") if key in call] or ["query"])
    )
    before = sandbox.state

    with pytest.raises(dynclient.errors.InvalidCall) as caught:
        operation(
            dynclient.Call(call, **{location: {**call.get(location, {}), "undeclared-name": "x"}})
        )

    assert [violation.path for violation in caught.value.violations] == [
        (location, "undeclared-name")
    ] or (location not in call)
    assert sandbox.state == before

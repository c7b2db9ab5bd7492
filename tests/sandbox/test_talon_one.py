"""The shipped document answers all of its own calls."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sandboxes import TALON_ONE, ask, data, unexplained

import dynclient
from dynclient import errors
from dynclient.schema.engines.engine import Checker
from dynclient.violations import format_path

DOCUMENT = dynclient.load(TALON_ONE)
KEYS = list(DOCUMENT.operations)


@pytest.mark.parametrize("key", KEYS)
def test_an_example_gets_a_success_that_the_client_accepts(client, sandbox, key):
    operation = client.operations[key]
    result = operation.send(operation.example())
    assert 200 <= result.status < 300
    assert result.violations == ()
    assert unexplained(sandbox) == []


@pytest.mark.parametrize("key", KEYS)
def test_without_a_credential_comes_401_in_the_declared_error_schema(talon_one, sandbox, key):
    stranger = dynclient.Client(talon_one, transport=sandbox)
    request = stranger.operations[key].request(stranger.operations[key].example())
    response = sandbox.handle(request)
    assert response.status == 401
    plan = stranger.operations[key]._plan
    declared = plan.operation.find_response(401)
    if declared is not None and declared.content:
        entry = next(iter(declared.content.values()))
        assert (
            Checker(plan.schemas.build_result_schema(entry, "producer")).find_violations(
                data(response)
            )
            == []
        )
        assert "api_key_v1" in response.body.decode()
    assert unexplained(sandbox) == []


def test_wrong_calls_get_400_with_every_problem_in_the_declared_error_schema(client, sandbox):
    careless = client.with_options(validate_requests=False)
    with pytest.raises(errors.BadRequest) as caught:
        careless.update_customer_session_v2(
            "s-1", customer_session={"profileId": 5, "cartItems": [{}]}, dry="maybe"
        )
    assert caught.value.violations == ()
    told = [item["details"] for item in caught.value.data["errors"]]
    assert any("query.dry" in line for line in told)
    assert any("body.customerSession.profileId" in line for line in told)
    assert any(
        line.startswith("missing body.customerSession.cartItems[0].quantity") for line in told
    )
    assert unexplained(sandbox) == []


def test_what_says_nothing_of_the_error_is_left_out_of_its_body(client):
    with pytest.raises(errors.BadRequest) as caught:
        client.with_options(validate_requests=False).create_audience_v2()
    assert set(caught.value.data) <= {"message", "errors", "StatusCode"}
    assert caught.value.data["errors"][0]["source"] == {}


def test_the_result_carries_what_the_request_said(client):
    assert client.create_audience_v2(name="Gold")["name"] == "Gold"
    profile = client.update_customer_profile_v2("p-77", attributes={"Name": "Ada"})[
        "customerProfile"
    ]
    assert profile["integrationId"] == "p-77"
    assert profile["attributes"] == {"Name": "Ada"}


def test_any_deployment_of_the_document_is_the_sandbox(sandbox):
    for host in (
        "https://acme.europe-west1.talon.one",
        "http://127.0.0.1:8000",
        "http://sandbox.invalid",
    ):
        response = ask(
            sandbox, "GET", f"{host}/v2/customer_sessions/s-1", Authorization="ApiKey-v1 x"
        )
        assert response.status == 200


def test_the_async_client_is_answered_too(talon_one):
    async def call():
        sandbox = dynclient.Sandbox(talon_one, second_opinion=True)
        credentials = {"api_key_v1": "ApiKey-v1 abc"}
        async with dynclient.AsyncClient(
            talon_one, transport=sandbox, credentials=credentials
        ) as client:
            return await client.create_audience_v2(name="Gold")

    assert asyncio.run(call())["name"] == "Gold"


@given(
    key=st.sampled_from(KEYS),
    seed=st.integers(0, 2**32),
    where=st.integers(0, 99),
    value=st.sampled_from([None, 7, "x", [], {}]),
)
def test_what_the_client_refuses_as_wrong_openapi_core_judges_as_we_do(key, seed, where, value):
    sandbox = dynclient.Sandbox(DOCUMENT, second_opinion=True)
    client = dynclient.Client(
        DOCUMENT, transport=sandbox, credentials={"api_key_v1": "ApiKey-v1 abc"}
    )
    operation = client.with_options(validate_requests=False).operations[key]
    call = operation.example(seed)
    body = call.get("body")
    if not isinstance(body, dict) or not body:
        return
    name = sorted(body)[where % len(body)]
    call["body"] = {**body, name: value}
    wrong = not operation._plan.get_checker(None, "consumer").accepts(dict(call))
    try:
        status = operation.send(call).status
    except errors.StatusError as error:
        status = error.status
    assert (status == 400) == wrong, format_path(("body", name))
    assert unexplained(sandbox) == []


def test_another_seed_gives_other_samples_and_the_same_seed_the_same(talon_one):
    def answers(seed):
        sandbox = dynclient.Sandbox(talon_one, seed=seed)
        client = dynclient.Client(
            talon_one, transport=sandbox, credentials={"api_key_v1": "ApiKey-v1 abc"}
        )
        return [operation(operation.example()) for operation in client.operations.values()]

    assert answers(3) == answers(3)
    assert answers(3) != answers(4)

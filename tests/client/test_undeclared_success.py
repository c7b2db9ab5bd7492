"""Operations whose responses declare failures only: any success is accepted, and `check` warns of it."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from support.documents import Server, document, operation

import dynclient
from dynclient import errors

FAILURES = {"400": {"description": "bad"}, "4XX": {"description": "worse"}}


def build(responses, version="3.0.3"):
    return document({"/pets": {"put": operation(responses=responses)}}, version=version)


@pytest.mark.parametrize(
    "responses", [FAILURES, {"405": {"description": ""}}, {}, {"5XX": {"description": ""}}]
)
@pytest.mark.parametrize(
    ("reply", "data"),
    [
        (httpx.Response(200, json={"a": 1}), {"a": 1}),
        (httpx.Response(201, text="made"), "made"),
        (httpx.Response(204), None),
        (httpx.Response(304), None),
        (httpx.Response(200, content=b"\x00", headers={"content-type": "image/png"}), b"\x00"),
    ],
)  # fmt: skip
def test_any_success_is_accepted_unjudged(responses, reply, data):
    source = build(responses)
    with dynclient.Client(source, transport=Server(reply)) as client:
        result = client.run.send()
    assert result.data == data
    assert result.violations == ()

    async def run():
        async with dynclient.AsyncClient(source, transport=Server(reply)) as other:
            return await other.run()

    assert asyncio.run(run()) == data


def test_failures_raise_as_they_do_everywhere():
    client = dynclient.Client(build(FAILURES), transport=Server(httpx.Response(400)))
    with pytest.raises(errors.BadRequest):
        client.run()
    client = dynclient.Client(build(FAILURES), transport=Server(httpx.Response(500)))
    with pytest.raises(errors.ServerError):
        client.run()


@pytest.mark.parametrize(
    "responses",
    [
        {"201": {"description": ""}},
        {"2XX": {"description": ""}},
        {"302": {"description": ""}, **FAILURES},
    ],
)
def test_with_a_declared_success_another_one_is_undocumented(responses):
    if "2XX" in responses:
        return
    client = dynclient.Client(build(responses), transport=Server(httpx.Response(200)))
    with pytest.raises(errors.UndocumentedResponse):
        client.run()


def test_the_sandbox_answers_with_a_success_without_body():
    source = build(FAILURES)
    client = dynclient.Client(source, transport=dynclient.Sandbox(source))
    result = client.run.send()
    assert 200 <= result.status < 300
    assert result.data is None


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_check_warns_of_it(version):
    found = [
        p
        for p in dynclient.load(build(FAILURES, version)).problems
        if p.code == "no-success-response"
    ]
    assert [(p.severity, p.pointer) for p in found] == [("warning", "/paths/~1pets/put/responses")]
    assert found[0].message == (
        "the operation declares no success, only 400, 4XX; any success is accepted"
    )
    for responses in ({"default": {"description": ""}}, {"3XX": {"description": ""}}, {}):
        codes = {p.code for p in dynclient.load(build(responses, version)).problems}
        assert "no-success-response" not in codes

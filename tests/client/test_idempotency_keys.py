"""An operation that declares an idempotency header gets one key per call, and may then be repeated."""

from __future__ import annotations

import uuid

import httpx
import pytest
from support.both import BOTH, document
from support.documents import Server, content

import dynclient
import dynclient.transport.clock
from dynclient import errors

NAMES = ["Idempotency-Key", "idempotency-key", "X-Idempotency-Key"]


@pytest.fixture(params=BOTH, ids=lambda kind: kind.name)
def kind(request, monkeypatch):
    """Give either kind of client; nobody waits."""
    monkeypatch.setattr(dynclient.transport.clock.Clock, "sleep", lambda *_: None)

    async def pause(*_):
        pass

    monkeypatch.setattr(dynclient.transport.clock.Clock, "sleep_async", pause)
    return request.param


def declaring(name="Idempotency-Key", schema=None, *, required=False, method="post", **fields):
    parameter = {"name": name, "in": "header", "schema": schema or {"type": "string"}}
    return document({**parameter, "required": required}, method=method, **fields)


def failing(times):
    server = Server(lambda _: httpx.Response(503 if len(server.seen) <= times else 200))
    return server


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_each_try_of_a_call_has_the_same_key_and_another_call_another(kind, name, method):
    server = failing(2)
    made = declaring(name, method=method)
    kind.send(made, transport=server, retries=2, validate_responses="off")
    kind.send(made, transport=server, retries=2, validate_responses="off")
    keys = [seen.headers[name] for seen in server.seen]
    assert len(keys) == 4
    assert len(set(keys[:3])) == 1
    assert keys[3] != keys[0]
    assert uuid.UUID(keys[0]).version == 4


def test_a_key_of_the_caller_is_kept(kind):
    server = failing(1)
    kind.send(
        declaring(),
        transport=server,
        retries=1,
        args={"idempotency_key": "mine"},
        validate_responses="off",
    )
    kind.send(
        declaring(),
        transport=server,
        headers={"idempotency-key": "of the options"},
        validate_responses="off",
    )
    keys = [seen.headers["idempotency-key"] for seen in server.seen]
    assert keys == ["mine", "mine", "of the options"]


def test_the_error_has_the_key_so_that_the_call_can_be_sent_again_by_hand():
    server = failing(1)
    client = dynclient.Client(declaring(), transport=server)
    with pytest.raises(errors.ServerError) as caught:
        client.run()
    client.with_options(validate_responses="off").run.send(caught.value.result.request)
    first, second = [seen.headers["idempotency-key"] for seen in server.seen]
    assert first == second


def test_a_required_key_is_filled_in():
    server = failing(0)
    made = declaring(required=True, body=content({"type": "object"}))
    client = dynclient.Client(made, transport=server, validate_responses="off")
    assert client.run.validate(body={}) == []
    call = dynclient.Call(body={})
    client.run(call)
    assert call == {"body": {}}
    client.run(body={})
    assert len({seen.headers["idempotency-key"] for seen in server.seen}) == 2
    assert "Idempotency-Key" in client.run.request(body={}).headers
    with pytest.raises(errors.InvalidCall) as caught:
        client.run(body=1)
    assert [str(each) for each in caught.value.violations] == ["body: got 1, want object"]


@pytest.mark.parametrize(
    ("schema", "length"),
    [
        ({"type": "string", "format": "uuid"}, 36),
        ({"type": "string", "maxLength": 32}, 32),
        ({"type": "string", "maxLength": 8}, None),
        ({"type": "integer"}, None),
    ],
)
def test_a_key_fits_its_schema_or_there_is_none(schema, length):
    server = failing(0)
    dynclient.Client(declaring(schema=schema), transport=server, validate_responses="off").run()
    key = server.seen[0].headers.get("idempotency-key")
    assert (None if key is None else len(key)) == length


def test_without_a_key_a_post_is_sent_once(kind):
    server = failing(9)
    with pytest.raises(errors.ServerError):
        kind.send(declaring(schema={"type": "integer"}), transport=server, retries=3)
    assert len(server.seen) == 1


def test_a_redirect_to_another_origin_loses_the_key_and_is_not_repeated(kind):
    def answer(request):
        if request.url.host != "b.test":
            return httpx.Response(307, headers={"location": "https://b.test/x"})
        return httpx.Response(503)

    server = Server(answer)
    with pytest.raises(errors.ServerError):
        kind.send(declaring(), transport=server, retries=3, follow_redirects=True)
    assert [seen.url.host for seen in server.seen] == ["api.example.com", "b.test"]


def test_the_shipped_document_declares_one():
    source = "spec/talon-one/integration.yaml"
    sandbox = dynclient.Sandbox(source)
    with dynclient.Client(
        source, transport=sandbox, credentials={"api_key_v1": "ApiKey-v1 demo"}
    ) as client:
        operation = client.return_cart_items
        result = operation.send(operation.example())
    assert "Idempotency-Key" in result.request.headers

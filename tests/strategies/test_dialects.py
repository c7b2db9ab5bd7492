"""What OpenAPI's versions write differently means the same to the strategies, the client, the sandbox and openapi-core."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from support.documents import answer, content, parameter, single
from support.effort import find_missed, share
from support.sandboxes import unexplained

import dynclient
from dynclient import strategies
from dynclient.errors import ClientError, UnsafeValue


def properties(nullable, above_zero):
    """Return the properties of a schema.

    Args:
        nullable: type → what says that a value may be null.
        above_zero: what says that a number is more than 0.

    """
    return {
        "text": nullable("string"),
        "amount": {"type": "number", **above_zero},
        "count": {"type": "integer", "format": "int32"},
        "id": {"type": "integer", "format": "int64", "readOnly": True},
        "secret": {"type": "string", "writeOnly": True},
        "when": {"type": "string", "format": "date-time"},
        "code": {"type": "string", "pattern": "^[A-Z]{2}\\d$"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "list": {"type": "array", "items": nullable("integer"), "maxItems": 2},
        "map": {"type": "object", "additionalProperties": {"type": "boolean"}},
        "pet": {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "tag"},
        },
    }


PETS = {
    tag: {
        "type": "object",
        "required": ["tag"],
        "properties": {"tag": {"type": "string", "enum": [tag]}, f"of{tag}": {"type": "integer"}},
    }
    for tag in ("Cat", "Dog")
}
DIALECTS = {
    "3.0.3": properties(
        lambda kind: {"type": kind, "nullable": True}, {"minimum": 0, "exclusiveMinimum": True}
    ),
    "3.1.0": properties(lambda kind: {"type": [kind, "null"]}, {"exclusiveMinimum": 0}),
}
MANY = share(2)

each_version = pytest.mark.parametrize("version", DIALECTS)


def sandboxed(version):
    schema = {"type": "object", "required": ["count", "id"], "properties": DIALECTS[version]}
    fields = {"body": content(schema), "responses": answer(schema), "components": {"schemas": PETS}}
    trace = parameter("X-Trace", "header", {"type": "string"})
    sandbox = dynclient.Sandbox(single(trace, version=version, **fields), second_opinion=True)
    return dynclient.Client(sandbox.document, transport=sandbox), sandbox


@each_version
def test_what_is_valid_openapi_core_takes_too(version):
    client, sandbox = sandboxed(version)

    @MANY
    @given(strategies.calls(client.run))
    def check(call):
        sandbox.reset()
        assert client.run.send(call).violations == ()
        assert unexplained(sandbox) == []
        assert "id" not in call["body"]

    check()


@pytest.mark.parametrize(("version", "other"), [("3.0.3", "3.1.0"), ("3.1.0", "3.0.3")])
def test_what_one_version_says_the_other_says_too(version, other):
    (client, _), (twin, _) = sandboxed(version), sandboxed(other)

    @MANY
    @given(strategies.calls(client.run), strategies.invalid_calls(client.run))
    def check(call, broken):
        assert twin.run.validate(call) == []
        assert [(v.kind, v.path) for v in twin.run.validate(broken.call)] == [
            (v.kind, v.path) for v in client.run.validate(broken.call)
        ]

    check()


@each_version
def test_what_is_broken_openapi_core_refuses_too(version):
    client, sandbox = sandboxed(version)

    @MANY
    @given(strategies.invalid_calls(client.run))
    def check(broken):
        sandbox.reset()
        with contextlib.suppress(UnsafeValue, ClientError):
            client.with_options(validate_requests=False).run(broken.call)
        assert unexplained(sandbox) == []

    check()


REACHED = {
    "null": lambda body: "text" in body and body["text"] is None,
    "null in an array": lambda body: None in body.get("list", []),
    "next to nothing": lambda body: 0 < body.get("amount", 0) < 0.001,
    "the largest": lambda body: body["count"] == 2**31 - 1,
    "what is only written": lambda body: "secret" in body,
    "the second alternative": lambda body: body.get("pet", {}).get("tag") == "Dog",
}


@each_version
def test_each_corner_is_reached(version):
    client, _ = sandboxed(version)
    bodies = strategies.calls(client.run).map(lambda call: call["body"])
    assert find_missed(bodies, REACHED) == []


@each_version
def test_results_hold_what_is_only_read_and_not_what_is_only_written(version):
    client, _ = sandboxed(version)

    @MANY
    @given(strategies.results(client.run, 200))
    def check(value):
        assert "id" in value
        assert "secret" not in value

    check()

"""A new value of an enum: where the enum is open, and where `open_enums` lets it pass."""

from __future__ import annotations

import httpx
import pytest
from support.documents import Server, answer, content, parameter, single

import dynclient
from dynclient.errors import InvalidResponse, ResponseDrift

BOTH = pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
COLOURS = {"type": "string", "enum": ["red", "blue"]}
OPEN_MARKS = [
    {"x-extensible-enum": True},
    {"x-extensible-enum": ["green"]},
    {"x-ms-enum": {"name": "Colour", "modelAsString": True}},
    {"x-speakeasy-unknown-values": "allow"},
]
CLOSED_MARKS = [
    {},
    {"x-extensible-enum": False},
    {"x-ms-enum": {"name": "Colour", "modelAsString": False}},
    {"x-ms-enum": True},
    {"x-speakeasy-unknown-values": "disallow"},
]


def build(schema: object, version: str) -> dict:
    return single(
        parameter("colour", "query", schema),
        body=content({"properties": {"colour": schema}}),
        responses=answer({"properties": {"colour": schema}}),
        version=version,
    )


@BOTH
@pytest.mark.parametrize("mark", OPEN_MARKS)
@pytest.mark.parametrize("enum", [COLOURS, {"enum": ["red", "blue"]}])
def test_an_enum_that_says_it_is_open_accepts_a_new_value(mark, enum, version):
    document = build({**enum, **mark}, version)
    client = dynclient.Client(document, transport=Server(httpx.Response(200, json={"colour": "x"})))

    assert client.run(query={"colour": "y"}, body={"colour": "z"}) == {"colour": "x"}
    (violation,) = client.run.validate(body={"colour": 5})
    assert str(violation).startswith("body.colour: got 5, want string, known: 'red', 'blue'")


@BOTH
@pytest.mark.parametrize("mark", CLOSED_MARKS)
def test_any_other_enum_is_closed(mark, version):
    operation = dynclient.Client(build({**COLOURS, **mark}, version)).run

    assert [str(violation) for violation in operation.validate(body={"colour": "z"})] == [
        "body.colour: got 'z', want one of 'red', 'blue'"
    ]


@pytest.mark.parametrize("mark", OPEN_MARKS)
def test_samples_of_an_open_enum_are_values_that_are_known(mark):
    operation = dynclient.Client(build({**COLOURS, **mark}, "3.0.3")).run
    values = {
        operation.example(seed)["body"]["colour"]
        for seed in range(12)
        if "colour" in operation.example(seed)["body"]
    }

    assert values
    assert values <= {"red", "blue", "green"}


@BOTH
def test_null_stays_what_it_was_in_an_open_enum(version):
    for is_nullable in (True, False):
        schema = {**COLOURS, "nullable": is_nullable, "x-extensible-enum": True}
        operation = dynclient.Client(build(schema, version)).run
        assert (operation.validate(body={"colour": None}) == []) is is_nullable


RESULT = {
    "200": {
        "description": "fine",
        "headers": {"X-Colour": {"schema": COLOURS}},
        "content": {
            "application/json": {
                "schema": {
                    "properties": {
                        "colour": COLOURS,
                        "colours": {"type": "array", "items": COLOURS},
                        "count": {"type": "integer"},
                        "flow": {
                            "oneOf": [
                                {"properties": {"method": {"enum": ["code"]}}},
                                {"properties": {"method": {"enum": ["password"]}}},
                            ]
                        },
                    }
                }
            }
        },
    }
}


@BOTH
@pytest.mark.parametrize(
    ("data", "headers", "expected"),
    [
        ({"colour": "x"}, {}, ["run: body.colour: got 'x', want one of 'red', 'blue'"]),
        (
            {"colours": ["red", "x"]},
            {},
            ["run: body.colours[1]: got 'x', want one of 'red', 'blue'"],
        ),
        (
            {"flow": {"method": "x"}},
            {},
            ["run: body.flow.method: got 'x', want 'code' or 'password'"],
        ),
        ({}, {"X-Colour": "x"}, ["run: headers.X-Colour: got 'x', want one of 'red', 'blue'"]),
    ],
)
def test_the_option_lets_a_new_value_pass_with_a_warning(version, data, headers, expected):
    document = single(method="get", responses=RESULT, version=version)
    reply = Server(httpx.Response(200, json=data, headers=headers))
    strict = dynclient.Client(document, transport=reply)

    with pytest.raises(InvalidResponse, match="open_enums=True"):
        strict.run()
    with pytest.warns(ResponseDrift) as warned:
        result = strict.with_options(open_enums=True).run.send()
    assert (result.data, [str(one.message) for one in warned]) == (data, expected)


@BOTH
@pytest.mark.parametrize("data", [{"colour": 5}, {"colour": None}, {"colour": "x", "count": "y"}])
def test_the_option_lets_nothing_else_pass(version, data):
    document = single(method="get", responses=RESULT, version=version)
    client = dynclient.Client(document, transport=Server(httpx.Response(200, json=data)))

    with pytest.raises(InvalidResponse):
        client.with_options(open_enums=True).run()


def test_the_option_is_no_excuse_for_a_call():
    operation = dynclient.Client(build(COLOURS, "3.1.0"), open_enums=True).run

    assert operation.validate(body={"colour": "x"}) != []


async def _call(document, reply):
    async with dynclient.AsyncClient(document, transport=reply, open_enums=True) as client:
        return await client.run()


def test_the_option_counts_for_async_clients():
    import asyncio

    document = single(method="get", responses=RESULT)
    reply = httpx.MockTransport(lambda _request: httpx.Response(200, json={"colour": "x"}))
    with pytest.warns(ResponseDrift):
        assert asyncio.run(_call(document, reply)) == {"colour": "x"}

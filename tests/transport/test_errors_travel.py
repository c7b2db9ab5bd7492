"""Every error pickles, copies and prints within bounds, whatever the body was."""

from __future__ import annotations

import copy
import json
import pickle

import httpx
import pytest
from support.both import document
from support.documents import Server, single

import dynclient
from dynclient import errors
from dynclient.plan.results import Result
from dynclient.violations import Violation
from dynclient.wire.message import Headers, Request

LONG = "\x1b[2J\n\x07é\u202e" * 5_000
MEGABYTE = LONG * 30


def classes(root=errors.DynclientError):
    yield root
    for kind in root.__subclasses__():
        yield from classes(kind)


def made(kind):
    """Return an error of a class with everything that it may hold, all of it huge."""
    request = Request(
        "GET", f"https://a.test/{'x' * 100_000}", Headers([("X", LONG)]), b"x" * 1_000_000, (), LONG
    )
    violations = tuple(Violation("type", ("body", LONG, i), LONG) for i in range(1000))
    result = Result(
        LONG,
        404,
        Headers([("X", LONG)]),
        "text/plain",
        violations,
        request,
        0.1,
        {"X": LONG},
        object(),
    )
    data = {
        "request": request,
        "result": result,
        "violations": violations,
        "attempts": (errors.Attempt(1, 404),),
        "body": b"\0" * 1_000_000,
    }
    if not issubclass(kind, errors.ResponseError):
        data |= {"status": None, "limit": 5, "phase": "read", "suggestions": (LONG,)}
    error = kind(LONG, hint=LONG, **data)
    error.__cause__ = ValueError(LONG)
    return error


@pytest.mark.parametrize(
    "kind", sorted(set(classes()), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__
)
def test_every_error_travels_and_prints_within_bounds(kind):
    error = made(kind)
    for other in (error, pickle.loads(pickle.dumps(error)), copy.deepcopy(error), copy.copy(error)):
        assert type(other) is kind
        assert str(other) == str(error)
        assert len(str(other)) <= 4000
        assert not set(str(other)) & {"\x1b", "\x07", "\u202e"}
        assert other.code == kind.code
        assert str(other.__cause__) == LONG


@pytest.mark.parametrize(
    "status", [200, 400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 503, 599]
)
@pytest.mark.parametrize(
    "body",
    [json.dumps({"message": MEGABYTE}), json.dumps({"error": {"message": MEGABYTE}}), json.dumps([MEGABYTE] * 3), json.dumps(MEGABYTE), MEGABYTE, "{" * 1_000_000],
    ids=["message", "error", "array", "string", "text", "braces"],
)  # fmt: skip
def test_no_body_is_echoed(status, body):
    answer = {
        str(status): {
            "description": "",
            "content": {"application/json": {"schema": {"type": "integer"}}},
        }
    }
    transport = Server(
        httpx.Response(status, text=body, headers={"content-type": "application/json"})
    )
    with pytest.raises(errors.ResponseError) as caught:
        dynclient.Client(single(responses=answer), transport=transport).run()
    error = caught.value
    assert len(str(error)) <= 4000
    assert "\x1b" not in str(error)
    assert len(repr(error)) <= 5000
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_huge_header_and_url_are_not_echoed(serve, kind):
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: " + b"a" * 80_000 + b"/b\r\nContent-Length: 1\r\n\r\n1"
    )
    with pytest.raises(errors.UndocumentedResponse) as caught:
        kind.send(document(), server=serve([head]).url)
    assert len(str(caught.value)) < 1000

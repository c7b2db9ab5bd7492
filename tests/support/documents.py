"""Small documents of our own, written in the test that needs them, and a transport that remembers what it was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

SERVER = "https://api.example.com/v1"
OK = {"200": {"description": "fine"}}


def document(
    paths: dict[str, Any] | None = None, *, version: str = "3.1.0", **fields: Any
) -> dict[str, Any]:
    """Return a document with one server, as a mapping."""
    top = {
        "openapi": version,
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": SERVER}],
    }
    return {**top, "paths": paths or {}, **fields}


def operation(*parameters: Any, body: Any = None, **fields: Any) -> dict[str, Any]:
    """Return an Operation Object; its operationId is `run` where none is given."""
    made = {"operationId": "run", "parameters": list(parameters), "responses": OK, **fields}
    return made if body is None else {**made, "requestBody": body}


def parameter(
    name: str, location: str = "query", schema: Any = None, **fields: Any
) -> dict[str, Any]:
    """Return a Parameter Object; one of a path is required."""
    required = {"required": True} if location == "path" else {}
    return {
        "name": name,
        "in": location,
        "schema": {} if schema is None else schema,
        **required,
        **fields,
    }


def content(schema: Any, media_type: str = "application/json", **fields: Any) -> dict[str, Any]:
    """Return a Request Body Object (required) or the part of a Response Object that holds its body."""
    return {"required": True, "content": {media_type: {"schema": schema}}, **fields}


def answer(
    schema: Any, status: str = "200", media_type: str = "application/json"
) -> dict[str, Any]:
    """Return a Responses Object with one response."""
    return {status: {"description": "an answer", "content": {media_type: {"schema": schema}}}}


def single(
    *parameters: Any, path: str = "/things", method: str = "post", **fields: Any
) -> dict[str, Any]:
    """Return a document with one operation, `run`; `version` and `components` go to the document."""
    top = {
        name: fields.pop(name)
        for name in ("version", "components", "servers", "security")
        if name in fields
    }
    return document({path: {method: operation(*parameters, **fields)}}, **top)


class Server(httpx.MockTransport):
    """A transport of httpx that answers in process; `.seen` holds every request that reached it.

    Args:
        reply: what it answers: a response, or a function of the request; 200 without a body where nothing is given.

    """

    def __init__(
        self, reply: httpx.Response | Callable[[httpx.Request], httpx.Response] | None = None
    ) -> None:
        self.seen: list[httpx.Request] = []

        def answer_to(request: httpx.Request) -> httpx.Response:
            self.seen.append(request)
            if callable(reply):
                return reply(request)
            if reply is None:
                return httpx.Response(200)
            return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

        super().__init__(answer_to)

    @property
    def last(self) -> httpx.Request:
        """The request that came last."""
        return self.seen[-1]

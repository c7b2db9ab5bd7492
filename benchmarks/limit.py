"""The limit: the leanest call with validation that can be written on httpx. It is a yardstick, and no library.

Parameters, body and response are validated by jsonschema-rs, and JSON goes through orjson. It has no error reports, no
styles but the default ones, no media types but JSON, no security schemes, and no bound for anything.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema_rs
import orjson

_REFERENCE = re.compile(rb'"#/components/schemas/([^"]+)"')


def translate(node: Any) -> Any:
    """Return an OpenAPI 3.0 schema as one of JSON Schema draft 4: null joins type and enum."""
    if isinstance(node, list):
        return [translate(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {name: translate(value) for name, value in node.items() if name != "example"}
    if kept.pop("nullable", False) is True:
        if "enum" in kept:
            kept["enum"] = [*kept["enum"], None]
        if isinstance(kept.get("type"), str):
            kept["type"] = [kept["type"], "null"]
    return kept


class LimitCalls:
    """The calls of a document, each compiled when it is first asked for.

    Args:
        document: parsed.
        base_url: of the server.
        library: the module httpx or httpx2.
        client: an HTTP client of it.
        key: the Authorization header.

    """

    def __init__(self, document: Any, base_url: str, library: Any, client: Any, key: str) -> None:
        self._document = document
        self._base_url = base_url
        self._library = library
        self._client = client
        fields = {**client.headers, "authorization": key, "content-type": "application/json"}
        self._headers = library.Headers(fields)

    def _compile(self, schema: Any) -> Callable[[Any], None]:
        found: dict[str, Any] = {}
        pending = [translate(schema)]
        while pending:
            for encoded in _REFERENCE.findall(orjson.dumps(pending.pop())):
                name = encoded.decode()
                if name not in found:
                    found[name] = translate(self._document["components"]["schemas"][name])
                    pending.append(found[name])
        root = {"allOf": [translate(schema)], "components": {"schemas": found}}
        check: Callable[[Any], None] = jsonschema_rs.Draft4Validator(
            root, validate_formats=True
        ).validate
        return check

    def _resolve(self, node: Any) -> Any:
        """Return what a reference within the document means."""
        if "$ref" not in node:
            return node
        target = self._document
        for name in node["$ref"].split("/")[1:]:
            target = target[name]
        return target

    def _prepare(self, case: dict[str, Any]) -> tuple[Callable[..., Any], Callable[[Any], Any]]:
        operation = self._document["paths"][case["path"]][case["method"].lower()]
        item = self._document["paths"][case["path"]]
        declared = [*item.get("parameters", []), *operation.get("parameters", [])]
        parameters = [self._resolve(parameter) for parameter in declared]
        where = {p["name"]: p["in"] for p in parameters}
        properties = {p["name"]: p.get("schema", {}) for p in parameters}
        schema = {"type": "object", "additionalProperties": False, "properties": properties}
        check_arguments = self._compile(schema)
        check_body = self._compile(
            operation["requestBody"]["content"]["application/json"]["schema"]
        )
        response = operation["responses"][str(case["status"])]
        check_result = self._compile(response["content"]["application/json"]["schema"])
        pieces = re.split(r"\{([^{}]+)\}", self._base_url + case["path"])
        method, headers, library = case["method"], self._headers, self._library
        constant = library.URL(pieces[0]) if len(pieces) == 1 else None

        def build(body: Any, arguments: dict[str, Any]) -> Any:
            check_arguments(arguments)
            check_body(body)
            query = [
                (name, {True: "true", False: "false"}.get(value, value))
                for name, value in arguments.items()
                if where[name] == "query"
            ]
            url = constant
            if constant is None or query:
                texts = [
                    quote(str(arguments[piece]), safe="") if index % 2 else piece
                    for index, piece in enumerate(pieces)
                ]
                url = library.URL("".join(texts) + ("?" + urlencode(query) if query else ""))
            return library.Request(method, url, headers=headers, content=orjson.dumps(body))

        def finish(response: Any) -> Any:
            data = orjson.loads(response.content)
            check_result(data)
            response.raise_for_status()
            return data

        return build, finish

    def get(self, case: dict[str, Any]) -> Callable[[], Any]:
        """Return the call of a case."""
        build, finish = self._prepare(case)
        send, body, arguments = self._client.send, case["body"], case["args"]
        return lambda: finish(send(build(body, arguments)))

    def get_async(self, case: dict[str, Any]) -> Callable[[], Awaitable[Any]]:
        """Return the call of a case, to be awaited."""
        build, finish = self._prepare(case)
        send, body, arguments = self._client.send, case["body"], case["args"]

        async def call() -> Any:
            return finish(await send(build(body, arguments)))

        return call

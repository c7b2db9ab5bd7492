"""A document with collections of every kind, for what a sandbox remembers."""

from __future__ import annotations

from typing import Any

from support.documents import answer, content, document, operation, parameter

BARE = {"description": "an answer"}
MISSING = {"404": BARE}

PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "tag": {"type": "string"},
        "born": {"type": "string", "format": "date"},
    },
}
NEW_PET = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "tag": {"type": "string"}},
}
CHANGE = {"type": "object", "properties": {"name": {"type": "string"}, "tag": {"type": "string"}}}
PETS = {
    "type": "object",
    "required": ["data", "hasMore", "totalResultSize"],
    "properties": {
        "data": {"type": "array", "items": PET},
        "hasMore": {"type": "boolean"},
        "totalResultSize": {"type": "integer"},
    },
}
#: Its identity is the client's.
CODE = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string"}, "percent": {"type": "integer"}},
}


def shop(**fields: Any) -> dict[str, Any]:
    """Return the document: pets numbered by the server, codes named by the client, settings of which there is one."""
    pet_id = parameter("petId", "path", {"type": "integer"})
    paging = [
        parameter(name, schema={"type": "integer", "minimum": 0}) for name in ("pageSize", "skip")
    ]
    code = parameter("code", "path", {"type": "string"})
    dry = parameter("dry", schema={"type": "boolean"})
    return document(
        {
            "/pets": {
                "post": operation(
                    dry, operationId="create", body=content(NEW_PET), responses=answer(PET, "201")
                ),
                "get": operation(*paging, operationId="list", responses=answer(PETS)),
            },
            "/pets/{petId}": {
                "parameters": [pet_id],
                "get": operation(operationId="read", responses={**answer(PET), **MISSING}),
                "put": operation(
                    operationId="replace",
                    body=content(NEW_PET),
                    responses={**answer(PET), **MISSING},
                ),
                "patch": operation(
                    operationId="change", body=content(CHANGE), responses={**answer(PET), **MISSING}
                ),
                "delete": operation(operationId="delete", responses={"204": BARE, **MISSING}),
            },
            "/pets/{petId}/toys": {
                "parameters": [pet_id],
                "post": operation(
                    operationId="give",
                    body=content(NEW_PET),
                    responses={**answer(PET, "201"), **MISSING},
                ),
                "get": operation(
                    operationId="toys",
                    responses={**answer({"type": "array", "items": PET}), **MISSING},
                ),
            },
            "/pets/{petId}/toys/{toyId}": {
                "parameters": [pet_id, parameter("toyId", "path", {"type": "integer"})],
                "get": operation(operationId="toy", responses={**answer(PET), **MISSING}),
            },
            "/codes": {
                "post": operation(
                    operationId="make",
                    body=content(CODE),
                    responses={**answer(CODE, "201"), "409": BARE},
                )
            },
            "/codes/{code}": {
                "parameters": [code],
                "get": operation(operationId="code", responses={**answer(CODE), **MISSING}),
                "put": operation(
                    operationId="store",
                    body=content(CODE),
                    responses={**answer(CODE), **answer(CODE, "201")},
                ),
                "delete": operation(operationId="withdraw", responses={"204": BARE, **MISSING}),
            },
            "/settings": {
                "get": operation(operationId="settings", responses=answer(CHANGE)),
                "put": operation(operationId="set", body=content(CHANGE), responses=answer(CHANGE)),
            },
        },
        **fields,
    )

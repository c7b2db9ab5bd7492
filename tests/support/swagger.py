"""Small Swagger 2.0 documents of our own."""

from __future__ import annotations

from typing import Any

OK = {"200": {"description": "fine"}}


def swagger(paths: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a Swagger 2.0 document, as a mapping."""
    top = {
        "swagger": "2.0",
        "info": {"title": "Shop", "version": "1"},
        "host": "api.example.com",
        "basePath": "/v1",
        "schemes": ["https"],
    }
    return {**top, "paths": paths or {}, **fields}


def swagger_single(
    *parameters: Any, path: str = "/things", method: str = "post", **fields: Any
) -> dict[str, Any]:
    """Return a document with one operation, `run`; fields of the root go to the document."""
    root_fields = ("consumes", "produces", "definitions", "host", "basePath", "schemes")
    top_fields = (*root_fields, "parameters_by_name", "securityDefinitions", "security")
    top = {name: fields.pop(name) for name in top_fields if name in fields}
    top = {name.removesuffix("_by_name"): value for name, value in top.items()}
    own = {"operationId": "run", "parameters": list(parameters), "responses": OK, **fields}
    return swagger({path: {method: own}}, **top)


def array(name: str, location: str, collection_format: str = "", **items: Any) -> dict[str, Any]:
    """Return a parameter that is an array; one of a path is required."""
    made = {"name": name, "in": location, "type": "array", "items": items or {"type": "string"}}
    if collection_format:
        made["collectionFormat"] = collection_format
    return {**made, "required": True} if location == "path" else made

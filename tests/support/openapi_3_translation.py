"""A whole Swagger 2.0 document as OpenAPI 3.0, on plain mappings: an independent second translation."""

from __future__ import annotations

import copy
import json
from typing import Any

_PARAMETER_KEYS = ("name", "in", "description", "required", "allowEmptyValue")
_NO_SCHEMA_KEYS = {*_PARAMETER_KEYS, "collectionFormat", "x-example"}
_QUERY_FORMATS = {
    "csv": {"style": "form", "explode": False},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
    "multi": {"style": "form", "explode": True},
}
_FLOWS = {"application": "clientCredentials", "accessCode": "authorizationCode"}
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def translate(document: dict[str, Any]) -> dict[str, Any]:
    """Return a 2.0 document as 3.0. It has no `tsv`, and no nested formats: 3.0 lacks them."""
    source = json.loads(json.dumps(document).replace("#/definitions/", "#/components/schemas/"))
    result = {"openapi": "3.0.3", "info": source["info"], "paths": {}}
    schemes = source.get("schemes", ["https"])
    base = source.get("basePath", "").rstrip("/")
    result["servers"] = [{"url": f"{scheme}://{source['host']}{base}"} for scheme in schemes]
    for key in ("tags", "security", "externalDocs"):
        if key in source:
            result[key] = source[key]
    schemas = {name: _schema(value) for name, value in source.get("definitions", {}).items()}
    security = {
        name: _security(value) for name, value in source.get("securityDefinitions", {}).items()
    }
    result["components"] = {"schemas": schemas, "securitySchemes": security}
    for path, item in source.get("paths", {}).items():
        shared = [_resolve(source, one) for one in item.get("parameters", [])]
        result["paths"][path] = {
            method: _operation(source, item[method], shared)
            for method in _METHODS
            if method in item
        }
    return result


def _resolve(source: dict[str, Any], value: dict[str, Any]) -> Any:
    if "$ref" not in value:
        return value
    target: Any = source
    for key in value["$ref"].removeprefix("#/").split("/"):
        target = target[key.replace("~1", "/").replace("~0", "~")]
    return target


def _schema(value: Any) -> Any:
    if isinstance(value, list):
        return [_schema(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, item in value.items():
        if key in ("default", "example", "enum"):
            result[key] = item
        elif key in ("properties", "definitions") and isinstance(item, dict):
            result[key] = {name: _schema(part) for name, part in item.items()}
        elif key == "x-nullable":
            result["nullable"] = item
        elif key == "discriminator" and isinstance(item, str):
            result[key] = {"propertyName": item}
        elif key == "type" and item == "file":
            result |= {"type": "string", "format": "binary"}
        elif key != "collectionFormat":
            result[key] = _schema(item)
    return result


def _own_schema(parameter: dict[str, Any]) -> Any:
    return _schema({key: parameter[key] for key in parameter if key not in _NO_SCHEMA_KEYS})


def _security(scheme: dict[str, Any]) -> dict[str, Any]:
    if scheme["type"] == "basic":
        return {"type": "http", "scheme": "basic"}
    if scheme["type"] != "oauth2":
        return scheme
    keys = ("authorizationUrl", "tokenUrl", "scopes")
    flow = {key: scheme[key] for key in keys if key in scheme}
    return {"type": "oauth2", "flows": {_FLOWS.get(scheme["flow"], scheme["flow"]): flow}}


def _operation(source: dict[str, Any], value: dict[str, Any], shared: list[Any]) -> dict[str, Any]:
    moved = ("consumes", "produces", "schemes", "parameters", "responses")
    result = {key: copy.deepcopy(value[key]) for key in value if key not in moved}
    by_key = {(one["name"], one["in"]): one for one in shared}
    for one in value.get("parameters", []):
        resolved = _resolve(source, one)
        by_key[resolved["name"], resolved["in"]] = resolved
    parameters = [one for one in by_key.values() if one["in"] not in ("body", "formData")]
    result["parameters"] = [_parameter(one) for one in parameters]
    consumes = value.get("consumes", source.get("consumes", []))
    produces = value.get("produces", source.get("produces", []))
    bodies = [one for one in by_key.values() if one["in"] == "body"]
    forms = [one for one in by_key.values() if one["in"] == "formData"]
    if bodies:
        body = bodies[0]
        content = {
            name: {"schema": _schema(body["schema"])} for name in consumes or ["application/json"]
        }
        result["requestBody"] = {"content": content, "required": body.get("required", False)}
    elif forms:
        result["requestBody"] = _form(forms, consumes)
    result["responses"] = {
        status: _response(_resolve(source, one), produces)
        for status, one in value["responses"].items()
    }
    return result


def _parameter(value: dict[str, Any]) -> dict[str, Any]:
    result = {key: value[key] for key in _PARAMETER_KEYS if key in value}
    result["schema"] = _own_schema(value)
    if value.get("type") == "array" and value["in"] == "query":
        result |= _QUERY_FORMATS[value.get("collectionFormat", "csv")]
    return result


def _form(forms: list[Any], consumes: list[str]) -> dict[str, Any]:
    has_file = any(one["type"] == "file" for one in forms)
    names = [name for name in consumes if name in _FORMS] or [_FORMS[0]]
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    encoding = {}
    for one in forms:
        schema["properties"][one["name"]] = _own_schema(one)
        if one["type"] == "array" and one.get("collectionFormat") != "multi":
            encoding[one["name"]] = _QUERY_FORMATS[one.get("collectionFormat", "csv")]
    required = [one["name"] for one in forms if one.get("required")]
    if required:
        schema["required"] = required
    media_type = {"schema": schema, **({"encoding": encoding} if encoding else {})}
    content = dict.fromkeys([_FORMS[1]] if has_file else names, media_type)
    return {"content": content, **({"required": True} if required else {})}


def _response(value: dict[str, Any], produces: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {"description": value.get("description", "")}
    if "headers" in value:
        headers = value["headers"].items()
        result["headers"] = {name: {"schema": _own_schema(header)} for name, header in headers}
    content: dict[str, Any] = {}
    if "schema" in value:
        content = {name: {"schema": _schema(value["schema"])} for name in produces or ["*/*"]}
    for name, example in value.get("examples", {}).items():
        if not produces and "schema" in value:
            content.setdefault(name, {"schema": _schema(value["schema"])})
        if "schema" not in value and (not produces or name in produces):
            content.setdefault(name, {})
        if name in content:
            content[name]["example"] = example
    if content:
        result["content"] = content
    return result

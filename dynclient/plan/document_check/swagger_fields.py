"""The objects of Swagger 2.0 with their fields, under the names that OpenAPI 3 has for them.

Source: Swagger 2.0, "Schema", Fixed Fields of each object.
"""

from __future__ import annotations

from collections.abc import Mapping

_ITEMS: Mapping[str, str] = {
    **dict.fromkeys(("type", "format", "collectionFormat", "default", "maximum", "minimum"), ""),
    **dict.fromkeys(("maxLength", "minLength", "pattern", "maxItems", "minItems"), ""),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum", "uniqueItems"), "?"),
    "items": "Items",
    "enum": "[]",
    "multipleOf": "",
}

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")

#: Object -> its fields; how their types are written is said in `object_fields`.
SWAGGER_FIELDS: Mapping[str, Mapping[str, str]] = {
    "OpenAPI": {
        **dict.fromkeys(("swagger", "host", "basePath"), ""),
        **dict.fromkeys(("schemes", "consumes", "produces"), "[]"),
        "info": "Info",
        "paths": "Paths",
        "definitions": "{Schema}",
        "parameters": "{Parameter}",
        "responses": "{Response}",
        "securityDefinitions": "{Security Scheme}",
        "security": "[Security Requirement]",
        "tags": "[Tag]",
        "externalDocs": "External Documentation",
    },
    "Info": {
        **dict.fromkeys(("title", "description", "termsOfService", "version"), ""),
        "contact": "Contact",
        "license": "License",
    },
    "Contact": {"name": "", "url": "", "email": ""},
    "License": {"name": "", "url": ""},
    "Path Item": {"parameters": "[Parameter]", **dict.fromkeys(_METHODS, "Operation")},
    "Operation": {
        **dict.fromkeys(("tags", "consumes", "produces", "schemes"), "[]"),
        **dict.fromkeys(("summary", "description", "operationId"), ""),
        "externalDocs": "External Documentation",
        "parameters": "[Parameter]",
        "responses": "Responses",
        "deprecated": "?",
        "security": "[Security Requirement]",
    },
    "External Documentation": {"description": "", "url": ""},
    "Parameter": {
        **dict.fromkeys(("name", "in", "description"), ""),
        **dict.fromkeys(("required", "allowEmptyValue"), "?"),
        "schema": "Schema",
        **_ITEMS,
    },
    "Items": _ITEMS,
    "Header": {"description": "", **_ITEMS},
    "Response": {
        "description": "",
        "schema": "Schema",
        "headers": "{Header}",
        "examples": "{}",
    },
    "XML": {
        **dict.fromkeys(("name", "namespace", "prefix"), ""),
        **dict.fromkeys(("attribute", "wrapped"), "?"),
    },
    "Tag": {"name": "", "description": "", "externalDocs": "External Documentation"},
    "Security Scheme": {
        **dict.fromkeys(("type", "description", "name", "in", "flow"), ""),
        **dict.fromkeys(("authorizationUrl", "tokenUrl"), ""),
        "scopes": "{}",
    },
}

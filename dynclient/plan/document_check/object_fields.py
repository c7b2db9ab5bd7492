"""The objects of OpenAPI 3.0 to 3.2 with their fields, and the versions that lack some.

Source: OAS 3.0.3, 3.1.1 and 3.2.0, "Schema", Fixed Fields of each object.
"""

from __future__ import annotations

from collections.abc import Mapping

from dynclient.document.openapi_version import VersionFamily
from dynclient.model import METHODS
from dynclient.plan.document_check.swagger_fields import SWAGGER_FIELDS

#: What a field holds: "X" an object, "[X]" a list of it, "{X}" a map of it, "[]" and "{}" a list
#: and a map of anything, "?" true or false, "" anything.
FieldType = str

_EXAMPLES = {"example": "", "examples": "{Example}"}

_SERIALIZATION: Mapping[str, FieldType] = {
    "description": "",
    "required": "?",
    "deprecated": "?",
    "allowEmptyValue": "?",
    "style": "",
    "explode": "?",
    "allowReserved": "?",
    "schema": "Schema",
    "content": "{Media Type}",
    **_EXAMPLES,
}

#: How the properties of a body are written, or its items by position.
_ENCODINGS: Mapping[str, FieldType] = {
    "encoding": "{Encoding}",
    "prefixEncoding": "[Encoding]",
    "itemEncoding": "Encoding",
}

#: Object -> its fields.
OBJECT_FIELDS: Mapping[str, Mapping[str, FieldType]] = {
    "OpenAPI": {
        "openapi": "",
        "$self": "",
        "info": "Info",
        "jsonSchemaDialect": "",
        "servers": "[Server]",
        "paths": "Paths",
        "webhooks": "{Path Item}",
        "components": "Components",
        "security": "[Security Requirement]",
        "tags": "[Tag]",
        "externalDocs": "External Documentation",
    },
    "Info": {
        **dict.fromkeys(("title", "summary", "description", "termsOfService", "version"), ""),
        "contact": "Contact",
        "license": "License",
    },
    "Contact": {"name": "", "url": "", "email": ""},
    "License": {"name": "", "identifier": "", "url": ""},
    "Server": {
        **dict.fromkeys(("url", "name", "description"), ""),
        "variables": "{Server Variable}",
    },
    "Server Variable": {"enum": "[]", "default": "", "description": ""},
    "Components": {
        "schemas": "{Schema}",
        "responses": "{Response}",
        "parameters": "{Parameter}",
        "examples": "{Example}",
        "requestBodies": "{Request Body}",
        "headers": "{Header}",
        "securitySchemes": "{Security Scheme}",
        "links": "{Link}",
        "callbacks": "{Callback}",
        "pathItems": "{Path Item}",
        "mediaTypes": "{Media Type}",
    },
    "Path Item": {
        "summary": "",
        "description": "",
        "servers": "[Server]",
        "parameters": "[Parameter]",
        **dict.fromkeys(METHODS, "Operation"),
        "additionalOperations": "{Operation}",
    },
    "Operation": {
        "tags": "[]",
        "summary": "",
        "description": "",
        "externalDocs": "External Documentation",
        "operationId": "",
        "parameters": "[Parameter]",
        "requestBody": "Request Body",
        "responses": "Responses",
        "callbacks": "{Callback}",
        "deprecated": "?",
        "security": "[Security Requirement]",
        "servers": "[Server]",
    },
    "External Documentation": {"description": "", "url": ""},
    "Parameter": {"name": "", "in": "", **_SERIALIZATION},
    "Request Body": {"description": "", "content": "{Media Type}", "required": "?"},
    "Media Type": {"schema": "Schema", "itemSchema": "Schema", **_ENCODINGS, **_EXAMPLES},
    "Encoding": {
        **_ENCODINGS,
        "contentType": "",
        "headers": "{Header}",
        "style": "",
        "explode": "?",
        "allowReserved": "?",
    },
    "Response": {
        "summary": "",
        "description": "",
        "headers": "{Header}",
        "content": "{Media Type}",
        "links": "{Link}",
    },
    "Example": dict.fromkeys(
        ("summary", "description", "value", "externalValue", "dataValue", "serializedValue"), ""
    ),
    "Link": {
        "operationRef": "",
        "operationId": "",
        "parameters": "{}",
        "requestBody": "",
        "description": "",
        "server": "Server",
    },
    "Header": _SERIALIZATION,
    "Discriminator": {"propertyName": "", "mapping": "{}", "defaultMapping": ""},
    "XML": {
        **dict.fromkeys(("nodeType", "name", "namespace", "prefix"), ""),
        **dict.fromkeys(("attribute", "wrapped"), "?"),
    },
    "Tag": {
        **dict.fromkeys(("name", "summary", "description", "parent", "kind"), ""),
        "externalDocs": "External Documentation",
    },
    "Security Scheme": {
        **dict.fromkeys(("type", "description", "name", "in", "scheme", "bearerFormat"), ""),
        "flows": "OAuth Flows",
        **dict.fromkeys(("openIdConnectUrl", "oauth2MetadataUrl"), ""),
        "deprecated": "?",
    },
    "OAuth Flows": dict.fromkeys(
        ("implicit", "password", "clientCredentials", "authorizationCode", "deviceAuthorization"),
        "OAuth Flow",
    ),
    "OAuth Flow": {
        **dict.fromkeys(
            ("authorizationUrl", "deviceAuthorizationUrl", "tokenUrl", "refreshUrl"), ""
        ),
        "scopes": "{}",
    },
}

#: An object whose keys are free -> what its members are. Keys that begin with `x-` are extensions.
MAP_OBJECTS: Mapping[str, str] = {
    "Paths": "Path Item",
    "Responses": "Response",
    "Callback": "Path Item",
}

#: (Object, field) that OpenAPI 3.0 lacks.
_NEW_IN_3_1 = frozenset(
    {
        ("OpenAPI", "webhooks"),
        ("OpenAPI", "jsonSchemaDialect"),
        ("Info", "summary"),
        ("License", "identifier"),
        ("Components", "pathItems"),
    }
)

#: Object -> its fields that OpenAPI 3.0 and 3.1 lack.
_NEW_IN_3_2: Mapping[str, tuple[str, ...]] = {
    "OpenAPI": ("$self",),
    "Server": ("name",),
    "Components": ("mediaTypes",),
    "Path Item": ("query", "additionalOperations"),
    "Media Type": ("itemSchema", "prefixEncoding", "itemEncoding"),
    "Encoding": ("encoding", "prefixEncoding", "itemEncoding"),
    "Response": ("summary",),
    "Example": ("dataValue", "serializedValue"),
    "Tag": ("summary", "parent", "kind"),
    "Security Scheme": ("oauth2MetadataUrl", "deprecated"),
    "OAuth Flows": ("deviceAuthorization",),
    "OAuth Flow": ("deviceAuthorizationUrl",),
    "Discriminator": ("defaultMapping",),
    "XML": ("nodeType",),
}

_SCHEMA_FIELDS_OF_2_0 = (
    *("type", "format", "items", "collectionFormat", "default", "maximum", "exclusiveMaximum"),
    *("minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems"),
    *("uniqueItems", "enum", "multipleOf"),
)
_ONLY_IN_2_0: Mapping[str, tuple[str, ...]] = {
    "OpenAPI": (
        *("swagger", "host", "basePath", "schemes", "consumes", "produces", "definitions"),
        *("parameters", "responses", "securityDefinitions"),
    ),
    "Operation": ("consumes", "produces", "schemes"),
    "Parameter": _SCHEMA_FIELDS_OF_2_0,
    "Header": _SCHEMA_FIELDS_OF_2_0,
    "Response": ("schema", "examples"),
    "Security Scheme": ("flow", "authorizationUrl", "tokenUrl", "scopes"),
}


def get_object_fields(kind: str, version: VersionFamily) -> Mapping[str, FieldType] | None:
    """Return the fields of an object by name; None for what is no object of that version."""
    return (SWAGGER_FIELDS if version == "2.0" else OBJECT_FIELDS).get(kind)


def find_foreign_version(kind: str, field: str, version: VersionFamily) -> str:
    """Return the OpenAPI version that a field of an object is of, "" where it is of none.

    Args:
        kind: the object.
        field: the field.
        version: of the document; its own fields, and those of earlier versions, are not foreign.

    """
    if version == "2.0":
        return _find_later_version(kind, field)
    if version == "3.0" and (kind, field) in _NEW_IN_3_1:
        return "3.1"
    if version != "3.2" and field in _NEW_IN_3_2.get(kind, ()):
        return "3.2"
    return "2.0" if field in _ONLY_IN_2_0.get(kind, ()) else ""


def _find_later_version(kind: str, field: str) -> str:
    """Return the version of OpenAPI 3 that a field is of, "" for one of 2.0 or of none."""
    is_own = field in SWAGGER_FIELDS.get(kind, ())
    if is_own or field not in OBJECT_FIELDS.get(kind, ()):
        return ""
    if (kind, field) in _NEW_IN_3_1:
        return "3.1"
    return "3.2" if field in _NEW_IN_3_2.get(kind, ()) else "3.0"


def describe_kind(kind: str) -> str:
    """Return an object as messages name it: `a path item`, `an operation`."""
    if kind == "Items":
        return "the items of an array"
    noun = kind if kind.startswith(("OpenAPI", "OAuth", "XML")) else kind.lower()
    article = "an" if noun[0] in "aeiouOX" else "a"
    return f"{article} {noun}"

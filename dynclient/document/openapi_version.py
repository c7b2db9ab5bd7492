"""Detects the OpenAPI version of a document, and with it the dialect of its schemas.

Only this module and the translation of schema dialects ask for the version.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from dynclient.document.references import DocumentFiles
from dynclient.errors import UnsupportedVersion
from dynclient.names import suggest

#: The version whose schema dialect a document has. 3.0 has its own (nullable, boolean
#: exclusiveMinimum), 3.1 has JSON Schema 2020-12.
SchemaFlavour = Literal["3.0", "3.1"]

_SUPPORTED_VERSIONS = "dynclient reads OpenAPI 3.0 and 3.1"


def detect_schema_flavour(files: DocumentFiles) -> SchemaFlavour:
    """Return the schema flavour of a document.

    Raises:
        UnsupportedVersion: it is no OpenAPI document, or of a version that dynclient does not read.

    """
    tree, name = files.top.value, files.top.place.file
    if not isinstance(tree, dict):
        raise UnsupportedVersion(
            f"{name} is no OpenAPI document: its top is {_describe_kind(tree)}, not an object",
            hint=_SUPPORTED_VERSIONS,
        )
    version = tree.get("openapi")
    if version is None:
        raise UnsupportedVersion(
            f"{name} is no OpenAPI 3 document: it has no `openapi` field", hint=_build_hint(tree)
        )
    if isinstance(version, str | float | int):
        if re.match(r"3\.0(\.|$)", str(version)):
            return "3.0"
        if re.match(r"3\.1(\.|$)", str(version)):
            return "3.1"
    raise UnsupportedVersion(f"{name} is OpenAPI {version}", hint=_SUPPORTED_VERSIONS)


def _describe_kind(tree: Any) -> str:
    kinds = {list: "an array", str: "text", type(None): "empty"}
    return kinds.get(type(tree), f"a {type(tree).__name__}")


def _build_hint(tree: dict[str, Any]) -> str:
    if "swagger" in tree:
        return f"{_SUPPORTED_VERSIONS}; this is Swagger {tree['swagger']}"
    for similar_name in suggest("openapi", tree, 1):
        return f"{_SUPPORTED_VERSIONS}; did you misspell `{similar_name}`?"
    return f"{_SUPPORTED_VERSIONS}; add `openapi: 3.1.0` at the top"

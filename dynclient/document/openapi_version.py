"""Detects the OpenAPI version of a document, and with it the dialect of its schemas.

Only the packages `document` and `schema` depend on the version; `check` names it in its messages.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from dynclient.document.document_shape import DocumentShape
from dynclient.document.files.document_files import DocumentFiles
from dynclient.document.references import Node
from dynclient.errors import UnsupportedVersion
from dynclient.names import suggest
from dynclient.violations import shorten_repr

#: The version whose schema dialect a document has. 2.0 and 3.0 have their own (nullable, boolean
#: exclusiveMinimum), 3.1 has JSON Schema 2020-12, and so has 3.2.
SchemaFlavour = Literal["2.0", "3.0", "3.1"]

#: The dialects in which nothing counts beside a `$ref`.
REFERENCE_ONLY_FLAVOURS: tuple[SchemaFlavour, ...] = ("2.0", "3.0")

#: The versions that are read, without the number of the patch.
VersionFamily = Literal["2.0", "3.0", "3.1", "3.2"]

_FLAVOURS: dict[VersionFamily, SchemaFlavour] = {
    "2.0": "2.0",
    "3.0": "3.0",
    "3.1": "3.1",
    "3.2": "3.1",
}

_SUPPORTED_VERSIONS = "dynclient reads Swagger 2.0 and OpenAPI 3.0, 3.1, 3.2"

#: `swagger: 2.0`, which is a number in YAML, and the text that the standard asks for.
_SWAGGER_2 = r"2(\.0+)*"


#: Formats of files that are often met where an OpenAPI document is expected: the name with its
#: article, and the field at the top whose value is the version.
_OTHER_FORMATS = (
    ("an AsyncAPI document", "asyncapi"),
    ("an Arazzo document", "arazzo"),
    ("an OpenAPI Overlay", "overlay"),
    ("an OpenRPC document", "openrpc"),
    ("a Google API Discovery document", "discoveryVersion"),
    ("a JSON Schema", "$schema"),
)


def detect_version_family(files: DocumentFiles) -> VersionFamily:
    """Return the version of a document without the number of its patch.

    Raises:
        UnsupportedVersion: it is no OpenAPI document, or of a version that dynclient does not read.

    """
    tree, name = files.top.value, files.top.place.file
    if not isinstance(tree, dict):
        raise UnsupportedVersion(
            f"{name} is no OpenAPI document: {_describe_top(tree)}", hint=_build_top_hint(tree)
        )
    version = tree.get("openapi")
    if version is None and re.fullmatch(_SWAGGER_2, str(tree.get("swagger"))):
        return "2.0"
    if version is None:
        raise UnsupportedVersion(
            f"{name} is no OpenAPI 3 document: {_describe_other_format(tree)}",
            hint=_build_hint(tree),
        )
    if isinstance(version, str | float):
        for family in _FLAVOURS:
            if family != "2.0" and re.match(re.escape(family) + r"(\.|$)", str(version)):
                return family
    if _is_whole_number(version):
        text = f"{name} says `openapi: {version}`, which names no whole version"
        raise UnsupportedVersion(
            text, hint=f"write it in full, such as `openapi: 3.0.3`; {_SUPPORTED_VERSIONS}"
        )
    hint = _SUPPORTED_VERSIONS
    if re.fullmatch(_SWAGGER_2, str(version)):
        hint = f'write `swagger: "2.0"` for version 2.0; {_SUPPORTED_VERSIONS}'
    raise UnsupportedVersion(f"{name} is OpenAPI {_shorten_version(version)}", hint=hint)


def detect_schema_flavour(files: DocumentFiles) -> SchemaFlavour:
    """Return the schema flavour of a document.

    Raises:
        UnsupportedVersion: it is no OpenAPI document, or of a version that dynclient does not read.

    """
    return _FLAVOURS[detect_version_family(files)]


def _is_whole_number(version: Any) -> bool:
    """Tell whether a version has no minor number: 3, and also the text `3`."""
    is_integer = isinstance(version, int) and not isinstance(version, bool)
    return is_integer or (isinstance(version, str) and version.isdecimal())


def has_schema_resources(tree: Any) -> bool:
    """Tell whether `$id` and anchors mean something in a document: from OpenAPI 3.1 on.

    Args:
        tree: the root of the entry document.

    """
    version = tree.get("openapi") if isinstance(tree, dict) else None
    return version is not None and not re.match(r"[12]\.|3\.0(\.|$)", str(version))


def choose_document_shape(files: DocumentFiles) -> DocumentShape:
    """Return what reads the objects of a document.

    Raises:
        UnsupportedVersion: it is no OpenAPI document, or of a version that dynclient does not read.

    """
    if detect_version_family(files) != "2.0":
        return DocumentShape()
    from dynclient.document.swagger.swagger_shape import SwaggerShape

    return SwaggerShape(files.top)


def read_version(files: DocumentFiles) -> str:
    """Return the version as a document gives it, e.g. `3.1.0`."""
    tree = files.top.value
    version = tree.get("openapi", tree.get("swagger"))
    return "2.0" if version == 2 else str(version)  # noqa: PLR2004 (`swagger: 2.0` is a number)


def find_named_schemas(root: Node) -> Node:
    """Return the schemas by name that a file of a document holds."""
    if isinstance(root.value, dict) and "definitions" in root.value:
        is_swagger = detect_schema_flavour(root.files) == "2.0"
        if is_swagger:
            return root.follow_child("definitions")
    return root.follow_child("components").follow_child("schemas")


def is_markup(text: str) -> bool:
    """Tell whether a text is a page of HTML or XML, as a server may send in place of a document."""
    return re.match(r"\s*+<(!doctype|html|head|body|\?xml)\b", text, re.IGNORECASE) is not None


def _describe_top(tree: Any) -> str:
    """Return what stands where the object of a document is expected."""
    if tree is None:
        return "it is empty"
    if isinstance(tree, str) and is_markup(tree):
        return "it is a page of HTML or XML"
    kinds = {list: "an array", str: "text", bool: "a boolean"}
    return f"its top is {kinds.get(type(tree), 'a number')}, not an object"


def _build_top_hint(tree: Any) -> str:
    if isinstance(tree, str) and is_markup(tree):
        return "give the document itself, not the page that shows it or asks to sign in"
    return _SUPPORTED_VERSIONS


def _describe_other_format(tree: dict[str, Any]) -> str:
    """Return what a document is that has no `openapi` field, or that it has none."""
    if "swagger" in tree:
        return f"it is Swagger {_shorten_version(tree['swagger'])}"
    if "swaggerVersion" in tree:
        return f"it is Swagger {_shorten_version(tree['swaggerVersion'])}"
    if _is_postman_collection(tree):
        return "it is a Postman collection"
    for name, field in _OTHER_FORMATS:
        if field in tree:
            return f"it is {name} ({field}: {_shorten_version(tree[field])})"
    return "it has no `openapi` field"


def _is_postman_collection(tree: dict[str, Any]) -> bool:
    info = tree.get("info")
    if not isinstance(info, dict):
        return False
    return "_postman_id" in info or "getpostman.com" in str(info.get("schema"))


def _shorten_version(version: Any) -> str:
    return shorten_repr(version).strip("'\"")


def _build_advice(tree: dict[str, Any]) -> str:
    """Return what to do with a document of another format, "" where nothing helps."""
    version = str(tree.get("swagger"))
    if re.fullmatch(r"3\.[0-2](\.\d{1,3})?", version):
        return f"write `openapi: {version}` for version {version}"
    if _is_postman_collection(tree):
        return "export it as OpenAPI"
    if "overlay" in tree:
        return "give the document that it changes, and this as its overlay"
    return ""


def _build_hint(tree: dict[str, Any]) -> str:
    if _describe_other_format(tree) != "it has no `openapi` field":
        advice = _build_advice(tree)
        return f"{advice}; {_SUPPORTED_VERSIONS}" if advice else _SUPPORTED_VERSIONS
    for similar_name in suggest("openapi", tree, 1):
        return f"{_SUPPORTED_VERSIONS}; did you misspell `{similar_name}`?"
    return f"{_SUPPORTED_VERSIONS}; add `openapi: 3.1.0` at the top"

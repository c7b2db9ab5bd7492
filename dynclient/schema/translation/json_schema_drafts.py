"""The drafts of JSON Schema, by the URI that `$schema` or `jsonSchemaDialect` names.

Schemas of an earlier draft are read as it means them, and then are 2020-12 like all others.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from dynclient.document.references import Node

#: The draft whose keywords are ours.
CURRENT_DRAFT = 2020

#: From this draft on, `dependencies` is no keyword.
DEPENDENCIES_END = 2019

#: Draft -> the pattern of its URIs. OpenAPI's own dialects are 2020-12 with more annotations.
_URIS: dict[int, str] = {
    4: r"json-schema\.org/draft-04/(hyper-)?schema",
    6: r"json-schema\.org/draft-06/(hyper-)?schema",
    7: r"json-schema\.org/draft-07/(hyper-)?schema",
    2019: r"json-schema\.org/draft/2019-09/(hyper-)?schema",
    2020: r"json-schema\.org/draft/2020-12/schema|spec\.openapis\.org/oas/3\.\d+/.*",
}

#: Keyword -> the draft that brought it. Earlier ones ignore it.
_NEW_KEYWORDS: dict[str, int] = {
    **dict.fromkeys(("const", "contains", "propertyNames"), 6),
    **dict.fromkeys(("if", "then", "else"), 7),
    **dict.fromkeys(("dependentRequired", "dependentSchemas"), 2019),
    **dict.fromkeys(("maxContains", "minContains"), 2019),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), 2019),
    **dict.fromkeys(("$dynamicRef", "prefixItems"), 2020),
}

#: Up to this draft nothing counts beside a `$ref`.
_LAST_REFERENCE_ONLY_DRAFT = 7


@lru_cache(maxsize=64)
def find_draft(uri: str) -> int | None:
    """Return the draft that a dialect's URI means, None where it is not known."""
    for draft, pattern in _URIS.items():
        if re.fullmatch(rf"https?://({pattern})#?", uri):
            return draft
    return None


def read_dialect(node: Node) -> str:
    """Return the URI of the dialect of a schema, "" where the document names none."""
    resource = node.files.find_resource(node)
    own = resource.dialect if resource is not None else ""
    return own or node.files.schema_dialect


def read_draft(node: Node) -> int:
    """Return the draft of a schema; one that nobody knows is read as the current one."""
    uri = read_dialect(node)
    return (find_draft(uri) if uri else None) or CURRENT_DRAFT


def select_keywords(node: Node, draft: int) -> Node:
    """Return a schema with the keywords only that a draft has, at the same place."""
    value: dict[str, Any] = node.value
    if draft <= _LAST_REFERENCE_ONLY_DRAFT and isinstance(value.get("$ref"), str):
        value = {"$ref": value["$ref"]}
    known = {key: part for key, part in value.items() if _NEW_KEYWORDS.get(key, 0) <= draft}
    return Node(node.files, node.uri, node.pointer, known)

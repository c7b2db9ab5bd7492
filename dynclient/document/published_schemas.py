"""The metaschemas of JSON Schema: documents refer to them, and they come with a package."""

from __future__ import annotations

import json

_PUBLISHED_URIS = ("http://json-schema.org/draft", "https://json-schema.org/draft")


def read_published_schema(uri: str) -> bytes | None:
    """Return the text of a metaschema, None where the URI is not that of one.

    Args:
        uri: the URI, without a fragment.

    """
    if not uri.startswith(_PUBLISHED_URIS):
        return None
    from jsonschema_specifications import REGISTRY  # The import takes 20 ms.

    resource = REGISTRY.get(uri)
    return json.dumps(resource.contents).encode() if resource is not None else None

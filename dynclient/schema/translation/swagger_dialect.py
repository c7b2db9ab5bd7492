"""Schema Objects of Swagger 2.0, read as those of OpenAPI 3.0.

The dialects differ in little: a discriminator is the name of the property, a file has a type of its
own, and null is allowed by an extension. Keywords that only 3.0 has keep their meaning; the check
of a document reports them.

Source: Swagger 2.0 Schema Object.
"""

from __future__ import annotations

from dynclient.document.openapi_version import detect_schema_flavour
from dynclient.document.references import Node

#: Keywords that mean something else in 3.0, or that 3.0 does not have.
_OWN_KEYWORDS = frozenset({"discriminator", "x-nullable"})


def read_swagger_schema(node: Node) -> Node:
    """Return the Schema Object of OpenAPI 3.0 that a Schema Object of 2.0 means."""
    value = node.value
    if not isinstance(value, dict):
        return node
    if _OWN_KEYWORDS.isdisjoint(value) and value.get("type") != "file":
        return node
    from dynclient.document.translated_node import build_object, build_value

    members = {key: node.get_child(key) for key in node.member_keys()}
    if "x-nullable" in members:
        members["nullable"] = members["x-nullable"]
    discriminator = read_discriminator(node)
    if discriminator is not None:
        members["discriminator"] = discriminator
    if value.get("type") == "file":
        members["type"] = build_value(members["type"], "string")
        members["format"] = build_value(members["type"], "binary")
    return build_object(node, members)


def read_discriminator(node: Node) -> Node | None:
    """Return the Discriminator Object of a schema; None where it has none.

    In 2.0 it is the name of the property.
    """
    own = node.follow_child("discriminator")
    if isinstance(own.value, dict):
        return own
    if isinstance(own.value, str) and detect_schema_flavour(node.files) == "2.0":
        from dynclient.document.translated_node import build_object  # Only 2.0 needs it.

        return build_object(own, {"propertyName": own})
    return None

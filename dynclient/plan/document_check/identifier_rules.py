"""Rules for what identifies a schema: its dialect, its `$id` and its anchors."""

from __future__ import annotations

from dynclient.document.files.uris import join_uri
from dynclient.document.references import Node
from dynclient.document.schema_resources import MAX_URI_CHARS
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.schema.translation.json_schema_drafts import find_draft
from dynclient.violations import shorten, shorten_repr

_TEXT_KEYWORDS = ("$schema", "$id", "$anchor", "$dynamicAnchor")


def check_default_dialect(visit: Visit, context: CheckContext) -> None:
    """Report a `jsonSchemaDialect` that nobody knows."""
    if context.document.flavour == "3.1":
        _check_text(visit.node, "jsonSchemaDialect", context)
        _check_dialect(visit.node.get_child("jsonSchemaDialect"), context)


def check_identifiers(visit: Visit, context: CheckContext) -> None:
    """Report identifiers of a schema that identify nothing, or what another one identifies."""
    if context.document.flavour != "3.1":
        return
    for keyword in _TEXT_KEYWORDS:
        _check_text(visit.node, keyword, context)
    _check_dialect(visit.node.get_child("$schema"), context)
    if visit.node.get_text("$id"):
        _check_id(visit.node, context)


def _check_text(node: Node, keyword: str, context: CheckContext) -> None:
    child = node.get_child(keyword)
    if keyword in node.member_keys() and not isinstance(child.value, str):
        text = f"`{keyword}` must be a text, not {shorten_repr(child.value)}; it is ignored"
        context.report(child, "invalid-keyword", text)


def _check_dialect(node: Node, context: CheckContext) -> None:
    if isinstance(node.value, str) and find_draft(node.value) is None:
        text = f"the dialect {shorten(node.value)} is not known; it is read as 2020-12"
        hint = "https://json-schema.org/draft/2020-12/schema is the one of OpenAPI 3.1"
        context.warn(node, "unknown-dialect", text, hint)


def _check_id(schema: Node, context: CheckContext) -> None:
    node = schema.get_child("$id")
    resource = schema.files.find_resource(schema)
    if resource is None or resource.pointer != schema.pointer:
        if len(join_uri(schema.uri, node.value)) > MAX_URI_CHARS:
            text = f"an `$id` of more than {MAX_URI_CHARS} characters is ignored"
            context.report(node, "invalid-keyword", text)
        return
    first = schema.files.find_node(*schema.files.find_resource_place(resource.uri))
    if first.value != schema.value:  # The same schema may stand in several places.
        text = f"another schema has the same `$id` {shorten(resource.uri)}: {first.place}"
        hint = "give each schema an `$id` of its own; a reference means the first one"
        context.report(node, "duplicate-id", text, hint)

"""Rules for the root, paths, responses and parameters: what must be there, and in which form."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dynclient.document.references import Node
from dynclient.model import (
    ADDITIONAL_OPERATIONS,
    LOCATIONS,
    METHODS,
    QUERYSTRING,
    is_additional_method,
    is_framing_header,
)
from dynclient.plan.document_check.check_context import CheckContext, Visit

_STATUS_KEY = re.compile(r"[1-5](\d\d|XX)|default", re.IGNORECASE)


def check_root(visit: Visit, context: CheckContext) -> None:
    """Report a document without `info`, or without anything that it describes."""
    root = visit.node
    if not root.get_child("info"):
        context.report(root, "missing-field", "the document has no `info`", "add title and version")
    if not any(root.get_child(key) for key in ("paths", "webhooks", "components")):
        text = "the document has neither `paths`, `webhooks` nor `components`"
        context.report(root, "missing-field", text)


def check_info(visit: Visit, context: CheckContext) -> None:
    """Report a missing title or version."""
    for key in ("title", "version"):
        if not isinstance(visit.node.follow_child(key).value, str):
            context.report(visit.node, "missing-field", f"`info` has no text `{key}`")


def check_tags(visit: Visit, context: CheckContext) -> None:
    """Report tags whose parent is not declared, or that are above themselves.

    Source: OAS 3.2.0 Tag Object.
    """
    tags = visit.node.list_items("tags")
    parents = {tag.get_text("name"): tag.get_text("parent") for tag in tags}
    for tag in tags:
        parent = tag.get_text("parent")
        if parent and parent not in parents:
            text = f"the parent tag {parent!r} is not declared"
            context.warn(tag.get_child("parent"), "bad-parent-tag", text, "add it to `tags`")
        elif parent and _is_above_itself(tag.get_text("name"), parents):
            text = f"the parents of the tag {tag.get_text('name')!r} lead in a circle"
            context.warn(tag.get_child("parent"), "bad-parent-tag", text, "remove one of them")


def _is_above_itself(name: str, parents: Mapping[str, str]) -> bool:
    passed: set[str] = set()
    above = parents.get(name, "")
    while above and above not in passed:
        if above == name:
            return True
        passed.add(above)
        above = parents.get(above, "")
    return False


def check_paths(visit: Visit, context: CheckContext) -> None:
    """Report path templates that do not begin with a slash."""
    for path in visit.node.member_keys():
        if not path.startswith(("/", "x-", "$ref")):
            text = f"the path {path!r} does not begin with a slash"
            context.warn(visit.node.get_child(path), "path-without-slash", text)


def check_path_item(visit: Visit, context: CheckContext) -> None:
    """Report keys of `additionalOperations` that are no method, or have a field of their own."""
    additional = visit.node.follow_child(ADDITIONAL_OPERATIONS)
    for method in additional.member_keys():
        if is_additional_method(method) or method.startswith("x-"):
            continue
        text = f"{method!r} is no HTTP method and cannot be sent; the operation is ignored"
        if method.lower() in METHODS:
            text = f"the method {method} has a field of its own; the operation is ignored"
            hint = f"move it to the field `{method.lower()}` of the path item"
            context.report(additional.get_child(method), "bad-method", text, hint)
        else:
            context.report(additional.get_child(method), "bad-method", text)


def check_responses(visit: Visit, context: CheckContext) -> None:
    """Report keys that are no status."""
    for status in visit.node.member_keys():
        if not _STATUS_KEY.fullmatch(status) and not status.startswith("x-"):
            text = f"{status!r} is no status code, range or `default`"
            context.report(visit.node.get_child(status), "bad-status", text)


def check_response(visit: Visit, context: CheckContext) -> None:
    """Report a missing description, which OpenAPI 3.2 allows."""
    if context.document.version_family == "3.2":
        return
    if not isinstance(visit.node.follow_child("description").value, str):
        context.warn(visit.node, "missing-field", "a response needs a description")


def check_operation(visit: Visit, context: CheckContext) -> None:
    """Report an operation without responses, which OpenAPI 3.1 allows."""
    if not visit.node.get_child("responses").value:
        severity = context.report if context.document.flavour == "3.0" else context.warn
        severity(visit.node, "missing-field", "the operation has no `responses`")


def check_parameter(visit: Visit, context: CheckContext) -> None:
    """Report a parameter that cannot be used as written."""
    node = visit.node
    name, location = node.get_text("name"), node.get_text("in")
    if location == QUERYSTRING:
        _check_querystring(node, context)
        return
    if not name or location not in LOCATIONS:
        text = f"a parameter needs a name and `in`: one of {', '.join(LOCATIONS)}; it is ignored"
        context.report(node, "bad-parameter", text)
        return
    if location == "path" and not node.get_flag("required"):
        text = "a path parameter must have `required: true`"
        context.warn(node, "optional-path-parameter", text)
    if location == "header" and is_framing_header(name):
        text = f"the header {name} frames the message; the parameter is ignored"
        hint = "the transport writes it; remove the parameter"
        context.warn(node, "framing-header", text, hint)
    if not node.get_child("schema") and not node.follow_child("content").member_keys():
        context.report(node, "missing-field", f"the parameter {name!r} has no schema")


def _check_querystring(node: Node, context: CheckContext) -> None:
    """Report a parameter for the whole query that has no media type, or is of a later version."""
    family = context.document.version_family
    if family != "3.2":
        text = f"`in: querystring` is of OpenAPI 3.2; a parameter of {family} does not have it"
        context.warn(node.get_child("in"), "foreign-field", text)
    count = len(node.get_child("content").member_keys())
    if count == 0:
        text = "a parameter with `in: querystring` needs `content`; it is ignored"
        context.report(node, "bad-parameter", text, "give the media type of the query")
    for field in ("schema", "style", "explode", "allowReserved", "allowEmptyValue"):
        if field in node.value:
            text = f"`{field}` has no effect on a parameter with `in: querystring`"
            context.warn(node.get_child(field), "ignored-field", text, "describe it in `content`")

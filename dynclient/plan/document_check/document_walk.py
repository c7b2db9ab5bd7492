"""Visits every object of a document once, and reports fields that its objects do not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dynclient.document.openapi_version import REFERENCE_ONLY_FLAVOURS, VersionFamily
from dynclient.document.problems import Severity
from dynclient.document.references import MergedNode, Node, unescape_token
from dynclient.errors import UnresolvableReference
from dynclient.model import METHODS
from dynclient.names import suggest
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.plan.document_check.object_fields import (
    MAP_OBJECTS,
    describe_kind,
    find_foreign_version,
    get_object_fields,
)
from dynclient.schema.dialect import (
    SCHEMA_LIST_KEYWORDS,
    SCHEMA_MAP_KEYWORDS,
    SINGLE_SCHEMA_KEYWORDS,
    Direction,
)

#: Object -> which way its values travel.
_DIRECTIONS: dict[str, Direction] = {
    "Parameter": "request",
    "Request Body": "request",
    "Response": "response",
}

#: Keyword of a schema -> the object that it holds.
_OBJECTS_IN_SCHEMA = {
    "discriminator": "Discriminator",
    "xml": "XML",
    "externalDocs": "External Documentation",
}

#: Beside a reference these fields count. Source: OAS 3.1.1 Reference Object.
_COUNTED_SIBLINGS: dict[VersionFamily, tuple[str, ...]] = {
    "2.0": (),
    "3.0": (),
    "3.1": ("summary", "description"),
    "3.2": ("summary", "description"),
}


#: Objects in whose place the standard allows a reference, and ignores most fields beside it.
_REFERENCE_OBJECTS = frozenset(
    {
        *("Schema", "Parameter", "Response", "Request Body", "Header", "Example", "Link"),
        *("Security Scheme", "Callback", "Media Type"),
    }
)


def walk_document(top: Node, context: CheckContext) -> Iterator[Visit]:
    """Yield every object that a document holds or refers to, each once, in document order.

    References are followed. What is no object is reported where it must be one.

    Args:
        top: the root of the document.
        context: takes the problems.

    """
    seen: set[tuple[str, str, str]] = set()
    pending = [Visit("OpenAPI", top)]
    while pending:
        visit = pending.pop()
        key = (visit.kind, visit.node.uri, visit.node.pointer)
        if key in seen:
            continue
        seen.add(key)
        if _is_merged_with_target(visit):
            visit = _merge_with_target(visit, context)
        elif visit.node.reference is not None:
            targets = _follow_reference(visit, context)
            pending += reversed(targets)
            if not _has_counted_siblings(visit, context):
                continue
        if _is_object(visit, context):
            yield visit
            pending += reversed(list(_list_parts(visit, context)))


def _is_object(visit: Visit, context: CheckContext) -> bool:
    value = visit.node.value
    if isinstance(value, dict):
        return True
    if visit.kind == "Schema":
        # The translation reports what is wrong inside another schema.
        if visit.is_root and not isinstance(value, bool):
            context.report(visit.node, "invalid-schema", "a schema must be an object")
        return False
    if value is None:
        return False
    message = f"{describe_kind(visit.kind)} must be an object; it is ignored"
    context.report(visit.node, "wrong-type", message)
    return False


def _follow_reference(visit: Visit, context: CheckContext) -> Sequence[Visit]:
    """Return what a reference names, and report fields beside it that do not count."""
    node, reference = visit.node, visit.node.reference or ""
    _check_siblings(visit, context)
    try:
        target = node.files.find_target(reference, node)
        node.resolve()  # A circle is reported here.
    except UnresolvableReference as error:
        context.report(node, error.code, error.reason, error.hint or "")
        return ()
    return [Visit(visit.kind, target, visit.direction, visit.is_root)]


def _has_counted_siblings(visit: Visit, context: CheckContext) -> bool:
    """Tell whether an object with a reference means something itself."""
    has_siblings = context.document.flavour not in REFERENCE_ONLY_FLAVOURS
    return visit.kind == "Schema" and has_siblings


def _is_merged_with_target(visit: Visit) -> bool:
    """Tell whether fields stand beside a reference that count together with those it names."""
    is_reference_object = visit.kind in _REFERENCE_OBJECTS
    has_siblings = visit.node.reference is not None and len(visit.node.value) > 1
    return has_siblings and not is_reference_object


def _merge_with_target(visit: Visit, context: CheckContext) -> Visit:
    """Return an object together with what its reference names; report fields that both have."""
    node = visit.node
    try:
        merged_node = node.merge_reference()
    except UnresolvableReference as error:
        context.report(node, error.code, error.reason, error.hint or "")
        return replace(visit, node=node.without_reference())
    if isinstance(merged_node, MergedNode):
        for key in sorted(merged_node.own_keys & merged_node.target.value.keys()):
            message = f"`{key}` stands here and in what the $ref names; the one here is used"
            place = node.get_child(key)
            context.report(place, "duplicate-field", message, "remove one of the two")
    return replace(visit, node=merged_node)


def _check_siblings(visit: Visit, context: CheckContext) -> None:
    if _has_counted_siblings(visit, context):
        return
    version = context.document.version_family
    counted = ("$ref", *_COUNTED_SIBLINGS[version])
    keys = visit.node.member_keys()
    ignored = [key for key in keys if key not in counted and not key.startswith("x-")]
    if ignored:
        names = ", ".join(f"`{key}`" for key in ignored)
        message = f"OpenAPI {version} ignores what stands beside a $ref: {names}"
        hint = "move it to what the reference names"
        if visit.kind == "Schema":
            hint = "put the reference into an `allOf` of one"
        context.warn(visit.node, "ignored-sibling", message, hint)


def _list_parts(visit: Visit, context: CheckContext) -> Iterator[Visit]:
    """Yield the objects directly inside an object."""
    direction = _DIRECTIONS.get(visit.kind, visit.direction)
    if visit.kind == "Schema":
        for child in list_schema_children(visit.node):
            yield Visit("Schema", child, direction)
        for keyword, kind in _OBJECTS_IN_SCHEMA.items():
            child = visit.node.get_child(keyword)
            if isinstance(child.value, dict):
                yield Visit(kind, child)
    elif visit.kind in MAP_OBJECTS:
        for key in visit.node.member_keys():
            if not key.startswith("x-"):
                yield Visit(MAP_OBJECTS[visit.kind], visit.node.get_child(key), direction)
    else:
        for key in visit.node.member_keys():
            yield from _list_field_parts(visit, key, direction, context)


def _list_field_parts(
    visit: Visit, key: str, direction: Direction | None, context: CheckContext
) -> Iterator[Visit]:
    fields = get_object_fields(visit.kind, context.document.version_family)
    if fields is None or key.startswith("x-") or key == "$ref":
        return
    child = visit.node.get_child(key)
    is_method = visit.kind == "Path Item" and key.lower() in METHODS
    field = key.lower() if is_method else key  # The model reads methods in any case.
    version = find_foreign_version(visit.kind, field, context.document.version_family)
    if version:
        _warn_foreign_field(visit, child, version, context)
    elif field not in fields:
        _report_unknown_field(visit, child, fields, context)
    if field in fields:
        yield from _list_values(child, fields[field], direction, context)


def _list_values(
    node: Node, field_type: str, direction: Direction | None, context: CheckContext
) -> Iterator[Visit]:
    """Yield the objects that a field holds, by its type in the table of fields."""
    if field_type == "?":
        _check_type(node, bool, "true or false", context)
        return
    kind = field_type.strip("[]{}")
    children: Sequence[Node] = [node]
    if field_type.startswith("["):
        children = _list_children(node, list, "a list", context)
    elif field_type.startswith("{"):
        children = _list_children(node, dict, "an object", context)
    for child in children:
        if kind:
            yield Visit(kind, child, direction, is_root=kind == "Schema")


def _list_children(
    node: Node, expected: type, description: str, context: CheckContext
) -> Sequence[Node]:
    """Return the members of a list or map, which some documents put behind a reference."""
    try:
        node = node.merge_reference()
    except UnresolvableReference as error:
        context.report(node, error.code, error.reason, error.hint or "")
        return []
    is_as_expected = _check_type(node, expected, description, context)
    return list(node.iterate_children()) if is_as_expected else []


def _check_type(node: Node, expected: type, description: str, context: CheckContext) -> bool:
    if node.value is None or isinstance(node.value, expected):
        return True
    context.report(node, "wrong-type", f"this must be {description}; it is ignored")
    return False


def _report_unknown_field(
    visit: Visit, child: Node, fields: Mapping[str, str], context: CheckContext
) -> None:
    key = unescape_token(child.pointer.rpartition("/")[2])
    message = f"{describe_kind(visit.kind)} has no field `{key}`"
    similar = suggest(key, fields, 1)
    if similar:
        message += f"; did you mean `{similar[0]}`?"
    # In a path item it may be a method, so that an operation is missing.
    severity: Severity = "error" if visit.kind == "Path Item" else "warning"
    context.report(child, "unknown-field", message, severity=severity)


def _warn_foreign_field(visit: Visit, child: Node, version: str, context: CheckContext) -> None:
    field = child.pointer.rpartition("/")[2]
    message = (
        f"`{field}` is a field of OpenAPI {version}; "
        f"in {context.document.version_family} {describe_kind(visit.kind)} does not have it"
    )
    context.warn(child, "foreign-field", message)


#: Keywords of earlier drafts that hold schemas too.
_SINGLE_KEYWORDS = (*SINGLE_SCHEMA_KEYWORDS, "additionalItems", "contentSchema")
_MAP_KEYWORDS = (*SCHEMA_MAP_KEYWORDS, "$defs", "definitions", "dependencies")


def list_schema_children(node: Node) -> Iterator[Node]:
    """Yield the schemas directly inside a schema, as they stand in the document."""
    for keyword in node.member_keys():
        child = node.get_child(keyword)
        if keyword in SCHEMA_LIST_KEYWORDS or keyword in _MAP_KEYWORDS:
            child = node.follow_child(keyword)
        is_list = isinstance(child.value, list)
        if keyword in SCHEMA_LIST_KEYWORDS or (keyword == "items" and is_list):
            yield from child.iterate_children()
        elif keyword in _SINGLE_KEYWORDS:
            yield child
        elif keyword in _MAP_KEYWORDS and isinstance(child.value, dict):
            yield from child.iterate_children()

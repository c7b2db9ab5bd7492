"""Rules for Schema Objects as they stand in the document."""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import Any, NamedTuple

from dynclient.document.openapi_version import REFERENCE_ONLY_FLAVOURS
from dynclient.document.references import Node
from dynclient.errors import UnresolvableReference
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.plan.document_check.keyword_tables import (
    FOREIGN_KEYWORDS,
    KEYWORDS,
    find_misspelt_keyword,
)
from dynclient.schema.translation.json_schema_drafts import CURRENT_DRAFT, find_draft, read_dialect
from dynclient.schema.translation.keyword_values import is_number

_KEYWORDS_WITH_FORMS = {
    *("discriminator", "type", "items", "exclusiveMinimum", "exclusiveMaximum"),
}

#: Keywords that bound the same size from below and from above.
_BOUND_PAIRS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
)
_EXCLUSIVE = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}

_BOUND_KEYWORDS = frozenset([*itertools.chain.from_iterable(_BOUND_PAIRS), *_EXCLUSIVE.values()])

#: A schema that is made of more parts than this is not looked at as a whole.
_MAX_CONJUNCTS = 30


class _Bound(NamedTuple):
    """A bound of a size, as one keyword gives it.

    Attributes:
        value: the bound.
        is_exclusive: whether the value itself is excluded.
        keyword: as messages show it.

    """

    value: float
    is_exclusive: bool
    keyword: str


def check_keywords(visit: Visit, context: CheckContext) -> None:
    """Report keywords that are misspelt, or that are of another OpenAPI version."""
    version = context.document.flavour
    if version == "3.1" and has_foreign_dialect(visit.node):
        return
    for key in visit.node.member_keys():
        if key in KEYWORDS[version] or key.startswith("x-") or key == "$ref":
            continue
        child = visit.node.get_child(key)
        if key in FOREIGN_KEYWORDS[version]:
            instead = FOREIGN_KEYWORDS[version][key]
            if version == "3.1" and key == "nullable":
                instead = _describe_null(visit.node)
            _warn_foreign(child, f"`{key}`", instead, context)
            continue
        keyword = find_misspelt_keyword(key, version)
        if keyword:
            text = f"`{key}` is no keyword of a schema; did you mean `{keyword}`?"
            context.warn(child, "unknown-keyword", text)
        elif version in REFERENCE_ONLY_FLAVOURS:
            text = f"`{key}` is no keyword of a schema of OpenAPI {version}; it is ignored"
            context.warn(child, "unknown-keyword", text)
    _check_forms(visit.node, context)


def has_foreign_dialect(node: Node) -> bool:
    """Tell whether a schema of OpenAPI 3.1 says that it is of another dialect."""
    uri = read_dialect(node)
    return bool(uri) and find_draft(uri) != CURRENT_DRAFT


def _describe_null(node: Node) -> str:
    """Return what to write in OpenAPI 3.1 instead of `nullable`."""
    schema = node.value
    types = schema.get("type")
    if schema.get("nullable") is not True or "null" in (types or ()):
        return "nothing: the schema means the same without it"
    members = schema.get("enum")
    lacks_null = isinstance(members, list) and None not in members
    addition = _describe_null_type(node)
    if addition and lacks_null:
        return f"{addition}, and null among the `enum`"
    if lacks_null:
        return "null among the `enum`"
    return addition or "nothing: a schema without `type` allows null"


def _describe_null_type(node: Node) -> str:
    """Return where the type null goes in a schema; "" where no keyword says a type."""
    schema = node.value
    types = schema.get("type")
    if isinstance(types, str):
        return f"`type: [{types}, 'null']`"
    if isinstance(types, list):
        return "`'null'` among the types"
    if node.reference is not None:
        return "`anyOf` with the reference and `type: 'null'`"
    if "oneOf" in schema or "anyOf" in schema:
        return "`type: 'null'` as one more alternative"
    if "allOf" in schema:
        return "`anyOf` with this schema and `type: 'null'`"
    return ""


def _check_forms(node: Node, context: CheckContext) -> None:
    """Report keywords whose value has the form of another version."""
    if not _KEYWORDS_WITH_FORMS & node.value.keys():
        return
    version = context.document.flavour
    if version in REFERENCE_ONLY_FLAVOURS:
        _check_type_form(node.get_child("type"), context)
    discriminator = node.get_child("discriminator")
    if version == "2.0" and isinstance(discriminator.value, dict):
        instead = "the name of the property alone"
        _warn_foreign(discriminator, "`discriminator` with an object", instead, context)
    for bound, exclusive in _EXCLUSIVE.items():
        child = node.get_child(exclusive)
        if version in REFERENCE_ONLY_FLAVOURS and is_number(child.value):
            instead = f"`{bound}` with `{exclusive}: true`"
            _warn_foreign(child, f"`{exclusive}` with a number", instead, context)
        elif version == "3.1" and isinstance(child.value, bool):
            instead = f"the bound itself as `{exclusive}`"
            _warn_foreign(child, f"`{exclusive}` with true or false", instead, context)
    items = node.get_child("items")
    if isinstance(items.value, list):
        instead = "`prefixItems`" if version == "3.1" else "one schema"
        _warn_foreign(items, "`items` with a list", instead, context)


def _check_type_form(types: Node, context: CheckContext) -> None:
    nullable = "x-nullable: true" if context.document.flavour == "2.0" else "nullable: true"
    if isinstance(types.value, list):
        _warn_foreign(types, "`type` with a list", f"one type, or `{nullable}`", context)
    elif types.value == "null":
        _warn_foreign(types, "`type: 'null'`", f"`{nullable}`", context)


def _warn_foreign(node: Node, what: str, instead: str, context: CheckContext) -> None:
    text = f"{what} is not of OpenAPI {context.document.flavour}; other tools may ignore it"
    if instead:
        text += f"; write {instead}"
    context.warn(node, "foreign-keyword", text)


def check_bounds(visit: Visit, context: CheckContext) -> None:
    """Report bounds that no value meets, of a schema or with all that it is made of."""
    node = visit.node
    is_alone = node.reference is None and "allOf" not in node.value
    if is_alone and not _has_bounds(node):
        return
    conjuncts_by_part = [_list_conjuncts(part) for part in _list_parts(node)]
    whole = [node, *itertools.chain.from_iterable(conjuncts_by_part)]
    if not any(map(_has_bounds, whole)):
        return
    for low_keyword, high_keyword in _BOUND_PAIRS:
        own = _find_conflict([node], low_keyword, high_keyword)
        joint = _find_conflict(whole, low_keyword, high_keyword)
        if own:
            context.report(node, "impossible-bounds", f"no value fits: {own}")
        elif joint and not _has_conflict(conjuncts_by_part, low_keyword, high_keyword):
            text = f"no value fits this schema and what it is made of: {joint}"
            context.report(node, "impossible-bounds", text)


def _has_conflict(conjuncts_by_part: list[list[Node]], low_keyword: str, high_keyword: str) -> bool:
    """Tell whether bounds exclude each other within one part, where they are reported."""
    for conjuncts in conjuncts_by_part:
        if _find_conflict(conjuncts, low_keyword, high_keyword):
            return True
    return False


def _list_conjuncts(node: Node) -> list[Node]:
    """Return a schema with all that its references and `allOf` lead to, up to a limit."""
    conjuncts: list[Node] = []
    seen: set[tuple[str, str]] = set()
    pending = [node]
    while pending and len(conjuncts) < _MAX_CONJUNCTS:
        part = pending.pop(0)
        if (part.uri, part.pointer) not in seen:
            seen.add((part.uri, part.pointer))
            conjuncts.append(part)
            pending += _list_parts(part)
    return conjuncts


def _list_parts(node: Node) -> list[Node]:
    """Return what applies to the same values: the target of a reference, the parts of `allOf`."""
    parts = list(node.get_child("allOf").iterate_children())
    if node.reference is not None:
        with suppress(UnresolvableReference):
            parts.append(node.resolve())
    return parts


def _has_bounds(node: Node) -> bool:
    return isinstance(node.value, dict) and not _BOUND_KEYWORDS.isdisjoint(node.value)


def _find_conflict(parts: list[Node], low_keyword: str, high_keyword: str) -> str | None:
    """Return in words which bounds exclude each other, None where none do."""
    lows = [bound for part in parts for bound in _list_bounds(part, low_keyword)]
    highs = [bound for part in parts for bound in _list_bounds(part, high_keyword)]
    if not lows or not highs:
        return None
    low = max(lows, key=lambda bound: (bound.value, bound.is_exclusive))
    high = min(highs, key=lambda bound: (bound.value, not bound.is_exclusive))
    is_empty = low.value > high.value
    if low.value == high.value:
        is_empty = low.is_exclusive or high.is_exclusive
    return f"{low.keyword} is {low.value}, {high.keyword} is {high.value}" if is_empty else None


def _list_bounds(node: Node, keyword: str) -> list[_Bound]:
    schema: dict[str, Any] = node.value if isinstance(node.value, dict) else {}
    exclusive = _EXCLUSIVE.get(keyword, "")
    value, exclusive_value = schema.get(keyword), schema.get(exclusive)
    bounds: list[_Bound] = []
    if value is not None and is_number(value):
        name = f"`{exclusive}`" if exclusive_value is True else f"`{keyword}`"
        bounds.append(_Bound(value, exclusive_value is True, name))
    if exclusive_value is not None and is_number(exclusive_value):
        bounds.append(_Bound(exclusive_value, True, f"`{exclusive}`"))
    return bounds

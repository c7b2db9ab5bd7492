"""Schema resources: what `$id`, `$anchor`, `$dynamicAnchor` and `$schema` name in one file.

A schema with an `$id` has a base URI of its own, and so have the schemas inside it. A schema of a
document without one is a resource too: its anchors are looked for there first, as authors mean it.

Source: JSON Schema 2020-12 Core §8.2, §9.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dynclient.document.files.uris import join_uri, split_fragment
from dynclient.document.references import escape_token

#: Longer URIs are ignored: a long `$id` would be copied into each one inside it.
MAX_URI_CHARS = 4000

#: Keywords of which one begins a schema, wherever it stands.
_IDENTIFYING_KEYWORDS = ("$id", "$anchor", "$dynamicAnchor", "$schema")

#: Keywords of which one in its right form shows that an object is a schema.
_TYPICAL_KEYWORDS: dict[str, type] = {
    **dict.fromkeys(("$defs", "definitions", "properties"), dict),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), list),
}

#: Keywords with schemas, of all drafts, by what they hold.
_SINGLE_KEYWORDS = frozenset(
    (
        *("additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if"),
        *("items", "not", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"),
    )
)
_LIST_KEYWORDS = frozenset(("allOf", "anyOf", "items", "oneOf", "prefixItems"))
_MAP_KEYWORDS = frozenset(
    (
        *("$defs", "definitions", "dependencies", "dependentSchemas"),
        *("patternProperties", "properties"),
    )
)

#: Fields of OpenAPI's objects that hold a schema, or schemas by name.
_SCHEMA_FIELDS = ("schema", "itemSchema")
_SCHEMA_MAP_FIELDS = ("schemas", "definitions", "$defs")

#: Fields of OpenAPI's objects that hold objects by a name, which is no field.
_NAME_FIELDS = frozenset(
    (
        *("callbacks", "content", "encoding", "headers", "links", "mediaTypes", "parameters"),
        *("pathItems", "paths", "requestBodies", "responses", "securitySchemes", "webhooks"),
    )
)

#: Fields of OpenAPI's objects that hold data.
_DATA_FIELDS = frozenset(("example", "examples", "x-example", "x-examples"))


@dataclass
class SchemaResource:
    """A schema with a base URI of its own, or the outermost schema at its place.

    Attributes:
        pointer: where the schema is in its file.
        uri: what references in it are relative to.
        dialect: the URI of its `$schema`, "" where it has none.
        anchors: name -> pointer, those of `$dynamicAnchor` included.
        dynamic_anchors: name -> pointer; the name "" is that of `$recursiveAnchor`.

    """

    pointer: str
    uri: str
    dialect: str = ""
    anchors: dict[str, str] = field(default_factory=dict)
    dynamic_anchors: dict[str, str] = field(default_factory=dict)


class _Visit(NamedTuple):
    """A value that is still to be read.

    Attributes:
        value: the value.
        pointer: where it is.
        is_schema: whether it is a schema; else it is an object of OpenAPI.
        has_names: whether its keys are names, not fields.
        resource: what it belongs to.

    """

    value: Any
    pointer: str
    is_schema: bool = False
    has_names: bool = False
    resource: SchemaResource | None = None


class SchemaResources:
    """The schema resources of one file.

    Args:
        uri: the URI of the file.
        tree: its content.

    Attributes:
        by_pointer: the resources that have an `$id`, a `$schema` or an anchor, by their place.
        by_uri: those that have an `$id`; the first one counts where several have the same.

    """

    def __init__(self, uri: str, tree: Any) -> None:
        self.by_pointer: dict[str, SchemaResource] = {}
        self.by_uri: dict[str, SchemaResource] = {}
        self._uri = uri
        self._read(tree)

    def find(self, pointer: str) -> SchemaResource | None:
        """Return the resource that the schema at a place belongs to, None where it is none."""
        while self.by_pointer:
            resource = self.by_pointer.get(pointer)
            if resource is not None:
                return resource
            if not pointer:
                break
            pointer = pointer.rpartition("/")[0]
        return None

    def find_anchor(self, name: str, root: str, base: str | None) -> str | None:
        """Return the pointer of the schema that has an anchor, None where there is none.

        Args:
            name: the anchor.
            root: where the resource begins that the reference names, "" for the file itself.
            base: where the reference stands, None in another file.

        """
        candidates = [self.by_pointer.get(root)] if root in self.by_pointer else []
        if not root and base is not None:
            candidates.append(self.find(base))
        if not root:
            candidates += [one for one in self.by_pointer.values() if one.uri == self._uri]
        for resource in candidates:
            if resource is not None and name in resource.anchors:
                return resource.anchors[name]
        return None

    # --- reading

    def _read(self, tree: Any) -> None:
        pending = [_Visit(tree, "")]
        while pending:
            visit = pending.pop()
            if isinstance(visit.value, list):
                pending += [
                    visit._replace(value=item, pointer=f"{visit.pointer}/{index}")
                    for index, item in enumerate(visit.value)
                ][::-1]
            elif isinstance(visit.value, dict):
                is_schema = visit.is_schema or _is_schema(visit)
                parts = self._read_schema(visit) if is_schema else _read_object(visit)
                pending += list(parts)[::-1]

    def _read_schema(self, visit: _Visit) -> Iterator[_Visit]:
        """Read the identifiers of a schema; yield the schemas in it."""
        resource = self._identify(visit)
        for keyword, value in visit.value.items():
            pointer = f"{visit.pointer}/{escape_token(keyword)}"
            is_list = keyword in _LIST_KEYWORDS and isinstance(value, list)
            if is_list or (keyword in _SINGLE_KEYWORDS and isinstance(value, dict)):
                yield _Visit(value, pointer, is_schema=True, resource=resource)
            elif keyword in _MAP_KEYWORDS and isinstance(value, dict):
                for name, part in value.items():
                    place = f"{pointer}/{escape_token(name)}"
                    yield _Visit(part, place, is_schema=True, resource=resource)

    def _identify(self, visit: _Visit) -> SchemaResource:
        """Return the resource that a schema belongs to, which it may begin."""
        schema, pointer = visit.value, visit.pointer
        resource = visit.resource or SchemaResource(pointer, self._uri)
        dialect = _get_text(schema, "$schema")
        own_id = _get_text(schema, "$id")
        if not own_id and "draft-04" in (dialect or resource.dialect):
            own_id = _get_text(schema, "id")
        uri, fragment = split_fragment(join_uri(resource.uri, own_id))
        if own_id and uri not in (resource.uri, self._uri) and len(uri) <= MAX_URI_CHARS:
            resource = SchemaResource(pointer, uri, resource.dialect)
            self.by_pointer[pointer] = resource
            self.by_uri.setdefault(uri, resource)

        if dialect and resource.pointer == pointer:
            resource.dialect = dialect
            self.by_pointer[pointer] = resource
        self._add_anchors(visit, resource, fragment)
        return resource

    def _add_anchors(self, visit: _Visit, resource: SchemaResource, fragment: str) -> None:
        """Add the anchors of a schema; in early drafts the fragment of an `$id` is one."""
        names = [_get_text(visit.value, "$anchor")]
        if not fragment.startswith("/"):
            names.append(fragment)
        dynamic_name = _get_text(visit.value, "$dynamicAnchor")
        if dynamic_name:
            resource.dynamic_anchors.setdefault(dynamic_name, visit.pointer)
        if visit.value.get("$recursiveAnchor") is True and resource.pointer == visit.pointer:
            resource.dynamic_anchors.setdefault("", visit.pointer)
        for name in (*names, dynamic_name):
            if name:
                resource.anchors.setdefault(name, visit.pointer)
        if resource.anchors or resource.dynamic_anchors:
            self.by_pointer.setdefault(resource.pointer, resource)


def _is_schema(visit: _Visit) -> bool:
    """Return whether an object that OpenAPI does not say to be a schema looks like one."""
    if visit.has_names:
        return False
    value = visit.value
    if any(isinstance(value.get(keyword), str) for keyword in _IDENTIFYING_KEYWORDS):
        return True
    return any(isinstance(value.get(name), kind) for name, kind in _TYPICAL_KEYWORDS.items())


def _read_object(visit: _Visit) -> Iterator[_Visit]:
    """Yield what is in an object of OpenAPI."""
    for key, value in visit.value.items():
        pointer = f"{visit.pointer}/{escape_token(key)}"
        if visit.has_names:
            yield _Visit(value, pointer)
        elif key in _SCHEMA_MAP_FIELDS and isinstance(value, dict):
            for name, part in value.items():
                yield _Visit(part, f"{pointer}/{escape_token(name)}", is_schema=True)
        elif key not in _DATA_FIELDS:
            is_schema = key in _SCHEMA_FIELDS
            has_names = key in _NAME_FIELDS and isinstance(value, dict)
            yield _Visit(value, pointer, is_schema=is_schema, has_names=has_names)


def _get_text(schema: dict[str, Any], keyword: str) -> str:
    value = schema.get(keyword)
    return value if isinstance(value, str) else ""

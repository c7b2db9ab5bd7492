"""Small valid OpenAPI documents as a strategy, for tests of code that reads documents."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

VERSIONS = ("3.0.3", "3.0.4", "3.1.0", "3.1.1")
MAX_PATHS = 3
MAX_DEPTH = 3

_NAMES = st.sampled_from(
    ["id", "name", "filter", "X-Trace", "sort", "limit", "tags", "größe", "a.b", "class", "self"]
)
_FIELDS = st.sampled_from(["id", "name", "kind", "amount", "tags", "child", "größe", "a b", "from"])
_SEGMENTS = st.sampled_from(["things", "shops", "v2", "orders", "a.b", "über"])
_COMPONENTS = ("Thing", "Node")
_TAGS = ("Cat", "Dog")
_DISCRIMINATED_SCHEMA = {
    "oneOf": [{"$ref": f"#/components/schemas/{tag}"} for tag in _TAGS],
    "discriminator": {"propertyName": "tag"},
}
_PATTERNS = st.sampled_from(
    ["^[a-z]{2,5}$", "^\\d+$", "x", "^(red|green|blue)$", "^[A-Z][a-z]*( [A-Z][a-z]*)*$"]
)
_FORMATS = st.sampled_from(["date", "date-time", "uuid", "email", "uri", "ipv4", "byte"])
_STYLES: dict[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
_METHODS = st.sampled_from(["get", "post", "put", "delete", "patch"])
_BODIES = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
)


def documents(versions: tuple[str, ...] = VERSIONS) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy of small valid documents, as mappings.

    Their operations have parameters of all places, styles and types, bodies of JSON, forms and
    parts, and results; every schema in them has values.

    Args:
        versions: of OpenAPI, one of which a document has; all that are read where none are given.

    """
    return st.sampled_from(versions).flatmap(_documents)


@st.composite
def _documents(draw: st.DrawFn, version: str) -> dict[str, Any]:
    drawer = _DocumentDrawer(draw, version)
    schemas = {name: drawer.draw_component(name) for name in _COMPONENTS}
    schemas |= {tag: drawer.draw_discriminated(tag) for tag in _TAGS}
    segment_shapes = st.lists(
        st.tuples(_SEGMENTS, st.booleans()),
        min_size=1,
        max_size=MAX_PATHS,
        unique_by=lambda shape: shape[0],
    )
    paths = {}
    for segment, has_variable in draw(segment_shapes):
        path = f"/{segment}/{{id}}" if has_variable else f"/{segment}"
        paths[path] = drawer.draw_path_item(segment, ["id"] if has_variable else [])
    return {
        "openapi": version,
        "info": {"title": "Drawn", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


_METHODS_WITHOUT_BODY = frozenset({"get", "delete"})


class _DocumentDrawer:
    """Draws the parts of one document."""

    def __init__(self, draw: st.DrawFn, version: str) -> None:
        self.draw = draw
        self.is_30 = version.startswith("3.0")
        self.object_count = 0

    def draw_path_item(self, segment: str, variables: list[str]) -> dict[str, Any]:
        """Return a Path Item Object."""
        operations = {}
        for method in self.draw(st.lists(_METHODS, min_size=1, max_size=2, unique=True)):
            has_body = method not in _METHODS_WITHOUT_BODY
            name = f"{method}_{segment}"
            operations[method] = self.draw_operation(name, variables, has_body=has_body)
        return operations

    def draw_component(self, name: str) -> dict[str, Any]:
        """Return a component schema; `Node` may hold itself."""
        schema = self.draw_object_schema(1, is_free=True)
        if name == "Node":
            schema["properties"]["next"] = {"$ref": "#/components/schemas/Node"}
            schema.get("required", []).clear()
            schema.pop("required", None)
        return schema

    def draw_discriminated(self, tag: str) -> dict[str, Any]:
        """Return a component schema that a property discriminates."""
        properties = {
            "tag": {"type": "string", "enum": [tag]},
            f"of{tag}": self.draw_scalar_schema(),
        }
        return {"type": "object", "properties": properties, "required": ["tag"]}

    def draw_operation(self, name: str, variables: list[str], *, has_body: bool) -> dict[str, Any]:
        """Return an Operation Object."""
        parameters = [self.draw_parameter(variable, "path") for variable in variables]
        wanted = st.tuples(_NAMES, st.sampled_from(["query", "header", "cookie"]))
        for other, location in self.draw(st.lists(wanted, max_size=3, unique=True)):
            parameters.append(self.draw_parameter(other, location))
        operation: dict[str, Any] = {
            "operationId": _to_ascii(name),
            "responses": self.draw_responses(),
        }
        if parameters:
            operation["parameters"] = parameters
        if has_body and self.draw(st.booleans()):
            operation["requestBody"] = self.draw_request_body()
        return operation

    def draw_parameter(self, name: str, location: str) -> dict[str, Any]:
        """Return a Parameter Object of a style that suits its schema."""
        name = _to_ascii(name) if location in ("header", "cookie") else name
        parameter: dict[str, Any] = {"name": name, "in": location}
        if location == "path" or self.draw(st.booleans()):
            parameter["required"] = True
        if location == "query" and self.draw(st.integers(0, 5)) == 5:  # noqa: PLR2004 (seldom)
            return {**parameter, "content": {"application/json": {"schema": self.draw_schema(2)}}}
        style = self.draw(st.sampled_from(_STYLES[location]))
        # An exploded label is cut at dots, which numbers and texts hold too.
        explode = style == "deepObject" or (style != "label" and self.draw(st.booleans()))
        return {
            **parameter,
            "style": style,
            "explode": explode,
            "schema": self.draw_parameter_schema(style, location),
        }

    def draw_parameter_schema(self, style: str, location: str) -> dict[str, Any]:
        """Return a schema whose values a style can carry."""
        # Nothing escapes a comma in a header.
        member = self.draw_word_schema if location == "header" else self.draw_scalar_schema
        kinds = {"deepObject": ["object"], "spaceDelimited": ["array"], "pipeDelimited": ["array"]}
        kind = self.draw(st.sampled_from(kinds.get(style, ["scalar", "array", "object"])))
        if kind == "object":
            # Members of exploded objects stand beside each other: no two objects share a name.
            self.object_count += 1
            fields = self.draw(st.lists(st.sampled_from("RGB"), min_size=1, unique=True))
            return {
                "type": "object",
                "properties": {f"{name}{self.object_count}": member() for name in fields},
            }
        # An array of one empty text reads as an empty array in most styles: so two items.
        if kind == "scalar":
            return self.draw_scalar_schema()
        return {"type": "array", "items": member(), "minItems": 2}

    def draw_request_body(self) -> dict[str, Any]:
        """Return a Request Body Object."""
        names = self.draw(st.lists(_BODIES, min_size=1, max_size=2, unique=True))
        content = {name: {"schema": self.draw_body_schema(name)} for name in names}
        return {"content": content, "required": self.draw(st.booleans())}

    def draw_body_schema(self, name: str) -> dict[str, Any]:
        """Return a schema of bodies of a media type."""
        if name == "application/json":
            return self.draw_schema(0)
        properties = {
            "name": self.draw_scalar_schema(),
            "amounts": self.draw_array_schema(MAX_DEPTH),
        }
        if name.startswith("multipart/"):
            properties["file"] = {"type": "string", "format": "binary"}
        return {"type": "object", "properties": properties, "required": ["name"]}

    def draw_responses(self) -> dict[str, Any]:
        """Return a Responses Object."""
        statuses = st.sampled_from(["200", "201", "4XX"])
        responses: dict[str, Any] = {}
        for status in self.draw(st.lists(statuses, min_size=1, max_size=2, unique=True)):
            content = {"application/json": {"schema": self.draw_schema(0)}}
            responses[status] = {"description": "a result", "content": content}
        if set(responses) == {"4XX"}:
            responses["204"] = {"description": "nothing"}
        return responses

    # --- schemas

    def draw_schema(self, depth: int) -> dict[str, Any]:
        """Return a schema, of any kind while it is not too deep."""
        if depth >= MAX_DEPTH:
            return self.draw_scalar_schema()
        kind = self.draw(st.sampled_from(["scalar", "object", "array", "other", "other"]))
        if kind == "other":
            return self.draw_composed_schema(depth)
        if kind == "scalar":
            return self.draw_scalar_schema()
        return self.draw_object_schema(depth) if kind == "object" else self.draw_array_schema(depth)

    def draw_composed_schema(self, depth: int) -> dict[str, Any]:
        """Return a schema that refers, chooses, takes null or is a map."""
        kind = self.draw(
            st.sampled_from(["nullable", "reference", "either", "tagged", "joined", "map"])
        )
        if kind == "tagged":
            return _DISCRIMINATED_SCHEMA
        if kind == "joined":
            more = {"type": "object", "properties": {"more": self.draw_scalar_schema()}}
            return {"allOf": [{"$ref": "#/components/schemas/Thing"}, more]}
        if kind == "reference":
            return {"$ref": f"#/components/schemas/{self.draw(st.sampled_from(_COMPONENTS))}"}
        if kind == "either":
            keyword = self.draw(st.sampled_from(["oneOf", "anyOf"]))
            return {keyword: [{"type": "integer"}, {"type": "string"}]}
        if kind == "nullable":
            return self.make_nullable(self.draw_scalar_schema())
        return {"type": "object", "additionalProperties": self.draw_schema(depth + 1)}

    def draw_object_schema(self, depth: int, *, is_free: bool = False) -> dict[str, Any]:
        """Return a schema of objects."""
        names = self.draw(st.lists(_FIELDS, min_size=1, max_size=3, unique=True))
        inner = self.draw_scalar_schema if is_free else lambda: self.draw_schema(depth + 1)
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name: self.mark_one_way(inner()) for name in names},
        }
        needed = [name for name in names if self.draw(st.booleans())]
        return {**schema, "required": needed} if needed else schema

    def mark_one_way(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a property's schema, sometimes read-only or write-only."""
        note = self.draw(st.sampled_from([*[""] * 6, "readOnly", "writeOnly"]))
        return {**schema, note: True} if note and "$ref" not in schema else schema

    def draw_array_schema(self, depth: int) -> dict[str, Any]:
        """Return a schema of arrays."""
        least, more = self.draw(st.integers(0, 2)), self.draw(st.integers(1, 3))
        return {
            "type": "array",
            "items": self.draw_schema(depth + 1),
            "minItems": least,
            "maxItems": least + more,
        }

    def draw_scalar_schema(self) -> dict[str, Any]:
        """Return a schema of values that are neither object nor array."""
        kind = self.draw(
            st.sampled_from(["string", "integer", "number", "boolean", "enum", "pattern", "format"])
        )
        if kind in ("integer", "number"):
            return self.draw_number_schema(kind)
        if kind == "enum":
            return self.draw_word_schema()
        if kind == "pattern":
            return {"type": "string", "pattern": self.draw(_PATTERNS)}
        if kind == "format":
            return {"type": "string", "format": self.draw(_FORMATS)}
        least = self.draw(st.integers(0, 3))
        if kind == "boolean":
            return {"type": kind}
        return {"type": kind, "minLength": least, "maxLength": least + 8}

    def draw_word_schema(self) -> dict[str, Any]:
        """Return a schema of a few words."""
        letters = st.text(string.ascii_lowercase, min_size=1, max_size=5)
        words = st.lists(letters, min_size=1, max_size=3, unique=True)
        return {"type": "string", "enum": self.draw(words)}

    def draw_number_schema(self, kind: str) -> dict[str, Any]:
        """Return a schema of numbers, its bounds written as the version does."""
        low = self.draw(st.integers(-100, 100))
        high = low + self.draw(st.integers(5, 100))
        schema: dict[str, Any] = {"type": kind, "minimum": low, "maximum": high}
        if not self.draw(st.booleans()):
            return schema
        if self.is_30:
            return {**schema, "exclusiveMinimum": True}
        return {"type": kind, "maximum": high, "exclusiveMinimum": low}

    def make_nullable(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a schema that takes null too, written as the version does."""
        nullable = dict(schema)
        if self.is_30:
            nullable["nullable"] = True
        else:
            nullable["type"] = [schema["type"], "null"]
        if "enum" in schema:
            nullable["enum"] = [*schema["enum"], None]
        return nullable


def _to_ascii(name: str) -> str:
    return name.replace("ö", "o").replace("ß", "ss").replace("ü", "u").replace(".", "-")

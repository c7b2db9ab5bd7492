"""Small valid OpenAPI documents of every version that is read, as a strategy: for tests of what reads documents."""

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
_TAGGED = {
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

    Their operations have parameters of all places, styles and types, bodies of JSON, forms and parts, and results;
    every schema in them has values.

    Args:
        versions: of OpenAPI, one of which a document has; all that are read where none are given.

    """
    return st.sampled_from(versions).flatmap(_documents)


@st.composite
def _documents(draw: st.DrawFn, version: str) -> dict[str, Any]:
    made = _Document(draw, version)
    components = {name: made.component(name) for name in _COMPONENTS} | {
        tag: made.tagged(tag) for tag in _TAGS
    }
    shapes = st.lists(
        st.tuples(_SEGMENTS, st.booleans()),
        min_size=1,
        max_size=MAX_PATHS,
        unique_by=lambda s: s[0],
    )
    paths = {}
    for segment, has_variable in draw(shapes):
        variables = ["id"] if has_variable else []
        methods = draw(st.lists(_METHODS, min_size=1, max_size=2, unique=True))
        path = f"/{segment}" + "".join(f"/{{{name}}}" for name in variables)
        paths[path] = {
            m: made.operation(f"{m}_{segment}", variables, has_body=m not in _BODILESS)
            for m in methods
        }
    top = {"openapi": version, "info": {"title": "Drawn", "version": "1"}}
    return {
        **top,
        "servers": [{"url": "https://api.example.com"}],
        "paths": paths,
        "components": {"schemas": components},
    }


_BODILESS = frozenset({"get", "delete"})


class _Document:
    """Draws the parts of one document."""

    def __init__(self, draw: st.DrawFn, version: str) -> None:
        self.draw = draw
        self.is_30 = version.startswith("3.0")
        self.objects = 0

    def component(self, name: str) -> dict[str, Any]:
        """Return a component schema; `Node` may hold itself."""
        schema = self.object(1, is_free=True)
        if name == "Node":
            schema["properties"]["next"] = {"$ref": "#/components/schemas/Node"}
            schema.get("required", []).clear()
            schema.pop("required", None)
        return schema

    def tagged(self, tag: str) -> dict[str, Any]:
        """Return a component schema whose values tell by a property that they are of it."""
        properties = {"tag": {"type": "string", "enum": [tag]}, f"of{tag}": self.scalar()}
        return {"type": "object", "properties": properties, "required": ["tag"]}

    def operation(self, name: str, variables: list[str], *, has_body: bool) -> dict[str, Any]:
        """Return an Operation Object."""
        parameters = [self.parameter(variable, "path") for variable in variables]
        wanted = st.tuples(_NAMES, st.sampled_from(["query", "header", "cookie"]))
        for other, location in self.draw(st.lists(wanted, max_size=3, unique=True)):
            parameters.append(self.parameter(other, location))
        made: dict[str, Any] = {"operationId": _ascii(name), "responses": self.responses()}
        if parameters:
            made["parameters"] = parameters
        if has_body and self.draw(st.booleans()):
            made["requestBody"] = self.body()
        return made

    def parameter(self, name: str, location: str) -> dict[str, Any]:
        """Return a Parameter Object of a style that suits its schema."""
        name = _ascii(name) if location in ("header", "cookie") else name
        made: dict[str, Any] = {"name": name, "in": location}
        if location == "path" or self.draw(st.booleans()):
            made["required"] = True
        if location == "query" and self.draw(st.integers(0, 5)) == 5:  # noqa: PLR2004 (seldom)
            return {**made, "content": {"application/json": {"schema": self.schema(2)}}}
        style = self.draw(st.sampled_from(_STYLES[location]))
        # An exploded label is cut at dots, which numbers and texts hold too.
        explode = style == "deepObject" or (style != "label" and self.draw(st.booleans()))
        return {**made, "style": style, "explode": explode, "schema": self.flat(style, location)}

    def flat(self, style: str, location: str) -> dict[str, Any]:
        """Return a schema whose values a style can carry."""
        # Nothing escapes a comma in a header.
        member = self.word if location == "header" else self.scalar
        kinds = {"deepObject": ["object"], "spaceDelimited": ["array"], "pipeDelimited": ["array"]}
        kind = self.draw(st.sampled_from(kinds.get(style, ["scalar", "array", "object"])))
        if kind == "object":
            # Members of exploded objects stand beside each other: no two objects share a name.
            self.objects += 1
            fields = self.draw(st.lists(st.sampled_from("RGB"), min_size=1, unique=True))
            return {
                "type": "object",
                "properties": {f"{name}{self.objects}": member() for name in fields},
            }
        # An array of one empty text reads as an empty one in most styles: two items are more telling.
        return (
            self.scalar()
            if kind == "scalar"
            else {"type": "array", "items": member(), "minItems": 2}
        )

    def body(self) -> dict[str, Any]:
        """Return a Request Body Object."""
        names = self.draw(st.lists(_BODIES, min_size=1, max_size=2, unique=True))
        content = {name: {"schema": self.of_media_type(name)} for name in names}
        return {"content": content, "required": self.draw(st.booleans())}

    def of_media_type(self, name: str) -> dict[str, Any]:
        """Return a schema of bodies of a media type."""
        if name == "application/json":
            return self.schema(0)
        schema = {
            "type": "object",
            "properties": {"name": self.scalar(), "amounts": self.array(MAX_DEPTH)},
        }
        if name.startswith("multipart/"):
            schema["properties"] |= {"file": {"type": "string", "format": "binary"}}  # type: ignore[operator] # a dict
        return {**schema, "required": ["name"]}

    def responses(self) -> dict[str, Any]:
        """Return a Responses Object."""
        found: dict[str, Any] = {}
        for status in self.draw(
            st.lists(st.sampled_from(["200", "201", "4XX"]), min_size=1, max_size=2, unique=True)
        ):
            found[status] = {
                "description": "a result",
                "content": {"application/json": {"schema": self.schema(0)}},
            }
        return found if set(found) != {"4XX"} else {**found, "204": {"description": "nothing"}}

    # --- schemas

    def schema(self, depth: int) -> dict[str, Any]:
        """Return a schema, of any kind while it is not too deep."""
        if depth >= MAX_DEPTH:
            return self.scalar()
        kind = self.draw(st.sampled_from(["scalar", "object", "array", "other", "other"]))
        if kind == "other":
            return self.other(depth)
        if kind == "scalar":
            return self.scalar()
        return self.object(depth) if kind == "object" else self.array(depth)

    def other(self, depth: int) -> dict[str, Any]:
        """Return a schema that refers, chooses, takes null or is a map."""
        kind = self.draw(
            st.sampled_from(["nullable", "reference", "either", "tagged", "joined", "map"])
        )
        if kind == "tagged":
            return _TAGGED
        if kind == "joined":
            more = {"type": "object", "properties": {"more": self.scalar()}}
            return {"allOf": [{"$ref": "#/components/schemas/Thing"}, more]}
        if kind == "reference":
            return {"$ref": f"#/components/schemas/{self.draw(st.sampled_from(_COMPONENTS))}"}
        if kind == "either":
            return {
                self.draw(st.sampled_from(["oneOf", "anyOf"])): [
                    {"type": "integer"},
                    {"type": "string"},
                ]
            }
        if kind == "nullable":
            return self.nullable(self.scalar())
        return {"type": "object", "additionalProperties": self.schema(depth + 1)}

    def object(self, depth: int, *, is_free: bool = False) -> dict[str, Any]:
        """Return a schema of objects."""
        names = self.draw(st.lists(_FIELDS, min_size=1, max_size=3, unique=True))
        inner = self.scalar if is_free else lambda: self.schema(depth + 1)
        made: dict[str, Any] = {
            "type": "object",
            "properties": {name: self.one_way(inner()) for name in names},
        }
        needed = [name for name in names if self.draw(st.booleans())]
        return {**made, "required": needed} if needed else made

    def one_way(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a property's schema that now and then travels one way only."""
        note = self.draw(st.sampled_from([*[""] * 6, "readOnly", "writeOnly"]))
        return {**schema, note: True} if note and "$ref" not in schema else schema

    def array(self, depth: int) -> dict[str, Any]:
        """Return a schema of arrays."""
        least, more = self.draw(st.integers(0, 2)), self.draw(st.integers(1, 3))
        return {
            "type": "array",
            "items": self.schema(depth + 1),
            "minItems": least,
            "maxItems": least + more,
        }

    def scalar(self) -> dict[str, Any]:
        """Return a schema of values that are neither object nor array."""
        kind = self.draw(
            st.sampled_from(["string", "integer", "number", "boolean", "enum", "pattern", "format"])
        )
        if kind in ("integer", "number"):
            return self.number(kind)
        if kind == "enum":
            words = st.lists(
                st.text(string.ascii_lowercase, min_size=1, max_size=5),
                min_size=1,
                max_size=3,
                unique=True,
            )
            return {"type": "string", "enum": self.draw(words)}
        if kind == "pattern":
            return {"type": "string", "pattern": self.draw(_PATTERNS)}
        if kind == "format":
            return {"type": "string", "format": self.draw(_FORMATS)}
        least = self.draw(st.integers(0, 3))
        return (
            {"type": kind}
            if kind == "boolean"
            else {"type": kind, "minLength": least, "maxLength": least + 8}
        )

    def word(self) -> dict[str, Any]:
        """Return a schema of a few words."""
        letters = st.text(string.ascii_lowercase, min_size=1, max_size=5)
        return {
            "type": "string",
            "enum": self.draw(st.lists(letters, min_size=1, max_size=3, unique=True)),
        }

    def number(self, kind: str) -> dict[str, Any]:
        """Return a schema of numbers, its bounds written as the version does."""
        low = self.draw(st.integers(-100, 100))
        made: dict[str, Any] = {
            "type": kind,
            "minimum": low,
            "maximum": low + self.draw(st.integers(5, 100)),
        }
        if self.draw(st.booleans()):
            made |= (
                {"exclusiveMinimum": True}
                if self.is_30
                else {"exclusiveMinimum": made.pop("minimum")}
            )
        return made

    def nullable(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a schema that takes null too, written as the version does."""
        if self.is_30:
            return {
                **schema,
                "nullable": True,
                **({"enum": [*schema["enum"], None]} if "enum" in schema else {}),
            }
        made = {**schema, "type": [schema["type"], "null"]}
        return {**made, "enum": [*schema["enum"], None]} if "enum" in schema else made


def _ascii(name: str) -> str:
    return name.replace("ö", "o").replace("ß", "ss").replace("ü", "u").replace(".", "-")

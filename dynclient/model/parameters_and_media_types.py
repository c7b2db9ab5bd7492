"""How the document describes a value that is sent: parameters, media types, encodings.

They are in one module because each of them can hold the next: a parameter's `content` is a media
type, a media type has encodings, and an encoding can be written as a query parameter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from dynclient.document.openapi_version import detect_schema_flavour
from dynclient.document.references import Node
from dynclient.errors import DocumentError
from dynclient.model.frozen_object import FrozenObject
from dynclient.model.sequential_media_types import (
    SequenceFormat,
    find_sequence_format,
    has_items,
)

Location = Literal["path", "query", "header", "cookie", "querystring"]

#: The locations that hold parameters by their names.
LOCATIONS: tuple[Location, ...] = ("path", "query", "header", "cookie")

#: The location of the parameter that is the whole query. Source: OAS 3.2.0 Parameter Object, in.
QUERYSTRING: Literal["querystring"] = "querystring"

#: Header fields that frame a message, or speak of one connection: the transport's business, never a
#: call's. Source: RFC 9112 §6, RFC 9110 §6.6.2, §7.6.1.
FRAMING_HEADERS = frozenset(
    {
        "connection",
        "content-length",
        "http2-settings",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def is_framing_header(name: str) -> bool:
    """Tell whether a header field frames the message."""
    return name.lower() in FRAMING_HEADERS


_DEFAULT_STYLE: Mapping[str, str] = {
    "path": "simple",
    "query": "form",
    "header": "simple",
    "cookie": "form",
    QUERYSTRING: "form",
}
_STYLES: Mapping[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
    QUERYSTRING: (),
}


class DocumentPart(FrozenObject):
    """An object of the document, as it stands at a node.

    Args:
        node: the object.
        attributes: what else is known of it.

    """

    node: Node

    def __init__(self, node: Node, **attributes: Any) -> None:
        super().__init__(node=node, **attributes)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.node!r}>"


class Encoding(DocumentPart):
    """How a property of a form or multipart body is written.

    Args:
        name: the property.
        node: the Encoding Object.

    """

    name: str

    def __init__(self, name: str, node: Node) -> None:
        super().__init__(node, name=name)

    @property
    def content_type(self) -> str:
        """The content type of its part, possibly several or a range; "" where the value decides."""
        return self.node.get_text("contentType")

    @cached_property
    def as_parameter(self) -> Parameter | None:
        """The query parameter that it is written as; None without style, explode, allowReserved.

        Source: OAS 3.1.1 Encoding Object.
        """
        has_style = any(key in self.node.value for key in ("style", "explode", "allowReserved"))
        return Parameter(self.name, "query", self.node) if has_style else None

    @cached_property
    def as_part_parameter(self) -> Parameter | None:
        """The query parameter whose pairs are the parts of multipart/form-data; None for one part.

        In 3.0 parts have no style. Nothing is percent-encoded, so that `allowReserved` has no
        effect.

        Source: OAS 3.0.3 and 3.1.1 Encoding Object.
        """
        node = self.node
        if self.as_parameter is None or detect_schema_flavour(node.files) == "3.0":
            return None
        value = {key: node.value[key] for key in node.value if key != "allowReserved"}
        return Parameter(self.name, "query", Node(node.files, node.uri, node.pointer, value))

    @property
    def takes_json(self) -> bool:
        """Whether an object is written as JSON: by default, or where the content types include it.

        Source: OAS 3.1.1 Encoding Object, contentType.
        """
        names = [name.strip() for name in self.content_type.split(",") if name.strip()]
        return not names or any(_includes_json(name) for name in names)


class ItemEncodings(NamedTuple):
    """How the items of a multipart body are written, by their positions.

    Attributes:
        prefix: of the first items; None for an item that has none.
        rest: of all items after them.

    """

    prefix: tuple[Encoding | None, ...] = ()
    rest: Encoding | None = None

    def get(self, index: int) -> Encoding | None:
        """Return the encoding of an item, None where it has none."""
        return self.prefix[index] if index < len(self.prefix) else self.rest


NO_ITEM_ENCODINGS = ItemEncodings()


def _resolve_if_possible(node: Node) -> Node:
    """Return what a reference leads to; the reference itself, which is a problem, if nowhere."""
    try:
        return node.resolve()
    except DocumentError:
        return Node(node.files, node.uri, node.pointer, None)


def _includes_json(content_type: str) -> bool:
    name = content_type.partition(";")[0].strip().lower()
    return "json" in name or name in ("*/*", "application/*")


class MediaType(DocumentPart):
    """A media type of a body, response or parameter: name, schema, encodings and examples.

    Args:
        name: as the document writes it; of a range, possibly the media type that it is used as.
        node: the Media Type Object.
        range_name: the range of the document that `name` was found under; "" for its own name.

    """

    name: str
    range_name: str

    def __init__(self, name: str, node: Node, range_name: str = "") -> None:
        super().__init__(node, name=name, range_name=range_name)

    def narrow(self, name: str) -> MediaType:
        """Return this range as one of the media types that it includes."""
        return MediaType(name, self.node, self.range_name or self.name)

    @cached_property
    def schema(self) -> Node | None:
        """The Schema Object as it stands (a `$ref` is not followed), or None."""
        child = self.node.get_child("schema")
        return child if child.value is not None else None

    @cached_property
    def item_schema(self) -> Node | None:
        """The Schema Object of each item, or None; only media types with items have one.

        Source: OAS 3.2.0 Media Type Object, itemSchema.
        """
        child = self.node.get_child("itemSchema")
        return child if child.value is not None and has_items(self.name) else None

    @cached_property
    def sequence_format(self) -> SequenceFormat | None:
        """How the items of its bodies follow one another; None where they are no such items.

        A body with a schema that describes no items is what it is in earlier versions: text, or
        octets.
        """
        sequence_format = find_sequence_format(self.name)
        if sequence_format is None:
            return None
        return sequence_format if self.item_schema is not None or self._is_array else None

    @property
    def _is_array(self) -> bool:
        """Whether its schema says, by its type or by what the items are, that it is an array."""
        try:
            schema = self.node["schema"].value
        except DocumentError:  # A problem of the document.
            return False
        if not isinstance(schema, dict):
            return False
        types = schema.get("type")
        if types is None:
            return "items" in schema or "prefixItems" in schema
        return "array" in (types if isinstance(types, list) else [types])

    @cached_property
    def item_encodings(self) -> ItemEncodings:
        """How the items of a multipart body are written, by their positions."""
        prefix = []
        for child in self.node.list_items("prefixEncoding"):
            node = _resolve_if_possible(child)
            prefix.append(Encoding("", node) if isinstance(node.value, dict) else None)
        rest = _resolve_if_possible(self.node.get_child("itemEncoding"))
        return ItemEncodings(tuple(prefix), Encoding("", rest) if rest.member_keys() else None)

    @cached_property
    def encodings(self) -> Mapping[str, Encoding]:
        """How the properties of a form or multipart body are written, by name."""
        encodings: dict[str, Encoding] = {}
        for name, node in self.node.iterate_resolved_members("encoding"):
            if isinstance(node.value, dict):
                encodings[name] = Encoding(name, node)
        return MappingProxyType(encodings)

    @cached_property
    def examples(self) -> list[Any]:
        """The values of `example` and `examples`, in the order written; none of them is checked."""
        return _read_examples(self.node, self.name)


class Parameter(DocumentPart):
    """A parameter, or a header of a response (location `header`).

    Args:
        name: as it stands on the wire.
        location: the Parameter Object's `in`.
        node: the Parameter Object.

    """

    name: str
    location: Location

    def __init__(self, name: str, location: Location, node: Node) -> None:
        super().__init__(node, name=name, location=location)

    @property
    def required(self) -> bool:
        """Whether a call must give it; path parameters always."""
        return self.location == "path" or self.node.get_flag("required")

    @property
    def deprecated(self) -> bool:
        """Whether the document advises against it."""
        return self.node.get_flag("deprecated")

    @property
    def description(self) -> str:
        """The description in the document."""
        return self.node.get_text("description")

    @cached_property
    def style(self) -> str:
        """The serialization style.

        Without one, or with one that the location does not allow, it is the location's default.
        """
        style = self.node.get_text("style")
        return style if style in _STYLES[self.location] else _DEFAULT_STYLE[self.location]

    @cached_property
    def explode(self) -> bool:
        """Whether arrays and objects become several values.

        Source: OAS 3.2.0 Parameter Object, explode.
        """
        return self.node.get_flag("explode", default=self.style in ("form", "cookie"))

    @cached_property
    def delimiters(self) -> tuple[str, ...]:
        """What stands between the items of an array and of the arrays in it, the outermost first.

        "" where each item is a value of its own. () where style and explode say it all.
        """
        # No text of a document is a tuple: only the translation into the one shape makes one.
        value = self.node.value.get("collectionFormat")
        return value if isinstance(value, tuple) else ()

    @property
    def allow_reserved(self) -> bool:
        """Whether reserved characters of RFC 3986 stand unescaped."""
        return self.node.get_flag("allowReserved")

    @cached_property
    def content(self) -> MediaType | None:
        """The media type of a `content` parameter, else None."""
        content = self.node.follow_child("content")
        names = content.member_keys()
        return MediaType(names[0], content[names[0]]) if names else None

    @cached_property
    def schema(self) -> Node | None:
        """The Schema Object as it stands, of `schema` or of `content`; None where there is none."""
        if self.content:
            return self.content.schema
        child = self.node.get_child("schema")
        return child if child.value is not None else None

    @cached_property
    def examples(self) -> list[Any]:
        """The values of `example` and `examples`."""
        return _read_examples(self.node) + (self.content.examples if self.content else [])


def read_content(node: Node) -> Mapping[str, MediaType]:
    """Return the media types of a `content` map by name, in document order."""
    media_types: dict[str, MediaType] = {}
    for name, media_type in node.iterate_resolved_members("content"):
        if "/" in name or name == "*":
            media_types[name] = MediaType(name, media_type)
    return MappingProxyType(media_types)


def _read_examples(node: Node, media_type: str = "") -> list[Any]:
    value = node.value if isinstance(node.value, dict) else {}
    examples = [value["example"]] if "example" in value else []
    for _, example in node.iterate_resolved_members("examples"):
        examples += read_example(example, media_type)
    return examples


def read_example(example: Node, media_type: str = "") -> list[Any]:
    """Return the value of an Example Object in a list, [] where it has none that can be read.

    Args:
        example: the Example Object.
        media_type: of the body; "" for a parameter. A serialized value is read as JSON or text.

    Source: OAS 3.2.0 Example Object.

    """
    fields = example.value if isinstance(example.value, dict) else {}
    for name in ("dataValue", "value"):
        if name in fields:
            return [fields[name]]
    text = fields.get("serializedValue")
    if not isinstance(text, str) or not media_type:
        return []
    if not _includes_json(media_type):
        return [text] if media_type.startswith("text/") else []
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        return []

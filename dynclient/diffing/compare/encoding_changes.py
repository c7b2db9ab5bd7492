"""How the properties of a form or multipart body are written, and whether the reader reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dynclient.model import MediaType
from dynclient.schema.readings import Definitions
from dynclient.wire import media_types
from dynclient.wire.schema_types import SchemaTypes

#: Keywords of an Encoding Object that change what is written, and their defaults; the default of
#: `contentType` depends on the schema.
_STYLE_DEFAULTS: Mapping[str, Any] = {"style": "form", "explode": True, "allowReserved": False}

_OCTETS = "application/octet-stream"
_TEXT = "text/plain"
_JSON = "application/json"
_SCALAR_TYPES = ("string", "number", "integer", "boolean", "null")


@dataclass(frozen=True)
class EncodedBody:
    """A form or multipart body in one of the documents.

    Attributes:
        entry: the Media Type Object.
        types: which values its schema allows.

    """

    entry: MediaType
    types: SchemaTypes

    @classmethod
    def of(cls, entry: MediaType, schema: Any, defs: Definitions) -> EncodedBody:
        """Return a body with its schema in our dialect."""
        return cls(entry, SchemaTypes(schema, defs))

    def describe_encoding(self, name: str) -> dict[str, Any]:
        """Return the keywords of the encoding of a property that are not the defaults."""
        encoding = self.entry.encodings.get(name)
        if encoding is None:
            return {}
        written = encoding.node.value
        description = {
            keyword: written[keyword]
            for keyword, default in _STYLE_DEFAULTS.items()
            if keyword in written and written[keyword] != default
        }
        if encoding.as_parameter is not None and encoding.as_parameter.delimiters:
            description["delimiters"] = list(encoding.as_parameter.delimiters)
        if self.list_content_types(name) != self._list_default_types(name):
            description["contentType"] = encoding.content_type
        return description

    def list_content_types(self, name: str) -> set[str]:
        """Return the content types and ranges that the part of a property may have."""
        encoding = self.entry.encodings.get(name)
        written = encoding.content_type if encoding else ""
        content_types = {one.strip().lower() for one in written.split(",") if one.strip()}
        return content_types or self._list_default_types(name)

    def _list_default_types(self, name: str) -> set[str]:
        """Return the content types that follow from the schema of a property.

        Source: OAS 3.1.1 Encoding Object, contentType.
        """
        return _find_default_types(self.types.find_member_types(name))


def _find_default_types(types: SchemaTypes) -> set[str]:
    if not types.types:
        return {_OCTETS}
    defaults: set[str] = set()
    if "array" in types.types:
        defaults |= _find_default_types(types.item_types)
    if "object" in types.types:
        defaults.add(_JSON)
    if types.types.intersection(_SCALAR_TYPES) - {"null"}:
        is_binary = any(
            "contentEncoding" in part or part.get("format") == "binary" for part in types.subschemas
        )
        defaults.add(_OCTETS if is_binary else _TEXT)
    return defaults or {_TEXT}


def choose_encoding_situation(
    name: str, old: EncodedBody, new: EncodedBody, *, old_sends: bool
) -> str | None:
    """Return the situation of the verdict table for the encoding of a property; None for none."""
    old_encoding, new_encoding = old.describe_encoding(name), new.describe_encoding(name)
    old_types, new_types = old.list_content_types(name), new.list_content_types(name)
    old_encoding.pop("contentType", None)
    new_encoding.pop("contentType", None)
    if old_encoding != new_encoding:
        return "misread"
    is_in_both = old.types.has_property(name) and new.types.has_property(name)
    if old_types == new_types or not is_in_both:
        return None
    sent, read = (old_types, new_types) if old_sends else (new_types, old_types)
    readable = dict.fromkeys(read, True)
    is_read = all(media_types.match_media_type(one, readable) for one in sent)
    return "content-type-accepted" if is_read else "misread"

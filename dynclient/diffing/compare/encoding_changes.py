"""How the properties of a form or multipart body are written, and whether the reader reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dynclient.diffing.compare.comparison_context import ComparisonContext
from dynclient.diffing.findings import Finding
from dynclient.model import MediaType
from dynclient.schema.dialect import Schema
from dynclient.schema.readings import Definitions
from dynclient.wire import media, media_types
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
    def of(cls, entry: MediaType, schema: Schema | bool, defs: Definitions) -> EncodedBody:
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


def compare_encodings(
    context: ComparisonContext,
    old: MediaType,
    new: MediaType,
    build_finding: Callable[[str], Finding],
) -> Iterator[Finding]:
    """Yield which parts of a form or multipart body are written in another way.

    Args:
        context: the side of the operation that has the body.
        old: the media type in the old document.
        new: the same in the new one.
        build_finding: returns the finding on the media type for a situation of the verdict table.

    """
    if not media.is_composed(old.name):
        return
    yield from _compare_item_encodings(old, new, build_finding)
    names = dict.fromkeys([*old.encodings, *new.encodings])
    if not names or _is_unchanged(context, old, new):
        return
    bodies = _read_body(context, old, old=True), _read_body(context, new, old=False)
    separator = "." if context.exposure.direction == "request" else ": "
    for name in names:
        situation = _choose_situation(name, *bodies, old_sends=context.old_sends)
        if situation is None:
            continue
        finding = build_finding(situation)
        old_encoding, new_encoding = (body.describe_encoding(name) for body in bodies)
        yield replace(
            finding,
            key=(finding.key, name),
            where=f"{finding.where}{separator}{name}",
            documented=(old_encoding or None, new_encoding or None),
        )


def _compare_item_encodings(
    old: MediaType, new: MediaType, build_finding: Callable[[str], Finding]
) -> Iterator[Finding]:
    """Yield whether the parts of a body without names are written in another way."""
    documented = _describe_item_encodings(old), _describe_item_encodings(new)
    if documented[0] != documented[1]:
        finding = build_finding("misread")
        yield replace(finding, key=(finding.key, "items"), documented=documented)


def _is_unchanged(context: ComparisonContext, old: MediaType, new: MediaType) -> bool:
    """Tell whether nothing was edited that says how a body is written."""
    if old.node.value.get("encoding") != new.node.value.get("encoding"):
        return False
    documents, direction = context.documents, context.exposure.direction
    schemas = [
        documents.translate_content(entry, direction, old=entry is old) for entry in (old, new)
    ]
    return not documents.get_edit_finder(direction).find_edits(*schemas)


def _read_body(context: ComparisonContext, entry: MediaType, *, old: bool) -> EncodedBody:
    documents, direction = context.documents, context.exposure.direction
    schema = documents.translate_content(entry, direction, old=old)
    return EncodedBody.of(entry, schema, documents.get_definitions(direction, old=old))


def _describe_item_encodings(entry: MediaType) -> dict[str, list[str]] | None:
    """Return the content types of parts by their positions, None where none is given."""
    encodings = [*entry.item_encodings.prefix, entry.item_encodings.rest]
    content_types = [each.content_type if each is not None else "" for each in encodings]
    return {"contentType": content_types} if any(content_types) else None


def _choose_situation(
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

"""Files in a call: binary values where none can go, and texts where a file must go."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator, Mapping
from typing import Any

from dynclient.model import MediaType
from dynclient.schema.readings import Definitions, walk_in_place
from dynclient.violations import MAX_VALUE_CHARS, Violation, shorten_repr
from dynclient.wire import media, media_types
from dynclient.wire.binary_values import LocatedBinary, explain_unreadable_file
from dynclient.wire.schema_types import SchemaTypes

#: Types whose octets are never text that somebody writes by hand.
_FILE_TYPES = ("image", "audio", "video", "font")


_GOT_BINARY = "got binary data"


class FilePlaces:
    """Where a body takes files only.

    Args:
        is_whole: the whole body is one.
        property_names: the parts that are files, or arrays of files.

    """

    def __init__(self, is_whole: bool, property_names: frozenset[str]) -> None:
        self.is_whole = is_whole
        self.property_names = property_names


def find_file_places(entry: MediaType, schema: Any, defs: Definitions) -> FilePlaces | None:
    """Return where a body takes files only; None where it has no such place.

    Args:
        entry: the media type of the body.
        schema: of the body.
        defs: the definitions that its references name.

    """
    kind = media_types.find_body_kind(entry)
    if kind == "octets":
        is_whole = _is_file_place(schema, defs, entry.name)
        return FilePlaces(is_whole, frozenset()) if is_whole else None
    if kind != "multipart":
        return None
    names = set()
    for part in walk_in_place(schema, defs):
        for name, member in part.get("properties", {}).items():
            encoding = entry.encodings.get(name)
            content_type = encoding.content_type if encoding is not None else ""
            if _is_file_place(member, defs, content_type):
                names.add(name)
    return FilePlaces(False, frozenset(names)) if names else None


def _is_file_place(schema: Any, defs: Definitions, content_type: str) -> bool:
    """Tell whether a place takes files only, by its schema or, without a type, its media type."""
    is_untyped = not SchemaTypes(schema, defs).types
    is_file = is_untyped and _is_file_type(content_type)
    return is_file or _takes_only_files(schema, defs)


def _is_file_type(content_type: str) -> bool:
    """Tell whether a media type, or the first of several, is one of files."""
    name = media.get_essence(content_type.partition(",")[0])
    return name == media_types.OCTETS or name.partition("/")[0] in _FILE_TYPES


def _takes_only_files(schema: Any, defs: Definitions) -> bool:
    """Tell whether a schema describes files, or arrays of them, and no other text."""
    if not any(map(_is_binary, _list_value_schemas(schema, defs))):
        return False
    return not _takes_text(schema, defs)


def _list_value_schemas(schema: Any, defs: Definitions) -> list[dict[str, Any]]:
    """Return the schemas of a value, and those of its items."""
    parts = list(walk_in_place(schema, defs))
    for part in list(parts):
        parts += walk_in_place(part.get("items"), defs)
    return parts


def _takes_text(schema: Any, defs: Definitions) -> bool:
    """Tell whether a value, or an item of it, can be text that is no binary data."""
    parts = list(walk_in_place(schema, defs, alternatives=False))
    if any(map(_is_binary, parts)):
        return False
    if any("items" in part for part in parts):
        return any(_takes_text(part["items"], defs) for part in parts if "items" in part)
    return not any(_refuses_text(part, defs) for part in parts)


def _refuses_text(part: Mapping[str, Any], defs: Definitions) -> bool:
    """Tell whether a part of a schema, by its type or alternatives, lets no text through."""
    types = part.get("type", "string")
    if "string" not in ([types] if isinstance(types, str) else types):
        return True
    for keyword in ("anyOf", "oneOf"):
        alternatives = part.get(keyword, ())
        if alternatives and not any(_takes_text(each, defs) for each in alternatives):
            return True
    return False


def _is_binary(schema: Mapping[str, Any]) -> bool:
    """Tell whether a schema is of binary data.

    Source: OAS 3.0.3 Data Types (`format: binary`); OAS 3.1.1 Working With Binary Data: a
    `contentMediaType` without a `contentEncoding`.
    """
    if schema.get("format") == "binary":
        return True
    name = schema.get("contentMediaType", "")
    return "contentEncoding" not in schema and name != "" and _is_file_type(name)


def find_texts_for_files(places: FilePlaces | None, body: Any) -> list[Violation]:
    """Return a violation for each text where a file must be: a name is no file."""
    if places is None:
        return []
    if places.is_whole:
        return [_build_text_violation(("body",), body)] if isinstance(body, str) else []
    if not isinstance(body, Mapping):
        return []
    violations = []
    for name in places.property_names & body.keys():
        value = body[name]
        if isinstance(value, str):
            violations.append(_build_text_violation(("body", name), value))
        elif isinstance(value, list):
            violations += _find_texts_in_array(name, value)
    return violations


def _find_texts_in_array(name: str, items: list[Any]) -> list[Violation]:
    return [
        _build_text_violation(("body", name, index), item)
        for index, item in enumerate(items)
        if isinstance(item, str)
    ]


def _build_text_violation(path: tuple[str | int, ...], text: str) -> Violation:
    way = "give bytes"
    if text.isprintable() and len(text) <= MAX_VALUE_CHARS:
        way = f"give pathlib.Path({text!r}) for the file of that name, or bytes"
    return Violation("type", path, f"got {shorten_repr(text)}, want a file: {way}")


def convert_texts_of_files(places: FilePlaces | None, body: Any) -> Any:
    """Return a made-up body in which each text of a file is bytes, one for a character."""
    if places is None:
        return body
    if places.is_whole:
        return _to_bytes(body)
    if not isinstance(body, dict):
        return body
    files = {name: _to_bytes(body[name]) for name in places.property_names if name in body}
    return {name: files.get(name, value) for name, value in body.items()}


def _to_bytes(value: Any) -> Any:
    if isinstance(value, list):
        return [_to_bytes(item) for item in value]
    return value.encode("latin-1", "replace") if isinstance(value, str) else value


def find_misplaced_binaries(binaries: Iterable[LocatedBinary], media_type: str) -> list[Violation]:
    """Return a violation for each binary value in a wrong place, or with an unreadable file.

    Args:
        binaries: of a call document.
        media_type: of its body.

    """
    violations = []
    for path, value in binaries:
        if not _can_carry_binary(path, media_type):
            violations.append(Violation("type", path, _explain_misplaced(path, value, media_type)))
            continue
        reason = explain_unreadable_file(value)
        if reason:
            message = f"{shorten_repr(str(value))} {reason}"
            violations.append(Violation("file", path, message))
    return violations


def select_misplaced(misplaced: list[Violation], found: list[Violation]) -> list[Violation]:
    """Return the misplaced binary values of which the schema says nothing better.

    It does where it wants base64 text: then the way to encode them is told.
    """
    paths = {each.path for each in found if each.kind in ("format", "contentEncoding")}
    return [
        each
        for each in misplaced
        if each.path not in paths or not each.message.startswith(_GOT_BINARY)
    ]


def _explain_misplaced(path: tuple[str | int, ...], value: Any, media_type: str) -> str:
    if isinstance(value, Iterator | AsyncIterable) and not hasattr(value, "read"):
        return f"a {type(value).__name__} has no JSON form: give a list of its items"
    if path[0] != "body":
        return f"{_GOT_BINARY}, which a {path[0]} cannot carry"
    place = media_type if len(path) == 1 or not media.is_multipart(media_type) else "a JSON part"
    return f"{_GOT_BINARY}, which {place} cannot carry"


def _can_carry_binary(path: tuple[str | int, ...], media_type: str) -> bool:
    """Tell whether a place in the call document can carry a binary value."""
    if path[0] != "body" or media.is_json(media_type):
        return False
    if len(path) == 1 or not media.is_multipart(media_type):
        return len(path) == 1
    # A part is a property, an item of a property that is an array, or an item of a list.
    return all(isinstance(index, int) for index in path[2:]) and len(path) <= 3  # noqa: PLR2004

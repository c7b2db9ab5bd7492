"""The tree of a value as lines: each member with its type, its description and all its values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from dynclient.description.text_layout import align_columns, wrap_paragraphs
from dynclient.description.value_outline import (
    MAX_DEPTH,
    MAX_MEMBERS,
    MemberOutline,
    find_default,
    list_known_values,
    outline_members,
)
from dynclient.display_text import format_one_line
from dynclient.schema.schema_text import MAX_LISTED_VALUES
from dynclient.violations import shorten_repr
from dynclient.wire.schema_types import SchemaTypes

#: How many columns the longest lines of values take.
VALUES_WIDTH = 100

#: How far what is said of a member stands behind it.
NOTE_INDENT = "    "


def format_members(
    value: SchemaTypes, *, indent: str, width: int, topic: str, depth: int = MAX_DEPTH
) -> Iterator[str]:
    """Yield the members of a value, with those of their members, as aligned lines.

    Args:
        value: an object, an array of objects, or any other value.
        indent: stands before each line.
        width: the columns that prose may take.
        topic: of the value, for the way to members that are not shown; "" for none.
        depth: how many levels are shown.

    """
    members = outline_members(value, depth)
    rows = []
    for member in members:
        type_text = mark_required(member.type_text, is_required=member.is_required)
        type_text += _mark_default(member)
        rows.append((format_one_line(member.path), format_one_line(type_text)))
    for line, member in zip(align_columns(rows, indent), members, strict=True):
        yield line
        yield from format_notes(
            member.types, member.description, indent=indent + NOTE_INDENT, width=width
        )
        if member.is_folded and topic:
            path = member.path.replace("[]", "").lstrip(".")
            way_on = format_one_line(f'show("{topic}.{path}")')
            yield f"{indent}{NOTE_INDENT}… {way_on} goes on"
    if len(members) >= MAX_MEMBERS:
        yield f"{indent}… and more than these {MAX_MEMBERS}"


#: What is said of an argument that a call may leave out, as the client gives each call its own.
FILLED = "filled in by the client"


def format_notes(types: SchemaTypes, description: str, *, indent: str, width: int) -> Iterator[str]:
    """Yield the description of a value, and all values that it may have if a line folds them."""
    yield from wrap_paragraphs(description, indent, width)
    for value_types in (types, types.item_types if types.is_array else None):
        values = [] if value_types is None else list_known_values(value_types)
        if len(values) > MAX_LISTED_VALUES:
            text = "values: " + ", ".join(map(shorten_repr, values))
            yield from textwrap.wrap(
                text, max(width - len(indent), 20), initial_indent=indent, subsequent_indent=indent
            )


def mark_required(text: str, *, is_required: bool, is_filled: bool = False) -> str:
    """Return a text that says whether something is required, or filled in by the client."""
    if is_required:
        return f"{text}, required"
    return f"{text}, {FILLED}" if is_filled else text


def _mark_default(member: MemberOutline) -> str:
    default = find_default(member.types)
    return "" if default is ... or member.is_required else f", default {shorten_repr(default)}"

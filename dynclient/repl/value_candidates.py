"""The values that a schema names: enums, booleans, defaults, and the beginnings of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dynclient.description.value_outline import describe_type, find_default, list_known_values
from dynclient.display_text import escape_unprintable
from dynclient.wire.schema_types import SchemaTypes

#: How many characters a candidate may have: nobody chooses a longer one from a list.
MAX_TEXT_CHARS = 300


@dataclass(frozen=True)
class Candidate:
    """One thing that may be typed.

    Attributes:
        text: what is typed.
        meaning: what it is, in a few words.

    """

    text: str
    meaning: str


def write_text(text: str, quote: str) -> str:
    """Return a text as it stands in a string that is open, or as a string where none is.

    Args:
        text: the text, from a document or a response.
        quote: with which the open string begins, perhaps after a prefix; "" for none.

    """
    escaped = repr(text)
    inner = escaped[1:-1]
    if escaped[0] == "'":
        inner = inner.replace("\\'", "'").replace('"', '\\"') if quote[-1:] != "'" else inner
    elif quote[-1:] == "'":
        inner = inner.replace("'", "\\'")
    if quote:
        return inner
    return f'"{inner}"' if escaped[0] == "'" else escaped


def write_value(value: Any) -> str:
    """Return a JSON value as Python text."""
    return write_text(value, "") if isinstance(value, str) else repr(value)


def list_value_candidates(
    types: SchemaTypes, quote: str, seen_values: Iterable[tuple[Any, str]] = ()
) -> Iterator[Candidate]:
    """Yield the values that may stand at a place.

    Args:
        types: what the schema allows there.
        quote: of the string that is open; "" for none.
        seen_values: values of earlier results that fit, and where each comes from.

    """
    known_values = _list_described_values(types)
    for value, meaning in (*seen_values, *known_values):
        if quote and not isinstance(value, str):
            continue
        text = write_text(value, quote) if quote else write_value(value)
        if len(text) <= MAX_TEXT_CHARS:
            yield Candidate(text, escape_unprintable(meaning))
    if not quote and not known_values:
        yield from _list_openings(types)


def _list_described_values(types: SchemaTypes) -> list[tuple[Any, str]]:
    """Return the values that a schema names, and what each is."""
    values = list_known_values(types)
    if "boolean" in types.types and not values:
        values = [True, False]
    default = find_default(types)
    described: list[tuple[Any, str]] = []
    for value in values:
        type_name = type(value).__name__
        is_default = value == default and type(value) is type(default)
        described.append((value, "default" if is_default else type_name))
    return described


def _list_openings(types: SchemaTypes) -> Iterator[Candidate]:
    """Yield the bracket with which an object or an array begins."""
    if types.is_object:
        yield Candidate("{", describe_type(types))
    elif types.is_array:
        yield Candidate("[", describe_type(types))

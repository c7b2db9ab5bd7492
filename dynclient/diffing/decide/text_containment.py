"""Whether the reader understands every text that the sender writes, where their types differ.

A number that is written as text is a text to whoever reads a string. So the sender's schema is
translated to the schema of what the reader finds in its texts, and that is compared.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from dynclient.containment import NO_WITNESS, ContainmentChecker, Incompatibility
from dynclient.diffing.decide.serialized_parameters import (
    SerializedParameter,
    generate_values,
    is_refused,
    is_scalar_read_as_array,
)
from dynclient.schema.dialect import Schema, get_definition_name, map_subschemas
from dynclient.schema.engines.engine import Checker
from dynclient.schema.readings import Definitions
from dynclient.wire.parameters import to_text
from dynclient.wire.schema_types import SchemaTypes

#: The text of a number, as writers make it.
NUMBER_PATTERN = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
INTEGER_PATTERN = r"^-?(0|[1-9][0-9]*)$"

#: What a reader of text finds in a boolean, an integer and a number.
_TEXT_SCHEMAS: dict[str, dict[str, Any]] = {
    "boolean": {"enum": ["true", "false"]},
    "integer": {"type": "string", "pattern": INTEGER_PATTERN},
    "number": {"type": "string", "pattern": NUMBER_PATTERN},
}

_ANY_STRING = Schema({"type": "string"})

_SCALAR_TYPES = frozenset({"integer", "number", "boolean", "string", "null"})

#: How many values have to be refused before no value is said to fit a format.
_MAX_TRIED_VALUES = 5


def is_type_preserved(sender: SerializedParameter, reader: SerializedParameter) -> bool:
    """Tell whether the reader takes every text for a value of the type that it was written from."""
    pending = deque([(sender.value_types, reader.value_types)])
    seen = set[tuple[str, str]]()
    while pending:
        sent, read = pending.popleft()
        key = (repr(sent.schema), repr(read.schema))
        if key in seen:
            continue
        seen.add(key)
        if not _accepts_types_of(sent, read):
            return False
        pending += _pair_inner_types(sent, read)
    return True


def _pair_inner_types(
    sent: SchemaTypes, read: SchemaTypes
) -> list[tuple[SchemaTypes, SchemaTypes]]:
    """Return the types of the items and of the declared members on both sides."""
    if not read.types:
        return []
    pairs = []
    if "array" in sent.types:
        pairs.append((sent.item_types, read.item_types))
    if "object" in sent.types:
        names = _collect_property_names(sent) | _collect_property_names(read)
        possible_names = filter(sent.can_have_member, sorted(names))
        pairs += [
            (sent.find_member_types(name), read.find_member_types(name)) for name in possible_names
        ]
    return pairs


def _accepts_types_of(sent: SchemaTypes, read: SchemaTypes) -> bool:
    if not sent.types or not read.types:
        return not read.types
    sent_types, read_types = _merge_number_types(sent), _merge_number_types(read)
    # A text may look like a value of another type that the reader prefers.
    is_ambiguous = "string" in sent_types and bool(read_types - {"string"} - sent_types)
    return sent_types <= read_types and not is_ambiguous


def _collect_property_names(types: SchemaTypes) -> set[str]:
    return {name for subschema in types.subschemas for name in subschema.get("properties", ())}


def _merge_number_types(types: SchemaTypes) -> frozenset[str]:
    return frozenset("number" if name == "integer" else name for name in types.types)


# --- the schema of what a reader finds


def translate_for_reader(
    schema: Any,
    defs: Definitions,
    reader: SchemaTypes,
    *,
    single: bool,
    seen: frozenset[str] = frozenset(),
) -> Any:
    """Return the schema of the values that a reader finds in the texts of another schema's values.

    Args:
        schema: the sender's.
        defs: the definitions that its references name.
        reader: the types of value that the reader allows.
        single: whether a scalar stands for an array of one item.
        seen: references that were followed to get here.

    """
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        reference = schema["$ref"]
        if reference in seen:  # from here on a recursive value is left as it is
            return schema
        definition = defs[get_definition_name(reference)]
        return translate_for_reader(
            definition, defs, reader, single=single, seen=seen | {reference}
        )
    translated = Schema(
        _translate_subschemas(schema, defs, reader, single=single, seen=seen),
        getattr(schema, "place", None),
    )
    types = SchemaTypes(translated, defs).types
    is_scalar = bool(types) and not types & {"array", "object"}
    wants_array = reader.is_array and not reader.types & (_SCALAR_TYPES - {"null"})
    if not (single and is_scalar and wants_array):
        return _translate_scalar(translated, types, reader)
    items = _translate_scalar(translated, types, reader.item_types)
    array_of_one = {"type": "array", "items": items, "minItems": 1, "maxItems": 1}
    return Schema(array_of_one, translated.place)


def _translate_subschemas(
    schema: dict[str, Any],
    defs: Definitions,
    reader: SchemaTypes,
    *,
    single: bool,
    seen: frozenset[str],
) -> dict[str, Any]:
    """Return a copy of a schema in which the alternatives, items and members are translated."""

    def translate(subschema: Any, inner_reader: SchemaTypes) -> Any:
        return translate_for_reader(subschema, defs, inner_reader, single=single, seen=seen)

    copy = map_subschemas(schema, lambda subschema: subschema)
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in copy:
            copy[keyword] = [translate(subschema, reader) for subschema in copy[keyword]]
    if "items" in copy:
        copy["items"] = translate(copy["items"], reader.item_types)
    if "properties" in copy:
        copy["properties"] = {
            name: translate(subschema, reader.find_member_types(name))
            for name, subschema in copy["properties"].items()
        }
    undeclared = _translate_undeclared_members(copy, defs, reader, seen)
    if undeclared:
        copy["properties"] = {**copy.get("properties", {}), **undeclared}
    return copy


def _translate_undeclared_members(
    schema: dict[str, Any], defs: Definitions, reader: SchemaTypes, seen: frozenset[str]
) -> dict[str, Any]:
    """Return schemas of the members that a free object may have and the reader declares.

    Where nothing is said of them, each is text.
    """
    additional = schema.get("additionalProperties", "properties" not in schema)
    if not additional or "object" not in SchemaTypes(Schema(schema), defs).types:
        return {}
    members: dict[str, Any] = {}
    for name in sorted(_collect_property_names(reader) - schema.get("properties", {}).keys()):
        members[name] = _ANY_STRING
        if isinstance(additional, dict):
            member_types = reader.find_member_types(name)
            members[name] = translate_for_reader(
                additional, defs, member_types, single=False, seen=seen
            )
    return members


def _translate_scalar(schema: Schema, types: frozenset[str], reader: SchemaTypes) -> Any:
    """Return a schema of scalars as a reader takes them: a number is text to whoever reads text."""
    read_types = reader.types
    if not read_types or not types & _SCALAR_TYPES or "type" not in schema:
        return schema
    if "enum" in schema:
        return Schema({"enum": [_reread(value, reader) for value in schema["enum"]]}, schema.place)
    kept_types = _find_kept_types(types, read_types)
    text_types = (types & _SCALAR_TYPES) - kept_types - {"null"}
    may_be_read_as_integer = types == {"number"} and "integer" in read_types
    if not text_types or "string" not in read_types or may_be_read_as_integer:
        return schema
    return _build_union_with_texts(schema, kept_types, text_types)


def _build_union_with_texts(
    schema: Schema, kept_types: set[str], text_types: AbstractSet[str]
) -> Schema:
    """Return a schema of some types as it is, and of others as the texts that they are read as."""
    alternatives = [Schema(_TEXT_SCHEMAS[name]) for name in sorted(text_types)]
    if kept_types:
        alternatives.insert(0, Schema({**schema, "type": sorted(kept_types)}, schema.place))
    return Schema({"anyOf": alternatives}, schema.place)


def _find_kept_types(types: frozenset[str], read_types: frozenset[str]) -> set[str]:
    """Return the types whose values the reader takes for values of the same type."""
    kept_types = types & (read_types | {"string"})
    if "number" in read_types:
        kept_types |= types & {"integer"}
    return set(kept_types)


def _reread(value: Any, reader: SchemaTypes) -> Any:
    """Return what a reader finds in the text of a listed value."""
    is_scalar = value is not None and not isinstance(value, dict | list)
    return reader.parse_text(to_text(value)) if is_scalar else value


# --- incompatibilities


def find_text_incompatibilities(
    sender: SerializedParameter, reader: SerializedParameter, containment: ContainmentChecker
) -> tuple[Incompatibility, ...]:
    """Return what the reader does not understand; a witness is a value of the sender."""
    schema = translate_for_reader(
        sender.schema,
        sender.defs,
        reader.value_types,
        single=is_scalar_read_as_array(reader.parameter),
    )
    checker = reader.build_checker()
    incompatibilities = tuple(
        _convert_witness_to_sender(incompatibility, sender, reader, checker)
        for incompatibility in containment.find_incompatibilities(schema, reader.schema)
    )
    return incompatibilities or _find_format_incompatibility(sender, reader, checker)


def _convert_witness_to_sender(
    incompatibility: Incompatibility,
    sender: SerializedParameter,
    reader: SerializedParameter,
    checker: Checker,
) -> Incompatibility:
    """Return it with a value of the sender as witness, unknown where that value is understood."""
    if incompatibility.verdict != "refuted" or incompatibility.witness is NO_WITNESS:
        return incompatibility
    value = _convert_to_sender_value(incompatibility.witness, sender)
    if is_refused(sender, reader, value, checker):
        return replace(incompatibility, witness=value)
    return replace(
        incompatibility,
        verdict="unknown",
        witness=NO_WITNESS,
        reason="the text that was tried is understood",
    )


def _find_format_incompatibility(
    sender: SerializedParameter, reader: SerializedParameter, checker: Checker
) -> tuple[Incompatibility, ...]:
    """Return an incompatibility where no value of another type has a text of the reader's format.

    A format is only an annotation to whoever sends text, so that case is left out. The text of a
    number has no such format.
    """
    sent_types, read_types = sender.value_types.types, reader.value_types.types
    if sent_types & read_types or "string" in sent_types:
        return ()
    values = list(itertools.islice(generate_values(sender), _MAX_TRIED_VALUES))
    if not values or not all(is_refused(sender, reader, value, checker) for value in values):
        return ()
    incompatibility = Incompatibility(
        "refuted",
        "type",
        (),
        sorted(sent_types),
        sorted(read_types),
        subschema_place=getattr(sender.schema, "place", None),
        superschema_place=getattr(reader.schema, "place", None),
        witness=values[0],
    )
    return (incompatibility,)


def _convert_to_sender_value(found: Any, sender: SerializedParameter) -> Any:
    """Return the value of a sender whose text is read as `found`."""
    types = sender.value_types
    if isinstance(found, list) and len(found) == 1 and not types.is_array:
        found = found[0]
    if isinstance(found, str):
        return types.parse_text(found)
    if isinstance(found, list):
        return [_parse_if_text(item, types.item_types) for item in found]
    if isinstance(found, dict):
        return {
            name: _parse_if_text(member, types.find_member_types(name))
            for name, member in found.items()
        }
    return found


def _parse_if_text(value: Any, types: SchemaTypes) -> Any:
    return types.parse_text(value) if isinstance(value, str) else value

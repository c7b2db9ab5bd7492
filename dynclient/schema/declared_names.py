"""The names of properties that a schema declares."""

from __future__ import annotations

from typing import Any

from dynclient.schema.readings import Definitions, walk_in_place


def list_declared_names(schema: Any, defs: Definitions) -> list[str]:
    """Return the property names that a schema declares, references and alternatives included.

    Those that the reading refuses are left out.
    """
    names: dict[str, None] = {}
    refused: set[str] = set()
    for part in walk_in_place(schema, defs):
        properties = part.get("properties", {})
        names |= dict.fromkeys(properties)
        refused.update(name for name in properties if is_refused_property(properties[name]))
    return [name for name in names if name not in refused]


def is_refused_property(schema: Any) -> bool:
    """Return whether a reading refuses a property, as it travels only the other way."""
    if not isinstance(schema, dict) or schema.get("not") != {}:
        return False
    return schema.get("readOnly") is True or schema.get("writeOnly") is True

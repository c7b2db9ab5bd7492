"""Changes of which properties an object has, which must be there, which way they travel, and what may stand beside them."""

from __future__ import annotations

from typing import Any

from catalogue.case import BREAKS, CODE_ONLY, IGNORED, NOTES, WARNS
from catalogue.planted import Row, kinds
from catalogue.values import INTEGER, TEXT


def thing(*required: str, **properties: Any) -> dict[str, Any]:
    """Return the schema of an object; `kept` is always there, a property whose value is None is left out."""
    given = {"kept": TEXT, **properties}
    return {
        "type": "object",
        "properties": given,
        **({"required": list(required)} if required else {}),
    }


def _closed(schema: dict[str, Any], rest: Any = False) -> dict[str, Any]:
    return {**schema, "additionalProperties": rest}


_MORE = ("properties", "more")
_READ, _WRITE = {**TEXT, "readOnly": True}, {**TEXT, "writeOnly": True}
_ONE, _TWO, _TWO_ASKED = thing(), thing(more=INTEGER), thing("more", more=INTEGER)

_ROWS = [
    Row("an optional property added", "property-added", _ONE, _TWO, NOTES, NOTES, _MORE),
    Row("an optional property removed", "property-removed", _TWO, _ONE, IGNORED, WARNS, _MORE),
    Row("a required property added", "property-added", _ONE, _TWO_ASKED, BREAKS, NOTES, _MORE),
    Row("a required property removed", "property-removed", _TWO_ASKED, _ONE, IGNORED, BREAKS, _MORE),
    Row("a property asked for", "property-required", _TWO, _TWO_ASKED, BREAKS, NOTES, _MORE),
    Row("a property no longer asked for", "property-required", _TWO_ASKED, _TWO, NOTES, BREAKS, _MORE),
    Row("an undeclared property asked for", "property-required", _ONE, thing("ghost"), BREAKS, NOTES),
    Row("an optional property renamed", "property-renamed", thing(colour=TEXT), thing(color=TEXT), IGNORED, WARNS,
        ("properties", "color")),
    Row("a required property renamed", "property-renamed", thing("colour", colour=TEXT), thing("color", color=TEXT),
        BREAKS, BREAKS, ("properties", "color")),
    Row("a property added to a closed object", "property-added", _closed(_ONE), _closed(_TWO), NOTES, BREAKS, _MORE),
    Row("a property removed from a closed object", "property-removed", _closed(_TWO), _closed(_ONE), BREAKS, WARNS,
        _MORE),
    Row("a required property removed from a closed object", "property-removed", _closed(_TWO_ASKED), _closed(_ONE),
        BREAKS, BREAKS, _MORE),
    Row("an open object closed", "additional-changed", _ONE, _closed(_ONE), NOTES, NOTES),
    Row("a closed object opened", "additional-changed", _closed(_ONE), _ONE, NOTES, NOTES),
    Row("others allowed in so many words", "additional-changed", _ONE, _closed(_ONE, True), NOTES, NOTES),
    Row("others no longer allowed in so many words", "additional-changed", _closed(_ONE, True), _ONE, CODE_ONLY, NOTES),
    Row("others forbidden", "additional-changed", _closed(_ONE, True), _closed(_ONE), BREAKS, NOTES),
    Row("others allowed that were forbidden", "additional-changed", _closed(_ONE), _closed(_ONE, True), NOTES, BREAKS),
    Row("others bound to a schema", "additional-changed", _closed(_ONE, True), _closed(_ONE, TEXT), BREAKS, NOTES),
    Row("others bound to a schema no more", "additional-changed", _closed(_ONE, TEXT), _closed(_ONE, True), NOTES,
        BREAKS),
    Row("others of a schema allowed", "additional-changed", _ONE, _closed(_ONE, TEXT), NOTES, NOTES),
    Row("others of a schema no longer allowed", "additional-changed", _closed(_ONE, TEXT), _ONE, CODE_ONLY, NOTES),
    Row("names like a pattern allowed", "additional-changed", _ONE, {**_ONE, "patternProperties": {"^x-": TEXT}},
        NOTES, NOTES, (), "3.1"),
    Row("names like a pattern no longer allowed", "additional-changed", {**_ONE, "patternProperties": {"^x-": TEXT}},
        _ONE, CODE_ONLY, NOTES, (), "3.1"),
    Row("unevaluatedProperties false", "condition-changed", _ONE, {**_ONE, "unevaluatedProperties": False}, NOTES,
        NOTES, (), "3.1"),
    Row("a property that nothing fits any more", "condition-changed", thing(more={}), thing(more=False), BREAKS, NOTES,
        _MORE, "3.1"),
    Row("an optional property is readOnly", "direction-changed", thing(more=TEXT), thing(more=_READ), IGNORED, NOTES,
        _MORE),
    Row("an optional property is readOnly no more", "direction-changed", thing(more=_READ), thing(more=TEXT), NOTES,
        NOTES, _MORE),
    Row("a required property is readOnly", "direction-changed", thing("more", more=TEXT), thing("more", more=_READ),
        IGNORED, NOTES, _MORE),
    Row("a required property is readOnly no more", "direction-changed", thing("more", more=_READ),
        thing("more", more=TEXT), BREAKS, NOTES, _MORE),
    Row("an optional property is writeOnly", "direction-changed", thing(more=TEXT), thing(more=_WRITE), NOTES, WARNS,
        _MORE),
    Row("an optional property is writeOnly no more", "direction-changed", thing(more=_WRITE), thing(more=TEXT), NOTES,
        NOTES, _MORE),
    Row("a required property is writeOnly", "direction-changed", thing("more", more=TEXT), thing("more", more=_WRITE),
        NOTES, BREAKS, _MORE),
    Row("a required property is writeOnly no more", "direction-changed", thing("more", more=_WRITE),
        thing("more", more=TEXT), NOTES, NOTES, _MORE),
    Row("an optional property removed beside others of any kind", "property-removed", _closed(_TWO, True),
        _closed(_ONE, True), WARNS, WARNS, _MORE, is_shown=True),
    Row("a required property removed beside others of any kind", "property-removed", _closed(_TWO_ASKED, True),
        _closed(_ONE, True), WARNS, BREAKS, _MORE),
    Row("an optional property removed beside others of its schema", "property-removed", _closed(thing(more=TEXT), TEXT),
        _closed(_ONE, TEXT), WARNS, WARNS, _MORE),
    Row("an optional property removed beside others of another schema", "property-removed",
        _closed(thing(more=TEXT), INTEGER), _closed(_ONE, INTEGER), BREAKS, BREAKS, _MORE),
    Row("a property deep inside removed", "property-removed", thing(more={"type": "array", "items": _TWO}),
        thing(more={"type": "array", "items": _ONE}), IGNORED, WARNS, (*_MORE, "items", *_MORE)),
]  # fmt: skip

KINDS = tuple(kinds(_ROWS))

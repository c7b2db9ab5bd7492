"""Changes of request bodies: whether there is one, whether it must be given, and in which media types it may come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from support.revisions import JSON, Steps, Tree, bodies, operations, put, said, value, without

from catalogue.case import BREAKS, IGNORED, NOTES, Case, Expected, Kind, Levels
from catalogue.members import thing
from catalogue.parameters import MISREAD

OTHER, FORM, PARTS = (
    "application/vnd.dyn-planted+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)
BODY = {"content": {JSON: {"schema": thing()}}}


def _told(rule: str, at: Steps, levels: Levels, proof: str) -> tuple[Expected, ...]:
    return (Expected(rule, at, {"call": levels}, proof),)


def _asked(whole: Tree, place: Steps) -> Case:
    at = (*place, "requestBody")
    old, new = (said(whole, at, required=required) for required in (False, True))
    return Case(old, new, _told("body-required", at, BREAKS, "witness"))


def _unasked(whole: Tree, place: Steps) -> Case:
    asked = _asked(whole, place)
    return Case(
        asked.new, asked.old, _told("body-required", (*place, "requestBody"), NOTES, "fact")
    )


def _bodiless(whole: Tree) -> Sequence[Steps]:
    return [at for at in operations(whole) if "requestBody" not in value(whole, at)]


def _added(whole: Tree, place: Steps) -> Case:
    return Case(
        whole,
        said(whole, place, requestBody=BODY),
        _told("body-added", (*place, "requestBody"), NOTES, "fact"),
    )


def _required_added(whole: Tree, place: Steps) -> Case:
    new = said(whole, place, requestBody={**BODY, "required": True})
    return Case(whole, new, _told("body-added", (*place, "requestBody"), BREAKS, "witness"))


def _removed(whole: Tree, place: Steps) -> Case:
    at = (*place, "requestBody")
    return Case(
        said(whole, at, required=True),
        without(whole, at),
        _told("body-removed", at, IGNORED, "witness"),
    )


def _media(whole: Tree, place: Steps) -> tuple[Steps, Tree, Tree]:
    """Return the place of one more media type, the document without it, and with it."""
    at = (*place, "requestBody", "content", OTHER)
    schema = value(whole, (*place, "requestBody", "content", JSON, "schema"))
    return at, whole, put(whole, at, {"schema": schema})


def _media_added(whole: Tree, place: Steps) -> Case:
    at, old, new = _media(whole, place)
    return Case(old, new, _told("media-type-added", at, NOTES, "fact"))


def _media_removed(whole: Tree, place: Steps) -> Case:
    at, new, old = _media(whole, place)
    return Case(old, new, _told("media-type-removed", at, BREAKS, "witness"))


def _media_replaced(whole: Tree, place: Steps) -> Case:
    at, old, both = _media(whole, place)
    gone = (*at[:-1], JSON)
    expected = (
        *_told("media-type-added", at, NOTES, "fact"),
        *_told("media-type-removed", gone, BREAKS, "witness"),
    )
    return Case(old, without(both, gone), expected)


def _composed(whole: Tree, place: Steps, media: str, schema: Any, encoding: Any) -> Tree:
    content = {media: {"schema": schema, "encoding": {"parts": encoding}}}
    return said(whole, place, requestBody={"required": True, "content": content})


_PARTS = thing(parts={"type": "array", "items": {"type": "string"}})


def _encoded(whole: Tree, place: Steps) -> Case:
    old, new = (
        _composed(whole, place, PARTS, _PARTS, {"contentType": each})
        for each in ("text/plain", JSON)
    )
    at = (*place, "requestBody", "content", PARTS)
    return Case(old, new, _told("body-encoding", at, MISREAD, "fact"))


def _exploded(whole: Tree, place: Steps) -> Case:
    old, new = (
        _composed(whole, place, FORM, _PARTS, {"style": "form", "explode": each})
        for each in (True, False)
    )
    return Case(
        old, new, _told("body-encoding", (*place, "requestBody", "content", FORM), MISREAD, "fact")
    )


def _field_asked(whole: Tree, place: Steps) -> Case:
    schemas = (thing(field={"type": "string"}), thing("field", field={"type": "string"}))
    old, new = (_composed(whole, place, FORM, schema, {}) for schema in schemas)
    at = (*place, "requestBody", "content", FORM, "schema", "properties", "field")
    return Case(old, new, _told("property-required", at, BREAKS, "witness"))


KINDS = (
    Kind("a body asked for", bodies, _asked),
    Kind("a body no longer asked for", bodies, _unasked),
    Kind("an optional body added", _bodiless, _added),
    Kind("a required body added", _bodiless, _required_added),
    Kind("a body removed", bodies, _removed),
    Kind("a media type of a body added", bodies, _media_added),
    Kind("a media type of a body removed", bodies, _media_removed),
    Kind("a media type of a body replaced", bodies, _media_replaced),
    Kind("a part of a body in another media type", bodies, _encoded),
    Kind("a field of a form written in another way", bodies, _exploded),
    Kind("a field of a form asked for", bodies, _field_asked),
)

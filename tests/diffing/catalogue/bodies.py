"""Changes of request bodies: whether there is one, whether it must be given, and in which media types it may come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
#: Deployed programs are refused; callers by name write what the new document has.
WIRE_ONLY: Levels = ("breaking", "info")
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
    return Case(old, without(both, gone), _told("media-type-changed", at, BREAKS, "witness"))


@dataclass(frozen=True)
class _Parameters:
    """A media type with other parameters: what is declared before and after."""

    old: str
    new: str
    levels: Levels

    def __call__(self, whole: Tree, place: Steps) -> Case:
        at = (*place, "requestBody", "content")
        schema = value(whole, (*at, JSON, "schema"))
        old, new = (put(whole, at, {name: {"schema": schema}}) for name in (self.old, self.new))
        proof = "fact" if self.levels == NOTES else "witness"
        return Case(old, new, _told("media-type-changed", (*at, self.new), self.levels, proof))


def _composed(whole: Tree, place: Steps, media: str, schema: Any, encoding: Any) -> Tree:
    content = {media: {"schema": schema, "encoding": {"parts": encoding}}}
    return said(whole, place, requestBody={"required": True, "content": content})


@dataclass(frozen=True)
class _ContentTypes:
    """The content types that the part of a file may have, before and after."""

    old: str
    new: str
    levels: Levels

    def __call__(self, whole: Tree, place: Steps) -> Case:
        schema = thing(parts={"type": "string", "format": "binary"})
        old, new = (
            _composed(whole, place, PARTS, schema, {"contentType": each} if each else {})
            for each in (self.old, self.new)
        )
        at = (*place, "requestBody", "content", PARTS)
        told = _told("body-encoding", at, self.levels, "fact") if self.levels else ()
        return Case(old, new, told)


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
    Kind("a version of a body's media type", bodies,
         _Parameters(f"{JSON};version=1", f"{JSON};version=2", WIRE_ONLY)),
    Kind("a profile of a body's media type asked for", bodies,
         _Parameters(JSON, f'{JSON};profile="https://example.com/p"', WIRE_ONLY)),
    Kind("a profile of a body's media type no longer asked for", bodies,
         _Parameters(f'{JSON};profile="https://example.com/p"', JSON, NOTES)),
    Kind("a charset of a body's media type", bodies,
         _Parameters(JSON, f"{JSON}; charset=utf-8", NOTES)),
    Kind("the default content type of a part in so many words", bodies,
         _ContentTypes("", "application/octet-stream", ())),
    Kind("blanks in the content types of a part", bodies,
         _ContentTypes("image/png,image/gif", "image/png , image/gif", ())),
    Kind("one more content type of a part", bodies,
         _ContentTypes("image/png", "image/png, image/gif", NOTES)),
    Kind("a range of content types of a part", bodies, _ContentTypes("image/png", "image/*", NOTES)),
    Kind("fewer content types of a part", bodies,
         _ContentTypes("image/png, image/gif", "image/png", MISREAD)),
    Kind("a part of a body in another media type", bodies, _encoded),
    Kind("a field of a form written in another way", bodies, _exploded),
    Kind("a field of a form asked for", bodies, _field_asked),
)  # fmt: skip

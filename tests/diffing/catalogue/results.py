"""Changes of results: their statuses, media types and headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support.revisions import (
    JSON,
    Steps,
    Tree,
    answers,
    operations,
    put,
    said,
    target,
    value,
    without,
)

from catalogue.case import BREAKS, NOTES, WARNS, Case, Expected, Kind, Levels

OTHER = "application/vnd.dyn-planted+json"
HEADER = "X-Dyn-Planted"
TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
EMPTY = {"description": "Nothing."}
FULL = {
    "description": "Something.",
    "content": {JSON: {"schema": {"type": "object", "properties": {"a": TEXT}}}},
}

FULLER = put(FULL, ("content", JSON, "schema", "properties", "b"), TEXT)


def _plain(whole: Tree) -> Sequence[Steps]:
    """Return the operations whose statuses are told one by one, a success among them."""
    found = []
    for at in operations(whole):
        statuses = [str(status) for status in value(whole, (*at, "responses"), {})]
        if all(status.isdigit() for status in statuses) and any(
            status[0] == "2" for status in statuses
        ):
            found.append(at)
    return found


@dataclass(frozen=True)
class _Statuses:
    """Statuses planted before and after."""

    old: dict[str, Any]
    new: dict[str, Any]
    told: list[tuple[str, Steps, Levels]]
    proof: str = "fact"

    def __call__(self, whole: Tree, place: Steps) -> Case | None:
        at = (*place, "responses")
        if {*self.old, *self.new} & value(whole, at).keys():
            return None
        made = [said(whole, at, **responses) for responses in (self.old, self.new)]
        expected = (
            Expected(rule, (*at, *inner), {"result": levels}, self.proof)
            for rule, inner, levels in self.told
        )
        return Case(made[0], made[1], tuple(expected))


def _none_left(whole: Tree, place: Steps) -> Case | None:
    at = (*place, "responses")
    successes = [status for status in value(whole, at) if str(status)[0] in "123"]
    place = target(whole, (*at, successes[0]))
    if len(successes) != 1 or place is None:
        return None
    old = said(whole, at, **{"418": EMPTY})
    expected = (
        Expected("no-success-left", at, {"result": BREAKS}, "fact"),
        Expected("status-removed", place, {"result": NOTES}, "fact"),
    )
    return Case(old, without(old, (*at, successes[0])), expected)


def _moved(whole: Tree, place: Steps) -> Case | None:
    *at, status = place
    if any(not str(known).isdigit() or known == "206" for known in value(whole, at)):
        return None
    responses = {"206" if key == status else key: each for key, each in value(whole, at).items()}
    expected = (
        Expected("status-added", (*at, "206"), {"result": BREAKS}, "fact"),
        Expected("status-removed", place, {"result": NOTES}, "fact"),
    )
    return Case(whole, put(whole, at, responses), expected)


def _media(whole: Tree, place: Steps) -> tuple[Steps, Tree]:
    at = (*place, "content", OTHER)
    return at, put(whole, at, value(whole, (*place, "content", JSON)))


def _media_added(whole: Tree, place: Steps) -> Case:
    at, new = _media(whole, place)
    return Case(whole, new, (Expected("media-type-added", at, {"result": NOTES}, "fact"),))


def _media_removed(whole: Tree, place: Steps) -> Case:
    at, old = _media(whole, place)
    return Case(old, whole, (Expected("media-type-removed", at, {"result": BREAKS}, "fact"),))


def _media_replaced(whole: Tree, place: Steps) -> Case:
    at, both = _media(whole, place)
    gone = (*place, "content", JSON)
    expected = Expected("media-type-changed", at, {"result": BREAKS}, "fact")
    return Case(whole, without(both, gone), (expected,))


@dataclass(frozen=True)
class _Parameters:
    """A media type with other parameters: what is declared before and after."""

    old: str
    new: str
    levels: Levels

    def __call__(self, whole: Tree, place: Steps) -> Case:
        at = (*place, "content")
        schema = value(whole, (*at, JSON, "schema"))
        old, new = (put(whole, at, {name: {"schema": schema}}) for name in (self.old, self.new))
        expected = Expected("media-type-changed", (*at, self.new), {"result": self.levels}, "fact")
        return Case(old, new, (expected,))


def _body_dropped(whole: Tree, place: Steps) -> Case:
    at = (*place, "content", JSON)
    return Case(
        whole,
        without(whole, at[:-1]),
        (Expected("media-type-removed", at, {"result": BREAKS}, "fact"),),
    )


def header(schema: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a Header Object."""
    return {"schema": TEXT if schema is None else schema, **fields}


@dataclass(frozen=True)
class _Headers:
    """A header planted before and after."""

    old: Any
    new: Any
    rule: str
    levels: Levels
    at: Steps = ()
    proof: str = "fact"

    def __call__(self, whole: Tree, place: Steps) -> Case:
        at = (*place, "headers", HEADER)
        made = [put(whole, at, given) if given else whole for given in (self.old, self.new)]
        return Case(
            made[0],
            made[1],
            (Expected(self.rule, (*at, *self.at), {"result": self.levels}, self.proof),),
        )


PARTS = "multipart/mixed"


@dataclass(frozen=True)
class _Encodings:
    """A part of a multipart result, encoded in one way before and in another way after."""

    old: dict[str, Any]
    new: dict[str, Any]
    levels: Levels | None

    def __call__(self, whole: Tree, place: Steps) -> Case:
        at = (*place, "content", PARTS)
        image = {"type": "string", "format": "binary"}
        schema = {"type": "object", "properties": {"dynPart": image}}
        made = [
            put(whole, at, {"schema": schema, "encoding": {"dynPart": encoding}})
            for encoding in (self.old, self.new)
        ]
        expected = Expected("body-encoding", at, {"result": self.levels or NOTES}, "fact")
        return Case(made[0], made[1], (expected,) if self.levels else ())


#: Deployed programs read what they know; callers by name read what the new document has.
MISREAD: Levels = ("breaking", "info")

_PNG, _IMAGES = {"contentType": "image/png"}, {"contentType": "image/png, image/gif"}

_POINT = {"type": "object", "properties": {"x": INTEGER, "y": INTEGER}, "required": ["x", "y"]}
_LISTED = {**TEXT, "enum": ["a", "b"]}
_LISTED_MORE = {**TEXT, "enum": ["a", "b", "c"]}

KINDS = (
    Kind("a success status added", _plain, _Statuses({}, {"206": FULL}, [("status-added", ("206",), BREAKS)])),
    Kind("an error status added", _plain, _Statuses({}, {"418": FULL}, [("status-added", ("418",), WARNS)])),
    Kind("a range of error statuses added", _plain, _Statuses({}, {"5XX": FULL}, [("status-added", ("5XX",), WARNS)])),
    Kind("a default response added", _plain, _Statuses({}, {"default": FULL}, [("status-added", ("default",), WARNS)])),
    Kind("a default response removed", _plain, _Statuses({"default": FULL}, {}, [("status-removed", ("default",), NOTES)])),
    Kind("one of several success statuses removed", _plain, _Statuses({"206": FULL}, {}, [("status-removed", ("206",), NOTES)])),
    Kind("a success status to its range", _plain, _Statuses(
        {"206": FULL}, {"2XX": FULL}, [("status-added", ("2XX",), BREAKS)])),
    Kind("a status told apart from its range, with more in it", _plain, _Statuses(
        {"5XX": FULL}, {"5XX": FULL, "503": FULLER},
        [("property-added", ("503", "content", JSON, "schema", "properties", "b"), NOTES)], "rule")),
    Kind("a status told apart from the default, with less in it", _plain, _Statuses(
        {"default": FULLER}, {"default": FULLER, "418": FULL},
        [("property-removed", ("default", "content", JSON, "schema", "properties", "b"), WARNS)], "rule")),
    Kind("an error status removed", _plain, _Statuses({"418": FULL}, {}, [("status-removed", ("418",), NOTES)])),
    Kind("the only success status removed", _plain, _none_left),
    Kind("a success status replaced", answers, _moved),
    Kind("a body comes where there was none", _plain, _Statuses(
        {"206": EMPTY}, {"206": FULL}, [("media-type-added", ("206", "content", JSON), NOTES)])),
    Kind("the body of a result dropped", answers, _body_dropped),
    Kind("a media type of a result added", answers, _media_added),
    Kind("a media type of a result removed", answers, _media_removed),
    Kind("a media type of a result replaced", answers, _media_replaced),
    Kind("a version of a result's media type", answers,
         _Parameters(f"{JSON};version=1", f"{JSON};version=2", ("breaking", "info"))),
    Kind("a version of a result's media type added", answers,
         _Parameters(JSON, f"{JSON};version=2", NOTES)),
    Kind("a version of a result's media type left out", answers,
         _Parameters(f"{JSON};version=2", JSON, ("breaking", "info"))),
    Kind("another content type of a part of a result", answers,
         _Encodings(_PNG, {"contentType": "image/gif"}, MISREAD)),
    Kind("one more content type of a part of a result", answers, _Encodings(_PNG, _IMAGES, MISREAD)),
    Kind("fewer content types of a part of a result", answers, _Encodings(_IMAGES, _PNG, NOTES)),
    Kind("a range of content types of a part of a result", answers,
         _Encodings(_PNG, {"contentType": "image/*"}, MISREAD)),
    Kind("the default content type of a part of a result in so many words", answers,
         _Encodings({}, {"contentType": "application/octet-stream"}, None)),
    Kind("an optional header added", answers, _Headers(None, header(), "header-added", NOTES)),
    Kind("a required header added", answers, _Headers(None, header(required=True), "header-added", NOTES)),
    Kind("an optional header removed", answers, _Headers(header(), None, "header-removed", WARNS)),
    Kind("a required header removed", answers, _Headers(header(required=True), None, "header-removed", BREAKS)),
    Kind("a header that may be absent", answers, _Headers(header(required=True), header(), "header-required", BREAKS)),
    Kind("a header that always comes", answers, _Headers(header(), header(required=True), "header-required", NOTES)),
    Kind("an integer header to a text", answers,
         _Headers(header(INTEGER), header(), "type-changed", BREAKS, ("schema",), "witness")),
    Kind("a text header to an integer", answers,
         _Headers(header(), header(INTEGER), "type-changed", NOTES, ("schema",), "rule")),
    Kind("a value of a header's enum added", answers,
         _Headers(header(_LISTED), header(_LISTED_MORE), "values-changed", BREAKS, ("schema",), "witness")),
    Kind("a value of a header's enum left out", answers,
         _Headers(header(_LISTED_MORE), header(_LISTED), "values-changed", NOTES, ("schema",), "rule")),
    Kind("an object in a result's header exploded", answers,
         _Headers(header(_POINT), header(_POINT, explode=True), "parameter-wire", BREAKS, (), "witness")),
)  # fmt: skip

"""Changes of what the documents themselves declare: their own properties, enums, types and bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from support.revisions import Steps, Tree, edited, is_31, objects, said, value, without

from catalogue.case import BREAKS, IGNORED, NOTES, WARNS, Case, Expected, Kind, Levels
from catalogue.planted import MOST


@dataclass(frozen=True)
class _Member:
    """A declared property: (document, place of its object, name) and what is said of it."""

    whole: Tree
    owner: Steps
    name: str

    @property
    def at(self) -> Steps:
        return (*self.owner, "properties", self.name)

    @property
    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = value(self.whole, self.at)
        return found

    @property
    def is_required(self) -> bool:
        return self.name in value(self.whole, (*self.owner, "required"), ())

    def has(self, kind: str, *keywords: str) -> bool:
        """Tell whether it is declared here, of one type, and says none of some keywords."""
        said_otherwise = ("enum", "const", "nullable", "allOf", "oneOf", "anyOf", *keywords)
        return self.schema.get("type") == kind and not any(k in self.schema for k in said_otherwise)


def _members(whole: Tree) -> Iterator[_Member]:
    for owner, use in objects(whole).items():
        declared = value(whole, (*owner, "properties"))
        if use.is_part or len(declared) < 2 or len(use.operations) > MOST:
            continue
        for name, schema in declared.items():
            if isinstance(schema, dict) and not {"readOnly", "writeOnly"} & schema.keys():
                yield _Member(whole, owner, name)


@dataclass(frozen=True)
class _Places:
    fits: Callable[[_Member], bool]
    side: str

    def __call__(self, whole: Tree) -> Sequence[_Member]:
        return [
            m
            for m in _members(whole)
            if min(objects(whole)[m.owner].sides) == self.side and self.fits(m)
        ]


@dataclass(frozen=True)
class _Change:
    rule: str
    change: Callable[[_Member], Tree]
    call: Levels
    result: Levels

    def __call__(self, whole: Tree, member: _Member) -> Case:
        sides = {
            side: self.call if side == "call" else self.result
            for side in objects(whole)[member.owner].sides
        }
        proof = "witness" if any("breaking" in levels for levels in sides.values()) else "rule"
        return Case(whole, self.change(member), (Expected(self.rule, member.at, sides, proof),))


def _removed(member: _Member) -> Tree:
    return _unasked(_Member(without(member.whole, member.at), member.owner, member.name))


def _unasked(member: _Member) -> Tree:
    if not member.is_required:
        return member.whole
    names = [
        name for name in value(member.whole, (*member.owner, "required")) if name != member.name
    ]
    steps = (*member.owner, "required")
    return (
        said(member.whole, member.owner, required=names) if names else without(member.whole, steps)
    )


def _asked(member: _Member) -> Tree:
    names = value(member.whole, (*member.owner, "required"), [])
    return said(member.whole, member.owner, required=[*names, member.name])


def _says(**keywords: Any) -> Callable[[_Member], Tree]:
    return lambda member: said(member.whole, member.at, **keywords)


def _shrunk(member: _Member) -> Tree:
    return said(member.whole, member.at, enum=member.schema["enum"][:-1])


def _grown(member: _Member) -> Tree:
    return said(member.whole, member.at, enum=[*member.schema["enum"], "dynPlanted"])


def _nullable(member: _Member) -> Tree:
    if is_31(member.whole):
        return said(member.whole, member.at, type=[member.schema["type"], "null"])
    return said(member.whole, member.at, nullable=True)


def _is_enum(member: _Member) -> bool:
    values = member.schema.get("enum")
    return (
        bool(values)
        and len(values) > 1
        and member.schema.get("type") == "string"
        and "nullable" not in member.schema
    )


def _retyped(member: _Member) -> Tree:
    return edited(member.whole, member.at, lambda schema: {**_words(schema), "type": "boolean"})


def _words(schema: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in schema.items() if k in ("title", "description")}


_TEXT_RULES = ("pattern", "minLength", "maxLength", "default")

#: (what changes, rule, which properties, the change, verdict in calls, verdict in results)
_ROWS: list[tuple[str, str, Callable[[_Member], bool], Callable[[_Member], Tree], Levels, Levels]] = [
    ("an optional property of its own removed", "property-removed", lambda m: not m.is_required, _removed, IGNORED, WARNS),
    ("a required property of its own removed", "property-removed", lambda m: m.is_required, _removed, IGNORED, BREAKS),
    ("an optional property of its own asked for", "property-required", lambda m: not m.is_required, _asked, BREAKS, NOTES),
    ("a required property of its own left open", "property-required", lambda m: m.is_required, _unasked, NOTES, BREAKS),
    ("an enum of its own shrunk", "values-changed", _is_enum, _shrunk, BREAKS, NOTES),
    ("an enum of its own grown", "values-changed", _is_enum, _grown, NOTES, BREAKS),
    ("a text of its own to a boolean", "type-changed", lambda m: m.has("string", *_TEXT_RULES, "format"), _retyped, BREAKS,
     BREAKS),
    ("a text of its own bounded", "length-changed", lambda m: m.has("string", *_TEXT_RULES), _says(maxLength=4), BREAKS,
     NOTES),
    ("an integer of its own bounded", "range-changed", lambda m: m.has("integer", "minimum", "maximum", "format"),
     _says(maximum=2), BREAKS, NOTES),
    ("a list of its own that must not be empty", "items-changed", lambda m: m.has("array", "minItems"), _says(minItems=1),
     BREAKS, NOTES),
    ("a text of its own that may be null", "type-changed", lambda m: m.has("string"), _nullable, NOTES, BREAKS),
]  # fmt: skip

KINDS = tuple(
    Kind(f"{name} ({side})", _Places(fits, side), _Change(rule, change, call, result))
    for name, rule, fits, change, call, result in _ROWS
    for side in ("call", "result")
)

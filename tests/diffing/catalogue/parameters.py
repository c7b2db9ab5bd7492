"""Changes of parameters: which there are, where they stand, how they are written, and what they may hold as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support.revisions import Steps, Tree, edited, operations, put, said, target, value, without

from catalogue.case import BREAKS, CODE_ONLY, IGNORED, NOTES, WARNS, Case, Expected, Kind, Levels

NAME = "dynPlanted"
TEXT, INTEGER, NUMBER, BOOLEAN = (
    {"type": kind} for kind in ("string", "integer", "number", "boolean")
)
TEXTS, NUMBERS = {"type": "array", "items": TEXT}, {"type": "array", "items": NUMBER}
POINT = {"type": "object", "properties": {"x": INTEGER, "y": INTEGER}, "required": ["x", "y"]}

#: What is written in another way: deployed programs are misread, callers by name write it the new way.
MISREAD: Levels = ("breaking", "info")

#: (rule, levels, place from the parameter, proof, which revision's list it stands in)
Told = tuple[Any, ...]


def one(schema: Any = None, location: str = "query", **fields: Any) -> dict[str, Any]:
    """Return a Parameter Object."""
    return {"name": NAME, "in": location, "schema": TEXT if schema is None else schema, **fields}


_OPTIONAL, _REQUIRED = one(), one(required=True)
_JSON = {"name": NAME, "in": "query", "content": {"application/json": {"schema": POINT}}}

#: (what changes, before, after, what is told)
_ROWS: list[tuple[str, Any, Any, list[Told]]] = [
    ("an optional parameter added", None, _OPTIONAL, [("parameter-added", NOTES)]),
    ("a required parameter added", None, _REQUIRED, [("parameter-added", BREAKS, (), "witness")]),
    ("an optional parameter removed", _OPTIONAL, None, [("parameter-removed", IGNORED, (), "witness")]),
    ("a required parameter removed", _REQUIRED, None, [("parameter-removed", IGNORED, (), "witness")]),
    ("a parameter asked for", _OPTIONAL, _REQUIRED, [("parameter-required", BREAKS, (), "witness")]),
    ("a parameter no longer asked for", _REQUIRED, _OPTIONAL, [("parameter-required", NOTES)]),
    ("an optional parameter of a near name", _OPTIONAL, {**_OPTIONAL, "name": "dynPlantedd"},
     [("parameter-renamed", IGNORED, (), "witness")]),
    ("a required parameter of a near name", _REQUIRED, {**_REQUIRED, "name": "dynPlantedd"},
     [("parameter-renamed", BREAKS, (), "witness")]),
    ("an optional parameter renamed", _OPTIONAL, {**_OPTIONAL, "name": "dynRenamed"},
     [("parameter-renamed", IGNORED, (), "witness")]),
    ("a required parameter renamed", _REQUIRED, {**_REQUIRED, "name": "dynRenamed"},
     [("parameter-renamed", BREAKS, (), "witness")]),
    ("a query parameter to a header", _OPTIONAL, one(location="header"), [("parameter-wire", IGNORED)]),
    ("a header to a query parameter", one(location="header"), _OPTIONAL, [("parameter-wire", IGNORED)]),
    ("a query parameter to a cookie", _OPTIONAL, one(location="cookie"), [("parameter-wire", IGNORED)]),
    ("a required query parameter to a header", _REQUIRED, one(location="header", required=True),
     [("parameter-wire", BREAKS)]),
    ("a parameter deprecated", _OPTIONAL, one(deprecated=True), [("parameter-deprecated", NOTES)]),
    ("a parameter no longer deprecated", one(deprecated=True), _OPTIONAL, [("parameter-deprecated", NOTES)]),
    ("an exploded list to one with commas", one(TEXTS), one(TEXTS, explode=False),
     [("parameter-wire", MISREAD, (), "witness")]),
    ("a list with commas to an exploded one", one(TEXTS, explode=False), one(TEXTS),
     [("parameter-wire", MISREAD, (), "witness")]),
    ("a list with commas to one with pipes", one(TEXTS, explode=False),
     one(TEXTS, style="pipeDelimited", explode=False), [("parameter-wire", MISREAD, (), "witness")]),
    ("a list with commas to one with spaces", one(TEXTS, explode=False),
     one(TEXTS, style="spaceDelimited", explode=False), [("parameter-wire", MISREAD, (), "witness")]),
    ("an object of style deepObject to form", one(POINT, style="deepObject", explode=True), one(POINT),
     [("parameter-wire", MISREAD, (), "witness")]),
    ("an exploded object to one with commas", one(POINT), one(POINT, explode=False),
     [("parameter-wire", MISREAD, (), "witness")]),
    ("an object of style form to JSON", one(POINT), _JSON, [("parameter-wire", MISREAD, (), "witness")]),
    ("an object in a header exploded", one(POINT, "header"), one(POINT, "header", explode=True),
     [("parameter-wire", MISREAD, (), "witness")]),
    ("reserved characters allowed", _OPTIONAL, one(allowReserved=True), [("parameter-wire", NOTES)]),
    # what it holds, as text
    ("an integer to a text", one(INTEGER), one(TEXT), [("type-changed", CODE_ONLY, ("schema",), "witness")]),
    ("a boolean to a text", one(BOOLEAN), one(TEXT), [("type-changed", CODE_ONLY, ("schema",), "witness")]),
    ("a text to an integer", one(TEXT), one(INTEGER), [("type-changed", BREAKS, ("schema",), "witness")]),
    ("a boolean to an integer", one(BOOLEAN), one(INTEGER), [("type-changed", BREAKS, ("schema",), "witness")]),
    ("a number to an integer", one(NUMBER), one(INTEGER), [("type-changed", BREAKS, ("schema",), "witness")]),
    ("an integer to a number", one(INTEGER), one(NUMBER), [("type-changed", NOTES, ("schema",), "rule")]),
    ("an integer to a text in a header", one(INTEGER, "header"), one(TEXT, "header"),
     [("type-changed", CODE_ONLY, ("schema",), "witness")]),
    ("a text to an exploded list", one(TEXT), one(TEXTS), [("type-changed", CODE_ONLY, ("schema",), "witness")]),
    ("the texts of an enum that were integers", one({**INTEGER, "enum": [1, 2]}), one({**TEXT, "enum": ["1", "2"]}),
     [("values-changed", CODE_ONLY, ("schema",), "witness")]),
    ("a value of a parameter's enum left out", one({**TEXT, "enum": ["a", "b"]}), one({**TEXT, "enum": ["a"]}),
     [("values-changed", BREAKS, ("schema",), "witness")]),
    ("a value of a parameter's enum added", one({**TEXT, "enum": ["a"]}), one({**TEXT, "enum": ["a", "b"]}),
     [("values-changed", NOTES, ("schema",), "rule")]),
    ("a parameter's minimum raised", one({**INTEGER, "minimum": 0}), one({**INTEGER, "minimum": 1}),
     [("range-changed", BREAKS, ("schema",), "witness")]),
    ("a parameter's maximum raised", one({**INTEGER, "maximum": 5}), one({**INTEGER, "maximum": 9}),
     [("range-changed", NOTES, ("schema",), "rule")]),
    ("a parameter's maxLength set", one(TEXT), one({**TEXT, "maxLength": 3}),
     [("length-changed", BREAKS, ("schema",), "witness")]),
    ("a parameter's pattern set", one(TEXT), one({**TEXT, "pattern": "^[a-z]+$"}),
     [("pattern-changed", BREAKS, ("schema",), "witness")]),
    ("a parameter's pattern dropped", one({**TEXT, "pattern": "^[a-z]+$"}), one(TEXT),
     [("pattern-changed", NOTES, ("schema",), "rule")]),
    ("the items of a list parameter", one(NUMBERS), one({"type": "array", "items": INTEGER}),
     [("type-changed", BREAKS, ("schema", "items"), "witness")]),
    ("a list parameter's maxItems set", one(TEXTS), one({**TEXTS, "maxItems": 2}),
     [("items-changed", BREAKS, ("schema",), "witness")]),
    ("a parameter's default", one({**INTEGER, "default": 10}), one({**INTEGER, "default": 20}),
     [("default-changed", WARNS, ("schema",), "rule")]),
    ("a parameter's format", one(TEXT), one({**TEXT, "format": "date"}), [("format-changed", NOTES, ("schema",), "rule")]),
    ("a parameter is an int64", one(INTEGER), one({**INTEGER, "format": "int64"}),
     [("integer-size", WARNS, ("schema",), "fact")]),
    ("a member of an object parameter asked for", one({"type": "object", "properties": {"x": INTEGER, "y": INTEGER}}),
     one(POINT), [("property-required", BREAKS, ("schema", "properties", name), "witness") for name in ("x", "y")]),
]  # fmt: skip


@dataclass(frozen=True)
class _Planting:
    old: Any
    new: Any
    told: list[Told]

    def __call__(self, whole: Tree, place: Steps) -> Case:
        known = value(whole, (*place, "parameters"), [])
        made = [
            said(whole, place, parameters=[*known, *([given] if given else [])])
            if given or known
            else whole
            for given in (self.old, self.new)
        ]
        base = (*place, "parameters", len(known))
        return Case(made[0], made[1], tuple(_expected(base, *each) for each in self.told))


def _expected(
    base: Steps, rule: str, levels: Levels, at: Steps = (), proof: str = "fact", side: str = "call"
) -> Expected:
    return Expected(rule, (*base, *at), {side: levels}, proof)


def _renamed_variable(whole: Tree, place: Steps) -> Case | None:
    """Rename the first variable of a path, in the template and in its parameter."""
    old = inlined(whole, place)
    path = place[1]
    variable = re.findall(r"\{([^{}]+)\}", path)[0]
    found = [
        i
        for i, p in enumerate(value(old, (*place, "parameters"), []))
        if (p["name"], p["in"]) == (variable, "path")
    ]
    if not found or list(value(old, place[:2])) != [place[2]]:
        return None
    at = (
        "paths",
        path.replace(f"{{{variable}}}", f"{{{NAME}}}", 1),
        place[2],
        "parameters",
        found[0],
    )
    item = edited(
        old["paths"][path], (place[2], "parameters", found[0]), lambda p: {**p, "name": NAME}
    )
    paths = {
        at[1] if key == path else key: item if key == path else each
        for key, each in old["paths"].items()
    }
    return Case(old, {**old, "paths": paths}, (_expected(at, "parameter-renamed", CODE_ONLY),))


def _styled_variable(whole: Tree, place: Steps) -> Case | None:
    old = inlined(whole, place)
    for i, found in enumerate(value(old, (*place, "parameters"), [])):
        if (
            found["in"] == "path"
            and value(found, ("schema", "type")) in ("string", "integer")
            and "style" not in found
        ):
            at = (*place, "parameters", i)
            return Case(
                old,
                said(old, at, style="label"),
                (_expected(at, "parameter-wire", MISREAD, (), "witness"),),
            )
    return None


def inlined(whole: Tree, place: Steps) -> Tree:
    """Return a document in which the parameters of an operation stand where they are used."""
    given = value(whole, (*place, "parameters"), [])
    targets = [target(whole, (*place, "parameters", i)) for i in range(len(given))]
    if not given or None in targets:
        return whole
    return said(whole, place, parameters=[value(whole, at) for at in targets if at])


def _with_variable(whole: Tree) -> Sequence[Steps]:
    return [at for at in operations(whole) if re.search(r"\{[^{}]+\}", at[1])]


def _of_item(whole: Tree, place: Steps) -> Case:
    """Ask for a parameter of a whole path: one cause, however many operations the path has."""
    item = place[:2]
    known = value(whole, (*item, "parameters"), [])
    new = said(whole, item, parameters=[*known, _REQUIRED])
    return Case(
        whole,
        new,
        (_expected((*item, "parameters", len(known)), "parameter-added", BREAKS, (), "witness"),),
    )


def _shared(whole: Tree) -> Sequence[Steps]:
    """Return the optional query parameters among the components that several operations use."""
    uses: dict[Steps, int] = {}
    for at in operations(whole):
        for i in range(len(value(whole, (*at, "parameters"), []))):
            found = target(whole, (*at, "parameters", i))
            if found is not None and found[0] == "components":
                uses[found] = uses.get(found, 0) + 1
    return [at for at, count in uses.items() if count > 1 and value(whole, (*at, "in")) == "query"
            and not value(whole, (*at, "required"))]  # fmt: skip


def _shared_asked(whole: Tree, place: Steps) -> Case:
    return Case(
        whole,
        said(whole, place, required=True),
        (_expected(place, "parameter-required", BREAKS, (), "witness"),),
    )


def _shared_shut(whole: Tree, place: Steps) -> Case | None:
    schema = value(whole, (*place, "schema"), {})
    if schema.get("type") != "string" or "enum" in schema:
        return None
    new = put(whole, (*place, "schema", "enum"), ["a"])
    return Case(whole, new, (_expected(place, "values-changed", BREAKS, ("schema",), "witness"),))


def _own(whole: Tree) -> Sequence[Steps]:
    """Return the optional query parameters of the documents' own, declared where they are used."""
    found = (
        (*at, "parameters", i)
        for at in operations(whole)
        for i in range(len(value(whole, (*at, "parameters"), [])))
    )
    return [
        at
        for at in found
        if value(whole, (*at, "in")) == "query" and not value(whole, (*at, "required"))
    ]


def _own_removed(whole: Tree, place: Steps) -> Case:
    return Case(
        whole,
        without(whole, place),
        (_expected(place, "parameter-removed", IGNORED, (), "witness"),),
    )


def _own_asked(whole: Tree, place: Steps) -> Case:
    return Case(
        whole,
        said(whole, place, required=True),
        (_expected(place, "parameter-required", BREAKS, (), "witness"),),
    )


@dataclass(frozen=True)
class _Regrouping:
    """Two parameters, and one object that has the same bytes."""

    style: str
    names: tuple[str, str]
    is_taken_apart: bool = False

    def __call__(self, whole: Tree, place: Steps) -> Case:
        known = value(whole, (*place, "parameters"), [])
        members = dict.fromkeys(("planted_page", "planted_size"), INTEGER)
        pages = [{"name": name, "in": "query", "schema": INTEGER} for name in self.names]
        owner = {
            "name": "planted",
            "in": "query",
            "style": self.style,
            "explode": True,
            "schema": {"type": "object", "properties": members},
        }
        old, new = (said(whole, place, parameters=[*known, *given]) for given in (pages, [owner]))
        at = (*place, "parameters", len(known))
        expected = Expected("parameters-regrouped", at, {"call": CODE_ONLY}, "fact")
        return Case(new, old, (expected,)) if self.is_taken_apart else Case(old, new, (expected,))


_NAMES = ("planted_page", "planted_size")
_DEEP_NAMES = ("planted[planted_page]", "planted[planted_size]")

KINDS = (
    Kind("parameters to one exploded object", operations, _Regrouping("form", _NAMES)),
    Kind("an exploded object to parameters", operations, _Regrouping("form", _NAMES, True)),
    Kind("parameters to one deep object", operations, _Regrouping("deepObject", _DEEP_NAMES)),
    Kind("a deep object to parameters", operations, _Regrouping("deepObject", _DEEP_NAMES, True)),
    *(Kind(name, operations, _Planting(old, new, told)) for name, old, new, told in _ROWS),
    Kind("a variable of a path renamed", _with_variable, _renamed_variable),
    Kind("a variable of a path of style label", _with_variable, _styled_variable),
    Kind("a parameter of a whole path asked for", operations, _of_item),
    Kind("a component parameter asked for", _shared, _shared_asked),
    Kind("a component parameter's enum where there was none", _shared, _shared_shut),
    Kind("an optional parameter of its own removed", _own, _own_removed),
    Kind("an optional parameter of its own asked for", _own, _own_asked),
)

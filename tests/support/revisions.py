"""Real documents as trees of plain data, places in them, edits that share the rest, and judges of witnesses."""

from __future__ import annotations

import functools
import json
import math
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs

import dynclient
from dynclient.diffing.change import Change
from dynclient.model import METHODS, Document, Operation
from dynclient.plan.schemas import Schemas
from dynclient.schema.translation.translation_options import TranslationOptions

SPEC = Path(__file__).parents[2] / "spec" / "talon-one"
SHIPPED = {
    path.stem: path
    for path in (SPEC / "integration.yaml", *sorted((SPEC / "revisions").glob("*.yaml")))
}

#: A document as plain data; nobody writes into one.
Tree = dict[str, Any]

#: The keys that lead to a place in a tree.
Steps = tuple[Any, ...]

JSON = "application/json"


def _once(function: Callable[[Tree], Any]) -> Callable[[Tree], Any]:
    """Ask a function once for each tree, which is kept so long."""
    kept: dict[int, tuple[Tree, Any]] = {}

    @functools.wraps(function)
    def asked(whole: Tree) -> Any:
        if id(whole) not in kept:
            kept[id(whole)] = whole, function(whole)
        return kept[id(whole)][1]

    return asked


@functools.cache
def tree(name: str) -> Tree:
    """Return a shipped document as plain data."""
    whole: Tree = json.loads(json.dumps(dynclient.load(SHIPPED[name]).top.value))
    return whole


@functools.cache
def _load_shipped(name: str) -> Document:
    return dynclient.load(tree(name))


def load_tree(whole: Tree) -> Document:
    """Return a document that is loaded of a tree; that of a shipped one is loaded once."""
    for name in SHIPPED:
        if tree(name) is whole:
            return _load_shipped(name)
    return dynclient.load(whole)


def real(most: int, least: int = 0) -> list[dict[str, Any]]:
    """Return what the manifest of the real documents says of those in one file, of OpenAPI 3.0 and 3.1.

    Args:
        most: how many bytes.
        least: how many bytes.

    """
    if "DYNCLIENT_CORPUS" not in os.environ:
        return []
    manifest = json.loads(
        (Path(os.environ["DYNCLIENT_CORPUS"]) / "manifest.json").read_text(encoding="utf-8")
    )
    fitting = (entry for entry in manifest if str(entry["version"]).startswith(("3.0", "3.1")))
    return [
        entry for entry in fitting if entry.get("files", 1) == 1 and least <= entry["bytes"] <= most
    ]


# --- edits


def edited(whole: Any, steps: Sequence[Any], change: Callable[[Any], Any]) -> Any:
    """Return a tree in which one place is what a function makes of it; all else is shared."""
    if not steps:
        return change(whole)
    key, *rest = steps
    made = list(whole) if isinstance(whole, list) else dict(whole)
    inner = made[key] if isinstance(whole, list) else made.get(key, {})
    made[key] = edited(inner, rest, change)
    return made


def put(whole: Tree, steps: Sequence[Any], value: Any) -> Tree:
    """Return a tree that has a value at a place."""
    return edited(whole, steps, lambda _: value)


def said(whole: Tree, steps: Sequence[Any], **keywords: Any) -> Tree:
    """Return a tree in which the object at a place also says some keywords."""
    return edited(whole, steps, lambda found: {**found, **keywords})


def without(whole: Tree, steps: Sequence[Any]) -> Tree:
    """Return a tree that lacks a place; there is no change where there is no such place."""
    *owner, key = steps

    def cut(found: Any) -> Any:
        if isinstance(found, list):
            return [*found[:key], *found[key + 1 :]]
        return {k: v for k, v in found.items() if k != key}

    return edited(whole, owner, cut)


def value(whole: Any, steps: Sequence[Any], default: Any = None) -> Any:
    """Return what is at a place."""
    for key in steps:
        try:
            whole = whole[key]
        except (KeyError, IndexError, TypeError):
            return default
    return whole


def pointer(steps: Sequence[Any]) -> str:
    """Return the JSON pointer of a place."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in steps)


def target(whole: Tree, steps: Steps) -> Steps | None:
    """Return the place that a place refers to, through all references; None where it is in no tree of ours."""
    for _ in range(20):
        found = value(whole, steps)
        if not isinstance(found, dict):
            return None
        reference = found.get("$ref")
        if not isinstance(reference, str):
            return steps
        if not reference.startswith("#/"):
            return None
        steps = tuple(key.replace("~1", "/").replace("~0", "~") for key in reference[2:].split("/"))
    return None


def is_31(whole: Tree) -> bool:
    """Tell whether a document may use all of JSON Schema 2020-12."""
    return str(whole.get("openapi", "")).startswith("3.1")


# --- places


def operations(whole: Tree) -> list[Steps]:
    """Return the places of the operations."""
    found: list[Steps] = []
    for path, item in (whole.get("paths") or {}).items():
        if isinstance(item, dict) and "$ref" not in item:
            found += [("paths", path, method) for method in item if method.lower() in METHODS]
    return found


def bodies(whole: Tree) -> list[Steps]:
    """Return the operations that have an inline request body of one media type, JSON."""
    return [at for at in operations(whole) if _one_json(value(whole, (*at, "requestBody")))]


def answers(whole: Tree) -> list[Steps]:
    """Return the places of inline success responses with a body of one media type, JSON."""
    found: list[Steps] = []
    for at in operations(whole):
        for status, response in value(whole, (*at, "responses"), {}).items():
            if str(status).startswith("2") and _one_json(response):
                found.append((*at, "responses", status))
    return found


def _one_json(owner: Any) -> bool:
    content = owner.get("content") if isinstance(owner, dict) else None
    return (
        isinstance(content, dict)
        and list(content) == [JSON]
        and isinstance(content[JSON].get("schema"), dict)
    )


@dataclass
class Use:
    """Who meets a schema: on which sides, in which operations, and whether it is only a part of what is said there."""

    sides: set[str] = field(default_factory=set)
    operations: set[Steps] = field(default_factory=set)
    is_clear: bool = True
    is_part: bool = False


@_once
def objects(whole: Tree) -> dict[Steps, Use]:
    """Return the Schema Objects of real bodies that declare properties, with who meets them.

    Those that are also met as one of several alternatives, or in a free part, are left out: whether a change in them can
    be seen depends on the others.
    """
    found: dict[Steps, Use] = {}
    for at in operations(whole):
        for side, root in _roots(whole, at):
            _walk(whole, root, side, at, found, seen=set(), clear=root[-2] == JSON)
        for side, root in _called(whole, at):
            _walk(whole, root, side, at, found, seen=set(), clear=False)
    return {
        steps: use
        for steps, use in found.items()
        if use.is_clear and _is_plain(value(whole, steps))
    }


def _roots(whole: Tree, at: Steps) -> Iterator[tuple[str, Steps]]:
    owners = [("call", (*at, "requestBody"))]
    statuses = value(whole, (*at, "responses"), {})
    owners += [("result", (*at, "responses", status)) for status in statuses]
    for side, owner in owners:
        place = target(whole, owner)
        for media in value(whole, (*place, "content"), {}) if place else ():
            yield side, (*place, "content", media, "schema")


def _called(whole: Tree, at: Steps) -> Iterator[tuple[str, Steps]]:
    """Yield the bodies of callbacks, where the API calls."""
    for callback in value(whole, (*at, "callbacks"), {}):
        place = target(whole, (*at, "callbacks", callback))
        for expression in value(whole, place, {}) if place else ():
            for method in value(whole, (*place, expression), {}) if place else ():
                if method in METHODS:
                    yield from _roots(whole, (*place, expression, method))


_ASIDE = (
    "oneOf",
    "anyOf",
    "prefixItems",
    "not",
    "if",
    "then",
    "else",
    "additionalProperties",
    "contains",
)


def _walk(whole: Tree, steps: Steps, side: str, at: Steps, found: dict[Steps, Use], *, seen: set[Any],
          clear: bool, part: bool = False) -> None:  # fmt: skip
    place = target(whole, steps)
    if place is None or (place, clear, part) in seen:
        return
    seen.add((place, clear, part))
    schema = value(whole, place)
    if schema.get("readOnly" if side == "call" else "writeOnly") is True:
        clear = False
    if schema.get("properties"):
        use = found.setdefault(place, Use())
        use.sides.add(side)
        use.operations.add(at)
        use.is_clear &= clear
        use.is_part |= part or any(k in schema for k in ("allOf", "oneOf", "anyOf"))
    for property_name in schema.get("properties", {}):
        _walk(whole, (*place, "properties", property_name), side, at, found, seen=seen, clear=clear)
    if isinstance(schema.get("items"), dict):
        _walk(whole, (*place, "items"), side, at, found, seen=seen, clear=clear)
    shuts = _shuts(whole, place)
    for i in range(len(schema.get("allOf", ()))):
        _walk(
            whole,
            (*place, "allOf", i),
            side,
            at,
            found,
            seen=seen,
            clear=clear and not shuts,
            part=True,
        )
    for keyword in _ASIDE:
        inner = schema.get(keyword)
        places = (
            [(keyword, i) for i in range(len(inner))] if isinstance(inner, list) else [(keyword,)]
        )
        for more in places if inner else ():
            _walk(whole, (*place, *more), side, at, found, seen=seen, clear=False)


def _shuts(whole: Tree, place: Steps, depth: int = 9) -> bool:
    """Tell whether a part of an object says what others it may have."""
    parts = [
        target(whole, (*place, "allOf", i)) for i in range(len(value(whole, (*place, "allOf"), ())))
    ]
    known = [part for part in parts if part is not None and depth]
    return any(
        "additionalProperties" in value(whole, part) or _shuts(whole, part, depth - 1)
        for part in known
    )


def _is_plain(schema: dict[str, Any]) -> bool:
    said_otherwise = ("patternProperties", "maxProperties", "minProperties", "propertyNames", "not", "if", "oneOf",
                      "anyOf", "unevaluatedProperties", "enum", "const", "additionalProperties", "nullable")  # fmt: skip
    is_object = schema.get("type", "object") == "object"
    return (
        is_object
        and isinstance(schema["properties"], dict)
        and not any(k in schema for k in said_otherwise)
    )


def spread(places: Sequence[Any], label: str) -> Iterator[Any]:
    """Yield places in an order of each label's own, always the same one: far apart at first."""
    count = len(places)
    if not count:
        return
    first = number(label) % count
    stride = next(
        n for n in range(max(1, round(count * 0.618)), 2 * count + 1) if math.gcd(n, count) == 1
    )
    yield from (places[(first + i * stride) % count] for i in range(count))


def number(label: str) -> int:
    """Return a number that a label always has."""
    return zlib.crc32(label.encode())


# --- judges


class Judge:
    """Judges witnesses by both libraries, in ignorance of the comparison that found them.

    Args:
        old: the revision that is relied on.
        new: the revision that is to come.

    """

    def __init__(self, old: Document, new: Document) -> None:
        self.old = old
        self.new = new
        self._client = dynclient.Client(old, server="https://api.example.com")
        # As the comparison does, it takes `{"nullable": true}` for null, and open enums for closed.
        translation = TranslationOptions(opens_enums=False, reads_null_alternatives=True)
        self._schemas = Schemas(old, translation), Schemas(new, translation)

    def insist(self, change: Change, side: str) -> None:
        """Insist that a change's witness shows it on one side.

        Raises:
            AssertionError: it does not.

        """
        if side == "result":
            self._result(change)
        else:
            self._call(change)

    def _call(self, change: Change) -> None:
        """Insist that the old document's own client accepts a call, and that the new document does not take it."""
        key, call = change.operation, change.witness
        assert self._client[key].validate(dynclient.Call(call)) == []
        heir = self._heir(key)
        body = heir.request_body
        media_type = call.get("media_type") or (next(iter(body.content), None) if body else None)
        if change.rule in ("media-type-removed", "media-type-changed"):
            assert body is not None
            assert media_type not in body.content
        elif change.rule == "parameter-wire":
            new = dynclient.Client(self.new, server="https://api.example.com")[heir.key]
            assert _sent(self._client[key], call) != _sent(new, call)
        else:
            entry = body.content.get(media_type) if body and media_type else None
            sides = change.sides.get("call", change.views)
            reading = "consumer" if sides["wire"] == "breaking" else "producer"
            refused(self._schemas[1].build_call_schema(heir, entry, reading), call)

    def _result(self, change: Change) -> None:
        """Insist that the new document allows a result, and that the old one refuses it."""
        status, _, place = change.where.partition(" ")
        old, new = (
            one.responses[status]
            for one in (self.old.operations[change.operation], self._heir(change.operation))
        )
        if place.startswith("header."):
            name = place.removeprefix("header.").partition(".")[0].partition("[")[0]
            if change.rule != "parameter-wire":
                accepted(
                    self._schemas[1].build_header_schema(new.headers[name], "producer"),
                    change.witness[name],
                )
                refused(
                    self._schemas[0].build_header_schema(old.headers[name], "consumer"),
                    change.witness[name],
                )
            return
        media_type = next(name for name in new.content if place.startswith(name))
        accepted(
            self._schemas[1].build_result_schema(new.content[media_type], "producer"),
            change.witness,
        )
        refused(
            self._schemas[0].build_result_schema(old.content[media_type], "consumer"),
            change.witness,
        )

    def _heir(self, key: str) -> Operation:
        """Return the operation of the new document at the same method and path, else that of the same id."""
        was = self.old.operations[key]
        alike = (
            o for o in self.new.operations.values() if (o.method, o.path) == (was.method, was.path)
        )
        return next(alike, None) or self.new.operations[key]


def _sent(operation: Any, call: Any) -> tuple[Any, ...]:
    """Return where a call goes and what it says there; None for a client that does not take it."""
    request = operation.request(dynclient.Call(call))
    return request.url, sorted(request.headers.items())


def accepted(schema: dict[str, Any], value: Any) -> None:
    """Insist that both libraries accept a value; formats are annotations."""
    assert [
        str(e.message) for e in jsonschema.Draft202012Validator(schema).iter_errors(value)
    ] == []
    assert jsonschema_rs.Draft202012Validator(schema, validate_formats=False).is_valid(value)


def refused(schema: dict[str, Any], value: Any) -> None:
    """Insist that both libraries refuse a value; formats are annotations."""
    assert not jsonschema.Draft202012Validator(schema).is_valid(value)
    assert not jsonschema_rs.Draft202012Validator(schema, validate_formats=False).is_valid(value)

"""Ways of writing a document otherwise that change nothing: each takes a tree and chance, and returns a tree."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from support.revisions import Steps, Tree, edited, is_31, put, target, value

#: Lists whose order says nothing.
_UNORDERED = (
    "required",
    "enum",
    "type",
    "tags",
    "parameters",
    "security",
    "allOf",
    "oneOf",
    "anyOf",
)

Rewrite = Callable[[Tree, random.Random], Tree]


def reordered(whole: Any, chance: random.Random, key: Any = "") -> Any:
    """Put keys, and lists that say nothing by their order, in another order."""
    if isinstance(whole, dict):
        keys = list(whole)
        chance.shuffle(keys)
        return {k: reordered(whole[k], chance, k) for k in keys}
    if isinstance(whole, list):
        made = [reordered(inner, chance) for inner in whole]
        if key in _UNORDERED:
            chance.shuffle(made)
        return made
    return whole


def renamed(whole: Tree, chance: random.Random) -> Tree:
    """Give every component another name."""
    names: dict[str, str] = {}
    components = {}
    for kind, group in whole.get("components", {}).items():
        if kind == "securitySchemes":  # credentials are given by their names
            components[kind] = group
            continue
        others = [f"Other{number}" for number in range(len(group))]
        chance.shuffle(others)
        components[kind] = dict(zip(others, group.values(), strict=True))
        names.update(
            {
                f"#/components/{kind}/{old}": f"#/components/{kind}/{new}"
                for old, new in zip(group, others, strict=True)
            }
        )
    return referring(
        {**whole, "components": components}, lambda reference: names.get(reference, reference)
    )


def referring(whole: Any, change: Callable[[str], str]) -> Any:
    """Return a tree whose references are what a function makes of them."""
    if isinstance(whole, dict):
        return {
            key: change(inner)
            if key == "$ref" and isinstance(inner, str)
            else referring(inner, change)
            for key, inner in whole.items()
        }
    return [referring(inner, change) for inner in whole] if isinstance(whole, list) else whole


def inlined(whole: Tree, chance: random.Random) -> Tree:
    """Write some components where they are referred to."""
    places = [at for at in _schemas(whole) if set(value(whole, at)) == {"$ref"}]
    for at in chance.sample(places, min(6, len(places))):
        place = target(whole, at)
        if place is not None and at[: len(place)] != place:
            whole = put(whole, at, value(whole, place))
    return whole


def extracted(whole: Tree, chance: random.Random) -> Tree:
    """Make components of some schemas that stand where they are used."""
    places = [at for at in _schemas(whole) if "$ref" not in value(whole, at)]
    chosen = sorted(
        chance.sample(places, min(6, len(places))), key=len, reverse=True
    )  # inner ones first
    first = len(value(whole, ("components", "schemas"), {}))
    for number, at in enumerate(chosen, first):
        schema = value(whole, at)
        whole = put(whole, at, {"$ref": f"#/components/schemas/Extracted{number}"})
        whole = put(whole, ("components", "schemas", f"Extracted{number}"), schema)
    return whole


def wrapped(whole: Tree, chance: random.Random) -> Tree:
    """Write some schemas as an `allOf` of one."""
    places = _schemas(whole)
    for at in sorted(chance.sample(places, min(8, len(places))), key=len, reverse=True):
        whole = edited(whole, at, lambda schema: {"allOf": [schema]})
    return whole


def reworded(whole: Any, chance: random.Random) -> Any:
    """Say other words: descriptions, summaries, titles and examples."""
    if isinstance(whole, dict):
        made = {}
        for key, inner in whole.items():
            is_word = key in ("description", "summary", "title") and isinstance(inner, str)
            made[key] = f"{inner} {chance.random()}" if is_word else reworded(inner, chance)
        return made
    return [reworded(inner, chance) for inner in whole] if isinstance(whole, list) else whole


def explicit(whole: Tree, chance: random.Random) -> Tree:
    """Say what holds anyway."""
    for at in _schemas(whole):
        schema = value(whole, at)
        if "$ref" in schema or chance.random() < 0.5:
            continue
        more = {"string": {"minLength": 0}, "array": {"uniqueItems": False, "minItems": 0}}.get(
            str(schema.get("type")), {}
        )
        whole = put(whole, at, {**more, "deprecated": False, **schema})
    for path, item in whole.get("paths", {}).items():
        for method, operation in item.items():
            for i, found in enumerate(
                operation.get("parameters", ()) if isinstance(operation, dict) else ()
            ):
                if found.get("in") == "query" and "content" not in found:
                    said = {
                        "required": False,
                        "deprecated": False,
                        "style": "form",
                        "allowReserved": False,
                        **found,
                    }
                    whole = put(whole, ("paths", path, method, "parameters", i), said)
    return whole


def newer(whole: Tree, _: random.Random) -> Tree:
    """Write an OpenAPI 3.0 document as 3.1: `nullable`, `exclusiveMinimum`, `example`."""
    if is_31(whole):
        return whole
    for at in sorted(_schemas(whole), key=len, reverse=True):
        whole = edited(whole, at, _as_31)
    return {**whole, "openapi": "3.1.0"}


def _as_31(schema: dict[str, Any]) -> dict[str, Any]:
    made = dict(schema)
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        flag = made.get(exclusive)
        if isinstance(flag, bool):
            del made[exclusive]
            if flag and limit in made:
                made[exclusive] = made.pop(limit)
    if "example" in made and "examples" not in made:
        made["examples"] = [made.pop("example")]
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        del made["nullable"]
        made["type"] = [made["type"], "null"]
    elif made.get("nullable") is True and "$ref" in made:
        made = {"anyOf": [{"$ref": made["$ref"]}, {"type": "null"}]}
    elif "$ref" in made:
        made = {"$ref": made["$ref"]}  # what stands beside a reference counts in 3.1 only
    return made


def _schemas(whole: Tree) -> list[Steps]:
    """Return the places of the schemas in bodies, parameters and components."""
    found: list[Steps] = []
    for kind in ("schemas",):
        for name in value(whole, ("components", kind), {}):
            found += _inner(whole, ("components", kind, name))
    for path, item in whole.get("paths", {}).items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                for at in _roots(operation):
                    found += _inner(whole, ("paths", path, method, *at))
    return found


def _roots(operation: dict[str, Any]) -> Iterator[Steps]:
    for i, parameter in enumerate(operation.get("parameters", ())):
        if "schema" in parameter:
            yield ("parameters", i, "schema")
    owners: list[Steps] = [
        ("requestBody",),
        *(("responses", status) for status in operation.get("responses", {})),
    ]
    for owner in owners:
        for media, entry in value(operation, (*owner, "content"), {}).items():
            if "schema" in entry:
                yield (*owner, "content", media, "schema")


def _inner(whole: Tree, at: Steps) -> Iterator[Steps]:
    schema = value(whole, at)
    if not isinstance(schema, dict):
        return
    yield at
    for keyword in ("items", "additionalProperties", "not"):
        yield from _inner(whole, (*at, keyword))
    for name in value(schema, ("properties",), {}):
        yield from _inner(whole, (*at, "properties", name))
    for keyword in ("allOf", "oneOf", "anyOf"):
        for i in range(len(schema.get(keyword, ()))):
            yield from _inner(whole, (*at, keyword, i))


#: What changes nothing, wherever it is done.
REWRITES: tuple[Rewrite, ...] = (
    reordered,
    renamed,
    inlined,
    extracted,
    wrapped,
    reworded,
    explicit,
    newer,
)

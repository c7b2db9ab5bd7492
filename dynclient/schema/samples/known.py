"""What is known of a schema between two samples: references followed, checks compiled, valid examples, heights."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

from dynclient.document.references import unescape
from dynclient.schema import patterns
from dynclient.schema.dialect import subschemas
from dynclient.schema.readings import OPEN
from dynclient.schema.samples.negations import negations
from dynclient.schema.samples.shapes import Extra, Refusal, Schema, Shape, listed

Check = Callable[[Any], bool]
Choose = Callable[[dict[str, Any], str, list[tuple[Schema, ...]]], int]

MAX_DEPTH = 60
MAX_KEPT = 4096
NOTHING: Any = object()

T = TypeVar("T")


class Known:
    """Caches about one schema; nothing in it depends on a seed.

    Args:
        schema: self-contained JSON Schema 2020-12, references local.
        compile_schema: schema -> check; without it jsonschema is used, with formats as annotations.
        accepts: the check of the whole schema, where the caller has it already.

    """

    def __init__(
        self,
        schema: Schema,
        compile_schema: Callable[[dict[str, Any]], Check] | None,
        accepts: Check | None,
    ) -> None:
        self.schema = schema
        self._compile = compile_schema or _compiled_by_jsonschema
        self._checks: dict[tuple[int, ...], Check] = {(id(schema),): accepts} if accepts else {}
        self._plain: dict[tuple[int, ...], Shape | None] = {}
        self._shapes: dict[tuple[int, ...], Shape] = {}
        self._targets: dict[str, Schema] = {}
        self._patterns: dict[str, patterns.Pattern | None] = {}
        self._refs_of: dict[str, frozenset[str]] = {}
        self._heights: dict[str, float] | None = None

    def resolve(self, ref: str) -> Schema:
        """Return the schema that a local reference points to."""
        if ref not in self._targets:
            found = _lookup(self.schema, ref)
            found = _lookup(self.schema, unquote(ref)) if found is None else found
            if not isinstance(found, dict | bool):
                raise Refusal(f"$ref {ref} points to nothing")
            self._targets[ref] = found
        return self._targets[ref]

    def check(self, schemas: tuple[Schema, ...]) -> Check:
        """Return the check that all of some schemas accept; made-up schemas among several are left out."""
        real = tuple(s for s in schemas if not isinstance(s, Extra))
        key = tuple(map(id, real))
        if real and key in self._checks:
            return self._checks[key]
        if not real:
            return self._fresh_check(schemas[0] if schemas else True)
        made = self._fresh_check(real[0] if len(real) == 1 else {"allOf": list(real)})
        return self._kept(self._checks, key, made)

    def _fresh_check(self, schema: Schema) -> Check:
        if isinstance(schema, bool):
            return lambda _value: schema
        if schema is self.schema:
            return self._compile(schema)
        defs = self._reached(schema)
        if defs is None:
            return _unknown
        whole = self.schema["$defs"] if defs and isinstance(self.schema, dict) else {}
        return self._compile(
            {**schema, "$defs": {name: whole[name] for name in sorted(defs) if name in whole}}
        )

    def _reached(self, schema: Schema) -> frozenset[str] | None:
        """Return the names of the definitions that a schema needs, None if it points outside of them."""
        found: set[str] = set()
        open_refs = _refs_in(schema)
        while open_refs:
            name = _definition(open_refs.pop())
            if name is None:
                return None
            if name not in found:
                found.add(name)
                if name not in self._refs_of:
                    self._refs_of[name] = frozenset(_refs_in(self._definition_of(name)))
                open_refs |= self._refs_of[name]
        return frozenset(found)

    def _definition_of(self, name: str) -> Schema:
        defs: dict[str, Schema] = (
            self.schema.get("$defs", {}) if isinstance(self.schema, dict) else {}
        )
        return defs.get(name, True)

    def matches(self, pattern: str, name: str) -> bool:
        """Return whether a property's name matches a pattern; one that cannot be read matches nothing."""
        if pattern not in self._patterns:
            self._patterns[pattern] = _readable(pattern)
        compiled = self._patterns[pattern]
        return compiled is not None and compiled.search(name)

    def plain(self, schemas: tuple[Schema, ...]) -> Shape | None:
        """Return the shape of schemas that leave no choice; None where there is one."""
        key = tuple(map(id, schemas))
        found = self._plain.get(key, NOTHING)
        if found is not NOTHING:
            return found  # type: ignore[no-any-return]
        shape = self.shape(schemas, None)
        return shape if _made_up(schemas) else self._kept(self._plain, key, shape)

    def shape(
        self, schemas: tuple[Schema, ...], choose: Choose | None, forced: Container[int] = ()
    ) -> Shape | None:
        """Follow references, allOf and chosen branches; None if there is a choice and nobody to choose.

        Raises:
            Refusal: a schema is false or a reference points to nothing.

        """
        leaves: list[dict[str, Any]] = []
        refs: list[str] = []
        tags: dict[str, str] = {}
        seen: set[int] = set()
        work = list(reversed(schemas))
        while work:
            schema = work.pop()
            if schema is True or id(schema) in seen:
                continue
            if schema is False:
                raise Refusal("false allows nothing")
            seen.add(id(schema))
            leaves.append(schema)
            more = list(schema.get("allOf", ()))
            if "$ref" in schema:
                refs.append(schema["$ref"])
                more.insert(0, self.resolve(schema["$ref"]))
            for keyword, options in self._choices(schema):
                if len(options) > 1 and choose is None:
                    return None
                branch = (
                    _forced(options, forced)
                    or options[choose(schema, keyword, options) if choose else 0]
                )
                more += branch
                tags |= _branch_tag(schema, branch)
            work.extend(reversed(more or [*_following(leaves, refs, seen)] if not work else more))
        names = tuple(dict.fromkeys(map(name_of_schema, refs)))
        return self._shape_of(tuple(leaves), names, _own_tags(leaves, names) | tags)

    def _shape_of(
        self, leaves: tuple[dict[str, Any], ...], refs: tuple[str, ...], tags: dict[str, str]
    ) -> Shape:
        if _made_up(leaves):
            return Shape(leaves, refs, tags)
        key = tuple(map(id, leaves))
        return self._shapes.get(key) or self._kept(self._shapes, key, Shape(leaves, refs, tags))

    def _choices(self, schema: dict[str, Any]) -> Iterator[tuple[str, list[tuple[Schema, ...]]]]:
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                yield keyword, [(branch,) for branch in schema[keyword]]
        if "not" in schema and listed(schema["not"]) is None:
            yield "not", [(way,) for way in negations(schema["not"], self.resolve)]

    def valid_given(self, shape: Shape, keyword: str, schemas: tuple[Schema, ...]) -> list[Any]:
        """Return the values that the schemas offer themselves (`examples`, `default`, `values`) and accept."""
        found = shape.given.get(keyword)
        if found is None:
            offered = _offered(shape, keyword)
            accepts = shape.fits if shape.is_plain else self.check(schemas) if offered else _unknown
            found = shape.given[keyword] = [value for value in offered if accepts(value)]
        return found

    def height(self, schema: Schema) -> float:
        """Return how many levels the lowest instance of a schema has, infinity if it has none."""
        if self._heights is None:
            self._heights = self._all_heights()
        return _height(schema, self._heights)

    def _all_heights(self) -> dict[str, float]:
        """Let heights sink from infinity, looking again at what refers to a definition that sank."""
        defs: dict[str, Schema] = (
            self.schema.get("$defs", {}) if isinstance(self.schema, dict) else {}
        )
        users: dict[str, list[str]] = {name: [] for name in defs}
        for name, schema in defs.items():
            for used in sorted(filter(None, map(_definition, _refs_in(schema)))):
                users.setdefault(used, []).append(name)
        heights = dict.fromkeys(defs, math.inf)
        work = deque(defs)
        for _ in range(20 * len(defs)):
            if not work:
                break
            name = work.popleft()
            height = _height(defs[name], heights)
            if height < heights[name]:
                heights[name] = height
                work += users[name]
        return heights

    def _kept(self, cache: dict[tuple[int, ...], T], key: tuple[int, ...], value: T) -> T:
        if len(cache) >= MAX_KEPT:
            cache.clear()
        cache[key] = value
        return value


def _compiled_by_jsonschema(schema: dict[str, Any]) -> Check:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema).is_valid


def _lookup(schema: Schema, ref: str) -> Any:
    here: Any = schema
    for part in ref.split("/")[1:]:
        here = _member(here, unescape(part))
    return here


def _member(value: Any, key: str) -> Any:
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return value.get(key) if isinstance(value, dict) else None


def _readable(pattern: str) -> patterns.Pattern | None:
    try:
        return patterns.compile(pattern)
    except patterns.BadPattern:
        return None


def _unknown(_value: Any) -> bool:
    return True


def _made_up(schemas: tuple[Schema, ...] | tuple[dict[str, Any], ...]) -> bool:
    return any(isinstance(schema, Extra) for schema in schemas)


def name_of_schema(ref: str) -> str:
    """Return the name of the schema that a reference, a mapping's or ours, means."""
    return unescape(ref.rsplit("/", 1)[-1]).removesuffix(OPEN)


def _definition(ref: str) -> str | None:
    parts = ref.split("/")
    is_inside = parts[:2] == ["#", "$defs"] and len(parts) > 2  # noqa: PLR2004 (#/$defs/Name)
    return unescape(parts[2]) if is_inside else None


def _refs_in(schema: Any) -> set[str]:
    found: set[str] = set()
    work = [schema]
    while work:
        here = work.pop()
        if isinstance(here, dict):
            if isinstance(here.get("$ref"), str):
                found.add(here["$ref"])
            work.extend(subschemas(here))  # not into examples, where a `$ref` is data
    return found


def _forced(options: list[tuple[Schema, ...]], forced: Container[int]) -> tuple[Schema, ...] | None:
    return next((option for option in options if option and id(option[0]) in forced), None)


def _branch_tag(owner: dict[str, Any], branch: tuple[Schema, ...]) -> dict[str, str]:
    """Return what a discriminator wants as the tag of a chosen branch."""
    rule = owner.get("discriminator")
    ref = branch[0].get("$ref") if branch and isinstance(branch[0], dict) else None
    if not isinstance(rule, dict) or ref is None or "propertyName" not in rule:
        return {}
    return {rule["propertyName"]: _keys_by_name(rule).get(name_of_schema(ref), name_of_schema(ref))}


def _following(
    leaves: list[dict[str, Any]], refs: list[str], seen: Container[int]
) -> Iterator[Schema]:
    """Yield what follows from conditions that surely hold, because the schema they refer to must hold anyway."""
    for leaf in leaves:
        holds = (
            isinstance(leaf.get("if"), dict)
            and leaf["if"].get("$ref") in refs
            and len(leaf["if"]) == 1
        )
        if holds and id(leaf.get("then", True)) not in seen:
            yield leaf.get("then", True)


def _own_tags(leaves: list[dict[str, Any]], refs: tuple[str, ...]) -> dict[str, str]:
    """Return tags of discriminators that stand in a base schema: by the first mapped reference on the way there."""
    tags: dict[str, str] = {}
    for leaf in leaves:
        rule = leaf.get("discriminator")
        if isinstance(rule, dict) and "propertyName" in rule:
            keys = _keys_by_name(rule)
            known = [keys[ref] for ref in refs if ref in keys] or list(keys.values()) or refs
            tags |= dict.fromkeys([rule["propertyName"]], known[0]) if known else {}
    return tags


def _keys_by_name(rule: dict[str, Any]) -> dict[str, str]:
    mapping = rule.get("mapping")
    return (
        {name_of_schema(ref): key for key, ref in reversed(mapping.items())}
        if isinstance(mapping, dict)
        else {}
    )


def _offered(shape: Shape, keyword: str) -> list[Any]:
    if keyword == "values":
        return shape.values or []
    if keyword == "default":
        return list(shape.every("default"))
    lists = [value for value in shape.every("examples") if isinstance(value, list)]
    return [value for values in lists for value in values] + list(shape.every("example"))


def _height(schema: Schema, known: Mapping[str, float], depth: int = 0) -> float:
    if isinstance(schema, bool) or depth > MAX_DEPTH:
        return 0 if schema is True else math.inf
    if "const" in schema or "enum" in schema:
        return 0
    members = [*_needed_members(schema)]
    same = list(schema.get("allOf", ()))
    levels = [1 + _height(sub, known, depth + 1) for sub in members] + [
        _height(sub, known, depth + 1) for sub in same
    ]
    for keyword in ("anyOf", "oneOf"):
        levels += (
            [min(_height(sub, known, depth + 1) for sub in schema[keyword])]
            if schema.get(keyword)
            else []
        )
    if "$ref" in schema:
        levels.append(known.get(_definition(schema["$ref"]) or "", 0))
    return max(levels, default=0)


def _needed_members(schema: dict[str, Any]) -> Iterator[Schema]:
    """Yield the schemas of what every instance must contain."""
    properties, prefix, least = (
        schema.get("properties", {}),
        schema.get("prefixItems", ()),
        schema.get("minItems", 0),
    )
    yield from (properties.get(name, True) for name in schema.get("required", ()))
    yield from prefix[:least]
    if least > len(prefix):
        yield schema.get("items", True)

"""Schema Objects of every OpenAPI version → JSON Schema 2020-12, one dialect; above this nobody knows the version."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from dynclient.document.problems import Problem
from dynclient.document.references import Node, escape
from dynclient.document.versions import Flavour
from dynclient.errors import DocumentTooLarge, UnresolvableReference
from dynclient.schema import patterns
from dynclient.schema.formats import BOUNDS
from dynclient.violations import Place

#: Which way a value travels: `readOnly` binds requests, `writeOnly` binds responses.
Direction = Literal["request", "response"]

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")

#: Marks a schema that says what the wire can carry, in words that help nobody.
WIRE = "x-wire"

#: Keywords that hold one schema, a list of schemas, or schemas by name.
ONE = ("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then", "unevaluatedItems",
       "unevaluatedProperties")  # fmt: skip
MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("dependentSchemas", "patternProperties", "properties")

_SUBSCHEMAS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(ONE, (dict, bool)),
    **dict.fromkeys(MANY, (list,)),
    **dict.fromkeys(NAMED, (dict,)),
}

#: Annotations, and what their value must be.
_NOTES: dict[str, type] = {
    **dict.fromkeys(("contentEncoding", "contentMediaType", "description", "format", "title"), str),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly"), bool),
    "default": object,
    "x-extensible-enum": object,
}


class Schema(dict[str, Any]):
    """A schema of our dialect: a plain dict that remembers the Schema Object it was made from."""

    __slots__ = ("place",)

    def __init__(self, value: Any = (), place: Place | None = None) -> None:
        super().__init__(value)
        self.place = place


def is_count(value: Any) -> bool:
    """Tell whether a value is a non-negative integer."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_number(value: Any) -> bool:
    """Tell whether a value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_finite(value: Any) -> bool:
    """Tell whether no number in a value is NaN or infinite, which no JSON can say."""
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at, float) and not math.isfinite(at):
            return False
        todo += at.values() if isinstance(at, dict) else at if isinstance(at, list) else ()
    return True


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


#: Assertions that carry over as they are, and what their value must be.
_ASSERTIONS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(
        (
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "minContains",
            "maxContains",
        ),
        is_count,
    ),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), is_number),
    "multipleOf": lambda value: is_number(value) and value > 0,
    "uniqueItems": lambda value: isinstance(value, bool),
    "enum": lambda value: isinstance(value, list) and bool(value) and is_finite(value),
    "const": is_finite,
    "dependentRequired": lambda value: (
        isinstance(value, dict) and all(map(_is_names, value.values()))
    ),
}


class Dialect:
    """Translates the schemas of one document for one direction; every component once, on demand.

    `defs` grows as components are met; `bundle` makes a schema self-contained. What cannot be carried over is left
    out and told in `problems`: a schema that is wrong in a corner still checks the rest.
    """

    def __init__(self, flavour: Flavour, direction: Direction) -> None:
        self.flavour = flavour
        self.direction = direction
        self.defs: dict[str, Schema | bool] = {}
        self.problems: list[Problem] = []
        self._names: dict[tuple[str, str], str] = {}
        self._whole: set[str] = set()

    def translate(self, node: Node) -> Schema | bool:
        """Return the schema at a node in our dialect; its `$ref`s name members of `defs`.

        Raises:
            DocumentTooLarge: it is nested beyond what can be read.

        """
        try:
            made = self._schema(node)
            self._cut_circles()
        except RecursionError:
            raise DocumentTooLarge(
                f"{node.place}: the schema is nested too deeply", uri=node.uri
            ) from None
        return made

    def _schema(self, node: Node, above: frozenset[str] = frozenset()) -> Schema | bool:
        """Return the schema at a node; `above` are names that the schemas around it do not ask for."""
        value = node.value
        if isinstance(value, bool):
            return value
        if not isinstance(value, dict):
            self._tell(node, "invalid-schema", "a schema must be an object")
            return Schema(place=node.place)
        made = Schema(place=node.place)
        reference = value.get("$ref", value.get("$dynamicRef"))
        if reference is not None and not isinstance(reference, str):
            self._misfit(node, "$ref")
        if isinstance(reference, str):
            self._refer(made, node, reference)
            if self.flavour == "3.0":
                return _nullable(made) if value.get("nullable") is True else made
        self._assertions(made, node)
        needs_unasked = "required" in value or "allOf" in value
        unasked = (above | self._unasked(node)) if needs_unasked else above
        self._subschemas(made, node, unasked)
        self._numbers(made, node)
        self._required(made, node, unasked)
        self._notes(made, node)
        if value.get("nullable") is True:
            made = _nullable(made)
        elif not isinstance(value.get("nullable", False), bool):
            self._misfit(node, "nullable")
        return made

    def _cut_circles(self) -> None:
        """Cut references by which a new definition comes back to itself without descending into the value."""
        path: list[str] = []

        def visit(name: str) -> None:
            path.append(name)
            for holder, target in list(_in_place_references(self.defs[name])):
                if target in path:
                    del holder["$ref"]
                    text = f"the schema {target!r} refers to itself and describes nothing; the reference is ignored"
                    place = holder.place or Place("", "")
                    self.problems.append(
                        Problem(
                            "error",
                            "circular-schema",
                            text,
                            "",
                            place.pointer,
                            place.uri,
                            place=holder.place,
                        )
                    )
                elif target not in self._whole:
                    visit(target)
            self._whole.add(path.pop())

        for name in [n for n in self.defs if n not in self._whole]:
            if name not in self._whole:
                visit(name)

    def _refer(self, made: Schema, node: Node, reference: str) -> None:
        try:
            target = node.files.target(reference, node)
            node.files.follow(reference, node)
        except UnresolvableReference as error:
            self._tell(node, "unresolvable-reference", error.reason)
            return
        made["$ref"] = "#/$defs/" + escape(self.define(target))

    def define(self, target: Node) -> str:
        """Return the name in `defs` of the schema at a node; it is translated when first named."""
        key = (target.uri, target.pointer)
        if key not in self._names:
            name = self._names[key] = self._fresh(target)
            self.defs[name] = Schema(place=target.place)
            self.defs[name] = self._schema(target)
        return self._names[key]

    def _fresh(self, target: Node) -> str:
        last = target.pointer.rsplit("/", 1)[-1] or target.place.file
        name = base = re.sub(r"[^A-Za-z0-9._-]+", "_", last)
        count = 1
        while name in self.defs:
            count += 1
            name = f"{base}_{count}"
        return name

    def _assertions(self, made: Schema, node: Node) -> None:
        value = node.value
        for keyword, fits in _ASSERTIONS.items():
            if keyword in value and self._fits(node, keyword, fits):
                made[keyword] = value[keyword]
        if "type" in value:
            self._type(made, node)
        if "pattern" in value and self._fits(node, "pattern", lambda text: isinstance(text, str)):
            try:
                patterns.compile(value["pattern"])
                made["pattern"] = value["pattern"]
            except patterns.BadPattern as error:
                self._tell(
                    node.child("pattern"), "bad-pattern", f"the pattern is not checked: {error}"
                )

    def _fits(self, node: Node, keyword: str, fits: Callable[[Any], bool]) -> bool:
        if fits(node.value[keyword]):
            return True
        # Boolean bounds are OpenAPI 3.0's own; they are folded into the number below.
        if keyword not in ("exclusiveMinimum", "exclusiveMaximum") or not isinstance(
            node.value[keyword], bool
        ):
            self._misfit(node, keyword)
        return False

    def _misfit(self, node: Node, keyword: str) -> None:
        self._tell(
            node.child(keyword),
            "invalid-keyword",
            f"`{keyword}` has a value that it cannot have; it is ignored",
        )

    def _type(self, made: Schema, node: Node) -> None:
        given = node.value["type"]
        types = given if isinstance(given, list) else [given]
        known = [t for t in TYPES if t in types]
        if not known or len(known) < len(types):
            self._tell(
                node.child("type"),
                "unknown-type",
                f"`type` {str(given)[:60]!r} is not one of JSON's types",
            )
        if known:
            made["type"] = known[0] if len(known) == 1 else known

    def _subschemas(self, made: Schema, node: Node, unasked: frozenset[str]) -> None:
        value = node.value
        for keyword, kinds in _SUBSCHEMAS.items():
            if keyword not in value or (keyword == "items" and isinstance(value[keyword], list)):
                continue
            child = node.child(keyword)
            if not isinstance(child.value, kinds) or child.value == []:
                self._misfit(node, keyword)
            elif keyword in ONE:
                made[keyword] = self._schema(child)
            elif keyword in MANY:
                inner = unasked if keyword == "allOf" else frozenset[str]()
                made[keyword] = [self._schema(item, inner) for item in child.children()]
            else:
                made[keyword] = {name: self._schema(child.child(name)) for name in child.names()}
        self._tuple(made, node)
        self._pattern_properties(made, node)

    def _tuple(self, made: Schema, node: Node) -> None:
        """Carry a list of schemas under `items` over, as the drafts before 2020-12 wrote it."""
        if isinstance(node.value.get("items"), list) and node.value["items"]:
            made["prefixItems"] = [self._schema(child) for child in node.child("items").children()]
            if isinstance(node.value.get("additionalItems"), dict | bool):
                made["items"] = self._schema(node.child("additionalItems"))

    def _pattern_properties(self, made: Schema, node: Node) -> None:
        for pattern in list(made.get("patternProperties", ())):
            try:
                patterns.compile(pattern)
            except patterns.BadPattern as error:
                del made["patternProperties"][pattern]
                at = node.child("patternProperties").child(pattern)
                self._tell(at, "bad-pattern", f"the pattern is not checked: {error}")

    def _numbers(self, made: Schema, node: Node) -> None:
        """Fold boolean exclusive bounds and integer formats into numeric bounds."""
        for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if node.value.get(exclusive) is True and limit in made:
                made[exclusive] = made.pop(limit)
            elif node.value.get(exclusive) is True:
                self._misfit(node, exclusive)
        types = made.get("type")
        bounds = BOUNDS.get(str(node.value.get("format")))
        if bounds and (
            types == "integer"
            or (isinstance(types, list) and "integer" in types and "number" not in types)
        ):
            made["minimum"] = max(made.get("minimum", bounds[0]), bounds[0])
            made["maximum"] = min(made.get("maximum", bounds[1]), bounds[1])

    def _required(self, made: Schema, node: Node, unasked: frozenset[str]) -> None:
        """Carry `required` over, less what only travels the other way."""
        names = node.value.get("required")
        if names is None:
            return
        if not _is_names(names):
            self._tell(
                node.child("required"),
                "invalid-keyword",
                "`required` must be a list of names; it is ignored",
            )
            return
        kept = [name for name in dict.fromkeys(names) if name not in unasked]
        if kept:
            made["required"] = kept

    def _unasked(self, node: Node) -> frozenset[str]:
        """Return the properties, of a schema and its `allOf` parts, that travel only the other way."""
        note = "readOnly" if self.direction == "request" else "writeOnly"
        found, todo, seen = set[str](), [node], set[tuple[str, str]]()
        while todo:
            try:
                part = todo.pop().resolved()
                properties = part["properties"]
                found |= {name for name in properties.names() if properties[name].flag(note)}
            except UnresolvableReference:
                continue
            if (part.uri, part.pointer) not in seen:
                seen.add((part.uri, part.pointer))
                todo += part.child("allOf").children()
        return frozenset(found)

    def _notes(self, made: Schema, node: Node) -> None:
        value = node.value
        for keyword, kind in _NOTES.items():
            if keyword in value and isinstance(value[keyword], kind) and is_finite(value[keyword]):
                made[keyword] = value[keyword]
            elif keyword in value:
                self._misfit(node, keyword)
        examples = value.get("examples")
        found = [
            *([value["example"]] if "example" in value else []),
            *(examples if isinstance(examples, list) else []),
        ]
        if found and is_finite(found):
            made["examples"] = found
        if isinstance(value.get("discriminator"), dict):
            self._discriminator(made, node.child("discriminator"))
        elif "discriminator" in value:
            self._misfit(node, "discriminator")

    def _discriminator(self, made: Schema, node: Node) -> None:
        """Let the mapping name members of `defs`, as the `$ref`s of the alternatives do."""
        mapping = {}
        for tag in node.child("mapping").names():
            text = node.child("mapping").text(tag)
            reference = (
                text
                if "/" in text or "#" in text or "." in text
                else f"#/components/schemas/{text}"
            )
            try:
                mapping[tag] = "#/$defs/" + escape(self.define(node.files.target(reference, node)))
            except UnresolvableReference as error:
                self._tell(node.child("mapping").child(tag), "unresolvable-reference", error.reason)
        made["discriminator"] = {
            "propertyName": node.text("propertyName"),
            **({"mapping": mapping} if mapping else {}),
        }

    def _tell(self, node: Node, code: str, message: str) -> None:
        self.problems.append(
            Problem("error", code, message, pointer=node.pointer, file=node.uri, place=node.place)
        )

    def bundle(self, schema: Schema | bool) -> Schema:
        """Return a schema together with the `$defs` that it reaches."""
        return bundled(schema, self.defs)


def _nullable(made: Schema) -> Schema:
    """Return a schema that takes null too.

    Source: OAS 3.0.3 Schema Object, nullable; null joins an enum that lacks it, as authors mean it, and a composed
    schema or reference as well.
    """
    place = made.place
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    if "type" in made:
        types = made["type"] if isinstance(made["type"], list) else [made["type"]]
        made["type"] = types if "null" in types else [*types, "null"]
    if any(k in made for k in ("$ref", "allOf", "anyOf", "oneOf")):
        return Schema({"anyOf": [made, Schema({"type": "null"}, place)]}, place)
    return made


def bundled(schema: Schema | bool, defs: dict[str, Schema | bool]) -> Schema:
    """Return a schema as a new root, with those of `defs` that it reaches as its `$defs`; nothing else is copied."""
    root = Schema(
        schema if isinstance(schema, dict) else ({} if schema else {"not": {}}), _place(schema)
    )
    reached: dict[str, Schema | bool] = {}
    todo: list[Any] = [root]
    while todo:
        for name in references(todo.pop()):
            if name not in reached:
                reached[name] = defs[name]
                todo.append(defs[name])
    if reached:
        root["$defs"] = reached
    return root


def _place(schema: Schema | bool) -> Place | None:
    return schema.place if isinstance(schema, Schema) else None


def references(schema: Any) -> Iterable[str]:
    """Yield the names in `$defs` that a schema refers to, not looking through them."""
    todo = [schema]
    while todo:
        at = todo.pop()
        if not isinstance(at, dict):
            continue
        if "$ref" in at:
            yield name_of(at["$ref"])
        todo += subschemas(at)


def subschemas(schema: dict[str, Any]) -> list[Any]:
    """Return the schemas directly inside a schema, `$defs` apart."""
    found = [schema[k] for k in ONE if k in schema]
    for keyword in MANY:
        found += schema.get(keyword, ())
    for keyword in NAMED:
        found += schema.get(keyword, {}).values()
    return found


def _in_place_references(schema: Schema | bool) -> Iterator[tuple[Schema, str]]:
    """Yield the schemas that speak of the same value and hold a `$ref`, with the name that it names."""
    todo: list[Any] = [schema]
    while todo:
        at = todo.pop()
        if not isinstance(at, Schema):
            continue
        if "$ref" in at:
            yield at, name_of(at["$ref"])
        todo += [at[k] for k in ("not", "if", "then", "else") if k in at]
        todo += [s for k in ("allOf", "anyOf", "oneOf") for s in at.get(k, ())]
        todo += at.get("dependentSchemas", {}).values()


def mapped(schema: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a copy of a schema in which each schema directly inside it, `$defs` too, is what `change` makes of it."""
    made = dict(schema)
    for keyword in ONE:
        if keyword in made:
            made[keyword] = change(made[keyword])
    for keyword in MANY:
        if keyword in made:
            made[keyword] = [change(s) for s in made[keyword]]
    for keyword in (*NAMED, "$defs"):
        if keyword in made:
            made[keyword] = {k: change(s) for k, s in made[keyword].items()}
    return made


def name_of(reference: str) -> str:
    """Return the name in `$defs` that a local reference names."""
    return reference.removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")

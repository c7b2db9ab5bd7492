"""Schema Objects of every OpenAPI version → JSON Schema 2020-12, one dialect; above this nobody knows the version."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from dynclient import regex
from dynclient.document.openapi_version import SchemaFlavour
from dynclient.document.problems import Problem
from dynclient.document.references import Node, escape_token
from dynclient.errors import DocumentTooLarge, UnresolvableReference
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS
from dynclient.violations import Place

#: Which way a value travels: `readOnly` binds requests, `writeOnly` binds responses.
Direction = Literal["request", "response"]

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")

#: Marks a schema that says what the wire can carry, in words that help nobody.
X_SERIALIZATION = "x-wire"

#: Keywords that hold one schema, a list of schemas, or schemas by name.
SINGLE_SCHEMA_KEYWORDS = ("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then", "unevaluatedItems",
       "unevaluatedProperties")  # fmt: skip
SCHEMA_LIST_KEYWORDS = ("allOf", "anyOf", "oneOf", "prefixItems")
SCHEMA_MAP_KEYWORDS = ("dependentSchemas", "patternProperties", "properties")

_SUBSCHEMA_KEYWORDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(SINGLE_SCHEMA_KEYWORDS, (dict, bool)),
    **dict.fromkeys(SCHEMA_LIST_KEYWORDS, (list,)),
    **dict.fromkeys(SCHEMA_MAP_KEYWORDS, (dict,)),
}

#: Annotations, and what their value must be.
_ANNOTATIONS: dict[str, type] = {
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


def is_non_negative_integer(value: Any) -> bool:
    """Tell whether a value is a non-negative integer."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_number(value: Any) -> bool:
    """Tell whether a value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def has_only_finite_numbers(value: Any) -> bool:
    """Tell whether no number in a value is NaN or infinite, which no JSON can say."""
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at, float) and not math.isfinite(at):
            return False
        todo += at.values() if isinstance(at, dict) else at if isinstance(at, list) else ()
    return True


def _is_list_of_names(value: Any) -> bool:
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
        is_non_negative_integer,
    ),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), is_number),
    "multipleOf": lambda value: is_number(value) and value > 0,
    "uniqueItems": lambda value: isinstance(value, bool),
    "enum": lambda value: (
        isinstance(value, list) and bool(value) and has_only_finite_numbers(value)
    ),
    "const": has_only_finite_numbers,
    "dependentRequired": lambda value: (
        isinstance(value, dict) and all(map(_is_list_of_names, value.values()))
    ),
}


class SchemaTranslator:
    """Translates the schemas of one document for one direction; every component once, on demand.

    `defs` grows as components are met; `bundle` makes a schema self-contained. What cannot be carried over is left
    out and told in `problems`: a schema that is wrong in a corner still checks the rest.
    """

    def __init__(self, flavour: SchemaFlavour, direction: Direction) -> None:
        self.flavour = flavour
        self.direction = direction
        self.defs: dict[str, Schema | bool] = {}
        self.problems: list[Problem] = []
        self._definition_names: dict[tuple[str, str], str] = {}
        self._acyclic_names: set[str] = set()

    def translate(self, node: Node) -> Schema | bool:
        """Return the schema at a node in our dialect; its `$ref`s name members of `defs`.

        Raises:
            DocumentTooLarge: it is nested beyond what can be read.

        """
        try:
            made = self._translate_schema(node)
            self._remove_reference_cycles()
        except RecursionError:
            raise DocumentTooLarge(
                f"{node.place}: the schema is nested too deeply", uri=node.uri
            ) from None
        return made

    def _translate_schema(self, node: Node, above: frozenset[str] = frozenset()) -> Schema | bool:
        """Return the schema at a node; `above` are names that the schemas around it do not ask for."""
        value = node.value
        if isinstance(value, bool):
            return value
        if not isinstance(value, dict):
            self._report_problem(node, "invalid-schema", "a schema must be an object")
            return Schema(place=node.place)
        made = Schema(place=node.place)
        reference = value.get("$ref", value.get("$dynamicRef"))
        if reference is not None and not isinstance(reference, str):
            self._report_invalid_keyword(node, "$ref")
        if isinstance(reference, str):
            self._translate_reference(made, node, reference)
            if self.flavour == "3.0":
                return _allow_null(made) if value.get("nullable") is True else made
        self._translate_assertions(made, node)
        needs_unasked = "required" in value or "allOf" in value
        unasked = (above | self._find_excluded_properties(node)) if needs_unasked else above
        self._translate_subschemas(made, node, unasked)
        self._translate_bounds(made, node)
        self._translate_required(made, node, unasked)
        self._translate_annotations(made, node)
        if value.get("nullable") is True:
            made = _allow_null(made)
        elif not isinstance(value.get("nullable", False), bool):
            self._report_invalid_keyword(node, "nullable")
        return made

    def _remove_reference_cycles(self) -> None:
        """Cut references by which a new definition comes back to itself without descending into the value."""
        path: list[str] = []

        def visit(name: str) -> None:
            path.append(name)
            for holder, target in list(_find_in_place_references(self.defs[name])):
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
                elif target not in self._acyclic_names:
                    visit(target)
            self._acyclic_names.add(path.pop())

        for name in [n for n in self.defs if n not in self._acyclic_names]:
            if name not in self._acyclic_names:
                visit(name)

    def _translate_reference(self, made: Schema, node: Node, reference: str) -> None:
        try:
            target = node.files.find_target(reference, node)
            node.files.resolve_reference(reference, node)
        except UnresolvableReference as error:
            self._report_problem(node, "unresolvable-reference", error.reason)
            return
        made["$ref"] = "#/$defs/" + escape_token(self.add_definition(target))

    def add_definition(self, target: Node) -> str:
        """Return the name in `defs` of the schema at a node; it is translated when first named."""
        key = (target.uri, target.pointer)
        if key not in self._definition_names:
            name = self._definition_names[key] = self._choose_definition_name(target)
            self.defs[name] = Schema(place=target.place)
            self.defs[name] = self._translate_schema(target)
        return self._definition_names[key]

    def _choose_definition_name(self, target: Node) -> str:
        last = target.pointer.rsplit("/", 1)[-1] or target.place.file
        name = base = re.sub(r"[^A-Za-z0-9._-]+", "_", last)
        count = 1
        while name in self.defs:
            count += 1
            name = f"{base}_{count}"
        return name

    def _translate_assertions(self, made: Schema, node: Node) -> None:
        value = node.value
        for keyword, fits in _ASSERTIONS.items():
            if keyword in value and self._check_keyword_value(node, keyword, fits):
                made[keyword] = value[keyword]
        if "type" in value:
            self._translate_type(made, node)
        if "pattern" in value and self._check_keyword_value(
            node, "pattern", lambda text: isinstance(text, str)
        ):
            try:
                regex.compile(value["pattern"])
                made["pattern"] = value["pattern"]
            except regex.PatternError as error:
                self._report_problem(
                    node.get_child("pattern"), "bad-pattern", f"the pattern is not checked: {error}"
                )

    def _check_keyword_value(self, node: Node, keyword: str, fits: Callable[[Any], bool]) -> bool:
        if fits(node.value[keyword]):
            return True
        # Boolean bounds are OpenAPI 3.0's own; they are folded into the number below.
        if keyword not in ("exclusiveMinimum", "exclusiveMaximum") or not isinstance(
            node.value[keyword], bool
        ):
            self._report_invalid_keyword(node, keyword)
        return False

    def _report_invalid_keyword(self, node: Node, keyword: str) -> None:
        self._report_problem(
            node.get_child(keyword),
            "invalid-keyword",
            f"`{keyword}` has a value that it cannot have; it is ignored",
        )

    def _translate_type(self, made: Schema, node: Node) -> None:
        given = node.value["type"]
        types = given if isinstance(given, list) else [given]
        known = [t for t in TYPES if t in types]
        if not known or len(known) < len(types):
            self._report_problem(
                node.get_child("type"),
                "unknown-type",
                f"`type` {str(given)[:60]!r} is not one of JSON's types",
            )
        if known:
            made["type"] = known[0] if len(known) == 1 else known

    def _translate_subschemas(self, made: Schema, node: Node, unasked: frozenset[str]) -> None:
        value = node.value
        for keyword, kinds in _SUBSCHEMA_KEYWORDS.items():
            if keyword not in value or (keyword == "items" and isinstance(value[keyword], list)):
                continue
            child = node.get_child(keyword)
            if not isinstance(child.value, kinds) or child.value == []:
                self._report_invalid_keyword(node, keyword)
            elif keyword in SINGLE_SCHEMA_KEYWORDS:
                made[keyword] = self._translate_schema(child)
            elif keyword in SCHEMA_LIST_KEYWORDS:
                inner = unasked if keyword == "allOf" else frozenset[str]()
                made[keyword] = [
                    self._translate_schema(item, inner) for item in child.iterate_children()
                ]
            else:
                made[keyword] = {
                    name: self._translate_schema(child.get_child(name))
                    for name in child.member_keys()
                }
        self._translate_tuple_items(made, node)
        self._drop_invalid_patterns(made, node)

    def _translate_tuple_items(self, made: Schema, node: Node) -> None:
        """Carry a list of schemas under `items` over, as the drafts before 2020-12 wrote it."""
        if isinstance(node.value.get("items"), list) and node.value["items"]:
            made["prefixItems"] = [
                self._translate_schema(child)
                for child in node.get_child("items").iterate_children()
            ]
            if isinstance(node.value.get("additionalItems"), dict | bool):
                made["items"] = self._translate_schema(node.get_child("additionalItems"))

    def _drop_invalid_patterns(self, made: Schema, node: Node) -> None:
        for pattern in list(made.get("patternProperties", ())):
            try:
                regex.compile(pattern)
            except regex.PatternError as error:
                del made["patternProperties"][pattern]
                at = node.get_child("patternProperties").get_child(pattern)
                self._report_problem(at, "bad-pattern", f"the pattern is not checked: {error}")

    def _translate_bounds(self, made: Schema, node: Node) -> None:
        """Fold boolean exclusive bounds and integer formats into numeric bounds."""
        for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if node.value.get(exclusive) is True and limit in made:
                made[exclusive] = made.pop(limit)
            elif node.value.get(exclusive) is True:
                self._report_invalid_keyword(node, exclusive)
        types = made.get("type")
        bounds = INTEGER_FORMAT_BOUNDS.get(str(node.value.get("format")))
        if bounds and (
            types == "integer"
            or (isinstance(types, list) and "integer" in types and "number" not in types)
        ):
            made["minimum"] = max(made.get("minimum", bounds[0]), bounds[0])
            made["maximum"] = min(made.get("maximum", bounds[1]), bounds[1])

    def _translate_required(self, made: Schema, node: Node, unasked: frozenset[str]) -> None:
        """Carry `required` over, less what only travels the other way."""
        names = node.value.get("required")
        if names is None:
            return
        if not _is_list_of_names(names):
            self._report_problem(
                node.get_child("required"),
                "invalid-keyword",
                "`required` must be a list of names; it is ignored",
            )
            return
        kept = [name for name in dict.fromkeys(names) if name not in unasked]
        if kept:
            made["required"] = kept

    def _find_excluded_properties(self, node: Node) -> frozenset[str]:
        """Return the properties, of a schema and its `allOf` parts, that travel only the other way."""
        note = "readOnly" if self.direction == "request" else "writeOnly"
        found, todo, seen = set[str](), [node], set[tuple[str, str]]()
        while todo:
            try:
                part = todo.pop().resolve()
                properties = part["properties"]
                found |= {
                    name for name in properties.member_keys() if properties[name].get_flag(note)
                }
            except UnresolvableReference:
                continue
            if (part.uri, part.pointer) not in seen:
                seen.add((part.uri, part.pointer))
                todo += part.get_child("allOf").iterate_children()
        return frozenset(found)

    def _translate_annotations(self, made: Schema, node: Node) -> None:
        value = node.value
        for keyword, kind in _ANNOTATIONS.items():
            if (
                keyword in value
                and isinstance(value[keyword], kind)
                and has_only_finite_numbers(value[keyword])
            ):
                made[keyword] = value[keyword]
            elif keyword in value:
                self._report_invalid_keyword(node, keyword)
        examples = value.get("examples")
        found = [
            *([value["example"]] if "example" in value else []),
            *(examples if isinstance(examples, list) else []),
        ]
        if found and has_only_finite_numbers(found):
            made["examples"] = found
        if isinstance(value.get("discriminator"), dict):
            self._translate_discriminator(made, node.get_child("discriminator"))
        elif "discriminator" in value:
            self._report_invalid_keyword(node, "discriminator")

    def _translate_discriminator(self, made: Schema, node: Node) -> None:
        """Let the mapping name members of `defs`, as the `$ref`s of the alternatives do."""
        mapping = {}
        for tag in node.get_child("mapping").member_keys():
            text = node.get_child("mapping").get_text(tag)
            reference = (
                text
                if "/" in text or "#" in text or "." in text
                else f"#/components/schemas/{text}"
            )
            try:
                mapping[tag] = "#/$defs/" + escape_token(
                    self.add_definition(node.files.find_target(reference, node))
                )
            except UnresolvableReference as error:
                self._report_problem(
                    node.get_child("mapping").get_child(tag), "unresolvable-reference", error.reason
                )
        made["discriminator"] = {
            "propertyName": node.get_text("propertyName"),
            **({"mapping": mapping} if mapping else {}),
        }

    def _report_problem(self, node: Node, code: str, message: str) -> None:
        self.problems.append(
            Problem("error", code, message, pointer=node.pointer, file=node.uri, place=node.place)
        )

    def bundle(self, schema: Schema | bool) -> Schema:
        """Return a schema together with the `$defs` that it reaches."""
        return bundle_schema(schema, self.defs)


def _allow_null(made: Schema) -> Schema:
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


def bundle_schema(schema: Schema | bool, defs: dict[str, Schema | bool]) -> Schema:
    """Return a schema as a new root, with those of `defs` that it reaches as its `$defs`; nothing else is copied."""
    root = Schema(
        schema if isinstance(schema, dict) else ({} if schema else {"not": {}}), _get_place(schema)
    )
    reached: dict[str, Schema | bool] = {}
    todo: list[Any] = [root]
    while todo:
        for name in find_referenced_names(todo.pop()):
            if name not in reached:
                reached[name] = defs[name]
                todo.append(defs[name])
    if reached:
        root["$defs"] = reached
    return root


def _get_place(schema: Schema | bool) -> Place | None:
    return schema.place if isinstance(schema, Schema) else None


def find_referenced_names(schema: Any) -> Iterable[str]:
    """Yield the names in `$defs` that a schema refers to, not looking through them."""
    todo = [schema]
    while todo:
        at = todo.pop()
        if not isinstance(at, dict):
            continue
        if "$ref" in at:
            yield get_definition_name(at["$ref"])
        todo += list_subschemas(at)


def list_subschemas(schema: dict[str, Any]) -> list[Any]:
    """Return the schemas directly inside a schema, `$defs` apart."""
    found = [schema[k] for k in SINGLE_SCHEMA_KEYWORDS if k in schema]
    for keyword in SCHEMA_LIST_KEYWORDS:
        found += schema.get(keyword, ())
    for keyword in SCHEMA_MAP_KEYWORDS:
        found += schema.get(keyword, {}).values()
    return found


def _find_in_place_references(schema: Schema | bool) -> Iterator[tuple[Schema, str]]:
    """Yield the schemas that speak of the same value and hold a `$ref`, with the name that it names."""
    todo: list[Any] = [schema]
    while todo:
        at = todo.pop()
        if not isinstance(at, Schema):
            continue
        if "$ref" in at:
            yield at, get_definition_name(at["$ref"])
        todo += [at[k] for k in ("not", "if", "then", "else") if k in at]
        todo += [s for k in ("allOf", "anyOf", "oneOf") for s in at.get(k, ())]
        todo += at.get("dependentSchemas", {}).values()


def map_subschemas(schema: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a copy of a schema in which each schema directly inside it, `$defs` too, is what `change` makes of it."""
    made = dict(schema)
    for keyword in SINGLE_SCHEMA_KEYWORDS:
        if keyword in made:
            made[keyword] = change(made[keyword])
    for keyword in SCHEMA_LIST_KEYWORDS:
        if keyword in made:
            made[keyword] = [change(s) for s in made[keyword]]
    for keyword in (*SCHEMA_MAP_KEYWORDS, "$defs"):
        if keyword in made:
            made[keyword] = {k: change(s) for k, s in made[keyword].items()}
    return made


def get_definition_name(reference: str) -> str:
    """Return the name in `$defs` that a local reference names."""
    return reference.removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")

"""Schema Objects of each OpenAPI version become JSON Schema 2020-12, our one dialect after this."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from dynclient import regex
from dynclient.document.openapi_version import SchemaFlavour
from dynclient.document.problems import Problem
from dynclient.document.references import Node, escape_token
from dynclient.errors import DocumentTooLarge, UnresolvableReference
from dynclient.schema.dialect import (
    EXCLUDING_ANNOTATIONS,
    SCHEMA_LIST_KEYWORDS,
    SCHEMA_MAP_KEYWORDS,
    SINGLE_SCHEMA_KEYWORDS,
    TYPES,
    Direction,
    Schema,
    bundle_schema,
    get_definition_name,
)
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS
from dynclient.schema.keyword_values import (
    ASSERTIONS,
    has_only_finite_numbers,
    is_list_of_names,
    is_string,
)
from dynclient.violations import Place

#: Keyword with subschemas -> the types that its value may have.
_SUBSCHEMA_KEYWORDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(SINGLE_SCHEMA_KEYWORDS, (dict, bool)),
    **dict.fromkeys(SCHEMA_LIST_KEYWORDS, (list,)),
    **dict.fromkeys(SCHEMA_MAP_KEYWORDS, (dict,)),
}

#: Annotation -> the type that its value must have.
_ANNOTATIONS: dict[str, type] = {
    **dict.fromkeys(("contentEncoding", "contentMediaType", "description", "format", "title"), str),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly"), bool),
    "default": object,
    "x-extensible-enum": object,
    "x-ms-enum": dict,
}


class SchemaTranslator:
    """Translates the schemas of one document for one direction, each component once, on demand.

    A component is added to `defs` when it is first referred to; `bundle` makes a schema
    self-contained. What cannot be carried over is left out and reported in `problems`: a schema
    with a wrong corner still checks the rest.

    Args:
        flavour: the version family of the document.
        direction: which way the values travel.

    """

    def __init__(self, flavour: SchemaFlavour, direction: Direction) -> None:
        self.flavour = flavour
        self.direction = direction
        self.defs: dict[str, Schema | bool] = {}
        self.problems: list[Problem] = []
        self._definition_names: dict[tuple[str, str], str] = {}
        #: Components that are named and not yet translated. So a chain of references is no nesting.
        self._pending_definitions: deque[tuple[str, Node]] = deque()
        self._acyclic_names: set[str] = set()

    def translate(self, node: Node) -> Schema | bool:
        """Return the schema at a node in our dialect. Its `$ref`s name members of `defs`.

        Raises:
            DocumentTooLarge: it is nested beyond what can be read.

        """
        try:
            schema = self._translate_schema(node)
            self._complete_definitions()
        except RecursionError:
            raise _build_depth_error(node) from None
        return schema

    def translate_component(self, node: Node) -> Schema | bool:
        """Return the schema at a node, which is one of `defs` after this.

        Raises:
            DocumentTooLarge: it is nested beyond what can be read.

        """
        name = self.add_definition(node)
        try:
            self._complete_definitions()
        except RecursionError:
            raise _build_depth_error(node) from None
        return self.defs[name]

    def bundle(self, schema: Schema | bool) -> Schema:
        """Return a schema together with the `$defs` that it reaches."""
        return bundle_schema(schema, self.defs)

    # --- one schema

    def _translate_schema(
        self, node: Node, inherited_exclusions: frozenset[str] = frozenset()
    ) -> Schema | bool:
        """Return the schema at a node.

        Args:
            node: the Schema Object.
            inherited_exclusions: names that the schemas around it do not require, as they travel
                only the other way.

        """
        value = node.value
        if isinstance(value, bool):
            return value
        schema = Schema(place=node.place)
        if not isinstance(value, dict):
            self._report_problem(node, "invalid-schema", "a schema must be an object")
            return schema

        has_reference = self._translate_reference(schema, node)
        if has_reference and self.flavour == "3.0":  # what is beside a $ref does not count there
            return _allow_null(schema) if value.get("nullable") is True else schema
        self._translate_assertions(schema, node)
        exclusions = inherited_exclusions
        if "required" in value or "allOf" in value:
            exclusions |= self._find_excluded_properties(node)
        self._translate_subschemas(schema, node, exclusions)
        self._translate_bounds(schema, node)
        self._translate_required(schema, node, exclusions)
        self._translate_annotations(schema, node)

        nullable = value.get("nullable", False)
        if not isinstance(nullable, bool):
            self._report_invalid_keyword(node, "nullable")
        return _allow_null(schema) if nullable is True else schema

    # --- references

    def _translate_reference(self, schema: Schema, node: Node) -> bool:
        """Carry a `$ref` over; return whether there is one."""
        reference = node.value.get("$ref", node.value.get("$dynamicRef"))
        if reference is None:
            return False
        if not isinstance(reference, str):
            self._report_invalid_keyword(node, "$ref")
            return False
        try:
            target = node.files.find_target(reference, node)
            node.files.resolve_reference(reference, node)
        except UnresolvableReference as error:
            self._report_problem(node, "unresolvable-reference", error.reason)
        else:
            schema["$ref"] = "#/$defs/" + escape_token(self.add_definition(target))
        return True

    def add_definition(self, target: Node) -> str:
        """Return the name of the schema at a node; `translate` adds it to `defs`."""
        key = (target.uri, target.pointer)
        if key not in self._definition_names:
            name = self._choose_definition_name(target)
            self._definition_names[key] = name
            self.defs[name] = Schema(place=target.place)
            self._pending_definitions.append((name, target))
        return self._definition_names[key]

    def _complete_definitions(self) -> None:
        """Translate the components that are named, and those that these name."""
        while self._pending_definitions:
            name, target = self._pending_definitions.popleft()
            self.defs[name] = self._translate_schema(target)
        self._remove_reference_cycles()

    def _choose_definition_name(self, target: Node) -> str:
        last_token = target.pointer.rsplit("/", 1)[-1] or target.place.file
        base = re.sub(r"[^A-Za-z0-9._-]+", "_", last_token)
        name = base
        count = 1
        while name in self.defs:
            count += 1
            name = f"{base}_{count}"
        return name

    def _remove_reference_cycles(self) -> None:
        """Remove the references by which a definition applies itself to the same value again."""
        path: list[str] = []

        def visit(name: str) -> None:
            path.append(name)
            for schema, target in list(_find_in_place_references(self.defs[name])):
                if target in path:
                    del schema["$ref"]
                    self._report_cycle(schema, target)
                elif target not in self._acyclic_names:
                    visit(target)
            self._acyclic_names.add(path.pop())

        for name in [name for name in self.defs if name not in self._acyclic_names]:
            if name not in self._acyclic_names:
                visit(name)

    def _report_cycle(self, schema: Schema, target: str) -> None:
        place = schema.place or Place("", "")
        problem = Problem(
            "error",
            "circular-schema",
            f"the schema {target!r} refers to itself and describes nothing; "
            "the reference is ignored",
            "",
            place.pointer,
            place.uri,
            place=schema.place,
        )
        self.problems.append(problem)

    # --- assertions

    def _translate_assertions(self, schema: Schema, node: Node) -> None:
        value = node.value
        for keyword, is_valid in ASSERTIONS.items():
            if keyword in value and self._check_keyword_value(node, keyword, is_valid):
                schema[keyword] = value[keyword]
        if "type" in value:
            self._translate_type(schema, node)
        if "pattern" in value:
            self._translate_pattern(schema, node)

    def _translate_pattern(self, schema: Schema, node: Node) -> None:
        if not self._check_keyword_value(node, "pattern", is_string):
            return
        pattern = node.value["pattern"]
        if self._check_pattern(node.get_child("pattern"), pattern):
            schema["pattern"] = pattern

    def _check_keyword_value(
        self, node: Node, keyword: str, is_valid: Callable[[Any], bool]
    ) -> bool:
        """Return whether a keyword's value is one that it can have; report it if not."""
        value = node.value[keyword]
        if is_valid(value):
            return True
        # Boolean exclusive bounds are OpenAPI 3.0's own; `_translate_bounds` reads them.
        is_exclusive = keyword in ("exclusiveMinimum", "exclusiveMaximum")
        if not is_exclusive or not isinstance(value, bool):
            self._report_invalid_keyword(node, keyword)
        return False

    def _check_pattern(self, node: Node, pattern: str) -> bool:
        """Return whether a pattern can be read; report it if not."""
        try:
            regex.compile(pattern)
        except regex.PatternError as error:
            self._report_problem(node, "bad-pattern", f"the pattern is not checked: {error}")
            return False
        return True

    def _translate_type(self, schema: Schema, node: Node) -> None:
        value = node.value["type"]
        names = value if isinstance(value, list) else [value]
        types = [name for name in TYPES if name in names]
        has_unknown = len(types) < len(names)
        if has_unknown or not types:
            message = f"`type` {str(value)[:60]!r} is not one of JSON's types"
            self._report_problem(node.get_child("type"), "unknown-type", message)
        if types:
            schema["type"] = types[0] if len(types) == 1 else types

    def _translate_bounds(self, schema: Schema, node: Node) -> None:
        """Make numeric bounds of boolean exclusive bounds and of integer formats."""
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if node.value.get(exclusive) is not True:
                continue
            if bound in schema:
                schema[exclusive] = schema.pop(bound)
            else:
                self._report_invalid_keyword(node, exclusive)

        bounds = INTEGER_FORMAT_BOUNDS.get(str(node.value.get("format")))
        if bounds and _allows_only_integers(schema.get("type")):
            low, high = bounds
            schema["minimum"] = max(schema.get("minimum", low), low)
            schema["maximum"] = min(schema.get("maximum", high), high)

    def _translate_required(self, schema: Schema, node: Node, exclusions: frozenset[str]) -> None:
        """Carry `required` over, without the names that travel only the other way."""
        names = node.value.get("required")
        if names is None:
            return
        if not is_list_of_names(names):
            message = "`required` must be a list of names; it is ignored"
            self._report_problem(node.get_child("required"), "invalid-keyword", message)
            return
        required = [name for name in dict.fromkeys(names) if name not in exclusions]
        if required:
            schema["required"] = required

    def _find_excluded_properties(self, node: Node) -> frozenset[str]:
        """Return the properties that travel only the other way, of a schema and its `allOf`."""
        annotation = EXCLUDING_ANNOTATIONS[self.direction]
        names: set[str] = set()
        visited: set[tuple[str, str]] = set()
        pending = [node]
        while pending:
            try:
                part = pending.pop().resolve()
                properties = part["properties"]
                names.update(
                    name
                    for name in properties.member_keys()
                    if properties[name].get_flag(annotation)
                )
            except UnresolvableReference:
                continue
            if (part.uri, part.pointer) not in visited:
                visited.add((part.uri, part.pointer))
                pending += part.get_child("allOf").iterate_children()
        return frozenset(names)

    # --- subschemas

    def _translate_subschemas(self, schema: Schema, node: Node, exclusions: frozenset[str]) -> None:
        for keyword, types in _SUBSCHEMA_KEYWORDS.items():
            if keyword not in node.value:
                continue
            is_tuple = keyword == "items" and isinstance(node.value["items"], list)
            if is_tuple:
                continue
            child = node.get_child(keyword)
            if not isinstance(child.value, types) or child.value == []:
                self._report_invalid_keyword(node, keyword)
            else:
                schema[keyword] = self._translate_keyword(keyword, child, exclusions)
        self._translate_tuple_items(schema, node)
        self._drop_invalid_patterns(schema, node)

    def _translate_keyword(self, keyword: str, child: Node, exclusions: frozenset[str]) -> Any:
        """Return the schema, list of schemas or schemas by name that a keyword holds."""
        if keyword in SINGLE_SCHEMA_KEYWORDS:
            return self._translate_schema(child)
        if keyword == "allOf":
            return [self._translate_schema(item, exclusions) for item in child.iterate_children()]
        if keyword in SCHEMA_LIST_KEYWORDS:
            return [self._translate_schema(item) for item in child.iterate_children()]
        return {name: self._translate_schema(child.get_child(name)) for name in child.member_keys()}

    def _translate_tuple_items(self, schema: Schema, node: Node) -> None:
        """Carry a list of schemas under `items` over, as the drafts before 2020-12 have it."""
        items = node.value.get("items")
        if not isinstance(items, list) or not items:
            return
        children = node.get_child("items").iterate_children()
        schema["prefixItems"] = [self._translate_schema(child) for child in children]
        if isinstance(node.value.get("additionalItems"), dict | bool):
            schema["items"] = self._translate_schema(node.get_child("additionalItems"))

    def _drop_invalid_patterns(self, schema: Schema, node: Node) -> None:
        for pattern in list(schema.get("patternProperties", ())):
            if not self._check_pattern(
                node.get_child("patternProperties").get_child(pattern), pattern
            ):
                del schema["patternProperties"][pattern]

    # --- annotations

    def _translate_annotations(self, schema: Schema, node: Node) -> None:
        value = node.value
        for keyword, value_type in _ANNOTATIONS.items():
            if keyword not in value:
                continue
            annotation = value[keyword]
            if isinstance(annotation, value_type) and has_only_finite_numbers(annotation):
                schema[keyword] = annotation
            else:
                self._report_invalid_keyword(node, keyword)

        examples = [value["example"]] if "example" in value else []
        if isinstance(value.get("examples"), list):
            examples += value["examples"]
        if examples and has_only_finite_numbers(examples):
            schema["examples"] = examples

        if isinstance(value.get("discriminator"), dict):
            self._translate_discriminator(schema, node.get_child("discriminator"))
        elif "discriminator" in value:
            self._report_invalid_keyword(node, "discriminator")

    def _translate_discriminator(self, schema: Schema, node: Node) -> None:
        """Let the mapping name members of `defs`, as the `$ref`s of the alternatives do."""
        mapping_node = node.get_child("mapping")
        mapping = {}
        for tag in mapping_node.member_keys():
            reference = mapping_node.get_text(tag)
            is_schema_name = not any(mark in reference for mark in "/#.")
            if is_schema_name:
                reference = f"#/components/schemas/{reference}"
            try:
                name = self.add_definition(node.files.find_target(reference, node))
            except UnresolvableReference as error:
                self._report_problem(
                    mapping_node.get_child(tag), "unresolvable-reference", error.reason
                )
            else:
                mapping[tag] = "#/$defs/" + escape_token(name)

        schema["discriminator"] = {"propertyName": node.get_text("propertyName")}
        if mapping:
            schema["discriminator"]["mapping"] = mapping

    # --- problems

    def _report_invalid_keyword(self, node: Node, keyword: str) -> None:
        message = f"`{keyword}` has a value that it cannot have; it is ignored"
        self._report_problem(node.get_child(keyword), "invalid-keyword", message)

    def _report_problem(self, node: Node, code: str, message: str) -> None:
        problem = Problem(
            "error", code, message, pointer=node.pointer, file=node.uri, place=node.place
        )
        self.problems.append(problem)


def _build_depth_error(node: Node) -> DocumentTooLarge:
    return DocumentTooLarge(f"{node.place}: the schema is nested too deeply", uri=node.uri)


def _allows_only_integers(types: Any) -> bool:
    """Return whether a `type` allows integers and no other numbers."""
    if isinstance(types, list):
        return "integer" in types and "number" not in types
    return bool(types == "integer")


def _allow_null(schema: Schema) -> Schema:
    """Return a schema that accepts null too.

    Null is added to an `enum` without it, and to a composed schema or reference: authors mean it.

    Source: OAS 3.0.3 Schema Object, nullable.
    """
    place = schema.place
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if "type" in schema:
        types = schema["type"]
        if not isinstance(types, list):
            types = [types]
        schema["type"] = types if "null" in types else [*types, "null"]
    if any(keyword in schema for keyword in ("$ref", "allOf", "anyOf", "oneOf")):
        return Schema({"anyOf": [schema, Schema({"type": "null"}, place)]}, place)
    return schema


def _find_in_place_references(schema: Schema | bool) -> Iterator[tuple[Schema, str]]:
    """Yield the schemas with a `$ref` that apply to the same value, each with the name it names."""
    pending: list[Any] = [schema]
    while pending:
        part = pending.pop()
        if not isinstance(part, Schema):
            continue
        if "$ref" in part:
            yield part, get_definition_name(part["$ref"])
        pending += [part[keyword] for keyword in ("not", "if", "then", "else") if keyword in part]
        for keyword in ("allOf", "anyOf", "oneOf"):
            pending += part.get(keyword, ())
        pending += part.get("dependentSchemas", {}).values()

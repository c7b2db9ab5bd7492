"""Schema Objects of each OpenAPI version become JSON Schema 2020-12, our one dialect after this."""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from dynclient import regex
from dynclient.document.openapi_version import REFERENCE_ONLY_FLAVOURS, SchemaFlavour
from dynclient.document.problems import Problem
from dynclient.document.references import Node, escape_token
from dynclient.errors import DocumentTooLarge, UnresolvableReference
from dynclient.schema.conjuncts import ConjunctReader
from dynclient.schema.dialect import (
    BASE_SUFFIX,
    SCHEMA_LIST_KEYWORDS,
    SCHEMA_MAP_KEYWORDS,
    SINGLE_SCHEMA_KEYWORDS,
    TYPES,
    UNION_KEYWORDS,
    Direction,
    Schema,
    bundle_schema,
    remove_repeated_references,
)
from dynclient.schema.discriminators import DiscriminatorTranslator, SchemaOrigin
from dynclient.schema.dynamic_scopes import (
    NO_SCOPE,
    REFERENCE_KEYWORDS,
    DynamicScope,
    DynamicScopeReader,
)
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS, CheckedFormat, FormatCheck
from dynclient.schema.hierarchy import SchemaHierarchy, find_mapped_schema
from dynclient.schema.keyword_values import (
    ASSERTIONS,
    MAX_SIZE,
    SIZE_KEYWORDS,
    has_only_finite_numbers,
    is_list_of_names,
    is_string,
)
from dynclient.schema.open_enums import X_EXTENSIBLE_ENUM, is_open_enum, open_enum
from dynclient.schema.reference_cycles import remove_reference_cycles
from dynclient.schema.swagger_dialect import read_swagger_schema
from dynclient.schema.widening import allow_null, replace_one_of
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

#: With one of these keywords, what must be there may be said apart from what it is.
_CONJUNCTION_KEYWORDS = (
    "allOf",
    "anyOf",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "oneOf",
    "required",
    "then",
)


@dataclass(frozen=True)
class TranslationOptions:
    """What the translation lets pass.

    Attributes:
        one_of: how many alternatives of `oneOf` a value may fit: `exactly` one, or `any` number.
        opens_enums: whether an enum that says that it is open accepts new values.
        formats: the names and checks of the user's own formats.

    """

    one_of: Literal["exactly", "any"] = "exactly"
    opens_enums: bool = True
    formats: tuple[tuple[str, FormatCheck], ...] = ()


DEFAULT_TRANSLATION = TranslationOptions()


#: How many definitions there may be for the meanings of dynamic references.
MAX_SCOPED_DEFINITIONS = 2_000

#: The name of the definition that stands for those beyond the limit. No component has a colon.
UNKNOWN_NAME = "dynamic:unknown"


class _DefinitionKey(NamedTuple):
    """What a definition is made of.

    Attributes:
        uri: the file of the schema.
        pointer: its place in that file.
        is_base: it is the base of a hierarchy as others extend it, without those others.
        exclusions: names that it does not require, as a schema beside it lets them travel only the
            other way.
        scope: what the dynamic anchors mean that it needs.

    """

    uri: str
    pointer: str
    is_base: bool = False
    exclusions: frozenset[str] = frozenset()
    scope: DynamicScope = NO_SCOPE


class SchemaTranslator:
    """Translates the schemas of one document for one direction, each component once, on demand.

    A component is added to `defs` when it is first referred to; `bundle` makes a schema
    self-contained. What cannot be carried over is left out and reported in `problems`: a schema
    with a wrong corner still checks the rest.

    Args:
        flavour: the version family of the document.
        direction: which way the values travel.
        options: what the translation lets pass.

    """

    def __init__(
        self,
        flavour: SchemaFlavour,
        direction: Direction,
        options: TranslationOptions = DEFAULT_TRANSLATION,
    ) -> None:
        self.flavour = flavour
        self.direction = direction
        self.options = options
        self.defs: dict[str, Schema | bool] = {}
        self._format_checks = dict(options.formats)
        self.problems: list[Problem] = []
        self._definition_names: dict[_DefinitionKey, str] = {}
        #: Name of a schema -> the last number that was added to it.
        self._name_counts: dict[str, int] = {}
        #: Components that are named and not yet translated. So a chain of references is no nesting.
        self._pending_definitions: deque[tuple[str, _DefinitionKey, Node]] = deque()
        self._acyclic_names: set[str] = set()
        self._known_hierarchy: SchemaHierarchy | None = None
        self._known_dynamic_scopes: DynamicScopeReader | None = None
        #: The dynamic scope of the schema that is being translated.
        self._scope = NO_SCOPE
        self._scoped_definition_count = 0
        self._conjuncts = ConjunctReader(flavour, direction)
        self._discriminators = DiscriminatorTranslator(self.defs)

    def translate(self, node: Node) -> Schema | bool:
        """Return the schema at a node in our dialect. Its `$ref`s name members of `defs`.

        Raises:
            DocumentTooLarge: it is nested beyond what can be read.

        """
        self._scope = NO_SCOPE
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
        self._scope = NO_SCOPE
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
        if self.flavour == "2.0":
            node = read_swagger_schema(node)
        value = node.value
        if isinstance(value, bool):
            return value
        schema = Schema(place=node.place)
        if not isinstance(value, dict):
            self._report_problem(node, "invalid-schema", "a schema must be an object")
            return schema

        exclusions = inherited_exclusions | self._find_own_exclusions(node)
        outer_scope = self._scope
        self._scope = self._get_dynamic_scopes(node).enter(node, outer_scope)
        references = self._translate_references(node, exclusions)
        if references:
            schema["$ref"] = references[0]
        if self.flavour in REFERENCE_ONLY_FLAVOURS and isinstance(value.get("$ref"), str):
            # What is beside a $ref does not count there.
            return allow_null(schema) if value.get("nullable") is True else schema
        self._translate_assertions(schema, node)
        self._translate_subschemas(schema, node, exclusions)
        for reference in references[1:]:
            part = Schema({"$ref": reference}, node.place)
            schema["allOf"] = [*schema.get("allOf", ()), part]
        self._translate_bounds(schema, node)
        self._translate_required(schema, node, exclusions)
        self._remove_dependents(schema, exclusions)
        self._translate_annotations(schema, node)
        self._scope = outer_scope
        return self._translate_nullable(schema, node)

    def _find_own_exclusions(self, node: Node) -> frozenset[str]:
        """Return the properties that a schema excludes together with its conjuncts."""
        value = node.value
        is_extension = "$ref" in value and "properties" in value
        if is_extension or any(keyword in value for keyword in _CONJUNCTION_KEYWORDS):
            return self._conjuncts.find_excluded_properties(node)
        return frozenset()

    def _translate_nullable(self, schema: Schema, node: Node) -> Schema:
        nullable = node.value.get("nullable", False)
        if not isinstance(nullable, bool):
            self._report_invalid_keyword(node, "nullable")
        return allow_null(schema) if nullable is True else schema

    # --- references

    def _translate_references(self, node: Node, exclusions: frozenset[str]) -> list[str]:
        """Return the references of a schema to definitions; one that leads nowhere is left out."""
        references = []
        for keyword in REFERENCE_KEYWORDS:
            if keyword not in node.value:
                continue
            if not isinstance(node.value[keyword], str):
                self._report_invalid_keyword(node, keyword)
                continue
            try:
                target = self._get_dynamic_scopes(node).find_target(keyword, node, self._scope)
                if keyword == "$ref":
                    node.resolve()  # A circle is reported here.
            except UnresolvableReference as error:
                self._report_problem(node, "unresolvable-reference", error.reason)
                continue
            base = self._get_hierarchy(node).extension_places.get((node.uri, node.pointer))
            is_extension = base is not None and keyword == "$ref"
            definition = base if is_extension and base is not None else target
            name = self.add_definition(definition, is_base=is_extension, exclusions=exclusions)
            references.append("#/$defs/" + escape_token(name))
        return references

    def add_definition(
        self,
        target: Node,
        *,
        is_base: bool = False,
        exclusions: frozenset[str] = frozenset(),
    ) -> str:
        """Return the name of the schema at a node; `translate` adds it to `defs`.

        Args:
            target: the Schema Object.
            is_base: as others extend it: a base of a hierarchy, without the schemas that build on
                it.
            exclusions: names that it shall not require, as they travel only the other way.

        """
        if exclusions:
            exclusions &= self._conjuncts.find_required_names(target)
            exclusions -= self._conjuncts.find_excluded_properties(target)
        scope = self._get_dynamic_scopes(target).restrict(self._scope, target)
        if scope and self._scoped_definition_count >= MAX_SCOPED_DEFINITIONS:
            return self._add_open_definition(target)
        key = _DefinitionKey(target.uri, target.pointer, is_base, exclusions, scope)
        if key not in self._definition_names:
            self._scoped_definition_count += bool(scope)
            name = self._choose_definition_name(target, BASE_SUFFIX if is_base else "")
            self._definition_names[key] = name
            self.defs[name] = Schema(place=target.place)
            origin = SchemaOrigin(key[:2], self._get_hierarchy(target).find_name(target))
            self._discriminators.origins[name] = origin
            self._pending_definitions.append((name, key, target))
        return self._definition_names[key]

    def _add_open_definition(self, target: Node) -> str:
        """Return the name of a definition that accepts everything, instead of that of a schema."""
        message = (
            f"more than {MAX_SCOPED_DEFINITIONS} schemas differ only by what a $dynamicRef in them "
            "means; this one is not checked"
        )
        self._report_problem(target, "dynamic-scope", message)
        self.defs[UNKNOWN_NAME] = Schema(place=target.place)
        return UNKNOWN_NAME

    def _complete_definitions(self) -> None:
        """Translate the components that are named, and those that these name."""
        completed_names: list[str] = []
        while self._pending_definitions:
            name, key, target = self._pending_definitions.popleft()
            self.defs[name] = self._translate_definition(key, target)
            completed_names.append(name)
        cycles = remove_reference_cycles(self.defs, completed_names, self._acyclic_names)
        for schema, name in cycles:
            self._report_cycle(schema, name)
        self._discriminators.restrict_alternatives()

    def _translate_definition(self, key: _DefinitionKey, target: Node) -> Schema | bool:
        self._scope = key.scope
        hierarchy = self._get_hierarchy(target)
        if not hierarchy.is_base(target):
            return self._translate_schema(target, key.exclusions)
        offers_others = hierarchy.lists_descendants(target)
        if not key.is_base and not offers_others:
            return self._translate_hierarchy(target)
        if key.is_base and offers_others:
            target = _without_keywords(target, ("oneOf", "anyOf", "discriminator"))
        return self._translate_schema(target, key.exclusions)

    def _get_hierarchy(self, node: Node) -> SchemaHierarchy:
        if self._known_hierarchy is None:
            self._known_hierarchy = SchemaHierarchy(node.files)
        return self._known_hierarchy

    def _get_dynamic_scopes(self, node: Node) -> DynamicScopeReader:
        if self._known_dynamic_scopes is None:
            reader = DynamicScopeReader(node.files, self._list_related_schemas)
            self._known_dynamic_scopes = reader
        return self._known_dynamic_scopes

    def _list_related_schemas(self, node: Node) -> Iterator[Node]:
        """Yield the schemas that stand for a schema, or that its discriminator names."""
        hierarchy = self._get_hierarchy(node)
        if hierarchy.is_base(node):
            yield from hierarchy.list_descendants(node)
        for entry in node.get_child("discriminator").get_child("mapping").iterate_children():
            with contextlib.suppress(UnresolvableReference):
                target = find_mapped_schema(entry)
                if target is not None:
                    yield target

    def _translate_hierarchy(self, base: Node) -> Schema:
        """Return the union of a base schema and the schemas that build on it.

        A response may have a tag that nobody knows yet: it is read as the base.

        Source: OAS 3.1.1 Discriminator Object.
        """
        hierarchy = self._get_hierarchy(base)
        rule = hierarchy.find_discriminator(base) or base
        tag = rule.get_text("propertyName")
        union = Schema(place=base.place)
        for keyword in ("title", "description"):
            if base.get_text(keyword):
                union[keyword] = base.get_text(keyword)
        self._translate_discriminator(union, rule)

        members = hierarchy.list_descendants(base)
        is_response = self.direction == "response"
        is_nameless = self._is_abstract(base, rule.get_child("mapping"))
        if is_response or not is_nameless or tag not in self._conjuncts.find_required_names(base):
            members.append(base)
        alternatives = []
        for member in members:
            is_base = hierarchy.is_base(member) and hierarchy.has_tag(member, tag)
            name = self.add_definition(member, is_base=is_base)
            reference = "#/$defs/" + escape_token(name)
            alternatives.append(Schema({"$ref": reference}, member.place))
        union["anyOf"] = alternatives
        fallback = len(alternatives) - 1 if is_response else None
        self._discriminators.add_union(union, fallback)
        return union

    def _is_abstract(self, base: Node, mapping: Node) -> bool:
        """Return whether no tag means the base, as a mapping names other schemas only."""
        entries = list(mapping.iterate_children())
        for entry in entries:
            with contextlib.suppress(UnresolvableReference):
                target = find_mapped_schema(entry)
                if target and (target.uri, target.pointer) == (base.uri, base.pointer):
                    return False
        return bool(entries)

    def _choose_definition_name(self, target: Node, suffix: str) -> str:
        last_token = target.pointer.rsplit("/", 1)[-1] or target.place.file
        base = re.sub(r"[^A-Za-z0-9._-]+", "_", last_token)
        count = self._name_counts.get(base + suffix, 0)
        name = base + suffix if not count else f"{base}_{count + 1}{suffix}"
        while name in self.defs:
            count += 1
            name = f"{base}_{count + 1}{suffix}"
        self._name_counts[base + suffix] = count
        return name

    def _report_cycle(self, schema: Schema, name: str) -> None:
        place = schema.place or Place("", "")
        message = (
            f"the schema {name!r} refers to itself and describes nothing; the reference is ignored"
        )
        problem = Problem(
            "error", "circular-schema", message, "", place.pointer, place.uri, place=schema.place
        )
        self.problems.append(problem)

    # --- assertions

    def _translate_assertions(self, schema: Schema, node: Node) -> None:
        value = node.value
        for keyword, is_valid in ASSERTIONS.items():
            if keyword in value and self._check_keyword_value(node, keyword, is_valid):
                schema[keyword] = value[keyword]
                if keyword in SIZE_KEYWORDS:
                    schema[keyword] = min(int(value[keyword]), MAX_SIZE)
        if schema.get("enum") == []:
            message = "an `enum` without members allows no value"
            hint = "list the values, or remove the `enum`"
            self._report_problem(node.get_child("enum"), "empty-enum", message, "warning", hint)
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

        name = str(node.value.get("format"))
        bounds = None if name in self._format_checks else INTEGER_FORMAT_BOUNDS.get(name)
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

    def _remove_dependents(self, schema: Schema, exclusions: frozenset[str]) -> None:
        """Remove the names that travel only the other way from `dependentRequired`."""
        if exclusions and "dependentRequired" in schema:
            schema["dependentRequired"] = {
                name: [dependent for dependent in dependents if dependent not in exclusions]
                for name, dependents in schema["dependentRequired"].items()
            }

    # --- subschemas

    def _translate_subschemas(self, schema: Schema, node: Node, exclusions: frozenset[str]) -> None:
        for keyword, types in _SUBSCHEMA_KEYWORDS.items():
            if keyword not in node.value:
                continue
            is_tuple = keyword == "items" and isinstance(node.value["items"], list)
            if is_tuple:
                continue
            child = node.get_child(keyword)
            if keyword not in SINGLE_SCHEMA_KEYWORDS and child.reference is not None:
                child = self._follow_child(node, keyword)
                if child.value is None:
                    continue
            if not isinstance(child.value, types) or child.value == []:
                self._report_invalid_keyword(node, keyword)
            else:
                schema[keyword] = self._translate_keyword(keyword, child, exclusions)
        if self.options.one_of == "any" and "oneOf" in schema:
            replace_one_of(schema)
        self._translate_tuple_items(schema, node)
        self._drop_invalid_patterns(schema, node)

    def _translate_keyword(self, keyword: str, child: Node, exclusions: frozenset[str]) -> Any:
        """Return the schema, list of schemas or schemas by name that a keyword holds."""
        if keyword in ("then", "else"):
            return self._translate_schema(child, exclusions)
        if keyword in SINGLE_SCHEMA_KEYWORDS:
            return self._translate_schema(child)
        if keyword == "allOf":
            parts = [self._translate_schema(item, exclusions) for item in child.iterate_children()]
            return remove_repeated_references(parts)
        if keyword in UNION_KEYWORDS:
            return self._translate_alternatives(child, exclusions)
        if keyword in SCHEMA_LIST_KEYWORDS:
            return [self._translate_schema(item) for item in child.iterate_children()]
        inherited = exclusions if keyword == "dependentSchemas" else frozenset()
        return {
            name: self._translate_schema(child.get_child(name), inherited)
            for name in child.member_keys()
        }

    def _translate_alternatives(self, node: Node, exclusions: frozenset[str]) -> list[Any]:
        """Return alternatives, in which what travels only the other way is not required.

        Of several branches of `oneOf`, one that requires nothing else keeps it: it would fit every
        value, and is not meant in this direction.
        """
        alternatives = list(node.iterate_children())
        names = [self._conjuncts.find_required_names(one) for one in alternatives]
        is_one_of = node.pointer.endswith("/oneOf")
        keeps = is_one_of and any(required - exclusions for required in names)
        translated = []
        for alternative, required in zip(alternatives, names, strict=True):
            is_only_excluded = bool(required) and required <= exclusions
            inherited = frozenset[str]() if is_only_excluded and keeps else exclusions
            translated.append(self._translate_schema(alternative, inherited))
        return translated

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
        for keyword, value_type in _ANNOTATIONS.items():
            if keyword not in node.value:
                continue
            annotation = node.value[keyword]
            if isinstance(annotation, value_type) and has_only_finite_numbers(annotation):
                schema[keyword] = annotation
            else:
                self._report_invalid_keyword(node, keyword)

        self._add_format_check(schema)
        if "enum" in schema and is_open_enum(node.value):
            schema.setdefault(X_EXTENSIBLE_ENUM, True)
            if self.options.opens_enums:
                open_enum(schema)
        _translate_examples(schema, node.value)
        if isinstance(node.value.get("discriminator"), dict):
            self._translate_discriminator(schema, self._follow_child(node, "discriminator"))
        elif "discriminator" in node.value:
            self._report_invalid_keyword(node, "discriminator")

    def _add_format_check(self, schema: Schema) -> None:
        """Let the format of a schema carry its check, where it is one of the user's."""
        name = schema.get("format", "")
        if name in self._format_checks:
            schema["format"] = CheckedFormat(name, self._format_checks[name])

    def _translate_discriminator(self, schema: Schema, node: Node) -> None:
        """Let the mapping name members of `defs`, as the `$ref`s of the alternatives do."""
        if not node.get_text("propertyName"):
            return
        mapping_node = self._follow_child(node, "mapping")
        mapping = {}
        for tag in mapping_node.member_keys():
            entry = mapping_node.get_child(tag)
            try:
                target = find_mapped_schema(entry)
            except UnresolvableReference as error:
                self._report_problem(entry, "unresolvable-reference", error.reason)
                continue
            if target is None:
                self._report_invalid_keyword(mapping_node, tag)
            else:
                mapping[tag] = "#/$defs/" + escape_token(self.add_definition(target))

        schema["discriminator"] = {"propertyName": node.get_text("propertyName")}
        if mapping:
            schema["discriminator"]["mapping"] = mapping
        if any(keyword in schema for keyword in UNION_KEYWORDS):
            self._discriminators.add_union(schema)

    def _follow_child(self, node: Node, keyword: str) -> Node:
        """Return what a keyword holds that is no schema, its `$ref` followed."""
        try:
            return node.get_child(keyword).merge_reference()
        except UnresolvableReference as error:
            self._report_problem(node.get_child(keyword), "unresolvable-reference", error.reason)
            return node.follow_child(keyword)

    # --- problems

    def _report_invalid_keyword(self, node: Node, keyword: str) -> None:
        message = f"`{keyword}` has a value that it cannot have; it is ignored"
        self._report_problem(node.get_child(keyword), "invalid-keyword", message)

    def _report_problem(
        self,
        node: Node,
        code: str,
        message: str,
        severity: Literal["error", "warning"] = "error",
        hint: str = "",
    ) -> None:
        problem = Problem(severity, code, message, hint, node.pointer, node.uri, place=node.place)
        self.problems.append(problem)


def _build_depth_error(node: Node) -> DocumentTooLarge:
    return DocumentTooLarge(f"{node.place}: the schema is nested too deeply", uri=node.uri)


def _translate_examples(schema: Schema, schema_object: dict[str, Any]) -> None:
    """Carry `example` and `examples` over as one list."""
    examples = [schema_object["example"]] if "example" in schema_object else []
    if isinstance(schema_object.get("examples"), list):
        examples += schema_object["examples"]
    if examples and has_only_finite_numbers(examples):
        schema["examples"] = examples


def _without_keywords(node: Node, keywords: tuple[str, ...]) -> Node:
    """Return a Schema Object without some of its keywords, at the same place."""
    value = {name: part for name, part in node.value.items() if name not in keywords}
    return Node(node.files, node.uri, node.pointer, value)


def _allows_only_integers(types: Any) -> bool:
    """Return whether a `type` allows integers and no other numbers."""
    if isinstance(types, list):
        return "integer" in types and "number" not in types
    return bool(types == "integer")

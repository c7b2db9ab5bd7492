"""Schema Objects of each OpenAPI version become JSON Schema 2020-12, our one dialect after this."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from dynclient.document.openapi_version import REFERENCE_ONLY_FLAVOURS, SchemaFlavour
from dynclient.document.references import Node, escape_token, unescape_token
from dynclient.errors import UnresolvableReference
from dynclient.schema.dialect import (
    BASE_SUFFIX,
    SCHEMA_LIST_KEYWORDS,
    SCHEMA_MAP_KEYWORDS,
    SINGLE_SCHEMA_KEYWORDS,
    SUBSCHEMA_KEYWORDS,
    UNION_KEYWORDS,
    Direction,
    Schema,
    SharedDefinitions,
    TooDeepSchema,
    build_depth_error,
    bundle_schema,
    remove_repeated_references,
)
from dynclient.schema.translation.annotation_translator import AnnotationTranslator
from dynclient.schema.translation.assertion_translator import AssertionTranslator
from dynclient.schema.translation.closed_parts import (
    ClosedPartReader,
    close_whole,
    open_part,
)
from dynclient.schema.translation.conjuncts import ConjunctReader
from dynclient.schema.translation.definition_keys import DefinitionKey, DefinitionNames
from dynclient.schema.translation.discriminator_mappings import (
    DiscriminatorMappingTranslator,
    is_abstract,
)
from dynclient.schema.translation.discriminators import DiscriminatorTranslator, SchemaOrigin
from dynclient.schema.translation.dynamic_scopes import (
    NO_SCOPE,
    REFERENCE_KEYWORDS,
)
from dynclient.schema.translation.json_schema_drafts import (
    CURRENT_DRAFT,
    DEPENDENCIES_END,
    read_draft,
    select_keywords,
)
from dynclient.schema.translation.keyword_values import is_list_of_names
from dynclient.schema.translation.nullable_schemas import translate_nullable
from dynclient.schema.translation.reference_cycles import remove_reference_cycles
from dynclient.schema.translation.schema_relations import SchemaRelations
from dynclient.schema.translation.swagger_dialect import read_swagger_schema
from dynclient.schema.translation.translation_options import DEFAULT_TRANSLATION, TranslationOptions
from dynclient.schema.translation.translation_problems import TranslationProblems
from dynclient.schema.translation.widening import allow_null, replace_one_of

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

#: Keyword with subschemas -> the types that its value may have.
_SUBSCHEMA_KEYWORDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(SINGLE_SCHEMA_KEYWORDS, (dict, bool)),
    **dict.fromkeys(SCHEMA_LIST_KEYWORDS, (list,)),
    **dict.fromkeys(SCHEMA_MAP_KEYWORDS, (dict,)),
}

_KEYWORDS_WITH_SCHEMAS = SUBSCHEMA_KEYWORDS | {"dependencies"}

#: With one of these keywords, what must be there may be said apart from what it is.
_CONJUNCTION_KEYWORDS = frozenset(
    (
        "allOf",
        "anyOf",
        "dependentRequired",
        "dependentSchemas",
        "else",
        "oneOf",
        "required",
        "then",
    )
)


#: Without these, a schema only says what one value is.
_COMPOSING_KEYWORDS = frozenset(
    (
        *_KEYWORDS_WITH_SCHEMAS,
        *REFERENCE_KEYWORDS,
        "dependentRequired",
        "discriminator",
        "required",
    )
)

#: What the definitions may take that differ by the meaning of dynamic references: 4,000 of them
#: with few anchors, less with many.
MAX_SCOPE_SIZE = 80_000
SCOPED_DEFINITION_SIZE = 20

#: The name of the definition that stands for those beyond the limit. No component has a colon.
UNKNOWN_NAME = "dynamic:unknown"


class SchemaTranslator:
    """Translates the schemas of one document for one direction, each component once, on demand.

    A component is added to `defs` when it is first referred to; `bundle` makes a schema
    self-contained. What cannot be carried over is left out and reported in `problems`: a schema
    with a wrong corner still checks the rest.

    Args:
        flavour: the version family of the document.
        direction: which way the values travel.
        options: what the translation lets pass.
        relations: those of the document, which both directions share; None for new ones.

    """

    def __init__(
        self,
        flavour: SchemaFlavour,
        direction: Direction,
        options: TranslationOptions = DEFAULT_TRANSLATION,
        relations: SchemaRelations | None = None,
    ) -> None:
        self.flavour = flavour
        self.direction = direction
        self.options = options
        self.defs: dict[str, Schema | bool] = SharedDefinitions()
        self._problems = TranslationProblems()
        self._assertions = AssertionTranslator(self._problems, frozenset(dict(options.formats)))
        self._annotations = AnnotationTranslator(self._problems, options)
        self._mappings = DiscriminatorMappingTranslator(self._problems, self.add_definition)
        self._definition_names: dict[DefinitionKey, str] = {}
        self._names = DefinitionNames()
        #: Components that are named and not yet translated. So a chain of references is no nesting.
        self._pending_definitions: deque[tuple[str, DefinitionKey, Node]] = deque()
        self._acyclic_names: set[str] = set()
        self._relations = relations or SchemaRelations()
        #: The dynamic scope of the schema that is being translated.
        self._scope = NO_SCOPE
        #: What the definitions that hang on a scope take, counted as bindings of anchors.
        self._scope_size = 0
        self._conjuncts = ConjunctReader(flavour, direction)
        self._closed_parts = ClosedPartReader(flavour, self._conjuncts, self._problems)
        self._discriminators = DiscriminatorTranslator(self.defs)

    @property
    def problems(self) -> list[Problem]:
        """What of the schemas cannot be carried over."""
        return self._problems.found

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
            raise build_depth_error(node.place) from None
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
            raise build_depth_error(node.place) from None
        return self.defs[name]

    def bundle(self, schema: Schema | bool) -> Schema:
        """Return a schema together with the `$defs` that it reaches."""
        return bundle_schema(schema, self.defs)

    # --- one schema

    def _translate_schema(
        self,
        node: Node,
        inherited_exclusions: frozenset[str] = frozenset(),
        *,
        is_opened: bool = False,
    ) -> Schema | bool:
        """Return the schema at a node.

        Args:
            node: the Schema Object.
            inherited_exclusions: names that the schemas around it do not require, as they travel
                only the other way.
            is_opened: it refuses no properties, as a schema around it does that for all its parts.

        """
        if self.flavour == "2.0":
            node = read_swagger_schema(node)
        if isinstance(node.value, bool):
            return node.value
        schema = Schema(place=node.place)
        if not isinstance(node.value, dict):
            self._problems.report(node, "invalid-schema", "a schema must be an object")
            return schema
        if self.flavour == "3.1":
            draft = read_draft(node)
            node = node if draft == CURRENT_DRAFT else select_keywords(node, draft)

        if _COMPOSING_KEYWORDS.isdisjoint(node.value):
            self._assertions.translate(schema, node)
            self._annotations.translate(schema, node)
            return translate_nullable(schema, node, self._problems, self.options)
        exclusions = inherited_exclusions | self._find_own_exclusions(node)
        outer_scope = self._scope
        self._scope = self._relations.get_dynamic_scopes(node).enter(node, outer_scope)
        schema = self._translate_composition(schema, node, exclusions, is_opened=is_opened)
        self._scope = outer_scope
        return schema

    def _translate_composition(
        self, schema: Schema, node: Node, exclusions: frozenset[str], *, is_opened: bool
    ) -> Schema:
        """Return a schema that other schemas belong to, or that says what must be there."""
        no_names = frozenset[str]()
        refused = no_names if is_opened else self._closed_parts.find_refused_requirements(node)
        is_opened = is_opened or bool(refused)
        references = self._translate_references(node, exclusions, is_opened=is_opened)
        if references:
            schema["$ref"] = references[0]
        if self.flavour in REFERENCE_ONLY_FLAVOURS and isinstance(node.value.get("$ref"), str):
            # What is beside a $ref does not count there.
            return allow_null(schema) if node.value.get("nullable") is True else schema
        self._assertions.translate(schema, node)
        self._translate_subschemas(schema, node, exclusions, is_opened=is_opened)
        if is_opened:
            open_part(schema)
        if refused:
            close_whole(schema, refused - self._conjuncts.find_declared_names(node))
        for reference in references[1:]:
            part = Schema({"$ref": reference}, node.place)
            schema["allOf"] = [*schema.get("allOf", ()), part]
        self._translate_required(schema, node, exclusions)
        self._remove_dependents(schema, exclusions)
        self._annotations.translate(schema, node)
        self._translate_discriminator(schema, node)
        return translate_nullable(schema, node, self._problems, self.options)

    def _find_own_exclusions(self, node: Node) -> frozenset[str]:
        """Return the properties that a schema excludes together with its conjuncts."""
        value = node.value
        is_extension = "$ref" in value and "properties" in value
        if is_extension or not _CONJUNCTION_KEYWORDS.isdisjoint(value):
            return self._conjuncts.find_excluded_properties(node)
        return frozenset()

    # --- references

    def _translate_references(
        self, node: Node, exclusions: frozenset[str], *, is_opened: bool
    ) -> list[str]:
        """Return the references of a schema to definitions; one that leads nowhere is left out."""
        references = []
        for keyword in REFERENCE_KEYWORDS:
            if keyword not in node.value:
                continue
            if not isinstance(node.value[keyword], str):
                self._problems.report_keyword(node, keyword)
                continue
            try:
                target = self._relations.get_dynamic_scopes(node).find_target(
                    keyword, node, self._scope
                )
                if keyword == "$ref":
                    node.resolve()  # A circle is reported here.
            except UnresolvableReference as error:
                self._problems.report(node, "unresolvable-reference", error.reason)
                continue
            base = self._relations.get_hierarchy(node).extension_places.get(
                (node.uri, node.pointer)
            )
            is_extension = base is not None and keyword == "$ref"
            definition = base if is_extension and base is not None else target
            name = self.add_definition(
                definition, is_base=is_extension, exclusions=exclusions, is_opened=is_opened
            )
            references.append("#/$defs/" + escape_token(name))
        return references

    def add_definition(
        self,
        target: Node,
        *,
        is_base: bool = False,
        exclusions: frozenset[str] = frozenset(),
        is_opened: bool = False,
    ) -> str:
        """Return the name of the schema at a node; `translate` adds it to `defs`.

        Args:
            target: the Schema Object.
            is_base: as others extend it: a base of a hierarchy, without the schemas that build on
                it.
            exclusions: names that it shall not require, as they travel only the other way.
            is_opened: it shall refuse no properties, as a schema around it does.

        """
        if exclusions:
            exclusions &= self._conjuncts.find_required_names(target)
            exclusions -= self._conjuncts.find_excluded_properties(target)
        scope = self._relations.get_dynamic_scopes(target).restrict(self._scope, target)
        if scope and self._scope_size >= MAX_SCOPE_SIZE:
            return self._add_open_definition(target)
        is_opened = is_opened and self._conjuncts.is_closed(target)
        key = DefinitionKey(target.uri, target.pointer, is_base, exclusions, scope, is_opened)
        if key not in self._definition_names:
            self._scope_size += len(scope) and SCOPED_DEFINITION_SIZE + len(scope)
            name = self._names.choose(target, BASE_SUFFIX if is_base else "")
            self._definition_names[key] = name
            self.defs[name] = Schema(place=target.place)
            origin = SchemaOrigin(key[:2], self._relations.get_hierarchy(target).find_name(target))
            self._discriminators.origins[name] = origin
            self._pending_definitions.append((name, key, target))
        return self._definition_names[key]

    def _add_open_definition(self, target: Node) -> str:
        """Return the name of a definition that accepts everything, instead of that of a schema."""
        message = (
            "too many schemas differ only by what a $dynamicRef in them means; "
            "this one is not checked"
        )
        self._problems.report(target, "dynamic-scope", message)
        self.defs[UNKNOWN_NAME] = Schema(place=target.place)
        origin = SchemaOrigin((target.uri, target.pointer), UNKNOWN_NAME)
        self._discriminators.origins.setdefault(UNKNOWN_NAME, origin)
        return UNKNOWN_NAME

    def _complete_definitions(self) -> None:
        """Translate the components that are named, and those that these name."""
        completed_names: list[str] = []
        while self._pending_definitions:
            name, key, target = self._pending_definitions.popleft()
            try:
                self.defs[name] = self._translate_definition(key, target)
            except RecursionError:
                self.defs[name] = deep = TooDeepSchema(place=target.place)
                error = deep.build_error()
                self._problems.report(target, error.code, "the schema is nested too deeply")
            completed_names.append(name)
        cycles = remove_reference_cycles(self.defs, completed_names, self._acyclic_names)
        for schema, name in cycles:
            self._problems.report_cycle(schema, name)
        self._discriminators.restrict_alternatives()

    def _translate_definition(self, key: DefinitionKey, target: Node) -> Schema | bool:
        self._scope = key.scope
        hierarchy = self._relations.get_hierarchy(target)
        if not hierarchy.is_base(target):
            return self._translate_schema(target, key.exclusions, is_opened=key.is_opened)
        offers_others = hierarchy.lists_descendants(target)
        if not key.is_base and not offers_others:
            return self._translate_hierarchy(target)
        if key.is_base and offers_others:
            target = _without_keywords(target, ("oneOf", "anyOf", "discriminator"))
        return self._translate_schema(target, key.exclusions, is_opened=key.is_opened)

    def _translate_hierarchy(self, base: Node) -> Schema:
        """Return the union of a base schema and the schemas that build on it.

        A response may have a tag that nobody knows yet: it is read as the base.

        Source: OAS 3.1.1 Discriminator Object.
        """
        hierarchy = self._relations.get_hierarchy(base)
        rule = hierarchy.find_discriminator(base) or base
        tag = rule.get_text("propertyName")
        union = Schema(place=base.place)
        for keyword in ("title", "description"):
            if base.get_text(keyword):
                union[keyword] = base.get_text(keyword)
        discriminator = self._mappings.translate(rule)
        if discriminator is not None:
            union["discriminator"] = discriminator

        members = hierarchy.list_descendants(base)
        is_response = self.direction == "response"
        is_nameless = is_abstract(base, rule.get_child("mapping"))
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

    def _translate_discriminator(self, schema: Schema, node: Node) -> None:
        if "discriminator" not in node.value:
            return
        if not isinstance(node.value["discriminator"], dict):
            self._problems.report_keyword(node, "discriminator")
            return
        rule = self._problems.follow_child(node, "discriminator")
        discriminator = self._mappings.translate(rule)
        if discriminator is None:
            return
        schema["discriminator"] = discriminator
        if any(keyword in schema for keyword in UNION_KEYWORDS):
            self._discriminators.add_union(schema)

    # --- names that travel only the other way

    def _translate_required(self, schema: Schema, node: Node, exclusions: frozenset[str]) -> None:
        """Carry `required` over, without the names that travel only the other way."""
        names = node.value.get("required")
        if names is None:
            return
        if not is_list_of_names(names):
            message = "`required` must be a list of names; it is ignored"
            self._problems.report(node.get_child("required"), "invalid-keyword", message)
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

    def _translate_subschemas(
        self, schema: Schema, node: Node, exclusions: frozenset[str], *, is_opened: bool
    ) -> None:
        if _KEYWORDS_WITH_SCHEMAS.isdisjoint(node.value):
            return
        for keyword, types in _SUBSCHEMA_KEYWORDS.items():
            if keyword not in node.value:
                continue
            child = self._find_subschemas(node, keyword, types)
            if child is None:
                continue
            if keyword == "allOf":
                parts = [
                    self._translate_schema(part, exclusions, is_opened=is_opened)
                    for part in child.iterate_children()
                ]
                schema[keyword] = remove_repeated_references(parts)
            else:
                schema[keyword] = self._translate_keyword(keyword, child, exclusions)
        if self.options.one_of == "any" and "oneOf" in schema:
            replace_one_of(schema)
        if "items" in node.value:
            self._translate_tuple_items(schema, node)
        if "dependencies" in node.value:
            self._translate_dependencies(schema, node, exclusions)
        if "patternProperties" in schema:
            self._drop_invalid_patterns(schema, node)

    def _find_subschemas(
        self, node: Node, keyword: str, types: type | tuple[type, ...]
    ) -> Node | None:
        """Return the value of a keyword that holds schemas; None where it holds none."""
        is_tuple = keyword == "items" and isinstance(node.value["items"], list)
        if is_tuple:
            return None
        child = node.get_child(keyword)
        if keyword not in SINGLE_SCHEMA_KEYWORDS and child.reference is not None:
            child = self._problems.follow_child(node, keyword)
            if child.value is None:
                return None
        if not isinstance(child.value, types) or child.value == []:
            self._problems.report_keyword(node, keyword)
            return None
        return child

    def _translate_keyword(self, keyword: str, child: Node, exclusions: frozenset[str]) -> Any:
        """Return the schema, list of schemas or schemas by name that a keyword holds."""
        if keyword == "properties":
            return {name: self._translate_schema(part) for name, part in child.iterate_members()}
        if keyword in ("then", "else"):
            return self._translate_schema(child, exclusions)
        if keyword in SINGLE_SCHEMA_KEYWORDS:
            return self._translate_schema(child)
        if keyword in UNION_KEYWORDS:
            return self._translate_alternatives(child, exclusions)
        if keyword in SCHEMA_LIST_KEYWORDS:
            return [self._translate_schema(item) for item in child.iterate_children()]
        inherited = exclusions if keyword == "dependentSchemas" else frozenset()
        return {
            name: self._translate_schema(part, inherited) for name, part in child.iterate_members()
        }

    def _translate_alternatives(self, node: Node, exclusions: frozenset[str]) -> list[Any]:
        """Return alternatives, in which what travels only the other way is not required.

        Of several branches of `oneOf`, one that requires nothing else keeps it: it would fit every
        value, and is not meant in this direction.
        """
        alternatives = list(node.iterate_children())
        is_one_of = node.pointer.endswith("/oneOf")
        if not exclusions:
            translated = [self._translate_schema(alternative) for alternative in alternatives]
            return translated if is_one_of else remove_repeated_references(translated)
        names = [self._conjuncts.find_required_names(one) for one in alternatives]
        keeps = is_one_of and any(required - exclusions for required in names)
        translated = []
        for alternative, required in zip(alternatives, names, strict=True):
            is_only_excluded = bool(required) and required <= exclusions
            inherited = frozenset[str]() if is_only_excluded and keeps else exclusions
            translated.append(self._translate_schema(alternative, inherited))
        # `oneOf` counts a repetition: a value that fits it fits twice.
        return translated if is_one_of else remove_repeated_references(translated)

    def _translate_tuple_items(self, schema: Schema, node: Node) -> None:
        """Carry a list of schemas under `items` over, as the drafts before 2020-12 have it."""
        items = node.value["items"]
        if not isinstance(items, list) or not items:
            return
        children = node.get_child("items").iterate_children()
        schema["prefixItems"] = [self._translate_schema(child) for child in children]
        if isinstance(node.value.get("additionalItems"), dict | bool):
            schema["items"] = self._translate_schema(node.get_child("additionalItems"))

    def _translate_dependencies(
        self, schema: Schema, node: Node, exclusions: frozenset[str]
    ) -> None:
        """Carry `dependencies` over, which the drafts before 2019-09 have."""
        if self.flavour != "3.1" or read_draft(node) >= DEPENDENCIES_END:
            return
        for child in node.get_child("dependencies").iterate_children():
            name = unescape_token(child.pointer.rpartition("/")[2])
            if is_list_of_names(child.value):
                required = [one for one in child.value if one not in exclusions]
                schema.setdefault("dependentRequired", {})[name] = required
            else:
                part = self._translate_schema(child, exclusions)
                schema.setdefault("dependentSchemas", {})[name] = part

    def _drop_invalid_patterns(self, schema: Schema, node: Node) -> None:
        for pattern in list(schema["patternProperties"]):
            place = node.get_child("patternProperties").get_child(pattern)
            if not self._assertions.check_pattern(place, pattern):
                del schema["patternProperties"][pattern]


def _without_keywords(node: Node, keywords: tuple[str, ...]) -> Node:
    """Return a Schema Object without some of its keywords, at the same place."""
    value = {name: part for name, part in node.value.items() if name not in keywords}
    return Node(node.files, node.uri, node.pointer, value)

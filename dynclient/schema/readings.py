"""The two readings of a schema: the consumer's is open, as the schema is; the producer's is closed.

Closing adds an outermost `unevaluatedProperties: false` at each place where an object may be that
declares properties and does not mention others. Inside `oneOf` it applies after the branch is
chosen, and conditions (`if`, `not`, `contains`) stay as they are. So closing never changes which
branch is chosen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from dynclient.document.references import escape_token
from dynclient.schema.dialect import (
    BASE_SUFFIX,
    EXCLUDING_ANNOTATIONS,
    SCHEMA_LIST_KEYWORDS,
    SCHEMA_MAP_KEYWORDS,
    SINGLE_SCHEMA_KEYWORDS,
    Direction,
    Schema,
    SharedDefinitions,
    TooDeepSchema,
    build_depth_error,
    bundle_schema,
    get_definition_name,
    get_place,
    list_subschemas,
    map_subschemas,
)

Definitions = dict[str, Schema | bool]

#: Ends the name of an open definition, which conditions need beside the closed one.
#: No component has a name with a colon.
OPEN_SUFFIX = ":open"

#: Begins the name of a definition that closes a child by all schemas that describe it.
#: No component has a name with a colon.
CONJUNCTION_PREFIX = "allOf:"

#: How many such definitions there may be. Beyond them, a child that several schemas describe is
#: open: schemas that meet in every combination could make a definition for each set of them.
MAX_CONJUNCTIONS = 1000

#: A schema without these has no other one inside, and its values may travel both ways.
_INNER_KEYWORDS = frozenset(
    {
        "$ref",
        *SINGLE_SCHEMA_KEYWORDS,
        *SCHEMA_LIST_KEYWORDS,
        *SCHEMA_MAP_KEYWORDS,
        *EXCLUDING_ANNOTATIONS.values(),
    }
)

_CHILD_KEYWORDS = ("items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
_CONDITION_KEYWORDS = ("if", "not", "contains", "propertyNames")
#: With one of these keywords, properties may be declared elsewhere than beside `properties`.
_IN_PLACE_KEYWORDS = frozenset(
    ("$ref", "allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas")
)


def close_schema(schema: Schema | bool, defs: Definitions, direction: Direction) -> Schema:
    """Return the producer's reading of a schema as a new self-contained root.

    Args:
        schema: the root, in our dialect.
        defs: the definitions that its references name.
        direction: what travels only the other way is refused: `readOnly` in a request,
            `writeOnly` in a response.

    """
    closer = SchemaCloser(defs, direction)
    return bundle_schema(closer.close_location(schema), closer.closed_defs)


def refuse_other_direction(
    schema: Schema | bool, defs: Definitions, direction: Direction
) -> Schema | None:
    """Return an open root that refuses what travels only the other way; None where nothing does.

    Args:
        schema: the root, in our dialect.
        defs: the definitions that its references name.
        direction: which way the values travel.

    """
    annotation = EXCLUDING_ANNOTATIONS[direction]
    root = bundle_schema(schema, defs)
    members = _find_annotated_members(defs)
    is_anything_refused = members.has_any(root, annotation) or any(
        members.has_any_in_definition(name, annotation) for name in root.get("$defs", ())
    )
    if not is_anything_refused:
        return None

    def refuse(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        refusing = Schema(map_subschemas(part, refuse), get_place(part))
        for name, member in part.get("properties", {}).items():
            if _has_annotation(member, defs, annotation):
                refusing["properties"][name] = _build_refusal(member, annotation)
        return refusing

    refusing_root: Schema = refuse(root)
    return refusing_root


class AnnotatedMembers:
    """Finds which schemas have properties with an annotation. Each definition is read once.

    Args:
        defs: the definitions that references name.

    """

    def __init__(self, defs: Definitions) -> None:
        self._defs = defs
        self._verdicts: dict[tuple[str, str], bool] = {}

    def has_any_in_definition(self, name: str, annotation: str) -> bool:
        """Tell whether a definition has a property with an annotation, at any depth."""
        key = (name, annotation)
        if key not in self._verdicts:
            self._verdicts[key] = self.has_any(self._defs[name], annotation)
        return self._verdicts[key]

    def has_any(self, schema: Any, annotation: str) -> bool:
        """Tell whether a schema has a property with an annotation, at any depth."""
        pending = [schema]
        while pending:
            part = pending.pop()
            if not isinstance(part, dict):
                continue
            for member in part.get("properties", {}).values():
                if _has_annotation(member, self._defs, annotation):
                    return True
            pending += list_subschemas(part)
        return False


def _find_annotated_members(defs: Definitions) -> AnnotatedMembers:
    if isinstance(defs, SharedDefinitions):
        return defs.derive(AnnotatedMembers)
    return AnnotatedMembers(defs)


def _has_annotation(schema: Any, defs: Definitions, annotation: str) -> bool:
    """Tell whether a schema, or one that always applies with it, has an annotation."""
    if not isinstance(schema, dict):
        return False
    if "$ref" not in schema and "allOf" not in schema:
        return schema.get(annotation) is True
    parts = walk_in_place(schema, defs, alternatives=False)
    return any(part.get(annotation) is True for part in parts)


def _build_refusal(schema: Any, annotation: str) -> Schema:
    """Return what stands for a schema of values that travel only the other way."""
    return Schema({"not": {}, annotation: True}, get_place(schema))


def get_schema_name(reference: str) -> str:
    """Return the name of the document's schema that a reference to a definition means."""
    return get_definition_name(reference).removesuffix(OPEN_SUFFIX).removesuffix(BASE_SUFFIX)


def walk_in_place(
    schema: Any, defs: Definitions, *, alternatives: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield the schemas that apply to the same value: itself, references, `allOf`, alternatives.

    Args:
        schema: where to begin.
        defs: the definitions that references name.
        alternatives: also those that need not hold (`anyOf`, `oneOf`, `then`, `else`,
            `dependentSchemas`).

    Source: JSON Schema 2020-12 Core §10.2, in-place applicators.
    """
    pending = [schema]
    visited: set[str] = set()
    while pending:
        part = pending.pop()
        if not isinstance(part, dict):
            continue
        yield part

        # The last one that is added comes next.
        if "$ref" in part and part["$ref"] not in visited:
            visited.add(part["$ref"])
            pending.append(defs.get(get_definition_name(part["$ref"])))
        if alternatives:
            pending += reversed(part.get("dependentSchemas", {}).values())
            pending += [part[keyword] for keyword in ("else", "then") if keyword in part]
            pending += reversed([*part.get("oneOf", ()), *part.get("anyOf", ())])
        pending += reversed(part.get("allOf", ()))


def has_declared_properties(schema: Any, defs: Definitions, *, alternatives: bool = True) -> bool:
    """Return whether a schema declares properties."""
    parts = walk_in_place(schema, defs, alternatives=alternatives)
    return any(part.get("properties") or part.get("patternProperties") for part in parts)


def is_closable(schema: Any, defs: Definitions) -> bool:
    """Return whether a place with this schema closes.

    It does where properties are declared, and others are not mentioned.
    """
    for part in walk_in_place(schema, defs, alternatives=False):
        if "additionalProperties" in part or "unevaluatedProperties" in part:
            return False
    return has_declared_properties(schema, defs)


class PropertyDeclarations:
    """Which definitions declare properties of their value. Each is read once.

    Args:
        defs: the definitions.

    """

    def __init__(self, defs: Definitions) -> None:
        self._defs = defs
        self._verdicts: dict[str, bool] = {}

    def has_any(self, name: str) -> bool:
        """Tell whether a definition, or one that always applies with it, declares properties."""
        if name not in self._verdicts:
            self._decide(name)
        return self._verdicts[name]

    def _decide(self, name: str) -> None:
        """Find the verdicts of a definition and of all that always apply with it."""
        #: Name of a definition -> those that refer to it.
        referring: dict[str, list[str]] = {name: []}
        declaring: list[str] = []
        pending = [name]
        while pending:
            current = pending.pop()
            for part in walk_in_place(self._defs.get(current), {}, alternatives=False):
                if part.get("properties") or part.get("patternProperties"):
                    declaring.append(current)
                if "$ref" not in part:
                    continue
                target = get_definition_name(part["$ref"])
                if self._verdicts.get(target):
                    declaring.append(current)
                elif target not in self._verdicts:
                    if target not in referring:
                        referring[target] = []
                        pending.append(target)
                    referring[target].append(current)
        self._verdicts.update(dict.fromkeys(referring, False))
        while declaring:
            current = declaring.pop()
            if not self._verdicts[current]:
                self._verdicts[current] = True
                declaring += referring[current]


class SchemaCloser:
    """Closes schemas that share definitions.

    It writes the closed definitions into `closed_defs`, under their own names. The open ones that
    conditions need are beside them.

    Args:
        defs: the definitions that references name.
        direction: what travels only the other way is refused.

    """

    def __init__(self, defs: Definitions, direction: Direction) -> None:
        self.defs = defs
        self.refused_annotation = EXCLUDING_ANNOTATIONS[direction]
        self.closed_defs: Definitions = SharedDefinitions()
        self._declarations = PropertyDeclarations(defs)
        #: What adds the definitions that are named and not yet written.
        self._pending_definitions: deque[Callable[[], None]] = deque()
        #: Identities of the schemas that describe one child -> the name of their definition, and
        #: the schema of all of them.
        self._conjunctions: dict[tuple[int, ...], tuple[str, Schema]] = {}

    def close_location(self, schema: Any) -> Any:
        """Return the closed schema of a place where a value is on its own.

        The definitions that it names are in `closed_defs` after this.
        """
        try:
            closed = self._close_location(schema)
        except RecursionError:
            raise build_depth_error(get_place(schema)) from None
        while self._pending_definitions:
            self._pending_definitions.popleft()()
        return closed

    def _close_location(self, schema: Any) -> Any:
        parts = list(walk_in_place(schema, self.defs, alternatives=False))
        closed: Any
        if self._has_shared_children(parts):
            closed = self._close_conjunction(schema, parts)
        else:
            is_alone = not has_declared_properties(schema, self.defs, alternatives=False)
            closed = self._close_children(schema, alone=is_alone)

        if isinstance(closed, Schema) and is_closable(schema, self.defs):
            is_plain = _IN_PLACE_KEYWORDS.isdisjoint(closed)
            keyword = "additionalProperties" if is_plain else "unevaluatedProperties"
            closed[keyword] = False
            self._declare_required_properties(closed, schema, parts)
        return closed

    def _declare_required_properties(
        self, closed: Schema, schema: Any, parts: list[dict[str, Any]]
    ) -> None:
        """Declare the properties that are required and not declared.

        One document in ten requires such a property.
        """
        declared: set[str] = set()
        for part in walk_in_place(schema, self.defs):
            declared.update(part.get("properties", ()))
        undeclared: dict[str, bool] = {}
        for part in parts:
            for name in part.get("required", ()):
                if name not in declared:
                    undeclared[name] = True
        if undeclared:
            closed["properties"] = {**closed.get("properties", {}), **undeclared}

    def _has_shared_children(self, parts: list[dict[str, Any]]) -> bool:
        """Return whether several schemas of one value describe the same child.

        Then none of them may close the child alone.
        """
        names: set[str] = set()
        has_items = False
        for part in parts:
            properties = part.get("properties", ())
            if not names.isdisjoint(properties) or (has_items and "items" in part):
                return True
            names.update(properties)
            has_items = has_items or "items" in part
        return False

    def _close_conjunction(self, schema: Any, parts: list[dict[str, Any]]) -> Schema:
        """Return the open schema and beside it one that closes each child by all its schemas."""
        schemas_by_name: dict[str, list[Any]] = {}
        for part in parts:
            for name, child in part.get("properties", {}).items():
                schemas_by_name.setdefault(name, []).append(child)

        children: dict[str, Any] = {}
        if schemas_by_name:
            children["properties"] = {
                name: self._close_conjoined(schemas) for name, schemas in schemas_by_name.items()
            }
        items = [part["items"] for part in parts if "items" in part]
        if items and not any("prefixItems" in part for part in parts):
            children["items"] = self._close_conjoined(items)

        place = get_place(schema)
        opened = self._refer_to_open_definitions(schema)
        return Schema({"allOf": [opened, Schema(children, place)]}, place)

    def _close_conjoined(self, schemas: list[Any]) -> Any:
        """Return the closed schema of a child that several schemas describe.

        It is a definition, as schemas that refer to themselves can meet without end.
        """
        if len(schemas) == 1:
            return self._close_member(schemas[0])
        conjunction = Schema({"allOf": schemas}, get_place(schemas[0]))
        # The conjunction is kept beside its name, so that the identities stay those of its parts.
        key = tuple(map(id, schemas))
        if key not in self._conjunctions:
            if len(self._conjunctions) >= MAX_CONJUNCTIONS:
                return self._refer_to_open_definitions(conjunction)
            name = f"{CONJUNCTION_PREFIX}{len(self._conjunctions) + 1}"
            self._conjunctions[key] = name, conjunction
            self._add_definition(name, lambda: self._close_member(conjunction))
        name, _ = self._conjunctions[key]
        return Schema({"$ref": "#/$defs/" + escape_token(name)}, conjunction.place)

    def _add_definition(self, name: str, build: Callable[[], Any]) -> None:
        """Add a definition, later: a long chain of references is no nesting."""

        def add() -> None:
            try:
                self.closed_defs[name] = build()
            except RecursionError:
                place = get_place(self.defs.get(name))
                self.closed_defs[name] = TooDeepSchema(place=place)

        self.closed_defs[name] = Schema()
        self._pending_definitions.append(add)

    def _close_children(self, schema: Any, *, alone: bool) -> Any:
        """Return a schema whose children are closed, while it is itself open.

        Args:
            schema: the schema.
            alone: no schema that always applies to this value declares a property.

        """
        if not isinstance(schema, dict) or isinstance(schema, TooDeepSchema):
            return schema
        closed = Schema(schema, get_place(schema))
        if "$ref" in closed:
            name = self._close_definition(get_definition_name(closed["$ref"]))
            closed["$ref"] = "#/$defs/" + escape_token(name)
        self._close_items_and_members(closed)
        for keyword in _CONDITION_KEYWORDS:
            if keyword in closed:
                closed[keyword] = self._refer_to_open_definitions(closed[keyword])
        self._close_conditional_parts(closed, alone=alone)
        self._close_one_of(closed, schema, alone=alone)
        return closed

    def _close_items_and_members(self, closed: Schema) -> None:
        for keyword in _CHILD_KEYWORDS:
            if keyword in closed:
                closed[keyword] = self._close_location(closed[keyword])
        if "prefixItems" in closed:
            closed["prefixItems"] = list(map(self._close_location, closed["prefixItems"]))
        for keyword in ("properties", "patternProperties"):
            if keyword in closed:
                members = closed[keyword].items()
                closed[keyword] = {name: self._close_member(member) for name, member in members}

    def _close_member(self, schema: Any) -> Any:
        if isinstance(schema, dict) and _INNER_KEYWORDS.isdisjoint(schema):
            return schema  # most members are such: nothing in it can be closed or refused
        if self._is_refused(schema):
            return _build_refusal(schema, self.refused_annotation)
        return self._close_location(schema)

    def _is_refused(self, schema: Any) -> bool:
        return _has_annotation(schema, self.defs, self.refused_annotation)

    def _close_conditional_parts(self, closed: Schema, *, alone: bool) -> None:
        """Close the schemas that apply to the same value, `oneOf` apart."""
        if "allOf" in closed:
            closed["allOf"] = [self._close_children(part, alone=alone) for part in closed["allOf"]]
        for keyword in ("then", "else"):
            if keyword in closed:
                closed[keyword] = self._close_children(closed[keyword], alone=False)
        if "dependentSchemas" in closed:
            dependents = closed["dependentSchemas"].items()
            closed["dependentSchemas"] = {
                name: self._close_children(part, alone=False) for name, part in dependents
            }
        if "anyOf" in closed:
            closed["anyOf"] = [
                self._close_alternative(part, alone=alone) for part in closed["anyOf"]
            ]

    def _close_one_of(self, closed: Schema, schema: Any, *, alone: bool) -> None:
        """Leave the branches open, and close the one that holds by a condition beside them.

        A closed branch could refuse what the open one accepts, and so let another branch match.
        """
        if "oneOf" not in closed:
            return
        branches: list[Any] = []
        conditions: list[Any] = []
        for branch in schema["oneOf"]:
            opened = self._refer_to_open_definitions(branch)
            branches.append(self._keep_free_form(opened, branch, alone=alone))
            if self._has_closable_children(branch):
                alternative = self._close_alternative(branch, alone=alone)
                conditions.append(Schema({"if": opened, "then": alternative}, get_place(branch)))
        closed["oneOf"] = branches
        if conditions:
            closed["allOf"] = [*closed.get("allOf", ()), *conditions]

    def _close_alternative(self, schema: Any, *, alone: bool) -> Any:
        declares = has_declared_properties(schema, self.defs, alternatives=False)
        closed = self._close_children(schema, alone=alone and not declares)
        return self._keep_free_form(closed, schema, alone=alone)

    def _keep_free_form(self, closed: Any, schema: Any, *, alone: bool) -> Any:
        """Keep an alternative that declares nothing, beside others that do, a free-form object."""
        if not alone or not isinstance(closed, dict) or "unevaluatedProperties" in closed:
            return closed
        if has_declared_properties(schema, self.defs):
            return closed
        return Schema({"additionalProperties": True, **closed}, get_place(schema))

    def _has_closable_children(self, schema: Any) -> bool:
        """Return whether closing would change anything inside a branch."""
        pending = [schema]
        visited: set[int] = set()
        while pending:
            for part in walk_in_place(pending.pop(), self.defs):
                if id(part) in visited:
                    continue
                visited.add(id(part))
                children = _list_children(part)
                for child in children:
                    if is_closable(child, self.defs) or self._is_refused(child):
                        return True
                pending += children
        return False

    def _close_definition(self, name: str) -> str:
        """Close a definition when it is first named; return its name."""
        if name not in self.closed_defs:
            definition = self.defs[name]
            is_alone = not self._declarations.has_any(name)
            self._add_definition(name, lambda: self._close_children(definition, alone=is_alone))
        return name

    def _refer_to_open_definitions(self, schema: Any) -> Any:
        """Return a schema as it is, while its references name the open definitions."""
        if not isinstance(schema, dict) or isinstance(schema, TooDeepSchema):
            return schema
        mapped = map_subschemas(schema, self._refer_to_open_definitions)
        opened = Schema(mapped, get_place(schema))
        if "$ref" in opened:
            name = self._add_open_definition(get_definition_name(opened["$ref"]))
            opened["$ref"] = "#/$defs/" + escape_token(name)
        return opened

    def _add_open_definition(self, name: str) -> str:
        """Add the open form of a definition when it is first named; return its name."""
        open_name = name + OPEN_SUFFIX
        if open_name not in self.closed_defs:
            definition = self.defs[name]
            self._add_definition(open_name, lambda: self._refer_to_open_definitions(definition))
        return open_name


def _list_children(schema: dict[str, Any]) -> list[Any]:
    """Return the schemas of the properties and items that a schema describes."""
    children = [
        *schema.get("properties", {}).values(),
        *schema.get("patternProperties", {}).values(),
    ]
    children += [schema[keyword] for keyword in _CHILD_KEYWORDS if keyword in schema]
    children += schema.get("prefixItems", [])
    return children

"""The two readings of a schema: the consumer's is the schema as it is (open), the producer's is closed.

Closing adds an outermost `unevaluatedProperties: false` wherever an object may stand that declares properties and says
nothing of others. Inside `oneOf` it binds after the branch is chosen, and conditions (`if`, `not`, `contains`) stay as
they are, so closing never changes which branch that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dynclient.document.references import escape_token
from dynclient.schema.dialect import (
    Direction,
    Schema,
    bundle_schema,
    get_definition_name,
    map_subschemas,
)

Definitions = dict[str, Schema | bool]

#: What the definitions that conditions ask for are called beside their closed namesakes.
OPEN_SUFFIX = ".open"

_CHILD_KEYWORDS = ("items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
_CONDITION_KEYWORDS = ("if", "not", "contains", "propertyNames")


def close_schema(schema: Schema | bool, defs: Definitions, direction: Direction) -> Schema:
    """Return the producer's reading of a schema as a new self-contained root.

    Args:
        schema: the root, in our dialect.
        defs: the definitions that its references name.
        direction: what travels only the other way (`readOnly` in a request, `writeOnly` in a response) is refused.

    """
    closing = SchemaCloser(defs, direction)
    return bundle_schema(closing.close_location(schema), closing.closed_defs)


def walk_in_place(
    schema: Any, defs: Definitions, *, alternatives: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield the schemas that speak of the same value: itself, what it refers to, `allOf`, and the alternatives.

    Args:
        schema: where to begin.
        defs: the definitions that references name.
        alternatives: also those that need not hold (`anyOf`, `oneOf`, `then`, `else`, `dependentSchemas`).

    """
    todo, seen = [schema], set[str]()
    while todo:
        at = todo.pop()
        if not isinstance(at, dict):
            continue
        yield at
        if "$ref" in at and at["$ref"] not in seen:
            seen.add(at["$ref"])
            todo.append(defs.get(get_definition_name(at["$ref"])))
        if alternatives:
            todo += reversed(at.get("dependentSchemas", {}).values())
            todo += [at[k] for k in ("else", "then") if k in at]
            todo += reversed([*at.get("oneOf", ()), *at.get("anyOf", ())])
        todo += reversed(at.get("allOf", ()))


def has_declared_properties(schema: Any, defs: Definitions, *, alternatives: bool = True) -> bool:
    """Tell whether a schema declares properties."""
    parts = walk_in_place(schema, defs, alternatives=alternatives)
    return any(part.get("properties") or part.get("patternProperties") for part in parts)


def is_closable(schema: Any, defs: Definitions) -> bool:
    """Tell whether a place with this schema closes: it declares properties and says nothing of others."""
    parts = walk_in_place(schema, defs, alternatives=False)
    if any("additionalProperties" in part or "unevaluatedProperties" in part for part in parts):
        return False
    return has_declared_properties(schema, defs)


class SchemaCloser:
    """Closes schemas that share definitions: it writes the closed ones into `made`, under their own names.

    Open ones that conditions need stand beside them.
    """

    def __init__(self, defs: Definitions, direction: Direction) -> None:
        self.defs = defs
        self.refused_annotation = "readOnly" if direction == "request" else "writeOnly"
        self.closed_defs: Definitions = {}

    def close_location(self, schema: Any) -> Any:
        """Return the closed schema of a place where a value stands on its own."""
        parts = list(walk_in_place(schema, self.defs, alternatives=False))
        if self._has_shared_children(parts):
            made: Any = self._close_conjunction(schema, parts)
        else:
            made = self.close_children(
                schema, alone=not has_declared_properties(schema, self.defs, alternatives=False)
            )
        if isinstance(made, Schema) and is_closable(schema, self.defs):
            plain = not any(
                k in made
                for k in ("$ref", "allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas")
            )
            made["additionalProperties" if plain else "unevaluatedProperties"] = False
            self._declare_required_properties(made, schema, parts)
        return made

    def _declare_required_properties(
        self, made: Schema, schema: Any, parts: list[dict[str, Any]]
    ) -> None:
        """Declare what is required and nobody declares: one document in ten asks for such a property."""
        declared = {
            name for part in walk_in_place(schema, self.defs) for name in part.get("properties", ())
        }
        extra = [
            name for part in parts for name in part.get("required", ()) if name not in declared
        ]
        if extra:
            made["properties"] = {**made.get("properties", {}), **dict.fromkeys(extra, True)}

    def _has_shared_children(self, parts: list[dict[str, Any]]) -> bool:
        """Tell whether several schemas of one value speak of the same inner place, so that none may close it alone."""
        names = [name for part in parts for name in part.get("properties", ())]
        return len(names) > len(set(names)) or sum("items" in part for part in parts) > 1

    def _close_conjunction(self, schema: Any, parts: list[dict[str, Any]]) -> Schema:
        """Return a schema left open, joined by one that closes its inner places by all that is said of each."""
        said: dict[str, list[Any]] = {}
        for part in parts:
            for name, inner in part.get("properties", {}).items():
                said.setdefault(name, []).append(inner)
        items = [part["items"] for part in parts if "items" in part]
        inner = (
            {
                "properties": {
                    name: self._close_member(_combine_schemas(schemas))
                    for name, schemas in said.items()
                }
            }
            if said
            else {}
        )
        if items and not any("prefixItems" in part for part in parts):
            inner["items"] = self.close_location(_combine_schemas(items))
        return Schema(
            {"allOf": [self._refer_to_open_definitions(schema), Schema(inner, _get_place(schema))]},
            _get_place(schema),
        )

    def close_children(self, schema: Any, *, alone: bool) -> Any:
        """Return a schema whose inner places are closed, itself left open.

        Args:
            schema: the schema.
            alone: nothing that always speaks of this value declares a property.

        """
        if not isinstance(schema, dict):
            return schema
        made = Schema(schema, _get_place(schema))
        if "$ref" in made:
            made["$ref"] = "#/$defs/" + escape_token(
                self._close_definition(get_definition_name(made["$ref"]))
            )
        for keyword in _CHILD_KEYWORDS:
            if keyword in made:
                made[keyword] = self.close_location(made[keyword])
        if "prefixItems" in made:
            made["prefixItems"] = [self.close_location(s) for s in made["prefixItems"]]
        for keyword in ("properties", "patternProperties"):
            if keyword in made:
                made[keyword] = {k: self._close_member(s) for k, s in made[keyword].items()}
        for keyword in _CONDITION_KEYWORDS:
            if keyword in made:
                made[keyword] = self._refer_to_open_definitions(made[keyword])
        self._close_alternatives(made, schema, alone=alone)
        return made

    def _close_member(self, schema: Any) -> Any:
        if self._is_refused(schema):
            return Schema({"not": {}, self.refused_annotation: True}, _get_place(schema))
        return self.close_location(schema)

    def _is_refused(self, schema: Any) -> bool:
        return any(
            part.get(self.refused_annotation) is True
            for part in walk_in_place(schema, self.defs, alternatives=False)
        )

    def _close_alternatives(self, made: Schema, schema: Any, *, alone: bool) -> None:
        if "allOf" in made:
            made["allOf"] = [self.close_children(s, alone=alone) for s in made["allOf"]]
        for keyword in ("then", "else"):
            if keyword in made:
                made[keyword] = self.close_children(made[keyword], alone=False)
        if "dependentSchemas" in made:
            made["dependentSchemas"] = {
                k: self.close_children(s, alone=False) for k, s in made["dependentSchemas"].items()
            }
        if "anyOf" in made:
            made["anyOf"] = [self._close_alternative(s, alone=alone) for s in made["anyOf"]]
        if "oneOf" in made:
            decided = [
                (s, self._close_alternative(s, alone=alone))
                for s in schema["oneOf"]
                if self._has_closable_children(s)
            ]
            made["oneOf"] = [
                self._keep_free_form(self._refer_to_open_definitions(s), s, alone=alone)
                for s in schema["oneOf"]
            ]
            if decided:
                strict = [
                    Schema({"if": self._refer_to_open_definitions(s), "then": c}, _get_place(s))
                    for s, c in decided
                ]
                made["allOf"] = [*made.get("allOf", ()), *strict]

    def _close_alternative(self, schema: Any, *, alone: bool) -> Any:
        still_alone = alone and not has_declared_properties(schema, self.defs, alternatives=False)
        return self._keep_free_form(
            self.close_children(schema, alone=still_alone), schema, alone=alone
        )

    def _keep_free_form(self, made: Any, schema: Any, *, alone: bool) -> Any:
        """Let an alternative that declares nothing, beside others that do, stay the free-form object that it is."""
        if (
            not alone
            or not isinstance(made, dict)
            or has_declared_properties(schema, self.defs)
            or "unevaluatedProperties" in made
        ):
            return made
        return Schema({"additionalProperties": True, **made}, _get_place(schema))

    def _has_closable_children(self, schema: Any) -> bool:
        """Tell whether closing would change anything inside a branch."""
        todo, seen = [schema], set[int]()
        while todo:
            for part in walk_in_place(todo.pop(), self.defs):
                if id(part) in seen:
                    continue
                seen.add(id(part))
                inner = [
                    *part.get("properties", {}).values(),
                    *part.get("patternProperties", {}).values(),
                ]
                inner += [part[k] for k in _CHILD_KEYWORDS if k in part] + part.get(
                    "prefixItems", []
                )
                if any(is_closable(s, self.defs) or self._is_refused(s) for s in inner):
                    return True
                todo += inner
        return False

    def _close_definition(self, name: str) -> str:
        if name not in self.closed_defs:
            self.closed_defs[name] = Schema()
            definition = self.defs[name]
            alone = not has_declared_properties(definition, self.defs, alternatives=False)
            self.closed_defs[name] = self.close_children(definition, alone=alone)
        return name

    def _refer_to_open_definitions(self, schema: Any) -> Any:
        """Return a schema as it is, its references to the open definitions."""
        if not isinstance(schema, dict):
            return schema
        made = Schema(map_subschemas(schema, self._refer_to_open_definitions), _get_place(schema))
        if "$ref" in made:
            made["$ref"] = "#/$defs/" + escape_token(
                self._add_open_definition(get_definition_name(made["$ref"]))
            )
        return made

    def _add_open_definition(self, name: str) -> str:
        opened = name + OPEN_SUFFIX
        if opened not in self.closed_defs:
            self.closed_defs[opened] = Schema()
            self.closed_defs[opened] = self._refer_to_open_definitions(self.defs[name])
        return opened


def _combine_schemas(schemas: list[Any]) -> Any:
    return schemas[0] if len(schemas) == 1 else Schema({"allOf": schemas}, _get_place(schemas[0]))


def _get_place(schema: Any) -> Any:
    return getattr(schema, "place", None)

"""The two readings of a schema: the consumer's is the schema as it is (open), the producer's is closed.

Closing adds an outermost `unevaluatedProperties: false` wherever an object may stand that declares properties and says
nothing of others. Inside `oneOf` it binds after the branch is chosen, and conditions (`if`, `not`, `contains`) stay as
they are, so closing never changes which branch that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dynclient.document.references import escape
from dynclient.schema.dialect import Direction, Schema, bundled, mapped, name_of

Defs = dict[str, Schema | bool]

#: What the definitions that conditions ask for are called beside their closed namesakes.
OPEN = ".open"

_INNER = ("items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
_CONDITIONS = ("if", "not", "contains", "propertyNames")


def closed(schema: Schema | bool, defs: Defs, direction: Direction) -> Schema:
    """Return the producer's reading of a schema as a new self-contained root.

    Args:
        schema: the root, in our dialect.
        defs: the definitions that its references name.
        direction: what travels only the other way (`readOnly` in a request, `writeOnly` in a response) is refused.

    """
    closing = Closing(defs, direction)
    return bundled(closing.location(schema), closing.made)


def in_place(schema: Any, defs: Defs, *, alternatives: bool = True) -> Iterator[dict[str, Any]]:
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
            todo.append(defs.get(name_of(at["$ref"])))
        if alternatives:
            todo += reversed(at.get("dependentSchemas", {}).values())
            todo += [at[k] for k in ("else", "then") if k in at]
            todo += reversed([*at.get("oneOf", ()), *at.get("anyOf", ())])
        todo += reversed(at.get("allOf", ()))


def declares(schema: Any, defs: Defs, *, alternatives: bool = True) -> bool:
    """Tell whether a schema declares properties."""
    parts = in_place(schema, defs, alternatives=alternatives)
    return any(part.get("properties") or part.get("patternProperties") for part in parts)


def closable(schema: Any, defs: Defs) -> bool:
    """Tell whether a place with this schema closes: it declares properties and says nothing of others."""
    parts = in_place(schema, defs, alternatives=False)
    if any("additionalProperties" in part or "unevaluatedProperties" in part for part in parts):
        return False
    return declares(schema, defs)


class Closing:
    """Closes schemas that share definitions: it writes the closed ones into `made`, under their own names.

    Open ones that conditions need stand beside them.
    """

    def __init__(self, defs: Defs, direction: Direction) -> None:
        self.defs = defs
        self.refused = "readOnly" if direction == "request" else "writeOnly"
        self.made: Defs = {}

    def location(self, schema: Any) -> Any:
        """Return the closed schema of a place where a value stands on its own."""
        parts = list(in_place(schema, self.defs, alternatives=False))
        if self._is_shared(parts):
            made: Any = self._together(schema, parts)
        else:
            made = self.part(schema, alone=not declares(schema, self.defs, alternatives=False))
        if isinstance(made, Schema) and closable(schema, self.defs):
            plain = not any(
                k in made
                for k in ("$ref", "allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas")
            )
            made["additionalProperties" if plain else "unevaluatedProperties"] = False
            self._let_required_in(made, schema, parts)
        return made

    def _let_required_in(self, made: Schema, schema: Any, parts: list[dict[str, Any]]) -> None:
        """Declare what is required and nobody declares: one document in ten asks for such a property."""
        declared = {
            name for part in in_place(schema, self.defs) for name in part.get("properties", ())
        }
        extra = [
            name for part in parts for name in part.get("required", ()) if name not in declared
        ]
        if extra:
            made["properties"] = {**made.get("properties", {}), **dict.fromkeys(extra, True)}

    def _is_shared(self, parts: list[dict[str, Any]]) -> bool:
        """Tell whether several schemas of one value speak of the same inner place, so that none may close it alone."""
        names = [name for part in parts for name in part.get("properties", ())]
        return len(names) > len(set(names)) or sum("items" in part for part in parts) > 1

    def _together(self, schema: Any, parts: list[dict[str, Any]]) -> Schema:
        """Return a schema left open, joined by one that closes its inner places by all that is said of each."""
        said: dict[str, list[Any]] = {}
        for part in parts:
            for name, inner in part.get("properties", {}).items():
                said.setdefault(name, []).append(inner)
        items = [part["items"] for part in parts if "items" in part]
        inner = (
            {"properties": {name: self._member(_all(schemas)) for name, schemas in said.items()}}
            if said
            else {}
        )
        if items and not any("prefixItems" in part for part in parts):
            inner["items"] = self.location(_all(items))
        return Schema(
            {"allOf": [self._opened(schema), Schema(inner, _place(schema))]}, _place(schema)
        )

    def part(self, schema: Any, *, alone: bool) -> Any:
        """Return a schema whose inner places are closed, itself left open.

        Args:
            schema: the schema.
            alone: nothing that always speaks of this value declares a property.

        """
        if not isinstance(schema, dict):
            return schema
        made = Schema(schema, _place(schema))
        if "$ref" in made:
            made["$ref"] = "#/$defs/" + escape(self._closed_definition(name_of(made["$ref"])))
        for keyword in _INNER:
            if keyword in made:
                made[keyword] = self.location(made[keyword])
        if "prefixItems" in made:
            made["prefixItems"] = [self.location(s) for s in made["prefixItems"]]
        for keyword in ("properties", "patternProperties"):
            if keyword in made:
                made[keyword] = {k: self._member(s) for k, s in made[keyword].items()}
        for keyword in _CONDITIONS:
            if keyword in made:
                made[keyword] = self._opened(made[keyword])
        self._alternatives(made, schema, alone=alone)
        return made

    def _member(self, schema: Any) -> Any:
        if self._is_refused(schema):
            return Schema({"not": {}, self.refused: True}, _place(schema))
        return self.location(schema)

    def _is_refused(self, schema: Any) -> bool:
        return any(
            part.get(self.refused) is True
            for part in in_place(schema, self.defs, alternatives=False)
        )

    def _alternatives(self, made: Schema, schema: Any, *, alone: bool) -> None:
        if "allOf" in made:
            made["allOf"] = [self.part(s, alone=alone) for s in made["allOf"]]
        for keyword in ("then", "else"):
            if keyword in made:
                made[keyword] = self.part(made[keyword], alone=False)
        if "dependentSchemas" in made:
            made["dependentSchemas"] = {
                k: self.part(s, alone=False) for k, s in made["dependentSchemas"].items()
            }
        if "anyOf" in made:
            made["anyOf"] = [self._branch(s, alone=alone) for s in made["anyOf"]]
        if "oneOf" in made:
            decided = [
                (s, self._branch(s, alone=alone)) for s in schema["oneOf"] if self._closes_inside(s)
            ]
            made["oneOf"] = [self._freed(self._opened(s), s, alone=alone) for s in schema["oneOf"]]
            if decided:
                strict = [Schema({"if": self._opened(s), "then": c}, _place(s)) for s, c in decided]
                made["allOf"] = [*made.get("allOf", ()), *strict]

    def _branch(self, schema: Any, *, alone: bool) -> Any:
        still_alone = alone and not declares(schema, self.defs, alternatives=False)
        return self._freed(self.part(schema, alone=still_alone), schema, alone=alone)

    def _freed(self, made: Any, schema: Any, *, alone: bool) -> Any:
        """Let an alternative that declares nothing, beside others that do, stay the free-form object that it is."""
        if (
            not alone
            or not isinstance(made, dict)
            or declares(schema, self.defs)
            or "unevaluatedProperties" in made
        ):
            return made
        return Schema({"additionalProperties": True, **made}, _place(schema))

    def _closes_inside(self, schema: Any) -> bool:
        """Tell whether closing would change anything inside a branch."""
        todo, seen = [schema], set[int]()
        while todo:
            for part in in_place(todo.pop(), self.defs):
                if id(part) in seen:
                    continue
                seen.add(id(part))
                inner = [
                    *part.get("properties", {}).values(),
                    *part.get("patternProperties", {}).values(),
                ]
                inner += [part[k] for k in _INNER if k in part] + part.get("prefixItems", [])
                if any(closable(s, self.defs) or self._is_refused(s) for s in inner):
                    return True
                todo += inner
        return False

    def _closed_definition(self, name: str) -> str:
        if name not in self.made:
            self.made[name] = Schema()
            definition = self.defs[name]
            alone = not declares(definition, self.defs, alternatives=False)
            self.made[name] = self.part(definition, alone=alone)
        return name

    def _opened(self, schema: Any) -> Any:
        """Return a schema as it is, its references to the open definitions."""
        if not isinstance(schema, dict):
            return schema
        made = Schema(mapped(schema, self._opened), _place(schema))
        if "$ref" in made:
            made["$ref"] = "#/$defs/" + escape(self._open_definition(name_of(made["$ref"])))
        return made

    def _open_definition(self, name: str) -> str:
        opened = name + OPEN
        if opened not in self.made:
            self.made[opened] = Schema()
            self.made[opened] = self._opened(self.defs[name])
        return opened


def _all(schemas: list[Any]) -> Any:
    return schemas[0] if len(schemas) == 1 else Schema({"allOf": schemas}, _place(schemas[0]))


def _place(schema: Any) -> Any:
    return getattr(schema, "place", None)

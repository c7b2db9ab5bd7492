"""Errors of the reference engine → violations that a person can act on: where, what was got, what was wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dynclient.names import near
from dynclient.schema.dialect import WIRE
from dynclient.schema.formats import BOUNDS
from dynclient.schema.readings import in_place
from dynclient.violations import Place, Violation, shortened, shown

Path = tuple[str | int, ...]
Defs = dict[str, Any]

MAX_ENUM = 6

#: Bounds that only an integer format gave: true, and no help to anybody.
_EDGES = frozenset(edge for name in ("int32", "int64") for edge in BOUNDS[name])
MAX_VIOLATIONS = 200


def explain(errors: Iterable[Any], defs: Defs, at: Path = ()) -> list[Violation]:
    """Return the violations behind jsonschema's errors, each once.

    Args:
        errors: `jsonschema.ValidationError`s of one value.
        defs: the `$defs` of the schema, to find what was meant by an unknown name.
        at: put before each path.

    """
    telling = _Telling(defs, at)
    for error in errors:
        telling.tell(error, ())
        if len(telling.found) >= MAX_VIOLATIONS:
            break
    return list(telling.found)


#: What the wire refuses, in words.
_WIRE = {
    "not": "a dot segment, which would leave its place in the path",
    "pattern": "a header carries no control characters, and no white space at its ends",
}


class _Telling:
    def __init__(self, defs: Defs, at: Path) -> None:
        self.defs = defs
        self.at = at
        self.found: dict[Violation, None] = {}

    def tell(self, error: Any, above: Path) -> None:
        path = above + tuple(error.relative_path)
        keyword = error.validator
        if keyword == "required":
            self._missing(error, path)
        elif (
            keyword in ("additionalProperties", "unevaluatedProperties")
            and error.validator_value is False
        ):
            self._unknown(error, path)
        elif keyword in ("anyOf", "oneOf"):
            self._alternatives(error, path)
        elif error.context and keyword in (
            "allOf",
            "$ref",
            "if",
            "then",
            "else",
            "dependentSchemas",
        ):
            for inner in error.context:
                self.tell(inner, path)
        else:
            self._wrong(error, path)

    def _add(
        self,
        kind: str,
        path: Path,
        message: str,
        place: Place | None,
        suggestion: str | None = None,
    ) -> None:
        self.found.setdefault(Violation(kind, self.at + path, message, suggestion, place))

    def _missing(self, error: Any, path: Path) -> None:
        for name in error.validator_value:
            if name not in error.instance:
                schema = self._property(error.schema, name)
                self._add(
                    "missing",
                    (*path, name),
                    f"{described(schema, self.defs)}, required",
                    _place(error.schema),
                )

    def _property(self, schema: Any, name: str) -> Any:
        for part in in_place(schema, self.defs):
            if name in part.get("properties", {}):
                return part["properties"][name]
        return {}

    def _unknown(self, error: Any, path: Path) -> None:
        known, place = declared_names(error.schema, self.defs), _place(error.schema)
        for name in error.extra[: MAX_VIOLATIONS + 1]:
            meant = near(name, [k for k in known if k not in error.instance] or known, 1)
            if name in known:
                text = "is declared by an alternative that does not apply here"
                self._add("unknown", (*path, name), text, place)
            else:
                self._add(
                    "unknown", (*path, name), _allowed(known), place, meant[0] if meant else None
                )

    def _alternatives(self, error: Any, path: Path) -> None:
        branches: dict[int, list[Any]] = {}
        for inner in error.context:
            if inner.relative_schema_path:  # a branch that is `false` has none, and nothing to say
                branches.setdefault(inner.relative_schema_path[0], []).append(inner)
        if not branches:
            several = not error.context and error.validator == "oneOf"
            why = (
                "several alternatives where exactly one is allowed"
                if several
                else "none of the alternatives"
            )
            text = f"got {shown(error.instance)}, which fits {why}"
            self._add(error.validator, path, text, _place(error.schema))
            return
        tagged = self._by_tag(error, branches)
        chosen = (
            tagged if tagged is not None else min(branches, key=lambda i: _distance(branches[i]))
        )
        if tagged is not None or _distance(branches[chosen])[0] == 0 or len(branches) == 1:
            for inner in branches[chosen]:
                self.tell(inner, path)
            return
        wanted = _either([described(s, self.defs) for s in error.validator_value])
        self._add(
            error.validator,
            path,
            f"got {shown(error.instance)}, want {wanted}",
            _place(error.schema),
        )

    def _by_tag(self, error: Any, branches: dict[int, list[Any]]) -> int | None:
        """Return the branch that the discriminator's value names, if it is among those that refused."""
        rule = error.schema.get("discriminator") if isinstance(error.schema, dict) else None
        if not isinstance(rule, dict) or not isinstance(error.instance, dict):
            return None
        tag = error.instance.get(rule.get("propertyName"))
        target = (
            (rule.get("mapping") or {}).get(tag, f"#/$defs/{tag}") if isinstance(tag, str) else None
        )
        for index, branch in enumerate(error.validator_value):
            if (
                index in branches
                and isinstance(branch, dict)
                and branch.get("$ref", "").removesuffix(".open") == target
            ):
                return index
        return None

    def _wrong(self, error: Any, path: Path) -> None:
        schema = error.schema if isinstance(error.schema, dict) else {}
        place = _place(schema)
        for note, text in (
            ("readOnly", "is read-only: it must not be sent"),
            ("writeOnly", "is write-only"),
        ):
            if schema.get(note) is True and schema.get("not") == {}:
                self._add(note, path, text, place)
                return
        if WIRE in schema:
            own = schema[WIRE]
            text = (
                own
                if isinstance(own, str)
                else _WIRE.get(error.validator, "an empty one is not sent at all")
            )
            self._add("unsafe", path, f"got {shown(error.instance)}: {text}", place)
            return
        keyword = str(error.validator or "false")
        self._add(keyword, path, f"got {self._got(error)}, want {self._want(error, schema)}", place)

    def _got(self, error: Any) -> str:
        value = error.instance
        if error.validator in ("minLength", "maxLength") and isinstance(value, str):
            return f"{len(value)} characters"
        if error.validator == "uniqueItems":
            return "equal items"
        return shown(value)

    def _want(self, error: Any, schema: dict[str, Any]) -> str:
        if error.validator == "not":
            return _forbidden(error.validator_value)
        if error.validator in (
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "uniqueItems",
        ):
            return _size(schema) or "something else"
        if error.validator == "dependentRequired":
            return "the properties that go with it: " + ", ".join(map(str, error.validator_value))
        if error.validator in ("contains", "minContains", "maxContains"):
            return f"items that are {described(schema.get('contains', {}), self.defs)}"
        return described(schema, self.defs)


def _distance(errors: Sequence[Any]) -> tuple[int, int]:
    """Return how far a value is from a branch: first whether its very kind is wrong, then how much."""
    kind = any(
        e.validator in ("type", "const", "enum", "false") and not e.relative_path for e in errors
    )
    tag = any(e.validator in ("const", "enum") and len(e.relative_path) == 1 for e in errors)
    return int(kind or tag), len(errors)


def declared_names(schema: Any, defs: Defs) -> list[str]:
    """Return the property names that a schema, with all it refers to and all its alternatives, declares."""
    return list(
        dict.fromkeys(
            name for part in in_place(schema, defs) for name in part.get("properties", ())
        )
    )


def described(schema: Any, defs: Defs) -> str:
    """Return what a schema wants, in a few words: `integer ≥ 1`, `string, 1–20 characters`, `one of 'a', 'b'`."""
    if not isinstance(schema, dict):
        return "anything" if schema else "nothing"
    parts = [part for part in in_place(schema, defs, alternatives=False) if WIRE not in part]
    merged: dict[str, Any] = {}
    for part in parts:
        for keyword, value in part.items():
            merged.setdefault(keyword, value)
    if "const" in merged:
        return shown(merged["const"])
    if "enum" in merged:
        return _enum(merged["enum"])
    alternatives = merged.get("anyOf") or merged.get("oneOf")
    if "type" not in merged and alternatives:
        return _either([described(s, defs) for s in alternatives])
    return _plain(merged)


def _plain(schema: dict[str, Any]) -> str:
    types = schema.get("type", "any value" if "properties" not in schema else "object")
    words = [" or ".join(types) if isinstance(types, list) else str(types)]
    words[0] += _bounds(schema)
    words += [
        text
        for text in (
            _size(schema),
            str(schema["format"]) if schema.get("format") and "minimum" not in schema else "",
            f"matching {shortened(str(schema['pattern']))}" if "pattern" in schema else "",
            f"a multiple of {schema['multipleOf']}" if "multipleOf" in schema else "",
        )
        if text
    ]
    return ", ".join(words)


def _bounds(schema: dict[str, Any]) -> str:
    low, high = (
        None if limit in _EDGES else limit
        for limit in (schema.get("minimum"), schema.get("maximum"))
    )
    signs = (("exclusiveMinimum", ">"), ("exclusiveMaximum", "<"))
    text = "".join(f" {sign} {schema[k]}" for k, sign in signs if k in schema)
    if low is not None and high is not None:
        return f" {low}–{high}{text}"
    return (
        (f" ≥ {low}" if low is not None else "") + (f" ≤ {high}" if high is not None else "") + text
    )


def _size(schema: dict[str, Any]) -> str:
    for low, high, noun in (
        ("minLength", "maxLength", "characters"),
        ("minItems", "maxItems", "items"),
        ("minProperties", "maxProperties", "properties"),
    ):
        least, most = schema.get(low), schema.get(high)
        if least is not None and most is not None and least != most:
            return f"{least}–{most} {noun}"
        if least is not None:
            return f"{'exactly' if most is not None else 'at least'} {_counted(least, noun)}"
        if most is not None:
            return f"at most {_counted(most, noun)}"
    return "unique items" if schema.get("uniqueItems") else ""


def _counted(count: int, noun: str) -> str:
    singular = {"properties": "property"}.get(noun, noun.removesuffix("s"))
    return f"{count} {singular if count == 1 else noun}"


def _enum(values: Sequence[Any]) -> str:
    listed = ", ".join(shown(v) for v in values[:MAX_ENUM])
    rest = f", … ({len(values)} values)" if len(values) > MAX_ENUM else ""
    return f"{listed}{rest}" if len(values) == 1 else f"one of {listed}{rest}"


def _either(wanted: Sequence[str]) -> str:
    unique = list(dict.fromkeys(wanted))
    rest = f", … ({len(unique)} alternatives)" if len(unique) > MAX_ENUM else ""
    return " or ".join(unique[:MAX_ENUM]) + rest


def _forbidden(schema: Any) -> str:
    if isinstance(schema, dict) and "enum" in schema:
        return "anything but " + ", ".join(shown(v) for v in schema["enum"][:MAX_ENUM])
    return "something that the schema does not exclude" if schema != {} else "nothing here"


def _allowed(known: Sequence[str]) -> str:
    return "is not declared" + (f"; declared: {shortened(', '.join(known), 100)}" if known else "")


def _place(schema: Any) -> Place | None:
    return getattr(schema, "place", None)

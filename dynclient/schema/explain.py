"""Errors of the reference engine → violations that a person can act on: where, what was got, what was wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dynclient.names import suggest
from dynclient.schema.dialect import X_SERIALIZATION
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS
from dynclient.schema.readings import walk_in_place
from dynclient.violations import Place, Violation, shorten, shorten_repr

InstancePath = tuple[str | int, ...]
Definitions = dict[str, Any]

MAX_LISTED_VALUES = 6

#: Bounds that only an integer format gave: true, and no help to anybody.
_INTEGER_FORMAT_LIMITS = frozenset(
    edge for name in ("int32", "int64") for edge in INTEGER_FORMAT_BOUNDS[name]
)
MAX_VIOLATIONS = 200


def explain_errors(
    errors: Iterable[Any], defs: Definitions, at: InstancePath = ()
) -> list[Violation]:
    """Return the violations behind jsonschema's errors, each once.

    Args:
        errors: `jsonschema.ValidationError`s of one value.
        defs: the `$defs` of the schema, to find what was meant by an unknown name.
        at: put before each path.

    """
    telling = _ViolationCollector(defs, at)
    for error in errors:
        telling.collect(error, ())
        if len(telling.violations) >= MAX_VIOLATIONS:
            break
    return list(telling.violations)


#: What the wire refuses, in words.
_SERIALIZATION_TEXTS = {
    "not": "a dot segment, which would leave its place in the path",
    "pattern": "a header carries no control characters, and no white space at its ends",
}


class _ViolationCollector:
    def __init__(self, defs: Definitions, at: InstancePath) -> None:
        self.defs = defs
        self.at = at
        self.violations: dict[Violation, None] = {}

    def collect(self, error: Any, above: InstancePath) -> None:
        path = above + tuple(error.relative_path)
        keyword = error.validator
        if keyword == "required":
            self._collect_missing_properties(error, path)
        elif (
            keyword in ("additionalProperties", "unevaluatedProperties")
            and error.validator_value is False
        ):
            self._collect_unknown_properties(error, path)
        elif keyword in ("anyOf", "oneOf"):
            self._collect_alternatives(error, path)
        elif error.context and keyword in (
            "allOf",
            "$ref",
            "if",
            "then",
            "else",
            "dependentSchemas",
        ):
            for inner in error.context:
                self.collect(inner, path)
        else:
            self._collect_wrong_value(error, path)

    def _add_violation(
        self,
        kind: str,
        path: InstancePath,
        message: str,
        place: Place | None,
        suggestion: str | None = None,
    ) -> None:
        self.violations.setdefault(Violation(kind, self.at + path, message, suggestion, place))

    def _collect_missing_properties(self, error: Any, path: InstancePath) -> None:
        for name in error.validator_value:
            if name not in error.instance:
                schema = self._find_property_schema(error.schema, name)
                self._add_violation(
                    "missing",
                    (*path, name),
                    f"{describe_schema(schema, self.defs)}, required",
                    _get_place(error.schema),
                )

    def _find_property_schema(self, schema: Any, name: str) -> Any:
        for part in walk_in_place(schema, self.defs):
            if name in part.get("properties", {}):
                return part["properties"][name]
        return {}

    def _collect_unknown_properties(self, error: Any, path: InstancePath) -> None:
        known, place = list_declared_names(error.schema, self.defs), _get_place(error.schema)
        for name in error.extra[: MAX_VIOLATIONS + 1]:
            meant = suggest(name, [k for k in known if k not in error.instance] or known, 1)
            if name in known:
                text = "is declared by an alternative that does not apply here"
                self._add_violation("unknown", (*path, name), text, place)
            else:
                self._add_violation(
                    "unknown",
                    (*path, name),
                    _describe_declared_names(known),
                    place,
                    meant[0] if meant else None,
                )

    def _collect_alternatives(self, error: Any, path: InstancePath) -> None:
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
            text = f"got {shorten_repr(error.instance)}, which fits {why}"
            self._add_violation(error.validator, path, text, _get_place(error.schema))
            return
        tagged = self._find_tagged_alternative(error, branches)
        chosen = (
            tagged
            if tagged is not None
            else min(branches, key=lambda i: _measure_distance(branches[i]))
        )
        if tagged is not None or _measure_distance(branches[chosen])[0] == 0 or len(branches) == 1:
            for inner in branches[chosen]:
                self.collect(inner, path)
            return
        wanted = _join_alternatives([describe_schema(s, self.defs) for s in error.validator_value])
        self._add_violation(
            error.validator,
            path,
            f"got {shorten_repr(error.instance)}, want {wanted}",
            _get_place(error.schema),
        )

    def _find_tagged_alternative(self, error: Any, branches: dict[int, list[Any]]) -> int | None:
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

    def _collect_wrong_value(self, error: Any, path: InstancePath) -> None:
        schema = error.schema if isinstance(error.schema, dict) else {}
        place = _get_place(schema)
        for note, text in (
            ("readOnly", "is read-only: it must not be sent"),
            ("writeOnly", "is write-only"),
        ):
            if schema.get(note) is True and schema.get("not") == {}:
                self._add_violation(note, path, text, place)
                return
        if X_SERIALIZATION in schema:
            own = schema[X_SERIALIZATION]
            text = (
                own
                if isinstance(own, str)
                else _SERIALIZATION_TEXTS.get(error.validator, "an empty one is not sent at all")
            )
            self._add_violation(
                "unsafe", path, f"got {shorten_repr(error.instance)}: {text}", place
            )
            return
        keyword = str(error.validator or "false")
        self._add_violation(
            keyword,
            path,
            f"got {self._describe_instance(error)}, want {self._describe_expected(error, schema)}",
            place,
        )

    def _describe_instance(self, error: Any) -> str:
        value = error.instance
        if error.validator in ("minLength", "maxLength") and isinstance(value, str):
            return f"{len(value)} characters"
        if error.validator == "uniqueItems":
            return "equal items"
        return shorten_repr(value)

    def _describe_expected(self, error: Any, schema: dict[str, Any]) -> str:
        if error.validator == "not":
            return _describe_negated_schema(error.validator_value)
        if error.validator in (
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "uniqueItems",
        ):
            return _describe_size(schema) or "something else"
        if error.validator == "dependentRequired":
            return "the properties that go with it: " + ", ".join(map(str, error.validator_value))
        if error.validator in ("contains", "minContains", "maxContains"):
            return f"items that are {describe_schema(schema.get('contains', {}), self.defs)}"
        return describe_schema(schema, self.defs)


def _measure_distance(errors: Sequence[Any]) -> tuple[int, int]:
    """Return how far a value is from a branch: first whether its very kind is wrong, then how much."""
    kind = any(
        e.validator in ("type", "const", "enum", "false") and not e.relative_path for e in errors
    )
    tag = any(e.validator in ("const", "enum") and len(e.relative_path) == 1 for e in errors)
    return int(kind or tag), len(errors)


def list_declared_names(schema: Any, defs: Definitions) -> list[str]:
    """Return the property names that a schema, with all it refers to and all its alternatives, declares."""
    return list(
        dict.fromkeys(
            name for part in walk_in_place(schema, defs) for name in part.get("properties", ())
        )
    )


def describe_schema(schema: Any, defs: Definitions) -> str:
    """Return what a schema wants, in a few words: `integer ≥ 1`, `string, 1–20 characters`, `one of 'a', 'b'`."""
    if not isinstance(schema, dict):
        return "anything" if schema else "nothing"
    parts = [
        part
        for part in walk_in_place(schema, defs, alternatives=False)
        if X_SERIALIZATION not in part
    ]
    merged: dict[str, Any] = {}
    for part in parts:
        for keyword, value in part.items():
            merged.setdefault(keyword, value)
    if "const" in merged:
        return shorten_repr(merged["const"])
    if "enum" in merged:
        return _describe_enum(merged["enum"])
    alternatives = merged.get("anyOf") or merged.get("oneOf")
    if "type" not in merged and alternatives:
        return _join_alternatives([describe_schema(s, defs) for s in alternatives])
    return _describe_merged_keywords(merged)


def _describe_merged_keywords(schema: dict[str, Any]) -> str:
    types = schema.get("type", "any value" if "properties" not in schema else "object")
    words = [" or ".join(types) if isinstance(types, list) else str(types)]
    words[0] += _describe_bounds(schema)
    words += [
        text
        for text in (
            _describe_size(schema),
            str(schema["format"]) if schema.get("format") and "minimum" not in schema else "",
            f"matching {shorten(str(schema['pattern']))}" if "pattern" in schema else "",
            f"a multiple of {schema['multipleOf']}" if "multipleOf" in schema else "",
        )
        if text
    ]
    return ", ".join(words)


def _describe_bounds(schema: dict[str, Any]) -> str:
    low, high = (
        None if limit in _INTEGER_FORMAT_LIMITS else limit
        for limit in (schema.get("minimum"), schema.get("maximum"))
    )
    signs = (("exclusiveMinimum", ">"), ("exclusiveMaximum", "<"))
    text = "".join(f" {sign} {schema[k]}" for k, sign in signs if k in schema)
    if low is not None and high is not None:
        return f" {low}–{high}{text}"
    return (
        (f" ≥ {low}" if low is not None else "") + (f" ≤ {high}" if high is not None else "") + text
    )


def _describe_size(schema: dict[str, Any]) -> str:
    for low, high, noun in (
        ("minLength", "maxLength", "characters"),
        ("minItems", "maxItems", "items"),
        ("minProperties", "maxProperties", "properties"),
    ):
        least, most = schema.get(low), schema.get(high)
        if least is not None and most is not None and least != most:
            return f"{least}–{most} {noun}"
        if least is not None:
            return f"{'exactly' if most is not None else 'at least'} {_format_count(least, noun)}"
        if most is not None:
            return f"at most {_format_count(most, noun)}"
    return "unique items" if schema.get("uniqueItems") else ""


def _format_count(count: int, noun: str) -> str:
    singular = {"properties": "property"}.get(noun, noun.removesuffix("s"))
    return f"{count} {singular if count == 1 else noun}"


def _describe_enum(values: Sequence[Any]) -> str:
    listed = ", ".join(shorten_repr(v) for v in values[:MAX_LISTED_VALUES])
    rest = f", … ({len(values)} values)" if len(values) > MAX_LISTED_VALUES else ""
    return f"{listed}{rest}" if len(values) == 1 else f"one of {listed}{rest}"


def _join_alternatives(wanted: Sequence[str]) -> str:
    unique = list(dict.fromkeys(wanted))
    rest = f", … ({len(unique)} alternatives)" if len(unique) > MAX_LISTED_VALUES else ""
    return " or ".join(unique[:MAX_LISTED_VALUES]) + rest


def _describe_negated_schema(schema: Any) -> str:
    if isinstance(schema, dict) and "enum" in schema:
        return "anything but " + ", ".join(
            shorten_repr(v) for v in schema["enum"][:MAX_LISTED_VALUES]
        )
    return "something that the schema does not exclude" if schema != {} else "nothing here"


def _describe_declared_names(known: Sequence[str]) -> str:
    return "is not declared" + (f"; declared: {shorten(', '.join(known), 100)}" if known else "")


def _get_place(schema: Any) -> Place | None:
    return getattr(schema, "place", None)

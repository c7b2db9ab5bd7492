"""Errors of the reference engine become violations: where, what the value is, what is expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dynclient.display_text import format_count
from dynclient.masking import MASK
from dynclient.names import suggest
from dynclient.schema.declared_names import is_refused_property, list_declared_names
from dynclient.schema.dialect import X_SERIALIZATION, get_place
from dynclient.schema.engines.branch_errors import (
    TRANSPARENT_KEYWORDS,
    collect_listed_values,
    find_tag_errors,
    find_tagged_branch,
    get_tag_name,
    group_by_branch,
    measure_distance,
)
from dynclient.schema.engines.long_values import LongArray, LongObject, measure_size
from dynclient.schema.formats import FORMAT_CHECKS
from dynclient.schema.readings import Definitions, walk_in_place
from dynclient.schema.schema_text import (
    MAX_LISTED_VALUES,
    describe_schema,
    describe_size,
    join_alternatives,
    name_schema,
)
from dynclient.schema.translation.binary_stand_in import BinaryStandIn
from dynclient.violations import Place, Violation, shorten, shorten_repr

InstancePath = tuple[str | int, ...]

#: What a message says of a date-time or time without a time zone.
NO_TIME_ZONE = "has no time zone"
MAX_TIME_CHARS = 64

_LENGTH_KEYWORDS = ("minLength", "maxLength")

MAX_LISTED_NAMES_LENGTH = 100
MAX_VIOLATIONS = 200

#: A longer text is no misspelt value of an enum; with more values nobody compares them all.
MAX_SUGGESTED_CHARS = 60
MAX_COMPARED_VALUES = 2_000

#: Annotation of a property that must not be here -> the message.
_EXCLUSION_TEXTS = {
    "readOnly": "is read-only: it must not be sent",
    "writeOnly": "is write-only",
}

#: Keyword that refuses what the wire cannot carry -> the message.
_SERIALIZATION_TEXTS = {
    "not": "a dot segment, which would leave its place in the path",
    "pattern": "a header carries no control characters, and no white space at its ends",
}


def explain_errors(
    errors: Iterable[Any], defs: Definitions, at: InstancePath = ()
) -> list[Violation]:
    """Return the violations that jsonschema's errors stand for, each once.

    Args:
        errors: `jsonschema.ValidationError`s of one value.
        defs: the `$defs` of the schema, to suggest a declared name for an unknown one.
        at: put before each path.

    """
    collector = _ViolationCollector(defs, at)
    for error in errors:
        collector.collect(error, ())
        if len(collector.violations) >= MAX_VIOLATIONS:
            break
    return list(collector.violations)


class _ViolationCollector:
    """Collects the violations of one value, as the keys of a dict, in order."""

    def __init__(self, defs: Definitions, at: InstancePath) -> None:
        self.defs = defs
        self.at = at
        self.violations: dict[Violation, None] = {}
        self._error: Any = None  # the one whose violations are added

    def collect(self, error: Any, above: InstancePath) -> None:
        """Add the violations of one error, which is at a path below `above`."""
        self._error = error
        path = above + tuple(error.relative_path)
        keyword = error.validator
        is_closing = keyword in ("additionalProperties", "unevaluatedProperties")
        if keyword == "required":
            self._collect_missing_properties(error, path)
        elif is_closing and error.validator_value is False:
            self._collect_unknown_properties(error, path)
        elif keyword in ("anyOf", "oneOf"):
            self._collect_alternatives(error, path)
        elif error.context and keyword in TRANSPARENT_KEYWORDS:
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
        name = path[-1] if path else ""
        expected = self._find_expected(kind, name)
        got = self._find_value(kind, name)
        violation = Violation(kind, self.at + path, message, suggestion, place, expected, got)
        self.violations.setdefault(violation)

    def _find_expected(self, kind: str, name: str | int) -> Any:
        """Return what was expected of the value, or of a property, as data."""
        error = self._error
        if kind == "missing":
            return self._find_property_schema(error.schema, str(name))
        if kind == "unknown":
            return list_declared_names(error.schema, self.defs)
        if kind in ("anyOf", "oneOf"):
            return [describe_schema(branch, self.defs) for branch in error.validator_value]
        if kind == "enum" and error.validator in ("anyOf", "oneOf"):
            return collect_listed_values(find_tag_errors(error, group_by_branch(error)))
        return error.validator_value if kind in (error.validator, "unsafe") else None

    def _find_value(self, kind: str, name: str | int) -> Any:
        """Return the value that is wrong: the error's, or that of one of its properties."""
        if _is_password(self._error.schema):
            return MASK
        value = self._error.instance
        is_of_property = kind in ("missing", "unknown") or kind == "enum" != self._error.validator
        return value.get(name) if is_of_property and isinstance(value, dict) else value

    # --- properties

    def _collect_missing_properties(self, error: Any, path: InstancePath) -> None:
        for name in error.validator_value:
            if name in error.instance:
                continue
            schema = self._find_property_schema(error.schema, name)
            message = f"{describe_schema(schema, self.defs)}, required"
            self._add_violation("missing", (*path, name), message, get_place(error.schema))

    def _find_property_schema(self, schema: Any, name: str) -> Any:
        for part in walk_in_place(schema, self.defs):
            if name in part.get("properties", {}):
                return part["properties"][name]
        return {}

    def _collect_unknown_properties(self, error: Any, path: InstancePath) -> None:
        place = get_place(error.schema)
        declared = list_declared_names(error.schema, self.defs)
        unused = [name for name in declared if name not in error.instance]
        for name in error.undeclared_names[: MAX_VIOLATIONS + 1]:
            message = _describe_declared_names(declared)
            suggestion = None
            if name in declared:
                message = "is declared by an alternative that does not apply here"
            else:
                suggestion = next(iter(suggest(name, unused or declared, 1)), None)
            self._add_violation("unknown", (*path, name), message, place, suggestion)

    # --- alternatives

    def _collect_alternatives(self, error: Any, path: InstancePath) -> None:
        """Collect the violations of the branch that was intended, if it can be found."""
        errors_by_branch = group_by_branch(error)
        if self._collect_wrong_tag(error, errors_by_branch, path):
            return
        intended = self._find_intended_branch(error, errors_by_branch)
        if intended is not None:
            for inner in errors_by_branch[intended]:
                self.collect(inner, path)
            return

        reason = "which fits none of the alternatives"
        if errors_by_branch:
            branches = [describe_schema(branch, self.defs) for branch in error.validator_value]
            reason = f"want {join_alternatives(branches)}"
        fitting = getattr(error, "fitting_branches", ())
        if fitting:
            reason = self._describe_overlap(error, fitting)
        message = f"got {shorten_repr(error.instance)}, {reason}"
        self._add_violation(error.validator, path, message, get_place(error.schema))

    def _describe_overlap(self, error: Any, fitting: Sequence[int]) -> str:
        """Return which alternatives fit where exactly one is allowed, and the way out."""
        names = [name_schema(error.validator_value[index], self.defs) for index in fitting]
        if len(set(names)) < len(names):
            names = [f"number {index + 1}" for index in fitting]
        listed = shorten(" and ".join(names), MAX_LISTED_NAMES_LENGTH)
        tag = get_tag_name(error)
        way_out = "option one_of='any' allows it"
        if tag and isinstance(error.instance, dict) and tag not in error.instance:
            way_out = f"give {tag} to choose"
        return f"which fits several alternatives, {listed}, where one is allowed; {way_out}"

    def _collect_wrong_tag(
        self, error: Any, errors_by_branch: dict[int, list[Any]], path: InstancePath
    ) -> bool:
        """Collect the violation of a property that tells the alternatives apart, if it is wrong.

        It is the discriminator's property, else one whose listed values each branch refuses.
        """
        tag_errors = find_tag_errors(error, errors_by_branch)
        if not tag_errors:
            return False
        first = tag_errors[0]
        name = first.relative_path[0]
        values = collect_listed_values(tag_errors)
        expected = join_alternatives([shorten_repr(value) for value in values])
        message = f"got {shorten_repr(first.instance)}, want {expected}"
        texts = [value for value in values if isinstance(value, str)]
        suggestions = suggest(first.instance, texts, 1) if isinstance(first.instance, str) else ()
        suggestion = next(iter(suggestions), None)
        self._add_violation("enum", (*path, name), message, get_place(first.schema), suggestion)
        return True

    def _find_intended_branch(
        self, error: Any, errors_by_branch: dict[int, list[Any]]
    ) -> int | None:
        """Return the branch of the discriminator's tag, else the nearest; None: all are far.

        The nearest is of the value's kind, has its tag, declares most of its properties and has
        the fewest errors.
        """
        if not errors_by_branch:
            return None
        tagged = find_tagged_branch(error, errors_by_branch)
        if tagged is not None:
            return tagged
        distances = {
            index: (*measure_distance(errors), -self._count_declared(error, index), len(errors))
            for index, errors in errors_by_branch.items()
        }
        nearest = min(distances, key=distances.__getitem__)
        is_of_same_kind = distances[nearest][0] == 0
        return nearest if is_of_same_kind or len(distances) == 1 else None

    def _count_declared(self, error: Any, index: int) -> int:
        """Return how many properties of an object a branch declares."""
        if not isinstance(error.instance, dict):
            return 0
        declared = set(list_declared_names(error.validator_value[index], self.defs))
        return len(declared & error.instance.keys())

    # --- one value

    def _collect_wrong_value(self, error: Any, path: InstancePath) -> None:
        schema = error.schema if isinstance(error.schema, dict) else {}
        place = get_place(schema)
        if is_refused_property(schema):
            annotation = next(name for name in _EXCLUSION_TEXTS if schema.get(name) is True)
            self._add_violation(annotation, path, _EXCLUSION_TEXTS[annotation], place)
            return
        if X_SERIALIZATION in schema:
            text = _describe_serialization(schema[X_SERIALIZATION], error.validator)
            message = f"got {shorten_repr(error.instance)}: {text}"
            self._add_violation("unsafe", path, message, place)
            return
        keyword = str(error.validator or "false")
        if keyword == "enum" and not _has_listed_type(error):
            keyword = "type"  # it is no new value of the enum
        expected = self._describe_expected(error, schema)
        message = f"got {_describe_instance(error)}, want {expected}"
        suggestion = _suggest_value(error) if keyword == "enum" else None
        self._add_violation(keyword, path, message, place, suggestion)

    def _describe_expected(self, error: Any, schema: dict[str, Any]) -> str:
        keyword = error.validator
        if isinstance(error.instance, BinaryStandIn):
            octets = _describe_octets(keyword, schema)
            if octets:
                return octets
        if keyword == "not":
            return _describe_negated_schema(error.validator_value)
        if keyword in ("minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems"):
            return describe_size(schema) or "something else"
        if keyword == "dependentRequired":
            return "the properties that go with it: " + ", ".join(map(str, error.validator_value))
        if keyword in ("contains", "minContains", "maxContains"):
            return f"items that are {describe_schema(schema.get('contains', {}), self.defs)}"
        return describe_schema(schema, self.defs)


def _suggest_value(error: Any) -> str | None:
    """Return the listed text that was probably meant; None for a secret, or where none is near."""
    if not isinstance(error.instance, str) or _is_password(error.schema):
        return None
    if len(error.instance) > MAX_SUGGESTED_CHARS:
        return None
    texts = [value for value in error.validator_value if isinstance(value, str)]
    return next(iter(suggest(error.instance, texts[:MAX_COMPARED_VALUES], 1)), None)


def _has_listed_type(error: Any) -> bool:
    """Return whether the value that `enum` refuses has the type of one of the listed values."""
    return _get_kind(error.instance) in map(_get_kind, error.validator_value)


def _get_kind(value: Any) -> type:
    """Return a type that values of one JSON type share."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float if is_number else type(value)


def _describe_instance(error: Any) -> str:
    value = error.instance
    if error.validator in _LENGTH_KEYWORDS and isinstance(value, str):
        return _describe_length(value)
    if error.validator == "format" and _lacks_time_zone(error.validator_value, value):
        return f"{shorten_repr(value)}, which {NO_TIME_ZONE}"
    if error.validator == "uniqueItems":
        return "equal items"
    if _is_password(error.schema):
        return "a password"
    is_long = isinstance(value, LongArray | LongObject)
    return repr(value) if is_long else shorten_repr(value)


def _describe_length(text: str) -> str:
    if isinstance(text, BinaryStandIn):
        return format_count(text.size_bytes or 0, "byte")
    return f"{measure_size(text)} characters"


def _is_password(schema: Any) -> bool:
    """Tell whether a schema marks its value as secret; then no message shows it."""
    return isinstance(schema, dict) and schema.get("format") == "password"


def _lacks_time_zone(format_name: str, text: str) -> bool:
    """Tell whether a date-time or time is one but for its time zone."""
    if format_name not in ("date-time", "time") or len(text) > MAX_TIME_CHARS:
        return False
    return FORMAT_CHECKS[format_name](text + "Z")


def _describe_octets(keyword: Any, schema: dict[str, Any]) -> str:
    """Return what binary data must be, "" where the schema says it as well."""
    if keyword in ("format", "contentEncoding"):
        return "base64 text: give base64.b64encode(…).decode()"
    if keyword in _LENGTH_KEYWORDS:
        lengths = {name: schema[name] for name in _LENGTH_KEYWORDS if name in schema}
        return describe_size(lengths).replace("character", "byte")
    return ""


def _describe_serialization(reason: Any, keyword: str) -> str:
    """Return what the wire cannot carry: in the schema's own words, else by the keyword."""
    if isinstance(reason, str):
        return reason
    return _SERIALIZATION_TEXTS.get(keyword, "an empty one is not sent at all")


# --- schemas in words


def _describe_negated_schema(schema: Any) -> str:
    if isinstance(schema, dict) and "enum" in schema:
        values = map(shorten_repr, schema["enum"][:MAX_LISTED_VALUES])
        return "anything but " + ", ".join(values)
    return "nothing here" if schema == {} else "something that the schema does not exclude"


def _describe_declared_names(names: Sequence[str]) -> str:
    if not names:
        return "is not declared"
    return f"is not declared; declared: {shorten(', '.join(names), MAX_LISTED_NAMES_LENGTH)}"

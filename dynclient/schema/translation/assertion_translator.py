"""Assertions of a Schema Object on one value: they carry over as they are, or nearly so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dynclient import regex
from dynclient.document.references import Node
from dynclient.schema.dialect import TYPES, Schema
from dynclient.schema.formats import INTEGER_FORMAT_BOUNDS
from dynclient.schema.translation.keyword_values import (
    ASSERTIONS,
    MAX_SIZE,
    SIZE_KEYWORDS,
    is_string,
)
from dynclient.schema.translation.translation_problems import TranslationProblems

_ASSERTION_NAMES = frozenset(ASSERTIONS)

#: Keywords of which numeric bounds may be made.
_BOUND_SOURCES = frozenset({"exclusiveMaximum", "exclusiveMinimum", "format"})


class AssertionTranslator:
    """Translates the assertions of Schema Objects, `required` apart.

    Args:
        problems: takes what cannot be carried over.
        own_formats: the names of the user's own formats, which no format of ours bounds.

    """

    def __init__(self, problems: TranslationProblems, own_formats: frozenset[str]) -> None:
        self._problems = problems
        self._own_formats = own_formats

    def translate(self, schema: Schema, node: Node) -> None:
        """Carry the assertions of a Schema Object over, those on subschemas apart."""
        value = node.value
        if not _ASSERTION_NAMES.isdisjoint(value):
            self._translate_plain_assertions(schema, node)
        if "type" in value:
            self._translate_type(schema, node)
        if "pattern" in value:
            self._translate_pattern(schema, node)
        if not _BOUND_SOURCES.isdisjoint(value):
            self._translate_bounds(schema, node)

    def _translate_plain_assertions(self, schema: Schema, node: Node) -> None:
        value = node.value
        for keyword, is_valid in ASSERTIONS.items():
            if keyword in value and self._check_keyword_value(node, keyword, is_valid):
                schema[keyword] = value[keyword]
                if keyword in SIZE_KEYWORDS:
                    schema[keyword] = min(int(value[keyword]), MAX_SIZE)
        if schema.get("enum") == []:
            message = "an `enum` without members allows no value"
            hint = "list the values, or remove the `enum`"
            self._problems.report(node.get_child("enum"), "empty-enum", message, "warning", hint)

    def _translate_pattern(self, schema: Schema, node: Node) -> None:
        if not self._check_keyword_value(node, "pattern", is_string):
            return
        pattern = node.value["pattern"]
        if self.check_pattern(node.get_child("pattern"), pattern):
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
            self._problems.report_keyword(node, keyword)
        return False

    def check_pattern(self, node: Node, pattern: str) -> bool:
        """Return whether a pattern can be read; report it if not."""
        try:
            regex.compile(pattern)
        except regex.PatternError as error:
            self._problems.report(node, "bad-pattern", f"the pattern is not checked: {error}")
            return False
        return True

    def _translate_type(self, schema: Schema, node: Node) -> None:
        value = node.value["type"]
        if isinstance(value, str) and value in TYPES:
            schema["type"] = value
            return
        names = value if isinstance(value, list) else [value]
        types = [name for name in TYPES if name in names]
        has_unknown = len(types) < len(names)
        if has_unknown or not types:
            message = f"`type` {str(value)[:60]!r} is not one of JSON's types"
            self._problems.report(node.get_child("type"), "unknown-type", message)
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
                self._problems.report_keyword(node, exclusive)

        name = str(node.value.get("format"))
        bounds = None if name in self._own_formats else INTEGER_FORMAT_BOUNDS.get(name)
        if bounds and _allows_only_integers(schema.get("type")):
            low, high = bounds
            schema["minimum"] = max(schema.get("minimum", low), low)
            schema["maximum"] = min(schema.get("maximum", high), high)


def _allows_only_integers(types: Any) -> bool:
    """Return whether a `type` allows integers and no other numbers."""
    if isinstance(types, list):
        return "integer" in types and "number" not in types
    return bool(types == "integer")

"""Schemas of which a closed part refuses what the whole requires: no object fits them as written.

The author means that the whole has no other properties, as `unevaluatedProperties: false` says
since 3.1. So the parts are opened, and the whole is closed.
"""

from __future__ import annotations

from collections.abc import Iterable

from dynclient.document.openapi_version import REFERENCE_ONLY_FLAVOURS, SchemaFlavour
from dynclient.document.references import Node
from dynclient.schema.dialect import Schema
from dynclient.schema.translation.conjuncts import ConjunctReader
from dynclient.schema.translation.translation_problems import TranslationProblems

_HINT = (
    "`additionalProperties: false` refuses what the other parts of `allOf` declare; leave it out, "
    "or write `unevaluatedProperties: false` beside `allOf` (OpenAPI 3.1)"
)

#: Beside a `$ref`, one of these may contradict what it refers to.
_CONTRADICTING_KEYWORDS = frozenset(
    ("additionalProperties", "allOf", "properties", "required", "unevaluatedProperties")
)


class ClosedPartReader:
    """Finds the schemas of which a closed part refuses what the whole requires.

    Args:
        flavour: the version family of the document.
        conjuncts: reads a schema together with its parts.
        problems: takes the schemas that no object fits.

    """

    def __init__(
        self, flavour: SchemaFlavour, conjuncts: ConjunctReader, problems: TranslationProblems
    ) -> None:
        self._has_references_alone = flavour in REFERENCE_ONLY_FLAVOURS
        self._conjuncts = conjuncts
        self._problems = problems

    def find_refused_requirements(self, node: Node) -> frozenset[str]:
        """Return what a schema requires while a part of it refuses it."""
        value = node.value
        if "$ref" in value:
            if self._has_references_alone or _CONTRADICTING_KEYWORDS.isdisjoint(value):
                return frozenset()  # what it refers to is closed itself
        elif "allOf" not in value and value.get("additionalProperties") is not False:
            return frozenset()
        refused = self._conjuncts.find_refused_requirements(node)
        description = self._conjuncts.describe_refusal(node) if refused else ""
        if description:
            message = f"no object fits this schema: {description}; the whole is read as closed"
            self._problems.report(node, "unsatisfiable-schema", message, hint=_HINT)
        return refused


def close_whole(schema: Schema, undeclared_names: Iterable[str]) -> None:
    """Let a schema have no properties but those of its parts, and some that it requires."""
    undeclared = dict.fromkeys(sorted(undeclared_names), True)
    if undeclared:
        schema["properties"] = {**schema.get("properties", {}), **undeclared}
    schema["unevaluatedProperties"] = False


def open_part(schema: Schema) -> None:
    """Let a schema refuse no properties: a schema around it does."""
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if schema.get(keyword) is False:
            del schema[keyword]

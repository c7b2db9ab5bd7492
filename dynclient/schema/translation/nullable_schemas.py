"""Schemas that say `nullable`."""

from __future__ import annotations

from typing import Any

from dynclient.document.references import Node
from dynclient.schema.dialect import UNION_KEYWORDS, Schema
from dynclient.schema.translation.translation_options import TranslationOptions
from dynclient.schema.translation.translation_problems import TranslationProblems
from dynclient.schema.translation.widening import allow_null

#: What may stand beside `nullable` without asserting anything.
_ANNOTATIONS = frozenset({"description", "title", "default", "example", "deprecated"})


def translate_nullable(
    schema: Schema, node: Node, problems: TranslationProblems, options: TranslationOptions
) -> Schema:
    """Return a schema with what its `nullable` says.

    Args:
        schema: the translation of its other keywords.
        node: the Schema Object.
        problems: gets the problem of a `nullable` that is no boolean.
        options: what the translation lets pass.

    """
    nullable = node.value.get("nullable", False)
    if not isinstance(nullable, bool):
        problems.report_keyword(node, "nullable")
    if schema.get("type") in ("null", ["null"]) and _has_no_null_alternative(schema):
        message = (
            "no value fits this schema: no alternative has its `type`, 'null'; null is read as one "
            "more alternative"
        )
        hint = "write `type: 'null'` as one more alternative, and leave it out here"
        problems.report(node, "unsatisfiable-schema", message, hint=hint)
        del schema["type"]
    elif nullable is not True:
        return schema
    if options.reads_null_alternatives and _is_null_alternative(node):
        return Schema({**schema, "type": "null"}, schema.place)
    return allow_null(schema)


def _has_no_null_alternative(schema: Schema) -> bool:
    """Tell whether a schema has alternatives, and each one has a type and none allows null.

    Converters from OpenAPI 3.0 write `type: 'null'` beside them for `nullable: true`.
    """
    alternatives = [part for keyword in UNION_KEYWORDS for part in schema.get(keyword, ())]
    return bool(alternatives) and all(map(_has_type_without_null, alternatives))


def _has_type_without_null(schema: Any) -> bool:
    types = schema.get("type") if isinstance(schema, dict) else None
    return types is not None and "null" not in types


def _is_null_alternative(node: Node) -> bool:
    """Tell whether a Schema Object is an alternative that only says `nullable: true`.

    By the standard such a schema allows every value: `nullable` only adds null to a `type` beside
    it. Generators write it for an optional value all the same.

    Source: OAS 3.0.3 Schema Object, nullable.
    """
    keywords = {name for name in node.value if not name.startswith("x-")}
    keywords.discard("nullable")
    owner, _, _ = node.pointer.rpartition("/")
    return keywords <= _ANNOTATIONS and owner.rpartition("/")[2] in UNION_KEYWORDS

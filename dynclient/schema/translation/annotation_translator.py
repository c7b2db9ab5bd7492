"""Annotations of a Schema Object: they carry over, and open enums and formats of the user count."""

from __future__ import annotations

from typing import Any

from dynclient.document.references import Node
from dynclient.schema.dialect import Schema
from dynclient.schema.formats import CheckedFormat
from dynclient.schema.translation.keyword_values import has_only_finite_numbers
from dynclient.schema.translation.open_enums import X_EXTENSIBLE_ENUM, is_open_enum, open_enum
from dynclient.schema.translation.translation_options import TranslationOptions
from dynclient.schema.translation.translation_problems import TranslationProblems

#: Annotation -> the type that its value must have.
_ANNOTATIONS: dict[str, type] = {
    **dict.fromkeys(("contentEncoding", "contentMediaType", "description", "format", "title"), str),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly"), bool),
    "default": object,
    "x-extensible-enum": object,
    "x-ms-enum": dict,
}


class AnnotationTranslator:
    """Translates the annotations of Schema Objects.

    Args:
        problems: takes what cannot be carried over.
        options: whether enums are open, and the user's own formats.

    """

    def __init__(self, problems: TranslationProblems, options: TranslationOptions) -> None:
        self._problems = problems
        self._opens_enums = options.opens_enums
        self._format_checks = dict(options.formats)

    def translate(self, schema: Schema, node: Node) -> None:
        """Carry the annotations of a Schema Object over, the discriminator apart."""
        value = node.value
        for keyword, value_type in _ANNOTATIONS.items():
            if keyword not in value:
                continue
            annotation = value[keyword]
            if isinstance(annotation, value_type) and has_only_finite_numbers(annotation):
                schema[keyword] = annotation
            else:
                self._problems.report_keyword(node, keyword)

        if "format" in schema:
            self._add_format_check(schema)
        if "enum" in schema and is_open_enum(value):
            schema.setdefault(X_EXTENSIBLE_ENUM, True)
            if self._opens_enums:
                open_enum(schema)
        if "example" in value or "examples" in value:
            _translate_examples(schema, value)

    def _add_format_check(self, schema: Schema) -> None:
        """Let the format of a schema carry its check, where it is one of the user's."""
        name = schema["format"]
        if name in self._format_checks:
            schema["format"] = CheckedFormat(name, self._format_checks[name])


def _translate_examples(schema: Schema, schema_object: dict[str, Any]) -> None:
    """Carry `example` and `examples` over as one list."""
    examples = [schema_object["example"]] if "example" in schema_object else []
    if isinstance(schema_object.get("examples"), list):
        examples += schema_object["examples"]
    if examples and has_only_finite_numbers(examples):
        schema["examples"] = examples

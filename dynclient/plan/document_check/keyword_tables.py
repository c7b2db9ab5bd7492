"""The keywords of a Schema Object, and those of other versions with what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

from dynclient.document.openapi_version import SchemaFlavour

#: Source: OAS 3.0.3 Schema Object.
_KEYWORDS_OF_3_0 = (
    *("title", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
    *("maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties"),
    *("minProperties", "required", "enum", "type", "allOf", "oneOf", "anyOf", "not", "items"),
    *("properties", "additionalProperties", "description", "format", "default", "nullable"),
    *("discriminator", "readOnly", "writeOnly", "xml", "externalDocs", "example", "deprecated"),
)

#: Keyword that Swagger 2.0 lacks -> what to write there instead. Source: Swagger 2.0 Schema Object.
_NEW_IN_3_0: Mapping[str, str] = {
    "nullable": "`x-nullable: true`",
    "writeOnly": "",
    "deprecated": "",
    **dict.fromkeys(("oneOf", "anyOf", "not"), ""),
}

#: Keyword that OpenAPI 3.0 lacks -> what to write there instead, "" where nothing does the same.
#: Source: OAS 3.1.1 Schema Object; JSON Schema 2020-12.
_NEW_IN_3_1: Mapping[str, str] = {
    "const": "an `enum` of one value",
    "examples": "`example`",
    "contentEncoding": "`format: byte`",
    "contentMediaType": "`format: binary`",
    "$defs": "components.schemas",
    "patternProperties": "`additionalProperties`",
    "prefixItems": "`items`",
    **dict.fromkeys(("$schema", "$id", "$anchor", "$comment", "$vocabulary"), ""),
    **dict.fromkeys(("$dynamicRef", "$dynamicAnchor", "if", "then", "else", "contains"), ""),
    **dict.fromkeys(("minContains", "maxContains", "propertyNames", "dependentSchemas"), ""),
    **dict.fromkeys(("dependentRequired", "unevaluatedItems", "unevaluatedProperties"), ""),
    **dict.fromkeys(("contentSchema",), ""),
}

#: Keyword of OpenAPI 3.0 or of an earlier draft that 3.1 lacks -> what to write there instead.
_GONE_IN_3_1: Mapping[str, str] = {
    "nullable": "`'null'` among the types",
    "additionalItems": "`items`",
    "dependencies": "`dependentRequired` or `dependentSchemas`",
    "$recursiveRef": "`$dynamicRef`",
}

#: Version -> its keywords.
KEYWORDS: Mapping[SchemaFlavour, frozenset[str]] = {
    "2.0": frozenset({*_KEYWORDS_OF_3_0} - _NEW_IN_3_0.keys()),
    "3.0": frozenset(_KEYWORDS_OF_3_0),
    "3.1": frozenset({*_KEYWORDS_OF_3_0, *_NEW_IN_3_1} - _GONE_IN_3_1.keys()),
}

#: Version -> keywords of the other version, with what to write instead.
FOREIGN_KEYWORDS: Mapping[SchemaFlavour, Mapping[str, str]] = {
    "2.0": {**_NEW_IN_3_0, **_NEW_IN_3_1},
    "3.0": _NEW_IN_3_1,
    "3.1": _GONE_IN_3_1,
}

#: Shorter keywords are never what somebody misspelt: `note` is no misspelt `not`.
_MIN_KEYWORD_CHARS = 4

#: From this length on two letters may be wrong.
_LONG_KEYWORD_CHARS = 7


def find_misspelt_keyword(key: str, version: SchemaFlavour) -> str:
    """Return the keyword that a key is a misspelling of, "" where it is none.

    A key that is no keyword is legal in OpenAPI 3.1, so only what is very near to one counts.
    """
    folded_key = _fold(key)
    best, best_distance = "", 3
    for keyword in sorted(KEYWORDS[version]):
        if len(keyword) < _MIN_KEYWORD_CHARS:
            continue
        allowed = 2 if min(len(keyword), len(key)) >= _LONG_KEYWORD_CHARS else 1
        distance = _measure_distance(folded_key, _fold(keyword), allowed)
        if distance <= allowed and distance < best_distance:
            best, best_distance = keyword, distance
    return best


def _fold(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _measure_distance(left: str, right: str, limit: int) -> int:
    """Return how many letters are missing, too many, wrong or swapped; more than `limit` is cut.

    Source: the optimal string alignment distance.
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            cost = min(
                last[column] + 1, current[column - 1] + 1, last[column - 1] + (letter != other)
            )
            is_swapped = (
                row > 1 and column > 1 and (letter, left[row - 2]) == (right[column - 2], other)
            )
            if is_swapped:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        before_last, last = last, current
    return last[-1]

"""What the arrays of a parameter cannot hold, as one of their delimiters would end it.

Source: Swagger 2.0 Parameter Object and Items Object, collectionFormat.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

from dynclient.model import Parameter
from dynclient.schema.dialect import X_SERIALIZATION


def build_array_limits(parameter: Parameter, text_limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema that excludes arrays which cannot be read back from their text.

    Args:
        parameter: the parameter.
        text_limits: the schema of what a text in its location can be.

    """
    delimiters = parameter.delimiters
    item_limits = _limit_items(delimiters, is_escaped=parameter.location != "header")
    items: dict[str, Any] = {X_SERIALIZATION: True, "allOf": [item_limits, dict(text_limits)]}
    inner_limits = list(itertools.pairwise(delimiters))
    for outer, inner in reversed(inner_limits):
        items = _limit_inner_array(items, has_same_delimiter=outer == inner)
    return {X_SERIALIZATION: True, "items": items}


def _limit_items(delimiters: tuple[str, ...], *, is_escaped: bool) -> dict[str, Any]:
    """Return the schema of an item without delimiters; in a URL a comma can be escaped."""
    characters = {delimiter for delimiter in delimiters if delimiter}
    if is_escaped:
        characters.discard(",")
    if not characters:
        return {}
    names = " or ".join(sorted(repr(character) for character in characters))
    text = f"{names} ends an item of this array, and nothing can escape it"
    inside = "".join(re.escape(character) for character in sorted(characters))
    # White space at either end of a header is nobody's.
    is_trimmed = not is_escaped and not characters.isdisjoint(" \t")
    quantifier = "+" if is_trimmed else "*"
    return {X_SERIALIZATION: text, "pattern": f"^[^{inside}]{quantifier}$"}


def _limit_inner_array(items: dict[str, Any], *, has_same_delimiter: bool) -> dict[str, Any]:
    """Return the schema of an array in an array: an empty one would have no text."""
    limits: dict[str, Any] = {
        X_SERIALIZATION: "an array in an array needs an item",
        "minItems": 1,
        "not": {"enum": [[""]]},
        "items": items,
    }
    if has_same_delimiter:
        text = "an array in an array with the same delimiter cannot have more than one item"
        limits |= {X_SERIALIZATION: text, "maxItems": 1}
    return limits

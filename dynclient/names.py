"""Converts operationIds and parameter names to Python names, and suggests similar names."""

from __future__ import annotations

import difflib
import keyword
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_NOT_WORD = re.compile(r"\W+")
_PLURAL_ACRONYM = re.compile(r"(?<=[a-z0-9])([A-Z]{2,}s)(?![a-z])")
_ACRONYM_THEN_WORD = re.compile(r"([A-Z]+)([A-Z][a-z])")
_LOWER_THEN_UPPER = re.compile(r"([a-z0-9])([A-Z])")


#: The Python name of what has no letter or digit in its name.
NAMELESS = "_"

#: From 0 to 1: names less similar than this are not suggested.
MIN_SIMILARITY = 0.6


@lru_cache(maxsize=4096)
def to_snake_case(name: str) -> str:
    """Return a name in the spelling of Python.

    `customerSessionId` → `customer_session_id`, `integrationIDs` → `integration_ids`,
    `X-Request-ID` → `x_request_id`, `filter[name]` → `filter_name`. A Python keyword gets a
    trailing underscore (`from_`).
    """
    name = _NOT_WORD.sub("_", name)
    name = _PLURAL_ACRONYM.sub(lambda m: "_" + m[0].lower() + "_", name)
    name = _ACRONYM_THEN_WORD.sub(r"\1_\2", name)
    name = _LOWER_THEN_UPPER.sub(r"\1_\2", name).lower()
    # `\w` matches digits that no Python name may have, such as ².
    characters = unicodedata.normalize("NFKC", name)
    name = "".join(char if f"a{char}".isidentifier() else "_" for char in characters)
    name = re.sub("_+", "_", name).strip("_")
    if not name or name[0].isdigit():
        name = "_" + name
    return name + "_" if keyword.iskeyword(name) else name


def suggest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the known names that are similar to a name, the most similar first."""
    known_by_folded: dict[str, str] = {}
    for known_name in known:
        known_by_folded.setdefault(_fold_name(known_name), known_name)
    matches = difflib.get_close_matches(
        _fold_name(name), known_by_folded, n=limit, cutoff=MIN_SIMILARITY
    )
    return [known_by_folded[match] for match in matches]


def _fold_name(name: str) -> str:
    return to_snake_case(name).replace("_", "")

"""operationId and parameter names ↔ Python names, and which name was probably meant."""

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


@lru_cache(maxsize=4096)
def to_snake_case(name: str) -> str:
    """Return a name as Python people write it.

    `customerSessionId` → `customer_session_id`, `integrationIDs` → `integration_ids`, `X-Request-ID` →
    `x_request_id`, `filter[name]` → `filter_name`; a keyword gets a trailing underscore (`from_`).
    """
    name = _NOT_WORD.sub("_", name)
    name = _PLURAL_ACRONYM.sub(lambda m: "_" + m[0].lower() + "_", name)
    name = _ACRONYM_THEN_WORD.sub(r"\1_\2", name)
    name = _LOWER_THEN_UPPER.sub(r"\1_\2", name).lower()
    # `\w` knows digits that no Python name takes, such as ².
    name = "".join(
        c if f"a{c}".isidentifier() else "_" for c in unicodedata.normalize("NFKC", name)
    )
    name = re.sub("_+", "_", name).strip("_")
    if not name or name[0].isdigit():
        name = "_" + name
    return name + "_" if keyword.iskeyword(name) else name


def suggest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the known names that `name` may have been meant for, the nearest first."""
    spelled: dict[str, str] = {}
    for candidate in known:
        spelled.setdefault(_fold_name(candidate), candidate)
    close = difflib.get_close_matches(_fold_name(name), spelled, n=limit, cutoff=0.6)
    return [spelled[c] for c in close]


def _fold_name(name: str) -> str:
    return to_snake_case(name).replace("_", "")

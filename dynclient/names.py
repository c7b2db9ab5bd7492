"""Converts operationIds and parameter names to Python names, and suggests similar names."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache, partial

_NOT_WORD = re.compile(r"\W+")
_PLURAL_ACRONYM = re.compile(r"(?<=[a-z0-9])([A-Z]{2,}s)(?![a-z])")
_ACRONYM_THEN_WORD = re.compile(r"([A-Z]+)([A-Z][a-z])")
_LOWER_THEN_UPPER = re.compile(r"([a-z0-9])([A-Z])")


#: The Python name of what has no letter or digit in its name.
NAMELESS = "_"

#: The public names of Client and AsyncClient. An operation of such a name gets an underscore.
CLIENT_NAMES = frozenset(
    {"aclose", "call", "close", "document", "find", "items", "operations", "pages", "recipe"}
    | {"tags", "with_options"}
)

#: From 0 to 1: names less similar than this are not suggested.
MIN_SIMILARITY = 0.6


#: Words of which one cannot stand for another, however similar the names are.
_OPPOSITES: tuple[tuple[frozenset[str], ...], ...] = (
    (
        frozenset({"add", "create", "insert", "new", "post", "register"}),
        frozenset({"fetch", "find", "get", "list", "query", "read", "retrieve", "search", "show"}),
        frozenset({"change", "edit", "modify", "patch", "put", "replace", "set", "update"}),
        frozenset({"clear", "delete", "destroy", "drop", "purge", "remove", "revoke"}),
    ),
    (frozenset({"enable", "enabled"}), frozenset({"disable", "disabled"})),
    (frozenset({"activate"}), frozenset({"deactivate"})),
    (frozenset({"start", "begin"}), frozenset({"end", "stop", "finish"})),
    (frozenset({"min", "minimum"}), frozenset({"max", "maximum"})),
    (frozenset({"from"}), frozenset({"to"})),
    (frozenset({"before"}), frozenset({"after"})),
    (frozenset({"first"}), frozenset({"last"})),
    (frozenset({"lock"}), frozenset({"unlock"})),
    (frozenset({"include"}), frozenset({"exclude"})),
    (frozenset({"open"}), frozenset({"close"})),
    (frozenset({"source"}), frozenset({"destination", "target"})),
    (frozenset({"old"}), frozenset({"new"})),
    (frozenset({"import"}), frozenset({"export"})),
)


@lru_cache(maxsize=4096)
def to_snake_case(name: str) -> str:
    """Return a name in the spelling of Python.

    `customerSessionId` → `customer_session_id`, `integrationIDs` → `integration_ids`,
    `X-Request-ID` → `x_request_id`, `filter[name]` → `filter_name`. A Python keyword gets a
    trailing underscore (`from_`).
    """
    name = _NOT_WORD.sub("_", unicodedata.normalize("NFKC", name))
    name = _PLURAL_ACRONYM.sub(lambda m: "_" + m[0].lower() + "_", name)
    name = _ACRONYM_THEN_WORD.sub(r"\1_\2", name)
    name = _LOWER_THEN_UPPER.sub(r"\1_\2", name).lower()
    # Small letters may be written as a letter and a mark, and `\w` matches no mark but digits that
    # no Python name may have.
    characters = unicodedata.normalize("NFKC", _NOT_WORD.sub("_", name))
    name = "".join(char if f"a{char}".isidentifier() else "_" for char in characters)
    name = re.sub("_+", "_", name).strip("_")
    # The first character may be one that Python allows further on only, such as a digit.
    if not name.isidentifier():
        name = "_" + name
    return name + "_" if keyword.iskeyword(name) else name


def to_operation_name(key: str) -> str:
    """Return the Python name of an operation: in snake_case, and none that the client has itself.

    `createAudienceV2` → `create_audience_v2`, `GET /v2/audiences` → `get_v2_audiences`,
    `close` → `close_`.

    Args:
        key: the operationId, or `METHOD /path`.

    """
    name = to_snake_case(key)
    return name + "_" if name in CLIENT_NAMES else name


def suggest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the known names that can be meant by a similar name, the most similar first."""
    known_by_folded: dict[str, str] = {}
    for known_name in known:
        if can_mean(name, known_name):
            known_by_folded.setdefault(_fold_name(known_name), known_name)
    import difflib  # only for somebody who misspelt a name

    matches = difflib.get_close_matches(
        _fold_name(name), known_by_folded, n=limit, cutoff=MIN_SIMILARITY
    )
    return [known_by_folded[match] for match in matches]


def _fold_name(name: str) -> str:
    return to_snake_case(name).replace("_", "")


def can_mean(name: str, known: str) -> bool:
    """Tell whether somebody who wrote a name can have meant another one.

    `delete_pet` cannot mean `create_pet`, nor `end_date` `start_date`.
    """
    words = set(to_snake_case(name).split("_"))
    known_words = set(to_snake_case(known).split("_"))
    only_words, only_known = words - known_words, known_words - words
    return not any(map(partial(_has_opposite, only_words, only_known), _OPPOSITES))


def _has_opposite(words: set[str], others: set[str], groups: tuple[frozenset[str], ...]) -> bool:
    """Tell whether two sets of words name different groups of opposites."""
    named = {index for index, group in enumerate(groups) if words & group}
    named_by_others = {index for index, group in enumerate(groups) if others & group}
    return bool(named and named_by_others) and not named & named_by_others

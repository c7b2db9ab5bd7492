"""The header field `Link`. Source: RFC 8288 §3."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: One link: the target, then its parameters up to the comma that ends it.
_LINK = re.compile(
    r"""<([^<>]*)>((?:\s*;\s*[^\s=;,"<>]+(?:\s*=\s*(?:"(?:\\.|[^"\\])*"|[^",;\s]*))?)*)"""
)
_PARAMETER = re.compile(r""";\s*([^\s=;,"]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^",;\s]*))""")

#: A longer field is not read.
MAX_CHARS = 100_000


def find_next_link(fields: Iterable[str]) -> str | None:
    """Return the target of the first link whose relation is `next`; None where there is none.

    Args:
        fields: the values of the header field, in their order.

    """
    for text in fields:
        if len(text) > MAX_CHARS:
            continue
        for target, parameters in _LINK.findall(text):
            if "next" in _find_relations(parameters):
                return str(target).strip()
    return None


def _find_relations(parameters: str) -> list[str]:
    """Return the relation types of a link, in lower case; only the first `rel` counts."""
    for name, quoted, token in _PARAMETER.findall(parameters):
        if name.lower() == "rel":
            return str(quoted or token).lower().split()
    return []

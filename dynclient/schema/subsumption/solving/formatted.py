"""Texts that a format allows: a witness in the form that the document asks for convinces more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dynclient.schema.formats import FORMATS
from dynclient.schema.samples import Sampler, Unsampled
from dynclient.schema.subsumption.solving.answers import Found
from dynclient.schema.subsumption.strings import Strings

MAX_TRIED = 4


def formatted(texts: Strings, formats: tuple[str, ...]) -> Found | None:
    """Return a text of a set that all formats allow, None where none was found at once."""
    known = [name for name in formats if name in FORMATS]
    for text in (text for name in known for text in _likely(name)):
        if all(FORMATS[name](text) for name in known) and texts.holds(text):
            return Found(text)
    return None


@lru_cache(maxsize=64)
def _likely(name: str) -> tuple[str, ...]:
    return tuple(_drawn(name))


def _drawn(name: str) -> Iterator[str]:
    sampler = Sampler({"type": "string", "format": name})
    for seed in range(MAX_TRIED):
        try:
            text = sampler.sample(seed=seed)
        except Unsampled:
            return
        if isinstance(text, str):
            yield text

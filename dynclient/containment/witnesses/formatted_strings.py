"""Texts that a format allows: a witness in the form that the document asks for convinces more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dynclient.containment.string_sets import StringSet
from dynclient.containment.witnesses.search_results import Witness
from dynclient.generate import ExampleGenerator, NoExample
from dynclient.schema.formats import FORMAT_CHECKS

MAX_SEEDS = 4


def find_formatted_string(texts: StringSet, formats: tuple[str, ...]) -> Witness | None:
    """Return a text of a set that all formats allow, None where none was found at once."""
    known = [name for name in formats if name in FORMAT_CHECKS]
    for text in (text for name in known for text in _list_candidates(name)):
        if all(FORMAT_CHECKS[name](text) for name in known) and texts.contains(text):
            return Witness(text)
    return None


@lru_cache(maxsize=64)
def _list_candidates(name: str) -> tuple[str, ...]:
    return tuple(_sample_candidates(name))


def _sample_candidates(name: str) -> Iterator[str]:
    sampler = ExampleGenerator({"type": "string", "format": name})
    for seed in range(MAX_SEEDS):
        try:
            text = sampler.generate(seed=seed)
        except NoExample:
            return
        if isinstance(text, str):
            yield text

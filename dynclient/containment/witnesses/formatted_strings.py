"""Strings that have a format. A witness in the declared format is more convincing."""

from __future__ import annotations

from functools import lru_cache

from dynclient.containment.string_sets import StringSet
from dynclient.containment.witnesses.search_results import Witness
from dynclient.generate import ExampleGenerator, NoExample
from dynclient.schema.formats import FORMAT_CHECKS

MAX_SEEDS = 4


def find_formatted_string(strings: StringSet, formats: tuple[str, ...]) -> Witness | None:
    """Return a string of a set that all formats accept, None where no candidate is one."""
    known = [name for name in formats if name in FORMAT_CHECKS]
    for name in known:
        for text in _list_candidates(name):
            if all(FORMAT_CHECKS[other](text) for other in known) and strings.contains(text):
                return Witness(text)
    return None


@lru_cache(maxsize=64)
def _list_candidates(format_name: str) -> tuple[str, ...]:
    """Return a few strings of a format."""
    generator = ExampleGenerator({"type": "string", "format": format_name})
    candidates = []
    for seed in range(MAX_SEEDS):
        try:
            text = generator.generate(seed=seed)
        except NoExample:
            break
        if isinstance(text, str):
            candidates.append(text)
    return tuple(candidates)

"""Regular expressions of a document: parsed as ECMA-262, matched within limits, sampled.

`parse` reads a pattern into the nodes of `syntax_tree`, `compile` makes a `Pattern` that can be
searched for, `sample` generates a text that matches. A pattern without a single sure meaning raises
a `PatternError`; nothing is guessed.

The names are loaded at first use: a document without patterns does without the parser.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynclient.regex.decomposition import trim
    from dynclient.regex.matcher import (
        BACKTRACK_LIMIT,
        Pattern,
        SignedSearch,
        compile,  # noqa: A004
    )
    from dynclient.regex.pattern_parser import parse
    from dynclient.regex.rust_syntax import to_rust
    from dynclient.regex.syntax_tree import (
        Alternation,
        Assertion,
        Backreference,
        CharacterClass,
        Concatenation,
        Group,
        Literal,
        PatternError,
        PatternNode,
        Ranges,
        Repeat,
    )
    from dynclient.regex.text_sampler import sample

_HOMES = {
    "trim": "decomposition",
    **dict.fromkeys(("BACKTRACK_LIMIT", "Pattern", "SignedSearch", "compile"), "matcher"),
    "parse": "pattern_parser",
    "to_rust": "rust_syntax",
    "sample": "text_sampler",
}

__all__ = [
    "BACKTRACK_LIMIT",
    "Alternation",
    "Assertion",
    "Backreference",
    "CharacterClass",
    "Concatenation",
    "Group",
    "Literal",
    "Pattern",
    "PatternError",
    "PatternNode",
    "Ranges",
    "Repeat",
    "SignedSearch",
    "compile",
    "parse",
    "sample",
    "to_rust",
    "trim",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name, "syntax_tree")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value

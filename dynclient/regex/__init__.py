"""Regular expressions of a document: parsed as ECMA-262, matched within limits, sampled.

`parse` reads a pattern into the nodes of `syntax_tree`, `compile` makes a `Pattern` that can be
searched for, `sample` generates a text that matches. A pattern without a single sure meaning raises
a `PatternError`; nothing is guessed.
"""

from dynclient.regex.decomposition import trim
from dynclient.regex.matcher import BACKTRACK_LIMIT, Pattern, SignedSearch, compile  # noqa: A004
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

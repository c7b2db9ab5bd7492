"""Regular expressions of a document: parsed as ECMA-262, matched within bounds, sampled.

`parse` reads a pattern into the nodes of `nodes`, `compile` makes it searchable, `sample` makes up a text that matches.
What cannot be read with one sure meaning is a `BadPattern`, never a guess.
"""

from dynclient.schema.patterns.matching import BACKTRACK_LIMIT, Pattern, SignedSearch, compile  # noqa: A004
from dynclient.schema.patterns.nodes import (
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
from dynclient.schema.patterns.parsing import parse
from dynclient.schema.patterns.rust import to_rust
from dynclient.schema.patterns.sampling import sample
from dynclient.schema.patterns.terms import trim

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

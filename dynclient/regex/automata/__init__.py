"""Regular languages: is every text that one pattern matches matched by another, and if not, which?

`language` is the value with its algebra. `pattern_translation` makes one of a pattern,
`alternating_automaton` runs one pattern, `product_automaton` searches the product of several.
Lengths are counted apart, in code points.
"""

from dynclient.regex.automata.automata_errors import (
    NotRegular,
    TextTooLong,
    TooManyStates,
    Undecided,
)
from dynclient.regex.automata.language import Language

__all__ = ["Language", "NotRegular", "TextTooLong", "TooManyStates", "Undecided"]

"""Regular languages: do all texts that one pattern matches match another too, and if not, which does not?

`language` is the value with its algebra; `reading` makes one of a pattern, `alternating` runs one pattern as an
automaton, `deciding` searches the product of several. Lengths are counted apart, in code points.
"""

from dynclient.regex.automata.automata_errors import NotRegular, TooManyStates, Undecided
from dynclient.regex.automata.language import Language

__all__ = ["Language", "NotRegular", "TooManyStates", "Undecided"]

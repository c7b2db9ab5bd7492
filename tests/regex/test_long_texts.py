"""A language whose shortest text is too long to be built."""

import pytest

from dynclient.regex.automata import Language, TextTooLong


@pytest.mark.parametrize("pattern", ["^a+$", "^(ab)+c?$"])
def test_a_text_that_is_too_long_is_not_built(pattern):
    language = Language.from_pattern(pattern) & Language.from_lengths(10**9, None)

    for _ in range(2):
        with pytest.raises(TextTooLong, match="the shortest text has 1000000000 characters"):
            language.find_shortest()
    assert not language.is_empty

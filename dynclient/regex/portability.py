"""What in a pattern other regular expressions mean than ECMA-262 does, or read differently."""

from __future__ import annotations

import re
from typing import NamedTuple


class _Construct(NamedTuple):
    """A construct of another regular expression language.

    Attributes:
        pattern: matches it, where it begins.
        reason: what ECMA-262 makes of it.
        advice: what to write instead.

    """

    pattern: re.Pattern[str]
    reason: str
    advice: str


#: Outside of brackets. Source: ECMA-262 §22.2.1, Patterns.
_FOREIGN = (
    _Construct(
        re.compile(r"\\A"), "ECMA-262 has no `\\A`, and some engines read the letter A", "`^`"
    ),
    _Construct(
        re.compile(r"\\[Zz]"), "ECMA-262 has no `\\Z` and `\\z`, some engines read a letter", "`$`"
    ),
    _Construct(re.compile(r"\(\?P<"), "`(?P<name>…)` is of Python", "`(?<name>…)`"),
    _Construct(re.compile(r"\(\?P[=>]"), "`(?P=name)` is of Python", "`\\k<name>`"),
    _Construct(
        re.compile(r"\(\?[a-zA-Z]*-?[a-zA-Z]+[):]"),
        "flags such as `(?i)` are of Python and PCRE",
        "both cases of each letter",
    ),
    _Construct(re.compile(r"\(\?#"), "`(?#…)` is no comment in ECMA-262", "nothing"),
    _Construct(re.compile(r"\(\?>"), "`(?>…)` is of PCRE", "`(?:…)`"),
    _Construct(re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\+"), "`++` is of PCRE", "`+`"),
    _Construct(re.compile(r"\\[hHRQEGK]"), "ECMA-262 does not have this escape", "a class"),
)

#: In brackets.
_FOREIGN_IN_CLASS = (
    _Construct(
        re.compile(r"\[:\^?[a-z]+:\]"),
        "ECMA-262 reads `[:alpha:]` and its like as single letters",
        "the characters",
    ),
)

_EMPTY_CLASS = re.compile(r"\[\^?\]")


def find_foreign_construct(pattern: str) -> tuple[str, str] | None:
    """Return why a pattern means something else elsewhere, and what to write instead.

    Only the first construct is returned; None where there is none.
    """
    in_class = False
    index = 0
    while index < len(pattern):
        if not in_class and _EMPTY_CLASS.match(pattern, index):
            reason = "`[]` and `[^]` are of ECMA-262; Python and PCRE read the bracket as a member"
            return reason, "`(?!)` or `[\\s\\S]`"
        for construct in _FOREIGN_IN_CLASS if in_class else _FOREIGN:
            if construct.pattern.match(pattern, index):
                return construct.reason, construct.advice
        char = pattern[index]
        if char == "\\":
            index += 2
            continue
        if char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        index += 1
    return None


#: Classes that hold the letters and digits of all scripts in Python, and borders of such words.
_WIDER_IN_PYTHON = re.compile(r"(?<!\\)(?:\\\\)*(\\[dDwWsSbB])")


def list_python_differences(pattern: str) -> list[str]:
    """Return the parts of a pattern that Python's `re` reads differently, each once."""
    return list(dict.fromkeys(_WIDER_IN_PYTHON.findall(pattern)))

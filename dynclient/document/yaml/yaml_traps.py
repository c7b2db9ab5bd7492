"""Plain scalars that YAML 1.1 and YAML 1.2 read differently: `no`, `on`, `012`, `12:30`.

We read YAML 1.2, as OpenAPI asks. Many tools still read YAML 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from dynclient.violations import shorten

_BOOLEANS = {
    spelling: value
    for word, value in (("yes", "true"), ("on", "true"), ("no", "false"), ("off", "false"))
    for spelling in (word, word.capitalize(), word.upper())
}

#: The key of YAML 1.1 that merges a mapping into the one around it.
MERGE_KEY = "<<"

#: What to do about most texts.
TEXT_HINT = "put it in quotes if it is text"


class Trap(NamedTuple):
    """Why a text is read differently.

    Attributes:
        message: how both versions read it.
        hint: what to write instead.

    """

    message: str
    hint: str


class _Form(NamedTuple):
    """A form of scalars.

    Attributes:
        pattern: matches the scalars.
        explain: the text -> how both versions read it.
        hint: what to write instead.

    """

    pattern: re.Pattern[str]
    explain: Callable[[str], str]
    hint: str = TEXT_HINT


_MERGE = Trap(
    "`<<` merges in YAML 1.1; in YAML 1.2 it is a key like any other",
    "write out what it merges, or refer to it with `$ref` or `allOf`",
)


def _explain_octal(text: str) -> str:
    return f"the number {int(text)} in YAML 1.2 and {int(text, 8)} in YAML 1.1"


def _explain_new_octal(text: str) -> str:
    return f"the number {int(text.replace('o', ''), 8)} in YAML 1.2 and text in YAML 1.1"


def _explain_sexagesimal(text: str) -> str:
    total = 0
    for part in text.lstrip("+-").split(":"):
        total = total * 60 + int(part)
    return f"text in YAML 1.2 and the number {'-' if text[0] == '-' else ''}{total} in YAML 1.1"


def _explain_number(text: str) -> str:  # noqa: ARG001 (each form explains a text)
    return "text in YAML 1.2 and a number in YAML 1.1"


def _explain_exponent(text: str) -> str:  # noqa: ARG001 (each form explains a text)
    return "a number in YAML 1.2 and text in YAML 1.1"


#: Source: YAML 1.2.2 §10.3.2; YAML 1.1, the types int, float and bool.
_FORMS = (
    # One digit after the zeros is the same number in both.
    _Form(
        re.compile(r"[-+]?0+[1-7][0-7]{1,40}"),
        _explain_octal,
        "put it in quotes if it is text, else leave out the zero",
    ),
    _Form(re.compile(r"0o[0-7]{1,40}"), _explain_new_octal),
    _Form(re.compile(r"[-+]?[1-9][0-9]{0,9}(?::[0-5]?[0-9]){1,6}"), _explain_sexagesimal),
    _Form(re.compile(r"[-+]?[0-9][0-9_]{0,40}_[0-9_]{0,40}"), _explain_number),
    _Form(re.compile(r"[-+]?0b[01_]{1,80}"), _explain_number),
    _Form(
        re.compile(r"[-+]?[0-9]{1,40}[eE][-+]?[0-9]{1,9}"),
        _explain_exponent,
        "write a number such as 1.0e+3, with a point",
    ),
)


def explain_trap(text: str) -> Trap | None:
    """Return how the two versions read a plain scalar; None where they agree."""
    if text == MERGE_KEY:
        return _MERGE
    if text in _BOOLEANS:
        return Trap(f"`{text}` is text in YAML 1.2 and {_BOOLEANS[text]} in YAML 1.1", TEXT_HINT)
    if text[:1] not in "+-0123456789" or not text:
        return None
    for form in _FORMS:
        if form.pattern.fullmatch(text):
            return Trap(f"`{shorten(text)}` is {form.explain(text)}", form.hint)
    return None

"""Reads backslashes and brackets of a pattern: the lexical half of the parser."""

from __future__ import annotations

import re
from typing import NamedTuple

from dynclient.regex import character_classes
from dynclient.regex.syntax_tree import Assertion, Backreference, PatternError, Ranges

_BACKSPACE = 0x08
_MAX_HEX_DIGITS = len("10FFFF")
#: What an escaped letter means: the class, or the code point of a control character.
_LETTER_ESCAPES: dict[str, int | Ranges] = {
    **character_classes.ESCAPES,
    "t": 0x09,
    "n": 0x0A,
    "v": 0x0B,
    "f": 0x0C,
    "r": 0x0D,
}
#: Sources of patterns: few patterns need one, and `re` keeps what it compiled.
_CODE_POINT = (
    r"\\(?:x(?P<byte>[0-9A-Fa-f]{2})|[xu]\{(?P<braced>[0-9A-Fa-f]+)\}"
    r"|u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})\\u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})"
    r"|u(?P<unit>[0-9A-Fa-f]{4})"
    r"|c(?P<control>[A-Za-z])|(?P<octal>[0-3][0-7]{0,2}|[4-7][0-7]?))"
)
_PROPERTY = r"\\(?P<sign>[pP])(?:\{(?P<not>\^?)(?P<name>[^{}]{1,90})\}|(?P<letter>[A-Z]))"
_POSIX = r"\[:(?P<not>\^?)(?P<name>[A-Za-z<>]*):\]"
_POSIX_COLLATION = r"\[(?P<sign>[.=])[^\]]{1,20}(?P=sign)\]\]"
_NAMED_REFERENCE = r"\\k<(?P<name>[^<>]{1,200})>"
_NUMBER = r"\\(?P<number>[1-9][0-9]{0,4})"
_ASSERTION_ESCAPES: dict[str, Assertion] = {
    "b": Assertion("boundary"),
    "B": Assertion("not boundary"),
    "A": Assertion("start"),
    "z": Assertion("end"),
    "Z": Assertion("end"),
}


class Escape(NamedTuple):
    """An escape sequence: what it means, and its length.

    A code point means a character, ranges mean a class.
    """

    meaning: int | Ranges | Assertion | Backreference
    length: int


class EscapeReader:
    """Reads escapes and bracket expressions of one pattern.

    Args:
        text: the whole pattern.
        groups: how many groups capture.
        names: group name -> index.

    """

    def __init__(self, text: str, groups: int, names: dict[str, int]) -> None:
        self.text = text
        self.group_count = groups
        self.group_names = names

    def read_escape(self, start: int) -> Escape:
        """Read the escape at an index, outside brackets."""
        letter = self.text[start + 1 : start + 2]
        if letter in _ASSERTION_ESCAPES:
            return Escape(_ASSERTION_ESCAPES[letter], 2)
        if letter == "k":
            return self._read_named_reference(start)
        match = re.compile(_NUMBER).match(self.text, start)
        if match and int(match["number"]) <= self.group_count:
            return Escape(Backreference(int(match["number"])), len(match[0]))
        return self._read_character_escape(start)

    def _read_named_reference(self, start: int) -> Escape:
        match = re.compile(_NAMED_REFERENCE).match(self.text, start)
        if not match or match["name"] not in self.group_names:
            raise PatternError(r"\k names no group", start)
        return Escape(Backreference(self.group_names[match["name"]]), len(match[0]))

    def _read_character_escape(self, start: int) -> Escape:
        """Read an escape that means a character or a class, inside or outside brackets."""
        letter = self.text[start + 1 : start + 2]
        if letter in _LETTER_ESCAPES:
            return Escape(_LETTER_ESCAPES[letter], 2)
        if letter in {"p", "P"}:
            return self._read_unicode_property(start)
        match = re.compile(_CODE_POINT).match(self.text, start)
        if match:
            return Escape(_decode_code_point(match), len(match[0]))
        if not letter:
            raise PatternError("a backslash stands at the end", start)
        if letter.isascii() and letter.isalpha():
            raise PatternError(
                f"\\{letter} is no escape of ECMA-262",
                start,
                f"write {letter} if the letter is meant",
            )
        return Escape(ord(letter), 2)

    def _read_unicode_property(self, start: int) -> Escape:
        match = re.compile(_PROPERTY).match(self.text, start)
        ranges = None
        if match:
            ranges = character_classes.find_unicode_property(match["name"] or match["letter"])
        if not match or ranges is None:
            raise PatternError("there is no such Unicode property", start)
        is_negated = (match["sign"] == "P") != bool(match["not"])
        if is_negated:
            ranges = character_classes.complement(ranges)
        return Escape(ranges, len(match[0]))

    def read_bracket_expression(self, start: int, *, fold: bool) -> tuple[Ranges, int]:
        """Read a bracket expression.

        Args:
            start: index of its "[".
            fold: add the other-case forms of its characters.

        Returns:
            its characters, and the index after its "]".

        """
        is_negated = self.text.startswith("[^", start)
        ranges, end = self._read_members(start, start + 1 + is_negated, fold=fold)
        if is_negated:
            ranges = character_classes.complement(ranges)
        return ranges, end

    def _read_members(self, start: int, index: int, *, fold: bool) -> tuple[Ranges, int]:
        """Read the members from an index up to "]" of the expression at `start`."""
        # Case folding applies to characters and ranges, not to classes such as \w.
        foldable: list[tuple[int, int]] = []
        classes: list[tuple[int, int]] = []
        while not self.text.startswith("]", index):
            if index >= len(self.text):
                raise PatternError("a class is not closed", start)
            member, end = self._read_member(index)
            if isinstance(member, int):
                last, end = self._read_range_end(end) or (member, end)
                if last < member:
                    raise PatternError(
                        "a range is out of order", index, r"write \- or put the - last"
                    )
                foldable.append((member, last))
            else:
                classes.extend(member)
            index = end

        ranges = character_classes.normalise(foldable)
        if fold:
            ranges = character_classes.fold(ranges)
        return character_classes.normalise([*ranges, *classes]), index + 1

    def _read_range_end(self, index: int) -> tuple[int, int] | None:
        """Read "-x" after a character; None where no range ends here.

        Returns:
            its character, and the index after it.

        """
        following = self.text[index + 1 : index + 2]
        if not self.text.startswith("-", index) or following in {"", "]"}:
            return None
        member, end = self._read_member(index + 1)
        return (member, end) if isinstance(member, int) else None

    def _read_member(self, index: int) -> tuple[int | Ranges, int]:
        """Return the character or class at an index, and the index after it."""
        char = self.text[index]
        if char == "\\":
            return self._read_escaped_member(index)
        if char == "[":
            if re.compile(_POSIX_COLLATION).match(self.text, index):
                raise PatternError("POSIX collating elements are not supported", index)
            match = re.compile(_POSIX).match(self.text, index)
            if match:
                return _get_posix_class(match), match.end()
        if self.text.startswith("&&[", index):
            raise PatternError(
                "intersection of classes needs a flag that JSON Schema does not set", index
            )
        return ord(char), index + 1

    def _read_escaped_member(self, index: int) -> tuple[int | Ranges, int]:
        if self.text.startswith("b", index + 1):
            return _BACKSPACE, index + 2
        escape = self._read_character_escape(index)
        assert isinstance(escape.meaning, int | tuple)
        return escape.meaning, index + escape.length


def _decode_code_point(match: re.Match[str]) -> int:
    if match["high"]:
        return _join_surrogates(int(match["high"], 16), int(match["low"], 16))
    if match["control"]:
        return ord(match["control"]) % 32
    if match["octal"]:
        return int(match["octal"], 8)
    digits = match["byte"] or match["braced"] or match["unit"]
    significant_digits = digits.lstrip("0") or "0"
    code = int(significant_digits[:_MAX_HEX_DIGITS], 16)
    if len(significant_digits) > _MAX_HEX_DIGITS or code > character_classes.MAX_CODE_POINT:
        raise PatternError("there is no such code point", match.start())
    return code


def _join_surrogates(high: int, low: int) -> int:
    """Return the code point of a surrogate pair. Source: Unicode 15.0, D91 (UTF-16)."""
    return 0x10000 + ((high - 0xD800) << 10) + low - 0xDC00


def _get_posix_class(match: re.Match[str]) -> Ranges:
    if match["name"] not in character_classes.POSIX:
        raise PatternError(f"there is no POSIX class {match['name']}", match.start())
    ranges = character_classes.POSIX[match["name"]]
    return character_classes.complement(ranges) if match["not"] else ranges

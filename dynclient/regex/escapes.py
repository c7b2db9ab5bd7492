"""What a backslash or a bracket in a pattern means: the lexical half of the parser."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dynclient.regex import character_classes
from dynclient.regex.syntax_tree import Assertion, Backreference, PatternError, Ranges

_CONTROL_ESCAPES = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}
_CODE_POINT = re.compile(
    r"\\(?:x(?P<byte>[0-9A-Fa-f]{2})|[xu]\{(?P<braced>[0-9A-Fa-f]+)\}"
    r"|u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})\\u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})|u(?P<unit>[0-9A-Fa-f]{4})"
    r"|c(?P<control>[A-Za-z])|(?P<octal>[0-3][0-7]{0,2}|[4-7][0-7]?))"
)
_PROPERTY = re.compile(
    r"\\(?P<sign>[pP])(?:\{(?P<not>\^?)(?P<name>[^{}]{1,90})\}|(?P<letter>[A-Z]))"
)
_POSIX = re.compile(r"\[:(?P<not>\^?)(?P<name>[A-Za-z<>]*):\]")
_POSIX_COLLATION = re.compile(r"\[(?P<sign>[.=])[^\]]{1,20}(?P=sign)\]\]")
_NAMED_REFERENCE = re.compile(r"\\k<(?P<name>[^<>]{1,200})>")
_NUMBER = re.compile(r"\\(?P<number>[1-9][0-9]{0,4})")
_ASSERTION_ESCAPES: dict[str, Assertion] = {
    "b": Assertion("boundary"),
    "B": Assertion("not boundary"),
    "A": Assertion("start"),
    "z": Assertion("end"),
    "Z": Assertion("end"),
}


@dataclass(frozen=True, slots=True)
class Escape:
    """An escape sequence: a character (its code point), a class, a place or a backreference, and its length."""

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

    def read_escape(self, at: int) -> Escape:
        """Read the escape at `at`, outside brackets."""
        letter = self.text[at + 1 : at + 2]
        if letter in _ASSERTION_ESCAPES:
            return Escape(_ASSERTION_ESCAPES[letter], 2)
        if letter == "k":
            return self._read_named_reference(at)
        found = _NUMBER.match(self.text, at)
        if found and int(found["number"]) <= self.group_count:
            return Escape(Backreference(int(found["number"])), len(found[0]))
        return self._read_common_escape(at)

    def _read_named_reference(self, at: int) -> Escape:
        found = _NAMED_REFERENCE.match(self.text, at)
        if not found or found["name"] not in self.group_names:
            raise PatternError(r"\k names no group", at)
        return Escape(Backreference(self.group_names[found["name"]]), len(found[0]))

    def _read_common_escape(self, at: int) -> Escape:
        letter = self.text[at + 1 : at + 2]
        if letter in character_classes.ESCAPES and letter:
            return Escape(character_classes.ESCAPES[letter], 2)
        if letter in _CONTROL_ESCAPES:
            return Escape(_CONTROL_ESCAPES[letter], 2)
        if letter in {"p", "P"}:
            return self._read_unicode_property(at)
        found = _CODE_POINT.match(self.text, at)
        if found:
            return Escape(_decode_code_point(found), len(found[0]))
        if not letter:
            raise PatternError("a backslash stands at the end", at)
        if letter.isascii() and letter.isalpha():
            raise PatternError(
                f"\\{letter} is no escape of ECMA-262", at, f"write {letter} if the letter is meant"
            )
        return Escape(ord(letter), 2)

    def _read_unicode_property(self, at: int) -> Escape:
        found = _PROPERTY.match(self.text, at)
        ranges = (
            character_classes.find_unicode_property(found["name"] or found["letter"])
            if found
            else None
        )
        if not found or ranges is None:
            raise PatternError("there is no such Unicode property", at)
        negated = (found["sign"] == "P") != bool(found["not"])
        return Escape(character_classes.complement(ranges) if negated else ranges, len(found[0]))

    def read_bracket_expression(self, at: int, *, fold: bool) -> tuple[Ranges, int]:
        """Read the bracket expression at `at`.

        Args:
            at: index of its "[".
            fold: add the other-case forms of its characters.

        Returns:
            its characters, and the index after its "]".

        """
        negated = self.text.startswith("[^", at)
        ranges, end = self._read_members(at, at + 1 + negated, fold=fold)
        return character_classes.complement(ranges) if negated else ranges, end

    def _read_members(self, start: int, at: int, *, fold: bool) -> tuple[Ranges, int]:
        singles: list[tuple[int, int]] = []
        whole: list[tuple[int, int]] = []
        while not self.text.startswith("]", at):
            if at >= len(self.text):
                raise PatternError("a class is not closed", start)
            member, following = self._read_member(at)
            last = self._read_range_end(following) if isinstance(member, int) else None
            if isinstance(member, int):
                upper, after = last or (member, following)
                if upper < member:
                    raise PatternError("a range is out of order", at, r"write \- or put the - last")
                at = after
                singles.append((member, upper))
            else:
                whole.extend(member)
                at = following
        ranges = character_classes.normalise(singles)
        return character_classes.normalise(
            [*(character_classes.fold(ranges) if fold else ranges), *whole]
        ), at + 1

    def _read_range_end(self, at: int) -> tuple[int, int] | None:
        """Read "-x" after a character; None where the "-" stands for itself or is not there."""
        if (
            not self.text.startswith("-", at)
            or self.text.startswith("]", at + 1)
            or at + 1 >= len(self.text)
        ):
            return None
        member, following = self._read_member(at + 1)
        return (member, following) if isinstance(member, int) else None

    def _read_member(self, at: int) -> tuple[int | Ranges, int]:
        char = self.text[at]
        if char == "\\":
            return self._read_escaped_member(at)
        if char == "[":
            self._refuse_collation(at)
            if found := _POSIX.match(self.text, at):
                return _get_posix_class(found), found.end()
        if self.text.startswith("&&[", at):
            raise PatternError(
                "intersection of classes needs a flag that JSON Schema does not set", at
            )
        return ord(char), at + 1

    def _refuse_collation(self, at: int) -> None:
        if _POSIX_COLLATION.match(self.text, at):
            raise PatternError("POSIX collating elements are not supported", at)

    def _read_escaped_member(self, at: int) -> tuple[int | Ranges, int]:
        if self.text.startswith("b", at + 1):
            return 0x08, at + 2
        found = self._read_common_escape(at)
        assert isinstance(found.meaning, int | tuple)
        return found.meaning, at + found.length


def _decode_code_point(found: re.Match[str]) -> int:
    if found["high"]:
        return 0x10000 + ((int(found["high"], 16) - 0xD800) << 10) + int(found["low"], 16) - 0xDC00
    if found["control"]:
        return ord(found["control"]) % 32
    if found["octal"]:
        return int(found["octal"], 8)
    digits = (found["byte"] or found["braced"] or found["unit"]).lstrip("0") or "0"
    if len(digits) > 6 or int(digits, 16) > character_classes.MAX_CODE_POINT:  # noqa: PLR2004
        raise PatternError("there is no such code point", found.start())
    return int(digits, 16)


def _get_posix_class(found: re.Match[str]) -> Ranges:
    if found["name"] not in character_classes.POSIX:
        raise PatternError(f"there is no POSIX class {found['name']}", found.start())
    ranges = character_classes.POSIX[found["name"]]
    return character_classes.complement(ranges) if found["not"] else ranges

r"""Read a pattern as ECMA-262 and give its tree.

The grammar is that of the `u` flag joined with Annex B, so what needs no `u` (`\-`, a lone `{`, octal escapes) is read
too; always by code points. Beyond ECMA-262 these are read as everybody means them: POSIX classes `[[:alpha:]]` (ASCII),
`\A \z \Z` (very start and end), `\x{41}`, `\pL`, `\p{Han}`, `(?P<name>…)`, `(?P=name)`, `(?i)` and `(?s)` in front,
`(?i:…)`, `(?s:…)`. Under `i` only characters and ranges fold, not `\w`, and no backreference may follow.

Refused with a hint, because dialects disagree or ECMA-262 would read what nobody meant: other escaped letters (`\h`,
`\Q`), `{,3}`, possessive and atomic groups, comments, `(?m)` with `^` or `$`, delimiters (`/^…$/`, `/…/i`; a plain
`/v1/` is text), `[]abc]`, `&&[`, backreferences to groups that may not have taken part (ECMA-262 matches the empty text
there, other engines fail).

Source: ECMA-262 §22.2.1 Patterns, Annex B.1.2.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field, replace

from dynclient.regex import character_classes
from dynclient.regex.backreferences import check_backreferences
from dynclient.regex.decomposition import trim
from dynclient.regex.escapes import EscapeReader
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
    estimate_class_size,
    estimate_size,
    walk,
)

MAX_LENGTH = 20_000
MAX_DEPTH = 50
#: States; the engine's own limit (10 MiB) begins at about 150,000 of them.
MAX_SIZE = 140_000
#: A limit this high is the vendor's way to write "no limit".
UNLIMITED_COUNT = 2**31 - 1

_OPENERS = re.compile(
    r"\(\?(?:<(?P<name>[^\W\d][\w$]*)>|P<(?P<python>[^\W\d]\w*)>|(?P<flags>[a-z]*(?:-[a-z]+)?):|(?P<look><?[=!]))"
)
_LEADING_FLAGS = re.compile(r"\^?\(\?(?P<flags>[A-Za-z]+)\)")
_PYTHON_REFERENCE = re.compile(r"\(\?P=(?P<name>\w+)\)")
_BRACES = re.compile(r"\{(?P<min>[0-9]+)(?P<comma>,(?P<max>[0-9]*))?\}")
_DELIMITED_PATTERN = re.compile(
    r"/\^.*/[a-z]*|/.*(?<!\\)\$/[a-z]*|/(?:[^/\\]|\\.)+/(?:[gimu]|gi|ig|gm|mg|gim|iu|ui)", re.DOTALL
)
_FLAGS_INSIDE = re.compile(r"\(\?[A-Za-z-]+\)")
_BRACES_WITHOUT_MINIMUM = re.compile(r"\{,[0-9]+\}")
_LOOKAROUNDS: dict[str, Assertion] = {
    "=": Assertion("ahead"),
    "!": Assertion("not ahead"),
    "<=": Assertion("behind"),
    "<!": Assertion("not behind"),
}
_FOREIGN_GROUPS = {
    "(?>": "an atomic group is not ECMA-262",
    "(?#": "a comment is not ECMA-262",
    "(?|": "a branch reset group is not ECMA-262",
    "(?(": "a conditional group is not ECMA-262",
}


@functools.lru_cache(maxsize=256)
def parse(pattern: str) -> PatternNode:
    """Read a pattern.

    Args:
        pattern: as it stands in the document, without delimiters.

    Returns:
        its tree; adjacent characters are separate `Literal` parts of a `Sequence`.

    Raises:
        BadPattern: it is none, has no sure meaning, or is too large.

    """
    if len(pattern) > MAX_LENGTH:
        raise PatternError(f"too large: longer than {MAX_LENGTH} characters")
    if _DELIMITED_PATTERN.fullmatch(pattern):
        raise PatternError(
            "delimiters are not part of a pattern",
            0,
            "leave out the slashes (and write flags as (?i))",
        )
    node = _parse_tree(pattern)
    if estimate_size(trim(node)) > MAX_SIZE:
        raise PatternError(
            f"too large: it takes about {estimate_size(node)} states to match, at most {MAX_SIZE} are allowed"
        )
    check_backreferences(node)
    return node


def _parse_tree(pattern: str) -> PatternNode:
    r"""Parse; once more where `\2` was taken for a backreference, but there are fewer groups: it is octal then."""
    parser = _PatternParser(pattern, pattern.count("("))
    node = parser.parse()
    if any(
        isinstance(part, Backreference) and part.index > parser.group_count for part in walk(node)
    ):
        node = _PatternParser(pattern, parser.group_count).parse()
    return node


@dataclass(slots=True)
class _OpenGroup:
    """A group being read: what opened it, the finished options, the option under way."""

    start: int
    flags: frozenset[str]
    index: int | None = None
    name: str | None = None
    lookaround: Assertion | None = None
    alternatives: list[PatternNode] = field(default_factory=list)
    parts: list[PatternNode] = field(default_factory=list)

    def finish_alternative(self) -> None:
        self.alternatives.append(
            self.parts[0] if len(self.parts) == 1 else Concatenation(tuple(self.parts))
        )
        self.parts = []

    def build_node(self) -> PatternNode:
        self.finish_alternative()
        inner = (
            self.alternatives[0]
            if len(self.alternatives) == 1
            else Alternation(tuple(self.alternatives))
        )
        if self.lookaround is not None:
            return replace(self.lookaround, node=inner)
        return inner if self.index is None else Group(inner, self.index, self.name)


class _PatternParser:
    """One pass over the text with an explicit stack, so depth costs no recursion."""

    def __init__(self, text: str, groups: int) -> None:
        self.text = text
        self.position = 0
        self.open_groups = [_OpenGroup(0, frozenset())]
        self.names: dict[str, int] = {}
        self.escapes = EscapeReader(text, groups, self.names)
        self.group_count = 0
        self.class_size = 0
        self.is_quantifiable = False
        self.empty_class_at: int | None = None

    @property
    def current_group(self) -> _OpenGroup:
        return self.open_groups[-1]

    def parse(self) -> PatternNode:
        self._read_leading_flags()
        while self.position < len(self.text):
            self._read_term(self.text[self.position])
        if len(self.open_groups) > 1:
            raise PatternError("a group is not closed", self.current_group.start)
        return self.current_group.build_node()

    def _read_leading_flags(self) -> None:
        found = _LEADING_FLAGS.match(self.text)
        if not found:
            return
        self.open_groups[0].flags = self._apply_flags(
            found["flags"], found.start("flags"), frozenset()
        )
        if self.text.startswith("^"):
            self._add_anchor("start")
        self.position = found.end()

    def _apply_flags(self, written: str, position: int, before: frozenset[str]) -> frozenset[str]:
        on, _, off = written.partition("-")
        if strange := set(on + off) - set("ims"):
            raise PatternError(f"flag {min(strange)} is not ECMA-262", position)
        return (before | set(on)) - set(off)

    def _read_term(self, char: str) -> None:
        match char:
            case "(":
                self._open_group()
            case ")":
                self._close_group()
            case "|":
                self.current_group.finish_alternative()
                self._advance(1, quantifiable=False)
            case "*" | "+" | "?":
                self._quantify(1, *{"*": (0, None), "+": (1, None), "?": (0, 1)}[char])
            case "{":
                self._read_braces()
            case "[":
                self._read_class()
            case "^" | "$":
                self._add_anchor("start" if char == "^" else "end")
            case "\\":
                self._read_escape()
            case ".":
                dot = (
                    character_classes.ANY
                    if "s" in self.current_group.flags
                    else character_classes.DOT
                )
                self._add(CharacterClass(dot), 1)
            case _:
                self._read_plain_character(char)

    def _advance(self, count: int, *, quantifiable: bool) -> None:
        self.position += count
        self.is_quantifiable = quantifiable

    def _add(self, node: PatternNode, length: int, *, quantifiable: bool = True) -> None:
        self.current_group.parts.append(node)
        self._advance(length, quantifiable=quantifiable)

    def _add_class(self, ranges: Ranges, length: int) -> None:
        self.class_size += estimate_class_size(ranges)
        if self.class_size > MAX_SIZE:
            raise PatternError("too large: its classes have too many ranges", self.position)
        self._add(CharacterClass(ranges), length)

    def _read_plain_character(self, char: str) -> None:
        if char == "]" and self.empty_class_at is not None:
            raise PatternError(
                "[] is empty in ECMA-262",
                self.empty_class_at,
                r"write \] for a bracket inside a class",
            )
        self._add_character(ord(char), 1)

    def _add_character(self, code: int, length: int) -> None:
        ranges = character_classes.normalise([(code, code)])
        if "i" in self.current_group.flags:
            ranges = character_classes.fold(ranges)
        self._add(
            Literal(chr(code)) if ranges == ((code, code),) else CharacterClass(ranges), length
        )

    def _add_anchor(self, kind: str) -> None:
        if "m" in self.current_group.flags:
            raise PatternError(
                "(?m) changes ^ and $, which JSON Schema does not have", self.position
            )
        self._add(Assertion("start" if kind == "start" else "end"), 1, quantifiable=False)

    def _open_group(self) -> None:
        if len(self.open_groups) > MAX_DEPTH:
            raise PatternError(f"too large: groups nest deeper than {MAX_DEPTH}", self.position)
        frame = _OpenGroup(self.position, self.current_group.flags)
        if not self.text.startswith("(?", self.position):
            self.group_count += 1
            frame.index = self.group_count
            length = 1
        elif self._read_python_reference():
            return
        else:
            length = self._open_special_group(frame)
        self.open_groups.append(frame)
        self._advance(length, quantifiable=False)

    def _open_special_group(self, frame: _OpenGroup) -> int:
        found = _OPENERS.match(self.text, self.position)
        if not found:
            self._refuse_group()
        elif found["look"]:
            frame.lookaround = _LOOKAROUNDS[found["look"]]
        elif found["flags"] is not None:
            frame.flags = self._apply_flags(found["flags"], found.start("flags"), frame.flags)
        else:
            self.group_count += 1
            frame.index, frame.name = self.group_count, found["name"] or found["python"]
            if self.names.setdefault(frame.name, self.group_count) != self.group_count:
                raise PatternError(f"two groups are named {frame.name}", self.position)
        return len(found[0]) if found else 0

    def _refuse_group(self) -> None:
        for opener, message in _FOREIGN_GROUPS.items():
            if self.text.startswith(opener, self.position):
                raise PatternError(message, self.position)
        if _FLAGS_INSIDE.match(self.text, self.position):
            raise PatternError(
                "flags in the middle mean different things in different engines",
                self.position,
                "put (?i) first",
            )
        raise PatternError("this kind of group is not ECMA-262", self.position)

    def _read_python_reference(self) -> bool:
        found = _PYTHON_REFERENCE.match(self.text, self.position)
        if not found:
            return False
        if found["name"] not in self.names:
            raise PatternError(f"no group is named {found['name']}", self.position)
        self._add_backreference(self.names[found["name"]], len(found[0]))
        return True

    def _add_backreference(self, index: int, length: int) -> None:
        if "i" in self.current_group.flags:
            raise PatternError("a backreference under the flag i is not supported", self.position)
        self._add(Backreference(index), length)

    def _close_group(self) -> None:
        if len(self.open_groups) == 1:
            raise PatternError("a group is closed that was never opened", self.position)
        frame = self.open_groups.pop()
        behind = frame.lookaround is not None and frame.lookaround.kind.endswith("behind")
        self._add(frame.build_node(), 1, quantifiable=not behind)

    def _read_braces(self) -> None:
        found = _BRACES.match(self.text, self.position)
        if found:
            if len(found[0]) > 40:  # noqa: PLR2004 - far beyond any number that fits
                raise PatternError("too large: a repeat count", self.position)
            least = int(found["min"])
            most = least if not found["comma"] else int(found["max"]) if found["max"] else None
            self._quantify(
                len(found[0]), least, None if most is not None and most >= UNLIMITED_COUNT else most
            )
        elif _BRACES_WITHOUT_MINIMUM.match(self.text, self.position):
            raise PatternError(
                "{,n} is literal text in ECMA-262 and a repeat elsewhere",
                self.position,
                "write {0,n}",
            )
        else:
            self._add_character(ord("{"), 1)

    def _quantify(self, length: int, least: int, most: int | None) -> None:
        if not self.is_quantifiable:
            raise PatternError(
                "there is nothing to repeat", self.position, self._explain_missing_operand()
            )
        if most is not None and most < least:
            raise PatternError("the repeat counts are out of order", self.position)
        lazy = self.text.startswith("?", self.position + length)
        node = Repeat(self.current_group.parts.pop(), least, most, lazy)
        self._add(node, length + lazy, quantifiable=False)

    def _explain_missing_operand(self) -> str:
        return (
            "possessive repeats are not ECMA-262"
            if self.position and self.text[self.position - 1] in "*+?}"
            else ""
        )

    def _read_escape(self) -> None:
        found = self.escapes.read_escape(self.position)
        match found.meaning:
            case Assertion():
                self._add(found.meaning, found.length, quantifiable=False)
            case Backreference(index):
                self._add_backreference(index, found.length)
            case int():
                self._add_character(found.meaning, found.length)
            case _:
                self._add_class(found.meaning, found.length)

    def _read_class(self) -> None:
        start = self.position
        ranges, end = self.escapes.read_bracket_expression(
            start, fold="i" in self.current_group.flags
        )
        if self.text[start:end] in {"[]", "[^]"}:
            self.empty_class_at = start
        self._add_class(ranges, end - start)

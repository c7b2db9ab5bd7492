r"""Reads a pattern as ECMA-262 and returns its syntax tree.

The grammar is that of the `u` flag joined with Annex B. So what needs no `u` (`\-`, a lone `{`,
octal escapes) can be read too. The parser always reads code points.

Beyond ECMA-262 it reads what has one meaning everywhere: POSIX classes `[[:alpha:]]` (ASCII),
`\A \z \Z` (the very ends of the text), `\x{41}`, `\pL`, `\p{Han}`, `(?P<name>…)`, `(?P=name)`,
`(?i)` and `(?s)` in front, `(?i:…)`, `(?s:…)`. Under `i` only characters and ranges fold, not `\w`,
and no backreference may follow.

It refuses with a hint what dialects read differently, or what ECMA-262 reads in a way that nobody
means: other escaped letters (`\h`, `\Q`), `{,3}`, possessive and atomic groups, comments, `(?m)`
with `^` or `$`, delimiters (`/^…$/`, `/…/i`; a plain `/v1/` is text), `[]abc]`, `&&[`, and
backreferences to groups that may not have taken part. There ECMA-262 matches the empty text; other
engines fail.

Source: ECMA-262 §22.2.1 Patterns, Annex B.1.2.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from dynclient.regex import character_classes
from dynclient.regex.backreferences import check_backreferences
from dynclient.regex.decomposition import trim
from dynclient.regex.escapes import EscapeReader
from dynclient.regex.syntax_tree import (
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
    build_alternation,
    estimate_class_size,
    estimate_size,
    walk,
)

MAX_LENGTH = 20_000
MAX_DEPTH = 50
#: The most states; the engine's own limit (10 MiB) begins at about 150,000 of them.
MAX_SIZE = 140_000
#: The most characters of a repeat in braces; this is far beyond any count that fits.
MAX_BRACES_LENGTH = 40
#: Documents write a limit this high for "no limit".
UNLIMITED_COUNT = 2**31 - 1

#: Sources of patterns: few patterns need one, and `re` keeps what it compiled.
_OPENERS = (
    r"\(\?(?:<(?P<name>[^\W\d][\w$]*)>|P<(?P<python>[^\W\d]\w*)>"
    r"|(?P<flags>[a-z]*(?:-[a-z]+)?):|(?P<lookaround><?[=!]))"
)
_LEADING_FLAGS = r"\^?\(\?(?P<flags>[A-Za-z]+)\)"
_PYTHON_REFERENCE = r"\(\?P=(?P<name>\w+)\)"
_BRACES = r"\{(?P<min>[0-9]+)(?P<comma>,(?P<max>[0-9]*))?\}"
_DELIMITED_PATTERN = (
    r"/\^.*/[a-z]*|/.*(?<!\\)\$/[a-z]*|/(?:[^/\\]|\\.)+/(?:[gimu]|gi|ig|gm|mg|gim|iu|ui)"
)
_QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_FLAGS_INSIDE = r"\(\?[A-Za-z-]+\)"
_BRACES_WITHOUT_MINIMUM = r"\{,[0-9]+\}"
_LOOKAROUNDS: dict[str, Assertion] = {
    "=": Assertion("ahead"),
    "!": Assertion("not ahead"),
    "<=": Assertion("behind"),
    "<!": Assertion("not behind"),
}
_ANCHORS = {"^": Assertion("start"), "$": Assertion("end")}
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
        its tree; adjacent characters are separate `Literal` parts of a `Concatenation`.

    Raises:
        PatternError: it is no pattern, has no single sure meaning, or is too large.

    """
    if len(pattern) > MAX_LENGTH:
        raise PatternError(f"too large: longer than {MAX_LENGTH} characters")
    if pattern.startswith("/") and re.fullmatch(_DELIMITED_PATTERN, pattern, re.DOTALL):
        raise PatternError(
            "delimiters are not part of a pattern",
            hint="leave out the slashes (and write flags as (?i))",
        )
    node = _parse_tree(pattern)
    if estimate_size(trim(node)) > MAX_SIZE:
        raise PatternError(
            f"too large: it takes about {estimate_size(node)} states to match, "
            f"at most {MAX_SIZE} are allowed"
        )
    check_backreferences(node)
    return node


def _parse_tree(pattern: str) -> PatternNode:
    r"""Parse a pattern, if needed twice.

    The first pass takes `\2` for a backreference. If there are fewer groups, it is an octal escape.
    """
    parser = _PatternParser(pattern, pattern.count("("))
    node = parser.parse()
    for part in walk(node):
        if isinstance(part, Backreference) and part.index > parser.group_count:
            return _PatternParser(pattern, parser.group_count).parse()
    return node


class _OpenGroup:
    """A group that the parser has not closed yet.

    Args:
        start: index of its "(".
        flags: the flags in it.

    Attributes:
        index: its number, None where it does not capture.
        name: its name, None where it has none.
        lookaround: the assertion that it is, None for a group.
        alternatives: the alternatives that are read.
        parts: the parts so far of the alternative that is being read.

    """

    def __init__(self, start: int, flags: frozenset[str]) -> None:
        self.start = start
        self.flags = flags
        self.index: int | None = None
        self.name: str | None = None
        self.lookaround: Assertion | None = None
        self.alternatives: list[PatternNode] = []
        self.parts: list[PatternNode] = []

    def finish_alternative(self) -> None:
        is_single = len(self.parts) == 1
        alternative = self.parts[0] if is_single else Concatenation(tuple(self.parts))
        self.alternatives.append(alternative)
        self.parts = []

    def finish(self) -> PatternNode:
        """Finish the last alternative, and return the node of the group."""
        self.finish_alternative()
        inner = build_alternation(tuple(self.alternatives))
        if self.lookaround is not None:
            return Assertion(self.lookaround.kind, inner)
        return inner if self.index is None else Group(inner, self.index, self.name)


class _PatternParser:
    """One pass over the text, with a stack of its own: depth costs no recursion.

    Args:
        text: the pattern.
        groups: how many capturing groups it may have, to tell backreferences from octal escapes.

    """

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
        return self.current_group.finish()

    def _read_leading_flags(self) -> None:
        has_flags = "(?" in self.text[:3]
        match = re.match(_LEADING_FLAGS, self.text) if has_flags else None
        if match is None:
            return
        flags = _apply_flags(match["flags"], match.start("flags"), frozenset())
        self.open_groups[0].flags = flags
        if self.text.startswith("^"):
            self._add_anchor("^")
        self.position = match.end()

    def _read_term(self, char: str) -> None:
        if char in _QUANTIFIERS:
            least, most = _QUANTIFIERS[char]
            self._quantify(1, least, most)
        elif char in _TERM_READERS:
            _TERM_READERS[char](self)
        else:
            self._add_character(ord(char), 1)

    def _finish_alternative(self) -> None:
        self.current_group.finish_alternative()
        self._advance(1, quantifiable=False)

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

    def _add_dot(self) -> None:
        is_dot_all = "s" in self.current_group.flags
        ranges = character_classes.ANY if is_dot_all else character_classes.DOT
        self._add(CharacterClass(ranges), 1)

    def _add_closing_bracket(self) -> None:
        if self.empty_class_at is not None:
            raise PatternError(
                "[] is empty in ECMA-262",
                self.empty_class_at,
                r"write \] for a bracket inside a class",
            )
        self._add_character(ord("]"), 1)

    def _add_character(self, code: int, length: int) -> None:
        single = character_classes.normalise([(code, code)])
        ranges = character_classes.fold(single) if "i" in self.current_group.flags else single
        is_literal = ranges == ((code, code),)
        node = Literal(chr(code)) if is_literal else CharacterClass(ranges)
        self._add(node, length)

    def _read_anchor(self) -> None:
        self._add_anchor(self.text[self.position])

    def _add_anchor(self, char: str) -> None:
        if "m" in self.current_group.flags:
            raise PatternError(
                "(?m) changes ^ and $, which JSON Schema does not have", self.position
            )
        self._add(_ANCHORS[char], 1, quantifiable=False)

    def _read_group_start(self) -> None:
        if len(self.open_groups) > MAX_DEPTH:
            raise PatternError(f"too large: groups nest deeper than {MAX_DEPTH}", self.position)
        group = _OpenGroup(self.position, self.current_group.flags)
        if not self.text.startswith("(?", self.position):
            self._number_group(group)
            length = 1
        elif self._read_python_reference():
            return
        else:
            length = self._read_special_opener(group)
        self.open_groups.append(group)
        self._advance(length, quantifiable=False)

    def _number_group(self, group: _OpenGroup) -> None:
        self.group_count += 1
        group.index = self.group_count

    def _read_special_opener(self, group: _OpenGroup) -> int:
        """Read "(?…" into a group, and return its length."""
        match = re.compile(_OPENERS).match(self.text, self.position)
        if match is None:
            raise self._build_group_error()
        if match["lookaround"]:
            group.lookaround = _LOOKAROUNDS[match["lookaround"]]
        elif match["flags"] is not None:
            group.flags = _apply_flags(match["flags"], match.start("flags"), group.flags)
        else:
            self._number_group(group)
            self._name_group(group, match["name"] or match["python"])
        return len(match[0])

    def _name_group(self, group: _OpenGroup, name: str) -> None:
        if name in self.names:
            raise PatternError(f"two groups are named {name}", self.position)
        group.name = name
        self.names[name] = self.group_count

    def _build_group_error(self) -> PatternError:
        for opener, message in _FOREIGN_GROUPS.items():
            if self.text.startswith(opener, self.position):
                return PatternError(message, self.position)
        if re.compile(_FLAGS_INSIDE).match(self.text, self.position):
            return PatternError(
                "flags in the middle mean different things in different engines",
                self.position,
                "put (?i) first",
            )
        return PatternError("this kind of group is not ECMA-262", self.position)

    def _read_python_reference(self) -> bool:
        """Read "(?P=name)"; return whether one is there."""
        match = re.compile(_PYTHON_REFERENCE).match(self.text, self.position)
        if match is None:
            return False
        if match["name"] not in self.names:
            raise PatternError(f"no group is named {match['name']}", self.position)
        self._add_backreference(self.names[match["name"]], len(match[0]))
        return True

    def _add_backreference(self, index: int, length: int) -> None:
        if "i" in self.current_group.flags:
            raise PatternError("a backreference under the flag i is not supported", self.position)
        self._add(Backreference(index), length)

    def _read_group_end(self) -> None:
        if len(self.open_groups) == 1:
            raise PatternError("a group is closed that was never opened", self.position)
        group = self.open_groups.pop()
        is_lookbehind = group.lookaround is not None and group.lookaround.is_lookbehind
        self._add(group.finish(), 1, quantifiable=not is_lookbehind)

    def _read_braces(self) -> None:
        match = re.compile(_BRACES).match(self.text, self.position)
        if match is not None:
            self._read_counts(match)
        elif re.compile(_BRACES_WITHOUT_MINIMUM).match(self.text, self.position):
            raise PatternError(
                "{,n} is literal text in ECMA-262 and a repeat elsewhere",
                self.position,
                "write {0,n}",
            )
        else:
            self._add_character(ord("{"), 1)

    def _read_counts(self, match: re.Match[str]) -> None:
        if len(match[0]) > MAX_BRACES_LENGTH:
            raise PatternError("too large: a repeat count", self.position)
        least = int(match["min"])
        most: int | None = least
        if match["comma"]:
            most = int(match["max"]) if match["max"] else None
        if most is not None and most >= UNLIMITED_COUNT:
            most = None
        self._quantify(len(match[0]), least, most)

    def _quantify(self, length: int, least: int, most: int | None) -> None:
        if not self.is_quantifiable:
            raise PatternError("there is nothing to repeat", self.position, self._get_repeat_hint())
        if most is not None and most < least:
            raise PatternError("the repeat counts are out of order", self.position)
        is_lazy = self.text.startswith("?", self.position + length)
        node = Repeat(self.current_group.parts.pop(), least, most, is_lazy)
        self._add(node, length + is_lazy, quantifiable=False)

    def _get_repeat_hint(self) -> str:
        follows_quantifier = self.position > 0 and self.text[self.position - 1] in "*+?}"
        return "possessive repeats are not ECMA-262" if follows_quantifier else ""

    def _read_escape(self) -> None:
        escape = self.escapes.read_escape(self.position)
        match escape.meaning:
            case Assertion() as assertion:
                self._add(assertion, escape.length, quantifiable=False)
            case Backreference(index):
                self._add_backreference(index, escape.length)
            case int(code):
                self._add_character(code, escape.length)
            case ranges:
                self._add_class(ranges, escape.length)

    def _read_class(self) -> None:
        start = self.position
        is_folding = "i" in self.current_group.flags
        ranges, end = self.escapes.read_bracket_expression(start, fold=is_folding)
        if self.text[start:end] in {"[]", "[^]"}:
            self.empty_class_at = start
        self._add_class(ranges, end - start)


#: What reads a term, by its first character.
_TERM_READERS: dict[str, Callable[[_PatternParser], None]] = {
    "(": _PatternParser._read_group_start,  # noqa: SLF001 (the class's own table)
    ")": _PatternParser._read_group_end,  # noqa: SLF001
    "|": _PatternParser._finish_alternative,  # noqa: SLF001
    "{": _PatternParser._read_braces,  # noqa: SLF001
    "[": _PatternParser._read_class,  # noqa: SLF001
    "]": _PatternParser._add_closing_bracket,  # noqa: SLF001
    "^": _PatternParser._read_anchor,  # noqa: SLF001
    "$": _PatternParser._read_anchor,  # noqa: SLF001
    "\\": _PatternParser._read_escape,  # noqa: SLF001
    ".": _PatternParser._add_dot,  # noqa: SLF001
}


def _apply_flags(flags: str, position: int, before: frozenset[str]) -> frozenset[str]:
    """Return the flags after "i", "s" or "i-s" at a position."""
    on, _, off = flags.partition("-")
    unknown_flags = set(on + off) - set("ims")
    if unknown_flags:
        raise PatternError(f"flag {min(unknown_flags)} is not ECMA-262", position)
    return (before | set(on)) - set(off)

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

from dynclient.schema.patterns import classes
from dynclient.schema.patterns.backreferences import check_backreferences
from dynclient.schema.patterns.escapes import Escapes
from dynclient.schema.patterns.nodes import (
    Alternation,
    Assertion,
    Backreference,
    BadPattern,
    CharClass,
    Group,
    Literal,
    Node,
    Ranges,
    Repeat,
    Sequence,
    class_size,
    size,
    walk,
)
from dynclient.schema.patterns.terms import trimmed

MAX_LENGTH = 20_000
MAX_DEPTH = 50
#: States; the engine's own limit (10 MiB) begins at about 150,000 of them.
MAX_SIZE = 140_000
#: A limit this high is the vendor's way to write "no limit".
UNLIMITED = 2**31 - 1

_OPENERS = re.compile(
    r"\(\?(?:<(?P<name>[^\W\d][\w$]*)>|P<(?P<python>[^\W\d]\w*)>|(?P<flags>[a-z]*(?:-[a-z]+)?):|(?P<look><?[=!]))"
)
_LEADING_FLAGS = re.compile(r"\^?\(\?(?P<flags>[A-Za-z]+)\)")
_PYTHON_REFERENCE = re.compile(r"\(\?P=(?P<name>\w+)\)")
_BRACES = re.compile(r"\{(?P<min>[0-9]+)(?P<comma>,(?P<max>[0-9]*))?\}")
_DELIMITED = re.compile(
    r"/\^.*/[a-z]*|/.*(?<!\\)\$/[a-z]*|/(?:[^/\\]|\\.)+/(?:[gimu]|gi|ig|gm|mg|gim|iu|ui)", re.DOTALL
)
_FLAGS_INSIDE = re.compile(r"\(\?[A-Za-z-]+\)")
_NO_MINIMUM = re.compile(r"\{,[0-9]+\}")
_LOOKS: dict[str, Assertion] = {
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
def parse(pattern: str) -> Node:
    """Read a pattern.

    Args:
        pattern: as it stands in the document, without delimiters.

    Returns:
        its tree; adjacent characters are separate `Literal` parts of a `Sequence`.

    Raises:
        BadPattern: it is none, has no sure meaning, or is too large.

    """
    if len(pattern) > MAX_LENGTH:
        raise BadPattern(f"too large: longer than {MAX_LENGTH} characters")
    if _DELIMITED.fullmatch(pattern):
        raise BadPattern(
            "delimiters are not part of a pattern",
            0,
            "leave out the slashes (and write flags as (?i))",
        )
    node = _tree(pattern)
    if size(trimmed(node)) > MAX_SIZE:
        raise BadPattern(
            f"too large: it takes about {size(node)} states to match, at most {MAX_SIZE} are allowed"
        )
    check_backreferences(node)
    return node


def _tree(pattern: str) -> Node:
    r"""Parse; once more where `\2` was taken for a backreference, but there are fewer groups: it is octal then."""
    parser = _Parser(pattern, pattern.count("("))
    node = parser.parse()
    if any(isinstance(part, Backreference) and part.index > parser.opened for part in walk(node)):
        node = _Parser(pattern, parser.opened).parse()
    return node


@dataclass(slots=True)
class _Frame:
    """A group being read: what opened it, the finished options, the option under way."""

    start: int
    flags: frozenset[str]
    index: int | None = None
    name: str | None = None
    look: Assertion | None = None
    options: list[Node] = field(default_factory=list)
    parts: list[Node] = field(default_factory=list)

    def close_option(self) -> None:
        self.options.append(self.parts[0] if len(self.parts) == 1 else Sequence(tuple(self.parts)))
        self.parts = []

    def node(self) -> Node:
        self.close_option()
        inner = self.options[0] if len(self.options) == 1 else Alternation(tuple(self.options))
        if self.look is not None:
            return replace(self.look, node=inner)
        return inner if self.index is None else Group(inner, self.index, self.name)


class _Parser:
    """One pass over the text with an explicit stack, so depth costs no recursion."""

    def __init__(self, text: str, groups: int) -> None:
        self.text = text
        self.at = 0
        self.frames = [_Frame(0, frozenset())]
        self.names: dict[str, int] = {}
        self.escapes = Escapes(text, groups, self.names)
        self.opened = 0
        self.spent = 0
        self.quantifiable = False
        self.empty_class_at: int | None = None

    @property
    def frame(self) -> _Frame:
        return self.frames[-1]

    def parse(self) -> Node:
        self._leading_flags()
        while self.at < len(self.text):
            self._term(self.text[self.at])
        if len(self.frames) > 1:
            raise BadPattern("a group is not closed", self.frame.start)
        return self.frame.node()

    def _leading_flags(self) -> None:
        found = _LEADING_FLAGS.match(self.text)
        if not found:
            return
        self.frames[0].flags = self._flags(found["flags"], found.start("flags"), frozenset())
        if self.text.startswith("^"):
            self._caret("start")
        self.at = found.end()

    def _flags(self, written: str, position: int, before: frozenset[str]) -> frozenset[str]:
        on, _, off = written.partition("-")
        if strange := set(on + off) - set("ims"):
            raise BadPattern(f"flag {min(strange)} is not ECMA-262", position)
        return (before | set(on)) - set(off)

    def _term(self, char: str) -> None:
        match char:
            case "(":
                self._open()
            case ")":
                self._close()
            case "|":
                self.frame.close_option()
                self._advance(1, quantifiable=False)
            case "*" | "+" | "?":
                self._repeat(1, *{"*": (0, None), "+": (1, None), "?": (0, 1)}[char])
            case "{":
                self._brace()
            case "[":
                self._class()
            case "^" | "$":
                self._caret("start" if char == "^" else "end")
            case "\\":
                self._escape()
            case ".":
                dot = classes.ANY if "s" in self.frame.flags else classes.DOT
                self._add(CharClass(dot), 1)
            case _:
                self._plain(char)

    def _advance(self, count: int, *, quantifiable: bool) -> None:
        self.at += count
        self.quantifiable = quantifiable

    def _add(self, node: Node, length: int, *, quantifiable: bool = True) -> None:
        self.frame.parts.append(node)
        self._advance(length, quantifiable=quantifiable)

    def _add_class(self, ranges: Ranges, length: int) -> None:
        self.spent += class_size(ranges)
        if self.spent > MAX_SIZE:
            raise BadPattern("too large: its classes have too many ranges", self.at)
        self._add(CharClass(ranges), length)

    def _plain(self, char: str) -> None:
        if char == "]" and self.empty_class_at is not None:
            raise BadPattern(
                "[] is empty in ECMA-262",
                self.empty_class_at,
                r"write \] for a bracket inside a class",
            )
        self._add_char(ord(char), 1)

    def _add_char(self, code: int, length: int) -> None:
        ranges = classes.normalise([(code, code)])
        if "i" in self.frame.flags:
            ranges = classes.fold(ranges)
        self._add(Literal(chr(code)) if ranges == ((code, code),) else CharClass(ranges), length)

    def _caret(self, kind: str) -> None:
        if "m" in self.frame.flags:
            raise BadPattern("(?m) changes ^ and $, which JSON Schema does not have", self.at)
        self._add(Assertion("start" if kind == "start" else "end"), 1, quantifiable=False)

    def _open(self) -> None:
        if len(self.frames) > MAX_DEPTH:
            raise BadPattern(f"too large: groups nest deeper than {MAX_DEPTH}", self.at)
        frame = _Frame(self.at, self.frame.flags)
        if not self.text.startswith("(?", self.at):
            self.opened += 1
            frame.index = self.opened
            length = 1
        elif self._python_reference():
            return
        else:
            length = self._open_special(frame)
        self.frames.append(frame)
        self._advance(length, quantifiable=False)

    def _open_special(self, frame: _Frame) -> int:
        found = _OPENERS.match(self.text, self.at)
        if not found:
            self._refuse_group()
        elif found["look"]:
            frame.look = _LOOKS[found["look"]]
        elif found["flags"] is not None:
            frame.flags = self._flags(found["flags"], found.start("flags"), frame.flags)
        else:
            self.opened += 1
            frame.index, frame.name = self.opened, found["name"] or found["python"]
            if self.names.setdefault(frame.name, self.opened) != self.opened:
                raise BadPattern(f"two groups are named {frame.name}", self.at)
        return len(found[0]) if found else 0

    def _refuse_group(self) -> None:
        for opener, message in _FOREIGN_GROUPS.items():
            if self.text.startswith(opener, self.at):
                raise BadPattern(message, self.at)
        if _FLAGS_INSIDE.match(self.text, self.at):
            raise BadPattern(
                "flags in the middle mean different things in different engines",
                self.at,
                "put (?i) first",
            )
        raise BadPattern("this kind of group is not ECMA-262", self.at)

    def _python_reference(self) -> bool:
        found = _PYTHON_REFERENCE.match(self.text, self.at)
        if not found:
            return False
        if found["name"] not in self.names:
            raise BadPattern(f"no group is named {found['name']}", self.at)
        self._refer(self.names[found["name"]], len(found[0]))
        return True

    def _refer(self, index: int, length: int) -> None:
        if "i" in self.frame.flags:
            raise BadPattern("a backreference under the flag i is not supported", self.at)
        self._add(Backreference(index), length)

    def _close(self) -> None:
        if len(self.frames) == 1:
            raise BadPattern("a group is closed that was never opened", self.at)
        frame = self.frames.pop()
        behind = frame.look is not None and frame.look.kind.endswith("behind")
        self._add(frame.node(), 1, quantifiable=not behind)

    def _brace(self) -> None:
        found = _BRACES.match(self.text, self.at)
        if found:
            if len(found[0]) > 40:  # noqa: PLR2004 - far beyond any number that fits
                raise BadPattern("too large: a repeat count", self.at)
            least = int(found["min"])
            most = least if not found["comma"] else int(found["max"]) if found["max"] else None
            self._repeat(
                len(found[0]), least, None if most is not None and most >= UNLIMITED else most
            )
        elif _NO_MINIMUM.match(self.text, self.at):
            raise BadPattern(
                "{,n} is literal text in ECMA-262 and a repeat elsewhere", self.at, "write {0,n}"
            )
        else:
            self._add_char(ord("{"), 1)

    def _repeat(self, length: int, least: int, most: int | None) -> None:
        if not self.quantifiable:
            raise BadPattern("there is nothing to repeat", self.at, self._why_nothing())
        if most is not None and most < least:
            raise BadPattern("the repeat counts are out of order", self.at)
        lazy = self.text.startswith("?", self.at + length)
        node = Repeat(self.frame.parts.pop(), least, most, lazy)
        self._add(node, length + lazy, quantifiable=False)

    def _why_nothing(self) -> str:
        return (
            "possessive repeats are not ECMA-262"
            if self.at and self.text[self.at - 1] in "*+?}"
            else ""
        )

    def _escape(self) -> None:
        found = self.escapes.outside(self.at)
        match found.meaning:
            case Assertion():
                self._add(found.meaning, found.length, quantifiable=False)
            case Backreference(index):
                self._refer(index, found.length)
            case int():
                self._add_char(found.meaning, found.length)
            case _:
                self._add_class(found.meaning, found.length)

    def _class(self) -> None:
        start = self.at
        ranges, end = self.escapes.bracket(start, fold="i" in self.frame.flags)
        if self.text[start:end] in {"[]", "[^]"}:
            self.empty_class_at = start
        self._add_class(ranges, end - start)

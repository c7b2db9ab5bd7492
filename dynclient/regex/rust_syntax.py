"""Writes the syntax tree of a pattern as source for the Rust engine of jsonschema-rs."""

from __future__ import annotations

import string

from dynclient.regex import character_classes
from dynclient.regex.syntax_tree import (
    Alternation,
    Assertion,
    Backreference,
    CharacterClass,
    Concatenation,
    Group,
    Literal,
    PatternNode,
    Ranges,
    Repeat,
    compute_width,
    walk,
)

_SYNTAX_CHARACTERS = frozenset("^$\\.*+?()[]{}|")
_ALPHANUMERIC = frozenset(string.ascii_letters + string.digits)
_WORD_CHARACTERS = _ALPHANUMERIC | {"_"}
_UNESCAPED_CHARACTERS = _ALPHANUMERIC | frozenset(" !\"%',:;<=>@_`~/-&#")
_ALL_CODE_POINTS = "\\u{0}-\\u{10FFFF}"


def to_rust(node: PatternNode) -> str:
    r"""Write a tree as source for the Rust engine, as jsonschema-rs takes it.

    Classes are written out, so it does not matter what the engine means by `\d`, `.` or `\b`. `^`
    and `$` are the very ends of the text. The result is also a valid ECMA-262 pattern under the
    flag `u`.
    """
    references = {part.index for part in walk(node) if isinstance(part, Backreference)}
    numbers = {index: number for number, index in enumerate(sorted(references), 1)}
    return _write(node, numbers)


def _write(node: PatternNode, numbers: dict[int, int]) -> str:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Literal(char):
            return _write_literal(char)
        case CharacterClass(ranges):
            return _write_class(ranges)
        case Concatenation(parts):
            return _write_sequence(parts, numbers)
        case Alternation(alternatives):
            return "|".join(_write(alternative, numbers) for alternative in alternatives)
        case Repeat():
            return _write_repeat(node, numbers)
        case Group():
            return _write_group(node, numbers)
        case Backreference(index):
            return f"(?:\\{numbers[index]})"
    return _write_assertion(node, numbers)


def _write_sequence(parts: tuple[PatternNode, ...], numbers: dict[int, int]) -> str:
    return "".join(_write_part(part, numbers) for part in parts) or "(?:)"


def _write_group(node: Group, numbers: dict[int, int]) -> str:
    opener = "(" if node.index in numbers else "(?:"
    return f"{opener}{_write(node.node, numbers)})"


def _write_part(node: PatternNode, numbers: dict[int, int]) -> str:
    source = _write(node, numbers)
    return f"(?:{source})" if isinstance(node, Alternation | Concatenation) else source


def _write_repeat(node: Repeat, numbers: dict[int, int]) -> str:
    inner = _write(node.node, numbers)
    _, most = compute_width(node.node)
    if most == 0:
        # The engine refuses to repeat what matches no character. One turn means the same.
        return f"(?:{inner})" if node.min else "(?:)"
    if not isinstance(node.node, Literal | CharacterClass | Group):
        inner = f"(?:{inner})"
    return inner + _write_quantifier(node.min, node.max) + "?" * node.is_lazy


_SHORT_QUANTIFIERS = {(0, None): "*", (1, None): "+", (0, 1): "?"}


def _write_quantifier(least: int, most: int | None) -> str:
    if (least, most) in _SHORT_QUANTIFIERS:
        return _SHORT_QUANTIFIERS[least, most]
    if most is None:
        return f"{{{least},}}"
    return f"{{{least}}}" if least == most else f"{{{least},{most}}}"


def _write_literal(char: str) -> str:
    if char in _SYNTAX_CHARACTERS:
        return "\\" + char
    return char if char in _UNESCAPED_CHARACTERS else _escape(char)


def _escape(char: str) -> str:
    return f"\\u{{{ord(char):X}}}"


def _write_class(ranges: Ranges) -> str:
    if ranges == character_classes.ANY:
        return f"[{_ALL_CODE_POINTS}]"
    if not ranges:
        return f"[^{_ALL_CODE_POINTS}]"
    complement = character_classes.complement(ranges)
    if len(complement) < len(ranges):
        return f"[^{_write_ranges(complement)}]"
    return f"[{_write_ranges(ranges)}]"


def _write_ranges(ranges: Ranges) -> str:
    return "".join(_write_range(first, last) for first, last in ranges)


def _write_range(first: int, last: int) -> str:
    if first == last:
        return _write_class_member(first)
    return f"{_write_class_member(first)}-{_write_class_member(last)}"


def _write_class_member(code: int) -> str:
    char = chr(code)
    return char if char in _WORD_CHARACTERS else _escape(char)


_WORD_CLASS = _write_class(character_classes.WORD)
_BEFORE_WORD, _AFTER_WORD = f"(?={_WORD_CLASS})", f"(?<={_WORD_CLASS})"
_BEFORE_OTHER, _AFTER_OTHER = f"(?!{_WORD_CLASS})", f"(?<!{_WORD_CLASS})"
_PLAIN_ASSERTIONS = {
    "start": "^",
    "end": "$",
    "boundary": f"(?:{_AFTER_OTHER}{_BEFORE_WORD}|{_AFTER_WORD}{_BEFORE_OTHER})",
    "not boundary": f"(?:{_AFTER_OTHER}{_BEFORE_OTHER}|{_AFTER_WORD}{_BEFORE_WORD})",
}
_LOOKAROUND_OPENERS = {"ahead": "(?=", "not ahead": "(?!", "behind": "(?<=", "not behind": "(?<!"}


def _write_assertion(node: Assertion, numbers: dict[int, int]) -> str:
    if node.node is None:
        return _PLAIN_ASSERTIONS[node.kind]
    return f"{_LOOKAROUND_OPENERS[node.kind]}{_write(node.node, numbers)})"

r"""Write the tree of a pattern as source for the Rust engine of jsonschema-rs."""

from __future__ import annotations

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
_UNESCAPED_CHARACTERS = frozenset(" !\"%',:;<=>@_`~/-&#")
_ALL_CODE_POINTS = "\\u{0}-\\u{10FFFF}"


def to_rust(node: PatternNode) -> str:
    r"""Write a tree as source for the Rust engine, as jsonschema-rs takes it.

    Classes are written out, so neither the engine's nor jsonschema-rs's idea of `\d`, `.` or `\b` matters; `^` and `$`
    are the very ends. The result is also a valid ECMA-262 pattern under the flag `u`.
    """
    referred = sorted({part.index for part in walk(node) if isinstance(part, Backreference)})
    return _write(node, {index: number for number, index in enumerate(referred, 1)})


def _write(node: PatternNode, numbers: dict[int, int]) -> str:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Literal(char):
            return _write_literal(char)
        case CharacterClass(ranges):
            return _write_class(ranges)
        case Concatenation(parts):
            return "".join(_write_part(part, numbers) for part in parts) or "(?:)"
        case Alternation(options):
            return "|".join(_write(option, numbers) for option in options)
        case Repeat():
            return _write_repeat(node, numbers)
        case Group(inner, index):
            return f"({'' if index in numbers else '?:'}{_write(inner, numbers)})"
        case Backreference(index):
            return f"(?:\\{numbers[index]})"
    return _write_assertion(node, numbers)


def _write_part(node: PatternNode, numbers: dict[int, int]) -> str:
    return (
        f"(?:{_write(node, numbers)})"
        if isinstance(node, Alternation | Concatenation)
        else _write(node, numbers)
    )


def _write_repeat(node: Repeat, numbers: dict[int, int]) -> str:
    if (
        compute_width(node.node)[1] == 0
    ):  # the engine refuses to repeat what takes no room, and once says it all
        return f"(?:{_write(node.node, numbers)})" if node.min else "(?:)"
    inner = _write(node.node, numbers)
    if not isinstance(node.node, Literal | CharacterClass | Group):
        inner = f"(?:{inner})"
    return inner + _write_quantifier(node.min, node.max) + "?" * node.is_lazy


def _write_quantifier(least: int, most: int | None) -> str:
    short = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
    return short or (
        f"{{{least}}}" if least == most else f"{{{least},{'' if most is None else most}}}"
    )


def _write_literal(char: str) -> str:
    if char in _SYNTAX_CHARACTERS:
        return "\\" + char
    return (
        char
        if (char.isascii() and char.isalnum()) or char in _UNESCAPED_CHARACTERS
        else f"\\u{{{ord(char):X}}}"
    )


def _write_class(ranges: Ranges) -> str:
    if ranges == character_classes.ANY:
        return f"[{_ALL_CODE_POINTS}]"
    if not ranges:
        return f"[^{_ALL_CODE_POINTS}]"
    rest = character_classes.complement(ranges)
    sign, shown = ("^", rest) if len(rest) < len(ranges) else ("", ranges)
    return f"[{sign}{''.join(_write_range(first, last) for first, last in shown)}]"


def _write_range(first: int, last: int) -> str:
    return (
        _write_class_member(first)
        if first == last
        else f"{_write_class_member(first)}-{_write_class_member(last)}"
    )


def _write_class_member(code: int) -> str:
    char = chr(code)
    return char if (char.isascii() and char.isalnum()) or char == "_" else f"\\u{{{code:X}}}"


_WORD_AHEAD, _WORD_BEHIND = (
    f"(?={_write_class(character_classes.WORD)})",
    f"(?<={_write_class(character_classes.WORD)})",
)
_NO_WORD_AHEAD, _NO_WORD_BEHIND = (
    f"(?!{_write_class(character_classes.WORD)})",
    f"(?<!{_write_class(character_classes.WORD)})",
)
_LOOKAROUND_SIGNS = {"ahead": "?=", "not ahead": "?!", "behind": "?<=", "not behind": "?<!"}


def _write_assertion(node: Assertion, numbers: dict[int, int]) -> str:
    match node.kind:
        case "start":
            return "^"
        case "end":
            return "$"
        case "boundary":
            return f"(?:{_NO_WORD_BEHIND}{_WORD_AHEAD}|{_WORD_BEHIND}{_NO_WORD_AHEAD})"
        case "not boundary":
            return f"(?:{_NO_WORD_BEHIND}{_NO_WORD_AHEAD}|{_WORD_BEHIND}{_WORD_AHEAD})"
    assert node.node is not None
    return f"({_LOOKAROUND_SIGNS[node.kind]}{_write(node.node, numbers)})"

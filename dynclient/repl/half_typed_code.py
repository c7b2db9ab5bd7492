"""Half-typed Python code: in which call, argument, key or string its end is."""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import dataclass, field
from typing import NamedTuple

#: Only the end of a text is looked at: nobody types more by hand.
MAX_CHARS = 20_000

_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<string>(?i:\b[rbuf]{1,2})?(?:'''|\"\"\"|'|\"))"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<newline>\n)"
    r"|(?P<space>[ \t\f\r\\]+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class CodeToken(NamedTuple):
    """A piece of code: a name, a number, a string, another character, or a whole bracket."""

    kind: str
    text: str


_NO_TOKEN = CodeToken("", "")


@dataclass
class OpenBracket:
    """A bracket that is not closed.

    Attributes:
        character: `(`, `[` or `{`; "" for the statement itself.
        callee: the expression before it: what is called or indexed; "" for a literal.
        items: the finished items in it, each as its tokens.
        current: the tokens of the item that is not finished.

    """

    character: str
    callee: str = ""
    items: list[list[CodeToken]] = field(default_factory=list)
    current: list[CodeToken] = field(default_factory=list)


@dataclass
class HalfTypedCode:
    """Code up to the cursor.

    Attributes:
        brackets: those that are open, the outermost first; the first is the statement.
        word: the name that the cursor is behind, "" for none.
        string: the text since the quote, if the cursor is in a string; else None.
        quote: the quote with which that string begins.

    """

    brackets: list[OpenBracket]
    word: str = ""
    string: str | None = None
    quote: str = ""


def parse_half_typed_code(text: str) -> HalfTypedCode:
    """Return what a text that ends at the cursor says: no error, whatever it is."""
    text = text[-MAX_CHARS:]
    brackets = [OpenBracket("")]
    starts = [0]
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            break
        kind, piece = str(match.lastgroup), match[0]
        position = match.end()
        if kind == "string":
            end = _find_string_end(text, position, piece.lstrip("rRbBuUfF"))
            if end is None:
                return HalfTypedCode(brackets, "", text[position:], piece)
            brackets[-1].current.append(CodeToken(kind, text[match.start() : end]))
            position = end
        elif kind == "name" and position == len(text):
            return HalfTypedCode(brackets, piece)
        elif piece in _CLOSING:
            callee = find_last_expression(brackets[-1].current) if piece != "{" else ""
            brackets.append(OpenBracket(piece, callee))
            starts.append(match.start())
        elif piece in _CLOSING.values():
            _close_bracket(brackets, starts, piece, text[: match.end()])
        elif kind not in ("comment", "space"):
            _add_token(brackets, CodeToken(kind, piece))
    return HalfTypedCode(brackets)


def _find_string_end(text: str, position: int, quote: str) -> int | None:
    """Return where a string ends that begins at a position; None where the cursor is in it."""
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text.startswith(quote, position):
            return position + len(quote)
        elif text[position] == "\n" and len(quote) == 1:
            return position
        else:
            position += 1
    return None


def _close_bracket(brackets: list[OpenBracket], starts: list[int], token: str, text: str) -> None:
    """Make one token of a bracket that ends; a closing bracket without its opening is left out."""
    bracket = brackets[-1]
    if _CLOSING.get(bracket.character) != token:
        return
    brackets.pop()
    start = starts.pop()
    brackets[-1].current.append(CodeToken("bracket", text[start:]))


def _add_token(brackets: list[OpenBracket], token: CodeToken) -> None:
    bracket = brackets[-1]
    is_statement = not bracket.character
    if token.kind == "newline" or (token.text == ";" and is_statement):
        if is_statement:
            bracket.current = []
    elif token.text == "," and not is_statement:
        bracket.items.append(bracket.current)
        bracket.current = []
    else:
        bracket.current.append(token)


def find_last_expression(tokens: list[CodeToken]) -> str:
    """Return the name, call or index with which tokens end, "" for none: `a.b["c"]`."""
    start = len(tokens)
    while start and _is_operand(tokens[start - 1]):
        start -= 1
        kind = tokens[start].kind
        before = tokens[start - 1] if start else _NO_TOKEN
        is_attribute = kind == "name" and before.text == "."
        is_applied = kind == "bracket" and _is_operand(before)
        if is_attribute:
            start -= 1  # the dot
        elif not is_applied:
            break
    text = "".join(token.text for token in tokens[start:])
    return "" if text.startswith(".") else text


def _is_operand(token: CodeToken) -> bool:
    is_name = token.kind == "name" and not keyword.iskeyword(token.text)
    return is_name or token.kind in ("bracket", "string")


def read_string(token: CodeToken) -> str | None:
    """Return the value of a string token; None if it is no plain string."""
    if token.kind != "string":
        return None
    try:
        value = ast.literal_eval(token.text)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) else None

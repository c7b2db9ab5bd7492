"""The answer to a shell that asks how a command line may go on.

The protocol is that of click: COMP_WORDS has the words, COMP_CWORD the number of the current one.
Our scripts give the line up to the cursor and -1: the last word is the current one.
"""

from __future__ import annotations

import os
import sys

from dynclient.cli.shell_completion.completion_answer import FilesWanted, complete


def answer_shell(instruction: str) -> None:
    """Print what a shell asked for: `SHELL_source` its script, `SHELL_complete` candidates.

    Nothing is ever printed on standard error: it would stand in the middle of the command line.
    """
    shell, _, task = instruction.partition("_")
    if task == "source":
        from dynclient.cli.shell_completion.shell_scripts import SCRIPTS

        sys.stdout.write(SCRIPTS.get(shell, ""))
        return
    try:
        words, current = read_words(shell)
        lines = [_format_candidate(shell, *found) for found in complete(words, current)]
    except FilesWanted as wanted:
        lines = [_format_candidate(shell, wanted.lead, "", kind="file")]
    except Exception:  # noqa: BLE001 (completion is silent)
        return
    sys.stdout.write("".join(lines))


def _format_candidate(shell: str, value: str, description: str, kind: str = "plain") -> str:
    if shell == "zsh":
        return f"{kind}\n{value}\n{description or '_'}\n"
    if shell == "fish" and description:
        return f"{kind},{value}\t{description}\n"
    return f"{kind},{value}\n"


def read_words(shell: str) -> tuple[list[str], str]:
    """Return the words before the current one, and the current one as far as it is written."""
    line = os.environ.get("COMP_WORDS", "")
    position = os.environ.get("COMP_CWORD", "")
    words = split_line(line)
    if position == "-1":
        is_new = not words or (line[-1:].isspace() and not words[-1].endswith(line[-1:]))
        return (words[1:], "") if is_new else (words[1:-1], words[-1])
    if shell == "fish":  # click's script for it gives the current word itself
        return words[1:-1] if words and words[-1] == position else words[1:], position
    number = int(position)
    return words[1:number], words[number] if number < len(words) else ""


def split_line(line: str) -> list[str]:
    """Return the words of a line of a shell; a quote that is still open ends at its end."""
    words: list[str] = []
    position = 0
    while position < len(line):
        if line[position].isspace():
            position += 1
            continue
        word, position = _read_word(line, position)
        words.append(word)
    return words


def _read_word(line: str, position: int) -> tuple[str, int]:
    """Return the word that begins at a position, and where it ends."""
    pieces: list[str] = []
    while position < len(line) and not line[position].isspace():
        char = piece = line[position]
        position += 1
        if char in "'\"":
            piece, position = _read_quoted(line, position, char)
        elif char == "\\":
            piece = line[position : position + 1]
            position += 1
        pieces.append(piece)
    return "".join(pieces), position


def _read_quoted(line: str, position: int, quote: str) -> tuple[str, int]:
    """Return the text up to a quote, and where it goes on behind it."""
    pieces: list[str] = []
    while position < len(line) and line[position] != quote:
        if line[position] == "\\" and quote == '"':
            position += 1
        pieces.append(line[position : position + 1])
        position += 1
    return "".join(pieces), position + 1

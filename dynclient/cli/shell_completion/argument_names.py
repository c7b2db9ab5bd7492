"""How the name of an argument goes on in a word of a command line, and its values."""

from __future__ import annotations

from dynclient.cli.shell_completion.index_files import VALUE_SEPARATOR, Rows

#: What stands behind the name of an argument that may be given several times.
_REPEATABLE = "=+"

#: A candidate: the whole word, and what it is.
Candidate = tuple[str, str]


def drop_path_rows(rows: Rows, count: int) -> Rows:
    """Return the arguments without the first ones of the path, which are given by position."""
    others: Rows = []
    for row in rows:
        if count and row[3].startswith("path "):
            count -= 1
        else:
            others.append(row)
    return others


def count_positionals(words: list[str]) -> int:
    """Return how many words give an argument by its position."""
    return sum("=" not in word and not word.startswith("@") for word in words)


def list_free_rows(rows: Rows, words: list[str]) -> Rows:
    """Return the arguments that words do not name, or that may be given again."""
    given = {word.partition("=")[0].removesuffix(":") for word in words if "=" in word}
    return [row for row in rows if row[0] not in given or row[1] == _REPEATABLE]


def continue_names(rows: Rows, own_names: set[str], current: str) -> list[Candidate]:
    """Return how a name goes on: to any own name, or to one no deeper than what is typed."""
    typed = _unify_indexes(current)
    found: list[Candidate] = []
    for name, ending, required, about, _values in rows:
        is_in_reach = name in own_names or _measure_depth(name) <= _measure_depth(typed)
        if is_in_reach and name.startswith(typed):
            word = current + name[len(typed) :] + ending.removesuffix("+")
            found.append((word, f"required, {about}" if required else about))
    return found


def _measure_depth(name: str) -> int:
    return name.count(".") + name.count("[")


def list_values_of(rows: Rows, name: str, text: str) -> list[Candidate]:
    """Return the values that an argument may have, as whole words."""
    is_json = name.endswith(":")
    wanted = _unify_indexes(name.removesuffix(":"))
    for row in rows:
        if row[0] != wanted or not row[4]:
            continue
        values = row[4].split(VALUE_SEPARATOR)
        if is_json:
            values = [value if _is_literal(value) else f'"{value}"' for value in values]
        return [(f"{name}={value}", "") for value in values if value.startswith(text)]
    return []


def _is_literal(value: str) -> bool:
    return value in ("true", "false", "null") or value.lstrip("-").replace(".", "", 1).isdigit()


def _unify_indexes(name: str) -> str:
    """Return a name with 0 as each index: the index has one item for all."""
    parts = name.split("[")
    for position, part in enumerate(parts[1:], 1):
        index, bracket, rest = part.partition("]")
        is_index = bool(bracket) and (not index or index.isdigit())
        parts[position] = f"0]{rest}" if is_index else part
    return "[".join(parts)

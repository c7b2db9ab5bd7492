"""How a command line may go on: its commands, options, operations, arguments and their values."""

from __future__ import annotations

import os

from dynclient.cli.shell_completion.argument_names import (
    Candidate,
    continue_names,
    count_positionals,
    drop_path_rows,
    list_free_rows,
    list_values_of,
)
from dynclient.cli.shell_completion.index_files import VALUE_SEPARATOR, Rows, read_index
from dynclient.cli.shell_completion.index_keys import (
    COMMANDS,
    DOCUMENT,
    OPERATION,
    PROJECT,
    find_project_key,
    get_commands_key,
    get_document_key,
)

_STDIN = "-"
#: The kind of an option without a value.
_FLAG = "flag"
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace", "query")

#: Commands whose words begin with an operation.
_WITH_OPERATION = ("call", "show")


class FilesWanted(Exception):
    """The shell completes a file name; `lead` is what stands before it in the word."""

    def __init__(self, lead: str = "") -> None:
        super().__init__(lead)
        self.lead = lead


class IndexMissing(Exception):
    """An index is missing or old.

    Attributes:
        kind: what it is an index of.
        key: what it hangs on.
        names: the document, the operation, and the overlays of the command line.

    """

    def __init__(self, kind: str, key: str, *names: str) -> None:
        super().__init__(kind, key, *names)
        self.kind = kind
        self.key = key
        self.names = names


def complete(words: list[str], current: str) -> list[Candidate]:
    """Return the candidates for the current word.

    Args:
        words: the words before it, without the program.
        current: the current word as far as it is written.

    Raises:
        FilesWanted: the word is the name of a file.

    """
    while True:
        try:
            return _Completion(words, current).list_candidates()
        except IndexMissing as missing:
            from dynclient.cli.shell_completion.index_builder import build_index

            if not build_index(missing.kind, missing.key, missing.names):
                return []


#: Indexes that this process made and could not keep.
built_indexes: dict[tuple[str, str], Rows] = {}


def _get_rows(kind: str, key: str, *names: str) -> Rows:
    rows = built_indexes.get((kind, key))
    if rows is None:
        rows = read_index(kind, key)
    if rows is None:
        raise IndexMissing(kind, key, *names)
    return rows


class _Completion:
    """One command line: what it says so far, and what may come next."""

    def __init__(self, words: list[str], current: str) -> None:
        self._words = words
        self._current = current
        self._options: dict[str, tuple[str, str]] = {}
        self._commands: dict[str, str] = {}
        self._command = next((word for word in words if not word.startswith("-")), "")
        for command, option, kind, text in _get_rows(COMMANDS, get_commands_key()):
            if not option:
                self._commands[command] = text
            elif command == self._command:
                self._options[option] = (kind, text)

    def list_candidates(self) -> list[Candidate]:
        current = self._current
        if self._command and self._command not in self._commands:
            return []
        name, sign, text = current.partition("=")
        if sign and name.startswith("--"):
            found = self._list_values(self._get_kind(name), text, f"{name}=")
            return [(f"{name}={value}", about) for value, about in found]
        kind = self._get_kind(self._words[-1]) if self._words else _FLAG
        if kind != _FLAG:
            return self._list_values(kind, current, "")
        if _is_option(current):
            return self._list_options()
        if not self._command:
            return _select(self._commands.items(), current)
        return self._list_arguments()

    def _get_kind(self, word: str) -> str:
        """Return which values an option has; no other word has any, like a flag."""
        return self._options.get(word, (_FLAG, ""))[0]

    def _list_options(self) -> list[Candidate]:
        options = [(option, about) for option, (_, about) in self._options.items()]
        return _select(options, self._current)

    def _list_values(self, kind: str, text: str, lead: str) -> list[Candidate]:
        """Return the values of an option; `lead` is what stands before them in the word."""
        kind, _, choices = kind.partition(":")
        if kind == "file":
            raise FilesWanted(lead)
        if kind == "data" and text.startswith("@"):
            raise FilesWanted(f"{lead}@")
        if kind == "choice":
            return _select(((choice, "") for choice in choices.split(VALUE_SEPARATOR)), text)
        if kind == "tag":
            return _select(((row[1], "") for row in self._get_document() if row[0] == "tag"), text)
        if kind == "profile":
            from dynclient.cli.shell_completion.index_builder import list_profiles

            return _select(list_profiles(), text)
        return []

    # --- words

    def _list_positionals(self) -> list[str]:
        """Return the words behind the command that are neither options nor their values."""
        found: list[str] = []
        is_value = False
        for word in self._words[self._words.index(self._command) + 1 :]:
            if is_value:
                is_value = False
            elif _is_option(word):
                is_value = self._get_kind(word) != _FLAG
            else:
                found.append(word)
        return found

    def _find_option(self, option: str) -> str:
        """Return the value of an option of the command line, or ""."""
        return next(iter(self._list_option_values(option)), "")

    def _list_option_values(self, option: str) -> list[str]:
        """Return the values of an option of the command line, in their order."""
        values: list[str] = []
        for index, word in enumerate(self._words):
            if word.startswith(f"{option}="):
                values.append(word.partition("=")[2])
            elif word == option and index + 1 < len(self._words):
                values.append(self._words[index + 1])
        return values

    def _list_arguments(self) -> list[Candidate]:
        if self._command not in _WITH_OPERATION:
            if self._command == "completion":
                return _select((("bash", ""), ("zsh", ""), ("fish", "")), self._current)
            raise FilesWanted
        positionals = self._list_positionals()
        if positionals and is_document_word(positionals[0]):
            positionals = positionals[1:]
        if not positionals:
            return self._list_operations()
        method = positionals[0]
        others = positionals[1:]
        is_request = _is_method(method) and (not others or others[0].startswith("/"))
        if not is_request:
            return self._list_names(self._find_key(method), others)
        if not others:
            return self._list_paths(method.upper())
        name, has_values = self._find_request(method.upper(), others[0])
        return self._list_names(name, others[1:], has_path_values=has_values)

    def _find_key(self, name: str) -> str:
        """Return the key of an operation that is named by its Python name; else the name itself."""
        for row in self._get_document():
            if row[0] == "operation" and name == row[2]:
                return row[1]
        return name

    def _find_request(self, method: str, path: str) -> tuple[str, bool]:
        """Return the name of an operation by a path, and whether the path holds its values."""
        segments = path.partition("?")[0].split("/")
        found = ""
        for row in self._get_document():
            if row[0] != "operation" or row[3] != method:
                continue
            if row[4] == path:
                return row[1], False
            template = row[4].split("/")
            is_same = len(template) == len(segments) and all(map(_fits_segment, template, segments))
            if is_same and not found:
                found = row[1]
        return found, True

    def _get_document(self) -> Rows:
        key, source, overlays = self._choose_document_key()
        return _get_rows(DOCUMENT, key, source, "", *overlays)

    def _choose_document_key(self) -> tuple[str, str, list[str]]:
        """Return what the index of the document hangs on, the document, and its overlays.

        The document is chosen as `choose_document` does it.
        """
        project: Rows = []
        if key := find_project_key():
            project = _get_rows(PROJECT, key)
        own = [row[1] for row in project if row[0] == "spec"]
        source = self._find_named_document() or (own[0] if own else "")
        is_own = source in own
        own_overlays = [row[1] for row in project if is_own and row[0] == "overlay"]
        overlays = self._list_option_values("--overlay")
        # What is on the net is not waited for: the document is completed without it.
        local = [each for each in own_overlays + overlays if not is_url(each)]
        return get_document_key(source, local), source, overlays

    def _find_named_document(self) -> str:
        """Return the document that the command line, a profile or the environment names."""
        if spec := self._find_option("--spec"):
            return spec
        for word in self._list_positionals():
            if is_document_word(word):
                return word
        if profile := self._find_option("--profile"):
            from dynclient.cli.shell_completion.index_builder import list_profiles

            spec = dict(list_profiles()).get(profile, "")
        return spec or os.environ.get("DYNCLIENT_SPEC", "")

    def _list_operations(self) -> list[Candidate]:
        operations = [row for row in self._get_document() if row[0] == "operation"]
        found = _select(((row[1], row[5]) for row in operations), self._current)
        if not found:
            found = _select(((row[2], row[5]) for row in operations), self._current)
        if self._current.isupper():
            found += self._list_methods(operations)
        if self._current and not found:
            raise_if_path(self._current)
        return found

    def _list_methods(self, operations: Rows) -> list[Candidate]:
        methods = dict.fromkeys(row[3] for row in operations)
        described = [(method, "a method, before a path") for method in methods]
        return _select(described, self._current)

    def _list_paths(self, method: str) -> list[Candidate]:
        """Return the paths of a method; a word goes on to the next variable of a path."""
        found: dict[str, str] = {}
        typed = self._current.split("/")
        for row in self._get_document():
            if row[0] != "operation" or row[3] != method:
                continue
            candidate = _continue_path(row[4].split("/"), typed)
            if candidate is not None:
                found.setdefault(candidate, row[5])
        return list(found.items())

    def _list_names(
        self, operation: str, others: list[str], *, has_path_values: bool = False
    ) -> list[Candidate]:
        """Return the arguments of an operation that are not given yet, or the values of one."""
        current = self._current
        if current.startswith("@"):
            raise FilesWanted("@")
        if self._command == "show":
            return []
        key, source, overlays = self._choose_document_key()
        rows = _get_rows(OPERATION, f"{key}\t{operation}", source, operation, *overlays)
        name, sign, text = current.partition("=")
        if sign:
            if name.endswith(":") and text.startswith("@"):
                raise FilesWanted(f"{name}=@")
            return list_values_of(rows, name, text)
        path_rows_given = len(rows) if has_path_values else count_positionals(others)
        free_rows = list_free_rows(drop_path_rows(rows, path_rows_given), others)
        own_names = {row[0] for row in rows if not row[3].startswith("in ")}
        return continue_names(free_rows, own_names, current)


def raise_if_path(word: str) -> None:
    """Have the shell complete a file where a word can only be SPEC."""
    if word.startswith((".", "/", "~")):
        raise FilesWanted


def _fits_segment(template: str, text: str) -> bool:
    return "{" in template or template == text


def _continue_path(template: list[str], typed: list[str]) -> str | None:
    """Return how a typed path goes on along a template, up to its next variable; None if not."""
    position = len(typed) - 1
    if position >= len(template) or not all(map(_fits_segment, template, typed[:-1])):
        return None
    if template[position].startswith("{") and typed[position]:
        return "/".join(typed) + ("/" if position + 1 < len(template) else "")
    if not template[position].startswith(typed[position]):
        return None
    way = typed[:-1]
    for segment in template[position:]:
        if segment.startswith("{"):
            return "/".join([*way, ""])
        way.append(segment)
    return "/".join(way)


def _select(candidates: object, start: str) -> list[Candidate]:
    folded = start.casefold()
    pairs: list[Candidate] = list(candidates)  # type: ignore[call-overload] # any iterable of pairs
    return [pair for pair in pairs if pair[0].casefold().startswith(folded)]


def _is_method(word: str) -> bool:
    return word.lower() in _METHODS or (word.isupper() and word.isalpha())


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != _STDIN


def is_document_word(word: str) -> bool:
    """Tell whether a word is SPEC: a URL, `-`, `git:REV:path`, or a name with its suffix."""
    if word == _STDIN or word.startswith("git:") or is_url(word):
        return True
    return "=" not in word and word[:1] != "@" and word.lower().endswith((".yaml", ".yml", ".json"))


def is_url(word: str) -> bool:
    """Tell whether a word is a URL."""
    scheme, mark, _ = word.partition("://")
    return bool(mark) and scheme.replace("+", "").replace("-", "").replace(".", "").isalnum()

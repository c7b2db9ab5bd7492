"""`[tool.dynclient]` of pyproject.toml, as `dynclient diff` reads it: the documents, the options, the levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from dynclient.changes import tables
from dynclient.changes.change import LEVELS, View
from dynclient.changes.levels import UNKNOWN, Setting
from dynclient.changes.rules import RULES
from dynclient.errors import UsageError
from dynclient.violations import shown

FILE = "pyproject.toml"

VIEWS: tuple[View, ...] = get_args(View)
POLICIES = ("deprecation", "sunset", "stability", "version")
ALL_POLICIES = "all"
FORMATS = ("text", "json", "markdown", "html", "sarif", "github")

#: What an option of one word may be set to.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "view": VIEWS,
    "fail_on": LEVELS,
    "unknown": UNKNOWN,
    "format": FORMATS,
}
_FLAGS = ("open_enums", "tolerant_results", "docs", "strict_accept")
_PATHS = ("used", "used_by")
_OPTIONS = (*_WORDS, *_FLAGS, "policy", *_PATHS, "levels")


@dataclass(frozen=True)
class Settings:
    """What a project says once, so that nobody has to say it on every command line.

    Attributes:
        specs: the paths or URLs of its documents.
        options: values of options by their names, `fail_on` for `--fail-on`.
        levels: rule → the level that it was given.

    """

    specs: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    levels: Mapping[str, Setting] = field(default_factory=dict)


def nearest(start: Path) -> Settings:
    """Return the settings of the project that a folder is in: of the nearest pyproject.toml that has such a table.

    Raises:
        UsageError: a file cannot be read, or says what cannot be meant.

    """
    for folder in (start, *start.parents):
        file = folder / FILE
        if file.is_file() and (table := _table(file)) is not None:
            return settings(table, file)
    return Settings()


def _table(file: Path) -> Mapping[str, Any] | None:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None
    tool = tables.parsed(data, str(file)).get("tool")
    table = tool.get("dynclient") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def settings(table: Mapping[str, Any], file: Path) -> Settings:
    """Return what `[tool.dynclient]` says.

    Args:
        table: its content.
        file: where it stands; paths are relative to it.

    Raises:
        UsageError: it says what cannot be meant; the message begins with the file and the key.

    """
    where = f"{file}: [tool.dynclient.diff]"
    given = table.get("diff", {})
    if not isinstance(given, dict):
        raise UsageError(f"{where} is no table")
    options = {key.replace("-", "_"): value for key, value in given.items()}
    for key in options:
        tables.known_name(where, key, _OPTIONS, "option")
    levels = _levels(options.pop("levels", {}), where)
    return Settings(
        _specs(table, file),
        {key: _option(key, options[key], where, file) for key in options},
        levels,
    )


def _specs(table: Mapping[str, Any], file: Path) -> tuple[str, ...]:
    where = f"{file}: [tool.dynclient]"
    spec = table.get("spec", "")
    if not isinstance(spec, str):
        raise UsageError(
            f"{where}: spec must be a text, not {shown(spec)}", hint='write spec = "api.yaml"'
        )
    given = [*([spec] if spec else []), *_texts("specs", table.get("specs", []), where)]
    return tuple(_located(path, file) for path in dict.fromkeys(given))


def _located(path: str, file: Path) -> str:
    return path if path.startswith(("http://", "https://")) else str(file.parent / path)


def _option(key: str, value: Any, where: str, file: Path) -> Any:
    """Return the value of an option, checked."""
    if key in _WORDS:
        return _word(key, value, _WORDS[key], where)
    if key in _FLAGS:
        if not isinstance(value, bool):
            raise UsageError(f"{where}: {key} must be true or false, not {shown(value)}")
        return value
    if key == "policy":
        names = _texts(key, [value] if isinstance(value, str) else value, where)
        return tuple(_word(key, name, (*POLICIES, ALL_POLICIES), where) for name in names)
    paths = tuple(
        _located(path, file)
        for path in _texts(key, [value] if isinstance(value, str) else value, where)
    )
    return paths if key == "used" else next(iter(paths), None)


def _word(key: str, value: Any, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        raise UsageError(f"{where}: {key} must be one of {', '.join(known)}, not {shown(value)}")
    return str(value)


def _texts(key: str, value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise UsageError(
            f"{where}: {key} must be a list of texts, not {shown(value)}",
            hint=f'write {key} = ["…"]',
        )
    return value


def _levels(table: Any, where: str) -> dict[str, Setting]:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: levels is no table", hint=_LEVEL)
    return {rule: _setting(rule, value, where) for rule, value in table.items()}


_LEVEL = 'write levels = { "parameter-removed" = { level = "breaking", reason = "…" } }'


def _setting(rule: str, value: Any, where: str) -> Setting:
    where = f"{where}: levels"
    tables.known_name(where, rule, RULES, "rule")
    where = f"{where}.{rule}"
    if not isinstance(value, dict):
        raise UsageError(
            f"{where} must be a table with level and reason, not {shown(value)}", hint=_LEVEL
        )
    for key in value:
        tables.known_name(where, key, ("level", "reason"), "key")
    level = _word("level", value.get("level"), LEVELS, where)
    reason = value.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise UsageError(f"{where} has no reason", hint='add reason = "…": why it counts so here')
    return Setting(level, reason)  # type: ignore[arg-type] # one of LEVELS

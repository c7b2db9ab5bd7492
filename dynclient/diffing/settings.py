"""`[tool.dynclient]` of pyproject.toml as `dynclient diff` reads it: documents, options, levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dynclient import toml_files
from dynclient.diffing.change import LEVELS, VIEWS
from dynclient.diffing.gate import UNKNOWN_POLICIES, LevelSetting
from dynclient.diffing.rules import RULES
from dynclient.errors import UsageError
from dynclient.project_table import ProjectTable, find_project_table, resolve_path
from dynclient.violations import shorten_repr

POLICIES = ("deprecation", "sunset", "stability", "version")
ALL_POLICIES = "all"
FORMATS = ("text", "json", "markdown", "html", "sarif", "github", "junit")

#: The values of options that take one word.
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "view": VIEWS,
    "fail_on": LEVELS,
    "unknown": UNKNOWN_POLICIES,
    "format": FORMATS,
}
_FLAGS = ("open_enums", "tolerant_results", "docs", "strict_accept")
_PATHS = ("used", "used_by")
_OPTIONS = (*_CHOICES, *_FLAGS, "policy", *_PATHS, "levels")


@dataclass(frozen=True)
class DiffSettings:
    """The settings of a project, which hold for every command line.

    Attributes:
        specs: the paths or URLs of its documents.
        options: values of options by their names, `fail_on` for `--fail-on`.
        levels: rule → the level that the project gives it.
        overlays: the paths or URLs of the overlays that change its documents.

    """

    specs: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    levels: Mapping[str, LevelSetting] = field(default_factory=dict)
    overlays: tuple[str, ...] = ()


def find_settings(start: Path) -> DiffSettings:
    """Return the settings of the nearest pyproject.toml, at or above a folder, that has the table.

    Raises:
        UsageError: a file cannot be read, or a value is wrong.

    """
    table = find_project_table(start)
    return DiffSettings() if table is None else parse_settings(table)


def parse_settings(table: ProjectTable) -> DiffSettings:
    """Return what `[tool.dynclient]` says.

    Raises:
        UsageError: a value is wrong; the message begins with the file and the key.

    """
    where = f"{table.file}: [tool.dynclient.diff]"
    options = {key.replace("-", "_"): value for key, value in table.diff.items()}
    for key in options:
        toml_files.check_known_name(where, key, _OPTIONS, "option")
    levels = _parse_levels(options.pop("levels", {}), where)
    return DiffSettings(
        table.specs,
        {key: _parse_option(key, options[key], where, table.file) for key in options},
        levels,
        table.overlays,
    )


def _parse_option(key: str, value: Any, where: str, file: Path) -> Any:
    """Return the value of an option, checked."""
    if key in _CHOICES:
        return _parse_choice(key, value, _CHOICES[key], where)
    if key in _FLAGS:
        if not isinstance(value, bool):
            raise UsageError(f"{where}: {key} must be true or false, not {shorten_repr(value)}")
        return value
    texts = toml_files.check_texts(
        f"{where}: {key}", [value] if isinstance(value, str) else value, key
    )
    if key == "policy":
        names = (*POLICIES, ALL_POLICIES)
        return tuple(_parse_choice(key, text, names, where) for text in texts)
    paths = tuple(resolve_path(text, file) for text in texts)
    return paths if key == "used" else next(iter(paths), None)


def _parse_choice(key: str, value: Any, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        raise UsageError(
            f"{where}: {key} must be one of {', '.join(known)}, not {shorten_repr(value)}"
        )
    return str(value)


def _parse_levels(table: Any, where: str) -> dict[str, LevelSetting]:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: levels is no table", hint=_LEVEL_HINT)
    settings = {}
    for rule, value in table.items():
        settings[rule] = _parse_level_setting(rule, value, where)
    return settings


_LEVEL_HINT = 'write levels = { "parameter-removed" = { level = "breaking", reason = "…" } }'


def _parse_level_setting(rule: str, value: Any, where: str) -> LevelSetting:
    where = f"{where}: levels"
    toml_files.check_known_name(where, rule, RULES, "rule")
    where = f"{where}.{rule}"
    if not isinstance(value, dict):
        raise UsageError(
            f"{where} must be a table with level and reason, not {shorten_repr(value)}",
            hint=_LEVEL_HINT,
        )
    for key in value:
        toml_files.check_known_name(where, key, ("level", "reason"), "key")
    level = _parse_choice("level", value.get("level"), LEVELS, where)
    reason = value.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise UsageError(f"{where} has no reason", hint='add reason = "…": why it counts so here')
    return LevelSetting(level, reason)  # type: ignore[arg-type] # one of LEVELS

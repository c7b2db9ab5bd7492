"""`[tool.dynclient]` of pyproject.toml, as `dynclient diff` reads it: the documents, the options, the levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dynclient.diffing import toml_files
from dynclient.diffing.change import LEVELS, VIEWS
from dynclient.diffing.gate import UNKNOWN_POLICIES, LevelSetting
from dynclient.diffing.rules import RULES
from dynclient.errors import UsageError
from dynclient.violations import shorten_repr

PYPROJECT_FILE = "pyproject.toml"

POLICIES = ("deprecation", "sunset", "stability", "version")
ALL_POLICIES = "all"
FORMATS = ("text", "json", "markdown", "html", "sarif", "github")

#: What an option of one word may be set to.
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
    """What a project says once, so that nobody has to say it on every command line.

    Attributes:
        specs: the paths or URLs of its documents.
        options: values of options by their names, `fail_on` for `--fail-on`.
        levels: rule → the level that it was given.

    """

    specs: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    levels: Mapping[str, LevelSetting] = field(default_factory=dict)


def find_settings(start: Path) -> DiffSettings:
    """Return the settings of the project that a folder is in: of the nearest pyproject.toml that has such a table.

    Raises:
        UsageError: a file cannot be read, or says what cannot be meant.

    """
    for folder in (start, *start.parents):
        file = folder / PYPROJECT_FILE
        if file.is_file() and (table := _read_table(file)) is not None:
            return parse_settings(table, file)
    return DiffSettings()


def _read_table(file: Path) -> Mapping[str, Any] | None:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None
    tool = toml_files.parse_toml(data, str(file)).get("tool")
    table = tool.get("dynclient") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def parse_settings(table: Mapping[str, Any], file: Path) -> DiffSettings:
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
        toml_files.check_known_name(where, key, _OPTIONS, "option")
    levels = _parse_levels(options.pop("levels", {}), where)
    return DiffSettings(
        _parse_specs(table, file),
        {key: _parse_option(key, options[key], where, file) for key in options},
        levels,
    )


def _parse_specs(table: Mapping[str, Any], file: Path) -> tuple[str, ...]:
    where = f"{file}: [tool.dynclient]"
    spec = table.get("spec", "")
    if not isinstance(spec, str):
        raise UsageError(
            f"{where}: spec must be a text, not {shorten_repr(spec)}",
            hint='write spec = "api.yaml"',
        )
    given = [*([spec] if spec else []), *_parse_texts("specs", table.get("specs", []), where)]
    return tuple(_resolve_path(path, file) for path in dict.fromkeys(given))


def _resolve_path(path: str, file: Path) -> str:
    return path if path.startswith(("http://", "https://")) else str(file.parent / path)


def _parse_option(key: str, value: Any, where: str, file: Path) -> Any:
    """Return the value of an option, checked."""
    if key in _CHOICES:
        return _parse_choice(key, value, _CHOICES[key], where)
    if key in _FLAGS:
        if not isinstance(value, bool):
            raise UsageError(f"{where}: {key} must be true or false, not {shorten_repr(value)}")
        return value
    if key == "policy":
        names = _parse_texts(key, [value] if isinstance(value, str) else value, where)
        return tuple(_parse_choice(key, name, (*POLICIES, ALL_POLICIES), where) for name in names)
    paths = tuple(
        _resolve_path(path, file)
        for path in _parse_texts(key, [value] if isinstance(value, str) else value, where)
    )
    return paths if key == "used" else next(iter(paths), None)


def _parse_choice(key: str, value: Any, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        raise UsageError(
            f"{where}: {key} must be one of {', '.join(known)}, not {shorten_repr(value)}"
        )
    return str(value)


def _parse_texts(key: str, value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise UsageError(
            f"{where}: {key} must be a list of texts, not {shorten_repr(value)}",
            hint=f'write {key} = ["…"]',
        )
    return value


def _parse_levels(table: Any, where: str) -> dict[str, LevelSetting]:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: levels is no table", hint=_LEVEL_HINT)
    return {rule: _parse_level_setting(rule, value, where) for rule, value in table.items()}


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

"""`[tool.dynclient]` of pyproject.toml: the documents of a project, and what it sets for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dynclient import toml_files
from dynclient.errors import UsageError
from dynclient.transport.connection_settings import HTTP_LIBRARIES, HttpLibrary
from dynclient.violations import shorten_repr

PYPROJECT_FILE = "pyproject.toml"

_KEYS = (
    "spec", "specs", "overlays", "excuse", "pagination", "diff", "http", "limits", "profiles",
)  # fmt: skip


@dataclass(frozen=True)
class ProjectTable:
    """What `[tool.dynclient]` says.

    Attributes:
        file: the pyproject.toml.
        specs: the paths or URLs of the documents; the one of `spec` is the first.
        has_spec: whether `spec` names one of them.
        excuse: where violations of the documents are excused.
        overlays: the paths or URLs of the overlays that change the documents.
        http: the HTTP library of calls; None where it says none.
        pagination: the table `[tool.dynclient.pagination]`: how lists page, by operation.
        limits: how much a document may hold, as it stands.
        diff: the table `[tool.dynclient.diff]`, as it stands.
        profiles: the tables `[tool.dynclient.profiles.NAME]` by name, as they stand.

    """

    file: Path
    specs: tuple[str, ...] = ()
    has_spec: bool = False
    excuse: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    http: HttpLibrary | None = None
    pagination: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    diff: Mapping[str, Any] = field(default_factory=dict)
    profiles: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.file}: [tool.dynclient]"


def find_project_table(start: Path) -> ProjectTable | None:
    """Return the table of the nearest pyproject.toml at or above a folder that has one.

    Raises:
        UsageError: a file cannot be read, a key is misspelt or a value is wrong.

    """
    for folder in (start, *start.parents):
        file = folder / PYPROJECT_FILE
        table = _read_table(file) if file.is_file() else None
        if table is not None:
            return parse_project_table(table, file)
    return None


def _read_table(file: Path) -> Mapping[str, Any] | None:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None
    tool = toml_files.parse_toml(data, str(file)).get("tool")
    table = tool.get("dynclient") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def parse_project_table(table: Mapping[str, Any], file: Path) -> ProjectTable:
    """Return what the table says.

    Args:
        table: its content.
        file: the file that has it; paths are relative to its folder.

    Raises:
        UsageError: a key is misspelt or a value is wrong; the message names the file and the key.

    """
    where = f"{file}: [tool.dynclient]"
    for key in table:
        toml_files.check_known_name(where, key, _KEYS, "key")
    spec = table.get("spec", "")
    if not isinstance(spec, str):
        raise UsageError(
            f"{where}: spec must be a text, not {shorten_repr(spec)}",
            hint='write spec = "api.yaml"',
        )
    specs = toml_files.check_texts(f"{where}: specs", table.get("specs", []), "specs")
    overlays = toml_files.check_texts(f"{where}: overlays", table.get("overlays", []), "overlays")
    all_specs = [spec, *specs] if spec else specs
    http = table.get("http")
    if http not in (None, *HTTP_LIBRARIES):
        raise UsageError(
            f"{where}: http cannot be {shorten_repr(http)}",
            hint=f"one of {', '.join(HTTP_LIBRARIES)}",
        )
    for key in ("diff", "limits", "pagination", "profiles"):
        if not isinstance(table.get(key, {}), dict):
            raise UsageError(f"{file}: [tool.dynclient.{key}] is no table")
    for name, entry in table.get("pagination", {}).items():
        if not isinstance(entry, dict):
            raise UsageError(
                f"{file}: [tool.dynclient.pagination]: {name} cannot be {shorten_repr(entry)}",
                hint=f'write {name} = {{ style = "offset", parameter = "skip", items = "data" }}',
            )
    return ProjectTable(
        file,
        tuple(resolve_path(path, file) for path in dict.fromkeys(all_specs)),
        has_spec=bool(spec),
        excuse=tuple(toml_files.check_texts(f"{where}: excuse", table.get("excuse", []), "excuse")),
        overlays=tuple(resolve_path(path, file) for path in overlays),
        http=http,
        pagination=table.get("pagination", {}),
        limits=table.get("limits", {}),
        diff=table.get("diff", {}),
        profiles=table.get("profiles", {}),
    )


def resolve_path(path: str, file: Path) -> str:
    """Return a URL or `git:REV:path` as it is, a path from the folder of a file."""
    is_other = path.startswith(("http://", "https://", "git:"))
    return path if is_other else str(file.parent / path)

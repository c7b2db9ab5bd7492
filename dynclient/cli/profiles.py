"""Profiles: a document, a server, and which variable holds each credential, under one name.

They stand in `[tool.dynclient.profiles.NAME]` of pyproject.toml, or in `[profiles.NAME]` of the
user's own config.toml. A project file may come from anybody: it names only variables that begin
with DYNCLIENT_CREDENTIAL_, and runs nothing. No file holds a secret.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient import toml_files
from dynclient.errors import UsageError
from dynclient.project_table import ProjectTable, resolve_path

if TYPE_CHECKING:
    from dynclient.model import Document, SecurityScheme
    from dynclient.wire.credential_provider import Credential

CONFIG_FILE = "config.toml"

_KEYS = ("spec", "server", "credentials")
_PROJECT_VARIABLE = re.compile("DYNCLIENT_CREDENTIAL_[A-Z0-9_]+")
_ANY_VARIABLE = re.compile("[A-Z_][A-Z0-9_]*")

#: A command that asks a person for a passphrase takes its time.
MAX_COMMAND_S = 120

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class Profile:
    """A profile.

    Attributes:
        name: its name.
        file: the file that has it.
        spec: the path or URL of its document; None if it names none.
        server: the URL of its server; None if it names none.
        variables: security scheme → the environment variable with its credential.
        commands: security scheme → the command that prints its credential.

    """

    name: str
    file: Path
    spec: str | None = None
    server: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def find_profile(name: str, project: ProjectTable | None) -> Profile:
    """Return the profile of a name: the user's own, else that of the project.

    The two are never mixed: a project cannot put its server beside the user's credentials.

    Raises:
        UsageError: there is none, or it has a mistake.

    """
    config_file = find_config_file()
    own = _read_own_profiles(config_file)
    if name in own:
        return _parse_profile(name, own[name], config_file, f"profiles.{name}", is_own=True)
    shared = {} if project is None else project.profiles
    if project is not None and name in shared:
        place = f"tool.dynclient.profiles.{name}"
        return _parse_profile(name, shared[name], project.file, place, is_own=False)
    known = sorted({*own, *shared})
    if not known:
        raise UsageError(
            f"there is no profile {name!r}",
            hint=f"write [tool.dynclient.profiles.{name}] in pyproject.toml, "
            f"or [profiles.{name}] in {config_file}",
        )
    toml_files.check_known_name("--profile", name, known, "profile")
    raise AssertionError  # the name is unknown: that has raised


def list_profile_names(project: ProjectTable | None) -> dict[str, str]:
    """Return the names of the profiles, each with its document, "" if it names none."""
    profiles = {} if project is None else dict(project.profiles)
    specs = {}
    for name, table in {**profiles, **_read_own_profiles(find_config_file())}.items():
        spec = table.get("spec") if isinstance(table, dict) else None
        specs[name] = spec if isinstance(spec, str) else ""
    return specs


def find_config_file() -> Path:
    """Return the path of the user's own config.toml, whether it exists or not."""
    import platformdirs

    return Path(platformdirs.user_config_dir("dynclient", appauthor=False)) / CONFIG_FILE


def _read_own_profiles(file: Path) -> Mapping[str, Any]:
    """Return the tables of the user's own profiles.

    Raises:
        UsageError: the file cannot be read, or others can write it.

    """
    try:
        status = file.stat()
        data = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None
    is_private = os.name == "nt" or (
        status.st_uid == os.geteuid() and not status.st_mode & _WRITABLE_BY_OTHERS
    )
    if not is_private:
        raise UsageError(f"others can write {file}, which names commands", hint=f"chmod 600 {file}")
    table = toml_files.parse_toml(data, str(file))
    for key in table:
        toml_files.check_known_name(str(file), key, ("profiles",), "key")
    profiles = table.get("profiles", {})
    if not isinstance(profiles, dict):
        raise UsageError(f"{file}: [profiles] is no table")
    return profiles


def _parse_profile(name: str, table: Any, file: Path, place: str, *, is_own: bool) -> Profile:
    """Return a profile.

    Args:
        name: its name.
        table: what stands there.
        file: the file that has it.
        place: the name of the table in the file.
        is_own: whether the file is the user's own: it may name commands and any variable.

    Raises:
        UsageError: a key is misspelt or a value is wrong; no value of a credential is quoted.

    """
    where = f"{file}: [{place}]"
    if not isinstance(table, dict):
        raise UsageError(f"{where} is no table")
    for key in table:
        toml_files.check_known_name(where, key, _KEYS, "key")
    for key in ("spec", "server"):
        if key in table and not (isinstance(table[key], str) and table[key]):
            raise UsageError(f"{where}: {key} must be a text")
    credentials = table.get("credentials", {})
    if not isinstance(credentials, dict):
        hint = 'write credentials = { SCHEME = "DYNCLIENT_CREDENTIAL_…" }'
        raise UsageError(f"{where}: credentials must be a table", hint=hint)
    variables, commands = {}, {}
    for scheme, source in credentials.items():
        at = f"{where}: credentials.{scheme}"
        if isinstance(source, str):
            variables[scheme] = _check_variable(at, source, is_own=is_own)
        else:
            commands[scheme] = _parse_command(at, source, is_own=is_own)
    spec = resolve_path(table["spec"], file) if "spec" in table else None
    return Profile(name, file, spec, table.get("server"), variables, commands)


def _check_variable(at: str, name: str, *, is_own: bool) -> str:
    """Return the name of a variable. What is none may be a secret: it is not quoted."""
    if is_own:
        if _ANY_VARIABLE.fullmatch(name):
            return name
        raise UsageError(
            f"{at} must be the name of a variable, never the secret itself",
            hint='write "MY_TOKEN", or { command = "pass show my-token" }',
        )
    if _PROJECT_VARIABLE.fullmatch(name):
        return name
    raise UsageError(
        f"{at} must be the name of a variable that begins with DYNCLIENT_CREDENTIAL_,"
        " never the secret itself",
        hint="other variables and commands are read only from your own config.toml",
    )


def _parse_command(at: str, source: Any, *, is_own: bool) -> tuple[str, ...]:
    if not is_own:
        raise UsageError(
            f"{at} must be the name of a variable: a project file runs no command",
            hint="commands are read only from your own config.toml",
        )
    command = source.get("command") if isinstance(source, dict) and len(source) == 1 else None
    try:
        words = shlex.split(command) if isinstance(command, str) else command
    except ValueError:
        words = None
    if isinstance(words, list) and words and all(isinstance(word, str) for word in words):
        return tuple(words)
    raise UsageError(
        f"{at} is neither a variable nor a command",
        hint='write "MY_TOKEN", or { command = "pass show my-token" }',
    )


# --- credentials


def read_credentials(profile: Profile, document: Document) -> dict[str, Credential]:
    """Return the credentials that a profile leads to; a command runs when it is needed.

    Schemes that the profile does not name have the variable DYNCLIENT_CREDENTIAL_<SCHEME>. A
    variable that is not set gives no credential.

    Raises:
        UsageError: the profile names a scheme that the document lacks.

    """
    from dynclient.wire.message import build_credential_variable

    schemes = document.security_schemes
    for name in (*profile.variables, *profile.commands):
        where = f"{profile.file}: profile {profile.name}"
        toml_files.check_known_name(where, name, schemes, "security scheme")
    credentials: dict[str, Credential] = {}
    for name, scheme in schemes.items():
        if name in profile.commands:
            credentials[name] = _build_command_credential(name, scheme, profile.commands[name])
            continue
        variable = profile.variables.get(name, build_credential_variable(name))
        if text := os.environ.get(variable, ""):
            credentials[name] = _convert_text(scheme, text)
    return credentials


def _build_command_credential(
    name: str, scheme: SecurityScheme, command: tuple[str, ...]
) -> Callable[[], Any]:
    @cache
    def read() -> Any:
        return _convert_text(scheme, _run_command(name, command))

    return read


def _convert_text(scheme: SecurityScheme, text: str) -> Any:
    from dynclient.wire.security import is_user_password_scheme

    if not is_user_password_scheme(scheme):
        return text
    user, _, password = text.partition(":")
    return user, password


def _run_command(name: str, command: tuple[str, ...]) -> str:
    """Return the first line that a command prints.

    Raises:
        UsageError: it cannot be started, fails, takes too long or prints nothing.

    """
    what = f"the command of the credential {name}"
    stdin = None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL
    try:
        done = subprocess.run(  # noqa: S603 (of the user's own config.toml)
            command, stdin=stdin, stdout=subprocess.PIPE, timeout=MAX_COMMAND_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"{what} took longer than {MAX_COMMAND_S} s") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no command"
        raise UsageError(f"{what} cannot be started: {reason}") from None
    if done.returncode:
        raise UsageError(f"{what} failed: exit code {done.returncode}", hint="run it by hand")
    lines = done.stdout.decode(errors="replace").splitlines()
    if not lines or not lines[0].strip():
        raise UsageError(f"{what} prints nothing", hint="run it by hand")
    return lines[0].strip()

"""What each index hangs on: a text that changes when the index is to be made anew."""

from __future__ import annotations

import os

from dynclient.cli.shell_completion.index_files import describe_files

#: Kinds of index.
COMMANDS, PROJECT, DOCUMENT, OPERATION = "commands", "project", "document", "operation"

#: How a document of a git repository begins: what its revision means may change.
GIT = "git:"

_PYPROJECT = "pyproject.toml"


def get_commands_key() -> str:
    """Return what the index of the commands hangs on: the modules that have them."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with os.scandir(folder) as listing:
        modules = [entry for entry in listing if entry.name.endswith(".py")]
    stamps = [f"{module.name} {module.stat().st_mtime_ns}" for module in modules]
    return f"{folder} {' '.join(sorted(stamps))}"


def get_document_key(source: str, overlays: list[str] | None = None) -> str:
    """Return what the index of a document hangs on; "" is the one that comes with dynclient.

    Raises:
        FileNotFoundError: there is no such file.

    """
    path = source or find_shipped_path()
    if "://" in path:
        return get_remote_key(path)
    if path.startswith(GIT):
        return path
    stamp = describe_files(path, *(overlays or ()))
    if stamp is None:
        raise FileNotFoundError(path)
    return stamp


def get_remote_key(url: str) -> str:
    """Return what the index of a document from the net hangs on: no secret of its URL is kept."""
    import hashlib

    return f"digest {hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()}"


def find_shipped_path() -> str:
    """Return the path of the document that comes with dynclient, or ""."""
    package = os.path.abspath(__file__)
    for _ in range(3):
        package = os.path.dirname(package)
    for folder in (package, os.path.dirname(package)):
        path = os.path.join(folder, "spec", "talon-one", "integration.yaml")
        if os.path.isfile(path):
            return path
    return ""


def find_project_key() -> str:
    """Return what the index of the project hangs on: its pyproject.toml; "" where there is none."""
    folder = os.getcwd()
    while True:
        path = os.path.join(folder, _PYPROJECT)
        if _names_dynclient(path):
            return describe_files(path) or ""
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent


def _names_dynclient(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"dynclient" in file.read()
    except OSError:
        return False

"""Which libraries do the work here: some are used only where they are installed."""

from __future__ import annotations

from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from dynclient.document.yaml import fast_yaml


def describe_engines() -> list[str]:
    """Return a line for each kind of work: what it is done by, with versions."""
    return [
        f"YAML: {_describe_yaml()}",
        f"JSON: {_describe_package('orjson') or 'json of Python'}",
        f"JSON Schema: {_describe_package('jsonschema-rs')}, {_describe_package('jsonschema')}",
        f"HTTP: {_describe_package('httpx')}",
    ]


def _describe_yaml() -> str:
    package = find_spec("yaml")  # It is looked at, not imported, which takes 25 ms.
    folders = package.submodule_search_locations if package else None
    has_libyaml = PathFinder.find_spec("yaml._yaml", folders) is not None
    parser = "with libyaml" if has_libyaml else "in Python, which is slow"
    pyyaml = f"{_describe_package('PyYAML')} {parser}"
    if not fast_yaml.is_installed():
        return pyyaml
    return f"{_describe_package('yaml-rs')}, {pyyaml}"


def _describe_package(name: str) -> str:
    """Return the name and version of a package; "" where it is not installed."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""

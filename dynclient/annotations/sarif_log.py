"""The parts of a SARIF 2.1.0 log: the log itself, places in files, texts.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", cited by § below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import dynclient
from dynclient.annotations.file_names import find_repository_path, is_absolute, is_file

SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def build_log(
    rules: Sequence[dict[str, Any]], results: Sequence[dict[str, Any]], properties: dict[str, Any]
) -> dict[str, Any]:
    """Return a log of one run.

    Args:
        rules: the rules, each with its `id`.
        results: the results, each with the `ruleIndex` of its rule.
        properties: what SARIF has no field for (§3.8).

    """
    driver = {"name": "dynclient", "semanticVersion": dynclient.__version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": properties,
    }
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def escape_message(text: str) -> str:
    r"""Return text whose braces are no placeholders (§3.11.5) and brackets no links (§3.11.6)."""
    return re.sub(r"([\\\[\]])", r"\\\1", text).replace("{", "{{").replace("}", "}}")


def build_physical_location(
    uri: str, line: int | None = None, column: int | None = None
) -> dict[str, Any]:
    """Return a place in a file; without a line the whole file."""
    location: dict[str, Any] = {"artifactLocation": build_artifact_location(uri)}
    if line:
        location["region"] = {"startLine": line}
        if column:
            location["region"]["startColumn"] = column
    return location


def build_artifact_location(uri: str) -> dict[str, str]:
    """Return the file as a URI reference; one in a repository is relative to its root."""
    if not is_file(uri):
        brackets = "[]" if _has_host(uri) else ""
        return {"uri": quote(uri, safe="/:?#@!$&'()*+,;=%~" + brackets, errors="replace")}
    path = find_repository_path(uri)
    quoted = quote(path, errors="replace")
    return {"uri": f"file:///{quoted.lstrip('/')}" if is_absolute(path) else quoted}


def _has_host(uri: str) -> bool:
    """Tell whether a URI has a valid host; brackets may stand unescaped in a host only."""
    try:
        return bool(urlsplit(uri).hostname)
    except ValueError:
        return False

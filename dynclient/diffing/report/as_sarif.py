"""A diff as SARIF 2.1.0, for code scanning: a result per change, at its place in the new document.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", cited by § below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import dynclient
from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import LEVELS, Change, ChangeLocation, Level
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import annotated_places, messages, summary
from dynclient.diffing.rules import RULES
from dynclient.diffing.verdict_table import VERDICTS

SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

HELP = (
    "`dynclient diff OLD NEW --explain FINGERPRINT` shows the proof of a change. To accept it, add "
    "`--accept-change FINGERPRINT --reason TEXT`. `dynclient diff --rules` lists all rules."
)

#: Infos are no results: code scanning would show each as an alert.
SARIF_LEVELS: dict[Level, str] = {"breaking": "error", "warning": "warning"}


def render(diff: ChangeSet) -> str:
    """Return the log as indented JSON text."""
    return json_text.dump_json(_build_log(diff), indent=2) + "\n"


def _build_log(diff: ChangeSet) -> dict[str, Any]:
    changes = [change for change in summary.list_reported(diff) if change.level in SARIF_LEVELS]
    rules = dict(RULES)
    for change in changes:
        rules.setdefault(change.rule, "")
    index = {rule: number for number, rule in enumerate(rules)}
    driver = {
        "name": "dynclient",
        "semanticVersion": dynclient.__version__,
        "rules": [_build_rule(rule, meaning) for rule, meaning in rules.items()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_build_result(change, index, diff) for change in changes],
        "properties": {
            "verdict": summary.format_verdict_line(diff),
            "outcome": summary.determine_outcome(diff),
            "view": diff.view,
        },
    }
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _build_rule(rule: str, meaning: str) -> dict[str, Any]:
    description = {"text": _escape_message(meaning or messages.to_one_line(rule))}
    return {
        "id": rule,
        "shortDescription": description,
        "fullDescription": {"text": _escape_message(_describe_rule(rule, meaning))},
        "help": {"text": _escape_message(HELP)},
    }


def _describe_rule(rule: str, meaning: str) -> str:
    """Return the meaning of a rule, and which levels it can have."""
    rows = [row for (name, _), row in VERDICTS.items() if name == rule]
    levels = sorted({level for row in rows for level in (row.wire, row.code)}, key=LEVELS.index)
    text = f"{meaning or rule}."
    return f"{text} Its level is {' or '.join(levels)}, by the situation." if levels else text


def _build_result(change: Change, index: Mapping[str, int], diff: ChangeSet) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": change.rule,
        "ruleIndex": index[change.rule],
        "level": SARIF_LEVELS[change.level],
        "message": {"text": _escape_message(_build_message(change))},
        "locations": [_build_location(change, diff)],
        "partialFingerprints": {"dynclient/v1": change.fingerprint},
        "properties": _build_properties(change),
    }
    if change.old_source and not change.is_gone:
        related = {
            "id": 1,
            "message": {"text": "in the old document"},
            "physicalLocation": _build_physical_location(change.old_source),
        }
        result["relatedLocations"] = [related]
    if change.accepted:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": change.accepted}
        ]
    return result


def _build_message(change: Change) -> str:
    reason = messages.format_because(change) or messages.format_proof(change)
    lead = f"{messages.format_subject(change)}: {reason}"
    return messages.join_clauses(
        [lead, messages.format_difference(change), "undecided" if change.is_unknown else ""]
    )


def _escape_message(text: str) -> str:
    r"""Return text whose braces are no placeholders (§3.11.5) and brackets no links (§3.11.6)."""
    return re.sub(r"([\\\[\]])", r"\\\1", text).replace("{", "{{").replace("}", "}}")


def _build_location(change: Change, diff: ChangeSet) -> dict[str, Any]:
    """Return the place of a change, or its document: results without a place are not shown."""
    physical: dict[str, Any] = {"artifactLocation": _build_artifact_location(diff.new.uri)}
    location, note = annotated_places.find_annotated_location(change)
    if location:
        physical = _build_physical_location(location)
    logical = {"fullyQualifiedName": messages.format_subject(change) + note, "kind": "member"}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _build_physical_location(source: ChangeLocation) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": _build_artifact_location(source.file)}
    if source.line:
        location["region"] = {"startLine": source.line}
    return location


def _build_artifact_location(uri: str) -> dict[str, str]:
    """Return the file as a URI reference; one in a repository is relative to its root."""
    if not messages.is_file(uri):
        brackets = "[]" if _has_host(uri) else ""
        return {"uri": quote(uri, safe="/:?#@!$&'()*+,;=%~" + brackets, errors="replace")}
    path = annotated_places.find_repository_path(uri)
    quoted = quote(path, errors="replace")
    return {"uri": f"file:///{quoted.lstrip('/')}" if messages.is_absolute(path) else quoted}


def _has_host(uri: str) -> bool:
    """Tell whether a URI has a valid host; brackets may stand unescaped in a host only."""
    try:
        return bool(urlsplit(uri).hostname)
    except ValueError:
        return False


def _build_properties(change: Change) -> dict[str, Any]:
    """Return what SARIF has no field for (§3.8)."""
    properties: dict[str, Any] = {
        "views": dict(change.views),
        "proof": change.proof,
        "side": change.side,
        "operations": messages.list_operations(change),
        "old": change.old,
        "new": change.new,
        "used": list(change.used),
        "policy": change.policy,
    }
    if change.has_witness:
        properties |= {
            "witness": change.witness,
            "python": witness_code.format_witness(change),
            "refusal": change.refusal,
        }
    return properties

"""A diff as SARIF 2.1.0, for code scanning: a result per change, at its place in the new document.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", cited by § below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynclient.annotations.sarif_log import (
    build_artifact_location,
    build_log,
    build_physical_location,
    escape_message,
)
from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import LEVELS, Change, Level
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import annotated_places, messages, summary
from dynclient.diffing.rules import RULES
from dynclient.diffing.verdict_table import VERDICTS
from dynclient.display_text import format_one_line

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
    properties = {
        "verdict": summary.format_verdict_line(diff),
        "outcome": summary.determine_outcome(diff),
        "view": diff.view,
    }
    return build_log(
        [_build_rule(rule, meaning) for rule, meaning in rules.items()],
        [_build_result(change, index, diff) for change in changes],
        properties,
    )


def _build_rule(rule: str, meaning: str) -> dict[str, Any]:
    description = {"text": escape_message(meaning or format_one_line(rule))}
    return {
        "id": rule,
        "shortDescription": description,
        "fullDescription": {"text": escape_message(_describe_rule(rule, meaning))},
        "help": {"text": escape_message(HELP)},
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
        "message": {"text": escape_message(_build_message(change))},
        "locations": [_build_location(change, diff)],
        "partialFingerprints": {"dynclient/v1": change.fingerprint},
        "properties": _build_properties(change),
    }
    if change.old_source and not change.is_gone:
        related = {
            "id": 1,
            "message": {"text": "in the old document"},
            "physicalLocation": build_physical_location(
                change.old_source.file, change.old_source.line
            ),
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


def _build_location(change: Change, diff: ChangeSet) -> dict[str, Any]:
    """Return the place of a change, or its document: results without a place are not shown."""
    physical: dict[str, Any] = {"artifactLocation": build_artifact_location(diff.new.uri)}
    location, note = annotated_places.find_annotated_location(change)
    if location:
        physical = build_physical_location(location.file, location.line)
    logical = {"fullyQualifiedName": messages.format_subject(change) + note, "kind": "member"}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


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

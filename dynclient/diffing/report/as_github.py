"""A diff as workflow commands, which GitHub Actions shows as annotations in the files of a pull request.

Source: GitHub, "Workflow commands for GitHub Actions", and how the runner's toolkit escapes data and properties.
"""

from __future__ import annotations

from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import Change, Level
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import messages, summary
from dynclient.violations import escape_unprintable

COMMANDS: dict[Level, str] = {"breaking": "error", "warning": "warning", "info": "notice"}

#: An annotation is no place for a whole body.
MAX_PAYLOAD = 500


def render(diff: ChangeSet) -> str:
    """Return one command a line, the worst first, and last one with the verdict; what is accepted is not annotated."""
    told = [*summary.list_document_changes(diff), *summary.list_policy_findings(diff)]
    lines = [
        _format_command(COMMANDS[change.level], _build_properties(change), _build_message(change))
        for change in told
    ]
    return (
        "\n".join(
            [
                *lines,
                _format_command(
                    "notice", {"title": "dynclient diff"}, summary.format_verdict_line(diff)
                ),
            ]
        )
        + "\n"
    )


def _format_command(name: str, properties: dict[str, str], message: str) -> str:
    said = ",".join(
        f"{key}={_escape_property(value)}" for key, value in properties.items() if value
    )
    return f"::{name} {said}::{_escape_data(message)}"


def _build_properties(change: Change) -> dict[str, str]:
    """Return the place, in the new document, or in the old one where it is gone; a URL is no file of a repository."""
    found = {}
    if change.source and change.source.file and messages.is_file(change.source.file):
        found = {
            "file": escape_unprintable(messages.shorten_path(change.source.file)),
            "line": str(change.source.line or 1),
        }
    title = f"{messages.to_one_line(change.rule)}: {messages.format_subject(change)}"
    return {
        **found,
        "title": json_text.truncate(
            ("undecided, " if change.is_unknown else "") + title, MAX_PAYLOAD
        ),
    }


def _build_message(change: Change) -> str:
    said = [messages.format_because(change), messages.format_difference(change)]
    if change.has_witness:
        said += [
            f"witness: {json_text.format_line(change.witness)}",
            f"python: {witness_code.format_witness(change)}",
        ]
        said.append(f"refused: {messages.to_one_line(change.refusal)}" if change.refusal else "")
    else:
        said.append(f"proof: {messages.format_proof(change)}")
    said.append(messages.format_readers(change))
    said.append(
        f"used by {messages.format_used_by(change)}"
        if len(messages.list_operations(change)) > 1
        else ""
    )
    said.append(
        f"code: {messages.format_some(messages.list_used_lines(change), 8)}" if change.used else ""
    )
    return "\n".join(json_text.truncate(each, MAX_PAYLOAD) for each in said if each)


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")

"""A diff as workflow commands, which GitHub Actions shows as annotations in the files of a pull request.

Source: GitHub, "Workflow commands for GitHub Actions", and how the runner's toolkit escapes data and properties.
"""

from __future__ import annotations

from dynclient.changes.change import Change, Level
from dynclient.changes.report import python_line, values, verdict, wording
from dynclient.changes.result import Diff
from dynclient.violations import escape_unprintable

COMMANDS: dict[Level, str] = {"breaking": "error", "warning": "warning", "info": "notice"}

#: An annotation is no place for a whole body.
MAX_PAYLOAD = 500


def render(diff: Diff) -> str:
    """Return one command a line, the worst first, and last one with the verdict; what is accepted is not annotated."""
    told = [*verdict.list_document_changes(diff), *verdict.list_policy_findings(diff)]
    lines = [
        _format_command(COMMANDS[change.level], _build_properties(change), _build_message(change))
        for change in told
    ]
    return (
        "\n".join(
            [
                *lines,
                _format_command(
                    "notice", {"title": "dynclient diff"}, verdict.format_verdict_line(diff)
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
    if change.source and change.source.file and wording.is_file(change.source.file):
        found = {
            "file": escape_unprintable(wording.shorten_path(change.source.file)),
            "line": str(change.source.line or 1),
        }
    title = f"{wording.to_one_line(change.rule)}: {wording.format_subject(change)}"
    return {
        **found,
        "title": values.truncate(("undecided, " if change.is_unknown else "") + title, MAX_PAYLOAD),
    }


def _build_message(change: Change) -> str:
    said = [wording.format_because(change), wording.format_difference(change)]
    if change.has_witness:
        said += [
            f"witness: {values.format_line(change.witness)}",
            f"python: {python_line.format_witness(change)}",
        ]
        said.append(f"refused: {wording.to_one_line(change.refusal)}" if change.refusal else "")
    else:
        said.append(f"proof: {wording.format_proof(change)}")
    said.append(wording.format_readers(change))
    said.append(
        f"used by {wording.format_used_by(change)}"
        if len(wording.list_operations(change)) > 1
        else ""
    )
    said.append(
        f"code: {wording.format_some(wording.list_used_lines(change), 8)}" if change.used else ""
    )
    return "\n".join(values.truncate(each, MAX_PAYLOAD) for each in said if each)


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")

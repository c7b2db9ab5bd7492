"""A diff as workflow commands, which GitHub Actions shows as annotations of a pull request.

Source: GitHub, "Workflow commands for GitHub Actions"; the runner's toolkit for the escapes.
"""

from __future__ import annotations

from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import Change, Level
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import messages, summary
from dynclient.display_text import escape_unprintable

COMMANDS: dict[Level, str] = {"breaking": "error", "warning": "warning", "info": "notice"}

#: The longest payload in an annotation, in characters.
MAX_PAYLOAD = 500


def render(diff: ChangeSet) -> str:
    """Return one command a line, the worst first, the verdict last; accepted changes have none."""
    changes = [*summary.list_document_changes(diff), *summary.list_policy_findings(diff)]
    lines = []
    for change in changes:
        command = COMMANDS[change.level]
        lines.append(_format_command(command, _build_properties(change), _build_message(change)))
    verdict = summary.format_verdict_line(diff)
    lines.append(_format_command("notice", {"title": "dynclient diff"}, verdict))
    return "\n".join(lines) + "\n"


def _format_command(name: str, properties: dict[str, str], message: str) -> str:
    parts = [f"{key}={_escape_property(value)}" for key, value in properties.items() if value]
    clean_message = escape_unprintable(message, keep="\n")
    return f"::{name} {','.join(parts)}::{_escape_data(clean_message)}"


def _build_properties(change: Change) -> dict[str, str]:
    """Return title and place of an annotation; a URL is no file of the repository."""
    properties = {}
    if change.source and change.source.file and messages.is_file(change.source.file):
        path = messages.shorten_path(change.source.file)
        properties["file"] = escape_unprintable(path)
        properties["line"] = str(change.source.line or 1)
    title = f"{messages.to_one_line(change.rule)}: {messages.format_subject(change)}"
    if change.is_unknown:
        title = f"undecided, {title}"
    properties["title"] = json_text.truncate(title, MAX_PAYLOAD)
    return properties


def _build_message(change: Change) -> str:
    lines = [messages.format_because(change), messages.format_difference(change)]
    if change.has_witness:
        lines.append(f"witness: {json_text.format_line(change.witness)}")
        lines.append(f"python: {witness_code.format_witness(change)}")
        if change.refusal:
            lines.append(f"refused: {messages.to_one_line(change.refusal)}")
    else:
        lines.append(f"proof: {messages.format_proof(change)}")
    lines.append(messages.format_readers(change))
    if len(messages.list_operations(change)) > 1:
        lines.append(f"used by {messages.format_used_by(change)}")
    if change.used:
        lines.append(f"code: {messages.format_some(messages.list_used_lines(change), 8)}")
    return "\n".join(json_text.truncate(line, MAX_PAYLOAD) for line in lines if line)


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(escape_unprintable(text)).replace(":", "%3A").replace(",", "%2C")

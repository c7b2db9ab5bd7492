"""A diff as workflow commands, which GitHub Actions shows as annotations of a pull request.

Source: GitHub, "Workflow commands for GitHub Actions"; the runner's toolkit for the escapes.
"""

from __future__ import annotations

from collections.abc import Sequence

from dynclient.annotations.github_commands import MAX_ANNOTATIONS, build_place, format_command
from dynclient.diffing import json_text, witness_code
from dynclient.diffing.change import Change, Level
from dynclient.diffing.changeset import ChangeSet
from dynclient.diffing.report import annotated_places, messages, summary
from dynclient.display_text import format_one_line

COMMANDS: dict[Level, str] = {"breaking": "error", "warning": "warning"}

#: The longest payload in an annotation, in characters.
MAX_PAYLOAD = 500


def render(diff: ChangeSet, *, is_failing: bool | None = None) -> str:
    """Return one command a line: the verdict, then changes of each kind, the worst first.

    Infos and accepted changes have none: the verdict counts them.

    Args:
        diff: the changes.
        is_failing: whether the build fails, so that the verdict is an error; by default it does if
            something breaks.

    """
    if is_failing is None:
        is_failing = summary.determine_outcome(diff) == "breaking"
    verdict = summary.format_verdict_line(diff)
    return render_annotations(verdict, list_annotated(diff), is_failing=is_failing)


def list_annotated(diff: ChangeSet) -> list[Change]:
    """Return the changes that may have an annotation: those that nobody accepted."""
    return [*summary.list_document_changes(diff), *summary.list_policy_findings(diff)]


def render_annotations(verdict: str, changes: Sequence[Change], *, is_failing: bool) -> str:
    """Return the commands of one run: a verdict, and the changes of one or more documents."""
    verdict_command = "error" if is_failing else "notice"
    lines = [format_command(verdict_command, {"title": "dynclient diff"}, verdict)]
    for level, command in COMMANDS.items():
        room = MAX_ANNOTATIONS - (command == verdict_command)
        of_level = [change for change in changes if change.level == level]
        lines += [_annotate_change(change, command) for change in of_level[:room]]
        lines += _count_rest(of_level[room:], level)
    return "\n".join(lines) + "\n"


def _annotate_change(change: Change, command: str) -> str:
    return format_command(command, _build_properties(change), _build_message(change))


def _count_rest(changes: Sequence[Change], level: Level) -> list[str]:
    """Return a notice that counts the changes without an annotation; nothing if there are none."""
    if not changes:
        return []
    text = f"and {messages.format_count(len(changes), f'more {level} change')}"
    return [format_command("notice", {"title": "dynclient diff"}, text)]


def _build_properties(change: Change) -> dict[str, str]:
    """Return title and place of an annotation; a URL is no file of the repository."""
    properties: dict[str, str] = {}
    location, note = annotated_places.find_annotated_location(change)
    if location:
        properties = build_place(location.file, location.line)
    title = f"{format_one_line(change.rule)}: {messages.format_subject(change)}{note}"
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
            lines.append(f"refused: {format_one_line(change.refusal)}")
    else:
        lines.append(f"proof: {messages.format_proof(change)}")
    lines.append(messages.format_readers(change))
    if len(messages.list_operations(change)) > 1:
        lines.append(f"used by {messages.format_used_by(change)}")
    if change.used:
        lines.append(f"code: {messages.format_some(messages.list_used_lines(change), 8)}")
    lines.append(f"fingerprint: {change.fingerprint}")
    return "\n".join(json_text.truncate(line, MAX_PAYLOAD) for line in lines if line)

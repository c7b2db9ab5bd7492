"""A diff as workflow commands, which GitHub Actions shows as annotations in the files of a pull request.

Source: GitHub, "Workflow commands for GitHub Actions", and how the runner's toolkit escapes data and properties.
"""

from __future__ import annotations

from dynclient.changes.change import Change, Level
from dynclient.changes.report import python_line, values, verdict, wording
from dynclient.changes.result import Diff
from dynclient.violations import printable

COMMANDS: dict[Level, str] = {"breaking": "error", "warning": "warning", "info": "notice"}

#: An annotation is no place for a whole body.
MAX_PAYLOAD = 500


def text(diff: Diff) -> str:
    """Return one command a line, the worst first, and last one with the verdict; what is accepted is not annotated."""
    told = [*verdict.truths(diff), *verdict.policies(diff)]
    lines = [
        _command(COMMANDS[change.level], _properties(change), _message(change)) for change in told
    ]
    return (
        "\n".join([*lines, _command("notice", {"title": "dynclient diff"}, verdict.line(diff))])
        + "\n"
    )


def _command(name: str, properties: dict[str, str], message: str) -> str:
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name} {said}::{_data(message)}"


def _properties(change: Change) -> dict[str, str]:
    """Return the place, in the new document, or in the old one where it is gone; a URL is no file of a repository."""
    found = {}
    if change.source and change.source.file and wording.is_file(change.source.file):
        found = {
            "file": printable(wording.path(change.source.file)),
            "line": str(change.source.line or 1),
        }
    title = f"{wording.one_line(change.rule)}: {wording.subject(change)}"
    return {
        **found,
        "title": values.cut(("undecided, " if change.is_unknown else "") + title, MAX_PAYLOAD),
    }


def _message(change: Change) -> str:
    said = [wording.because(change), wording.difference(change)]
    if change.has_witness:
        said += [f"witness: {values.line(change.witness)}", f"python: {python_line.of(change)}"]
        said.append(f"refused: {wording.one_line(change.refusal)}" if change.refusal else "")
    else:
        said.append(f"proof: {wording.proof(change)}")
    said.append(wording.readers_said(change))
    said.append(f"used by {wording.used_by(change)}" if len(wording.operations(change)) > 1 else "")
    said.append(f"code: {wording.some(wording.used(change), 8)}" if change.used else "")
    return "\n".join(values.cut(each, MAX_PAYLOAD) for each in said if each)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

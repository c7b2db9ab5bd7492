"""A valid body of an operation, printed to be edited, or edited in the user's editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dynclient.description.described_operation import get_plan
from dynclient.errors import UsageError
from dynclient.wire.binary_values import mark_binaries

if TYPE_CHECKING:
    from dynclient.client.callable_operations import Operation
    from dynclient.plan.call_document import Call

_DEFAULT_EDITOR = "notepad" if os.name == "nt" else "vi"


def print_example(operation: Operation) -> None:
    """Print a valid body on standard output; how it is sent stands beside it.

    Raises:
        UsageError: the operation takes no body, or no example of it can be made.

    """
    from dynclient.cli.terminal_output import print_data, print_note, print_ready

    call = operation.example()
    if "body" not in call:
        operation_key = operation.operation.key
        raise UsageError(
            f"{operation_key} takes no body", hint=f"its call: {_format_command(operation, call)}"
        )
    body = call["body"]
    if isinstance(body, bytes):
        print_data(body, "application/octet-stream")
    elif isinstance(body, str):
        print_ready(body if body.endswith("\n") else f"{body}\n")
    else:
        print_data(mark_binaries(body), "application/json")
    print_note(f"send it: {_format_command(operation, call, '@FILE')}")


def _format_command(operation: Operation, call: Call, body: str | None = None) -> str:
    from dynclient.description.command_text import format_command
    from dynclient.plan.call_document import Call

    plan = get_plan(operation)
    call = plan.remove_filled(call)
    if body is None:
        return format_command(plan, operation.call_schema, call)
    others = Call({name: value for name, value in call.items() if name != "body"})
    return f"{format_command(plan, operation.call_schema, others)} --body {body}"


# --- editing


def edit_example(operation: Operation) -> Path:
    """Return a file with the body that the user wrote, beginning with an example.

    The file stays where it is: whoever made a mistake in it shall not write it again.

    Raises:
        UsageError: there is no editor, it failed, or nothing was left in the file.

    """
    from dynclient.cli.terminal_output import format_json

    call = operation.example()
    if "body" not in call:
        raise UsageError(f"{operation.operation.key} takes no body", hint="leave out --edit")
    body = call["body"]
    is_text = isinstance(body, str)
    text = body if is_text else format_json(mark_binaries(body)) + "\n"
    suffix = ".txt" if is_text else ".json"
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="dynclient-", suffix=suffix, delete=False
    ) as file:
        file.write(text)
    path = Path(file.name)
    _run_editor(path)
    if not path.read_text(encoding="utf-8", errors="replace").strip():
        path.unlink()
        raise UsageError("the body was left empty; nothing was sent")
    return path


def _run_editor(path: Path) -> None:
    """Open a file in the user's editor and wait for its end.

    Raises:
        UsageError: it cannot be started, or fails.

    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _DEFAULT_EDITOR
    try:
        words = [*shlex.split(editor), str(path)]
        status = subprocess.run(words, check=False).returncode  # noqa: S603 (the user's editor)
    except (OSError, ValueError) as error:
        path.unlink()
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"the editor {editor!r} cannot be started: {reason}", hint="set EDITOR, such as nano"
        ) from None
    if status:
        path.unlink()
        raise UsageError(f"the editor {editor!r} failed ({status}); nothing was sent")

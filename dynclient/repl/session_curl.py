"""A session as lines for a POSIX shell: curl, and jq where a result is used later."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from dynclient.description.described_operation import get_base_url, get_options, get_plan
from dynclient.display_text import escape_unprintable
from dynclient.errors import DynclientError
from dynclient.plan.call_document import Call
from dynclient.plan.checked_call import RequestChecks
from dynclient.repl.history import History, ReadItems
from dynclient.repl.session_steps import (
    PythonExpression,
    ResultReference,
    SessionStep,
    build_steps,
    describe_left_out,
)

#: Stands for a variable in a request; no document has it by chance.
_TOKEN = "DYNCLIENTx{}x"  # noqa: S105 (no password)

#: What the name of a variable of a shell cannot have.
_NO_VARIABLE_CHAR = re.compile(r"[^A-Za-z0-9]")

_UNCHECKED = RequestChecks(is_enabled=False)


def write_curl_session(history: History) -> str:
    """Return the session as a shell script; credentials and secrets are variables to be set."""
    lines = ["#!/bin/sh"]
    steps = build_steps(history)
    if any(step.is_used for step in steps):
        lines.append("# It needs curl and jq.")
    if history.source.is_sandbox:
        spec = escape_unprintable(shlex.quote(history.source.spec))
        lines.append(f"# The session ran on a sandbox; this serves one: dynclient sandbox {spec}")
    lines += [f"# {line}" for line in describe_left_out(history, steps)]
    writer = _CurlSessionWriter()
    for step in steps:
        lines += ["", *writer.write_step(step)]
    return "\n".join(lines) + "\n"


class _CurlSessionWriter:
    """Writes one step after the other; it knows which variables are set."""

    def __init__(self) -> None:
        self._variables: dict[str, str] = {}

    def write_step(self, step: SessionStep) -> list[str]:
        """Return the lines of a step."""
        references: list[ResultReference] = []
        lines: list[str] = []
        call = _put_tokens(step.call, step.exchange.call or {}, references)
        for reference in references:
            lines += self._set_variable(reference)
        command = _write_command(step, Call(call))
        if step.exchange.read_items is not None:
            command = _write_stream_command(command, step.exchange.read_items)
        for index, reference in enumerate(references):
            variable = self._variables[reference.code]
            command = put_variable(
                command, _TOKEN.format(index), variable, is_text=isinstance(reference.value, str)
            )
        if step.is_used:
            return [*lines, f"{step.variable.upper()}=$({command})"]
        return [*lines, command]

    def _set_variable(self, reference: ResultReference) -> list[str]:
        """Return the line that takes a value out of a result; none where that is done."""
        if reference.code in self._variables:
            return []
        owner = reference.step.variable.upper()
        names = [str(part) for part in reference.path]
        base = f"{owner}_{'_'.join(names)}".upper()
        variable = _NO_VARIABLE_CHAR.sub("_", base)
        self._variables[reference.code] = variable
        path = "".join(f"[{json.dumps(part)}]" for part in reference.path)
        return [f"{variable}=$(printf '%s' \"${owner}\" | jq -r {shlex.quote('.' + path)})"]


def _put_tokens(written: Any, sent: Any, references: list[ResultReference]) -> Any:
    """Return a call with a token for each reference; other values as they were sent."""
    if isinstance(written, ResultReference):
        references.append(written)
        return _TOKEN.format(len(references) - 1)
    if isinstance(written, PythonExpression):
        return sent
    if isinstance(written, dict):
        return {key: _put_tokens(member, sent[key], references) for key, member in written.items()}
    if isinstance(written, list):
        pairs = zip(written, sent, strict=True)
        return [_put_tokens(item, sent_item, references) for item, sent_item in pairs]
    return sent


def _write_command(step: SessionStep, call: Call) -> str:
    """Return the curl command of a call; that of the request itself where it has no token."""
    operation = step.exchange.operation
    if call == step.exchange.call:
        return step.exchange.request.curl()
    plan = get_plan(operation)
    options = get_options(operation)
    try:
        checked = plan.bind((call,), {}, _UNCHECKED, options.media_type)
        # A stream asks for other media types than the call.
        accept = step.exchange.request.headers.get("accept") or options.accept
        request = plan.build_request(checked, get_base_url(operation), accept)
    except DynclientError:
        return step.exchange.request.curl()
    return request.curl()


def _write_stream_command(command: str, read: ReadItems) -> str:
    """Return a curl command that shows what comes at once, or saves it in a file."""
    option = f"--output {shlex.quote(read.file)}" if read.file else "--no-buffer"
    return f"curl {escape_unprintable(option)} {command.removeprefix('curl ')}"


def put_variable(command: str, token: str, variable: str, *, is_text: bool) -> str:
    """Return a command with a variable in place of a token, quoted as its place needs it.

    Args:
        command: of a POSIX shell.
        token: what stands for the value; in JSON it stands in quotes.
        variable: the name of the variable.
        is_text: whether the value is a text, which keeps its quotes in JSON.

    """
    if not is_text:
        command = command.replace(f'"{token}"', token)
    pieces = command.split(token)
    text = pieces[0]
    for piece in pieces[1:]:
        quote = _find_open_quote(text)
        if quote == "'":
            text += f"'\"${variable}\"'"
        elif quote == '"':
            text += f"${{{variable}}}"
        else:
            text += f'"${variable}"'
        text += piece
    return text


def _find_open_quote(text: str) -> str:
    """Return the quote that is open at the end of a text of a shell, "" for none."""
    quote = ""
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\\" and quote != "'":
            index += 1
        elif quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        index += 1
    return quote

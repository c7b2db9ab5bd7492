"""A session as a Python script, and as a test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dynclient.client.options import OPTION_NAMES, Options
from dynclient.description.described_operation import get_accepted_media_type, get_plan
from dynclient.description.python_text import (
    build_accessor,
    build_call_arguments,
    format_python_call,
    format_python_literal,
)
from dynclient.display_text import format_one_line
from dynclient.masking import is_secret_header_name, mask_url
from dynclient.plan.call_document import Call
from dynclient.repl.history import History, ReadItems
from dynclient.repl.session_steps import (
    PythonExpression,
    SessionStep,
    build_secret_variable,
    build_steps,
    describe_left_out,
)

WIDTH = 96
INDENT = "    "

#: How many members of a result are asserted.
MAX_ASSERTS = 12

#: The options that a script repeats: those whose values can be written.
_WRITABLE_OPTIONS = frozenset(
    {"accept", "follow_redirects", "headers", "max_response_bytes", "max_response_values"}
    | {"media_type", "one_of", "open_enums", "retries", "server", "server_variables", "timeout"}
    | {"unknown_properties", "validate_requests", "validate_responses"}
)

#: Text → the module that is imported where it stands in a script.
_MODULES = {
    "contextlib.": "contextlib",
    "itertools.": "itertools",
    "os.environ": "os",
    "pathlib.": "pathlib",
    "pytest.": "pytest",
}


def write_script(history: History) -> str:
    """Return the session as a script that runs as it is written."""
    lines = [*_write_client(history)]
    steps = build_steps(history)
    for step in steps:
        error = step.exchange.error
        text = _write_call(step, history.base_options)
        if step.exchange.read_items is not None:
            lines += _write_stream(step, step.exchange.read_items, text)
        elif error is not None:
            lines.append(f"with contextlib.suppress(dynclient.errors.{type(error).__name__}):")
            lines += _indent(text)
        else:
            lines += (f"{step.variable} = {text}" if step.is_used else text).split("\n")
    return _finish(history, steps, lines, "A session")


def write_test(history: History) -> str:
    """Return the session as a test: it asserts the statuses, and what stays the same."""
    lines = ["def test_session():"]
    body = [*_write_client(history)]
    steps = build_steps(history)
    for step in steps:
        body += _write_tested_step(step, history.base_options)
    lines += [f"{INDENT}{line}".rstrip() for line in body]
    return _finish(history, steps, lines, "A session as a test")


def _finish(history: History, steps: Sequence[SessionStep], lines: list[str], what: str) -> str:
    """Return a file: what it is, its imports, its lines."""
    text = "\n".join(lines)
    modules = sorted({module for mark, module in _MODULES.items() if mark in text})
    standard = [f"import {module}" for module in modules if module != "pytest"]
    others = ["import dynclient"] + (["import pytest"] if "pytest" in modules else [])
    title = _write_title(history)
    header = [f"# {what} of {title}, written by dynclient."]
    header += [f"# {line}" for line in describe_left_out(history, steps)]
    imports = [*standard, "", *others] if standard else others
    gap = ["", ""] if lines and lines[0].startswith("def ") else [""]
    return "\n".join([*header, "", *imports, *gap, *lines]) + "\n"


def _write_title(history: History) -> str:
    if history.document is None:
        return "an API"
    return format_one_line(history.document.title)


def _write_client(history: History) -> Iterator[str]:
    """Yield the lines that make the client of the session."""
    source = history.source
    overlays = list(source.overlays)
    overlay_text = f", overlay={format_python_literal(overlays, WIDTH)}" if overlays else ""
    spec = format_python_literal(source.spec, WIDTH)
    if not source.is_sandbox:
        server = f", server={_write_url(source.server)}" if source.server else ""
        yield f"client = dynclient.Client({spec}{overlay_text}{server})"
        return
    yield f"document = dynclient.load({spec}{overlay_text})"
    arguments: dict[str, Any] = {"transport": PythonExpression("dynclient.Sandbox(document)")}
    if history.dummy_credentials:
        arguments["credentials"] = dict(history.dummy_credentials)
    call = format_python_call("dynclient.Client", [PythonExpression("document")], arguments, WIDTH)
    yield from f"client = {call}".split("\n")


def _write_url(url: str) -> str:
    has_secret = mask_url(url) != url
    return 'os.environ["DYNCLIENT_SERVER"]' if has_secret else format_python_literal(url, WIDTH)


def _write_stream(step: SessionStep, read: ReadItems, call: str) -> Iterator[str]:
    """Yield a stream, of which as much is read as in the session."""
    error = step.exchange.error
    if error is not None:
        yield f"with contextlib.suppress(dynclient.errors.{type(error).__name__}):"
        yield from _indent("\n".join(_write_opened_stream(read, call)))
    elif read.file:
        yield from _write_opened_stream(read, call)
    else:
        yield from f"with {call} as {step.variable}:".split("\n")
        yield f"{INDENT}for streamed_item in {_write_items(step, read)}:"
        yield f"{INDENT * 2}print(streamed_item)"


def _write_opened_stream(read: ReadItems, call: str) -> list[str]:
    """Return the lines that open a stream, or save it, and read no item."""
    if read.file:
        return f"{call}.save({format_python_literal(read.file, WIDTH)})".split("\n")
    return [*f"with {call}:".split("\n"), f"{INDENT}pass"]


def _write_items(step: SessionStep, read: ReadItems) -> str:
    """Return what is iterated over to read as many items of a stream as the session did."""
    items = step.variable
    if read.stream_format is not None:
        items += f".items({format_python_literal(read.stream_format, WIDTH)})"
    return items if read.is_whole else f"itertools.islice({items}, {read.count})"


def _write_call(step: SessionStep, base: Options, method: str = "") -> str:
    """Return a call as Python text."""
    operation = step.exchange.operation
    method = method if step.exchange.read_items is None else ".stream"
    accessor = build_accessor(operation.operation)
    changes = _list_changes(step.exchange.options, base)
    if changes:
        view = format_python_call("client.with_options", [], changes, WIDTH)
        accessor = view + accessor.removeprefix("client")
    if "media_type" in step.call:
        literal = format_python_literal(dict(step.call), WIDTH)
        return f"{accessor}{method}(dynclient.Call({literal}))"
    plan = get_plan(operation)
    media_type = get_accepted_media_type(operation)
    args, kwargs = build_call_arguments(plan.get_binder(media_type), step.call)
    return format_python_call(f"{accessor}{method}", args, kwargs, WIDTH)


def _list_changes(options: Options, base: Options) -> dict[str, Any]:
    """Return the options of a view that differ from those of the client, as they are written."""
    changes: dict[str, Any] = {}
    for option in OPTION_NAMES:
        value = getattr(options, option)
        if option not in _WRITABLE_OPTIONS or value == getattr(base, option):
            continue
        if option == "headers":
            changes[option] = {name: _write_header(name, text) for name, text in value.items()}
        elif option == "server" and value is not None:
            changes[option] = PythonExpression(_write_url(value))
        else:
            changes[option] = dict(value) if option == "server_variables" else value
    return changes


def _write_header(name: str, text: str) -> Any:
    if is_secret_header_name(name):
        return PythonExpression(f'os.environ["{build_secret_variable(name)}"]')
    return text


# --- the test


def _write_tested_step(step: SessionStep, base: Options) -> Iterator[str]:
    """Yield a call, and the asserts on what came."""
    error, result, read = step.exchange.error, step.exchange.result, step.exchange.read_items
    yield ""
    if read is not None:
        yield from _write_tested_stream(step, read, _write_call(step, base))
        return
    if error is not None:
        yield f"with pytest.raises(dynclient.errors.{type(error).__name__}):"
        yield from _indent(_write_call(step, base))
        return
    yield from f"result = {_write_call(step, base, '.send')}".split("\n")
    if result is not None:
        yield f"assert result.status == {result.status}"
        asserts = list(_write_asserts(step, result.data))
        if asserts or step.is_used:
            yield f"{step.variable} = result.data"
        yield from asserts


def _write_tested_stream(step: SessionStep, read: ReadItems, call: str) -> Iterator[str]:
    """Yield a stream, and asserts on its status and on the kind of its items."""
    error, result = step.exchange.error, step.exchange.result
    if error is not None:
        yield f"with pytest.raises(dynclient.errors.{type(error).__name__}):"
        yield from _indent("\n".join(_write_opened_stream(read, call)))
    elif read.file:
        path = format_python_literal(read.file, WIDTH)
        yield from f"assert {call}.save({path}).is_file()".split("\n")
    elif result is not None:
        yield from f"with {call} as {step.variable}:".split("\n")
        yield f"{INDENT}assert {step.variable}.status == {result.status}"
        if len(read.kinds) == 1 and read.kinds != {"NoneType"}:
            yield f"{INDENT}for streamed_item in {_write_items(step, read)}:"
            yield f"{INDENT * 2}assert isinstance(streamed_item, {min(read.kinds)})"


def _write_asserts(step: SessionStep, data: Any) -> Iterator[str]:
    """Yield what is the same each time: values that the call gave, and the kinds of others."""
    if data is None:
        return
    if not isinstance(data, dict):
        yield f"assert isinstance({step.variable}, {type(data).__name__})"
        return
    sent = step.exchange.call or Call()
    body, written = sent.get("body"), step.call.get("body")
    secrets = get_plan(step.exchange.operation).exchange_secrets.names
    for name, value in list(data.items())[:MAX_ASSERTS]:
        place = f"{step.variable}[{format_python_literal(name, WIDTH)}]"
        is_sent = isinstance(body, dict) and name in body and body[name] == value
        if secrets.has_property(name):
            yield f"assert {format_python_literal(name, WIDTH)} in {step.variable}"
        elif is_sent and isinstance(written, dict):
            yield f"assert {place} == {format_python_literal(written[name], WIDTH)}"
        elif value is not None:
            yield f"assert isinstance({place}, {type(value).__name__})"


def _indent(text: str) -> list[str]:
    return [f"{INDENT}{line}" for line in text.split("\n")]

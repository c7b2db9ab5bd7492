"""Builds the indexes that completions are answered from: commands, a project, a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.cli.shell_completion.completion_answer import built_indexes
from dynclient.cli.shell_completion.index_files import VALUE_SEPARATOR, Rows, write_index
from dynclient.cli.shell_completion.index_keys import (
    COMMANDS,
    DOCUMENT,
    GIT,
    OPERATION,
    PROJECT,
    get_remote_key,
)
from dynclient.description.described_operation import get_plan

if TYPE_CHECKING:
    import click

    from dynclient.client.callable_operations import Operation
    from dynclient.model import Document
    from dynclient.wire.schema_types import SchemaTypes

#: How many levels of a value are in an index, and how many names in all.
MAX_DEPTH = 4
MAX_NAMES = 1500

#: An enum with more values is shown by these.
MAX_VALUES = 100
MAX_VALUE_CHARS = 80
MAX_ABOUT_CHARS = 60


def build_index(kind: str, key: str, names: Sequence[str]) -> bool:
    """Build an index, for this process and for the next ones; return whether it could be built.

    Args:
        kind: what it is an index of.
        key: what it hangs on.
        names: the document, the operation, and the overlays of the command line.

    """
    if (kind, key) in built_indexes:
        return False
    rows = _list_rows(kind, names)
    if rows is None:
        return False
    built_indexes[kind, key] = [[_clean(field) for field in row] for row in rows]
    if not key.startswith(GIT):
        write_index(kind, key, rows)
    return True


def _clean(field: str) -> str:
    from dynclient.cli.shell_completion.index_files import clean_field

    return clean_field(field)


def _list_rows(kind: str, names: Sequence[str]) -> Rows | None:
    if kind == COMMANDS:
        return list(_list_commands())
    if kind == PROJECT:
        return _list_project()
    document = _load_document(names[0], names[2:])
    if document is None:
        return None
    if kind == DOCUMENT:
        return describe_document(document)
    from dynclient.cli.command_words import find_operation
    from dynclient.client.client import Client

    return describe_operation(find_operation(Client(document), names[1]).operation)


def _load_document(source: str, overlays: Sequence[str]) -> Document | None:
    """Return a document; None for one from the net: completion never waits for a server.

    Args:
        source: the document, "" for the chosen one.
        overlays: those of the command line; one on the net is left out.

    """
    from dynclient.cli import document_option
    from dynclient.document.files.uris import is_remote

    choice = document_option.choose_document(source or None)
    if is_remote(choice.source):
        return None
    local = [each for each in (*choice.overlays, *overlays) if not is_remote(each)]
    return document_option.load_choice(replace(choice, overlays=tuple(local)))


def remember_remote_document(document: Document, source: str) -> None:
    """Write the index of a document from the net, which completion cannot load."""
    write_index(DOCUMENT, get_remote_key(source), describe_document(document))


def remember_remote_operation(operation: Operation, source: str) -> None:
    """Write the index of an operation of such a document."""
    key = f"{get_remote_key(source)}\t{operation.operation.key}"
    write_index(OPERATION, key, describe_operation(operation))


# --- commands


def _list_commands() -> Iterator[list[str]]:
    """Yield (command, "", "", what it does), and (command, option, kind, what it does)."""
    import click

    from dynclient.cli.main import COMMANDS as NAMES
    from dynclient.cli.main import root

    context = click.Context(root, info_name="dynclient", **root.context_settings)
    yield from _list_options(root, context, "")
    for name in NAMES:
        command = root.get_command(context, name)
        if command is not None:
            yield [name, "", "", command.get_short_help_str(MAX_ABOUT_CHARS)]
            yield from _list_options(command, click.Context(command, parent=context), name)


def _list_options(command: click.Command, context: click.Context, name: str) -> Iterator[list[str]]:
    import click

    for param in command.get_params(context):
        if not isinstance(param, click.Option) or param.hidden:
            continue
        for option in (*param.opts, *param.secondary_opts):
            yield [name, option, _find_option_kind(param), param.help or ""]


def _find_option_kind(option: click.Option) -> str:
    """Return what the values of an option are."""
    import click

    if option.is_flag or option.count:
        return "flag"
    if isinstance(option.type, click.Choice):
        return f"choice:{VALUE_SEPARATOR.join(map(str, option.type.choices))}"
    metavar = option.metavar or ""
    if metavar.startswith("DATA"):
        return "data"
    if metavar in ("FILE", "SPEC", "PATH", "DIR", "FOLDER"):
        return "file"
    return {"TAG": "tag", "--profile": "profile"}.get(
        "--profile" if "--profile" in option.opts else metavar, "text"
    )


def _list_project() -> Rows:
    from dynclient.project_table import find_project_table

    table = find_project_table(Path.cwd())
    if table is None:
        return []
    specs = [["spec", spec] for spec in table.specs]
    return [*specs, *(["overlay", overlay] for overlay in table.overlays)]


def list_profiles() -> list[tuple[str, str]]:
    """Return the names of the profiles, and the document of each."""
    from dynclient.cli.profiles import list_profile_names
    from dynclient.project_table import find_project_table

    table = find_project_table(Path.cwd())
    return [(name, spec) for name, spec in list_profile_names(table).items()]


# --- a document


def describe_document(document: Document) -> Rows:
    """Return the operations of a document, and its tags.

    The row of an operation has its key, Python name, method, path and summary.
    """
    rows = [
        [
            "operation",
            key,
            operation.python_name,
            operation.method,
            operation.path,
            operation.summary[:MAX_ABOUT_CHARS],
        ]
        for key, operation in document.operations.items()
    ]
    return [*rows, *(["tag", tag] for tag in document.tags)]


def describe_operation(operation: Operation) -> Rows:
    """Return the arguments of an operation, the required first.

    A row has the name, its ending, `required` or nothing, what it is, and its values. The ending is
    what is typed behind the name: `=` for a text, `=+` where that may be repeated, `.` and `[0]`
    where the name goes on, `:=` for JSON.
    """
    from dynclient.description.operation_description import describe_arguments
    from dynclient.description.value_text import FILLED

    rows: Rows = []
    for argument in describe_arguments(get_plan(operation), operation.call_schema):
        about = f"{argument.location} {_describe(argument.types)}"
        about += f", {FILLED}" if argument.is_filled else ""
        row = _build_row(argument.wire_name, argument.types, about, argument.is_required)
        rows.append(row)
        if not argument.location.startswith("path"):
            rows += _list_members(argument.wire_name, argument.types, MAX_DEPTH)
        if len(rows) > MAX_NAMES:
            break
    rows.sort(key=lambda row: not row[2])
    return rows[:MAX_NAMES]


def _list_members(name: str, types: SchemaTypes, depth: int) -> Iterator[list[str]]:
    """Yield the rows of the members of a value, and of theirs."""
    from dynclient.description.value_outline import list_member_names

    while types.is_array:
        types, name = types.item_types, f"{name}[0]"
    required = types.required_names
    for member in list_member_names(types):
        if not set(member).isdisjoint('.[]"='):
            continue
        member_types = types.find_member_types(member)
        path = f"{name}.{member}"
        yield _build_row(path, member_types, f"in {_describe(member_types)}", member in required)
        if depth > 1:
            yield from _list_members(path, member_types, depth - 1)


def _build_row(name: str, types: SchemaTypes, about: str, is_required: bool) -> list[str]:
    values = VALUE_SEPARATOR.join(_list_values(types))
    return [name, _choose_ending(types), "required" if is_required else "", about, values]


def _describe(types: SchemaTypes) -> str:
    from dynclient.description.value_outline import describe_type
    from dynclient.display_text import cut_line

    text = describe_type(types)
    return cut_line(text, MAX_ABOUT_CHARS)


def _choose_ending(types: SchemaTypes) -> str:
    from dynclient.description.value_outline import list_member_names

    if types.is_array:
        items = types.item_types
        if items.is_array or list_member_names(items):
            return "[0]" if items.is_array else "[0]."
        return ":=" if items.is_object else "=+"
    if types.is_object and "string" not in types.types:
        return "." if list_member_names(types) else ":="
    return "="


def _list_values(types: SchemaTypes) -> list[str]:
    """Return the values that an enum allows, and true and false."""
    if types.is_array:
        types = types.item_types
    values: dict[str, None] = {}
    for part in types.subschemas:
        for value in [*part.get("enum", ()), *([part["const"]] if "const" in part else ())]:
            values[_write_value(value)] = None
    if not values and "boolean" in types.types:
        values = {"true": None, "false": None}
    usable = [value for value in values if 0 < len(value) <= MAX_VALUE_CHARS]
    return [value for value in usable if value.isprintable() and VALUE_SEPARATOR not in value][
        :MAX_VALUES
    ]


def _write_value(value: Any) -> str:
    import json

    if isinstance(value, str):
        return value
    return "" if isinstance(value, dict | list) else json.dumps(value)

"""`dynclient uses`: which operations code calls, where, with which arguments, and what it reads of their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import choice
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.model import Document
    from dynclient.uses import Found, Recording, Resolved, Use, Used


@click.command("uses")
@click.argument("paths", nargs=-1, metavar="PATH...")
@choice.spec_option
@click.option(
    "--used-by",
    metavar="FILE",
    help="A recorded list: operation ids, `METHOD /path`, or an access log.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to tell it."
)
def command(paths: tuple[str, ...], spec: str | None, used_by: str | None, form: str) -> None:
    """Find the operations that Python code calls.

    Files and folders are read, never run. One line for each use: operation, place,
    arguments, and what is read of the result; `perhaps` where nobody can tell
    whether it is a client. `dynclient check --used` tells which of them do not fit.
    """
    from dynclient.cli import render
    from dynclient.uses import resolve

    if not paths and used_by is None:
        raise UsageError("nothing to look at", hint="give files or folders, or --used-by FILE")
    found = found_in(paths)
    document = choice.document(spec)
    resolved, recording = resolve(found.uses, document), recorded_in(used_by, document)
    if form == "json":
        click.echo(render.json_text(_data(document, found, resolved, recording)))
        return
    for line in render.aligned([*_rows(document, resolved), *_recorded_rows(recording)]):
        render.echo(line)
    for note in _notes(found, resolved, recording):
        render.note(render.clean(note))
    click.echo(_summary(document, found, resolved, recording))


def found_in(paths: Sequence[str]) -> Found:
    """Return the uses in files and folders.

    Raises:
        UsageError: one of them does not exist.

    """
    from dynclient.uses import find

    try:
        return find(paths)
    except FileNotFoundError as error:
        raise UsageError(f"there is no file or folder {error}") from None


def recorded_in(path: str | None, document: Document) -> Recording:
    """Return the operations that a recorded list names; none where there is no list.

    Raises:
        UsageError: the list cannot be read.

    """
    from dynclient.uses import read_recorded, resolve_recorded

    try:
        return resolve_recorded(read_recorded(path) if path is not None else [], document)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None


# --- as text


def _rows(document: Document, resolved: Resolved) -> Iterator[tuple[str, ...]]:
    from dynclient.cli.render import one_line

    operations = resolved.operations
    for key in document.operations:
        for used in operations.get(key, ()):
            use = used.use
            results = ", ".join(_path(path) or "(whole)" for path in use.results)
            cells = (
                key,
                f"{use.file}:{use.line}",
                _arguments(used),
                f"→ {results}" if results else "",
            )
            yield *map(one_line, cells), "" if use.certain else "perhaps"


def _arguments(used: Used) -> str:
    method = used.use.method if used.use.method != "call" else ""
    given = [_path(path) for path in used.arguments] + (["…"] if used.has_star else [])
    return f"{method}({', '.join(given)})"


def _path(path: Sequence[str]) -> str:
    return ".".join(path).replace(".[]", "[]")


def _recorded_rows(recording: Recording) -> Iterator[tuple[str, ...]]:
    from dynclient.cli.render import one_line

    for key, lines in recording.operations.items():
        times = sum(line.times for line in lines)
        yield one_line(key), f"{lines[0].file}:{lines[0].line}", f"recorded × {times}", "", ""


def _notes(found: Found, resolved: Resolved, recording: Recording) -> Iterator[str]:
    """Yield what could not be read or is of no operation, each with its place."""
    for unread in (*found.unread, *found.nameless):
        yield f"{unread.file}:{unread.line}:{unread.column}: {unread.why}"
    for use, suggestions in resolved.missing:
        meant = f": did you mean {' or '.join(suggestions)}?" if suggestions else ""
        yield f"{use.file}:{use.line}:{use.column}: no operation {use.operation}{meant}"
    for line in recording.unmatched:
        yield f"{line.file}:{line.line}: no operation: {' '.join(line.text.split())[:200]}"


def _summary(document: Document, found: Found, resolved: Resolved, recording: Recording) -> str:
    used = len({*resolved.operations, *recording.operations})
    perhaps = sum(not used.use.certain for used in resolved.used)
    told = [
        f"{used} of {counted(len(document.operations), 'operation')} used",
        f"{counted(len(resolved.used), 'use')} in {counted(found.files, 'file')}",
        *([f"{perhaps} perhaps"] if perhaps else []),
        *([f"{counted(len(resolved.missing), 'use')} of no operation"] if resolved.missing else []),
        *(
            [f"{counted(len(found.nameless), 'name')} known only at run time"]
            if found.nameless
            else []
        ),
        *([f"{counted(len(found.unread), 'file')} not read"] if found.unread else []),
        *(
            [f"{counted(len(recording.unmatched), 'recorded line')} of no operation"]
            if recording.unmatched
            else []
        ),
    ]
    return ", ".join(told)


def counted(number: int, noun: str) -> str:
    """Return `1 use`, `2 uses`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


# --- as JSON


def _data(
    document: Document, found: Found, resolved: Resolved, recording: Recording
) -> dict[str, Any]:
    operations = resolved.operations
    return {
        "operations": [
            {
                "operation": key,
                "method": operation.method,
                "path": operation.path,
                "uses": [_use(used.use, used) for used in operations.get(key, ())],
                "recorded": [_line(line) for line in recording.operations.get(key, ())],
            }
            for key, operation in document.operations.items()
            if key in operations or key in recording.operations
        ],
        "missing": [
            {**_use(use), "name": use.operation, "meant": list(meant)}
            for use, meant in resolved.missing
        ],
        "nameless": [vars(place) for place in found.nameless],
        "unread": [vars(place) for place in found.unread],
        "unmatched": [_line(line) for line in recording.unmatched],
        "files": found.files,
    }


def _use(use: Use, used: Used | None = None) -> dict[str, Any]:
    told = {
        name: getattr(use, name) for name in ("file", "line", "column", "how", "method", "certain")
    }
    if used is None:
        return told
    return {
        **told,
        "arguments": [list(path) for path in used.arguments],
        "others": used.has_star,
        "results": [list(path) for path in use.results],
    }


def _line(line: Any) -> dict[str, Any]:
    return dict(vars(line))

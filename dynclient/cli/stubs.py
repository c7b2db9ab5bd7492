"""`dynclient stubs`: a module for type checkers and editors, written or checked."""

from __future__ import annotations

import keyword
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dynclient.cli import document_option
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.cli.document_option import DocumentChoice

#: The exit code of `--check` where a file differs from what would be written.
STALE = 1


@click.command("stubs")
@document_option.add_spec_argument
@click.option(
    "--out",
    metavar="DIR",
    required=True,
    help="The folder to write to; it is made where there is none.",
)
@click.option(
    "--name",
    metavar="NAME",
    help="The name of the module. Default: the name of the document's file, as an identifier.",
)
@click.option(
    "--check", "is_check", is_flag=True, help="Write nothing; fail where the files are stale."
)
def command(
    spec: str | None, named: str | None, out: str, name: str | None, is_check: bool
) -> None:
    """Write a module whose client a type checker and an editor know.

    NAME.py binds Client and AsyncClient to the document; NAME.pyi holds their types: every
    operation with its arguments and its result, and a TypedDict for each model. The same
    document gives the same files.
    """
    from dynclient.stubs import build_stubs

    choice = document_option.choose_document(document_option.choose_spec(spec, named))
    module_name = _choose_name(name, choice.source)
    folder = Path(out)
    document = document_option.load_choice(choice)
    module = build_stubs(
        document,
        _locate(choice.source, folder),
        [_locate(overlay, folder) for overlay in choice.overlays],
    )
    texts = {
        folder / f"{module_name}.py": module.source,
        folder / f"{module_name}.pyi": module.types,
    }
    if is_check:
        _check_files(texts, choice)
    else:
        _write_files(texts, folder)


def _choose_name(name: str | None, source: str) -> str:
    """Return the name of the module.

    Raises:
        UsageError: it is no name of a module, or would hide dynclient.

    """
    if source == "-":
        hint = "give a path or a URL: the module loads the document when it is used"
        raise UsageError("stubs cannot be bound to standard input", hint=hint)
    chosen = name
    if chosen is None:
        stem = re.split(r"[/\\:]", source.partition("?")[0].rstrip("/"))[-1].partition(".")[0]
        chosen = re.sub(r"\W+", "_", stem) or "api"
        if not chosen.isidentifier() or keyword.iskeyword(chosen):
            chosen = f"_{chosen}"
    if not chosen.isidentifier() or keyword.iskeyword(chosen):
        raise UsageError(f"--name {chosen} is no name of a Python module", hint="such as talon_one")
    if chosen == "dynclient":
        raise UsageError("a module dynclient would hide this library", hint="give another --name")
    return chosen


def _locate(source: str, folder: Path) -> str:
    """Return where the module in a folder finds a document: a path relative to it, or a URL."""
    from dynclient.stubs.module_source import is_path

    if not is_path(source):
        return source
    try:
        relative = os.path.relpath(Path(source).resolve(), folder.resolve())
    except ValueError:  # on another drive
        return str(Path(source).resolve())
    return Path(relative).as_posix()


def _write_files(texts: dict[Path, str], folder: Path) -> None:
    from dynclient.cli.output_files import write_file
    from dynclient.cli.terminal_output import print_block

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made a folder: {error.strerror or error}") from None
    for path, text in texts.items():
        write_file(path, text.encode())
        print_block(str(path))


def _check_files(texts: dict[Path, str], choice: DocumentChoice) -> None:
    """Say which files differ from what would be written.

    Raises:
        Exit: with `STALE`, where one does.

    """
    from dynclient.cli.terminal_output import print_block, print_note

    stale = [path for path, text in texts.items() if _read_file(path) != text.encode()]
    for path in stale:
        problem = "is stale" if path.exists() else "is missing"
        print_note(f"{path} {problem}: it does not fit {choice.source}")
    if stale:
        print_note("  run dynclient stubs again, without --check")
        raise click.exceptions.Exit(STALE)
    for path in texts:
        print_block(f"{path} is up to date")


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None

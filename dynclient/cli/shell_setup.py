"""`dynclient completion`: the completion script of a shell, printed or installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import click

from dynclient.errors import UsageError

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", required=False, type=click.Choice(SHELLS), metavar="[bash|zsh|fish]")
@click.option("--install", is_flag=True, help="Write the script to where the shell looks for it.")
def command(shell: str | None, *, install: bool) -> None:
    """Print or install the completion of a shell.

    Without a shell, it is that of $SHELL. Operations, arguments and values are then completed with
    the Tab key, from an index of the document that is kept in the cache.
    """
    from dynclient.cli.shell_completion.shell_scripts import SCRIPTS
    from dynclient.cli.terminal_output import print_block, print_ready

    name = shell or _find_shell()
    if not install:
        print_ready(SCRIPTS[name])
        return
    target = find_installation(name)
    _write_script(target, SCRIPTS[name])
    print_block(f"{name}: {target.script}")
    if target.start_file is not None:
        print_block(f"it is loaded by {target.start_file}")
    if target.remark:
        print_block(target.remark)


def _find_shell() -> str:
    """Return the name of the user's shell.

    Raises:
        UsageError: it is none that completion knows.

    """
    name = Path(os.environ.get("SHELL", "")).name
    if name in SHELLS:
        return name
    raise UsageError(
        f"the shell is unknown: SHELL is {name!r}", hint=f"name one of {', '.join(SHELLS)}"
    )


class Installation(NamedTuple):
    """Where a completion script goes.

    Attributes:
        script: the file.
        start_file: the file that has to load it; None where the shell finds it.
        remark: what the user has to know.

    """

    script: Path
    start_file: Path | None
    remark: str


def find_installation(shell: str) -> Installation:
    """Return where the completion script of a shell goes.

    Raises:
        UsageError: there is no home.

    """
    try:
        home = Path.home()
    except RuntimeError:
        raise UsageError("there is no home folder to install to", hint="set HOME") from None
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    if shell == "fish":
        config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        return Installation(config / "fish" / "completions" / "dynclient.fish", None, "")
    if shell == "zsh":
        start_folder = Path(os.environ.get("ZDOTDIR") or home)
        script = data / "dynclient" / "completion.zsh"
        return Installation(script, start_folder / ".zshrc", "open a new shell to use it")
    script = data / "dynclient" / "completion.bash"
    return Installation(script, home / ".bashrc", "open a new shell to use it")


def _write_script(target: Installation, text: str) -> None:
    """Write a script, and the line that loads it where there is none yet.

    Raises:
        UsageError: a file cannot be written.

    """
    import shlex

    from dynclient.cli.output_files import write_file

    start_file = target.start_file
    try:
        target.script.parent.mkdir(parents=True, exist_ok=True)
        write_file(target.script, text.encode())
        if start_file is None:
            return
        line = f"source {shlex.quote(str(target.script))}"
        present = start_file.read_bytes() if start_file.exists() else b""
        if line.encode() in present.splitlines():
            return
        lead = "" if not present or present.endswith(b"\n") else "\n"
        with start_file.open("ab") as file:
            file.write(f"{lead}{line}\n".encode())
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}") from None

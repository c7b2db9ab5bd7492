"""The root of the command line: its commands, and how errors and interruptions end it."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, NoReturn

import click

from dynclient import __version__
from dynclient.cli.command_help import format_epilog
from dynclient.cli.warning_notes import print_warnings_as_notes
from dynclient.display_text import escape_unprintable
from dynclient.errors import DynclientError
from dynclient.masking import mask_urls
from dynclient.names import suggest

#: Commands in the order of `--help`; each module is imported when its command is used.
COMMANDS = (
    "list",
    "show",
    "call",
    "check",
    "diff",
    "uses",
    "demo",
    "sandbox",
    "docs",
    "stubs",
    "login",
    "bulk",
    "repl",
    "completion",
)

#: Modules that are not named as their command.
_MODULES = {"completion": "shell_setup"}

INTERRUPTED = 130
BROKEN_PIPE = 141
#: A fault of ours is never taken for a result of a check (sysexits.h: EX_SOFTWARE).
INTERNAL_ERROR = 70


class CommandGroup(click.Group):
    """A group whose commands live in modules of the same name, imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """Return a command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"dynclient.cli.{_MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        command.epilog = format_epilog(cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that a command line names; suggest one for a misspelt name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            meant = suggest(name, COMMANDS, 1)
            ctx.fail(
                f"No such command {name!r}." + (f" Did you mean {meant[0]!r}?" if meant else "")
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours becomes its message and its exit code."""
        try:
            with print_warnings_as_notes():
                return super().invoke(ctx)
        except DynclientError as error:
            exit_with_error(error)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader has closed the pipe: nothing may be written, not even at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)
        except click.UsageError as error:
            # It quotes what was written: the URL of a document may hold a password.
            error.message = mask_urls(error.message)  # type: ignore[misc] # no other way keeps its class
            if isinstance(error, click.NoSuchOption) and error.option_name[1:].isdecimal():
                error.message += " A value that begins with - stands behind --."  # type: ignore[misc]
            raise
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except OSError as error:
            from dynclient.cli.terminal_output import print_note

            print_note(f"{type(error).__name__}: {mask_urls(str(error))}")
            ctx.exit(INTERNAL_ERROR)
        except Exception as error:
            if os.environ.get("DYNCLIENT_TRACEBACK"):
                raise
            from dynclient.cli.terminal_output import print_note

            text = escape_unprintable(mask_urls(str(error)))
            print_note(f"{type(error).__name__}: {text}")
            print_note("  this is a fault of dynclient; DYNCLIENT_TRACEBACK=1 shows where")
            ctx.exit(INTERNAL_ERROR)


#: Hints that speak of Python, and what they are on the command line.
_COMMAND_LINE_HINTS = {
    "document-not-found": "give a path or a URL",
    "operation-not-found": "dynclient list --search TEXT searches",
    "credentials-missing": "set {variable} and give --server URL, or try it with --sandbox",
    "connect-failed": "is --server right, and up?",
    "timed-out": "",
    "invalid-response": "what came is on standard output",
    "undocumented-response": "what came is on standard output",
}

#: How hints begin that say the same on the command line.
_PLAIN_HINTS = ("did you mean", "that path has")

#: How the hint begins of a stream whose head does not fit the document, and what it is there.
_UNREAD_BODY = "its body was not read"
_UNREAD_BODY_HINT = f"{_UNREAD_BODY}; a call without --stream and --output prints it"


def exit_with_error(error: DynclientError) -> NoReturn:
    """Print an error of ours on standard error and leave with its exit code."""
    error.hint = _translate_hint(error)
    from dynclient.cli.terminal_output import print_note

    print_note(f"{type(error).__name__}: {error}")
    raise click.exceptions.Exit(error.exit_code)


def _translate_hint(error: DynclientError) -> str | None:
    """Return the hint of an error as it is put on the command line."""
    hint = error.hint or ""
    if hint.startswith(_UNREAD_BODY):
        return _UNREAD_BODY_HINT
    if error.code not in _COMMAND_LINE_HINTS or hint.startswith(_PLAIN_HINTS):
        return error.hint
    if error.code != "credentials-missing":
        return _COMMAND_LINE_HINTS[error.code] or None
    formula = str(getattr(error, "formula", ""))
    if not formula:  # a credential that is there and may not go to that server
        return hint.replace('server="', '--server "') or None
    scheme = formula.strip("(").replace(",", " ").replace(")", " ").split(" ")[0]
    if own_hint := _name_profile_variable(scheme):
        return own_hint
    from dynclient.wire.message import build_credential_variable

    text = _COMMAND_LINE_HINTS[error.code].format(variable=build_credential_variable(scheme))
    is_token = scheme in getattr(error, "token_schemes", ())
    return f"dynclient login logs in for {scheme}; or {text}" if is_token else text


def _name_profile_variable(scheme: str) -> str:
    """Return the hint that names the variable of a scheme in the chosen profile, "" without one."""
    from dynclient.cli.document_option import find_chosen_profile

    profile = find_chosen_profile()
    if profile is None or scheme not in profile.variables:
        return ""
    return f"set {profile.variables[scheme]}, which profile {profile.name} names"


def _print_version(ctx: click.Context) -> None:
    from dynclient.cli.engine_versions import describe_engines
    from dynclient.cli.terminal_output import print_block

    print_block(f"dynclient {__version__}")
    for line in describe_engines():
        print_block(f"  {line}")
    ctx.exit()


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="The document: --spec, else DYNCLIENT_SPEC, "
    "else `spec` in [tool.dynclient] of pyproject.toml, "
    "else the Talon.One Integration API on a sandbox.",
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _option, is_given: _print_version(ctx) if is_given else None,
    help="Show the version and the libraries in use, and exit.",
)
def root() -> None:
    """Call any API by its OpenAPI document, validated both ways."""

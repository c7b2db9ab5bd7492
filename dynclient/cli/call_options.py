"""The options of `dynclient call`: how they are declared, and the client's options they set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from dynclient.errors import UsageError

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


@dataclass(frozen=True)
class CallOptions:
    """The options of the command line, by their names."""

    spec: str | None
    body: str | None
    param: tuple[str, ...]
    edit: bool
    example: bool
    server: str | None
    server_var: tuple[str, ...]
    sandbox: bool
    header: tuple[str, ...]
    media_type: str | None
    accept: str | None
    timeout: str | None
    deadline: float | None
    retries: int | None
    query: str | None
    raw: bool
    table: bool
    output: str | None
    stream: bool
    is_all: bool
    limit: int | None
    max_pages: int | None
    resume: str | None
    curl: bool
    include: bool
    verbose: bool


_OPTIONS = (
    click.option(
        "--param",
        metavar="IN.NAME=TEXT",
        multiple=True,
        help="An argument by its place, such as query.name.",
    ),
    click.option(
        "--body",
        metavar="DATA|@FILE|-",
        help="The whole body: itself, a file of it, or - for stdin.",
    ),
    click.option(
        "--edit", is_flag=True, help="Write the body in $VISUAL or $EDITOR, then send it."
    ),
    click.option(
        "--example", is_flag=True, help="Print a valid body to edit and send; nothing is sent."
    ),
    click.option(
        "--server",
        metavar="URL",
        help="Call this server (else $DYNCLIENT_SERVER); credentials: "
        "$DYNCLIENT_CREDENTIAL_<SCHEME>.",
    ),
    click.option(
        "--server-var", metavar="NAME=VALUE", multiple=True, help="A variable of the server's URL."
    ),
    click.option(
        "--sandbox", is_flag=True, help="Call a sandbox in this process, with dummy credentials."
    ),
    click.option(
        "--header", metavar="'NAME: VALUE'", multiple=True, help="Send this header too; it wins."
    ),
    click.option("--media-type", metavar="TYPE", help="Write the body in this media type."),
    click.option("--accept", metavar="TYPE", help="Ask for this media type."),
    click.option(
        "--timeout", metavar="SECONDS", help="Wait at most so long; 2,30: to connect, to read."
    ),
    click.option(
        "--deadline", metavar="SECONDS", type=float, help="End the whole call after so long."
    ),
    click.option(
        "--retries",
        metavar="N",
        type=click.IntRange(min=0),
        help="Try again so often, where that is safe.",
    ),
    click.option(
        "--query", metavar="JMESPATH", help="Print only what this expression selects (JMESPath)."
    ),
    click.option(
        "-r", "--raw", is_flag=True, help="With --query: print a text without its quotes."
    ),
    click.option("--table", is_flag=True, help="Print a table: a row for each item of a list."),
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write the body of the answer to FILE, byte by byte; - is stdout.",
    ),
    click.option(
        "--stream",
        is_flag=True,
        help="Print each item of a stream when it comes, as a line of JSON.",
    ),
    click.option(
        "--all",
        "is_all",
        is_flag=True,
        help="Print the items of all pages of a list, each as a line of JSON.",
    ),
    click.option(
        "--limit", metavar="N", type=click.IntRange(min=0), help="With --all: at most N items."
    ),
    click.option(
        "--max-pages", metavar="N", type=click.IntRange(min=0), help="With --all: at most N pages."
    ),
    click.option(
        "--resume", metavar="CURSOR", help="With --all: go on where a failed command stopped."
    ),
    click.option("--curl", is_flag=True, help="Print the call as a curl command; nothing is sent."),
    click.option("-i", "--include", is_flag=True, help="Print status and headers before the body."),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Print what goes out and what comes back, with bodies; secrets are masked.",
    ),
)


def add_call_options(command: CommandT) -> CommandT:
    """Give a command the options of `CallOptions`, without `--spec`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_call_options(options: CallOptions) -> None:
    """Refuse options that do not go together.

    Raises:
        UsageError: two options exclude each other, or one needs another.

    """
    if options.output and (options.query or options.table):
        hint = "leave out --output, or send it to a file: > FILE"
        raise UsageError("--output writes the body as it came, not a part of it", hint=hint)
    if options.raw and not options.query:
        raise UsageError("--raw goes with --query", hint="give --query an expression")
    if options.raw and options.table:
        raise UsageError("--raw and --table exclude each other", hint="give one")
    _check_page_options(options)
    if options.edit and options.body is not None:
        hint = "--edit begins with an example; the file of --body can be edited before"
        raise UsageError("--edit and --body exclude each other", hint=hint)


def _check_page_options(options: CallOptions) -> None:
    page_options = {
        "--limit": options.limit,
        "--max-pages": options.max_pages,
        "--resume": options.resume,
    }
    given = [name for name, value in page_options.items() if value is not None]
    if given and not options.is_all:
        raise UsageError(f"{given[0]} goes with --all", hint="add --all")
    others = {
        "--output": options.output,
        "--table": options.table,
        "--include": options.include,
        "--curl": options.curl,
        "--example": options.example,
    }
    for line_option in _list_line_options(options):
        for name, value in others.items():
            if value:
                hint = "send the lines to a file: > FILE" if name == "--output" else "give one"
                raise UsageError(f"{line_option} and {name} exclude each other", hint=hint)


def _list_line_options(options: CallOptions) -> list[str]:
    """Return the options that print a line for each item.

    Raises:
        UsageError: there are two.

    """
    given = {"--all": options.is_all, "--stream": options.stream}
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        raise UsageError("--all and --stream exclude each other", hint="give one")
    return names


def build_client_options(options: CallOptions) -> dict[str, Any]:
    """Return the client's options that a command line sets.

    Raises:
        UsageError: a header, a server variable or the timeout is not written as one.

    """
    server_variables = dict(
        _split_pair(word, "=", "--server-var name=value") for word in options.server_var
    )
    client_options: dict[str, Any] = {
        "headers": _parse_headers(options.header),
        "server_variables": server_variables,
        "media_type": options.media_type,
        "accept": options.accept,
        "timeout": _parse_timeout(options.timeout) if options.timeout else None,
        "progress": True,
        "deadline": options.deadline,
        "retries": options.retries,
    }
    return {name: value for name, value in client_options.items() if value is not None}


def _parse_headers(lines: tuple[str, ...]) -> dict[str, str]:
    """Return header lines by name; several of one name are joined. Source: RFC 9110 §5.3."""
    headers: dict[str, str] = {}
    names_by_fold: dict[str, str] = {}
    for line in lines:
        name, value = _split_pair(line, ":", "--header 'Name: value'")
        first_name = names_by_fold.setdefault(name.lower(), name)
        if first_name in headers:
            value = f"{headers[first_name]}, {value}"
        headers[first_name] = value
    return headers


def _split_pair(word: str, sign: str, hint: str) -> tuple[str, str]:
    name, separator, value = word.partition(sign)
    if not separator or not name.strip():
        raise UsageError(f"{name!r} is not a name and a value", hint=f"write {hint}")
    return name.strip(), value.strip()


def _parse_timeout(text: str) -> Any:
    try:
        seconds = tuple(float(part) for part in text.split(","))
    except ValueError:
        hint = "give seconds, or two of them: 2,30"
        raise UsageError(f"--timeout {text} is no time", hint=hint) from None
    return seconds[0] if len(seconds) == 1 else seconds

"""`dynclient call`: one call; the answer on standard output, whatever its status, the judgement on standard error."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import document_option
from dynclient.cli.output_files import FIRST_FAILURE_STATUS
from dynclient.errors import DecodeError, ResponseError, StatusError, UsageError

if TYPE_CHECKING:
    from dynclient.cli.call_arguments import CallArguments
    from dynclient.cli.output_files import Download
    from dynclient.client.client import Client, Operation
    from dynclient.plan.results import Result


@dataclass(frozen=True)
class CallOptions:
    """What was asked for on the command line, option by option."""

    body: str | None
    param: tuple[str, ...]
    spec: str | None
    server: str | None
    server_var: tuple[str, ...]
    sandbox: bool
    header: tuple[str, ...]
    media_type: str | None
    accept: str | None
    timeout: str | None
    output: str | None
    curl: bool
    include: bool
    verbose: bool


@click.command("call")
@click.argument("operation", shell_complete=document_option.complete_operation_names)
@click.argument("words", nargs=-1, metavar="[NAME=TEXT | NAME:=JSON | NAME:=@FILE]...")
@click.option(
    "--param",
    metavar="IN.NAME=TEXT",
    multiple=True,
    help="An argument by its place, such as query.name.",
)
@click.option(
    "--body", metavar="DATA|@FILE|-", help="The whole body: itself, a file of it, or - for stdin."
)
@document_option.add_spec_option
@click.option(
    "--server", metavar="URL", help="Call this server; credentials: $DYNCLIENT_CREDENTIAL_<SCHEME>."
)
@click.option(
    "--server-var", metavar="NAME=VALUE", multiple=True, help="A variable of the server's URL."
)
@click.option(
    "--sandbox", is_flag=True, help="Call a sandbox in this process, with dummy credentials."
)
@click.option(
    "--header", metavar="'NAME: VALUE'", multiple=True, help="Send this header too; it wins."
)
@click.option("--media-type", metavar="TYPE", help="Write the body in this media type.")
@click.option("--accept", metavar="TYPE", help="Ask for this media type.")
@click.option(
    "--timeout", metavar="SECONDS", help="Wait at most so long; 2,30: to connect, to read."
)
@click.option(
    "--output",
    metavar="FILE",
    help="Write the body of the answer to FILE, byte by byte; - is stdout.",
)
@click.option("--curl", is_flag=True, help="Print the call as a curl command; nothing is sent.")
@click.option("-i", "--include", is_flag=True, help="Print status and headers before the body.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Tell what goes out and what comes back; no secrets."
)
def command(operation: str, words: tuple[str, ...], **given: Any) -> None:
    """Call an OPERATION and print what comes back.

    name=text is a text, or a number, true, false or null where the document wants one; name:=json is JSON; name:=@file
    is a file, as it is where the document wants one, else the JSON or YAML in it. A name is spelled as in the document
    or in snake_case. An array takes its name several times. Within JSON a binary value is {"$file": "a.png"} or
    {"$base64": "…"}.
    """
    from dynclient.cli.call_arguments import parse_arguments

    wish = CallOptions(**given)
    if wish.curl:
        shown = _open_unsent_client(wish)[operation]
        args, kwargs = parse_arguments(shown, words, wish.body, wish.param)
        click.echo(shown.request(*args, **kwargs).curl())
        return
    if wish.output:
        from dynclient.cli.output_files import check_writable

        check_writable(wish.output)
    with document_option.open_client(wish.spec, wish.server, sandbox=wish.sandbox) as client:
        called = client.with_options(**build_client_options(wish))[operation]
        send_call(called, parse_arguments(called, words, wish.body, wish.param), wish)


def build_client_options(wish: CallOptions) -> dict[str, Any]:
    """Return the client's options that a command line sets.

    Raises:
        UsageError: a header, a server variable or the timeout is not written as one.

    """
    found: dict[str, Any] = {
        "headers": _parse_headers(wish.header),
        "server_variables": dict(
            _split_pair(word, "=", "--server-var name=value") for word in wish.server_var
        ),
        "media_type": wish.media_type,
        "accept": wish.accept,
        "timeout": _parse_timeout(wish.timeout) if wish.timeout else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _parse_headers(lines: tuple[str, ...]) -> dict[str, str]:
    """Return header lines by name; several of one name are joined. Source: RFC 9110 §5.3."""
    found: dict[str, str] = {}
    for line in lines:
        name, value = _split_pair(line, ":", "--header 'Name: value'")
        same = next((known for known in found if known.lower() == name.lower()), name)
        found[same] = f"{found[same]}, {value}" if same in found else value
    return found


def _split_pair(word: str, sign: str, hint: str) -> tuple[str, str]:
    name, found, value = word.partition(sign)
    if not found or not name.strip():
        raise UsageError(
            f"{word.partition(sign)[0]!r} is not a name and a value", hint=f"write {hint}"
        )
    return name.strip(), value.strip()


def _parse_timeout(text: str) -> Any:
    try:
        seconds = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            f"--timeout {text} is no time", hint="give seconds, or two of them: 2,30"
        ) from None
    return seconds[0] if len(seconds) == 1 else seconds


def _open_unsent_client(wish: CallOptions) -> Client:
    from dynclient.client.client import Client

    if wish.server and wish.sandbox:
        raise UsageError("--server and --sandbox exclude each other", hint="give one")
    return Client(document_option.load_document(wish.spec), server=wish.server).with_options(
        **build_client_options(wish)
    )


def send_call(called: Operation, arguments: CallArguments, wish: CallOptions) -> None:
    """Send a call and print what comes back.

    Raises:
        DynclientError: just as calling does; what came is printed before.

    """
    from dynclient.cli import verbose_output

    args, kwargs = arguments
    request = called.request(*args, **kwargs)
    if wish.verbose:
        verbose_output.print_request(request)
    download = _prepare_download(wish)
    try:
        result = called._send_request(request, download)  # noqa: SLF001 (sending to a file is ours alone)
    except ResponseError as error:
        if download:
            download.drop()
        if error.result is not None:
            # What was not decoded is text, whatever its media type says.
            is_raw = isinstance(error, DecodeError | StatusError) and isinstance(error.data, str)
            print_result(error.result, wish, media_type="text/plain" if is_raw else None)
        raise
    except BaseException:
        if download:
            download.drop()
        raise
    if download and download.has_begun:
        if wish.verbose:
            verbose_output.print_response(result)
        download.finish(f"{result.elapsed:.2f} s")
    else:
        print_result(result, wish)


def _prepare_download(wish: CallOptions) -> Download | None:
    """Return where a body goes piece by piece; None where it is printed, or written to a pipe or device."""
    from dynclient.cli.output_files import STDOUT, Download

    if (
        not wish.output
        or wish.output == STDOUT
        or (Path(wish.output).exists() and not Path(wish.output).is_file())
    ):
        return None
    return Download(wish.output)


def print_result(result: Result, wish: CallOptions, media_type: str | None = None) -> None:
    """Print what came back, or write it to a file; what a server says of a failure is never written to a file.

    Args:
        result: what came.
        wish: how it is to be shown.
        media_type: what the data are taken for; None: what the response says.

    """
    from dynclient.cli import output_files, terminal_output, verbose_output

    if wish.verbose:
        verbose_output.print_response(result)
    if wish.include:
        for line in terminal_output.format_head(result):
            click.echo(line)
        click.echo()
    if result.data is None and not result.media_type:
        terminal_output.print_note(f"{result.status}, no body")
    elif wish.output and result.status < FIRST_FAILURE_STATUS:
        output_files.save_data(
            wish.output, verbose_output.get_body_bytes(result), f"{result.elapsed:.2f} s"
        )
    else:
        terminal_output.print_data(
            result.data, result.media_type if media_type is None else media_type
        )

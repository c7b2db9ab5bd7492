"""`dynclient call`: one call; the response is on standard output, problems on standard error."""

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
    from dynclient.client.client import Operation
    from dynclient.plan.results import Result


@dataclass(frozen=True)
class CallOptions:
    """The options of the command line, by their names."""

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
def command(operation: str, words: tuple[str, ...], **options: Any) -> None:
    """Call an OPERATION and print what comes back.

    name=text is a text, or a number, true, false or null where the document wants one; name:=json
    is JSON; name:=@file is a file, as it is where the document wants one, else the JSON or YAML in
    it. A name is spelled as in the document or in snake_case. An array takes its name several
    times. Within JSON a binary value is {"$file": "a.png"} or {"$base64": "…"}.
    """
    from dynclient.cli.call_arguments import parse_arguments

    call_options = CallOptions(**options)
    if call_options.curl:
        _print_curl(operation, words, call_options)
        return
    if call_options.output:
        from dynclient.cli.output_files import check_writable

        check_writable(call_options.output)
    with document_option.open_client(
        call_options.spec, call_options.server, sandbox=call_options.sandbox
    ) as client:
        bound = client.with_options(**build_client_options(call_options))[operation]
        arguments = parse_arguments(bound, words, call_options.body, call_options.param)
        send_call(bound, arguments, call_options)


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


def _print_curl(operation: str, words: tuple[str, ...], options: CallOptions) -> None:
    """Print a call as a curl command; nothing is sent."""
    from dynclient.cli.call_arguments import parse_arguments
    from dynclient.cli.terminal_output import print_ready
    from dynclient.client.client import Client

    if options.server and options.sandbox:
        raise UsageError("--server and --sandbox exclude each other", hint="give one")
    choice = document_option.choose_document(options.spec)
    document = document_option.load_choice(choice)
    client = Client(document, server=options.server, excuse=choice.excuse, http=choice.http)
    bound = client.with_options(**build_client_options(options))[operation]
    args, kwargs = parse_arguments(bound, words, options.body, options.param)
    print_ready(bound.request(*args, **kwargs).curl() + "\n")


def send_call(operation: Operation, arguments: CallArguments, options: CallOptions) -> None:
    """Send a call and print its result.

    Raises:
        DynclientError: as calling the operation does; a response is printed before.

    """
    from dynclient.cli import verbose_output

    args, kwargs = arguments
    request = operation.request(*args, **kwargs)
    if options.verbose:
        verbose_output.print_request(request)
    download = _prepare_download(options)
    try:
        result = operation._send_request(request, download)  # noqa: SLF001 (only we send to a file)
    except ResponseError as error:
        _drop_download(download)
        if error.result is not None:
            # A body that is not decoded is text, whatever its media type says.
            is_raw = isinstance(error, DecodeError | StatusError) and isinstance(error.data, str)
            print_result(error.result, options, media_type="text/plain" if is_raw else None)
        raise
    except BaseException:
        _drop_download(download)
        raise
    if download and download.has_begun:
        if options.verbose:
            verbose_output.print_response(result)
        download.finish(f"{result.elapsed:.2f} s")
    else:
        print_result(result, options)


def _drop_download(download: Download | None) -> None:
    if download:
        download.drop()


def _prepare_download(options: CallOptions) -> Download | None:
    """Return where a body is written piece by piece.

    None if it is printed, or written to a pipe or device.
    """
    from dynclient.cli.output_files import STDOUT, Download

    if not options.output or options.output == STDOUT:
        return None
    path = Path(options.output)
    is_special = path.exists() and not path.is_file()
    return None if is_special else Download(options.output)


def print_result(result: Result, options: CallOptions, media_type: str | None = None) -> None:
    """Print a result, or write its body to a file; the body of a failure is never written.

    Args:
        result: the result.
        options: how it is shown.
        media_type: the media type of the data; None: that of the response.

    """
    from dynclient.cli import output_files, terminal_output, verbose_output

    if options.verbose:
        verbose_output.print_response(result)
    if options.include:
        for line in terminal_output.format_head(result):
            terminal_output.print_block(line)
        terminal_output.print_block()
    if result.data is None and not result.media_type:
        terminal_output.print_note(f"{result.status}, no body")
    elif options.output and result.status < FIRST_FAILURE_STATUS:
        body = verbose_output.get_body_bytes(result)
        output_files.save_data(options.output, body, f"{result.elapsed:.2f} s")
    else:
        shown_type = result.media_type if media_type is None else media_type
        terminal_output.print_data(result.data, shown_type)

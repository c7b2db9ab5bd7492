"""`dynclient call`: one call; the response is on standard output, problems on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import command_clients, command_words, document_option
from dynclient.cli.call_options import (
    CallOptions,
    add_call_options,
    build_client_options,
    check_call_options,
)
from dynclient.cli.output_files import FIRST_FAILURE_STATUS
from dynclient.description.described_operation import get_plan
from dynclient.errors import (
    DecodeError,
    DynclientError,
    InvalidResponse,
    ResponseError,
    StatusError,
    UsageError,
)

if TYPE_CHECKING:
    from dynclient.cli.call_arguments import CallArguments
    from dynclient.cli.command_words import CommandWords, ResolvedOperation
    from dynclient.cli.output_files import Download
    from dynclient.cli.result_views import ResultQuery
    from dynclient.client.callable_operations import Operation
    from dynclient.plan.exchange_secrets import ExchangeSecrets
    from dynclient.plan.results import Result
    from dynclient.wire.message import Request


@click.command("call", add_help_option=False)
@click.argument("words", nargs=-1, metavar="[SPEC] OPERATION [VALUE | NAME=TEXT | NAME:=JSON]...")
@document_option.add_spec_option
@add_call_options
@click.option(
    "-h", "--help", "is_help", is_flag=True, help="Describe the OPERATION, or this command."
)
@click.pass_context
def command(
    ctx: click.Context, /, words: tuple[str, ...], *, is_help: bool, **options: Any
) -> None:
    """Call an OPERATION and print what comes back.

    OPERATION is a name, or METHOD and a real path: PUT /v2/audiences/3. A VALUE is one of the path,
    in its order. name=text is a text, or a number, true, false or null where the document wants
    one; name:=json is JSON; name:=@file is a file, as it is where the document wants one, else the
    JSON or YAML in it; a.b[0].c=text goes into a value. A name is spelled as in the document or in
    snake_case. An array takes its name several times. @file, or what comes from a pipe, is the
    body. Within JSON a binary value is {"$file": "a.png"} or {"$base64": "…"}.
    """
    call_options = CallOptions(**options)
    sorted_words = command_words.sort_words(words, call_options.spec)
    if is_help:
        _print_help(ctx, sorted_words)
        return
    operation_name = command_words.require_operation(sorted_words)
    check_call_options(call_options)
    if call_options.example:
        _print_example(operation_name, sorted_words, call_options)
        return
    if call_options.curl:
        _print_curl(operation_name, sorted_words, call_options)
        return
    view = ResultView.of(call_options)
    if call_options.output:
        from dynclient.cli.output_files import check_writable

        check_writable(call_options.output)
    with command_clients.open_client(
        sorted_words.spec, call_options.server, sandbox=call_options.sandbox
    ) as client:
        configured = client.with_options(**build_client_options(call_options))
        found = command_words.find_operation(configured, operation_name)
        _call_operation(found, sorted_words.others, call_options, view)


@dataclass(frozen=True)
class ResultView:
    """What is printed of a result.

    Attributes:
        query: selects a part of it, or None.
        is_raw: whether a text is printed without its quotes.
        is_table: whether it is printed as a table.

    """

    query: ResultQuery | None
    is_raw: bool
    is_table: bool

    @classmethod
    def of(cls, options: CallOptions) -> ResultView:
        """Return the view that a command line asks for.

        Raises:
            UsageError: its expression is no JMESPath.

        """
        query = None
        if options.query is not None:
            from dynclient.cli.result_views import ResultQuery

            query = ResultQuery(options.query)
        return cls(query, options.raw, options.table)

    def print_data(self, data: Any, media_type: str) -> None:
        """Print the data of a result; whole where the query does not fit it.

        Raises:
            click.exceptions.Exit: the query does not fit; the call was made all the same.

        """
        from dynclient.cli import result_views, terminal_output

        if self.query is not None:
            try:
                data, media_type = self.query.select(data), "application/json"
            except UsageError as error:
                terminal_output.print_data(data, media_type)
                terminal_output.print_note(f"{error.headline}; the result is printed whole")
                raise click.exceptions.Exit(InvalidResponse.exit_code) from None
        if self.is_table:
            result_views.print_table(data)
        elif self.is_raw and isinstance(data, str):
            terminal_output.print_block(data)
        else:
            terminal_output.print_data(data, media_type)

    def print_line(self, item: Any) -> None:
        """Print an item as a line of JSON, or what the query selects of it."""
        from dynclient.cli.terminal_output import print_block, print_json_line

        if self.query is not None:
            item = self.query.select(item)
        if self.is_raw and isinstance(item, str):
            print_block(item)
        else:
            print_json_line(item)


#: A result is printed as it came.
WHOLE_RESULT = ResultView(query=None, is_raw=False, is_table=False)


def _print_help(ctx: click.Context, words: CommandWords) -> None:
    """Print the help of the command, or describe the operation that the words name."""
    from dynclient.cli.terminal_output import get_width, print_block

    if not words.operation:
        print_block(ctx.get_help())
        return
    from dynclient.client.client import Client
    from dynclient.description.operation_text import format_operation

    client = Client(document_option.load_document(words.spec))
    operation = command_words.find_operation(client, words.operation).operation
    for line in format_operation(operation, get_width()):
        print_block(line)
    print_block()
    print_block("dynclient call --help describes the command and its options.")


def _print_example(operation_name: str, words: CommandWords, options: CallOptions) -> None:
    from dynclient.cli.body_examples import print_example
    from dynclient.client.client import Client

    client = Client(document_option.load_document(words.spec))
    configured = client.with_options(**build_client_options(options))
    print_example(command_words.find_operation(configured, operation_name).operation)


def _call_operation(
    found: ResolvedOperation, words: tuple[str, ...], options: CallOptions, view: ResultView
) -> None:
    """Call an operation; a body that was edited is kept in its file until it was sent."""
    from dynclient.cli.call_arguments import parse_arguments

    operation = found.operation
    if not options.edit:
        arguments = parse_arguments(operation, words, options.body, options.param, found.values)
        _choose_sender(options)(operation, arguments, options, view)
        return
    from dynclient.cli.body_examples import edit_example
    from dynclient.cli.terminal_output import print_note

    file = edit_example(operation)
    try:
        arguments = parse_arguments(operation, words, f"@{file}", options.param, found.values)
        _choose_sender(options)(operation, arguments, options, view)
    except DynclientError:
        print_note(f"the body is kept in {file}; --body @{file} sends it")
        raise
    file.unlink()


def _choose_sender(
    options: CallOptions,
) -> Callable[[Operation, CallArguments, CallOptions, ResultView], None]:
    """Return what sends a call and prints what comes back."""
    if options.stream:
        from dynclient.cli.stream_printer import print_stream

        return print_stream
    if not options.is_all:
        return send_call
    from dynclient.cli.all_pages import print_all_items

    return print_all_items


def _print_curl(operation_name: str, words: CommandWords, options: CallOptions) -> None:
    """Print a call as a curl command; nothing is sent."""
    from dynclient.cli.call_arguments import parse_arguments
    from dynclient.cli.terminal_output import print_ready

    client = command_clients.open_unconnected_client(
        words.spec, options.server, sandbox=options.sandbox
    )
    configured = client.with_options(**build_client_options(options))
    found = command_words.find_operation(configured, operation_name)
    args, kwargs = parse_arguments(
        found.operation, words.others, options.body, options.param, found.values
    )
    print_ready(found.operation.request(*args, **kwargs).curl() + "\n")


def send_call(
    operation: Operation, arguments: CallArguments, options: CallOptions, view: ResultView
) -> None:
    """Send a call and print its result.

    Raises:
        DynclientError: as calling the operation does; a response is printed before.

    """
    from dynclient.cli import verbose_output

    args, kwargs = arguments
    request = operation.request(*args, **kwargs)
    if options.verbose:
        verbose_output.print_request(request)
    secrets = get_plan(operation).exchange_secrets
    download = _prepare_download(options)
    if download and _has_binary_results(operation):
        _save_download(operation, request, options)
        return
    try:
        result = operation._send_request(request, download)  # noqa: SLF001 (only we send to a file)
    except ResponseError as error:
        _drop_download(download)
        _print_refused_result(error, options, secrets)
        raise
    except BaseException:
        _drop_download(download)
        raise
    if download and download.has_begun:
        if options.verbose:
            verbose_output.print_response(result, secrets)
        download.finish(f"{result.elapsed:.2f} s")
    else:
        print_result(result, options, secrets, view=view)


def _print_refused_result(
    error: ResponseError, options: CallOptions, secrets: ExchangeSecrets
) -> None:
    if error.result is not None:
        # A body that is not decoded is text, whatever its media type says.
        is_raw = isinstance(error, DecodeError | StatusError) and isinstance(error.data, str)
        media_type = "text/plain" if is_raw else None
        print_result(error.result, options, secrets, media_type)


def _has_binary_results(operation: Operation) -> bool:
    """Tell whether every success of an operation is octets, which nothing checks."""
    from dynclient.wire.media_types import find_body_kind

    kinds = {
        find_body_kind(entry)
        for status, response in operation.operation.responses.items()
        for entry in response.content.values()
        if status.startswith("2")
    }
    return kinds == {"octets"}


def _save_download(operation: Operation, request: Request, options: CallOptions) -> None:
    """Save a result in a file; a download that broke goes on where the server offers ranges."""
    from dynclient.cli import terminal_output

    secrets = get_plan(operation).exchange_secrets
    stream = operation.stream(request)
    started = time.monotonic()
    try:
        file = stream.save(options.output or "")
    except StatusError as error:
        print_result(error.result, options, secrets)
        raise
    if options.verbose and stream.has_response:
        for line in terminal_output.format_head(stream.result, secrets):
            terminal_output.print_note(f"< {line}")
    took = f"{time.monotonic() - started:.2f} s"
    terminal_output.print_note(f"{file.stat().st_size:,} bytes → {file.name} ({took})")


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


def print_result(
    result: Result,
    options: CallOptions,
    secrets: ExchangeSecrets,
    media_type: str | None = None,
    view: ResultView = WHOLE_RESULT,
) -> None:
    """Print a result, or write its body to a file; the body of a failure is never written.

    Args:
        result: the result.
        options: how it is shown.
        secrets: what is a secret in the exchange.
        media_type: the media type of the data; None: that of the response.
        view: what is printed of it; a failure is printed as it came.

    """
    from dynclient.cli import output_files, terminal_output, verbose_output

    if options.verbose:
        verbose_output.print_response(result, secrets)
    if options.include:
        for line in terminal_output.format_head(result, secrets):
            terminal_output.print_block(line)
        terminal_output.print_block()
    if result.data is None and not result.media_type:
        terminal_output.print_note(f"{result.status}, no body")
    elif options.output and result.status < FIRST_FAILURE_STATUS:
        body = verbose_output.get_body_bytes(result)
        output_files.save_data(options.output, body, f"{result.elapsed:.2f} s")
    else:
        shown_type = result.media_type if media_type is None else media_type
        view.print_data(result.data, shown_type)

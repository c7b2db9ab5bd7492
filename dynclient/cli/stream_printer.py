"""`dynclient call --stream`: each item of a result as a line, when it comes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dynclient.description.described_operation import get_plan
from dynclient.errors import InvalidResponse, StatusError, UsageError

if TYPE_CHECKING:
    from dynclient.cli.call import ResultView
    from dynclient.cli.call_arguments import CallArguments
    from dynclient.cli.call_options import CallOptions
    from dynclient.client.callable_operations import Operation
    from dynclient.plan.exchange_secrets import ExchangeSecrets
    from dynclient.streams import Stream


def print_stream(
    operation: Operation, arguments: CallArguments, options: CallOptions, view: ResultView
) -> None:
    """Print the items of a stream; a text line as it is, other items as JSON.

    Raises:
        DynclientError: the call failed, or an item does not fit; all up to it are printed.

    """
    from dynclient.cli.call import print_result

    args, kwargs = arguments
    secrets = get_plan(operation).exchange_secrets
    try:
        with operation.stream(*args, **kwargs) as stream:
            _print_items(stream, secrets, options, view)
    except StatusError as error:
        print_result(error.result, options, secrets)
        raise


def _print_items(
    stream: Stream, secrets: ExchangeSecrets, options: CallOptions, view: ResultView
) -> None:
    from dynclient.cli import terminal_output, verbose_output

    if options.verbose:
        verbose_output.print_request(stream.request)
        for line in terminal_output.format_head(stream.result, secrets):
            terminal_output.print_note(f"< {line}")
    try:
        for item in stream:
            _print_item(item, stream, view)
    except InvalidResponse as error:
        _print_item(error.data, stream, view)
        raise


def _print_item(item: Any, stream: Stream, view: ResultView) -> None:
    from dynclient.cli import terminal_output

    if isinstance(item, bytes):
        if terminal_output.is_terminal():
            text = f"{stream.media_type or 'the body'} is binary, which no terminal shows"
            raise UsageError(text, hint="--output FILE writes it to a file")
        sys.stdout.buffer.write(item)
        sys.stdout.buffer.flush()
    elif isinstance(item, str) and view.query is None:
        terminal_output.print_block(item)
    else:
        view.print_line(item)

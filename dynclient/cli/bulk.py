"""`dynclient bulk`: a file of calls is sent, and each line gets one answer in a file of results."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import command_clients, command_words, document_option
from dynclient.cli.terminal_output import print_note
from dynclient.display_text import format_count
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from dynclient.bulk.bulk_run import InputLine
    from dynclient.bulk.outcomes import Outcome
    from dynclient.bulk.run_files import RunFiles
    from dynclient.bulk.run_summary import RunSummary
    from dynclient.client.callable_operations import Operation
    from dynclient.client.client import Client

#: How long the longest bar of the histogram is.
_BAR_CHARS = 40

#: Some lines have an error for an answer.
FAILED_LINES = 1
STDIN = "-"


@dataclass(frozen=True)
class BulkOptions:
    """The options of the command line, by their names."""

    spec: str | None
    out: str
    failures: str | None
    concurrency: int
    rate: str | None
    retries: int | None
    server: str | None
    sandbox: bool
    cluster: str | None
    workers: int | None
    restart: bool


@click.command("bulk")
@click.argument("words", nargs=-1, metavar="[SPEC] OPERATION CALLS")
@click.option("--out", metavar="FILE", required=True, help="The answers, a line of JSON each.")
@click.option("--failures", metavar="FILE", help="The lines that failed, to be fed back in.")
@click.option(
    "--concurrency",
    metavar="N",
    type=click.IntRange(1),
    default=50,
    help="How many calls are under way at once; 50 if nothing is said.",
)
@click.option("--rate", metavar="RATE", help="How many calls are sent at most, such as 10/s.")
@click.option("--retries", metavar="N", type=click.IntRange(0), help="How often a call is retried.")
@click.option("--server", metavar="URL", help="The server; DYNCLIENT_SERVER names it too.")
@click.option("--sandbox", is_flag=True, help="Answer by the embedded sandbox.")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Send from the workers of a dask cluster: tcp://…, or `local` for processes here.",
)
@click.option(
    "--workers", metavar="N", type=click.IntRange(1), help="The processes of a local cluster."
)
@click.option("--restart", is_flag=True, help="Forget an earlier run with the same --out.")
@document_option.add_spec_option
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Send the calls of a file, and write one answer for each line.

    A line of CALLS is a call document, {"path": {…}, "query": {…}, "body": …}; - is standard
    input. Within a binary body or part, {"$file": "a.png"} or {"$base64": "…"} is a binary value.
    An answer is {"line": 17, "status": 201, "data": …} or {"line": 17, "error": {…}}.

    A run that ended before its time goes on where the same command is given again: no line is
    answered twice. A call that may have been carried out already is sent again only where that is
    safe: by its method, or where the operation takes an idempotency key.

    The exit code is 1 where a line failed.
    """
    options = BulkOptions(**given)
    *others, calls = words or ("",)
    sorted_words = command_words.sort_words(others, options.spec)
    operation_name = command_words.require_operation(sorted_words)
    if sorted_words.others or not calls:
        raise UsageError(
            "a bulk run takes an operation and a file of calls",
            hint="dynclient bulk createAudienceV2 calls.jsonl --out results.jsonl",
        )
    _check_files(calls, options)
    with ExitStack() as stack:
        client = stack.enter_context(_open_client(sorted_words.spec, options))
        operation = command_words.find_operation(client, operation_name).operation
        ctx.exit(_run(stack, operation, calls, options))


def _check_files(calls: str, options: BulkOptions) -> None:
    """Refuse a run that would write over its own calls, or into a folder."""
    if Path(options.out).is_dir():
        raise UsageError(f"--out {options.out} is a folder", hint="name a file in it")
    if calls == STDIN:
        return
    source = Path(calls).resolve()
    if Path(options.out).resolve() == source:
        raise UsageError("--out would replace the calls", hint="give another --out")
    if _find_failures_path(options).resolve() == source:
        raise UsageError("the lines that fail would replace the calls", hint="give --failures FILE")


def _find_failures_path(options: BulkOptions) -> Path:
    return Path(options.failures or Path(options.out).with_suffix(".failed.jsonl"))


def _open_client(spec: str | None, options: BulkOptions) -> Client:
    if options.cluster is None:
        client = command_clients.open_client(spec, options.server, sandbox=options.sandbox)
    elif options.sandbox:
        raise UsageError("--sandbox answers in this process, and --cluster sends from others")
    else:
        client = command_clients.open_client_for_workers(spec, options.server)
    changes: dict[str, Any] = {"rate": options.rate, "retries": options.retries}
    return client.with_options(**{k: v for k, v in changes.items() if v is not None})


def _run(stack: ExitStack, operation: Operation, calls: str, options: BulkOptions) -> int:
    """Carry out a run, print its summary, and return the exit code."""
    from dynclient.bulk.bulk_run import run_bulk
    from dynclient.bulk.run_files import RunFiles, RunIdentity, digest_file

    digest, line_count = digest_file(Path(calls)) if calls != STDIN else ("", None)
    identity = RunIdentity(operation.operation.key, digest)
    files = stack.enter_context(
        closing(RunFiles(Path(options.out), identity, is_restarted=options.restart))
    )
    earlier_count = files.answered.count
    if earlier_count:
        print_note(f"{format_count(earlier_count, 'line')} are answered by an earlier run")
    executor = stack.enter_context(_open_executor(options))
    should_stop = stack.enter_context(_watch_interruption())
    with _show_progress(line_count, earlier_count) as note_answer:
        summary = run_bulk(
            operation,
            _read_lines(operation, calls),
            files,
            concurrency=options.concurrency,
            executor=executor,
            note_answer=note_answer,
            should_stop=should_stop,
        )
    failed_count = _write_failures(files, calls, options)
    _print_summary(summary)
    if should_stop():
        print_note("interrupted; the same command goes on with the rest")
        raise KeyboardInterrupt
    return FAILED_LINES if failed_count else 0


def _read_lines(operation: Operation, calls: str) -> Iterator[InputLine]:
    """Yield the lines of a file of calls; an empty one is none."""
    from dynclient.bulk.bulk_run import InputLine
    from dynclient.cli.call_documents import CallDocumentReader

    reader = CallDocumentReader(operation)
    for number, line in enumerate(_iterate_raw_lines(calls), 1):
        if not line.strip():
            continue
        try:
            yield InputLine(number, reader.read(line))
        except UsageError as error:
            yield InputLine(number, None, error)


def _iterate_raw_lines(calls: str) -> Iterator[bytes]:
    if calls == STDIN:
        yield from sys.stdin.buffer
        return
    with Path(calls).open("rb") as file:
        yield from file


@contextmanager
def _open_executor(options: BulkOptions) -> Iterator[Executor | None]:
    """Open the cluster whose workers send the calls; None: threads of this process send them."""
    if options.cluster is None:
        if options.workers is not None:
            raise UsageError("--workers is of a local cluster", hint="give --cluster local")
        yield None
        return
    from dynclient.bulk.clusters import open_cluster

    with open_cluster(options.cluster, options.workers, options.concurrency) as executor:
        yield executor


@contextmanager
def _watch_interruption() -> Iterator[Callable[[], bool]]:
    """Let a first Ctrl-C end the run after the calls that are under way, a second one at once."""
    import signal

    interruptions: list[int] = []

    def note(number: int, _frame: Any) -> None:
        if interruptions:
            raise KeyboardInterrupt
        interruptions.append(number)
        print_note("ending: the calls that are under way are answered still")

    try:
        earlier = signal.signal(signal.SIGINT, note)
    except ValueError:  # in another thread, which no signal reaches
        yield lambda: False
        return
    try:
        yield lambda: bool(interruptions)
    finally:
        signal.signal(signal.SIGINT, earlier)


@contextmanager
def _show_progress(
    line_count: int | None, earlier_count: int
) -> Iterator[Callable[[Outcome], None]]:
    """Show on a terminal how many lines are answered, how fast, with how many errors."""
    if not sys.stderr.isatty():
        yield lambda _outcome: None
        return
    from dynclient.cli.bulk_progress import show_bulk_progress

    with show_bulk_progress(line_count, earlier_count) as note_answer:
        yield note_answer


def _write_failures(files: RunFiles, calls: str, options: BulkOptions) -> int:
    """Write the lines whose answer is an error into a file of their own; return their number."""
    failed = sorted(files.read_failed_numbers())
    path = _find_failures_path(options)
    if calls == STDIN:
        return len(failed)
    if not failed:
        path.unlink(missing_ok=True)
        return 0
    from dynclient.cli.output_files import write_file

    write_file(path, b"".join(_select_lines(calls, failed)))
    print_note(f"{format_count(len(failed), 'line')} failed → {path}")
    return len(failed)


def _select_lines(calls: str, numbers: Iterable[int]) -> Iterator[bytes]:
    wanted = set(numbers)
    for number, line in enumerate(_iterate_raw_lines(calls), 1):
        if number in wanted:
            yield line if line.endswith(b"\n") else line + b"\n"


#: The shares of the calls whose latency the summary names.
_SHARES = {"median": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


def _print_summary(summary: RunSummary) -> None:
    """Print how often each status came, and how long the calls took."""
    answered = format_count(summary.ok_count + summary.error_count, "line")
    print_note(f"{answered} answered, {format_count(summary.error_count, 'error')}")
    for kind, count in sorted(summary.kinds.items()):
        print_note(f"  {kind:<20} {count:>9,}")
    histogram = summary.build_histogram()
    if not histogram:
        return
    latencies = [
        f"{name} {summary.compute_latency_s(share) * 1000:.1f} ms"
        for name, share in _SHARES.items()
    ]
    print_note(f"  latency: {', '.join(latencies)}")
    largest = max(count for _, count in histogram)
    for bound_s, count in histogram:
        bar = "█" * math.ceil(_BAR_CHARS * count / largest)
        print_note(f"  {_format_bound(bound_s):<20} {count:>9,}  {bar}".rstrip())


def _format_bound(bound_s: float) -> str:
    """Return a bound of the histogram in words."""
    if math.isinf(bound_s):
        return "longer"
    return f"up to {bound_s * 1000:g} ms" if bound_s < 1 else f"up to {bound_s:g} s"

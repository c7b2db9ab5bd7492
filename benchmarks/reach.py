"""How far dynclient gets with every document of a folder: `python benchmarks/reach.py FOLDER [NAME …]`.

The documents are those that `manifest.json` of the folder lists; without one, each file that says
which version of OpenAPI or Swagger it has. With NAMEs, only the documents whose path contains one.

Each document has a process of its own, with limits of time and memory: 60 s of CPU and 1 GB. Its
references may name any file of the folder, as the documents of a folder need not lie in the
repositories that they are from. There each operation goes as far as it can:

    schema    its call schema compiles
    example   its own example call is accepted by `validate`
    request   the request of that call is built
    sent      the sandbox answers it
    answered  the answer is accepted as a result

A second process, unless --no-second-opinion is given, asks openapi-core about the request and the
answer of each operation, where it can read the document.

The last table lists each operation that does not get through, with its reason.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

#: What one document may cost.
MAX_SECONDS = 60
MAX_BYTES = 1_000_000_000
#: What openapi-core may take for one document.
MAX_SECONDS_OF_SECOND_OPINION = 300
#: Address space is more than memory that is used: the engines reserve some.
MAX_ADDRESS_SPACE = 4_000_000_000

STAGES = ("schema", "example", "request", "sent", "answered")

#: A file that is the root of a document says its version near its beginning.
_ROOT = re.compile(r"""^\s*\{?\s*["']?(?:openapi|swagger)["']?\s*:\s*["']?(\d)""", re.MULTILINE)


def main() -> int:
    """Run every document and print the table; return 1 where one has no typed outcome."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="only documents whose path contains one of these")
    parser.add_argument("--no-second-opinion", action="store_true", help="do not ask openapi-core")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    parser.add_argument("--out", type=Path, help="write all outcomes as JSON")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--compare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.folder)
        return 0
    if options.compare:
        run_comparison(options.compare, options.folder)
        return 0
    roots = [
        path
        for path in find_roots(options.folder)
        if not options.names or any(name in str(path) for name in options.names)
    ]
    is_compared = not options.no_second_opinion
    outcomes = list(run_all(roots, options.folder, options.jobs, is_compared=is_compared))
    if options.out:
        options.out.write_text(json.dumps(outcomes, indent=1))
    print_table(outcomes)
    return int(any(outcome["end"] not in ("loaded", "refused") for outcome in outcomes))


def find_roots(folder: Path) -> list[Path]:
    """Return the root file of each document in a folder."""
    manifest = folder / "manifest.json"
    if manifest.exists():
        entries = json.loads(manifest.read_text(encoding="utf-8"))
        found = (find_file(folder, str(entry["root"])) for entry in entries)
        return [path for path in found if path is not None]
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml", ".json"))
    return [path for path in files if is_root(path)]


def find_file(folder: Path, root: str) -> Path | None:
    """Return where a file of the manifest lies, which may be below `documents`."""
    for path in (folder / root, folder / "documents" / root):
        if path.exists():
            return path
    return None


def is_root(path: Path) -> bool:
    """Tell whether a file says which version of OpenAPI or Swagger it has."""
    with path.open("rb") as file:
        beginning = file.read(20_000).decode("utf-8", "replace")
    return _ROOT.search(beginning) is not None


# --- one document, in a process of its own


def run_all(
    roots: Sequence[Path], folder: Path, jobs: int, *, is_compared: bool
) -> Iterator[dict[str, Any]]:
    """Run each document in processes of its own; yield the outcomes in order."""
    from concurrent.futures import ThreadPoolExecutor

    def run_document(root: Path) -> dict[str, Any]:
        outcome = run_process(root, folder)
        if is_compared and outcome["operations"]:
            outcome |= run_second_process(root, folder)
        return outcome

    with ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(run_document, roots):
            print_progress(outcome)
            yield outcome


def run_process(root: Path, folder: Path) -> dict[str, Any]:
    """Run one document in a process; return its outcome, also where the process fails."""
    begin = time.monotonic()
    end, lines, stderr = start_process([str(folder), "--one", str(root)], MAX_SECONDS)
    if end or not lines:
        return describe_failure(root, end or "killed", begin, stderr)
    outcome: dict[str, Any] = json.loads(lines[-1])
    if outcome["mb"] * 1_000_000 > MAX_BYTES:
        outcome["end"] = "over the limit"
    return outcome


def run_second_process(root: Path, folder: Path) -> dict[str, Any]:
    """Ask openapi-core about one document in a process; return what it adds to the outcome."""
    arguments = [str(folder), "--compare", str(root)]
    end, lines, stderr = start_process(arguments, MAX_SECONDS_OF_SECOND_OPINION)
    if not lines:
        reason = (stderr.strip().splitlines() or [""])[-1]
        return {"second_opinion": f"{end} {reason}".strip()}
    comparison: dict[str, Any] = json.loads(lines[-1])
    return comparison


def start_process(arguments: Sequence[str], seconds: int) -> tuple[str, list[str], str]:
    """Run this file in a process with limits; return how it failed, its lines and its stderr."""

    def set_limits() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))

    try:
        process = subprocess.run(
            [sys.executable, __file__, *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=10 * seconds,
            preexec_fn=set_limits,
            env={**os.environ, "DYNCLIENT_CACHE": "off"},
        )
    except subprocess.TimeoutExpired:
        return "hang", [], ""
    end = "" if not process.returncode else f"ended by {process.returncode}"
    return end, process.stdout.splitlines(), process.stderr


def describe_failure(root: Path, end: str, begin: float, stderr: str) -> dict[str, Any]:
    """Return the outcome of a process that said nothing."""
    reason = (stderr.strip().splitlines() or [end])[-1]
    seconds = time.monotonic() - begin
    return build_outcome(root) | {"end": end, "error": reason, "own_seconds": seconds}


def build_outcome(root: Path) -> dict[str, Any]:
    """Return an outcome in which nothing is known yet."""
    stages = dict.fromkeys(STAGES, 0)
    return {
        "document": str(root),
        "end": "loaded",
        "error": "",
        "operations": 0,
        "stages": stages,
        "compared": 0,
        "agreed": 0,
        "reasons": {},
        "differences": {},
        "known": {},
        "second_opinion": "",
        "problems": {},
        "load_seconds": 0.0,
        "own_seconds": 0.0,
        "mb": 0.0,
    }


def run_one(root: Path, folder: Path) -> None:
    """Run one document and print its outcome as one line of JSON."""
    outcome = build_outcome(root)
    warnings.simplefilter("ignore")
    begin = time.process_time()
    try:
        call_all(root, folder, outcome)
    except Exception as error:  # noqa: BLE001 (an error of no type of ours is what is looked for)
        outcome["end"] = "traceback"
        outcome["error"] = f"{type(error).__name__}: {error}"[:300]
    outcome["own_seconds"] = time.process_time() - begin
    outcome["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps(outcome))


def call_all(root: Path, folder: Path, outcome: dict[str, Any]) -> None:
    """Load a document and take each of its operations as far as it gets."""
    import dynclient
    from dynclient.errors import DocumentError

    begin = time.process_time()
    try:
        document = dynclient.load(root, allow_references=[folder])
    except DocumentError as error:
        outcome["end"] = "refused"
        outcome["error"] = f"{type(error).__name__}: {error}"[:300]
        return
    keys = list(document.operations)
    outcome["load_seconds"] = time.process_time() - begin
    outcome["operations"] = len(keys)
    client, sandbox = open_client(document, second_opinion=False)
    for key in keys:
        sandbox.reset()
        stage, reason = follow_operation(client, key)
        for name in STAGES[: STAGES.index(stage) if stage else len(STAGES)]:
            outcome["stages"][name] += 1
        if stage:
            outcome["reasons"][key] = f"{stage}: {reason}"
    outcome["problems"] = dict(Counter(problem.code for problem in document.problems))


def open_client(document: Any, *, second_opinion: bool) -> tuple[Any, Any]:
    """Return a client on a sandbox, with dummy credentials, and the sandbox."""
    import dynclient
    from dynclient.cli.command_clients import build_dummy_credentials

    sandbox = dynclient.Sandbox(document, second_opinion=second_opinion)
    credentials = build_dummy_credentials(document)
    return dynclient.Client(document, transport=sandbox, credentials=credentials), sandbox


def follow_operation(client: Any, key: str) -> tuple[str, str]:
    """Take an operation as far as it gets; return the stage that fails and why, or two blanks."""
    from dynclient.errors import DynclientError, StatusError

    stage = "schema"
    try:
        operation = client[key]
        _ = operation.call_schema
        stage = "example"
        call = operation.example()
        violations = operation.validate(call)
        if violations:
            return stage, str(violations[0])[:300]
        stage = "request"
        request = operation.request(call)
        _ = request.curl()
        stage = "sent"
        try:
            operation.send(request)
        except StatusError as error:
            # An operation whose only declared answer is a failure: the answer counts.
            if error.violations or not is_declared(operation, error.status):
                return stage, str(error)[:300]
    except DynclientError as error:
        if type(error).__name__ in ("InvalidResponse", "UndocumentedResponse", "DecodeError"):
            stage = "answered"
        return stage, f"{type(error).__name__}: {error}"[:300]
    except Exception as error:  # noqa: BLE001 (an error of no type of ours is what is looked for)
        return stage, f"TRACEBACK {type(error).__name__}: {error}"[:300]
    return "", ""


def is_declared(operation: Any, status: int) -> bool:
    """Tell whether an operation declares only failures, this one among them."""
    declared = {str(given) for given, _media_type in operation.result_schemas}
    return str(status) in declared and not any(given[0] in "23d" for given in declared)


def run_comparison(root: Path, folder: Path) -> None:
    """Ask openapi-core about each example call and its answer; print one line of JSON."""
    import dynclient
    from dynclient.errors import DynclientError

    warnings.simplefilter("ignore")
    document = dynclient.load(root, allow_references=[folder])
    client, sandbox = open_client(document, second_opinion=True)
    comparison: dict[str, Any] = {"compared": 0, "agreed": 0, "differences": {}, "known": {}}
    known: Counter[str] = Counter()
    begin = time.process_time()
    for key in document.operations:
        if time.process_time() - begin > MAX_SECONDS_OF_SECOND_OPINION - MAX_SECONDS:
            comparison["second_opinion"] = "out of time"
            break
        sandbox.reset()
        count = len(sandbox.disagreements)
        try:
            operation = client[key]
            operation.send(operation.example())
        except DynclientError:
            continue
        differences = sandbox.disagreements[count:]
        comparison["compared"] += 1
        comparison["agreed"] += not differences
        for difference in differences:
            if difference.reason is None:
                text = f"{difference.kind} {difference.ours}/{difference.theirs}"
                comparison["differences"][key] = f"{text}: {difference.detail}"[:300]
            else:
                known[difference.reason] += 1
    comparison["known"] = dict(known)
    print(json.dumps(comparison))


# --- the table


def print_progress(outcome: dict[str, Any]) -> None:
    """Print one line about a document on stderr."""
    stages = outcome["stages"]
    counts = "/".join(str(stages[name]) for name in STAGES)
    figures = f"{outcome['own_seconds']:6.1f} s {outcome['mb']:6.0f} MB"
    print(
        f"{outcome['end']:8} {outcome['operations']:5} {counts:28} {figures}  {outcome['document']}"
        f"  {outcome['error'][:100]}",
        file=sys.stderr,
        flush=True,
    )


def print_table(outcomes: Sequence[dict[str, Any]]) -> None:
    """Print the sums over all documents, then what does not get through."""
    total = sum(outcome["operations"] for outcome in outcomes)
    print(f"documents  {len(outcomes)}")
    for end, count in Counter(outcome["end"] for outcome in outcomes).most_common():
        print(f"  {end:14} {count}")
    for outcome in outcomes:
        if outcome["end"] != "loaded":
            print(f"    {outcome['end']}: {outcome['document']}\n      {outcome['error']}")
    print(f"operations {total}")
    for name in STAGES:
        count = sum(outcome["stages"][name] for outcome in outcomes)
        print(f"  {name:14} {count:6}  {100 * count / max(total, 1):6.2f} %")
    compared = sum(outcome["compared"] for outcome in outcomes)
    agreed = sum(outcome["agreed"] for outcome in outcomes)
    print(f"  compared       {compared:6}  with openapi-core; no difference in {agreed}")
    known = sum((Counter(outcome["known"]) for outcome in outcomes), Counter[str]())
    for reason, count in known.most_common():
        print(f"    {count:6}  {reason}")
    for outcome in outcomes:
        if outcome["second_opinion"]:
            print(f"    not compared: {outcome['document']}  {outcome['second_opinion'][:200]}")
    for what, key in (("CPU s", "own_seconds"), ("load s", "load_seconds"), ("MB", "mb")):
        print_figures(what, [outcome[key] for outcome in outcomes])
    print_lists("not all the way", outcomes, "reasons")
    print_lists("differs from openapi-core without a known reason", outcomes, "differences")


def print_figures(what: str, values: list[float]) -> None:
    """Print the median, the 95th percentile and the greatest of some values."""
    ordered = sorted(values)
    nearly_last = ordered[int(0.95 * (len(ordered) - 1))]
    median = statistics.median(ordered)
    print(f"{what:10} median {median:.2f}  p95 {nearly_last:.2f}  max {ordered[-1]:.2f}")


def print_lists(title: str, outcomes: Sequence[dict[str, Any]], field: str) -> None:
    """Print for each document the operations that one field names, with the text."""
    count = sum(len(outcome[field]) for outcome in outcomes)
    print(f"\n{title}: {count}")
    for outcome in outcomes:
        if outcome[field]:
            print(f"  {outcome['document']}")
        for key, reason in outcome[field].items():
            print(f"    {key}: {' '.join(reason.split())}")


if __name__ == "__main__":
    sys.exit(main())

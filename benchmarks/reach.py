"""How far dynclient gets with every document of a folder: `python benchmarks/reach.py FOLDER [NAME …]`.

The documents are those that `manifest.json` of the folder lists; without one, each file that says
which version of OpenAPI or Swagger it has. With NAMEs, only the documents whose path contains one.

Each document has a process of its own, with limits of time and memory. There each operation goes
as far as it can:

    schema    its call schema compiles
    example   its own example call is accepted by `validate`
    request   the request of that call is built
    sent      the sandbox answers it
    answered  the answer is accepted as a result
    agreed    openapi-core agrees with request and response, where it can read the document

The last table lists each operation that does not get through, with its reason.
"""

from __future__ import annotations

import argparse
import contextlib
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
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.folder, second_opinion=not options.no_second_opinion)
        return 0
    roots = [
        path
        for path in find_roots(options.folder)
        if not options.names or any(name in str(path) for name in options.names)
    ]
    outcomes = list(run_all(roots, options.jobs, second_opinion=not options.no_second_opinion))
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


def run_all(roots: Sequence[Path], jobs: int, *, second_opinion: bool) -> Iterator[dict[str, Any]]:
    """Run each document in a process of its own; yield the outcomes in order."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(jobs) as pool:
        outcomes = pool.map(lambda root: run_process(root, second_opinion=second_opinion), roots)
        for outcome in outcomes:
            print_progress(outcome)
            yield outcome


def run_process(root: Path, *, second_opinion: bool) -> dict[str, Any]:
    """Run one document in a process; return its outcome, also where the process fails."""
    command = [sys.executable, __file__, str(root), "--one"]
    if not second_opinion:
        command.append("--no-second-opinion")
    begin = time.monotonic()
    try:
        process = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=10 * MAX_SECONDS,
            preexec_fn=set_limits,
            env={**os.environ, "DYNCLIENT_CACHE": "off"},
        )
    except subprocess.TimeoutExpired:
        return describe_failure(root, "hang", begin, "")
    lines = process.stdout.splitlines()
    if process.returncode or not lines:
        return describe_failure(root, "killed", begin, process.stderr)
    outcome: dict[str, Any] = json.loads(lines[-1])
    if outcome["mb"] * 1_000_000 > MAX_BYTES or outcome["own_seconds"] > MAX_SECONDS:
        outcome["end"] = "over the limit"
    return outcome


def set_limits() -> None:
    """Bound what this process may use: CPU time, which a second opinion shares, and memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (8 * MAX_SECONDS, 8 * MAX_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))


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
        "problems": {},
        "load_seconds": 0.0,
        "own_seconds": 0.0,
        "mb": 0.0,
    }


def run_one(root: Path, *, second_opinion: bool) -> None:
    """Run one document and print its outcome as one line of JSON."""
    outcome = build_outcome(root)
    warnings.simplefilter("ignore")
    begin = time.process_time()
    try:
        call_all(root, outcome)
    except Exception as error:  # noqa: BLE001 (an error of no type of ours is what is looked for)
        outcome["end"] = "traceback"
        outcome["error"] = f"{type(error).__name__}: {error}"[:300]
    outcome["own_seconds"] = time.process_time() - begin
    outcome["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    if second_opinion and outcome["operations"]:
        with contextlib.suppress(Exception):
            ask_second_opinion(root, outcome)
    print(json.dumps(outcome))


def call_all(root: Path, outcome: dict[str, Any]) -> None:
    """Load a document and take each of its operations as far as it gets."""
    import dynclient
    from dynclient.errors import DocumentError

    begin = time.process_time()
    try:
        document = dynclient.load(root)
    except DocumentError as error:
        outcome["end"] = "refused"
        outcome["error"] = f"{type(error).__name__}: {error}"[:300]
        return
    keys = list(document.operations)
    outcome["load_seconds"] = time.process_time() - begin
    outcome["operations"] = len(keys)
    outcome["problems"] = dict(Counter(problem.code for problem in document.problems))
    client, sandbox = open_client(document, second_opinion=False)
    for key in keys:
        sandbox.reset()
        stage, reason = follow_operation(client, key)
        for name in STAGES[: STAGES.index(stage) if stage else len(STAGES)]:
            outcome["stages"][name] += 1
        if stage:
            outcome["reasons"][key] = f"{stage}: {reason}"


def open_client(document: Any, *, second_opinion: bool) -> tuple[Any, Any]:
    """Return a client on a sandbox, with dummy credentials, and the sandbox."""
    import dynclient
    from dynclient.cli.document_option import build_dummy_credentials

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


def ask_second_opinion(root: Path, outcome: dict[str, Any]) -> None:
    """Ask openapi-core about each example call and its answer."""
    import dynclient
    from dynclient.errors import DynclientError

    document = dynclient.load(root)
    client, sandbox = open_client(document, second_opinion=True)
    begin = time.process_time()
    for key in document.operations:
        if time.process_time() - begin > 5 * MAX_SECONDS:
            break
        sandbox.reset()
        count = len(sandbox.disagreements)
        try:
            operation = client[key]
            operation.send(operation.example())
        except DynclientError:
            continue
        differences = sandbox.disagreements[count:]
        outcome["compared"] += 1
        outcome["agreed"] += not differences
        for difference in differences:
            if difference.reason is None:
                text = f"{difference.kind} {difference.ours}/{difference.theirs}"
                outcome["differences"][key] = f"{text}: {difference.detail}"[:300]


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

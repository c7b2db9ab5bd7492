"""Many calls to a faulty server: `python benchmarks/bulk_storm.py [LINES] [--kills N] [--cluster]`.

A server in a process of its own drops connections, answers 429 and 503, and drips bodies. `dynclient bulk` sends LINES
calls with idempotency keys to it, and is killed with SIGKILL a few times; with `--cluster` workers of a local dask
cluster are killed instead. The table says whether each line was answered once, how much memory it took, and how many
sockets were left.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from multiprocessing import get_context
from pathlib import Path
from typing import Any

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Storm", "version": "1"},
    "paths": {
        "/items": {
            "post": {
                "operationId": "create",
                "parameters": [
                    {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string"}}
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}},
                },
                "responses": {"200": {"description": "done", "content": {"application/json": {"schema": {"type": "object"}}}}},
            }
        }
    },
}  # fmt: skip

#: Fault → how often, of a thousand requests.
FAULTS = {"drop": 20, "429": 10, "503": 10, "drip": 2}


async def serve(port_pipe: Any, seed: int) -> None:
    """Answer requests, with faults."""
    draw = random.Random(seed)
    choices = [name for name, count in FAULTS.items() for _ in range(count)]
    choices += ["ok"] * (1000 - len(choices))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(length)
                await respond(writer, body, draw.choice(choices))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
    port_pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def respond(writer: asyncio.StreamWriter, body: bytes, fault: str) -> None:
    """Write one answer, or a fault."""
    if fault == "drop":
        raise ConnectionResetError
    status = {"429": "429 Too Many\r\nRetry-After: 0", "503": "503 Away\r\nRetry-After: 0"}.get(
        fault, "200 OK"
    )
    content_type = "application/json"
    writer.write(f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode())  # fmt: skip
    if fault == "drip":
        for index in range(len(body)):
            writer.write(body[index : index + 1])
            await writer.drain()
            await asyncio.sleep(0.05)
    else:
        writer.write(body)
    await writer.drain()


def run_server(port_pipe: Any, seed: int) -> None:
    """Serve until the process is ended."""
    asyncio.run(serve(port_pipe, seed))


def read_status(pid: int, name: str) -> int:
    """Return a number of a process's status, 0 where it has gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(name)), 0)


def count_lines(path: Path) -> int:
    """Return how many lines a file has."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def find_workers(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(path.parent.name)
            found += [child, *find_workers(child)]
    return found


def storm(folder: Path, url: str, options: argparse.Namespace) -> dict[str, Any]:
    """Send all lines, killing what sends them a few times; return what became of it."""
    out = folder / "out.jsonl"
    command = [sys.executable, "-m", "dynclient", "bulk", "api.json", "create", "calls.jsonl", "--out", "out.jsonl", "--server", url, "--retries", "8", "--concurrency", str(options.concurrency)]  # fmt: skip
    if options.cluster:
        command += ["--cluster", "local", "--workers", "3"]
    peaks, kills, runs = [], 0, 0
    while True:
        runs += 1
        process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            peak = max(peak, read_status(process.pid, "VmRSS"))
            due = options.lines * (kills + 1) // (options.kills + 1)
            if kills < options.kills and count_lines(out) >= due:
                kills += 1
                workers = [pid for pid in find_workers(process.pid) if read_status(pid, "Threads") > options.concurrency // 3]  # fmt: skip
                os.kill(workers[0] if options.cluster and workers else process.pid, signal.SIGKILL)
            time.sleep(0.05)
        peaks.append(peak // 1024)
        if process.returncode in (0, 1):
            return {
                "runs": runs,
                "kills": kills,
                "peak_mb": max(peaks),
                "exit_code": process.returncode,
            }


def main() -> None:
    """Run a storm and print its table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("lines", nargs="?", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--cluster", action="store_true")
    options = parser.parse_args()

    receiver, sender = get_context("spawn").Pipe(duplex=False)
    server = get_context("spawn").Process(target=run_server, args=(sender, 0), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{receiver.recv()}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "api.json").write_text(json.dumps(DOCUMENT))
        with (folder / "calls.jsonl").open("w") as file:
            for number in range(options.lines):
                file.write(json.dumps({"body": {"n": number}}) + "\n")
        started = time.perf_counter()
        report = storm(folder, url, options)
        report["seconds"] = round(time.perf_counter() - started, 1)
        counts: Counter[int] = Counter()
        kinds: Counter[str] = Counter()
        for line in (folder / "out.jsonl").read_text().splitlines():
            answer = json.loads(line)
            counts[answer["line"]] += 1
            kinds[str(answer.get("status") or answer["error"]["code"])] += 1
        report["lines"] = options.lines
        report["answered_once"] = sum(count == 1 for count in counts.values())
        report["answered_twice"] = sum(count > 1 for count in counts.values())
        report["kinds"] = dict(kinds)
        report["sockets_left"] = (
            len(list(Path(f"/proc/{server.pid}/fd").iterdir())) if server.pid else 0
        )
    server.kill()
    for key, value in report.items():
        print(f"{key:>15}  {value}")
    sys.exit(report["answered_once"] != options.lines or report["answered_twice"] > 0)


if __name__ == "__main__":
    main()

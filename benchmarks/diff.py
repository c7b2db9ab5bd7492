"""How long a diff takes and how much it tells, beside oasdiff where that program is on the path.

    python benchmarks/diff.py DOCUMENT [NEW]

Without NEW, a neighbour is made of DOCUMENT: sixty of its components are edited, the same ones each time. Every row is
a process of its own: seconds of CPU, peak memory, and, for a row that compares, what it found.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

EDITS = 60

#: What a row runs: the paths of the old and the new document are `old` and `new`.
ROWS = {
    "load both, from the cache": "len(dynclient.load(old).operations), len(dynclient.load(new).operations)",
    "old against itself": "dynclient.diff(old, old)",
    "old against new, from the cache": "dynclient.diff(old, new)",
    "new against old": "dynclient.diff(new, old)",
}

PROGRAM = """
import resource, sys, time
import dynclient
old, new = sys.argv[1:]
begun = resource.getrusage(resource.RUSAGE_SELF)
found = {row}
ended = resource.getrusage(resource.RUSAGE_SELF)
cpu = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
said = ""
if isinstance(found, dynclient.Diff):
    nodes = len(dict.fromkeys((c.old_source, c.source) for c in found.changes))
    said = (f"{{len(found.changes)}} changes at {{nodes}} places: {{len(found.breaking)}} breaking, "
            f"{{len(found.warnings)}} warnings, {{len(found.unknown)}} undecided; {{dict(found.statistics)}}")
print(f"{{cpu:.3f}} {{ended.ru_maxrss // 1024}} {{said}}")
"""


def main() -> None:
    """Print the table."""
    old = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        new = Path(sys.argv[2]) if len(sys.argv) > 2 else neighbour(old, Path(folder))
        print(
            f"{old.name} ({old.stat().st_size / 1e6:.2f} MB) against {new.name if len(sys.argv) > 2 else 'a neighbour'}"
        )
        print(f"{'':34}{'CPU s':>8}{'MB':>6}")
        cold = run(ROWS["old against new, from the cache"], old, new, {"XDG_CACHE_HOME": folder})
        show("old against new, cold", cold)
        timed = {name: run(row, old, new, {}) for name, row in ROWS.items()}
        for name, line in timed.items():
            show(name, line)
        loads, itself = (float(timed[name].split()[0]) for name in list(ROWS)[:2])
        print(f"against itself: {itself / loads:.2f} × loading both")
        oasdiff(old, new)


def run(row: str, old: Path, new: Path, environment: dict[str, str]) -> str:
    """Return the best of three runs of a row in a process of its own; the first run fills the cache."""
    import os

    command = [sys.executable, "-c", PROGRAM.format(row=row), str(old), str(new)]
    times = 1 if environment else 3
    lines = [
        subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, **environment}
        ).stdout
        for _ in range(times)
    ]
    return min(lines, key=lambda line: float(line.split()[0])).strip()


def show(name: str, line: str) -> None:
    """Print a row."""
    cpu, memory, *said = line.split(" ", 2)
    print(f"{name:34}{float(cpu):8.3f}{memory:>6}  {' '.join(said)}")


def oasdiff(old: Path, new: Path) -> None:
    """Time the peer, where it is."""
    if shutil.which("oasdiff") is None:
        print("oasdiff is not on the path")
        return
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["oasdiff", "changelog", str(old), str(new)], capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines, took = len(done.stdout.splitlines()), time.perf_counter() - begun
    show("oasdiff changelog", f"{cpu} {after.ru_maxrss // 1024} {lines} lines in {took:.1f} s")


def neighbour(old: Path, folder: Path) -> Path:
    """Return a copy of a document in which components are edited, the same ones each time."""
    import dynclient

    tree = json.loads(json.dumps(dynclient.load(old).top.value))
    schemas = tree["components"]["schemas"]
    chance = random.Random(1)
    for name in chance.sample(list(schemas), min(EDITS, len(schemas))):
        edit(schemas[name], chance)
    path = folder / f"{old.stem}.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


def edit(schema: Any, chance: random.Random) -> None:
    """Change one thing about a component."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not properties:
        return
    name = chance.choice(list(properties))
    kind = chance.choice(["add", "drop", "ask", "shorten", "null"])
    if kind == "add":
        properties["brandNew"] = {"type": "string"}
    elif kind == "drop":
        del properties[name]
    elif kind == "ask":
        schema["required"] = sorted({*schema.get("required", ()), name})
    elif kind == "shorten":
        properties[name] = {"type": "string", "maxLength": 7}
    elif isinstance(properties[name], dict) and "$ref" not in properties[name]:
        properties[name] = {**properties[name], "nullable": True}


if __name__ == "__main__":
    main()

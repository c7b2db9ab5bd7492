"""How often the diff is right: pairs of documents with known verdicts, a table for each reader.

    python benchmarks/diff_cases.py FOLDER [--list]

FOLDER holds `pairs.json`: {"pairs": [{"id", "base", "revision", "expected": {"wire", "code"}}]}, paths relative to it.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dynclient
from dynclient.errors import DynclientError

COLUMNS = ("right", "missed break", "false alarm", "unknown", "undecided there", "unreadable")


#: What was looked at, all documents together.
STATISTICS: Counter[str] = Counter()


@dataclass(frozen=True)
class Row:
    """What we say of a pair to one reader, beside what is expected."""

    id: str
    view: str
    expected: str
    found: str
    because: str

    @property
    def outcome(self) -> str:
        """The column that it counts in."""
        if self.found == "unreadable":
            return "unreadable"
        if self.expected == "undecided":
            return "undecided there"
        if self.found == "unknown":
            return "unknown"
        return (
            "right"
            if self.found == self.expected
            else "missed break"
            if self.expected == "breaking"
            else "false alarm"
        )


def rows(folder: Path) -> Iterator[Row]:
    """Yield what we say of every pair."""
    for case in json.loads((folder / "pairs.json").read_text(encoding="utf-8"))["pairs"]:
        try:
            found = dynclient.diff(folder / case["base"], folder / case["revision"])
        except DynclientError as error:
            yield from (
                Row(case["id"], view, case["expected"][view], "unreadable", str(error))
                for view in ("wire", "code")
            )
            continue
        STATISTICS.update(found.statistics)
        for view in ("wire", "code"):
            yield Row(case["id"], view, case["expected"][view], *verdict(found, view))


def verdict(found: Any, view: str) -> tuple[str, str]:
    """Return `breaking`, `unknown` or `compatible`, and what says so."""
    worst = [c for c in found.changes if c.views[view] == "breaking"]
    open_ = [c for c in found.changes if c.is_unknown and c.views[view] != "none"]
    for word, changes in (("breaking", worst), ("unknown", open_)):
        if changes:
            return word, "; ".join(
                f"{c.rule} {c.operation} {c.where} {c.witness} ({c.because})" for c in changes
            )
    return "compatible", "; ".join(f"{c.rule} {c.where}" for c in found.changes[:6])


def main() -> None:
    """Print the tables, and each difference with its reason."""
    folder = Path(sys.argv[1])
    start = time.perf_counter()
    found = list(rows(folder))
    elapsed = time.perf_counter() - start
    for view in ("wire", "code"):
        counts = Counter(row.outcome for row in found if row.view == view)
        print(f"{view:5}", *(f"{column}: {counts[column]:4}" for column in COLUMNS))
    print(f"{len(found) // 2} pairs of documents in {elapsed:.1f} s")
    share = STATISTICS["unknown"] / max(STATISTICS["compared"], 1)
    print(
        f"{STATISTICS['compared']} pairs of schemas compared, {STATISTICS['unknown']} gaps undecided ({share:.2%})"
    )
    if "--list" in sys.argv:
        for row in found:
            is_open = row.outcome == "undecided there" and row.found == "unknown"
            if is_open or row.outcome not in ("right", "undecided there"):
                print(
                    f"{row.outcome:15} {row.view:4} {row.id}: expected {row.expected}, found {row.found}"
                )
                print(f"    {row.because[:400]}")


if __name__ == "__main__":
    main()

"""Whether witness generation alone could replace the rules of containment.

    python benchmarks/decision_procedures.py OLD NEW [OLD NEW …]

Each pair of documents is compared as `dynclient.diff` compares it. Every pair of schemas that it asks
for is asked again of witness generation alone, which keeps nothing of what the rules found. The table
counts what each of both says, and how much CPU time it took.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import dynclient
from dynclient.containment import ContainmentChecker
from dynclient.containment.witnesses import SignedSchema, WitnessGenerator
from dynclient.containment.witnesses.search_results import UNSATISFIABLE, Witness


@dataclass
class Counts:
    """What both procedures say of the same pairs of schemas.

    Attributes:
        verdicts: (of the rules, of witness generation) → how many pairs.
        rules_s: CPU seconds of the rules, with the witnesses that they ask for.
        witnesses_s: CPU seconds of witness generation alone.

    """

    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules_s: float = 0.0
    witnesses_s: float = 0.0


class ComparedChecker(ContainmentChecker):
    """Asks witness generation after each question to the rules, and counts both answers."""

    counts = Counts()

    def find_suspected(self, subschema: Any, superschema: Any) -> Any:
        """Return what the rules suspect; count the answer of witness generation beside it."""
        started = time.process_time()
        suspected = super().find_suspected(subschema, superschema)
        verdict = "proved" if not suspected else self._settle_all(suspected, subschema, superschema)
        self.counts.rules_s += time.process_time() - started

        started = time.process_time()
        generated = self._ask_witness_generation(subschema, superschema)
        self.counts.witnesses_s += time.process_time() - started
        self.counts.verdicts[verdict, generated] += 1
        return suspected

    def _settle_all(self, suspected: Any, subschema: Any, superschema: Any) -> str:
        """Return whether any suspected cause is real."""
        settled = [self.settle(one, subschema, superschema) for one in suspected]
        if not any(settled):
            settled = [self.settle_whole(suspected[0], subschema, superschema)]
        verdicts = {one.verdict for one in settled if one is not None}
        return "refuted" if "refuted" in verdicts else "unknown" if verdicts else "proved"

    def _ask_witness_generation(self, subschema: Any, superschema: Any) -> str:
        """Return what witness generation alone says; a witness counts once both engines agree."""
        if not hasattr(self, "alone"):
            self.alone = WitnessGenerator(self.equality, self.validators)
        superschema = self.witness_finder.wrap_superschema(superschema)
        positive = SignedSchema(self.subschema_view, subschema)
        negative = SignedSchema(self.superschema_view, superschema, is_positive=False)
        result = self.alone.generate((positive, negative))
        if result is UNSATISFIABLE:
            return "proved"
        if not isinstance(result, Witness):
            return "unknown"
        value = self.witness_finder.confirm(result.value, subschema, superschema)
        return "refuted" if value is result.value else "unknown"


def main(paths: list[str]) -> None:
    """Compare pairs of documents, and print the table."""
    from dynclient.diffing.decide import document_pair

    document_pair.ContainmentChecker = ComparedChecker  # type: ignore[misc]
    for old, new in zip(paths[::2], paths[1::2], strict=True):
        dynclient.diff(old, new)
    counts = ComparedChecker.counts
    print(f"{'rules':<10}{'witness generation':<20}{'pairs':>8}")
    for (rules, generated), count in sorted(counts.verdicts.items()):
        print(f"{rules:<10}{generated:<20}{count:>8}")
    ratio = counts.witnesses_s / counts.rules_s if counts.rules_s else 0.0
    print(
        f"CPU: rules {counts.rules_s:.2f} s, witness generation {counts.witnesses_s:.2f} s, {ratio:.2f} ×"
    )


if __name__ == "__main__":
    main(sys.argv[1:])

"""The comparison of one operation ends: within a limit of steps, whatever the documents say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.findings import Finding, FindingContext, PlacePair
from dynclient.errors import DocumentError
from dynclient.schema.engines.step_limit import StepLimitExceeded, limit_steps

#: How many steps the comparison of one operation may take: a few seconds.
MAX_OPERATION_STEPS = 2_000_000

#: How many of them one part, such as a body, may take: the other parts are compared all the same.
MAX_PART_STEPS = MAX_OPERATION_STEPS // 2

#: How many steps the comparison of two documents may take.
MAX_DOCUMENT_STEPS = 40_000_000


def compare_within_limit(
    pair: OperationPair, compare: Callable[[], Iterable[Finding]]
) -> list[Finding]:
    """Return the findings of an operation; one that nothing can be said of is a finding too.

    Args:
        pair: the operation in both documents.
        compare: yields the findings.

    """
    try:
        with limit_steps(MAX_OPERATION_STEPS):
            return list(compare())
    except StepLimitExceeded:
        return [build_limit_reached(pair.old.key, "operation", (pair.old.place, pair.new.place))]
    except (DocumentError, RecursionError) as error:
        return [_build_unreadable(pair, error)]


def build_limit_reached(operation_key: str, where: str, places: PlacePair) -> Finding:
    """Return the finding of what was not compared to the end; all of a document are one change."""
    finding = FindingContext(operation_key).build_finding(
        "step-limit-reached",
        "",
        where,
        key=("step-limit-reached",),
        places=places,
        limit=MAX_OPERATION_STEPS,
        total=MAX_DOCUMENT_STEPS,
    )
    return replace(finding, proof="unknown")


def _build_unreadable(pair: OperationPair, error: Exception) -> Finding:
    finding = FindingContext(pair.old.key).build_finding(
        "undecided",
        "unreadable",
        "operation",
        key=("unreadable", pair.old.key),
        places=(pair.old.place, pair.new.place),
        problem=getattr(error, "headline", "they are nested too deeply"),
    )
    return replace(finding, proof="unknown")

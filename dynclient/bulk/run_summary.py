"""What a bulk run was like: how often each status came, and how long the calls took."""

from __future__ import annotations

import math
from collections import Counter

from dynclient.bulk.outcomes import Outcome
from dynclient.errors import DynclientError, ResponseError

#: Latencies of one bucket differ by a tenth at most.
_BUCKET_FACTOR = 1.1
_SMALLEST_S = 0.0001

#: The bounds of a histogram.
_BOUNDS_S = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, math.inf)


class RunSummary:
    """Counts the outcomes of a run; its size does not grow with them."""

    def __init__(self) -> None:
        self.ok_count = 0
        self.error_count = 0
        #: Status, or the code of an error without one → how often it came.
        self.kinds: Counter[str] = Counter()
        self._latencies: Counter[int] = Counter()

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        if isinstance(outcome, DynclientError):
            self.error_count += 1
            result = outcome.result if isinstance(outcome, ResponseError) else None
            self.kinds[str(result.status) if result is not None else outcome.code] += 1
        else:
            self.ok_count += 1
            result = outcome
            self.kinds[str(outcome.status)] += 1
        if result is not None:
            ratio = max(result.elapsed, _SMALLEST_S) / _SMALLEST_S
            self._latencies[round(math.log(ratio, _BUCKET_FACTOR))] += 1

    def build_histogram(self) -> list[tuple[float, int]]:
        """Return (latency in seconds, how many calls took that at most and more than the last)."""
        counts: Counter[float] = Counter()
        for bucket, count in self._latencies.items():
            latency_s = _compute_latency_s(bucket)
            counts[next(bound for bound in _BOUNDS_S if latency_s <= bound)] += count
        shown = [bound for bound in _BOUNDS_S if counts[bound]]
        return [(b, counts[b]) for b in _BOUNDS_S if shown and shown[0] <= b <= shown[-1]]

    def compute_latency_s(self, share: float) -> float:
        """Return the latency that a share of the calls did not exceed, in seconds; 0 without any.

        Args:
            share: 0.5 for the median.

        """
        rest = share * self._latencies.total()
        for bucket in sorted(self._latencies):
            rest -= self._latencies[bucket]
            if rest <= 0:
                return _compute_latency_s(bucket)
        return 0.0


def _compute_latency_s(bucket: int) -> float:
    return float(_SMALLEST_S * _BUCKET_FACTOR**bucket)

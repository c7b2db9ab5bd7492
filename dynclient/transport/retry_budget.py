"""The budget of a client for retries, so that a server in trouble is not asked ever more often.

Source: botocore, `retries/standard.py`, RetryQuotaChecker.
"""

from __future__ import annotations

from dynclient.fork_safety import build_fork_safe_lock

CAPACITY = 500
COST_OF_RETRY = 5
COST_AFTER_TIMEOUT = 10
_FIRST_SUCCESS, _AFTER_SUCCESS = 200, 300

_LOCK = build_fork_safe_lock()


class RetryBudget:
    """Tokens that retries take. Successes give them back; threads and tasks share them."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._tokens = capacity
        #: Whether nothing is to be given back.
        self.is_full = True

    def take(self, cost: int) -> bool:
        """Take tokens for a retry; tell whether there were enough."""
        with _LOCK:
            if cost > self._tokens:
                return False
            self._tokens -= cost
            self.is_full = self._tokens == self._capacity
            return True

    def note_end(self, status: int, last_cost: int) -> None:
        """Give tokens back after a success: those of the last retry, or one where there was none.

        Args:
            status: of the response that ends the call.
            last_cost: what its last retry took; 0: it had none.

        """
        if not _FIRST_SUCCESS <= status < _AFTER_SUCCESS:
            return
        with _LOCK:
            self._tokens = min(self._tokens + (last_cost or 1), self._capacity)
            self.is_full = self._tokens == self._capacity

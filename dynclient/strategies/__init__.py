"""Hypothesis strategies of calls, results and documents, for tests of your own.

    @given(strategies.calls(client.create_audience_v2))
    def test_it(call):
        assert client.create_audience_v2(call)["id"]

What is drawn is always valid by the document (or, for `invalid_…`, wrong in one place), and shrinks.
"""

from __future__ import annotations

from dynclient.errors import UsageError

try:
    import hypothesis as _hypothesis  # noqa: F401 (only whether it is there)
except ImportError:
    raise UsageError("dynclient.strategies needs hypothesis", hint="pip install 'dynclient[fuzz]'") from None

from dynclient.strategies.documents import documents
from dynclient.strategies.invalid import BrokenCall, BrokenResult, invalid_calls, invalid_results
from dynclient.strategies.lines import DrawnCall
from dynclient.strategies.operations import calls, results
from dynclient.strategies.schemas import from_schema

__all__ = [
    "BrokenCall",
    "BrokenResult",
    "DrawnCall",
    "calls",
    "documents",
    "from_schema",
    "invalid_calls",
    "invalid_results",
    "results",
]

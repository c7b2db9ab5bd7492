"""Hypothesis strategies of calls, results and documents, for tests of your own.

    @given(strategies.calls(client.create_audience_v2))
    def test_it(call):
        assert client.create_audience_v2(call)["id"]

What is drawn is always valid by the document (or, for `invalid_…`, wrong in one place), and
shrinks. It needs hypothesis: `pip install 'dynclient[fuzz]'`.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from dynclient.strategies.document_strategies import documents as documents
    from dynclient.strategies.drawn_call import DrawnCall as DrawnCall
    from dynclient.strategies.invalid_strategies import BrokenCall as BrokenCall
    from dynclient.strategies.invalid_strategies import BrokenResult as BrokenResult
    from dynclient.strategies.invalid_strategies import invalid_calls as invalid_calls
    from dynclient.strategies.invalid_strategies import invalid_results as invalid_results
    from dynclient.strategies.operation_strategies import calls as calls
    from dynclient.strategies.operation_strategies import results as results
    from dynclient.strategies.schema_strategies import from_schema as from_schema

#: Public names → where they live, so that only their use needs hypothesis.
_HOMES = {
    "BrokenCall": "invalid_strategies",
    "BrokenResult": "invalid_strategies",
    "DrawnCall": "drawn_call",
    "calls": "operation_strategies",
    "documents": "document_strategies",
    "from_schema": "schema_strategies",
    "invalid_calls": "invalid_strategies",
    "invalid_results": "invalid_strategies",
    "results": "operation_strategies",
}

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dynclient.strategies' has no attribute {name!r}")
    try:
        importlib.import_module("hypothesis")
    except ImportError:
        from dynclient.errors import UsageError

        raise UsageError(
            "dynclient.strategies needs hypothesis", hint="pip install 'dynclient[fuzz]'"
        ) from None
    value = getattr(importlib.import_module(f"dynclient.strategies.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

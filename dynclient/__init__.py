"""dynclient: load an OpenAPI document, call its operations by name, validated both ways."""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

#: Public name → the module that defines it, loaded at first use, so that the import costs nothing.
#: Type checkers and editors read `__init__.pyi` instead; a test holds the two equal.
_HOMES = {
    "AsyncClient": "dynclient.client.client",
    "AsyncOperation": "dynclient.client.callable_operations",
    "Call": "dynclient.plan.call_document",
    "Change": "dynclient.diffing.change",
    "Client": "dynclient.client.client",
    "Diff": "dynclient.diffing.diff",
    "Document": "dynclient.model",
    "Operation": "dynclient.client.callable_operations",
    "Polling": "dynclient.client.polling",
    "Problem": "dynclient.document.problems",
    "Request": "dynclient.wire.message",
    "Result": "dynclient.plan.results",
    "Retry": "dynclient.transport.retry_policy",
    "Sandbox": "dynclient.sandbox",
    "Violation": "dynclient.violations",
    "diff": "dynclient.diffing.diff",
    "load": "dynclient.client.load",
    "record": "dynclient.recording.recorder",
    "replay": "dynclient.recording.replayer",
}

_MODULES = ("errors", "oauth", "strategies")

__all__ = [
    "AsyncClient",
    "AsyncOperation",
    "Call",
    "Change",
    "Client",
    "Diff",
    "Document",
    "Operation",
    "Polling",
    "Problem",
    "Request",
    "Result",
    "Retry",
    "Sandbox",
    "Violation",
    "__version__",
    "diff",
    "errors",
    "load",
    "oauth",
    "record",
    "replay",
    "strategies",
]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        value = importlib.import_module(f"dynclient.{name}")
    elif name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'dynclient' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

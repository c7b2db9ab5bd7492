"""dynclient: load an OpenAPI document, call its operations by name, validated both ways."""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

TYPE_CHECKING = False  # as in typing, whose import would be the largest part of ours
if TYPE_CHECKING:
    from typing import Any

    from dynclient import errors as errors
    from dynclient import strategies as strategies
    from dynclient.client.client import AsyncClient as AsyncClient
    from dynclient.client.client import Client as Client
    from dynclient.client.client import Operation as Operation
    from dynclient.client.load import load as load
    from dynclient.diffing.diff import Diff as Diff
    from dynclient.diffing.diff import diff as diff
    from dynclient.model import Document as Document
    from dynclient.plan.call_document import Call as Call
    from dynclient.sandbox import Sandbox as Sandbox

#: Public names → where they live; each is loaded when it is first used, so that importing dynclient costs nothing.
_MODULE_BY_NAME = {
    "AsyncClient": "dynclient.client.client",
    "Call": "dynclient.plan.call_document",
    "Client": "dynclient.client.client",
    "Diff": "dynclient.diffing.diff",
    "Document": "dynclient.model",
    "Operation": "dynclient.client.client",
    "Sandbox": "dynclient.sandbox",
    "diff": "dynclient.diffing.diff",
    "errors": "",
    "load": "dynclient.client.load",
    "strategies": "",
}

__all__ = [
    "AsyncClient",
    "Call",
    "Client",
    "Diff",
    "Document",
    "Operation",
    "Sandbox",
    "__version__",
    "diff",
    "errors",
    "load",
    "strategies",
]


def __getattr__(name: str) -> Any:
    home = _MODULE_BY_NAME.get(name)
    if home is None:
        raise AttributeError(f"module 'dynclient' has no attribute {name!r}")
    value = (
        getattr(importlib.import_module(home), name)
        if home
        else importlib.import_module(f"dynclient.{name}")
    )
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""The sandbox: any OpenAPI 3 document answers its own calls, in process and over HTTP."""

from __future__ import annotations

from dynclient.sandbox.cross_check import Disagreement
from dynclient.sandbox.sandbox import Sandbox

__all__ = ["Disagreement", "Sandbox"]

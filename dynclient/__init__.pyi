# The public names as type checkers and editors see them; `__init__.py` loads each at first use.

from dynclient import errors as errors
from dynclient import oauth as oauth
from dynclient import strategies as strategies
from dynclient.client.callable_operations import AsyncOperation as AsyncOperation
from dynclient.client.callable_operations import Operation as Operation
from dynclient.client.client import AsyncClient as AsyncClient
from dynclient.client.client import Client as Client
from dynclient.client.load import load as load
from dynclient.client.polling import Polling as Polling
from dynclient.diffing.change import Change as Change
from dynclient.diffing.diff import Diff as Diff
from dynclient.diffing.diff import diff as diff
from dynclient.document.problems import Problem as Problem
from dynclient.model import Document as Document
from dynclient.plan.call_document import Call as Call
from dynclient.plan.results import Result as Result
from dynclient.recording.recorder import record as record
from dynclient.recording.replayer import replay as replay
from dynclient.sandbox import Sandbox as Sandbox
from dynclient.transport.retry_policy import Retry as Retry
from dynclient.violations import Violation as Violation
from dynclient.wire.message import Request as Request

__version__: str

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

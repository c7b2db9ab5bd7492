"""The client of the console, whose exchanges are kept in a history."""

from __future__ import annotations

import json
from typing import Any, Self, Unpack

from dynclient.client.client import Client, Operation
from dynclient.client.options import ClientOptions
from dynclient.errors import DynclientError, ResponseError
from dynclient.plan.call_document import Call
from dynclient.plan.results import Result
from dynclient.repl.history import History, RecordedExchange
from dynclient.repl.progress_sign import show_progress
from dynclient.wire.message import Request


class RecordingOperation(Operation):  # noqa: D101 (its docstring is each operation's own)
    __doc__ = Operation.__dict__["__doc__"]
    _history: History

    def keep_history(self, history: History) -> None:
        """Keep the exchanges in a history."""
        self._history = history

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Send the call and return its data, as `Operation` does."""
        call, request = self._prepare_call(args, kwargs)
        return self._send_recorded(call, request).data

    def send(self, /, *args: Any, **kwargs: Any) -> Result:
        """Send the call and return all that came back, as `Operation` does."""
        if len(args) == 1 and isinstance(args[0], Request):
            return self._send_recorded(None, self._prepare_request(args, kwargs))
        call, request = self._prepare_call(args, kwargs)
        return self._send_recorded(call, request)

    def _prepare_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Call, Request]:
        """Return the call document and its request; arguments are read once."""
        options = self._options
        bound = self._plan.bind(args, kwargs, options.checks, options.media_type)
        if bound.violations:
            return bound.document, self.request(*args, **kwargs)
        return bound.document, self.request(bound.document)

    def _send_recorded(self, call: Call | None, request: Request) -> Result:
        try:
            with show_progress(f"{request.method} {self.path}"):
                result = self._send_request(request)
        except DynclientError as error:
            result_of_error = error.result if isinstance(error, ResponseError) else None
            self._add_exchange(call, request, result_of_error, error)
            raise
        self._add_exchange(call, request, result, None)
        return result

    def _add_exchange(
        self,
        call: Call | None,
        request: Request,
        result: Result | None,
        error: DynclientError | None,
    ) -> None:
        size = 0 if result is None else measure_data(result.data)
        exchange = RecordedExchange(self, call, request, result, error, self._options, size)
        self._history.add(exchange)


class RecordingClient(Client):
    """A client like any other, whose exchanges are kept in a history."""

    _operation_class = RecordingOperation
    _history: History

    def _bind_operation(self, key: str) -> Operation:
        bound = super()._bind_operation(key)
        if isinstance(bound, RecordingOperation):
            bound.keep_history(self._history)
        return bound

    def with_options(self, **changes: Unpack[ClientOptions]) -> Self:
        """Return a view with other options; its exchanges are kept in the same history."""
        view = super().with_options(**changes)
        view._history = self._history  # noqa: SLF001 (a view shares it)
        return view

    def _keep_history(self, history: History) -> None:
        """Keep the exchanges in a history. A public name could be that of an operation."""
        self._history = history
        history.base_options = self._options

    def __repr__(self) -> str:
        return super().__repr__().replace(type(self).__name__, Client.__name__, 1)


def record_client(client: Client, history: History) -> RecordingClient:
    """Return a view on a client whose exchanges are kept in a history."""
    view = client._build_view(RecordingClient)  # noqa: SLF001 (a view on the same connections)
    view._keep_history(history)  # noqa: SLF001 (the same)
    return view


def measure_data(data: Any) -> int:
    """Return about how many bytes data take."""
    if isinstance(data, bytes | str):
        return len(data)
    if data is None:
        return 0
    return len(json.dumps(data, default=repr))
